"""What a comparison that goes on in parts, and bookings in rows that are applied together, must not be misled by."""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.lines import compare
from ledger.core.lines.answers import clearing_set
from ledger.core.rows.runs import apply_run, runs
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import REQUEST_PAGE_RECORDS
from protocol.messages.day.steps import CompleteSet, Reconcile, SignOff
from protocol.records import OUTCOME, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    freeze,
    joined,
    record,
    same_after_all,
    whole_state,
)
from tests.ledger_core.lines.words import announce, event, sell, send

SEAT_OF_OTHER = 21
ACCEPTED, NOT_DUE, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS


def begun(monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, int, int]:
    """A set lacks the line of a contract that began; it is compared up to contracts. (desk, contract, place)"""
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.done(SignOff(MONDAY))
    number = announce(desk).remaining_fen
    assert desk.control(CompleteSet(MONDAY, number), SEAT) == ACCEPTED
    desk.ask(SEAT, freeze(contract_no, 5))  # refused, and its page takes places
    monkeypatch.setattr(compare, "RECONCILE_PLACES_MAX", REQUEST_PAGE_RECORDS)
    place = desk.told(Reconcile(MONDAY, BROKER, 0)).remaining_fen
    assert place == REQUEST_PAGE_RECORDS
    return desk, contract_no, place


def test_a_roll_ends_a_comparison_that_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its freezes have other places then: going on would pass over all contracts, and find nothing."""
    desk, _, place = begun(monkeypatch)
    desk.roll(TUESDAY)

    assert desk.control(Reconcile(MONDAY, BROKER, place)) == NOT_DUE
    assert desk.told(Reconcile(MONDAY, BROKER, 0)) == (ACCEPTED, 0, 0)

    assert clearing_set(desk.book, BROKER, MONDAY).differences == [0, 1, 0, 0]
    same_after_all(desk)


def test_freezes_that_take_places_end_a_comparison_that_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Going on would count what is behind them twice."""
    desk, contract_no, place = begun(monkeypatch)
    for _ in range(2):
        desk.send(Frame(SEAT, joined(*[freeze(contract_no, 5)] * 4_100)))

    assert desk.control(Reconcile(MONDAY, BROKER, place)) == NOT_DUE
    same_after_all(desk)


def test_a_contract_that_is_signed_meanwhile_ends_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, _, place = begun(monkeypatch)
    desk.open(5)  # behind the sign-off: it is not of the date

    assert desk.told(Reconcile(MONDAY, BROKER, place)) == (ACCEPTED, 0, 0)

    assert clearing_set(desk.book, BROKER, MONDAY).differences == [0, 1, 0, 0]
    same_after_all(desk)


def proceeds(contract_no: int, sold_fen: int) -> RecordArray:
    return record(RecordKind.PROCEEDS, contract_no, sold_fen, trade_day=trade_day(MONDAY))


def reconciled() -> tuple[Desk, int]:
    """A contract of a broker without proceeds at the fill sold for 49.00, and its set is reconciled."""
    desk = Desk()
    contract_no = desk.open(1_000, OTHER_BROKER)
    desk.done(SignOff(MONDAY))
    lines = joined(event(contract_no), sell(1, contract_no, 5_000, 100))
    number = announce(desk, lines, seat=SEAT_OF_OTHER).remaining_fen
    send(desk, lines, seat=SEAT_OF_OTHER)
    desk.control(CompleteSet(MONDAY, number), SEAT_OF_OTHER)
    desk.control(Reconcile(MONDAY, OTHER_BROKER, 0))
    assert desk.book.clearing.lane(MONDAY, OTHER_BROKER).state == LaneState.RECONCILED
    return desk, contract_no


def test_a_booking_behind_refused_ones_of_rows_before_is_applied_with_them() -> None:
    desk, contract_no = reconciled()
    first = len(desk.rows)
    told = [
        *desk.ask(SEAT_OF_OTHER, proceeds(contract_no, 4_900)),
        *desk.ask(DAY_SEAT, proceeds(contract_no, 4_901)),
        *desk.ask(DAY_SEAT, proceeds(contract_no, 4_900)),
        *desk.ask(DAY_SEAT, proceeds(contract_no, 4_900)),
    ]
    assert codes(told) == [ReplyCode.ROLE_FORBIDS, DIFFERS, ACCEPTED, NOT_DUE]
    together, _ = reconciled()

    cut = list(runs(desk.rows[first:]))
    for run in cut:
        apply_run(together.book, run)

    assert [len(run) for run in cut] == [4]
    assert whole_state(together.book) == whole_state(desk.book)
    same_after_all(desk)


def test_what_a_broker_sends_in_the_same_block_keeps_no_booking_away() -> None:
    desk, contract_no = reconciled()

    told = desk.send(Frame(SEAT_OF_OTHER, proceeds(contract_no, 1)), Frame(DAY_SEAT, proceeds(contract_no, 4_900)))

    assert codes(told) == [ReplyCode.ROLE_FORBIDS, ACCEPTED]
    assert desk.money(contract_no)[3] == 4_900
    same_after_all(desk)


def test_a_row_that_books_twice_is_none() -> None:
    desk, contract_no = reconciled()
    book = reconciled()[0].book
    desk.ask(DAY_SEAT, proceeds(contract_no, 4_900), proceeds(contract_no, 4_900))
    row = desk.rows[-1]
    outcomes = np.frombuffer(row.outcomes, OUTCOME).copy()
    outcomes["code"] = ACCEPTED
    forged = row.__class__(**{**{name: getattr(row, name) for name in row.__slots__}, "outcomes": outcomes.tobytes()})

    with pytest.raises(InvariantBroken, match="booked twice"):
        engine.apply_row(book, forged)
