"""Rows, their digests and outcome frames; frames that may not be decided; where a frame stands at its seat."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.rows.layouts import row_digest
from ledger.core.rows.row import Row, outcome_frames
from ledger.core.rows.row_form import check_bodies
from ledger.core.sequence import Arrival, classify
from ledger.core.state.book import Book
from ledger.core.state.frame_index import FrameIndex
from ledger.core.state.number_index import NumberIndex
from ledger.core.state.requests import RequestTable
from protocol.errors import InvariantBroken, MisuseError
from protocol.frame import UNSIGNED
from protocol.header import Header, unpack_header
from protocol.limits import (
    CONTROL_NUMBERS_KEPT,
    PREFIX_BYTES,
    REQUEST_PAGE_RECORDS,
    REQUESTS_PER_SEAT_DATE_MAX,
    STATE_CHECK_BYTES,
)
from protocol.messages.control import Genesis, OpenTradeDate, PartyEntry
from protocol.records import outcomes_from_body, unpack_preamble
from protocol.vocabulary import FrameKind
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    NOW_NS,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    SMALL,
    TUESDAY,
    Desk,
    Frame,
    freeze,
    joined,
)


def desk_with_row() -> tuple[Desk, Row]:
    """A row of two frames, 2 and 1 records."""
    desk = Desk()
    contract_no = desk.open(100)
    two = joined(freeze(contract_no, 60), freeze(contract_no, 70))
    desk.send(Frame(SEAT, two), Frame(SECOND_SEAT, freeze(contract_no, 5)))
    return desk, desk.rows[-1]


def header_of(first_number: int, record_count: int, trade_date: int = MONDAY) -> Header:
    _desk, row = desk_with_row()
    header = unpack_header(row.headers[:96])
    return header._replace(first_number=first_number, record_count=record_count, trade_date=trade_date)


@pytest.mark.parametrize(
    ("first_number", "record_count", "trade_date", "arrival"),
    [
        (10, 5, MONDAY, Arrival.NEXT),
        (5, 5, MONDAY, Arrival.PAST),
        (11, 5, MONDAY, Arrival.GAP),
        (9, 2, MONDAY, Arrival.STRADDLES),
        (9, 1, MONDAY, Arrival.PAST),
        (10, 5, MONDAY - 1, Arrival.OLD_DATE),
        (10, 5, TUESDAY, Arrival.LATER_DATE),
    ],
)
def test_where_a_frame_stands(first_number: int, record_count: int, trade_date: int, arrival: Arrival) -> None:
    assert classify(header_of(first_number, record_count, trade_date), MONDAY, 10) == arrival


def test_the_last_number_of_a_seat_and_date() -> None:
    last = REQUESTS_PER_SEAT_DATE_MAX

    assert classify(header_of(last, 1), MONDAY, last) == Arrival.NEXT
    assert classify(header_of(last, 2), MONDAY, last) == Arrival.DATE_FULL
    assert classify(header_of(last + 1, 1), MONDAY, last + 1) == Arrival.DATE_FULL


def test_control_finds_numbers_behind_those_of_records_and_the_roll_behind_all() -> None:
    def arrives(number: int, *, closes_date: bool = False) -> Arrival:
        control = header_of(number, 1)._replace(kind=FrameKind.CONTROL)
        return classify(control, MONDAY, number, closes_date)

    last = REQUESTS_PER_SEAT_DATE_MAX + CONTROL_NUMBERS_KEPT
    assert {arrives(number) for number in (REQUESTS_PER_SEAT_DATE_MAX + 1, last)} == {Arrival.NEXT}
    assert arrives(last + 1) == Arrival.DATE_FULL
    assert arrives(last + 1, closes_date=True) == Arrival.NEXT


def test_one_outcome_frame_answers_one_request_frame() -> None:
    _desk, row = desk_with_row()

    first, second = outcome_frames(row)

    assert (first.header.kind, first.header.sender, first.header.recipient) == (FrameKind.OUTCOMES, 1, BROKER)
    assert (first.header.seat, first.header.first_number, first.header.record_count) == (SEAT, 1, 2)
    assert (second.header.seat, second.header.first_number, second.header.record_count) == (SECOND_SEAT, 1, 1)
    assert (first.header.sent_at_ns, first.header.key_id, first.header.valid_until_ns) == (NOW_NS, 7, 0)
    assert first.signature == UNSIGNED
    preamble = unpack_preamble(first.body)
    assert (preamble.sequence, preamble.decided_at_ns, preamble.chain_digest) == (row.sequence, NOW_NS, row.digest)
    assert preamble.request_digest == hashlib.sha256(row.records[:128]).digest()
    assert outcomes_from_body(first.body)["code"].tolist() == [0, 410]
    assert outcomes_from_body(second.body)["remaining_fen"].tolist() == [5]
    assert first.header.body_digest == hashlib.sha256(first.body).digest()


def test_control_rows_have_one_outcome_frame_and_logons_none() -> None:
    desk = Desk()
    desk.negotiate(SEAT, 4)
    assert list(outcome_frames(desk.rows[-1])) == []
    desk.roll(TUESDAY)
    (frame,) = outcome_frames(desk.rows[-1])
    assert (frame.header.trade_date, frame.header.record_count) == (MONDAY, 1)
    assert list(outcome_frames(desk.rows[0])) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": 99},
        {"epoch": 2},
        {"trade_date": TUESDAY},
        {"rules_version": 2},
        {"decided_at_ns": 1},
        {"ordered_at_ns": 1},
        {"bank_key_ids": (7, 9)},
        {"closing_heads": b"x"},
        {"state_check": bytes(STATE_CHECK_BYTES)},
        {"outcomes": bytes(48)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_digest_binds_every_part_of_a_row(changed: dict[str, object]) -> None:
    desk, row = desk_with_row()

    assert row_digest(desk.rows[-2].digest, row) == row.digest
    assert row_digest(desk.rows[-2].digest, replace(row, **changed)) != row.digest  # type: ignore[arg-type]
    assert row_digest(row.digest, row) != row.digest


def test_bodies_are_bound_by_the_headers() -> None:
    desk, row = desk_with_row()
    check_bodies(row)
    for kept in desk.rows:
        check_bodies(kept)

    with pytest.raises(InvariantBroken, match="frame 1"):
        check_bodies(replace(row, records=row.records[:-1] + b"\x01"))
    with pytest.raises(InvariantBroken, match="do not describe the records"):
        check_bodies(replace(row, records=row.records + bytes(64), outcomes=row.outcomes + bytes(16)))
    with pytest.raises(InvariantBroken, match="not one outcome for each"):
        check_bodies(replace(row, outcomes=row.outcomes[:-16]))


def test_rows_are_applied_in_order() -> None:
    desk, row = desk_with_row()
    book = Book.empty(SMALL)

    with pytest.raises(InvariantBroken, match="row 2 after row 0"):
        engine.apply_row(book, desk.rows[1])
    for kept in desk.rows:
        engine.apply_row(book, kept)
    with pytest.raises(InvariantBroken):
        engine.apply_row(book, replace(row, sequence=row.sequence + 1))  # its numbers are used
    with pytest.raises(MisuseError):
        engine.apply_genesis(book, Genesis(PartyEntry(1, 1, 1, "bank", False, [], []), MONDAY), 0, bytes(32))


def test_the_genesis_describes_the_bank() -> None:
    with pytest.raises(MisuseError):
        engine.genesis_row(Genesis(PartyEntry(2, 1, 1, "bank", False, [], []), MONDAY), 0, 1, 0)


def test_frames_that_are_not_next_change_nothing() -> None:
    desk, _row = desk_with_row()
    contract_no = 98
    records = freeze(contract_no, 1)
    good = desk.prefixes(Frame(SEAT, records))
    before = engine.state_slice_digest(desk.book, 0)
    wrongs = {"first_number": 9, "seat": 0, "sender": 3, "trade_date": TUESDAY, "record_count": 2}
    for name, value in wrongs.items():
        prefixes = good.copy()
        prefixes[name] = value
        with pytest.raises(MisuseError):
            engine.decide_block(desk.book, prefixes, records, NOW_NS)
    several = desk.prefixes(*[Frame(SEAT, records), Frame(SECOND_SEAT, records), Frame(SEAT, records)])
    for place in range(3):
        prefixes = several.copy()
        prefixes["first_number"][place] += 1
        with pytest.raises(MisuseError):
            engine.decide_block(desk.book, prefixes, joined(records, records, records), NOW_NS)
    with pytest.raises(MisuseError):
        engine.decide_block(desk.book, good[:0], records[:0], NOW_NS)
    with pytest.raises(MisuseError):
        engine.decide_block(desk.book, good, np.concatenate([records]), NOW_NS)
    with pytest.raises(MisuseError):
        engine.decide_control(desk.book, desk.prefixes(Frame(OTHER_SEAT, records))[:0], [], NOW_NS)
    assert engine.state_slice_digest(desk.book, 0) == before


def test_pages_run_out_with_nothing_changed() -> None:
    table = RequestTable.empty(2 * REQUEST_PAGE_RECORDS)
    table.give_out(np.array([5, 6, 5]))

    with pytest.raises(MisuseError):
        table.give_out(np.array([6, 7]))

    assert (table.pages_used, table.pages_free) == (2, 0)
    assert table.page_slot[5:8].tolist() == [REQUEST_PAGE_RECORDS, 2 * REQUEST_PAGE_RECORDS, 0]


def test_numbers_are_found_over_merging_runs_and_the_highest_index_counts() -> None:
    index = NumberIndex()
    for start in range(0, 5_000, 100):
        batch = np.arange(start, start + 100)
        index.add((batch * 7 + 1)[::-1], batch)
    index.add(np.array([8, 8]), np.array([6_000, 6_001]))

    assert index.find(np.array([2, 1, 8, 4_999 * 7 + 1, 5_000 * 7 + 1])).tolist() == [-1, 99, 6_001, 4_900, -1]
    assert NumberIndex().find(np.array([3])).tolist() == [-1]


def test_the_frame_index_finds_the_row_of_a_number() -> None:
    index = FrameIndex()
    for place in range(200):
        index.add(7, 1 + 10 * place, 100 + place)
    index.add(8, 1, 500)

    assert [index.sequence_of(7, number) for number in (1, 10, 11, 1_991, 5_000)] == [100, 100, 101, 299, 299]
    assert (index.sequence_of(8, 3), index.sequence_of(9, 1)) == (500, 0)
    again = FrameIndex.from_array(index.to_array())
    again.add(8, 4, 501)
    assert [again.sequence_of(8, number) for number in (3, 4)] == [500, 501]
    np.testing.assert_array_equal(again.to_array()[:-1], index.to_array())


def test_the_digest_of_a_date_message_is_part_of_its_header() -> None:
    desk = Desk()
    desk.done(OpenTradeDate(TUESDAY))
    row = desk.rows[-1]

    assert unpack_header(row.headers[:96]).body_digest == hashlib.sha256(row.control).digest()
    assert len(row.headers) == PREFIX_BYTES
