"""Proceeds that come with the clearing data: asked for, booked once per contract, and then the lane may be published.

Broker 3 has no proceeds at the fill. Ann sold for 40.00 less 1.00, and Bob for 10.00 less 0.50; a sale of Cid's brings
2.00 and costs 5.00; of Dan nothing was sold.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from ledger.core.lines import answers
from ledger.core.lines.answers import clearing_set, proceeds_to_book
from protocol.codes import ReplyCode
from protocol.limits import COLUMN_FEN_MAX
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import Publish, Reconcile, SignOff, WithdrawSet
from protocol.records import OUTCOME, RecordArray
from protocol.vocabulary import ContractEvent, LaneState
from rules.day.settlement import excess_booked_fen
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    deposit,
    fill_sell,
    freeze,
    joined,
    record,
    same_after_all,
    withdrawal,
)
from tests.ledger_core.lines.words import agree, event, proceeds, sell, send_whole
from tests.ledger_core.test_lane_and_law import send_checked
from tests.rules.asked import account

ACCEPTED, NOT_DUE, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS
ANN_FEN, BOB_FEN, CID_EXCESS_FEN = 3_900, 950, 300
IN_ORDER, BY_LANE = 0, 40  # records beside it that are refused: a small block is decided in order


class Day(NamedTuple):
    """Monday of broker 3, signed off, its set complete."""

    desk: Desk
    ann: int
    bob: int
    cid: int
    dan: int


def day(cid_has_fen: int = 1_000) -> Day:
    desk = Desk()
    ann, bob, cid, dan = (desk.open(fen, OTHER_BROKER) for fen in (1_000, 1_000, cid_has_fen, 1_000))
    desk.done(SignOff(MONDAY))
    sales = (sell(1, ann, 4_000, 100), sell(2, bob, 1_000, 50), sell(3, cid, 200, 500))
    send_whole(desk, *(event(contract_no) for contract_no in (ann, bob, cid, dan)), *sales, seat=OTHER_SEAT)
    return Day(desk, ann, bob, cid, dan)


def reconciled(cid_has_fen: int = 1_000) -> Day:
    d = day(cid_has_fen)
    assert d.desk.told(Reconcile(MONDAY, OTHER_BROKER, 0)) == (ACCEPTED, 0, 0)
    assert stands(d) == (LaneState.RECONCILED, 3)
    return d


def stands(d: Day) -> tuple[int, int]:
    """State of the lane, and how many contracts have proceeds due."""
    answer = clearing_set(d.desk.book, OTHER_BROKER, MONDAY)
    return answer.state, answer.proceeds_due


def due(d: Day, first: int = 0) -> list[tuple[int, int, int]]:
    """(contract, proceeds, excess) of all that is due."""
    answer = proceeds_to_book(d.desk.book, OTHER_BROKER, MONDAY, first)
    assert answer.next_place == 0
    return [(each.contract_no, each.proceeds_fen, each.excess_fen) for each in answer.contracts]


def send(d: Day, padding: int, *records: RecordArray) -> list[ReplyCode]:
    """What records of the day desk earn, decided in order or by the lane: both say the same."""
    frames = [Frame(DAY_SEAT, joined(*records))]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, d.ann, 0)] * padding)))
    send_checked(d.desk, frames)
    return told(d)[: len(records)]


def told(d: Day) -> list[ReplyCode]:
    """The codes of the last row."""

    return [ReplyCode(code) for code in np.frombuffer(d.desk.rows[-1].outcomes, OUTCOME)["code"].tolist()]


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_what_is_due_is_asked_for_and_booked_and_then_the_lane_is_published(padding: int) -> None:
    """Ann may spend 1,000 + 3,900, and withdraw 1,000. Of Cid, 300 are bought: 1,000 − 300 = 700 are left."""
    d = reconciled()
    savings = dict(d.desk.book.general_ledger.balances_fen)
    assert due(d) == [(d.ann, ANN_FEN, 0), (d.bob, BOB_FEN, 0), (d.cid, 0, CID_EXCESS_FEN)]
    assert d.desk.buying_power(d.ann) == (1_000, 1_000)

    assert send(d, padding, proceeds(d.ann, ANN_FEN)) == [ACCEPTED]
    assert d.desk.money(d.ann) == (1_000, 0, 0, ANN_FEN)
    assert d.desk.unsettled(d.ann) == {MONDAY: (0, ANN_FEN)}
    assert d.desk.buying_power(d.ann) == (1_000 + ANN_FEN, 1_000)
    assert stands(d) == (LaneState.RECONCILED, 2)
    assert due(d) == [(d.bob, BOB_FEN, 0), (d.cid, 0, CID_EXCESS_FEN)]
    assert d.desk.control(Publish(MONDAY, OTHER_BROKER)) == NOT_DUE
    same_after_all(d.desk)

    assert send(d, padding, proceeds(d.bob, BOB_FEN), proceeds(d.cid, 0, CID_EXCESS_FEN)) == [ACCEPTED, ACCEPTED]
    assert d.desk.unsettled(d.cid) == {MONDAY: (CID_EXCESS_FEN, 0)}
    assert d.desk.buying_power(d.cid) == (700, 700)
    assert (due(d), stands(d)) == ([], (LaneState.RECONCILED, 0))
    agree(d.desk)
    assert d.desk.control(Publish(MONDAY, OTHER_BROKER)) == ACCEPTED
    assert dict(d.desk.book.general_ledger.balances_fen) == savings
    same_after_all(d.desk)


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
@pytest.mark.parametrize(
    "asked",
    [
        lambda d: proceeds(d.ann, ANN_FEN + 1),
        lambda d: proceeds(d.ann, ANN_FEN - 1),
        lambda d: proceeds(d.ann, ANN_FEN, 1),
        lambda d: proceeds(d.cid, 0, CID_EXCESS_FEN - 1),
        lambda d: proceeds(d.cid, 0, CID_EXCESS_FEN + 1),
        lambda d: proceeds(d.cid, 1, CID_EXCESS_FEN),
    ],
)
def test_another_amount_books_nothing(asked: Callable[[Day], RecordArray], padding: int) -> None:
    d = reconciled()
    before = [d.desk.money(contract_no) for contract_no in (d.ann, d.cid)]

    assert send(d, padding, asked(d)) == [DIFFERS]

    assert [d.desk.money(contract_no) for contract_no in (d.ann, d.cid)] == before
    assert stands(d) == (LaneState.RECONCILED, 3)
    assert d.desk.control(WithdrawSet(MONDAY, 1), OTHER_SEAT) == ACCEPTED  # nothing was adjusted
    same_after_all(d.desk)


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_proceeds_are_booked_once_whether_in_one_block_or_in_two(padding: int) -> None:
    d = reconciled()

    assert send(d, padding, proceeds(d.ann, ANN_FEN), proceeds(d.ann, ANN_FEN)) == [ACCEPTED, NOT_DUE]
    assert send(d, padding, proceeds(d.ann, ANN_FEN)) == [NOT_DUE]
    assert send(d, padding, proceeds(d.cid, 0, CID_EXCESS_FEN)) == [ACCEPTED]
    assert send(d, padding, proceeds(d.cid, 0, CID_EXCESS_FEN)) == [
        NOT_DUE
    ]  # though nothing of it is among what was sold

    assert (d.desk.money(d.ann), d.desk.money(d.cid)) == ((1_000, 0, 0, ANN_FEN), (1_000, 0, CID_EXCESS_FEN, 0))
    assert stands(d) == (LaneState.RECONCILED, 1)
    same_after_all(d.desk)


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_only_a_reconciled_set_of_that_date_and_that_contract_books(padding: int) -> None:
    """Not before it is reconciled, not when it is withdrawn, for no other day, for nobody whom it does not name."""
    d = day()
    assert send(d, padding, proceeds(d.ann, ANN_FEN)) == [NOT_DUE]
    assert due(d) == []
    d.desk.done(Reconcile(MONDAY, OTHER_BROKER, 0))
    others = (proceeds(d.dan, 0), proceeds(d.ann, ANN_FEN, on=TUESDAY), proceeds(d.dan, ANN_FEN))
    assert send(d, padding, *others) == [NOT_DUE] * 3
    assert d.desk.control(WithdrawSet(MONDAY, 1), OTHER_SEAT) == ACCEPTED
    assert send(d, padding, proceeds(d.ann, ANN_FEN)) == [NOT_DUE]

    assert d.desk.money(d.ann) == (1_000, 0, 0, 0)
    assert (due(d), stands(d)) == ([], (LaneState.FINISHED, 0))
    same_after_all(d.desk)


def test_where_proceeds_count_at_the_fill_nothing_is_due() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    assert codes(desk.ask(SEAT, fill_sell(ann, ANN_FEN))) == [ACCEPTED]
    desk.done(SignOff(MONDAY))
    send_whole(desk, event(ann), sell(1, ann, 4_000, 100))
    desk.done(Reconcile(MONDAY, BROKER, 0))

    assert codes(desk.ask(DAY_SEAT, proceeds(ann, ANN_FEN))) == [NOT_DUE]

    answer = clearing_set(desk.book, BROKER, MONDAY)
    assert (answer.state, answer.proceeds_due) == (LaneState.RECONCILED, 0)
    assert proceeds_to_book(desk.book, BROKER, MONDAY, 0).contracts == []
    assert desk.money(ann) == (1_000, 0, 0, ANN_FEN)
    agree(desk)
    assert desk.control(Publish(MONDAY, BROKER)) == ACCEPTED


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
@pytest.mark.parametrize(("has_fen", "booked_fen"), [(1_000, 300), (300, 300), (299, 299), (0, 0)])
def test_an_excess_is_bought_as_far_as_buying_power_goes(has_fen: int, booked_fen: int, padding: int) -> None:
    d = reconciled(cid_has_fen=has_fen)
    assert due(d)[2] == (d.cid, 0, booked_fen)
    refused = [proceeds(d.cid, 0, booked_fen + 1)] + ([proceeds(d.cid, 0, booked_fen - 1)] if booked_fen else [])
    for asked in refused:
        assert send(d, padding, asked) == [DIFFERS]

    assert send(d, padding, proceeds(d.cid, 0, booked_fen)) == [ACCEPTED]

    assert d.desk.money(d.cid) == (has_fen, 0, booked_fen, 0)
    assert d.desk.buying_power(d.cid) == (has_fen - booked_fen, has_fen - booked_fen)
    assert stands(d) == (LaneState.RECONCILED, 2)
    same_after_all(d.desk)


def test_an_excess_eats_the_proceeds_that_come_with_it() -> None:
    """Two sales of one contract: 300 come, 500 are costs. With 100 there are 400 to take them from."""
    has = (account(has_fen, 400) for has_fen in (0, 100, 500, 600, 601))

    assert [excess_booked_fen(each, MONDAY, 300, 500) for each in has] == [0, 0, 400, 500, 500]


def test_an_excess_takes_nothing_that_came_later_and_nothing_that_is_withheld() -> None:
    """500 are there and 300 come, of which 450 by later dates: 350 are left. 600 withheld leave 200."""
    later, withheld = account(500), account(500, 0, 0, 0, 600)
    later.later.brought_fen[MONDAY] = 450

    assert excess_booked_fen(later, MONDAY, 300, 500) == 350
    assert excess_booked_fen(withheld, MONDAY, 300, 500) == 200


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_orders_on_the_same_account_in_the_same_block_see_what_was_booked_before_them(padding: int) -> None:
    """Ann has 1,000 and is owed 3,900: 1,001 is too much before the booking, and 4,900 are there behind it. What comes
    may be spent and not withdrawn. Cid has 1,000: with 800 frozen, 200 of the 300 are bought, and nothing is left.
    """
    d = reconciled()
    d.desk.roll(TUESDAY)
    frames = [
        Frame(OTHER_SEAT, joined(freeze(d.ann, 1_001), freeze(d.cid, 800))),
        Frame(DAY_SEAT, joined(proceeds(d.ann, ANN_FEN), proceeds(d.cid, 0, 200))),
        Frame(OTHER_SEAT, joined(freeze(d.ann, 4_901), freeze(d.ann, 4_900), freeze(d.cid, 1))),
        Frame(SAVINGS_SEAT, joined(withdrawal(d.ann, 1), deposit(d.cid, 5), withdrawal(d.cid, 5))),
    ]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, d.ann, 0)] * padding)))

    send_checked(d.desk, frames)

    assert told(d)[:10] == [
        *(ReplyCode.INSUFFICIENT_FUNDS, ACCEPTED),
        *(ACCEPTED, ACCEPTED),
        *(ReplyCode.INSUFFICIENT_FUNDS, ACCEPTED, ReplyCode.FUNDS_FROZEN),
        *(ReplyCode.FUNDS_FROZEN, ACCEPTED, ACCEPTED),
    ]
    assert d.desk.money(d.ann) == (1_000, 4_900, 0, ANN_FEN)
    assert d.desk.money(d.cid) == (1_000, 800, 200, 0)
    assert d.desk.unsettled(d.cid) == {MONDAY: (200, 0)}
    same_after_all(d.desk)


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_a_column_that_is_full_takes_no_proceeds(padding: int) -> None:
    d = reconciled()
    book, row = d.desk.book, d.desk.account(d.ann) // 100
    asked = joined(proceeds(d.ann, ANN_FEN), *[record(0, d.ann, 0)] * padding)
    for sold_fen, code in (
        (COLUMN_FEN_MAX - ANN_FEN + 1, ReplyCode.LIMIT_EXCEEDED),
        (COLUMN_FEN_MAX - ANN_FEN, ACCEPTED),
    ):
        book.sold_fen[row] = book.owned_fen_bound = sold_fen
        assert d.desk.ask(DAY_SEAT, asked)[0].code == code
    assert stands(d) == (LaneState.RECONCILED, 2)


def test_a_set_that_booked_something_is_not_withdrawn() -> None:
    d = reconciled()
    send(d, IN_ORDER, proceeds(d.ann, ANN_FEN))

    assert d.desk.control(WithdrawSet(MONDAY, 1), OTHER_SEAT) == ReplyCode.LANE_ADJUSTED
    assert d.desk.control(Reconcile(MONDAY, OTHER_BROKER, 0)) == ACCEPTED  # what is booked is in it
    assert stands(d) == (LaneState.RECONCILED, 2)
    send(d, IN_ORDER, proceeds(d.bob, BOB_FEN), proceeds(d.cid, 0, CID_EXCESS_FEN))
    agree(d.desk)
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    assert d.desk.control(WithdrawSet(MONDAY, 1), OTHER_SEAT) == ReplyCode.LANE_PUBLISHED
    same_after_all(d.desk)


def test_what_is_due_is_told_so_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    d = reconciled()
    monkeypatch.setattr(answers, "QUERY_PROCEEDS_MAX", 2)

    first = proceeds_to_book(d.desk.book, OTHER_BROKER, MONDAY, 0)
    second = proceeds_to_book(d.desk.book, OTHER_BROKER, MONDAY, first.next_place)

    assert [each.contract_no for each in first.contracts] == [d.ann, d.bob]
    assert first.next_place == d.cid // 100
    assert ([each.contract_no for each in second.contracts], second.next_place) == ([d.cid], 0)
    assert proceeds_to_book(d.desk.book, BROKER, MONDAY, 0).contracts == []


def test_a_contract_with_proceeds_due_or_booked_does_not_end() -> None:
    d = reconciled()
    end = ChangeContract(d.ann, ContractEvent.TERMINATE)
    assert d.desk.control(end) == ReplyCode.ITEMS_OPEN
    send(d, IN_ORDER, proceeds(d.ann, ANN_FEN))
    assert d.desk.control(end) == ReplyCode.ITEMS_OPEN


def test_what_was_booked_waits_for_payment_once_customers_are_settled() -> None:
    d = reconciled()
    send(d, IN_ORDER, proceeds(d.ann, ANN_FEN), proceeds(d.bob, BOB_FEN), proceeds(d.cid, 0, CID_EXCESS_FEN))
    agree(d.desk)
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    d.desk.roll(TUESDAY)

    d.desk.settle(MONDAY)

    places = [(contract_no // 100, *d.desk.money(contract_no)[2:]) for contract_no in (d.ann, d.bob, d.cid)]
    assert d.desk.unpaid() == [(MONDAY, *each) for each in places]
    assert d.desk.buying_power(d.ann) == (1_000 + ANN_FEN, 1_000)
    same_after_all(d.desk)


def test_what_a_withdrawn_set_said_is_due_no_more() -> None:
    """Two sets of Tuesday: the second does not name Bob, and what the first said of him is not booked by it."""
    desk = Desk()
    ann, bob = desk.open(1_000, OTHER_BROKER), desk.open(1_000, OTHER_BROKER)
    desk.roll(TUESDAY)
    desk.done(SignOff(TUESDAY))
    of_ann, of_bob = sell(1, ann, 5, on=TUESDAY), sell(2, bob, 7, on=TUESDAY)
    number = send_whole(desk, of_ann, of_bob, on=TUESDAY, seat=OTHER_SEAT)
    assert desk.control(WithdrawSet(TUESDAY, number), OTHER_SEAT) == ACCEPTED
    send_whole(desk, of_ann, on=TUESDAY, seat=OTHER_SEAT)
    desk.done(Reconcile(TUESDAY, OTHER_BROKER, 0))

    told = codes(desk.ask(DAY_SEAT, proceeds(bob, 7, on=TUESDAY), proceeds(ann, 5, on=TUESDAY)))

    assert told == [NOT_DUE, ACCEPTED]
    assert clearing_set(desk.book, OTHER_BROKER, TUESDAY).proceeds_due == 0
    same_after_all(desk)


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_a_booking_beside_a_fill_is_no_fill(padding: int) -> None:
    d = reconciled()
    eve = d.desk.open(1_000)
    d.desk.roll(TUESDAY)
    frames = [Frame(DAY_SEAT, proceeds(d.ann, ANN_FEN)), Frame(SEAT, fill_sell(eve, 5))]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, d.ann, 0)] * padding)))

    send_checked(d.desk, frames)

    assert told(d)[:2] == [ACCEPTED, ACCEPTED]  # the seller's own broker has no set of Monday
    assert (d.desk.money(d.ann)[3], d.desk.money(eve)[3]) == (ANN_FEN, 5)
