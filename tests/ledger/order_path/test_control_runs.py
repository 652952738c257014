"""Runs of CONTROL and NEGOTIATE frames through queues and decider: one row, answers in order, repeats and logons."""

import numpy as np

from ledger.core import engine
from ledger.core.rows.state_check import check_state
from ledger.core.state.book import Book
from ledger.order_path.groups import CONTROL_FRAMES_MAX
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.codec import decode_link, decode_session
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.gateway_link import SeatHead
from protocol.messages.session import NotApplied
from protocol.records import OUTCOME
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, ContractEvent, FrameKind
from tests.bank_seats import DAY_SEAT, TELLER_SEAT
from tests.ledger.memory import SMALL, MemoryLedger, control_of, logon, with_version
from tests.ledger.world import DATE, SEAT, SECOND_SEAT, block, control, freezes

CONTRACT = contract_no_from_index(0)


def told(answers: list[Frame]) -> list[object]:
    """Codes of outcomes; code and next number of NOT_APPLIED; code, version and next number of heads."""
    said: list[object] = []
    for answer in answers:
        if answer.header.kind == FrameKind.OUTCOMES:
            said.append(np.frombuffer(answer.body, OUTCOME, offset=80)["code"].tolist())
        elif answer.header.kind == FrameKind.NOT_APPLIED:
            refusal = decode_session(answer.body)
            assert isinstance(refusal, NotApplied)
            said.append((refusal.code, refusal.next_number))
        else:
            head = decode_link(answer.body)
            assert isinstance(head, SeatHead)
            said.append((head.code, head.session_version, head.next_number))
    return said


def test_malformed_control_frames_of_many_seats_share_a_row() -> None:
    ledger = MemoryLedger()
    before = len(ledger.rows)
    for number in range(1, 101):
        ledger.put(control_of(SEAT, number, b"\xc1"), control_of(SECOND_SEAT, number, b"\xc1"))

    decided = ledger.decide_next()

    assert decided is not None
    assert decided.row is not None
    assert (decided.frames, len(ledger.rows) - before) == (200, 1)
    assert len(ledger.queues) == 0


def test_a_flood_of_control_lets_another_seats_order_pass_after_one_row() -> None:
    ledger = MemoryLedger()
    for number in range(1, 2 * CONTROL_FRAMES_MAX):
        ledger.put(control_of(SEAT, number, b"\xc1"))
    ledger.put(block(SECOND_SEAT, 1, freezes(1)))
    first, second = ledger.decide_next(), ledger.decide_next()
    assert first is not None
    assert second is not None
    assert second.row is not None
    assert first.frames == CONTROL_FRAMES_MAX
    assert second.row.records


def test_the_frames_of_a_run_see_each_other() -> None:
    ledger = MemoryLedger()
    before = len(ledger.rows)
    suspend, resume = (ChangeContract(CONTRACT, event) for event in (ContractEvent.SUSPEND, ContractEvent.RESUME))

    answers = ledger.ask(
        logon(SEAT, 5),
        control_of(SEAT, 1, suspend),  # signed under the version before
        with_version(control_of(SEAT, 1, suspend), 5),
        logon(SEAT, 5),
        logon(SEAT, 6),
        with_version(control_of(SEAT, 2, resume), 6),
        with_version(control_of(SEAT, 4, resume), 6),
    )

    assert told(answers) == [
        (ReplyCode.ACCEPTED, 5, 1),
        (ReplyCode.SESSION_SUPERSEDED, 1),
        [ReplyCode.ACCEPTED],
        (ReplyCode.SESSION_VERSION_NOT_GROWING, 5, 2),
        (ReplyCode.ACCEPTED, 6, 2),
        [ReplyCode.ACCEPTED],
        (ReplyCode.SEQUENCE_GAP, 3),
    ]
    assert len(ledger.rows) - before == 1


def test_a_repeat_within_a_run_waits_for_its_row_and_gets_the_same_bytes() -> None:
    ledger = MemoryLedger()
    suspend = control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.SUSPEND))
    other = control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.RESUME))

    answers = ledger.ask(suspend, suspend, logon(SECOND_SEAT, 3), control_of(SECOND_SEAT, 1, b"\xc1"), other)

    of_seat = [answer for answer in answers if answer.header.seat == SEAT]
    assert of_seat[0] == of_seat[1]
    assert told(of_seat[2:]) == [(ReplyCode.DUPLICATE_OTHER_CONTENT, 2)]
    assert told(ledger.ask(control_of(SECOND_SEAT, 1, b"\xc1"))) == [(ReplyCode.SESSION_SUPERSEDED, 1)]


def test_a_repeat_of_a_frame_behind_a_logon_of_its_row_finds_its_own_outcome() -> None:
    ledger = MemoryLedger()
    resume = control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.RESUME))
    first = ledger.ask(logon(SECOND_SEAT, 2), resume, control_of(SECOND_SEAT, 1, b"\xc1"))
    assert told([answer for answer in first if answer.header.seat == SEAT]) == [[ReplyCode.STATUS_FORBIDS]]
    assert told(ledger.ask(resume)) == [[ReplyCode.STATUS_FORBIDS]]


def test_the_roll_goes_alone_and_what_follows_it_is_of_the_next_date() -> None:
    ledger = MemoryLedger()
    number = int(ledger.decider.book.next_number[BANK_SEAT])
    before = len(ledger.rows)
    malformed = control_of(BANK_SEAT, number, b"\xc1", BANK_PARTY)
    roll = control(1, OpenTradeDate(DATE + 1))

    answers = ledger.ask(malformed, control_of(SEAT, 1, b"\xc1"), roll, control_of(DAY_SEAT, 2, b"\xc1", 1))

    assert told(answers) == [[300], [300], [0], (ReplyCode.WRONG_TRADE_DATE, 1)]
    assert [row.headers.count(b"YZT1") for row in ledger.rows[before:]] == [2, 1]
    assert ledger.decider.book.trade_date == DATE + 1


def test_rows_of_runs_replay_to_the_same_book() -> None:
    ledger = MemoryLedger()
    ledger.ask(logon(SEAT, 2), control_of(SECOND_SEAT, 1, b"\xc1"), block(SECOND_SEAT, 2, freezes(3)))
    ledger.ask(
        with_version(control_of(SEAT, 1, ChangeContract(CONTRACT, ContractEvent.SUSPEND)), 2),
        logon(SECOND_SEAT, 7),
        control_of(TELLER_SEAT, 1, ChangeContract(CONTRACT, ContractEvent.TERMINATE), BANK_PARTY),
    )
    book = Book.empty(SMALL)
    for row in ledger.rows:
        engine.apply_row(book, row)
        check_state(book, row)
    for place in range(engine.state_slice_count(book)):
        assert engine.state_slice_digest(book, place) == engine.state_slice_digest(ledger.decider.book, place)
