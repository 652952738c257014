"""The day by the clock, against the ledger's core: which step is taken when, and that a desk may be killed anywhere.

Never here: why a step is refused, what goes on beside the steps (test_by_clock_beside).
"""

from dataclasses import replace
from datetime import time
from itertools import pairwise

import pytest
import trio

from config.kit.exit_codes import ConfigFault
from gateway.day.by_clock import COMPARED_AGAIN_S
from gateway.day.figures import LaneName, named, registry_of
from gateway.day.planning.calendars import days_from
from gateway.day.planning.overrides import NO_OVERRIDES
from gateway.day.planning.plan import DayPhase, Plan, plan_of
from protocol.client import Outcome
from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage
from protocol.messages.day.steps import SignOff, SignOn, Tell, WithdrawSet
from protocol.vocabulary import DatePhase, LaneState, Market
from tests.gateway.day import bank_by_clock
from tests.gateway.day.bank_by_clock import AGREED, BEGUN, NS_PER_S, PUBLISHED, SETTLED, SIGNED_OFF, Bank, Killed, at
from tests.gateway.day.planning.year_2026 import SHANGHAI, library
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    fill_buy,
)
from tests.ledger_core.lines.words import announce, buy, event, order, send_whole


def test_a_day_goes_by_the_clock() -> None:
    bank = Bank()
    assert bank.round(MONDAY, "15:29") == []
    assert bank.figures.next_step == (at(MONDAY, "15:30"), "sign-off", MONDAY)
    assert (bank.figures.overdue_s, bank.figures.why) == (0, "")

    assert bank.round(MONDAY, "15:30") == SIGNED_OFF
    assert bank.figures.next_step == (at(TUESDAY, "08:30"), "open", TUESDAY)
    assert {name: lane.state for name, lane in bank.figures.lanes.items()} == {
        LaneName(MONDAY, BROKER): LaneState.TRADING,
        LaneName(MONDAY, OTHER_BROKER): LaneState.TRADING,
    }

    bank.send_empty(MONDAY, BROKER)
    assert bank.round(MONDAY, "16:00") == SETTLED
    assert bank.round(TUESDAY, "08:29") == []
    assert bank.round(TUESDAY, "08:30") == ["OpenTradeDate ACCEPTED"]
    assert (bank.trade_date, bank.desk.book.phase) == (TUESDAY, DatePhase.TRADING)
    assert bank.desk.book.due_times.of(TUESDAY)[0][0] == at(WEDNESDAY, "09:00")
    assert bank.figures.next_step == (at(TUESDAY, "15:30"), "sign-off", TUESDAY)


def test_a_date_ends_once_it_is_closed_and_each_of_its_lanes_is_settled_so_that_dates_do_not_pile_up() -> None:
    """The ring of this bank has eight dates: with the ninth the roll would be refused."""
    bank, days = Bank(), [day for day in range(MONDAY, MONDAY + 26) if (day - MONDAY) % 7 < 5][:12]
    for day, following in pairwise(days):
        assert bank.round(day, "15:30") == SIGNED_OFF
        for party in (BROKER, OTHER_BROKER):
            bank.send_empty(day, party)
        assert sorted(bank.round(day, "16:00")) == sorted(2 * SETTLED)
        opened = ["OpenTradeDate ACCEPTED"]
        if day == MONDAY:  # which has no due times: it was opened by hand
            assert bank.round(following, "08:30") == [*opened, "EndSettlement ACCEPTED"]
            continue
        assert bank.round(following, "08:30") == opened
        assert bank.round(following, "14:00") == []
        assert bank.round(following, "14:01") == ["EndSettlement ACCEPTED"]

    assert bank.desk.book.unsettled.dates_used() == 1
    assert bank.figures.taken["end-settlement"] == 11


def test_a_date_with_a_lane_that_is_not_published_holds_later_ones() -> None:
    bank = Bank()
    bank.round(MONDAY, "15:30")
    bank.send_empty(MONDAY, BROKER)
    bank.round(MONDAY, "16:00")
    bank.round(TUESDAY, "08:30")
    assert bank.round(TUESDAY, "08:31") == []
    bank.round(TUESDAY, "15:30")
    bank.send_empty(TUESDAY, BROKER)
    bank.round(TUESDAY, "16:00")
    bank.round(WEDNESDAY, "08:30")
    assert bank.round(WEDNESDAY, "08:31") == []
    bank.send_empty(MONDAY, OTHER_BROKER)
    assert bank.round(WEDNESDAY, "09:00")[-5:] == ["Publish ACCEPTED", BEGUN, *AGREED, "EndSettlement ACCEPTED"]
    assert bank.desk.book.unsettled.dates_used() == 2  # Tuesday's other lane is not published


def test_two_trade_dates_are_open_while_a_set_is_late_and_its_broker_s_next_date_waits_for_it() -> None:
    bank = Bank()
    bank.round(MONDAY, "15:30")
    bank.send_empty(MONDAY, OTHER_BROKER)
    assert bank.round(MONDAY, "17:00") == SETTLED
    assert bank.figures.late == {}
    bank.round(MONDAY, "17:01")
    assert bank.figures.late == {LaneName(MONDAY, BROKER): 60}
    bank.round(TUESDAY, "08:30")
    bank.round(TUESDAY, "15:30")
    for party in (BROKER, OTHER_BROKER):
        bank.send_empty(TUESDAY, party)

    # Broker 3's Tuesday is published; broker 2's is compared, and waits for its Monday.
    assert sorted(bank.round(TUESDAY, "16:00")) == sorted(["Reconcile ACCEPTED", *SETTLED])
    assert bank.figures.why == ""
    bank.send_empty(MONDAY, BROKER)
    assert bank.round(TUESDAY, "16:01") == [*SETTLED, "Publish ACCEPTED", BEGUN, *AGREED, "EndSettlement ACCEPTED"]
    assert bank.said == [f"the clearing set of broker {BROKER} for {MONDAY} is late"]
    assert (bank.figures.open_lanes, bank.figures.late) == (0, {})


def test_a_declared_time_says_when_a_set_is_late() -> None:
    bank = Bank()
    bank.round(MONDAY, "15:30")
    bank.desk.now_ns = at(MONDAY, "18:00") * NS_PER_S  # the exchange was late itself
    customer = bank.desk.open(1_000)
    announce(bank.desk, event(customer), declared_s=at(MONDAY, "18:00"))
    bank.round(MONDAY, "18:30")
    assert LaneName(MONDAY, BROKER) not in bank.figures.late
    bank.round(MONDAY, "18:31")
    assert bank.figures.late[LaneName(MONDAY, BROKER)] == 60


def test_a_lane_that_differs_is_said_once_and_compared_again_after_a_while_and_with_another_set() -> None:
    """The order is told as 499 fen frozen instead of 500; it withdraws, and tells it right."""
    bank = Bank()
    desk = bank.desk
    customer = desk.open(1_000)
    target = desk.freeze(customer, 500)
    desk.ask(SEAT, fill_buy(target, customer, 200))
    bank.round(MONDAY, "15:30")
    wrong = [event(customer), order(target, customer, 499, fate=1), buy(target, customer, 200)]
    send_whole(desk, *wrong)

    assert bank.round(MONDAY, "16:00") == ["Reconcile ACCEPTED"]
    assert bank.figures.differing == 1
    assert bank.said[-1] == f"broker {BROKER} differs for {MONDAY}: 1 amount"
    bank.elapsed_s = COMPARED_AGAIN_S
    assert bank.round(MONDAY, "16:05") == ["Reconcile ACCEPTED"]

    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ReplyCode.ACCEPTED
    send_whole(desk, event(customer), order(target, customer, 500, fate=1), buy(target, customer, 200))
    # The order that was left open is ended, and what it bought is debited; without due times the bank pays at once.
    settled = [*PUBLISHED, "1 CLOSE {0}", BEGUN, "1 SETTLE {0}", *AGREED, "Pay ACCEPTED"]
    assert bank.round(MONDAY, "16:10") == settled
    assert desk.money(customer) == (800, 0, 0, 0)
    assert bank.figures.differing == 0
    assert len(bank.said) == 1


def test_a_year_that_no_calendar_has_is_one_line_and_what_needs_none_goes_on() -> None:
    """Signed off by hand, for no plan says when; then the lanes go on, and no date is opened."""
    bank = Bank()

    def no_plan(trade_date: int) -> Plan:
        raise ConfigFault(f"no calendar reaches {trade_date}")

    assert bank.day is not None
    bank.day._plan_of = no_plan
    assert bank.round(MONDAY, "15:30") == []
    bank.desk.done(SignOff(MONDAY))
    bank.send_empty(MONDAY, BROKER)
    assert bank.round(MONDAY, "16:00") == [*SIGNED_OFF[1:], *SETTLED]
    assert bank.figures.why == f"no calendar reaches {MONDAY}"
    assert bank.figures.next_step is None
    assert bank.said == [f"no calendar reaches {MONDAY}"]


def test_what_the_bank_refuses_is_told_counted_and_tried_again() -> None:
    bank = Bank()
    right = bank.control

    async def other_totals(message: ControlMessage) -> Outcome:
        return await right(
            Tell(message.trade_date, message.sequence, bytes(32)) if isinstance(message, Tell) else message
        )

    bank.control = other_totals  # type: ignore[method-assign]
    bank.marked_ranges = bank.totals  # type: ignore[attr-defined]
    bank.now_s = at(MONDAY, "15:30")
    assert bank.day is not None

    async def cannot_say_where(*_arguments: object) -> list[str]:
        return ["frozen of contract 1: 10 in the ledger, 9 in the gateway's book"]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("gateway.day.desk.what_differs", cannot_say_where)
        trio.run(bank.day.round)
    assert bank.figures.refused["agree"] == 1
    assert "the bank's books differ: frozen of contract 1" in bank.figures.why
    assert bank.said == [bank.figures.why]

    bank.control = right  # type: ignore[method-assign]
    trio.run(bank.day.round)
    assert bank.figures.why == ""
    assert bank.figures.taken["agree"] == 1


def lived(dies_at: int) -> tuple[list[tuple[int, int, int]], int]:
    """Two dates, both brokers, a desk that is killed at one of its requests. Where lanes and date stand then."""
    bank = Bank()
    bank.dies_at = dies_at
    for day, clock in (
        (MONDAY, "15:30"),
        (MONDAY, "16:00"),
        (TUESDAY, "08:30"),
        (TUESDAY, "15:30"),
        (TUESDAY, "16:00"),
    ):
        if clock == "16:00":
            for party in (BROKER, OTHER_BROKER):
                bank.send_empty(day, party)
        bank.now_s = at(day, clock)
        for _ in range(3):  # at most one of them is killed, and the last finds nothing to do
            try:
                assert bank.day is not None
                trio.run(bank.day.round)
            except* Killed:
                bank.start()
    lanes = [(lane.trade_date, lane.party, int(lane.state)) for lane in bank.desk.book.clearing.sorted_lanes()]
    return lanes, bank.trade_date


def test_a_desk_that_is_killed_at_any_of_its_requests_is_started_again_and_ends_the_same() -> None:
    whole = lived(0)
    assert whole == (
        [(TUESDAY, party, int(LaneState.CLOSED)) for party in (BROKER, OTHER_BROKER)],
        TUESDAY,
    )
    for place in range(1, 21):  # sign-off, mark, telling, two lanes of three steps; the roll, the end of Monday; again
        assert lived(place) == whole, place


def test_who_has_signed_on_for_the_open_date_and_who_has_not_is_told_while_it_is_traded() -> None:
    bank = Bank()
    assert bank.desk.control(SignOn(MONDAY), SEAT) == ReplyCode.ACCEPTED
    assert bank.round(MONDAY, "09:30") == []
    assert (bank.figures.signed_on, bank.figures.absent) == ((BROKER,), (OTHER_BROKER,))
    facts = bank.figures.facts()
    assert (facts["brokers signed on"], facts["brokers not signed on"]) == ("2", "3")
    assert registry_of(bank.figures).get_sample_value("yzt_day_desk_brokers_absent") == 1
    assert bank.round(MONDAY, "15:30") == SIGNED_OFF
    assert (bank.figures.signed_on, bank.figures.absent) == ((), ())
    assert "brokers signed on" not in bank.figures.facts()
    assert named(tuple(range(1, 23))) == ", ".join(map(str, range(1, 21))) + " and 2 more"
    assert named(()) == "none"


def test_figures_are_told_to_prometheus_and_to_whoever_asks() -> None:
    bank = Bank()
    bank.round(MONDAY, "15:30")
    bank.round(MONDAY, "17:02")
    facts = bank.figures.facts()

    assert facts["next step"] == f"open of {TUESDAY}"
    assert (facts["lanes open"], facts["sets late"]) == (2, 2)
    values = {sample.name: sample.value for family in registry_of(bank.figures).collect() for sample in family.samples}
    assert (values["yzt_day_desk_sets_late"], values["yzt_day_desk_goes_on"]) == (2.0, 1.0)


def test_the_phases_of_the_next_date_are_told_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """09:30 to 11:30 in Shanghai on each trade date."""
    morning = DayPhase(time(9, 30), time(11, 30), orders=True, cancels=True)
    times = replace(SHANGHAI, phases=((Market.XSHG, (morning,)),))

    def with_phases(trade_date: int) -> Plan:
        return plan_of(trade_date, days_from(trade_date, ("XSHG",), NO_OVERRIDES, library), times)

    monkeypatch.setattr(bank_by_clock, "plan_in_2026", with_phases)
    bank = Bank()
    bank.round(MONDAY, "15:30")

    assert bank.round(TUESDAY, "08:30")[:2] == ["SetPhases ACCEPTED", "OpenTradeDate ACCEPTED"]
    seconds = (at(TUESDAY, "09:30"), at(TUESDAY, "11:30"))
    assert bank.desk.book.orders.phases.of == {(TUESDAY, Market.XSHG): [(*seconds, True, True)]}
