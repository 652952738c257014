"""What savings accounts earn, as the auditor reckons it: account by account, whenever it looks at one.

Belongs here: the rule of docs/interest.md in plain ints, day by day. Never here: what is answered (account_rules),
anything of ledger, rules or gateway.

The ledger counts whole columns once a day. Here an account's days are added up when somebody looks at it: nothing had
moved on it since. Interest days that were over meanwhile are gone through one after the other.
"""

from dataclasses import dataclass, field

DAY_S = 86_400
YEAR_DAYS, MILLION = 360, 1_000_000
NEVER = -1
BEARS_YUAN_MAX = 2**47
POSTED_FEN_MAX = 2**40


@dataclass(slots=True)
class Calendar:
    """The bank's days, rates and interest days, as it tells them."""

    is_kept: bool = False  # where it is not, nothing is earned
    first: int = NEVER  # the day of the first row behind that
    today: int = NEVER
    hours_ahead: int = 8  # of UTC
    rate: int = 0  # listed, millionths
    ordered: int = NEVER
    over: list[tuple[int, int]] = field(default_factory=list)
    """Interest days that are over, each with the rate that was listed on it."""

    def begin(self, decided_at_ns: int) -> None:
        """Days are counted from the one of this row on."""
        self.is_kept = True
        self.see(decided_at_ns)

    def day_of(self, decided_at_ns: int) -> int:
        """The bank's day of a time."""
        return (decided_at_ns // 1_000_000_000 + self.hours_ahead * 3_600) // DAY_S

    def see(self, decided_at_ns: int) -> None:
        """It is so late: an interest day that was ordered may be over."""
        if not self.is_kept:
            return
        self.today = max(self.today, self.day_of(decided_at_ns))
        self.first = self.today if self.first == NEVER else self.first
        if NEVER < self.ordered < self.today:
            self.over.append((self.ordered, self.rate))
            self.ordered = NEVER

    def order(self, day: int, rate: int, decided_at_ns: int) -> None:
        """Two people have listed a rate, and ordered an interest day where it is not NEVER."""
        self.see(decided_at_ns)
        self.rate = rate
        if day != NEVER:
            self.ordered = day
            self.see(decided_at_ns)


def half_up(points: int, rate: int) -> int:
    """Fen: yuan × days × millionths, in a year of 360 days."""
    numerator, denominator = points * rate * 100, YEAR_DAYS * MILLION
    return numerator // denominator + (2 * (numerator % denominator) >= denominator)


@dataclass(slots=True)
class Earning:
    """Of one account."""

    calendar: Calendar = field(default_factory=Calendar)
    points: int = 0
    due_fen: int = 0
    counted: int = NEVER  # days before this one
    periods: int = 0  # interest days that were gone through

    def open(self) -> None:
        """The account is there from today on."""
        self.counted, self.periods = self.calendar.today, len(self.calendar.over)

    def reckon(self, stands_fen: int) -> None:
        """Add up what it has earned; so much stood there since somebody looked."""
        calendar = self.calendar
        if calendar.today == NEVER:
            return
        if self.counted == NEVER:
            self.counted = calendar.first
        yuan = min(stands_fen // 100, BEARS_YUAN_MAX)
        for day, rate in calendar.over[self.periods :]:
            self._count(day + 1, yuan)
            self._end_period(rate)
        self.periods = len(calendar.over)
        self._count(calendar.today, yuan)

    def settle(self) -> None:
        """What was earned is due now, at the rate that is listed."""
        self._end_period(self.calendar.rate)

    @property
    def worth_fen(self) -> int:
        """What points would bring now."""
        brings_fen = half_up(self.points, self.calendar.rate)
        return brings_fen if self.due_fen + brings_fen <= POSTED_FEN_MAX else 0

    @property
    def is_left(self) -> bool:
        """Whether the account is owed anything."""
        return self.due_fen > 0 or half_up(self.points, self.calendar.rate) > 0

    def _count(self, day: int, yuan: int) -> None:
        if day > self.counted:
            self.points += (day - self.counted) * yuan
            self.counted = day

    def _end_period(self, rate: int) -> None:
        due_fen = self.due_fen + half_up(self.points, rate)
        if due_fen <= POSTED_FEN_MAX:
            self.points, self.due_fen = 0, due_fen
