"""What accepted corrections do, and taking them back: the columns of a date, what the broker makes good, the lane.

Belongs here: the effect of (records, outcomes) on the book, live, in recovery and in the follower. Never here: a
verdict: outcomes are given; what closing draws and releases, which is as of any freeze (effects).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ledger.core.corrections.read import Corrections, closes_orders
from ledger.core.state.book import FACT_MASK, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, Mask, Positions
from ledger.core.state.day.clearing import ADJUSTED_FEN_COLUMNS, CORRECTED, ClearedContracts, Lane
from ledger.core.state.people.permits import PermitKey
from protocol.errors import InvariantBroken
from protocol.given_numbers import contract_no_from_index
from protocol.records import OutcomeArray
from protocol.vocabulary import LaneEvent, LaneState
from rules.contracts import ENDED
from rules.day.states import LANE_STATES
from rules.entries import MADE_GOOD, TAKEN_BACK

if TYPE_CHECKING:
    from ledger.core.resolve import Block


def apply_corrections(book: Book, block: "Block", corrections: Corrections, outcomes: OutcomeArray) -> None:
    """Let the accepted ones of (n,) outcomes that close or correct act on their lanes and dates."""
    accepted: Mask = outcomes["code"][corrections.positions] == 0
    for lane, places in corrections.lanes:
        acting = places[accepted[places]]
        if not len(acting):
            continue
        cleared = book.clearing.by_contract[lane.trade_date]
        if lane.state == LaneState.REVERTING:
            _take_back(book, block, corrections, lane, cleared, acting)
            continue
        at = acting[~corrections.is_correction[acting]]
        if len(at) and lane.comparison:  # what was found that closing draws is drawn
            at = at[cleared.comparison[corrections.contract[at]] == lane.comparison]
            drawn_fen = block.amount_fen[corrections.positions[at]]
            np.subtract.at(cleared.drawn_at_close_fen, corrections.contract[at], drawn_fen)
        at = acting[corrections.is_correction[acting]]
        if len(at):
            _adjust(book, block, corrections, lane, cleared, at)
            _make_good(book, block, corrections, lane, cleared, at, outcomes)
        if closes_orders(lane):
            lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.CLOSE]
        else:
            lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.CORRECT]
            lane.is_adjusted = True
            lane.begin_anew()  # what was compared is not so any more
        book.clearing.put(lane)


def check_corrections(book: Book, corrections: Corrections, outcomes: OutcomeArray) -> None:
    """Raises InvariantBroken, with nothing changed, when accepted ones among (n,) outcomes cannot have been decided: of
    a lane whose set is not complete, twice of one contract, by an act that is not open; or taking back what nobody has
    booked or withdrawn.
    """
    accepted: Mask = outcomes["code"][corrections.positions] == 0
    takes = np.zeros(len(accepted), bool)
    for lane, places in corrections.lanes:
        may_correct = (LaneState(lane.state), LaneEvent.CORRECT) in LANE_STATES
        takes[places] = np.where(corrections.takes_back[places], lane.state == LaneState.REVERTING, may_correct)
        takes[places[~corrections.is_correction[places]]] |= closes_orders(lane)
        contract = corrections.contract[places[accepted[places] & corrections.is_correction[places]]]
        if len(np.unique(contract)) < len(contract):
            raise InvariantBroken("a contract was corrected twice")
        _check_taken_back(book, corrections, lane, places[accepted[places]], outcomes)
    is_done = accepted & corrections.is_correction & ~corrections.takes_back
    if any(book.permits.find(*key) is None for key in _permits_of(corrections, np.flatnonzero(is_done))):
        raise InvariantBroken("a contract was corrected by an act that permits nothing")
    if (accepted & ~takes).any():
        raise InvariantBroken("an order was closed, or a contract corrected, that no complete set has")


def _check_taken_back(book: Book, corrections: Corrections, lane: Lane, at: Positions, outcomes: OutcomeArray) -> None:
    at = at[corrections.takes_back[at]]
    if not len(at) or lane.state != LaneState.REVERTING:
        return
    cleared, contract = book.clearing.by_contract[lane.trade_date], corrections.contract[at]
    is_so = (cleared.adjusted[contract] != 0) & (corrections.act_number[at] == lane.withdrawn_by)
    if not (is_so & (cleared.case[contract] == outcomes["remaining_fen"][corrections.positions[at]])).all():
        raise InvariantBroken("what was taken back is not what a withdrawn set has booked")


def _take_back(
    book: Book, block: "Block", corrections: Corrections, lane: Lane, cleared: ClearedContracts, at: Positions
) -> None:
    """The records at (k,) places take back what was booked for their contracts: cases first. The last ends it."""
    contract = corrections.contract[at]
    good_fen = cleared.made_good_buys_fen[contract] + cleared.made_good_proceeds_fen[contract]
    for case, amount_fen in zip(cleared.case[contract].tolist(), good_fen.tolist(), strict=True):
        if case:
            book.general_ledger.post_case(TAKEN_BACK, lane.party, lane.trade_date, case, amount_fen)
    _move(book, block, corrections, lane, at)
    for name in (*ADJUSTED_FEN_COLUMNS, "adjusted", "case"):
        getattr(cleared, name)[contract] = 0
    lane.to_revert -= len(at)
    if not lane.to_revert:
        lane.state = LANE_STATES[LaneState(lane.state), LaneEvent.REVERT]
        lane.withdrawn_by = 0
    book.clearing.put(lane)


def _move(
    book: Book, block: "Block", corrections: Corrections, lane: Lane, at: Positions
) -> tuple[FenColumn, FenColumn]:
    """Bought and sold of the date become what the records at (k,) places name. Each contract is there once. Of one
    that has ended no account has anything: what is sold stands with what was moved for it.

    Returns (k,) what bought and sold rise by, or fall.
    """
    positions = corrections.positions[at]
    assert block.turnover_fen is not None
    assert block.release_fen is not None
    made_good_buys_fen, made_good_proceeds_fen = block.turnover_fen[positions], corrections.made_good_proceeds_fen[at]
    bought_fen = block.amount_fen[positions] - made_good_buys_fen - corrections.has_bought_fen[at]
    sold_fen = block.release_fen[positions] + made_good_proceeds_fen - corrections.has_sold_fen[at]
    stands = book.contract_facts[corrections.contract[at]] >> STATE_SHIFT & FACT_MASK != ENDED
    accounts, slot = block.account[positions][stands], book.unsettled.slot_of(lane.trade_date)
    for total, of_slot, moved_fen in (
        (book.bought_fen, book.unsettled.bought_fen[slot], bought_fen),
        (book.sold_fen, book.unsettled.sold_fen[slot], sold_fen),
    ):
        np.add.at(total, accounts, moved_fen[stands])
        np.add.at(of_slot, accounts, moved_fen[stands])
    np.add.at(book.power_fen, accounts, (sold_fen - bought_fen)[stands])
    book.owned_fen_bound += int(np.maximum(sold_fen[stands], 0).sum())
    return bought_fen, sold_fen


def _adjust(
    book: Book, block: "Block", corrections: Corrections, lane: Lane, cleared: ClearedContracts, at: Positions
) -> None:
    """What the corrections at (k,) places move, and what is kept of it: what was tolerated, permits, what was moved."""
    contract = corrections.contract[at]
    bought_fen, sold_fen = _move(book, block, corrections, lane, at)
    had_fen, says_fen = corrections.has_sold_fen[at], cleared.proceeds_fen[contract]
    says_fen = np.where(cleared.inner[contract] == lane.inner, says_fen, 0)
    counted = (cleared.adjusted[contract] != 0) | bool(book.proceeds_at_fill[lane.party]) | (had_fen > says_fen)
    without = corrections.act_number[at] == 0
    tolerated_fen = np.maximum(-bought_fen, 0) + np.where(counted, np.abs(sold_fen), 0)
    lane.tolerated_fen += int(tolerated_fen[without].sum())
    for number, contract_no in _permits_of(corrections, at):
        book.permits.use(number, contract_no)
    cleared.moved_bought_fen[contract] += bought_fen
    cleared.moved_sold_fen[contract] += sold_fen
    cleared.adjusted[contract] |= CORRECTED


def _permits_of(corrections: Corrections, at: Positions) -> Iterator[PermitKey]:
    """What the corrections at (k,) places name, where they name an act."""
    named = zip(corrections.act_number[at].tolist(), corrections.contract[at].tolist(), strict=True)
    return ((number, contract_no_from_index(contract)) for number, contract in named if number)


def _make_good(
    book: Book,
    block: "Block",
    corrections: Corrections,
    lane: Lane,
    cleared: ClearedContracts,
    at: Positions,
    outcomes: OutcomeArray,
) -> None:
    """What the broker bears is its case, under the number that the outcome tells."""
    positions, contract = corrections.positions[at], corrections.contract[at]
    assert block.turnover_fen is not None
    buys_fen, proceeds_fen = block.turnover_fen[positions], corrections.made_good_proceeds_fen[at]
    cleared.made_good_buys_fen[contract], cleared.made_good_proceeds_fen[contract] = buys_fen, proceeds_fen
    cleared.case[contract] = cases = outcomes["remaining_fen"][positions]
    for case, amount_fen in zip(cases.tolist(), (buys_fen + proceeds_fen).tolist(), strict=True):
        if amount_fen:
            book.general_ledger.post_case(MADE_GOOD, lane.party, lane.trade_date, case, amount_fen)
