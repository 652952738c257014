"""When a snapshot is due: by requests, by time, when asked; never so often that writing them takes over."""

from ledger.follower.snapshots import REST_FACTOR, SnapshotPolicy

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


def test_after_one_that_took_long_none_is_due_for_ten_times_as_long() -> None:
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
