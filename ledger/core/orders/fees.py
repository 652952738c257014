"""What orders cost, of many at once: the arithmetic of rules.orders.fees over columns.

Belongs here: fees of (n,) orders in 64 bits. Never here: which table an order has, a rule of its own.

The argument. A turnover is at most 2^40 fen, as is a sum of pars, and units are fewer; a rate is at most 10^8, and a
unit's fee, in billionths of a fen, at most 10^11. A product may pass 64 bits, so an amount is cut into an upper part
and 20 lower bits: upper × rate = A 10^9 + B with B < 2^30, so that all of it is A 2^20 times 10^9 and B 2^20 + lower ×
rate, which is below 2^58. Quotient and remainder by 10^9 come out of that, three remainders and half of 10^9 fit again,
and no quotient passes 2^49.
"""

import numpy as np
import numpy.typing as npt

from ledger.core.state.columns import FenColumn, LongColumn
from rules.orders.fees import RATE_PARTS, TURNOVER_PARTS, UNIT_FEN, Component, FeeTable

NUMBERS_A_FEE = len(Component._fields)
TableColumns = npt.NDArray[np.int64]
"""(tables, fees, numbers): the components of each table, as rules.orders.fees has them."""
_LOWER_BITS = 20
_LOWER = 2**_LOWER_BITS - 1


def columns_of(tables: list[FeeTable]) -> TableColumns:
    """(tables, fees, numbers) of tables of the law."""
    return np.array(tables, np.int64).reshape(len(tables), len(FeeTable._fields), NUMBERS_A_FEE)


def turnover_fen(turnover: LongColumn) -> FenColumn:
    """(n,) turnovers of 1/10,000 yuan in fen, half-up."""
    return _rounded(turnover, TURNOVER_PARTS)


def fees_fen(fees: TableColumns, units: LongColumn, par: LongColumn, turnover: LongColumn) -> TableColumns:
    """(n, fees) what is charged of (n,) orders.

    `fees`: (n, fees, numbers) of each one's table; `units`: traded so far, 0 to 2^40 − 1; `par` of a unit, the product
    at most 100 × 2^40; `turnover` so far, 0 to 100 × 2^40. Nothing is charged where nothing is traded.
    """
    on_turnover, on_par, a_unit, flat_fen, least_fen, most_fen = np.moveaxis(fees, 2, 0)
    parts = (
        _by_rate(turnover_fen(turnover), on_turnover),
        _by_rate(_rounded(units * par, TURNOVER_PARTS), on_par),
        _by_rate(units, a_unit * UNIT_FEN),
    )
    whole_fen, rest = (sum(column[1:], start=column[0]) for column in zip(*parts, strict=True))
    charged_fen = np.maximum(least_fen, whole_fen + _rounded(rest, RATE_PARTS) + flat_fen)
    charged_fen = np.where(most_fen > 0, np.minimum(charged_fen, most_fen), charged_fen)
    return np.where((units > 0)[:, None], charged_fen, 0)


def _by_rate(amounts: LongColumn, rates: TableColumns) -> tuple[TableColumns, TableColumns]:
    """(n, fees) quotients and remainders of amounts × rates by RATE_PARTS."""
    upper, lower = amounts[:, None] >> _LOWER_BITS, amounts[:, None] & _LOWER
    high, rest = np.divmod(upper * rates, RATE_PARTS)
    low, rest = np.divmod((rest << _LOWER_BITS) + lower * rates, RATE_PARTS)
    return (high << _LOWER_BITS) + low, rest


def _rounded(numbers: LongColumn, parts: int) -> LongColumn:
    """Half-up."""
    found: LongColumn = (numbers + parts // 2) // parts
    return found
