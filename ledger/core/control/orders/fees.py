"""Fees of orders through the bank: what a broker announces, what is charged, what each earns and does.

Belongs here: judging and the effect, side by side. Never here: which table holds and what may be one
(rules.orders.fee_tables), what is charged of an order.
"""

from ledger.core.control.feeds import tell_fees
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.messages.orders.fees import FeesMessage, NotifyFees, SetFees, components_of
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import Role
from rules.orders.fee_tables import (
    Announced,
    Charged,
    cannot_be,
    code_by_notice,
    code_of_notice,
    code_of_table,
    standing,
)
from rules.orders.fees import Component, FeeTable


def is_impossible(message: FeesMessage) -> bool:
    """Whether nobody can mean it so."""
    return not is_trade_date(message.first_date) or cannot_be(_table_of(message))


def judge_fees(book: Book, party: int, message: FeesMessage) -> ReplyCode:
    """What a broker's notice earns, or a table that the bank sets."""
    if isinstance(message, NotifyFees):
        return code_of_notice(_said(party, message), book.trade_date)
    if book.role[message.party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    said, fees = _said(message.party, message), book.orders.fees
    stands = standing(fees.tables_for(said.charged), said.first_date)
    code = code_of_table(said, stands, book.trade_date, fees.is_full)
    if code != ReplyCode.ACCEPTED:
        return code
    notice = fees.notices.get(message.notice)
    return code_by_notice(said, message.notice, None if notice is None else notice.announced)


def apply_fees(book: Book, party: int, message: FeesMessage) -> int:
    """The effect of an accepted one. Returns the number of the notice, or of the table that stands from its date."""
    if isinstance(message, NotifyFees):
        return book.orders.fees.announce(_said(party, message))
    said, fees = _said(message.party, message), book.orders.fees
    stands = standing(fees.tables_for(said.charged), said.first_date)
    if stands is not None and stands.table == said.table:
        return stands.number
    number = fees.put(
        said, message.notice, book.trade_date, book.requests.orders.fee_tables_named(book.requests.slots_used)
    )
    tell_fees(book, message, number)
    return number


def _said(party: int, message: FeesMessage) -> Announced:
    charged = Charged(party, message.market, message.product, message.side)
    return Announced(charged, message.first_date, _table_of(message))


def _table_of(message: NotifyFees | SetFees) -> FeeTable:
    numbers = (
        (fee.on_turnover, fee.on_par, fee.a_unit, fee.flat_fen, fee.least_fen, fee.most_fen)
        for fee in components_of(message)
    )
    return FeeTable(*(Component(*each) for each in numbers))
