"""What accepted settlements and credits do: accounts, what is gated, entries and lanes.

Belongs here: the effect of (records, outcomes) on the book, live, in recovery and in the follower. Never here: a
verdict: outcomes are given.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ledger.core.settling.amounts import LaneAmounts, amounts_of
from ledger.core.settling.lanes import close_what_is_over, end_if_all_are_settled
from ledger.core.settling.read import Settlements
from ledger.core.state.book import ACCOUNT_MASK, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, Mask, Positions
from ledger.core.state.day.clearing import CREDITED, OTHER_GATED, Lane, LaneKey
from ledger.core.state.day.gated import GatedLane, SettledEntries
from protocol.errors import InvariantBroken
from protocol.given_numbers import contract_nos_from_indices
from protocol.limits import COLUMN_FEN_MAX
from protocol.messages.fields import fen_from_sum, sum_from_fen
from protocol.records import STATE_SET_OFF, OutcomeArray
from protocol.vocabulary import AccountStatus
from rules import entries

if TYPE_CHECKING:
    from ledger.core.resolve import Block


def apply_settlements(book: Book, block: "Block", settlements: Settlements, outcomes: OutcomeArray) -> None:
    """Let the accepted ones of (n,) outcomes that settle or credit act."""
    accepted: Mask = outcomes["code"][settlements.positions] == 0
    for due, places in settlements.due:
        acting = places[accepted[places]]
        if len(acting):
            _credit(book, block, settlements, due, acting)
    for lane, _, places in settlements.lanes:
        acting = places[accepted[places]]
        if len(acting):
            _settle(book, block, settlements, lane, acting, outcomes)
            end_if_all_are_settled(book, lane)
            book.clearing.put(lane)
    for party in {lane.party for lane, _ in settlements.due}:
        close_what_is_over(book, party)


def check_settlements(book: Book, block: "Block", settlements: Settlements, outcomes: OutcomeArray) -> None:
    """Raises InvariantBroken, with nothing changed, when accepted ones among (n,) outcomes cannot have been decided: of
    a lane that is not SETTLING or has nothing due, twice of one contract, of other amounts than there are, or telling
    what was never gated.
    """
    accepted: Mask = outcomes["code"][settlements.positions] == 0
    explained = np.zeros(len(accepted), bool)
    for lane, _, places in settlements.lanes:
        explained[places] = True
        at = places[accepted[places]]
        amounts = amounts_of(book, lane, settlements.contract[at])
        credits_fen = (settlements.proceeds_fen[at], settlements.other_fen[at])
        named = (block.amount_fen[settlements.positions[at]], settlements.from_moved_fen[at], *credits_fen)
        has = (amounts.bought_fen - amounts.moved_fen, amounts.moved_fen, amounts.sold_fen, amounts.other_fen)
        is_so = amounts.is_open
        for says_fen, has_fen in zip(named, has, strict=True):
            is_so &= says_fen == has_fen
        posted_fen = _posted_by_credits(block, settlements, accepted, settlements.contract[at])
        is_so &= _tells_what_is_there(book, settlements, lane, at, amounts, posted_fen, outcomes)
        _demand_each_once(settlements.contract[at], is_so)
    for due, places in settlements.due:
        explained[places] = True
        at = places[accepted[places]]
        entry, is_there = due.places_of(settlements.contract[at])
        amount_fen, other_fen = block.amount_fen[settlements.positions[at]], settlements.other_fen[at]
        is_so = is_there & ((amount_fen | other_fen) != 0)
        if len(at):
            is_so[is_there] &= amount_fen[is_there] <= due.proceeds_fen[entry[is_there]]
            is_so[is_there] &= other_fen[is_there] == due.other_fen[entry[is_there]]
        _demand_each_once(settlements.contract[at], is_so)
    if (accepted & ~explained).any():
        raise InvariantBroken("a contract was settled or credited on a date that is not in turn")


def _demand_each_once(contract: Positions, is_so: Mask) -> None:
    if not is_so.all() or len(np.unique(contract)) < len(contract):
        raise InvariantBroken("a contract was settled or credited with what is not there")


def _posted_by_credits(block: "Block", settlements: Settlements, accepted: Mask, contract: Positions) -> FenColumn:
    """(k,) what accepted credits of the block post of the proceeds of each contract: before its settlement, or that
    would have left nothing of them.
    """
    posted_fen = np.zeros(len(contract), np.int64)
    for _, places in settlements.due:
        at = places[accepted[places]]
        if not len(at):
            continue
        at = at[np.argsort(settlements.contract[at])]
        credited = settlements.contract[at]
        place = np.minimum(np.searchsorted(credited, contract), len(at) - 1)
        amount_fen = block.amount_fen[settlements.positions[at]][place]
        posted_fen += np.where(credited[place] == contract, amount_fen, 0)
    return posted_fen


def _tells_what_is_there(
    book: Book,
    settlements: Settlements,
    lane: Lane,
    at: Positions,
    amounts: LaneAmounts,
    posted_fen: FenColumn,
    outcomes: OutcomeArray,
) -> Mask:
    """(k,) whether the outcome at each place tells what can be credited: set off no more than is gated and bought, or
    all of it; `posted_fen`: of older dates, by others of the block.
    """
    told_fen = outcomes["remaining_fen"][settlements.positions[at]]
    older_fen = sum(
        (each.proceeds_fen[entry] * is_there for each, entry, is_there in _older(book, lane, settlements.contract[at])),
        -posted_fen,
    )
    is_set_off = outcomes["state"][settlements.positions[at]] == STATE_SET_OFF
    most_fen = np.minimum(older_fen + amounts.sold_fen, amounts.bought_fen)
    all_fen = older_fen + amounts.sold_fen + amounts.other_fen
    is_so: Mask = np.where(is_set_off, (told_fen >= 0) & (told_fen <= most_fen), told_fen == all_fen)
    return is_so


def _older(book: Book, lane: Lane, contract: Positions) -> list[tuple[GatedLane, Positions, Mask]]:
    """The broker's settled lanes that have entries, the oldest first, with the places of (k,) contracts in each."""
    lanes = (each for each in book.gated.lanes_of(lane.party) if len(each.contracts))
    return [(each, *each.places_of(contract)) for each in lanes]


def _settle(
    book: Book, block: "Block", settlements: Settlements, lane: Lane, at: Positions, outcomes: OutcomeArray
) -> None:
    """The records at (k,) places settle their contracts, each of which is there once."""
    positions, contract = settlements.positions[at], settlements.contract[at]
    told_fen = outcomes["remaining_fen"][positions]
    moved_fen = settlements.from_moved_fen[at]
    buys_fen = block.amount_fen[positions] + moved_fen
    proceeds_fen, other_fen = settlements.proceeds_fen[at], settlements.other_fen[at]
    is_set_off = outcomes["state"][positions] == STATE_SET_OFF
    left_fen = np.where(is_set_off, told_fen, told_fen - other_fen)  # of proceeds, of older dates first
    sold_fen = left_fen.copy()
    of = _whose(book, positions, contract)
    for older, entry, is_there in _older(book, lane, contract):
        taken_fen = np.minimum(left_fen, np.where(is_there, older.proceeds_fen[entry], 0))
        if not taken_fen.any():
            continue
        older.proceeds_fen[entry[is_there]] -= taken_fen[is_there]
        left_fen -= taken_fen
        older.credited_fen += _post_credit(book, older.key, of, taken_fen)
    of_date_fen = left_fen + np.where(is_set_off, 0, other_fen)
    credited_fen = _post_credit(book, lane.key, of, of_date_fen)
    _post(book, entries.DEBITED, lane.key, of, buys_fen - moved_fen)
    if moved_fen.any():
        _post(book, entries.MOVED_DEBITED, lane.key, of, moved_fen)
        book.moved.add_drawn(lane.trade_date, book.contract_facts[contract] & ACCOUNT_MASK, -moved_fen)
    lane.credited = sum_from_fen(fen_from_sum(lane.credited) + credited_fen - _sum(buys_fen))
    _move(book, contract, np.where(of.to_account, told_fen, 0) - buys_fen, buys_fen, sold_fen)
    cleared, ended = book.clearing.by_contract[lane.trade_date], book.have_ended(contract)
    cleared.moved_sold_fen[contract] = np.where(ended, proceeds_fen - left_fen, 0)
    cleared.settled[contract] = np.where(is_set_off & (other_fen != 0), OTHER_GATED, CREDITED)
    slot, accounts = book.unsettled.slot_of(lane.trade_date), book.account_of_contract[contract]
    np.subtract.at(book.unsettled.bought_fen[slot], accounts, buys_fen)
    np.subtract.at(book.unsettled.sold_fen[slot], accounts, np.where(ended, 0, left_fen))
    lane.to_settle -= len(at)


def _credit(book: Book, block: "Block", settlements: Settlements, due: GatedLane, at: Positions) -> None:
    """The records at (k,) places credit what was gated of their contracts, each of which is there once."""
    positions, contract = settlements.positions[at], settlements.contract[at]
    proceeds_fen, other_fen = block.amount_fen[positions], settlements.other_fen[at]
    entry, _ = due.places_of(contract)
    due.proceeds_fen[entry] -= proceeds_fen
    due.other_fen[entry] -= other_fen
    of = _whose(book, positions, contract)
    credited_fen = proceeds_fen + other_fen
    due.credited_fen += _post_credit(book, due.key, of, credited_fen)
    nothing = np.zeros(len(at), np.int64)
    _move(book, contract, np.where(of.to_account, credited_fen, 0), nothing, proceeds_fen)


class _Customers(NamedTuple):
    """(k,) whom records settle or credit."""

    positions: Positions  # of the records in the block
    contract: Positions
    outlet: FenColumn  # of the account
    to_account: Mask  # what is credited comes to it: it is open


def _whose(book: Book, positions: Positions, contract: Positions) -> _Customers:
    accounts = book.account_of_contract[contract]
    is_open: Mask = book.account_flags[accounts] >> STATE_SHIFT != AccountStatus.CLOSED
    return _Customers(positions, contract, book.outlet[accounts].astype(np.int64), is_open)


def _post_credit(book: Book, lane: LaneKey, of: _Customers, credited_fen: FenColumn) -> int:
    """The entries of (k,) credits of a date. Returns their sum."""
    for leg, chosen in ((entries.CREDITED, of.to_account), (entries.CREDITED_TO_NONE, ~of.to_account)):
        _post(book, leg, lane, of, np.where(chosen, credited_fen, 0))
    return _sum(credited_fen)


def _post(book: Book, leg: entries.Leg, lane: LaneKey, of: _Customers, amounts_fen: FenColumn) -> None:
    """Entries of (k,) amounts, where there is anything."""
    at = np.flatnonzero(amounts_fen)
    if len(at):
        if leg == entries.CREDITED_TO_NONE:
            contract_nos = contract_nos_from_indices(of.contract[at].astype(np.int64))
            book.general_ledger.post_owed(leg, *lane[::-1], of.outlet[at], contract_nos, amounts_fen[at])
        else:
            book.general_ledger.post_settled(leg, *lane[::-1], of.outlet[at], amounts_fen[at])
        posted = SettledEntries(leg, *lane[::-1], of.positions[at], of.contract[at], amounts_fen[at])
        book.gated.posted.append(posted)


def _move(book: Book, contract: Positions, balance_fen: FenColumn, bought_fen: FenColumn, sold_fen: FenColumn) -> None:
    """Balances of (k,) contracts' accounts rise by this, and less is bought and sold: of a contract that has ended no
    account has anything.
    """
    accounts = book.contract_facts[contract] & ACCOUNT_MASK
    sold_fen = np.where(book.have_ended(contract), 0, sold_fen)
    np.add.at(book.balance_fen, accounts, balance_fen)
    np.subtract.at(book.bought_fen, accounts, bought_fen)
    np.subtract.at(book.sold_fen, accounts, sold_fen)
    np.add.at(book.power_fen, accounts, balance_fen + bought_fen - sold_fen)
    if len(accounts) and int((book.balance_fen[accounts]).max()) > COLUMN_FEN_MAX:
        raise InvariantBroken("a balance above the limit")
    book.owned_fen_bound += int(np.maximum(balance_fen - sold_fen, 0).sum())


def _sum(amounts_fen: FenColumn) -> int:
    """Exact: all of a block may pass 64 bits."""
    return (int((amounts_fen >> 32).sum()) << 32) + int((amounts_fen & 0xFFFF_FFFF).sum())
