"""The day desk ends the orders that a published date has left open, over the core itself: killed anywhere, the same."""

import pytest
import trio

from gateway.day.lane_seen import StepRefused
from protocol.codes import ReplyCode
from protocol.messages.day.steps import CompleteSet
from protocol.vocabulary import Fate, LaneState
from tests.gateway.day.bank_by_clock import AGREED, BEGUN, PUBLISHED, SIGNED_OFF, Bank, Killed, at
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, Desk, codes, joined, release, same_after_all
from tests.ledger_core.lines.words import announce, buy, event, order

Orders = list[tuple[int, tuple[int, int, int]]]


def traded() -> tuple[Bank, Orders]:
    """Three customers of 10.00, each with an order of 6.00: bought for 5.00, for nothing, for nothing."""
    bank = Bank()
    contracts = [bank.desk.open(1_000) for _ in range(3)]
    orders = [(no, bank.desk.freeze(no, 600)) for no in contracts]
    assert bank.round(MONDAY, "15:30") == SIGNED_OFF
    lines = [event(no) for no in contracts]
    for place, (no, target) in enumerate(orders):
        lines.append(order(target, no, 600, fate=Fate.CANCELLED if place else Fate.FILLED))
    lines.append(buy(orders[0][1], orders[0][0], 500))
    frame = joined(*lines)
    number = announce(bank.desk, frame).remaining_fen
    assert {answer.code for answer in bank.desk.ask(SEAT, frame)} == {ReplyCode.ACCEPTED}
    assert bank.desk.control(CompleteSet(MONDAY, number), SEAT) == ReplyCode.ACCEPTED
    return bank, orders


def money(desk: Desk, orders: Orders) -> list[tuple[int, int, int, int]]:
    return [desk.money(no) for no, _ in orders]


ENDED = [(500, 0, 0, 0), (1_000, 0, 0, 0), (1_000, 0, 0, 0)]  # and what was bought is debited


def test_what_is_left_open_is_ended_behind_publishing_and_nothing_twice() -> None:
    bank, orders = traded()

    assert bank.round(MONDAY, "16:00") == [*PUBLISHED, "3 CLOSE {0}", BEGUN, "1 SETTLE {0}", *AGREED, "Pay ACCEPTED"]

    assert money(bank.desk, orders) == ENDED
    assert bank.figures.taken["close"] == 1
    assert bank.round(MONDAY, "16:01") == []
    same_after_all(bank.desk)


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4, 5])
def test_a_desk_that_is_killed_between_two_pages_is_started_again(
    dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.core.corrections.answers.QUERY_CLOSINGS_MAX", 1)
    bank, orders = traded()
    bank.dies_at = dies_at
    bank.now_s = at(MONDAY, "16:00")
    assert bank.day is not None
    with pytest.RaisesGroup(Killed, flatten_subgroups=True, allow_unwrapped=True):
        trio.run(bank.day.round)
    bank.start()

    bank.round(MONDAY, "16:02")

    assert money(bank.desk, orders) == ENDED
    assert bank.desk.book.clearing.lane(MONDAY, BROKER).state == LaneState.CLOSED
    assert bank.round(MONDAY, "16:03") == []


def test_an_order_that_is_released_meanwhile_is_asked_for_again() -> None:
    bank, orders = traded()
    right = bank.closings
    asked: list[int] = []

    async def with_a_release(trade_date: int, party: int, first: int = 0) -> object:
        answer = await right(trade_date, party, first)
        if not asked:
            no, target = orders[1]
            assert codes(bank.desk.ask(SEAT, release(target, no, 100))) == [ReplyCode.ACCEPTED]
        asked.append(first)
        return answer

    bank.closings = with_a_release  # type: ignore[assignment]

    assert bank.round(MONDAY, "16:00")[2:] == [
        "3 CLOSE {0, 395}",
        "1 CLOSE {0}",
        BEGUN,
        "1 SETTLE {0}",
        *AGREED,
        "Pay ACCEPTED",
    ]
    assert money(bank.desk, orders) == ENDED


def test_amounts_that_never_stand_still_are_told() -> None:
    """A broker whose releases come in front of each closing is not waited for without end."""
    bank, orders = traded()
    right = bank.closings

    async def with_a_release(trade_date: int, party: int, first: int = 0) -> object:
        answer = await right(trade_date, party, first)
        for no, target in orders:
            bank.desk.ask(SEAT, release(target, no, 1))
        return answer

    bank.closings = with_a_release  # type: ignore[assignment]
    bank.now_s = at(MONDAY, "16:00")
    assert bank.day is not None
    trio.run(bank.day.round)

    assert bank.figures.refused["close"] == 1
    assert bank.figures.why == f"closing of broker {BROKER} on {MONDAY}: amounts change as fast as they are asked for"


def test_what_is_not_published_is_not_closed() -> None:
    bank, _ = traded()
    assert bank.day is not None

    with pytest.raises(
        StepRefused, match=f"closing of broker {OTHER_BROKER} on {MONDAY}: what is owed is not published"
    ):
        trio.run(bank.day._desk.close, MONDAY, OTHER_BROKER)
