"""Words of orders and of what they trade.

Belongs here: enumerations of markets, products, sides and orders, and the byte that says two of them. Never here: words
of another room.
"""

from enum import IntEnum


class Market(IntEnum):
    """Market of an order, informative in scheme B."""

    NONE = 0
    XSHG = 1
    XSHE = 2


class OrderType(IntEnum):
    """What an order through the bank is."""

    LIMIT = 1  # at a limit price
    RIGHTS = 2  # 配股
    SUBSCRIPTION_HELD = 3  # 认购, its money stays frozen until the allotment
    SUBSCRIPTION_PAID = 4  # and is drawn by the set of its own date
    PLACING = 5  # 配售 by market value, nothing is frozen


class Product(IntEnum):
    """What kind of security 证券品种 it is: fees hang on it."""

    SHARE = 1  # 股票
    FUND = 2  # 基金
    BOND = 3  # 债券
    REPO = 4  # 债券回购, which is not taken


class Side(IntEnum):
    """Which way an order through the bank goes."""

    BUY = 1
    SELL = 2


MARKET_SHIFT = 4  # of the byte that says market and side of an order through the bank
SIDE_MASK = (1 << MARKET_SHIFT) - 1


def market_and_side(market: Market, side: Side) -> int:
    """Both as the one byte that such an order has for them: the market in its upper half, the side in its lower."""
    return market << MARKET_SHIFT | side


MARKETS_AND_SIDES = tuple(market_and_side(market, side) for market in Market if market for side in Side)
"""Every value of that byte: no such order is of no market."""
