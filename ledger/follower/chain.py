"""The chain of journal rows, checked link by link: what must hold between a row and the one before it.

Belongs here: order, epochs, times, extents, digests, bodies. Never here: what a row does to the book, where rows
come from, what happens when one is bad.
"""

from dataclasses import dataclass

from ledger.core.rows.row import Row, row_digest
from ledger.core.rows.row_form import bodies_fault, form_fault, time_fault


@dataclass(slots=True)
class Chain:
    """The last good row's facts. Start values are those that stand before the first row."""

    shard: int
    sequence: int
    digest: bytes
    epoch: int = 0
    trade_date: int = 0
    ordered_at_ns: int = 0
    epoch_max: int = 2**62
    """The journal's head knows no later one."""

    def fault_of(self, row: Row) -> str | None:
        """What is wrong with the row that should come next, None when it fits; the chain stays where it is."""
        return self._order_fault(row) or form_fault(row) or self._digest_fault(row)

    def advance(self, row: Row) -> None:
        """Goes on to a row that `fault_of` found fit."""
        self.sequence = row.sequence
        self.digest = row.digest
        self.epoch = row.epoch
        self.trade_date = row.trade_date
        self.ordered_at_ns = row.ordered_at_ns

    def _order_fault(self, row: Row) -> str | None:
        if row.shard != self.shard:
            return f"shard {row.shard} in the journal of shard {self.shard}"
        if row.sequence != self.sequence + 1:
            return f"found where row {self.sequence + 1} should be: a row is missing or moved"
        if row.epoch > self.epoch_max:
            return f"epoch {row.epoch}, when the journal's head is at epoch {self.epoch_max}"
        if row.epoch < self.epoch:
            return f"epoch {row.epoch} after epoch {self.epoch}"
        if row.trade_date < self.trade_date:
            return f"trade date {row.trade_date} after {self.trade_date}"
        return time_fault(self.ordered_at_ns, row)

    def _digest_fault(self, row: Row) -> str | None:
        if row_digest(self.digest, row) != row.digest:
            return "its digest does not follow from the row before it and its content"
        return bodies_fault(row)
