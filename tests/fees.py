"""Fees in tests: the usual ones of a broker, as it announces them and as the bank sets them.

Belongs here: made-up fees. Never here: sending, an opinion on what is charged.
"""

from protocol.messages.orders.fees import FeeComponent, NotifyFees, SetFees
from protocol.vocabulary import LineSide, Market, Product

NONE = FeeComponent(0, 0, 0, 0, 0, 0)
COMMISSION = FeeComponent(1_800_000, 0, 0, 0, 500, 0)  # 0.18 %, at least 5.00
TRANSFER = FeeComponent(20_000, 0, 0, 0, 0, 0)  # 0.02 ‰
SHARES_BOUGHT = (int(Market.XSHG), int(Product.SHARE), int(LineSide.BUY))


def notified(first_date: int, commission: FeeComponent = COMMISSION, product: Product = Product.SHARE) -> NotifyFees:
    """What a broker charges of buys in Shanghai."""
    market, _, side = SHARES_BOUGHT
    return NotifyFees(market, product, side, first_date, commission, NONE, TRANSFER, NONE, NONE)


def fees_set(
    party: int,
    first_date: int,
    commission: FeeComponent = COMMISSION,
    notice: int = 0,
    product: Product = Product.SHARE,
) -> SetFees:
    """The same as the bank sets it."""
    market, _, side = SHARES_BOUGHT
    return SetFees(party, market, product, side, first_date, commission, NONE, TRANSFER, NONE, NONE, notice)
