"""Savings accounts and the contracts on them: what each message about them earns, and what it does.

Belongs here: judging in ranked order and the effect, side by side for each message. Never here: who may send it
(roles), parties and keys, money records, the tables of states (rules.contracts).

An account's columns are its current contract's alone. So whatever ends a contract is refused while anything is open on
the account, but for a card that is replaced: then the old contract keeps the old account until it has run off.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ledger.core.control.customers.open_business import (
    SHANGHAI,
    designate,
    has_open_items,
    is_kept_by_items,
    runs_off_before,
)
from ledger.core.control.customers.savings import brings_nothing, is_left, settle_interest
from ledger.core.control.customers.standing import (
    account_of,
    has_contract,
    known_account,
    own_contract,
    own_status,
    set_status,
)
from ledger.core.control.feeds import tell_contracts
from ledger.core.control.stops import begins_none
from ledger.core.state.book import (
    CHECK_SHIFT,
    HAD_CONTRACT,
    LAST_CONTRACT_MASK,
    MARKETS,
    PARTY_SHIFT,
    STATE_SHIFT,
    Book,
)
from ledger.core.state.columns import LongColumn
from ledger.core.state.number_index import packed
from ledger.core.state.orders.positions import account_on
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import (
    CONTRACT_NUMBER_STEP,
    account_no_from_index,
    contract_no_from_index,
    contract_nos_from_indices,
    index_from_account_no,
    index_from_contract_no,
)
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    ReplaceCard,
    SignContracts,
)
from protocol.vocabulary import AccountEvent, AccountStatus, ContractEvent, ContractStatus, Market, Role
from rules.contracts import (
    LOSS,
    MAY_CHANGE_BROKER,
    MAY_REPLACE_CARD,
    MAY_SIGN_AS,
    TRADES,
    next_account_status,
    next_status,
    status_told,
)
from rules.entries import OPENING
from rules.orders.schemes import sends


def judge_accounts(book: Book, message: OpenAccounts) -> ReplyCode:
    """What OpenAccounts earns."""
    numbers = _bank_account_nos(message)
    if len(np.unique(numbers)) < len(numbers) or (book.accounts_by_number.find(numbers) >= 0).any():
        return ReplyCode.ACCOUNT_EXISTS
    if book.accounts_count + len(message.accounts) > book.size.accounts_max:
        return ReplyCode.MASTER_DATA_FULL
    is_late = book.persons.sealed and any(term.balance_fen for term in message.accounts)
    return ReplyCode.OPENING_BALANCE_LATE if is_late else ReplyCode.ACCEPTED


def open_accounts(book: Book, message: OpenAccounts) -> int:
    """Append them. Returns the number of the first account."""
    terms, first = message.accounts, book.accounts_count
    count = len(terms)
    here = slice(first, first + count)
    numbers = _bank_account_nos(message)
    book.bank_account_no[here] = numbers
    book.accounts_by_number.add(numbers, np.arange(first, first + count))
    book.outlet[here] = np.fromiter((term.outlet for term in terms), np.int32, count)
    book.holder[here] = np.frombuffer(b"".join([term.holder for term in terms]), "<i8").reshape(count, 2)
    book.balance_fen[here] = np.fromiter((term.balance_fen for term in terms), np.int64, count)
    book.power_fen[here] = book.balance_fen[here]
    book.owned_fen_bound = max(book.owned_fen_bound, int(book.balance_fen[here].max()))
    book.accounts_count += count
    brought_fen: Counter[int] = Counter()  # in Python's integers: together they may pass 64 bits
    for term in terms:
        brought_fen[term.outlet] += term.balance_fen
    for outlet, fen in brought_fen.items():
        book.general_ledger.post(OPENING, outlet, fen)
    return account_no_from_index(first)


def judge_contracts(book: Book, message: SignContracts) -> ReplyCode:
    """What SignContracts earns: all of its terms, as if those in front of each had been taken."""
    return _judge_terms(book, message.contracts, ends=-1)


def sign_contracts(book: Book, message: SignContracts) -> int:
    """Append the contracts. Returns the number of the first one."""
    return _sign(book, message.contracts)


def judge_event(book: Book, party: int, message: ChangeContract) -> ReplyCode:
    """What ChangeContract earns."""
    index = own_contract(book, party, message.contract_no)
    if index < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    if not sends(book.orders.schemes.of(party), message):
        return ReplyCode.SCHEME_FORBIDS
    begins = message.event == ContractEvent.CONFIRM
    if begins and begins_none(book, int(book.contract_facts[index]) >> PARTY_SHIFT):
        return ReplyCode.BROKER_STOPPED
    if next_status(own_status(book, index), ContractEvent(message.event)) is None:
        return ReplyCode.STATUS_FORBIDS
    is_kept = message.event == ContractEvent.TERMINATE and is_kept_by_items(book, index)
    return ReplyCode.ITEMS_OPEN if is_kept else ReplyCode.ACCEPTED


def change_contract(book: Book, message: ChangeContract) -> None:
    """The contract's next status; a terminated one leaves its account."""
    index = index_from_contract_no(message.contract_no)
    status = next_status(own_status(book, index), ContractEvent(message.event))
    if status is None:
        raise MisuseError("an event that the contract's state does not allow was not refused")
    if status == ContractStatus.TERMINATED:
        _end(book, index)
    else:
        set_status(book, index, status)
        if status in TRADES and not book.began_day[index]:
            book.began_day[index] = book.event_day
            designate(book, index, book.trade_date)


def judge_account_event(book: Book, message: ChangeAccount, decided_at_ns: int) -> ReplyCode:
    """What ChangeAccount earns."""
    account = known_account(book, message.account_no)
    if account < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    if next_account_status(book.account_status(account), AccountEvent(message.event)) is None:
        return ReplyCode.STATUS_FORBIDS
    if message.event not in (AccountEvent.CLOSE, AccountEvent.SETTLE_INTEREST):
        return ReplyCode.ACCEPTED
    index = book.last_contract(account)
    if has_open_items(book, account) or (index >= 0 and is_kept_by_items(book, index)):
        return ReplyCode.ITEMS_OPEN
    if message.event == AccountEvent.SETTLE_INTEREST:
        is_empty = brings_nothing(book, account, decided_at_ns)
        return ReplyCode.STEP_NOT_DUE if is_empty else ReplyCode.ACCEPTED
    if is_left(book, account, decided_at_ns):
        return ReplyCode.INTEREST_LEFT
    if book.balance_fen[account]:
        return ReplyCode.BALANCE_LEFT
    return ReplyCode.ACCOUNT_RESTRAINED if book.restrained_fen[account] else ReplyCode.ACCEPTED


def change_account(book: Book, message: ChangeAccount) -> None:
    """The account's own state, and its copy in the contract that stands on it."""
    account = index_from_account_no(message.account_no)
    index = book.last_contract(account)
    status = next_account_status(book.account_status(account), AccountEvent(message.event))
    if status is None:
        raise MisuseError("an event that the account's state does not allow was not refused")
    if message.event == AccountEvent.SETTLE_INTEREST:
        settle_interest(book, account)
        return
    stands = has_contract(book, account)
    if status == AccountStatus.CLOSED:
        book.savings.points[account] = 0  # below half a fen
    if status == AccountStatus.CLOSED and stands:
        _end(book, index)
    kept = 0 if status == AccountStatus.CLOSED else int(book.account_flags[account]) & LAST_CONTRACT_MASK
    kept |= int(book.account_flags[account]) & HAD_CONTRACT
    book.account_flags[account] = kept | status << STATE_SHIFT
    if status != AccountStatus.CLOSED and stands:
        set_status(book, index, own_status(book, index))


def judge_broker_change(book: Book, party: int, message: ChangeBroker) -> ReplyCode:
    """What ChangeBroker earns."""
    index = own_contract(book, party, message.contract_no)
    if index < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    account = account_of(book, index)
    if known_account(book, message.terms.account_no) != account:
        return ReplyCode.ACCOUNT_UNKNOWN
    code = _judge_terms(book, [message.terms], ends=index)
    if code != ReplyCode.ACCEPTED and code < ReplyCode.STATUS_FORBIDS:
        return code
    if own_status(book, index) not in MAY_CHANGE_BROKER:
        return ReplyCode.STATUS_FORBIDS
    return ReplyCode.ITEMS_OPEN if code == ReplyCode.ACCEPTED and is_kept_by_items(book, index) else code


def change_broker(book: Book, message: ChangeBroker) -> int:
    """The old contract ends, the new one begins. Returns the new one's number."""
    _end(book, index_from_contract_no(message.contract_no))
    return _sign(book, [message.terms])


def judge_replacement(book: Book, party: int, message: ReplaceCard) -> ReplyCode:
    """What ReplaceCard earns."""
    index = own_contract(book, party, message.contract_no)
    if index < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    account = known_account(book, message.account_no)
    if account < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    if book.account_status(account) == AccountStatus.CLOSED:
        return ReplyCode.ACCOUNT_CLOSED
    if begins_none(book, int(book.contract_facts[index]) >> PARTY_SHIFT):
        return ReplyCode.BROKER_STOPPED
    if has_contract(book, account):
        return ReplyCode.ACCOUNT_HAS_CONTRACT
    if (book.holder[account] != book.holder[account_of(book, index)]).any():
        return ReplyCode.HOLDER_DIFFERS
    if own_status(book, index) not in MAY_REPLACE_CARD:
        return ReplyCode.STATUS_FORBIDS
    return ReplyCode.ACCEPTED if book.contracts_count < book.size.contracts_max else ReplyCode.MASTER_DATA_FULL


def replace_card(book: Book, message: ReplaceCard) -> int:
    """The contract goes on on the other account under a new number, the old one runs off. Returns that number.

    Its broker is designated as before: nothing is told to the exchange.
    """
    index, account = index_from_contract_no(message.contract_no), index_from_account_no(message.account_no)
    party, status = int(book.contract_facts[index]) >> PARTY_SHIFT, own_status(book, index)
    numbers, designated_on = book.securities_no[index : index + 1].copy(), int(book.designated_on[index])
    set_status(book, index, ContractStatus.RUNS_OFF)
    book.ended_on[index], book.designated_on[index] = book.trade_date, 0
    number = _append(book, np.array([account]), np.array([party]), np.array([status]), numbers)
    new = index_from_contract_no(number)
    designate(book, new, designated_on)
    book.follows[new] = 1 + next(runs_off_before(book, index + 1), -1)
    book.orders.sign_ons.carry(index, new)
    return number


def end_what_ran_off(book: Book, trade_date: int) -> None:
    """Once the customers of `trade_date` are settled: contracts that began to run off by then, and have nothing open,
    have ended. Their account goes on counting for their party: nobody said otherwise."""
    used = slice(book.contracts_count)
    statuses = (book.contract_facts[used] >> STATE_SHIFT) & (LOSS - 1)
    indices = np.flatnonzero((statuses == ContractStatus.RUNS_OFF) & (book.ended_on[used] <= trade_date))
    for index in indices.tolist():
        if not has_open_items(book, account_of(book, index)):
            set_status(book, index, ContractStatus.TERMINATED)


def _judge_terms(book: Book, terms: Sequence[ContractTerms], ends: int) -> ReplyCode:
    """What contracts to sign earn, when the contract at `ends` (−1: none) is about to end."""
    if any(len({each.market for each in term.securities_accounts}) < len(term.securities_accounts) for term in terms):
        return ReplyCode.REQUEST_MALFORMED
    accounts = [known_account(book, term.account_no) for term in terms]
    if min(accounts) < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    if any(book.account_status(account) == AccountStatus.CLOSED for account in accounts):
        return ReplyCode.ACCOUNT_CLOSED
    if any(begins_none(book, term.party) for term in terms):
        return ReplyCode.BROKER_STOPPED
    if any(book.role[party] != Role.BROKER for party in {term.party for term in terms}):
        return ReplyCode.PARTY_UNKNOWN
    taken = any(book.last_contract(account) != ends and has_contract(book, account) for account in accounts)
    if taken or len(set(accounts)) < len(accounts):
        return ReplyCode.ACCOUNT_HAS_CONTRACT
    if _any_securities_account_taken(book, _securities_nos(terms), ends):
        return ReplyCode.SECURITIES_ACCOUNT_TAKEN
    if not {term.status for term in terms} <= MAY_SIGN_AS:
        return ReplyCode.STATUS_FORBIDS
    if book.contracts_count + len(terms) > book.size.contracts_max:
        return ReplyCode.MASTER_DATA_FULL
    return ReplyCode.ACCEPTED


def _any_securities_account_taken(book: Book, numbers: LongColumn, ends: int) -> bool:
    for taken, mine in zip(book.contracts_by_securities_no, numbers.T, strict=True):
        named = mine[mine != 0]
        if len(np.unique(named)) < len(named):
            return True
        holders = taken.find(named)
        holders = holders[(holders >= 0) & (holders != ends)]
        if ((book.contract_facts[holders] >> STATE_SHIFT) & (LOSS - 1) != ContractStatus.TERMINATED).any():
            return True
    return False


def _sign(book: Book, terms: Sequence[ContractTerms]) -> int:
    count = len(terms)
    accounts = np.fromiter((index_from_account_no(term.account_no) for term in terms), np.int64, count)
    party = np.fromiter((term.party for term in terms), np.int64, count)
    status = np.fromiter((term.status for term in terms), np.int64, count)
    numbers = _securities_nos(terms)
    _forget_positions(book, numbers)
    return _append(book, accounts, party, status, numbers)


def _forget_positions(book: Book, numbers: LongColumn) -> None:
    """Whoever signs tells anew what (m, MARKETS) securities accounts have; a card that is replaced keeps it."""
    if not book.orders.mirror.pages:
        return
    for market, column in zip(MARKETS, numbers.T, strict=True):
        for number in column[column != 0].tolist():
            book.orders.mirror.forget(account_on(market, number))


def _append(book: Book, accounts: LongColumn, party: LongColumn, status: LongColumn, numbers: LongColumn) -> int:
    """Contracts on (m,) accounts, with (m, MARKETS) securities accounts. Returns the number of the first."""
    first, count = book.contracts_count, len(accounts)
    here = slice(first, first + count)
    indices = np.arange(first, first + count, dtype=np.int64)
    lost = np.where(book.account_flags[accounts] >> STATE_SHIFT == AccountStatus.LOSS_REPORTED, LOSS, 0)
    check_digits = contract_nos_from_indices(indices) - indices * CONTRACT_NUMBER_STEP
    facts = party << PARTY_SHIFT | (status | lost) << STATE_SHIFT | check_digits << CHECK_SHIFT
    book.contract_facts[here] = facts | accounts
    book.account_flags[accounts] = book.account_flags[accounts] & ~LAST_CONTRACT_MASK | HAD_CONTRACT | indices + 1
    book.securities_no[here] = numbers
    trades = np.isin(status, list(TRADES))
    book.began_day[here] = np.where(trades, book.event_day, 0)
    book.designated_on[here] = np.where(trades & (numbers[:, SHANGHAI] != 0), book.trade_date, 0)
    for taken, mine in zip(book.contracts_by_securities_no, numbers.T, strict=True):
        taken.add(mine[mine != 0], indices[mine != 0])
    book.contracts_count += count
    _tell_begun(book, first, party, status | lost)
    return contract_no_from_index(first)


def _tell_begun(book: Book, first: int, party: LongColumn, state: LongColumn) -> None:
    """Brokers hear of (m,) contracts that begin at the index `first`: neighbours that are alike are one entry."""
    is_other = np.flatnonzero((party[1:] != party[:-1]) | (state[1:] != state[:-1])) + 1
    begins = [0, *is_other.tolist()]
    for place, end in zip(begins, [*begins[1:], len(party)], strict=True):
        tell_contracts(book, int(party[place]), first + place, end - place, 0, status_told(int(state[place])))


def _end(book: Book, index: int) -> None:
    """A message ends the contract: its account has none from now on."""
    account = account_of(book, index)
    set_status(book, index, ContractStatus.TERMINATED)
    book.ended_on[index], book.designated_on[index] = book.trade_date, 0
    if book.began_day[index]:
        book.ended_day[index] = book.event_day
    book.account_flags[account] &= ~LAST_CONTRACT_MASK


def _bank_account_nos(message: OpenAccounts) -> LongColumn:
    return np.fromiter((term.bank_account_no for term in message.accounts), np.int64, len(message.accounts))


def _securities_nos(terms: Sequence[ContractTerms]) -> LongColumn:
    """(m, MARKETS) packed numbers, 0 for none."""
    numbers = np.zeros((len(terms), len(MARKETS)), np.int64)
    for place, term in enumerate(terms):
        for account in term.securities_accounts:
            numbers[place, MARKETS.index(Market(account.market))] = packed(account.number)
    return numbers
