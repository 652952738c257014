"""Words of orders and of what they trade.

Belongs here: enumerations of markets, products and orders. Never here: words of another room.
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
