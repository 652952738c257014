"""`yzt sim bank` as a partner runs it: a process of its own, keys from its folder, and misdeeds on request."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from config.cli.commands import main
from config.kit.exit_codes import ExitCode
from config.supervise.children import PROJECT_DIRECTORY
from frontend_sim.practice.misdeeds import MISDEEDS
from protocol.client import Seat, SeatSettings, load_signer, load_verifier
from tests.outsider.client import Client
from tests.outsider.link import Account
from tests.outsider.wire.codes import Code
from tests.outsider.wire.records import freeze
from tests.outsider.wire.signing import signing_key_of_pem, verifying_key_of_pem


@contextmanager
def practice_bank(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int, list[str]]]:
    """The process, its port, and the lines that it said until it served."""
    command = [sys.executable, "-m", "config.cli.commands", "sim", "bank", "--port", "0", "--keys", "keys", *options]
    environment = {"PYTHONPATH": str(PROJECT_DIRECTORY), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("serving: "):
                break
        try:
            yield process, int(lines[-1].rpartition(" ")[2]), lines
        finally:
            if process.poll() is None:
                process.kill()


def test_a_seat_trades_through_misdeeds_and_the_bank_ends_as_asked(tmp_path: Path) -> None:
    options = ("--misbehave", "busy,cut,late-not-applied,roll", "--every", "2", "--times", "4", "--seed", "3")
    with practice_bank(tmp_path, *options) as (process, port, lines):
        keys = tmp_path / "keys"
        settings = SeatSettings(
            "127.0.0.1",
            port,
            party=2,
            seat=11,
            signer=load_signer(keys / "broker-2.pem", key_id=5),
            bank_verifiers={1: load_verifier(keys / "bank-ed25519.pub.pem")},
            outbox=tmp_path / "seat11.outbox",
        )

        async def trade() -> list[tuple[int, int]]:
            async with Seat.open(settings) as seat:
                told = [await seat.freeze(195, 100 + place) for place in range(10)]
                return [(outcome.code, outcome.remaining_fen) for outcome in told]

        assert trio.run(trade) == [(0, 100 + place) for place in range(10)]
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        said = process.stdout.read().splitlines()
        assert process.wait(10) == ExitCode.OK
    assert f"party 2, seats 11 to 18, ed25519, key id 5: {Path('keys/broker-2.pem')}" in lines
    assert sorted(line.partition(":")[0] for line in said[:-1]) == ["busy", "cut", "late-not-applied", "roll"]
    assert said[-1].endswith("4 were befallen")


def test_a_client_in_another_language_practises(tmp_path: Path) -> None:
    with practice_bank(tmp_path) as (_, port, _):
        keys = tmp_path / "keys"
        bank_key = verifying_key_of_pem((keys / "bank-p256.pub.pem").read_bytes())
        own = signing_key_of_pem(6, (keys / "broker-3.pem").read_bytes())
        with Client(Account("127.0.0.1", port, 3, 21, own, {2: bank_key})) as client:
            client.log_on()
            assert client.decide([freeze(195, 100), freeze(195, 2**40)]).codes() == [
                Code.ACCEPTED,
                Code.INSUFFICIENT_FUNDS,
            ]
            client.finish()


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["bank", "--misbehave", "busy,nonsense"], "yzt: --misbehave: there is no misdeed 'nonsense'"),
        (["bank", "--every", "0"], "yzt: --every must be 1 to"),
        (["gateway"], "yzt: argument what: invalid choice: 'gateway'"),
    ],
)
def test_a_wrong_option_gets_one_line_and_64(argv: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", *argv]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert error.startswith(line)
    assert error.count("\n") == 1


def test_a_key_that_is_somebodys_own_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broker-2.pem").write_text("precious\n")

    assert main(["sim", "bank", "--port", "0", "--keys", str(tmp_path)]) == ExitCode.CONFIG
    assert (tmp_path / "broker-2.pem").read_text() == "precious\n"
    assert "holds another key than that of practice" in capsys.readouterr().err


def test_a_port_that_is_taken_gets_one_line_and_69(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with practice_bank(tmp_path) as (_, port, _):
        assert main(["sim", "bank", "--port", str(port), "--keys", str(tmp_path / "keys")]) == ExitCode.UNAVAILABLE
    assert capsys.readouterr().err == f"yzt: 127.0.0.1 port {port}: Address already in use\n"


def test_the_list_of_misdeeds_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "bank", "--list"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(MISDEEDS)
    assert max(map(len, lines)) <= 80


def test_the_example_of_the_sdk_page_runs_with_the_settings_that_it_gives_for_practice(tmp_path: Path) -> None:
    page = (PROJECT_DIRECTORY / "docs" / "sdk.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (settings,) = (block for block in blocks if block.startswith("settings = ") and "practice/" in block)
    own = [line for line in blocks[0].splitlines() if line.startswith(("signer = ", "bank = ", "settings = "))]
    assert len(own) == 3
    with practice_bank(tmp_path, "--keys", "practice") as (_, port, _):
        program = blocks[0]
        for line in own[:2]:
            program = program.replace(f"{line}\n", "")
        program = program.replace(own[2], settings.replace("7710", str(port)))
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={"PYTHONPATH": str(PROJECT_DIRECTORY), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["order 1 of 20260105: 1001820 fen frozen", "50 of 100 orders frozen"]
