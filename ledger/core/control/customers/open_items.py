"""What is open of a contract or on an account: the list behind ITEMS_OPEN.

Belongs here: reading. Never here: who may ask (book_answers), what is refused for it (accounts, pushes).

Places are slots of the request table: they move when a date opens, and what is asked for page by page is then asked
for again from the beginning.
"""

from itertools import islice

import numpy as np

from ledger.core.control.customers.open_business import locks
from ledger.core.control.customers.standing import known_account, own_contract
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.requests import key_parts
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.limits import (
    FREEZES_LOOKED_AT_MAX,
    QUERY_OPEN_DATES_MAX,
    QUERY_OPEN_FREEZES_MAX,
    QUERY_OPEN_RUN_OFF_MAX,
    UNSETTLED_DATES_MAX,
)
from protocol.messages.customers.open_items import OpenDate, OpenFreeze, OpenItemsAnswer, OpenItemsQuery, OpenRestraint
from protocol.vocabulary import BANK_PARTY
from rules.contracts import ENDED

_SETTLED_TOLD_MAX = QUERY_OPEN_DATES_MAX - UNSETTLED_DATES_MAX


def open_items(book: Book, party: int, query: OpenItemsQuery) -> OpenItemsAnswer:
    """What `party` is told to be open: of a contract that is not its own as of one that is not there."""
    is_bank = party == BANK_PARTY
    index = own_contract(book, party, query.number)
    account = int(book.account_of_contract[index]) if index >= 0 else -1
    if index < 0 and is_bank:
        account = known_account(book, query.number)
        index = book.last_contract(account) if account >= 0 else -1
    if account < 0:
        code = int(ReplyCode.CONTRACT_UNKNOWN)
        return OpenItemsAnswer(book.sequence, query.number, code, 0, 0, 0, 0, [], [], [], [])
    has_contract = index >= 0 and book.contract_state(index) != ENDED  # else the account's columns are not its own
    next_place, freezes = _freezes(book, index, query.first) if has_contract else (0, [])
    return OpenItemsAnswer(
        book.sequence,
        query.number,
        int(ReplyCode.ACCEPTED),
        int(book.frozen_fen[account]) if has_contract else 0,
        int(book.bought_fen[account]) if has_contract else 0,
        int(book.sold_fen[account]) if has_contract else 0,
        next_place,
        freezes,
        _dates(book, index, account) if has_contract else [],
        _restraints(book, account) if is_bank else [],
        _run_off(book, index) if has_contract else [],
    )


def _freezes(book: Book, index: int, first: int) -> tuple[int, list[OpenFreeze]]:
    """The contract's open freezes from a slot on, in the order of slots, and the slot at which to go on, 0 at the
    end."""
    requests, account = book.requests, int(book.account_of_contract[index])
    used = requests.slots_used
    if first >= used or not (book.frozen_fen[account] or requests.orders.are_kept):
        return 0, []
    end = min(first + FREEZES_LOOKED_AT_MAX, used)
    slots = first + np.flatnonzero(requests.contract[first:end] == index + 1)
    slots = slots[requests.are_open(slots)]
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    if len(slots) > QUERY_OPEN_FREEZES_MAX:
        end = int(slots[QUERY_OPEN_FREEZES_MAX])
        slots, remaining_fen = slots[:QUERY_OPEN_FREEZES_MAX], remaining_fen[:QUERY_OPEN_FREEZES_MAX]
    keys = requests.keys_of(slots, book.trade_date).tolist()
    pairs = zip(keys, remaining_fen.tolist(), strict=True)
    return 0 if end == used else end, [OpenFreeze(*key_parts(key), fen) for key, fen in pairs]


def _dates(book: Book, index: int, account: int) -> list[OpenDate]:
    """Each trade date of which money is not paid, or a set that counts says some, ascending."""
    ring, party = book.unsettled, int(book.contract_facts[index]) >> PARTY_SHIFT
    said = book.clearing.said_of(index, party)
    unpaid = ring.unpaid_of(index, _SETTLED_TOLD_MAX)
    found = [OpenDate(date, bought_fen, sold_fen, 0, 0, 0, True) for date, bought_fen, sold_fen in unpaid]
    gated = list(book.gated.of_contract(index, party).items())[: _SETTLED_TOLD_MAX - len(found)]
    found += [OpenDate(date, 0, sold_fen, 0, 0, other_fen, True) for date, (sold_fen, other_fen) in gated]
    for slot in ring.used_slots():
        date = int(ring.dates[slot])
        bought_fen, sold_fen = int(ring.bought_fen[slot][account]), int(ring.sold_fen[slot][account])
        if bought_fen or sold_fen or date in said:
            found.append(OpenDate(date, bought_fen, sold_fen, *said.get(date, (0, 0, 0)), False))
    return sorted(found, key=lambda each: each.trade_date)


def _run_off(book: Book, index: int) -> list[int]:
    """Contracts that keep this one's broker designated, the latest first."""
    return [contract_no_from_index(each) for each in islice(locks(book, index), QUERY_OPEN_RUN_OFF_MAX)]


def _restraints(book: Book, account: int) -> list[OpenRestraint]:
    restraints = book.restraints.of(account)
    return [OpenRestraint(each.number, int(each.kind), each.amount_fen) for each in restraints]
