"""What a broker and the bank owe each other by its trade days, and what becomes of it at its times.

Belongs here: the rules of payment as docs/t_plus_1.md has them (4 and 6), written as simply as possible: what is taken
of a clearing account when, what is lent, what is kept. Never here: anything of ledger, rules or gateway, as in
`auditor`; customers (settling), interest (lending).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from frontend_sim.auditor.day.lending import Loan
from frontend_sim.auditor.day.postings import (
    CLEARING,
    INTEREST_DUE,
    INTEREST_EARNED,
    INTEREST_PAID,
    LENT,
    OTHER_BANKS,
    Part,
    Postings,
    error_case,
    suspense,
)
from protocol.codes import ReplyCode

SECONDS_OF_DAY = 86_400
UNPAID_DAYS = 5
"""Bank working days behind the due day, after which what is unpaid may end an agreement."""
ZONE_SECONDS = 8 * 3_600
"""The bank's clocks before UTC."""
Window = tuple[int, int, int, int, int]
"""Of a bank working day: pay from, late from, first due, last due, its last second."""


class Stands(StrEnum):
    """Where an obligation is."""

    OWED_BY_BROKER = "owed_by_broker"
    NOTIFIED = "notified"
    OVERDUE = "overdue"
    ADVANCED = "advanced"
    OWED_BY_BANK = "owed_by_bank"
    PAID = "paid"


OPEN = (Stands.OWED_BY_BROKER, Stands.NOTIFIED, Stands.OVERDUE)
"""What a broker owes and nobody has paid for it: its customers' credits wait."""


class Times(NamedTuple):
    """When something is due, in whole seconds; `first_s` is `last_s` where it needs no notice."""

    pay_from_s: int
    first_s: int
    last_s: int
    without_notice: bool
    fifth_day_ends_s: int = 0
    """Of the bank's working days behind the due day; 0: no calendar says when."""


WITHOUT = Times(0, 0, 0, False)
"""Where no calendar says when: nothing falls due."""


def days_known(windows: Sequence[Window], of_later_dates: Sequence[Sequence[Window]]) -> list[Window]:
    """The bank's working days from the due day on: a date's own, and what later dates have behind them."""
    days = list(windows)
    for each in of_later_dates:
        days += [day for day in each if days and day[0] > days[-1][-1]]
    return days


def times_of(days: Sequence[Window], owed_fen: int, netted_s: int) -> Times:
    """On the first bank working day on which it can still be in time, or on the last one that is known."""
    if not days:
        return WITHOUT
    in_time = [day for day in days if (netted_s < day[3] if owed_fen > 0 else netted_s <= day[0])]
    due = [*in_time, days[-1]][0]
    pay_from_s, _, first_s, last_s, _ = due
    behind = days[days.index(due) + 1 :]
    fifth_day_ends_s = behind[UNPAID_DAYS - 1][-1] if len(behind) >= UNPAID_DAYS else 0
    return Times(pay_from_s, first_s, last_s, owed_fen > 0 and netted_s >= first_s, fifth_day_ends_s)


@dataclass(slots=True)
class Owed:
    """What one trade day, case 0, or one case comes to."""

    day: int  # trade day
    case: int
    amount_fen: int  # by the broker, below 0 by the bank
    times: Times
    state: Stands
    unpaid_fen: int = 0
    lent_fen: int = 0
    is_due: bool = False
    is_late: bool = False  # the bank did not pay in time

    @property
    def place(self) -> tuple[int, int]:
        """Oldest first, a day's own before its cases."""
        return self.day, self.case

    @property
    def account(self) -> Part:
        """What a payment of it is credited to."""
        return error_case(self.case) if self.case else suspense(self.day)

    def takes(self, amount_fen: int) -> None:
        """So much of it is paid."""
        self.unpaid_fen -= amount_fen
        if not self.unpaid_fen:
            self.state = Stands.PAID


@dataclass(slots=True)
class Standing:
    """How one broker stands with the bank."""

    books: Postings = field(default_factory=Postings)
    loan: Loan = field(default_factory=Loan)
    limit_fen: int = 0
    """Up to which the bank lends."""
    points: int = 0
    """Yuan × days that its clearing account has borne."""
    seen_day: int = 0
    """The first whose points are not among them."""
    last_serial: int = 0
    """Under which money was brought."""
    owed: dict[tuple[int, int], Owed] = field(default_factory=dict)

    @property
    def clearing_fen(self) -> int:
        """What stands in its clearing account."""
        return self.books.credit_fen(CLEARING)

    def unpaid(self) -> Iterator[Owed]:
        """What the broker owes, the oldest first."""
        return (self.owed[place] for place in sorted(self.owed) if self.owed[place].state in OPEN)

    def gates(self, last_day: int) -> bool:
        """Whether anything of a trade day up to this one is unpaid."""
        return any(each.day <= last_day for each in self.unpaid())

    def unpaid_fen(self, day: int) -> int:
        """Of a trade day's own, signed: below 0 while the bank owes."""
        own = self.owed.get((day, 0))
        if own is None:
            return 0
        if own.state == Stands.OWED_BY_BANK:
            return own.amount_fen
        return own.unpaid_fen

    def publish(self, day: int, net_fen: int, cases: dict[int, int], days: Sequence[Window], now_s: int) -> None:
        """What a day comes to is told; `cases` by their number, `days` from the due day on."""
        self.catch_up(now_s)
        of_debt = times_of(days, 1, now_s)
        own = of_debt if net_fen > 0 else times_of(days, net_fen, now_s)
        state = Stands.OWED_BY_BROKER if net_fen > 0 else Stands.OWED_BY_BANK if net_fen < 0 else Stands.PAID
        self.owed[day, 0] = Owed(day, 0, net_fen, own, state, max(0, net_fen))
        for case, fen in cases.items():
            if fen:
                self.owed[day, case] = Owed(day, case, fen, of_debt, Stands.OWED_BY_BROKER, fen)

    def notice(self, day: int, now_s: int) -> ReplyCode:
        """The broker will pay later on the due day."""
        self.catch_up(now_s)
        own = self.owed.get((day, 0))
        if own is None or own.amount_fen <= 0:
            return ReplyCode.OBLIGATION_UNKNOWN
        if own.state == Stands.NOTIFIED:
            return ReplyCode.STEP_NOT_DUE
        if 0 < own.times.first_s <= now_s:
            return ReplyCode.DUE_TIME_PAST
        if own.state != Stands.OWED_BY_BROKER:
            return ReplyCode.OBLIGATION_UNKNOWN
        own.state = Stands.NOTIFIED
        return ReplyCode.ACCEPTED

    def ground(self, day: int, case: int, now_s: int) -> ReplyCode:
        """Whether two people may end the agreement for what is owed, by whomever: it is unpaid for too long."""
        owed = self.owed.get((day, case))
        if owed is None or owed.state == Stands.PAID:
            return ReplyCode.OBLIGATION_UNKNOWN
        is_late = owed.state in (Stands.OVERDUE, Stands.OWED_BY_BANK) and 0 < owed.times.fifth_day_ends_s < now_s
        return ReplyCode.ACCEPTED if is_late else ReplyCode.STEP_NOT_DUE

    def fund(self, amount_fen: int, now_s: int) -> None:
        """Money comes into the clearing account."""
        self.catch_up(now_s)
        self.books.post(OTHER_BANKS, CLEARING, amount_fen)
        self._collect(now_s)

    def take_back(self, amount_fen: int, now_s: int) -> bool:
        """What was booked by mistake leaves it, as far as it goes. Returns: whether it did."""
        self.catch_up(now_s)
        if amount_fen > self.clearing_fen:
            return False
        self.books.post(CLEARING, OTHER_BANKS, amount_fen)
        return True

    def limit(self, limit_fen: int, now_s: int) -> ReplyCode:
        """Two people let the bank lend so much in all."""
        self.catch_up(now_s)
        if limit_fen and not any(day <= _day_of(now_s) for day in self.loan.rates):
            return ReplyCode.RATE_MISSING
        if limit_fen < self.loan.principal_fen:
            return ReplyCode.LIMIT_BELOW_LENT
        self.limit_fen = limit_fen
        return ReplyCode.ACCEPTED

    def may_go_fen(self, now_s: int) -> int:
        """How much may be paid out of the clearing account, once the times that are over have acted."""
        if any(each.is_due for each in self.unpaid()):
            return 0
        interest_fen = self.loan.interest_fen + self.loan.to_post(_day_of(now_s))
        return max(0, self._free_fen(now_s) - self.loan.principal_fen - interest_fen)

    def pay_out(self, amount_fen: int, now_s: int) -> bool:
        """The broker takes money out of it. Returns: whether it may."""
        self.catch_up(now_s)
        if amount_fen > self.may_go_fen(now_s):
            return False
        self.books.post(CLEARING, OTHER_BANKS, amount_fen)
        return True

    def pay_interest(self, rate: int, last_day: int, now_s: int) -> bool:
        """It gets what its clearing account has earned up to yesterday's end. Returns: whether that is anything."""
        self.catch_up(now_s)
        earned_fen = (self.points * rate + 1_800_000) // 3_600_000
        if last_day != _day_of(now_s) - 1 or not earned_fen:
            return False
        self.points = 0
        self.books.post(INTEREST_PAID, CLEARING, earned_fen)
        self._collect(now_s)
        return True

    def _bears(self, at_s: int) -> None:
        """Yuan that stood there at the end of each day since the last look."""
        today = _day_of(at_s)
        if today > self.seen_day:
            self.points += self.clearing_fen // 100 * (today - self.seen_day) if self.seen_day else 0
            self.seen_day = today

    def pay(self, day: int, now_s: int) -> bool:
        """The bank pays for a settled day, and keeps first what the broker owes. Returns: whether it was due."""
        self.catch_up(now_s)
        own = self.owed.get((day, 0))
        if own is None or own.state != Stands.OWED_BY_BANK or now_s < own.times.pay_from_s:
            return False
        left_fen = -own.amount_fen
        for each in list(self.unpaid()):
            if each.case or each.day <= day:
                kept_fen = min(left_fen, each.unpaid_fen)
                self.books.post(own.account, each.account, kept_fen)
                each.takes(kept_fen)
                left_fen -= kept_fen
        own.state = Stands.PAID
        self.books.post(own.account, CLEARING, left_fen)
        self._collect(now_s)
        return True

    def roll(self, now_s: int) -> None:
        """Another date is opened: what is over acts, and interest of months that are over is posted."""
        self.catch_up(now_s)
        if not self.loan.ended():
            self.post_month_ends(_day_of(now_s))

    def catch_up(self, now_s: int) -> None:
        """The due times that are over act, each on what there was."""
        while True:
            over = [found for each in self.owed.values() for found in self._next_time(each, now_s)]
            if not over:
                self._bears(now_s)
                return
            at_s, place = min(over)
            self._bears(at_s)
            self._fall_due(self.owed[place], at_s)
            self._collect(at_s)

    def _next_time(self, owed: Owed, now_s: int) -> list[tuple[int, tuple[int, int]]]:
        """The next due time of an obligation, where it is over: the first one at its second, the last one behind it."""
        if owed.times == WITHOUT:
            return []
        if owed.state == Stands.OWED_BY_BANK:
            return [] if owed.is_late or now_s < owed.times.first_s else [(owed.times.first_s, owed.place)]
        if owed.state not in (Stands.OWED_BY_BROKER, Stands.NOTIFIED):
            return []
        at_last = owed.is_due or owed.times.without_notice
        is_over = now_s > owed.times.last_s if at_last else now_s >= owed.times.first_s
        return [(owed.times.last_s if at_last else owed.times.first_s, owed.place)] if is_over else []

    def _fall_due(self, owed: Owed, at_s: int) -> None:
        if owed.state == Stands.OWED_BY_BANK:
            owed.is_late = True
            return
        can_wait = owed.state == Stands.NOTIFIED and not owed.is_due
        owed.is_due = True
        if can_wait and self.clearing_fen < owed.unpaid_fen:
            return
        self._take(owed)
        if not owed.unpaid_fen:
            return
        if owed.unpaid_fen + self.loan.principal_fen > self.limit_fen:
            owed.state = Stands.OVERDUE
            return
        self.books.post(LENT, owed.account, owed.unpaid_fen)
        self.post_month_ends(_day_of(at_s))
        self.loan.lend(_day_of(at_s), owed.unpaid_fen)
        owed.lent_fen, owed.unpaid_fen, owed.state = owed.unpaid_fen, 0, Stands.ADVANCED

    def _collect(self, now_s: int) -> None:
        """Of what is in the clearing account: what is due, the oldest first, then interest, then what was lent."""
        for each in list(self.unpaid()):
            if each.is_due and (each.state != Stands.NOTIFIED or each.unpaid_fen <= self.clearing_fen):
                self._take(each)
        if not self.loan.ended() and self._free_fen(now_s):
            self._collect_loan(now_s)

    def _collect_loan(self, now_s: int) -> None:
        day, loan = _day_of(now_s), self.loan
        self.post_month_ends(day)
        self._post_interest(loan.to_post(day))
        interest_fen = min(loan.interest_fen, self._free_fen(now_s))
        self.books.post(CLEARING, INTEREST_DUE, interest_fen)
        loan.collected_fen += interest_fen
        left_fen = principal_fen = min(loan.principal_fen, self._free_fen(now_s))
        self.books.post(CLEARING, LENT, principal_fen)
        loan.repay(day, principal_fen)
        for each in (self.owed[place] for place in sorted(self.owed)):
            if each.state == Stands.ADVANCED:
                back_fen = min(left_fen, each.lent_fen)
                each.lent_fen -= back_fen
                left_fen -= back_fen
                each.state = each.state if each.lent_fen else Stands.PAID
        if loan.ended():
            self.loan = Loan(loan.rates)

    def post_month_ends(self, day: int) -> None:
        """Interest of months that are over is posted."""
        self._post_interest(self.loan.month_ends_to_post(day))

    def _post_interest(self, amount_fen: int) -> None:
        self.books.post(INTEREST_DUE, INTEREST_EARNED, amount_fen)
        self.loan.posted_fen += amount_fen

    def _take(self, owed: Owed) -> None:
        taken_fen = min(owed.unpaid_fen, self.clearing_fen)
        self.books.post(CLEARING, owed.account, taken_fen)
        owed.takes(taken_fen)

    def _free_fen(self, now_s: int) -> int:
        """What exceeds that which falls due on this day."""
        due_fen = sum(each.unpaid_fen for each in self.unpaid() if _day_of(each.times.last_s) <= _day_of(now_s))
        return max(0, self.clearing_fen - due_fen)


def _day_of(second: int) -> int:
    """The calendar day at the bank, in days since 1970."""
    return (second + ZONE_SECONDS) // SECONDS_OF_DAY
