"""When a snapshot is due: by requests, by time, when asked; never so often that writing them takes over, and never
written so fast that commits wait for the disk.
"""

import threading
from pathlib import Path

import numpy as np
import pytest

from ledger.follower.snapshots import REST_FACTOR, WRITING_REST_FACTOR, SnapshotPolicy, WritingPace
from ledger.journal.snapshots import snapshot
from ledger.journal.snapshots.snapshot import PIECE_BYTES

SECOND_NS = 1_000_000_000


def policy() -> SnapshotPolicy:
    """A million requests or five minutes, begun at 100 s."""
    return SnapshotPolicy(every_requests=1_000_000, every_ns=300 * SECOND_NS, last_at_ns=100 * SECOND_NS)


def test_it_is_due_after_so_many_requests() -> None:
    due = policy()

    due.applied(999_999)
    assert not due.is_due(101 * SECOND_NS)
    due.applied(1)
    assert due.is_due(101 * SECOND_NS)


def test_it_is_due_after_so_much_time_if_anything_was_applied() -> None:
    due = policy()

    assert not due.is_due(1_000 * SECOND_NS)
    due.applied(1)
    assert not due.is_due(399 * SECOND_NS)
    assert due.is_due(400 * SECOND_NS)


def test_after_one_that_took_long_none_is_due_for_a_multiple_of_that() -> None:
    due = policy()

    due.begun()
    due.ended(101 * SECOND_NS, 103 * SECOND_NS)
    due.applied(5_000_000)

    assert not due.is_due((103 + 2 * REST_FACTOR) * SECOND_NS - 1)
    assert due.is_due((103 + 2 * REST_FACTOR) * SECOND_NS)


def test_an_asked_one_waits_for_nothing() -> None:
    due = policy()
    due.begun()
    due.ended(101 * SECOND_NS, 103 * SECOND_NS)

    due.asked = True

    assert due.is_due(103 * SECOND_NS)
    due.begun()
    due.ended(103 * SECOND_NS, 104 * SECOND_NS)
    assert not due.is_due(104 * SECOND_NS)


class Hurry(threading.Event):
    """Remembers how long the writer would have rested."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout)
        return self.is_set()


def test_a_rest_is_a_multiple_of_the_piece_before_it_and_of_nothing_else() -> None:
    hurry, times_ns = Hurry(), iter([0, 2_000_000, 9_000_000, 10_000_000, 20_000_000])
    pace = WritingPace(hurry, lambda: next(times_ns))

    pace.rest()
    pace.rest()

    assert hurry.rests == pytest.approx([WRITING_REST_FACTOR * 0.002, WRITING_REST_FACTOR * 0.001])


def test_who_waits_for_a_snapshot_waits_for_no_rest() -> None:
    hurry = threading.Event()
    hurry.set()
    pace = WritingPace(hurry, iter([0, 3_600 * SECOND_NS, 3_600 * SECOND_NS]).__next__)

    pace.rest()  # three hours, else


def test_the_writer_rests_after_each_piece_that_the_disk_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course: list[str] = []
    monkeypatch.setattr("os.fdatasync", lambda _descriptor: course.append("sync"))
    array = np.zeros(2 * PIECE_BYTES + 1, np.int8)

    snapshot.draft(
        tmp_path, 1, bytes(32), {"small": np.zeros(1, np.int8), "large": array}, lambda: course.append("rest")
    )

    assert course == ["sync", "rest"] * 4
