"""Prices, turnovers and rates as a story writes them; inside, whole numbers of the smallest part that the bank reckons.

Belongs here: from text to these and back, as far as a message has room for them. Never here: amounts of money
(amounts), what the bank takes of them (the bank).
"""

import re

from frontend_sim.scenario.written.amounts import AMOUNT_CHARS_MAX
from protocol.limits import FEE_RATE_MAX, FEE_UNIT_MAX, ORDER_TURNOVER_MAX, SECURITY_NUMBER_MAX

PARTS_OF_YUAN = 10_000
DECIMALS_MAX = 4
_PRICE = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})*|[0-9]+)\.([0-9]{2,4})", re.ASCII)
_RATE = re.compile(r"([0-9]+)(?:\.([0-9]+))? ([%‰])", re.ASCII)
_BILLIONTHS = {"%": 7, "‰": 6}
"""Of each sign, zeros of the billionths that it is."""
_UNIT = re.compile(r"([0-9]+)\.([0-9]{2,9})", re.ASCII)
UNIT_DECIMALS = 9


class Price(int):
    """1/10,000 yuan, of a unit: written in yuan."""

    def __str__(self) -> str:
        """In yuan, with the decimals that it needs, at least two."""
        whole, parts = divmod(int(self), PARTS_OF_YUAN)
        decimals = f"{parts:04}"
        return f"{whole:,}.{decimals[:2]}{decimals[2:].rstrip('0')}"


class Turnover(Price):
    """1/10,000 yuan, of all that was traded: likewise."""


class Rate(int):
    """Billionths of an amount: written as percent or per mille."""


class UnitFee(int):
    """Billionths of a yuan for a unit: written in yuan."""


def price_of(written: object) -> Price:
    """A price in yuan. Raises ValueError for anything else, as `fen_of`."""
    return Price(_parts(written, SECURITY_NUMBER_MAX))


def turnover_of(written: object) -> Turnover:
    """A turnover in yuan. Raises ValueError for anything else."""
    return Turnover(_parts(written, ORDER_TURNOVER_MAX))


def _parts(written: object, most: int) -> int:
    found = _PRICE.fullmatch(written) if isinstance(written, str) and len(written) <= AMOUNT_CHARS_MAX else None
    if found is None:
        raise ValueError('a price or turnover is yuan in quotes with two to four decimals, such as "9.95" or "2.1990"')
    parts = int(found[1].replace(",", "")) * PARTS_OF_YUAN + int(found[2].ljust(DECIMALS_MAX, "0"))
    if parts > most:
        raise ValueError(f"it is in quotes, and at most {Price(most)}")
    return parts


def rate_of(written: object) -> Rate:
    """A rate. Raises ValueError for what is none, or is finer than a billionth."""
    found = _RATE.fullmatch(written) if isinstance(written, str) and len(written) <= AMOUNT_CHARS_MAX else None
    decimals = (found[2] or "") if found is not None else ""
    if found is None or len(decimals) > _BILLIONTHS[found[3]]:
        raise ValueError('a rate is in quotes, such as "0.18 %" or "0.02 ‰", no finer than a billionth')
    billionths = int(found[1] + decimals.ljust(_BILLIONTHS[found[3]], "0"))
    if billionths > FEE_RATE_MAX:
        raise ValueError("a rate is in quotes, and at most 10 %")
    return Rate(billionths)


def unit_fee_of(written: object) -> UnitFee:
    """What a unit costs. Raises ValueError for what is none, or is finer than a billionth of a yuan."""
    found = _UNIT.fullmatch(written) if isinstance(written, str) and len(written) <= AMOUNT_CHARS_MAX else None
    if found is None:
        raise ValueError('what a unit costs is yuan in quotes with two to nine decimals, such as "0.001"')
    billionths = int(found[1] + found[2].ljust(UNIT_DECIMALS, "0"))
    if billionths > FEE_UNIT_MAX:
        raise ValueError("what a unit costs is in quotes, and at most 1.00")
    return UnitFee(billionths)
