"""Prices, turnovers and rates of a story become whole numbers of the smallest part, or are refused.

Belongs here: text and number. Never here: amounts of money (test_amounts), where they stand (test_written).
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend_sim.scenario.written.checking import check
from frontend_sim.scenario.written.orders.parts import Price, price_of, rate_of, turnover_of, unit_fee_of
from frontend_sim.scenario.written.reading import StoryFault, read_story
from tests.frontend_sim.scenario.stories import EVERY_KIND

THROUGH_THE_BANK = next(file for file in EVERY_KIND if file.stem == "through_the_bank")


@pytest.mark.parametrize(
    ("read", "text", "number"),
    [
        (price_of, "9.95", 99_500),
        (price_of, "2.1990", 21_990),
        (turnover_of, "3,980.00", 39_800_000),
        (turnover_of, "10,995,116,277.76", 100 * 2**40),
        (rate_of, "0.18 %", 1_800_000),
        (rate_of, "0.02 ‰", 20_000),
        (rate_of, "10 %", 100_000_000),
        (rate_of, "0.0000001 %", 1),
        (unit_fee_of, "0.001", 1_000_000),
        (unit_fee_of, "0.000000001", 1),
    ],
)
def test_what_is_written_is_a_whole_number_of_parts(read: Callable[[object], int], text: str, number: int) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((price_of, text) for text in ("214,748.3648", "9.9", "9.95000", "9", "-9.95", "1,00.00", 9.95, 9)),
        (turnover_of, "10,995,116,277.77"),
        *((rate_of, text) for text in ("10.1 %", "0.18", "0.18%", "0.00000001 %", "0.0000001 ‰", 0.18)),
        *((unit_fee_of, text) for text in ("1.01", "0.1", "0.0000000001", 0.001)),
    ],
)
def test_what_may_have_been_rounded_is_none(read: Callable[[object], int], text: object) -> None:
    with pytest.raises(ValueError, match="in quotes"):
        read(text)


@given(st.integers(0, 2**31 - 1))
def test_a_price_is_printed_as_it_is_read(parts: int) -> None:
    assert price_of(str(Price(parts))) == parts


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'low = "90.00"\nhigh = "110.00"\ntick',
            'low = 90.00\nhigh = "110.00"\ntick',
            "security 1: low: a price or turno",
        ),
        ('rate = "0.02 %"', 'rate = "0.02"', 'event 7: commission.rate: a rate is in quotes, such as "0.18 %"'),
        ('order = "Li 1"\nnumber = 12', 'order = "Li 9"\nnumber = 12', "event 10: order: 'Li 9' is no order"),
        (
            'channel = "phone"\nwrong',
            'channel = "kiosk"\nwrong',
            "event 4: channel: 'kiosk' is no channel (there are: phone)",
        ),
        (
            'do = "suspend_security"\nsecurity = "bond"',
            'do = "suspend_security"\nsecurity = "share"',
            "event 21: security: ",
        ),
        (
            "until = 2026-01-05 16:00:00",
            "until = 2026-01-05 16:00:00Z",
            "event 5: until: 2026-01-05T16:00:00+00:00 has a zone",
        ),
        ('order = "Li 2"\ncustomer', 'order = "Li 1"\ncustomer', "event 14: order: there is an order 'Li 1' before"),
        (
            'name = "phone"',
            'name = "phone"\n\n[[channel]]\nname = "phone"',
            "channel 2: name: there is a channel 'phone' before",
        ),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    text = THROUGH_THE_BANK.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file = tmp_path / "story.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StoryFault) as raised:
        check(*read_story(file))
    assert line in str(raised.value)
