"""What the law is told of the dates that records close and correct: the bank's figures and those of the set.

Belongs here: gathering, for the records that are decided in order. Never here: a verdict (rules.day.corrections).
"""

from collections.abc import Iterator

import numpy as np

from ledger.core.corrections.by_order import falls_fen
from ledger.core.corrections.read import closes_orders
from ledger.core.kind_tables import IS_CORRECTION
from ledger.core.lines.compare import freezes_of, slots_of_contracts
from ledger.core.lines.held import are_held
from ledger.core.lines.waiting import named_before
from ledger.core.resolve import Block, Targets
from ledger.core.state.book import ACCOUNT_MASK, FACT_MASK, STATE_SHIFT, Book
from ledger.core.state.columns import LongColumn, Mask, Positions
from ledger.core.state.day.clearing import CORRECTED, PROCEEDS_BOOKED, ClearedContracts, Lane
from ledger.core.state.requests import key_dates
from protocol.given_numbers import contract_no_from_index
from protocol.vocabulary import LaneEvent, LaneState
from rules.contracts import ENDED
from rules.day.states import next_lane_state
from rules.request import Booked, Cases, Correction, OfDate, Permitted, Tolerance

NO_SLOTS: Positions = np.zeros(0, np.intp)
ContractDate = tuple[int, int]
"""Contract index and trade date."""


class DatesAtHand:
    """The dates that a block's records close or correct, one object for each contract and date."""

    def __init__(self, book: Book, block: Block, positions: Positions | slice) -> None:
        """Of the records at (m,) `positions` of the block alone."""
        corrections = block.corrections
        self._corrections = corrections
        self._place_at: dict[int, int] = {}
        self._of_place: dict[int, OfDate] = {}
        self._of_date: dict[ContractDate, OfDate] = {}
        self._permit_of: dict[int, Permitted] = {}
        if corrections is None:
            return
        is_chosen = block.are_among(positions, corrections.positions)
        self._place_at = {int(corrections.positions[place]): place for place in np.flatnonzero(is_chosen).tolist()}
        cases: dict[int, Cases] = {}
        for lane, of_lane_places in corrections.lanes:
            places = of_lane_places[is_chosen[of_lane_places]]
            for place in places[corrections.act_number[places] > 0].tolist():
                permit = _permit(book, lane, int(corrections.contract[place]), int(corrections.act_number[place]))
                self._permit_of.update({place: permit} if permit is not None else {})
            of_party = cases.setdefault(lane.party, Cases(book.general_ledger.cases_opened(lane.party)))
            contracts = np.unique(corrections.contract[places])
            named = _named_slots(corrections.positions[places], block.targets) if closes_orders(lane) else NO_SLOTS
            found = dict(zip(contracts.tolist(), of_lane(book, lane, contracts, of_party, named), strict=True))
            self._of_date.update({(contract, lane.trade_date): one for contract, one in found.items()})
            self._of_place.update({place: found[int(corrections.contract[place])] for place in places.tolist()})

    def of(self, position: int) -> OfDate | None:
        """What there is for the record at a position of the block; None for one that may not act, or asks for none."""
        place = self._place_at.get(position, -1)
        if place < 0 or self._corrections is None or not self._corrections.may_act[place]:
            return None
        return self._of_place.get(place)

    def of_contract(self, contract: int, trade_date: int) -> OfDate | None:
        """What other records of a contract and date are to keep up."""
        return self._of_date.get((contract, trade_date))

    def named(self, position: int) -> Correction | None:
        """What the record at a position names, where it is a correction."""
        place = self._place_at.get(position, -1)
        if place < 0 or self._corrections is None or not self._corrections.is_correction[place]:
            return None
        return self._corrections.named(place, self._permit_of.get(place))

    def open_slots(self) -> Positions:
        """The slots of the freezes that closing ends."""
        return np.array([slot for one in self._of_date.values() for slot in one.open_slots], np.intp)


def _named_slots(positions: Positions, targets: Targets | None) -> Positions:
    """The slots that the records at (k,) positions of the block name."""
    if targets is None:
        return NO_SLOTS
    named: Positions = targets.slot[np.isin(targets.positions, positions) & targets.matched]
    return named


def is_due(book: Book, lane: Lane) -> bool:
    """Whether a lane takes corrections: its set is complete, and the bank agrees with itself on the date."""
    may = next_lane_state(LaneState(lane.state), LaneEvent.CORRECT) is not None
    return may and bool(book.unsettled.agreed[book.unsettled.slot_of(lane.trade_date)])


def _permit(book: Book, lane: Lane, contract: int, number: int) -> Permitted | None:
    """What an act says of a contract by the lane's set; None when it is none of it, or used, or over."""
    permit = book.permits.find(number, contract_no_from_index(contract))
    if permit is None or not IS_CORRECTION[permit.kind]:
        return None
    is_of_it = (permit.trade_date, permit.amounts_fen[0]) == (lane.trade_date, lane.number)
    return Permitted(*permit.amounts_fen[1:]) if is_of_it else None


def of_lane(
    book: Book, lane: Lane, contracts: Positions, cases: Cases, named: Positions = NO_SLOTS
) -> Iterator[OfDate]:
    """What there is of (m,) ascending contracts of a lane's party on its date. `named`: slots to be ended."""
    cleared = book.clearing.by_contract.get(lane.trade_date)
    accounts = book.contract_facts[contracts] & ACCOUNT_MASK
    slot = book.unsettled.slot_of(lane.trade_date)
    has_ended = book.contract_facts[contracts] >> STATE_SHIFT & FACT_MASK == ENDED
    ring = book.unsettled
    bought_fen, sold_fen = (
        np.where(has_ended, 0, columns[slot][accounts]) for columns in (ring.bought_fen, ring.sold_fen)
    )
    if cleared is not None:
        sold_fen += np.where(has_ended, cleared.moved_sold_fen[contracts], 0)
    moved_fen = np.where(has_ended, 0, book.moved.drawn(lane.trade_date, accounts)).tolist()
    open_slots = _open_slots(book, lane, contracts, named)
    at_fill, tolerance = bool(book.proceeds_at_fill[lane.party]), _tolerance(book, lane)
    by_order = falls_fen(book, lane, contracts).tolist() if lane.is_of_a else None
    for place, contract in enumerate(contracts.tolist()):
        adjusted = int(cleared.adjusted[contract]) if cleared is not None else 0
        says = (0, 0, 0)
        if cleared is not None and lane.inner and cleared.inner[contract] == lane.inner:
            columns = (cleared.buys_fen, cleared.proceeds_fen, cleared.excess_fen)
            says = (int(columns[0][contract]), int(columns[1][contract]), int(columns[2][contract]))
        yield OfDate(
            lane.trade_date,
            is_due(book, lane),
            closes_orders(lane),
            tuple(open_slots.get(contract, ())),
            int(bought_fen[place]),
            int(sold_fen[place]),
            *says,
            # Of what a set that was withdrawn has left nothing is taken without being tolerated.
            proceeds_counted=at_fill or adjusted != 0 or int(sold_fen[place]) > says[1],
            is_excess_booked=adjusted & PROCEEDS_BOOKED != 0,
            is_corrected=adjusted & CORRECTED != 0,
            tolerance=tolerance,
            cases=cases,
            booked=_booked(lane, cleared, contract),
            moved_fen=moved_fen[place],
            has_ended=bool(has_ended[place]),
            falls_fen=None if by_order is None else by_order[place],
        )


def contracts_booked(book: Book, lane: Lane, first: int, end: int) -> Positions:
    """Contracts of a lane's party, from the index `first` to `end`, for which its sets have booked something that is
    not taken back.
    """
    cleared = book.clearing.by_contract.get(lane.trade_date)
    if cleared is None:
        return np.zeros(0, np.intp)
    contracts = book.own_contracts(lane.party, first, end)
    found: Positions = contracts[cleared.adjusted[contracts] != 0]
    return found


def _booked(lane: Lane, cleared: ClearedContracts | None, contract: int) -> Booked | None:
    if cleared is None or lane.state != LaneState.REVERTING or not cleared.adjusted[contract]:
        return None
    bought_fen, sold_fen = int(cleared.moved_bought_fen[contract]), int(cleared.moved_sold_fen[contract])
    return Booked(bought_fen, sold_fen, int(cleared.case[contract]), lane.withdrawn_by)


def _tolerance(book: Book, lane: Lane) -> Tolerance:
    all_fen = int(book.tolerance_date_fen[lane.party])
    return Tolerance(int(book.tolerance_contract_fen[lane.party]), max(0, all_fen - lane.tolerated_fen))


def slots_to_close(book: Book, lane: Lane, contracts: Positions) -> Positions:
    """Slots, by contract, of the open freezes of (m,) ascending contracts that the lane's set ends: of its date, or of
    earlier ones and held until now; and not held.
    """
    slots, named = slots_of_contracts(book, lane.trade_date, lane.party, contracts), named_before(book, lane)
    if len(named):
        owners = book.requests.contract
        slots = np.concatenate([slots, named[np.isin(owners[named] - 1, contracts)]])
        slots = slots[np.argsort(owners[slots], kind="stable")]
    to_close: Positions = slots[are_to_close(book, lane, slots)]
    return to_close


def has_to_close(book: Book, lane: Lane) -> bool:
    """Whether a published lane has an order left that its set ends."""
    parts = (slice(one.start, one.stop) if isinstance(one, range) else one for one in freezes_of(book, lane))
    return any(are_to_close(book, lane, part).any() for part in parts)


def are_of_set(book: Book, lane: Lane, slots: Positions, dates: LongColumn) -> Mask:
    """(m,) which of the freezes in these slots, of these dates, are of a lane's date, or of an earlier one and named by
    its set.
    """
    is_named = (dates < lane.trade_date) & (book.requests.cleared_in[slots] == lane.inner)
    are_so: Mask = (dates == lane.trade_date) | is_named
    return are_so


def are_to_close(book: Book, lane: Lane, slots: Positions | slice) -> Mask:
    """Which of the freezes in these slots, of a lane's date or named by its set, are open, and not held."""
    are_so: Mask = book.requests.are_open(slots) & ~are_held(book, lane, slots)
    return are_so


def _open_slots(book: Book, lane: Lane, contracts: Positions, named: Positions) -> dict[int, list[int]]:
    """By contract the open freezes that closing may end now: in front of a correction all of them, for it asks whether
    one is left; once the lane is published those alone at `named` slots.
    """
    requests, found = book.requests, dict[int, list[int]]()
    if closes_orders(lane):
        slots = np.unique(named)
        dates = key_dates(requests.keys_of(slots, book.trade_date))
        slots = slots[are_of_set(book, lane, slots, dates) & are_to_close(book, lane, slots)]
    elif is_due(book, lane):
        slots = slots_to_close(book, lane, contracts)
    else:
        return found
    for slot, contract in zip(slots.tolist(), (requests.contract[slots] - 1).tolist(), strict=True):
        found.setdefault(contract, []).append(slot)
    return found
