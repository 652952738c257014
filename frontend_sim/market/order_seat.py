"""The part of the broker SDK that the simulated parties use, as a protocol: tests put a seat in memory behind it.

Belongs here: the verbs and the shapes of what they return. Never here: an implementation.
"""

from typing import Protocol

from protocol.messages.control import ControlMessage
from protocol.messages.queries import TotalsAnswer
from protocol.records import OutcomeArray, RecordArray


class OutcomeLike(Protocol):
    """The answer to one request."""

    @property
    def code(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def trade_date(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def decided_at_ns(self) -> int: ...
    @property
    def remaining_fen(self) -> int: ...
    @property
    def state(self) -> int: ...


class BlockOutcomeLike(Protocol):
    """The answer to a block: where it stands, and one outcome per record in order."""

    @property
    def first_number(self) -> int: ...
    @property
    def trade_date(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def decided_at_ns(self) -> int: ...
    @property
    def outcomes(self) -> OutcomeArray: ...


class OrderSeat(Protocol):
    """A seat that takes money requests. Every call returns when the answer is durable; unknown is waited for."""

    @property
    def trade_date(self) -> int:
        """The open trade date, yyyymmdd."""
        ...

    async def submit(self, record: RecordArray) -> OutcomeLike:
        """(1,) RECORD; neighbours in time share a frame."""
        ...

    async def submit_block(self, records: RecordArray, valid_until_ns: int = 0) -> BlockOutcomeLike:
        """(n,) RECORD, 1 ≤ n ≤ FRAME_RECORDS_MAX, in one frame."""
        ...


class TotalsSeat(Protocol):
    """A seat that may ask for control totals."""

    async def totals(self, source: int) -> TotalsAnswer:
        """Control totals: source 1 the ledger, 2 the gateway's own book."""
        ...


class ControlSeat(Protocol):
    """A seat that may bring what people have signed."""

    async def control(self, message: ControlMessage) -> OutcomeLike:
        """One control message, one number."""
        ...


class BankSeat(OrderSeat, TotalsSeat, ControlSeat, Protocol):
    """The bank's own seat: master data and totals besides."""
