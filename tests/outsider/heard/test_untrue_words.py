"""What this client does not believe, whoever signed it: section 8.3 of the page, and section 7 for outcomes."""

import pytest

from tests.outsider.client import NotApplied, check_refusal
from tests.outsider.wire.codes import Code
from tests.outsider.wire.frames import FrameRefused
from tests.outsider.wire.records import Outcome, Outcomes, is_day

TODAY, TOMORROW = 20260105, 20260106
OPEN, CLOSED = 1, 2


@pytest.mark.parametrize(
    ("code", "refused", "told", "trade_date"),
    [
        (Code.SEQUENCE_GAP, 5, 5, TODAY),
        (Code.SEQUENCE_GAP, 5, 2**62, TODAY),
        (Code.WRONG_TRADE_DATE, 5, 1, 20260101),
        (Code.WRONG_TRADE_DATE, 5, 1, 2**31 - 1),
        (Code.WRONG_TRADE_DATE, 5, 1, 20261301),
        (Code.WRONG_TRADE_DATE, 5, 2**62, TOMORROW),
        (Code.BUSY, 5, 6, TODAY),
    ],
)
def test_a_refusal_that_cannot_be_true_is_refused(code: Code, refused: int, told: int, trade_date: int) -> None:
    with pytest.raises(FrameRefused):
        check_refusal(NotApplied(code, refused, told, 0, trade_date), TODAY)


@pytest.mark.parametrize(
    ("code", "refused", "told", "trade_date"),
    [
        (Code.SEQUENCE_GAP, 6, 5, TODAY),
        (Code.WRONG_TRADE_DATE, 5, 1, TOMORROW),
        (Code.WRONG_TRADE_DATE, 5, 1, TODAY),
        (Code.BUSY, 2**62, 2**62, TODAY),
        (Code.DUPLICATE_OTHER_CONTENT, 5, 9, TODAY),
    ],
)
def test_a_refusal_that_may_be_true_is_taken(code: Code, refused: int, told: int, trade_date: int) -> None:
    check_refusal(NotApplied(code, refused, told, 0, trade_date), TODAY)


@pytest.mark.parametrize(
    ("trade_date", "expected"), [(0, False), (TODAY, True), (20260231, False), (20590918, True), (20590919, False)]
)
def test_a_day_is_one_of_the_calendar(trade_date: int, expected: bool) -> None:
    assert is_day(trade_date) is expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(0), True),
        (Outcome(0, OPEN, 0, 5), True),
        (Outcome(0, CLOSED), True),
        (Outcome(799), True),
        (Outcome(0, 3, 0, 5), True),  # a number that the bank gave
        (Outcome(0, 4), True),  # a line that is listed
        (Outcome(0, 5, 0, 5), True),  # a state that is newer
        (Outcome(0, 3), False),
        (Outcome(0, 4, 0, 5), False),
        (Outcome(364, 4), False),
        (Outcome(0, -5), False),
        (Outcome(0, OPEN), True),  # an order through the bank of which nothing is frozen
        (Outcome(799, OPEN), False),
        (Outcome(0, OPEN, 0, -5), False),
        (Outcome(0, CLOSED, 0, 5), False),
        (Outcome(0, 0, 0, 5), False),
        (Outcome(799, OPEN, 0, 5), False),
        (Outcome(0, 3, 0, -1), False),
        (Outcome(100), False),
    ],
)
def test_an_outcome_that_contradicts_itself_is_none(outcome: Outcome, expected: bool) -> None:
    assert Outcomes(1, 1, bytes(32), bytes(32), (Outcome(0), outcome)).are_possible() is expected
    assert not Outcomes(0, 1, bytes(32), bytes(32), (Outcome(0), outcome)).are_possible()
