"""What an order through the bank costs, in exact fractions, as an outsider reads it in the published rules.

Belongs here: fees of a table, a buy's worth. Never here: which table an order has (papers), anything of ledger, rules
or gateway.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

HALF = Fraction(1, 2)
BILLIONTH = Fraction(1, 1_000_000_000)
FEN = Fraction(1, 100)  # of it prices and pars have parts: 1/10,000 yuan
FEN_OF_YUAN = 100


@dataclass(frozen=True, slots=True)
class Fee:
    """One of the five of a table."""

    on_turnover: int
    on_par: int
    a_unit: int
    flat_fen: int
    least_fen: int
    most_fen: int

    def of(self, value_fen: int, par_fen: int, pieces: int) -> int:
        """What is charged on so much."""
        rated = value_fen * self.on_turnover + par_fen * self.on_par + pieces * FEN_OF_YUAN * self.a_unit
        charged_fen = half_up(rated * BILLIONTH) + self.flat_fen
        if charged_fen < self.least_fen:
            charged_fen = self.least_fen
        if self.most_fen and charged_fen > self.most_fen:
            charged_fen = self.most_fen
        return charged_fen


@dataclass(frozen=True, slots=True)
class Tariff:
    """What an order keeps of what was set when it was taken."""

    fees: tuple[Fee, ...]
    multiplier: int
    par: int

    def fees_fen(self, quantity: int, turnover: int) -> list[int]:
        """Each of the five, of so much; none where nothing is traded."""
        if not quantity:
            return [0] * len(self.fees)
        pieces = quantity * self.multiplier
        value_fen, par_fen = half_up(turnover * FEN), half_up(pieces * self.par * FEN)
        return [fee.of(value_fen, par_fen, pieces) for fee in self.fees]

    def worth_fen(self, quantity: int, turnover: int) -> int:
        """What a buy of so much costs in all."""
        return half_up(turnover * FEN) + sum(self.fees_fen(quantity, turnover))


def half_up(exact: Fraction) -> int:
    """The nearest whole number, the upper one of two."""
    return floor(exact + HALF)
