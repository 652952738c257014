"""A broker's set against what the bank has: a day that agrees, every difference in its class, places bit by bit."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from ledger.core.lines import compare
from ledger.core.lines.answers import clearing_set, set_differences
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import CompleteSet, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.fields import fen_from_sum
from protocol.records import RecordArray
from protocol.vocabulary import ClearedEvent, ContractEvent, ContractStatus, Fate, LaneState
from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
    Target,
    codes,
    fill_buy,
    fill_sell,
    joined,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, announce, buy, dividend, event, order, refund, sell, send

ACCEPTED = ReplyCode.ACCEPTED


class Day(NamedTuple):
    """Monday, signed off. Ann bought for 100.00 + 5.00 of 120.00 frozen, and 15.00 were released; Bob's order of 80.00
    was released whole; Cid's of 50.00 is open, though 30.00 of it were bought; Dan sold for 40.00 less 1.00."""

    desk: Desk
    ann: int
    bob: int
    cid: int
    dan: int
    of_ann: Target
    of_bob: Target
    of_cid: Target


def day() -> Day:
    desk = Desk()
    ann, bob, cid, dan = (desk.open(100_000) for _ in range(4))
    of_ann, of_bob, of_cid = desk.freeze(ann, 12_000), desk.freeze(bob, 8_000), desk.freeze(cid, 5_000)
    done = desk.ask(SEAT, fill_buy(of_ann, ann, 10_500, 1_500), release(of_bob, bob, 8_000), fill_sell(dan, 3_900))
    assert set(codes(done)) == {ACCEPTED}
    desk.done(SignOff(MONDAY))
    agree(desk)
    return Day(desk, ann, bob, cid, dan, of_ann, of_bob, of_cid)


def lines_of(d: Day) -> dict[str, RecordArray]:
    """What the broker says, and what is so."""
    return {
        "ann opened": event(d.ann),
        "bob opened": event(d.bob),
        "cid opened": event(d.cid),
        "dan opened": event(d.dan),
        "ann order": order(d.of_ann, d.ann, 12_000, 1_500, Fate.FILLED),
        "ann buy": buy(d.of_ann, d.ann, 10_000, 500),
        "bob order": order(d.of_bob, d.bob, 8_000, 8_000, Fate.CANCELLED),
        "cid order": order(d.of_cid, d.cid, 5_000, 0, Fate.PARTLY),
        "cid buy": buy(d.of_cid, d.cid, 3_000),
        "dan sell": sell(1, d.dan, 4_000, 100),
        "dan dividend": dividend(2, d.dan, 700, 70),
    }


def completed(d: Day, lines: dict[str, RecordArray]) -> None:
    """The set is announced, sent and complete."""
    frame = joined(*lines.values())
    number = announce(d.desk, frame).remaining_fen
    assert set(codes(send(d.desk, frame))) == {ACCEPTED}
    assert d.desk.control(CompleteSet(MONDAY, number), SEAT) == ACCEPTED


def found(d: Day) -> list[tuple[int, int, int, int]]:
    """(class, field, bank has, set says) of each difference, from the list."""
    answer = set_differences(d.desk.book, BROKER, MONDAY, 0)
    assert answer.next_place == 0
    return [(each.difference_class, each.compared_field, each.bank_has, each.set_says) for each in answer.differences]


def test_a_day_that_agrees_is_reconciled_and_published() -> None:
    """Net: 4,000 − 100 + 700 − 70 − 10,500 − 3,000 = −8,970."""
    d = day()
    completed(d, lines_of(d))

    assert d.desk.told(Reconcile(MONDAY, BROKER, 0)) == (ACCEPTED, 0, 0)

    answer = clearing_set(d.desk.book, BROKER, MONDAY)
    assert (answer.state, answer.differences) == (LaneState.RECONCILED, [0, 0, 0, 0])
    assert found(d) == []
    assert d.desk.control(Publish(MONDAY, BROKER)) == ACCEPTED
    assert fen_from_sum(clearing_set(d.desk.book, BROKER, MONDAY).arrived.net) == -8_970
    assert d.desk.control(Publish(MONDAY, BROKER)) == ReplyCode.STEP_NOT_DUE
    assert d.desk.control(WithdrawSet(MONDAY, 1), SEAT) == ReplyCode.LANE_PUBLISHED
    same_after_all(d.desk)


class Planted(NamedTuple):
    """What is said otherwise, and what must be found: class, field, both values."""

    what: str
    change: Callable[[Day], dict[str, RecordArray | None]]
    wanted: list[tuple[int, int, int, int]]


PLANTED = [
    Planted("an order left out", lambda _: {"bob order": None}, [(Class.MISSING_THERE, Of.ORDER, 1, 0)]),
    Planted("a contract left out", lambda _: {"bob opened": None}, [(Class.MISSING_THERE, Of.OPENED, 1, 0)]),
    Planted(
        "a contract closed that is not",
        lambda d: {"bob closed": event(d.bob, ClearedEvent.CLOSED)},
        [(Class.MISSING_HERE, Of.CLOSED, 0, 1)],
    ),
    Planted(
        "an order that is not there",
        lambda d: {"no order": order((MONDAY, SEAT, 900), d.bob, 5)},
        [(Class.MISSING_HERE, Of.ORDER, 0, 1)],
    ),
    Planted(
        "a buy without its order",
        lambda d: {"no buy": buy((MONDAY, SEAT, 900), d.bob, 5)},
        [(Class.MISSING_HERE, Of.BUY, 0, 1)],
    ),
    Planted(
        "one fen more was frozen",
        lambda d: {"bob order": order(d.of_bob, d.bob, 8_001, 8_000, Fate.CANCELLED)},
        [(Class.AMOUNT, Of.FROZEN, 8_000, 8_001)],
    ),
    Planted(
        "one fen less was released",
        lambda d: {"bob order": order(d.of_bob, d.bob, 8_000, 7_999, Fate.CANCELLED)},
        [(Class.AMOUNT, Of.RELEASED, 8_000, 7_999)],
    ),
    Planted(
        "one fen more was bought than the fills say",
        lambda d: {"ann buy": buy(d.of_ann, d.ann, 10_000, 501)},
        [(Class.AMOUNT, Of.BOUGHT, 10_500, 10_501)],
    ),
    Planted(
        "more was bought than is frozen",
        lambda d: {"cid buy": buy(d.of_cid, d.cid, 5_001)},
        [(Class.AMOUNT, Of.BOUGHT, 5_000, 5_001)],
    ),
    Planted(
        "a fen of the sale is missing",
        lambda d: {"dan sell": sell(1, d.dan, 4_000, 101)},
        [(Class.AMOUNT, Of.SOLD, 3_900, 3_899)],
    ),
    Planted(
        "nothing was bought, though it was",
        lambda d: {"ann order": order(d.of_ann, d.ann, 12_000, 1_500, Fate.REFUSED)},
        [(Class.STATE, Of.FATE, 10_500, Fate.REFUSED)],
    ),
    Planted(
        "filled, and nothing bought",
        lambda d: {"bob order": order(d.of_bob, d.bob, 8_000, 8_000, Fate.FILLED)},
        [(Class.STATE, Of.FATE, 0, Fate.FILLED)],
    ),
    Planted(
        "the buy of a filled order left out",
        lambda _: {"ann buy": None},
        [(Class.STATE, Of.FATE, 10_500, Fate.FILLED), (Class.AMOUNT, Of.BOUGHT, 10_500, 0)],
    ),
    Planted(
        "a held order draws nothing at its close",
        lambda d: {"cid order": order(d.of_cid, d.cid, 5_000, 0, Fate.HELD)},
        [(Class.AMOUNT, Of.BOUGHT, 0, 3_000)],
    ),
    Planted("a refund is nothing to compare", lambda d: {"refund": refund(3, d.bob, 5)}, []),
]


@pytest.mark.parametrize(("what", "change", "wanted"), PLANTED, ids=[each.what for each in PLANTED])
def test_every_planted_difference_is_found_in_its_class_and_no_other(
    what: str, change: Callable[[Day], dict[str, RecordArray | None]], wanted: list[tuple[int, int, int, int]]
) -> None:
    d = day()
    lines = {name: line for name, line in (lines_of(d) | change(d)).items() if line is not None}
    completed(d, lines)

    assert d.desk.control(Reconcile(MONDAY, BROKER, 0)) == ACCEPTED

    counts = Counter(each[0] for each in wanted)
    answer = clearing_set(d.desk.book, BROKER, MONDAY)
    assert answer.differences == [counts[each] for each in Class if each != Class.FEE], what
    assert answer.state == (LaneState.COMPLETE if wanted else LaneState.RECONCILED)
    assert found(d) == wanted
    assert d.desk.control(Publish(MONDAY, BROKER)) == (ReplyCode.STEP_NOT_DUE if wanted else ACCEPTED)
    same_after_all(d.desk)


def test_a_set_that_was_mended_agrees() -> None:
    d = day()
    completed(d, {**lines_of(d), "dan sell": sell(1, d.dan, 4_000, 101)})
    d.desk.control(Reconcile(MONDAY, BROKER, 0))
    assert d.desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED
    assert clearing_set(d.desk.book, BROKER, MONDAY).differences == [0, 0, 0, 0]

    completed(d, lines_of(d))
    d.desk.control(Reconcile(MONDAY, BROKER, 0))

    assert clearing_set(d.desk.book, BROKER, MONDAY).state == LaneState.RECONCILED


def test_it_agrees_on_the_next_day_as_well() -> None:
    """The freezes of Monday are carried then, and Tuesday's orders are none of the lane's."""
    d = day()
    completed(d, lines_of(d))
    d.desk.roll(TUESDAY)
    d.desk.freeze(d.ann, 700)
    d.desk.ask(SEAT, fill_sell(d.ann, 900, on=TUESDAY))

    assert d.desk.told(Reconcile(MONDAY, BROKER, 0)) == (ACCEPTED, 0, 0)

    assert clearing_set(d.desk.book, BROKER, MONDAY).state == LaneState.RECONCILED
    same_after_all(d.desk)


def test_a_release_after_completion_is_no_difference() -> None:
    """2,000 of Cid's 5,000 were not bought and are given back when the set is complete."""
    d = day()
    completed(d, lines_of(d))
    assert codes(d.desk.ask(SEAT, release(d.of_cid, d.cid, 2_000))) == [ACCEPTED]

    d.desk.control(Reconcile(MONDAY, BROKER, 0))

    assert found(d) == []
    assert clearing_set(d.desk.book, BROKER, MONDAY).state == LaneState.RECONCILED


def test_contracts_that_began_and_ended_count_for_their_date() -> None:
    """Eve is pre-assigned and confirmed on Tuesday; Bob ends on Monday after sign-off, so his end is Tuesday's."""
    d = day()
    eve = d.desk.open(0, status=ContractStatus.PRE_ASSIGNED)
    d.desk.done(ChangeContract(d.bob, ContractEvent.TERMINATE))
    completed(d, lines_of(d))
    d.desk.roll(TUESDAY)
    d.desk.done(ChangeContract(eve, ContractEvent.CONFIRM))
    d.desk.done(SignOff(TUESDAY))
    d.desk.control(Reconcile(MONDAY, BROKER, 0))
    assert clearing_set(d.desk.book, BROKER, MONDAY).state == LaneState.RECONCILED

    events = joined(event(eve, on=TUESDAY), event(d.bob, ClearedEvent.CLOSED, on=TUESDAY))
    announce(d.desk, events, on=TUESDAY)
    assert codes(send(d.desk, events)) == [ACCEPTED, ACCEPTED]
    assert d.desk.control(CompleteSet(TUESDAY, 1), SEAT) == ACCEPTED
    d.desk.control(Reconcile(TUESDAY, BROKER, 0))

    assert clearing_set(d.desk.book, BROKER, TUESDAY).state == LaneState.RECONCILED
    assert d.desk.control(Publish(TUESDAY, BROKER)) == ReplyCode.STEP_NOT_DUE  # Monday is not published
    d.desk.control(Publish(MONDAY, BROKER))
    assert d.desk.control(Publish(TUESDAY, BROKER)) == ReplyCode.BOOKS_NOT_AGREED
    agree(d.desk, TUESDAY)
    assert d.desk.control(Publish(TUESDAY, BROKER)) == ACCEPTED
    same_after_all(d.desk)


def test_a_broker_that_traded_nothing_sends_an_empty_set() -> None:
    desk = Desk()
    desk.done(SignOff(MONDAY))
    agree(desk)
    announce(desk, seat=OTHER_SEAT)
    desk.control(CompleteSet(MONDAY, 1), OTHER_SEAT)

    desk.control(Reconcile(MONDAY, OTHER_BROKER, 0))

    assert desk.control(Publish(MONDAY, OTHER_BROKER)) == ACCEPTED
    assert fen_from_sum(clearing_set(desk.book, OTHER_BROKER, MONDAY).arrived.net) == 0


def test_places_are_compared_a_few_at_a_time_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    d = day()
    completed(d, {**lines_of(d), "no order": order((MONDAY, SEAT, 900), d.bob, 5)})
    monkeypatch.setattr(compare, "RECONCILE_PLACES_MAX", 3_000)  # a page of freezes has 8,192 places
    places = [d.desk.told(Reconcile(MONDAY, BROKER, 0)).remaining_fen]
    assert d.desk.control(Reconcile(MONDAY, BROKER, 1)) == ReplyCode.STEP_NOT_DUE
    assert set_differences(d.desk.book, BROKER, MONDAY, 0).differences == []  # not before all is compared
    same_after_all(d.desk)
    while places[-1]:
        places.append(d.desk.told(Reconcile(MONDAY, BROKER, places[-1])).remaining_fen)

    assert places == [3_000, 6_000, 0]
    assert clearing_set(d.desk.book, BROKER, MONDAY).differences == [1, 0, 0, 0]


def test_only_a_complete_set_is_compared() -> None:
    d = day()
    assert d.desk.control(Reconcile(MONDAY, BROKER, 0)) == ReplyCode.STEP_NOT_DUE
    announce(d.desk)
    assert d.desk.control(Reconcile(MONDAY, BROKER, 0)) == ReplyCode.STEP_NOT_DUE
    assert d.desk.control(Reconcile(TUESDAY, BROKER, 0)) == ReplyCode.DATE_NOT_UNSETTLED
    assert d.desk.control(Publish(TUESDAY, BROKER)) == ReplyCode.DATE_NOT_UNSETTLED
    assert not np.any(d.desk.book.clearing.by_contract[MONDAY].comparison)
