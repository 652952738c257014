"""The table of messages about fees of orders through the bank: section 22 of the page.

Belongs here: tags and fields. Never here: reading and writing one (messages).
"""

from tests.outsider.wire.bounds import COUNT, DATE, PARTY
from tests.outsider.wire.field_types import Int, Layout, Nested, Type

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
FEE_LAYOUTS: dict[str, Layout] = {
    "FeeComponent": (108, FEE_NUMBERS),
    "NotifyFees": (109, (*CHARGED, *FEES)),
    "SetFees": (127, (("party", PARTY), *CHARGED, *FEES, NOTICE)),
    "FeesSet": (135, (("number", COUNT), *CHARGED, *FEES, NOTICE)),
}
