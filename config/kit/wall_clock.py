"""The wall clock, the one place from which every process of an installation takes it: the machine's or a simulated one.

What belongs here: reading it, and putting the simulated one. What never may: elapsed time, which is the machine's alone
(deadlines, heartbeats, pauses stay real), whether simulation is allowed (the configuration), what a time is good for.

Simulated time is the machine's with an offset, or stands still. It lies in a file of the state directory as one word of
eight bytes, which every process reads whenever it looks at the clock: so it goes forward in all of them at once. It is
never put back: a journal that has seen a time would be ahead of its clock.
"""

import fcntl
import os
import struct
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple, Protocol

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import open_own

CLOCK_FILE = "simulated.clock"
"""In the state directory."""
UTC_NS_MAX = 2**62 - 1
"""The year 2116: so the word has room for one bit more."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORD = struct.Struct("<q")
_PLAIN = _WORD.pack(0)


class ClockSaid(NamedTuple):
    """What a simulated clock shows. `is_stopped`: it shows that until it is put forward."""

    utc_ns: int
    is_stopped: bool


class WallClock(Protocol):
    """UTC in nanoseconds since 1970."""

    @property
    def is_simulated(self) -> bool:
        """Whether it is not the machine's time."""
        ...

    def utc_ns(self) -> int:
        """Now."""
        ...

    def at(self, real_utc_ns: int) -> int:
        """What it shows when the machine's clock shows `real_utc_ns`. Whoever judges the machine's clock reads that
        first: that a simulated one was put forward says nothing of the machine's.
        """
        ...


class MachineClock:
    """The machine's wall clock."""

    is_simulated = False

    def __init__(self, real_utc_ns: Callable[[], int] = time.time_ns) -> None:
        self._real_utc_ns = real_utc_ns

    def utc_ns(self) -> int:
        """Now."""
        return self._real_utc_ns()

    def at(self, real_utc_ns: int) -> int:
        """The same."""
        return real_utc_ns


class SimulatedClock:
    """The clock in a file. The word is `value << 1 | is_stopped`: of a running one the value is the offset from the
    machine's clock, of a stopped one the time. A new file holds 0, the machine's time.
    """

    is_simulated = True

    def __init__(self, file: Path, real_utc_ns: Callable[[], int] = time.time_ns) -> None:
        """Opens the file, and makes it where there is none. Raises: ConfigFault when it is not ours."""
        self._file = file
        self._real_utc_ns = real_utc_ns
        with open_own(file, os.O_RDWR | os.O_CREAT) as opened:
            self._word = os.dup(opened.fileno())
        weakref.finalize(self, os.close, self._word)
        if not os.fstat(self._word).st_size:
            os.pwrite(self._word, _PLAIN, 0)

    def said(self, real_utc_ns: int | None = None) -> ClockSaid:
        """What it shows. Raises: ProcessFault CONFIG when the file was damaged."""
        word = os.pread(self._word, _WORD.size + 1, 0)
        if len(word) != _WORD.size:
            raise ConfigFault(f"{self._file}: no simulated clock: move it away and set the clock again")
        (found,) = _WORD.unpack(word)
        value, is_stopped = found >> 1, bool(found & 1)
        if is_stopped:
            return ClockSaid(value, True)
        return ClockSaid((self._real_utc_ns() if real_utc_ns is None else real_utc_ns) + value, False)

    def utc_ns(self) -> int:
        """Now."""
        return self.said().utc_ns

    def at(self, real_utc_ns: int) -> int:
        """What it shows when the machine's clock shows `real_utc_ns`."""
        return self.said(real_utc_ns).utc_ns

    def put(self, utc_ns: int, *, is_stopped: bool) -> ClockSaid:
        """Let it show `utc_ns` now, and stand still or go on from there. Takes effect in every process at once.

        Returns: what it shows. Raises: ProcessFault USAGE for a time before the one it shows, or beyond UTC_NS_MAX.
        """
        return self._changed(lambda _said: ClockSaid(utc_ns, is_stopped))

    def forward(self, by_ns: int, *, is_stopped: bool | None = None) -> ClockSaid:
        """Put it forward by `by_ns`, 0 and more; None: it goes on or stands still as before. As `put`."""
        return self._changed(
            lambda said: ClockSaid(said.utc_ns + by_ns, said.is_stopped if is_stopped is None else is_stopped)
        )

    def _changed(self, change: Callable[[ClockSaid], ClockSaid]) -> ClockSaid:
        """One after the other, whoever else puts it."""
        with open_own(self._file, os.O_RDWR) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            now_ns = self._real_utc_ns()
            before = self.said(now_ns)
            after = change(before)
            if not self.is_new and after.utc_ns < before.utc_ns:
                back = "simulated time goes forward only: for an earlier time begin with a new state directory"
                raise ProcessFault(back, ExitCode.USAGE)
            if not 0 <= after.utc_ns <= UTC_NS_MAX:
                raise ProcessFault("simulated time is from 1970 to 2116", ExitCode.USAGE)
            value = after.utc_ns if after.is_stopped else after.utc_ns - now_ns
            os.pwrite(self._word, _WORD.pack(value << 1 | after.is_stopped), 0)
        return after

    @property
    def is_new(self) -> bool:
        """Whether it was never put: it shows the machine's time, and may be put anywhere."""
        return os.pread(self._word, _WORD.size, 0) == _PLAIN


def spoken(said: ClockSaid, zone: tzinfo) -> str:
    """What a simulated clock shows, for a person."""
    shown = (_EPOCH + timedelta(microseconds=said.utc_ns // 1_000)).astimezone(zone)
    return f"{shown.isoformat(timespec='seconds')}, {'stands still' if said.is_stopped else 'goes on'}"


def wall_clock(file: Path, is_simulation: bool) -> WallClock:
    """The wall clock of an installation whose configuration allows simulation, or does not.

    Raises: ConfigFault where it does not and there is a simulated clock: what was journaled by it must not go on in
    real time.
    """
    if is_simulation:
        return SimulatedClock(file)
    if file.exists():
        remedy = "allow it with clock.simulation, or name another state directory"
        raise ConfigFault(f"{file}: this installation lives in simulated time: {remedy}")
    return MachineClock()
