"""The words of orders through the bank as the gateway's own book has them: columns of each seat's date by number.

Belongs here: the columns, their room, which orders were touched. Never here: what a record says of an order, what is
frozen and bought by its words (orders).
"""

import numpy as np
import numpy.typing as npt

from gateway.own_book.fees import Numbers
from protocol.errors import InvariantBroken
from protocol.limits import REQUESTS_PER_SEAT_DATE_MAX, SECURITY_NUMBER_MAX

FIRST_CAPACITY = 1_024  # words of a seat's date double from here
ALL = SECURITY_NUMBER_MAX  # cancelled: whatever was not executed
WORDS = {
    "contract": np.int32,  # index + 1, 0: the order was not heard of
    "row": np.int64,  # of the journal, that took it
    "market": np.int8,
    "security": np.int64,
    "quantity": np.int32,
    "limit": np.int32,
    "traded": np.int32,
    "turnover": np.int64,
    "cancelled": np.int32,
    "gone_fen": np.int64,  # COLUMN_FEN_MAX less what remains, as the ledger told it
    "is_closed": np.int8,
    "closed_fen": np.int64,  # drawn and released by that
    "closed_drawn_fen": np.int64,  # of it
    "is_lowered": np.int8,  # two people have lowered what was reported, to these two
    "lowered_traded": np.int32,
    "lowered_turnover": np.int64,
    "is_stale": np.int8,  # something was told since it was reckoned
    "table": np.int32,  # number of its fee table, 0: not looked up
    "units": np.int32,
    "par": np.int32,
    "accrued": np.int32,
    "frozen_fen": np.int64,  # as it stands in the book, beside what its closing has moved
    "bought_fen": np.int64,  # likewise
}


class Page:
    """The orders of a seat and date: columns by request number."""

    def __init__(self) -> None:
        self.end = 0  # one above the highest number that anything was said of
        self._stale = range(0)  # where there may be stale ones
        self.contract: npt.NDArray[np.int32]
        self.row: Numbers
        self.market: npt.NDArray[np.int8]
        self.security: Numbers
        self.quantity: npt.NDArray[np.int32]
        self.limit: npt.NDArray[np.int32]
        self.traded: npt.NDArray[np.int32]
        self.turnover: Numbers
        self.cancelled: npt.NDArray[np.int32]
        self.gone_fen: Numbers
        self.is_closed: npt.NDArray[np.int8]
        self.closed_fen: Numbers
        self.closed_drawn_fen: Numbers
        self.is_lowered: npt.NDArray[np.int8]
        self.lowered_traded: npt.NDArray[np.int32]
        self.lowered_turnover: Numbers
        self.is_stale: npt.NDArray[np.int8]
        self.table: npt.NDArray[np.int32]
        self.units: npt.NDArray[np.int32]
        self.par: npt.NDArray[np.int32]
        self.accrued: npt.NDArray[np.int32]
        self.frozen_fen: Numbers
        self.bought_fen: Numbers
        for name, kind in WORDS.items():
            setattr(self, name, np.zeros(FIRST_CAPACITY, kind))

    def touch(self, numbers: Numbers) -> None:
        """Something was told of these. Raises InvariantBroken for a number that no request has."""
        first, last = int(numbers.min()), int(numbers.max())
        if first < 1 or last > REQUESTS_PER_SEAT_DATE_MAX:
            raise InvariantBroken(f"book: an order has the number {first} or {last}")
        self.reach(last + 1)
        known = self._stale or range(first, last + 1)
        self._stale = range(min(known.start, first), max(known.stop, last + 1))
        self.is_stale[numbers] = 1

    def reach(self, end: int) -> None:
        """Columns have room for numbers below `end`."""
        self.end = max(self.end, end)
        if end <= len(self.contract):
            return
        for name in WORDS:
            column = getattr(self, name)
            wider = np.zeros(max(end, 2 * len(column)), column.dtype)
            wider[: len(column)] = column
            setattr(self, name, wider)

    def take_stale(self) -> npt.NDArray[np.intp]:
        """The numbers of those that were touched since, which are stale no more."""
        where = slice(self._stale.start, self._stale.stop)
        found = np.flatnonzero(self.is_stale[where]) + where.start
        self.is_stale[where] = 0
        self._stale = range(0)
        return found
