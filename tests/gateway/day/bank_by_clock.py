"""The day desk by the clock over the ledger's core: a clock that the test moves tells the time; no process, no wire.

Belongs here: the desk's seat at the core, rounds, what a broker sends beside them. Never here: assertions about a day.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from gateway.day.by_clock import DayByClock
from gateway.day.desk import DayDesk
from gateway.day.figures import Figures
from gateway.day.planning.calendars import days_from
from gateway.day.planning.overrides import NO_OVERRIDES
from gateway.day.planning.plan import Plan, plan_of
from ledger.core.book_answers import BookAnswers
from protocol.client import BlockOutcome, Outcome
from protocol.codes import ReplyCode
from protocol.messages.codec import decode_answer, decode_query, encode
from protocol.messages.control import ConfirmRoll, ControlMessage
from protocol.messages.customers.interest import InterestQuery
from protocol.messages.day.corrections import ClosingsQuery, CorrectionQuery
from protocol.messages.day.dates import DatesQuery
from protocol.messages.day.paying import ClearingAccountsQuery
from protocol.messages.day.settling import CreditsQuery, SettlementsQuery
from protocol.messages.day.steps import CompleteSet
from protocol.messages.queries import AnswerMessage, ProceedsQuery, QueryMessage, SetQuery, TotalsQuery
from protocol.records import OUTCOME, RecordArray
from protocol.session.told_values import check_answer
from protocol.vocabulary import BANK_PARTY, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.gateway.day.planning.year_2026 import SHANGHAI, library
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
)
from tests.ledger_core.lines.words import announce

NS_PER_S = 1_000_000_000


def plan_in_2026(trade_date: int) -> Plan:
    return plan_of(trade_date, days_from(trade_date, ("XSHG",), NO_OVERRIDES, library), SHANGHAI)


def at(day: int, clock: str) -> int:
    """A second of a day by a clock in Shanghai."""
    hours, minutes = map(int, clock.split(":"))
    return plan_in_2026(MONDAY).windows[0].day_end_s - 86_399 + (day - TUESDAY) * 86_400 + hours * 3_600 + minutes * 60


class Killed(Exception):
    """The desk's process ends here."""


@dataclass
class Bank:
    """The day desk's seat at the core; what is told goes through the codec and its checks."""

    desk: Desk = field(default_factory=Desk)
    now_s: int = at(MONDAY, "09:00")
    elapsed_s: float = 0.0
    dies_at: int = 0  # so many requests from now on: decided, and the answer is not heard
    said: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    day: DayByClock | None = None
    rolls: dict[int, ConfirmRoll] = field(default_factory=dict)  # that the read model has
    rolls_asked: int = 0
    read_model_fault: str = ""
    backed_up: set[int] | None = None  # trade dates that were, as the read model has it; None: nothing waits for it

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process of the desk."""
        seat: Any = self
        desk, now, elapsed = DayDesk(seat, lambda _line: None), lambda: self.now_s, lambda: self.elapsed_s
        asked = self.is_backed_up if self.backed_up is not None else None
        self.day = DayByClock(desk, plan_in_2026, now, elapsed, self.said.append, self.figures, self.roll_to, asked)

    @property
    def trade_date(self) -> int:
        return self.desk.book.trade_date

    async def control(self, message: ControlMessage) -> Outcome:
        """Decided at the bank's time."""
        self.desk.now_ns = self.now_s * NS_PER_S
        told = self.desk.told(message)
        self._count(f"{type(message).__name__} {told.code.name}")
        sequence = self.desk.book.sequence
        return Outcome(told.code, 1, self.trade_date, sequence, 1, told.remaining_fen, told.state, DAY_SEAT)

    async def submit_block(self, records: RecordArray) -> BlockOutcome:
        self.desk.ask(DAY_SEAT, records)
        outcomes = np.frombuffer(self.desk.rows[-1].outcomes, OUTCOME)
        kinds = sorted({RecordKind(kind).name for kind in records["kind"].tolist()})
        self._count(f"{len(records)} {' '.join(kinds)} {set(outcomes['code'].tolist())}")
        return cast("BlockOutcome", SimpleNamespace(outcomes=outcomes))

    async def correction(
        self, trade_date: int, party: int, contract_no: int = 0, first: int = 0, rejected_fen: int = 0
    ) -> AnswerMessage:
        return self._ask(CorrectionQuery(trade_date, party, first, contract_no, rejected_fen))

    async def closings(self, trade_date: int, party: int, first: int = 0) -> AnswerMessage:
        return self._ask(ClosingsQuery(trade_date, party, first))

    async def settlements(self, trade_date: int, party: int, first: int = 0) -> AnswerMessage:
        return self._ask(SettlementsQuery(trade_date, party, first))

    async def due_credits(self, party: int, first: int = 0) -> AnswerMessage:
        return self._ask(CreditsQuery(party, first))

    async def interest_due(self, first: int = 0) -> AnswerMessage:
        return self._ask(InterestQuery(first))

    async def roll_to(self, trade_date: int) -> ConfirmRoll | None:
        self.rolls_asked += 1
        if self.read_model_fault:
            raise ProcessFault(self.read_model_fault, ExitCode.UNAVAILABLE)
        return self.rolls.get(trade_date)

    async def is_backed_up(self, trade_date: int) -> bool:
        if self.read_model_fault:
            raise ProcessFault(self.read_model_fault, ExitCode.UNAVAILABLE)
        assert self.backed_up is not None
        return trade_date in self.backed_up

    async def trade_dates(self) -> AnswerMessage:
        return self._ask(DatesQuery())

    async def clearing_accounts(self) -> AnswerMessage:
        return self._ask(ClearingAccountsQuery())

    async def totals(self, source: int) -> AnswerMessage:
        return self._ask(TotalsQuery(3 if source == 4 else source))  # the gateway's book has what the ledger has

    async def clearing_set(self, trade_date: int, party: int) -> AnswerMessage:
        return self._ask(SetQuery(trade_date, party))

    async def proceeds_due(self, trade_date: int, party: int, first: int) -> AnswerMessage:
        return self._ask(ProceedsQuery(trade_date, party, first))

    def _ask(self, query: QueryMessage) -> AnswerMessage:
        asked: Any = decode_query(encode(query))
        return check_answer(asked, decode_answer(encode(BookAnswers(self.desk.book).answer(BANK_PARTY, asked))))

    def _count(self, what: str) -> None:
        self.sent.append(what)
        if self.dies_at:
            self.dies_at -= 1
            if not self.dies_at:
                raise Killed

    def round(self, day: int, clock: str) -> list[str]:
        """A round at this time, and one more; what was sent. The second has nothing to do."""
        self.now_s, before = at(day, clock), len(self.sent)
        assert self.day is not None
        trio.run(self.day.round)
        found = self.sent[before:]
        trio.run(self.day.round)
        assert len(self.sent) == before + len(found)
        return found

    def send_empty(self, trade_date: int, party: int) -> None:
        """The broker traded nothing."""
        seat = SEAT if party == BROKER else OTHER_SEAT
        announce(self.desk, on=trade_date, seat=seat, declared_s=0)
        assert self.desk.control(CompleteSet(trade_date, 1), seat) == ReplyCode.ACCEPTED


SIGNED_OFF = ["SignOff ACCEPTED", "Mark ACCEPTED", "Tell ACCEPTED"]
PUBLISHED = ["Reconcile ACCEPTED", "Publish ACCEPTED"]
BEGUN = "BeginSettle ACCEPTED"
AGREED = ["Mark ACCEPTED", "Tell ACCEPTED"]  # the bank's own books, once more behind a settlement
SETTLED = [*PUBLISHED, BEGUN, *AGREED]  # of a lane without anything to settle
