"""A date whose set says otherwise, from the differences to its settlement, by `yzt day` and acts of two people.

Belongs here: the commands through real processes. Never here: every refusal (tests/ledger_core/corrections), files of
lists alone (tests/config).

Four customers of broker 2 froze 100.00 each. The set says that 100.01, 100.02, 100.03 and 100.04 were bought, and that
the bank gave a fen of the first order back. The sums are corrected, one by an act of its own, three by a list, and the
fen that only the broker knows of is decided: O = −400.10.
"""

import csv
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

from config.kit.exit_codes import ExitCode
from frontend_sim.installation import desk_key_file, desk_signer, party_key_file
from frontend_sim.market.desks import DAY_SEAT
from protocol.client import Outcome, Seat
from tests.config.clearing.files import row, written
from tests.e2e.clerks import Clerks, seal
from tests.e2e.house import House, house, wait_until

pytestmark = pytest.mark.postgres

PARTY, SEAT, FROZEN_FEN = 2, 21, 10_000
DEE, EVE = 4, 5
CORRECTED = "SELECT contract_no, act_number FROM bank_corrections WHERE outcome_code = 0 ORDER BY 1"
OWED = "SELECT amount_fen, owed_by FROM bank_obligations WHERE party = 2"


class Desk(NamedTuple):
    """The day desk's commands, and two people who decide."""

    clerks: Clerks

    def day(self, *words: str | Path) -> tuple[int, str, str]:
        config = self.clerks.found.config
        key_id = str(desk_signer(config, DAY_SEAT).key_id)
        return self.clerks.yzt("day", *words, "--key", desk_key_file(config, DAY_SEAT), "--key-id", key_id)

    def signed(self, name: str, command: str, serial: int) -> tuple[Path, str]:
        """The act that the day desk wrote for them, as they sign and send it."""
        yzt, act, write, word, file, *fields = shlex.split(command)
        assert (yzt, act, write, file) == ("yzt", "act", "write", "FILE")
        made = self.clerks.made(name, (DEE, EVE), word, serial, *fields)
        code, said = self.clerks.sent(made)
        assert code == ExitCode.OK, said
        return made, said.partition("number ")[2].partition(",")[0]


def contracts_of_broker(found: House) -> list[int]:
    return sorted(found.contracts_of(SEAT) + found.contracts_of(22))


async def _freeze(found: House, contracts: list[int]) -> list[Outcome]:
    async with Seat.open(found.seat(SEAT)) as seat:
        return [await seat.freeze(contract_no, FROZEN_FEN) for contract_no in contracts]


def sent_set(desk: Desk, folder: Path, contracts: list[int], orders: list[Outcome]) -> None:
    """Order n was filled for 100.0n; of the first one the broker says that 0.01 came back."""
    found, date = desk.clerks.found, desk.clerks.found.config.trade.date
    rows = [row(kind="contract", contract_no=no, event="opened") for no in contracts_of_broker(found)]
    for place, (contract_no, frozen) in enumerate(zip(contracts, orders, strict=True), start=1):
        of = {"contract_no": contract_no, "order_date": date, "order_seat": SEAT, "order_number": frozen.number}
        rows.append(row(kind="order", fate="filled", frozen_fen=FROZEN_FEN, released_fen=int(place == 1), **of))
        rows.append(row(kind="buy", turnover_fen=FROZEN_FEN + place, **of))
    who = ("--date", str(date), "--party", str(PARTY), "--seat", str(SEAT))
    code, out, err = desk.clerks.yzt(
        "clearing", "send", written(folder, *rows), *who, "--key", party_key_file(found.config, PARTY)
    )
    assert (code, f"set 1 of {date} is complete" in out) == (ExitCode.OK, True), err


def test_differences_are_decided_and_corrected_by_commands(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with house(16) as found:
        clerks = Clerks(found, tmp_path, capfd)
        desk = Desk(clerks)
        seal(tmp_path, clerks.yzt)
        for serial, person in enumerate((DEE, EVE), 1):
            clerks.hire(serial, person, "RECONCILE")
        contracts = sorted(found.contracts_of(SEAT))[:4]
        orders = trio.run(_freeze, found, contracts)
        assert [one.remaining_fen for one in orders] == [FROZEN_FEN] * 4
        corrects_nothing(desk, contracts[0], "trading, no complete set to correct by")
        assert desk.day("run", "sign-off")[0] == ExitCode.OK
        sent_set(desk, tmp_path, contracts, orders)
        corrects_nothing(desk, contracts[0], "the bank does not agree with itself on the date yet: yzt day run agree")

        code, out, err = desk.day("run", "all", "--party", "2")
        assert (code, "differs: 5 amount" in out) == (ExitCode.FAILED, True), err
        takes_an_item(desk, contracts[0])
        decides(desk, contracts, orders)
        corrects_one(desk, contracts[0])
        corrects_a_list(desk, tmp_path / "list.csv", contracts[1:])

        code, out, err = desk.day("run", "all", "--party", "2")
        assert (code, "the bank owes 400.10" in out) == (ExitCode.OK, True), err
        corrects_nothing(desk, contracts[0], "settled, no complete set to correct by")
        closes_all(desk, tmp_path / "worklist.csv")
        wait_until("the obligation", lambda: clerks.found.sql(OWED).strip() == "40010|BANK")


def corrects_nothing(desk: Desk, contract_no: int, why: str) -> None:
    """It is said why, and a broker that there is not is named."""
    code, out, err = desk.day("correct", "--party", "2")
    assert (code, out.strip()) == (ExitCode.OK, f"broker 2: {why}"), err
    code, out, err = desk.day("correct", "--party", "2", "--contract", str(contract_no))
    assert (code, f"nothing to correct of {contract_no}: {why}" in err) == (ExitCode.FAILED, True), err
    code, _, err = desk.day("correct", "--contract", str(contract_no))
    assert (code, f"nothing to correct of {contract_no}" in err) == (ExitCode.FAILED, True), err
    for words in (("status",), ("differences",), ("run", "take-back"), ("withdraw",)):
        code, _, err = desk.day(*words, "--party", "99")
        assert (code, "there is no broker 99 (there are: 2, 3)" in err) == (ExitCode.USAGE, True), err


def takes_an_item(desk: Desk, contract_no: int) -> None:
    """Five items are open; Eve takes what is of the first contract, which has a sum and the fen."""
    config = desk.clerks.found.config
    said = (f"party={PARTY}", f"trade_date={config.trade.date}", f"contract_no={contract_no}", f"owner={EVE}")
    code, told = desk.clerks.sent(desk.clerks.alone("take.json", EVE, "assign_item", 1, *said))
    assert code == ExitCode.OK, told
    owned = "SELECT count(*) FROM bank_worklist WHERE is_open AND owner_name = '经办5'"
    wait_until("the owner", lambda: desk.clerks.found.sql(owned).strip() == "2")
    code, out, err = desk.clerks.yzt("day", "worklist")
    head, *items = out.splitlines()
    assert (code, len(items), err.startswith("5 open, 0 closed, as of row ")) == (ExitCode.OK, 5, True)
    assert head.split()[:4] == ["date", "broker", "difference", "contract"]
    assert sum("amount bought" in line for line in items) == 4
    assert [line.split()[-1] for line in items if f"  {contract_no}  " in line] == ["经办5", "经办5"]


def closes_all(desk: Desk, file: Path) -> None:
    """Nothing is open; the file has each with its act, reason and two people."""
    still = "SELECT count(*) FROM bank_worklist WHERE is_open"
    wait_until("the worklist", lambda: desk.clerks.found.sql(still).strip() == "0")
    code, out, err = desk.clerks.yzt("day", "worklist")
    assert (code, len(out.splitlines()), err.startswith("0 open, 0 closed")) == (ExitCode.OK, 1, True)
    assert desk.clerks.yzt("day", "worklist", "--closed", "--csv", file)[0] == ExitCode.OK
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ends = sorted((row["closed_as"], row["act"]) for row in rows)
    assert ends == [("CORRECTED", "correct"), *[("CORRECTED", "correct_list")] * 3, ("DECIDED", "decide")]
    assert {(row["reason"], row["author"], row["second_person"]) for row in rows} == {("应急", str(DEE), str(EVE))}
    code, _, err = desk.clerks.yzt("day", "worklist", "--csv", file)
    assert (code, f"{file}: File exists" in err) == (ExitCode.DATA, True)


def decides(desk: Desk, contracts: list[int], orders: list[Outcome]) -> None:
    """The fen is listed with both values, and two people know of it."""
    code, out, err = desk.day("differences", "--party", "2")
    assert code == ExitCode.OK
    date = desk.clerks.found.config.trade.date
    listed = out.splitlines()[1:]
    assert f"{date},2,amount,released,{contracts[0]},{date},{SEAT},{orders[0].number},0,1" in listed
    assert f"{date},2,amount,bought,{contracts[1]},,,,10000,10002" in listed
    assert len(listed) == 5
    (command,) = [line.partition("to decide: ")[2] for line in err.splitlines() if "to decide: " in line]
    desk.signed("decide.json", command, 1)


def corrects_one(desk: Desk, contract_no: int) -> None:
    of_one = ("correct", "--party", "2", "--contract", str(contract_no))
    code, out, _ = desk.day(*of_one)
    first, command = out.splitlines()
    assert code == ExitCode.FAILED
    assert "bought 100.00 → 100.01 (set: 100.01), sold 0.00 → 0.00 (set: 0.00), 1 orders to close" in first
    number = desk.signed("correct.json", command.strip(), 2)[1]

    code, out, _ = desk.day(*of_one, "--act", str(int(number) + 1))
    assert (code, out.splitlines()[1].strip()) == (ExitCode.FAILED, "1 orders closed; act_needed")
    code, out, _ = desk.day(*of_one, "--act", number)
    assert (code, out.splitlines()[1].strip()) == (ExitCode.OK, "0 orders closed; accepted")
    code, _, err = desk.day("correct", "--act", number)
    assert (code, "are of one --contract" in err) == (ExitCode.USAGE, True)


def corrects_a_list(desk: Desk, file: Path, contracts: list[int]) -> None:
    """Three contracts by one act; a fen more is another list, and what was done is done once."""
    code, out, _ = desk.day("correct", "--party", "2", "--write-list", file)
    first, command = out.splitlines()
    assert code == ExitCode.OK
    assert first == f"{file}: 3 contracts: bought may rise by 0.09, brokers may bear 0.00, 0.00 of buys are rejected"
    lines = file.read_text("utf-8").splitlines()
    assert lines[1:] == [f"{no},{10_000 + fen},0,0,{fen},0" for fen, no in enumerate(contracts, 2)]
    act, number = desk.signed("list.json", command.strip(), 3)
    code, out, _ = desk.clerks.yzt("act", "show", act, "--list", file)
    assert (code, out.splitlines()[1]) == (ExitCode.OK, f"{file} is its list: {first.partition(': ')[2]}")

    other = file.with_name("other.csv")
    other.write_text("\n".join([*lines[:2], lines[2].replace(",3,0", ",4,0"), *lines[3:], ""]), "utf-8")
    code, _, err = desk.clerks.yzt("act", "show", act, "--list", other)
    assert (code, f"{other}: it is not the list that {act} is about" in err) == (ExitCode.DATA, True)
    by_list = ("correct", "--party", "2", "--act", number, "--list")
    code, _, err = desk.day(*by_list, other)
    assert (code, err.count("\n")) == (ExitCode.FAILED, 1)
    assert f"lines 1 to 3 of the list by act {number}: DECISION_DIFFERS" in err

    code, out, _ = desk.day(*by_list, file)
    assert (code, out.splitlines()[-1]) == (ExitCode.OK, "broker 2: 3 contracts of the list are corrected")
    code, out, _ = desk.day(*by_list, file)
    assert (code, out.splitlines()[-1]) == (
        ExitCode.OK,
        "broker 2: 0 contracts of the list are corrected, 3 were before",
    )
    wanted = [f"{no}|{number}" for no in sorted(contracts)]
    wait_until("the corrections", lambda: desk.clerks.found.sql(CORRECTED).split()[1:] == wanted)
