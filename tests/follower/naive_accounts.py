"""Accounts and contracts as a list of what happened makes them, with plain Python: no numpy, no book.

Belongs here: what an accepted control message does to them. Never here: money records (naive), refusals, the follower.
"""

from dataclasses import dataclass, field

from protocol.messages.control import ControlMessage, EndSettlement, OpenTradeDate
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.messages.customers.pushes import ConfirmPush, PushContract
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain

PRE_ASSIGNED, ACTIVE, SUSPENDED, LOSS_REPORTED, TERMINATED, RUNS_OFF = range(1, 7)
OPEN, LOST, CLOSED = range(3)
CONTRACT_EVENTS = {1: ACTIVE, 2: SUSPENDED, 3: ACTIVE, 4: TERMINATED}
ACCOUNT_EVENTS = {1: LOST, 2: OPEN, 3: CLOSED}
BANK = 1
CARD = 3
RIGHT = 1  # of a card password


@dataclass
class Account:
    """Terms and fen of one account."""

    bank_account_no: int
    outlet: int
    holder: bytes
    balance: int = 0
    frozen: int = 0
    bought: int = 0
    sold: int = 0
    restrained: int = 0
    status: int = OPEN
    last: int | None = None
    """Number of the contract whose party it counts for."""

    def columns(self) -> tuple[int, int, int, int, int]:
        """In the order of the table."""
        return self.balance, self.frozen, self.bought, self.sold, self.restrained


@dataclass
class Contract:
    """Terms and status of one contract."""

    account_no: int
    party: int
    shares: dict[int, str]
    status: int
    ended_on: int = 0
    designated_on: int = 0
    """Since when its broker is designated in Shanghai."""
    began_on: int = 0
    """The date that was open when it began to be of use."""


@dataclass
class Restraint:
    """One restraint, also when it is over."""

    account_no: int
    amount: int
    senior: int
    until_s: int
    set_on: int
    kind: int
    lifted: int = 0
    deducted: int = 0
    lapsed: int = 0

    @property
    def left(self) -> int:
        """What it withholds."""
        return self.amount - self.lifted - self.deducted - self.lapsed


@dataclass
class Customers:
    """All of them, by their numbers."""

    accounts: dict[int, Account] = field(default_factory=dict)
    contracts: dict[int, Contract] = field(default_factory=dict)
    restraints: dict[int, Restraint] = field(default_factory=dict)
    pushed: list[PushContract] = field(default_factory=list)
    """The one with number n at place n − 1."""

    def account_of(self, named_no: int) -> Account:
        """The account that a record names, or that of the contract that it names."""
        contract = self.contracts.get(named_no)
        return self.accounts[contract.account_no if contract else named_no]

    def told(self, contract: Contract) -> int:
        """The status that people are told."""
        lost = self.accounts[contract.account_no].status == LOST and contract.status != TERMINATED
        return LOSS_REPORTED if lost else contract.status

    def totals(self) -> dict[int, list[int]]:
        """Party → balance, frozen, bought, sold of the accounts that count for it; each that ever had a contract."""
        sums = {contract.party: [0, 0, 0, 0] for contract in self.contracts.values()}
        for account in self.accounts.values():
            party = self.contracts[account.last].party if account.last is not None else BANK
            parts = zip(sums.get(party, [0] * 4), account.columns(), strict=False)
            sums[party] = [so_far + more for so_far, more in parts]
        return sums

    def take(self, message: ControlMessage, trade_date: int, decided_at_ns: int, given_no: int) -> None:
        """An accepted message of the open date `trade_date`, and the number that it was told."""
        match message:
            case PushContract() as push:
                self.pushed.append(push)
            case ConfirmPush() as confirmed if given_no:
                self._confirm(confirmed, trade_date)
            case OpenAccounts(accounts):
                for terms in accounts:
                    opened = Account(terms.bank_account_no, terms.outlet, terms.holder, terms.balance_fen)
                    self.accounts[_number(len(self.accounts), 99)] = opened
            case SignContracts(contracts):
                for each in contracts:
                    self._sign(each, trade_date, trade_date)
            case ChangeContract(contract_no, event):
                if CONTRACT_EVENTS[event] == TERMINATED:
                    self._end(contract_no, trade_date)
                else:
                    changed = self.contracts[contract_no]
                    if changed.status == PRE_ASSIGNED and 1 in changed.shares:
                        changed.designated_on = trade_date
                    changed.status = CONTRACT_EVENTS[event]
                    if changed.status in (ACTIVE, SUSPENDED):
                        changed.began_on = changed.began_on or trade_date
            case ChangeAccount(account_no, event):
                account = self.accounts[account_no]
                account.status = ACCOUNT_EVENTS[event]
                if account.status == CLOSED:
                    if account.last is not None and self.contracts[account.last].status != TERMINATED:
                        self._end(account.last, trade_date)
                    account.last = None
            case ChangeBroker(contract_no, new_terms):
                self._end(contract_no, trade_date)
                self._sign(new_terms, trade_date, trade_date)
            case ReplaceCard(contract_no, account_no):
                old = self.contracts[contract_no]
                since = old.designated_on
                self._add(Contract(account_no, old.party, old.shares, old.status, 0, since), trade_date)
                old.status, old.ended_on, old.designated_on = RUNS_OFF, trade_date, 0
            case Restrain(account_no, amount_fen):
                self._restrain(account_no, amount_fen, message.kind, message.holds_until_s, trade_date)
            case LiftRestraint(restraint_no, amount_fen):
                self.withhold_less(restraint_no, amount_fen)
            case ExtendRestraint(restraint_no, until_s):
                self.restraints[restraint_no].until_s = until_s
            case OpenTradeDate():
                for number, one in self.restraints.items():
                    if one.left and 0 < one.until_s < decided_at_ns // 10**9:
                        one.lapsed = one.left
                        self.withhold_less(number, 0)
            case EndSettlement(settled_date):
                self._settle(settled_date)

    def clamp(self, contract_no: int) -> None:
        """Less is frozen or bought on the contract's account."""
        account_no = self.contracts[contract_no].account_no
        account = self.accounts[account_no]
        for one in self.restraints.values():
            if one.account_no == account_no:
                one.senior = min(one.senior, account.frozen + account.bought)

    def card_left(self, account_no: int, rest: int) -> None:
        """A card debit took so much more than the account gave."""
        if rest == 0:
            return
        found = [
            one for one in self.restraints.values() if one.account_no == account_no and one.kind == CARD and one.left
        ]
        if found:
            found[0].amount += rest
            self.accounts[account_no].restrained += rest
        else:
            self._restrain(account_no, rest, CARD, 0, 0)

    def collect(self, account_no: int, amount: int) -> None:
        """So much of what card debits left is collected."""
        (number,) = [
            number
            for number, one in self.restraints.items()
            if one.account_no == account_no and one.kind == CARD and one.left
        ]
        self.withhold_less(number, amount, deducted=True)

    def withhold_less(self, restraint_no: int, amount: int, *, deducted: bool = False) -> None:
        """So much of a restraint is lifted or deducted; the account's sum is made anew."""
        one = self.restraints[restraint_no]
        if deducted:
            one.deducted += amount
        else:
            one.lifted += amount
        restrained = sum(each.left for each in self.restraints.values() if each.account_no == one.account_no)
        self.accounts[one.account_no].restrained = restrained

    def _restrain(self, account_no: int, amount: int, kind: int, until_s: int, trade_date: int) -> None:
        account = self.accounts[account_no]
        senior = account.frozen + account.bought
        self.restraints[len(self.restraints) + 1] = Restraint(account_no, amount, senior, until_s, trade_date, kind)
        account.restrained += amount

    def _confirm(self, confirmed: ConfirmPush, trade_date: int) -> None:
        push, status = self.pushed[confirmed.push - 1], ACTIVE if confirmed.answer == RIGHT else PRE_ASSIGNED
        if push.replaces and self.contracts[push.replaces].status == SUSPENDED:
            status = SUSPENDED
        since, shares = trade_date, {each.market: each.number for each in push.securities_accounts}
        if push.replaces and self.contracts[push.replaces].shares.get(1) == shares.get(1):
            since = self.contracts[push.replaces].designated_on
        for contract_no in confirmed.ends:
            self._end(contract_no, trade_date)
        if confirmed.runs_off:
            old = self.contracts[confirmed.runs_off]
            old.status, old.ended_on, old.designated_on = RUNS_OFF, trade_date, 0
        terms = ContractTerms(confirmed.account_no, confirmed.party, push.securities_accounts, status)
        self._sign(terms, since, trade_date)

    def _settle(self, settled_date: int) -> None:
        for contract in self.contracts.values():
            account = self.accounts[contract.account_no]
            nothing_open = not (account.frozen or account.bought or account.sold)
            if contract.status == RUNS_OFF and contract.ended_on <= settled_date and nothing_open:
                contract.status = TERMINATED

    def _sign(self, terms: ContractTerms, designated_on: int, trade_date: int) -> None:
        shares = {each.market: each.number for each in terms.securities_accounts}
        signed = Contract(terms.account_no, terms.party, shares, terms.status)
        if terms.status in (ACTIVE, SUSPENDED) and 1 in shares:
            signed.designated_on = designated_on
        self._add(signed, trade_date)

    def _add(self, contract: Contract, trade_date: int) -> None:
        contract.began_on = trade_date if contract.status in (ACTIVE, SUSPENDED) else 0
        number = _number(len(self.contracts), 98)
        self.contracts[number] = contract
        self.accounts[contract.account_no].last = number

    def _end(self, contract_no: int, trade_date: int) -> None:
        contract = self.contracts[contract_no]
        contract.status, contract.ended_on, contract.designated_on = TERMINATED, trade_date, 0
        self.accounts[contract.account_no].last = None


def _number(index: int, top: int) -> int:
    return 100 * index + top - 100 * index % 97
