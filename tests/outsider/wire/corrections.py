"""Corrections of contracts: section 17.8 of the page, their 64 bytes.

Belongs here: bytes to fields and back. Never here: what the bank decides.
"""

import struct
from typing import NamedTuple

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
