"""Questions on the mark at which the bank's two books are compared 银行内部对账: where do they differ?

A pair is an account and the contract of the same index: the account's balance; frozen, bought and sold of the
contract. RANGE_PAIRS of them are a range, which has one digest.

Belongs here: one frozen struct per message, how the amounts of pairs are told. Never here: where they come from.
"""

import hashlib
from typing import Annotated

from msgspec import Meta

from ...limits import CONTRACTS_MAX, OUTLET_MAX, QUERY_OUTLETS_MAX, QUERY_PAIRS_MAX, QUERY_RANGES_MAX, RANGE_PAIRS
from ..base import Message
from ..fields import Count, Digest, SumFen

FIGURES = 4  # of a pair: balance, frozen, bought, sold
FIGURE_BYTES = 8

SourceAsOfMark = Annotated[int, Meta(ge=3, le=4)]
"""Whose: 3 the ledger's, 4 the gateway's own book's; as `TotalsQuery`."""
RangeNo = Annotated[int, Meta(ge=0, le=CONTRACTS_MAX // RANGE_PAIRS)]
PairNo = Annotated[int, Meta(ge=0, le=CONTRACTS_MAX)]


class RangesQuery(Message, tag=120, frozen=True):
    """Bank query: digests of ranges as of the last mark, if that was a deep one; from range `first` on."""

    source: SourceAsOfMark
    first: RangeNo


class RangesAnswer(Message, tag=121, frozen=True):
    """Answer: of ranges in turn, and where to go on: 0 at the end.

    Not complete, and nothing else, without a deep mark since that book was started.
    """

    as_of_sequence: Count
    complete: bool
    next_range: RangeNo
    digests: Annotated[list[Digest], Meta(max_length=QUERY_RANGES_MAX)]
    """SHA-256 of the amounts of all the range's pairs, see `PairsAnswer`; above the last one all are 0."""


class PairsQuery(Message, tag=122, frozen=True):
    """Bank query: the amounts of pairs as of the last mark, if that was a deep one; from pair `first` on."""

    source: SourceAsOfMark
    first: PairNo


class PairsAnswer(Message, tag=123, frozen=True):
    """Answer: QUERY_PAIRS_MAX pairs in turn, or fewer at the end; `complete` as in `RangesAnswer`."""

    as_of_sequence: Count
    complete: bool
    amounts: Annotated[bytes, Meta(max_length=QUERY_PAIRS_MAX * FIGURES * FIGURE_BYTES)]
    """int64, little-endian, fen: all balances, then all that is frozen, bought, sold."""


class OutletsQuery(Message, tag=124, frozen=True):
    """Bank query: the outlets whose accounts have together something else than the general ledger, as of the mark."""


class OutletApart(Message, tag=125, frozen=True):
    """Answer part: an outlet, what its accounts have, and what the general ledger has for it 总分平衡."""

    outlet: Annotated[int, Meta(ge=0, le=OUTLET_MAX)]
    accounts_fen: SumFen
    ledger_fen: SumFen


class OutletsAnswer(Message, tag=126, frozen=True):
    """Answer: those of the lowest numbers; `complete` is False without a mark since the ledger was started."""

    as_of_sequence: Count
    complete: bool
    outlets: Annotated[list[OutletApart], Meta(max_length=QUERY_OUTLETS_MAX)]


def range_digest(amounts: bytes) -> bytes:
    """Of a whole range, by its amounts as PairsAnswer would tell all of them."""
    return hashlib.sha256(amounts).digest()
