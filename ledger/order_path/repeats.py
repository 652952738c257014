"""Stored answers: what a row answered to one of its frames, found again, byte for byte.

Belongs here: finding a frame or a number inside a row, the bounded memory of recent rows, which row has to be read.
Never here: reading rows (lookup), the choice of what to answer (deciding).
"""

import dataclasses
from collections import OrderedDict

import numpy as np

from ledger.core import engine
from ledger.core.rows.row import Row, outcome_frame
from ledger.core.state.book import Book
from ledger.core.state.columns import LongColumn
from ledger.order_path.decided import Lookup, Waits
from protocol.header import PREFIX, Header, unpack_header
from protocol.limits import CONTROL_NUMBERS_KEPT, OUTCOME_BYTES, PREFIX_BYTES, REQUESTS_PER_SEAT_DATE_MAX, SEATS_MAX
from protocol.messages.queries import OutcomeAnswer, OutcomeQuery
from protocol.records import OUTCOME
from protocol.vocabulary import NUMBERED_KINDS

_NUMBER_BITS = 32
assert REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT + 1 < 1 << _NUMBER_BITS
RECENT_BYTES_MAX = 64 * 1024 * 1024
"""Headers and outcomes of recent rows: several seconds at full rate, so that a reconnecting gateway finds
its own.
"""


class StoredRow:
    """A row without its bodies, which no answer needs; the digests inside the headers stand for them.

    Its frames are sorted once, when the first is looked up: a look-up then takes the same for one frame as for many.
    """

    def __init__(self, row: Row) -> None:
        self.row = dataclasses.replace(row, records=b"", closing_heads=b"", control=b"")
        self.size_bytes = len(row.headers) + len(row.outcomes)
        self._sorted: tuple[LongColumn, LongColumn, LongColumn] | None = None

    def answer_to(self, request: Header) -> bytes | None:
        """The OUTCOMES frame that answered this request, None unless the row has it with equal content.

        Equal content: seat, trade date, first number, count and body digest.
        """
        place, before = self._place_of(request.seat, request.trade_date, request.first_number)
        if place < 0:
            return None
        stored = unpack_header(self.row.headers, place * PREFIX_BYTES)
        if (
            stored.kind != request.kind
            or stored.first_number != request.first_number
            or stored.record_count != request.record_count
            or stored.body_digest != request.body_digest
        ):
            return None
        start = before * OUTCOME_BYTES
        outcomes = self.row.outcomes[start : start + stored.record_count * OUTCOME_BYTES]
        return outcome_frame(self.row, stored, outcomes).wire()

    def outcome_of(self, seat: int, trade_date: int, number: int) -> np.void | None:
        """The one OUTCOME of a request number, None when the row does not have it."""
        place, before = self._place_of(seat, trade_date, number)
        if place < 0:
            return None
        first_number = unpack_header(self.row.headers, place * PREFIX_BYTES).first_number
        outcomes = np.frombuffer(self.row.outcomes, OUTCOME)
        found: np.void = outcomes[before + number - first_number]
        return found

    def holds(self, seat: int, trade_date: int, number: int) -> bool:
        """Whether a frame of this row has this number."""
        return self._place_of(seat, trade_date, number)[0] >= 0

    def _place_of(self, seat: int, trade_date: int, number: int) -> tuple[int, int]:
        """The index of the frame that has this number, and the outcomes before its own; (-1, 0) when none has."""
        if trade_date != self.row.trade_date or not (0 <= seat <= SEATS_MAX and 0 <= number < 1 << _NUMBER_BITS):
            return -1, 0
        if self._sorted is None:
            self._sorted = self._sort()
        keys, places, befores = self._sorted
        found = int(np.searchsorted(keys, seat << _NUMBER_BITS | number, side="right")) - 1
        if found < 0:
            return -1, 0
        place = int(places[found])
        header = unpack_header(self.row.headers, place * PREFIX_BYTES)
        inside = header.seat == seat and header.first_number <= number < header.first_number + header.record_count
        return (place, int(befores[found])) if inside else (-1, 0)

    def _sort(self) -> tuple[LongColumn, LongColumn, LongColumn]:
        """(f,) each, of the numbered frames by seat and number: the two as one key, the frame's index, the outcomes
        before its own.
        """
        prefixes = np.frombuffer(self.row.headers, PREFIX)
        counts = prefixes["record_count"].astype(np.int64)
        befores = np.cumsum(counts) - counts
        places = np.flatnonzero(np.isin(prefixes["kind"], [int(kind) for kind in NUMBERED_KINDS]))
        keys = (prefixes["seat"][places].astype(np.int64) << _NUMBER_BITS) | prefixes["first_number"][places]
        order = np.argsort(keys, kind="stable")
        return keys[order], places[order], befores[places[order]]


class RecentRows:
    """The newest rows by sequence, at most RECENT_BYTES_MAX of them; the oldest go first."""

    def __init__(self, bytes_max: int = RECENT_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._rows: OrderedDict[int, StoredRow] = OrderedDict()
        self._bytes = 0

    def add(self, row: Row) -> StoredRow:
        """Keeps a row just decided or just read, and forgets what exceeds the bound."""
        stored = StoredRow(row)
        earlier = self._rows.pop(row.sequence, None)
        self._bytes += stored.size_bytes - (earlier.size_bytes if earlier is not None else 0)
        self._rows[row.sequence] = stored
        while self._bytes > self._bytes_max and len(self._rows) > 1:
            _sequence, oldest = self._rows.popitem(last=False)
            self._bytes -= oldest.size_bytes
        return stored

    def get(self, sequence: int) -> StoredRow | None:
        """The row, if it is still kept; it counts as used."""
        stored = self._rows.get(sequence)
        if stored is not None:
            self._rows.move_to_end(sequence)
        return stored


class Repeats:
    """The rows that numbers already used are answered from."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._recent = RecentRows()
        self._read: dict[int, tuple[Lookup, StoredRow | None]] = {}  # by seat: what was read for it

    def add(self, row: Row) -> None:
        """Keeps a row just decided."""
        self._recent.add(row)

    def take_read(self, lookup: Lookup, stored: StoredRow | None) -> None:
        """What was read for a seat that waits; None: the number was never used."""
        if stored is not None and lookup.sequence is not None:
            self._recent.add(stored.row)  # more repeats of its frames follow; an old date's come alone
        self._read[lookup.seat] = (lookup, stored)

    def forget_read(self) -> None:
        """No seat waits any more: the link is gone."""
        self._read.clear()

    def row_of(self, seat: int, trade_date: int, number: int) -> StoredRow | Waits | None:
        """The row that holds a number, None when it was never used; Waits when the row has to be read first."""
        book = self._book
        sequence: int | None = engine.row_holding(book, trade_date, seat, number)
        if trade_date < book.trade_date and trade_date != book.previous_date:
            sequence = None
        if sequence == 0:
            return None
        lookup = Lookup(seat, trade_date, number, sequence)
        read = self._read.pop(seat, None)
        if read is not None and read[0] == lookup:
            return read[1]
        stored = self._recent.get(sequence) if sequence is not None else None
        return Waits(lookup) if stored is None else stored


def outcome_answer(stored: StoredRow | None, seat: int, query: OutcomeQuery) -> OutcomeAnswer:
    """What a row says of the number asked for; None: no row holds it."""
    outcome = stored.outcome_of(seat, query.trade_date, query.number) if stored is not None else None
    if stored is None or outcome is None:
        return OutcomeAnswer(False, 0, 0, 0, 0, 0)
    code, state, _reserved, remaining_fen = outcome.item()
    return OutcomeAnswer(True, code, state, remaining_fen, stored.row.sequence, stored.row.decided_at_ns)


assert OUTCOME.names == ("code", "state", "reserved", "remaining_fen")
