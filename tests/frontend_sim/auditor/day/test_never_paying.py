"""A week by chance of a broker's customers, who trade, withdraw and are settled, while the broker pays late, in parts
or never: what holds at every moment, whatever comes first.

Belongs here: the auditor's own model alone. Never here: what ledger or gateway make of a week (test_random_days).
"""

import random
from dataclasses import dataclass, field

import pytest

from frontend_sim.auditor.accounts.withheld import Restraint
from frontend_sim.auditor.day.postings import CLEARING, Code
from protocol.vocabulary import RestraintKind
from tests.frontend_sim.auditor.day.paper import FRI, MON, NEXT_TUE, Paper, at

DATES = range(MON, FRI + 1)
HALF_PAST_NINE, THREE, FIVE = 34_200, 54_000, 61_200
"""Seconds of a day: trading begins and ends, sets are there."""


@dataclass
class Week:
    """What happens by chance."""

    chance: random.Random
    pays: bool
    limit_fen: int = 0
    paper: Paper = field(default_factory=Paper)
    now_s: int = at(MON, "09:00:00")
    came_fen: int = 0
    gone_fen: int = 0
    paid_out_fen: int = 0
    published: list[int] = field(default_factory=list)
    cases: int = 0
    credits_waited: bool = False

    def __post_init__(self) -> None:
        self.paper.broker.standing.limit_fen = self.limit_fen
        self.paper.broker.standing.loan.rates[MON] = 24_000
        for number in range(1, 2 + self.chance.randrange(4)):
            balance_fen = self.chance.choice((0, 0, 50, 300))
            self.paper.customer(number, balance_fen)
            self.came_fen += balance_fen

    def run(self) -> None:
        """To the end of the week, with a check behind every step."""
        acts = [
            *(self.buy, self.sell, self.withdraw, self.deposit, self.restrain, self.end_day, self.end_day),
            *(self.settle, self.settle, self.settle, self.credit, self.credit, self.bank_pays, self.broker_takes),
            *([self.broker_pays, self.broker_pays, self.notify] if self.pays else [self.notify]),
        ]
        while self.now_s < at(NEXT_TUE, "18:00:00"):
            self.now_s += self.chance.randrange(1, 4_000)
            for _ in range(self.chance.randrange(1, 6)):
                self.chance.choice(acts)()
                self.checked()

    def anybody(self) -> int:
        return self.chance.choice(sorted(self.paper.broker.contracts))

    def open_day(self) -> int:
        """The day that is traded, 0: none is."""
        day, second = divmod(self.now_s + 8 * 3_600, 86_400)
        return day if day in DATES and HALF_PAST_NINE <= second <= THREE else 0

    def buy(self) -> None:
        number, day = self.anybody(), self.open_day()
        power_fen = self.paper.money(number)[1]
        if day and power_fen > 0:
            self.paper.bought(number, day, self.chance.randrange(1, power_fen + 1))

    def sell(self) -> None:
        if day := self.open_day():
            self.paper.sold(self.anybody(), day, self.chance.choice((1, 20, 100, 250)))

    def withdraw(self) -> None:
        number = self.anybody()
        withdrawable_fen = self.paper.money(number)[2]
        if withdrawable_fen > 0:
            amount_fen = self.chance.choice((withdrawable_fen, self.chance.randrange(1, withdrawable_fen + 1)))
            self.paper.account(number).balance_fen -= amount_fen
            self.gone_fen += amount_fen

    def deposit(self) -> None:
        if self.chance.random() < 0.2:
            self.paper.account(self.anybody()).balance_fen += 30
            self.came_fen += 30

    def restrain(self) -> None:
        if self.chance.random() < 0.1:
            account = self.paper.account(self.anybody())
            amount_fen = self.chance.choice((10, 100, 1_000))
            account.withheld.restraints.append(Restraint(1, RestraintKind.JUDICIAL, amount_fen, account.spent_fen))

    def end_day(self) -> None:
        """The oldest day that is over is published, some of it with what the broker makes good, or a dividend."""
        day = next((each for each in DATES if each not in self.published), 0)
        over = day and self.now_s > at(day, "17:00:00")
        if not over or self.paper.broker.customers.next_due():
            return
        if self.chance.random() < 0.3:
            self.cases += 1
            self.paper.reject(self.cases, day, self.chance.choice((5, 40, 200)))
        if self.chance.random() < 0.2:
            self.paper.others[self.anybody(), day] = 60
        self.paper.publish(day, self.now_s)
        self.published.append(day)

    def settle(self) -> None:
        """The next contract of the day that is settled, or that day begins. While the broker owes nothing becomes
        withdrawable by it.
        """
        customers = self.paper.broker.customers
        if not customers.to_settle:
            day = next((each for each in self.published if each not in customers.settled_days), 0)
            if day:
                self.paper.begin(day, self.now_s)
            return
        ((day, numbers),) = customers.to_settle.items()
        number = self.chance.choice(sorted(numbers))
        before_fen, was_gated = max(0, self.paper.money(number)[2]), self.paper.broker.is_gated
        self.paper.settle_one(number, day)
        if was_gated:
            assert max(0, self.paper.money(number)[2]) == before_fen
            self.credits_waited |= bool(self.paper.broker.contracts[number].waits)

    def credit(self) -> None:
        self.paper.credit_one()

    def bank_pays(self) -> None:
        if self.published:
            self.paper.broker.pay(self.chance.choice(self.published), self.now_s)

    def broker_takes(self) -> None:
        amount_fen = self.chance.randrange(1, 200)
        if self.paper.broker.pay_out(amount_fen, self.now_s):
            self.paid_out_fen += amount_fen

    def broker_pays(self) -> None:
        if self.chance.random() < 0.3:
            amount_fen = self.chance.randrange(1, 200)
            self.paper.broker.fund(amount_fen, self.now_s)
            self.paid_out_fen -= amount_fen

    def notify(self) -> None:
        if self.published:
            self.paper.broker.notice(self.published[-1], self.now_s)

    def checked(self) -> None:
        """What holds always, and what holds while no day is half settled."""
        broker = self.paper.broker
        books = broker.standing.books
        for contract in broker.contracts.values():
            account = contract.account
            assert account.balance_fen >= 0
            assert account.balance_fen - account.spent_fen + account.sold_fen >= 0
        assert sum(books.sums.values()) == 0
        assert broker.standing.clearing_fen >= 0
        assert 0 <= broker.standing.loan.principal_fen <= self.limit_fen
        assert broker.standing.loan.principal_fen == books.of_code(Code.LENT)
        assert self.gone_fen <= self.came_fen + self.paper.credited_fen - self.paper.debited_fen
        if broker.customers.to_settle:
            return
        assert [broker.differs(day) for day in broker.customers.settled_days] == [""] * len(
            broker.customers.settled_days
        )
        assert broker.all_suspense_fen() >= self._of_published_alone_fen()
        if not self.limit_fen:  # what customers were credited, and the broker took, other customers or it brought
            assert self.paper.credited_fen + self.paid_out_fen <= self.paper.debited_fen

    def _of_published_alone_fen(self) -> int:
        """What stands in suspense of days whose settlement has not begun: what was made good, or paid in time."""
        broker = self.paper.broker
        days = [day for day in DATES if day not in broker.customers.settled_days]
        return sum(broker.suspense_fen(day) for day in days)


@pytest.mark.parametrize("seed", range(60))
def test_of_a_broker_that_never_pays_nobody_has_a_fen_that_did_not_come_in(seed: int) -> None:
    """Nothing is lent to it. What its customers withdraw is at most what they brought: no customer is credited what no
    other was debited. What the broker takes out of its clearing account the bank paid it for what customers bought.
    """
    week = Week(random.Random(seed), pays=False)
    week.run()
    assert week.gone_fen <= week.came_fen
    assert CLEARING not in week.paper.broker.standing.books.sums or week.paper.broker.standing.clearing_fen > 0


@pytest.mark.parametrize("seed", range(100, 140))
def test_a_broker_that_pays_by_chance(seed: int) -> None:
    """With and without an advance."""
    week = Week(random.Random(seed), pays=True, limit_fen=seed % 3 * 150)
    week.run()


def test_the_weeks_have_what_they_are_for() -> None:
    """Credits wait, the bank pays late and in time, cases are kept, days are settled behind the payment."""
    weeks = [Week(random.Random(seed), pays=False) for seed in range(20)]
    for week in weeks:
        week.run()
    assert sum(week.credits_waited for week in weeks) > 10
    assert sum(week.paid_out_fen > 0 for week in weeks) > 3
    assert sum(week.gone_fen > 0 for week in weeks) > 15
