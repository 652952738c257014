"""A seat 席位 as a broker's program sees it: verbs that wait for the bank's word.

Belongs here: the verbs, staying connected. Never here: how frames are made (traffic) or sent (link).
Ctrl-C may come at any instruction of a trio program. Within the steps of the SDK it waits: it would otherwise tell a
caller as never sent what is in the outbox already. Who waits for an answer is left at once.
"""

import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Self, TypeVar

import trio

from ..codes import ReplyCode
from ..errors import InvariantBroken, MisuseError
from ..limits import (
    BANK_ACCOUNT_NO_MAX,
    CONTRACTS_MAX,
    RANGE_PAIRS,
    REQUEST_NUMBER_MAX,
    SESSION_VERSION_MAX,
)
from ..messages.control import ControlMessage
from ..messages.day.dates import DatesAnswer, DatesQuery
from ..messages.day.marked import OutletsAnswer, OutletsQuery, PairsAnswer, PairsQuery, RangesAnswer, RangesQuery
from ..messages.day.paying import ClearingAccountsAnswer, ClearingAccountsQuery
from ..messages.persons import ActSignature
from ..messages.queries import (
    AccountAnswer,
    AccountQuery,
    AnswerMessage,
    BuyingPowerAnswer,
    BuyingPowerQuery,
    OutcomeAnswer,
    OutcomeQuery,
    QueryMessage,
    TotalsAnswer,
    TotalsQuery,
)
from ..records import OutcomeArray, RecordArray
from ..vocabulary import BANK_PARTY, RecordKind
from .clearing.verbs import ClearingVerbs
from .clock import Clock, SystemClock
from .contracts import ContractVerbs
from .errors import SessionEnded
from .feeds.verbs import FeedVerbs
from .forks import Origin
from .line.calls import KnownDigests
from .line.ends import LinkEnd, heals
from .line.link import NS_PER_S, Link, closing, connect
from .line.seat_turns import SeatTurns
from .line.traffic import SeatStatistics, Traffic
from .outbox.outbox import Outbox
from .outcomes import BlockOutcome, Outcome, Recovered
from .pushes import PushVerbs
from .settings import SeatSettings, checked_settings
from .verbs.arguments import (
    act_of_people,
    calendar_date,
    control_body,
    moment_ns,
    numbers_to_ask,
    records_body,
    records_of,
    shown,
    whole_number,
)
from .verbs.day import DayVerbs
from .verbs.passwords import BoxKeysKept, PasswordVerbs
from .verbs.single import AwaitedVerbs

REFUSALS_AT_THE_DOOR = 5  # in a row; the pauses between them come to less than a second
_CLOCK_READS = ("elapsed_ns", "utc_offset_ns")
A = TypeVar("A", bound=AnswerMessage)


class Seat(AwaitedVerbs, FeedVerbs, PushVerbs, ContractVerbs, ClearingVerbs, DayVerbs, PasswordVerbs):
    """One ordered stream of requests to the bank. Made by `open`; every verb may be called from many tasks.

    A refusal is a value: look at `Outcome.code`. Every verb that sends waits, over reconnects, until the bank has
    answered, and raises SessionEnded (not sent) or OutcomeUnknown (sent, no answer) only when the seat is closed or
    its session ended for good. On cancellation a request not yet sent is taken back; the outcome of one already
    sent comes in `recovered`. A seat of a pool shares its single calls with the others: one made here may go with
    another, and still does when this one's session has ended.
    """

    def __init__(self, settings: SeatSettings, outbox: Outbox, clock: Clock, turns: SeatTurns) -> None:
        """Use `open`."""
        self._settings = settings
        self._outbox = outbox
        self._clock = clock
        self._turns = turns
        self._traffic = Traffic(settings, outbox, turns)
        self._calls = self._traffic.calls
        self._jitter = random.Random(f"{settings.jitter_seed}/{settings.seat}")  # noqa: S311 - spreads pauses, guards nothing
        self._ready = trio.Event()
        self._box_keys = BoxKeysKept()
        self._ended: SessionEnded | None = None
        self._origin = Origin()

    @classmethod
    @asynccontextmanager
    @trio.lowlevel.enable_ki_protection
    async def open(
        cls, settings: SeatSettings, clock: Clock | None = None, turns: SeatTurns | None = None
    ) -> AsyncIterator[Self]:
        """Open the outbox, log on, and have everything answered that an earlier process left (see `recovered`).

        Raises OutboxInUse, OutboxDamaged, OutboxError, SessionEnded (the bank does not let us in, or was not reached
        in `connect_attempts_max` attempts). On leaving, the bank is told FINISHED; unanswered frames stay in the
        outbox. `turns` are shared by the seats of a pool (see `SeatPool`); None: a queue of its own.
        """
        checked_settings(settings)
        if clock is not None and not all(callable(getattr(clock, name, None)) for name in _CLOCK_READS):
            raise MisuseError(f"clock is a Clock or None, not {shown(clock)}")
        if turns is not None and not isinstance(turns, SeatTurns):
            raise MisuseError(f"turns are SeatTurns or None, not {shown(turns)}")
        outbox = Outbox.open(
            settings.outbox,
            settings.party,
            settings.seat,
            records_max=settings.outbox_records,
            power_safe=settings.power_safe,
        )
        try:
            seat = cls(settings, outbox, clock or SystemClock(), turns or SeatTurns(settings.call_frames_max))
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(seat._stay_connected)
                    try:
                        await seat._wait_ready()
                        yield seat
                    finally:
                        seat._end(SessionEnded(ReplyCode.FINISHED, "the seat was closed"))
                        nursery.cancel_scope.cancel()
                if seat._origin.is_here:
                    seat._traffic.forget_told()
            except BaseExceptionGroup as group:
                if len(group.exceptions) > 1:
                    raise
                raise group.exceptions[0] from group.exceptions[0].__cause__  # the nursery's wrapping, not the caller's
        finally:
            outbox.close()

    @property
    def settings(self) -> SeatSettings:
        """What the seat was opened with."""
        return self._settings

    @property
    def trade_date(self) -> int:
        """The open trade date, yyyymmdd."""
        return self._traffic.window.trade_date

    def _open_date(self) -> int:
        return self.trade_date

    def _utc_ns(self) -> int:
        return self._clock.elapsed_ns() + self._clock.utc_offset_ns()

    @property
    def next_number(self) -> int:
        """The number that the next request gets."""
        return self._traffic.window.next_number

    @property
    def recovered(self) -> list[Recovered]:
        """Outcomes that no caller waited for, oldest first: of an earlier process, and of cancelled calls.

        The outbox goes on holding the latter until they have been read here.
        """
        return self._traffic.read_recovered()

    @property
    def ended(self) -> SessionEnded | None:
        """Why no session will come any more; None while the seat is connected or reconnecting."""
        return self._ended

    def statistics(self) -> SeatStatistics:
        """A copy of the counters since the seat was opened."""
        return self._traffic.snapshot()

    def submit_block(self, records: RecordArray, valid_until_ns: int = 0) -> Coroutine[object, object, BlockOutcome]:
        """Send (n,) RECORD, n ≥ 1, in their order; more than FRAME_RECORDS_MAX go in parts. To be awaited.

        `valid_until_ns`: UTC; a FREEZE, ORDER or WITHDRAWAL decided later is refused EXPIRED; 0: no bound. The records
        are copied at once. Raises MisuseError at once for anything else, for more than a seat has numbers, and for
        orders through the bank beside other records: those go in a block of their own.
        """
        body = records_body(records)
        are_orders = records_of(body)["kind"] == RecordKind.ORDER
        if are_orders.any() and not are_orders.all():
            raise MisuseError("orders through the bank go in a block of their own, without cancels beside them")
        return self._block(body, moment_ns("valid_until_ns", valid_until_ns))

    def freeze_block(self, records: RecordArray, valid_until_ns: int = 0) -> Coroutine[object, object, OutcomeArray]:
        """Send (n,) RECORD whose kinds are all FREEZE; gives (n,) OUTCOME in the same order. Else as `submit_block`."""
        body = records_body(records)
        if (records_of(body)["kind"] != RecordKind.FREEZE).any():
            raise MisuseError("freeze_block takes freezes only; use submit_block")
        return self._outcomes(body, moment_ns("valid_until_ns", valid_until_ns))

    def control(self, message: ControlMessage) -> Coroutine[object, object, Outcome]:
        """Send one business control message; it consumes one number like a record. To be awaited.

        Raises MisuseError at once for what is no control message, or is out of the bounds of its fields.
        """
        return self._calls.control(control_body(message, self._settings.seat))

    def act(self, text: bytes, signatures: Sequence[ActSignature]) -> Coroutine[object, object, Outcome]:
        """Send an act of people: the text as it was signed, the author's signature first. To be awaited.

        Its number, or that of what it made, is told in `remaining_fen`, of one that was sent before too. Raises
        MisuseError at once for what is out of its bounds, and for a broker: its people sign nothing here.
        """
        message = act_of_people(text, signatures)
        body = control_body(message, self._settings.seat)
        if self._settings.party != BANK_PARTY:
            raise MisuseError("acts are the bank's own")
        return self._calls.control(body)

    def buying_power(self, contract_nos: Sequence[int]) -> Coroutine[object, object, BuyingPowerAnswer]:
        """Ask for both amounts of 1 to 64 own contracts. To be awaited. Raises MisuseError at once for no such list."""
        return self._ask(BuyingPowerQuery(numbers_to_ask("contract_nos", contract_nos)), BuyingPowerAnswer)

    def accounts(self, bank_account_nos: Sequence[int]) -> Coroutine[object, object, AccountAnswer]:
        """Ask for our numbers of 1 to 64 savings accounts and of their contracts. To be awaited.

        Raises MisuseError at once for no such list, and for a broker: it learns nothing by asking.
        """
        query = AccountQuery(numbers_to_ask("bank_account_nos", bank_account_nos, BANK_ACCOUNT_NO_MAX))
        if self._settings.party != BANK_PARTY:
            raise MisuseError("accounts are the bank's own")
        return self._ask(query, AccountAnswer)

    def outcome_of(self, trade_date: int, number: int) -> Coroutine[object, object, OutcomeAnswer]:
        """Ask what became of a number of this seat; `seen` is False when no durable row holds it. To be awaited.

        Raises MisuseError at once for no day of the calendar (yyyymmdd), or no number (1 to 2^62).
        """
        date, of = calendar_date("trade_date", trade_date), whole_number("number", number, 1, REQUEST_NUMBER_MAX)
        return self._ask(OutcomeQuery(date, of), OutcomeAnswer)

    def totals(self, source: int) -> Coroutine[object, object, TotalsAnswer]:
        """Control totals: 1 the ledger's, 2 the gateway's own book, 3 and 4 the same as of the last mark.

        To be awaited. Raises MisuseError at once for another source, and for a broker: the bank would end its session
        for asking.
        """
        query = TotalsQuery(whole_number("source", source, 1, 4))
        return self._ask_as_bank(query, TotalsAnswer)

    def marked_ranges(self, source: int, first: int = 0) -> Coroutine[object, object, RangesAnswer]:
        """Digests of ranges of places as of the last mark, from range `first` on: 3 the ledger's, 4 the own book's.

        To be awaited. Raises MisuseError at once as `totals`, and for no range.
        """
        return self._ask_as_bank(RangesQuery(*self._marked(source, first, CONTRACTS_MAX // RANGE_PAIRS)), RangesAnswer)

    def marked_pairs(self, source: int, first: int = 0) -> Coroutine[object, object, PairsAnswer]:
        """The amounts of places as of the last mark, from place `first` on. As `marked_ranges`."""
        return self._ask_as_bank(PairsQuery(*self._marked(source, first, CONTRACTS_MAX)), PairsAnswer)

    def outlets_apart(self) -> Coroutine[object, object, OutletsAnswer]:
        """The outlets whose accounts were apart from the general ledger as of the last mark. As `totals`."""
        return self._ask_as_bank(OutletsQuery(), OutletsAnswer)

    def trade_dates(self) -> Coroutine[object, object, DatesAnswer]:
        """The dates that are open or unsettled, and all brokers. As `totals`."""
        return self._ask_as_bank(DatesQuery(), DatesAnswer)

    def clearing_accounts(self) -> Coroutine[object, object, ClearingAccountsAnswer]:
        """Every broker's clearing account, and what is due when. As `totals`."""
        return self._ask_as_bank(ClearingAccountsQuery(), ClearingAccountsAnswer)

    @staticmethod
    def _marked(source: int, first: int, most: int) -> tuple[int, int]:
        return whole_number("source", source, 3, 4), whole_number("first", first, 0, most)

    def _ask_as_bank(self, query: QueryMessage, kind: type[A]) -> Coroutine[object, object, A]:
        if self._settings.party != BANK_PARTY:
            raise MisuseError("totals are the bank's own")
        return self._ask(query, kind)

    async def _recovered_now(self) -> list[Recovered]:
        return self.recovered

    async def _block(self, body: bytes, valid_until_ns: int, known: KnownDigests | None = None) -> BlockOutcome:
        return await self._calls.block(body, valid_until_ns, known)

    async def _outcomes(self, body: bytes, valid_until_ns: int) -> OutcomeArray:
        return (await self._block(body, valid_until_ns)).outcomes

    async def _ask(self, query: QueryMessage, kind: type[A]) -> A:
        answer: AnswerMessage = await self._traffic.queries.ask(query)
        if not isinstance(answer, kind):  # `Queries` takes no other
            raise InvariantBroken(f"{type(answer).__name__} for a {type(query).__name__}")
        return answer

    async def _wait_ready(self) -> None:
        await self._ready.wait()
        if self._ended is not None:
            raise SessionEnded(self._ended.code, self._ended.detail)

    @trio.lowlevel.enable_ki_protection
    async def _stay_connected(self) -> None:
        settings, traffic = self._settings, self._traffic
        version, negotiate = min(self._outbox.session_version + 1, SESSION_VERSION_MAX), True
        attempts = 0  # in a row without a session
        failures = 0  # in a row without an answer: what makes the pauses longer
        refusals = 0  # in a row by words that prove nothing, while the seat is being opened
        detail = ""
        while attempts < settings.connect_attempts_max:
            stream = await connect(settings)
            if isinstance(stream, LinkEnd):
                end = stream
            else:
                async with closing(stream):
                    if negotiate:  # kept before it is used: a version is never asked for twice
                        self._outbox.keep_session(version, self._outbox.trade_date)
                    link = Link(settings, self._clock, traffic, self._outbox, version, self._on_progress)
                    end = await link.run(stream, negotiate)
                negotiate = negotiate and not link.has_negotiated
                attempts = 0 if link.was_established else attempts
                failures = 0 if link.was_of_use else failures
            detail = end.detail
            if end.code is not None and not heals(end.code):
                self._end(SessionEnded(end.code, end.detail))
                return
            refusals = refusals + 1 if self._is_refused_at_the_door(end) else 0
            if end.unproven is not None and refusals >= REFUSALS_AT_THE_DOOR:
                self._end(SessionEnded(end.unproven, f"{refusals} times in a row: {end.detail}"))
                return
            attempts += 1
            failures += 1
            if end.code is ReplyCode.SESSION_VERSION_NOT_GROWING:
                version, negotiate = end.session_version + 1, True  # ours was too low, or far above the one in force
            elif end.code is ReplyCode.SESSION_UNKNOWN:
                version, negotiate = min(version + 1, SESSION_VERSION_MAX), True
            if end.code is not ReplyCode.SESSION_VERSION_NOT_GROWING or failures > 1:
                await trio.sleep(self._pause_ns(failures) / NS_PER_S)
        self._end(SessionEnded(ReplyCode.PEER_SILENT, f"no session in {attempts} attempts: {detail}"))

    def _is_refused_at_the_door(self, end: LinkEnd) -> bool:
        """Whether we and the bank seem not to know each other: who opens a seat should hear of a wrong key soon.

        One such word may be a recording or a changed byte, and an open seat is ended by no number of them.
        """
        return end.unproven is not None and not self._ready.is_set()

    def _pause_ns(self, failures: int) -> int:
        settings = self._settings
        doubled_ns = settings.backoff_first_ns << min(failures - 1, 40)
        longest_ns = min(doubled_ns, settings.backoff_last_ns)
        return self._jitter.randint(longest_ns // 2, longest_ns)

    def _on_progress(self) -> None:
        if self._traffic.leftovers == 0 and self._traffic.statistics.links and not self._ready.is_set():
            self._ready.set()

    def _end(self, error: SessionEnded) -> None:
        if self._ended is None:
            self._ended = error
            self._traffic.end(error)
            self._ready.set()
