"""Running our own programs as a person or a script does: command line in, exit code and lines out.

Belongs here: starting and ending a process by its id. Never here: an opinion on what it says.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.kit.processes import spoken
from config.supervise.children import PROJECT_DIRECTORY

ENDED_WITHIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended."""

    code: int
    lines: list[str]
    """What it wrote to stderr, without the time and level of a log."""


def yzt(*arguments: str | Path, folder: Path, within_seconds: float = ENDED_WITHIN_SECONDS) -> Ended:
    """`yzt` with these arguments, run in `folder`."""
    return run_module("config.cli.commands", *arguments, folder=folder, within_seconds=within_seconds)


def run_module(
    module: str, *arguments: str | Path, folder: Path, within_seconds: float = ENDED_WITHIN_SECONDS
) -> Ended:
    """`python -m module` with these arguments, run in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT_DIRECTORY), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_seconds,
        check=False,
    )
    return Ended(done.returncode, [spoken(line) for line in done.stderr.splitlines()])


@contextmanager
def running(module: str, arguments: Sequence[str | Path], log_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A module that runs while the block does; what is still there afterwards is killed by its id."""
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=PROJECT_DIRECTORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
