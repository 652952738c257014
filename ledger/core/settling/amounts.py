"""What there is of contracts on a lane that is to be settled: what the bank has, and what its set says.

Belongs here: gathering by lane and contract. Never here: what a record names (read), changes (apply), a verdict
(rules.day.customer_settlement).
"""

from typing import NamedTuple

import numpy as np

from ledger.core.state.book import ACCOUNT_MASK, FACT_MASK, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, Mask, Positions
from ledger.core.state.day.clearing import ADJUSTED_FEN_COLUMNS, FEN_COLUMNS, Lane
from rules.contracts import ENDED

_SCANNED = 1 << 16  # contracts at a time: the scratch of a look at all of them stays small
assert {"buys_fen", "proceeds_fen", "credits_fen"} < set(FEN_COLUMNS)
assert {"made_good_buys_fen", "made_good_proceeds_fen"} < set(ADJUSTED_FEN_COLUMNS)


class LaneAmounts(NamedTuple):
    """(m,) each, by contract."""

    bought_fen: FenColumn  # as the bank has it: this and the next two
    sold_fen: FenColumn
    other_fen: FenColumn  # dividends and refunds, which no column has but the set's
    moved_fen: FenColumn  # of what is bought, what was drawn of moved money
    says_bought_fen: FenColumn  # as the set has it, less or plus what is made good
    says_sold_fen: FenColumn
    has_ended: Mask  # what is sold for it is on no account
    is_settled: Mask

    @property
    def is_open(self) -> Mask:
        """Whether anything is to be settled."""
        is_open: Mask = ~self.is_settled & ((self.bought_fen | self.sold_fen | self.other_fen) != 0)
        return is_open


def amounts_of(book: Book, lane: Lane, contracts: Positions) -> LaneAmounts:
    """What there is of (m,) contracts of a published lane's party."""
    cleared, slot = book.clearing.by_contract[lane.trade_date], book.unsettled.slot_of(lane.trade_date)
    facts = book.contract_facts[contracts]
    accounts, has_ended = facts & ACCOUNT_MASK, facts >> STATE_SHIFT & FACT_MASK == ENDED
    is_told = cleared.inner[contracts] == lane.inner
    ring = book.unsettled
    return LaneAmounts(
        np.where(has_ended, 0, ring.bought_fen[slot][accounts]),
        np.where(has_ended, cleared.moved_sold_fen[contracts], ring.sold_fen[slot][accounts]),
        np.where(is_told, cleared.credits_fen[contracts], 0),
        np.where(has_ended, 0, book.moved.drawn(lane.trade_date, accounts)),
        np.where(is_told, cleared.buys_fen[contracts], 0) - cleared.made_good_buys_fen[contracts],
        np.where(is_told, cleared.proceeds_fen[contracts], 0) + cleared.made_good_proceeds_fen[contracts],
        has_ended,
        cleared.settled[contracts] != 0,
    )


def contracts_to_settle(book: Book, lane: Lane, first: int = 0, end: int | None = None) -> Positions:
    """Contracts of a lane, ascending, from the index `first` to `end`, that have anything to settle."""
    contracts = book.own_contracts(lane.party, first, book.contracts_count if end is None else end)
    parts = (contracts[start : start + _SCANNED] for start in range(0, len(contracts), _SCANNED))
    found = [np.zeros(0, np.intp), *(part[amounts_of(book, lane, part).is_open] for part in parts)]
    return np.concatenate(found).astype(np.intp)
