"""All steps of a lane that are due, by hand: up to the settlement, which waits for the broker's older dates."""

from functools import partial
from typing import Any

import trio

from gateway.day.all_steps import all_of_lane
from gateway.day.desk import DayDesk
from protocol.client import Outcome
from protocol.messages.control import ControlMessage
from protocol.messages.day.steps import SignOff
from protocol.vocabulary import LaneState
from tests.gateway.day.bank_by_clock import AGREED, BEGUN, PUBLISHED, SETTLED, Bank, at
from tests.gateway.day.test_closing import ENDED, money, traded
from tests.ledger_core.control.day.test_due_times import opened
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, TUESDAY
from tests.ledger_core.lines.words import agree


class ByHand:
    """A desk whose lines are heard."""

    def __init__(self, bank: Bank) -> None:
        seat: Any = bank
        self.bank, self.said = bank, list[str]()
        self.desk = DayDesk(seat, self.said.append)

    def all(self, trade_date: int, party: int = BROKER) -> tuple[LaneState, list[str]]:
        """Where the lane stands then, and what was sent."""
        before = len(self.bank.sent)
        lane = trio.run(all_of_lane, self.desk, trade_date, party)
        return lane.state, self.bank.sent[before:]


def test_a_lane_is_closed_and_settled_and_nothing_is_done_twice() -> None:
    bank, orders = traded()
    hand = ByHand(bank)
    bank.now_s = at(MONDAY, "16:00")

    assert hand.all(MONDAY) == (LaneState.SETTLED, [*PUBLISHED, "3 CLOSE {0}", BEGUN, "1 SETTLE {0}", *AGREED])
    assert money(bank.desk, orders) == ENDED
    assert hand.all(MONDAY) == (LaneState.SETTLED, [])


def test_a_lane_without_a_set_is_left() -> None:
    bank, _ = traded()
    hand = ByHand(bank)

    assert hand.all(MONDAY, OTHER_BROKER) == (LaneState.TRADING, [])
    assert hand.said == [f"broker {OTHER_BROKER}: no complete clearing set yet"]


def test_customers_wait_for_the_brokers_older_date() -> None:
    """Monday is published and closed alone; Tuesday, on which nothing was traded, is settled behind it."""
    bank, orders = traded()
    hand = ByHand(bank)
    bank.now_s = at(MONDAY, "16:00")
    trio.run(hand.desk.reconcile, MONDAY, BROKER)
    trio.run(hand.desk.publish, MONDAY, BROKER)
    trio.run(hand.desk.close, MONDAY, BROKER)
    bank.desk.done(opened(TUESDAY))
    bank.desk.done(SignOff(TUESDAY))
    agree(bank.desk, TUESDAY)
    bank.send_empty(TUESDAY, BROKER)

    assert hand.all(TUESDAY) == (LaneState.PUBLISHED, PUBLISHED)
    assert hand.said[-1] == f"broker {BROKER}: its customers of {TUESDAY} are settled once those of {MONDAY} are"
    assert hand.all(MONDAY) == (LaneState.SETTLED, [BEGUN, "1 SETTLE {0}", *AGREED])
    assert hand.all(TUESDAY) == (LaneState.CLOSED, SETTLED[2:])
    assert money(bank.desk, orders) == ENDED


class WithTurns(Bank):
    """A bank at which others have their turn between any two requests."""

    async def control(self, message: ControlMessage) -> Outcome:
        """As ever, a turn later."""
        await trio.lowlevel.checkpoint()
        return await super().control(message)


def test_books_are_compared_one_mark_after_the_other_where_lanes_are_settled_side_by_side() -> None:
    bank = WithTurns()
    hand = ByHand(bank)
    bank.round(MONDAY, "15:30")
    for party in (BROKER, OTHER_BROKER):
        bank.send_empty(MONDAY, party)
    bank.now_s = at(MONDAY, "16:00")

    lanes = trio.run(hand.desk.each, (BROKER, OTHER_BROKER), partial(all_of_lane, hand.desk, MONDAY))

    assert [lane.state for lane in lanes] == [LaneState.CLOSED] * 2
    assert [line for line in bank.sent if line.startswith(("Mark", "Tell"))][-4:] == 2 * AGREED
