"""What an outsider expects a broker's business to have posted in the bank's general ledger.

Belongs here: accounts by code, and the sum of what was posted to each. Never here: when something is posted (settling,
owing), anything of ledger or rules.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple


class Code(IntEnum):
    """Accounts 科目 of the general ledger that a broker's business touches, as the published chart has them."""

    CASH = 1010
    OTHER_BANKS = 1110
    LENT = 1310  # 垫付: what the bank has advanced
    INTEREST_DUE = 1320
    ERRORS = 1910  # a broker's cases
    SAVINGS = 2110
    CLEARING = 2310  # 备付金
    SUSPENSE = 2410
    MOVED = 2420  # 委托划转资金
    FORMER_CUSTOMERS = 2910  # whose account is closed
    BETWEEN_OUTLETS = 3110  # 辖内往来
    INTEREST_EARNED = 5110
    INTEREST_PAID = 5210


class Part(NamedTuple):
    """The part of an account that a trade day or a case has of it; a contract, of what is owed to former customers."""

    code: int
    day: int = 0
    case: int = 0


CLEARING = Part(Code.CLEARING)
LENT = Part(Code.LENT)
INTEREST_DUE = Part(Code.INTEREST_DUE)
INTEREST_EARNED = Part(Code.INTEREST_EARNED)
INTEREST_PAID = Part(Code.INTEREST_PAID)
SAVINGS = Part(Code.SAVINGS)
MOVED = Part(Code.MOVED)
OTHER_BANKS = Part(Code.OTHER_BANKS)
CASH = Part(Code.CASH)


def suspense(day: int) -> Part:
    """What a trade day's customers and their broker still have to give each other."""
    return Part(Code.SUSPENSE, day)


def former_customer(contract_no: int) -> Part:
    """What is owed for a contract whose account is closed."""
    return Part(Code.FORMER_CUSTOMERS, 0, contract_no)


def error_case(case: int) -> Part:
    """What a broker makes good."""
    return Part(Code.ERRORS, 0, case)


@dataclass(slots=True)
class Postings:
    """Of one broker. Sums in fen of debits less credits, nothing where it comes to 0."""

    sums: dict[Part, int] = field(default_factory=dict)

    def post(self, debit: Part, credit: Part, amount_fen: int) -> None:
        """One amount, an account debited and one credited. Raises ValueError when it is below 0."""
        if amount_fen < 0:
            raise ValueError(f"{amount_fen} fen posted from {credit} to {debit}")
        for part, fen in ((debit, amount_fen), (credit, -amount_fen)):
            self.sums[part] = self.sums.get(part, 0) + fen
            if not self.sums[part]:
                del self.sums[part]

    def credit_fen(self, part: Part) -> int:
        """What it has, where it is money that the bank owes; below 0 where it is owed to the bank."""
        return -self.sums.get(part, 0)

    def debit_fen(self, part: Part) -> int:
        """The same from the other side."""
        return self.sums.get(part, 0)

    def of_code(self, code: int) -> int:
        """Debits less credits of all parts of an account."""
        return sum(fen for part, fen in self.sums.items() if part.code == code)
