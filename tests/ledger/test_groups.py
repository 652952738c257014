"""How groups are formed: seats in turn, barriers alone, caps kept, the order of each seat kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.groups import BARRIERS, GROUP_RECORDS_FLOOR, GroupCap, SeatQueues
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import MAGIC, PROTOCOL_VERSION, Header
from protocol.limits import COMMIT_RECORDS_MAX
from protocol.vocabulary import Direction, FrameKind, Suite


def frame(seat: int, number: int, records: int = 1, kind: FrameKind = FrameKind.RECORDS) -> Frame:
    """A frame of which only seat, number, size and kind matter here."""
    is_sized = kind == FrameKind.RECORDS
    header = Header(
        MAGIC,
        PROTOCOL_VERSION,
        Suite.ED25519_SHA256,
        kind,
        Direction.TO_BANK,
        2,
        1,
        seat,
        20_260_105,
        1,
        1,
        number,
        records if is_sized or kind == FrameKind.CONTROL else 0,
        0,
        0,
        0,
        b"",
    )
    return make_unsigned_frame(header, bytes(64 * records) if is_sized else b"x")


def named(group: list[Frame]) -> list[tuple[int, int]]:
    """(seat, first number) of each frame."""
    return [(one.header.seat, one.header.first_number) for one in group]


def queues(*frames: Frame) -> SeatQueues:
    """Queues into which these frames were put."""
    filled = SeatQueues()
    for place, one in enumerate(frames):
        filled.put(one, place)
    return filled


def test_seats_take_turns_so_that_no_seat_fills_a_group_alone() -> None:
    waiting = queues(*(frame(1, number) for number in range(1, 9)), frame(2, 1), frame(3, 1))
    assert named(waiting.take(4)) == [(1, 1), (2, 1), (3, 1), (1, 2)]
    assert named(waiting.take(100)) == [(1, number) for number in range(3, 9)]
    assert waiting.take(100) == []


def test_a_group_ends_before_the_frame_that_passes_the_cap_and_that_seat_is_next() -> None:
    waiting = queues(frame(1, 1, 600), frame(2, 1, 600), frame(1, 601, 100))
    assert named(waiting.take(1_000)) == [(1, 1)]
    assert named(waiting.take(1_000)) == [(2, 1), (1, 601)]


def test_a_frame_larger_than_the_cap_goes_alone() -> None:
    waiting = queues(frame(1, 1, 8_192), frame(1, 8_193, 1))
    assert named(waiting.take(GROUP_RECORDS_FLOOR)) == [(1, 1)]


@pytest.mark.parametrize("kind", sorted(BARRIERS))
def test_a_barrier_goes_alone_and_before_seats_that_came_after_it(kind: FrameKind) -> None:
    waiting = queues(frame(2, 1), frame(1, 1, kind=kind), frame(3, 1), frame(2, 2))
    assert named(waiting.take(100)) == [(2, 1), (3, 1), (2, 2)]
    waiting.put(frame(3, 2), 9)
    assert named(waiting.take(100)) == [(1, 1)]
    assert named(waiting.take(100)) == [(3, 2)]


def test_a_parked_seat_waits_and_the_others_go_on() -> None:
    waiting = queues(frame(1, 1), frame(1, 2), frame(2, 1))
    group = waiting.take(100)
    waiting.put_back([group[0], group[2]], 0)
    waiting.park(1)
    waiting.put(frame(1, 3), 5)
    assert named(waiting.take(100)) == []
    waiting.unpark(1)
    assert named(waiting.take(100)) == [(1, 1), (1, 2), (1, 3)]
    assert (waiting.frames, waiting.records, waiting.body_bytes) == (0, 0, 0)


def test_dropping_a_link_drops_everything_it_brought() -> None:
    waiting = queues(frame(1, 1), frame(2, 1))
    waiting.park(1)
    waiting.clear()
    assert waiting.oldest_arrival_ns() is None
    assert waiting.take(100) == []
    waiting.put(frame(1, 1), 0)
    assert named(waiting.take(100)) == [(1, 1)]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from([1, 3, 500]), st.booleans()), max_size=40))
def test_every_frame_is_taken_once_in_the_order_of_its_seat(arrivals: list[tuple[int, int, bool]]) -> None:
    waiting = SeatQueues()
    numbers: dict[int, int] = {}
    for seat, records, is_control in arrivals:
        number = numbers[seat] = numbers.get(seat, 0) + 1
        kind = FrameKind.CONTROL if is_control else FrameKind.RECORDS
        waiting.put(frame(seat, number, 1 if is_control else records, kind), 0)
    taken: list[tuple[int, int]] = []
    while group := waiting.take(600):
        kinds = {one.header.kind for one in group}
        assert len(group) == 1 or FrameKind.CONTROL not in kinds
        assert len(group) == 1 or sum(one.header.record_count for one in group) <= 600
        taken += named(group)
    for seat, count in numbers.items():
        assert [number for one, number in taken if one == seat] == list(range(1, count + 1))


def test_the_cap_follows_what_commits_in_the_target_time() -> None:
    cap = GroupCap(target_ns=5_000_000, records_max=COMMIT_RECORDS_MAX)
    assert cap.records(waiting=0) == COMMIT_RECORDS_MAX
    cap.measured(records=10_000, commit_ns=10_000_000)
    assert cap.records(waiting=0) == 5_000
    for _commit in range(100):
        cap.measured(records=1, commit_ns=500_000)
    assert cap.records(waiting=0) == GROUP_RECORDS_FLOOR


def test_half_of_a_backlog_goes_at_once_up_to_the_largest_commit() -> None:
    cap = GroupCap(target_ns=5_000_000, records_max=COMMIT_RECORDS_MAX)
    cap.measured(records=4_096, commit_ns=20_000_000)
    assert cap.records(waiting=60_000) == 30_000
    assert cap.records(waiting=1_000_000) == COMMIT_RECORDS_MAX
