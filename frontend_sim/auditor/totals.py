"""The auditor's fast path for benchmark sizes: totals from what was sent and what was answered, nothing per account.

Belongs here: counts per kind and code, sums of accepted amounts per kind, and the totals that must follow from them.
Never here: a prediction of single outcomes (auditor), anything of ledger, rules or gateway.
"""

from dataclasses import dataclass, field

import numpy as np

from frontend_sim.auditor.register import Totals
from protocol.codes import ReplyCode
from protocol.records import OutcomeArray, RecordArray
from protocol.vocabulary import RecordKind


@dataclass(slots=True)
class AuditorTotals:
    """Adds up blocks; blocks may come in any order and from any seat, each exactly once."""

    counts: dict[tuple[int, int], int] = field(default_factory=dict)
    """Records by (kind, code)."""
    accepted_fen: dict[int, int] = field(default_factory=dict)
    """Σ amount_fen of accepted records by kind."""
    fill_release_fen: int = 0
    """Σ release_fen of accepted fills of buys."""

    def add(self, records: RecordArray, outcomes: OutcomeArray) -> None:
        """Add (n,) RECORD and the (n,) OUTCOME that answer it, n ≤ 65,536. Raises ValueError when lengths differ.

        An accepted amount is at most 2^40 fen, so a block's sums stay below 2^57; the running sums are unbounded ints.
        """
        if len(records) != len(outcomes):
            raise ValueError(f"{len(records)} records and {len(outcomes)} outcomes")
        kinds, codes = records["kind"], outcomes["code"]
        for kind in np.unique(kinds).tolist():
            of_kind = kinds == kind
            found, how_often = np.unique(codes[of_kind], return_counts=True)
            for code, count in zip(found.tolist(), how_often.tolist(), strict=True):
                self.counts[(kind, code)] = self.counts.get((kind, code), 0) + count
            accepted = of_kind & (codes == int(ReplyCode.ACCEPTED))
            moved_fen = int(records["amount_fen"][accepted].sum(dtype=np.int64))
            self.accepted_fen[kind] = self.accepted_fen.get(kind, 0) + moved_fen
            if kind == RecordKind.FILL_BUY:
                self.fill_release_fen += int(records["release_fen"][accepted].sum(dtype=np.int64))

    @property
    def record_count(self) -> int:
        """All records added."""
        return sum(self.counts.values())

    @property
    def accepted_count(self) -> int:
        """All accepted records."""
        return sum(count for (_, code), count in self.counts.items() if code == ReplyCode.ACCEPTED)

    def count_of(self, code: ReplyCode) -> int:
        """Records answered with this code, of all kinds."""
        return sum(count for (_, found), count in self.counts.items() if found == code)

    def expected(self, opening: Totals) -> Totals:
        """What the books must say after all blocks, having begun at `opening`."""
        moved = {kind: self.accepted_fen.get(int(kind), 0) for kind in RecordKind}
        bought_fen = moved[RecordKind.FILL_BUY]
        return Totals(
            balance_fen=opening.balance_fen + moved[RecordKind.DEPOSIT] - moved[RecordKind.WITHDRAWAL],
            frozen_fen=opening.frozen_fen
            + moved[RecordKind.FREEZE]
            - moved[RecordKind.RELEASE]
            - bought_fen
            - self.fill_release_fen,
            bought_unsettled_fen=opening.bought_unsettled_fen + bought_fen,
            sold_unsettled_fen=opening.sold_unsettled_fen + moved[RecordKind.FILL_SELL],
        )
