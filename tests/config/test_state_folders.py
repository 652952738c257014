"""The state directory: made closed, put right when it was open, refused when it is not ours to change.

Belongs here: folders, files and locks. Never here: what the processes keep in them.
"""

import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from config import asking
from config.children import read_ready, withdraw_ready, write_ready
from config.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.own_files import make_way, open_own, take_lock
from config.schema import Config, load
from config.state_folders import hand_over, make_state_directory, make_state_folder, runs_as

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A state directory that is not there yet."""
    file = tmp_path / "yzt.toml"
    file.write_text('[state]\ndirectory = "var/state"\n', encoding="utf-8")
    return load(file)


def mode(path: Path) -> int:
    """Its permissions."""
    return stat.S_IMODE(path.lstat().st_mode)


def test_it_is_made_closed_whatever_the_mask_is_and_what_is_above_stays_passable(config: Config) -> None:
    before = os.umask(0)
    try:
        make_state_folder(config, "outbox")
    finally:
        os.umask(before)
    state = config.state_directory
    assert (mode(state.parent), mode(state), mode(state / "outbox")) == (0o755, 0o700, 0o700)
    owner = runs_as(config)
    assert state.stat().st_uid == (owner.user_id if owner else os.geteuid())


def test_one_that_was_made_open_is_closed_with_every_file_in_it(config: Config) -> None:
    state = config.state_directory
    (state / "snapshots" / "7").mkdir(parents=True)
    for name in ("gateway.mark", "ledger.log", "snapshots/7/book.npz", "effective.toml"):
        (state / name).write_text("x")
        (state / name).chmod(0o644)
    state.chmod(0o755)
    outside = state.parent / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (state / "gateway.log").symlink_to(outside)
    (state / "follower.log").hardlink_to(outside)

    make_state_directory(config)
    hand_over(config)

    files = [path for path in state.rglob("*") if not path.is_symlink() and path.name != "follower.log"]
    assert {mode(path) for path in files} == {0o600, 0o700}
    assert mode(state) == 0o700
    assert (mode(outside), outside.stat().st_uid) == (0o644, os.geteuid())


@pytest.mark.parametrize(
    ("open_to", "stranger", "told"),
    [
        (0o755, "letters", r"holds other things \(letters\): name a directory of its own"),
        (
            0o777,
            "ledger.log",
            r"others could write to it: see that all in it is this installation's own, then chmod 700",
        ),
        (0o770, None, r"others could write to it"),
    ],
)
def test_one_that_is_not_ours_to_change_is_refused(
    config: Config, open_to: int, stranger: str | None, told: str
) -> None:
    config.state_directory.mkdir(parents=True)
    if stranger is not None:
        (config.state_directory / stranger).touch()
    config.state_directory.chmod(open_to)

    with pytest.raises(ConfigFault, match=told):
        make_state_directory(config)
    assert mode(config.state_directory) == open_to


@as_root
def test_one_of_another_user_is_refused_and_of_the_configured_one_taken(config: Config) -> None:
    config.state_directory.mkdir(parents=True, mode=0o700)
    os.chown(config.state_directory, 1, 1)  # daemon, on every Linux
    with pytest.raises(ConfigFault, match="belongs to daemon: start as daemon, or set supervise"):
        make_state_directory(config)
    as_daemon = msgspec.structs.replace(config, supervise=msgspec.structs.replace(config.supervise, run_as="daemon"))
    make_state_directory(as_daemon)


@as_root
@pytest.mark.parametrize(
    ("name", "told"), [("no-such-user", "there is no user no-such-user"), ("toor", "no user toor")]
)
def test_a_user_that_is_not_there_is_named(config: Config, name: str, told: str) -> None:
    named = msgspec.structs.replace(config, supervise=msgspec.structs.replace(config.supervise, run_as=name))
    with pytest.raises(ConfigFault, match=told):
        make_state_directory(named)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in which everybody could put something."""
    with tempfile.TemporaryDirectory(prefix="yzt-t-") as name:
        yield Path(name)


def test_a_lock_is_not_taken_through_a_link_or_on_what_is_no_file(folder: Path) -> None:
    target = folder / "target"
    target.touch()
    (folder / "link").symlink_to(target)
    (folder / "twin").hardlink_to(target)
    os.mkfifo(folder / "pipe")
    for name in ("link", "twin", "target", "pipe"):
        with pytest.raises(ConfigFault, match="move it away"):
            take_lock(folder / name, "taken", ExitCode.FENCED)
    with take_lock(folder / "lock", "taken", ExitCode.FENCED):
        assert mode(folder / "lock") == 0o600
        with pytest.raises(ProcessFault, match="taken"):
            take_lock(folder / "lock", "taken", ExitCode.FENCED)
    take_lock(folder / "lock", "taken", ExitCode.FENCED).close()


@as_root
def test_a_file_of_somebody_elses_making_is_not_opened(folder: Path) -> None:
    file = folder / "ledger.log"
    file.touch()
    os.chown(file, 1, 1)
    with pytest.raises(ConfigFault, match="not a file of this installation's own"):
        open_own(file, os.O_WRONLY | os.O_APPEND)
    os.chown(folder, 1, 1)  # whoever owns the folder may own what is in it
    open_own(file, os.O_WRONLY | os.O_APPEND).close()


@pytest.mark.parametrize(
    "make", [Path.mkdir, os.mkfifo, lambda file: file.symlink_to("gone")], ids=["dir", "pipe", "link"]
)
def test_what_is_no_ready_file_is_named_and_not_waited_for(make: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "gateway.ready"
    make(file)
    for ask in (read_ready, withdraw_ready):
        with pytest.raises(ConfigFault, match=rf"{file}: .*: move it away"):
            ask(file)


def test_a_folder_in_the_place_of_a_file_that_is_made_anew_is_named(tmp_path: Path) -> None:
    for name in ("gateway.ready", "gateway.ask", "effective.toml.new"):
        (tmp_path / name).mkdir()
    told = "Is a directory: move it away"
    with pytest.raises(ConfigFault, match=rf"gateway\.ready: {told}"):
        write_ready(tmp_path / "gateway.ready", {})
    with pytest.raises(ConfigFault, match=rf"gateway\.ask: {told}"):
        asking.listening(tmp_path, "gateway")
    with pytest.raises(ConfigFault, match=rf"effective\.toml\.new: {told}"):
        make_way(tmp_path / "effective.toml.new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["effective.toml.new", "gateway.ask", "gateway.ready"]


def test_nobody_takes_back_what_another_living_process_says(tmp_path: Path) -> None:
    file = tmp_path / "gateway.ready"
    with subprocess.Popen(["sleep", "600"]) as other:
        file.write_text(f'{{"pid": {other.pid}, "ports": {{}}}}')
        withdraw_ready(file)
        said = read_ready(file)
        assert said is not None
        assert said.pid == other.pid
        other.kill()
    withdraw_ready(file)
    assert not file.exists()
    write_ready(file, {"links": 7})
    withdraw_ready(file)
    assert not file.exists()
