"""Stored answers: what a row answered to one of its frames, found again, byte for byte.

Belongs here: finding a frame or a number inside a row, and the bounded memory of recent rows. Never here:
reading
rows (journal), the choice of what to answer (pipeline).
"""

import dataclasses
from collections import OrderedDict
from typing import Final

import numpy as np

from ledger.core.row import Row, outcome_frame
from protocol.header import PREFIX, Header, PrefixArray, unpack_header
from protocol.limits import OUTCOME_BYTES, PREFIX_BYTES
from protocol.records import OUTCOME
from protocol.vocabulary import NUMBERED_KINDS

RECENT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Headers and outcomes of recent rows: several seconds at full rate, so that a reconnecting gateway finds
its own.
"""


class StoredRow:
    """A row without its bodies, which no answer needs; the digests inside the headers stand for them."""

    def __init__(self, row: Row) -> None:
        self.row = dataclasses.replace(row, records=b"", annotations=b"", control=b"")
        self.size_bytes = len(row.headers) + len(row.outcomes)

    def answer_to(self, request: Header) -> bytes | None:
        """The OUTCOMES frame that answered this request, None unless the row has it with equal content.

        Equal content: seat, trade date, first number, count and body digest.
        """
        prefixes = np.frombuffer(self.row.headers, PREFIX)
        place = place_of(prefixes, request.seat, request.trade_date, request.first_number)
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
        start = int(prefixes["record_count"][:place].sum()) * OUTCOME_BYTES
        outcomes = self.row.outcomes[start : start + stored.record_count * OUTCOME_BYTES]
        return outcome_frame(self.row, stored, outcomes).wire()

    def outcome_of(self, seat: int, trade_date: int, number: int) -> np.void | None:
        """The one OUTCOME of a request number, None when the row does not have it."""
        prefixes = np.frombuffer(self.row.headers, PREFIX)
        place = place_of(prefixes, seat, trade_date, number)
        if place < 0:
            return None
        before = int(prefixes["record_count"][:place].sum())
        outcomes = np.frombuffer(self.row.outcomes, OUTCOME)
        found: np.void = outcomes[before + number - int(prefixes["first_number"][place])]
        return found

    def holds(self, seat: int, trade_date: int, number: int) -> bool:
        """Whether a frame of this row has this number."""
        return place_of(np.frombuffer(self.row.headers, PREFIX), seat, trade_date, number) >= 0


def place_of(prefixes: PrefixArray, seat: int, trade_date: int, number: int) -> int:
    """The index of the frame among (f,) `prefixes` that has this request number, -1 when none has."""
    first = prefixes["first_number"]
    found = np.flatnonzero(
        np.isin(prefixes["kind"], [int(kind) for kind in NUMBERED_KINDS])
        & (prefixes["seat"] == seat)
        & (prefixes["trade_date"] == trade_date)
        & (first <= number)
        & (number < first + prefixes["record_count"])
    )
    return int(found[0]) if len(found) else -1


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
