"""What is always true of the books, and the checks that stop the process when it is not.

Belongs here: statements about state. Never here: refusals. Everything raises InvariantBroken with the place.

1. balance ≥ 0, frozen ≥ 0, bought ≥ 0, sold ≥ 0, restrained ≥ 0, and none above COLUMN_FEN_MAX.
2. balance − frozen − bought + sold ≥ 0.
3. Of every freeze: amount = drawn + released + remaining, each ≥ 0; frozen of an account = Σ remaining of its freezes.
4. Buying power kept = buying power added up from its parts.
5. Bought and sold of an account = Σ over the slots of the ring + Σ over entries of settled dates of its contract, gated
   ones among them, unless that has ended: what is sold for it is on no account. Each is ≥ 0.
6. The open trade date is the latest of those that have a slot, and a trade day leads to its date's slot.
7. Whatever is frozen, bought or sold on an account is of its last contract, which has not ended; every contract that
   has not ended is the last one of its account, and tells its loss.
8. All balances of the general ledger together are 0, and it has of each outlet what the accounts of the outlet have.
9. Every outlet stands under a registered one of the level above; a branch under none.
10. Restrained of an account = Σ of its restraints, of which each withholds something; no more ranks before one than is
    frozen and bought. What card debits left is one of each account, and together what the general ledger has in errors.
11. What came up to a trade date pays for what is frozen and bought up to it: 2, without what later dates have brought.
    Until its customers are settled: then nothing is taken in its name, and what it holds is drawn for a later date.
12. What is moved of an account is Σ over its freezes + Σ over dates of what was drawn of it: of a freeze no more than
    remains, of a date no more than is bought, and in all no more than the balance. Together it is what the general
    ledger has for the broker; and 11 holds of what is not moved.
13. The settlement suspense of a settled lane is what is gated less what is owed and unpaid; what outlets have credited,
    with what is gated and without what was made good, is what its broker owes by it. A lane that is being settled has
    something left to settle.
14. What clearing_accounts.proof says of brokers' clearing accounts and of what is owed (ledger.core.control).
15. Points and interest that is due are ≥ 0, what is due fits one record, and a closed account has neither.
16. What orders.proof says of securities, orders, passwords and the mirror (ledger.core.control).
"""

from collections import Counter

import numpy as np

from ledger.core.control.clearing_accounts.proof import check_clearing_accounts
from ledger.core.control.orders.proof import check_mirror, check_orders, check_securities, check_sign_ons
from ledger.core.kind_tables import LOWERS_BALANCE, LOWERS_FROZEN, OPENS_FREEZE
from ledger.core.resolve import Block
from ledger.core.settling.amounts import contracts_to_settle
from ledger.core.settling.lanes import prove
from ledger.core.state.book import ACCOUNT_MASK, FACT_MASK, LAST_CONTRACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, Mask, Positions, is_some
from ledger.core.state.customers.restraints import sums_fen
from ledger.core.state.requests import key_dates
from ledger.core.state.totals import outlets_apart
from protocol.errors import InvariantBroken
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, PARTIES_MAX
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, AccountCode, AccountStatus, LaneState, RestraintKind
from rules.contracts import ENDED, LOSS
from rules.outlets import cannot_be, level_above

_SCAN_SLOTS = 1 << 18  # of one step of a scan: its scratch stays small beside the table


def check_block(book: Book, block: Block) -> None:
    """Statements 1 and 2 over the accounts that a block has touched, as far as its kinds can lower them."""
    power_fen = book.power_fen.take(block.account)
    if int(power_fen.min()) < 0:
        power_fen += book.restrained_fen.take(block.account)
        _demand(power_fen >= 0, "balance − frozen − bought + sold", book)
    if isinstance(block.kind, int) and OPENS_FREEZE[block.kind]:
        if book.moved.is_used and is_some(block.moves_money):
            check_moved(book, block)
        return
    accounts = _accounts_of(block, LOWERS_FROZEN)
    if len(accounts):
        _demand(book.frozen_fen.take(accounts) >= 0, "frozen", book)
    accounts = _accounts_of(block, LOWERS_BALANCE)
    if len(accounts):
        _demand(book.balance_fen.take(accounts) >= 0, "balance", book)
    if book.moved.is_used and (len(accounts) or is_some(block.moves_money)):
        check_moved(book, block)


def check_moved(book: Book, block: Block) -> None:
    """Of the accounts that a block has touched: what is on them without what is moved."""
    there_fen = book.balance_fen.take(block.account) - book.moved.of_accounts(block.account)
    _demand(there_fen >= 0, "balance without what is moved", book)


def _accounts_of(block: Block, kinds: Mask) -> Positions:
    """Accounts of the records of some kinds, as (256,) by kind."""
    if isinstance(block.kind, int):
        return block.account if kinds[block.kind] else block.account[:0]
    return block.account[np.flatnonzero(kinds[block.kind])]


def check_book(book: Book) -> None:
    """All statements over the whole book. Takes time: at recovery and in tests."""
    used = slice(book.accounts_count)
    for column in (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen, book.restrained_fen):
        _demand((column[used] >= 0) & (column[used] <= COLUMN_FEN_MAX), "an account column", book)
    power_fen = book.derived_power_fen(used)
    _demand(power_fen == book.power_fen[used], "buying power kept", book)
    _demand(power_fen + book.restrained_fen[used] >= 0, "balance − frozen − bought + sold", book)
    _check_interest(book)
    frozen_fen = _check_freezes(book)
    _check_unsettled(book)
    moved_fen = _check_moved(book)
    _check_dates(book, frozen_fen, moved_fen)
    _check_contracts(book)
    _check_general_ledger(book)
    _check_outlets(book)
    _check_restraints(book)
    check_clearing_accounts(book)
    _check_settled(book)
    check_securities(book)
    check_orders(book)
    check_sign_ons(book)
    check_mirror(book)


def _check_settled(book: Book) -> None:
    """Statement 13."""
    for gated in book.gated.sorted_lanes():
        prove(book, gated)
        _demand(gated.other_fen >= 0, "what else is gated", book)
    for lane in book.clearing.lanes.values():
        is_settling = lane.state == LaneState.SETTLING
        left = len(contracts_to_settle(book, lane)) if is_settling else 0
        _demand(np.array(lane.to_settle == left and is_settling == (left > 0)), "what is to be settled", book)


def _check_interest(book: Book) -> None:
    """Statement 15."""
    used = slice(book.accounts_count)
    points, due_fen = book.savings.points[used], book.savings.due_fen[used]
    _demand((points >= 0) & (due_fen >= 0) & (due_fen <= AMOUNT_FEN_MAX), "what an account has earned", book)
    is_closed = book.account_flags[used] >> STATE_SHIFT == AccountStatus.CLOSED
    _demand((points[is_closed] == 0) & (due_fen[is_closed] == 0), "interest of a closed account", book)


def _check_restraints(book: Book) -> None:
    """Statement 10."""
    table, used = book.restraints, slice(book.accounts_count)
    all_ones = table.ordered()
    _demand(sums_fen(all_ones, book.accounts_count) == book.restrained_fen[used], "restrained against its sum", book)
    numbers = list(table.by_number)
    fits = [each.senior_fen >= 0 and 0 <= each.ordered_fen <= each.amount_fen > 0 for each in all_ones]
    fits.append(numbers == sorted(numbers) and max(numbers, default=0) <= table.given)
    _demand(np.array(fits, bool), "a restraint", book)
    seniors = np.array([each.senior_fen for each in all_ones], np.int64)
    accounts = np.array([each.account for each in all_ones], np.intp)
    _demand(seniors <= book.frozen_fen[accounts] + book.bought_fen[accounts], "what ranks before a restraint", book)
    cards = [each for each in all_ones if each.kind == RestraintKind.CARD]
    owed_fen = Counter[int]()
    for each in cards:
        owed_fen[int(book.outlet[each.account])] += each.amount_fen
    outlets = {
        key.item for key in book.general_ledger.keys if (key.code, key.party) == (AccountCode.ERRORS, BANK_PARTY)
    }
    holds = [book.general_ledger.errors_fen(outlet) == owed_fen[outlet] for outlet in outlets | set(owed_fen)]
    _demand(np.array(holds, bool), "card debits to collect against the general ledger", book)
    _demand(np.array(len({each.account for each in cards}) == len(cards)), "one for cards of each account", book)


def _check_general_ledger(book: Book) -> None:
    """Statement 8."""
    ledger = book.general_ledger
    _demand(np.array(sum(ledger.balances_fen.values()) == 0), "Σ of the general ledger", book)
    _demand(np.array(not outlets_apart(book)), "an outlet's accounts against the general ledger", book)
    outlets = set(np.unique(book.outlet[: book.accounts_count]).tolist())
    _demand(np.array(ledger.savings_outlets() == outlets), "the outlets of the general ledger", book)


def _check_outlets(book: Book) -> None:
    """Statement 9."""
    outlets = book.outlets
    rights = [
        not cannot_be(entry.outlet, entry.level, entry.parent)
        and outlets.level(entry.parent) == level_above(entry.level)
        for entry in outlets.entries.values()
    ]
    _demand(np.array(rights, bool), "what an outlet stands under", book)
    keys = [number == entry.outlet for number, entry in outlets.entries.items()]
    _demand(np.array([*keys, outlets.numbers == sorted(outlets.entries)], bool), "the numbers of outlets", book)


def _check_contracts(book: Book) -> None:
    """Statement 7."""
    accounts = np.flatnonzero(book.account_flags[: book.accounts_count] & LAST_CONTRACT_MASK)
    last = (book.account_flags[accounts] & LAST_CONTRACT_MASK) - 1
    _demand(book.account_of_contract[last] == accounts, "the account of its last contract", book)
    facts = book.contract_facts[: book.contracts_count]
    states, accounts = (facts >> STATE_SHIFT) & FACT_MASK, facts & ACCOUNT_MASK
    lives = states != ENDED
    _demand(
        (book.account_flags[accounts] & LAST_CONTRACT_MASK == np.arange(len(facts)) + 1)[lives], "one contract", book
    )
    is_lost = book.account_flags[accounts] >> STATE_SHIFT == AccountStatus.LOSS_REPORTED
    _demand(((states & LOSS != 0) == is_lost)[lives], "the loss told of a contract", book)
    used = slice(book.accounts_count)
    busy = np.flatnonzero(book.frozen_fen[used] | book.bought_fen[used] | book.sold_fen[used])
    of_busy = book.account_flags[busy] & LAST_CONTRACT_MASK
    # 0 is no contract at all: less 1 it would read as the contract that was signed last.
    _demand(of_busy > 0, "open items without a contract", book)
    _demand(lives[of_busy - 1], "open items of a contract that has ended", book)


def _check_freezes(book: Book) -> dict[int, FenColumn]:
    """Statement 3. By trade date what is frozen of each account by the freezes that are of it."""
    requests = book.requests
    frozen_fen: dict[int, FenColumn] = {}
    for start in range(0, requests.slots_used, _SCAN_SLOTS):
        part = slice(start, min(start + _SCAN_SLOTS, requests.slots_used))
        contract, drawn_fen, released_fen = (
            requests.contract[part],
            requests.drawn_fen[part],
            requests.released_fen[part],
        )
        remaining_fen = requests.amount_fen[part] - drawn_fen - released_fen
        _demand((drawn_fen >= 0) & (released_fen >= 0) & (remaining_fen >= 0), "a freeze", book)
        is_owned = requests.amount_fen[part] > 0
        if requests.orders.are_kept:
            is_owned |= requests.orders.are_orders(part)
        _demand(is_owned == (contract > 0), "the owner of a freeze", book)
        places = remaining_fen.nonzero()[0]
        accounts = book.account_of_contract[contract[places] - 1]
        dates = key_dates(requests.keys_of(places + start, book.trade_date))
        for date in np.unique(dates).tolist():
            here = np.flatnonzero(dates == date)
            of_date = frozen_fen.setdefault(date, np.zeros(book.accounts_count, np.int64))
            np.add.at(of_date, accounts[here], remaining_fen[places[here]])
    all_dates = sum(frozen_fen.values(), np.zeros(book.accounts_count, np.int64))
    _demand(all_dates == book.frozen_fen[: book.accounts_count], "frozen against Σ remaining", book)
    return frozen_fen


def _check_moved(book: Book) -> dict[int, FenColumn]:
    """Statement 12. By trade date what of it was moved of each account."""
    moved, requests, used = book.moved, book.requests, slice(book.accounts_count)
    moved_fen = {date: column[used].copy() for date, column in moved.drawn_on.items()}
    drawn_fen = sum(moved_fen.values(), np.zeros(book.accounts_count, np.int64))
    _demand(drawn_fen == moved.drawn_fen[used], "drawn of moved money against its dates", book)
    for date, column in moved.drawn_on.items():
        slot = book.unsettled.slot_of(date)
        _demand(column[used] >= 0, "drawn of moved money", book)
        if slot >= 0:
            _demand(column[used] <= book.unsettled.bought_fen[slot][used], "drawn of moved money against bought", book)
    slots = np.flatnonzero(requests.moved_fen[: requests.slots_used])
    of_freeze_fen = requests.moved_fen[slots]
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    _demand((of_freeze_fen > 0) & (of_freeze_fen <= remaining_fen), "what is moved of a freeze", book)
    accounts = book.account_of_contract[requests.contract[slots] - 1]
    dates, sums_fen = key_dates(requests.keys_of(slots, book.trade_date)), np.zeros(book.accounts_count, np.int64)
    np.add.at(sums_fen, accounts, of_freeze_fen)
    _demand(sums_fen == moved.remaining_fen[used], "moved against its freezes", book)
    for date in np.unique(dates).tolist():
        here = np.flatnonzero(dates == date)
        np.add.at(moved_fen.setdefault(date, np.zeros_like(sums_fen)), accounts[here], of_freeze_fen[here])
    _demand(book.balance_fen[used] >= moved.of_accounts(used), "balance without what is moved", book)
    by_party = np.zeros(PARTIES_MAX + 1, np.int64)
    np.add.at(by_party, _party_of_accounts(book), moved.of_accounts(used))
    told = [book.general_ledger.moved_fen(party) for party in range(PARTIES_MAX + 1)]
    _demand(by_party == told, "moved money against the general ledger", book)
    return moved_fen


def _check_dates(book: Book, frozen_fen: dict[int, FenColumn], moved_fen: dict[int, FenColumn]) -> None:
    """Statement 11, from the latest date to the oldest."""
    unsettled, used = book.unsettled, slice(book.accounts_count)
    there_fen = book.derived_power_fen(used) + book.restrained_fen[used]
    for date in sorted(unsettled.dates[unsettled.used_slots()].tolist(), reverse=True):
        _demand((there_fen >= 0) | _is_settled(book, date), f"what came up to {date}", book)
        slot = unsettled.slot_of(date)
        there_fen -= unsettled.sold_fen[slot][used] - unsettled.bought_fen[slot][used]
        there_fen += frozen_fen.get(date, 0)
        there_fen -= moved_fen.get(date, 0)


def _is_settled(book: Book, date: int) -> Mask:
    """Whether the customers of a date are, of the broker that each account counts for."""
    settled = np.zeros(PARTIES_MAX + 1, bool)
    for lane in book.clearing.lanes.values():
        settled[lane.party] |= lane.trade_date == date and lane.state >= LaneState.SETTLED
    found: Mask = settled[_party_of_accounts(book)]
    return found


def _party_of_accounts(book: Book) -> Positions:
    last = book.account_flags[: book.accounts_count] & LAST_CONTRACT_MASK
    return np.where(last > 0, book.contract_facts.take(last - 1, mode="clip") >> PARTY_SHIFT, BANK_PARTY)


def _check_unsettled(book: Book) -> None:
    unsettled, used = book.unsettled, slice(book.accounts_count)
    dates = unsettled.dates[unsettled.used_slots()]
    told = unsettled.slot_of_day.take([trade_day(date) for date in dates.tolist()])
    _demand(told == unsettled.used_slots(), "the slot of a day", book)
    _demand(np.array(book.trade_date == unsettled.dates[unsettled.open_slot] == dates.max()), "the open slot", book)
    accounts = book.account_of_contract[unsettled.unpaid_contracts]
    counts = book.contract_facts[unsettled.unpaid_contracts] >> STATE_SHIFT & FACT_MASK != ENDED
    _demand(unsettled.unpaid_bought_fen[~counts] == 0, "what was bought for a contract that has ended", book)
    gated, gated_fen = book.gated.entries()
    is_on_account = ~book.have_ended(gated)
    _demand(gated_fen >= 0, "what is gated", book)
    parts: list[tuple[FenColumn, FenColumn, list[FenColumn]]] = [
        (book.bought_fen, unsettled.unpaid_bought_fen, unsettled.bought_fen),
        (book.sold_fen, unsettled.unpaid_sold_fen, unsettled.sold_fen),
    ]
    for total_fen, unpaid_fen, slots_fen in parts:
        sums_fen = np.zeros(book.accounts_count, np.int64)
        np.add.at(sums_fen, accounts[counts], unpaid_fen[counts])
        if total_fen is book.sold_fen:
            np.add.at(sums_fen, book.account_of_contract[gated[is_on_account]], gated_fen[is_on_account])
        _demand(unpaid_fen >= 0, "unpaid money of a settled date", book)
        for slot in unsettled.used_slots():
            _demand(slots_fen[slot][used] >= 0, "unsettled money of a date", book)
            sums_fen += slots_fen[slot][used]
        _demand(sums_fen == total_fen[used], "unsettled money against its dates", book)
    _demand(unsettled.keys[1:] > unsettled.keys[:-1], "the order of what is unpaid", book)


def _demand(holds: Mask, what: str, book: Book) -> None:
    if not holds.all():
        place = int(np.flatnonzero(~holds)[0])
        raise InvariantBroken(f"after row {book.sequence}: {what} is wrong at place {place}")
