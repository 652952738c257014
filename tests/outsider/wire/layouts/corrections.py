"""Corrections of contracts: section 17.8 of the page, their 64 bytes, and the messages about them alone.

Belongs here: bytes to fields and back, tags and fields. Never here: what the bank decides.
"""

import struct
from typing import NamedTuple

from tests.outsider.wire.bounds import COUNT, DATE, NUMBER, PARTY_MAX, PLACE, SUM
from tests.outsider.wire.field_types import Blob, Flag, Int, Layout, Many, Nested

AMOUNTS = ("cleared_buys_fen", "cleared_proceeds_fen", "rejected_fen", "rise_max_fen", "made_good_max_fen")
ASKED = (("trade_date", DATE), ("party", Int(0, PARTY_MAX)), ("first", PLACE))
FOUND = (("as_of_sequence", COUNT), ("trade_date", DATE), ("next_place", PLACE))
CLOSING = (
    *(("order_date", DATE), ("order_seat", NUMBER), ("order_number", NUMBER)),
    *(("drawn_fen", SUM), ("released_fen", SUM)),
)
CORRECTION = (
    *(*FOUND, ("contract_no", COUNT), ("set_number", Int(0, 64))),
    *(("cleared_buys_fen", SUM), ("cleared_proceeds_fen", SUM), ("has_bought_fen", SUM), ("has_sold_fen", SUM)),
    *(("made_good_buys_fen", SUM), ("made_good_proceeds_fen", SUM), ("needs_act", Flag())),
    *(("closings", Many(0, 1_024, Nested("Closing"))), ("has_ended", Flag())),
)
REVERT = (
    *(("contract_no", NUMBER), ("bought_fen", SUM), ("sold_fen", SUM)),
    *(("has_bought_fen", SUM), ("has_sold_fen", SUM), ("stays_bought_fen", SUM), ("stays_sold_fen", SUM)),
)
REVERTS = (*FOUND, ("act_number", COUNT), ("left", COUNT), ("contracts", Many(0, 512, Nested("Revert"))))
ENDED = (("contract_no", NUMBER), *CLOSING)
ENDINGS = (*FOUND, ("closings", Many(0, 1_024, Nested("OrderClosing"))))
LINES = (
    *(("act", NUMBER), ("first", Int(0, 4_095))),
    *(("lines", Many(1, 128, Nested("ListedCorrection"))), ("rest", Blob(32, 32))),
)
CORRECTION_LAYOUTS: dict[str, Layout] = {
    "CorrectionQuery": (83, (*ASKED, ("contract_no", COUNT), ("rejected_fen", SUM))),
    "CorrectionAnswer": (84, CORRECTION),
    "Closing": (85, CLOSING),
    "RevertsQuery": (132, ASKED),
    "Revert": (133, REVERT),
    "RevertsAnswer": (134, REVERTS),
    "ClosingsQuery": (136, ASKED),
    "OrderClosing": (137, ENDED),
    "ClosingsAnswer": (138, ENDINGS),
    "ListedCorrection": (86, (("contract_no", NUMBER), *((name, Int(0, 2**40)) for name in AMOUNTS))),
    "TellCorrections": (87, LINES),
}

FORM = struct.Struct("<bbhiqqqqqqq")


class Correction(NamedTuple):
    """Both values of both sums, and what is made good of each."""

    kind: int
    unused: int
    trade_day: int
    act_number: int
    contract_no: int
    amount_fen: int
    cleared_proceeds_fen: int
    made_good_buys_fen: int
    made_good_proceeds_fen: int
    has_bought_fen: int
    has_sold_fen: int

    def packed(self) -> bytes:
        """The 64 bytes."""
        return FORM.pack(*self)


def unpack_correction(data: bytes) -> Correction:
    """The correction in 64 bytes whose kind is one of them."""
    return Correction._make(FORM.unpack(data))
