"""Frames found again inside a stored row: the right one, whatever else the row holds, at a cost that does not grow."""

from ledger.order_path.groups import GROUP_FRAMES_MAX
from ledger.order_path.repeats import StoredRow
from protocol.frame import Frame
from protocol.header import unpack_header
from protocol.vocabulary import BANK_PARTY, BANK_SEAT
from tests.frames import frames_in
from tests.ledger.memory import MemoryLedger, control_of, logon
from tests.ledger.world import DATE, LOADED, SEAT, SECOND_SEAT, block, freezes


def row_of(*frames: Frame) -> StoredRow:
    """The row in which these frames are decided together."""
    ledger = MemoryLedger()
    before = len(ledger.rows)
    ledger.ask(*frames)
    assert len(ledger.rows) == before + 1
    return StoredRow(ledger.rows[-1])


def test_each_frame_of_a_row_is_found_by_any_of_its_numbers() -> None:
    frames = [block(SEAT, 1, freezes(3)), block(SECOND_SEAT, 1, freezes(1)), block(SEAT, 4, freezes(2))]
    stored = row_of(*frames)

    for frame in frames:
        (answer,) = frames_in(stored.answer_to(frame.header) or b"")
        assert (answer.header.seat, answer.header.first_number) == (frame.header.seat, frame.header.first_number)
    assert [stored.holds(SEAT, DATE, number) for number in range(7)] == [False, *[True] * 5, False]
    assert [stored.holds(SECOND_SEAT, DATE, number) for number in (0, 1, 2)] == [False, True, False]
    assert not stored.holds(SEAT, DATE + 1, 1)
    assert not any(stored.holds(seat, DATE, 1) for seat in (-1, 0, SEAT - 1, SEAT + 5, 2**31))
    assert not any(stored.holds(SEAT, DATE, number) for number in (-1, 2**31, 2**62))


def test_a_logon_in_a_row_is_nobodys_number_and_moves_no_outcome() -> None:
    malformed = control_of(BANK_SEAT, LOADED + 1, b"\xc1", BANK_PARTY)
    stored = row_of(logon(SEAT, 3), malformed, logon(SECOND_SEAT, 2))

    assert not stored.holds(SEAT, DATE, 0)
    (answer,) = frames_in(stored.answer_to(malformed.header) or b"")
    assert unpack_header(answer.header_bytes).seat == BANK_SEAT
    outcome = stored.outcome_of(BANK_SEAT, DATE, LOADED + 1)
    assert outcome is not None
    assert outcome["code"] == 300


def test_a_row_sorts_its_frames_once_however_often_it_is_asked() -> None:
    """A repeat looks at the headers of one frame: thousands of repeats of a row are not thousands of scans of it."""
    frames = [block(seat, number, freezes(1)) for number in range(1, 501) for seat in (SEAT, SECOND_SEAT)]
    stored = row_of(*frames)
    sorts = 0
    make = stored._sort

    def counting() -> object:
        nonlocal sorts
        sorts += 1
        return make()

    stored._sort = counting  # type: ignore[method-assign,assignment]
    for frame in frames:
        outcome = stored.outcome_of(frame.header.seat, DATE, frame.header.first_number)
        assert outcome is not None
        assert stored.answer_to(frame.header) is not None
    assert sorts == 1


def test_a_flood_of_repeats_is_answered_in_groups_of_bounded_work_and_others_are_among_them() -> None:
    ledger = MemoryLedger()
    repeated = block(SEAT, 1, freezes(1))
    ledger.ask(repeated)
    ledger.put(*[repeated] * (3 * GROUP_FRAMES_MAX), control_of(BANK_SEAT, LOADED + 1, b"\xc1", BANK_PARTY))

    first, second = ledger.decide_next(), ledger.decide_next()

    assert first is not None
    assert second is not None
    assert sorted((len(first.answers), len(second.answers))) == [1, GROUP_FRAMES_MAX]
    assert len(ledger.queues) == 1
