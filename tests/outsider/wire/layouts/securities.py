"""The table of messages about securities: section 21 of the page.

Belongs here: tags and fields. Never here: reading and writing one (messages).
"""

from tests.outsider.wire.bounds import COUNT, DATE
from tests.outsider.wire.field_types import Blob, Capitals, Flag, Int, Layout, Many, Nested, Text, Type

NUMBER_MAX = 2**31 - 1
ONE, NONE = Int(1, NUMBER_MAX), Int(0, NUMBER_MAX)
NAMED: tuple[tuple[str, Type], ...] = (("market", Int(1, 2)), ("security", Capitals(1, 8)))
LOTS = ("least", "step", "most")
VERSION = (
    *(*NAMED, ("product", Int(1, 4)), ("multiplier", ONE)),
    *((f"{side}_{name}", ONE) for side in ("buy", "sell") for name in LOTS),
    *(("odd_lots", Flag()), ("tick", ONE), ("par", ONE), ("sold_at_once", Flag())),
    *(("first_date", DATE), ("last_date", Int(0, 20_590_918))),
)
IN_LIST: tuple[tuple[str, Type], ...] = (("act", COUNT), ("first", Int(0, 65_535)))
REST: tuple[str, Type] = ("rest", Blob(32, 32))
WITH_REASON = (*NAMED, ("reason", Text(1, 64)))
SECURITY_LAYOUTS: dict[str, Layout] = {
    "SecurityVersion": (12, VERSION),
    "RegisterSecurities": (17, (*IN_LIST, ("versions", Many(1, 64, Nested("SecurityVersion"))), REST)),
    "PriceLimits": (18, (*NAMED, ("low", ONE), ("high", ONE), ("accrued", NONE))),
    "SetPrices": (26, (*IN_LIST, ("trade_date", DATE), ("prices", Many(1, 256, Nested("PriceLimits"))), REST)),
    "SuspendSecurity": (81, WITH_REASON),
    "ResumeSecurity": (82, WITH_REASON),
}
