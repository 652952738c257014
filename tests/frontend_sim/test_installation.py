"""The temporary installation of a session: where it is made, what it names when it is kept or removed.

Belongs here: folders and the lines about them. Never here: what happens in a session.
"""

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

from config.cli.running import run_command
from config.kit import stop_request
from config.kit.exit_codes import ExitCode, ProcessFault, StopAsked
from config.postgres.server import EmbeddedPostgres
from config.schema import UNIX_SOCKET_PATH_BYTES_MAX, load
from frontend_sim.installation import session_folder, temporary_installation


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go: pytest's own folder may be too deep for a socket."""
    with tempfile.TemporaryDirectory(prefix="yzt-t-") as name:
        monkeypatch.setattr("tempfile.tempdir", name)
        yield Path(name)


class OwnPostgres:
    """A server that is made at once and never starts, with a folder elsewhere."""

    def __init__(self, elsewhere: Path) -> None:
        self.elsewhere = elsewhere
        elsewhere.mkdir()

    def prepare(self, *_arguments: object, stopping: Callable[[], bool], **_options: object) -> "OwnPostgres":
        """As the real one: refuses to begin once a stop is asked for."""
        if stopping():
            raise StopAsked("stopped")
        return self

    def launch(self, _progress: object) -> None:
        """Cannot."""
        raise ProcessFault("no server here", ExitCode.UNAVAILABLE)

    def stop(self, *_arguments: object) -> None:
        """Was never started."""

    def folders(self) -> list[Path]:
        """As the real one."""
        return [self.elsewhere]

    def remove(self) -> None:
        """As the real one."""
        self.elsewhere.rmdir()


async def open_and_leave(said: list[str], keep: bool) -> int:
    """A session that does nothing."""
    async with temporary_installation(load(None), said.append, keep):
        return 0


@pytest.mark.parametrize("keep", [True, False])
def test_everything_that_is_kept_or_removed_is_named(
    temporary: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    elsewhere = tmp_path_factory.mktemp("var") / "yzt-postgres-x"
    monkeypatch.setattr(EmbeddedPostgres, "prepare", OwnPostgres(elsewhere).prepare)
    said: list[str] = []

    with pytest.raises(ProcessFault, match="no server here"):
        run_command(open_and_leave, said, keep)

    (named,) = [line.partition(": ")[2] if keep else line.removeprefix("removing ") for line in said[-1:]]
    folder, other = map(Path, named.split(", "))
    assert (folder.parent, other) == (temporary, elsewhere)
    assert folder.exists() == other.exists() == keep


def test_a_request_to_stop_that_came_before_is_heard(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_request.THIS_PROCESS, "number", signal.SIGHUP)
    said: list[str] = []

    with pytest.raises(stop_request.Interrupted) as interrupted:
        run_command(open_and_leave, said, False)

    assert interrupted.value.exit_code == 129
    assert os.listdir(temporary) == []


def test_a_place_too_deep_for_a_socket_is_not_used(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = temporary / ("d" * UNIX_SOCKET_PATH_BYTES_MAX)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    folder = session_folder()
    assert len(bytes(folder)) < UNIX_SOCKET_PATH_BYTES_MAX
    assert os.listdir(deep) == []
    folder.rmdir()


def test_a_place_that_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(ProcessFault, match=r"^/nowhere/.*: No such file or directory: TMPDIR names another place"):
        session_folder()


async def nothing() -> int:
    """A command that is over at once."""
    await trio.lowlevel.checkpoint()
    return 0


def test_a_command_that_nobody_interrupts_returns_its_code() -> None:
    assert run_command(nothing) == 0
