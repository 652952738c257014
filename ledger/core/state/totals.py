"""What the book tells when asked: both amounts of single contracts, whose an account is, control totals, outlets apart.

Belongs here: reading. Never here: who may ask (the ledger's link), changes.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from ledger.core.control.customers.standing import own_contract
from ledger.core.state.book import FACT_MASK, HAD_CONTRACT, LAST_CONTRACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, IntColumn, LongColumn, Positions
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.limits import ACCOUNTS_MAX, COLUMN_FEN_MAX, PARTIES_MAX
from protocol.messages.day.marked import OutletApart
from protocol.messages.fields import sum_from_fen
from protocol.messages.queries import AccountFacts, ContractMoney, PartyTotals
from protocol.vocabulary import BANK_PARTY, ContractStatus
from rules.contracts import ENDED, status_told

_PARTIES = PARTIES_MAX + 1
_LOW_BITS = 32
_LOW_MASK = (1 << _LOW_BITS) - 1
_HALF_BITS = 30  # of an amount
_HALF_MASK = (1 << _HALF_BITS) - 1
_AT_ONCE = 1 << 18
assert (COLUMN_FEN_MAX >> _HALF_BITS) * _AT_ONCE < 2**53 > _HALF_MASK * _AT_ONCE
assert (COLUMN_FEN_MAX >> _HALF_BITS) * ACCOUNTS_MAX < 2**62


def buying_power(book: Book, party: int, contract_nos: Iterable[int]) -> list[ContractMoney]:
    """Buying power and withdrawable amount, in the order asked; what `party` may not touch reads as unknown.

    Each is shown as 0 when below, and at most as the largest amount that a message carries. Both are 0 of a contract
    that has ended: what is on the account now is no business of its broker.
    """
    answers = []
    for contract_no in contract_nos:
        index = own_contract(book, party, contract_no)
        if index < 0:
            answers.append(ContractMoney(contract_no, ReplyCode.CONTRACT_UNKNOWN, 0, 0, 0))
            continue
        account, state = int(book.account_of_contract[index]), book.contract_state(index)
        power_fen = int(book.power_fen[account]) if state != ENDED else 0
        withdrawable_fen = power_fen - int(book.sold_fen[account]) if state != ENDED else 0
        answers.append(
            ContractMoney(
                contract_no,
                ReplyCode.ACCEPTED,
                status_told(state),
                min(max(power_fen, 0), COLUMN_FEN_MAX),
                min(max(withdrawable_fen, 0), COLUMN_FEN_MAX),
            )
        )
    return answers


def signed_on_power(book: Book, seat: int, contract_nos: Iterable[int], now_s: int) -> list[ContractMoney]:
    """The same for a channel's seat, of whoever is signed on with it now; of everybody else it learns nothing."""
    channels, sign_ons = book.orders.channels, book.orders.sign_ons
    channel, broker = int(channels.channel[seat]), int(channels.broker[seat])
    answers = []
    for contract_no in contract_nos:
        index = own_contract(book, broker, contract_no)
        if index >= 0 and sign_ons.holds(index, channel, now_s):
            answers += buying_power(book, broker, [contract_no])
        else:
            answers.append(ContractMoney(contract_no, ReplyCode.NOT_SIGNED_ON, 0, 0, 0))
    return answers


def account_facts(book: Book, bank_account_nos: Sequence[int]) -> list[AccountFacts]:
    """Our numbers of accounts by the bank's own, in the order asked, and of the contract that stands on each."""
    accounts = book.accounts_by_number.find(np.array(bank_account_nos, np.int64)).tolist()
    return [_facts(book, number, account) for number, account in zip(bank_account_nos, accounts, strict=True)]


def _facts(book: Book, bank_account_no: int, account: int) -> AccountFacts:
    if account < 0:
        return AccountFacts(bank_account_no, ReplyCode.ACCOUNT_UNKNOWN, 0, 0, 0, 0)
    index = book.last_contract(account)
    if index >= 0:
        contract = (contract_no_from_index(index), status_told(book.contract_state(index)))
    else:
        contract = (0, int(ContractStatus.TERMINATED) if book.account_flags[account] & HAD_CONTRACT else 0)
    numbered = (account_no_from_index(account), book.account_status(account))
    return AccountFacts(bank_account_no, ReplyCode.ACCEPTED, *numbered, *contract)


def totals(book: Book) -> list[PartyTotals]:
    """Exact sums by party, ascending: of each that an account or a contract counts for.

    What an account has counts for the party of its last contract until a message ended that, else for the bank; what
    was sold for a contract that has ended, and is on no account, for that contract's.
    """
    used = slice(book.accounts_count)
    last = book.account_flags[used] & LAST_CONTRACT_MASK
    parties = np.where(last > 0, book.contract_facts.take(last - 1, mode="clip") >> PARTY_SHIFT, BANK_PARTY)
    seen = np.flatnonzero(
        np.bincount(parties, minlength=_PARTIES) + np.bincount(book.contract_parties(), minlength=_PARTIES)
    )
    length = int(seen.max(initial=0)) + 1
    columns = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen)
    sums = [_sums_by_party(column[used], parties, length) for column in columns]
    contracts, sold_fen = sold_of_ended(book)
    for party, fen in zip((book.contract_facts[contracts] >> PARTY_SHIFT).tolist(), sold_fen.tolist(), strict=True):
        sums[3][party] += fen
    return [PartyTotals.of(party, *(amounts[party] for amounts in sums)) for party in seen.tolist()]


def sold_of_ended(book: Book) -> tuple[Positions, FenColumn]:
    """(m,) contracts that have ended, each as often as there are dates on which something was sold for it; how much."""
    unsettled = book.unsettled
    unpaid = unsettled.unpaid_contracts
    is_ended = book.contract_facts[unpaid] >> STATE_SHIFT & FACT_MASK == ENDED
    found = [(unpaid[is_ended], unsettled.unpaid_sold_fen[is_ended])]
    found += [book.sold_of_ended(trade_date) for trade_date in sorted(book.clearing.by_contract)]
    gated, gated_fen = book.gated.entries()
    found.append((gated[book.have_ended(gated)], gated_fen[book.have_ended(gated)]))
    contracts, sold_fen = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return contracts, sold_fen


def outlets_apart(book: Book) -> list[OutletApart]:
    """The outlets, ascending, whose accounts have together something else than the general ledger has for them."""
    outlets, ledger = book.outlet[: book.accounts_count], book.general_ledger
    numbers = np.flatnonzero(np.bincount(outlets))
    balance_fen = book.balance_fen[: len(outlets)]
    if book.moved.is_used:
        balance_fen = balance_fen - book.moved.of_accounts(slice(len(outlets)))
    sums_fen = sums_by_outlet(balance_fen, outlets, numbers)
    accounts_fen = dict(zip(numbers.tolist(), sums_fen, strict=True))
    known = sorted(accounts_fen.keys() | ledger.savings_outlets())
    pairs = ((outlet, accounts_fen.get(outlet, 0), ledger.savings_fen(outlet)) for outlet in known)
    return [OutletApart(outlet, *map(sum_from_fen, both)) for outlet, *both in pairs if both[0] != both[1]]


def sums_by_outlet(column_fen: FenColumn, outlets: IntColumn, numbers: Positions) -> list[int]:
    """(k,) Σ by the outlets with (k,) numbers. Accounts of one stand anywhere, so each is counted alone: in doubles,
    which hold a sum of _AT_ONCE halves of _HALF_BITS exactly.
    """
    high, low = np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)
    length = int(numbers.max(initial=0)) + 1
    for start in range(0, len(outlets), _AT_ONCE):
        here, fen = outlets[start : start + _AT_ONCE], column_fen[start : start + _AT_ONCE]
        for sums, half in ((high, fen >> _HALF_BITS), (low, fen & _HALF_MASK)):
            sums += np.bincount(here, half, length)[numbers].astype(np.int64)
    return [(h << _HALF_BITS) + part for h, part in zip(high.tolist(), low.tolist(), strict=True)]


def _sums_by_party(column_fen: FenColumn, parties: LongColumn, length: int) -> list[int]:
    """(length,) Σ by party number. High and low halves are summed apart: 2^25 amounts of 2^60 do not fit 64 bits."""
    high, low = np.zeros(length, np.int64), np.zeros(length, np.int64)
    # Contracts of one party mostly stand side by side: each run of them is added up first, at the memory's speed.
    begins = np.flatnonzero(np.concatenate(([True], parties[1:] != parties[:-1])))[: len(parties)]
    if len(begins):
        np.add.at(high, parties[begins], np.add.reduceat(column_fen >> _LOW_BITS, begins))
        np.add.at(low, parties[begins], np.add.reduceat(column_fen & _LOW_MASK, begins))
    return [(h << _LOW_BITS) + part for h, part in zip(high.tolist(), low.tolist(), strict=True)]
