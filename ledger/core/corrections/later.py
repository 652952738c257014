"""What later trade dates have brought to accounts and not spent, kept up while a block is decided in order.

Belongs here: adding it up for the accounts of which a record may ask it, letting each record move it. Never here: what
it forbids (rules.day.corrections, rules.day.settlement, rules.money.cash), an account's other amounts (decide).

Whatever an account has frozen or bought up to a trade date, what came up to that date pays for: orders keep that by
themselves, for they are of the latest date, and so do withdrawals, which leave all that is frozen and bought. What is
taken in the name of an earlier date has to ask.
"""

import numpy as np

from ledger.core.kind_tables import ASKS_LATER, may_send
from ledger.core.lines.compare import slots_of_contracts
from ledger.core.resolve import Block
from ledger.core.state.book import LAST_CONTRACT_MASK, PARTY_SHIFT, Book
from ledger.core.state.columns import FenColumn, IntColumn, Positions
from rules.money.account import Account, LaterDates
from rules.money.cash import DEDUCTED


def later_dates(book: Book, block: Block, positions: Positions | slice) -> dict[int, LaterDates]:
    """By index, of the accounts of which a record at `positions` may ask it."""
    deducts = block.way is not None and np.isin(block.way, list(DEDUCTED))
    if block.corrections is None and block.proceeds is None and not np.any(deducts):
        return {}
    kinds = np.broadcast_to(block.kind, (block.count,))
    since = np.where(ASKS_LATER[kinds], block.executed_on(book), 0)
    since[deducts] = book.unsettled.oldest_date
    asks = block.known & (since > 0) & (since < book.trade_date) & may_send(block.kind, block.role)
    asks, since, accounts = asks[positions], since[positions], block.account[positions]
    named = np.unique(accounts[asks])
    if not len(named):
        return {}
    return dict(zip(named.tolist(), _of_accounts(book, named, int(since[asks].min())), strict=True))


def money_of(book: Book, accounts: Positions | IntColumn, since: int) -> list[Account]:
    """What (m,) accounts have, as far as it is asked of dates from `since` on."""
    columns = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen, book.restrained_fen)
    amounts = (column[accounts].tolist() for column in columns)
    later = _of_accounts(book, accounts, since)
    moved = (book.moved.remaining_fen[accounts].tolist(), book.moved.drawn_fen[accounts].tolist())
    return list(map(Account, *amounts, ([] for _ in later), later, *moved))


def _of_accounts(book: Book, accounts: Positions | IntColumn, since: int) -> list[LaterDates]:
    unsettled = book.unsettled
    dates = sorted(date for date in unsettled.dates[:-1].tolist() if date >= since)
    found = [LaterDates(dict.fromkeys(dates[:-1], 0)) for _ in accounts.tolist()]
    taken_fen = _taken_fen(book, accounts) if len(dates) > 1 else {}
    for date in dates[1:]:
        slot = unsettled.slot_of(date)
        brought_fen = unsettled.sold_fen[slot][accounts] - unsettled.bought_fen[slot][accounts]
        brought_fen += book.moved.drawn(date, accounts) - taken_fen.get(date, 0)
        for later, fen in zip(found, brought_fen.tolist(), strict=True):
            later.move(date, fen)
    return found


def _taken_fen(book: Book, accounts: Positions | IntColumn) -> dict[int, FenColumn]:
    """By trade date (m,) Σ remaining of its freezes, less what was moved of it: those of each account's last contract,
    for others have none open. What is frozen and of no date before is of the open one, of which new ones come all the
    time.
    """
    requests = book.requests
    open_fen: FenColumn = book.frozen_fen[accounts] - book.moved.remaining_fen[accounts]
    found = {book.trade_date: open_fen}
    has_some = accounts[book.frozen_fen[accounts] > 0]
    contracts = np.unique(book.account_flags[has_some] & LAST_CONTRACT_MASK) - 1
    parties = book.contract_facts[contracts] >> PARTY_SHIFT
    for date in requests.carried_dates() if len(contracts) else []:
        of_date = found[date] = np.zeros(len(accounts), np.int64)
        for party in np.unique(parties).tolist():
            slots = slots_of_contracts(book, date, party, contracts[parties == party])
            remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
            remaining_fen -= requests.moved_fen[slots]
            of_date += _by_account(book, accounts, requests.contract[slots] - 1, remaining_fen)
        open_fen -= of_date
    return found


def _by_account(book: Book, accounts: Positions | IntColumn, owners: IntColumn, amounts_fen: FenColumn) -> FenColumn:
    """(m,) Σ of the amounts of each account's contracts, wherever it stands among them."""
    order = np.argsort(accounts, kind="stable")
    ordered, owned = accounts[order], book.account_of_contract[owners]
    ends = np.searchsorted(ordered, owned, side="right")
    sums_fen = np.zeros(len(accounts) + 1, np.int64)
    np.add.at(sums_fen, np.searchsorted(ordered, owned), amounts_fen)
    np.subtract.at(sums_fen, ends, amounts_fen)
    by_account: FenColumn = np.zeros(len(accounts), np.int64)
    by_account[order] = np.cumsum(sums_fen[:-1])
    return by_account
