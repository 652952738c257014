"""A command that is interrupted at any moment ends as asked, says what it removes and leaves nothing behind.

Belongs here: `yzt run`, `replay` and `up` as real processes, a signal at a seeded moment, what is left. Never here:
what a session that goes on does.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.postgres.places import OUTSIDE_DIRECTORIES
from config.supervise.children import PROJECT_DIRECTORY
from frontend_sim.samples import make_sample

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

FLOW = "flow.csv"
COPIES = 100  # of the sample, one behind the other: no machine is through with them before it is interrupted
PREPARING_SECONDS = 3.0  # on an unhurried machine: interpreter, imports, cluster, log files, the four processes
COMMANDS = {
    "run": ["run", "--plain", "--seconds", "60", "--customers", "1000"],
    "replay": ["replay", FLOW, "--customers", "100"],
    "up": ["up"],
}
CONFIGURATION = """
[state]
directory = "state"
[gateway]
port = 0
metrics_port = 0
[ledger]
metrics_port = 0
[follower]
metrics_port = 0
[postgres]
log_files_ahead = 8
"""
FAILED_START = "Fatal Python error: init_import_site"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Strike:
    """One command, and when and how it is interrupted."""

    command: str
    delays: tuple[float, ...]
    """Seconds from the start to the first signal, from there to the next."""
    number: signal.Signals
    to_group: bool
    """As a terminal does, which tells everybody in the foreground; otherwise as `kill` does."""
    in_background: bool
    """Started with SIGINT ignored, as a shell starts what it does not wait for."""


def long_flow() -> str:
    """The sample again and again, each time a while later and with orders of its own; without its halt."""
    rows = [row.split(",") for row in make_sample.rows()][:-1]
    span_s = int(float(rows[-1][0])) + 1 - make_sample.OPENING_SECONDS
    lines = []
    for copy in range(COPIES):
        for time_s, what, order, *rest in rows:
            seconds, _, part = time_s.partition(".")
            own = str(int(order) + copy * 10**7) if int(order) else order
            lines.append(",".join([f"{int(seconds) + copy * span_s}.{part}", what, own, *rest]))
    return "\n".join(lines) + "\n"


def strikes(seed: int, count: int) -> list[Strike]:
    """The same for the same seed; commands, signals and early and late moments in turn."""
    chance = random.Random(seed)
    made = []
    for index in range(count):
        first = PREPARING_SECONDS * (index + chance.random()) / count
        again = (chance.random(),) if index % 3 == 1 else ()
        number = SIGNALS[index % 4 % 3]
        command = list(COMMANDS)[index % 3]
        made.append(Strike(command, (first, *again), number, chance.random() < 0.5, chance.random() < 0.25))
    return made


@pytest.fixture
def folder() -> Iterator[Path]:
    """The command's current and temporary folder, with a short name (Unix sockets)."""
    with tempfile.TemporaryDirectory(prefix="yzt-t-") as name:
        yield Path(name)


def interrupted(folder: Path, strike: Strike) -> tuple[int, str]:
    """The exit code of the command, and what it said."""
    (folder / "tmp").mkdir()
    (folder / "yzt.toml").write_text(CONFIGURATION)
    (folder / FLOW).write_text(long_flow() if strike.command == "replay" else "")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN if strike.in_background else signal.SIG_DFL)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "config", *COMMANDS[strike.command]],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(PROJECT_DIRECTORY)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        for delay in strike.delays:
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                (os.killpg if strike.to_group else os.kill)(process.pid, strike.number)
        try:
            said, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # else we would wait for it when we leave
            raise
    return process.returncode, said


def processes_of(folder: Path) -> list[str]:
    """The command lines of processes that name `folder`, run in it, or were started from there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            where = (entry / "cwd").readlink()
        except OSError:
            continue
        if (str(folder).encode() in line or where.is_relative_to(folder)) and entry.name != str(os.getpid()):
            found.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return found


def made_outside_for(folder: Path) -> list[Path]:
    """Folders that PostgreSQL needed elsewhere, each of which says what it was made for."""
    notes = [note for root in OUTSIDE_DIRECTORIES for note in root.glob("yzt-postgres-*/made-for")]
    return [note.parent for note in notes if note.read_text().startswith(str(folder))]


def below(folder: Path) -> Sequence[str]:
    """Everything below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def see_that_nothing_is_left(folder: Path, strike: Strike) -> None:
    """Ends as asked, with the documented code; no file, no process."""
    code, said = interrupted(folder, strike)

    asked = 128 + strike.number
    # Before the first of our modules is loaded the signal is the interpreter's to answer: it ends by that signal, or
    # with 1 where it was still loading its own.
    codes = {asked, -strike.number} | ({0} if strike.command == "up" else set())
    if FAILED_START in said:
        assert strike.number == signal.SIGINT, (strike, said)
        codes = {1}
    assert code in codes, (strike, said)
    assert processes_of(folder) == [], (strike, said)
    assert below(folder / "tmp") == [], (strike, said)
    prepared = (folder / "state" / "postgres" / "places.json").exists()
    outside = made_outside_for(folder)
    if strike.command != "up" or not prepared:
        assert outside == [], (strike, said)
        assert below(folder / "state" / "postgres") in ([], ["lock"]), (strike, said)
    else:
        subprocess.run(["rm", "-r", *outside], check=True) if outside else None
    if "preparing PostgreSQL" in said:
        assert "stopping" in said, (strike, said)
    assert "Traceback" not in said or code == -strike.number or FAILED_START in said, (strike, said)


@pytest.mark.parametrize(
    "strike", strikes(seed=7, count=6), ids=lambda strike: f"{strike.command}-{strike.delays[0]:.2f}"
)
def test_a_command_that_is_interrupted_leaves_nothing(folder: Path, strike: Strike) -> None:
    see_that_nothing_is_left(folder, strike)


@pytest.mark.parametrize(("reader", "code"), [(">/dev/full", 69), ("| head -n 3", 141)])
def test_a_session_whose_output_is_lost_leaves_nothing(folder: Path, reader: str, code: int) -> None:
    (folder / "tmp").mkdir()
    command = " ".join([sys.executable, "-P", "-m", "config", *COMMANDS["run"]])
    surroundings = {"PATH": "/usr/bin:/bin", "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(PROJECT_DIRECTORY)}

    script = f"({command}; echo $? >ended) {reader}"
    subprocess.run(
        ["sh", "-c", script], cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, timeout=60, check=False
    )

    assert int((folder / "ended").read_text()) == code
    assert below(folder / "tmp") == []
    assert processes_of(folder) == []
    assert made_outside_for(folder) == []


@pytest.mark.chaos
@pytest.mark.parametrize("strike", strikes(seed=1, count=90), ids=str)
def test_a_command_that_is_interrupted_at_many_moments_leaves_nothing(folder: Path, strike: Strike) -> None:
    see_that_nothing_is_left(folder, strike)
