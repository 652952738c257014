"""Accounts and contracts as a list of what happened makes them, with plain Python: no numpy, no book.

Belongs here: what an accepted control message does to them. Never here: money records (naive), refusals, the follower.
"""

from dataclasses import dataclass, field

from protocol.messages.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    ReplaceCard,
    SetRestraint,
    SignContracts,
)
from protocol.messages.control import ControlMessage, EndSettlement

PRE_ASSIGNED, ACTIVE, SUSPENDED, LOSS_REPORTED, TERMINATED, RUNS_OFF = range(1, 7)
OPEN, LOST, CLOSED = range(3)
CONTRACT_EVENTS = {1: ACTIVE, 2: SUSPENDED, 3: ACTIVE, 4: TERMINATED}
ACCOUNT_EVENTS = {1: LOST, 2: OPEN, 3: CLOSED}
BANK = 1


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


@dataclass
class Customers:
    """All of them, by their numbers."""

    accounts: dict[int, Account] = field(default_factory=dict)
    contracts: dict[int, Contract] = field(default_factory=dict)

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

    def take(self, message: ControlMessage, trade_date: int) -> None:
        """An accepted message of the open date `trade_date`."""
        match message:
            case OpenAccounts(accounts):
                for terms in accounts:
                    opened = Account(terms.bank_account_no, terms.outlet, terms.holder, terms.balance_fen)
                    self.accounts[_number(len(self.accounts), 99)] = opened
            case SignContracts(contracts):
                for each in contracts:
                    self._sign(each)
            case ChangeContract(contract_no, event):
                if CONTRACT_EVENTS[event] == TERMINATED:
                    self._end(contract_no, trade_date)
                else:
                    self.contracts[contract_no].status = CONTRACT_EVENTS[event]
            case ChangeAccount(account_no, event):
                account = self.accounts[account_no]
                account.status = ACCOUNT_EVENTS[event]
                if account.status == CLOSED:
                    if account.last is not None and self.contracts[account.last].status != TERMINATED:
                        self._end(account.last, trade_date)
                    account.last = None
            case ChangeBroker(contract_no, new_terms):
                self._end(contract_no, trade_date)
                self._sign(new_terms)
            case ReplaceCard(contract_no, account_no):
                old = self.contracts[contract_no]
                self._add(Contract(account_no, old.party, old.shares, old.status))
                old.status, old.ended_on = RUNS_OFF, trade_date
            case SetRestraint(account_no, restrained_fen):
                self.accounts[account_no].restrained = restrained_fen
            case EndSettlement(settled_date):
                self._settle(settled_date)

    def _settle(self, settled_date: int) -> None:
        for contract in self.contracts.values():
            account = self.accounts[contract.account_no]
            nothing_open = not (account.frozen or account.bought or account.sold)
            if contract.status == RUNS_OFF and contract.ended_on <= settled_date and nothing_open:
                contract.status = TERMINATED

    def _sign(self, terms: ContractTerms) -> None:
        shares = {each.market: each.number for each in terms.securities_accounts}
        self._add(Contract(terms.account_no, terms.party, shares, terms.status))

    def _add(self, contract: Contract) -> None:
        number = _number(len(self.contracts), 98)
        self.contracts[number] = contract
        self.accounts[contract.account_no].last = number

    def _end(self, contract_no: int, trade_date: int) -> None:
        contract = self.contracts[contract_no]
        contract.status, contract.ended_on = TERMINATED, trade_date
        self.accounts[contract.account_no].last = None


def _number(index: int, top: int) -> int:
    return 100 * index + top - 100 * index % 97
