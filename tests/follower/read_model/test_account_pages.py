"""Whose turn it is to be written, with which amounts, and the check of the money before."""

import numpy as np
import pytest

from ledger.follower.projection.customers.account_pages import (
    AMOUNTS,
    PAGE_ACCOUNTS,
    TAIL_RECORDS_MIN,
    DuePages,
    PagesTurn,
    page_chunks,
)
from protocol.errors import InvariantBroken
from protocol.vocabulary import RecordKind
from tests.follower.journal_maker import SPARE_ACCOUNTS, JournalMaker, account_no_of

FOUR_PAGES = 4 * PAGE_ACCOUNTS
QUARTER = TAIL_RECORDS_MIN // 4
FREEZE = {int(RecordKind.FREEZE)}


def opened() -> PagesTurn:
    """Four pages, all written once."""
    turn = PagesTurn(0)
    assert turn.take(0, set(), set(), 0, FOUR_PAGES).pages.tolist() == [0, 1, 2, 3]
    return turn


def test_every_page_is_written_once_in_a_tail_of_records() -> None:
    turn = opened()
    written = [turn.take(QUARTER // 2, FREEZE, set(), FOUR_PAGES, FOUR_PAGES).pages.tolist() for _ in range(10)]

    assert written == [[], [0], [], [1], [], [2], [], [3], [], [0]]


def test_a_batch_of_many_tails_writes_every_page_once() -> None:
    turn = opened()

    assert turn.take(10 * TAIL_RECORDS_MIN, FREEZE, set(), FOUR_PAGES, FOUR_PAGES).pages.tolist() == [0, 1, 2, 3]


def test_only_amounts_that_moved_since_are_written() -> None:
    turn = opened()
    first = turn.take(QUARTER, FREEZE, set(), FOUR_PAGES, FOUR_PAGES)
    second = turn.take(QUARTER, {int(RecordKind.FILL_SELL)}, set(), FOUR_PAGES, FOUR_PAGES)

    assert (first.pages.tolist(), first.kept[:, 0].tolist()) == ([0], [False, True, False, False, False])
    assert (second.pages.tolist(), second.kept[:, 0].tolist()) == ([1], [False, True, False, True, False])


def test_a_restraint_or_a_new_account_is_written_at_once_and_whole() -> None:
    turn = opened()
    due = turn.take(0, set(), {2 * PAGE_ACCOUNTS}, FOUR_PAGES - 1, FOUR_PAGES + 1)

    assert due.pages.tolist() == [2, 3, 4]
    assert due.kept.all()


def test_a_credit_writes_the_page_of_its_account_whole_and_no_balance_of_others() -> None:
    turn = opened()
    due = turn.take(QUARTER, {*FREEZE, int(RecordKind.CREDIT)}, {2 * PAGE_ACCOUNTS}, FOUR_PAGES, FOUR_PAGES)

    assert due.pages.tolist() == [0, 2]
    assert due.kept.T.tolist() == [[False, True, False, False, False], [True] * len(AMOUNTS)]


def test_after_a_restart_the_oldest_page_comes_first_and_is_written_whole() -> None:
    turn = PagesTurn(3)
    due = turn.take(2 * QUARTER, FREEZE, set(), FOUR_PAGES, FOUR_PAGES)

    assert due.pages.tolist() == [0, 3]
    assert due.kept.all()


@pytest.mark.parametrize(
    ("column", "fen", "name"),
    [("balance_fen", -1, "balance_fen"), ("restrained_fen", -1, "restrained_fen"), ("frozen_fen", 501, "own")],
)
def test_a_book_that_is_wrong_is_not_written(column: str, fen: int, name: str) -> None:
    made = JournalMaker()
    made.open_bank([1_000, 500])
    due = DuePages(np.array([0]), np.ones((len(AMOUNTS), 1), np.bool_))
    assert len(list(page_chunks(made.book, due, 7))) == 1
    getattr(made.book, column)[1 + SPARE_ACCOUNTS] = fen

    with pytest.raises(InvariantBroken, match=f"^rows up to 7: account {account_no_of(1)} has -1 {name}$"):
        list(page_chunks(made.book, due, 7))
