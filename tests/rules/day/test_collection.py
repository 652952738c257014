"""What is taken of a clearing account, in which order, what may leave it: the page's every boundary, by hand."""

import pytest

from protocol.codes import ReplyCode
from protocol.vocabulary import ObligationState
from rules.day.collection import Claim, collectable_fen, may_lend, payout_code, taken_fen

OWED, NOTIFIED, OVERDUE = ObligationState.OWED_BY_BROKER, ObligationState.NOTIFIED, ObligationState.OVERDUE


@pytest.mark.parametrize(
    ("there_fen", "claims", "wanted"),
    [
        (100, [Claim(100, OWED)], [100]),
        (99, [Claim(100, OWED)], [0]),  # in full, or its due time decides
        (99, [Claim(100, NOTIFIED)], [0]),
        (99, [Claim(100, OVERDUE)], [99]),
        (100, [Claim(60, OVERDUE), Claim(50, OVERDUE)], [60, 40]),  # the oldest first
        (100, [Claim(120, NOTIFIED), Claim(80, OWED)], [0, 80]),  # what it does not cover it leaves
        (100, [Claim(120, OVERDUE), Claim(80, OWED)], [100, 0]),
        (0, [Claim(1, OVERDUE)], [0]),
        (5, [], []),
    ],
)
def test_the_oldest_is_taken_first_and_in_part_only_when_overdue(
    there_fen: int, claims: list[Claim], wanted: list[int]
) -> None:
    assert taken_fen(there_fen, claims) == wanted


def test_the_loan_is_paid_from_what_exceeds_what_falls_due_on_the_day() -> None:
    assert [collectable_fen(100, due_fen) for due_fen in (0, 40, 100, 150)] == [100, 60, 0, 0]


@pytest.mark.parametrize(
    ("limit_fen", "lent_fen", "short_fen", "may"),
    [(100, 0, 100, True), (100, 0, 101, False), (100, 60, 40, True), (100, 60, 41, False), (0, 0, 1, False)],
)
def test_all_of_what_is_short_is_lent_or_nothing(limit_fen: int, lent_fen: int, short_fen: int, may: bool) -> None:
    assert may_lend(limit_fen, lent_fen, short_fen) is may


def test_nothing_that_is_not_short_is_lent() -> None:
    assert not may_lend(100, 0, 0)


@pytest.mark.parametrize(
    ("there_fen", "asked_fen", "is_unpaid", "held_fen", "is_taken"),
    [
        (100, 100, False, 0, True),
        (100, 101, False, 0, False),
        (100, 60, False, 40, True),
        (100, 61, False, 40, False),
        (100, 1, True, 0, False),
    ],
)
def test_what_is_needed_is_not_paid_out(
    there_fen: int, asked_fen: int, is_unpaid: bool, held_fen: int, is_taken: bool
) -> None:
    wanted = ReplyCode.ACCEPTED if is_taken else ReplyCode.CLEARING_HELD
    assert payout_code(there_fen, asked_fen, is_unpaid, held_fen) == wanted
