"""What a mark fixes beside its digest: totals by party, outlets that are apart, and after a deep one all pairs.

Belongs here: what is kept of it for questions, how it is told. Never here: who marks and what is agreed (control), the
other book. Nothing here is part of the state: a ledger that was started since knows none of it, and is marked again.

Why a copy, and when. The questions come after the mark, and the columns go on meanwhile. Totals are compared first, and
keep nothing; only where they differ a deep mark is said, and the columns are copied as they are: 40 bytes an account, a
third of what the mark takes to add the same columns up (python -m benchmarks.micro.marking). No page is protected
and no write is watched, so an order pays nothing for a question that nobody asked. The copy goes with the next mark.
"""

from dataclasses import dataclass, field

import numpy as np

from ledger.core.state.columns import FenColumn, IntColumn, LongColumn, Positions
from protocol.limits import QUERY_OUTLETS_MAX, QUERY_PAIRS_MAX, QUERY_RANGES_MAX, RANGE_PAIRS
from protocol.messages.day.marked import FIGURES, OutletApart, OutletsAnswer, PairsAnswer, RangesAnswer, range_digest
from protocol.messages.queries import PartyTotals, TotalsAnswer


@dataclass(frozen=True, slots=True)
class MarkedPairs:
    """All pairs as of one row: copies of the book's columns, cut to what is in use."""

    balance_fen: FenColumn
    frozen_fen: FenColumn
    bought_fen: FenColumn
    sold_fen: FenColumn
    last_contract: LongColumn  # (accounts,) index + 1 of the contract whose money is on the account, 0 for none
    account_of_contract: IntColumn  # (contracts,) a view: a contract never changes its account
    ended: Positions  # (m,) contracts for which something was sold that is on no account
    ended_sold_fen: FenColumn  # (m,)

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return max(len(self.balance_fen), len(self.account_of_contract))

    def amounts(self, first: int, end: int) -> bytes:
        """Of the pairs from `first` to below `end`, see PairsAnswer; above the last pair all are 0."""
        figures = np.zeros((FIGURES, end - first), "<i8")
        balance_fen = self.balance_fen[first:end]
        figures[0, : len(balance_fen)] = balance_fen
        accounts = self.account_of_contract[first:end]
        contracts = np.arange(first, first + len(accounts))
        # Whatever is frozen, bought or sold on an account is of its last contract: see the invariants.
        holds = np.flatnonzero(self.last_contract[accounts] == contracts + 1)
        for pair, column_fen in enumerate((self.frozen_fen, self.bought_fen, self.sold_fen), 1):
            figures[pair, holds] = column_fen[accounts[holds]]
        here = (self.ended >= first) & (self.ended < end)
        np.add.at(figures[FIGURES - 1], self.ended[here] - first, self.ended_sold_fen[here])
        return figures.tobytes()


@dataclass(slots=True)
class Marked:
    """As of the row `sequence`; before any mark as of none."""

    sequence: int = 0
    totals: list[PartyTotals] = field(default_factory=list)
    apart: list[OutletApart] = field(default_factory=list)
    pairs: MarkedPairs | None = None

    def told_totals(self) -> TotalsAnswer:
        """By party."""
        return TotalsAnswer(self.sequence, bool(self.sequence), self.totals)

    def told_outlets(self) -> OutletsAnswer:
        """Those that are apart, as many as one answer has."""
        return OutletsAnswer(self.sequence, bool(self.sequence), self.apart[:QUERY_OUTLETS_MAX])

    def told_ranges(self, first: int) -> RangesAnswer:
        """Digests from range `first` on, as many as one answer has."""
        if self.pairs is None:
            return RangesAnswer(self.sequence, False, 0, [])
        count = -(-self.pairs.count // RANGE_PAIRS)
        end = max(first, min(first + QUERY_RANGES_MAX, count))
        starts = range(first * RANGE_PAIRS, end * RANGE_PAIRS, RANGE_PAIRS)
        digests = [range_digest(self.pairs.amounts(start, start + RANGE_PAIRS)) for start in starts]
        return RangesAnswer(self.sequence, True, end if end < count else 0, digests)

    def told_pairs(self, first: int) -> PairsAnswer:
        """Amounts from pair `first` on, as many as one answer has."""
        if self.pairs is None:
            return PairsAnswer(self.sequence, False, b"")
        end = max(first, min(first + QUERY_PAIRS_MAX, self.pairs.count))
        return PairsAnswer(self.sequence, True, self.pairs.amounts(first, end))
