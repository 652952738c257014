"""What the law is told of the dates that records settle and credit.

Belongs here: gathering, for the records that are decided in order. Never here: a verdict
(rules.day.customer_settlement).
"""

import numpy as np

from ledger.core.resolve import Block
from ledger.core.settling.amounts import amounts_of
from ledger.core.settling.read import Settlements
from ledger.core.state.book import STATE_SHIFT, Book
from ledger.core.state.columns import Mask, Positions
from ledger.core.state.day.clearing import Lane
from ledger.core.state.day.gated import GatedLane
from protocol.vocabulary import AccountStatus
from rules.request import GatedMoney, Settlement, Unit


class UnitsAtHand:
    """The dates that a block's records settle or credit, one object for each contract and date."""

    def __init__(self, book: Book, block: Block, positions: Positions | slice) -> None:
        """Of the records at (m,) `positions` of the block alone."""
        settlements = self._settlements = block.settlements
        self._place_at: dict[int, int] = {}
        self._of_place: dict[int, Unit] = {}
        if settlements is None:
            return
        is_chosen = block.are_among(positions, settlements.positions)
        self._place_at = {int(settlements.positions[place]): place for place in np.flatnonzero(is_chosen).tolist()}
        self._gated: dict[int, GatedMoney] = {}
        for lane, is_gated, named in settlements.lanes:
            places = named[is_chosen[named]]
            contracts = np.unique(settlements.contract[places])
            self._put(settlements, places, self._to_settle(book, lane, is_gated, contracts))
        for due, named in settlements.due:
            places = named[is_chosen[named]]
            contracts = np.unique(settlements.contract[places])
            self._put(settlements, places, self._to_credit(book, due, contracts))

    def of(self, position: int) -> Unit | None:
        """What there is for the record at a position of the block, None for nothing."""
        return self._of_place.get(self._place_at.get(position, -1))

    def named(self, position: int) -> Settlement | None:
        """What the record at a position names, where it settles or credits."""
        place = self._place_at.get(position, -1)
        return None if place < 0 or self._settlements is None else self._settlements.named(place)

    def _put(self, settlements: Settlements, places: Positions, units: dict[int, Unit]) -> None:
        contracts = settlements.contract[places].tolist()
        self._of_place.update({place: units[each] for place, each in zip(places.tolist(), contracts, strict=True)})

    def _to_settle(self, book: Book, lane: Lane, is_gated: bool, contracts: Positions) -> dict[int, Unit]:
        amounts = amounts_of(book, lane, contracts)
        self._gather(book, lane.party, contracts)
        has = (amounts.bought_fen, amounts.sold_fen, amounts.other_fen, amounts.moved_fen)
        columns = (*has, amounts.says_bought_fen, amounts.says_sold_fen)
        rows = zip(
            contracts.tolist(),
            amounts.is_open.tolist(),
            amounts.has_ended.tolist(),
            _is_closed(book, contracts).tolist(),
            *(column.tolist() for column in columns),
            strict=True,
        )
        return {
            contract: Unit(lane.trade_date, is_open, self._gated[contract], has_ended, is_closed, is_gated, *fen)
            for contract, is_open, has_ended, is_closed, *fen in rows
        }

    def _to_credit(self, book: Book, lane: GatedLane, contracts: Positions) -> dict[int, Unit]:
        self._gather(book, lane.party, contracts)
        rows = zip(
            contracts.tolist(), book.have_ended(contracts).tolist(), _is_closed(book, contracts).tolist(), strict=True
        )
        return {
            contract: Unit(lane.trade_date, True, self._gated[contract], has_ended, is_closed)
            for contract, has_ended, is_closed in rows
        }

    def _gather(self, book: Book, party: int, contracts: Positions) -> None:
        """What is gated of (m,) contracts of a party: one object for each, whatever names it."""
        fresh = np.array([each for each in contracts.tolist() if each not in self._gated], np.intp)
        self._gated.update({each: GatedMoney() for each in fresh.tolist()})
        for lane in book.gated.lanes_of(party):
            places, is_there = lane.places_of(fresh)
            at = np.flatnonzero(is_there)
            amounts = (lane.proceeds_fen[places[at]].tolist(), lane.other_fen[places[at]].tolist())
            for contract, proceeds_fen, other_fen in zip(fresh[at].tolist(), *amounts, strict=True):
                self._gated[contract].proceeds_fen[lane.trade_date] = proceeds_fen
                self._gated[contract].other_fen[lane.trade_date] = other_fen


def _is_closed(book: Book, contracts: Positions) -> Mask:
    """(m,) whether the account that each stands on, or stood on, is closed."""
    flags = book.account_flags[book.account_of_contract[contracts]]
    is_closed: Mask = flags >> STATE_SHIFT == AccountStatus.CLOSED
    return is_closed
