"""How groups are formed: parties in turn, then seats, barriers apart, caps kept, the order of each seat kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.order_path.groups import (
    BARRIERS,
    CONTROL_BYTES_MAX,
    CONTROL_FRAMES_MAX,
    GROUP_RECORDS_FLOOR,
    UNEVEN_NS,
    GroupCap,
    SeatQueues,
)
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import new_header
from protocol.limits import COMMIT_RECORDS_MAX, FRAME_RECORDS_MAX
from protocol.messages.codec import encode
from protocol.messages.control import OpenTradeDate
from protocol.vocabulary import Direction, FrameKind, SeatRole

DATE = 20_260_105


def frame(seat: int, number: int, records: int = 1, kind: FrameKind = FrameKind.RECORDS) -> Frame:
    """A frame of which only seat, number, size and kind matter here."""
    is_sized = kind == FrameKind.RECORDS
    header = new_header(
        kind,
        Direction.TO_BANK,
        sender=2,
        recipient=1,
        seat=seat,
        trade_date=DATE,
        session_version=1,
        key_id=1,
        first_number=number,
        record_count=records if is_sized or kind == FrameKind.CONTROL else 0,
    )
    return make_unsigned_frame(header, bytes(64 * records) if is_sized else b"x")


def role_of(seat: int) -> int:
    """Seat 1 is a day desk; the others are brokers' seats."""
    return SeatRole.DAY_DESK if seat == 1 else SeatRole.BROKER


def named(group: list[Frame]) -> list[tuple[int, int]]:
    """(seat, first number) of each frame."""
    return [(one.header.seat, one.header.first_number) for one in group]


def queues(*frames: Frame) -> SeatQueues:
    """Queues into which these frames were put."""
    filled = SeatQueues(lambda _seat: 2, role_of)
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


def test_a_group_has_no_more_about_orders_through_the_bank_than_a_frame_may_have() -> None:
    """They are decided one by one; what else waits goes on in the groups between."""
    waiting = SeatQueues(lambda seat: seat, role_of, lambda one: one.header.record_count if one.header.seat > 3 else 0)
    for place, one in enumerate((frame(4, 1, 600), frame(2, 1, 600), frame(5, 1, 600), frame(6, 1, 2_000))):
        waiting.put(one, place)

    assert named(waiting.take(8_000)) == [(4, 1), (2, 1)]
    assert named(waiting.take(8_000)) == [(5, 1)]
    assert named(waiting.take(8_000)) == [(6, 1)]


def test_a_frame_larger_than_the_cap_goes_alone() -> None:
    waiting = queues(frame(1, 1, 8_192), frame(1, 8_193, 1))
    assert named(waiting.take(GROUP_RECORDS_FLOOR)) == [(1, 1)]


def test_parties_take_turns_whatever_seats_they_have() -> None:
    """Seats 1 to 8 are party 2's, seat 9 party 3's: three turns of the one are three of the other."""
    waiting = SeatQueues(lambda seat: 2 if seat < 9 else 3, role_of)
    for number in (1, 2, 3):
        for seat in range(1, 10):
            waiting.put(frame(seat, number), 0)
    assert named(waiting.take(6)) == [(1, 1), (9, 1), (2, 1), (9, 2), (3, 1), (9, 3)]
    assert named(waiting.take(6)) == [(seat, 1) for seat in range(4, 9)] + [(1, 2)]


@pytest.mark.parametrize("kind", sorted(BARRIERS))
def test_barriers_go_together_in_turns_of_parties_and_before_seats_that_came_after_them(kind: FrameKind) -> None:
    waiting = SeatQueues(lambda seat: 2 if seat < 4 else 3, role_of)
    for one in (
        *(frame(2, 1), frame(1, 1, kind=kind), frame(1, 2, kind=kind), frame(3, 1), frame(2, 2)),
        *(frame(4, 1, kind=kind), frame(4, 2)),
    ):
        waiting.put(one, 0)
    assert named(waiting.take(100)) == [(2, 1), (3, 1), (2, 2)]
    waiting.put(frame(3, 2), 9)
    assert named(waiting.take(100)) == [(4, 1), (1, 1), (1, 2)]
    assert sorted(named(waiting.take(100))) == [(3, 2), (4, 2)]


def test_a_flood_of_barriers_from_many_seats_costs_another_party_one_commit() -> None:
    waiting = SeatQueues(lambda seat: 2 if seat < 100 else 3, role_of)
    for number in range(1, 51):
        for seat in range(1, 65):
            waiting.put(frame(seat, number, kind=FrameKind.CONTROL), 0)
    waiting.put(frame(100, 1), 0)
    waiting.put(frame(101, 1, kind=FrameKind.CONTROL), 0)
    first, second = waiting.take(1_000), waiting.take(1_000)
    assert len(first) == CONTROL_FRAMES_MAX
    assert (101, 1) in named(first)[:2]
    assert named(second) == [(100, 1)]


def test_what_changes_who_signs_sits_or_numbers_stands_alone_in_its_turn() -> None:
    roll = Frame(frame(1, 2, kind=FrameKind.CONTROL).header._replace(sender=1), b"", b"", encode(OpenTradeDate(DATE)))
    waiting = SeatQueues(lambda seat: seat, role_of)
    for one in (frame(1, 1, kind=FrameKind.CONTROL), roll, frame(1, 3, kind=FrameKind.CONTROL)):
        waiting.put(one, 0)
    waiting.put(frame(2, 1, kind=FrameKind.CONTROL), 0)
    assert [named(waiting.take(9)) for _group in range(3)] == [[(1, 1), (2, 1)], [(1, 2)], [(1, 3)]]


@pytest.mark.parametrize("role", [role for role in SeatRole if role != SeatRole.DAY_DESK])
def test_what_a_role_may_not_send_has_no_row_of_its_own(role: SeatRole) -> None:
    header = frame(1, 1, kind=FrameKind.CONTROL).header._replace(sender=1)
    waiting = SeatQueues(lambda seat: seat, lambda _seat: role)
    waiting.put(Frame(header, b"", b"", encode(OpenTradeDate(DATE))), 0)
    waiting.put(frame(2, 1, kind=FrameKind.CONTROL), 0)
    assert named(waiting.take(9)) == [(1, 1), (2, 1)]


def test_the_bodies_of_a_run_are_bounded() -> None:
    waiting = SeatQueues(lambda seat: seat, role_of)
    for seat in range(1, 4):
        head = frame(seat, 1, kind=FrameKind.CONTROL).header._replace(body_bytes=CONTROL_BYTES_MAX // 2)
        waiting.put(Frame(head, b"", b"", b"x"), 0)
    assert [named(waiting.take(9)) for _group in range(2)] == [[(1, 1), (2, 1)], [(3, 1)]]


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
    waiting = SeatQueues(lambda _seat: 2, role_of)
    numbers: dict[int, int] = {}
    for seat, records, is_control in arrivals:
        number = numbers[seat] = numbers.get(seat, 0) + 1
        kind = FrameKind.CONTROL if is_control else FrameKind.RECORDS
        waiting.put(frame(seat, number, 1 if is_control else records, kind), 0)
    taken: list[tuple[int, int]] = []
    while group := waiting.take(600):
        assert len({one.header.kind for one in group}) == 1
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


def uneven(party_frames: int = 1) -> SeatQueues:
    """Seats 1 to 3 are party 2's, with full frames; seat 9 is party 3's, with `party_frames` of one record behind."""
    waiting = SeatQueues(lambda seat: 3 if seat == 9 else 2, role_of)
    for number in range(2):
        for seat in (1, 2, 3):
            waiting.put(frame(seat, 1 + number * FRAME_RECORDS_MAX, FRAME_RECORDS_MAX), 0)
    for number in range(1, party_frames + 1):
        waiting.put(frame(9, number), 0)
    return waiting


def test_who_asks_for_little_is_in_the_next_group_and_a_backlog_still_moves() -> None:
    """The backlog's first frame passes the cap alone: it keeps nobody out, and nobody keeps it out."""
    waiting = uneven()
    assert waiting.is_uneven
    assert named(waiting.take(GROUP_RECORDS_FLOOR)) == [(9, 1), (1, 1)]
    for number, heavy in ((2, 2), (3, 3), (4, 1)):
        waiting.put(frame(9, number), 0)
        group = named(waiting.take(GROUP_RECORDS_FLOOR))
        assert group[0] == (9, number)
        assert [seat for seat, _number in group[1:]] == [heavy]


def test_what_little_may_have_beside_a_backlog_is_bounded() -> None:
    waiting = SeatQueues(lambda seat: seat, role_of)
    for seat in range(2, 102):
        waiting.put(frame(seat, 1, GROUP_RECORDS_FLOOR), 0)
    for number in range(8):
        waiting.put(frame(1, 1 + number * FRAME_RECORDS_MAX, FRAME_RECORDS_MAX), 0)
    while group := waiting.take(COMMIT_RECORDS_MAX):
        assert sum(one.header.record_count for one in group) <= COMMIT_RECORDS_MAX


def test_one_party_alone_is_not_uneven_and_nothing_is_left_of_what_was_taken() -> None:
    waiting = queues(frame(1, 1, 8_192), frame(2, 1))
    assert not waiting.is_uneven
    waiting = uneven(3)
    while waiting.take(COMMIT_RECORDS_MAX):
        pass
    assert not waiting.is_uneven


def test_the_day_desk_has_its_turn_and_keeps_no_group_of_orders_small() -> None:
    """Its steps go on for minutes: if it counted as one who asks for little, orders would wait for all of them."""
    waiting = SeatQueues(lambda seat: 3 if seat in (1, 9) else 2, role_of)
    for seat in (2, 3, 4):
        waiting.put(frame(seat, 1, FRAME_RECORDS_MAX), 0)
    waiting.put(frame(1, 1, 1_024), 0)
    seen = [waiting.is_uneven]
    waiting.put(frame(9, 1), 0)  # of the same party, and no day desk
    seen.append(waiting.is_uneven)
    assert named(waiting.take(GROUP_RECORDS_FLOOR))[0] == (1, 1)
    while waiting.take(COMMIT_RECORDS_MAX):
        pass
    assert [*seen, waiting.is_uneven] == [False, True, False]


def test_the_target_time_holds_while_a_backlog_is_one_partys_own() -> None:
    """Half of a backlog would be as long as the backlog's owner chooses, for whoever asks for one record."""
    cap = GroupCap(target_ns=5_000_000, records_max=COMMIT_RECORDS_MAX)
    cap.measured(records=4_096, commit_ns=10_000_000)
    assert cap.records(waiting=60_000, now_ns=1, is_uneven=True) == 2_048
    assert cap.records(waiting=60_000, now_ns=UNEVEN_NS) == 2_048
    assert cap.is_shared(UNEVEN_NS)
    assert cap.records(waiting=60_000, now_ns=UNEVEN_NS + 1) == 30_000


def test_a_barrier_of_a_backlog_is_not_passed_over_for_ever() -> None:
    waiting = uneven()
    waiting.put(frame(4, 1, kind=FrameKind.CONTROL), 0)
    numbers = iter(range(2, 20))
    taken: list[tuple[int, int]] = []
    while (4, 1) not in taken:
        waiting.put(frame(9, next(numbers)), 0)
        taken += named(waiting.take(GROUP_RECORDS_FLOOR))
    assert len(taken) < 10
