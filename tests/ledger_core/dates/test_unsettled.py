"""Unsettled money by the date of execution: the ring, its table, and what the settlement of a date does to them."""

import pytest

from ledger.core.invariants import check_book
from protocol.codes import ReplyCode
from protocol.limits import UNSETTLED_DATES_MIN
from protocol.messages.control import EndSettlement, OpenTradeDate
from protocol.records import RecordArray
from protocol.trade_dates import date_of_day, trade_day
from tests.ledger_core.desk import (
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
)
from tests.ledger_core.test_money import OPEN, accepted, refused

PADDING = pytest.mark.parametrize("padding", [0, 20])
"""Records behind the one that is asked about: few go to the law itself, many to the lane."""


def ask(desk: Desk, padding: int, seat: int, *records: RecordArray) -> list[Answer]:
    """The answers to `records`, with so many that are refused behind them."""
    found = desk.ask(seat, joined(*records, *[freeze(0, 1)] * padding))
    return found[: len(records)]


@PADDING
def test_a_buy_and_a_sale_told_a_day_late_are_of_the_day_of_execution(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 300)
    desk.roll(TUESDAY)

    told = ask(desk, padding, SEAT, fill_buy(order, contract_no, 100, on=MONDAY), fill_sell(contract_no, 70, on=MONDAY))

    assert told == [*accepted(OPEN, 200), *accepted()]
    assert desk.unsettled(contract_no) == {MONDAY: (100, 70)}
    assert desk.money(contract_no) == (1_000, 200, 100, 70)
    check_book(desk.book)


@PADDING
def test_a_carried_freeze_is_bought_on_the_day_of_execution(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 300)
    desk.roll(TUESDAY)
    desk.roll(WEDNESDAY)

    assert ask(desk, padding, SEAT, fill_buy(order, contract_no, 100, on=WEDNESDAY)) == accepted(OPEN, 200)

    assert desk.unsettled(contract_no) == {WEDNESDAY: (100, 0)}
    check_book(desk.book)


@PADDING
def test_one_block_may_have_fills_of_several_days(padding: int) -> None:
    desk = Desk()
    contract_no, other = desk.open(1_000), desk.open(1_000)
    orders = [desk.freeze(contract_no, 100), desk.freeze(other, 100)]
    desk.roll(TUESDAY)
    orders.append(desk.freeze(contract_no, 100))
    fills = [
        fill_buy(orders[0], contract_no, 1, on=MONDAY),
        fill_buy(orders[1], other, 2, on=TUESDAY),
        fill_buy(orders[2], contract_no, 4, on=TUESDAY),
        fill_sell(contract_no, 8, on=TUESDAY),
        fill_sell(contract_no, 16, on=MONDAY),
    ]

    assert {one.code for one in ask(desk, padding, SEAT, *fills)} == {ReplyCode.ACCEPTED}

    assert desk.unsettled(contract_no) == {MONDAY: (1, 16), TUESDAY: (4, 8)}
    assert desk.unsettled(other) == {TUESDAY: (2, 0)}
    check_book(desk.book)
    assert desk.replayed().unsettled.dates.tolist() == desk.book.unsettled.dates.tolist()


@PADDING
def test_a_day_without_a_slot_is_listed(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 300)
    desk.roll(TUESDAY)
    desk.settle(MONDAY)
    days = (0, -1, trade_day(MONDAY), trade_day(TUESDAY) + 1, 2**15 - 1, -(2**15), 1)

    for day in days:
        target = {"target_date": order[0], "target_seat": order[1], "target_number": order[2]}
        buy, sale = record(3, contract_no, 1, trade_day=day, **target), record(4, contract_no, 1, trade_day=day)
        assert ask(desk, padding, SEAT, buy, sale) == refused(ReplyCode.LISTED) * 2

    assert desk.money(contract_no) == (1_000, 300, 0, 0)
    assert ask(desk, padding, SEAT, fill_buy(order, contract_no, 1, on=TUESDAY)) == accepted(OPEN, 299)


@PADDING
def test_a_buy_executed_before_the_date_of_its_freeze_is_listed(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.roll(TUESDAY)
    order = desk.freeze(contract_no, 300)

    assert ask(desk, padding, SEAT, fill_buy(order, contract_no, 1, on=MONDAY)) == refused(ReplyCode.LISTED)
    assert ask(desk, padding, SEAT, fill_buy(order, contract_no, 1, on=TUESDAY)) == accepted(OPEN, 299)


@PADDING
def test_so_is_one_that_draws_on_a_freeze_of_its_own_block(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.roll(TUESDAY)
    order = (TUESDAY, SEAT, 1)
    fills = [fill_buy(order, contract_no, 1, on=date) for date in (MONDAY, TUESDAY)]

    told = ask(desk, padding, SEAT, freeze(contract_no, 10), *fills)

    assert [one.code for one in told] == [ReplyCode.ACCEPTED, ReplyCode.LISTED, ReplyCode.ACCEPTED]


@PADDING
def test_a_sale_that_awaits_the_clearing_data_does_so_whatever_its_day(padding: int) -> None:
    desk = Desk()
    contract_no = desk.open(1_000, OTHER_BROKER)

    told = ask(desk, padding, OTHER_SEAT, record(4, contract_no, 5), fill_sell(contract_no, 5))

    assert told == refused(ReplyCode.AWAITS_CLEARING) * 2


def test_a_settled_date_leaves_what_is_unpaid_and_its_slot() -> None:
    desk = Desk()
    contract_no, other = desk.open(1_000), desk.open(1_000)
    order = desk.freeze(contract_no, 300)
    desk.ask(SEAT, fill_buy(order, contract_no, 100), fill_sell(contract_no, 7), fill_sell(other, 9))
    desk.roll(TUESDAY)
    desk.ask(SEAT, fill_buy(order, contract_no, 30, on=TUESDAY))
    power_fen = [desk.buying_power(one) for one in (contract_no, other)]

    desk.settle(MONDAY)

    assert desk.unpaid() == [(MONDAY, 0, 100, 7), (MONDAY, 1, 0, 9)]
    assert desk.unsettled(contract_no) == {TUESDAY: (30, 0)}
    assert desk.money(contract_no) == (1_000, 170, 130, 7)
    assert [desk.buying_power(one) for one in (contract_no, other)] == power_fen
    check_book(desk.book)
    desk.roll(WEDNESDAY)
    desk.settle(TUESDAY)
    assert desk.unpaid() == [(MONDAY, 0, 100, 7), (MONDAY, 1, 0, 9), (TUESDAY, 0, 30, 0)]
    assert desk.unsettled(contract_no) == {}
    check_book(desk.book)


def test_a_slot_that_is_taken_again_is_empty() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.ask(SEAT, fill_sell(contract_no, 7))
    slot = desk.book.unsettled.open_slot
    desk.roll(TUESDAY)
    desk.settle(MONDAY)
    desk.roll(WEDNESDAY)

    assert desk.book.unsettled.open_slot == slot
    assert desk.unsettled(contract_no) == {}
    check_book(desk.book)


def test_dates_are_settled_in_their_order_and_never_the_open_one() -> None:
    desk = Desk()
    assert desk.control(EndSettlement(MONDAY)) == ReplyCode.DATE_NOT_IN_TURN
    desk.roll(TUESDAY)
    desk.roll(WEDNESDAY)

    for trade_date in (TUESDAY, WEDNESDAY, THURSDAY, 20_260_931):
        assert desk.control(EndSettlement(trade_date)) == ReplyCode.DATE_NOT_IN_TURN
    assert desk.control(EndSettlement(MONDAY), SEAT) == ReplyCode.ROLE_FORBIDS
    desk.settle(MONDAY)
    assert desk.control(EndSettlement(MONDAY)) == ReplyCode.DATE_NOT_IN_TURN
    desk.settle(TUESDAY)
    assert desk.control(EndSettlement(WEDNESDAY)) == ReplyCode.DATE_NOT_IN_TURN


def test_a_roll_with_every_slot_taken_is_refused_until_a_date_is_settled() -> None:
    desk = Desk()
    days = [date_of_day(trade_day(MONDAY) + ahead) for ahead in range(1, UNSETTLED_DATES_MIN + 1)]
    for trade_date in days[:-1]:
        desk.roll(trade_date)

    assert desk.control(OpenTradeDate(days[-1])) == ReplyCode.DATES_UNSETTLED
    desk.settle(MONDAY)
    desk.roll(days[-1])
    assert desk.book.unsettled.dates_used() == UNSETTLED_DATES_MIN
    check_book(desk.book)
