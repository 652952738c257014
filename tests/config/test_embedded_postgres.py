"""The life of the embedded server, on the real programs: made, started, stopped, killed, found again."""

import os
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.kit import shared_memory
from config.kit.exit_codes import ProcessFault, StopAsked
from config.kit.processes import children_of, is_alive, processes_in
from config.postgres.install import installed_tree, reachable_tree, reaches, server_identity
from config.postgres.server import EmbeddedPostgres
from tests.conftest import run_sql

pytestmark = pytest.mark.postgres


def silent(line: str) -> None:
    """Takes progress and shows none."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A prepared server that is not started."""
    made = EmbeddedPostgres.prepare(tmp_path / "state", silent)
    yield made
    made.stop(silent)
    made.remove()


def test_it_is_durable_checked_unprivileged_and_off_the_network(embedded_postgres: EmbeddedPostgres) -> None:
    shown = {
        name: run_sql(embedded_postgres, f"SHOW {name}")
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "listen_addresses")
    }
    assert shown == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
    }
    roles = "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert run_sql(embedded_postgres, roles) == "f|f|f"
    locale = "SELECT datlocprovider, datlocale, pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'yzt'"
    assert run_sql(embedded_postgres, locale) == "b|C.UTF-8|yzt"


def test_only_peers_are_let_in(embedded_postgres: EmbeddedPostgres) -> None:
    rules = "SELECT DISTINCT type || ' ' || auth_method FROM pg_hba_file_rules"
    as_superuser = [embedded_postgres.binary("psql"), "-X", "-qAt", "-c", rules]
    outcome = subprocess.run(
        [*as_superuser, embedded_postgres.dsn_of("yzt", role="postgres")],
        capture_output=True,
        text=True,
        check=False,
        user=embedded_postgres.identity.user_id if embedded_postgres.identity else None,
        cwd="/",
    )
    assert outcome.stdout.strip() == "local peer"
    for folder in (embedded_postgres.sockets, embedded_postgres.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_was_committed_survives_a_kill_of_everything(server: EmbeddedPostgres) -> None:
    server.start(silent)
    run_sql(server, "CREATE TABLE kept AS SELECT 7 AS number")
    killed = [server.postmaster_pid, *children_of(server.postmaster_pid)]
    mapped = shared_memory.mapped_by(killed)

    server.kill_all()

    assert len(killed) > 1
    assert not any(is_alive(process_id) for process_id in killed)
    assert mapped.segments
    assert mapped.files
    assert not any(file.exists() for file in mapped.files)
    left = {line.split()[1] for line in shared_memory.SEGMENTS.read_text().splitlines()}
    assert left.isdisjoint(map(str, mapped.segments))
    assert (server.data / "postmaster.pid").exists()
    server.start(silent)
    assert run_sql(server, "SELECT number FROM kept") == "7"


def test_a_postmaster_that_was_killed_leaves_no_shared_memory(server: EmbeddedPostgres) -> None:
    server.start(silent)
    run_sql(server, "SELECT 1")
    of_postmaster = shared_memory.mapped_by((server.postmaster_pid,))
    of_all = of_postmaster | shared_memory.mapped_by(children_of(server.postmaster_pid))
    os.kill(server.postmaster_pid, signal.SIGKILL)
    while server.is_running() or processes_in(server.data):
        time.sleep(0.02)

    server.stop(silent)

    assert of_postmaster.files < of_all.files  # one that the postmaster has not mapped is listed in one that it has
    assert not any(file.exists() for file in of_all.files)
    left = {line.split()[1] for line in shared_memory.SEGMENTS.read_text().splitlines()}
    assert left.isdisjoint(map(str, of_all.segments))


def test_a_file_that_only_the_list_names_is_removed_and_one_that_is_free_is_not(tmp_path: Path) -> None:
    handles = [os.getpid(), os.getpid() + (1 << 30)]
    listed, free = (shared_memory.FOLDER / f"{shared_memory.PREFIX}{handle}" for handle in handles)
    control = tmp_path / "control"
    slots = b"".join(struct.pack("=II32x", handle, used) for handle, used in zip(handles, (2, 0), strict=True))
    control.write_bytes(struct.pack("=III4x", 0x9A503D32, 2, 884) + slots)
    try:
        for file in (listed, free):
            file.write_bytes(b"x")
        shared_memory.remove(shared_memory.Mapped(frozenset(), frozenset({control})))
        assert [file.exists() for file in (control, listed, free)] == [False, False, True]
    finally:
        for file in (listed, free):
            file.unlink(missing_ok=True)


def test_a_checkpoint_brings_everything_to_the_files(server: EmbeddedPostgres) -> None:
    server.start(silent)
    run_sql(server, "CREATE TABLE kept AS SELECT 7 AS number")
    behind = "SELECT redo_lsn < '{}'::pg_lsn FROM pg_control_checkpoint()"
    written = run_sql(server, "SELECT pg_current_wal_insert_lsn()")
    assert run_sql(server, behind.format(written)) == "t"

    server.checkpoint()

    assert run_sql(server, behind.format(written)) == "f"


def test_stopping_leaves_nothing_and_is_harmless_twice(server: EmbeddedPostgres) -> None:
    server.start(silent)
    postmaster = server.postmaster_pid

    server.stop(silent)
    server.stop(silent)

    assert not is_alive(postmaster)
    assert processes_in(server.data) == []
    with pytest.raises(ProcessFault, match="not started"):
        _ = server.postmaster_pid


@pytest.mark.usefixtures("made_anew")
def test_a_prepared_cluster_is_found_again(server: EmbeddedPostgres) -> None:
    again = EmbeddedPostgres.prepare(server.home.parent, silent)

    assert (again.data, again.sockets, again.tree) == (server.data, server.sockets, server.tree)


def test_a_second_supervisor_is_told_who_is_first(server: EmbeddedPostgres) -> None:
    server.start(silent)
    second = EmbeddedPostgres(server.home, server.data, server.sockets, server.tree, server.identity)

    with pytest.raises(ProcessFault, match="another process runs this PostgreSQL"):
        second.start(silent)


def test_a_socket_folder_lost_in_a_reboot_is_made_again(server: EmbeddedPostgres) -> None:
    server.sockets.rmdir()

    server.start(silent)

    assert run_sql(server, "SELECT 1") == "1"
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700


def test_a_socket_folder_that_is_open_to_others_is_not_used(server: EmbeddedPostgres) -> None:
    server.sockets.chmod(0o755)

    with pytest.raises(ProcessFault, match="is not a folder of PostgreSQL's user alone"):
        server.start(silent)


def test_a_crashed_server_is_noticed(server: EmbeddedPostgres) -> None:
    server.start(silent)
    assert not server.has_ended()

    os.kill(server.postmaster_pid, signal.SIGKILL)
    while not server.has_ended():
        time.sleep(0)

    server.kill_all()
    server.start(silent)
    assert run_sql(server, "SELECT 1") == "1"


def test_a_setting_that_postgresql_refuses_is_named_in_the_fault(
    server: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "bad.conf"
    settings.write_text("fsync = perhaps\n", encoding="utf-8")
    monkeypatch.setattr("config.postgres.settings.SETTINGS", settings)

    with pytest.raises(ProcessFault, match=r"PostgreSQL ended with status 1: .*contains errors"):
        server.start(silent)


def test_it_dies_with_its_supervisor_and_the_next_one_takes_over(server: EmbeddedPostgres) -> None:
    script = (
        "import sys, time; from pathlib import Path; from config.postgres.server import EmbeddedPostgres\n"
        "server = EmbeddedPostgres.prepare(Path(sys.argv[1])); server.start()\n"
        "print(server.postmaster_pid, flush=True); time.sleep(600)"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(server.home.parent)], stdout=subprocess.PIPE, cwd=root
    ) as supervisor:
        assert supervisor.stdout is not None
        postmaster = int(supervisor.stdout.readline())
        assert is_alive(postmaster)
        supervisor.kill()

    server.start(silent)

    assert not is_alive(postmaster)
    assert run_sql(server, "SELECT 1") == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_programs_out_of_reach_are_copied_beside_the_cluster_and_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = server_identity()
    hidden = tmp_path / "hidden"  # pytest's folders are closed to others: below, nothing is reachable
    tree = hidden / "package" / "pginstall"
    for part in ("bin", "lib", "share"):
        (tree / part).mkdir(parents=True)
    (tree.parent.with_name("package.libs")).mkdir()
    program = tree / "bin" / "postgres"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr("config.postgres.install.installed_tree", lambda: tree)
    assert not reaches(program, identity)

    with tempfile.TemporaryDirectory(prefix="yzt-test-") as name:
        near = Path(name)
        near.chmod(0o711)
        copied = reachable_tree(identity, near / "programs")
        assert copied == near / "programs" / "package" / "pginstall"
        assert reaches(copied / "bin" / "postgres", identity)
        inode = copied.stat().st_ino
        assert reachable_tree(identity, near / "programs").stat().st_ino == inode

        (copied / "bin" / "postgres").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        reachable_tree(identity, near / "programs")
        assert (copied / "bin" / "postgres").read_text(encoding="utf-8") == "#!/bin/sh\n"
        (copied / "bin" / "postgres").unlink()
        reachable_tree(identity, near / "programs")
        assert reaches(copied / "bin" / "postgres", identity)
        assert [path.name for path in near.iterdir()] == ["programs"]


def test_a_lock_file_with_a_process_id_that_somebody_else_has_by_now_is_put_right(server: EmbeddedPostgres) -> None:
    server.start(silent)
    server.kill_all()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    user = server.identity.user_id if server.identity else None
    with subprocess.Popen(["sleep", "600"], cwd="/", user=user) as stranger:
        try:
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n", encoding="utf-8")
            lock = server.sockets / ".s.PGSQL.5432.lock"
            lock.write_text("\n".join([str(stranger.pid), *lines[1:5]]) + "\n", encoding="utf-8")
            if server.identity:
                os.chown(lock, server.identity.user_id, server.identity.group_id)
            server.start(silent)
            assert run_sql(server, "SELECT 1") == "1"
        finally:
            stranger.kill()


@pytest.mark.usefixtures("made_anew")
def test_a_stop_while_a_cluster_is_made_removes_it_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    asked = iter([False] * 10)

    with pytest.raises(StopAsked, match="initdb was stopped"):
        EmbeddedPostgres.prepare(tmp_path / "state", said.append, stopping=lambda: next(asked, True))

    assert said[-1].startswith("removing the half-made cluster: ")
    folders = [Path(name) for name in said[-1].partition(": ")[2].split(", ")]
    assert not any(folder.exists() for folder in folders)
    assert sorted(path.name for path in (tmp_path / "state" / "postgres").iterdir()) == ["lock"]


def test_a_cluster_whose_data_is_gone_is_named_with_what_helps(server: EmbeddedPostgres) -> None:
    version = server.data / "PG_VERSION"
    text = version.read_text()
    version.unlink()

    with pytest.raises(ProcessFault, match=rf"{server.data}: PostgreSQL's data is gone; put it back from a backup, or"):
        EmbeddedPostgres.prepare(server.home.parent, silent)
    version.write_text(text)


def test_a_record_of_somebody_elses_making_is_not_believed(server: EmbeddedPostgres) -> None:
    record = server.home / "places.json"
    record.rename(server.home / "kept")
    record.symlink_to(server.home / "kept")

    with pytest.raises(ProcessFault, match=r"places\.json: a link, which is not followed: move it away"):
        EmbeddedPostgres.prepare(server.home.parent, silent)
    (server.home / "kept").rename(record)


def test_the_wheel_holds_the_programs_that_we_need() -> None:
    names = {path.name for path in (installed_tree() / "bin").iterdir()}

    assert {"postgres", "initdb", "psql", "pgbench"} <= names
