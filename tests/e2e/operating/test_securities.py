"""Securities and prices loaded into a running bank: freely before the seal, then as a list that two people have signed.

Belongs here: the whole way through real processes. Never here: every line that is wrong (tests/config/load).
"""

from pathlib import Path

import pytest
import trio

from config.cli.load.csv_files import FileKind
from config.kit.exit_codes import ExitCode
from protocol.client import Seat
from tests.e2e.clerks import Clerks, seal
from tests.e2e.house import House, house, wait_until

pytestmark = pytest.mark.postgres

SECURITIES = ",".join(FileKind.SECURITIES.value)
PRICES = ",".join(FileKind.PRICES.value)
SHOWN = "SELECT security, version, is_replaced, tick_yuan, is_suspended FROM bank_securities ORDER BY version"


def share(code: str, tick: str, date: int) -> str:
    return f"shanghai,{code},share,1,100,100,1000000,100,100,1000000,yes,{tick},1.00,no,{date},"


async def _open_date(found: House) -> int:
    async with Seat.open(found.bank(), found.clock) as seat:
        return seat.trade_date


def test_securities_are_loaded_and_later_listed_by_two_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with house(2) as found:
        clerks, date = Clerks(found, tmp_path, capfd), trio.run(_open_date, found)
        securities, prices = tmp_path / "securities.csv", tmp_path / "prices.csv"
        securities.write_text(f"{SECURITIES}\n{share('600000', '0.01', date)}\n", "utf-8")
        prices.write_text(f"{PRICES}\nshanghai,600000,{date},9.00,11.00,\n", "utf-8")
        code, _, err = clerks.yzt("load", "--dry-run", securities, prices)
        assert (code, "sound: securities 1, prices 1" in err, "0 there" in err) == (ExitCode.OK, True, True)
        code, _, err = clerks.yzt("load", securities, prices)
        assert (code, err.strip()) == (
            ExitCode.OK,
            "securities 1 loaded, 0 already there; prices 1 loaded, 0 already there",
        )
        code, _, err = clerks.yzt("load", "--dry-run", securities, prices)
        assert (code, "2 there, 0 fields differ" in err) == (ExitCode.OK, True)

        securities.write_text(
            f"{SECURITIES}\n{share('600000', '0.001', date)}\n{share('600001', '0.01', date)}\n", "utf-8"
        )
        differs = f"{securities}:2: security 600000 of {date}: tick_yuan is 0.0100 in the bank, 0.0010 in the file"
        code, out, _ = clerks.yzt("load", "--dry-run", securities)
        assert (code, out.strip()) == (ExitCode.FAILED, differs)
        _by_two_people(clerks, securities, date)

        stops = tmp_path / "stops.csv"
        stops.write_text("market,security,suspended,reason\nshanghai,600001,yes,重大事项停牌\n", "utf-8")
        assert clerks.yzt("load", stops)[0] == ExitCode.OK
        assert clerks.yzt("load", stops)[2].splitlines()[0] == "suspensions 0 loaded, 1 already there"
        wanted = ["600000|1|t|0.0100|f", "600000|2|f|0.0010|f", "600001|3|f|0.0100|t"]
        wait_until("the read model", lambda: found.sql(SHOWN).split() == wanted)


def _by_two_people(clerks: Clerks, file: Path, date: int) -> None:
    seal(clerks.folder, clerks.yzt)
    for serial, person in enumerate((4, 5), 1):
        clerks.hire(serial, person, "ORDERS")
    assert "refused by the bank: ACT_NEEDED; the bank is sealed" in clerks.yzt("load", file)[2]
    act = clerks.made("list.json", (4, 5), "register_securities", 1, f"list={file}", f"last_date={date}")
    assert f"{file} is its list: 2 lines" in clerks.yzt("act", "show", act, "--list", file)[1]
    code, said = clerks.sent(act)
    assert (code, "it took effect, number 3, " in said) == (ExitCode.OK, True)

    assert (
        clerks.yzt("load", file, "--act", "2")[2]
        .strip()
        .endswith("data.csv:2 to 3: refused by the bank: ACT_NEEDED"[8:])
    )
    assert clerks.yzt("load", file, "--act", "3")[2].strip() == "securities 2 loaded, 0 already there"
    code, _, err = clerks.yzt("load", file, "--act", "3")
    assert (code, err.splitlines()) == (
        ExitCode.OK,
        ["securities 0 loaded, 2 already there", "compared with what the bank has: 2 there, 0 fields differ"],
    )
