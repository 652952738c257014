"""The day desk as a process, started again until it has taken its steps.

Belongs here: starting it, killing it, counting that. Never here: its steps (desk_program, settling_program).
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import trio

from config.kit.exit_codes import ExitCode
from config.supervise.children import PROJECT_DIRECTORY
from tests.chaos.cut_line import CutLine
from tests.e2e.house import House

STARTS_MAX = 3  # for one of its turns: killed once, it needs two


@dataclass
class DeskProcess:
    """A module that is run with the configuration, the port of the line, `fixed` and what it is to take."""

    module: str
    house: House
    line: CutLine
    fixed: Sequence[str] = ()
    killed: int = 0
    _process: trio.Process | None = None

    async def take(self, *what: str) -> None:
        """Until it ends well. Raises AssertionError when it ends otherwise than by being killed, or is killed again."""
        command = [sys.executable, "-m", self.module, str(self.house.config_file), str(self.line.port), *self.fixed]
        for _ in range(STARTS_MAX):
            self._process = await trio.lowlevel.open_process(
                [*command, *what], cwd=PROJECT_DIRECTORY, stdin=subprocess.DEVNULL
            )
            try:
                code = await self._process.wait()
            finally:
                if self._process.poll() is None:
                    self._process.kill()
            if code == ExitCode.OK:
                return
            assert code < 0, f"the desk ended with {code}"
        raise AssertionError(f"the desk did not take {what} in {STARTS_MAX} starts")

    async def kill(self) -> None:
        """With SIGKILL; returns when it has ended."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        self.killed += 1
