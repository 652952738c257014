"""The records of a block that close orders of a date, correct contracts, or take that back: fields and lanes looked up.

Belongs here: reading the layout and every gather by a number that a partner chose, each range-checked before it is
used. Never here: verdicts (rules.day.corrections), changes (apply).
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.frames import Frames
from ledger.core.kind_tables import BY_SET, IS_CORRECTION, TAKES_BACK, may_send
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.day.clearing import Lane
from protocol.records import RecordArray, records_at
from protocol.vocabulary import LaneEvent, LaneState
from rules.day.states import next_lane_state
from rules.request import Correction, Permitted


@dataclass(slots=True)
class Corrections:
    """(m,) each: the records that ask what a clearing set says, in the order of the block."""

    positions: Positions  # in the block
    is_correction: Mask  # it brings a contract to what it names, or takes that back; else it closes an order
    takes_back: Mask
    may_act: Mask  # of what closes: the lane is published, or behind it in its frame the contract's day is corrected
    contract: Positions
    made_good_proceeds_fen: FenColumn  # this and the next three: 0 of what closes
    has_bought_fen: FenColumn
    has_sold_fen: FenColumn
    act_number: LongColumn
    lanes: list[tuple[Lane, Positions]]  # places among these by the lane that they name; others name none

    def named(self, place: int, permit: Permitted | None) -> Correction:
        """What a correction names, by its place among these, with what permits it."""
        return Correction(
            int(self.made_good_proceeds_fen[place]),
            int(self.has_bought_fen[place]),
            int(self.has_sold_fen[place]),
            int(self.act_number[place]),
            permit,
        )


def read_corrections(
    book: Book,
    frames: Frames,
    records: RecordArray,
    kinds: int | Positions,
    roles: int | Positions,
    day: LongColumn,
    contract: Positions,
) -> Corrections | None:
    """Those among (n,) `records` of some trade days, whose contracts are looked up, of seats that may send them; None
    without any. For others nothing is gathered: what they cost would be up to whoever has a key.
    """
    by_set = BY_SET[kinds]
    if not is_some(by_set):
        return None
    positions = np.flatnonzero(np.broadcast_to(by_set & may_send(kinds, roles), contract.shape))
    if not len(positions):
        return None
    chosen, contract, day = records_at(records, positions), contract[positions], day[positions]
    chosen_kinds = np.broadcast_to(kinds, (len(records),))[positions]
    is_correction, takes_back = IS_CORRECTION[chosen_kinds], TAKES_BACK[chosen_kinds]
    frame = np.repeat(np.arange(len(frames.seat)), frames.record_count)[positions]
    parties = book.contract_facts.take(contract) >> PARTY_SHIFT
    lanes = list(book.clearing.named(parties, day))
    may_act = is_correction | _is_followed(is_correction & ~takes_back, frame, contract, day)
    for lane, places in lanes:
        may_act[places] |= closes_orders(lane)
    return Corrections(
        positions=positions,
        is_correction=is_correction,
        takes_back=takes_back,
        may_act=may_act,
        contract=contract,
        made_good_proceeds_fen=np.where(is_correction, chosen["made_good_proceeds_fen"], 0),
        has_bought_fen=np.where(is_correction, chosen["has_bought_fen"], 0),
        has_sold_fen=np.where(is_correction, chosen["has_sold_fen"], 0),
        act_number=np.where(is_correction, chosen["act_number"], 0).astype(np.int64),
        lanes=lanes,
    )


def closes_orders(lane: Lane) -> bool:
    """Whether orders of a lane are ended by themselves: what is owed by it is published."""
    return next_lane_state(LaneState(lane.state), LaneEvent.CLOSE) is not None


def _is_followed(corrects: Mask, frame: Positions, contract: Positions, day: LongColumn) -> Mask:
    """(m,) whether a correction of the same contract and day stands behind each in its frame."""
    if not is_some(corrects):
        return np.zeros(len(corrects), bool)
    last: dict[tuple[int, int, int], int] = {}
    names = list(zip(frame.tolist(), contract.tolist(), day.tolist(), strict=True))
    for place in corrects.nonzero()[0].tolist():
        last[names[place]] = place
    return np.array([last.get(name, -1) > place for place, name in enumerate(names)], bool)
