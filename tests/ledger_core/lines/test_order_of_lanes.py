"""Two brokers and two dates: in whatever order lanes are closed, whatever is sent twice or withdrawn, the books are the
same.
"""

import random
from collections.abc import Iterator

import pytest

from ledger.core import engine
from ledger.core.lines.answers import clearing_set, proceeds_to_book
from protocol.codes import ReplyCode
from protocol.messages.day.steps import CompleteSet, FinishSending, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.fields import fen_from_sum
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import Fate, LaneState, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    codes,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, announce, buy, dividend, event, order, sell, send

SEATS = {BROKER: SEAT, OTHER_BROKER: OTHER_SEAT}
LANES = [(party, date) for party in SEATS for date in (MONDAY, TUESDAY)]
ACCEPTED, DOUBLED = ReplyCode.ACCEPTED, ReplyCode.LINE_DOUBLED


def traded() -> tuple[Desk, dict[tuple[int, int], RecordArray]]:
    """Monday and Tuesday are over, Wednesday is traded. Each broker has a customer who bought and sold on both dates;
    broker 2 told the fills, broker 3 none. The lines of each lane's set say what is so.
    """
    desk = Desk()
    customers = {party: desk.open(1_000_000, party) for party in SEATS}
    lines: dict[tuple[int, int], RecordArray] = {}
    for date, factor in ((MONDAY, 1), (TUESDAY, 3)):
        for party, seat in SEATS.items():
            customer = customers[party]
            bought, given_up = desk.freeze(customer, 9_000 * factor, seat), desk.freeze(customer, 500, seat)
            if party == BROKER:
                fills = (
                    fill_buy(bought, customer, 8_000 * factor, on=date),
                    fill_sell(customer, 700 * factor, on=date),
                )
                assert codes(desk.ask(seat, *fills)) == [ACCEPTED] * 2
            told = [
                order(bought, customer, 9_000 * factor, 0, Fate.PARTLY, date),
                order(given_up, customer, 500, 0, Fate.CANCELLED, date),
                buy(bought, customer, 8_000 * factor - 7, 7, on=date),
                sell(1, customer, 710 * factor, 10 * factor, on=date),
                dividend(2, customer, 40, 4, date),
            ]
            lines[party, date] = joined(*([event(customer)] if date == MONDAY else []), *told)
        desk.done(SignOff(date))
        desk.roll(TUESDAY if date == MONDAY else WEDNESDAY)
    return desk, lines


def steps(desk: Desk, party: int, date: int, lines: RecordArray, chance: random.Random) -> Iterator[None]:
    """The close of one lane, a step at a time, with what may happen between its steps."""
    seat, number = SEATS[party], 1
    if chance.random() < 0.5:
        assert desk.control(FinishSending(date), seat) == ACCEPTED
        yield
    while chance.random() < 0.4:  # a set that is wrong, or withdrawn for nothing
        wrong = lines[: chance.randrange(len(lines))]
        assert announce(desk, lines, on=date, seat=seat).code == ACCEPTED
        yield
        if len(wrong):
            send(desk, wrong, seat=seat)
        if chance.random() < 0.5:
            assert desk.control(CompleteSet(date, number), seat) == ReplyCode.SET_DIFFERS
        yield
        assert desk.control(WithdrawSet(date, number), seat) == ACCEPTED
        number += 1
        yield
    assert announce(desk, lines, on=date, seat=seat).code == ACCEPTED
    yield
    for wanted in [ACCEPTED, *[DOUBLED] * chance.randrange(3)]:
        assert set(codes(send(desk, lines, seat=seat))) == {wanted}
        yield
    assert desk.control(CompleteSet(date, number), seat) == ACCEPTED
    yield
    for _ in range(1 + chance.randrange(2)):
        if clearing_set(desk.book, party, date).state == LaneState.COMPLETE:
            desk.done(Reconcile(date, party, 0))
        yield
    for each in proceeds_to_book(desk.book, party, date, 0).contracts:
        fields = {"excess_fen": each.excess_fen, "trade_day": trade_day(date)}
        booked = record(RecordKind.PROCEEDS, each.contract_no, each.proceeds_fen, **fields)
        assert codes(desk.ask(DAY_SEAT, booked, booked)) == [ACCEPTED, ReplyCode.STEP_NOT_DUE]
        yield
    agree(desk, date)
    while desk.control(Publish(date, party)) != ACCEPTED:  # until the broker's older lane is
        yield


@pytest.mark.parametrize("seed", range(16))
def test_the_books_are_the_same_in_whatever_order_lanes_are_closed(seed: int) -> None:
    chance = random.Random(seed)
    desk, lines = traded()
    # A seat sends one set at a time, so each broker's lanes follow one another; which comes first is open.
    queues = []
    for party in SEATS:
        dates = [MONDAY, TUESDAY]
        queues.append([steps(desk, party, date, lines[party, date], chance) for date in dates])
    customer_no = desk.open(50_000)
    while any(queues):
        lanes = chance.choice([queue for queue in queues if queue])
        if next(lanes[0], "done") == "done":
            lanes.pop(0)
        if chance.random() < 0.2:
            assert codes(desk.ask(SEAT, freeze(customer_no, 1))) == [ACCEPTED]  # Wednesday goes on

    answers = {lane: clearing_set(desk.book, *lane) for lane in LANES}
    assert {answer.state for answer in answers.values()} == {LaneState.PUBLISHED}
    nets_fen = {lane: fen_from_sum(answer.arrived.net) for lane, answer in answers.items()}
    # 700 + 36 − 8,000 on Monday, 2,100 + 36 − 24,000 on Tuesday, of both brokers
    assert nets_fen == {(party, date): -7_264 if date == MONDAY else -21_864 for party, date in LANES}
    totals = {entry.party: entry.amounts_fen[2:] for entry in engine.totals(desk.book)}
    assert (totals[BROKER], totals[OTHER_BROKER]) == ((32_000, 2_800), (0, 2_800))
    same_after_all(desk)
