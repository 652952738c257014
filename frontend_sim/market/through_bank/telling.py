"""A broker's reports and a channel's records as the SDK sends them, and as the auditor is shown them.

Belongs here: which verb says what, and the record that it makes. Never here: what is said (courses), what is
collected (session_log).
"""

from collections.abc import Callable, Coroutine

import numpy as np

from frontend_sim.market.through_bank.courses import Report
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import (
    BankOrder,
    Outcome,
    Seat,
    cancel_refused_record,
    cancelled_record,
    executed_record,
    refused_record,
    taken_record,
)
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import RecordKind


def say(seat: Seat, order: BankOrder, report: Report) -> Coroutine[object, object, Outcome]:
    """The verb for a report of a broker; to be awaited."""
    kind, quantity, number, reason = report
    match kind:
        case RecordKind.TAKEN:
            return seat.taken(order, number)
        case RecordKind.REFUSED:
            return seat.refused_order(order, reason)
        case RecordKind.EXECUTED:
            return seat.executed(order, quantity, number)
        case RecordKind.CANCELLED:
            return seat.cancelled(order, quantity, reason, cancel_position=number)
        case _:
            return seat.cancel_refused(order, number, reason)


def record_of(order: BankOrder, report: Report) -> bytes:
    """The record that this verb sends."""
    kind, quantity, number, reason = report
    match kind:
        case RecordKind.TAKEN:
            return taken_record(order, number)
        case RecordKind.REFUSED:
            return refused_record(order, reason)
        case RecordKind.EXECUTED:
            return executed_record(order, quantity, number)
        case RecordKind.CANCELLED:
            return cancelled_record(order, quantity, reason, cancel_position=number)
        case _:
            return cancel_refused_record(order, number, reason)


def as_block(record: bytes) -> RecordArray:
    """(1,) RECORD."""
    return np.frombuffer(record, RECORD)


def noted_by(log: SessionLog, party: int, seat_no: int) -> Callable[[BankOrder, Report, Outcome, int], None]:
    """Note what a broker says on a seat, and what it is answered."""

    def note(order: BankOrder, report: Report, outcome: Outcome, duration_ns: int) -> None:
        log.note_one(party, seat_no, as_block(record_of(order, report)), outcome, duration_ns)

    return note
