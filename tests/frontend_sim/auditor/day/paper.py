"""A broker, its customers and their days, told to the auditor in a few words.

Belongs here: what a test says of a day, and the clock of a bank in China. Never here: assertions of a day's figures.
"""

from dataclasses import dataclass, field

from frontend_sim.auditor.accounts.audited_account import Account, Contract
from frontend_sim.auditor.day.broker_audit import BrokerAudit
from frontend_sim.auditor.day.owing import SECONDS_OF_DAY, ZONE_SECONDS, Window
from frontend_sim.auditor.day.settling import Named, Settled
from protocol.trade_dates import trade_day
from protocol.vocabulary import ContractStatus

MON = trade_day(20_260_105)
TUE, WED, THU, FRI, NEXT_MON, NEXT_TUE = MON + 1, MON + 2, MON + 3, MON + 4, MON + 7, MON + 8
PARTY = 2
TIMES = ("09:00:00", "09:30:00", "10:00:00", "14:00:00", "23:59:59")


def at(day: int, clock: str) -> int:
    """The second at which the bank's clocks show this on a day."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return day * SECONDS_OF_DAY - ZONE_SECONDS + hours * 3600 + minutes * 60 + seconds


def days_due(day: int) -> list[Window]:
    """The bank's eight working days behind a trade day, Monday to Friday."""
    working = [each for each in range(day + 1, day + 20) if (each - MON) % 7 < 5][:8]
    found: list[Window] = []
    for each in working:
        pay_from_s, late_from_s, first_s, last_s, end_s = (at(each, clock) for clock in TIMES)
        found.append((pay_from_s, late_from_s, first_s, last_s, end_s))
    return found


@dataclass
class Paper:
    """One broker. Every day is published at 17:00 of it, unless told."""

    broker: BrokerAudit = field(default_factory=lambda: BrokerAudit({}))
    others: dict[tuple[int, int], int] = field(default_factory=dict)
    """Dividends and refunds, by contract and day."""
    rejected: dict[tuple[int, int], int] = field(default_factory=dict)
    """What the set says was bought, and the broker makes good: likewise."""
    debited_fen: int = 0
    credited_fen: int = 0

    def customer(self, number: int, balance_fen: int) -> Account:
        """One with a contract."""
        account = Account(balance_fen)
        account.contract = Contract(PARTY, ContractStatus.ACTIVE, account)
        self.broker.contracts[number] = account.contract
        return account

    def account(self, number: int) -> Account:
        """A customer's."""
        return self.broker.contracts[number].account

    def bought(self, number: int, day: int, amount_fen: int) -> None:
        """A fill."""
        self.account(number).move(day, bought_fen=amount_fen)

    def sold(self, number: int, day: int, amount_fen: int) -> None:
        """A fill."""
        self.account(number).move(day, sold_fen=amount_fen)

    def net_fen(self, day: int) -> int:
        """What the broker's set comes to."""
        accounts = [self.account(number).of(day) for number in self.broker.contracts]
        others_fen = sum(fen for (_, of), fen in self.others.items() if of == day)
        rejected_fen = sum(fen for (_, of), fen in self.rejected.items() if of == day)
        return sum(each.sold_fen - each.bought_fen for each in accounts) + others_fen - rejected_fen

    def publish(self, day: int, now_s: int = 0) -> int:
        """Returns: what the broker owes, below 0 what it is owed."""
        net_fen = self.net_fen(day)
        cases = {case: fen for (case, of), fen in self.rejected.items() if of == day}
        self.broker.publish(day, net_fen, cases, days_due(day), now_s or at(day, "17:00:00"))
        return net_fen

    def reject(self, case: int, day: int, amount_fen: int) -> None:
        """A buy that no customer's account bears is the broker's."""
        self.rejected[case, day] = amount_fen
        self.broker.make_good(day, case, amount_fen)

    def settle(self, day: int, now_s: int = 0) -> dict[int, Settled]:
        """All that have anything of the day, in their order. Returns: what became of each."""
        self.begin(day, now_s)
        return {number: self.settle_one(number, day) for number in sorted(self.broker.customers.to_settle.get(day, ()))}

    def begin(self, day: int, now_s: int = 0) -> None:
        """The settlement of a day."""
        named = {number for number in self.broker.contracts if self.named(number, day) != Named(0, 0, 0)}
        self.broker.begin(day, named, now_s or at(day, "18:00:00"))

    def named(self, number: int, day: int) -> Named:
        """What a contract's day moves, as long as it is not settled."""
        of_day = self.account(number).of(day)
        return Named(of_day.bought_fen, of_day.sold_fen, self.others.get((number, day), 0))

    def settle_one(self, number: int, day: int) -> Settled:
        """One contract."""
        named = self.named(number, day)
        settled = self.broker.settle(number, day, named)
        self.debited_fen += named.bought_fen
        self.credited_fen += settled.credited_fen
        return settled

    def credit_one(self) -> tuple[int, int]:
        """The oldest credit that is due. Returns: day and contract, zeros where there is none."""
        day = self.broker.customers.next_due()
        if not day:
            return 0, 0
        number = min(number for number, contract in self.broker.contracts.items() if day in contract.waits)
        waits = self.broker.credit(number, day)
        self.credited_fen += waits.all_fen
        return day, number

    def credit_all(self) -> list[tuple[int, int]]:
        """In their order."""
        found = []
        while (one := self.credit_one())[0]:
            found.append(one)
        return found

    def money(self, number: int) -> tuple[int, int, int]:
        """Balance, buying power, withdrawable, as they are reckoned: may be below 0."""
        account = self.account(number)
        return account.balance_fen, account.buying_power_fen, account.buying_power_fen - account.sold_fen
