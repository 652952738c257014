"""How many answers of a step go in one frame: one while a market is open, else no more than fit it."""

from types import SimpleNamespace
from typing import Any

import pytest
import trio
import trio.testing

from gateway.day.settling import ANSWER_RECORDS, FRAME_RECORDS, LONG_S, REST_S_MAX, Market, gathered
from protocol.errors import InvariantBroken
from protocol.messages.day.settling import Settlement, SettlementsAnswer
from protocol.vocabulary import DatePhase
from tests.gateway.day.bank_by_clock import PUBLISHED
from tests.gateway.day.test_closing import ENDED, money, traded
from tests.ledger_core.desk import MONDAY

PAGES = [ANSWER_RECORDS, 0, ANSWER_RECORDS, 7, ANSWER_RECORDS, ANSWER_RECORDS, 1]


class Seat:
    """A bank that answers page by page, as PAGES has them."""

    def __init__(self, phase: DatePhase) -> None:
        self.phase = phase
        self.dates_asked = 0
        self.asked: list[int] = []

    async def trade_dates(self) -> SimpleNamespace:
        self.dates_asked += 1
        return SimpleNamespace(dates=[SimpleNamespace(phase=DatePhase.SIGNED_OFF), SimpleNamespace(phase=self.phase)])

    async def page(self, place: int) -> SettlementsAnswer:
        self.asked.append(place)
        further = place + 1 if place + 1 < len(PAGES) else 0
        return SettlementsAnswer(1, MONDAY, further, 1, [Settlement(100, 1, 0, 0, 0)] * PAGES[place])


def frames(phase: DatePhase) -> list[int]:
    """How many records each frame would have."""
    seat, first, found = Seat(phase), 0, list[int]()
    of: Any = seat
    market = Market(of)

    async def all_of_them() -> None:
        nonlocal first
        while True:
            answers, first = await gathered(market, seat.page, first)
            found.append(sum(len(answer.contracts) for answer in answers))
            if not first:
                return

    trio.run(all_of_them)
    assert seat.asked == list(range(len(PAGES)))
    assert seat.dates_asked == (1 if phase == DatePhase.TRADING else len(found))
    return found


def test_while_a_market_is_open_a_frame_holds_one_answer_that_has_anything() -> None:
    assert frames(DatePhase.TRADING) == [ANSWER_RECORDS, ANSWER_RECORDS, 7, ANSWER_RECORDS, ANSWER_RECORDS, 1]


def test_while_none_is_open_a_frame_holds_what_fits_it() -> None:
    """1,024 + 0 + 1,024 + 7 + 1,024 leave no room for 1,024 more."""
    assert frames(DatePhase.SIGNED_OFF) == [3 * ANSWER_RECORDS + 7, ANSWER_RECORDS + 1]
    assert FRAME_RECORDS == 4 * ANSWER_RECORDS


@pytest.mark.parametrize(
    ("phase", "frame_s", "rest_s"),
    [
        (DatePhase.TRADING, LONG_S, 0.0),
        (DatePhase.TRADING, LONG_S + 0.003, 0.003),
        (DatePhase.TRADING, 1.0, REST_S_MAX),
        (DatePhase.SIGNED_OFF, 1.0, 0.0),
    ],
)
def test_while_a_market_is_open_a_frame_that_took_long_is_followed_by_a_rest(
    phase: DatePhase, frame_s: float, rest_s: float
) -> None:
    of: Any = Seat(phase)
    market = Market(of)

    async def three_frames() -> float:
        begun_s = trio.current_time()
        for _ in range(3):
            await market.frame_records()
            await trio.sleep(frame_s)
        return trio.current_time() - begun_s

    assert trio.run(three_frames, clock=trio.testing.MockClock(autojump_threshold=0)) == pytest.approx(
        3 * frame_s + 2 * rest_s
    )


def test_a_bank_that_sends_a_step_back_is_not_followed() -> None:
    async def back(place: int) -> SettlementsAnswer:
        return SettlementsAnswer(1, MONDAY, 1, 1, [])

    seat: Any = Seat(DatePhase.SIGNED_OFF)
    with pytest.raises(InvariantBroken, match="from place 1 to 1"):
        trio.run(gathered, Market(seat), back, 0)


def test_the_orders_of_a_signed_off_date_are_ended_several_answers_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.core.corrections.answers.QUERY_CLOSINGS_MAX", 1)
    monkeypatch.setattr("gateway.day.settling.ANSWER_RECORDS", 1)
    monkeypatch.setattr("gateway.day.settling.FRAME_RECORDS", 2)
    bank, orders = traded()

    sent = bank.round(MONDAY, "16:00")

    assert sent[: len(PUBLISHED) + 2] == [*PUBLISHED, "2 CLOSE {0}", "1 CLOSE {0}"]
    assert money(bank.desk, orders) == ENDED
