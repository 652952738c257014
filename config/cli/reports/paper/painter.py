"""The process that draws pages, from the side of who asks it: it begins and ends with the reports, whatever ends them.

Belongs here: starting it, asking it, what is said when it is gone. Never here: drawing (pages_process, pdf_pages).

It is a process and not a thread: drawing and writing CSV are both Python, and take turns in one interpreter.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from config.cli.reports.paper.drawing import SIZE_BYTES, Drawing, packed, sent
from config.kit import environment
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import LOG_TAIL_BYTES, spawn
from config.supervise.children import PROJECT_DIRECTORY

PROGRAM = "config.cli.reports.paper.pages_process"
_END_SECONDS_MAX = 10
"""How long a process may take to be gone that has closed its end of the line."""


class Painter:
    """Draws one report after the other, in the order in which they are handed over."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        said: IO[bytes],
        line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._process = process
        self._said = said
        self._reader, self._writer = line
        self._turn = asyncio.Lock()

    async def drawn(self, drawing: Drawing) -> bytes:
        """The PDF file. Raises ProcessFault UNAVAILABLE, with what is known of it, when the process has ended."""
        async with self._turn:
            try:
                self._writer.write(sent(packed(drawing)))
                await self._writer.drain()
                size = int.from_bytes(await self._reader.readexactly(SIZE_BYTES), "big")
                return await self._reader.readexactly(size)
            except (OSError, asyncio.IncompleteReadError):
                raise ProcessFault(f"the process that draws pages {self._ended()}", ExitCode.UNAVAILABLE) from None

    def _ended(self) -> str:
        try:
            status = self._process.wait(_END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return "answers no more"
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}"
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
        lines = self._said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
        return f"ended with status {status}: {lines[-1]}"


@asynccontextmanager
async def painting() -> AsyncIterator[Painter]:
    """Starts the process; it is gone afterwards. What it says is kept in memory: no file is made for it."""
    ours, theirs = socket.socketpair()
    with ours, os.fdopen(os.memfd_create("pages"), "w+b") as said:
        with theirs:
            process = spawn(
                (sys.executable, "-m", PROGRAM, str(theirs.fileno())),
                death_signal=signal.SIGKILL,
                output=said,
                environment=environment.of_children(),
                directory=PROJECT_DIRECTORY,
                handed=(theirs.fileno(),),
            )
        try:
            line = await asyncio.open_connection(sock=ours)
            try:
                yield Painter(process, said, line)
            finally:
                line[1].close()
        finally:
            process.kill()  # it has nothing to put away
            process.wait()
