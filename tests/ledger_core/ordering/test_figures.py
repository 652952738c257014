"""Orders through the bank from the record to the money: figures of the product, and who sees what of whom.

Each in one block and record by record; the book comes out the same from its rows and from its arrays.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from ledger.core.lines.compare import slots_of_contracts
from ledger.core.rows.runs import runs
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.customers.accounts import ReplaceCard
from protocol.messages.customers.restraints import Restrain
from protocol.messages.orders.phases import SetPhases
from protocol.messages.orders.signing_on import EndSignOn
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    OUTCOME,
    STATE_FROZEN,
    RecordArray,
)
from protocol.vocabulary import Market, RestraintKind
from tests.bank_seats import PASSWORD_SEAT, SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL_SEAT,
    MONDAY,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    Answer,
    Desk,
    Frame,
    account_of,
    codes,
    deposit,
    joined,
    record,
    same_after_all,
    withdrawal,
)
from tests.ledger_core.ordering.trading import (
    NOW_S,
    UNTIL_S,
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancel,
    cancel_refused,
    cancelled,
    executed,
    next_name,
    order,
    ordered,
    refused,
    said,
    taken,
)
from tests.ledger_core.orders.signing import WEB_SEAT, failed, say, signed_on, with_password

ACCEPTED, LISTED = ReplyCode.ACCEPTED, ReplyCode.LISTED


def accepted(remaining_fen: int, is_open: bool = True) -> Answer:
    return Answer(ACCEPTED, FREEZE_STATE_OPEN if is_open else FREEZE_STATE_CLOSED, remaining_fen)


def frozen(fen: int) -> Answer:
    return Answer(ACCEPTED, STATE_FROZEN, fen)


DONE = Answer(ACCEPTED, FREEZE_STATE_NONE, 0)


@pytest.mark.parametrize("padding", [0, 20], ids=["alone", "beside others"])
def test_1_000_at_10_executed_in_two_parts_that_are_cheaper(padding: int) -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = next_name(desk)

    answers = said(
        desk,
        order(ann),
        taken(name, ann),
        executed(name, ann, 400, 3_980 * YUAN),
        executed(name, ann, 1_000, 9_920 * YUAN),
        padding=padding,
    )

    assert answers == [frozen(1_001_820), DONE, accepted(601_092), accepted(0, is_open=False)]
    assert desk.money(ann) == (2_000_000, 0, 398_724 + 595_082, 0)
    assert desk.unsettled(ann) == {MONDAY: (993_806, 0)}
    assert desk.buying_power(ann)[0] == 2_000_000 - 993_806
    same_after_all(desk)


def test_record_by_record_the_money_is_the_same() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)

    assert desk.money(ann) == (2_000_000, 1_001_820, 0, 0)
    assert said(desk, executed(name, ann, 400, 3_980 * YUAN)) == [accepted(601_092)]
    assert desk.money(ann) == (2_000_000, 601_092, 398_724, 0)
    assert desk.buying_power(ann)[0] == 2_000_000 - 1_001_820 + 2_004
    assert said(desk, executed(name, ann, 1_000, 9_920 * YUAN)) == [accepted(0, is_open=False)]
    assert desk.money(ann) == (2_000_000, 0, 993_806, 0)
    same_after_all(desk)


def test_100_at_6_and_100_at_10() -> None:
    desk = a_bank()
    ann, bob = a_customer(desk), a_customer(desk)
    first = next_name(desk)

    assert said(desk, joined(order(ann, 100, 6 * YUAN), order(bob, 100))) == [frozen(60_501), frozen(100_502)]
    said(desk, executed(first, ann, 40, 240 * YUAN))
    assert desk.money(ann)[2] == 24_500
    said(desk, executed(first, ann, 100, 600 * YUAN))

    assert desk.money(ann)[1:3] == (0, 24_500 + 36_001)
    same_after_all(desk)


def test_a_report_that_comes_twice_or_too_late_moves_nothing() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    half = executed(name, ann, 400, 3_980 * YUAN)

    answers = said(desk, half, half, executed(name, ann, 300, 2_985 * YUAN), half)

    assert answers == [accepted(601_092), accepted(601_092), Answer(LISTED, 0, 0), accepted(601_092)]
    assert desk.money(ann)[1:3] == (601_092, 398_724)
    same_after_all(desk)


def test_only_what_the_exchange_has_cancelled_is_released() -> None:
    """A cancel moves nothing; 600 of 1,000 are cancelled behind 400 that were executed."""
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)

    assert said(desk, executed(name, ann, 400, 3_980 * YUAN), cancel(name, ann)) == [accepted(601_092), DONE]
    assert desk.money(ann)[1] == 601_092
    assert said(desk, cancel(name, ann)) == [Answer(ReplyCode.CANCEL_UNDER_WAY, 0, 0)]
    assert said(desk, cancelled(name, ann, 600, answers=2)) == [accepted(0, is_open=False)]

    assert desk.money(ann)[1:3] == (0, 398_724)
    assert said(desk, cancel(name, ann)) == [Answer(ReplyCode.ORDER_ENDED, 0, 0)]
    same_after_all(desk)


def test_what_the_broker_refuses_is_given_back() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)

    answers = said(desk, refused(name, ann), refused(name, ann), executed(name, ann, 100, 1_000 * YUAN))

    assert answers == [accepted(0, is_open=False), accepted(0, is_open=False), Answer(LISTED, 0, 0)]
    assert desk.money(ann) == (2_000_000, 0, 0, 0)
    same_after_all(desk)


def test_orders_and_cancels_are_numbered_by_broker_and_date_and_refused_ones_are_not() -> None:
    desk = a_bank()
    ann, poor = a_customer(desk, 5_000_000), a_customer(desk, 0)
    name, last = next_name(desk), desk.book.orders.entries.last

    said(desk, joined(order(ann, 100), order(poor, 100), order(ann, 100)), cancel(name, ann), cancel(name, poor))

    assert int(last[BROKER]) == 3
    words = desk.book.requests.orders
    assert sorted(words.entry[words.entry > 0].tolist()) == [1, 2]
    assert words.cancel_position[words.cancel_position > 0].tolist() == [3]
    assert words.cancel_seat[words.cancel_seat > 0].tolist() == [CHANNEL_SEAT]
    same_after_all(desk)
    desk.roll(TUESDAY)
    assert not desk.book.orders.entries.last.any()
    same_after_all(desk)


def test_a_cancel_is_answered_by_its_position_also_in_its_own_block() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)

    answers = said(
        desk,
        cancel(name, ann),
        cancel_refused(name, ann, 3),
        cancel_refused(name, ann, 2),
        cancel(name, ann),
        cancel_refused(name, ann, 2),
        cancelled(name, ann, 1_000, answers=3),
    )

    assert codes(answers) == [ACCEPTED, LISTED, ACCEPTED, ACCEPTED, LISTED, ACCEPTED]
    same_after_all(desk)


def test_a_report_of_monday_that_comes_on_tuesday_is_mondays() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    desk.roll(TUESDAY)

    assert said(desk, executed(name, ann, 400, 3_980 * YUAN)) == [accepted(601_092)]

    assert desk.unsettled(ann) == {MONDAY: (398_724, 0)}
    assert said(desk, cancel(name, ann)) == [Answer(ReplyCode.CANCEL_CLOSED, 0, 0)]
    same_after_all(desk)


def test_who_signs_on_in_a_block_may_order_behind_it_and_not_before() -> None:
    desk = a_bank()
    ann = with_password(desk, 2_000_000)
    frames = [
        Frame(CHANNEL_SEAT, order(ann, 100)),
        Frame(PASSWORD_SEAT, signed_on(ann, until_s=UNTIL_S)),
        Frame(CHANNEL_SEAT, order(ann, 100)),
        Frame(WEB_SEAT, order(ann, 100)),
        Frame(PASSWORD_SEAT, failed(ann)),
        Frame(CHANNEL_SEAT, order(ann, 100)),
        Frame(PASSWORD_SEAT, signed_on(ann, until_s=NOW_S)),
        Frame(CHANNEL_SEAT, order(ann, 100)),
    ]
    whole, cut = a_copy(desk), a_copy(desk)

    together = codes(whole.send(*frames))

    none = ReplyCode.NOT_SIGNED_ON
    assert together == [none, ACCEPTED, ACCEPTED, none, ACCEPTED, ACCEPTED, ACCEPTED, none]
    assert [cut.send(frame)[0].code for frame in frames] == together
    same_after_all(whole)


def a_copy(desk: Desk) -> Desk:
    copy = Desk.__new__(Desk)
    copy.size, copy.now_ns, copy.rows, copy.book = desk.size, desk.now_ns, [*desk.rows], desk.replayed()
    return copy


@pytest.mark.parametrize("padding", [0, 20], ids=["alone", "beside others"])
def test_what_moves_between_orders_is_seen_by_them(padding: int) -> None:
    """The money of one order comes with the savings desk's frame before it, and that of the next is taken behind it."""
    desk = a_bank()
    ann = a_customer(desk, 0)
    frames = [
        Frame(CHANNEL_SEAT, order(ann, 100)),
        Frame(SAVINGS_SEAT, deposit(ann, 100_502)),
        Frame(CHANNEL_SEAT, joined(order(ann, 100), order(ann, 100))),
        Frame(SAVINGS_SEAT, withdrawal(ann, 1)),
        *[Frame(SEAT, record(0, 0, 0))] * padding,
    ]

    answers = codes(desk.send(*frames)[:5])

    short, frozen_all = ReplyCode.INSUFFICIENT_FUNDS, ReplyCode.FUNDS_FROZEN
    assert answers == [short, ACCEPTED, ACCEPTED, frozen_all, frozen_all]
    assert desk.money(ann) == (100_502, 100_502, 0, 0)
    same_after_all(desk)


def test_what_is_released_ranks_before_a_restraint_no_more() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    desk.done(Restrain(account_of(ann), 500_000, RestraintKind.OTHER, "court", "paper", 0))

    said(desk, executed(name, ann, 400, 3_980 * YUAN), order(ann, 100), refused(next_name(desk), ann))

    (restraint,) = desk.book.restraints.of(int(desk.book.account_of_contract[ann // 100]))
    assert restraint.senior_fen == 1_001_820 - 2_004
    same_after_all(desk)


def test_who_had_his_card_replaced_cancels_by_the_contract_that_goes_on() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    spare = desk.open_account(0, desk.book.accounts_count - 1)
    name = ordered(desk, ann)
    new = desk.told(ReplaceCard(ann, spare)).remaining_fen
    assert desk.control(EndSignOn(ann), CHANNEL_SEAT) == ACCEPTED

    assert said(desk, cancel(name, ann)) == [Answer(ReplyCode.NOT_SIGNED_ON, 0, 0)]
    assert say(desk, signed_on(new, until_s=UNTIL_S)) == [ACCEPTED]
    assert said(desk, cancel(name, new)) == [Answer(ReplyCode.ORDER_UNKNOWN, 0, 0)]
    assert said(desk, cancel(name, ann)) == [DONE]
    assert said(desk, cancelled(name, ann, 1_000)) == [accepted(0, is_open=False)]
    same_after_all(desk)


def test_any_seat_of_the_broker_reports_and_a_sign_on_that_is_over_still_cancels() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    desk.now_ns = (UNTIL_S + 1) * 10**9

    assert codes(desk.ask(SECOND_SEAT, taken(name, ann))) == [ACCEPTED]
    assert codes(said(desk, order(ann, 100), cancel(name, ann))) == [ReplyCode.NOT_SIGNED_ON, ACCEPTED]


def test_an_order_keeps_the_last_second_that_its_market_had() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    ordered(desk, ann)
    words = desk.book.requests.orders
    (last_second,) = words.last_second[words.last_second > 0].tolist()

    desk.done(SetPhases(MONDAY, Market.XSHG, []))

    assert words.last_second[words.last_second > 0].tolist() == [last_second]
    assert codes(said(desk, order(ann, 100))) == [ReplyCode.MARKET_CLOSED]


def test_a_brokers_date_has_the_orders_that_came_by_channels() -> None:
    """Its clearing set names them, and the date is closed over them."""
    desk = a_bank()
    ann, bob = a_customer(desk), a_customer(desk)
    ordered(desk, ann, 100)
    (own,) = np.flatnonzero(desk.book.requests.contract).tolist()
    ordered(desk, bob, 100)

    assert slots_of_contracts(desk.book, MONDAY, BROKER, np.array([ann // 100])).tolist() == [own]


def test_rows_with_orders_go_alone() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    desk.ask(SAVINGS_SEAT, deposit(ann, 1))
    desk.ask(SAVINGS_SEAT, deposit(ann, 1))
    desk.ask(SEAT, taken(name, ann))

    lists = [[row.sequence for row in run] for run in runs(desk.rows[-4:])]

    last = desk.rows[-1].sequence
    assert lists == [[last - 3], [last - 2, last - 1], [last]]


@pytest.mark.parametrize(
    ("records", "field", "value"),
    [
        (lambda name, ann: order(ann, 100), "remaining_fen", 100_503),
        (lambda name, ann: order(ann, 100, 10 * YUAN + 50), "code", 0),
        (lambda name, ann: executed(name, ann, 400, 3_980 * YUAN), "remaining_fen", 601_091),
        (lambda name, ann: executed(name, ann, 400, 3_980 * YUAN), "state", FREEZE_STATE_CLOSED),
        (lambda name, ann: executed(name, ann, 400, 4_400 * YUAN), "code", 0),
        (lambda name, ann: cancel(name._replace(number=999), ann), "code", 0),
        (lambda name, ann: taken(name, ann, 0), "code", 0),
    ],
    ids=["another amount", "off its tick", "less", "closed", "dearer than its limit", "of no order", "malformed"],
)
def test_a_stored_outcome_that_the_pages_do_not_make_stops_the_process(
    records: Callable[[Name, int], RecordArray], field: str, value: int
) -> None:
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    before = desk.replayed()
    said(desk, records(name, ann))
    row = desk.rows[-1]
    outcomes = np.frombuffer(row.outcomes, OUTCOME).copy()
    outcomes[field][0] = value

    with pytest.raises(InvariantBroken):
        engine.apply_row(before, replace(row, outcomes=outcomes.tobytes()))
    check_book(before)
