"""`yzt day withdraw`, `resume`, and `run` take-back, backup, reports, end-settlement and confirm-roll against one bank
that runs.

Belongs here: these commands through real processes, one behind the other. Never here: what the core refuses
(tests/ledger_core), the desk by the clock (test_day_by_clock).
"""

import hashlib
import shlex
from pathlib import Path

import pytest
import trio

from config.kit.exit_codes import ExitCode
from frontend_sim.installation import party_key_file
from frontend_sim.market.desks import DAY_SEAT
from protocol.client import Seat
from protocol.messages.control import OpenTradeDate
from tests.config.clearing.files import row, sell, written
from tests.e2e.clerks import seal
from tests.e2e.day.test_deciding import PAT, QUI, Deciders
from tests.e2e.house import house, wait_until

pytestmark = pytest.mark.postgres

AT_FILL, LATE = 2, 3  # when the sales of each broker count
SEATS = {AT_FILL: 21, LATE: 31}
TUESDAY = 20_260_106
ROLL = "SELECT encode(digest, 'hex') FROM rolls WHERE trade_date = 20260106"
TOLD = (
    "SELECT kind, said->>'number', said->>'is_taken_back', said->>'owed' FROM bank_feed "
    "WHERE party = 3 AND kind IN ('SET_WITHDRAWN', 'OBLIGATION') ORDER BY position"
)


class Desk(Deciders):
    """And brokers that send their sets."""

    def send_set_of(self, party: int, *rows: str) -> None:
        """All contracts of the broker are opened on the date; and these rows."""
        date = self.found.config.trade.date
        numbers = sorted(each.contract_no for each in self.found.customers if each.terms.party == party)
        opened = [row(kind="contract", contract_no=each, event="opened") for each in numbers]
        who = ("--date", str(date), "--party", str(party), "--seat", str(SEATS[party]))
        key = ("--key", party_key_file(self.found.config, party))
        code, out, err = self.yzt("clearing", "send", written(self.folder, *opened, *rows), *who, *key)
        assert (code, "is complete" in out) == (ExitCode.OK, True), err

    def first_contract_of(self, party: int) -> int:
        return min(each.contract_no for each in self.found.customers if each.terms.party == party)


AT_THE_END = (
    "SELECT sha256, as_of_sequence < told_sequence FROM bank_day_ends WHERE trade_date = '2026-01-05' AND what = '{}'"
)


async def _open_tuesday(desk: Desk) -> None:
    async with Seat.open(desk.found.desk(DAY_SEAT)) as seat:
        assert (await seat.control(OpenTradeDate(TUESDAY, []))).accepted


def test_the_steps_that_no_other_story_takes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with house(4, late_party=LATE) as found:
        desk = Desk(found, tmp_path, capfd)
        seal(tmp_path, desk.yzt)
        for serial, person in enumerate((PAT, QUI), 1):
            desk.hire(serial, person, "DAY,RECONCILE")
        wait_until("the people", lambda: found.sql("SELECT count(*) FROM bank_persons").strip() == "5")
        backup = ("run", "backup", "--to", str(tmp_path / "backup"))
        code, said = desk.day(*backup)
        assert (code, "20260105 has not ended" in said, (tmp_path / "backup").exists()) == (
            ExitCode.FAILED,
            True,
            False,
        )
        assert desk.day("run", "sign-off")[0] == ExitCode.OK
        code, said = desk.day("run", "confirm-roll")
        assert (code, "the read model has no roll yet" in said) == (ExitCode.UNAVAILABLE, True), said

        resumes(desk)
        withdraws(desk)
        for party in (AT_FILL, LATE):
            desk.send_set_of(party)
        code, said = desk.day("run", "all")
        assert (code, said.count("  closed  ")) == (ExitCode.OK, 2), said
        backs_up(desk, backup)
        reports(desk, tmp_path / "reports")
        ends(desk)


def backs_up(desk: Desk, backup: tuple[str, ...]) -> None:
    """The bank is told of what was made, restored and decided again, and the read model keeps it."""
    code, said = desk.day(*backup)
    assert (code, "are those of the manifest" in said) == (ExitCode.OK, True), said
    digest = next(line.split()[1] for line in said.splitlines() if line.startswith("manifest  "))
    wait_until("the backup", lambda: desk.found.sql(AT_THE_END.format("BACKUP")).strip() == f"{digest}|t")
    assert desk.day(*backup)[0] != ExitCode.OK  # nothing is written over


def reports(desk: Desk, folder: Path) -> None:
    """Every report of the date is made and adds up; the bank is told of their list, and the read model keeps it."""
    code, said = desk.day("run", "reports", "--to", str(folder))
    assert (code, "does NOT add up" in said) == (ExitCode.OK, False), said
    (listed,) = folder.glob("reports-20260105-row*.sha256")
    lines = [line.split() for line in listed.read_text(encoding="utf-8").splitlines()]
    assert {name for _, name in lines} == {file.name for file in folder.iterdir()} - {listed.name}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for digest, name in lines)
    assert len([name for _, name in lines if name.endswith(".pdf")]) == 7  # two settlement sheets among them
    digest = hashlib.sha256(listed.read_bytes()).hexdigest()
    wait_until("the reports", lambda: desk.found.sql(AT_THE_END.format("REPORTS")).strip() == f"{digest}|t")
    assert desk.day("run", "reports") == (
        ExitCode.USAGE,
        "yzt: day run reports: into which new folder? --to FOLDER\n",
    )


def resumes(desk: Desk) -> None:
    """A deferral ends without data, by the same two people; once."""
    date = str(desk.found.config.trade.date)
    said = desk.decided("defer", desk.folder / "defer.json", "--date", date)
    assert f"{date} of broker {AT_FILL}: trading, deferred" in said
    serial = "SELECT last_serial FROM bank_persons WHERE person = 4"
    wait_until("the act", lambda: desk.found.sql(serial).strip() == "1")
    said = desk.decided("resume", desk.folder / "resume.json", "--date", date)
    assert f"{date} of broker {AT_FILL}: trading, not deferred" in said
    again = ("resume", "--file", desk.folder / "resume.json", "--party", str(AT_FILL), "--date", date)
    code, said = desk.day(*again)
    assert (code, "it took effect, as it did before" in said) == (ExitCode.OK, True), said


def withdraws(desk: Desk) -> None:
    """Broker 3 sells for 5.00 by its set alone. What was booked by it goes back, and it hears of that."""
    late = ("--party", str(LATE))
    code, said = desk.day("withdraw", *late)
    assert (code, said.strip()) == (ExitCode.FAILED, f"broker {LATE}: trading, no set to withdraw")
    desk.send_set_of(LATE, sell(1, contract_no=desk.first_contract_of(LATE), turnover_fen=500))
    assert desk.day("run", "agree")[0] == ExitCode.OK
    assert desk.day("run", "reconcile", *late)[0] == ExitCode.OK
    assert desk.day("run", "proceeds", *late)[0] == ExitCode.OK

    code, said = desk.day("withdraw", *late)
    first, command = said.strip().splitlines()
    assert (code, first) == (ExitCode.OK, f"broker {LATE}: reconciled, set 1")
    yzt, act, write, word, file, *fields = shlex.split(command)
    assert (yzt, act, write, word, file) == ("yzt", "act", "write", "withdraw_set", "FILE")
    code, said = desk.sent(desk.made("withdraw.json", (PAT, QUI), word, 3, *fields))
    assert code == ExitCode.OK, said
    code, said = desk.day("status")
    assert (code, "reverting" in said, "1 contracts to take back" in said) == (ExitCode.OK, True, True), said
    code, said = desk.day("run", "take-back", *late)
    assert (code, f"{LATE}  finished" in said) == (ExitCode.OK, True), said
    code, said = desk.day("run", "take-back", *late)  # again: it is done
    assert (code, "contracts to take back" in said) == (ExitCode.OK, False), said


def ends(desk: Desk) -> None:
    """Once another date is open the settled one ends, once; and the state behind the roll is signed."""
    found, date = desk.found, desk.found.config.trade.date
    code, said = desk.day("run", "end-settlement")
    assert (code, said.count("\n")) == (ExitCode.FAILED, 1), said
    trio.run(_open_tuesday, desk)
    code, said = desk.day("run", "end-settlement")
    assert (code, f"{date} is ended" in said) == (ExitCode.OK, True), said
    code, said = desk.day("run", "end-settlement", "--date", str(date))
    assert (code, said.count("\n")) == (ExitCode.FAILED, 1), said

    wait_until("the roll", lambda: found.sql(ROLL).strip() != "")
    for _ in range(2):  # it may be said again
        code, said = desk.day("run", "confirm-roll")
        wanted = f"the state behind the roll to {TUESDAY} is confirmed: {found.sql(ROLL).strip()}"
        assert (code, wanted in said) == (ExitCode.OK, True), said
    wait_until("the feed", lambda: len(found.sql(TOLD).splitlines()) == 2)
    assert found.sql(TOLD).splitlines() == ["SET_WITHDRAWN|1|true|", "OBLIGATION|2||0"]
