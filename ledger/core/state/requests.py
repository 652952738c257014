"""The requests of the open trade date as columns, in pages per seat, and the open freezes carried from before.

Belongs here: where a request's slot is, how pages are given out, how the roll carries freezes. Never here: what may
be done to a freeze (decide), who changes the columns (effects).

Slots: the first page is the null page. It is never written, so that a number which names nothing is looked up there
and reads as zero, like a request that froze nothing. After it come the carried freezes, then pages of
REQUEST_PAGE_RECORDS requests, each of one seat, in the order in which they were first needed. A number that goes to a
control frame needs none.
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.state.columns import (
    ByteColumn,
    FenColumn,
    IntColumn,
    LongColumn,
    Positions,
    ShortColumn,
    byte_zeros,
    int_zeros,
    long_zeros,
    short_zeros,
)
from protocol.errors import MisuseError
from protocol.limits import (
    CONTROL_NUMBERS_KEPT,
    REQUEST_PAGE_RECORDS,
    REQUESTS_PER_DATE_MAX,
    REQUESTS_PER_SEAT_DATE_MAX,
    SEATS_MAX,
    TRADE_DATE_MAX,
)

PAGES_PER_SEAT = REQUESTS_PER_SEAT_DATE_MAX // REQUEST_PAGE_RECORDS + 1
PAGE_BITS = REQUEST_PAGE_RECORDS.bit_length() - 1
PAGE_MASK = REQUEST_PAGE_RECORDS - 1
KIND_MALFORMED = -1  # in the kind column: a record of no known kind

_SCAN_SLOTS = 1 << 18  # of one step of a scan: its scratch stays small beside the table

_SEAT_BITS = 11
_NUMBER_BITS = 26
assert REQUEST_PAGE_RECORDS == 1 << PAGE_BITS
assert SEATS_MAX < 1 << _SEAT_BITS
assert REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT + 1 < 1 << _NUMBER_BITS
assert TRADE_DATE_MAX < 1 << (63 - _SEAT_BITS - _NUMBER_BITS)
assert REQUESTS_PER_DATE_MAX < 2**31  # a slot fits the page table's int32


def request_keys(dates: LongColumn, seats: LongColumn, numbers: LongColumn) -> LongColumn:
    """(date, seat, number) as one int64 that sorts in that order; each within its limit, checked by the caller."""
    return (dates << (_SEAT_BITS + _NUMBER_BITS)) | (seats << _NUMBER_BITS) | numbers


def key_dates(keys: LongColumn) -> LongColumn:
    """The trade dates in `request_keys`."""
    return keys >> (_SEAT_BITS + _NUMBER_BITS)


def key_seats(keys: LongColumn) -> LongColumn:
    """The seats in `request_keys`."""
    return keys >> _NUMBER_BITS & ((1 << _SEAT_BITS) - 1)


@dataclass(slots=True)
class RequestTable:
    """Columns over slots. The freeze columns are zero except for an accepted freeze."""

    kind: ByteColumn  # 0: no request yet, or a control frame; KIND_MALFORMED
    code: ShortColumn  # its reply code
    contract: IntColumn  # index + 1 of the contract whose freeze this is, 0 when it is none
    amount_fen: FenColumn
    drawn_fen: FenColumn
    released_fen: FenColumn
    page_slot: IntColumn  # (SEATS_MAX + 1) × PAGES_PER_SEAT: first slot of the page, 0 when not given out
    page_owners: LongColumn  # (pages,) seat × PAGES_PER_SEAT + page, in the order given out
    pages_used: int
    carried_keys: LongColumn  # (c,) sorted `request_keys` of the carried freezes
    seat_slots: LongColumn  # (SEATS_MAX + 1,) slots of each seat: of its pages, and its carried freezes
    slots_max: int

    @staticmethod
    def empty(slots_max: int) -> "RequestTable":
        """A table with nothing carried. `slots_max` is a multiple of REQUEST_PAGE_RECORDS."""
        return RequestTable(
            kind=byte_zeros(slots_max),
            code=short_zeros(slots_max),
            contract=int_zeros(slots_max),
            amount_fen=long_zeros(slots_max),
            drawn_fen=long_zeros(slots_max),
            released_fen=long_zeros(slots_max),
            page_slot=int_zeros((SEATS_MAX + 1) * PAGES_PER_SEAT),
            page_owners=long_zeros(slots_max // REQUEST_PAGE_RECORDS),
            pages_used=0,
            carried_keys=long_zeros(0),
            seat_slots=long_zeros(SEATS_MAX + 1),
            slots_max=slots_max,
        )

    @property
    def first_page_slot(self) -> int:
        """The slot where the first page given out begins: after the null page and the carried freezes."""
        pages = 1 + (len(self.carried_keys) + PAGE_MASK) // REQUEST_PAGE_RECORDS
        return pages * REQUEST_PAGE_RECORDS

    @property
    def slots_used(self) -> int:
        """Slots below this may differ from zero."""
        return self.first_page_slot + self.pages_used * REQUEST_PAGE_RECORDS

    @property
    def pages_free(self) -> int:
        """How many pages may still be given out."""
        return max(0, (self.slots_max - self.slots_used) // REQUEST_PAGE_RECORDS)

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

    def carry(self, keys: LongColumn) -> None:
        """Set the (c,) sorted `request_keys` of the carried freezes, before any page is given out."""
        self.carried_keys = keys
        self.seat_slots += np.bincount(key_seats(keys), minlength=len(self.seat_slots))

    def carried_slots(self, keys: LongColumn) -> Positions:
        """(m,) slots of carried freezes by `request_keys`, 0 where nothing is carried under the key."""
        if not len(self.carried_keys):
            return np.zeros(len(keys), np.intp)
        place = np.searchsorted(self.carried_keys, keys)
        place[place == len(self.carried_keys)] = 0
        return np.where(self.carried_keys[place] == keys, place + REQUEST_PAGE_RECORDS, 0)

    def open_slots(self) -> Positions:
        """Slots of the freezes of which something remains: carried ones first, then by page."""
        found = [np.zeros(0, np.intp)]
        for start in range(0, self.slots_used, _SCAN_SLOTS):
            part = slice(start, min(start + _SCAN_SLOTS, self.slots_used))
            ended_fen = self.drawn_fen[part] + self.released_fen[part]
            found.append(start + np.flatnonzero(self.amount_fen[part] != ended_fen))
        return np.concatenate(found)

    def keys_of(self, slots: Positions, trade_date: int) -> LongColumn:
        """`request_keys` of `slots`, where pages hold requests of `trade_date`."""
        first = self.first_page_slot
        keys = np.zeros(len(slots), np.int64)
        carried = slots < first
        keys[carried] = self.carried_keys[slots[carried] - REQUEST_PAGE_RECORDS]
        paged = slots[~carried] - first
        owners = self.page_owners[paged >> PAGE_BITS]
        numbers = (owners % PAGES_PER_SEAT << PAGE_BITS) + (paged & PAGE_MASK)
        dates = np.full(len(paged), trade_date, np.int64)
        keys[~carried] = request_keys(dates, owners // PAGES_PER_SEAT, numbers)
        return keys

    def rolled(self, trade_date: int) -> "RequestTable":
        """The table of the next date: empty, with every open freeze carried. `trade_date` is the one that ends.

        They fit, so that a date can always be rolled: all of them lie in this table, which is as large and has a null
        page too. They may fill it: then the next date has room for control frames only, until it is rolled in turn.
        """
        slots = self.open_slots()
        keys = self.keys_of(slots, trade_date)
        order = np.argsort(keys, kind="stable")
        slots = slots[order]
        table = RequestTable.empty(self.slots_max)
        table.carry(keys[order])
        here = slice(REQUEST_PAGE_RECORDS, REQUEST_PAGE_RECORDS + len(slots))
        for name in ("kind", "code", "contract", "amount_fen", "drawn_fen", "released_fen"):
            getattr(table, name)[here] = getattr(self, name)[slots]
        return table
