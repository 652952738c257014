"""The records of a block that settle or credit contracts: fields and lanes looked up.

Belongs here: reading the layout and every gather by a number that a partner chose, each range-checked before it is
used. Never here: verdicts (rules.day.customer_settlement), changes (apply).
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.kind_tables import SETTLES, may_send
from ledger.core.settling.gate import is_gated
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.day.clearing import Lane
from ledger.core.state.day.gated import GatedLane
from protocol.kinds import KINDS, OTHER_FIELD
from protocol.records import RecordArray, records_at
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState
from rules.request import Settlement

_CREDITS = np.zeros(256, bool)
_CREDITS[[int(kind) for kind, row in KINDS.items() if OTHER_FIELD in row.fields]] = True


@dataclass(slots=True)
class Settlements:
    """(m,) each: the records that settle or credit, in the order of the block, of seats that may send them.

    Whose turn it is, what is due and who is gated is as the block begins.
    """

    positions: Positions  # in the block
    is_credit: Mask  # of what is gated; else a contract's date is settled
    contract: Positions
    from_moved_fen: FenColumn  # 0 of a credit, as the next one
    proceeds_fen: FenColumn
    other_fen: FenColumn
    lanes: list[tuple[Lane, bool, Positions]]  # lanes that are SETTLING, whether gated, places among these that name it
    due: list[tuple[GatedLane, Positions]]  # of brokers that have something due the oldest date, likewise

    def named(self, place: int) -> Settlement:
        """What a record names beside its amount, by its place among these."""
        return Settlement(int(self.from_moved_fen[place]), int(self.proceeds_fen[place]), int(self.other_fen[place]))


def read_settlements(
    book: Book,
    records: RecordArray,
    kinds: int | Positions,
    roles: int | Positions,
    day: LongColumn,
    contract: Positions,
) -> Settlements | None:
    """Those among (n,) `records` of some trade days, whose contracts are looked up; None without any. For what its
    sender may not send nothing is gathered.
    """
    settles = SETTLES[kinds]
    if not is_some(settles):
        return None
    positions = np.flatnonzero(np.broadcast_to(settles & may_send(kinds, roles), contract.shape))
    if not len(positions):
        return None
    chosen, contract, day = records_at(records, positions), contract[positions], day[positions]
    is_credit = _CREDITS[np.broadcast_to(kinds, (len(records),))[positions]]
    parties = book.contract_facts.take(contract) >> PARTY_SHIFT
    at = np.flatnonzero(~is_credit)
    lanes = [
        (lane, is_gated(book, lane.party), at[places])
        for lane, places in book.clearing.named(parties[at], day[at])
        if lane.state == LaneState.SETTLING
    ]
    return Settlements(
        positions=positions,
        is_credit=is_credit,
        contract=contract,
        from_moved_fen=np.where(is_credit, 0, chosen["from_moved_fen"]),
        proceeds_fen=np.where(is_credit, 0, chosen["settled_proceeds_fen"]),
        other_fen=np.where(is_credit, chosen[OTHER_FIELD], chosen["settled_other_fen"]),
        lanes=lanes,
        due=_due(book, is_credit.nonzero()[0], parties, day),
    )


def _due(book: Book, at: Positions, parties: LongColumn, day: LongColumn) -> list[tuple[GatedLane, Positions]]:
    found: list[tuple[GatedLane, Positions]] = []
    for party in np.unique(parties[at]).tolist():
        lane = book.gated.due_lane(party)
        if lane is None:
            continue
        places = at[(parties[at] == party) & (day[at] == trade_day(lane.trade_date))]
        if len(places):
            found.append((lane, places))
    return found
