"""What lines bring, a column at a time: the page `rules.day.clearing.brought_by` for many of them.

Belongs here: that arithmetic. Never here: which lines are accepted (decide), where it is kept (apply).
"""

from typing import NamedTuple

import numpy as np

from ledger.core.kind_tables import SIDE
from ledger.core.lines.read import Lines
from ledger.core.state.columns import FenColumn, Positions
from protocol.vocabulary import LineSide


class BroughtColumns(NamedTuple):
    """(k,) each, as in `rules.day.clearing.Brought`."""

    buys_fen: FenColumn
    proceeds_fen: FenColumn
    credits_fen: FenColumn
    excess_fen: FenColumn

    @property
    def net_fen(self) -> FenColumn:
        """What the broker owes for each."""
        return self.proceeds_fen + self.credits_fen - self.buys_fen


def brought(lines: Lines, places: Positions) -> BroughtColumns:
    """What the lines at (k,) `places` bring."""
    side, amount_fen = SIDE[lines.kind[places]], lines.amount_fen[places]
    if not side.any():
        nothing = np.zeros(len(places), np.int64)
        return BroughtColumns(nothing, nothing, nothing, nothing)
    second_fen = lines.second_fen[places]
    fees_fen = second_fen + lines.beside_fen[places]
    sold_fen = np.where(side == LineSide.SALE, amount_fen - fees_fen, 0)
    excess_fen = np.maximum(-sold_fen, 0)
    credits_fen = np.where(side == LineSide.CREDIT, amount_fen - second_fen, 0)
    buys_fen = np.where(side == LineSide.BUY, amount_fen + fees_fen, 0) + excess_fen
    return BroughtColumns(buys_fen, np.maximum(sold_fen, 0), credits_fen, excess_fen)
