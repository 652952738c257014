"""The wall clock beside the one that is never stepped: steps are noticed, slewing is not, and nobody is hurried."""

import logging

import pytest

from ledger.watch.clock_watch import READ_NS_MAX, ClockWatch, Doubt, LedgerClock
from protocol.limits import CLOCK_SETTLED_NS, CLOCK_SLEW_PARTS, CLOCK_STEP_NS

UTC_NS = 1_790_000_000_000_000_000
SECOND = 1_000_000_000
HOUR = 3_600 * SECOND


class Clocks:
    """Two clocks that a test moves; `stopped_ns` passes between reading one and the other."""

    def __init__(self) -> None:
        self.elapsed = 5 * HOUR
        self.off = 0
        self.stopped_ns = 0

    def elapsed_ns(self) -> int:
        return self.elapsed

    def utc_ns(self) -> int:
        self.elapsed += self.stopped_ns
        return UTC_NS + self.elapsed + self.off


def judged(clocks: Clocks, watch: ClockWatch, *, after_ns: int = SECOND, step_ns: int = 0) -> bool:
    """One look, `after_ns` later, the wall clock put by `step_ns` in between."""
    clocks.elapsed += after_ns
    clocks.off += step_ns
    return watch.look(clocks.utc_ns(), clocks.elapsed)


def new() -> tuple[Clocks, ClockWatch]:
    clocks = Clocks()
    return clocks, ClockWatch(clocks.utc_ns(), clocks.elapsed)


@pytest.mark.parametrize("step_ns", [2 * CLOCK_STEP_NS, HOUR, -2 * CLOCK_STEP_NS, -HOUR])
def test_a_step_is_noticed_and_over_when_the_clock_has_been_back_for_a_while(step_ns: int) -> None:
    clocks, watch = new()
    assert judged(clocks, watch)
    assert not judged(clocks, watch, step_ns=step_ns)
    assert not judged(clocks, watch, after_ns=HOUR // 60)  # time alone makes no clock right
    assert not judged(clocks, watch, step_ns=-step_ns)
    assert not judged(clocks, watch, after_ns=CLOCK_SETTLED_NS - 1)
    assert judged(clocks, watch, after_ns=1)

    assert watch.steps == 1


def test_a_clock_that_jumps_about_is_not_believed_between() -> None:
    clocks, watch = new()
    for step_ns in (HOUR, -HOUR, HOUR, -HOUR):
        assert not judged(clocks, watch, after_ns=CLOCK_SETTLED_NS // 2, step_ns=step_ns)
    assert watch.steps == 1
    assert judged(clocks, watch, after_ns=CLOCK_SETTLED_NS)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_slewed_clock_is_followed_however_far_it_goes(sign: int) -> None:
    clocks, watch = new()
    for _ in range(5_000):
        assert judged(clocks, watch, step_ns=sign * SECOND // CLOCK_SLEW_PARTS)
    assert abs(clocks.off) > 2 * CLOCK_STEP_NS


def test_many_small_steps_are_a_step() -> None:
    clocks, watch = new()
    looks = [judged(clocks, watch, step_ns=CLOCK_STEP_NS // 10) for _ in range(20)]

    assert looks[:9] == [True] * 9
    assert not looks[-1]


def test_a_wall_clock_that_is_wrong_for_a_day_is_not_believed_by_and_by() -> None:
    clocks, watch = new()
    assert not any(judged(clocks, watch, step_ns=HOUR * (not day), after_ns=HOUR) for day in range(24))


def test_a_process_that_was_stopped_between_its_two_readings_tells_nothing_of_a_step(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clocks = Clocks()
    clock = LedgerClock(clocks.utc_ns, clocks.elapsed_ns)
    clocks.stopped_ns = READ_NS_MAX + CLOCK_STEP_NS
    assert clock.now().is_sure
    clocks.stopped_ns = 0
    clocks.off = HOUR
    with caplog.at_level(logging.WARNING):
        now = clock.now()
        clock.now()
    assert (now.utc_ns, now.elapsed_ns, now.is_sure) == (UTC_NS + clocks.elapsed + HOUR, clocks.elapsed, False)
    assert [record.message for record in caplog.records] == [
        "the wall clock went +3600.0 s against elapsed time: what expires is told BUSY until it has been back for "
        "5 s, or the ledger is started anew with a clock that is right"
    ]
    clocks.off = 0
    clock.now()
    clocks.elapsed += CLOCK_SETTLED_NS
    with caplog.at_level(logging.WARNING):
        assert clock.now().is_sure
    assert caplog.records[-1].message == "the wall clock agrees again: what expires is decided"


class Shown:
    """A simulated clock that a test puts forward."""

    is_simulated = True

    def __init__(self) -> None:
        self.ahead_ns = 0

    def utc_ns(self) -> int:
        raise AssertionError("the ledger reads the machine's clock first")

    def at(self, real_utc_ns: int) -> int:
        return real_utc_ns + self.ahead_ns


def test_a_simulated_clock_that_is_put_forward_is_time_and_a_jump_of_the_machines_is_noticed() -> None:
    clocks, shown = Clocks(), Shown()
    clock = LedgerClock(clocks.utc_ns, clocks.elapsed_ns, shown)
    shown.ahead_ns = 10 * HOUR
    assert clock.now() == (UTC_NS + clocks.elapsed + 10 * HOUR, clocks.elapsed, True, 0)
    clocks.off = HOUR
    now = clock.now()
    assert (now.is_sure, now.off_ns) == (False, HOUR)
    assert now.utc_ns == UTC_NS + clocks.elapsed + 11 * HOUR
    assert clock.watch.steps == 1


class Both:
    """Two clocks, and a third that is shown."""

    is_simulated = True

    def __init__(self) -> None:
        self.real_ns, self.elapsed_ns, self.shown_ns = 10**18, 0, 5 * SECOND
        self.clock = LedgerClock(lambda: self.real_ns, lambda: self.elapsed_ns, self)

    def utc_ns(self) -> int:
        return self.shown_ns

    def at(self, _real_ns: int) -> int:
        return self.shown_ns

    def over(self) -> Doubt | None:
        return self.clock.over

    def later(self, seconds: int, stepped_s: int = 0) -> None:
        """So many seconds pass, and the machine's clock is put forward beside."""
        self.real_ns += (seconds + stepped_s) * SECOND
        self.elapsed_ns += seconds * SECOND
        self.shown_ns += seconds * SECOND
        self.clock.now()


def test_a_doubt_is_told_once_it_is_over_from_the_last_sure_moment_to_the_first() -> None:
    both = Both()
    both.later(2)
    both.later(3, stepped_s=3_600)
    assert both.over() is None
    both.later(40)
    both.later(1, stepped_s=-3_600)
    assert both.over() is None  # back, and not for long enough
    both.later(CLOCK_SETTLED_NS // SECOND)
    settled = 51 + CLOCK_SETTLED_NS // SECOND
    assert both.over() == Doubt(7 * SECOND, settled * SECOND)
    both.later(100)
    assert both.over() == Doubt(7 * SECOND, settled * SECOND)  # nothing was decided since
    both.clock.take_in()
    assert both.over() is None
    both.later(1)
    assert both.over() is None


def test_a_doubt_that_begins_before_the_last_was_taken_in_is_one_with_it() -> None:
    both = Both()
    for _ in range(2):
        both.later(3, stepped_s=3_600)
        assert both.over() is None
        both.later(1, stepped_s=-3_600)
        both.later(CLOCK_SETTLED_NS // SECOND)
    assert both.over() == Doubt(5 * SECOND, both.shown_ns)
