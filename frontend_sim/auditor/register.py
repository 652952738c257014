"""Who takes part, as the auditor was told of it: parties, accounts, contracts, trade dates.

Belongs here: what comes of what the bank has done to them. Never here: whether it should have been done, or what is
answered (auditor), figures of one account (audited_account), anything of ledger, rules or gateway.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.audited_account import DESIGNATED, Account, Contract
from frontend_sim.auditor.accounts.earning import Calendar, Earning
from frontend_sim.auditor.observations import Seen
from frontend_sim.auditor.orders.through_bank import ThroughBank
from protocol.given_numbers import contract_no_from_index, index_from_contract_no
from protocol.trade_dates import is_trade_date, trade_day
from protocol.vocabulary import BANK_PARTY, ContractStatus, Market, Mode, Role, Scheme


class Totals(NamedTuple):
    """Sums over accounts, in fen."""

    balance_fen: int
    frozen_fen: int
    bought_unsettled_fen: int
    sold_unsettled_fen: int


@dataclass(frozen=True, slots=True)
class Member:
    """A party as the auditor knows it."""

    role: int
    proceeds_at_fill: bool


@dataclass(slots=True)
class Register:
    """Feed it with parties, accounts, contracts, dates; ask for totals."""

    members: dict[int, Member] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    contracts: dict[int, Contract] = field(default_factory=dict)
    unsettled_days: set[int] = field(default_factory=set)
    signed_off: dict[int, int] = field(default_factory=dict)  # trade date → journal sequence
    transfers: set[int] = field(default_factory=set)
    """Brokers for whose customers' orders money is moved 划转."""
    restraints_given: int = 0
    is_sealed: bool = False
    """Whether the bank has people without whom nothing is deducted."""
    cases_given: dict[int, int] = field(default_factory=dict)  # by party
    stops: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)  # party → journal sequence, whether stopped
    terminated: set[int] = field(default_factory=set)
    """Brokers that are stopped for good 终止协议: no contract of them begins."""
    day_desks: set[int] = field(default_factory=set)
    """Seats of the bank that post interest, and bring and take no money."""
    calendar: Calendar = field(default_factory=Calendar)
    """By which accounts earn."""
    open_dates: tuple[int, int] = (0, 0)
    """The trade date before the open one, and that: a journal row of an order is known of these."""
    through_bank: ThroughBank = field(default_factory=ThroughBank)
    """What orders through the bank hang on, and they themselves."""
    _next_modes: dict[int, Mode] = field(default_factory=dict)  # by broker, what comes with a roll
    _of_next_date: list[tuple[Contract, bool]] = field(default_factory=list)  # began or ended behind the sign-off

    def register_party(self, party: int, role: Role, proceeds_at_fill: bool) -> None:
        """Make a party known."""
        self.members[party] = Member(role, proceeds_at_fill)

    def change_mode(self, party: int, mode: Mode) -> None:
        """What becomes of what a broker's customers order with: at once before it has a contract, else with a roll."""
        self._next_modes[party] = mode
        if not any(each.party == party for each in self.contracts.values()):
            self._take_mode(party)

    def _take_mode(self, party: int) -> None:
        if self._next_modes.pop(party) == Mode.TRANSFER:
            self.transfers.add(party)
        else:
            self.transfers.discard(party)

    def change_scheme(self, party: int, scheme: Scheme) -> None:
        """By which a broker's customers order: at once where nothing of it is left, else with a roll."""
        self.through_bank.next_schemes[party] = scheme
        self._take_scheme(party)

    def _take_scheme(self, party: int) -> None:
        own = self.contracts_of(party).values()
        are_left = (
            each.status != ContractStatus.TERMINATED or (each.ended and trade_day(each.ended) in self.unsettled_days)
            for each in own
        )
        if not any(are_left) and not any(lane[0] == party for lane in self.through_bank.lanes_left):
            self.through_bank.schemes[party] = self.through_bank.next_schemes.pop(party)

    def _has_moved(self, party: int) -> bool:
        return any(each.party == party and each.account.moved_fen for each in self.contracts.values())

    def open_account(self, account_no: int, balance_fen: int, outlet: int = 0) -> None:
        """A savings account was opened."""
        self.accounts[account_no] = Account(balance_fen, outlet, earning=Earning(self.calendar))
        self.accounts[account_no].earning.open()

    def sign_contract(
        self,
        contract_no: int,
        account_no: int,
        party: int,
        status: ContractStatus,
        on: int = 0,
        in_shanghai: bool = False,
    ) -> Contract:
        """A contract was signed on an account that is known, while a trade date was open, 0: before all that is looked
        at; with a securities account in Shanghai or none. It begins on the next date where that was signed off before.
        Returns: the contract.
        """
        contract = self._sign(contract_no, self.accounts[account_no], party, status, in_shanghai)
        if status in DESIGNATED and on in self.signed_off:
            self._of_next_date.append((contract, True))
        elif status in DESIGNATED:
            contract.began = on
        return contract

    def _sign(
        self, contract_no: int, account: Account, party: int, status: ContractStatus, in_shanghai: bool
    ) -> Contract:
        account.contract = self.contracts[contract_no] = Contract(party, status, account, in_shanghai=in_shanghai)
        return account.contract

    @property
    def next_contract_no(self) -> int:
        """The number of the contract that is signed next: the ledger gives them one after the other."""
        return contract_no_from_index(index_from_contract_no(max(self.contracts)) + 1)

    def change_broker(self, old: Contract, one: Seen) -> None:
        """A contract ends and one with another broker begins on its account, in one row."""
        could_order, account = old.status in DESIGNATED, old.account
        old.end()
        if could_order:
            self.date_event(old, one, began=False)
        status, in_shanghai = ContractStatus(one.amount_fen), one.way == Market.XSHG
        new = self._sign(self.next_contract_no, account, one.target_seat, status, in_shanghai)
        if status in DESIGNATED:
            self.date_event(new, one, began=True)

    def replace_card(self, contract_no: int, account_no: int, new_contract_no: int, trade_date: int) -> None:
        """A contract goes on under a new number on another account; the old one runs off."""
        old = self.contracts[contract_no]
        new = self.sign_contract(new_contract_no, account_no, old.party, old.status, trade_date, old.in_shanghai)
        new.follows = old
        self.through_bank.replace_card(contract_no, new_contract_no)
        old.status, old.runs_off_since = ContractStatus.RUNS_OFF, trade_date

    def moved_fen(self, party: int) -> int:
        """What stands in the bank's account for a broker's orders, 2420."""
        own = (each for each in self.contracts.values() if each.party == party)
        return sum(each.account.moved_fen for each in own if each.account.contract is each)

    def reversed_fen(self, party: int) -> int:
        """What was moved for a broker's orders, and two people have given back."""
        freezes = (freeze for contract in self.contracts_of(party).values() for freeze in contract.freezes.values())
        return sum(freeze.reversed_fen for freeze in freezes)

    def post_interest(self) -> tuple[int, int]:
        """All that is due is posted. Returns: to how many accounts, and how much in fen."""
        count = sum_fen = 0
        for account in self.accounts.values():
            account.earning.reckon(account.stands_fen)
            count, sum_fen = count + (account.earning.due_fen > 0), sum_fen + account.earning.due_fen
            account.post(account.earning.due_fen)
            account.earning.due_fen = 0
        return count, sum_fen

    def contracts_of(self, party: int) -> dict[int, Contract]:
        """A broker's, by their numbers."""
        return {number: contract for number, contract in self.contracts.items() if contract.party == party}

    def next_case(self, party: int) -> int:
        """The number of what a broker makes good next."""
        self.cases_given[party] = self.cases_given.get(party, 0) + 1
        return self.cases_given[party]

    def open_date(self, trade_date: int) -> None:
        """A trade date is open; until its customers are settled, fills may name it. What is judged opens its own."""
        self.unsettled_days.add(trade_day(trade_date))
        if trade_date > self.open_dates[1]:
            self.open_dates = self.open_dates[1], trade_date

    def roll(self, trade_date: int, decided_at_ns: int) -> None:
        """Another trade date was opened: restraints that were to hold no longer are over."""
        self.open_date(trade_date)
        for contract, began in self._of_next_date:
            if began:
                contract.began = trade_date
            else:
                contract.ended = trade_date
        self._of_next_date.clear()
        for party in [each for each in self._next_modes if not self._has_moved(each)]:
            self._take_mode(party)
        self.through_bank.roll(trade_date)
        for party in [*self.through_bank.next_schemes]:
            self._take_scheme(party)
        for account in self.accounts.values():
            account.withheld.lapse(decided_at_ns // 1_000_000_000)

    def sign_off(self, trade_date: int, sequence: int) -> None:
        """Trading on a date ended with this journal row: later ones freeze nothing."""
        self.signed_off[trade_date] = sequence

    def stop_broker(self, party: int, sequence: int, is_stopped: bool) -> None:
        """Two people stopped a broker with this journal row, or let it go on: told in the order of the journal."""
        self.stops.setdefault(party, []).append((sequence, is_stopped))

    def is_stopped(self, party: int) -> bool:
        """Whether a broker is, by the last word of it."""
        return bool(self.stops.get(party)) and self.stops[party][-1][1]

    def is_stopped_at(self, party: int, sequence: int) -> bool:
        """Whether a broker was, in front of a journal row."""
        stops = [is_stopped for at, is_stopped in self.stops.get(party, ()) if at < sequence]
        return bool(stops) and stops[-1]

    def is_over(self, trade_date: int) -> bool:
        """Whether a number is a trade date before all whose customers are not settled."""
        return is_trade_date(trade_date) and trade_day(trade_date) < min(self.unsettled_days, default=0)

    def end_settlement(self, trade_date: int) -> None:
        """The customers of a date are settled: what ran off by then with nothing open has ended."""
        self.unsettled_days.discard(trade_day(trade_date))
        self.through_bank.end_settlement(trade_date)
        for contract in self.contracts.values():
            runs_off = contract.status == ContractStatus.RUNS_OFF and contract.runs_off_since <= trade_date
            if runs_off and not contract.account.has_open_items:
                contract.status = ContractStatus.TERMINATED

    def date_event(self, contract: Contract, one: Seen, *, began: bool) -> None:
        """A contract began or ended by a request: from the sign-off on that is the next date's."""
        if one.sequence > self.signed_off.get(one.trade_date, one.sequence):
            self._of_next_date.append((contract, began))
        elif began:
            contract.began = one.trade_date
        else:
            contract.ended = one.trade_date

    def totals(self) -> dict[int, Totals]:
        """Sums per party that has contracts, ascending; the bank's are of accounts that count for no contract. What was
        sold for a contract that has ended is its broker's to pay, and on no account.
        """
        sums = {contract.party: [0, 0, 0, 0] for contract in self.contracts.values()}
        for account in self.accounts.values():
            party = BANK_PARTY if account.contract is None else account.contract.party
            entry = sums.setdefault(party, [0, 0, 0, 0])
            entry[0] += account.balance_fen
            entry[1] += account.frozen_fen
            entry[2] += account.bought_fen
            entry[3] += account.sold_fen
        for contract in self.contracts.values():
            sums[contract.party][3] += contract.sold_for_none_fen
        return {party: Totals(*sums[party]) for party in sorted(sums)}
