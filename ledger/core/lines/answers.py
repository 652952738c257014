"""What the book tells of a broker's date when asked: where it stands, what its set has, what differs.

Belongs here: reading. Never here: who may ask (book_answers), what differs (compare), changes.
"""

import numpy as np

from ledger.core.corrections.later import money_of
from ledger.core.lines.compare import Places, part_of, told_differences
from ledger.core.lines.proceeds import contracts_due, missing_fen
from ledger.core.state.book import Book
from protocol.given_numbers import contract_no_from_index
from protocol.limits import QUERY_DIFFERENCES_MAX, QUERY_PROCEEDS_MAX
from protocol.messages.queries import ContractProceeds, DifferenceAnswer, ProceedsAnswer, SetAnswer
from protocol.vocabulary import LaneState
from rules.day.settlement import excess_booked_fen


def clearing_set(book: Book, party: int, trade_date: int) -> SetAnswer:
    """Where a date of `party` stands, and what its clearing set has."""
    lane = book.clearing.lane(trade_date, party)
    listed = sum(len(book.clearing.listed(lane.inner, is_buy)) for is_buy in (False, True)) if lane.inner else 0
    return SetAnswer(
        as_of_sequence=book.sequence,
        trade_date=trade_date,
        state=int(lane.state),
        number=lane.number if lane.inner else 0,
        announced=lane.announced,
        arrived=lane.arrived,
        listed=listed,
        declared_s=lane.declared_s,
        first_late_s=lane.first_late_s,
        last_late_s=lane.last_late_s,
        compared=lane.compared,
        differences=list(lane.differences),
        proceeds_due=lane.proceeds_due,
        is_deferred=lane.is_deferred,
    )


def set_differences(book: Book, party: int, trade_date: int, first: int) -> DifferenceAnswer:
    """Differences of a date of `party` from place `first` on, as many as one answer has; none before all is compared.

    As many places are looked at as are compared at a time: an answer without differences may tell where to go on.
    """
    lane = book.clearing.lane(trade_date, party)
    if not lane.is_compared or lane.state < LaneState.COMPLETE:
        return DifferenceAnswer(book.sequence, trade_date, 0, [])
    count = Places.of(book, lane).total
    part = part_of(book, lane, min(first, count))
    end, found = part.end, told_differences(book, lane, part, QUERY_DIFFERENCES_MAX + 1)
    kept = found[:QUERY_DIFFERENCES_MAX]
    if len(found) > len(kept):  # the differences of one place stay together
        end = found[len(kept)][0]
        kept = [each for each in kept if each[0] < end]
    return DifferenceAnswer(book.sequence, trade_date, 0 if end == count else end, [each[1] for each in kept])


def proceeds_to_book(book: Book, party: int, trade_date: int, first: int) -> ProceedsAnswer:
    """What is due to contracts by the reconciled set of `party`, from the contract index `first` on, as it would be
    booked now.
    """
    lane = book.clearing.lane(trade_date, party)
    due = list(contracts_due(book, lane, first, QUERY_PROCEEDS_MAX + 1))
    next_place = due[QUERY_PROCEEDS_MAX] if len(due) > QUERY_PROCEEDS_MAX else 0
    indices = np.array(due[:QUERY_PROCEEDS_MAX], np.int64)
    if not len(indices):
        return ProceedsAnswer(book.sequence, trade_date, 0, [])
    cleared = book.clearing.by_contract[trade_date]
    columns = (missing_fen(book, lane, indices).tolist(), cleared.excess_fen[indices].tolist())
    money = money_of(book, book.account_of_contract[indices], trade_date)
    found = [
        ContractProceeds(contract_no_from_index(index), fen, excess_booked_fen(has, trade_date, fen, excess_fen))
        for index, has, fen, excess_fen in zip(due, money, *columns, strict=False)  # `due` may have one more
    ]
    return ProceedsAnswer(book.sequence, trade_date, next_place, found)
