"""`Money`: what an order through the bank costs: turnover and fees of its cumulative quantity.

The bank computes what an order of scheme A freezes (004 A·三(二)), with the fees that its broker has announced
(附件一 第20条). Fees are the broker's and pass inside its obligation; the bank charges none. Each is reckoned on
the whole order so far and never on one execution, so that parts add up to the fen and a minimum is charged once.

1,000 × 10.00 with a commission of 0.18 %, at least 5.00, and a transfer fee of 0.02 ‰: 10,000.00 + 18.00 + 0.20.

Belongs here: components, tables, rounding, what a buy is worth and a sale brings, what an open order still needs. Never
here: which table an order has, what is frozen, drawn or booked (the pages of orders), columns (ledger.core.orders).
"""

from typing import NamedTuple

from protocol.limits import FEE_BOUND_FEN_MAX, FEE_RATE_MAX, FEE_UNIT_MAX

TURNOVER_PARTS = 100
"""A turnover is in 1/10,000 yuan: so many are a fen."""
RATE_PARTS = 1_000_000_000
"""A rate is so many billionths of an amount; a unit's fee, of a yuan."""
UNIT_FEN = 100
"""Fen of a yuan."""
assert FEE_RATE_MAX < RATE_PARTS == FEE_UNIT_MAX  # a unit's fee is at most a yuan
assert FEE_BOUND_FEN_MAX < 2**31


class Component(NamedTuple):
    """One fee of a table; all 0: there is none."""

    on_turnover: int = 0  # billionths
    on_par: int = 0  # billionths
    a_unit: int = 0  # billionths of a yuan
    flat_fen: int = 0
    least_fen: int = 0
    most_fen: int = 0  # 0: no bound


class FeeTable(NamedTuple):
    """What is charged of an order, by the name of each fee, in the order in which lines of a clearing set have them."""

    commission: Component = Component()  # 佣金
    stamp: Component = Component()  # 印花税
    transfer: Component = Component()  # 过户费
    handling: Component = Component()  # 经手费
    regulatory: Component = Component()  # 证管费


class Paper(NamedTuple):
    """What a version of a security says of one in quantity."""

    units: int = 1  # in one of quantity: bonds in 手 have 10
    par: int = 0  # of a unit, 1/10,000 yuan


class Traded(NamedTuple):
    """How much of an order is traded, or may be: quantity, and turnover in 1/10,000 yuan."""

    quantity: int = 0
    turnover: int = 0

    @property
    def turnover_fen(self) -> int:
        """What every rate works on, and everybody who reckons has."""
        return rounded(self.turnover, TURNOVER_PARTS)


class Open(NamedTuple):
    """What of an order may still be traded, at most at this price."""

    quantity: int
    payable: int  # for a unit, accrued interest among it, 1/10,000 yuan


def rounded(number: int, parts: int) -> int:
    """Half-up, of a number of at least 0."""
    return (2 * number + parts) // (2 * parts)


def fee_fen(fee: Component, paper: Paper, traded: Traded) -> int:
    """One fee of a quantity above 0."""
    units = traded.quantity * paper.units
    exact = traded.turnover_fen * fee.on_turnover + rounded(units * paper.par, TURNOVER_PARTS) * fee.on_par
    exact += units * fee.a_unit * UNIT_FEN
    charged_fen = max(fee.least_fen, rounded(exact, RATE_PARTS) + fee.flat_fen)
    return min(charged_fen, fee.most_fen) if fee.most_fen else charged_fen


def fees_fen(table: FeeTable, paper: Paper, traded: Traded) -> tuple[int, ...]:
    """Each fee, in the order of the table; nothing is charged where nothing is traded."""
    return tuple(fee_fen(fee, paper, traded) if traded.quantity else 0 for fee in table)


def charge_fen(table: FeeTable, paper: Paper, traded: Traded) -> int:
    """What a buy costs."""
    return traded.turnover_fen + sum(fees_fen(table, paper, traded))


def net_fen(table: FeeTable, paper: Paper, traded: Traded) -> int:
    """What a sale brings; below 0 where its fees are more than its turnover."""
    return traded.turnover_fen - sum(fees_fen(table, paper, traded))


def needed_fen(table: FeeTable, paper: Paper, traded: Traded, left: Open) -> int:
    """What a buy must still have frozen: what all of it would cost at most, less what it has cost.

    It never rises while executions are at most at the price: turnover and fees rise with what is traded, and what was
    cheaper lowers all that comes behind it.
    """
    if not left.quantity:
        return 0
    at_most = Traded(traded.quantity + left.quantity, traded.turnover + left.payable * paper.units * left.quantity)
    return charge_fen(table, paper, at_most) - charge_fen(table, paper, traded)
