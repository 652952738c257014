"""What is due is posted: once, as it is, with its entry; whatever comes beside it in a block.

Belongs here: records of interest. Never here: how it came to be due (test_days).
"""

from dataclasses import replace as row_with

import pytest

from ledger.core.invariants import check_book
from ledger.core.savings.answers import interest_due
from protocol import limits
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import OUTCOME_BYTES
from protocol.messages.customers.interest import InterestDue, InterestQuery
from protocol.vocabulary import AccountCode, RecordKind
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.desk import (
    MONDAY,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Frame,
    code_of,
    codes,
    freeze,
    joined,
    record,
    same_after_all,
)
from tests.ledger_core.savings.words import BY_LANE, IN_ORDER, Counter, posting

ACCEPTED, NOT_DUE, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS
BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])


def due() -> tuple[Counter, int, int]:
    """Ann has 72,000.00 and Bob 7,200.00 on Monday and Tuesday; on Wednesday 0.20 and 0.02 are due."""
    counter = Counter()
    ann, bob = (counter.desk.open_account(0, customer) for customer in (1, 2))
    counter.bring(ann, 7_200_000)
    counter.bring(bob, 720_000)
    counter.at(WEDNESDAY, 9)
    assert counter.order(TUESDAY) == ACCEPTED
    assert counter.due() == [(ann, 20), (bob, 2)]
    return counter, ann, bob


@BOTH_WAYS
def test_each_is_posted_once_with_its_entry(padding: int) -> None:
    counter, ann, bob = due()
    ledger = counter.desk.book.general_ledger
    sums = dict(ledger.balances_fen)

    told = counter.post(posting(ann, 20), posting(bob, 3), posting(bob, 2), padding=padding)

    assert codes(told) == [ACCEPTED, DIFFERS, ACCEPTED]
    assert [counter.balance(each) for each in (ann, bob)] == [7_200_020, 720_002]
    assert counter.due() == []
    assert codes(counter.post(posting(ann, 20), padding=padding)) == [NOT_DUE]
    moved: dict[int, int] = {}
    for key, fen in ledger.balances_fen.items():
        moved[key.code] = moved.get(key.code, 0) + fen - sums.get(key, 0)
    assert {code: fen for code, fen in moved.items() if fen} == {
        AccountCode.SAVINGS_INTEREST: 22,
        AccountCode.SAVINGS: -22,
    }
    check_book(counter.desk.book)
    same_after_all(counter.desk)


@BOTH_WAYS
def test_twice_in_one_block_is_once(padding: int) -> None:
    counter, ann, _ = due()
    told = counter.post(posting(ann, 20), posting(ann, 20), posting(ann, 0), posting(ann, -20), padding=padding)
    assert codes(told) == [ACCEPTED, NOT_DUE, *[ReplyCode.AMOUNT_OUT_OF_RANGE] * 2]
    assert counter.balance(ann) == 7_200_020
    same_after_all(counter.desk)


@BOTH_WAYS
def test_beside_orders_and_movements_of_the_same_account(padding: int) -> None:
    """72,000.00 and 0.20: 72,000.10 are frozen behind it, and 0.10 withdrawn; 0.01 more is not there."""
    counter, _, _ = due()
    contract = counter.desk.open(0)
    account = counter.desk.account(contract)
    counter.bring(account, 7_200_000)
    counter.at(20260109, 9)  # two days with 72,000.00
    assert counter.order(20260108) == ACCEPTED
    frames = [
        Frame(DAY_SEAT, joined(posting(account, 20), *[posting(counter.customers, 7)] * padding)),
        Frame(SEAT, freeze(contract, 7_200_010)),
        Frame(SAVINGS_SEAT, joined(*(record(RecordKind.WITHDRAWAL, account, fen) for fen in (10, 1)))),
    ]
    told = counter.desk.send(*frames)
    assert codes([told[0], *told[1 + padding :]]) == [ACCEPTED, ACCEPTED, ACCEPTED, ReplyCode.FUNDS_FROZEN]
    assert counter.desk.money(contract) == (7_200_010, 7_200_010, 0, 0)
    same_after_all(counter.desk)


def test_who_may_send_it_and_what_it_may_say() -> None:
    counter, ann, _ = due()
    desk = counter.desk
    assert code_of(desk, SAVINGS_SEAT, posting(ann, 20)) == ReplyCode.ROLE_FORBIDS
    assert code_of(desk, SEAT, posting(ann, 20)) == ReplyCode.ROLE_FORBIDS
    for field in ("way", "release_fen", "turnover_fen", "target_number", "trade_day"):
        used = record(RecordKind.INTEREST, ann, 20, **{field: 1})
        assert code_of(desk, DAY_SEAT, used) == ReplyCode.REQUEST_MALFORMED
    assert code_of(desk, DAY_SEAT, posting(ann + 1, 20)) == ReplyCode.ACCOUNT_UNKNOWN
    assert counter.balance(ann) == 7_200_000


def test_the_row_that_makes_it_due_may_post_it() -> None:
    """The first row of the day behind the interest day carries the record itself: days are counted in front of it."""
    counter = Counter()
    ann = counter.desk.open_account(0, 1)
    counter.bring(ann, 7_200_000)
    assert counter.order(MONDAY) == ACCEPTED
    counter.at(TUESDAY, 9)
    assert codes(counter.post(posting(ann, 10))) == [ACCEPTED]
    assert codes(counter.post(posting(ann, 10))) == [NOT_DUE]
    same_after_all(counter.desk)


@BOTH_WAYS
def test_a_column_that_is_full_takes_no_more(padding: int) -> None:
    counter, ann, _ = due()
    book, row = counter.desk.book, ann // 100
    book.balance_fen[row] = limits.COLUMN_FEN_MAX - 19
    book.owned_fen_bound = limits.COLUMN_FEN_MAX
    assert codes(counter.post(posting(ann, 20), padding=padding)) == [ReplyCode.LIMIT_EXCEEDED]
    assert counter.earned(ann) == (0, 20)


def test_places_are_told_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    counter, ann, bob = due()
    monkeypatch.setattr("ledger.core.savings.answers.QUERY_INTEREST_MAX", 1)
    first = interest_due(counter.desk.book, InterestQuery(0))
    assert (first.accounts, first.next_place) == ([InterestDue(ann, 20)], bob // 100)
    rest = interest_due(counter.desk.book, InterestQuery(first.next_place))
    assert (rest.accounts, rest.next_place) == ([InterestDue(bob, 2)], 0)
    monkeypatch.setattr("ledger.core.savings.answers.CONTRACTS_LOOKED_AT_MAX", 1)
    assert interest_due(counter.desk.book, InterestQuery(0)).next_place == 1
    assert interest_due(counter.desk.book, InterestQuery(2**40)).accounts == []


def test_stored_outcomes_that_post_more_than_was_due_are_believed_by_nobody() -> None:
    """0.20 are due: as if the second record of the row had been accepted too."""
    counter, ann, _ = due()
    assert codes(counter.post(posting(ann, 20), posting(ann, 20))) == [ACCEPTED, NOT_DUE]
    counter.desk.rows[-1] = row_with(counter.desk.rows[-1], outcomes=bytes(2 * OUTCOME_BYTES))
    with pytest.raises(InvariantBroken, match="more interest was posted than was due"):
        counter.desk.replayed()
