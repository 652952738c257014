"""Lines of files about securities: versions, limits of a date, suspensions; what two people sign of such a file.

Belongs here: lines as checked messages. Never here: other files of master data (csv_files), sending (sending).

Prices are yuan with up to four decimals, dates yyyymmdd.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from config.cli.load.fields import Row, bounded, price, printable, whole, word
from ledger.core.control.orders.securities import terms_of
from protocol.messages.fields import TradeDate
from protocol.messages.orders.securities import (
    MarketNo,
    NoneOrMore,
    OneOrMore,
    PriceLimits,
    ResumeSecurity,
    SecurityCode,
    SecurityVersion,
    SuspendSecurity,
)
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import Market, Product
from rules.orders.securities import cannot_be

_MARKETS: Mapping[str, int] = {"shanghai": Market.XSHG, "shenzhen": Market.XSHE}
_PRODUCTS: Mapping[str, int] = {product.name.lower(): int(product) for product in Product}
_YES_OR_NO: Mapping[str, int] = {"yes": 1, "no": 0}


class Key(NamedTuple):
    """By which a version, or limits, are told from others."""

    market: int
    security: str
    date: int

    def __str__(self) -> str:
        return f"{self.security} of {self.date}"


class PriceLine(msgspec.Struct, frozen=True):
    """Limits of a security on a trade date."""

    market: MarketNo
    security: SecurityCode
    trade_date: TradeDate
    low: OneOrMore
    high: OneOrMore
    accrued: NoneOrMore

    @property
    def limits(self) -> PriceLimits:
        """As a message of the date has them."""
        return PriceLimits(self.market, self.security, self.low, self.high, self.accrued)


def key_of(item: SecurityVersion | PriceLine) -> Key:
    """Market, code and date of a line."""
    date = item.first_date if isinstance(item, SecurityVersion) else item.trade_date
    return Key(item.market, item.security, date)


def version(row: Row) -> SecurityVersion:
    """A line of a file of securities. Raises ValueError naming the field."""
    line = bounded(
        SecurityVersion(
            market=_market(row),
            security=row["security"].upper(),
            product=word(row, "product", _PRODUCTS),
            multiplier=whole(row, "multiplier"),
            buy_least=whole(row, "buy_least"),
            buy_step=whole(row, "buy_step"),
            buy_most=whole(row, "buy_most"),
            sell_least=whole(row, "sell_least"),
            sell_step=whole(row, "sell_step"),
            sell_most=whole(row, "sell_most"),
            odd_lots=_yes(row, "odd_lots"),
            tick=price(row, "tick_yuan"),
            par=price(row, "par_yuan"),
            sold_at_once=_yes(row, "sold_at_once"),
            first_date=_day(row, "first_date"),
            last_date=_day(row, "last_date") if row["last_date"] else 0,
        )
    )
    _refuse_impossible(line)
    return line


def price_line(row: Row) -> PriceLine:
    """A line of a file of limits. Raises ValueError naming the field."""
    accrued = price(row, "accrued_yuan") if row["accrued_yuan"] else 0
    named = (_market(row), row["security"].upper(), _day(row, "trade_date"))
    line = PriceLine(*named, price(row, "low_yuan"), price(row, "high_yuan"), accrued)
    if line.low > line.high:
        raise ValueError(f"low_yuan: {row['low_yuan']} is above {row['high_yuan']}")
    return line


def suspension(row: Row) -> SuspendSecurity | ResumeSecurity:
    """A line of a file of suspensions. Raises ValueError naming the field."""
    form = SuspendSecurity if _yes(row, "suspended") else ResumeSecurity
    return form(_market(row), row["security"].upper(), printable(row, "reason"))


def _refuse_impossible(line: SecurityVersion) -> None:
    terms = terms_of(line)
    for side, lots in (("buy", terms.buy), ("sell", terms.sell)):
        if lots.least > lots.most:
            raise ValueError(f"{side}_least: {lots.least} is above {lots.most}")
        if lots.least % lots.step or lots.most % lots.step:
            raise ValueError(f"{side}_step: {lots.least} and {lots.most} are not both multiples of {lots.step}")
    if line.last_date and line.last_date < line.first_date:
        raise ValueError(f"last_date: {line.last_date} is before {line.first_date}")
    if cannot_be(terms):
        raise ValueError("multiplier: with the most of an order, or its par, more than any order may be of")


def _market(row: Row) -> int:
    return word(row, "market", _MARKETS)


def _yes(row: Row, name: str) -> bool:
    return bool(word(row, name, _YES_OR_NO))


def _day(row: Row, name: str) -> int:
    number = whole(row, name)
    if not is_trade_date(number):
        raise ValueError(f"{name}: {row[name]!r} is no day such as 20260105")
    return number
