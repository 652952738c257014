"""`The business day`: interest on what the bank has lent a broker 垫付, at each day's market lending rate.

Calendar days of the bank, the first counted and the last not, at least one; a year has 360 (004 附件一 第21条). What is
lent at the end of a day bears that day's rate, and so does what was lent and paid back on it. What is posted comes to
half-up(all of it since the loan began): it is rounded once, not day by day.

3,000,000.00 at 2.40 % are 300,000,000 fen at 24,000 millionths: 300,000,000 × 24,000 / 360 / 1,000,000 = 20,000 fen,
200.00 a day; from Friday to Monday three days, 600.00.

Belongs here: days, the exact total, rounding. Never here: which rate a day has (who asks gives it), when interest is
posted or collected (collection), entries.
"""

from collections.abc import Callable
from typing import NamedTuple

from protocol.trade_dates import date_of_day

DAYS_PER_YEAR = 360
RATE_PARTS = 1_000_000
"""A rate is so many millionths of a year's interest."""
_DIVISOR = DAYS_PER_YEAR * RATE_PARTS
_DAY_S, _ZONE_S_MAX = 86_400, 14 * 3_600

RateOf = Callable[[int], int]
"""The rate of a day, in millionths."""


class Loan(NamedTuple):
    """What a broker is lent; `exact`: fen × millionths of the days before `day`."""

    day: int = 0  # since 1970, up to which it is reckoned
    exact: int = 0
    posted_fen: int = 0  # of it, rounded
    before_fen: int = 0  # lent before the day, and not paid back
    on_day_fen: int = 0  # lent on the day, paid back or not
    back_fen: int = 0  # of that, paid back

    @property
    def principal_fen(self) -> int:
        """What is lent now."""
        return self.before_fen + self.on_day_fen - self.back_fen


NO_LOAN = Loan()


def day_of(second: int, midnight_s: int) -> int:
    """The bank's calendar day of a second, in days since 1970: it begins `midnight_s` behind midnight UTC."""
    ahead_s = -midnight_s % _DAY_S
    return (second + (ahead_s - _DAY_S if ahead_s > _ZONE_S_MAX else ahead_s)) // _DAY_S


def is_last_of_month(day: int) -> bool:
    """Whether the next day is another month's first."""
    return date_of_day(day + 1) % 100 == 1


def reckoned(loan: Loan, day: int, rate_of: RateOf) -> tuple[Loan, list[int]]:
    """The loan as a day begins, and what is posted on the way: once for each month that has ended."""
    posted: list[int] = []
    while loan != NO_LOAN and loan.day < day:
        principal_fen = loan.before_fen + loan.on_day_fen
        exact = loan.exact + principal_fen * rate_of(loan.day)
        is_over = is_last_of_month(loan.day)
        loan = Loan(loan.day + 1, exact, loan.posted_fen, loan.principal_fen)
        if is_over:
            loan, more_fen = posted_up(loan, rate_of)
            posted += [more_fen] if more_fen else []
    return loan, posted


def posted_up(loan: Loan, rate_of: RateOf) -> tuple[Loan, int]:
    """The loan once all interest up to its day is posted, and how much that is: what was lent on the day itself bears
    one day, whether it is paid back on it or not.
    """
    exact = loan.exact + loan.on_day_fen * (rate_of(loan.day) if loan.on_day_fen else 0)
    more_fen = max(0, half_up(exact) - loan.posted_fen)
    return loan._replace(posted_fen=loan.posted_fen + more_fen), more_fen


def half_up(exact: int) -> int:
    """Whole fen of fen × millionths of days ≥ 0."""
    return (2 * exact + _DIVISOR) // (2 * _DIVISOR)


def lent(loan: Loan, day: int, amount_fen: int) -> Loan:
    """So much more is lent, on the day to which it is reckoned; a loan begins with it."""
    begun = loan if loan != NO_LOAN else Loan(day)
    return begun._replace(on_day_fen=begun.on_day_fen + amount_fen)


def paid_back(loan: Loan, amount_fen: int) -> Loan:
    """So much of the principal is paid back, the oldest of it first."""
    old_fen = min(amount_fen, loan.before_fen)
    return loan._replace(before_fen=loan.before_fen - old_fen, back_fen=loan.back_fen + amount_fen - old_fen)
