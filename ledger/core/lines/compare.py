"""A complete clearing set against what the bank has, place by place: the page `rules.day.reconciliation` over columns.

Belongs here: which places there are, what differs at each. Never here: when a lane is reconciled
(ledger.core.control.lanes), a rule of its own (rules.day.reconciliation).

The places of a lane: the names of orders that are not there, then those of the freezes that its party's seats made on
its date, by seat and number, then all contracts. Each freeze adds what closing it will draw to its contract, under the
number of the comparison, which begins with place 0: so contracts come after freezes, and what an earlier comparison
added reads as nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ledger.core.lines.proceeds import is_due
from ledger.core.state.book import ACCOUNT_MASK, FACT_MASK, LAST_CONTRACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.clearing import CORRECTED, Lane
from ledger.core.state.columns import FenColumn, IntColumn, LongColumn, Mask, Positions
from ledger.core.state.requests import BUY_TOLD, FATE_MASK, ORDER_TOLD, key_parts
from protocol.limits import CONTRACTS_LOOKED_AT_MAX, RECONCILE_PLACES_MAX
from protocol.messages.queries import Difference, differences_digest
from protocol.vocabulary import ClearedEvent, Fate, contract_no_from_index
from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from rules.contracts import ENDED
from rules.day.reconciliation import NOTHING_BOUGHT, SOMETHING_BOUGHT

_SUMS = (Of.BOUGHT, Of.SOLD)  # of a contract: they are corrected, and not decided
_NOTHING_BOUGHT, _SOMETHING_BOUGHT = sorted(NOTHING_BOUGHT), sorted(SOMETHING_BOUGHT)


class FoundColumns(NamedTuple):
    """(k,) differences of one class about one thing, ascending by place."""

    difference_class: Class
    compared_field: Of
    place: Positions
    contract: LongColumn  # index + 1, 0 where it is not known
    order_key: LongColumn  # `request_keys`, 0 where it is about a contract
    bank_has: FenColumn
    set_says: FenColumn


class Places(NamedTuple):
    """How many places of each sort a lane has."""

    listed_orders: int
    listed_buys: int
    freezes: int
    contracts: int

    @staticmethod
    def of(book: Book, lane: Lane) -> "Places":
        """Those of a lane now. While its set is complete, contracts that are signed come behind the others; freezes of
        the open date that are refused may still take places, and the roll gives all of them others.
        """
        freezes = sum(map(len, freezes_of(book, lane)))
        orders, buys = (len(book.clearing.listed(lane.inner, is_buy)) for is_buy in (False, True))
        return Places(orders, buys, freezes, book.contracts_count)

    @property
    def listed(self) -> int:
        """Names of orders that are not there."""
        return self.listed_orders + self.listed_buys

    @property
    def before_contracts(self) -> int:
        """All that a comparison goes through before it comes to contracts."""
        return self.listed + self.freezes

    @property
    def total(self) -> int:
        """All."""
        return self.before_contracts + self.contracts


def end_of(book: Book, lane: Lane, first: int) -> int:
    """Where a comparison from place `first` on ends for this time: behind RECONCILE_PLACES_MAX places of the party's
    own, or CONTRACTS_LOOKED_AT_MAX contracts.
    """
    places = Places.of(book, lane)
    begins = places.before_contracts
    room = RECONCILE_PLACES_MAX - max(0, begins - first)
    if room <= 0:
        return first + RECONCILE_PLACES_MAX
    end = min(max(first, begins) + CONTRACTS_LOOKED_AT_MAX, places.total)
    own, _ = _contracts(book, lane, first, end)
    return end if len(own) <= room else int(own[room]) + begins


def add_draws_at_close(book: Book, lane: Lane, first: int, end: int) -> None:
    """Add what closing the freezes among places `first` to `end` will draw to their contracts."""
    slots, _ = _slots(book, lane, first, end)
    if not len(slots):
        return
    requests, cleared = book.requests, book.clearing.by_contract[lane.trade_date]
    slots = slots[_own(book, lane, requests.contract[slots] - 1) & (requests.cleared_in[slots] == lane.inner)]
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    due_fen = np.minimum(remaining_fen, np.maximum(requests.cleared_fen[slots] - requests.drawn_fen[slots], 0))
    due_fen[requests.told[slots] & FATE_MASK == Fate.HELD] = 0
    contracts = (requests.contract[slots] - 1).astype(np.intp)
    stale = contracts[cleared.comparison[contracts] != lane.comparison]
    cleared.drawn_at_close_fen[stale] = 0
    cleared.comparison[stale] = lane.comparison
    np.add.at(cleared.drawn_at_close_fen, contracts, due_fen)


def differences(book: Book, lane: Lane, first: int, end: int) -> Iterator[FoundColumns]:
    """What differs at places `first` to `end`. The freezes of the date have added their draws before contracts come."""
    yield from _of_listed(book, lane, first, end)
    yield from _of_freezes(book, lane, first, end)
    yield from _of_contracts(book, lane, first, end)


def take_differences(book: Book, lane: Lane, first: int, end: int) -> None:
    """Count what differs at places `first` to `end` in the lane, and chain it into the digests that people sign."""
    listed: dict[Class, list[Difference]] = {}
    for place_and_difference in told_differences(book, lane, first, end):
        each = place_and_difference[1]
        at = each.difference_class - 1
        lane.differences[at] += 1
        if each.compared_field in _SUMS:
            lane.sums_differ += 1
        else:
            listed.setdefault(Class(each.difference_class), []).append(each)
    for difference_class, each_of_class in listed.items():
        at = difference_class - 1
        lane.digests[at] = differences_digest(each_of_class, lane.digests[at])
    begins = Places.of(book, lane).before_contracts
    lane.to_correct += len(to_correct(book, lane, max(0, first - begins), max(0, end - begins)))


def told_differences(book: Book, lane: Lane, first: int, end: int) -> list[tuple[int, Difference]]:
    """The differences at places `first` to `end` as they are told, each with its place, in the order of places."""
    found: list[tuple[int, Difference]] = []
    for columns in differences(book, lane, first, end):
        rows = zip(*(column.tolist() for column in columns[2:]), strict=True)
        for place, contract, key, bank_has, set_says in rows:
            number = contract_no_from_index(contract - 1) if contract else 0
            kinds = (int(columns.difference_class), int(columns.compared_field))
            found.append((place, Difference(*kinds, number, *order_of(key), bank_has, set_says)))
    found.sort(key=lambda each: each[0])
    return found


def proceeds_due(book: Book, lane: Lane, first: int, end: int) -> int:
    """How many contracts among places `first` to `end` have proceeds that come with the clearing data."""
    if book.proceeds_at_fill[lane.party]:
        return 0
    contracts, _ = _contracts(book, lane, first, end)
    return int(np.count_nonzero(is_due(book, lane, contracts)))


def _of_listed(book: Book, lane: Lane, first: int, end: int) -> Iterator[FoundColumns]:
    begins = 0
    for is_buy, field in ((False, Of.ORDER), (True, Of.BUY)):
        names = book.clearing.listed(lane.inner, is_buy)
        part = slice(max(0, first - begins), max(0, end - begins))
        keys = names[part]
        places = np.arange(begins, begins + len(names))[part]
        begins += len(names)
        if len(keys):
            nothing = np.zeros(len(keys), np.int64)
            yield FoundColumns(Class.MISSING_HERE, field, places, nothing, keys, nothing, nothing + 1)


def _of_freezes(book: Book, lane: Lane, first: int, end: int) -> Iterator[FoundColumns]:
    slots, places = _slots(book, lane, first, end)
    if not len(slots):
        return
    requests = book.requests
    own = _own(book, lane, requests.contract[slots] - 1)
    slots, places = slots[own], places[own]
    in_set = requests.cleared_in[slots] == lane.inner
    told = np.where(in_set, requests.told[slots], 0)
    is_told, fate = told & ORDER_TOLD != 0, told & FATE_MASK
    drawn_fen = requests.drawn_fen[slots]
    cleared_fen = np.where(told & BUY_TOLD != 0, requests.cleared_fen[slots], 0)
    released_fen = requests.released_fen[slots] - np.where(in_set, requests.released_after_fen[slots], 0)
    is_wrong = np.isin(fate, _NOTHING_BOUGHT) & (np.maximum(drawn_fen, cleared_fen) > 0)
    is_wrong |= np.isin(fate, _SOMETHING_BOUGHT) & (cleared_fen == 0)
    frozen_fen, told_frozen_fen = requests.amount_fen[slots], requests.told_frozen_fen[slots]
    told_released_fen = requests.told_released_fen[slots]
    found = (
        (Class.MISSING_THERE, Of.ORDER, ~is_told, ~is_told, is_told),
        (Class.AMOUNT, Of.FROZEN, is_told & (frozen_fen != told_frozen_fen), frozen_fen, told_frozen_fen),
        (Class.AMOUNT, Of.RELEASED, is_told & (released_fen != told_released_fen), released_fen, told_released_fen),
        (Class.STATE, Of.FATE, is_told & is_wrong, drawn_fen, fate),
    )
    for difference_class, field, differs, bank_has, set_says in found:
        at = np.flatnonzero(differs)
        if len(at):
            keys = requests.keys_of(slots[at], book.trade_date)
            contract = requests.contract[slots[at]].astype(np.int64)
            yield FoundColumns(
                difference_class, field, places[at], contract, keys, _longs(bank_has, at), _longs(set_says, at)
            )


def _of_contracts(book: Book, lane: Lane, first: int, end: int) -> Iterator[FoundColumns]:
    contracts, places = _contracts(book, lane, first, end)
    if not len(contracts):
        return
    cleared, date = book.clearing.by_contract[lane.trade_date], lane.trade_date
    is_told = cleared.inner[contracts] == lane.inner
    events = np.where(is_told, cleared.events_told[contracts], 0)
    bought_fen, sold_fen, buys_fen, proceeds_fen = _sums(book, lane, contracts)
    is_apart = is_told & (cleared.adjusted[contracts] & CORRECTED == 0)
    buys_fen -= np.where(is_apart, cleared.listed_buys_fen[contracts], 0)  # they are differences of their own
    opened = (book.happened_on(book.began_day[contracts], date), events >> ClearedEvent.OPENED & 1 != 0)
    closed = (book.happened_on(book.ended_day[contracts], date), events >> ClearedEvent.CLOSED & 1 != 0)
    found: list[tuple[Class, Of, Mask, FenColumn | Mask, FenColumn | Mask]] = [
        (difference_class, field, (has != says) & (has if difference_class == Class.MISSING_THERE else says), has, says)
        for field, (has, says) in ((Of.OPENED, opened), (Of.CLOSED, closed))
        for difference_class in (Class.MISSING_HERE, Class.MISSING_THERE)
    ]
    found.append((Class.AMOUNT, Of.BOUGHT, bought_fen != buys_fen, bought_fen, buys_fen))
    found.append((Class.AMOUNT, Of.SOLD, sold_fen != proceeds_fen, sold_fen, proceeds_fen))
    for difference_class, field, differs, bank_has, set_says in found:
        at = np.flatnonzero(differs)
        if len(at):
            numbers, no_key = contracts[at] + 1, np.zeros(len(at), np.int64)
            yield FoundColumns(
                difference_class, field, places[at], numbers, no_key, _longs(bank_has, at), _longs(set_says, at)
            )


def to_correct(book: Book, lane: Lane, first: int, end: int) -> Positions:
    """Contracts of the lane's party, from the index `first` to `end`, for which the bank will not have what its
    reconciled set says less, or plus, what is made good: orders that are not there, an excess beyond buying power.
    """
    contracts = np.arange(first, min(end, book.contracts_count))
    contracts = contracts[_own(book, lane, contracts)]
    contracts = contracts[book.contract_facts[contracts] >> STATE_SHIFT & FACT_MASK != ENDED]
    bought_fen, sold_fen, buys_fen, proceeds_fen = _sums(book, lane, contracts)
    found: Positions = contracts[(bought_fen != buys_fen) | (sold_fen != proceeds_fen)]
    return found


def _sums(book: Book, lane: Lane, contracts: Positions) -> tuple[FenColumn, FenColumn, FenColumn, FenColumn]:
    """(k,) each: what the bank will have bought and sold, and what the set says less, or plus, what is made good."""
    cleared = book.clearing.by_contract[lane.trade_date]
    is_told, adjusted = cleared.inner[contracts] == lane.inner, cleared.adjusted[contracts]
    bought_fen, sold_fen = _of_date(book, lane, contracts)
    bought_fen += np.where(cleared.comparison[contracts] == lane.comparison, cleared.drawn_at_close_fen[contracts], 0)
    buys_fen = np.where(is_told, cleared.buys_fen[contracts], 0) - cleared.made_good_buys_fen[contracts]
    proceeds_fen = np.where(is_told, cleared.proceeds_fen[contracts], 0) + cleared.made_good_proceeds_fen[contracts]
    if not book.proceeds_at_fill[lane.party]:  # both come with the clearing data: nothing to compare before
        buys_fen -= np.where(is_told & (adjusted == 0), cleared.excess_fen[contracts], 0)
        sold_fen = np.where(adjusted == 0, proceeds_fen, sold_fen)
    return bought_fen, sold_fen, buys_fen, proceeds_fen


def _slots(book: Book, lane: Lane, first: int, end: int) -> tuple[Positions, Positions]:
    """Slots that hold a freeze of the lane's date among the places, and the place of each."""
    begins = Places.of(book, lane).listed
    slots, places = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for one in freezes_of(book, lane):
        part = one[max(0, first - begins) : max(0, end - begins)]
        if len(part):
            slots.append(np.arange(part.start, part.stop))
            places.append(slots[-1] - one.start + begins)
        begins += len(one)
    found = np.concatenate(slots)
    kept = book.requests.contract[found] > 0
    return found[kept], np.concatenate(places)[kept]


def freezes_of(book: Book, lane: Lane) -> list[range]:
    """Slots, some of them empty, of the freezes of the lane's date: its party's seats alone freeze on its contracts."""
    seats = [entry.seat for entry in book.parties[lane.party].seats]
    return book.requests.slots_of(lane.trade_date, seats, book.trade_date)


def _contracts(book: Book, lane: Lane, first: int, end: int) -> tuple[Positions, Positions]:
    """Contracts of the lane's party among the places, and the place of each."""
    places = Places.of(book, lane)
    begins = places.before_contracts
    contracts = np.arange(max(0, first - begins), min(max(0, end - begins), places.contracts))
    own = contracts[_own(book, lane, contracts)]
    return own, own + begins


def _own(book: Book, lane: Lane, contracts: LongColumn | IntColumn) -> Mask:
    own: Mask = book.contract_facts.take(contracts) >> PARTY_SHIFT == lane.party
    return own


def _of_date(book: Book, lane: Lane, contracts: Positions) -> tuple[FenColumn, FenColumn]:
    """(k,) bought and sold on the lane's date of each contract: its account's, unless another contract stands there."""
    accounts = book.contract_facts[contracts] & ACCOUNT_MASK
    stands = book.account_flags[accounts] & LAST_CONTRACT_MASK == contracts + 1
    slot = book.unsettled.slot_of(lane.trade_date)
    bought_fen, sold_fen = (
        np.where(stands, columns[slot][accounts], 0) for columns in (book.unsettled.bought_fen, book.unsettled.sold_fen)
    )
    return bought_fen, sold_fen


def _longs(values: FenColumn | Mask, at: Positions) -> FenColumn:
    taken: FenColumn = np.asarray(values)[at].astype(np.int64)
    return taken


def order_of(key: int) -> tuple[int, int, int]:
    """Trade date, seat and number in a name, all 0 where there is none."""
    return key_parts(key) if key else (0, 0, 0)
