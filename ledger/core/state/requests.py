"""What may be named later: the freezes of the open trade date as columns, in pages per seat, and those carried.

Belongs here: where a freeze's slot is, how pages are given out, how the roll carries freezes. Never here: what may
be done to a freeze (decide), who changes the columns (effects).

Slots: the first page is the null page. It is never written, so that a number which names nothing is looked up there
and reads as zero, like a request that froze nothing. After it come the carried freezes, then pages of
REQUEST_PAGE_RECORDS numbers, each of one seat, in the order in which they were first needed. A page is given out with
the first frame that holds a FREEZE of it: other requests take numbers only, and nothing is ever kept of them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ledger.core.state.columns import (
    ByteColumn,
    FenColumn,
    IntColumn,
    LongColumn,
    Mask,
    Positions,
    ShortColumn,
    byte_zeros,
    int_zeros,
    long_zeros,
)
from ledger.core.state.lookups.freezes_by_contract import FreezesByContract
from ledger.core.state.orders.words import WORDS, OrderWords
from protocol.errors import MisuseError
from protocol.limits import (
    CONTROL_NUMBERS_KEPT,
    REQUEST_PAGE_RECORDS,
    REQUESTS_PER_SEAT_DATE_MAX,
    SEATS_MAX,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
)

PAGES_PER_SEAT = REQUESTS_PER_SEAT_DATE_MAX // REQUEST_PAGE_RECORDS + 1
PAGE_BITS = REQUEST_PAGE_RECORDS.bit_length() - 1
PAGE_MASK = REQUEST_PAGE_RECORDS - 1
_COLUMNS = ("contract", "amount_fen", "drawn_fen", "released_fen")
SAID_COLUMNS = (
    *("cleared_fen", "told_frozen_fen", "told_released_fen", "released_after_fen"),
    *("cleared_in", "told"),
)
"""What a clearing set says of a freeze: another one begins with nothing."""
CLEARING_COLUMNS = (*SAID_COLUMNS, "closed_fen")
"""What comes of clearing sets: kept, told and carried only while there is a lane."""

MOVED_COLUMN = "moved_fen"
"""Kept, told and carried only once something was moved."""

FATE_MASK = 0b111  # of `told`
ORDER_TOLD = 1 << 3
BUY_TOLD = 1 << 4

_SEAT_BITS = 11
_NUMBER_BITS = 26
_DATE_SHIFT = _SEAT_BITS + _NUMBER_BITS
_Part = tuple[int, ShortColumn]
"""A page's first slot, and places in it, ascending."""
assert REQUEST_PAGE_RECORDS == 1 << PAGE_BITS <= 2**15
assert SEATS_MAX < 1 << _SEAT_BITS
assert REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT + 1 < 1 << _NUMBER_BITS
assert TRADE_DATE_MAX < 1 << (63 - _DATE_SHIFT)


def request_keys(dates: LongColumn, seats: LongColumn, numbers: LongColumn) -> LongColumn:
    """(date, seat, number) as one int64 that sorts in that order; each within its limit, checked by the caller."""
    return (dates << _DATE_SHIFT) | (seats << _NUMBER_BITS) | numbers


def key_parts(key: int) -> tuple[int, int, int]:
    """Trade date, seat and number in one of `request_keys`."""
    return key >> _DATE_SHIFT, key >> _NUMBER_BITS & ((1 << _SEAT_BITS) - 1), key & ((1 << _NUMBER_BITS) - 1)


def key_columns(keys: LongColumn) -> tuple[LongColumn, LongColumn, LongColumn]:
    """(m,) each: trade dates, seats and numbers in `request_keys`; 0 in a key of 0."""
    return keys >> _DATE_SHIFT, keys >> _NUMBER_BITS & ((1 << _SEAT_BITS) - 1), keys & ((1 << _NUMBER_BITS) - 1)


def key_dates(keys: LongColumn) -> LongColumn:
    """The trade dates in `request_keys`."""
    return keys >> _DATE_SHIFT


def key_seats(keys: LongColumn) -> LongColumn:
    """The seats in `request_keys`."""
    return keys >> _NUMBER_BITS & ((1 << _SEAT_BITS) - 1)


@dataclass(slots=True)
class RequestTable:
    """Columns over slots, zero except for an accepted freeze."""

    contract: IntColumn  # index + 1 of the contract whose freeze this is, 0 when it is none
    amount_fen: FenColumn
    drawn_fen: FenColumn
    released_fen: FenColumn
    moved_fen: FenColumn  # of what remains, what stands in 2420
    cleared_fen: FenColumn  # what a clearing set says was bought, with fees
    told_frozen_fen: FenColumn  # and what was frozen
    told_released_fen: FenColumn  # and released
    released_after_fen: FenColumn  # what was released since that set was complete, but for what closing released
    closed_fen: FenColumn  # what was released when a set closed it, which is no release of its broker
    cleared_in: IntColumn  # the inner number of that set; under any other it said nothing
    told: ByteColumn  # the Fate at FATE_MASK, and the flags above
    page_slot: LongColumn  # (SEATS_MAX + 1) × PAGES_PER_SEAT: first slot of the page, 0 when not given out
    page_owners: LongColumn  # (pages,) seat × PAGES_PER_SEAT + page, in the order given out
    pages_used: int
    carried_keys: LongColumn  # (c,) sorted `request_keys` of the carried freezes
    seat_slots: LongColumn  # (SEATS_MAX + 1,) slots of each seat: of its pages, and see `rolled`
    slots_max: int  # of the pages of the date; the carried freezes have theirs beside it
    orders: OrderWords  # what is kept of those among the freezes that are orders of scheme A
    # Memory, and no part of the state.
    made_count: int = 0  # freezes that were put into this table
    by_contract: FreezesByContract = field(default_factory=FreezesByContract)

    @staticmethod
    def empty(slots_max: int, carried_keys: LongColumn | None = None) -> "RequestTable":
        """A table without pages and with zeros under the (c,) sorted `carried_keys`.

        `slots_max` is a multiple of REQUEST_PAGE_RECORDS.
        """
        keys = long_zeros(0) if carried_keys is None else carried_keys
        slots = _first_page_slot(len(keys)) + slots_max
        return RequestTable(
            contract=int_zeros(slots),
            amount_fen=long_zeros(slots),
            drawn_fen=long_zeros(slots),
            released_fen=long_zeros(slots),
            moved_fen=long_zeros(slots),
            cleared_fen=long_zeros(slots),
            told_frozen_fen=long_zeros(slots),
            told_released_fen=long_zeros(slots),
            released_after_fen=long_zeros(slots),
            closed_fen=long_zeros(slots),
            cleared_in=int_zeros(slots),
            told=byte_zeros(slots),
            page_slot=long_zeros((SEATS_MAX + 1) * PAGES_PER_SEAT),
            page_owners=long_zeros(slots_max // REQUEST_PAGE_RECORDS),
            pages_used=0,
            carried_keys=keys,
            seat_slots=long_zeros(SEATS_MAX + 1),
            slots_max=slots_max,
            orders=OrderWords.of_slots(0),
        )

    @property
    def first_page_slot(self) -> int:
        """The slot where the first page given out begins: after the null page and the carried freezes."""
        return _first_page_slot(len(self.carried_keys))

    @property
    def slots_used(self) -> int:
        """Slots below this may differ from zero."""
        return self.first_page_slot + self.pages_used * REQUEST_PAGE_RECORDS

    @property
    def pages_free(self) -> int:
        """How many pages may still be given out."""
        return len(self.page_owners) - self.pages_used

    def has_page(self, seat: int, number: int) -> bool:
        """True when the page of this number was given out."""
        return bool(self.page_slot[seat * PAGES_PER_SEAT + (number >> PAGE_BITS)])

    def give_out(self, pages: LongColumn) -> None:
        """Give out the pages (seat × PAGES_PER_SEAT + page) that are not yet, in this order; repeats are fine.

        Raises MisuseError, with nothing changed, when there are not enough: the caller had to ask `pages_free`.
        """
        missing = pages[self.page_slot.take(pages) == 0]
        if not len(missing):
            return
        fresh = list(dict.fromkeys(missing.tolist()))
        if len(fresh) > self.pages_free:
            raise MisuseError(f"{len(fresh)} request pages wanted, {self.pages_free} are free")
        for page in fresh:
            self.page_slot[page] = self.slots_used
            self.page_owners[self.pages_used] = page
            self.pages_used += 1
            self.seat_slots[page // PAGES_PER_SEAT] += REQUEST_PAGE_RECORDS

    def take_back(self, pages_used: int) -> None:
        """Undo what `give_out` did since there were `pages_used`; none of these pages has been written to."""
        for page in self.page_owners[pages_used : self.pages_used].tolist():
            self.page_slot[page] = 0
            self.seat_slots[page // PAGES_PER_SEAT] -= REQUEST_PAGE_RECORDS
        self.page_owners[pages_used : self.pages_used] = 0
        self.pages_used = pages_used

    def carried_slots(self, keys: LongColumn) -> Positions:
        """(m,) slots of carried freezes by `request_keys`, 0 where nothing is carried under the key."""
        if not len(self.carried_keys):
            return np.zeros(len(keys), np.intp)
        place = np.searchsorted(self.carried_keys, keys)
        place[place == len(self.carried_keys)] = 0
        return np.where(self.carried_keys[place] == keys, place + REQUEST_PAGE_RECORDS, 0)

    def slots_named(
        self, trade_date: int, dates: LongColumn, seats: LongColumn, numbers: LongColumn, inside: Mask
    ) -> Positions:
        """(m,) slots under the names of requests, 0 where nothing is kept; (1,) `dates` or `seats` stand for (m,).

        `trade_date` is the open one; `inside`: where seat and number are within their limits.
        """
        is_open = inside & (dates == trade_date)
        if not is_open.all():
            seats_open, numbers_open = np.where(is_open, seats, 0), np.where(is_open, numbers, 0)
        else:
            seats_open, numbers_open = seats, numbers
        pages = self.page_slot.take(seats_open * PAGES_PER_SEAT + (numbers_open >> PAGE_BITS))
        slot: Positions = pages.astype(np.intp) + (numbers_open & PAGE_MASK)
        is_carried = inside & (dates < trade_date) & (dates >= TRADE_DATE_MIN)
        if is_carried.any():
            slot[is_carried] = self.carried_slots(request_keys(dates, seats, numbers)[is_carried])
        return slot

    def slots_of(self, trade_date: int, seats: Collection[int], open_date: int) -> list[range]:
        """The slots in which the freezes of some seats on a date are, in the order of seat and number; some of them may
        hold none. `open_date` is the open one.
        """
        if trade_date == open_date:
            owners = self.page_owners[: self.pages_used]
            pages = np.flatnonzero(np.isin(owners // PAGES_PER_SEAT, list(seats)))
            starts = self.first_page_slot + pages[np.argsort(owners[pages])] * REQUEST_PAGE_RECORDS
            return [range(start, start + REQUEST_PAGE_RECORDS) for start in starts.tolist()]
        found = []
        for seat in sorted(seats):
            first_key = (trade_date << _DATE_SHIFT) | (seat << _NUMBER_BITS)
            edges = np.searchsorted(self.carried_keys, [first_key, first_key + (1 << _NUMBER_BITS)])
            first, end = (edges + REQUEST_PAGE_RECORDS).tolist()
            found += [range(first, end)] if first < end else []
        return found

    def slots_of_contracts(
        self, trade_date: int, party: int, seats: Collection[int], open_date: int, contracts: Positions
    ) -> Positions:
        """The slots of the freezes of (m,) ascending contracts of a party, which has these seats, on a date: by
        contract, and for each in the order of seat and number.
        """
        freezes = self.slots_of(trade_date, seats, open_date)
        version = self.made_count if trade_date == open_date else 0
        return self.by_contract.find((trade_date, party), version, self.contract, freezes, contracts)

    def carried_before(self, trade_date: int) -> range:
        """The slots of the carried freezes of earlier dates."""
        end = int(np.searchsorted(self.carried_keys, trade_date << _DATE_SHIFT))
        return range(REQUEST_PAGE_RECORDS, REQUEST_PAGE_RECORDS + end)

    def carried_dates(self) -> list[int]:
        """The trade dates of the carried freezes, ascending."""
        found, place = [], 0
        while place < len(self.carried_keys):
            found.append(int(self.carried_keys[place]) >> _DATE_SHIFT)
            place = int(np.searchsorted(self.carried_keys, (found[-1] + 1) << _DATE_SHIFT))
        return found

    def keys_of(self, slots: Positions, open_date: int) -> LongColumn:
        """(m,) `request_keys` of the requests that these slots hold."""
        is_carried = slots < self.first_page_slot
        keys = long_zeros(len(slots))
        keys[is_carried] = self.carried_keys[slots[is_carried] - REQUEST_PAGE_RECORDS]
        pages, places = np.divmod(slots[~is_carried] - self.first_page_slot, REQUEST_PAGE_RECORDS)
        seats, numbers = np.divmod(self.page_owners[pages], PAGES_PER_SEAT)
        dates = np.full(len(seats), open_date, np.int64)
        keys[~is_carried] = request_keys(dates, seats, (numbers << PAGE_BITS) + places)
        return keys

    def keep_orders(self) -> None:
        """There are columns for the words of orders from now on."""
        if not self.orders.are_kept:
            self.orders = OrderWords.of_slots(len(self.contract))

    def are_open(self, slots: Positions | slice) -> Mask:
        """(m,) which of the slots hold a freeze or order of which something may still come: of a freeze something
        remains, of an order its state says so, for a sale freezes nothing.
        """
        remains: Mask = self.amount_fen[slots] != self.drawn_fen[slots] + self.released_fen[slots]
        if not self.orders.are_kept:
            return remains
        return np.where(self.orders.are_orders(slots), self.orders.are_open(slots), remains)

    def has_open_order(self, contract: int) -> bool:
        """Whether something may still come of an order of a contract, by its index: nothing need be frozen for it."""
        if not self.orders.are_kept:
            return False
        slots = np.flatnonzero(self.contract[: self.slots_used] == contract + 1)
        return bool((self.orders.are_orders(slots) & self.orders.are_open(slots)).any())

    def due_fen(self, slots: Positions, complete: LongColumn) -> FenColumn:
        """(m,) what sets among the `complete` ones, by inner number, say was bought of each and nothing has drawn."""
        if not len(complete):
            return np.zeros(len(slots), np.int64)
        is_cleared = np.isin(self.cleared_in[slots], complete)
        return np.where(is_cleared, np.maximum(self.cleared_fen[slots] - self.drawn_fen[slots], 0), 0)

    def rolled(
        self, trade_date: int, kept_from: int, has_clearing: bool = False, has_moved: bool = False
    ) -> "RequestTable":
        """The table of the next date: no page, and carried are the open freezes and all those that were accepted on
        `kept_from` or later. `trade_date` is the one that ends; `has_clearing`: a lane is kept;
        `has_moved`: something was moved once.

        The next date has its whole room, whatever is carried; but what is open from before `kept_from` counts as its
        seat's, so that nobody lets freezes lie for ever. Takes this table apart, column by column: else two of them
        would be in memory.
        """
        parts = [*self._kept_carried(kept_from), *self._kept_of_pages()]
        keys = self._keys_of(parts, trade_date)
        table = RequestTable.empty(self.slots_max, keys)
        settled = keys[: np.searchsorted(keys, kept_from << _DATE_SHIFT)]
        table.seat_slots += np.bincount(key_seats(settled), minlength=len(table.seat_slots))
        moved = (MOVED_COLUMN,) if has_moved else ()
        for name in (*_COLUMNS, *(CLEARING_COLUMNS if has_clearing else ()), *moved):
            _carry(getattr(self, name), getattr(table, name), parts)
            setattr(self, name, getattr(self, name)[:0].copy())
        if self.orders.are_kept:
            table.keep_orders()
            for name in WORDS:
                _carry(getattr(self.orders, name), getattr(table.orders, name), parts)
                setattr(self.orders, name, getattr(self.orders, name)[:0].copy())
            if not table.orders.order_type.any():
                table.orders = OrderWords.of_slots(0)
        return table

    def _kept_carried(self, kept_from: int) -> Iterator[_Part]:
        """Of the carried freezes all from `kept_from` on, and the open ones before; in the order of their keys."""
        count = len(self.carried_keys)
        kept_place = int(np.searchsorted(self.carried_keys, kept_from << _DATE_SHIFT))
        for place in range(0, count, REQUEST_PAGE_RECORDS):
            start = REQUEST_PAGE_RECORDS + place
            part = slice(start, start + min(REQUEST_PAGE_RECORDS, count - place))
            kept = self.are_open(part)
            kept[max(0, kept_place - place) :] = True
            yield start, np.flatnonzero(kept).astype(np.int16)

    def _kept_of_pages(self) -> Iterator[_Part]:
        """The accepted freezes of the date, page by page in the order of seat and number."""
        order = np.argsort(self.page_owners[: self.pages_used])
        for start in (self.first_page_slot + order * REQUEST_PAGE_RECORDS).tolist():
            kept = np.flatnonzero(self.contract[start : start + REQUEST_PAGE_RECORDS])
            yield start, kept.astype(np.int16)

    def _keys_of(self, parts: list[_Part], trade_date: int) -> LongColumn:
        """`request_keys` of the slots in `parts`, where pages hold requests of `trade_date`."""
        first = self.first_page_slot
        keys = long_zeros(sum(len(places) for _, places in parts))
        at = 0
        for start, places in parts:
            here = slice(at, at + len(places))
            at += len(places)
            if start < first:
                keys[here] = self.carried_keys[start - REQUEST_PAGE_RECORDS :].take(places)
                continue
            seat, page = divmod(int(self.page_owners[(start - first) >> PAGE_BITS]), PAGES_PER_SEAT)
            first_key = (trade_date << _DATE_SHIFT) + (seat << _NUMBER_BITS) + (page << PAGE_BITS)
            keys[here] = places.astype(np.int64) + first_key
        return keys


def _carry(old: npt.NDArray[np.signedinteger], new: npt.NDArray[np.signedinteger], parts: list[_Part]) -> None:
    """Put what a column has at the places of `parts` behind the null page of its successor."""
    at = REQUEST_PAGE_RECORDS
    for start, places in parts:
        page = old[start : start + REQUEST_PAGE_RECORDS]
        new[at : at + len(places)] = page if len(places) == len(page) else page.take(places)
        at += len(places)


def _first_page_slot(carried: int) -> int:
    return (1 + (carried + PAGE_MASK) // REQUEST_PAGE_RECORDS) * REQUEST_PAGE_RECORDS
