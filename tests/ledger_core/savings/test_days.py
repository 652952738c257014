"""Days are counted by the first row of each, from day-end balances in whole yuan; replay counts the same.

Belongs here: counting, orders of interest days. Never here: posting (test_posting), closing (test_closing).
"""

import numpy as np
import pytest

from ledger.core.rows.runs import apply_run, runs
from ledger.core.savings.days import count_days, earned, end_period
from ledger.core.state.book import Book
from protocol.acts.savings import SavingsInterestAct
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, BEARING_YUAN_MAX, COLUMN_FEN_MAX, INTEREST_DAYS_MAX, SAVINGS_RATE_MAX
from protocol.trade_dates import trade_day
from rules.savings import NO_DAY, Earned, bearing_yuan, made_due
from tests.ledger_core.control.day.test_day_acts import House
from tests.ledger_core.control.day.test_due_times import DAY_S, NS_PER_S, opened
from tests.ledger_core.desk import (
    MONDAY,
    SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    fill_buy,
    same_after_all,
    whole_state,
)
from tests.ledger_core.moved.words import stands as moved_stands
from tests.ledger_core.moved.words import transfers
from tests.ledger_core.savings.words import LISTED, Counter

FRIDAY, SATURDAY, SUNDAY, NEXT_MONDAY = 20260109, 20260110, 20260111, 20260112
ACCEPTED, NOT_DUE = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE


def test_what_stands_at_the_end_of_each_day_counts() -> None:
    """Monday ends with 1,000.99, Tuesday with 500.99, Wednesday and Thursday with 500.98: 1,000 + 500 + 2 × 500."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 100_099)
    assert counter.earned(ann) == (0, 0)

    counter.at(TUESDAY)  # 00:00:00 is Tuesday already
    counter.take(ann, 50_000)
    assert counter.earned(ann) == (1_000, 0)
    counter.at(TUESDAY, 23, 59)
    counter.bring(ann, 700_000)
    counter.take(ann, 700_000)
    assert counter.earned(ann) == (1_000, 0)
    counter.at(WEDNESDAY, 0, 1)
    counter.take(ann, 1)
    assert counter.earned(ann) == (1_500, 0)
    counter.at(FRIDAY, 9)
    counter.tick()

    assert counter.earned(ann) == (2_500, 0)
    same_after_all(counter.desk)


def test_a_weekend_without_a_row_counts_by_its_days() -> None:
    """Friday, Saturday and Sunday with 100.00: 300 points, by the first row of Monday, which is a control row."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.at(FRIDAY, 17)
    counter.bring(ann, 10_000)
    counter.at(NEXT_MONDAY, 8)
    counter.desk.open_account(0, 2)
    assert counter.earned(ann) == (300, 0)
    same_after_all(counter.desk)


def test_a_clock_that_goes_back_counts_nothing_twice() -> None:
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 10_000)
    for date, points in ((WEDNESDAY, 200), (TUESDAY, 200), (WEDNESDAY, 200), (THURSDAY, 300)):
        counter.at(date, 9)
        counter.tick()
        assert counter.earned(ann) == (points, 0)
    same_after_all(counter.desk)


def test_a_bank_without_a_calendar_counts_no_days() -> None:
    house = House()
    ann = house.desk.open_account(100_000, 1)
    house.desk.now_ns = trade_day(FRIDAY) * 86_400 * 10**9
    house.desk.open_account(0, 2)
    assert house.desk.book.savings.day == NO_DAY
    assert int(house.desk.book.savings.points[ann // 100]) == 0
    assert house.code(SavingsInterestAct, last_day=0, rate_millionths=LISTED) == NOT_DUE


def test_the_interest_day_is_the_last_that_counts_by_the_rate_listed_then() -> None:
    """720.00 from Monday on, 0.05 % ordered for Wednesday. By Friday noon Monday to Wednesday are 2,160 points: 0.3 fen
    at 0.05 %, but 0.5 % is listed on Wednesday: 3 fen. Thursday alone goes on: 720 points.
    """
    counter = Counter()
    ann, bob = (counter.desk.open_account(0, customer) for customer in (1, 2))
    counter.bring(ann, 72_000)
    counter.bring(bob, 99)
    assert counter.order(WEDNESDAY) == ACCEPTED
    counter.at(WEDNESDAY, 16)
    assert counter.order(0, 5_000) == ACCEPTED
    assert counter.earned(ann) == (1_440, 0)
    counter.at(FRIDAY, 12)
    assert earned(counter.desk.book, ann // 100, counter.desk.now_ns) == Earned(720, 3)
    counter.tick()

    assert (counter.earned(ann), counter.earned(bob)) == ((720, 3), (0, 0))
    assert counter.desk.book.savings.interest_day == NO_DAY
    counter.at(SATURDAY)
    counter.tick()
    assert counter.earned(ann) == (1_440, 3)
    assert counter.due() == [(ann, 3)]
    same_after_all(counter.desk)


def test_yesterday_is_ordered_today_and_due_at_once_and_a_second_time_brings_nothing() -> None:
    """7,200.00 on Monday and Tuesday: 14,400 points, 2 fen, ordered on Wednesday."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 720_000)
    counter.at(WEDNESDAY, 9)

    assert counter.order(TUESDAY) == ACCEPTED
    assert counter.earned(ann) == (0, 2)
    assert counter.order(TUESDAY) == ACCEPTED
    assert counter.earned(ann) == (0, 2)
    same_after_all(counter.desk)


def test_a_later_order_takes_the_place_of_one_whose_day_is_not_over() -> None:
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 720_000)
    assert (counter.order(TUESDAY), counter.order(THURSDAY)) == (ACCEPTED, ACCEPTED)
    counter.at(THURSDAY, 9)
    counter.tick()
    assert counter.earned(ann) == (21_600, 0)  # Monday to Wednesday
    counter.at(FRIDAY, 9)
    counter.tick()
    assert counter.earned(ann) == (0, 4)  # 28,800 × 500 / 3,600,000
    same_after_all(counter.desk)


def test_which_days_can_be_ordered() -> None:
    """From yesterday to 31 days ahead: on Wednesday the 7th from the 6th of January to the 7th of February."""
    counter = Counter()
    counter.at(WEDNESDAY, 9)
    told = [counter.order(day) for day in (MONDAY, TUESDAY, WEDNESDAY, 20260207, 20260208, 20260132)]
    assert told == [NOT_DUE, ACCEPTED, ACCEPTED, ACCEPTED, NOT_DUE, ReplyCode.REQUEST_MALFORMED]


def test_rows_that_are_joined_are_of_one_day() -> None:
    """The rows of three days applied in runs leave the book that decided them."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.order(TUESDAY, SAVINGS_RATE_MAX)
    for date in (MONDAY, TUESDAY, WEDNESDAY):
        counter.at(date, 13)
        for fen in (10_000, 20_000, 30_000):
            counter.bring(ann, fen)
    desk, book = counter.desk, Book.empty(counter.desk.size)
    found = list(runs(desk.rows))
    for run in found:
        apply_run(book, run)
    assert len(found) < len(desk.rows)
    assert whole_state(book) == whole_state(desk.book)


def test_no_column_wraps_and_columns_reckon_as_one_account_does() -> None:
    """The most that ever bears, from the first day on, beside random points and due amounts, at every kind of rate."""
    desk = Desk()
    count, book = desk.book.accounts_count, desk.book
    book.balance_fen[0] = COLUMN_FEN_MAX
    book.due_times.put(TUESDAY, [(0, 0, 0, 0, 86_399)])
    count_days(book, 0)
    count_days(book, 2**62)
    assert int(book.savings.points[0]) == BEARING_YUAN_MAX * (INTEREST_DAYS_MAX - 1) > 0
    rng = np.random.default_rng(10)
    for rate in (0, 1, 500, 35_001, SAVINGS_RATE_MAX):
        book.savings.points[1:count] = rng.integers(0, 2**44, count - 1)
        book.savings.due_fen[1:count] = rng.integers(0, AMOUNT_FEN_MAX, count - 1)
        before = [Earned(int(book.savings.points[row]), int(book.savings.due_fen[row])) for row in range(count)]
        book.savings.rate = rate
        end_period(book)
        after = [Earned(int(book.savings.points[row]), int(book.savings.due_fen[row])) for row in range(count)]
        assert after == [made_due(each, rate) for each in before]


@pytest.mark.parametrize("balance_fen", [0, 99, 100, 12_345_678, COLUMN_FEN_MAX])
def test_a_day_of_a_column_is_a_day_of_the_rule(balance_fen: int) -> None:
    desk = Desk()
    desk.book.balance_fen[1] = balance_fen
    desk.book.due_times.put(TUESDAY, [(0, 0, 0, 0, 86_399)])
    count_days(desk.book, 0)
    count_days(desk.book, 86_400 * 10**9)
    assert int(desk.book.savings.points[1]) == bearing_yuan(balance_fen)


def test_what_is_moved_for_orders_bears_nothing() -> None:
    """Transfer mode, 1,000.00: 300.50 are moved for an order, of which 100.00 are bought: 699 yuan bear, not 1,000."""
    desk = transfers(Desk())
    desk.now_ns = trade_day(MONDAY) * DAY_S * NS_PER_S
    desk.done(opened(TUESDAY))
    contract_no = desk.open(100_000)
    target = desk.freeze(contract_no, 30_050)
    desk.ask(SEAT, fill_buy(target, contract_no, 10_000))
    assert moved_stands(desk, contract_no) == (69_950, 20_050, 10_000)
    desk.now_ns += DAY_S * NS_PER_S
    desk.open(0)
    assert int(desk.book.savings.points[desk.account(contract_no) // 100]) == 699
    same_after_all(desk)


def test_a_row_that_is_not_made_counts_no_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deciding breaks in the first row of Tuesday; the clock goes back, and the next row is Monday's again."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 7_200_000)
    counter.order(MONDAY)
    counter.at(TUESDAY, 9)
    with monkeypatch.context() as broken:
        broken.setattr("ledger.core.engine.resolve", None)
        with pytest.raises(TypeError):
            counter.tick()
    assert (counter.earned(ann), counter.desk.book.savings.day) == ((0, 0), trade_day(MONDAY))
    counter.at(MONDAY, 23)
    counter.tick()
    counter.at(TUESDAY, 10)
    counter.tick()
    assert counter.earned(ann) == (0, 10)
    same_after_all(counter.desk)
