"""Proceeds that come with the clearing data: what a reconciled set has for each contract, and that it is booked once.

Belongs here: looking up what is due, marking what was booked. Never here: verdicts
(rules.day.settlement), the columns of the account (effects).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ledger.core.kind_tables import BOOKS_PROCEEDS, BY_SET, may_send
from ledger.core.state.book import ACCOUNT_MASK, FACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.day.clearing import PROCEEDS_BOOKED, Lane
from protocol.vocabulary import LaneState
from rules.contracts import ENDED
from rules.request import ProceedsDue


@dataclass(slots=True)
class Proceeds:
    """(n,) for the records of a block: what is due to the contract on the date, where a record books proceeds."""

    may_be_due: Mask
    is_due: Mask  # of several that book the same, at the first alone
    proceeds_fen: FenColumn
    excess_fen: FenColumn
    of_lane: list[tuple[Lane, Positions]]  # the positions of what may be due by each

    def due(self, position: int) -> ProceedsDue | None:
        """What is due at a position, None for nothing."""
        if not self.is_due[position]:
            return None
        return ProceedsDue(int(self.proceeds_fen[position]), int(self.excess_fen[position]))


def read_proceeds(
    book: Book, kinds: int | Positions, roles: int | Positions, day: LongColumn, contract: Positions
) -> Proceeds | None:
    """What is due to (n,) contracts on trade days, None when no record books proceeds. Of several for one contract and
    day, from seats that may book, only the first has anything due when they are decided, and none behind a record of
    its lane that closes or corrects. Of stored ones, which may be of several rows, any may have been accepted: a
    refused one before it books nothing.
    """
    if not is_some(BOOKS_PROCEEDS[kinds]):
        return None
    books = np.broadcast_to(BOOKS_PROCEEDS[kinds], contract.shape)
    allowed = may_send(kinds, roles)
    books = books & allowed
    if not is_some(books):
        return None
    count = len(contract)
    found = Proceeds(
        np.zeros(count, bool), np.zeros(count, bool), np.zeros(count, np.int64), np.zeros(count, np.int64), []
    )
    corrects = allowed & BY_SET[kinds]
    names = np.flatnonzero(books | corrects)
    parties = book.contract_facts.take(contract[names]) >> PARTY_SHIFT
    for lane, places in book.clearing.named(parties, day[names]):
        if lane.state != LaneState.RECONCILED or book.proceeds_at_fill[lane.party]:
            continue
        of_lane = names[places]
        at = of_lane[books[of_lane]]
        at = at[is_due(book, lane, contract[at])]
        cleared = book.clearing.by_contract[lane.trade_date]
        found.may_be_due[at] = True
        first = at[np.unique(contract[at], return_index=True)[1]]
        ends = of_lane[np.broadcast_to(corrects, contract.shape)[of_lane]]  # a correction may move the lane back
        found.is_due[first[first < ends[0]] if len(ends) else first] = True
        found.proceeds_fen[at], found.excess_fen[at] = (
            missing_fen(book, lane, contract[at]),
            cleared.excess_fen[contract[at]],
        )
        found.of_lane.append((lane, at))
    return found


def is_booked_twice(found: Proceeds, contract: Positions, accepted: Mask) -> bool:
    """Whether several accepted ones of (n,) records book the same."""
    booked = (contract[at[accepted[at]]] for _, at in found.of_lane)
    return any(len(np.unique(contracts)) < len(contracts) for contracts in booked)


def mark_booked(book: Book, found: Proceeds, contract: Positions, accepted: Mask, excess_fen: FenColumn) -> None:
    """What the accepted ones of (n,) records booked, with so much of the excess, is due no more."""
    for lane, may_be_at in found.of_lane:
        at = may_be_at[accepted[may_be_at]]
        cleared = book.clearing.by_contract[lane.trade_date]
        cleared.adjusted[contract[at]] |= PROCEEDS_BOOKED
        cleared.moved_sold_fen[contract[at]] += found.proceeds_fen[at]
        cleared.moved_bought_fen[contract[at]] += excess_fen[at]
        lane.proceeds_due -= len(at)
        lane.is_adjusted |= bool(len(at))


def contracts_due(book: Book, lane: Lane, first: int, count: int) -> Iterator[int]:
    """Indices, at most `count`, of the contracts from `first` on to which proceeds are due by the lane's set."""
    if lane.state != LaneState.RECONCILED or book.proceeds_at_fill[lane.party]:
        return
    contracts = book.own_contracts(lane.party, first, book.contracts_count)
    due = contracts[is_due(book, lane, contracts)]
    yield from due[:count].tolist()


def is_due(book: Book, lane: Lane, contracts: Positions) -> Mask:
    """Whether the lane's set has something to book for each of (m,) contracts: once, and while it has not ended.

    Nothing of a contract that has ended buys any more; what is owed to it is credited with the settlement of its date.
    """
    cleared = book.clearing.by_contract[lane.trade_date]
    is_told = (cleared.inner[contracts] == lane.inner) & (cleared.adjusted[contracts] == 0)
    has_ended = book.contract_facts[contracts] >> STATE_SHIFT & FACT_MASK == ENDED
    due: Mask = is_told & ~has_ended & ((missing_fen(book, lane, contracts) | cleared.excess_fen[contracts]) != 0)
    return due


def missing_fen(book: Book, lane: Lane, contracts: Positions) -> FenColumn:
    """(m,) what of the set's proceeds is not there: a set that was withdrawn may have left some.

    Of another contract that stands on the account, nothing is this one's; but one that has ended gets nothing.
    """
    cleared, accounts = book.clearing.by_contract[lane.trade_date], book.contract_facts[contracts] & ACCOUNT_MASK
    sold_fen = book.unsettled.sold_fen[book.unsettled.slot_of(lane.trade_date)][accounts]
    missing: FenColumn = np.maximum(cleared.proceeds_fen[contracts] - sold_fen, 0)
    return missing
