"""The library knows what was ordered and announced, and says how far it reaches.

Belongs here: a year that is ordered, taken by hand from the order. Never here: overrides.
"""

from gateway.day.planning.calendars import BANK_FOLLOWS
from gateway.day.planning.exchanges import CALENDARS, days_of, ordered_to
from tests.gateway.day.planning.year_2026 import FIRST, LAST, WEEKDAYS_OFF, dates, is_weekday


def test_shanghai_and_shenzhen_trade_on_the_weekdays_that_are_not_off() -> None:
    expected = {day for day in dates(FIRST, LAST) if is_weekday(day) and day not in WEEKDAYS_OFF}

    assert len(WEEKDAYS_OFF) == 19
    assert len(expected) == 261 - 19  # 2026 has 52 weeks and a Thursday
    assert days_of("XSHG", FIRST, LAST).dates == expected
    assert days_of("XSHE", FIRST, LAST).dates == expected


def test_hong_kong_has_days_off_of_its_own() -> None:
    # Good Friday 3, Easter Monday 6 and the day after Ching Ming, Tuesday 7 April 2026, are off, 3 and 7 of them not on
    # the mainland; so is Christmas, 25 December. Hong Kong trades on 23 February, when the mainland does not, and on
    # the half day before Christmas.
    found = days_of("XHKG", FIRST, LAST).dates

    assert not found & {20260403, 20260406, 20260407, 20261225}
    assert {20260223, 20261224} <= found


def test_what_lies_beyond_the_library_is_not_guessed() -> None:
    for exchange in CALENDARS:
        known = days_of(exchange, FIRST, LAST)
        assert known.first <= FIRST
        assert known.last >= LAST
        next_day = known.last + 8_870  # from 31 December to 1 January of the next year
        assert days_of(exchange, next_day, next_day + 30).dates == frozenset()
        assert max(days_of(exchange, known.last - 30, next_day + 30).dates) <= known.last
        assert days_of(exchange, 19_000_101, 19_000_201).dates == frozenset()


def test_a_year_that_is_only_guessed_is_not_reached() -> None:
    # What the library would have of 2027, guessed as it once guessed 2025: New Year, four days of the Spring Festival,
    # Ching Ming, four days of October; no day that is moved, and no Dragon Boat Festival.
    guessed = (20270101, 20270208, 20270209, 20270210, 20270211, 20270405, 20271001, 20271004, 20271005, 20271006)

    assert ordered_to(WEEKDAYS_OFF) == ordered_to([*WEEKDAYS_OFF, *guessed]) == 20261231
    assert ordered_to([*WEEKDAYS_OFF, *(day + 10_000 for day in WEEKDAYS_OFF)]) == 20271231


def test_the_bank_follows_an_exchange_that_there_is() -> None:
    assert BANK_FOLLOWS in CALENDARS


def test_the_last_day_that_is_reached_is_told_when_it_is_asked_of_alone() -> None:
    """On Thursday 31 December 2026 the library may not know the next year yet: the day is traded, and ends."""
    for exchange in CALENDARS:
        last = days_of(exchange, FIRST, LAST).last
        of_month = days_of(exchange, last - 30, last + 8_870).dates
        assert days_of(exchange, last, last + 8_870).dates == of_month & {last}
    assert 20_261_231 in days_of(BANK_FOLLOWS, 20_261_231, 20_270_401).dates
