"""Days worked out on paper: every balance and obligation stands in the comment that the test compares with."""

from typing import NamedTuple

import pytest

from ledger.core import engine
from ledger.core.lines.answers import clearing_set, proceeds_to_book, set_differences
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import EndSettlement, RegisterParty, RegisterSeat
from protocol.messages.customers.accounts import ChangeContract, ReplaceCard
from protocol.messages.day.steps import CompleteSet, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.fields import fen_from_sum
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import (
    ClearedEvent,
    ComparedField,
    ContractEvent,
    DifferenceClass,
    Fate,
    LaneState,
    RecordKind,
    Role,
    SeatRole,
    Suite,
)
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.words import Both, correction
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
    codes,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, announce, buy, dividend, event, order, refund, sell, send

ACCEPTED = ReplyCode.ACCEPTED
SEATS = {BROKER: SEAT, OTHER_BROKER: OTHER_SEAT}


class Close(NamedTuple):
    """What a lane came to."""

    state: LaneState
    net_fen: int
    differences: list[tuple[int, int, int, int]]


def closed(desk: Desk, party: int, *lines: RecordArray) -> Close:
    """The broker sends this set; it is compared, proceeds are booked, what is owed is published, as far as it goes."""
    seat = SEATS[party]
    number = announce(desk, *([joined(*lines)] if lines else []), seat=seat).remaining_fen
    if lines:
        assert set(codes(send(desk, *lines, seat=seat))) == {ACCEPTED}
    assert desk.control(CompleteSet(MONDAY, number), seat) == ACCEPTED
    desk.done(Reconcile(MONDAY, party, 0))
    found = set_differences(desk.book, party, MONDAY, 0).differences
    if not found:
        due = proceeds_to_book(desk.book, party, MONDAY, 0).contracts
        for each in due:
            booked = proceeds(each.contract_no, each.proceeds_fen, each.excess_fen)
            assert codes(desk.ask(DAY_SEAT, booked)) == [ACCEPTED]
        agree(desk)
        desk.done(Publish(MONDAY, party))
    answer = clearing_set(desk.book, party, MONDAY)
    differences = [(each.difference_class, each.compared_field, each.bank_has, each.set_says) for each in found]
    same_after_all(desk)
    return Close(LaneState(answer.state), fen_from_sum(answer.arrived.net), differences)


def proceeds(contract_no: int, proceeds_fen: int, excess_fen: int = 0) -> RecordArray:
    fields = {"excess_fen": excess_fen, "trade_day": trade_day(MONDAY)}
    return record(RecordKind.PROCEEDS, contract_no, proceeds_fen, **fields)


def test_a_day_with_fills() -> None:
    """Ann has 5,000.00. Buy: 1,200.00 frozen, 1,005.02 drawn at the fill, 194.98 given back. Sale: 294.70 at the fill.

    Balance 5,000.00, bought 1,005.02, sold 294.70: buying power 4,289.68, withdrawable 3,994.98.
    The set says the same, and a dividend of 10.00 less 1.00, a refund of 50.00, which are in neither until credited.
    O = 294.70 + 9.00 + 50.00 − 1,005.02 = −651.32: the bank owes.
    """
    desk = Desk()
    ann = desk.open(500_000)
    target = desk.freeze(ann, 120_000)
    desk.ask(SEAT, fill_buy(target, ann, 100_502, 19_498), fill_sell(ann, 29_470))
    desk.done(SignOff(MONDAY))

    close = closed(
        desk,
        BROKER,
        event(ann),
        order(target, ann, 120_000, 19_498),
        buy(target, ann, 100_000, 500, 0, 2),
        sell(1, ann, 30_000, 500, 30),
        dividend(2, ann, 1_000, 100),
        refund(3, ann, 5_000),
    )

    assert close == (LaneState.PUBLISHED, -65_132, [])
    assert desk.money(ann) == (500_000, 0, 100_502, 29_470)
    assert desk.buying_power(ann) == (428_968, 399_498)


def test_the_same_day_without_fills() -> None:
    """The bank hears of nothing but the freeze: 1,200.00 frozen, buying power 3,800.00.

    By the set the order bought for 1,005.02, which closing it will draw; the sale's 294.70 are booked when the set is
    reconciled: buying power 3,800.00 + 294.70 = 4,094.70, withdrawable 3,800.00. O is the same: −651.32.
    """
    desk = Desk()
    ann = desk.open(500_000, OTHER_BROKER)
    target = desk.freeze(ann, 120_000, OTHER_SEAT)
    assert codes(desk.ask(OTHER_SEAT, fill_sell(ann, 29_470))) == [ReplyCode.AWAITS_CLEARING]
    desk.done(SignOff(MONDAY))

    close = closed(
        desk,
        OTHER_BROKER,
        event(ann),
        order(target, ann, 120_000),
        buy(target, ann, 100_000, 500, 0, 2),
        sell(1, ann, 30_000, 500, 30),
        dividend(2, ann, 1_000, 100),
        refund(3, ann, 5_000),
    )

    assert close == (LaneState.PUBLISHED, -65_132, [])
    assert desk.money(ann) == (500_000, 120_000, 0, 29_470)
    assert desk.buying_power(ann) == (409_470, 380_000)
    assert codes(desk.ask(OTHER_SEAT, release(target, ann, 19_499), release(target, ann, 19_498))) == [
        ReplyCode.AMOUNT_OVER_REMAINING,
        ACCEPTED,
    ]


def test_a_clearing_buy_above_its_freeze_is_a_difference() -> None:
    """1,000.00 frozen and 1,000.01 bought: closing draws 1,000.00, one fen is nobody's yet."""
    desk = Desk()
    ann = desk.open(500_000, OTHER_BROKER)
    target = desk.freeze(ann, 100_000, OTHER_SEAT)
    desk.done(SignOff(MONDAY))

    close = closed(desk, OTHER_BROKER, event(ann), order(target, ann, 100_000), buy(target, ann, 100_001))

    bought = (DifferenceClass.AMOUNT, ComparedField.BOUGHT, 100_000, 100_001)
    assert close == (LaneState.COMPLETE, -100_001, [bought])
    assert desk.money(ann) == (500_000, 100_000, 0, 0)


def test_a_clearing_buy_without_a_freeze_is_missing_here_and_counts_in_what_is_owed() -> None:
    """700.00 were bought under a number that the bank never froze for: O counts it, the account does not move."""
    desk = Desk()
    ann = desk.open(500_000)
    desk.done(SignOff(MONDAY))

    close = closed(desk, BROKER, event(ann), buy((MONDAY, SEAT, 4_711), ann, 70_000))

    assert close == (LaneState.COMPLETE, -70_000, [(DifferenceClass.MISSING_HERE, ComparedField.BUY, 0, 1)])
    assert desk.money(ann) == (500_000, 0, 0, 0)


def test_clearing_below_the_fills_is_a_difference() -> None:
    """The fills say 105.00, the set 104.99."""
    desk = Desk()
    ann = desk.open(500_000)
    target = desk.freeze(ann, 10_500)
    desk.ask(SEAT, fill_buy(target, ann, 10_500))
    desk.done(SignOff(MONDAY))

    close = closed(desk, BROKER, event(ann), order(target, ann, 10_500), buy(target, ann, 10_499))

    assert close == (
        LaneState.COMPLETE,
        -10_499,
        [(DifferenceClass.AMOUNT, ComparedField.BOUGHT, 10_500, 10_499)],
    )


def test_a_sale_whose_fees_exceed_its_turnover() -> None:
    """1 share at 2.00 with 5.00 of fees: proceeds 0, cost 3.00, which is bought on Monday. Of 10.00 on the account 7.00
    buy. O = −3.00: the bank owes what its customer does.
    """
    desk = Desk()
    ann = desk.open(1_000, OTHER_BROKER)
    desk.done(SignOff(MONDAY))

    close = closed(desk, OTHER_BROKER, event(ann), sell(1, ann, 200, 500))

    assert close == (LaneState.PUBLISHED, -300, [])
    assert desk.money(ann) == (1_000, 0, 300, 0)
    assert desk.unsettled(ann) == {MONDAY: (300, 0)}
    assert desk.buying_power(ann) == (700, 700)


def test_an_excess_is_booked_as_far_as_buying_power_goes() -> None:
    """2.00 on the account, a cost of 3.00, and 0.50 from another sale: 2.50 of it are booked. The rest two
    people decide: nothing is published.
    """
    desk = Desk()
    ann = desk.open(200, OTHER_BROKER)
    desk.done(SignOff(MONDAY))

    with pytest.raises(AssertionError):
        closed(desk, OTHER_BROKER, event(ann), sell(1, ann, 200, 500), sell(2, ann, 50))

    assert desk.control(Publish(MONDAY, OTHER_BROKER)) == ReplyCode.STEP_NOT_DUE
    assert clearing_set(desk.book, OTHER_BROKER, MONDAY).state == LaneState.RECONCILED
    assert desk.money(ann) == (200, 0, 250, 50)
    assert desk.buying_power(ann) == (0, 0)


def test_a_broker_that_traded_nothing() -> None:
    desk = Desk()
    desk.done(SignOff(MONDAY))

    assert closed(desk, BROKER) == (LaneState.PUBLISHED, 0, [])


def test_a_set_withdrawn_before_publishing_and_none_after() -> None:
    """The first set lacks the sale; the second has it. O = 40.00 − 1.00 = 39.00: the broker owes, and it stays so."""
    desk = Desk()
    ann = desk.open(0)
    desk.ask(SEAT, fill_sell(ann, 3_900))
    desk.done(SignOff(MONDAY))
    first = closed(desk, BROKER, event(ann))
    assert first == (LaneState.COMPLETE, 0, [(DifferenceClass.AMOUNT, ComparedField.SOLD, 3_900, 0)])
    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED

    assert closed(desk, BROKER, event(ann), sell(1, ann, 4_000, 100)) == (LaneState.PUBLISHED, 3_900, [])

    assert desk.control(WithdrawSet(MONDAY, 2), SEAT) == ReplyCode.LANE_PUBLISHED
    assert announce(desk).code == ReplyCode.SET_EXISTS


def test_a_held_subscription_survives_and_the_next_days_orders_go_on() -> None:
    """300.00 are held for an issue: neither drawn nor released on Monday, and still frozen on Tuesday."""
    desk = Desk()
    ann = desk.open(100_000)
    held = desk.freeze(ann, 30_000)
    desk.done(SignOff(MONDAY))

    close = closed(desk, BROKER, event(ann), order(held, ann, 30_000, fate=Fate.HELD))
    desk.roll(TUESDAY)

    assert close == (LaneState.PUBLISHED, 0, [])
    assert codes(desk.ask(SEAT, freeze(ann, 70_001), freeze(ann, 70_000))) == [ReplyCode.FUNDS_FROZEN, ACCEPTED]
    assert engine.totals(desk.book)[1].amounts_fen[1] == 100_000


def test_proceeds_of_a_contract_that_ended_before_its_set_came_buy_nothing_for_anybody() -> None:
    """Ann sold for 49.00, which her broker tells with the set alone, ended her contract, and signed with another one.

    The 49.00 count in what her broker owes, and are nobody's buying power: 10.00 is all that the account has.
    """
    desk = Desk()
    ann = desk.open(1_000, OTHER_BROKER)
    account_no = desk.account(ann)
    desk.done(ChangeContract(ann, ContractEvent.TERMINATE))
    other = desk.sign(account_no, BROKER)
    desk.done(SignOff(MONDAY))

    close = closed(desk, OTHER_BROKER, event(ann), event(ann, ClearedEvent.CLOSED), sell(1, ann, 4_900))

    assert close == (LaneState.COMPLETE, 4_900, [(DifferenceClass.AMOUNT, ComparedField.SOLD, 0, 4_900)])
    assert codes(desk.ask(DAY_SEAT, proceeds(ann, 4_900))) == [ReplyCode.CONTRACT_TERMINATED]
    agree(desk)
    assert codes(desk.ask(DAY_SEAT, correction(ann, Both(0, 4_900)))) == [ACCEPTED]
    assert desk.money_of(account_no) == (1_000, 0, 0, 0)
    assert desk.buying_power(other) == (1_000, 1_000)
    desk.done(Reconcile(MONDAY, OTHER_BROKER, 0))
    desk.done(Publish(MONDAY, OTHER_BROKER))
    desk.roll(TUESDAY)
    desk.settle(MONDAY)
    same_after_all(desk)


def test_a_contract_that_runs_off_is_closed_by_the_message_that_ends_it() -> None:
    """Both begin on Monday, the second one with the new card; the first one has nothing open and is ended by itself."""
    desk = Desk()
    ann = desk.open(1_000)
    fresh = desk.open_account(500, desk.account(ann) // CONTRACT_NUMBER_STEP)
    second = desk.told(ReplaceCard(ann, fresh)).remaining_fen
    desk.done(ChangeContract(ann, ContractEvent.TERMINATE))
    desk.done(SignOff(MONDAY))

    close = closed(desk, BROKER, event(ann), event(second), event(ann, ClearedEvent.CLOSED))

    assert close == (LaneState.PUBLISHED, 0, [])


def test_a_date_is_not_settled_while_proceeds_are_due() -> None:
    desk = Desk()
    ann = desk.open(0, OTHER_BROKER)
    desk.roll(TUESDAY)
    lines = joined(event(ann), sell(1, ann, 500))
    announce(desk, lines, seat=OTHER_SEAT)
    send(desk, lines, seat=OTHER_SEAT)
    desk.control(CompleteSet(MONDAY, 1), OTHER_SEAT)
    desk.done(Reconcile(MONDAY, OTHER_BROKER, 0))

    assert desk.control(EndSettlement(MONDAY)) == ReplyCode.STEP_NOT_DUE
    assert codes(desk.ask(DAY_SEAT, proceeds(ann, 500))) == [ACCEPTED]
    assert desk.control(EndSettlement(MONDAY)) == ACCEPTED


def test_a_later_date_waits_for_an_earlier_one_of_which_nothing_was_said() -> None:
    """Broker 2 was there on Monday, and sends Tuesday's empty set first. A broker of Tuesday has no Monday."""
    desk = Desk()
    desk.roll(TUESDAY)
    desk.done(RegisterParty(4, Role.BROKER, Suite.ED25519_SHA256, "of Tuesday", True))
    desk.done(RegisterSeat(41, 4, SeatRole.BROKER))
    desk.done(SignOff(TUESDAY))
    for date in (MONDAY, TUESDAY):
        agree(desk, date)
    announce(desk, on=TUESDAY)
    desk.control(CompleteSet(TUESDAY, 1), SEAT)
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    assert desk.control(Publish(TUESDAY, BROKER)) == ReplyCode.STEP_NOT_DUE
    assert (desk.book.registered_on[4], desk.book.registered_on[BROKER]) == (TUESDAY, MONDAY)

    announce(desk, on=MONDAY)
    desk.control(CompleteSet(MONDAY, 1), SEAT)
    desk.done(Reconcile(MONDAY, BROKER, 0))
    desk.done(Publish(MONDAY, BROKER))

    assert desk.control(Publish(TUESDAY, BROKER)) == ACCEPTED
    same_after_all(desk)
