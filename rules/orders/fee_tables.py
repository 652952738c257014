"""`Money`: which fees an order through the bank is charged by.

Fees are the broker's, which announces them (004 附件一 第20条); two people of the bank set what it announced, or
without a notice, from a date on. An order has the newest table of its broker, market, kind of security and side whose
first date is not after its own: the one with the latest first date, and of those the one that was set last. It keeps
it.

Belongs here: that, what a table may be, what setting one earns. Never here: what is charged by it (fees).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import FEE_RATE_MAX
from protocol.vocabulary import Product
from rules.orders.fees import Component, FeeTable


class Charged(NamedTuple):
    """What a table is for."""

    party: int
    market: int
    product: int
    side: int  # BUY or SALE of LineSide


class Dated(NamedTuple):
    """A table from a date on; numbers rise as tables are set."""

    number: int
    first_date: int
    table: FeeTable


class Announced(NamedTuple):
    """What a notice of a broker says."""

    charged: Charged
    first_date: int
    table: FeeTable


def cannot_be(table: FeeTable) -> bool:
    """Whether no fee could be so: at least more than at most, or a rate above its bound."""
    return any(_cannot_be(fee) for fee in table)


def _cannot_be(fee: Component) -> bool:
    has_bound = fee.most_fen > 0
    return (has_bound and fee.least_fen > fee.most_fen) or max(fee.on_turnover, fee.on_par) > FEE_RATE_MAX


def table_for(tables: Iterable[Dated], trade_date: int) -> Dated | None:
    """The one that an order of a date has; None: there is none yet."""
    begun = [each for each in tables if each.first_date <= trade_date]
    return max(begun, key=lambda each: (each.first_date, each.number), default=None)


def standing(tables: Iterable[Dated], first_date: int) -> Dated | None:
    """The last from this first date on; None: there is none. Whoever says it again changes nothing."""
    alike = [each for each in tables if each.first_date == first_date]
    return max(alike, key=lambda each: each.number, default=None)


def replaced_for_good(tables: Sequence[Dated], open_date: int) -> list[Dated]:
    """Those that no order of the open date or a later one has, whatever else is set."""
    return [each for each in tables if any(_takes_the_place(other, each, open_date) for other in tables)]


def _takes_the_place(other: Dated, table: Dated, open_date: int) -> bool:
    if other.first_date == table.first_date:
        return other.number > table.number
    return table.first_date < other.first_date <= open_date


def code_of_notice(announced: Announced, open_date: int) -> ReplyCode:
    """What a broker's word earns of what it charges: it may still be charged."""
    if announced.charged.product == Product.REPO:
        return ReplyCode.PRODUCT_NOT_TAKEN
    return ReplyCode.FEES_LATE if announced.first_date < open_date else ReplyCode.ACCEPTED


def code_of_table(said: Announced, stands: Dated | None, open_date: int, is_full: bool) -> ReplyCode:
    """What setting a table earns that is no other than what stands from its first date, or begins in time."""
    if stands is not None and stands.table == said.table:
        return ReplyCode.ACCEPTED
    code = code_of_notice(said, open_date)
    return ReplyCode.MASTER_DATA_FULL if code == ReplyCode.ACCEPTED and is_full else code


def code_by_notice(said: Announced, number: int, notice: Announced | None) -> ReplyCode:
    """What a table earns that refers to a notice: it is what that says. `number` 0: it refers to none."""
    if not number:
        return ReplyCode.ACCEPTED
    if notice is None or notice.charged.party != said.charged.party:
        return ReplyCode.FEE_NOTICE_UNKNOWN
    return ReplyCode.ACCEPTED if notice == said else ReplyCode.FEES_DIFFER
