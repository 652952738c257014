"""`yzt day run` as a program of its own: started, listened to, killed in the middle, started again.

Belongs here: the process of the day desk. Never here: its steps (gateway.day.desk), what brokers send.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import trio

from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from config.schema import Config
from frontend_sim.installation import desk_key_file, desk_signer
from frontend_sim.market.desks import DAY_SEAT

LINE_BYTES_MAX = 1 << 16
SECONDS_MAX = 120.0


@dataclass(slots=True)
class DayProgram:
    """One installation's day desk, run from the command line."""

    config: Config
    config_file: Path
    say: Progress

    async def run(self, step: str = "all", killed_after: str = "", trade_date: int = 0, to: Path | None = None) -> int:
        """Take a step, or every one up to settlement. Returns: the exit code, which is FAILED where a lane was
        left.

        `killed_after`: once it has said a line in which this stands, it is killed; the code is then below 0.
        `trade_date`: 0 for the open one. `to`: the folder for what it makes, whose files are not said one by one.
        Raises ProcessFault when it does not end in time, or for another fault of it.
        """
        signer = desk_signer(self.config, DAY_SEAT)
        command = [sys.executable, "-m", "config", "day", "run", step, "--config", str(self.config_file)]
        command += ["--key", str(desk_key_file(self.config, DAY_SEAT)), "--key-id", str(signer.key_id)]
        command += ["--date", str(trade_date)] if trade_date else []
        command += ["--to", str(to)] if to is not None else []
        process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            with trio.fail_after(SECONDS_MAX):
                await self._listen(process, killed_after, str(to) if to is not None else "")
                code = await process.wait()
        except trio.TooSlowError:
            raise ProcessFault("the day desk did not end in time", ExitCode.FAILED) from None
        finally:
            if process.poll() is None:
                process.kill()
        if code not in (ExitCode.OK, ExitCode.FAILED) and code >= 0:
            raise ProcessFault(f"the day desk ended with exit code {code}", ExitCode.FAILED)
        return code

    async def _listen(self, process: trio.Process, killed_after: str, unsaid: str) -> None:
        """Say what it says, but for lines that begin with what is not to be said."""
        assert process.stdout is not None
        rest = b""
        async with process.stdout as stream:
            async for data in stream:
                *lines, rest = (rest + data).split(b"\n")
                rest = rest[-LINE_BYTES_MAX:]
                for line in lines:
                    if unsaid and line.startswith(unsaid.encode()):
                        continue
                    self.say(f"day desk: {line.decode(errors='replace').strip()}")
                    if killed_after and killed_after.encode() in line:
                        process.kill()
                        self.say("day desk killed with SIGKILL")
                        return
