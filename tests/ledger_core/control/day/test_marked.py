"""What a mark lets be asked: outlets that are apart, and after a deep one every pair as it was then."""

import numpy as np

from ledger.core import engine
from ledger.core.book_answers import BookAnswers
from ledger.core.state.general_ledger import LedgerKey
from protocol.codes import ReplyCode
from protocol.limits import QUERY_PAIRS_MAX, RANGE_PAIRS
from protocol.messages.day.marked import (
    FIGURES,
    OutletsAnswer,
    OutletsQuery,
    PairsAnswer,
    PairsQuery,
    RangesAnswer,
    RangesQuery,
    range_digest,
)
from protocol.messages.day.steps import Mark, SignOff, Tell
from protocol.messages.fields import fen_from_sum
from protocol.messages.queries import totals_digest
from protocol.vocabulary import BANK_PARTY, AccountCode
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import MONDAY, SEAT, SPARE_ACCOUNTS, Desk, deposit, fill_buy, fill_sell, same_after_all


def marked(is_deep: bool) -> tuple[Desk, int]:
    """Of 1,000 a customer has 300 frozen, 200 spent and 50 sold; the date is over, and marked."""
    desk = Desk()
    customer = desk.open(1_000)
    order = desk.freeze(customer, 500)
    desk.ask(SEAT, fill_buy(order, customer, 200), fill_sell(customer, 50))
    desk.done(SignOff(MONDAY))
    desk.done(Mark(MONDAY, is_deep))
    return desk, customer


def pairs(desk: Desk, first: int = 0) -> list[list[int]]:
    """The columns of the answer."""
    answer = BookAnswers(desk.book).answer(BANK_PARTY, PairsQuery(3, first))
    assert isinstance(answer, PairsAnswer)
    assert (answer.as_of_sequence, answer.complete) == (desk.book.marked_sequence, True)
    columns: list[list[int]] = np.frombuffer(answer.amounts, "<i8").reshape(FIGURES, -1).tolist()
    return columns


def ranges(desk: Desk, first: int = 0) -> RangesAnswer:
    answer = BookAnswers(desk.book).answer(BANK_PARTY, RangesQuery(3, first))
    assert isinstance(answer, RangesAnswer)
    return answer


def outlets(desk: Desk) -> OutletsAnswer:
    answer = BookAnswers(desk.book).answer(BANK_PARTY, OutletsQuery())
    assert isinstance(answer, OutletsAnswer)
    return answer


def test_places_are_told_as_they_were_whatever_came_since() -> None:
    desk, customer = marked(is_deep=True)
    desk.ask(SAVINGS_SEAT, deposit(customer, 7))
    desk.open(9)

    balances = [0] * SPARE_ACCOUNTS + [1_000]
    none = [0] * SPARE_ACCOUNTS  # accounts are more than contracts: the customer's contract is the first of all
    assert pairs(desk) == [balances, [300, *none], [200, *none], [50, *none]]
    assert pairs(desk, 3) == [[0, 1_000], [0, 0], [0, 0], [0, 0]]
    assert pairs(desk, 5) == pairs(desk, QUERY_PAIRS_MAX) == [[], [], [], []]
    same_after_all(desk)


def test_the_digest_of_a_range_is_of_its_places_with_nothing_behind_them() -> None:
    desk, _ = marked(is_deep=True)
    whole = np.zeros((FIGURES, RANGE_PAIRS), "<i8")
    told = pairs(desk)
    whole[:, : len(told[0])] = told

    answer = ranges(desk)

    assert (answer.complete, answer.next_range, answer.digests) == (True, 0, [range_digest(whole.tobytes())])
    assert ranges(desk, 1).digests == []


def test_another_mark_keeps_places_only_when_it_is_deep() -> None:
    desk, _ = marked(is_deep=True)
    desk.done(Mark(MONDAY, False))

    assert ranges(desk) == RangesAnswer(desk.book.marked_sequence, False, 0, [])
    answer = BookAnswers(desk.book).answer(BANK_PARTY, PairsQuery(3, 0))
    assert answer == PairsAnswer(desk.book.marked_sequence, False, b"")


def test_an_outlet_whose_accounts_have_a_fen_more_than_the_general_ledger_is_told_and_nothing_agrees() -> None:
    desk, customer = marked(is_deep=False)
    assert outlets(desk) == OutletsAnswer(desk.book.marked_sequence, True, [])
    account = int(desk.book.account_of_contract[customer // 100])
    outlet = int(desk.book.outlet[account])
    own = sum(desk.book.balance_fen[desk.book.outlet == outlet].tolist())
    desk.book.balance_fen[account] += 1
    desk.done(Mark(MONDAY, False))

    (apart,) = outlets(desk).outlets

    assert (apart.outlet, fen_from_sum(apart.accounts_fen), fen_from_sum(apart.ledger_fen)) == (outlet, own + 1, own)
    for digest in (totals_digest(engine.totals(desk.book)), bytes(32)):
        assert desk.control(Tell(MONDAY, desk.book.marked_sequence, digest)) == ReplyCode.TOTALS_DIFFER


def test_an_outlet_without_accounts_that_the_general_ledger_has_something_for_is_told() -> None:
    desk, _ = marked(is_deep=False)
    desk.book.general_ledger.balances_fen[key := LedgerKey(int(AccountCode.SAVINGS), item=999)] = -5
    desk.book.general_ledger.keys.append(key)
    desk.done(Mark(MONDAY, False))

    (apart,) = outlets(desk).outlets

    assert (apart.outlet, fen_from_sum(apart.accounts_fen), fen_from_sum(apart.ledger_fen)) == (999, 0, 5)
