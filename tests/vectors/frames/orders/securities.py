"""The golden messages about securities: a piece of a signed list, limits with accrued interest, a suspension.

Belongs here: these messages. Never here: who speaks (voices), what they earn.
"""

from protocol.messages.control import ControlMessage
from protocol.messages.orders.securities import (
    RegisterSecurities,
    ResumeSecurity,
    SetPrices,
    SuspendSecurity,
    rests_of,
)
from protocol.vocabulary import Market
from tests.securities import NO_REST, bond, limits, share

ACT_NUMBER = 4_243


def of_master_data(trade_date: int) -> list[tuple[str, ControlMessage]]:
    """Two of three versions, limits of no list and of one, and a day without trade."""
    versions = [share(trade_date), bond(trade_date), share(trade_date, "688981")]
    priced = [limits("019547", 1_000_000, 1_100_000, accrued=12_345)]
    named = (Market.XSHG, "600000")
    return [
        ("register_securities", RegisterSecurities(ACT_NUMBER, 0, versions[:2], rests_of(versions)[2])),
        ("set_limits", SetPrices(0, 0, trade_date, [limits()], NO_REST)),
        ("set_prices", SetPrices(ACT_NUMBER + 1, 0, trade_date, priced, NO_REST)),
        ("suspend_security", SuspendSecurity(*named, "重大事项停牌")),
        ("resume_security", ResumeSecurity(*named, "公告后复牌")),
    ]
