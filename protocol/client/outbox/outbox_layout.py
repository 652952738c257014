"""Byte layout of the outbox file: header page, table of slots, ring of bodies; the two kinds of cells and their check.

Belongs here: offsets, structs, the word that commits a cell, how a file without a header looks. Never here: the file,
the map, what is live.

    0                      header page: two copies of the header, written in turn, and two of the mark of orders
    4096                   table: `frames_max` slots of 256 bytes, each two cells of 128, written in turn
    4096 + 256×frames_max  ring of bodies, `data_bytes` long; a body never wraps

A cell is fields followed by one aligned 8-byte word. Word 0: nothing is here. Any other word must be the check of
the fields at this place: a process killed while it writes leaves 0 there, so a wrong word means damage.
"""

import hashlib
import struct
from typing import NamedTuple

MAGIC = b"YZTOUTBX"
LAYOUT_VERSION = 1
PAGE_BYTES = 4_096
HEADER_COPY_BYTES = 1_024
MARK_OFFSET = 2_048
MARK_COPY_BYTES = 1_024
CELL_BYTES = 128
SLOT_BYTES = 2 * CELL_BYTES
BODY_ALIGN_BYTES = 64

HEADER_FIELDS = struct.Struct("<8siiiiiiqq")
MARK_FIELDS = struct.Struct("<qqqii32s")
CELL_FIELDS = struct.Struct("<qqqqqiiii32s")
WORD_BYTES = 8
assert HEADER_FIELDS.size % WORD_BYTES == 0
assert MARK_FIELDS.size % WORD_BYTES == 0
assert MARK_OFFSET + 2 * MARK_COPY_BYTES <= PAGE_BYTES
assert CELL_FIELDS.size % WORD_BYTES == 0
assert CELL_FIELDS.size + WORD_BYTES <= CELL_BYTES


class OutboxHeader(NamedTuple):
    """Whose outbox this is and the session that its process last used."""

    magic: bytes
    layout_version: int
    party: int
    seat: int
    session_version: int
    trade_date: int
    frames_max: int
    data_bytes: int
    generation: int  # the copy with the higher one counts


class OrderMark(NamedTuple):
    """How far the seat's feed of orders or reports was read; all 0 before the first entry."""

    generation: int  # the copy with the higher one counts
    done_number: int  # everything before it the program has dealt with
    handed_number: int  # everything before it may have been handed to the program
    done_date: int
    handed_date: int
    digest_before: bytes  # (32,) in front of the stretch of what is done


NOT_READ = OrderMark(0, 0, 0, 0, 0, bytes(32))


class OutboxCell(NamedTuple):
    """One unanswered frame; everything that is needed to send it again."""

    sequence: int  # order of sending, never used twice
    generation: int  # grows when the frame is given another number; the higher one counts
    first_number: int
    valid_until_ns: int
    body_offset: int  # within the ring
    kind: int
    record_count: int
    trade_date: int
    body_bytes: int
    body_digest: bytes  # (32,) SHA-256, the same that the header carries


def has_begun(page: bytes) -> bool:
    """Whether `page`, the first of a file, may be that of an outbox with a header, or of something else.

    False: it is empty, full of zeros, or of an outbox whose first header was never whole.
    """
    if not any(page):
        return False
    words = [HEADER_FIELDS.size + half * HEADER_COPY_BYTES for half in (0, 1)]
    is_ours = len(page) == PAGE_BYTES and page.startswith(MAGIC)
    return not is_ours or any(any(page[word : word + WORD_BYTES]) for word in words)


def table_offset(slot: int, half: int) -> int:
    """Where a cell begins in the file."""
    return PAGE_BYTES + slot * SLOT_BYTES + half * CELL_BYTES


def ring_offset(frames_max: int) -> int:
    """Where the ring of bodies begins in the file."""
    return PAGE_BYTES + frames_max * SLOT_BYTES


def file_bytes(frames_max: int, data_bytes: int) -> int:
    """The size of the whole file."""
    return ring_offset(frames_max) + data_bytes


def commit_word(place: int, fields: bytes) -> int:
    """The word that makes the cell at byte `place` valid: 63 bits of a digest, never 0."""
    digest = hashlib.sha256(place.to_bytes(8, "little") + fields).digest()
    return int.from_bytes(digest[:8], "little") >> 1 | 1
