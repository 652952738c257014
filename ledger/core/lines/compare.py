"""A complete clearing set against what the bank has, place by place: the page `rules.day.reconciliation` over columns.

Belongs here: which places there are, what differs at each. Never here: when a lane is reconciled
(ledger.core.control.day.lanes), a rule of its own (rules.day.reconciliation).

The places of a lane: the names of orders that are not there, then those of the freezes that its party's seats made on
its date, by seat and number, then held ones of earlier dates that its set names, then all contracts. Each freeze adds
what closing it will draw to its contract, under the number of the comparison, which begins with place 0: so contracts
come after freezes, and what an earlier comparison added reads as nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ledger.core.lines.differing import FoundColumns, told_columns
from ledger.core.lines.held import are_held
from ledger.core.lines.proceeds import is_due
from ledger.core.lines.waiting import named_before
from ledger.core.orders.cleared import differences_of_orders
from ledger.core.state.book import ACCOUNT_MASK, FACT_MASK, LAST_CONTRACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, Mask, Positions
from ledger.core.state.day.clearing import CORRECTED, ClearedContracts, Lane
from ledger.core.state.requests import BUY_TOLD, FATE_MASK, ORDER_TOLD
from protocol.limits import CONTRACTS_LOOKED_AT_MAX, RECONCILE_PLACES_MAX
from protocol.messages.queries import CLASSES, Difference
from protocol.vocabulary import ClearedEvent
from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from rules.contracts import ENDED
from rules.day.reconciliation import NOTHING_BOUGHT, SOMETHING_BOUGHT

_NO_POSITIONS: Positions = np.zeros(0, np.intp)
# By fate, whose bits are the lowest of what is told.
_NOTHING_BOUGHT, _SOMETHING_BOUGHT = (
    np.isin(np.arange(FATE_MASK + 1), sorted(fates)) for fates in (NOTHING_BOUGHT, SOMETHING_BOUGHT)
)
Freezes = list[range | Positions]
"""Slots, in runs."""
Sums = tuple[FenColumn, FenColumn, FenColumn, FenColumn]
"""(k,) each: what the bank will have bought and sold, and what the set says less, or plus, what is made good."""


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
        return Places._with(book, lane, freezes_of(book, lane))

    @staticmethod
    def _with(book: Book, lane: Lane, freezes: Freezes) -> "Places":
        orders, buys = (len(book.clearing.listed(lane.inner, is_buy)) for is_buy in (False, True))
        return Places(orders, buys, sum(map(len, freezes)), book.contracts_count)

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


class Part(NamedTuple):
    """Places `first` to `end` of a lane, looked up once for all that is asked of them."""

    first: int
    end: int
    places: Places
    slots: Positions  # that hold a freeze of the lane's party, of its date or named by its set
    slot_places: Positions
    contracts: Positions  # of the lane's party
    contract_places: Positions

    @property
    def is_last(self) -> bool:
        """Whether nothing comes behind it."""
        return self.end == self.places.total


def part_of(book: Book, lane: Lane, first: int) -> Part:
    """The places from `first` on that are compared at a time: up to RECONCILE_PLACES_MAX of the party's own, and
    CONTRACTS_LOOKED_AT_MAX contracts.
    """
    freezes = freezes_of(book, lane)
    places = Places._with(book, lane, freezes)
    begins = places.before_contracts
    room = RECONCILE_PLACES_MAX - max(0, begins - first)
    if room <= 0:
        end, own = first + RECONCILE_PLACES_MAX, _NO_POSITIONS
    else:
        end = min(max(first, begins) + CONTRACTS_LOOKED_AT_MAX, places.total)
        own = book.own_contracts(lane.party, max(0, first - begins), end - begins)
        if len(own) > room:
            end = int(own[room]) + begins
            own = own[:room]
    slots, slot_places = _slots(freezes, first - places.listed, end - places.listed)
    of_lane = _holds_own(book, lane, slots)
    slots, slot_places = slots[of_lane], slot_places[of_lane] + places.listed
    return Part(first, end, places, slots, slot_places, own, own + begins)


def add_draws_at_close(book: Book, lane: Lane, part: Part) -> None:
    """Add what closing the freezes of a part will draw to their contracts."""
    if not len(part.slots):
        return
    requests, cleared = book.requests, book.clearing.by_contract[lane.trade_date]
    slots = part.slots[requests.cleared_in[part.slots] == lane.inner]
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    due_fen = np.minimum(remaining_fen, np.maximum(requests.cleared_fen[slots] - requests.drawn_fen[slots], 0))
    due_fen[are_held(book, lane, slots)] = 0
    contracts = (requests.contract[slots] - 1).astype(np.intp)
    stale = contracts[cleared.comparison[contracts] != lane.comparison]
    cleared.drawn_at_close_fen[stale] = 0
    cleared.comparison[stale] = lane.comparison
    np.add.at(cleared.drawn_at_close_fen, contracts, due_fen)


def differences(book: Book, lane: Lane, part: Part, sums: Sums) -> Iterator[FoundColumns]:
    """What differs in a part. The freezes of the date have added their draws before contracts come."""
    yield from _of_listed(book, lane, part)
    yield from _of_freezes(book, lane, part)
    yield from _of_contracts(book, lane, part, sums)


def take_differences(book: Book, lane: Lane, part: Part) -> None:
    """Count what differs in a part of the lane, and chain it into the digests that people sign. Where all agrees, that
    is one more look at the sums of its contracts.
    """
    sums = _sums(book, lane, part.contracts)
    found = told_columns(differences(book, lane, part, sums))
    lane.sums_differ += int(np.count_nonzero(found.is_sum))
    for difference_class, count in enumerate(np.bincount(found.difference_class, minlength=CLASSES + 1).tolist()):
        if count:
            at = difference_class - 1
            lane.differences[at] += count
            lane.digests[at] = found.digest(Class(difference_class), lane.digests[at])
    lane.to_correct += int(np.count_nonzero(_is_to_correct(sums)))


def told_differences(book: Book, lane: Lane, part: Part, count: int | None = None) -> list[tuple[int, Difference]]:
    """The differences of a part, or the first `count`, as they are told, each with its place, in their order."""
    return told_columns(differences(book, lane, part, _sums(book, lane, part.contracts)), count).rows()


def proceeds_due(book: Book, lane: Lane, part: Part) -> int:
    """How many contracts of a part have proceeds that come with the clearing data."""
    if book.proceeds_at_fill[lane.party]:
        return 0
    return int(np.count_nonzero(is_due(book, lane, part.contracts)))


def _of_listed(book: Book, lane: Lane, part: Part) -> Iterator[FoundColumns]:
    begins = 0
    for is_buy, field in ((False, Of.ORDER), (True, Of.BUY)):
        names = book.clearing.listed(lane.inner, is_buy)
        own = slice(max(0, part.first - begins), max(0, part.end - begins))
        keys = names[own]
        places = np.arange(begins, begins + len(names))[own]
        begins += len(names)
        if len(keys):
            nothing = np.zeros(len(keys), np.int64)
            yield FoundColumns(Class.MISSING_HERE, field, places, nothing, keys, nothing, nothing + 1)


def _of_freezes(book: Book, lane: Lane, part: Part) -> Iterator[FoundColumns]:
    slots, places = part.slots, part.slot_places
    if not len(slots):
        return
    requests = book.requests
    if requests.orders.are_kept:
        are_orders = requests.orders.are_orders(slots)
        yield from differences_of_orders(book, lane, slots[are_orders], places[are_orders])
        slots, places = slots[~are_orders], places[~are_orders]
    in_set = requests.cleared_in[slots] == lane.inner
    told = np.where(in_set, requests.told[slots], 0)
    is_told, fate = told & ORDER_TOLD != 0, told & FATE_MASK
    drawn_fen = requests.drawn_fen[slots]
    cleared_fen = np.where(told & BUY_TOLD != 0, requests.cleared_fen[slots], 0)
    released_fen = requests.released_fen[slots] - requests.closed_fen[slots]
    released_fen -= np.where(in_set, requests.released_after_fen[slots], 0)
    is_wrong = _NOTHING_BOUGHT[fate] & (np.maximum(drawn_fen, cleared_fen) > 0)
    is_wrong |= _SOMETHING_BOUGHT[fate] & (cleared_fen == 0)
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


def _of_contracts(book: Book, lane: Lane, part: Part, sums: Sums) -> Iterator[FoundColumns]:
    contracts, places = part.contracts, part.contract_places
    if not len(contracts):
        return
    cleared, date = book.clearing.by_contract[lane.trade_date], lane.trade_date
    is_told = cleared.inner[contracts] == lane.inner
    events = np.where(is_told, cleared.events_told[contracts], 0)
    bought_fen, sold_fen, buys_fen, proceeds_fen = sums
    buys_fen = buys_fen - _listed_fen(cleared, lane, contracts)
    opened = (book.happened_on(book.began_day[contracts], date), events >> ClearedEvent.OPENED & 1 != 0)
    closed = (book.happened_on(book.ended_day[contracts], date), events >> ClearedEvent.CLOSED & 1 != 0)
    found: list[tuple[Class, Of, Mask, FenColumn | Mask, FenColumn | Mask]] = [
        (difference_class, field, (has != says) & (has if difference_class == Class.MISSING_THERE else says), has, says)
        for field, (has, says) in ((Of.OPENED, opened), (Of.CLOSED, closed))
        for difference_class in (Class.MISSING_HERE, Class.MISSING_THERE)
    ]
    is_there = cleared.settled[contracts] == 0  # once settled they are in no column, and were equal
    found.append((Class.AMOUNT, Of.BOUGHT, (bought_fen != buys_fen) & is_there, bought_fen, buys_fen))
    found.append((Class.AMOUNT, Of.SOLD, (sold_fen != proceeds_fen) & is_there, sold_fen, proceeds_fen))
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
    Those too that have it already by an order which the set names otherwise: their sums are apart until a correction,
    which moves nothing, has what is listed. Once a lane is reconciled none is apart in the one way alone.
    """
    contracts = book.own_contracts(lane.party, first, end)
    sums, listed_fen = (
        _sums(book, lane, contracts),
        _listed_fen(book.clearing.by_contract[lane.trade_date], lane, contracts),
    )
    is_apart = _is_to_correct(sums) | ((listed_fen > 0) & (sums[0] != sums[2] - listed_fen))
    found: Positions = contracts[is_apart]
    return found


def _listed_fen(cleared: ClearedContracts, lane: Lane, contracts: Positions) -> FenColumn:
    """(k,) buys of orders that are not there: differences of their own, until a correction has them."""
    is_apart = (cleared.inner[contracts] == lane.inner) & (cleared.adjusted[contracts] & CORRECTED == 0)
    listed_fen: FenColumn = np.where(is_apart, cleared.listed_buys_fen[contracts], 0)
    return listed_fen


def _is_to_correct(sums: Sums) -> Mask:
    bought_fen, sold_fen, buys_fen, proceeds_fen = sums
    differs: Mask = (bought_fen != buys_fen) | (sold_fen != proceeds_fen)
    return differs


def _sums(book: Book, lane: Lane, contracts: Positions) -> Sums:
    cleared = book.clearing.by_contract[lane.trade_date]
    is_told, adjusted = cleared.inner[contracts] == lane.inner, cleared.adjusted[contracts]
    bought_fen, sold_fen = _of_date(book, lane, contracts)
    bought_fen += np.where(cleared.comparison[contracts] == lane.comparison, cleared.drawn_at_close_fen[contracts], 0)
    buys_fen = np.where(is_told, cleared.buys_fen[contracts], 0) - cleared.made_good_buys_fen[contracts]
    proceeds_fen = np.where(is_told, cleared.proceeds_fen[contracts], 0) + cleared.made_good_proceeds_fen[contracts]
    has_ended = book.contract_facts[contracts] >> STATE_SHIFT & FACT_MASK == ENDED
    sold_fen = np.where(has_ended, cleared.moved_sold_fen[contracts], sold_fen)
    adjusted = np.where(has_ended, CORRECTED, adjusted)  # nothing of it comes by PROCEEDS
    if not book.proceeds_at_fill[lane.party]:  # both come with the clearing data: what is missing does not differ
        buys_fen -= np.where(is_told & (adjusted == 0), cleared.excess_fen[contracts], 0)
        sold_fen = np.where(adjusted == 0, np.maximum(sold_fen, proceeds_fen), sold_fen)
    return bought_fen, sold_fen, buys_fen, proceeds_fen


def _slots(freezes: Freezes, first: int, end: int) -> tuple[Positions, Positions]:
    """The slots from the one at place `first` of all these to the one before `end`, and the place of each."""
    slots, places, begins = [_NO_POSITIONS], [_NO_POSITIONS], 0
    for one in freezes:
        skipped = max(0, first - begins)
        part = one[skipped : max(0, end - begins)]
        if len(part):
            slots.append(np.asarray(part, np.intp))
            places.append(np.arange(len(part)) + skipped + begins)
        begins += len(one)
    return np.concatenate(slots), np.concatenate(places)


def _holds_own(book: Book, lane: Lane, slots: Positions) -> Mask:
    """Whether there is a freeze of the lane's party in each slot."""
    contract = book.requests.contract[slots]
    own: Mask = book.contract_facts.take(contract - 1) >> PARTY_SHIFT == lane.party
    return own & (contract > 0)


def freezes_of(book: Book, lane: Lane) -> Freezes:
    """Slots, some of them empty, of the freezes of the lane's date, for its party's seats alone freeze on its
    contracts, and those of channels for it; and of those of earlier dates that its set names.
    """
    of_date = book.requests.slots_of(lane.trade_date, seats_freezing_for(book, lane.party), book.trade_date)
    named = named_before(book, lane)
    return [*of_date, named] if len(named) else [*of_date]


def slots_of_contracts(book: Book, trade_date: int, party: int, contracts: Positions) -> Positions:
    """Slots of the freezes of (m,) ascending contracts of a party on a date: by contract, then by seat and number."""
    seats, open_date = seats_freezing_for(book, party), book.trade_date
    return book.requests.slots_of_contracts(trade_date, party, seats, open_date, contracts)


def seats_freezing_for(book: Book, party: int) -> list[int]:
    """The seats by which something is frozen for a broker's customers: its own, and those of channels that serve it."""
    return [entry.seat for entry in book.parties[party].seats] + book.orders.channels.seats_for(party)


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
