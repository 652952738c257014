"""The roll of the trade date: what is carried, and how numbers begin again."""

from ledger.core.engine import row_holding
from ledger.core.invariants import check_book
from protocol.codes import ReplyCode
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import (
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    fill_buy,
    freeze,
    release,
)
from tests.ledger_core.test_money import CLOSED, OPEN, accepted, refused


def test_numbers_begin_at_one_and_the_old_ones_stay_known() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.ask(SEAT, freeze(contract_no, 1), freeze(contract_no, 1))
    held_by = desk.book.sequence

    desk.roll(TUESDAY)

    book = desk.book
    assert (book.trade_date, book.previous_date) == (TUESDAY, MONDAY)
    assert (book.next_number[SEAT], book.previous_next_number[SEAT]) == (1, 3)
    assert [row_holding(book, MONDAY, SEAT, number) for number in (0, 1, 2, 3)] == [0, held_by, held_by, 0]
    assert row_holding(book, TUESDAY, SEAT, 1) == 0
    desk.roll(WEDNESDAY)
    assert row_holding(book, MONDAY, SEAT, 1) == 0  # two dates are kept; older repeats are told the open date


def test_the_roll_itself_is_the_last_number_of_the_old_date() -> None:
    desk = Desk()
    number = int(desk.book.next_number[DAY_SEAT])

    desk.roll(TUESDAY)

    assert row_holding(desk.book, MONDAY, DAY_SEAT, number) == desk.book.sequence
    assert desk.book.next_number[DAY_SEAT] == 1


def test_freezes_of_an_unsettled_date_are_carried_closed_or_not() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    open_one, closed_one = desk.freeze(contract_no, 300), desk.freeze(contract_no, 50)
    desk.ask(SEAT, release(closed_one, contract_no, 50), fill_buy(open_one, contract_no, 100, 10))
    desk.roll(TUESDAY)

    assert desk.money(contract_no) == (1_000, 190, 100, 0)
    assert desk.ask(SEAT, release(closed_one, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)
    assert desk.ask(SECOND_SEAT, release(open_one, contract_no, 191)) == refused(ReplyCode.AMOUNT_OVER_REMAINING)
    assert desk.ask(SECOND_SEAT, fill_buy(open_one, contract_no, 90, 50)) == accepted(OPEN, 50)
    assert desk.ask(SEAT, release(open_one, contract_no, 50)) == accepted(CLOSED, 0)
    assert desk.ask(SEAT, release(open_one, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)
    desk.roll(WEDNESDAY)
    for target in (open_one, closed_one):
        assert desk.ask(SEAT, release(target, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)
    check_book(desk.book)


def test_of_a_settled_date_only_open_freezes_are_carried_from_the_next_roll_on() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    closed_one, open_one = desk.freeze(contract_no, 50), desk.freeze(contract_no, 300)
    desk.ask(SEAT, release(closed_one, contract_no, 50))
    desk.roll(TUESDAY)
    desk.settle(MONDAY)
    assert desk.ask(SEAT, release(closed_one, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)

    desk.roll(WEDNESDAY)

    assert desk.ask(SEAT, release(closed_one, contract_no, 1)) == refused(ReplyCode.FREEZE_UNKNOWN)
    assert desk.ask(SEAT, release(open_one, contract_no, 300)) == accepted(CLOSED, 0)
    desk.roll(THURSDAY)
    assert len(desk.book.requests.carried_keys) == 0
    check_book(desk.book)


def test_the_same_number_of_two_dates_is_two_freezes() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    monday = desk.freeze(contract_no, 10)
    desk.roll(TUESDAY)
    tuesday = desk.freeze(contract_no, 20)

    assert (monday, tuesday) == ((MONDAY, SEAT, 1), (TUESDAY, SEAT, 1))
    assert desk.ask(SEAT, release(monday, contract_no, 11)) == refused(ReplyCode.AMOUNT_OVER_REMAINING)
    assert desk.ask(SEAT, release(tuesday, contract_no, 11)) == accepted(OPEN, 9)


def test_freezes_carried_over_many_dates_keep_their_seats_apart() -> None:
    desk = Desk()
    own, foreign = desk.open(1_000), desk.open(1_000, OTHER_BROKER)
    others = [desk.freeze(foreign, 3, OTHER_SEAT)]
    orders = [desk.freeze(own, 1, SECOND_SEAT), desk.freeze(own, 2)]
    for trade_date in (TUESDAY, WEDNESDAY, THURSDAY):
        desk.roll(trade_date)
        orders.append(desk.freeze(own, trade_date % 100))

    for order, amount_fen in zip(orders, (1, 2, 6, 7, 8), strict=True):
        assert desk.ask(SEAT, release(order, own, amount_fen)) == accepted(CLOSED, 0)
    assert desk.ask(SEAT, release(others[0], own, 3)) == refused(ReplyCode.FREEZE_UNKNOWN)
    assert desk.ask(OTHER_SEAT, release(others[0], foreign, 3)) == accepted(CLOSED, 0)
    check_book(desk.book)
    assert desk.replayed().requests.carried_keys.tolist() == desk.book.requests.carried_keys.tolist()
