"""A lane while its customers are settled: its begin, its end, and that it is closed; what must be true then.

Belongs here: the states SETTLING, SETTLED and CLOSED, and their proofs. Never here: who may begin it
(ledger.core.control.day), one contract's settlement (apply).
"""

import numpy as np

from ledger.core.settling.amounts import contracts_to_settle
from ledger.core.settling.gate import is_gated
from ledger.core.state.book import ACCOUNT_MASK, Book
from ledger.core.state.columns import FenColumn
from ledger.core.state.day.clearing import OTHER_GATED, Lane, LaneKey
from ledger.core.state.day.gated import GatedLane
from ledger.core.state.day.obligations import ObligationKey
from protocol.errors import InvariantBroken
from protocol.messages.fields import fen_from_sum
from protocol.vocabulary import LaneEvent, LaneState
from rules.day.states import LANE_STATES

OF_DATE = 0  # the case of what is owed by a date itself


def begin(book: Book, lane: Lane) -> int:
    """The customers of a lane are settled from now on. Returns how many there are; without any it is settled."""
    lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.BEGIN_SETTLE]
    lane.to_settle = len(contracts_to_settle(book, lane))
    to_settle = lane.to_settle
    book.clearing.put(lane)
    end_if_all_are_settled(book, lane)
    book.clearing.put(lane)
    return to_settle


def end_if_all_are_settled(book: Book, lane: Lane) -> None:
    """With the last contract a lane is settled: what stays gated leaves the ring, and is due where nothing gates it."""
    if lane.to_settle:
        return
    lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.SETTLE]
    gated = _take_out(book, lane)
    gated.is_due = not is_gated(book, lane.party)
    book.gated.put(gated)
    prove(book, gated)
    close_what_is_over(book, lane.party)


def _take_out(book: Book, lane: Lane) -> GatedLane:
    cleared, slot = book.clearing.by_contract[lane.trade_date], book.unsettled.slot_of(lane.trade_date)
    contracts = book.own_contracts(lane.party, 0, book.contracts_count)
    ended = book.have_ended(contracts)
    accounts = book.contract_facts[contracts[~ended]] & ACCOUNT_MASK
    proceeds_fen = np.zeros(len(contracts), np.int64)
    proceeds_fen[~ended] = book.unsettled.sold_fen[slot][accounts]
    proceeds_fen[ended] = cleared.moved_sold_fen[contracts[ended]]
    other_fen = np.where(cleared.settled[contracts] == OTHER_GATED, cleared.credits_fen[contracts], 0)
    book.unsettled.sold_fen[slot][accounts] = 0
    cleared.moved_sold_fen[contracts] = 0
    made_good_fen = _exact(cleared.made_good_buys_fen[contracts]) + _exact(cleared.made_good_proceeds_fen[contracts])
    at = np.flatnonzero(proceeds_fen | other_fen)
    return GatedLane(
        lane.trade_date,
        lane.party,
        contracts[at].astype(np.int32),
        proceeds_fen[at],
        other_fen[at],
        made_good_fen=made_good_fen,
        credited_fen=fen_from_sum(lane.credited),
    )


def _exact(column_fen: FenColumn) -> int:
    return (int((column_fen >> 32).sum()) << 32) + int((column_fen & 0xFFFF_FFFF).sum())


def close_what_is_over(book: Book, party: int) -> None:
    """Settled lanes of a party of which nothing is gated, and nothing that is owed by them unpaid, are closed."""
    unpaid = {each.trade_date for each in book.obligations.unpaid_of(party) if each.unpaid_fen}
    for gated in book.gated.lanes_of(party):
        if gated.trade_date in unpaid or gated.has_left():
            continue
        prove(book, gated)
        book.gated.forget(gated)
        lane = book.clearing.lanes.get(LaneKey(gated.trade_date, party))
        if lane is not None:
            lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.DISCHARGE]
            book.clearing.put(lane)


def prove(book: Book, gated: GatedLane) -> None:
    """What stands in the suspense of a settled lane is what is gated less what its broker has not paid; what outlets
    have credited, with what is gated, is what is owed by it and what was made good.

    Raises InvariantBroken otherwise.
    """
    obligation = book.obligations.entries.get(ObligationKey(gated.party, gated.trade_date, OF_DATE))
    where, gated_fen = f"of {gated.trade_date} of party {gated.party}", gated.gated_fen
    unpaid_fen = obligation.suspense_fen if obligation is not None else 0
    has_fen = book.general_ledger.suspense_fen(gated.party, gated.trade_date)
    if has_fen != gated_fen - unpaid_fen:
        raise InvariantBroken(f"the suspense {where} has {has_fen}, gated are {gated_fen}, unpaid {unpaid_fen}")
    if obligation is not None and gated.credited_fen + gated_fen - gated.made_good_fen != obligation.owed_fen:
        raise InvariantBroken(f"outlets have credited {gated.credited_fen} {where}, which is not what is owed")


def after_discharge(book: Book, party: int) -> None:
    """Something that a party owes, or is owed, is discharged: with the last that gated it all that is gated of its
    settled lanes is due, for good; and a lane of which nothing is left is closed.
    """
    if not is_gated(book, party):
        book.gated.become_due(party)
    close_what_is_over(book, party)
