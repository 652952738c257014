"""What was reported of an order is put right by two people: what the act earns and does.

Belongs here: judging in ranked order and the effect. Never here: who may sign it (rules.tellers), what is lower
(rules.orders.correcting), reports themselves (ledger.core.orders).
"""

import numpy as np

from ledger.core.control.customers.standing import own_contract
from ledger.core.lines.compare import freezes_of
from ledger.core.orders.mirrored import follow_orders, parts_of
from ledger.core.orders.slots import order_at
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.day.clearing import Lane
from ledger.core.state.unsettled import NO_SLOT
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.codes import ReplyCode
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import BANK_PARTY, LaneState, Side
from rules.money.account import Account
from rules.orders.correcting import Lowered, code_of_lowering, lower_reported
from rules.orders.fees import Traded
from rules.orders.reports import Order


def judge_lowering(book: Book, act: CorrectReportAct) -> ReplyCode:
    """What it earns. Sales are lowered once they are taken."""
    contract = own_contract(book, BANK_PARTY, act.contract_no)
    if contract < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    order = _order(book, act, contract)
    return code_of_lowering(order, _says(act), _is_due(book, contract, act.trade_date))


def lower_by_act(book: Book, act: CorrectReportAct) -> None:
    """The effect of an accepted one: what was drawn too much is neither bought nor frozen any more."""
    contract = own_contract(book, BANK_PARTY, act.contract_no)
    slot, row = _slot(book, act), int(book.account_of_contract[contract])
    order, requests = order_at(book, slot), book.requests
    drawn_fen, remaining_fen = order.drawn_fen, order.remaining_fen
    lower_reported(order, Account(0, remaining_fen, drawn_fen, 0, 0), _says(act).true)
    before = parts_of(book, [slot])
    words, fell_fen = requests.orders, drawn_fen - order.drawn_fen
    words.state[slot], words.cancelled[slot] = order.state, order.cancelled
    words.traded[slot], words.turnover[slot] = order.traded
    follow_orders(book, [slot], before)
    requests.drawn_fen[slot] -= fell_fen
    requests.released_fen[slot] += remaining_fen + fell_fen
    book.frozen_fen[row] -= remaining_fen
    book.bought_fen[row] -= fell_fen
    book.unsettled.bought_fen[book.unsettled.slot_of(act.trade_date)][row] -= fell_fen
    book.power_fen[row] += remaining_fen + fell_fen
    if book.restrained_fen[row]:
        book.restraints.clamp_seniors(row, int(book.frozen_fen[row] + book.bought_fen[row]))


def _says(act: CorrectReportAct) -> Lowered:
    return Lowered(Traded(act.has_quantity, act.has_turnover), Traded(act.quantity, act.turnover))


def _order(book: Book, act: CorrectReportAct, contract: int) -> Order | None:
    """The contract's own buy under that name."""
    slot, requests = _slot(book, act), book.requests
    if not requests.orders.are_kept or int(requests.contract[slot]) != contract + 1:
        return None
    is_buy = int(requests.orders.side[slot]) == Side.BUY and requests.orders.order_type[slot] != 0
    return order_at(book, slot) if is_buy else None


def _slot(book: Book, act: CorrectReportAct) -> int:
    """A slot that holds nothing where there is none."""
    date, seat, number = (np.array([part], np.int64) for part in (act.trade_date, act.seat, act.number))
    return int(book.requests.slots_named(book.trade_date, date, seat, number, np.ones(1, bool))[0])


def _is_due(book: Book, contract: int, trade_date: int) -> bool:
    """Whether the date is unsettled, its set is not complete, and nothing stands that one has booked of it, nor what it
    gave back and was spent before it was withdrawn: then less is bought than its orders have drawn."""
    if not is_trade_date(trade_date) or book.unsettled.slot_of(trade_date) == NO_SLOT:
        return False
    lane = book.clearing.lane(trade_date, int(book.contract_facts[contract]) >> PARTY_SHIFT)
    cleared = book.clearing.by_contract.get(trade_date)
    is_booked = cleared is not None and bool(cleared.adjusted[contract])
    return lane.state < LaneState.COMPLETE and not is_booked and _is_bought(book, lane, contract)


def _is_bought(book: Book, lane: Lane, contract: int) -> bool:
    """Whether as much is bought on the date of a lane as orders of the contract have drawn."""
    requests, drawn_fen = book.requests, 0
    for each in freezes_of(book, lane):
        slots = np.arange(each.start, each.stop) if isinstance(each, range) else each
        drawn_fen += int(requests.drawn_fen[slots[requests.contract[slots] == contract + 1]].sum())
    row, of_date = int(book.account_of_contract[contract]), book.unsettled.slot_of(lane.trade_date)
    return int(book.unsettled.bought_fen[of_date][row]) >= drawn_fen
