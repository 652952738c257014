"""What a correction would be now, taking one back, or ending orders: the same arithmetic as when it is decided, and
nothing moves.

Belongs here: reading. Never here: who may ask (book_answers), a verdict (rules.day.corrections).
"""

import numpy as np

from ledger.core.corrections.at_hand import contracts_booked, is_due, of_lane, slots_to_close
from ledger.core.corrections.later import money_of
from ledger.core.corrections.read import closes_orders
from ledger.core.lines.compare import to_correct
from ledger.core.lines.differing import order_of
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.columns import Positions
from ledger.core.state.day.clearing import Lane
from protocol.given_numbers import contract_no_from_index, index_from_contract_no
from protocol.limits import CONTRACTS_LOOKED_AT_MAX, QUERY_CLOSINGS_MAX, QUERY_REVERTS_MAX
from protocol.messages.day.corrections import (
    Closing,
    ClosingsAnswer,
    ClosingsQuery,
    CorrectionAnswer,
    CorrectionQuery,
    OrderClosing,
    Revert,
    RevertsAnswer,
    RevertsQuery,
)
from rules.day.corrections import corrected, is_within, reverted
from rules.money.account import Account
from rules.request import Cases, OfDate

_LOOKED_AT_ONCE = 4_096  # contracts, until an answer of orders is full


def correction(book: Book, query: CorrectionQuery) -> CorrectionAnswer:
    """What the records of a correction would name."""
    lane = book.clearing.lane(query.trade_date, query.party)
    if lane.trade_date not in book.clearing.by_contract or not is_due(book, lane):
        return _none(book, query, 0)
    index, next_place = index_from_contract_no(query.contract_no), 0
    if not query.contract_no:
        end = query.first + CONTRACTS_LOOKED_AT_MAX
        found = to_correct(book, lane, query.first, end)
        index = int(found[0]) if len(found) else -1
        next_place = index + 1 if len(found) else end
        next_place = next_place if next_place < book.contracts_count else 0
    if not 0 <= index < book.contracts_count or int(book.contract_facts[index]) >> PARTY_SHIFT != lane.party:
        return _none(book, query, next_place)
    return _told(book, lane, index, next_place, query.rejected_fen)


def _none(book: Book, query: CorrectionQuery, next_place: int) -> CorrectionAnswer:
    return CorrectionAnswer(book.sequence, query.trade_date, next_place, 0, 0, 0, 0, 0, 0, 0, 0, False, [])


def _told(book: Book, lane: Lane, index: int, next_place: int, rejected_fen: int) -> CorrectionAnswer:
    (has,) = of_lane(book, lane, np.array([index]), Cases(0))
    (money,) = money_of(book, book.account_of_contract[np.array([index])], lane.trade_date)
    closings = _close(book, has, money)
    after = corrected(money, has, has.buys_fen, has.proceeds_fen, min(rejected_fen, has.buys_fen))
    return CorrectionAnswer(
        as_of_sequence=book.sequence,
        trade_date=lane.trade_date,
        next_place=next_place,
        contract_no=contract_no_from_index(index),
        set_number=lane.number,
        cleared_buys_fen=has.buys_fen,
        cleared_proceeds_fen=has.proceeds_fen,
        has_bought_fen=has.bought_fen,
        has_sold_fen=has.sold_fen,
        made_good_buys_fen=after.made_good_buys_fen,
        made_good_proceeds_fen=after.made_good_proceeds_fen,
        needs_act=not is_within(has, after),
        closings=closings[:QUERY_CLOSINGS_MAX],
        has_ended=has.has_ended,
    )


def to_revert(book: Book, query: RevertsQuery) -> RevertsAnswer:
    """What is to be taken back of a date whose set was withdrawn, from the contract index `first` on."""
    lane, found, next_place = book.clearing.lane(query.trade_date, query.party), list[Revert](), 0
    if lane.to_revert:
        end = query.first + CONTRACTS_LOOKED_AT_MAX
        contracts = contracts_booked(book, lane, query.first, end)
        next_place = end if end < book.contracts_count else 0
        if len(contracts) > QUERY_REVERTS_MAX:
            next_place = int(contracts[QUERY_REVERTS_MAX])
            contracts = contracts[:QUERY_REVERTS_MAX]
        money = money_of(book, book.account_of_contract[contracts], lane.trade_date)
        rows = zip(money, contracts.tolist(), of_lane(book, lane, contracts, Cases(0)), strict=True)
        found = [_revert(*each) for each in rows]
    return RevertsAnswer(book.sequence, query.trade_date, next_place, lane.withdrawn_by, lane.to_revert, found)


def _revert(account: Account, index: int, has: OfDate) -> Revert:
    assert has.booked is not None
    without, after = reverted(account, has, has.booked)
    return Revert(contract_no_from_index(index), *without, has.bought_fen, has.sold_fen, *after[2:])


def to_close(book: Book, query: ClosingsQuery) -> ClosingsAnswer:
    """Which orders of a published date are to be ended, from the contract index `first` on."""
    lane, found, next_place = book.clearing.lane(query.trade_date, query.party), list[OrderClosing](), 0
    if closes_orders(lane):
        slots, end = _page_to_close(book, lane, query.first)
        next_place = end if end < book.contracts_count else 0
        contracts = book.requests.contract[slots] - 1
        if len(slots) > QUERY_CLOSINGS_MAX:  # up to where a contract ends, where that is not behind all of them
            next_place = max(int(contracts[QUERY_CLOSINGS_MAX]), int(contracts[0]) + 1)
            slots = slots[:QUERY_CLOSINGS_MAX][contracts[:QUERY_CLOSINGS_MAX] < next_place]
        found = [_closing(book, *each) for each in zip(slots.tolist(), *_ends(book, slots), strict=True)]
    return ClosingsAnswer(book.sequence, query.trade_date, next_place, found)


def _page_to_close(book: Book, lane: Lane, first: int) -> tuple[Positions, int]:
    """Slots of orders to end, by contract from an index on, until an answer is full, and which contract is next."""
    found, count = [np.zeros(0, np.intp)], 0
    end, last = first, min(first + CONTRACTS_LOOKED_AT_MAX, book.contracts_count)
    while end < last and count <= QUERY_CLOSINGS_MAX:
        begins, end = end, min(end + _LOOKED_AT_ONCE, last)
        own = book.own_contracts(lane.party, begins, end)
        if len(own):
            found.append(slots_to_close(book, lane, own))
            count += len(found[-1])
    return np.concatenate(found), end


def _closing(book: Book, slot: int, key: int, drawn_fen: int, released_fen: int) -> OrderClosing:
    contract_no = contract_no_from_index(int(book.requests.contract[slot]) - 1)
    return OrderClosing(contract_no, *order_of(key), drawn_fen, released_fen)


def _ends(book: Book, slots: Positions) -> tuple[list[int], list[int], list[int]]:
    """(m,) names of open freezes, and what ending each draws and releases."""
    requests = book.requests
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    drawn_fen = np.minimum(remaining_fen, requests.due_fen(slots, book.clearing.complete))
    keys = requests.keys_of(slots, book.trade_date)
    return keys.tolist(), drawn_fen.tolist(), (remaining_fen - drawn_fen).tolist()


def _close(book: Book, has: OfDate, money: Account) -> list[Closing]:
    """Close the open orders in `has` and `money`."""
    if not has.open_slots:
        return []
    keys, drawn_fen, released_fen = _ends(book, np.array(has.open_slots, np.intp))
    money.frozen_fen -= sum(drawn_fen) + sum(released_fen)
    money.bought_fen += sum(drawn_fen)
    has.bought_fen += sum(drawn_fen)
    rows = zip(keys, drawn_fen, released_fen, strict=True)
    return [Closing(*order_of(key), drawn, released) for key, drawn, released in rows]
