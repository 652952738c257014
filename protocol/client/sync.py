"""The seat for programs that do not use trio: the same verbs, blocking.

Belongs here: one background thread that runs a `Seat`, from its start to its end. Never here: anything about frames,
how one call is waited for (thread_call).
Calls from several threads coalesce as those of several tasks do. A single thread that needs speed sends blocks.
"""

import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Self, TypeVar

import trio

from ..codes import ReplyCode
from ..errors import MisuseError
from ..messages.control import ControlMessage
from ..messages.customers.accounts import SecuritiesAccount
from ..messages.customers.interest import InterestAnswer
from ..messages.customers.open_items import OpenItemsAnswer
from ..messages.customers.pushes import OpenPushAnswer, PushAnswer
from ..messages.day.corrections import ClosingsAnswer, CorrectionAnswer, RevertsAnswer
from ..messages.day.dates import DatesAnswer
from ..messages.day.marked import OutletsAnswer, PairsAnswer, RangesAnswer
from ..messages.day.paying import ClearingAccountsAnswer
from ..messages.day.settling import CreditsAnswer, SettlementsAnswer
from ..messages.orders.fees import NotifyFees
from ..messages.persons import ActSignature
from ..messages.queries import (
    AccountAnswer,
    BuyingPowerAnswer,
    DifferenceAnswer,
    OutcomeAnswer,
    ProceedsAnswer,
    SetAnswer,
    TotalsAnswer,
)
from ..particulars import Particulars
from ..records import OutcomeArray, RecordArray
from .clearing.sending import HearsCount, SentSet
from .errors import SessionEnded
from .feeds.events import FeedEvent
from .feeds.order_reading import BlockingOrders
from .forks import Origin
from .line.feed import FeedReader
from .line.receipts import Receipt
from .line.thread_call import ThreadCall
from .line.traffic import SeatStatistics
from .outcomes import BlockOutcome, Outcome, Recovered
from .pushes import IdentityKeys
from .seat import Seat
from .settings import SeatSettings, checked_settings
from .verbs.blocking import BlockingPasswordVerbs
from .verbs.single import SingleVerbs

T = TypeVar("T")


class _LeftByError(Exception):
    """The block of `open` was left by an exception."""


class SyncSeat(SingleVerbs[Outcome], BlockingPasswordVerbs):
    """A `Seat` in a thread of its own; each verb blocks its caller. Thread-safe. See `Seat` for what verbs raise.

    The outbox forgets an outcome when the thread that was told calls again, ends, or the seat is closed in order. A
    call that is left by an exception (Ctrl-C, a signal handler's) is abandoned: taken back when it is not yet in a
    frame; else it goes on, and its outcome comes in `recovered`.
    """

    def __init__(self, settings: SeatSettings) -> None:
        """Use `open`."""
        self._settings = checked_settings(settings)
        self._started = threading.Event()
        self._error: BaseException | None = None
        self._seat: Seat | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._scope = trio.CancelScope()  # of opening
        self._stop = trio.Event()
        self._is_closing = False
        self._is_left_by_error = False
        self._origin = Origin()
        self._mine = threading.local()  # `receipts`: of this thread's calls, until given
        self._thread = threading.Thread(target=self._run, name=f"seat {self._settings.seat}", daemon=True)

    @classmethod
    @contextmanager
    def open(cls, settings: SeatSettings) -> Iterator[Self]:
        """As `Seat.open`, blocking. Raises what it raises; on leaving, what ended the seat meanwhile (OutboxError)."""
        face = cls(settings)
        try:
            face._thread.start()
            face._started.wait()
            if face._error is not None:
                raise face._error
            yield face
        except BaseException:
            face._is_left_by_error = True
            raise
        finally:
            try:
                face._close()
            except BaseException:
                face._tell_end()  # it ends by itself; whoever interrupts does not wait for it
                raise
        if face._error is not None:
            raise face._error

    @property
    def settings(self) -> SeatSettings:
        """What the seat was opened with."""
        return self._settings

    @property
    def trade_date(self) -> int:
        """The open trade date, yyyymmdd."""
        return self._opened().trade_date

    @property
    def next_number(self) -> int:
        """The number that the next request gets."""
        return self._opened().next_number

    @property
    def recovered(self) -> list[Recovered]:
        """Outcomes that no caller waited for: of an earlier process, and of calls that were left by an exception."""
        seat = self._opened()
        try:
            return self._wait(seat._recovered_now())
        except SessionEnded:  # closed: nothing changes any more
            return list(seat._traffic.recovered)

    @property
    def ended(self) -> SessionEnded | None:
        """Why no session will come any more; None while the seat is connected or reconnecting."""
        return self._opened().ended

    def statistics(self) -> SeatStatistics:
        """A copy of the counters."""
        return self._opened().statistics()

    def submit_block(self, records: RecordArray, valid_until_ns: int = 0) -> BlockOutcome:
        """As `Seat.submit_block`."""
        return self._wait(self._opened().submit_block(records, valid_until_ns))

    def freeze_block(self, records: RecordArray, valid_until_ns: int = 0) -> OutcomeArray:
        """As `Seat.freeze_block`."""
        return self._wait(self._opened().freeze_block(records, valid_until_ns))

    def control(self, message: ControlMessage) -> Outcome:
        """As `Seat.control`."""
        return self._wait(self._opened().control(message))

    def act(self, text: bytes, signatures: Sequence[ActSignature]) -> Outcome:
        """As `Seat.act`."""
        return self._wait(self._opened().act(text, signatures))

    def buying_power(self, contract_nos: Sequence[int]) -> BuyingPowerAnswer:
        """As `Seat.buying_power`."""
        return self._wait(self._opened().buying_power(contract_nos))

    def accounts(self, bank_account_nos: Sequence[int]) -> AccountAnswer:
        """As `Seat.accounts`."""
        return self._wait(self._opened().accounts(bank_account_nos))

    def outcome_of(self, trade_date: int, number: int) -> OutcomeAnswer:
        """As `Seat.outcome_of`."""
        return self._wait(self._opened().outcome_of(trade_date, number))

    def correction(
        self, trade_date: int, party: int, contract_no: int = 0, first: int = 0, rejected_fen: int = 0
    ) -> CorrectionAnswer:
        """As `Seat.correction`."""
        return self._wait(self._opened().correction(trade_date, party, contract_no, first, rejected_fen))

    def reverts(self, trade_date: int, party: int, first: int = 0) -> RevertsAnswer:
        """As `Seat.reverts`."""
        return self._wait(self._opened().reverts(trade_date, party, first))

    def clearing_accounts(self) -> ClearingAccountsAnswer:
        """As `Seat.clearing_accounts`."""
        return self._wait(self._opened().clearing_accounts())

    def closings(self, trade_date: int, party: int, first: int = 0) -> ClosingsAnswer:
        """As `Seat.closings`."""
        return self._wait(self._opened().closings(trade_date, party, first))

    def settlements(self, trade_date: int, party: int, first: int = 0) -> SettlementsAnswer:
        """As `Seat.settlements`."""
        return self._wait(self._opened().settlements(trade_date, party, first))

    def due_credits(self, party: int, first: int = 0) -> CreditsAnswer:
        """As `Seat.due_credits`."""
        return self._wait(self._opened().due_credits(party, first))

    def interest_due(self, first: int = 0) -> InterestAnswer:
        """As `Seat.interest_due`."""
        return self._wait(self._opened().interest_due(first))

    def clearing_set(self, trade_date: int, party: int = 0) -> SetAnswer:
        """As `Seat.clearing_set`."""
        return self._wait(self._opened().clearing_set(trade_date, party))

    def differences(self, trade_date: int, party: int = 0, first: int = 0) -> DifferenceAnswer:
        """As `Seat.differences`."""
        return self._wait(self._opened().differences(trade_date, party, first))

    def send_clearing_set(
        self, trade_date: int, declared_s: int, lines: RecordArray, told: HearsCount | None = None, party: int = 0
    ) -> SentSet:
        """As `Seat.send_clearing_set`; `told` is called in the seat's own thread."""
        return self._wait(self._opened().send_clearing_set(trade_date, declared_s, lines, told, party))

    def feed(self, after: int = 0, digest: bytes = b"") -> Iterator[FeedEvent]:
        """As `Seat.feed`, blocking: `for event in seat.feed(after)`."""
        return self._events(self._wait(self._opened()._feed_now(after, digest)))

    def orders(self) -> BlockingOrders:
        """As `Seat.orders`, blocking: `for entry in seat.orders()`."""
        return BlockingOrders(self._wait(self._opened()._orders_now()), self._wait)

    def reports(self) -> BlockingOrders:
        """As `Seat.reports`, blocking."""
        return self.orders()

    def receipt(self, event: FeedEvent) -> Outcome:
        """As `Seat.receipt`."""
        return self._wait(self._opened().receipt(event))

    def notice(self, trade_date: int, case: int = 0) -> Outcome:
        """As `Seat.notice`."""
        return self._wait(self._opened().notice(trade_date, case))

    def notify_fees(self, fees: NotifyFees) -> Outcome:
        """As `Seat.notify_fees`."""
        return self._wait(self._opened().notify_fees(fees))

    def objection(self, trade_date: int, amount_fen: int, reason: str, contract_no: int = 0, case: int = 0) -> Outcome:
        """As `Seat.objection`."""
        return self._wait(self._opened().objection(trade_date, amount_fen, reason, contract_no, case))

    def proceeds_due(self, trade_date: int, party: int = 0, first: int = 0) -> ProceedsAnswer:
        """As `Seat.proceeds_due`."""
        return self._wait(self._opened().proceeds_due(trade_date, party, first))

    def marked_ranges(self, source: int, first: int = 0) -> RangesAnswer:
        """As `Seat.marked_ranges`."""
        return self._wait(self._opened().marked_ranges(source, first))

    def marked_pairs(self, source: int, first: int = 0) -> PairsAnswer:
        """As `Seat.marked_pairs`."""
        return self._wait(self._opened().marked_pairs(source, first))

    def outlets_apart(self) -> OutletsAnswer:
        """As `Seat.outlets_apart`."""
        return self._wait(self._opened().outlets_apart())

    def trade_dates(self) -> DatesAnswer:
        """As `Seat.trade_dates`."""
        return self._wait(self._opened().trade_dates())

    def push_contract(
        self,
        serial: int,
        bank_account_no: int,
        securities_accounts: Sequence[SecuritiesAccount],
        particulars: Particulars,
        keys: IdentityKeys,
        replaces: int = 0,
    ) -> Outcome:
        """As `Seat.push_contract`."""
        pushed = (serial, bank_account_no, securities_accounts, particulars, keys, replaces)
        return self._wait(self._opened().push_contract(*pushed))

    def pushes(self, numbers: Sequence[int]) -> PushAnswer:
        """As `Seat.pushes`."""
        return self._wait(self._opened().pushes(numbers))

    def open_pushes(self) -> OpenPushAnswer:
        """As `Seat.open_pushes`."""
        return self._wait(self._opened().open_pushes())

    def open_items(self, number: int, first: int = 0) -> OpenItemsAnswer:
        """As `Seat.open_items`."""
        return self._wait(self._opened().open_items(number, first))

    def totals(self, source: int) -> TotalsAnswer:
        """As `Seat.totals`."""
        return self._wait(self._opened().totals(source))

    def _events(self, reader: FeedReader) -> Iterator[FeedEvent]:
        while True:
            yield self._wait(reader.next_event())

    def _open_date(self) -> int:
        return self.trade_date

    def _call(self, record: bytes, valid_until_ns: int) -> Outcome:
        return self._wait(self._opened()._call(record, valid_until_ns))

    def _wait(self, verb: Coroutine[object, object, T]) -> T:
        if trio.lowlevel.in_trio_task():
            verb.close()
            raise MisuseError("a SyncSeat blocks its caller: a trio task uses Seat")
        if self._token is None:
            verb.close()
            raise _closed()
        call = ThreadCall(verb)
        mine = self._mine.__dict__
        mine["receipts"] = [*_not_yet_given(mine.get("receipts", ())), call.receipt]
        try:
            return call.wait(self._token)
        except trio.RunFinishedError as error:
            raise _closed() from error

    def _of_passwords(self) -> Seat:
        return self._opened()

    def _opened(self) -> Seat:
        self._origin.check()
        if self._seat is None:
            raise _closed()
        return self._seat

    def _run(self) -> None:
        try:
            trio.run(self._serve)
        except _LeftByError:
            return
        except BaseException as error:  # told to whoever opens the seat, or leaves it
            self._error = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        with self._scope:
            if self._is_closing:  # left before this thread could be told so
                return
            async with Seat.open(self._settings) as seat:
                self._seat = seat
                self._started.set()
                await self._stop.wait()
                if self._is_left_by_error:
                    raise _LeftByError  # as a seat left by an exception: the outbox goes on telling what it told last

    def _end(self) -> None:
        self._stop.set()
        if self._seat is None:
            self._scope.cancel()

    def _close(self) -> None:
        if not self._origin.is_here:
            return  # a forked child leaves the seat to its parent
        self._tell_end()
        if self._thread.ident is not None:
            self._thread.join()

    def _tell_end(self) -> None:
        self._is_closing = True
        if self._token is not None:
            try:
                self._token.run_sync_soon(self._end)
            except trio.RunFinishedError:
                self._token = None


def _not_yet_given(receipts: Sequence[Receipt]) -> list[Receipt]:
    """Those of calls that are still under way: one is when a signal handler calls while its thread waits in a call."""
    return [receipt for receipt in receipts if not receipt.give()]


def _closed() -> SessionEnded:
    return SessionEnded(ReplyCode.FINISHED, "the seat was closed")
