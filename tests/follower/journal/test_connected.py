"""Work ends when its connection does, in its own words if it has any."""

import asyncio
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest

from ledger.follower import connected
from ledger.follower.connected import while_connected
from ledger.follower.projection.read_model import ReadModelLost

if TYPE_CHECKING:
    import asyncpg


class Connection:
    """What is asked of a connection."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Any], None]] = []

    def add_termination_listener(self, listener: Callable[[Any], None]) -> None:
        self.listeners.append(listener)

    def end(self) -> None:
        for listener in self.listeners:
            listener(self)


def done(*work: Callable[[Connection], None]) -> list[str]:
    """Runs steps, a turn of the loop after each, then never ends. Returns: what became of the work."""
    ended: list[str] = []

    async def steps(connection: Connection) -> None:
        try:
            for step in work:
                step(connection)
                await asyncio.sleep(0)
            await asyncio.Event().wait()
        except BaseException as error:
            ended.append(type(error).__name__)
            raise

    async def run() -> None:
        connection = Connection()
        await while_connected(steps(connection), [cast("asyncpg.Connection", connection)])

    try:
        asyncio.run(run())
    except Exception as error:
        ended.append(str(error))
    return ended


def fail(_connection: Connection) -> None:
    raise ValueError("own words")


def test_work_that_does_not_notice_the_loss_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connected, "OWN_WORDS_SECONDS", 0.0)
    assert done(Connection.end) == ["CancelledError", "the connection to PostgreSQL ended"]


def test_what_cancelled_work_says_is_not_printed_as_forgotten(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connected, "OWN_WORDS_SECONDS", 0.0)

    async def stuck(connection: Connection) -> None:
        connection.end()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise RuntimeError("the handler is closed") from None

    async def run() -> None:
        connection = Connection()
        await while_connected(stuck(connection), [cast("asyncpg.Connection", connection)])

    with pytest.raises(ReadModelLost):
        asyncio.run(run())
    gc.collect()
    assert caplog.records == []


def test_work_that_notices_the_loss_says_so_itself() -> None:
    assert done(Connection.end, fail) == ["ValueError", "own words"]


def test_work_that_fails_while_connected_says_so_itself() -> None:
    assert done(fail) == ["ValueError", "own words"]
