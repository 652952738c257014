"""The state directory: made closed, put right when it was open, refused when it is not ours to change.

Belongs here: folders, files and locks. Never here: what the processes keep in them.
"""

import grp
import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from config.keys import public_file_of
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import (
    make_way,
    of_ours,
    open_folder_named,
    open_own,
    refuse_if_others_may_read,
    refuse_what_is_no_file,
    take_lock,
)
from config.kit.telling import asking
from config.kit.telling.ready_files import read_ready, withdraw_ready, write_ready
from config.postgres.places import make_folder, make_home
from config.postgres.settings import write_settings
from config.schema import Config, load
from config.supervise.state_folders import hand_over, make_state_directory, make_state_folder, runs_as
from ledger.journal.genesis import genesis_message

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over, or makes what is somebody else's")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A state directory that is not there yet."""
    file = tmp_path / "yzt.toml"
    file.write_text('[state]\ndirectory = "var/state"\n', encoding="utf-8")
    return load(file)


def as_user(config: Config, name: str) -> Config:
    """The same, with its processes run by somebody."""
    return msgspec.structs.replace(config, supervise=msgspec.structs.replace(config.supervise, run_as=name))


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
    owner = runs_as(config)
    assert (mode(state.parent), mode(state), mode(state / "outbox")) == (0o755, 0o1770 if owner else 0o700, 0o700)
    assert {state.stat().st_uid, (state / "outbox").stat().st_uid} == {os.geteuid()}
    assert owner is None or state.stat().st_gid == owner.group_id


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
    assert mode(state) == (0o1770 if runs_as(config) else 0o700)
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
def test_one_of_another_user_is_refused(config: Config) -> None:
    config.state_directory.mkdir(parents=True, mode=0o700)
    os.chown(config.state_directory, 1, 1)  # daemon, on every Linux
    for also in (config, as_user(config, "daemon")):  # who owned it could have put anything there for root to read
        with pytest.raises(ConfigFault, match="belongs to daemon: start as daemon, or name another"):
            make_state_directory(also)


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
    with pytest.raises(ConfigFault, match=rf"{file}: .*: move it away"):
        read_ready(file)
    if file.is_dir():
        with pytest.raises(ConfigFault, match=rf"{file}: .*: move it away"):
            withdraw_ready(file)
    else:
        withdraw_ready(file)  # it says nothing, and is in the way of the next start
        assert not os.path.lexists(file)


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


DAEMON = 1  # on every Linux


@as_root
def test_one_named_by_a_link_or_below_what_others_may_write_is_refused(config: Config) -> None:
    base = Path(config.base)
    (base / "elsewhere").mkdir()
    (base / "link").symlink_to(base / "elsewhere")
    linked = msgspec.structs.replace(config, state=msgspec.structs.replace(config.state, directory="link"))
    with pytest.raises(ConfigFault, match="named by a link"):
        make_state_directory(linked)
    above = config.state_directory.parent
    above.mkdir()
    os.chown(above, DAEMON, DAEMON)
    with pytest.raises(ConfigFault, match="is not root's: others could put something else in its place"):
        make_state_directory(config)
    os.chown(above, 0, 0)
    above.chmod(0o777)
    with pytest.raises(ConfigFault, match="others may write to"):
        make_state_directory(config)
    above.chmod(0o1777)
    make_state_directory(config)


@as_root
def test_a_user_whose_group_others_have_too_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    group = grp.getgrgid(DAEMON)
    shared = grp.struct_group((group.gr_name, "x", DAEMON, ["daemon", "mallory"]))
    monkeypatch.setattr(grp, "getgrgid", lambda _: shared)
    with pytest.raises(ConfigFault, match="mallory is in the group of daemon too"):
        make_state_directory(as_user(config, "daemon"))


@as_root
def test_what_root_uses_again_stays_roots_and_in_its_place(config: Config) -> None:
    config = as_user(config, "daemon")
    state = config.state_directory
    for name in ("keys", "outbox"):
        make_state_folder(config, name)
    for name in ("effective.toml", "supervisor.lock", "gateway.mark"):
        (state / name).touch()

    hand_over(config)

    kept = ("keys", "outbox", "effective.toml", "supervisor.lock")
    assert {(state / name).stat().st_uid for name in kept} == {0}
    assert (state / "gateway.mark").stat().st_uid == DAEMON
    for name in (*kept, "gateway.mark"):
        moved = subprocess.run(
            ["/bin/mv", name, "moved"], user=DAEMON, group=DAEMON, extra_groups=[], cwd=state, check=False
        )
        assert (moved.returncode == 0) == (name == "gateway.mark"), name


@as_root
def test_a_folder_that_another_made_first_is_not_used(config: Config) -> None:
    make_state_directory(config)
    for name in ("outbox", "keys", "postgres"):
        (config.state_directory / name).mkdir()
        os.chown(config.state_directory / name, DAEMON, DAEMON)
    for name in ("outbox", "keys"):
        with pytest.raises(ConfigFault, match="not a folder of root"):
            make_state_folder(config, name)
    with pytest.raises(ProcessFault, match="not a folder of ours"):
        make_home(config.state_directory)


def test_nothing_is_written_through_links_into_the_settings_or_the_folders_of_the_server(folder: Path) -> None:
    victim = folder / "victim"
    victim.write_text("kept")
    settings = folder / "settings"
    settings.mkdir()
    (settings / "postgresql.conf").symlink_to(victim)
    with pytest.raises(ConfigFault):
        write_settings(settings, None)
    (settings / "postgresql.conf").unlink()
    (settings / "postgresql.conf").hardlink_to(victim)
    with pytest.raises(ConfigFault):
        write_settings(settings, None)
    victim.chmod(0o600)
    (folder / "linked").symlink_to(settings)
    with pytest.raises(ConfigFault, match=r"linked: (Not a directory|.*symbolic.*): move it away"):
        write_settings(folder / "linked", None)
    with pytest.raises(ProcessFault, match="is not a folder of PostgreSQL's user alone"):
        make_folder(folder / "linked", None)
    with pytest.raises(ProcessFault, match="is not a folder of PostgreSQL's user alone"):
        make_folder(victim, None)
    assert (victim.read_text(), mode(victim)) == ("kept", 0o600)


def test_a_file_in_the_place_of_a_folder_of_the_server_is_told_in_one_line(folder: Path) -> None:
    for name in ("postgres", "settings", "sockets"):
        (folder / name).write_text("a file")
    with pytest.raises(ConfigFault, match="postgres is not a folder of ours: move it away"):
        make_home(folder)
    with pytest.raises(ConfigFault, match="settings: Not a directory: move it away"):
        write_settings(folder / "settings", None)
    with pytest.raises(ConfigFault, match="sockets: Not a directory: move it away"):
        open_folder_named(folder / "sockets")


def test_a_pipe_in_the_place_of_a_public_key_or_a_certificate_keeps_nobody_waiting(config: Config) -> None:
    named = config.seat_key_file.with_name("named")
    named.parent.mkdir(parents=True)
    os.mkfifo(public_file_of(config.seat_key_file))
    named.symlink_to(public_file_of(config.seat_key_file))
    for file in (named, public_file_of(config.seat_key_file), named.parent):
        with pytest.raises(ConfigFault, match="not a file"):
            refuse_what_is_no_file(file)
    with pytest.raises(ConfigFault, match=r"\.pub\.pem: not a file"):
        genesis_message(config)


@as_root
def test_a_key_that_others_could_replace_and_a_file_of_anothers_making_are_not_read(folder: Path) -> None:
    key = folder / "key.pem"
    key.touch(mode=0o600)
    refuse_if_others_may_read(key)
    of_ours(key)
    os.chown(folder, DAEMON, DAEMON)
    for look in (refuse_if_others_may_read, of_ours):
        with pytest.raises(ConfigFault, match="is not root's"):
            look(key)
    os.chown(folder, 0, 0)
    os.chown(key, DAEMON, DAEMON)
    for look in (refuse_if_others_may_read, of_ours):
        with pytest.raises(ConfigFault, match="not a file of"):
            look(key)
    key.rename(folder / "target")
    key.symlink_to(folder / "target")
    os.mkfifo(folder / "pipe", 0o600)
    for other in (key, folder / "pipe"):
        with pytest.raises(ConfigFault, match="not a file of our own"):
            refuse_if_others_may_read(other)
