"""What a simulated broker computes before it asks for money: turnover, fees, charges, releases, proceeds.

Belongs here: the arithmetic of one order, in whole fen and 1/10,000 yuan. Never here: who is told the amounts
(broker, replay), or any rule of the bank's about them (the auditor has its own).

Every value is taken on the order's cumulative quantity; a fill costs the value after it less the value before it, so
that a minimum and a rounding are exact per order and not per fill.
"""

from dataclasses import dataclass

PRICE_UNITS_PER_FEN = 100  # a price is in 1/10,000 yuan, a fen is 1/100 yuan
RATE_UNITS = 1_000_000_000  # a rate is a whole number of billionths
COMPONENT_FEN_MAX = 2**40


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole number, halves upwards; numerator ≥ 0, denominator ≥ 1."""
    return (2 * numerator + denominator) // (2 * denominator)


def turnover_fen(price_units: int) -> int:
    """Σ price × quantity, in 1/10,000 yuan, as fen, half-up."""
    return half_up(price_units, PRICE_UNITS_PER_FEN)


@dataclass(frozen=True, slots=True)
class FeeComponent:
    """One fee: the turnover times a rate (in billionths), half-up to the fen, within its bounds."""

    name: str
    rate: int
    min_fen: int = 0
    max_fen: int = COMPONENT_FEN_MAX

    def fee_fen(self, turnover: int) -> int:
        """The fee on a cumulative turnover in fen; 0 on 0."""
        if turnover == 0:
            return 0
        return min(max(half_up(turnover * self.rate, RATE_UNITS), self.min_fen), self.max_fen)


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The components that one side of a trade pays."""

    components: tuple[FeeComponent, ...]

    def fee_fen(self, turnover: int) -> int:
        """All components on a cumulative turnover in fen."""
        return sum(component.fee_fen(turnover) for component in self.components)


COMMISSION = FeeComponent("commission 佣金", 1_800_000, min_fen=500)
TRANSFER = FeeComponent("transfer fee 过户费", 20_000)
STAMP_DUTY = FeeComponent("stamp duty 印花税", 500_000)
BUY_FEES = FeeSchedule((COMMISSION, TRANSFER))
SELL_FEES = FeeSchedule((COMMISSION, TRANSFER, STAMP_DUTY))


@dataclass(frozen=True, slots=True)
class FillMoney:
    """What a fill of a buy does: charged, given back at once, and the turnover of this fill alone."""

    charge_fen: int
    release_fen: int
    turnover_fen: int


class BuyOrder:
    """The money of one buy order from its freeze to its end. Prices in 1/10,000 yuan, quantities in shares."""

    __slots__ = ("_fees", "_filled_units", "limit_price", "open_quantity")

    def __init__(self, limit_price: int, quantity: int, fees: FeeSchedule = BUY_FEES) -> None:
        self._fees = fees
        self._filled_units = 0
        self.limit_price = limit_price
        self.open_quantity = quantity

    def _value_fen(self, price_units: int) -> int:
        turnover = turnover_fen(price_units)
        return turnover + self._fees.fee_fen(turnover)

    @property
    def remaining_fen(self) -> int:
        """What must stay frozen: the value of filled and open (at the limit), less that of filled alone."""
        whole = self._filled_units + self.limit_price * self.open_quantity
        return self._value_fen(whole) - self._value_fen(self._filled_units)

    def fill(self, quantity: int, price: int) -> FillMoney:
        """Fill `quantity` ≤ open at `price` ≤ limit; charge and release together never exceed what remained."""
        before_fen = self.remaining_fen
        filled_before = self._filled_units
        self._filled_units += price * quantity
        self.open_quantity -= quantity
        charge = self._value_fen(self._filled_units) - self._value_fen(filled_before)
        turnover = turnover_fen(self._filled_units) - turnover_fen(filled_before)
        return FillMoney(charge, before_fen - charge - self.remaining_fen, turnover)

    def cancel(self, quantity: int) -> int:
        """Take `quantity` ≤ open off the order. Returns the fen to release; it may be 0 under a minimum fee."""
        before_fen = self.remaining_fen
        self.open_quantity -= quantity
        return before_fen - self.remaining_fen


class SellOrder:
    """The proceeds of one sell order, fill by fill: max(0, cumulative turnover less fees), less what was before."""

    __slots__ = ("_fees", "_filled_units")

    def __init__(self, fees: FeeSchedule = SELL_FEES) -> None:
        self._fees = fees
        self._filled_units = 0

    def _proceeds_fen(self) -> int:
        turnover = turnover_fen(self._filled_units)
        return max(0, turnover - self._fees.fee_fen(turnover))

    def fill(self, quantity: int, price: int) -> tuple[int, int]:
        """Sell `quantity` at `price`. Returns the net proceeds ≥ 0 and the turnover of this fill, in fen."""
        before_fen, turnover_before = self._proceeds_fen(), turnover_fen(self._filled_units)
        self._filled_units += price * quantity
        return self._proceeds_fen() - before_fen, turnover_fen(self._filled_units) - turnover_before
