"""Draws `yzt run` as README shows it: the real session, on a terminal as wide as its control table.

What belongs here: the terminal and the picture. What never may: a change of what the session says, but for the folder
that it was in.
"""

import os
import pty
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS, ROWS = 110, 50
PICTURE = Path(__file__).with_name("session.svg")
CHUNK_BYTES = 1 << 16
COMMAND = ("-m", "config", "run", "--plain", "--reports", "build/reports")


def recorded() -> tuple[int, str]:
    """The exit code of a session, and all that it wrote to its terminal."""
    ours, terminal = pty.openpty()
    surroundings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
    with subprocess.Popen(
        [sys.executable, *COMMAND], stdin=terminal, stdout=terminal, stderr=terminal, env=surroundings
    ) as session:
        os.close(terminal)
        said = b""
        try:
            while data := os.read(ours, CHUNK_BYTES):
                said += data
        except OSError:  # how a terminal ends whose other end is closed
            pass
    os.close(ours)
    return session.returncode, said.decode()


def main() -> int:
    """Draws a session that ended well. Returns: its exit code."""
    code, said = recorded()
    sys.stdout.write(said)
    if code == 0:
        with Path(os.devnull).open("w") as nowhere:
            console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
            console.print("$ make run")
            console.print(Text.from_ansi(said.replace("\r\n", "\n").replace(f"{Path.cwd()}/", "")), soft_wrap=True)
            console.save_svg(str(PICTURE), title="make run", unique_id="session")
    return code


if __name__ == "__main__":
    sys.exit(main())
