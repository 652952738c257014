"""Messages of master data about securities 证券: what each of them is from a date on, its limits of a date, suspension.

Prices, ticks and pars are in 1/10,000 yuan. A list that two people have signed is told in pieces, in its order: `rest`
is the digest of the lines behind a piece, 32 zeros behind the last, so that each piece is proved by itself.

Belongs here: one frozen struct per message, bounds as field constraints, the digest of a list. Never here: what a
security can be, and which version holds (rules.orders.securities), what they earn and do (ledger.core.control).
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from ...limits import (
    DIGEST_BYTES,
    PRICES_PER_CONTROL_MAX,
    SECURITIES_MAX,
    SECURITIES_PER_CONTROL_MAX,
    SECURITY_NUMBER_MAX,
    SECURITY_REASON_CHARS_MAX,
    TRADE_DATE_MAX,
)
from ...vocabulary import Market, Product
from ..base import Message
from ..fields import Count, Digest, TradeDate

SecurityCode = Annotated[str, Meta(pattern="^[0-9A-Z]{1,8}$")]
MarketNo = Annotated[int, Meta(ge=int(Market.XSHG), le=int(Market.XSHE))]
ProductNo = Annotated[int, Meta(ge=int(min(Product)), le=int(max(Product)))]
OneOrMore = Annotated[int, Meta(ge=1, le=SECURITY_NUMBER_MAX)]
NoneOrMore = Annotated[int, Meta(ge=0, le=SECURITY_NUMBER_MAX)]
PlaceInList = Annotated[int, Meta(ge=0, le=SECURITIES_MAX - 1)]
Why = Annotated[str, Meta(min_length=1, max_length=SECURITY_REASON_CHARS_MAX)]


class SecurityVersion(Message, tag=12, frozen=True):
    """A security as it is from a date on: what one in quantity is, and how much of it an order may be."""

    market: MarketNo
    security: SecurityCode
    product: ProductNo
    multiplier: OneOrMore  # units in one of quantity: a share 1, bonds in 手 10
    buy_least: OneOrMore
    buy_step: OneOrMore
    buy_most: OneOrMore
    sell_least: OneOrMore
    sell_step: OneOrMore
    sell_most: OneOrMore
    odd_lots: bool  # a rest below the step 零股 may be sold, in one order
    tick: OneOrMore  # of the price of a unit
    par: OneOrMore  # of a unit
    sold_at_once: bool  # what was bought may be sold on the same date T+0
    first_date: TradeDate
    last_date: Annotated[int, Meta(ge=0, le=TRADE_DATE_MAX)]  # on which it is traded; 0: without end


class RegisterSecurities(Message, tag=17, frozen=True):
    """Bank control: versions of securities; all are taken or none is. By act of two once the bank is sealed: the list
    that `act` permits, from place `first` on. A version that says what stands is none."""

    act: Count  # 0: none, and then `first` is 0 and `rest` 32 zeros
    first: PlaceInList
    versions: Annotated[list[SecurityVersion], Meta(min_length=1, max_length=SECURITIES_PER_CONTROL_MAX)]
    rest: Digest


class PriceLimits(Message, tag=18, frozen=True):
    """The limits 涨跌停 of a security, and what of its price is accrued interest 应计利息 of a unit."""

    market: MarketNo
    security: SecurityCode
    low: OneOrMore
    high: OneOrMore
    accrued: NoneOrMore


class SetPrices(Message, tag=26, frozen=True):
    """Bank control: limits of the open date or of the next, anew at any time; all are taken or none is. Where interest
    is accrued by act of two, once the bank is sealed: as RegisterSecurities."""

    act: Count
    first: PlaceInList
    trade_date: TradeDate
    prices: Annotated[list[PriceLimits], Meta(min_length=1, max_length=PRICES_PER_CONTROL_MAX)]
    rest: Digest


class SuspendSecurity(Message, tag=81, frozen=True):
    """Bank control: a security is suspended 停牌 from now on."""

    market: MarketNo
    security: SecurityCode
    reason: Why


class ResumeSecurity(Message, tag=82, frozen=True):
    """Bank control: a suspended security is traded again 复牌."""

    market: MarketNo
    security: SecurityCode
    reason: Why


SecurityMessage = RegisterSecurities | SetPrices | SuspendSecurity | ResumeSecurity


def rests_of(lines: Sequence[SecurityVersion | PriceLimits], rest: bytes = bytes(DIGEST_BYTES)) -> list[bytes]:
    """Of each place of a list the digest of the lines from there on, and behind them `rest`: the first one is what
    people sign. With each line, the last first, it is the SHA-256 of the digest of the lines behind it and of the line.
    """
    rests = [rest]
    for line in reversed(lines):
        rests.append(hashlib.sha256(rests[-1] + msgspec.msgpack.encode(line)).digest())
    return rests[::-1]
