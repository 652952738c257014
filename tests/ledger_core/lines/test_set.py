"""A broker's clearing set, from announcement to completion: what each step earns, and what is kept."""

import itertools

import pytest
from msgspec.structs import replace

from protocol.codes import ReplyCode
from protocol.limits import SETS_PER_LANE_MAX
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import CompleteSet, FinishSending, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.fields import sum_from_fen
from protocol.records import STATE_LISTED, STATE_NUMBER_GIVEN
from protocol.vocabulary import ClearedEvent, ContractEvent, Fate, LaneEvent, LaneState
from rules.day.states import LANE_STATES, late_s, next_lane_state
from tests.bank_seats import BANK_SEATS, DAY_SEAT
from tests.ledger_core.corrections.words import Both, closing, correction
from tests.ledger_core.desk import (
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    deposit,
    fill_buy,
    joined,
    same_after_all,
)
from tests.ledger_core.lines.words import (
    agree,
    announce,
    arrived,
    buy,
    by_contract,
    dividend,
    event,
    order,
    refund,
    sell,
    send,
    signed_off,
    totals_of,
)

ACCEPTED, DOUBLED = ReplyCode.ACCEPTED, ReplyCode.LINE_DOUBLED


def test_a_day_of_one_customer() -> None:
    """1,200.00 frozen; bought 1,000 × 1.00 with 5.00 + 0.02 fees, so 1,005.02 drawn and 194.98 released at the fill.

    The set: that order and its buy; a sale of 300.00 less 5.00 and 0.30; a dividend of 10.00 less 1.00 tax; a refund
    of 50.00; the contract opened. Net: 294.70 + 9.00 + 50.00 − 1,005.02 = −651.32.
    """
    desk = Desk()
    customer = desk.open(500_000)
    target = desk.freeze(customer, 120_000)
    assert codes(desk.ask(SEAT, fill_buy(target, customer, 100_502, 19_498))) == [ACCEPTED]
    desk.done(SignOff(MONDAY))
    first = joined(order(target, customer, 120_000, 19_498), buy(target, customer, 100_000, 500, 0, 2))
    second = joined(sell(1, customer, 30_000, 500, 30), dividend(2, customer, 1_000, 100), refund(3, customer, 5_000))
    third = event(customer)

    assert announce(desk, first, second, third) == (ACCEPTED, STATE_NUMBER_GIVEN, 1)
    for frame in (first, second, third):
        assert set(codes(send(desk, frame))) == {ACCEPTED}

    assert by_contract(desk, customer) == (100_502, 29_470, 900 + 5_000, 0, 0)
    assert arrived(desk).counts == [1, 1, 1, 1, 1, 1]
    assert arrived(desk).turnover == sum_from_fen(100_000 + 30_000 + 1_000 + 5_000)
    assert arrived(desk).fees == [sum_from_fen(fen) for fen in (500 + 500 + 100, 30, 2, 0, 0)]
    assert arrived(desk).net == sum_from_fen(-65_132)
    assert desk.money(customer) == (500_000, 0, 100_502, 0)  # a line moves nothing
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ACCEPTED
    assert desk.book.clearing.lane(MONDAY, 2).state == LaneState.COMPLETE
    same_after_all(desk)


def test_a_sale_whose_fees_exceed_its_turnover_costs_money() -> None:
    """1 share at 2.00 with a commission of 5.00: proceeds 0, cost 3.00."""
    desk, (customer,) = signed_off(0)
    announce(desk, sell(1, customer, 200, 500))

    send(desk, sell(1, customer, 200, 500))

    assert by_contract(desk, customer) == (300, 0, 0, 300, 0)
    assert arrived(desk).net == sum_from_fen(-300)


# What two people withdraw and what is taken back then: see corrections/test_reverting; from BEGIN_SETTLE on: settling.
STATES = [state for state in LaneState if state != LaneState.REVERTING and state <= LaneState.CLOSING]
BEFORE_SETTLING = list(LaneEvent)[: LaneEvent.CLOSE]
EVENTS = [what for what in BEFORE_SETTLING if what not in (LaneEvent.WITHDRAW_ADJUSTED, LaneEvent.REVERT)]


@pytest.mark.parametrize(("state", "what"), list(itertools.product(STATES, EVENTS)))
def test_every_state_and_event_of_a_lane(state: LaneState, what: LaneEvent) -> None:
    """Two orders are left open, of which the set says that they were cancelled."""
    desk = Desk()
    customer = desk.open(200)
    orders = [desk.freeze(customer, 100) for _ in range(2)]
    desk.done(SignOff(MONDAY))
    agree(desk)
    closings = [closing(target, customer, 0, 100) for target in orders]
    correct = [*(closings if state < LaneState.PUBLISHED else ()), correction(customer, Both())]
    lines = joined(event(customer), *(order(each, customer, 100, fate=Fate.CANCELLED) for each in orders))
    if state == LaneState.FINISHED:
        desk.control(FinishSending(MONDAY), SEAT)
    if state >= LaneState.COLLECTING:
        announce(desk, lines)
        send(desk, lines)
    if state >= LaneState.COMPLETE:
        desk.control(CompleteSet(MONDAY, 1), SEAT)
    if state >= LaneState.RECONCILED:
        desk.done(Reconcile(MONDAY, 2, 0))
    if state >= LaneState.PUBLISHED:
        desk.done(Publish(MONDAY, 2))
    if state == LaneState.CLOSING:
        desk.ask(DAY_SEAT, closings[0])
    assert desk.book.clearing.lane(MONDAY, 2).state == state
    refusals = {
        LaneEvent.FINISH_SENDING: ReplyCode.STEP_NOT_DUE,
        LaneEvent.ANNOUNCE_SET: ReplyCode.SET_EXISTS,
        LaneEvent.COMPLETE_SET: ReplyCode.SET_UNKNOWN,
        LaneEvent.WITHDRAW_SET: ReplyCode.SET_UNKNOWN if state < LaneState.COLLECTING else ReplyCode.LANE_PUBLISHED,
        LaneEvent.RECONCILE: ReplyCode.STEP_NOT_DUE,
        LaneEvent.PUBLISH: ReplyCode.STEP_NOT_DUE,
        LaneEvent.CORRECT: ReplyCode.STEP_NOT_DUE,
        LaneEvent.CLOSE: ReplyCode.STEP_NOT_DUE,
    }
    after = next_lane_state(state, what)

    code = {
        LaneEvent.FINISH_SENDING: lambda: desk.control(FinishSending(MONDAY), SEAT),
        LaneEvent.ANNOUNCE_SET: lambda: announce(desk).code,
        LaneEvent.COMPLETE_SET: lambda: desk.control(CompleteSet(MONDAY, 1), SEAT),
        LaneEvent.WITHDRAW_SET: lambda: desk.control(WithdrawSet(MONDAY, 1), SEAT),
        LaneEvent.RECONCILE: lambda: desk.control(Reconcile(MONDAY, 2, 0)),
        LaneEvent.PUBLISH: lambda: desk.control(Publish(MONDAY, 2)),
        LaneEvent.CORRECT: lambda: codes(desk.ask(DAY_SEAT, *correct))[-1],
        LaneEvent.CLOSE: lambda: codes(desk.ask(DAY_SEAT, closings[1]))[0],
    }[what]()

    assert code == (refusals[what] if after is None else ACCEPTED)
    assert desk.book.clearing.lane(MONDAY, 2).state == (state if after is None else after)
    assert after == LANE_STATES.get((state, what))
    same_after_all(desk)


def test_a_set_comes_after_sign_off_and_for_an_unsettled_date() -> None:
    desk = Desk()
    assert announce(desk).code == ReplyCode.STEP_NOT_DUE
    assert announce(desk, on=TUESDAY).code == ReplyCode.DATE_NOT_UNSETTLED
    assert desk.control(FinishSending(TUESDAY), SEAT) == ReplyCode.DATE_NOT_UNSETTLED
    assert desk.control(FinishSending(MONDAY), SEAT) == ACCEPTED  # a broker may be done before the bank is

    desk.roll(TUESDAY)  # who does not sign off closes the date all the same

    assert announce(desk).code == ACCEPTED
    assert announce(desk, on=20261331).code == ReplyCode.DATE_NOT_UNSETTLED


def test_a_set_declared_ahead_of_time_cannot_be_read() -> None:
    desk, _ = signed_off()
    desk.now_ns = 5_999_999_999
    assert announce(desk, declared_s=6).code == ReplyCode.REQUEST_MALFORMED
    assert announce(desk, declared_s=5).code == ACCEPTED


def test_one_open_set_for_a_seat_and_one_for_a_lane() -> None:
    desk, _ = signed_off()
    desk.roll(TUESDAY)
    desk.done(SignOff(TUESDAY))
    assert announce(desk, on=MONDAY).code == ACCEPTED
    assert announce(desk, on=TUESDAY).code == ReplyCode.SET_EXISTS
    assert announce(desk, on=MONDAY, seat=SECOND_SEAT).code == ReplyCode.SET_EXISTS
    assert announce(desk, on=TUESDAY, seat=SECOND_SEAT).code == ACCEPTED
    assert announce(desk, on=MONDAY, seat=OTHER_SEAT) == (ACCEPTED, STATE_NUMBER_GIVEN, 1)  # of another broker
    same_after_all(desk)


def test_only_a_broker_sends_clearing_data() -> None:
    desk, _ = signed_off()
    for entry in BANK_SEATS:
        assert announce(desk, seat=entry.seat).code == ReplyCode.ROLE_FORBIDS


def test_who_announced_completes_and_any_seat_withdraws() -> None:
    desk, _ = signed_off()
    announce(desk)
    assert desk.control(CompleteSet(MONDAY, 1), SECOND_SEAT) == ReplyCode.SET_UNKNOWN
    assert desk.control(CompleteSet(MONDAY, 2), SEAT) == ReplyCode.SET_UNKNOWN
    assert desk.control(WithdrawSet(MONDAY, 1), OTHER_SEAT) == ReplyCode.SET_UNKNOWN
    assert desk.control(WithdrawSet(MONDAY, 2), SEAT) == ReplyCode.SET_UNKNOWN
    assert desk.control(WithdrawSet(MONDAY, 1), SECOND_SEAT) == ACCEPTED


def test_totals_off_by_one_fen_complete_nothing_and_what_is_missing_may_still_come() -> None:
    desk, (customer,) = signed_off(0)
    missing = refund(2, customer, 1)
    announce(desk, refund(1, customer, 7), missing)
    send(desk, refund(1, customer, 7))

    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ReplyCode.SET_DIFFERS
    assert codes(send(desk, missing)) == [ACCEPTED]
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ACCEPTED


def test_the_digest_is_of_frames_in_their_order() -> None:
    desk, (customer,) = signed_off(0)
    one, two = event(customer), event(customer, ClearedEvent.CLOSED)
    announce(desk, one, two)
    send(desk, two)
    send(desk, one)

    assert arrived(desk) == replace(totals_of(one, two), digest=totals_of(two, one).digest)
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ReplyCode.SET_DIFFERS


def test_a_frame_sent_twice_harms_nothing() -> None:
    desk, (customer,) = signed_off(0)
    frame = joined(sell(1, customer, 500), event(customer), order((MONDAY, SEAT, 9), customer, 5))
    announce(desk, frame)

    assert set(codes(send(desk, frame))) == {ACCEPTED}
    assert set(codes(send(desk, frame))) == {DOUBLED}
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ACCEPTED


def test_an_order_that_is_not_there_is_listed_once() -> None:
    """Nobody's order, another contract's, and one that was refused."""
    desk = Desk()
    mine, other = desk.open(100), desk.open(100)
    target = desk.freeze(other, 60)
    refused = (MONDAY, SEAT, int(desk.book.next_number[SEAT]))
    assert codes(desk.ask(SEAT, deposit(mine, 1))) == [ReplyCode.ROLE_FORBIDS]
    desk.done(SignOff(MONDAY))
    announce(desk)

    lines = [buy(named, mine, 10) for named in ((MONDAY, SEAT, 77_000), target, refused)]
    answers = send(desk, *lines, *lines, order(target, mine, 60), order(target, other, 60), buy(target, other, 60))

    assert [answer.state for answer in answers[:3]] == [STATE_LISTED] * 3
    assert codes(answers) == [ACCEPTED] * 3 + [DOUBLED] * 3 + [ACCEPTED, DOUBLED, DOUBLED]
    assert by_contract(desk, mine) == (30, 0, 0, 0, 30)
    assert arrived(desk).counts == [1, 3, 0, 0, 0, 0]
    same_after_all(desk)


def test_an_order_of_an_earlier_date_is_listed_in_a_later_set() -> None:
    desk = Desk()
    customer = desk.open(100)
    target = desk.freeze(customer, 60)
    desk.roll(TUESDAY)
    desk.done(SignOff(TUESDAY))
    announce(desk, on=TUESDAY)

    (answer,) = send(desk, order(target, customer, 60, fate=Fate.HELD, on=TUESDAY))

    assert answer == (ACCEPTED, STATE_LISTED, 0)


def test_a_withdrawn_set_reads_as_nothing_and_another_begins_anew() -> None:
    desk = Desk()
    customer = desk.open(100)
    target = desk.freeze(customer, 60)
    desk.done(SignOff(MONDAY))
    lines = joined(order(target, customer, 60), buy(target, customer, 50), sell(4, customer, 9), event(customer))
    listed = buy((MONDAY, SEAT, 5_000), customer, 3)
    announce(desk, lines, listed)
    send(desk, lines)
    send(desk, listed)
    desk.control(CompleteSet(MONDAY, 1), SEAT)

    assert desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED
    assert by_contract(desk, customer) == (0, 0, 0, 0, 0)
    assert not len(desk.book.clearing.listed_keys)
    assert codes(send(desk, lines)) == [ReplyCode.SET_NOT_OPEN] * 4

    assert announce(desk, lines).remaining_fen == 2
    assert set(codes(send(desk, lines))) == {ACCEPTED}
    assert by_contract(desk, customer) == (50, 9, 0, 0, 0)
    assert desk.control(CompleteSet(MONDAY, 1), SEAT) == ReplyCode.SET_UNKNOWN
    assert desk.control(CompleteSet(MONDAY, 2), SEAT) == ACCEPTED
    same_after_all(desk)


def test_a_lane_has_so_many_sets() -> None:
    desk, _ = signed_off()
    for number in range(1, SETS_PER_LANE_MAX + 1):
        assert announce(desk).remaining_fen == number
        desk.control(WithdrawSet(MONDAY, number), SEAT)

    assert announce(desk).code == ReplyCode.SETS_FULL


def test_lines_of_two_brokers_and_orders_share_a_block() -> None:
    desk = Desk()
    mine, theirs = desk.open(100), desk.open(100, OTHER_BROKER)
    target = desk.freeze(mine, 60)
    desk.roll(TUESDAY)
    announce(desk, seat=SEAT)
    announce(desk, seat=OTHER_SEAT)
    of_today = joined(sell(1, mine, 5), fill_buy(target, mine, 20, on=MONDAY), buy(target, mine, 20), event(theirs))

    answers = desk.send(Frame(OTHER_SEAT, joined(sell(1, theirs, 4), event(theirs))), Frame(SEAT, of_today))

    assert codes(answers) == [ACCEPTED] * 5 + [ReplyCode.CONTRACT_UNKNOWN]
    assert desk.money(mine) == (100, 40, 20, 0)
    assert (by_contract(desk, mine), by_contract(desk, theirs)) == ((20, 5, 0, 0, 0), (0, 4, 0, 0, 0))
    assert arrived(desk).digest == bytes(32)  # a frame with another record is none of the set's
    assert arrived(desk, party=3).digest != bytes(32)
    same_after_all(desk)


def test_what_only_clearing_data_say_keeps_a_contract_open() -> None:
    desk, (customer,) = signed_off(0)
    announce(desk)
    send(desk, dividend(1, customer, 10, 1))

    assert desk.control(ChangeContract(customer, ContractEvent.TERMINATE), SEAT) == ReplyCode.ITEMS_OPEN
    desk.control(WithdrawSet(MONDAY, 1), SEAT)
    assert desk.control(ChangeContract(customer, ContractEvent.TERMINATE), SEAT) == ACCEPTED


def test_lateness_is_counted_from_the_earliest_declared_time() -> None:
    """Declared at 1,000 s: due at 2,800. Completed at 2,800 it is in time, again at 2,861 it is a minute and a second
    late, whatever its sender declares then."""
    desk, _ = signed_off()
    desk.now_ns = 2_800_999_999_999
    announce(desk, declared_s=1_000)
    desk.control(CompleteSet(MONDAY, 1), SEAT)
    assert desk.book.clearing.lane(MONDAY, 2).first_late_s == 0
    desk.control(WithdrawSet(MONDAY, 1), SEAT)
    desk.now_ns = 2_861_000_000_000

    announce(desk, declared_s=2_000)
    desk.control(CompleteSet(MONDAY, 2), SEAT)

    lane = desk.book.clearing.lane(MONDAY, 2)
    assert (lane.declared_s, lane.completed_s, lane.first_late_s, lane.last_late_s) == (1_000, 2_800, 0, 61)
    assert (late_s(1_000, 2_799), late_s(1_000, 2_801)) == (0, 1)
