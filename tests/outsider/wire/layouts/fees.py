"""The tables of messages about fees of orders through the bank and phases of markets: sections 22 and 24 of the page.

Belongs here: tags and fields. Never here: reading and writing one (messages).
"""

from tests.outsider.wire.bounds import COUNT, DATE, PARTY
from tests.outsider.wire.field_types import Flag, Int, Layout, Many, Nested, Type

RATE, BOUND = Int(0, 100_000_000), Int(0, 2**30)
FEE_NUMBERS: tuple[tuple[str, Type], ...] = (
    *(("on_turnover", RATE), ("on_par", RATE), ("a_unit", Int(0, 1_000_000_000))),
    *(("flat_fen", BOUND), ("least_fen", BOUND), ("most_fen", BOUND)),
)
FEES: tuple[tuple[str, Type], ...] = tuple(
    (name, Nested("FeeComponent")) for name in ("commission", "stamp", "transfer", "handling", "regulatory")
)
CHARGED: tuple[tuple[str, Type], ...] = (
    *(("market", Int(1, 2)), ("product", Int(1, 4)), ("side", Int(1, 2)), ("first_date", DATE)),
)
NOTICE: tuple[str, Type] = ("notice", COUNT)
SECOND = Int(0, 2**32)
PHASE: tuple[tuple[str, Type], ...] = (
    *(("from_s", SECOND), ("until_s", SECOND), ("orders", Flag()), ("cancels", Flag())),
)
FEE_LAYOUTS: dict[str, Layout] = {
    "MarketPhase": (147, PHASE),
    "SetPhases": (148, (("trade_date", DATE), ("market", Int(1, 2)), ("phases", Many(0, 16, Nested("MarketPhase"))))),
    "PhasesChanged": (149, (("market", Int(1, 2)), ("last_s", SECOND))),
    "FeeComponent": (108, FEE_NUMBERS),
    "NotifyFees": (109, (*CHARGED, *FEES)),
    "SetFees": (127, (("party", PARTY), *CHARGED, *FEES, NOTICE)),
    "FeesSet": (135, (("number", COUNT), *CHARGED, *FEES, NOTICE)),
}
