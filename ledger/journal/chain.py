"""The chain of journal rows, checked link by link: what must hold between a row and the one before it.

Belongs here: layouts, order, epochs, times, extents, digests, bodies; for recovery, follower and audit alike. Never
here: what a row does to the book (replaying), which rows are read, what happens when one is bad.
"""

from dataclasses import dataclass

from ledger.core.rows.layouts import DIGESTS, newer_than_known, row_digest
from ledger.core.rows.row import Row
from ledger.core.rows.row_form import bodies_fault, form_fault, time_fault
from ledger.journal.head import SHARD, ZERO_DIGEST, JournalNewer, JournalTampered
from ledger.journal.reader import JournalReader

EPOCH_MAX = 2**62


@dataclass(slots=True)
class Chain:
    """The last good row's facts. Start values are those that stand before the first row."""

    shard: int = SHARD
    sequence: int = 0
    digest: bytes = ZERO_DIGEST
    epoch: int = 0
    trade_date: int = 0
    ordered_at_ns: int = 0
    epoch_max: int = EPOCH_MAX
    """The journal's head knows no later one."""

    def fault_of(self, row: Row) -> str | None:
        """What is wrong with the row that should come next, None when it fits; the chain stays where it is.

        Raises JournalNewer for the row of a later program.
        """
        newer = newer_than_known(row)
        if newer is None:
            return self._order_fault(row) or form_fault(row) or self._digest_fault(row) or bodies_fault(row)
        if row.layout in DIGESTS:  # its digest can be told, so a changed row is no newer one
            fault = self._order_fault(row) or self._digest_fault(row)
            if fault is not None:
                return fault
        raise JournalNewer(row.sequence, newer)

    def take(self, row: Row) -> None:
        """Go on to the row that should come next. Raises JournalTampered with its place, JournalNewer."""
        fault = self.fault_of(row)
        if fault is not None:
            raise JournalTampered(f"row {row.sequence}: {fault}")
        self.advance(row)

    def advance(self, row: Row) -> None:
        """Go on to a row that `fault_of` found fit, or that is taken on trust."""
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
        if row.layout not in DIGESTS or row_digest(self.digest, row) != row.digest:
            return "its digest does not follow from the row before it and its content"
        return None


async def chain_behind(journal: JournalReader, sequence: int, epoch_max: int = EPOCH_MAX) -> Chain:
    """The chain as it stands behind the row `sequence`, which is taken on trust; 0: before the first row.

    Raises JournalTampered when the row is not there.
    """
    chain = Chain(journal.shard, epoch_max=epoch_max)
    if sequence:
        row = await journal.row_holding(sequence)
        if row is None:
            raise JournalTampered(f"row {sequence} is missing from the journal")
        chain.advance(row)
    return chain


async def refuse_newer(journal: JournalReader) -> None:
    """To be asked before anything is written. Raises JournalNewer when a later program wrote the newest rows.

    A changed row is passed over here: whoever checks the chain tells what is wrong with it.
    """
    for row in await journal.newest_rows():
        newer = newer_than_known(row)
        if newer is None:
            continue
        before = await journal.digest_at(row.sequence - 1)
        if row.layout in DIGESTS and (before is None or row_digest(before, row) != row.digest):
            continue
        raise JournalNewer(row.sequence, newer)
