"""A day of orders through the bank to its end: reports, a set, the close, customers settled; and again by its rows."""

import numpy as np
import pytest

from ledger.core.orders.slots import order_at
from ledger.core.state.orders.order_feeds import FeedOf
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.codes import ReplyCode as Code
from protocol.messages.day.steps import BeginSettle, Publish, Reconcile, SignOff
from protocol.messages.feeds import SignedOff, SignedOffOfA
from protocol.messages.fields import sum_from_fen
from protocol.order_pages import ORDER_ENTRY
from protocol.records import RecordArray
from protocol.vocabulary import Fate, LaneState, RecordKind
from rules.orders.cleared import Line
from rules.orders.fees import Traded
from rules.orders.states import OrderState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.control.test_feeds import said as heard
from tests.ledger_core.corrections.one_day import BOTH_WAYS, NOT_DUE
from tests.ledger_core.corrections.people import DEE, EVE, staffed
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    NOW_NS,
    OTHER_BROKER,
    SEAT,
    Desk,
    Frame,
    joined,
    record,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, buy, event, order, send_whole
from tests.ledger_core.ordering.trading import (
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancel,
    cancelled,
    executed,
    ordered,
    taken,
)
from tests.ledger_core.ordering.trading import said as told
from tests.ledger_core.orders.at_the_close.words import closings, to_be_closed
from tests.ledger_core.settling.words import settle, state
from tests.people import signed

PART = Line(400, 398_000, (716, 0, 8, 0, 0))
WHOLE = Line(1_000, 992_000, (1_786, 0, 20, 0, 0))


def lines(name: Name, contract_no: int, fate: Fate, line: Line | None = None) -> list[RecordArray]:
    """What a set says of an order for 1,000 at 10.00, and what it bought."""
    found = [order(name, contract_no, 1_001_820, fate=fate)]
    if line is not None:
        bought = buy(name, contract_no, line.turnover_fen, *line.fees_fen)
        bought["quantity"] = line.quantity
        found.append(bought)
    return found


def all_accepted(desk: Desk, *records: RecordArray) -> None:
    assert [answer.code for answer in told(desk, *records)] == [Code.ACCEPTED] * len(records)


def slot_of(desk: Desk, name: Name) -> int:
    date, seat, number = (np.array([part]) for part in name)
    return int(desk.book.requests.slots_named(desk.book.trade_date, date, seat, number, np.array([True]))[0])


def published(desk: Desk, *said: RecordArray) -> None:
    desk.done(SignOff(MONDAY))
    agree(desk)
    send_whole(desk, *said)
    assert desk.told(Reconcile(MONDAY, BROKER, 0)).code == Code.ACCEPTED
    assert desk.book.clearing.lane(MONDAY, BROKER).differences == [0] * 5
    desk.done(Publish(MONDAY, BROKER))


def stands(desk: Desk, name: Name) -> tuple[OrderState, Traded, int]:
    one = order_at(desk.book, slot_of(desk, name))
    return (one.state, one.traded, one.cancelled)


def told_at_the_end(desk: Desk, count: int) -> list[tuple[Name, int, int]]:
    """The last entries of the channel's feed, which are of orders that have ended: name, quantity and turnover."""
    page = desk.book.orders.feeds.page(FeedOf(CHANNEL, CHANNEL_SEAT), MONDAY, 1)
    last = np.frombuffer(page.entries or b"", ORDER_ENTRY)[-count:]
    assert last["kind"].tolist() == [RecordKind.CLOSE] * count
    assert last["seat"].tolist() == [DAY_SEAT] * count
    assert last["security"].tolist() == [b"600000"] * count
    named = (last[name].tolist() for name in ("target_date", "target_seat", "target_number"))
    names = [Name(*each) for each in zip(*named, strict=True)]
    return list(zip(names, last["quantity"].tolist(), last["turnover"].tolist(), strict=True))


def test_a_day_from_orders_to_customers_that_are_settled() -> None:
    """Ann's four: executed whole; in part, and the rest cancelled; in part, of which the set has all; and lowered by
    two people from 400 to none. Bob's is sent, and nobody ever says more of it.
    """
    desk = a_bank()
    ann, bob = a_customer(desk, 5_000_000), a_customer(desk)
    whole, cut, late, lowered = (ordered(desk, ann) for _ in range(4))
    silent = ordered(desk, bob)
    all_accepted(desk, executed(whole, ann, 1_000, 9_920 * YUAN), taken(cut, ann, 7), cancel(cut, ann))
    all_accepted(desk, executed(cut, ann, 400, 3_980 * YUAN), cancelled(cut, ann, 600))
    all_accepted(desk, executed(late, ann, 400, 3_980 * YUAN), executed(lowered, ann, 400, 3_980 * YUAN))
    desk.now_ns = NOW_NS
    office = staffed(desk)
    act = CorrectReportAct(
        **office.by(DEE),
        contract_no=ann,
        trade_date=MONDAY,
        seat=CHANNEL_SEAT,
        number=lowered.number,
        has_quantity=400,
        has_turnover=3_980 * YUAN,
        quantity=0,
        turnover=0,
    )
    assert desk.told(signed(act, DEE, EVE)).code == Code.ACCEPTED
    assert [each.code for each in told(desk, executed(lowered, ann, 400, 3_980 * YUAN))] == [Code.LISTED]
    same_after_all(desk)
    said = [*lines(whole, ann, Fate.FILLED, WHOLE), *lines(cut, ann, Fate.PARTLY, PART)]
    said += [*lines(late, ann, Fate.FILLED, WHOLE), *lines(lowered, ann, Fate.CANCELLED)]
    published(desk, event(ann), event(bob), *said, *lines(silent, bob, Fate.REFUSED))
    assert desk.control(BeginSettle(MONDAY, BROKER)) == NOT_DUE
    assert [each.order_number for each in to_be_closed(desk)] == [late.number, silent.number]

    assert [each.code for each in desk.ask(DAY_SEAT, *closings(desk))] == [Code.ACCEPTED] * 2

    assert told_at_the_end(desk, 2) == [(late, 1_000, 9_920 * YUAN), (silent, 0, 0)]
    assert stands(desk, late) == (OrderState.CLOSED, Traded(1_000, 9_920 * YUAN), 0)
    assert stands(desk, silent) == (OrderState.CLOSED, Traded(), 1_000)
    assert stands(desk, cut) == (OrderState.ENDED, Traded(400, 3_980 * YUAN), 600)
    same_after_all(desk)
    assert len(settle(desk)) == 1
    assert state(desk) >= LaneState.SETTLED
    assert desk.money(ann) == (5_000_000 - 2 * 993_806 - 398_724, 0, 0, 0)
    assert desk.money(bob) == (2_000_000, 0, 0, 0)
    same_after_all(desk)


def test_the_broker_hears_at_sign_off_what_all_orders_of_its_customers_come_to() -> None:
    """Three are sent, one of them is cancelled, 400 of another are executed. Others hear as before."""
    desk = a_bank()
    ann = a_customer(desk, 5_000_000)
    names = [ordered(desk, ann) for _ in range(3)]
    all_accepted(
        desk, cancel(names[0], ann), cancelled(names[0], ann, 1_000), executed(names[1], ann, 400, 3_980 * YUAN)
    )
    sums = map(sum_from_fen, (400, 3_980 * YUAN, 1_000, 3 * 1_001_820, 398_724))
    desk.done(SignOff(MONDAY))

    assert heard(desk)[-1][3] == SignedOffOfA(4, 3, 1, 2, *sums)
    assert isinstance(heard(desk, OTHER_BROKER)[-1][3], SignedOff)
    same_after_all(desk)


def test_a_broker_whose_customers_ordered_nothing_hears_that() -> None:
    desk = a_bank()
    desk.done(SignOff(MONDAY))

    assert heard(desk)[-1][3] == SignedOffOfA(0, 0, 0, 0, *[sum_from_fen(0)] * 5)


@BOTH_WAYS
def test_what_stands_beside_a_close_in_its_block(padding: int) -> None:
    """In front of it a cancel is taken; behind it the order has ended, and no report changes that."""
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    published(desk, event(ann), *lines(name, ann, Fate.CANCELLED))
    (closing,) = closings(desk)
    frames = [
        Frame(CHANNEL_SEAT, cancel(name, ann)),
        Frame(DAY_SEAT, closing),
        Frame(CHANNEL_SEAT, cancel(name, ann)),
        Frame(SEAT, taken(name, ann, 42)),
        Frame(SEAT, executed(name, ann, 400, 3_980 * YUAN)),
    ]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, 0, 0)] * padding)))

    codes = [answer.code for answer in desk.send(*frames)[:5]]

    assert codes == [Code.ACCEPTED, Code.ACCEPTED, Code.ORDER_ENDED, Code.ACCEPTED, Code.LISTED]
    assert stands(desk, name) == (OrderState.CLOSED, Traded(), 1_000)
    assert order_at(desk.book, slot_of(desk, name)).broker_number == 0
    assert desk.money(ann) == (2_000_000, 0, 0, 0)
    same_after_all(desk)


@pytest.mark.parametrize("is_first", [True, False])
def test_closes_of_several_rows_are_what_they_are_one_by_one(is_first: bool) -> None:
    """Two orders are closed by rows of their own, in either order: the ledger that starts takes them in together."""
    desk = a_bank()
    ann = a_customer(desk, 5_000_000)
    names = [ordered(desk, ann), ordered(desk, ann)]
    all_accepted(desk, executed(names[0], ann, 400, 3_980 * YUAN))
    said = [*lines(names[0], ann, Fate.FILLED, WHOLE), *lines(names[1], ann, Fate.CANCELLED)]
    published(desk, event(ann), *said)
    first, second = closings(desk)

    for each in (first, second) if is_first else (second, first):
        assert desk.ask(DAY_SEAT, each)[0].code == Code.ACCEPTED

    assert [stands(desk, name)[0] for name in names] == [OrderState.CLOSED] * 2
    same_after_all(desk)
