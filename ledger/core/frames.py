"""The frames of one block row: whether each is next at its seat, where their numbers are kept, how heads move on.

Belongs here: everything that is reckoned once per frame. Never here: records (resolve), what is answered to a frame
that is not next (sequence, the ledger's link).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ledger.core.control.keys import is_key_over
from ledger.core.kind_tables import TAKES_SLOT
from ledger.core.state.book import Book
from ledger.core.state.columns import LongColumn, Positions, is_some
from ledger.core.state.requests import PAGE_BITS, PAGE_MASK, PAGES_PER_SEAT
from protocol.errors import MisuseError
from protocol.header import PrefixArray
from protocol.limits import COMMIT_RECORDS_MAX, REQUEST_PAGE_RECORDS, SEATS_MAX
from protocol.records import RecordArray


@dataclass(slots=True)
class Frames:
    """(f,) int64 each unless said otherwise, in order of arrival."""

    sender: LongColumn
    seat: LongColumn
    trade_date: LongColumn
    first_number: LongColumn
    record_count: LongColumn
    valid_until_ns: LongColumn
    key_id: LongColumn
    body_digest: npt.NDArray[np.void]  # (f,) of 32 bytes, a view

    @staticmethod
    def of(prefixes: PrefixArray) -> "Frames":
        """The fields of (f,) prefixes that the core uses. Raises MisuseError when there is no frame."""
        if not len(prefixes):
            raise MisuseError("a row without frames")
        return Frames(
            prefixes["sender"].astype(np.int64),
            prefixes["seat"].astype(np.int64),
            prefixes["trade_date"].astype(np.int64),
            prefixes["first_number"].copy(),
            prefixes["record_count"].astype(np.int64),
            prefixes["valid_until_ns"].copy(),
            prefixes["key_id"].astype(np.int64),
            prefixes["body_digest"],
        )

    def over_records(self, values: LongColumn) -> int | LongColumn:
        """(f,) values by frame to (n,) by record, or to one int when all frames have the same."""
        first = int(values[0])
        if len(values) == 1 or bool((values == first).all()):
            return first
        return np.repeat(values, self.record_count)


def check_seats(book: Book, frames: Frames, decided_at_ns: int) -> None:
    """Raises MisuseError unless every seat is registered and belongs to the sender, whose key is good for it."""
    senders = zip(frames.sender.tolist(), frames.seat.tolist(), frames.key_id.tolist(), strict=True)
    for sender, seat, key_id in set(senders):
        if not 1 <= seat <= SEATS_MAX:
            raise MisuseError("a seat out of range")
        owner = int(book.seat_owner[seat])
        if not owner or owner != sender:
            raise MisuseError("a frame from a seat that is not the sender's")
        if is_key_over(book, sender, seat, key_id, decided_at_ns):
            raise MisuseError(f"a frame under key {key_id} of party {sender}, which is good no more at seat {seat}")


def check_next(book: Book, frames: Frames, count: int, decided_at_ns: int) -> None:
    """Raises MisuseError unless every frame is next at its seat when its turn comes, and all have `count` records."""
    check_seats(book, frames, decided_at_ns)
    counts = frames.record_count.tolist()
    if is_some(frames.trade_date != book.trade_date):
        raise MisuseError("a frame of a trade date that is not open")
    if min(counts) < 1 or sum(counts) != count or count > COMMIT_RECORDS_MAX:
        raise MisuseError("the frames do not add up to the records")
    if is_some(frames.first_number != _expected_numbers(book, frames)):
        raise MisuseError("a frame that is not next at its seat")


def _expected_numbers(book: Book, frames: Frames) -> LongColumn:
    """(f,) the head of each frame's seat, moved on by the frames of that seat before it."""
    if len(frames.seat) == 1:
        return book.next_number.take(frames.seat)
    order = np.argsort(frames.seat, kind="stable")
    seats, counts = frames.seat[order], frames.record_count[order]
    before = np.cumsum(counts) - counts
    begins = np.flatnonzero(np.concatenate(([True], seats[1:] != seats[:-1])))
    before -= np.repeat(before[begins], np.diff(np.append(begins, len(seats))))
    expected = np.empty(len(seats), np.int64)
    expected[order] = book.next_number.take(seats) + before
    return expected


def give_out_pages(book: Book, frames: Frames, records: RecordArray) -> None:
    """Give out the request pages of the frames that hold a FREEZE or an ORDER among their `records`, of those parts of
    a frame that do. Raises MisuseError, with nothing changed, when they do not fit.
    """
    is_freeze = TAKES_SLOT[records["kind"]]  # of a kind below 0 the table has the item of its byte
    if not is_some(is_freeze):
        return
    counts, base = frames.record_count, frames.seat * PAGES_PER_SEAT
    lasts = frames.first_number + counts - 1
    if len(base) == 1 and int(lasts[0]) & PAGE_MASK >= len(records) - 1:  # one frame, in one page
        book.requests.give_out(base + (lasts >> PAGE_BITS))
        return
    begins = np.cumsum(counts) - counts
    # A frame lies in one page, or in two: then each part is asked for its own.
    page_ends = begins + np.minimum(REQUEST_PAGE_RECORDS - (frames.first_number & PAGE_MASK), counts)
    is_split = page_ends < begins + counts
    edges = np.empty(2 * len(base), np.int64)
    edges[0::2], edges[1::2] = begins, np.where(is_split, page_ends, begins)
    pages = np.empty(2 * len(base), np.int64)
    pages[0::2] = base + (frames.first_number >> PAGE_BITS)
    pages[1::2] = base + (lasts >> PAGE_BITS)
    needed = np.logical_or.reduceat(is_freeze, edges)
    book.requests.give_out(pages[needed])


def own_slots(book: Book, frames: Frames, count: int) -> Positions:
    """(n,) slots of the requests, of use for FREEZE and ORDER only: another's page may not be given out, and then it
    has a place in the null page. A frame lies in one page, or in two that follow each other in number.
    """
    table = book.requests.page_slot
    if len(frames.seat) == 1:
        first, page = int(frames.first_number[0]), int(frames.seat[0]) * PAGES_PER_SEAT
        page += first >> PAGE_BITS
        slots = np.arange(count) + (int(table[page]) + (first & PAGE_MASK))
        on_first_page = REQUEST_PAGE_RECORDS - (first & PAGE_MASK)
        if on_first_page < count:
            slots[on_first_page:] += int(table[page + 1]) - int(table[page]) - REQUEST_PAGE_RECORDS
        return slots
    counts = frames.record_count
    shifts = frames.first_number - (np.cumsum(counts) - counts)
    numbers = np.arange(count) + np.repeat(shifts, counts)
    pages = np.repeat(frames.seat * PAGES_PER_SEAT, counts) + (numbers >> PAGE_BITS)
    paged: Positions = table.take(pages) + (numbers & PAGE_MASK)
    return paged


def heads_after(book: Book, frames: Frames) -> LongColumn:
    """(SEATS_MAX + 1,) next numbers once these frames are done."""
    after = book.next_number.copy()
    np.maximum.at(after, frames.seat, frames.first_number + frames.record_count)
    return after


def time_after(ordered_at_ns: int, decided_at_ns: int) -> int:
    """The time that orders a row decided at `decided_at_ns` behind one ordered at `ordered_at_ns`.

    The bank's clock may be put back; this never is. So it tells order and nothing else: what has expired is judged by
    the clock.
    """
    return max(decided_at_ns, ordered_at_ns + 1)


def advance(book: Book, frames: Frames, ordered_at_ns: int, sequences: Sequence[int]) -> None:
    """The rows of these frames are done: sequence, heads and frame index move on.

    `sequences`: (f,) the row of each frame, ascending; `ordered_at_ns` is the last row's.
    """
    for seat, first, sequence in zip(frames.seat.tolist(), frames.first_number.tolist(), sequences, strict=True):
        book.frames.add(seat, first, sequence)
    book.sequence, book.ordered_at_ns = sequences[-1], ordered_at_ns
    np.maximum.at(book.next_number, frames.seat, frames.first_number + frames.record_count)
