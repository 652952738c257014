"""`yzt clearing make` and `check`: the same seed makes the same, and every line that would be refused is named.

Belongs here: the command without a bank. Never here: sending (tests/e2e/day).
"""

from pathlib import Path

import pytest

from config.cli import commands as cli
from config.kit.exit_codes import ExitCode
from protocol.limits import AMOUNT_FEN_MAX
from tests.config.clearing.files import DATE, order, row, sell, written

ON = ("--date", str(DATE))
TAXED = {"kind": "dividend", "contract_no": 98, "reference": 9}


def run(*arguments: str | Path) -> int:
    return cli.main(["clearing", *map(str, arguments)])


def test_the_same_seed_makes_the_same_set_and_it_passes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / f"{place}.csv" for place in range(3)]
    for file, seed in zip(files, (5, 5, 6), strict=True):
        assert run("make", file, *ON, "--orders", "40", "--seed", str(seed)) == ExitCode.OK
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()
    capfd.readouterr()

    assert run("check", files[0], *ON) == ExitCode.OK

    said = capfd.readouterr().out.splitlines()
    counted = {line.split()[0]: line.split()[-1] for line in said[:6]}
    kinds = [line.split(",")[0] for line in files[0].read_text("utf-8").splitlines()[1:]]
    assert counted == {
        f"CLEAR_{kind.upper()}": str(kinds.count(kind))
        for kind in ("order", "buy", "sell", "dividend", "refund", "contract")
    }
    assert said[-1].startswith(("the broker owes", "the bank owes"))


def test_nothing_is_overwritten(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "set.csv"
    file.write_text("kept")

    assert run("make", file, *ON) == ExitCode.DATA

    assert file.read_text() == "kept"
    assert capfd.readouterr().err == f"yzt: {file}: File exists\n"


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (order(1), "LINE_DOUBLED"),
        (order(0), "AMOUNT_OUT_OF_RANGE"),
        (order(2, order_seat=0), "AMOUNT_OUT_OF_RANGE"),
        (order(2, contract_no=99), "CONTRACT_UNKNOWN"),
        (order(2, frozen_fen=AMOUNT_FEN_MAX + 1), "AMOUNT_OUT_OF_RANGE"),
        (sell(5), "LINE_DOUBLED"),
        (sell(4), "LINE_DOUBLED"),
        (row(**TAXED, gross_fen=5, tax_fen=6), "AMOUNT_OUT_OF_RANGE"),
        (sell(6, turnover_fen=AMOUNT_FEN_MAX), "LIMIT_EXCEEDED"),
        (row(kind="contract", contract_no=98, event="opened"), "LINE_DOUBLED"),
    ],
)
def test_a_line_that_would_be_refused_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], refused: str, code: str
) -> None:
    opened = row(kind="contract", contract_no=98, event="opened")
    file = written(tmp_path, order(1), sell(5), opened, refused, order(3))

    assert run("check", file, *ON) == ExitCode.DATA

    said = capfd.readouterr().out.splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"{file}:5: {code}: ")


def test_all_faults_stand_in_the_order_of_lines_and_the_first_fifty_are_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [order(1) if place % 2 else order(1, fate="lost") for place in range(60)]
    file = written(tmp_path, *rows)

    assert run("check", file, *ON) == ExitCode.DATA

    said = capfd.readouterr().out.splitlines()
    assert [line.split(":")[1] for line in said[:50]] == [str(2 + place) for place in range(51) if place != 1]
    assert said[50:] == ["and 9 more lines"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "x.csv"], "--date says which trade date"),
        (["check", "x.csv", "--date", "20260230"], "20260230 is no date yyyymmdd"),
        (["make", "x.csv", "--date", "20260105", "--orders", "0"], "--orders must be 1 to 1000000"),
        (["praise", "x.csv"], "praise"),
    ],
)
def test_a_wrong_command_line_is_one_line(capfd: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert run(*arguments) == ExitCode.USAGE
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert said in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "clearing send: --party is missing"),
        (["--party", "2", "--seat", "21"], "clearing send: --key is missing"),
        (["--party", "2", "--seat", "21", "--key", "no.pem"], "no.pem"),
    ],
)
def test_a_send_without_its_options_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert run("send", written(tmp_path, order(1)), *ON, *options) in (ExitCode.USAGE, ExitCode.CONFIG)
    assert said in capfd.readouterr().err
