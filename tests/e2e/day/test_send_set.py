"""`yzt clearing send` to a running bank: sent, sent again, replaced; a wrong line, and a set that the bank refuses.

Belongs here: the command against a running system. Never here: files alone (tests/config/clearing).
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from config.cli import commands as cli
from config.cli.clearing.csv_lines import read_set
from config.kit.exit_codes import ExitCode
from frontend_sim.installation import party_key_file
from frontend_sim.market.desks import DAY_SEAT
from protocol.client import Seat, totals_of_set
from protocol.limits import FRAME_RECORDS_MAX
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.steps import AnnounceSet, Reconcile, SignOff
from protocol.records import RecordArray
from tests.config.clearing.files import order, row, sell, written
from tests.e2e.house import House, house, write_config

pytestmark = pytest.mark.postgres

SEAT, OTHER_SEAT = 21, 22
LAST_ROW = "SELECT max(sequence) FROM journal"
LARGEST_BLOCK = "SELECT max(outcome_count) FROM journal WHERE octet_length(control) = 0 AND sequence > {}"


@pytest.fixture
def own_house() -> Iterator[House]:
    """An installation of its own: the date is signed off."""
    with house(4) as found:
        yield found


async def _tell(found: House, message: SignOff | Reconcile | OpenTradeDate) -> None:
    async with Seat.open(found.desk(DAY_SEAT)) as desk:
        told = await desk.control(message)
    assert told.accepted, told


def test_a_set_is_sent_sent_again_and_replaced(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config, date = write_config(own_house.config), own_house.config.trade.date
    key = party_key_file(own_house.config, 2)
    contract_no = own_house.contracts_of(SEAT)[0]

    def send(file: Path, *options: str, seat: int = SEAT) -> tuple[int, str, str]:
        arguments = ("--date", str(date), "--party", "2", "--seat", str(seat), "--key", str(key), *options)
        code = cli.main(["clearing", "send", str(file), "--config", str(config), *arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    opened = [row(kind="contract", contract_no=each, event="opened") for each in sorted(_of_broker(own_house))]
    rows = [*opened, sell(1, contract_no=contract_no), order(9, contract_no=contract_no, order_seat=SEAT)]
    file = written(tmp_path, *rows)
    code, _, err = send(file)
    assert (code, "not announced: STEP_NOT_DUE" in err) == (ExitCode.FAILED, True)  # trading goes on

    trio.run(_tell, own_house, SignOff(date))
    code, out, _ = send(file)
    assert code == ExitCode.OK
    is_complete = f"set 1 of {date} is complete: {len(rows)} lines, 1 name orders that the bank does not have"
    assert out.splitlines()[-1] == is_complete
    for seat in (SEAT, OTHER_SEAT):
        code, out, _ = send(file, seat=seat)
        assert (code, out.splitlines()[-1]) == (ExitCode.OK, f"set 1 of {date} is there already, and complete")

    file = written(tmp_path, *rows[:-1], "order,1", "")
    code, out, _ = send(file, "--replace")
    assert (code, out.splitlines()) == (ExitCode.DATA, [f"{file}:{len(rows) + 1}: 2 fields, expected 22"])

    file = written(tmp_path, *rows[:-1])
    code, _, err = send(file)
    assert (code, "SET_EXISTS" in err, "it has set 1, which --replace withdraws" in err) == (
        ExitCode.FAILED,
        True,
        True,
    )
    code, out, err = send(file, "--replace", seat=OTHER_SEAT)
    assert (code, "set 1 of" in err) == (ExitCode.OK, True)
    assert out.splitlines()[-1] == f"set 2 of {date} is complete: {len(rows) - 1} lines"

    foreign = own_house.contracts_of(31)[0]
    file = written(tmp_path, *rows[:-1], order(3, contract_no=foreign))
    code, out, err = send(file, "--replace")
    refused = [line for line in out.splitlines() if line.startswith(f"{file}:")]
    assert (code, [line.partition(" ")[0] for line in refused]) == (ExitCode.FAILED, [f"{file}:{len(rows) + 1}:"])
    assert "CONTRACT_UNKNOWN" in refused[0]
    assert f"set 3 of {date} is not complete: SET_DIFFERS" in err


def _of_broker(found: House) -> set[int]:
    return set(found.contracts_of(SEAT)) | set(found.contracts_of(OTHER_SEAT))


def test_what_is_reconciled_is_there_already_too(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config, date = write_config(own_house.config), own_house.config.trade.date
    key = party_key_file(own_house.config, 2)
    file = written(
        tmp_path, *(row(kind="contract", contract_no=no, event="opened") for no in sorted(_of_broker(own_house)))
    )
    arguments = ["clearing", "send", str(file), "--config", str(config), "--date", str(date), "--party", "2"]
    arguments += ["--seat", str(SEAT), "--key", str(key)]
    trio.run(_tell, own_house, SignOff(date))
    assert cli.main(arguments) == ExitCode.OK
    trio.run(_tell, own_house, Reconcile(date, 2, 0))
    capfd.readouterr()

    assert cli.main(arguments) == ExitCode.OK

    assert f"set 1 of {date} is there already, and complete" in capfd.readouterr().out


async def _begin_only(found: House, lines: RecordArray) -> None:
    """Announces the set and sends its first frame, as a program that is killed behind it."""
    async with Seat.open(found.seat(SEAT)) as seat:
        message = AnnounceSet(found.config.trade.date, int(time.time()), totals_of_set(lines))
        assert (await seat.control(message)).accepted
        answered = await seat.submit_block(lines[:FRAME_RECORDS_MAX])
    assert not answered.outcomes["code"].any()


def test_a_set_that_was_sent_in_part_goes_on_as_it_was_cut_and_a_late_one_goes_in_small_frames(
    own_house: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config, date = write_config(own_house.config), own_house.config.trade.date
    contract_no = own_house.contracts_of(SEAT)[0]
    rows = [sell(no, contract_no=contract_no) for no in range(1, FRAME_RECORDS_MAX + 101)]
    file = written(tmp_path, *rows)
    trio.run(_tell, own_house, SignOff(date))
    trio.run(_begin_only, own_house, read_set(file, date).lines)
    trio.run(_tell, own_house, OpenTradeDate(date + 1))
    arguments = ["clearing", "send", str(file), "--config", str(config), "--date", str(date), "--party", "2"]
    arguments += ["--seat", str(SEAT), "--key", str(party_key_file(own_house.config, 2))]
    capfd.readouterr()

    assert cli.main(arguments) == ExitCode.OK

    assert capfd.readouterr().out.splitlines()[-1] == f"set 1 of {date} is complete: 8,292 lines"
    assert cli.main(arguments) == ExitCode.OK
    assert "is there already" in capfd.readouterr().out
    before = own_house.sql(LAST_ROW)
    assert cli.main([*arguments, "--replace"]) == ExitCode.OK
    assert "is there already" in capfd.readouterr().out
    rows[:] = rows[:-1]
    written(tmp_path, *rows)
    assert cli.main([*arguments, "--replace"]) == ExitCode.OK
    assert f"set 2 of {date} is complete: 8,291 lines" in capfd.readouterr().out
    assert own_house.sql(LARGEST_BLOCK.format(before)).strip() == "1024"
