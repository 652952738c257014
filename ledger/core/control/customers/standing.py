"""Contracts and accounts as they stand: which one a number names, its status, and setting that.

Belongs here: what more than one message about customers asks. Never here: what a message earns or does (accounts,
pushes).
"""

from ledger.core.control.feeds import tell_contracts
from ledger.core.state.book import (
    PARTY_SHIFT,
    STATE_SHIFT,
    Book,
)
from protocol.given_numbers import (
    index_from_account_no,
    index_from_contract_no,
)
from protocol.vocabulary import BANK_PARTY, AccountStatus, ContractStatus
from rules.contracts import (
    LOSS,
    state_of,
    status_told,
)


def own_contract(book: Book, party: int, contract_no: int) -> int:
    """The index of a contract that exists and that `party` may touch, else −1."""
    index = index_from_contract_no(contract_no)
    if not 0 <= index < book.contracts_count:
        return -1
    owner = int(book.contract_facts[index]) >> PARTY_SHIFT
    return index if party in (owner, BANK_PARTY) else -1


def known_account(book: Book, account_no: int) -> int:
    """The index of an account that exists, else −1."""
    account = index_from_account_no(account_no)
    return account if 0 <= account < book.accounts_count else -1


def set_status(book: Book, index: int, status: ContractStatus) -> None:
    """Its status, and the copy of its account's loss for as long as it has not ended; its broker hears of it."""
    before = status_told(book.contract_state(index))
    is_lost = book.account_status(account_of(book, index)) == AccountStatus.LOSS_REPORTED
    kept = int(book.contract_facts[index]) & ~(0xFF << STATE_SHIFT)
    state = state_of(status, is_lost and status != ContractStatus.TERMINATED)
    book.contract_facts[index] = kept | state << STATE_SHIFT
    if status_told(state) != before:
        tell_contracts(book, kept >> PARTY_SHIFT, index, 1, before, status_told(state))


def own_status(book: Book, index: int) -> ContractStatus:
    """A contract's status, whatever its account has lost."""
    return ContractStatus(book.contract_state(index) & ~LOSS)


def account_of(book: Book, index: int) -> int:
    """The index of the account that a contract is on."""
    return int(book.account_of_contract[index])


def has_contract(book: Book, account: int) -> bool:
    """Whether an account has a contract that has not ended."""
    index = book.last_contract(account)
    return index >= 0 and own_status(book, index) != ContractStatus.TERMINATED
