"""What the bank has lent a broker 垫付, and the interest on it, as an outsider reads the published rule.

Interest is owed for each calendar day at whose end something is lent, at that day's market lending rate, and for what
was lent and repaid on one day: the first day counts, the last does not, one at least. What is posted is the exact sum
since the loan began, rounded half up once, less what was posted before: at a collection, and where a month ends.

Belongs here: principal by day, interest. Never here: what is lent when (owing), accounts (postings).
"""

from dataclasses import dataclass, field
from datetime import date

DAYS_OF_YEAR = 360
RATE_UNIT = 1_000_000
"""Rates are millionths of a year."""


@dataclass(slots=True)
class Loan:
    """One for each broker, until nothing of it is left."""

    rates: dict[int, int] = field(default_factory=dict)  # by day, days since 1970; a day without one has the last
    lent_fen: dict[int, int] = field(default_factory=dict)
    repaid_fen: dict[int, int] = field(default_factory=dict)
    posted_fen: int = 0
    collected_fen: int = 0
    looked_at: int = 0
    """The day up to which ends of months are posted."""

    @property
    def principal_fen(self) -> int:
        """What is lent now."""
        return sum(self.lent_fen.values()) - sum(self.repaid_fen.values())

    @property
    def interest_fen(self) -> int:
        """What was posted of interest and not collected."""
        return self.posted_fen - self.collected_fen

    def lend(self, day: int, amount_fen: int) -> None:
        """So much more is lent."""
        self.lent_fen[day] = self.lent_fen.get(day, 0) + amount_fen

    def repay(self, day: int, amount_fen: int) -> None:
        """So much of it came back: of what was lent before the day first."""
        self.repaid_fen[day] = self.repaid_fen.get(day, 0) + amount_fen

    def month_ends_to_post(self, day: int) -> int:
        """What is to be posted for months that ended up to a day, since it was asked the last time."""
        since = max(self.looked_at, min(self.lent_fen, default=day))
        self.looked_at = day
        return max((self.to_post(each) for each in range(since + 1, day + 1) if _begins_month(each)), default=0)

    def to_post(self, day: int) -> int:
        """What is to be posted when it is reckoned on a day: of all days before it, and of what was lent on it."""
        days = range(min(self.lent_fen, default=day), day + 1)
        exact = sum(
            (self._bears_fen(each) if each < day else self.lent_fen.get(day, 0)) * self._rate_of(each) for each in days
        )
        unit = DAYS_OF_YEAR * RATE_UNIT
        return (2 * exact + unit) // (2 * unit) - self.posted_fen

    def ended(self) -> bool:
        """Whether nothing is lent, and no interest open."""
        return not self.principal_fen and not self.interest_fen

    def _bears_fen(self, day: int) -> int:
        """The principal that a day counts for: at its end, and what was lent and repaid on it."""
        before_fen = sum(fen for each, fen in self.lent_fen.items() if each < day)
        before_fen -= sum(fen for each, fen in self.repaid_fen.items() if each < day)
        lent_fen, repaid_fen = self.lent_fen.get(day, 0), self.repaid_fen.get(day, 0)
        return before_fen + lent_fen - repaid_fen + max(0, repaid_fen - before_fen)

    def _rate_of(self, day: int) -> int:
        known = [each for each in self.rates if each <= day]
        return self.rates[max(known)] if known else 0


def _begins_month(day: int) -> bool:
    return date.fromordinal(date(1970, 1, 1).toordinal() + day).day == 1
