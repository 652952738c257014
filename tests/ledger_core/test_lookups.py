"""What is kept sorted so that a request costs by what it names: always what a look at everything finds.

Belongs here: each of these against the plain scan, at every step of a random story. Never here: what is decided by it.
"""

from random import Random

import numpy as np
import pytest

from ledger.core.corrections.later import money_of
from ledger.core.lines.compare import slots_of_contracts
from ledger.core.state.book import LAST_CONTRACT_MASK, Book
from ledger.core.state.day.clearing import Clearing, Lane
from ledger.core.state.lookups import freezes_by_contract
from ledger.core.state.requests import key_dates
from protocol.limits import PARTIES_MAX
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    release,
    same_after_all,
)

DATES = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)


def open_by_scan(book: Book) -> dict[tuple[int, int], list[int]]:
    """By trade date and contract the slots of all its freezes."""
    slots = np.flatnonzero(book.requests.contract[: book.requests.slots_used])
    dates = key_dates(book.requests.keys_of(slots, book.trade_date)).tolist()
    found: dict[tuple[int, int], list[int]] = {}
    for slot, date in zip(slots.tolist(), dates, strict=True):
        found.setdefault((date, int(book.requests.contract[slot]) - 1), []).append(slot)
    return found


def assert_freezes(book: Book) -> None:
    """Of each broker and date, asked twice: for all contracts, and for every second one."""
    scanned = open_by_scan(book)
    for party in (BROKER, OTHER_BROKER):
        own = np.flatnonzero(book.contract_parties() == party)
        for date in DATES:
            for contracts in (own, own[::2]):
                found = slots_of_contracts(book, date, party, contracts).tolist()
                assert sorted(found) == sorted(s for each in contracts.tolist() for s in scanned.get((date, each), []))
                owners = book.requests.contract[found].tolist()
                assert owners == sorted(owners)
        assert book.own_contracts(party, 0, book.contracts_count).tolist() == own.tolist()
        assert book.own_contracts(party, 1, 3).tolist() == [each for each in own.tolist() if 1 <= each < 3]


def assert_later(book: Book) -> None:
    """Nothing is bought or sold here: behind a date an account has spent what is frozen by the dates behind it."""
    scanned, used = open_by_scan(book), book.unsettled.dates[book.unsettled.used_slots()].tolist()
    accounts = np.repeat(np.arange(book.accounts_count), 2)  # the same one may be asked of twice
    for account, has in zip(accounts.tolist(), money_of(book, accounts, min(used)), strict=True):
        contract = (int(book.account_flags[account]) & LAST_CONTRACT_MASK) - 1
        for date in sorted(used)[:-1]:
            slots = [s for (day, whose), each in scanned.items() if day > date and whose == contract for s in each]
            table = book.requests
            left_fen = table.amount_fen[slots] - table.drawn_fen[slots] - table.released_fen[slots]
            assert has.later.brought_fen[date] == -int(left_fen.sum())


@pytest.mark.parametrize("kept_max", [0, freezes_by_contract.SLOTS_KEPT_MAX])
def test_freezes_and_contracts_are_found_as_by_a_scan(monkeypatch: pytest.MonkeyPatch, kept_max: int) -> None:
    """Also of a date that had more freezes since it was asked for, and where each answer drives out the one before."""
    monkeypatch.setattr(freezes_by_contract, "SLOTS_KEPT_MAX", kept_max)
    random, desk, seats = Random(7), Desk(), {BROKER: [SEAT, SECOND_SEAT], OTHER_BROKER: [OTHER_SEAT]}
    contracts = [(desk.open(1_000, party), party) for party in (BROKER, OTHER_BROKER, BROKER, BROKER)]
    for date in DATES:
        if date != MONDAY:
            desk.roll(date)
        for _ in range(3):
            contracts.append((desk.open(1_000, party := random.choice([BROKER, OTHER_BROKER])), party))
            for _ in range(4):
                contract_no, party = random.choice(contracts)
                target = desk.freeze(contract_no, random.randint(2, 9), seat := random.choice(seats[party]))
                if random.random() < 0.5:
                    desk.ask(seat, release(target, contract_no, 1))
            assert_freezes(desk.book)
            assert_later(desk.book)
    same_after_all(desk)


def test_a_settled_date_has_open_freezes_and_is_behind_nothing() -> None:
    """Monday is settled with 10 open: of 60 frozen, Wednesday's 30 and Tuesday's 20 are what is behind Tuesday."""
    desk = Desk()
    contract_no = desk.open(1_000)
    for date, fen in zip(DATES, (10, 20, 30), strict=False):
        if date != MONDAY:
            desk.roll(date)
        desk.freeze(contract_no, fen)
    desk.settle(MONDAY)
    account = desk.book.account_of_contract[[contract_no // 100]]
    (has,) = money_of(desk.book, account, TUESDAY)
    assert (has.frozen_fen, has.later.brought_fen) == (60, {TUESDAY: -30})


def lanes_by_scan(clearing: Clearing) -> tuple[list[int], dict[int, list[int]]]:
    """Inner numbers of complete sets, and by date their parties."""
    complete = [lane for lane in clearing.lanes.values() if lane.state >= LaneState.COMPLETE]
    of_date: dict[int, list[int]] = {}
    for lane in complete:
        of_date.setdefault(lane.trade_date, []).append(lane.party)
    return sorted(lane.inner for lane in complete), {date: sorted(parties) for date, parties in of_date.items()}


def test_lanes_are_kept_up_one_by_one() -> None:
    random, clearing = Random(11), Clearing()
    for step in range(400):
        lane = clearing.lane(random.choice(DATES), random.randint(2, 9))
        lane.state = random.choice([LaneState.FINISHED, LaneState.COLLECTING, LaneState.COMPLETE, LaneState.PUBLISHED])
        if lane.state == LaneState.FINISHED:
            lane.inner = 0
        elif random.random() < 0.5 or not lane.inner:
            lane.inner = clearing.inner_given = clearing.inner_given + 1
        lane.seat = 30 + lane.party
        clearing.put(lane)
        if step % 100 == 99:
            clearing.forget_date(random.choice(DATES))
        numbers, of_date = lanes_by_scan(clearing)
        assert clearing.complete.tolist() == numbers
        told = {date: np.flatnonzero(has_set).tolist() for date, has_set in clearing.cleared.items()}
        assert {date: parties for date, parties in told.items() if parties} == of_date
        keys = sorted(clearing.lanes)
        assert [lane.key for lane in clearing.sorted_lanes()] == keys
        first, end = sorted((random.randint(0, 40), random.randint(0, 40)))
        assert [lane.key for lane in clearing.sorted_lanes(first, end)] == keys[first:end]
        assert [lane.key for date in DATES for lane in clearing.lanes_of(date)] == keys
        assert all(has_set.shape == (PARTIES_MAX + 1,) for has_set in clearing.cleared.values())


def test_records_find_the_lanes_that_they_name_and_no_other() -> None:
    random, clearing = Random(13), Clearing()
    for date in DATES[:3]:
        for party in (2, 3, 5):
            clearing.put(Lane(date, party))
    days = np.array([random.choice([0, 65_535, *map(trade_day, DATES)]) for _ in range(200)])
    parties = np.array([random.choice([0, 2, 3, 4, 5]) for _ in range(200)])
    found = {lane.key: places.tolist() for lane, places in clearing.named(parties, days)}
    assert list(found) == sorted(clearing.lanes)
    for (date, party), places in found.items():
        assert places == np.flatnonzero((parties == party) & (days == trade_day(date))).tolist()
    assert not list(clearing.named(parties[:0], days[:0]))
