"""The state check of a row: one slice of the state, by its digest, right after the row.

Belongs here: its bytes, made, read and compared. Never here: what a slice is (ledger.core.state.forms.slices), which
one is told when (ledger.core.state.forms.round).

A check begins with the state layout by which the slice was cut. The state of today cannot be cut as it was then, so a
check of another layout compares nothing.
"""

import struct

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest
from protocol.errors import InvariantBroken
from protocol.limits import DIGEST_BYTES, STATE_CHECK_BYTES

_HEAD = struct.Struct("<ii")  # state layout, slice
assert _HEAD.size + DIGEST_BYTES == STATE_CHECK_BYTES


def state_check(book: Book, k: int) -> bytes:
    """(STATE_CHECK_BYTES,) that tell slice `k`. Raises MisuseError when there is no such slice."""
    return _HEAD.pack(STATE_LAYOUT, k) + state_slice_digest(book, k)


def checked_layout(row: Row) -> int:
    """The state layout of the row's check, STATE_LAYOUT when it has none or its bytes are cut."""
    whole = len(row.state_check) == STATE_CHECK_BYTES
    return int(_HEAD.unpack_from(row.state_check)[0]) if whole else STATE_LAYOUT


def check_state(book: Book, row: Row) -> bool:
    """Compare the slice of the state that a well-formed row names, right after it was applied.

    Returns whether one was compared: not without a check, and not with one of an earlier state layout.
    Raises InvariantBroken when the book is not the one that decided.
    """
    if not row.state_check or checked_layout(row) != STATE_LAYOUT:
        return False
    _layout, place = _HEAD.unpack_from(row.state_check)
    exists = 0 <= place < state_slice_count(book)
    if not exists or state_slice_digest(book, place) != row.state_check[_HEAD.size :]:
        raise InvariantBroken(f"state slice {place} comes out different")
    return True
