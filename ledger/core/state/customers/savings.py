"""What savings accounts earn: their columns, and what is known of the interest of all of them together.

Belongs here: points and interest due by account, how far days are counted, the rate that is listed, the interest day
that is ordered. Never here: the arithmetic (rules.savings), counting (ledger.core.savings).
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.state.columns import FenColumn, LongColumn, NamedArrays, long_zeros
from rules.savings import NO_DAY


@dataclass(slots=True)
class Savings:
    """Days are those of the bank's calendar, since 1970."""

    points: LongColumn  # by account: whole yuan × days, since the last interest day
    due_fen: FenColumn  # by account: earned by the points before, and not posted
    day: int = NO_DAY  # the one that runs: those before it are counted. NO_DAY: none is, for there is no calendar
    rate: int = 0  # listed 挂牌利率, millionths of a year
    interest_day: int = NO_DAY  # ordered 结息日, and not over

    @staticmethod
    def empty(accounts: int) -> "Savings":
        """Nothing is counted."""
        return Savings(long_zeros(accounts), long_zeros(accounts))

    def copy(self, used: int) -> "Savings":
        """Apart from it, with `used` accounts."""
        copied = Savings.empty(len(self.points))
        copied.take(self.to_arrays(slice(used)), slice(used))
        return copied

    def common(self) -> LongColumn:
        """(3,) what is of all accounts."""
        return np.array((self.day, self.rate, self.interest_day), np.int64)

    def to_arrays(self, used: slice) -> NamedArrays:
        """All of it, the columns as far as they are used."""
        return {"savings": self.common(), "interest_points": self.points[used], "interest_due_fen": self.due_fen[used]}

    def take(self, arrays: NamedArrays, used: slice) -> None:
        """What `to_arrays` made. Raises KeyError, ValueError."""
        self.points[used], self.due_fen[used] = arrays["interest_points"], arrays["interest_due_fen"]
        self.day, self.rate, self.interest_day = arrays["savings"].tolist()
