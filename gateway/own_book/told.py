"""Accepted records as the gateway's own book reads them: their amounts, each in range, and what outcomes tell.

Belongs here: reading what is moved by records of one kind, what a settlement and a credit move, which requests they
are. Never here: the book's columns (book), a rule of the ledger's.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from protocol.errors import InvariantBroken
from protocol.header import PrefixArray
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import STATE_CREDITED, STATE_OWED, STATE_SET_OFF, OutcomeArray, RecordArray
from protocol.vocabulary import Way

Column = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp] | slice


class Frames(NamedTuple):
    """The frames whose records stand in a block, in its order."""

    trade_dates: list[int]
    seats: list[int]
    first_numbers: list[int]
    counts: list[int]
    rows: list[int]  # of the journal
    overtake: bool = False  # earlier rows may still come

    @staticmethod
    def none() -> "Frames":
        """To which frames are added."""
        return Frames([], [], [], [], [])

    @staticmethod
    def of_row(prefixes: PrefixArray, sequence: int) -> "Frames":
        """Those of a journal row."""
        names = ("trade_date", "seat", "first_number", "record_count")
        dates, seats, numbers, counts = (prefixes[name].tolist() for name in names)
        return Frames(dates, seats, numbers, counts, [sequence] * len(prefixes))

    def add(self, trade_date: int, seat: int, first_number: int, count: int, sequence: int) -> None:
        """One more, behind them."""
        self.trade_dates.append(trade_date)
        self.seats.append(seat)
        self.first_numbers.append(first_number)
        self.counts.append(count)
        self.rows.append(sequence)

    def of(self, rows: Rows) -> tuple[Column, Column, Column, Column]:
        """(m,) trade date, seat, number and journal row of records of the block."""
        ends = np.cumsum(np.array(self.counts, np.int64))
        at = np.arange(int(ends[-1]))[rows]
        frame = np.searchsorted(ends, at, side="right")
        columns = (self.trade_dates, self.seats, self.first_numbers, self.rows)
        dates, seats, numbers, journal_rows = (np.array(each, np.int64)[frame] for each in columns)
        begins = ends - np.array(self.counts, np.int64)
        return dates, seats, numbers + at - begins[frame], journal_rows


class Moved(NamedTuple):
    """(m,) what a settlement or credit adds to the account, and takes from what is bought and sold."""

    balance_fen: Column
    bought_fen: Column
    sold_fen: Column


class Told(NamedTuple):
    """Accepted records of one kind, where they stand in their block."""

    records: RecordArray
    outcomes: OutcomeArray
    rows: Rows

    def fen(self, name: str, most_fen: int = AMOUNT_FEN_MAX) -> Column:
        """(m,) a further amount of them. Raises InvariantBroken for one that is out of range."""
        return amounts_of(self.records, name, self.rows, most_fen)

    def taken_fen(self, amount_fen: Column) -> Column:
        """(m,) amounts of withdrawals; of a card debit that was forced only what was posted to the account.

        Raises InvariantBroken when more was posted than was asked for, or less than nothing.
        """
        forced = self.records["way"][self.rows] == Way.FORCED_CARD
        if not forced.any():
            return amount_fen
        posted_fen = self.outcomes["remaining_fen"][self.rows]
        if (posted_fen[forced] < 0).any() or (posted_fen[forced] > amount_fen[forced]).any():
            raise InvariantBroken("book: a forced card debit posted an impossible amount")
        taken_fen: Column = np.where(forced, posted_fen, amount_fen)
        return taken_fen


def amounts_of(records: RecordArray, name: str, rows: Rows, most_fen: int = AMOUNT_FEN_MAX) -> Column:
    """(m,) an amount of those accepted. Raises InvariantBroken for one that is out of range."""
    amounts_fen: Column = np.ascontiguousarray(records[name][rows])
    if int(amounts_fen.min()) < 0 or int(amounts_fen.max()) > most_fen:
        raise InvariantBroken(f"book: {name} of an accepted record is out of range")
    return amounts_fen


def settled(amount_fen: Column, told: Told) -> Moved:
    """What settlements move, by what each names and what its outcome tells was set off or credited.

    The book knows neither restraints nor who is gated: it takes what was set off as told. Raises InvariantBroken when
    more was set off than was bought, or less was credited than is due by the date.
    """
    state, tells_fen = told.outcomes["state"][told.rows], told.outcomes["remaining_fen"][told.rows]
    proceeds_fen, other_fen = (told.fen(name, COLUMN_FEN_MAX) for name in ("settled_proceeds_fen", "settled_other_fen"))
    is_set_off = state == STATE_SET_OFF
    if not np.isin(state, (STATE_SET_OFF, STATE_CREDITED, STATE_OWED)).all():
        raise InvariantBroken("book: a settlement tells nothing of what was credited")
    amount_fen = amount_fen + told.fen("from_moved_fen", COLUMN_FEN_MAX)  # as if nothing had been moved
    is_wrong = np.where(is_set_off, tells_fen > amount_fen, tells_fen < proceeds_fen + other_fen)
    if (is_wrong | (tells_fen < 0) | (tells_fen > COLUMN_FEN_MAX)).any():
        raise InvariantBroken("book: a settlement credited an impossible amount")
    sold_fen: Column = np.where(is_set_off, tells_fen, tells_fen - other_fen)
    return Moved(np.where(state == STATE_OWED, 0, tells_fen) - amount_fen, amount_fen, sold_fen)


def credited(amount_fen: Column, told: Told) -> Moved:
    """What credits of gated money move; to an account that is closed nothing comes."""
    all_fen = amount_fen + told.fen("other_fen", COLUMN_FEN_MAX)
    is_owed = told.outcomes["state"][told.rows] == STATE_OWED
    return Moved(np.where(is_owed, 0, all_fen), np.zeros_like(amount_fen), amount_fen)
