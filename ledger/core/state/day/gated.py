"""What settled lanes still owe to customers: proceeds, dividends and refunds, gated until their broker has paid.

Belongs here: the table by lane, contract and amount, which of it is due, how it is kept. Never here: when a broker is
gated (ledger.core.settling.gate), what a credit earns or moves (rules, effects), what is bought and sold and not
settled (unsettled).

A lane stands here from the row in which the last of its customers was settled until nothing of it is gated and nothing
that is owed by it unpaid, also with no entry: what it must prove by then is kept with it. So a broker that never pays
costs an entry for each of its customers' credits, and no page or slot of a date.
"""

from bisect import insort
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ledger.core.state.columns import (
    ByteColumn,
    FenColumn,
    IntColumn,
    Mask,
    NamedArrays,
    Positions,
    int_zeros,
    long_zeros,
)
from ledger.core.state.day.clearing import LaneKey
from protocol.errors import InvariantBroken
from protocol.limits import SUM_BYTES
from protocol.messages.fields import fen_from_sum, sum_from_fen
from rules.entries import Leg

_LOOKED_AT_ONCE = 4_096  # entries
HEAD_FIELDS = 4
"""Of a lane in `heads`: trade date, party, whether it is due, how many entries."""


class SettledEntries(NamedTuple):
    """(m,) entries of one leg between customers and a broker's trade date, each by the record at its position."""

    leg: Leg
    party: int
    trade_date: int
    positions: Positions
    contracts: Positions
    amounts_fen: FenColumn


@dataclass(slots=True)
class GatedLane:
    """(m,) each, by ascending contract index. What is credited is 0."""

    trade_date: int
    party: int
    contracts: IntColumn
    proceeds_fen: FenColumn  # in buying power already, and in what is sold of the account while its contract lives
    other_fen: FenColumn  # dividends less tax, and refunds: in neither
    is_due: bool = False  # its broker owed nothing any more once: for good, whatever it owes later
    made_good_fen: int = 0  # by the lane's corrections, whoever has paid it
    credited_fen: int = 0  # by outlets to customers of the date, less what was debited
    # Memory, and no part of the state: of the entries before this one nothing is left.
    credited_up_to: int = field(default=0, compare=False)

    @property
    def key(self) -> LaneKey:
        """Its name."""
        return LaneKey(self.trade_date, self.party)

    @property
    def gated_fen(self) -> int:
        """All that is not credited."""
        return int(self.proceeds_fen.sum() + self.other_fen.sum())

    def has_left(self) -> bool:
        """Whether anything is not credited. Entries only fall: what was seen to be 0 is not looked at again, for this
        is asked with each block of credits.
        """
        while self.credited_up_to < len(self.contracts):
            part = slice(self.credited_up_to, self.credited_up_to + _LOOKED_AT_ONCE)
            if self.proceeds_fen[part].any() or self.other_fen[part].any():
                return True
            self.credited_up_to += _LOOKED_AT_ONCE
        return False

    def places_of(self, contracts: Positions) -> tuple[Positions, Mask]:
        """(n,) places of contracts among the entries, and whether they are there; 0 stands in where they are not."""
        if not len(self.contracts):
            return np.zeros(len(contracts), np.intp), np.zeros(len(contracts), bool)
        places = np.minimum(np.searchsorted(self.contracts, contracts), len(self.contracts) - 1)
        is_there: Mask = self.contracts[places] == contracts
        return np.where(is_there, places, 0), is_there


@dataclass(slots=True)
class Gated:
    """Lanes whose customers are settled, by their names."""

    lanes: dict[LaneKey, GatedLane] = field(default_factory=dict)
    # Memory, and no part of the state: the entries that the last block has made.
    posted: list[SettledEntries] = field(default_factory=list)
    dates_of: dict[int, list[int]] = field(default_factory=dict)  # derived: by party, ascending

    def put(self, lane: GatedLane) -> None:
        """A lane is settled. Raises InvariantBroken when it was before, or its entries are not in order."""
        if lane.key in self.lanes or (lane.contracts[1:] <= lane.contracts[:-1]).any():
            raise InvariantBroken(f"what is gated of {lane.trade_date} of party {lane.party} is wrong")
        self.lanes[lane.key] = lane
        insort(self.dates_of.setdefault(lane.party, []), lane.trade_date)

    def forget(self, lane: GatedLane) -> None:
        """Nothing of a lane is gated or unpaid any more."""
        del self.lanes[lane.key]
        dates = self.dates_of[lane.party]
        dates.remove(lane.trade_date)
        if not dates:
            del self.dates_of[lane.party]

    def lanes_of(self, party: int) -> list[GatedLane]:
        """Those of a party, the oldest date first."""
        return [self.lanes[LaneKey(date, party)] for date in self.dates_of.get(party, ())]

    def sorted_lanes(self) -> list[GatedLane]:
        """In the order of their keys."""
        return [self.lanes[key] for key in sorted(self.lanes)]

    def become_due(self, party: int) -> None:
        """What is gated of a party's settled lanes is to be credited, for good: it owes nothing any more."""
        for lane in self.lanes_of(party):
            lane.is_due = True

    def due_lane(self, party: int) -> GatedLane | None:
        """The party's oldest lane of which something is due and not credited."""
        return next((lane for lane in self.lanes_of(party) if lane.is_due and lane.has_left()), None)

    def of_contract(self, contract: int, party: int) -> dict[int, tuple[int, int]]:
        """By trade date, ascending, the proceeds and what else of a party's contract is not credited."""
        found: dict[int, tuple[int, int]] = {}
        for lane in self.lanes_of(party):
            place = int(np.searchsorted(lane.contracts, contract))
            if place < len(lane.contracts) and lane.contracts[place] == contract:
                fen = (int(lane.proceeds_fen[place]), int(lane.other_fen[place]))
                if any(fen):
                    found[lane.trade_date] = fen
        return found

    def entries(self) -> tuple[Positions, FenColumn]:
        """(k,) contract index of each entry of all lanes, and its proceeds."""
        lanes = self.sorted_lanes()
        contracts = np.concatenate([int_zeros(0), *(lane.contracts for lane in lanes)]).astype(np.intp)
        return contracts, np.concatenate([long_zeros(0), *(lane.proceeds_fen for lane in lanes)])

    def heads(self) -> tuple[FenColumn, ByteColumn]:
        """(l, HEAD_FIELDS) the lanes in the order of their keys, and (l, 2 × SUM_BYTES) what was made good and credited
        of each.
        """
        lanes = self.sorted_lanes()
        heads = [(lane.trade_date, lane.party, int(lane.is_due), len(lane.contracts)) for lane in lanes]
        sums = b"".join(sum_from_fen(lane.made_good_fen) + sum_from_fen(lane.credited_fen) for lane in lanes)
        sums_told = np.frombuffer(sums, np.int8).reshape(len(lanes), 2 * SUM_BYTES)
        return np.array(heads, np.int64).reshape(len(lanes), HEAD_FIELDS), sums_told

    def to_arrays(self) -> NamedArrays:
        """Name → array."""
        heads, sums = self.heads()
        lanes = self.sorted_lanes()
        return {
            "gated_heads": heads,
            "gated_sums": sums,
            "gated_contracts": np.concatenate([int_zeros(0), *(lane.contracts for lane in lanes)]),
            "gated_proceeds": np.concatenate([long_zeros(0), *(lane.proceeds_fen for lane in lanes)]),
            "gated_other": np.concatenate([long_zeros(0), *(lane.other_fen for lane in lanes)]),
        }

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "Gated":
        """What `to_arrays` described. Raises InvariantBroken or ValueError when the arrays do not fit each other."""
        gated, first = Gated(), 0
        columns = [arrays[f"gated_{name}"] for name in ("contracts", "proceeds", "other")]
        for head, sums in zip(arrays["gated_heads"].tolist(), arrays["gated_sums"], strict=True):
            trade_date, party, is_due, count = head
            contracts, proceeds_fen, other_fen = (column[first : first + count].copy() for column in columns)
            contracts, first = contracts.astype(np.int32), first + count
            amounts = (proceeds_fen.astype(np.int64), other_fen.astype(np.int64))
            told = sums.tobytes()
            made_good_fen, credited_fen = fen_from_sum(told[:SUM_BYTES]), fen_from_sum(told[SUM_BYTES:])
            gated.put(GatedLane(trade_date, party, contracts, *amounts, bool(is_due), made_good_fen, credited_fen))
        if any(len(column) != first for column in columns):
            raise ValueError("as many entries as the lanes have")
        return gated
