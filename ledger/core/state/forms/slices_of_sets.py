"""Slices of what clearing sets say, and of what waits for customers once their date is settled.

Belongs here: which bytes are in which of these slices, the digest of one. Never here: all other slices, and their order
(slices).
"""

import hashlib
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from ledger.core.state.book import Book
from ledger.core.state.day.clearing import CLEARED_COLUMNS
from ledger.core.state.day.gated import GatedLane
from ledger.core.state.requests import CLEARING_COLUMNS
from protocol.errors import MisuseError
from protocol.limits import REQUEST_PAGE_RECORDS

CLEARED_SLICE_SLOTS = 2_048  # 90 KiB
CLEARED_SLICE_CONTRACTS = 1_024  # 57 KiB
LANE_SLICE_LANES = 128  # 80 KiB
LISTED_SLICE_KEYS = 4_096  # 64 KiB
GATED_SLICE_LANES = 2_048  # 80 KiB
GATED_SLICE_ENTRIES = 4_096  # 80 KiB
_CLEARED_PER_PAGE = REQUEST_PAGE_RECORDS // CLEARED_SLICE_SLOTS
assert _CLEARED_PER_PAGE * CLEARED_SLICE_SLOTS == REQUEST_PAGE_RECORDS

Columns: TypeAlias = list[npt.NDArray[np.signedinteger]]
SliceKind: TypeAlias = tuple[int, Callable[[Book, int], bytes]]
"""How many slices of a kind there are, and the digest of one."""


def kinds_of_clearing(book: Book) -> list[SliceKind]:
    """Of what sets say, once one was announced, and of the lanes."""
    clearing = book.clearing
    slots = book.requests.slots_used - REQUEST_PAGE_RECORDS if clearing.inner_given else 0
    return [
        (slots // CLEARED_SLICE_SLOTS, _cleared_digest),
        (len(clearing.by_contract) * _cleared_slices(book), _cleared_contracts_digest),
        (-(-len(clearing.lanes) // LANE_SLICE_LANES), _lane_digest),
        (-(-len(clearing.listed_keys) // LISTED_SLICE_KEYS), _listed_digest),
    ]


def _cleared_slices(book: Book) -> int:
    """Of one date."""
    return -(-book.contracts_count // CLEARED_SLICE_CONTRACTS)


def _gated_slices(lane: GatedLane) -> int:
    return -(-len(lane.contracts) // GATED_SLICE_ENTRIES)


def kinds_of_gated(book: Book) -> list[SliceKind]:
    """Of settled lanes that are not closed, and of what waits in each."""
    return [
        (-(-len(book.gated.lanes) // GATED_SLICE_LANES), _gated_lanes_digest),
        (sum(_gated_slices(lane) for lane in book.gated.lanes.values()), _gated_digest),
    ]


def _cleared_digest(book: Book, k: int) -> bytes:
    first = (k + _CLEARED_PER_PAGE) * CLEARED_SLICE_SLOTS
    columns = [getattr(book.requests, name) for name in CLEARING_COLUMNS]
    return digest_of(columns, slice(first, first + CLEARED_SLICE_SLOTS))


def _cleared_contracts_digest(book: Book, k: int) -> bytes:
    place, part = divmod(k, _cleared_slices(book))
    cleared = book.clearing.by_contract[sorted(book.clearing.by_contract)[place]]
    end = min((part + 1) * CLEARED_SLICE_CONTRACTS, book.contracts_count)
    columns = [getattr(cleared, name) for name in CLEARED_COLUMNS]
    return digest_of(columns, slice(part * CLEARED_SLICE_CONTRACTS, end))


def _lane_digest(book: Book, k: int) -> bytes:
    lanes = book.clearing.sorted_lanes(k * LANE_SLICE_LANES, (k + 1) * LANE_SLICE_LANES)
    return hashlib.sha256(msgspec.msgpack.encode(lanes)).digest()


def _listed_digest(book: Book, k: int) -> bytes:
    part = slice(k * LISTED_SLICE_KEYS, (k + 1) * LISTED_SLICE_KEYS)
    return digest_of([book.clearing.listed_sets, book.clearing.listed_keys], part)


def _gated_lanes_digest(book: Book, k: int) -> bytes:
    return digest_of(list(book.gated.heads()), slice(k * GATED_SLICE_LANES, (k + 1) * GATED_SLICE_LANES))


def _gated_digest(book: Book, k: int) -> bytes:
    for lane in book.gated.sorted_lanes():
        if k < _gated_slices(lane):
            part = slice(k * GATED_SLICE_ENTRIES, (k + 1) * GATED_SLICE_ENTRIES)
            return digest_of([lane.contracts, lane.proceeds_fen, lane.other_fen], part)
        k -= _gated_slices(lane)
    raise MisuseError("a slice of gated money that is not there")


def digest_of(columns: Columns, part: slice) -> bytes:
    """SHA-256 of a part of (n,) columns, one after the other."""
    digest = hashlib.sha256()
    for column in columns:
        digest.update(column[part].data)
    return digest.digest()
