"""The clock in a file: what it shows, how it is put, and that it never goes back.

Belongs here: the file and the command. Never here: what processes do by it (tests/e2e, tests/ledger/watch).
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.cli.commands import main
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.wall_clock import CLOCK_FILE, UTC_NS_MAX, MachineClock, SimulatedClock, wall_clock

SECOND = 1_000_000_000
NINE = 1_767_574_800 * SECOND  # 2026-01-05T09:00:00+08:00


class Machine:
    """The machine's clock, as a test moves it."""

    def __init__(self) -> None:
        self.ns = 1_790_000_000 * SECOND

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(tmp_path: Path, machine: Machine) -> SimulatedClock:
    return SimulatedClock(tmp_path / CLOCK_FILE, machine)


def test_a_new_one_shows_the_machines_time_and_may_be_put_anywhere(clock: SimulatedClock, machine: Machine) -> None:
    assert clock.said() == (machine.ns, False)
    assert clock.put(NINE, is_stopped=False) == (NINE, False)
    machine.ns += 7 * SECOND
    assert clock.utc_ns() == NINE + 7 * SECOND


def test_a_stopped_one_stands_still_and_is_put_forward_by_steps(clock: SimulatedClock, machine: Machine) -> None:
    clock.put(NINE, is_stopped=True)
    machine.ns += 3_600 * SECOND
    assert clock.said() == (NINE, True)
    assert clock.forward(60 * SECOND) == (NINE + 60 * SECOND, True)
    assert clock.forward(0, is_stopped=False) == (NINE + 60 * SECOND, False)
    machine.ns += SECOND
    assert clock.utc_ns() == NINE + 61 * SECOND
    assert clock.forward(SECOND) == (NINE + 62 * SECOND, False)


def test_every_process_shows_the_same_at_once(clock: SimulatedClock, tmp_path: Path, machine: Machine) -> None:
    other = SimulatedClock(tmp_path / CLOCK_FILE, machine)
    clock.put(NINE, is_stopped=True)
    assert other.said() == (NINE, True)
    other.forward(SECOND)
    assert clock.utc_ns() == NINE + SECOND


def test_what_it_shows_follows_from_a_reading_of_the_machines_clock(clock: SimulatedClock, machine: Machine) -> None:
    clock.put(NINE, is_stopped=False)
    assert clock.at(machine.ns + 5) == NINE + 5
    assert MachineClock(machine).at(7) == 7


@pytest.mark.parametrize("is_stopped", [True, False])
def test_it_is_never_put_back(clock: SimulatedClock, is_stopped: bool) -> None:
    clock.put(NINE, is_stopped=is_stopped)
    with pytest.raises(ProcessFault, match="goes forward only") as caught:
        clock.put(NINE - 1, is_stopped=is_stopped)
    assert caught.value.exit_code is ExitCode.USAGE
    assert clock.said() == (NINE, is_stopped)


@pytest.mark.parametrize("utc_ns", [-1, UTC_NS_MAX + 1])
def test_it_is_put_where_its_word_has_room(clock: SimulatedClock, utc_ns: int) -> None:
    with pytest.raises(ProcessFault, match="from 1970 to 2116"):
        clock.put(utc_ns, is_stopped=True)
    assert clock.is_new


@given(
    first=st.integers(0, UTC_NS_MAX // 2), later=st.integers(0, UTC_NS_MAX // 2), stops=st.tuples(*[st.booleans()] * 2)
)
def test_it_shows_what_it_was_put_to(
    tmp_path_factory: pytest.TempPathFactory, first: int, later: int, stops: tuple[bool, bool]
) -> None:
    file = tmp_path_factory.getbasetemp() / CLOCK_FILE
    file.unlink(missing_ok=True)
    clock = SimulatedClock(file, Machine())
    assert clock.put(first, is_stopped=stops[0]) == clock.said() == (first, stops[0])
    assert clock.forward(later, is_stopped=stops[1]) == clock.said() == (first + later, stops[1])


@pytest.mark.parametrize("content", [b"1234567", b"123456789", b"clock = 1\n"])
def test_a_file_that_is_no_clock_is_named(clock: SimulatedClock, tmp_path: Path, content: bytes) -> None:
    (tmp_path / CLOCK_FILE).write_bytes(content)
    with pytest.raises(ConfigFault, match=r"simulated\.clock: no simulated clock"):
        clock.utc_ns()


def test_it_is_refused_where_it_is_not_allowed(tmp_path: Path) -> None:
    file = tmp_path / CLOCK_FILE
    assert not wall_clock(file, is_simulation=False).is_simulated
    assert wall_clock(file, is_simulation=True).is_simulated
    with pytest.raises(
        ConfigFault, match=r"simulated\.clock: this installation lives in simulated time: allow it with"
    ):
        wall_clock(file, is_simulation=False)


@pytest.fixture
def allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose configuration allows simulation."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "yzt.toml").write_text("[clock]\nsimulation = true\n")


@pytest.mark.usefixtures("allowed")
def test_the_command_puts_it_and_says_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    for command, line in (
        ("set 2026-01-05T09:00:00 --stop", "simulated time 2026-01-05T09:00:00+08:00, stands still"),
        ("show", "simulated time 2026-01-05T09:00:00+08:00, stands still"),
        ("advance 1d2h30m15s", "simulated time 2026-01-06T11:30:15+08:00, stands still"),
        ("set 2026-01-06T03:31:00Z --stop", "simulated time 2026-01-06T11:31:00+08:00, stands still"),
        ("advance 0s --run", "simulated time 2026-01-06T11:31:00+08:00, goes on"),
    ):
        assert main(["clock", *command.split()]) == ExitCode.OK
        assert capsys.readouterr().out == f"{line}\n"


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("set tomorrow", "clock set: tomorrow is no time such as 2026-01-05T09:00:00"),
        ("advance 90", "clock advance: 90 is no duration such as 90s, 30m or 1d2h"),
        ("advance -5m", "expected one argument"),
        ("advance 5m3h", "clock advance: 5m3h is no duration such as 90s, 30m or 1d2h"),
        ("advance", "clock advance: takes a duration (see `yzt clock --help`)"),
        ("show 5m", "clock show: takes nothing more (see `yzt clock --help`)"),
        ("set 1969-12-31T00:00:00Z", "simulated time is from 1970 to 2116"),
    ],
)
def test_what_is_no_time_is_one_line(command: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clock", *command.split()]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert line in said or "unrecognized arguments: -5m" in said


def test_the_command_is_refused_where_simulation_is_not_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["clock", "advance", "1h"]) == ExitCode.CONFIG
    assert capsys.readouterr().err == "yzt: clock.simulation: not allowed here: time is the machine's\n"
    assert list(tmp_path.iterdir()) == []
