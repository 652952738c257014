"""A broker's business as an outsider follows it: its customers' days are settled while it owes, pays, or does not.

Belongs here: what one of both does to the other: what waits becomes due once nothing is unpaid. Never here: the rules
of either (settling, owing), anything of ledger, rules or gateway.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from frontend_sim.auditor.accounts.audited_account import Contract, Waits
from frontend_sim.auditor.day.owing import Standing, Window
from frontend_sim.auditor.day.postings import Code, error_case, suspense
from frontend_sim.auditor.day.settling import Customers, Named, Settled
from protocol.codes import ReplyCode

T = TypeVar("T")


@dataclass(slots=True)
class BrokerAudit:
    """One broker."""

    contracts: dict[int, Contract]
    """Its own."""
    standing: Standing = field(default_factory=Standing)
    customers: Customers = field(init=False)

    def __post_init__(self) -> None:
        self.customers = Customers(self.standing.books, self.contracts)

    @property
    def is_gated(self) -> bool:
        """Whether its customers wait."""
        return self.standing.gates(self.customers.last_begun)

    def make_good(self, day: int, case: int, amount_fen: int) -> None:
        """A case is opened, or taken back where it is below 0."""
        debit, credit = error_case(case), suspense(day)
        if amount_fen < 0:
            debit, credit = credit, debit
        self.standing.books.post(debit, credit, abs(amount_fen))

    def publish(self, day: int, net_fen: int, cases: dict[int, int], days: Sequence[Window], now_s: int) -> None:
        """What a day comes to is told."""
        self._then(lambda: self.standing.publish(day, net_fen, cases, days, now_s))

    def notice(self, day: int, now_s: int) -> ReplyCode:
        """The broker says that it pays later."""
        return self._then(lambda: self.standing.notice(day, now_s))

    def fund(self, amount_fen: int, now_s: int) -> None:
        """It pays in."""
        self._then(lambda: self.standing.fund(amount_fen, now_s))

    def pay_out(self, amount_fen: int, now_s: int) -> bool:
        """It takes out."""
        return self._then(lambda: self.standing.pay_out(amount_fen, now_s))

    def pay_interest(self, rate: int, last_day: int, now_s: int) -> bool:
        """It gets what its clearing account has earned."""
        return self._then(lambda: self.standing.pay_interest(rate, last_day, now_s))

    def pay(self, day: int, now_s: int) -> bool:
        """The bank pays."""
        if day not in self.customers.settled_days:
            self.due(now_s)
            return False
        return self._then(lambda: self.standing.pay(day, now_s))

    def take_back(self, amount_fen: int, now_s: int) -> bool:
        """What was booked for it by mistake."""
        return self._then(lambda: self.standing.take_back(amount_fen, now_s))

    def limit(self, limit_fen: int, now_s: int) -> ReplyCode:
        """Two people let the bank lend it so much."""
        return self._then(lambda: self.standing.limit(limit_fen, now_s))

    def roll(self, now_s: int) -> None:
        """Another date is opened."""
        self._then(lambda: self.standing.roll(now_s))

    def due(self, now_s: int) -> None:
        """The due times that are over act."""
        self._then(lambda: self.standing.catch_up(now_s))

    def begin(self, day: int, contract_nos: set[int], now_s: int) -> None:
        """The settlement of a day begins."""
        self.due(now_s)
        self.customers.begin(day, contract_nos)
        self._end(day)

    def settle(self, number: int, day: int, named: Named) -> Settled:
        """A contract's day is settled."""
        settled = self.customers.settle(number, day, named, self.is_gated)
        self._end(day)
        return settled

    def credit(self, number: int, day: int) -> Waits:
        """A contract gets what waited of a day."""
        return self.customers.credit(number, day)

    def _then(self, act: Callable[[], T]) -> T:
        """What acts may pay the last that gated."""
        was_gated = self.is_gated
        found = act()
        if was_gated and not self.is_gated:
            self.customers.become_due()
        return found

    def _end(self, day: int) -> None:
        if self.customers.ends(day) and not self.is_gated:
            self.customers.become_due()

    def suspense_fen(self, day: int) -> int:
        """2410 of a day: above 0 where customers wait for more than their broker owes."""
        return self.standing.books.credit_fen(suspense(day))

    def all_suspense_fen(self) -> int:
        """2410 of all days."""
        return -self.standing.books.of_code(Code.SUSPENSE)

    def differs(self, day: int) -> str:
        """In words how 2410 of a settled day is not what waits less what is unpaid; nothing when it is."""
        expected_fen = self.customers.waits_fen(day) - self.standing.unpaid_fen(day)
        found_fen = self.suspense_fen(day)
        return "" if found_fen == expected_fen else f"suspense of {day}: {found_fen} fen, expected {expected_fen}"
