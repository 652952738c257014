"""Settlements and credits: section 17.9 of the page, their 64 bytes, and the messages about them.

Belongs here: bytes to fields and back, tags and fields. Never here: what the bank decides.
"""

import struct
from typing import NamedTuple

from tests.outsider.wire.bounds import COUNT, DATE, NUMBER, PARTY, PARTY_MAX, PLACE, SUM
from tests.outsider.wire.field_types import Int, Layout, Many, Nested

ASKED = (("trade_date", DATE), ("party", Int(0, PARTY_MAX)), ("first", PLACE))
SETTLEMENT = (
    *(("contract_no", NUMBER), ("from_savings_fen", SUM), ("from_moved_fen", SUM)),
    *(("proceeds_fen", SUM), ("other_fen", SUM)),
)
SETTLEMENTS = (
    *(("as_of_sequence", COUNT), ("trade_date", DATE), ("next_place", PLACE), ("left", COUNT)),
    ("contracts", Many(0, 1_024, Nested("Settlement"))),
)
CREDITS = (
    *(("as_of_sequence", COUNT), ("trade_date", Int(0, DATE.high)), ("next_place", PLACE)),
    ("contracts", Many(0, 1_024, Nested("Credit"))),
)
SETTLING_LAYOUTS: dict[str, Layout] = {
    "BeginSettle": (140, (("trade_date", DATE), ("party", PARTY))),
    "SettlementsQuery": (141, ASKED),
    "Settlement": (142, SETTLEMENT),
    "SettlementsAnswer": (143, SETTLEMENTS),
    "CreditsQuery": (144, (("party", Int(0, PARTY_MAX)), ("first", PLACE))),
    "Credit": (145, (("contract_no", NUMBER), ("proceeds_fen", SUM), ("other_fen", SUM))),
    "CreditsAnswer": (146, CREDITS),
}
OF_SETTLEMENT = struct.Struct("<bbhiqqqqq8x8s")
OF_CREDIT = struct.Struct("<bbhiqqq24x8s")


class Settled(NamedTuple):
    """What is debited of a contract's date, and what its set has of proceeds, dividends and refunds."""

    kind: int
    market: int
    trade_day: int
    quantity: int
    contract_no: int
    amount_fen: int
    from_moved_fen: int
    settled_proceeds_fen: int
    settled_other_fen: int
    partner_ref: bytes

    def packed(self) -> bytes:
        """The 64 bytes."""
        return OF_SETTLEMENT.pack(*self)


class Credited(NamedTuple):
    """What was gated of a contract's date: proceeds, and dividends and refunds."""

    kind: int
    market: int
    trade_day: int
    quantity: int
    contract_no: int
    amount_fen: int
    other_fen: int
    partner_ref: bytes

    def packed(self) -> bytes:
        """The 64 bytes."""
        return OF_CREDIT.pack(*self)
