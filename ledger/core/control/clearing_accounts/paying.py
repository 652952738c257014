"""Money between the bank and a broker: what is brought, what the bank pays, what is due and nothing else.

Belongs here: judging and the effect, side by side for each message. Never here: who may send it (roles), what is taken
and lent (collecting), acts of people (acts).
"""

from ledger.core.control.clearing_accounts.collecting import collect, pay, post
from ledger.core.state.book import Book
from ledger.core.state.day.obligations import Obligation, ObligationKey
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.messages.day.paying import Due, Fund, Pay, PayingMessage
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import LaneState, ObligationState, Role
from rules.day.collection import serial_code
from rules.day.obligations import GATING_STATES
from rules.entries import BANK_PAYS, FUNDED, KEPT_CASE, KEPT_OLD

NS_PER_S = 1_000_000_000
OF_DATE = 0


def judge_paying(book: Book, message: PayingMessage, decided_at_ns: int) -> ReplyCode:
    """What one of these earns, once due times are caught up with."""
    if book.role[message.party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    match message:
        case Due():
            return ReplyCode.ACCEPTED
        case Fund(party, _, serial):
            return serial_code(serial, book.clearing_accounts.of(party).fund_serial)
        case Pay():
            return _judge_payment(book, message, decided_at_ns // NS_PER_S)


def _judge_payment(book: Book, message: Pay, now_s: int) -> ReplyCode:
    owed = book.obligations.entries.get(ObligationKey(message.party, message.trade_date, OF_DATE))
    if owed is None:
        return ReplyCode.OBLIGATION_UNKNOWN
    may = owed.state == ObligationState.OWED_BY_BANK and now_s >= owed.due.pay_from_s
    return ReplyCode.ACCEPTED if may and is_settled(book, owed) else ReplyCode.STEP_NOT_DUE


def is_settled(book: Book, obligation: Obligation) -> bool:
    """Whether the customers of the broker's date are settled; of a date without a slot they are."""
    date = obligation.trade_date
    if not is_trade_date(date) or book.unsettled.slot_of(date) < 0:
        return True
    return book.clearing.lane(date, obligation.party).state >= LaneState.SETTLED


def apply_paying(book: Book, message: PayingMessage, decided_at_ns: int) -> None:
    """The effect of an accepted one."""
    now_s = decided_at_ns // NS_PER_S
    match message:
        case Fund(party, amount_fen, serial):
            account = book.clearing_accounts.of(party)
            account.fund_serial = serial
            book.clearing_accounts.put(account)
            post(book, FUNDED, party, amount_fen, now_s)
            collect(book, party, now_s)
        case Pay():
            _pay(book, message, now_s)
        case Due():
            pass  # what was due has acted before it was judged


def _pay(book: Book, message: Pay, now_s: int) -> None:
    """What the broker owes by this date or an older one, and each of its cases, is kept; the rest is paid to it."""
    party, date = message.party, message.trade_date
    owed = book.obligations.entries.get(ObligationKey(party, date, OF_DATE))
    if owed is None:
        raise MisuseError("a payment of what is not owed was not refused")
    left_fen = owed.unpaid_fen
    for each in book.obligations.unpaid_of(party):
        is_kept = each.state in GATING_STATES and (each.case or each.trade_date <= date)
        part_fen = min(left_fen, each.unpaid_fen) if is_kept else 0
        if part_fen:
            leg = KEPT_CASE if each.case else KEPT_OLD
            post(book, leg, party, part_fen, now_s, (date, each.trade_date), each.case)
            pay(book, each, part_fen, now_s)
            left_fen -= part_fen
    post(book, BANK_PAYS, party, left_fen, now_s, (date, 0))
    pay(book, owed, owed.unpaid_fen, now_s)
    collect(book, party, now_s)
