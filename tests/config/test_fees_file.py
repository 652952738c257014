"""A broker's file of fees for `yzt fees notify`: what is read of it, and one line for what is wrong."""

from pathlib import Path

import pytest

from config.cli.fees.command import read_notices
from config.kit.exit_codes import ExitCode, ProcessFault
from tests.fees import notified

HEADER = "market,product,side,first_date,commission,stamp,transfer,handling,regulatory"
USUAL = "shanghai,share,buy,20260106,1_800_000 0 0 0 500 0,,20000 0 0 0 0 0,,"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "fees.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_each_line_is_a_notice(tmp_path: Path) -> None:
    assert read_notices(written(tmp_path, HEADER, USUAL)) == [(2, notified(20_260_106))]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["market,product"], f":1: the header row is not {HEADER}"),
        ([HEADER, USUAL, USUAL.replace("buy", "sell")], ":3: side: 'sell' is none of buy, sale"),
        ([HEADER, USUAL.replace("500 0", "500")], ":2: commission: 5 numbers, expected on_turnover, on_par, a_unit,"),
        ([HEADER, USUAL.replace("500", "5.00")], ":2: commission: '5.00' is no whole number"),
    ],
)
def test_a_fault_is_one_line_with_its_place(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(ProcessFault, match=r"fees\.csv") as fault:
        read_notices(written(tmp_path, *lines))
    assert told in str(fault.value)
    assert fault.value.exit_code == ExitCode.DATA
