"""What orders through the bank cost, as the gateway's own book reckons it: many orders at once, in whole numbers.

Belongs here: the fees of a table on what was traded, what a buy is worth, what it still needs. Never here: which table
an order has (papers), what became of it (orders), a line of the bank's own page of fees.

Products may need 77 bits. As long as the greatest of a block stays within 62 they are int64; else the same lines run
over Python's own numbers.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

FEES, NUMBERS = 5, 6  # of a table: its fees, and the numbers of each
_ON_TURNOVER, _ON_PAR, _A_UNIT, _FLAT, _LEAST, _MOST = range(NUMBERS)
_BILLION = 1_000_000_000
_PARTS_OF_FEN = 100  # prices and pars are in 1/10,000 yuan
_FEN_OF_YUAN = 100
_INT64_BITS = 62


class Reckoned(NamedTuple):
    """(m,) each, by which orders are reckoned; prices and pars in 1/10,000 yuan."""

    table: Numbers  # (m, FEES, NUMBERS)
    units: Numbers  # in one of quantity
    par: Numbers  # of a unit
    payable: Numbers  # for a unit at the most: limit and accrued interest


class Stands(NamedTuple):
    """(m,) each, how far orders have come."""

    traded: Numbers
    turnover: Numbers  # 1/10,000 yuan
    left: Numbers  # open


def worth_fen(by: Reckoned, traded: Numbers, turnover: Numbers) -> Numbers:
    """(m,) what a buy of so much costs, its fees in it; nothing where nothing is traded."""
    pieces = traded * by.units
    value_fen = _half_up(turnover, _PARTS_OF_FEN)
    par_fen = _half_up(pieces * by.par, _PARTS_OF_FEN)
    columns = [value_fen, par_fen, pieces * _FEN_OF_YUAN]
    rates = [by.table[:, :, name] for name in (_ON_TURNOVER, _ON_PAR, _A_UNIT)]
    if _bits(columns, rates) > _INT64_BITS:
        columns, rates = [each.astype(object) for each in columns], [each.astype(object) for each in rates]
    products = [column[:, None] * rate for column, rate in zip(columns, rates, strict=True)]
    exact = products[0] + products[1] + products[2]
    fees_fen = _half_up(exact, _BILLION).astype(np.int64) + by.table[:, :, _FLAT]
    fees_fen = np.maximum(fees_fen, by.table[:, :, _LEAST])
    most_fen = by.table[:, :, _MOST]
    fees_fen = np.where(most_fen > 0, np.minimum(fees_fen, most_fen), fees_fen)
    found: Numbers = np.where(traded > 0, value_fen + fees_fen.sum(axis=1), 0)
    return found


def drawn_and_needed(by: Reckoned, stands: Stands) -> tuple[Numbers, Numbers]:
    """(m,) what buys have cost so far, and what they must have frozen besides: all of it at the most, less that."""
    drawn_fen = worth_fen(by, stands.traded, stands.turnover)
    at_most = stands.turnover + by.payable * by.units * stands.left
    all_fen = worth_fen(by, stands.traded + stands.left, at_most)
    return drawn_fen, np.where(stands.left > 0, all_fen - drawn_fen, 0)


def _half_up(numbers: Numbers, parts: int) -> Numbers:
    rounded: Numbers = (numbers + parts // 2) // parts
    return rounded


def _bits(columns: list[Numbers], rates: list[Numbers]) -> int:
    """That the greatest sum of products may have."""
    greatest = sum(
        int(column.max(initial=0)) * int(rate.max(initial=0)) for column, rate in zip(columns, rates, strict=True)
    )
    return (greatest + _BILLION).bit_length()
