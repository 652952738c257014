"""When a market takes orders: which phases can be, which holds at a second, up to when orders are taken to it."""

import pytest

from protocol.codes import ReplyCode
from rules.orders.phases import Phase, cannot_be, last_second, phase_at, phases_code

MONDAY = 20_260_105
NINE_S = 1_767_574_800  # 09:00 in Shanghai
CALL = Phase(NINE_S + 900, NINE_S + 1_200, True, True)
MORNING = Phase(NINE_S + 1_800, NINE_S + 9_000, True, True)
CLOSE = Phase(NINE_S + 21_420, NINE_S + 21_600, True, False)
AFTER = Phase(NINE_S + 21_600, NINE_S + 23_400, False, True)


def test_a_phase_holds_from_its_first_second_to_the_one_before_the_next() -> None:
    day = [CALL, MORNING, CLOSE]

    assert phase_at(day, NINE_S + 899) is None
    assert phase_at(day, NINE_S + 900) == CALL
    assert phase_at(day, NINE_S + 1_199) == CALL
    assert phase_at(day, NINE_S + 1_200) is None
    assert phase_at([CLOSE, AFTER], NINE_S + 21_600) == AFTER


def test_the_last_second_is_of_the_last_phase_that_takes_orders() -> None:
    assert last_second([CALL, MORNING, CLOSE, AFTER]) == NINE_S + 21_599
    assert last_second([AFTER]) == last_second([]) == 0


@pytest.mark.parametrize(
    ("phases", "is_none"),
    [
        ([CALL, MORNING, CLOSE, AFTER], False),
        ([], False),
        ([MORNING, CALL], True),
        ([CALL, CALL._replace(from_s=CALL.until_s - 1, until_s=CALL.until_s + 1)], True),
        ([CALL._replace(until_s=CALL.from_s)], True),
        ([Phase(CALL.from_s + 172_800, CALL.until_s + 172_800, True, True)], True),  # of Wednesday
        ([Phase(CALL.from_s, MORNING.until_s + 172_800, True, True)], True),
    ],
)
def test_what_no_day_can_be(phases: list[Phase], is_none: bool) -> None:
    assert cannot_be(MONDAY, phases) is is_none


def test_phases_are_of_the_open_date_or_a_later_one() -> None:
    assert phases_code(20_260_102, MONDAY) == ReplyCode.TRADE_DATE_NOT_LATER
    assert phases_code(MONDAY, MONDAY) == ReplyCode.ACCEPTED
    assert phases_code(20_260_205, MONDAY) == ReplyCode.ACCEPTED
    assert phases_code(20_260_206, MONDAY) == ReplyCode.TRADE_DATE_TOO_FAR
