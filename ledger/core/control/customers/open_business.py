"""Business that is open: what keeps a contract from ending, and its broker designated 指定交易 in Shanghai.

Belongs here: reading what is open, since when a broker is designated. Never here: what is refused for it (accounts,
pushes), how it is told (open_items).

A Shanghai securities account trades through one broker at a time, whom the bank designates for its customer (004 附件二
第3条3): from the trade date on which the contract is confirmed until it ends. A card that is replaced changes no
designation. So it is locked by what is open of all contracts that stood under it, also those that run off.
"""

from collections.abc import Iterator

from ledger.core.state.book import MARKETS, PARTY_SHIFT, Book
from protocol.vocabulary import ContractStatus, Market
from rules.contracts import LOSS

SHANGHAI = MARKETS.index(Market.XSHG)


def has_open_items(book: Book, account: int) -> bool:
    """Whether anything on the account is frozen, or bought or sold and not settled, or gated, also by clearing data
    alone.
    """
    if book.frozen_fen[account] or book.bought_fen[account] or book.sold_fen[account]:
        return True
    index = book.last_contract(account)
    if index >= 0 and book.requests.has_open_order(index):
        return True
    party = int(book.contract_facts[index]) >> PARTY_SHIFT
    return index >= 0 and (book.clearing.names(index, party) or bool(book.gated.of_contract(index, party)))


def is_kept_by_items(book: Book, index: int) -> bool:
    """Whether something open keeps the contract from ending: on its account, or of a contract that locks it."""
    return has_open_items(book, int(book.account_of_contract[index])) or next(locks(book, index), -1) >= 0


def locks(book: Book, index: int) -> Iterator[int]:
    """Indices of contracts that run off with something open, the latest first, while this one's broker is designated:
    they trade under the same securities account."""
    if not book.designated_on[index]:
        return
    for each in runs_off_before(book, int(book.follows[index])):
        if has_open_items(book, int(book.account_of_contract[each])):
            yield each


def runs_off_before(book: Book, place: int) -> Iterator[int]:
    """Indices of contracts that run off, from the one at index + 1 = `place` back, by what each followed."""
    while place:
        if book.contract_state(place - 1) & ~LOSS == ContractStatus.RUNS_OFF:
            yield place - 1
        place = int(book.follows[place - 1])


def designate(book: Book, index: int, trade_date: int) -> None:
    """The contract's broker is designated since this trade date, where the contract has an account in Shanghai."""
    book.designated_on[index] = trade_date if book.securities_no[index, SHANGHAI] else 0
