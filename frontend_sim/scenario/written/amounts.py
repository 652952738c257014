"""Amounts as a story writes and prints them: yuan with two decimals; inside, whole fen.

Belongs here: from text to fen and back. Never here: adding amounts up (the bank does that), their limits (protocol).
"""

import re

from frontend_sim.auditor.control_table import yuan
from protocol.limits import COLUMN_FEN_MAX

_AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})*|[0-9]+)\.([0-9]{2})", re.ASCII)
AMOUNT_CHARS_MAX = 30
FEN_MAX = COLUMN_FEN_MAX
"""More than any order may have: what the bank makes of too much is its own affair."""


class Fen(int):
    """An amount in fen, 0 to FEN_MAX, of which a story is decoded: written in yuan."""

    def __str__(self) -> str:
        """In yuan, as it is written."""
        return yuan(int(self))


def fen_of(written: object) -> Fen:
    """The fen of an amount in yuan. Raises ValueError for anything else: a number without quotes is none, for it may
    have been rounded before anybody sees it."""
    if not isinstance(written, str):
        raise ValueError('an amount is yuan in quotes with two decimals, such as "10,018.20"')
    found = _AMOUNT.fullmatch(written) if len(written) <= AMOUNT_CHARS_MAX else None
    if found is None:
        raise ValueError('an amount is yuan with two decimals, such as "10,018.20" or "10018.20"')
    fen = int(found[1].replace(",", "")) * 100 + int(found[2])
    if fen > FEN_MAX:
        raise ValueError(f"an amount is at most {yuan(FEN_MAX)}")
    return Fen(fen)
