"""What an outsider expects of a settled contract: what is credited at once, what waits for the broker's money, and what
is posted when that has come.

Belongs here: the rules of settlement as docs/t_plus_1.md has them (3 and 5), written as simply as possible. Never here:
anything of ledger, rules or gateway, as in `auditor`; whether a broker's customers wait (owing), the set (clearing).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.audited_account import Contract, Waits
from frontend_sim.auditor.day.postings import MOVED, SAVINGS, Postings, former_customer, suspense
from protocol.vocabulary import AccountStatus, ContractStatus

CLEARING_BRANCH = 0
"""The branch of the clearing accounts, among outlets."""


class Named(NamedTuple):
    """What a contract's day moves: what is debited, sale proceeds, dividends and refunds."""

    bought_fen: int
    sold_fen: int
    other_fen: int


class Settled(NamedTuple):
    """What became of it: by day what was credited, and all of it."""

    credited: dict[int, Waits]
    credited_fen: int


@dataclass(slots=True)
class Customers:
    """One broker's, as their days are settled one after the other."""

    books: Postings
    contracts: dict[int, Contract]
    last_begun: int = 0
    """The last trade day whose settlement has begun; 0: none."""
    to_settle: dict[int, set[int]] = field(default_factory=dict)
    """By day that is begun and not settled, its contracts."""
    settled_days: set[int] = field(default_factory=set)
    due_days: set[int] = field(default_factory=set)
    """Whose credits are due, for good."""
    who_waits: dict[int, set[int]] = field(default_factory=dict)
    """By day, its contracts that wait."""
    between_fen: dict[int, int] = field(default_factory=dict)
    """3110 辖内往来 by outlet, debits less credits: what it has credited to customers, and taken of them."""

    def begin(self, day: int, contract_nos: set[int]) -> None:
        """The settlement of a day begins, of these contracts."""
        self.last_begun = day
        self.to_settle[day] = set(contract_nos)

    def ends(self, day: int) -> bool:
        """Whether the last contract of the day is settled. The day then is; that is told once."""
        if self.to_settle.get(day):
            return False
        del self.to_settle[day]
        self.settled_days.add(day)
        return True

    def become_due(self) -> None:
        """Nothing gates the broker any more: what waits, of settled days, is due."""
        self.due_days |= {day for day in self.settled_days if self.who_waits.get(day)}

    def next_due(self) -> int:
        """The oldest day of which a credit is due, 0: none is."""
        return min((day for day in self.due_days if self.who_waits.get(day)), default=0)

    def waiting(self, day: int) -> list[int]:
        """The contracts that wait of a day."""
        return sorted(self.who_waits.get(day, ()))

    def waits_fen(self, day: int) -> int:
        """All that waits of a day."""
        return sum(self.contracts[number].waits[day].all_fen for number in self.who_waits.get(day, ()))

    def settle(self, number: int, day: int, named: Named, is_gated: bool) -> Settled:
        """Settle a contract's day. Raises KeyError when it is none that is to be settled."""
        contract = self.contracts[number]
        self.to_settle[day].remove(number)
        sets_off_fen = self._set_off(contract, day, named)
        if named.sold_fen or named.other_fen:
            contract.sold_apart_fen.pop(day, None)
            contract.waits[day] = Waits(named.sold_fen, named.other_fen)
            self.who_waits.setdefault(day, set()).add(number)
        if is_gated:
            credited = self._oldest_first(contract, day, sets_off_fen)
        else:  # dividends and refunds of older days wait for credits of their own
            found = {
                each: waits if each == day else Waits(waits.proceeds_fen) for each, waits in contract.waits.items()
            }
            credited = {each: waits for each, waits in found.items() if waits.all_fen}
        for each, waits in sorted(credited.items()):
            self._credit(number, each, waits)
        if named.bought_fen:
            self._debit(contract, day, named.bought_fen)
        return Settled(credited, sum(each.all_fen for each in credited.values()))

    def credit(self, number: int, day: int) -> Waits:
        """What waited of a contract's day is credited. Raises KeyError when nothing waits."""
        waits = self.contracts[number].waits[day]
        self._credit(number, day, waits)
        return waits

    @staticmethod
    def _set_off(contract: Contract, day: int, named: Named) -> int:
        """What of its proceeds pays for what it bought, where nothing else of the account can."""
        account = contract.account
        waited_fen = sum(each.proceeds_fen for each in contract.waits.values()) + named.sold_fen
        bought_else_fen = account.bought_fen - account.of(day).bought_fen
        held_fen = account.withheld.held_back(account.balance_fen, account.spent_fen)
        left_fen = account.balance_fen - account.frozen_fen - bought_else_fen - held_fen
        return min(waited_fen, max(0, named.bought_fen - max(0, left_fen)))

    @staticmethod
    def _oldest_first(contract: Contract, day: int, amount_fen: int) -> dict[int, Waits]:
        """Proceeds alone, of days up to this one."""
        found = {}
        for each in sorted(one for one in contract.waits if one <= day):
            part_fen = min(amount_fen, contract.waits[each].proceeds_fen)
            if part_fen:
                found[each] = Waits(part_fen, 0)
                amount_fen -= part_fen
        return found

    def _credit(self, number: int, day: int, credited: Waits) -> None:
        contract = self.contracts[number]
        left = contract.waits[day].less(credited)
        if left == Waits():
            del contract.waits[day]
            self.who_waits[day].remove(number)
        else:
            contract.waits[day] = left
        account = contract.account
        self._between(account.outlet, credited.all_fen)
        is_there = account.status != AccountStatus.CLOSED
        self.books.post(suspense(day), SAVINGS if is_there else former_customer(number), credited.all_fen)
        if is_there:
            account.post(credited.all_fen)
        if contract.status != ContractStatus.TERMINATED:  # what has ended has sold nothing: it stands apart
            account.move(day, sold_fen=-credited.proceeds_fen)

    def _debit(self, contract: Contract, day: int, amount_fen: int) -> None:
        account, moved_fen = contract.account, contract.account.of(day).moved_drawn_fen
        self._between(account.outlet, -amount_fen)
        self.books.post(SAVINGS, suspense(day), amount_fen - moved_fen)
        self.books.post(MOVED, suspense(day), moved_fen)
        account.settle(day, amount_fen, moved_fen)
        account.withheld.fell(account.spent_fen)

    def _between(self, outlet: int, credited_fen: int) -> None:
        """So much was credited to a customer of an outlet, for the branch of the clearing accounts; below 0: taken."""
        for each, fen in ((outlet, credited_fen), (CLEARING_BRANCH, -credited_fen)):
            self.between_fen[each] = self.between_fen.get(each, 0) + fen
