"""Held orders of earlier dates, which wait for their allotment: which of them a clearing set may name, and has named.

Belongs here: finding them. Never here: what becomes of one (compare, ledger.core.corrections), lines themselves (read).

The argument. When a lane is settled, of its freezes only those are open that its set left so (held). A later set of the
broker may name one, and from then on it is closed with that set's date, as if it were of it. Two sets that count never
name the same one: what would be drawn is owed by one of them. The first that names it has it, until it is withdrawn.
"""

from collections.abc import Sequence

import numpy as np

from ledger.core.state.book import Book
from ledger.core.state.columns import LongColumn, Mask, Positions
from ledger.core.state.day.clearing import Lane, LaneKey
from protocol.limits import PARTIES_MAX
from protocol.vocabulary import LaneState


def may_be_named(
    book: Book, lanes: Sequence[Lane | None], frame: Positions, slot: Positions, dates: LongColumn
) -> Mask:
    """(m,) whether a set may name the freeze at each slot, which was made on an earlier date than the set's.

    `lanes`: by frame the lane whose set it sends; `frame`: (m,) of each line.
    """
    requests, clearing = book.requests, book.clearing
    inner = np.array([0 if lane is None else lane.inner for lane in lanes], np.int64)[frame]
    named_by = requests.cleared_in[slot]
    # Contracts are their party's alone, so its own sets are all that can name them.
    parties = {lane.party for lane in lanes if lane is not None}
    own = (clearing.lanes.get(LaneKey(date, party)) for date in clearing.parties_of for party in parties)
    counting = [each.inner for each in own if each is not None and each.inner and each.state < LaneState.SETTLED]
    is_own = named_by == inner
    may: Mask = is_own | (requests.are_open(slot) & ~np.isin(named_by, counting))
    for date in np.unique(dates).tolist():
        settled = [lane is not None and _is_settled(book, date, lane.party) for lane in lanes]
        may &= (dates != date) | np.array(settled)[frame]
    # Of two sets of one block the first to name it has it.
    _, first, place = np.unique(slot, return_index=True, return_inverse=True)
    is_first: Mask = inner == inner[first][place]
    return may & is_first


def named_before(book: Book, lane: Lane) -> Positions:
    """Slots, ascending, of the freezes of earlier dates that the lane's set names."""
    earlier = book.requests.carried_before(lane.trade_date)
    if not lane.inner or not len(earlier):
        return np.zeros(0, np.intp)
    named = book.requests.cleared_in[earlier.start : earlier.stop] == lane.inner
    found: Positions = np.flatnonzero(named) + earlier.start
    return found


def wait(book: Book, dates: LongColumn, parties: LongColumn) -> Mask:
    """(m,) whether what is open of parties' freezes of these dates waits for its allotment."""
    of_each, place = np.unique(dates * (PARTIES_MAX + 1) + parties, return_inverse=True)
    settled = [_is_settled(book, *divmod(name, PARTIES_MAX + 1)) for name in of_each.tolist()]
    waits: Mask = np.array(settled, bool)[place]
    return waits


def _is_settled(book: Book, trade_date: int, party: int) -> bool:
    is_over = book.unsettled.slot_of(trade_date) < 0
    return is_over or book.clearing.lane(trade_date, party).state >= LaneState.SETTLED
