"""Securities in tests: their versions, their limits of a date.

Belongs here: made-up securities. Never here: sending, an opinion on what they earn.
"""

from msgspec.structs import replace

from protocol.limits import DIGEST_BYTES
from protocol.messages.orders.securities import PriceLimits, RegisterSecurities, SecurityVersion, SetPrices
from protocol.vocabulary import Market, Product

NO_REST = bytes(DIGEST_BYTES)


def share(first_date: int, code: str = "600000", tick: int = 100, last_date: int = 0) -> SecurityVersion:
    """A share of Shanghai's main board: lots of 100 up to a million, 浦发银行 by default."""
    return SecurityVersion(
        market=Market.XSHG,
        security=code,
        product=Product.SHARE,
        multiplier=1,
        buy_least=100,
        buy_step=100,
        buy_most=1_000_000,
        sell_least=100,
        sell_step=100,
        sell_most=1_000_000,
        odd_lots=True,
        tick=tick,
        par=10_000,
        sold_at_once=False,
        first_date=first_date,
        last_date=last_date,
    )


def bond(first_date: int, code: str = "019547") -> SecurityVersion:
    """A bond in 手 of ten, par 100.00."""
    most = {"multiplier": 10, "buy_most": 10_000, "sell_most": 10_000, "par": 1_000_000, "sold_at_once": True}
    lots = dict.fromkeys(("buy_least", "buy_step", "sell_least", "sell_step"), 1)
    return replace(share(first_date, code), product=Product.BOND, odd_lots=False, **most, **lots)


def limits(code: str = "600000", low: int = 90_000, high: int = 110_000, accrued: int = 0) -> PriceLimits:
    """9.00 to 11.00."""
    return PriceLimits(Market.XSHG, code, low, high, accrued)


def registered(*versions: SecurityVersion) -> RegisterSecurities:
    """Of no list."""
    return RegisterSecurities(0, 0, list(versions), NO_REST)


def priced(trade_date: int, *prices: PriceLimits) -> SetPrices:
    """Of no list."""
    return SetPrices(0, 0, trade_date, list(prices), NO_REST)
