"""What is to be settled, and what is due to be credited: what the records must name now. Nothing moves.

Belongs here: reading, page by page. Never here: who may ask (ledger.core.book_answers), a verdict
(rules.day.customer_settlement).
"""

import numpy as np

from ledger.core.settling.amounts import amounts_of, contracts_to_settle
from ledger.core.state.book import Book
from ledger.core.state.columns import Positions
from ledger.core.state.day.clearing import Lane
from protocol.given_numbers import contract_nos_from_indices
from protocol.limits import AMOUNT_FEN_MAX, CONTRACTS_LOOKED_AT_MAX, QUERY_SETTLEMENTS_MAX
from protocol.messages.day.settling import (
    Credit,
    CreditsAnswer,
    CreditsQuery,
    Settlement,
    SettlementsAnswer,
    SettlementsQuery,
)
from protocol.vocabulary import LaneState

_LOOKED_AT_ONCE = 4_096  # contracts, until an answer is full


def to_settle(book: Book, query: SettlementsQuery) -> SettlementsAnswer:
    """Which contracts of a lane are to be settled, from the contract index `first` on."""
    lane, found, next_place = book.clearing.lane(query.trade_date, query.party), list[Settlement](), 0
    if lane.state == LaneState.SETTLING:
        contracts, next_place = _page(book, lane, query.first)
        amounts = amounts_of(book, lane, contracts)
        debits = (amounts.bought_fen - amounts.moved_fen, amounts.moved_fen)
        columns = (*debits, amounts.sold_fen, amounts.other_fen)
        rows = zip(_numbers(contracts), *(column.tolist() for column in columns), strict=True)
        found = [Settlement(*row) for row in rows]
    return SettlementsAnswer(book.sequence, query.trade_date, next_place, lane.to_settle, found)


def to_credit(book: Book, query: CreditsQuery) -> CreditsAnswer:
    """What is due of the party's oldest date that has anything due, from the contract index `first` on."""
    due = book.gated.due_lane(query.party)
    if due is None:
        return CreditsAnswer(book.sequence, 0, 0, [])
    begins, next_place = int(np.searchsorted(due.contracts, query.first)), 0
    at = np.zeros(0, np.intp)
    while begins < len(due.contracts) and len(at) <= QUERY_SETTLEMENTS_MAX:
        part = slice(begins, begins + _LOOKED_AT_ONCE)
        left = np.flatnonzero(due.proceeds_fen[part] | due.other_fen[part])
        at, begins = np.concatenate((at, left + begins)), begins + _LOOKED_AT_ONCE
    if len(at) > QUERY_SETTLEMENTS_MAX:
        next_place = int(due.contracts[at[QUERY_SETTLEMENTS_MAX]])
        at = at[:QUERY_SETTLEMENTS_MAX]
    proceeds_fen = np.minimum(due.proceeds_fen[at], AMOUNT_FEN_MAX).tolist()
    rows = zip(_numbers(due.contracts[at].astype(np.intp)), proceeds_fen, due.other_fen[at].tolist(), strict=True)
    return CreditsAnswer(book.sequence, due.trade_date, next_place, [Credit(*row) for row in rows])


def _page(book: Book, lane: Lane, first: int) -> tuple[Positions, int]:
    """Contracts to settle from an index on, no more than an answer holds, and where to go on: 0 at the end."""
    found: list[Positions] = [np.zeros(0, np.intp)]
    end, last = first, min(first + CONTRACTS_LOOKED_AT_MAX, book.contracts_count)
    while end < last and sum(map(len, found)) <= QUERY_SETTLEMENTS_MAX:
        end, begins = min(end + _LOOKED_AT_ONCE, last), end
        found.append(contracts_to_settle(book, lane, begins, end))
    contracts = np.concatenate(found)
    if len(contracts) > QUERY_SETTLEMENTS_MAX:
        return contracts[:QUERY_SETTLEMENTS_MAX], int(contracts[QUERY_SETTLEMENTS_MAX])
    return contracts, end if end < book.contracts_count else 0


def _numbers(contracts: Positions) -> list[int]:
    numbers: list[int] = contract_nos_from_indices(contracts.astype(np.int64)).tolist()
    return numbers
