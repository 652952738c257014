"""What has to have happened to a set for a step, a line or a booking to be refused: one word each.

Belongs here: bringing a desk there, and what is then asked. Never here: assertions about the refusal.
"""

from typing import TypeVar

import numpy as np

from protocol.codes import ReplyCode
from protocol.limits import LISTED_LINES_MAX, OBLIGATIONS_PER_PARTY_MAX, SETS_PER_LANE_MAX
from protocol.messages.control import ControlMessage
from protocol.messages.day.steps import NO_TOTALS, AnnounceSet, Mark, Publish, Reconcile, SignOff, Tell, WithdrawSet
from protocol.records import RecordArray
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import MONDAY, OTHER_BROKER, OTHER_SEAT, SEAT, Desk, Frame
from tests.ledger_core.lines.words import agree, announce, buy, event, proceeds, sell, send_whole


def announced(desk: Desk, message: ControlMessage, *lines: RecordArray) -> ControlMessage:
    """`message` once a set of these lines is announced, of which none was sent."""
    desk.done(SignOff(MONDAY))
    assert announce(desk, *lines).code == ReplyCode.ACCEPTED
    return message


def in_a_set(desk: Desk, line: RecordArray) -> RecordArray:
    """The line once an open set has it."""
    announced(desk, SignOff(MONDAY), line)
    assert desk.ask(SEAT, line)[0].code == ReplyCode.ACCEPTED
    return line


def in_a_full_set(desk: Desk, contract_no: int) -> RecordArray:
    """A line of one more order that is not there than a set may have."""
    lines = np.repeat(buy((MONDAY, SEAT, 1), contract_no, 1), LISTED_LINES_MAX)
    lines["order_number"] = np.arange(1_000, 1_000 + len(lines))
    announced(desk, SignOff(MONDAY))
    desk.send(Frame(SEAT, lines))
    return buy((MONDAY, SEAT, 999), contract_no, 1)


def after_so_many_sets(desk: Desk) -> AnnounceSet:
    """One set more than a lane may have."""
    announced(desk, SignOff(MONDAY))
    for number in range(1, SETS_PER_LANE_MAX):
        desk.control(WithdrawSet(MONDAY, number), SEAT)
        announce(desk)
    desk.control(WithdrawSet(MONDAY, SETS_PER_LANE_MAX), SEAT)
    return AnnounceSet(MONDAY, 0, NO_TOTALS)


def told_otherwise(desk: Desk) -> Tell:
    """Totals as of the mark that are not the ledger's."""
    desk.done(SignOff(MONDAY))
    desk.done(Mark(MONDAY, False))
    return Tell(MONDAY, desk.book.marked_sequence, bytes(32))


A = TypeVar("A")


def reconciled(desk: Desk, contract_no: int, asked: A, sold_fen: int = 5) -> A:
    """`asked` once the set of broker 3, without proceeds at the fill, is reconciled: `sold_fen` are due to its one
    contract.
    """
    desk.done(SignOff(MONDAY))
    send_whole(desk, event(contract_no), sell(1, contract_no, sold_fen), seat=OTHER_SEAT)
    desk.done(Reconcile(MONDAY, OTHER_BROKER, 0))
    return asked


def booked(desk: Desk, contract_no: int) -> WithdrawSet:
    """Withdrawing that set once the 5 are booked."""
    asked = reconciled(desk, contract_no, proceeds(contract_no, 5))
    assert desk.ask(DAY_SEAT, asked)[0].code == ReplyCode.ACCEPTED
    return WithdrawSet(MONDAY, 1)


def with_as_many_unpaid(desk: Desk, contract_no: int) -> Publish:
    """Publishing once the broker has as many unpaid obligations as are kept."""
    booked(desk, contract_no)
    agree(desk)
    desk.book.obligations.counts[OTHER_BROKER] = OBLIGATIONS_PER_PARTY_MAX
    return Publish(MONDAY, OTHER_BROKER)


def published(desk: Desk, contract_no: int) -> WithdrawSet:
    """The same once the date is published."""
    message = booked(desk, contract_no)
    agree(desk)
    desk.done(Publish(MONDAY, OTHER_BROKER))
    return message
