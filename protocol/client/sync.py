"""The seat for programs that do not use trio: the same verbs, blocking.

Belongs here: one background thread that runs a `Seat`, and handing calls to it. Never here: anything about frames.
Calls from several threads coalesce as those of several tasks do. A single thread that needs speed sends blocks.
"""

import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Self, TypeVar

import trio

from protocol.client.errors import SessionEnded
from protocol.client.outcomes import BlockOutcome, Outcome, Recovered
from protocol.client.receipts import RECEIPT, Receipt
from protocol.client.seat import Seat
from protocol.client.settings import SeatSettings
from protocol.client.traffic import SeatStatistics
from protocol.client.verbs import SingleVerbs
from protocol.codes import ReplyCode
from protocol.messages import BuyingPowerAnswer, ControlMessage, OutcomeAnswer, TotalsAnswer
from protocol.records import OutcomeArray, RecordArray

T = TypeVar("T")


class _LeftByError(Exception):
    """The block of `open` was left by an exception."""


class SyncSeat(SingleVerbs[Outcome]):
    """A `Seat` in a thread of its own; each verb blocks its caller. Thread-safe. See `Seat` for what verbs raise.

    The outbox forgets an outcome when the thread that was told calls again, ends, or the seat is closed in order.
    """

    def __init__(self, settings: SeatSettings) -> None:
        """Use `open`."""
        self._settings = settings
        self._started = threading.Event()
        self._error: BaseException | None = None
        self._seat: Seat | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._stop: trio.Event | None = None
        self._is_left_by_error = False
        self._mine = threading.local()  # `receipt`: of the last call of this thread
        self._thread = threading.Thread(target=self._run, name=f"seat {settings.seat}", daemon=True)

    @classmethod
    @contextmanager
    def open(cls, settings: SeatSettings) -> Iterator[Self]:
        """As `Seat.open`, blocking. Raises what it raises."""
        face = cls(settings)
        face._thread.start()
        face._started.wait()
        try:
            if face._error is not None:
                raise face._error
            yield face
        except BaseException:
            face._is_left_by_error = True
            raise
        finally:
            face._close()

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
        """Outcomes that no caller waited for."""
        return self._opened().recovered

    def statistics(self) -> SeatStatistics:
        """A copy of the counters."""
        return self._opened().statistics()

    def submit_block(self, records: RecordArray, valid_until_ns: int = 0) -> BlockOutcome:
        """As `Seat.submit_block`."""
        return self._wait(partial(self._opened().submit_block, records, valid_until_ns))

    def freeze_block(self, records: RecordArray) -> OutcomeArray:
        """As `Seat.freeze_block`."""
        return self._wait(partial(self._opened().freeze_block, records))

    def control(self, message: ControlMessage) -> Outcome:
        """As `Seat.control`."""
        return self._wait(partial(self._opened().control, message))

    def buying_power(self, contract_nos: Sequence[int]) -> BuyingPowerAnswer:
        """As `Seat.buying_power`."""
        return self._wait(partial(self._opened().buying_power, contract_nos))

    def outcome_of(self, trade_date: int, number: int) -> OutcomeAnswer:
        """As `Seat.outcome_of`."""
        return self._wait(partial(self._opened().outcome_of, trade_date, number))

    def totals(self, source: int) -> TotalsAnswer:
        """As `Seat.totals`."""
        return self._wait(partial(self._opened().totals, source))

    def _call(self, record: bytes) -> Outcome:
        return self._wait(partial(self._opened()._call, record))

    def _wait(self, verb: Callable[[], Awaitable[T]]) -> T:
        receipt = Receipt()
        former: Receipt | None = getattr(self._mine, "receipt", None)
        if former is not None:
            former.give()
        self._mine.receipt = receipt

        async def receipted() -> T:
            RECEIPT.set(receipt)
            return await verb()

        try:
            return trio.from_thread.run(receipted, trio_token=self._token)
        except (trio.RunFinishedError, trio.Cancelled) as error:
            raise SessionEnded(ReplyCode.FINISHED, "the seat was closed") from error

    def _opened(self) -> Seat:
        if self._seat is None:
            raise SessionEnded(ReplyCode.FINISHED, "the seat was closed")
        return self._seat

    def _run(self) -> None:
        try:
            trio.run(self._serve)
        except _LeftByError:
            return
        except BaseException as error:  # told to whoever opens the seat
            self._error = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        async with Seat.open(self._settings) as seat:
            self._seat, self._stop = seat, trio.Event()
            self._token = trio.lowlevel.current_trio_token()
            self._started.set()
            await self._stop.wait()
            if self._is_left_by_error:
                raise _LeftByError  # as a seat left by an exception: the outbox goes on telling what it told last

    def _close(self) -> None:
        if self._token is not None and self._stop is not None:
            try:
                self._token.run_sync_soon(self._stop.set)
            except trio.RunFinishedError:
                self._token = None
        self._thread.join()
