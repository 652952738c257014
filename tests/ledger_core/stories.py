"""Arbitrary blocks for the property tests: a bank with three trade dates behind it, and records of every sort.

Belongs here: the setting and how records are drawn. Never here: what must hold of them (test_lane_and_law).
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.given_numbers import account_nos_from_indices, contract_no_from_index, contract_nos_from_indices
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.customers.accounts import ChangeAccount, ChangeBroker, ChangeContract, ReplaceCard
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, RecordKind, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import contract, restraint
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    NOW_NS,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    SMALL,
    SPARE_ACCOUNTS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    account_of,
    fill_buy,
    fill_sell,
    freeze,
    release,
)

CONTRACTS = 18
ACCOUNTS = 20  # with the spare ones
SEATS = (SEAT, SEAT, SECOND_SEAT, OTHER_SEAT, SAVINGS_SEAT)
_NUMBERS = 30  # request numbers that targets name mostly


class Drawn(NamedTuple):
    """One record as drawn; most of them make sense."""

    kind: int
    contract: int  # index, or a wire number when negative
    amount_fen: int
    release_fen: int
    date: int
    seat: int
    number: int
    odd_field: int  # 0: none; else one field that the kind may not allow is set
    day: int  # trade day, of a fill
    way: int = 0  # of a movement
    restraint_no: int = 0  # likewise


# Each field is one draw, with its weights in the list: draws are what these tests spend most of their time on.
_FREEZES = [
    (contract, date, seat, number)
    for date in (THURSDAY, WEDNESDAY, TUESDAY, MONDAY)
    for contract, seat, number in ((0, SEAT, 1), (1, SEAT, 3), (2, SEAT, 4), (2, SEAT, 5), (3, OTHER_SEAT, 1))
]
_STRANGE_AMOUNTS = (0, 1, -1, 1_000, 5_000, AMOUNT_FEN_MAX, AMOUNT_FEN_MAX + 1, 2**62, -(2**63))
_amounts = st.sampled_from([*range(1, 401), *(_STRANGE_AMOUNTS * 44)])
_releases = st.sampled_from([0] * 102 + [*range(51)] * 2 + [-1, AMOUNT_FEN_MAX + 1] * 51)
_days = st.sampled_from(
    [trade_day(date) for date in (THURSDAY, THURSDAY, WEDNESDAY, TUESDAY, MONDAY)] * 4
    + [trade_day(THURSDAY) + 1, 0, -1]
)
_odd_fields = st.sampled_from([0] * 30 + [1, 2, 3])
_indices = st.sampled_from([*range(5)] * 3 + [*range(8, CONTRACTS + 1)] + [-5, -97, -(2**63)] * 5)
_drawn = st.builds(
    Drawn,
    kind=st.sampled_from([1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6, 6, 0, 7, -1]),
    contract=_indices,
    amount_fen=_amounts,
    release_fen=_releases,
    date=st.sampled_from([THURSDAY, THURSDAY, THURSDAY, WEDNESDAY, TUESDAY, MONDAY, 0, 20270101, -1]),
    seat=st.sampled_from([SEAT, SEAT, SEAT, SECOND_SEAT, OTHER_SEAT, 0, -3, 5_000]),
    number=st.sampled_from([*range(1, _NUMBERS + 1)] + [0, -1, 8_192, 20_000_001, 2**62] * 6),
    odd_field=_odd_fields,
    day=_days,
    way=st.just(0),
    restraint_no=st.just(0),
)
_named = st.builds(
    lambda kind, amount_fen, release_fen, freeze, odd_field, day: Drawn(
        kind, freeze[0], amount_fen, release_fen, freeze[1], freeze[2], freeze[3], odd_field, day
    ),
    st.sampled_from([RecordKind.RELEASE, RecordKind.FILL_BUY]),
    _amounts,
    _releases,
    st.sampled_from(_FREEZES),
    _odd_fields,
    _days,
)
_WAYS = [
    *[(Way.CASH, 0)] * 6,
    *[(Way.FORCED_CARD, 0), (Way.CARD_COLLECTED, 0), (Way.CASH, 1), (6, 0)],
    *[(Way.JUDICIAL, number) for number in (0, 1, 1, 2, 3, 4, 5, 99)],
]
"""Each with the number of a restraint."""
_moved = st.builds(
    lambda kind, contract, amount_fen, odd_field, way: Drawn(
        kind, contract, amount_fen, 0, 0, 0, 0, odd_field, 0, *way
    ),
    st.sampled_from([RecordKind.DEPOSIT, RecordKind.WITHDRAWAL, RecordKind.WITHDRAWAL]),
    _indices,
    _amounts,
    _odd_fields,
    st.sampled_from(_WAYS),
)
_expiries = st.sampled_from([0, 0, 0, NOW_NS - 1, NOW_NS, NOW_NS + 1])
_frames = st.builds(
    lambda seat, valid_until_ns, records: (seat, valid_until_ns, records),
    st.sampled_from(SEATS),
    _expiries,
    st.lists(st.one_of(_drawn, _drawn, _named), min_size=1, max_size=25),
)
_movements = st.builds(
    lambda valid_until_ns, records: (SAVINGS_SEAT, valid_until_ns, records),
    _expiries,
    st.lists(st.one_of(_moved, _moved, _moved, _drawn), min_size=1, max_size=12),
)
blocks = st.lists(st.lists(st.one_of(_frames, _frames, _movements), min_size=1, max_size=4), min_size=1, max_size=4)
"""Blocks of frames of drawn records."""

Blocks = list[list[tuple[int, int, list[Drawn]]]]


def frames_of(block: list[tuple[int, int, list[Drawn]]]) -> list[Frame]:
    """The drawn frames of one block as records."""
    return [Frame(seat, records_of(drawn), valid_until_ns) for seat, valid_until_ns, drawn in block]


def records_of(drawn: list[Drawn]) -> RecordArray:
    records = np.zeros(len(drawn), RECORD)
    for place, one in enumerate(drawn):
        item = records[place]
        item["kind"], item["amount_fen"] = one.kind, one.amount_fen
        item["contract_no"] = contract_no_from_index(one.contract) if one.contract >= 0 else one.contract
        if one.kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL) and one.contract >= 0:
            item["account_no"] = account_of(contract_no_from_index(one.contract))
        if one.kind in (RecordKind.RELEASE, RecordKind.FILL_BUY):
            item["target_date"], item["target_seat"], item["target_number"] = one.date, one.seat, one.number
        if one.kind == RecordKind.FILL_BUY:
            item["release_fen"] = one.release_fen
        if one.kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL):
            item["trade_day"] = one.day
        if one.kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL):
            item["way"], item["restraint_no"] = one.way, one.restraint_no
        if one.odd_field:
            item[("trade_day", "turnover_fen", "target_seat")[one.odd_field - 1]] = -7
    return records


RESTRAINTS = ((0, 30, 1), (0, 900, 1), (0, 40, 2), (1, 5_000, 1), (12, 100, 1))
"""Of the account that was opened with a contract: its index, the amount, the kind."""


@cache
def _history() -> Desk:
    """Three trade dates, the first settled, with freezes that are still open on the fourth, in every state that one can
    have. The last contracts stand on accounts that had another one, or that replace a card."""
    desk = Desk()
    for index in range(14):
        desk.open((2_000, 900, COLUMN_FEN_MAX - 300, 10_000, 0)[index % 5], OTHER_BROKER if index % 5 == 3 else BROKER)
    desk.done(ChangeContract(contract_no_from_index(11), ContractEvent.SUSPEND))
    desk.done(ChangeAccount(account_of(contract_no_from_index(12)), AccountEvent.REPORT_LOSS))
    desk.done(ChangeContract(contract_no_from_index(10), ContractEvent.TERMINATE))
    desk.open(500, status=ContractStatus.PRE_ASSIGNED)
    desk.sign(account_of(contract_no_from_index(10)), OTHER_BROKER)
    replaced = contract_no_from_index(6)
    desk.freeze(replaced, 5, SECOND_SEAT)
    desk.done(ReplaceCard(replaced, desk.open_account(300, holder=SPARE_ACCOUNTS + 6)))
    desk.done(ChangeBroker(contract_no_from_index(8), contract(SPARE_ACCOUNTS + 8, BROKER)))
    assert (desk.book.contracts_count, desk.book.accounts_count) == (CONTRACTS, ACCOUNTS)
    for next_date in (TUESDAY, WEDNESDAY, THURSDAY):
        _day(desk)
        if next_date == THURSDAY:
            desk.settle(MONDAY)
        desk.roll(next_date)
    for index, amount_fen, kind in RESTRAINTS:
        desk.done(restraint(account_of(contract_no_from_index(index)), amount_fen, kind))
    _day(desk)
    return desk


def _day(desk: Desk) -> None:
    date = desk.book.trade_date
    first, second, third, foreign = (contract_no_from_index(index) for index in (0, 1, 2, 3))
    desk.ask(SEAT, freeze(first, 100), freeze(first, 40), freeze(second, 120), freeze(third, 60), freeze(third, 7))
    desk.ask(OTHER_SEAT, freeze(foreign, 30), freeze(foreign, 31))
    drawn, filled, part = (date, SEAT, 2), (date, SEAT, 3), (date, SEAT, 1)
    desk.ask(SEAT, release(drawn, first, 40), fill_buy(filled, second, 50, 20), fill_buy(part, first, 10))
    desk.ask(SECOND_SEAT, fill_sell(first, 80, on=date), freeze(second, 10))


def fresh_desk() -> Desk:
    """A desk whose book is a copy of the history, with no journal rows of its own."""
    history = _history()
    desk = Desk.__new__(Desk)
    desk.size, desk.now_ns = SMALL, NOW_NS
    desk.rows = [history.rows[-1]]
    arrays = {name: array.copy() for name, array in to_arrays(history.book).items()}
    desk.book = from_arrays(arrays)
    return desk


def bulk_records(seed: int, count: int, first_number: int, before: RecordArray | None = None) -> RecordArray:
    """Many plausible records over few contracts, drawn by a seeded generator, so that most accounts are hot or
    have their freezes named twice, also freezes of the same block. `first_number` is theirs, and `before` are the
    records of the same seat just before them."""
    rng = np.random.default_rng(seed)
    records = np.zeros(count, RECORD)
    kinds = rng.choice([1, 1, 1, 2, 3, 3, 4], count)
    indices = rng.integers(0, CONTRACTS, count)
    records["kind"] = kinds
    records["contract_no"] = contract_nos_from_indices(indices)
    records["amount_fen"] = rng.integers(0, 7, count) * 10
    names_one = (kinds == RecordKind.RELEASE) | (kinds == RecordKind.FILL_BUY)
    records["release_fen"][kinds == RecordKind.FILL_BUY] = 10
    is_fill = (kinds == RecordKind.FILL_BUY) | (kinds == RecordKind.FILL_SELL)
    records["trade_day"][is_fill] = trade_day(THURSDAY) - rng.choice([0] * 12 + [-1, 1, 2, 3], is_fill.sum())
    # Each target lies up to 300 numbers back or 20 ahead; its contract is right in most cases.
    numbers = first_number + np.arange(count) - rng.integers(-20, 300, count)
    inside = (numbers >= first_number) & (numbers < first_number + count)
    right = names_one & inside & (rng.random(count) < 0.9)
    records["contract_no"][right] = records["contract_no"][numbers[right] - first_number]
    if before is not None:
        earlier = names_one & (numbers < first_number) & (numbers >= first_number - len(before))
        records["contract_no"][earlier] = before["contract_no"][numbers[earlier] - first_number]
    records["target_date"][names_one] = THURSDAY
    records["target_seat"][names_one] = SEAT
    records["target_number"][names_one] = numbers[names_one]
    return records


def bulk_movements(seed: int, count: int) -> RecordArray:
    """Many deposits and withdrawals on the accounts of `fresh_desk`, and on one that does not exist."""
    rng = np.random.default_rng(seed)
    records = np.zeros(count, RECORD)
    records["kind"] = rng.choice([RecordKind.DEPOSIT, RecordKind.WITHDRAWAL, RecordKind.WITHDRAWAL], count)
    records["account_no"] = account_nos_from_indices(rng.integers(0, ACCOUNTS + 1, count))
    records["amount_fen"] = rng.integers(0, 7, count) * 10
    takes = records["kind"] == RecordKind.WITHDRAWAL
    records["way"][takes] = rng.choice([0, 0, 1, 2, Way.JUDICIAL, Way.FORCED_CARD, Way.CARD_COLLECTED], takes.sum())
    judicial = records["way"] == Way.JUDICIAL
    of_place = rng.integers(0, len(RESTRAINTS), judicial.sum())
    records["restraint_no"][judicial] = of_place + 1
    accounts = [account_of(contract_no_from_index(index)) for index, _, _ in RESTRAINTS]
    records["account_no"][judicial] = np.array(accounts)[of_place]
    return records


assert SMALL.requests_max > 8 * REQUEST_PAGE_RECORDS
