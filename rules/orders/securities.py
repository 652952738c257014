"""`Two schemes, one switch per broker`: securities 证券 as the bank knows them, from a date on, and limits of a date.

What the bank computes of an order and what it refuses hangs on what a security is (004 A·三(二)): how many units one in
quantity is, how much an order may be of, between which prices 涨跌停. None of it is ever changed: a version follows
another from a date on, and an order keeps the number of its own. Of several from one date the last registered holds for
orders behind its row, and what it took the place of, for good, is forgotten once no order names it.

Prices are 1/10,000 yuan of a unit. What is paid is price with accrued interest, and no order's turnover passes what a
column of money keeps: so a product is asked for by division, and no number of it passes 64 bits anywhere.

Belongs here: what can be a version, which one holds, which is replaced, what limits may be. Never here: what an order
must be (the pages of orders), which versions there are (ledger.core), who may say so (tellers).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import ORDER_TURNOVER_MAX, SECURITY_NUMBER_MAX
from protocol.vocabulary import Product

WITHOUT_END = 0
NEWEST = SECURITY_NUMBER_MAX  # the number of a version that has none yet


class Lots(NamedTuple):
    """How much of a security an order of one side may be: a multiple of `step`, between the two others."""

    least: int
    step: int
    most: int


class Terms(NamedTuple):
    """What a version says of its security."""

    product: int
    multiplier: int  # units in one of quantity
    buy: Lots
    sell: Lots
    odd_lots: bool  # a rest below the step may be sold
    tick: int
    par: int
    sold_at_once: bool
    first_date: int
    last_date: int  # WITHOUT_END: none


class Version(NamedTuple):
    """One of a security, by the number that the core gave it: rising with the rows that registered them."""

    number: int
    terms: Terms


class Limits(NamedTuple):
    """Of a security on a date."""

    low: int
    high: int
    accrued: int


def cannot_be(terms: Terms) -> bool:
    """Whether no security could be so: an order that is no multiple of its step, or is worth more than may be."""
    has_ended = terms.last_date != WITHOUT_END and terms.last_date < terms.first_date
    return has_ended or any(_cannot_be(lots, terms) for lots in (terms.buy, terms.sell))


def _cannot_be(lots: Lots, terms: Terms) -> bool:
    """Least and most are multiples of the step: whether it counts from 0 or from the least one, it is the same."""
    if lots.least > lots.most or lots.least % lots.step or lots.most % lots.step:
        return True
    return lots.most > SECURITY_NUMBER_MAX // terms.multiplier or not is_payable(terms.par, terms.multiplier, lots.most)


def are_lots(quantity: int, lots: Lots) -> bool:
    """Whether an order may be of so much."""
    return lots.least <= quantity <= lots.most and quantity % lots.step == 0


def is_payable(price: int, multiplier: int, quantity: int) -> bool:
    """Whether so much of a security at a price is within the turnover of one order."""
    return price <= ORDER_TURNOVER_MAX // multiplier // quantity


def version_for(versions: Iterable[Version], trade_date: int) -> Version | None:
    """The one that holds for orders of a date: the newest whose first date is not after it; None: there is none, or
    that one has ended."""
    begun = [each for each in versions if each.terms.first_date <= trade_date]
    if not begun:
        return None
    newest = max(begun, key=lambda each: (each.terms.first_date, each.number))
    last_date = newest.terms.last_date
    return newest if last_date == WITHOUT_END or trade_date <= last_date else None


def replaced_for_good(versions: Sequence[Version], open_date: int) -> list[Version]:
    """Those that hold for no order of the open date or a later one, whatever else is registered."""
    return [each for each in versions if any(_takes_the_place(other, each, open_date) for other in versions)]


def _takes_the_place(other: Version, version: Version, open_date: int) -> bool:
    first_date, other_first = version.terms.first_date, other.terms.first_date
    if other_first == first_date:
        return other.number > version.number
    return first_date < other_first <= open_date


def code_of_version(
    terms: Terms, versions: Sequence[Version], open_date: int, limits: Mapping[int, Limits]
) -> ReplyCode:
    """What a version earns that can be, beside the others of its security, which has these limits by date.

    Once none of this applies it is one of the versions.
    """
    others = [*versions, Version(NEWEST, terms)]
    if not all(_fit(each, terms, version_for(others, trade_date)) for trade_date, each in limits.items()):
        return ReplyCode.AMOUNT_OUT_OF_RANGE
    if terms.first_date < open_date and standing(terms.first_date, versions) != terms:
        return ReplyCode.TRADE_DATE_NOT_LATER
    return ReplyCode.PRODUCT_NOT_TAKEN if terms.product == Product.REPO else ReplyCode.ACCEPTED


def _fit(limits: Limits, terms: Terms, holds: Version | None) -> bool:
    """Whether limits of a date are payable, if these are the terms that hold on it."""
    return holds is None or holds.terms is not terms or are_payable(limits, terms)


def standing(first_date: int, versions: Iterable[Version]) -> Terms | None:
    """What the last version from this first date says; None: there is none. Whoever says it again changes nothing."""
    alike = [each for each in versions if each.terms.first_date == first_date]
    return max(alike, key=lambda each: each.number).terms if alike else None


def are_payable(limits: Limits, terms: Terms) -> bool:
    """Whether the most that an order may be of, at the high limit and with its interest, is within a turnover."""
    price, most = limits.high + limits.accrued, max(terms.buy.most, terms.sell.most)
    return is_payable(price, terms.multiplier, most)


def code_of_limits(limits: Limits, version: Version | None) -> ReplyCode:
    """What limits of a date earn that can be, with the version that holds on it.

    Once none of this applies they are those of the date.
    """
    if version is None:
        return ReplyCode.SECURITY_UNKNOWN
    return ReplyCode.ACCEPTED if are_payable(limits, version.terms) else ReplyCode.AMOUNT_OUT_OF_RANGE
