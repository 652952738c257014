"""The rolling state digest: the state in slices small enough to hash one beside every commit.

Belongs here: which bytes are in which slice. Never here: when slices are compared (ledger shells).

Slice 0 holds scalars, seats and parties; then come accounts in slices of ACCOUNT_SLICE_ROWS with their contracts; then
the request table in slices of REQUEST_SLICE_SLOTS, carried freezes first; then the split by date in slices of
OLDER_SLICE_KEYS. No slice grows with the book.
"""

import hashlib
import struct

import msgspec
import numpy as np
import numpy.typing as npt

from ledger.core.state.book import KEPT_COLUMNS, Book
from protocol.errors import MisuseError
from protocol.limits import REQUEST_PAGE_RECORDS

ACCOUNT_SLICE_ROWS = 1_024  # 88 KiB
REQUEST_SLICE_SLOTS = 2_048  # 62 KiB
OLDER_SLICE_KEYS = 4_096  # 96 KiB
_SLICES_PER_PAGE = REQUEST_PAGE_RECORDS // REQUEST_SLICE_SLOTS
assert _SLICES_PER_PAGE * REQUEST_SLICE_SLOTS == REQUEST_PAGE_RECORDS
_SCALARS = struct.Struct("<8q")


def state_slice_count(book: Book) -> int:
    """How many slices the state has now; it grows with contracts and pages and shrinks at a roll."""
    return 1 + _account_slices(book) + _request_slices(book) + _older_slices(book)


def state_slice_digest(book: Book, k: int) -> bytes:
    """SHA-256 of slice `k`, 0 ≤ k < `state_slice_count(book)`. Raises MisuseError outside."""
    if not 0 <= k < state_slice_count(book):
        raise MisuseError(f"slice {k} of {state_slice_count(book)}")
    if k == 0:
        return _common_digest(book)
    place = k - 1
    if place < _account_slices(book):
        return _account_digest(book, place)
    place -= _account_slices(book)
    if place < _request_slices(book):
        return _request_digest(book, place)
    return _older_digest(book, place - _request_slices(book))


def _account_slices(book: Book) -> int:
    return -(-book.contracts_count // ACCOUNT_SLICE_ROWS)


def _request_slices(book: Book) -> int:
    return book.requests.slots_used // REQUEST_SLICE_SLOTS - _SLICES_PER_PAGE  # the null page has nothing to tell


def _common_digest(book: Book) -> bytes:
    digest = hashlib.sha256(
        _SCALARS.pack(
            book.sequence,
            book.ordered_at_ns,
            book.trade_date,
            book.previous_date,
            book.contracts_count,
            book.requests.pages_used,
            len(book.requests.carried_keys),
            len(book.older.keys),
        )
    )
    digest.update(msgspec.msgpack.encode([book.parties[party] for party in sorted(book.parties)]))
    digest.update(book.seat_role.data)
    for column in (book.seat_owner, book.session_version, book.next_number, book.previous_next_number):
        digest.update(column.data)
    return digest.digest()


def _older_slices(book: Book) -> int:
    return -(-len(book.older.keys) // OLDER_SLICE_KEYS)


def _account_digest(book: Book, k: int) -> bytes:
    rows = slice(k * ACCOUNT_SLICE_ROWS, min((k + 1) * ACCOUNT_SLICE_ROWS, book.contracts_count))
    columns: list[npt.NDArray[np.signedinteger]] = [
        *(getattr(book, name) for name in KEPT_COLUMNS),
        *book.bought_unsettled_fen,
        *book.sold_unsettled_fen,
    ]
    return _digest_of(columns, rows)


def _request_digest(book: Book, k: int) -> bytes:
    first = (k + _SLICES_PER_PAGE) * REQUEST_SLICE_SLOTS
    requests = book.requests
    columns: list[npt.NDArray[np.signedinteger]] = [
        requests.kind,
        requests.code,
        requests.contract,
        requests.amount_fen,
        requests.drawn_fen,
        requests.released_fen,
    ]
    return _digest_of(columns, slice(first, first + REQUEST_SLICE_SLOTS))


def _older_digest(book: Book, k: int) -> bytes:
    older = book.older
    part = slice(k * OLDER_SLICE_KEYS, (k + 1) * OLDER_SLICE_KEYS)
    return _digest_of([np.ascontiguousarray(column) for column in (older.keys, older.bought_fen, older.sold_fen)], part)


def _digest_of(columns: list[npt.NDArray[np.signedinteger]], part: slice) -> bytes:
    digest = hashlib.sha256()
    for column in columns:
        digest.update(column[part].data)
    return digest.digest()
