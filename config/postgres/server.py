"""One PostgreSQL server of our own: prepared, started, stopped, killed; its programs come from a wheel.

What belongs here: the life of the server and who may connect to it. What never may: the ledger's tables, or
any setting that is not particular to one installation (those are in config/postgres/postgresql.conf, one file for
everybody).

Who may connect is said in config.postgres.settings: peers on the Unix socket. Nothing listens on a network.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, Signals
from typing import IO
from urllib.parse import quote

import msgspec

from config.kit import shared_memory
from config.kit.exit_codes import ExitCode, ProcessFault, StopAsked
from config.kit.own_files import open_own
from config.kit.processes import (
    Identity,
    Progress,
    Waiting,
    children_of,
    guarded,
    is_alive,
    last_line,
    print_progress,
    processes_in,
    run_alone,
    signal_quietly,
    spawn,
)
from config.postgres import left_over
from config.postgres.install import reachable_tree, server_identity
from config.postgres.places import (
    Places,
    choose_places,
    folders_of,
    lock_home,
    make_folder,
    make_home,
    record_places,
    recorded_places,
    remove_folders,
)
from config.postgres.settings import READER, ROLE, SUPERUSER, write_settings

DATABASE = "yzt"
PORT = 5432  # no port of a network: a part of the socket's name, told in every DSN so that no PGPORT counts
SOCKET = f".s.PGSQL.{PORT}"
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

PID_FILE_BYTES_MAX = 1 << 16
FAST_STOP_NS = 60_000_000_000
"""How long a fast shutdown may take (it writes a checkpoint) before an immediate one is asked for."""
IMMEDIATE_STOP_NS = 10_000_000_000


def _never() -> bool:
    return False


def dsn_at(sockets: Path, database: str, role: str) -> str:
    """How to connect to a server that listens in the folder `sockets`, for asyncpg and libpq alike."""
    return f"postgresql:///{database}?host={quote(str(sockets), safe='/')}&port={PORT}&user={role}"


@dataclass
class EmbeddedPostgres:
    """A server in a state directory. Make one with `prepare`; one process at a time may have it started."""

    home: Path
    """`<state>/postgres`: the record of places, the lock, the log."""
    data: Path
    sockets: Path
    tree: Path
    identity: Identity | None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _lock: IO[bytes] | None = field(default=None, repr=False)
    _stopping: Callable[[], bool] = field(default=_never, repr=False)
    _mapped: shared_memory.Mapped = field(default=shared_memory.NOTHING, repr=False)
    """What the running postmaster had mapped when it was ready: one that is killed can no longer be asked."""

    @classmethod
    def prepare(
        cls,
        state_directory: Path,
        progress: Progress = print_progress,
        log_files_ahead: int = 0,
        *,
        user: str = "",
        stopping: Callable[[], bool] = _never,
    ) -> "EmbeddedPostgres":
        """Makes the cluster if there is none yet, with role, database and `log_files_ahead`; finds it otherwise.

        `user`: who runs the server when root asks; "": see `server_identity`. `stopping` is asked again and again while
        a cluster is made.

        Raises: ProcessFault with one line when the programs, a user or a folder is missing, or initdb fails; StopAsked
        when `stopping` said so. What was made of a new cluster is then removed.
        """
        home = make_home(state_directory)
        identity = server_identity(user)
        with lock_home(home):
            places = recorded_places(home)
            if places is not None and not places.prepared:
                remove_folders(home, places)
                places = None
            if places is not None:
                server = cls._at(home, places, identity)
                if not (server.data / "PG_VERSION").exists():
                    remedy = f"put it back from a backup, or move {home} away to begin with nothing"
                    raise ProcessFault(f"{server.data}: PostgreSQL's data is gone; {remedy}", ExitCode.UNAVAILABLE)
                return server
            if (home / "data" / "PG_VERSION").exists():
                message = f"{home}: places.json is gone and a cluster is there: put the file back, or move data away"
                raise ProcessFault(message, ExitCode.DATA)
            return cls._made(home, identity, progress, log_files_ahead, stopping)

    @classmethod
    def _at(cls, home: Path, places: Places, identity: Identity | None) -> "EmbeddedPostgres":
        data = Path(places.data)
        tree = reachable_tree(identity, data.with_name("programs"))
        return cls(home, data, Path(places.sockets), tree, identity)

    @classmethod
    def _made(
        cls,
        home: Path,
        identity: Identity | None,
        progress: Progress,
        log_files_ahead: int,
        stopping: Callable[[], bool],
    ) -> "EmbeddedPostgres":
        """A new cluster, whole or not at all."""
        progress("preparing PostgreSQL: a new cluster")
        places = choose_places(home, identity)
        try:
            record_places(home, places)
            server = cls._at(home, places, identity)
            server._stopping = stopping
            server._initialise()
            if log_files_ahead:
                server._lay_out_log(log_files_ahead)
            server._stopping = _never
            record_places(home, msgspec.structs.replace(places, prepared=True))
        except BaseException:
            progress(f"removing the half-made cluster: {', '.join(map(str, folders_of(home, places)))}")
            remove_folders(home, places)
            (home / "places.json").unlink(missing_ok=True)
            raise
        return server

    def start(self, progress: Progress = print_progress) -> None:
        """Starts the server and returns when it accepts connections; crash recovery may take its time.

        Raises: ProcessFault when another process runs it, or when it ends before it is ready.
        """
        self.launch(progress)
        waiting = Waiting("PostgreSQL to start", progress)
        while not self.is_ready():
            waiting.pause(self.log_path)

    def launch(self, progress: Progress = print_progress) -> None:
        """Starts the server without waiting until it accepts connections.

        Raises: ProcessFault when another process runs it.
        """
        self._lock = lock_home(self.home)
        try:
            left_over.wait_for_predecessor(self.data, FAST_STOP_NS, progress)
            left_over.remove_stale_locks(self._lock_files)
            write_settings(self.settings, self.identity)
            make_folder(self.sockets, self.identity)  # one in /tmp is gone after a reboot
            command = [self.binary("postgres"), *self._where, "-k", str(self.sockets), "-h", "", "-p", str(PORT)]
            with open_own(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as log:
                self._process = spawn(
                    command, death_signal=SIGINT, output=log, environment=ENVIRONMENT, identity=self.identity
                )
        except BaseException:
            self._ended()
            raise

    def is_ready(self) -> bool:
        """Whether the launched server accepts connections: its postmaster has written so into line 8 of its
        pid file.

        Raises: ProcessFault when it has ended.
        """
        if self.has_ended() and self._process is not None:
            status = self._process.returncode
            self._ended()
            message = f"PostgreSQL ended with status {status}: {last_line(self.log_path)}"
            raise ProcessFault(message, ExitCode.UNAVAILABLE)
        try:
            with open_own(self.data / "postmaster.pid", os.O_RDONLY) as file:
                lines = file.read(PID_FILE_BYTES_MAX).decode(errors="replace").splitlines()
        except FileNotFoundError:
            return False
        ready = len(lines) >= 8 and lines[0] == str(self.postmaster_pid) and lines[7].strip() == "ready"
        if ready:
            self._mapped = shared_memory.mapped_by((self.postmaster_pid,))
        return ready

    def stop(self, progress: Progress = print_progress, at_once: Callable[[], bool] = _never) -> None:
        """Stops the server: fast, then immediate, then by force; immediate as soon as `at_once` says so (what is
        committed is safe, the next start recovers). Nothing of it is left; does nothing when stopped.
        """
        if self._process is None:
            return
        waiting = Waiting("PostgreSQL to stop", progress)
        signal_quietly(self._process.pid, SIGINT)
        waited_ns = 0
        while self._process.poll() is None and waited_ns < FAST_STOP_NS and not at_once():
            waited_ns = waiting.pause()
        limit_ns = waited_ns + IMMEDIATE_STOP_NS
        signal_quietly(self._process.pid, SIGQUIT)
        while self._process.poll() is None and waiting.pause() < limit_ns:
            pass
        self.kill_all()

    def kill_all(self) -> None:
        """SIGKILL to postmaster and backends at once, as a power cut would; returns when all are gone."""
        if self._process is None:
            return
        # Stopped first, the postmaster starts no backend between our look at its children and its end.
        if self._process.poll() is None:
            signal_quietly(self._process.pid, Signals.SIGSTOP)
        backends = children_of(self._process.pid)
        mapped = shared_memory.mapped_by((self._process.pid, *backends, *processes_in(self.data)))
        for process_id in (self._process.pid, *backends):
            signal_quietly(process_id, SIGKILL)
        self._process.wait()
        waiting = Waiting("PostgreSQL's backends to end", print_progress)
        while any(is_alive(process_id) for process_id in (*backends, *processes_in(self.data))):
            for process_id in processes_in(self.data):
                signal_quietly(process_id, SIGKILL)
            waiting.pause()
        shared_memory.remove(mapped | self._mapped)
        self._ended()

    def has_ended(self) -> bool:
        """Whether a started server ended by itself (a crash); False when it was never started or was
        stopped.
        """
        return self._process is not None and self._process.poll() is not None

    def is_running(self) -> bool:
        """Whether it was started and has neither been stopped, nor killed, nor ended by itself."""
        return self._process is not None and self._process.poll() is None

    def folders(self) -> list[Path]:
        """Every folder that was made for it, those outside the state directory too."""
        places = recorded_places(self.home)
        outside = folders_of(self.home, places) if places is not None else []
        return [self.home, *(folder for folder in outside if not folder.is_relative_to(self.home))]

    def remove(self) -> None:
        """Deletes the stopped cluster with every folder made for it, those outside the state directory too.

        Raises: ProcessFault while a process has it started, or naming what cannot be removed.
        """
        with lock_home(self.home):
            places = recorded_places(self.home)
            if places is not None:
                remove_folders(self.home, places)
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def postmaster_pid(self) -> int:
        """The process id of the postmaster.

        Raises: ProcessFault when the server is not started.
        """
        if self._process is None:
            raise ProcessFault("PostgreSQL is not started", ExitCode.UNAVAILABLE)
        return self._process.pid

    @property
    def dsn(self) -> str:
        """How role `yzt` connects to database `yzt`, for asyncpg and libpq alike."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str, role: str = ROLE) -> str:
        """The same for another database, or for the superuser (only as the user that runs the server)."""
        return dsn_at(self.sockets, database, role)

    @property
    def settings(self) -> Path:
        """The folder of `postgresql.conf` and of the rules who may connect, written anew at every start."""
        return self.data.with_name("settings")

    @property
    def _where(self) -> list[str]:
        return ["-D", str(self.data), "-c", f"config_file={self.settings / 'postgresql.conf'}"]

    @property
    def log_path(self) -> Path:
        """Where the server's messages go."""
        return self.home / "postgresql.log"

    def binary(self, name: str) -> str:
        """The path of one of PostgreSQL's programs, such as `pgbench`."""
        return str(self.tree / "bin" / name)

    def checkpoint(self) -> None:
        """Returns when everything committed so far is in the files of the tables.

        Raises: ProcessFault with PostgreSQL's message.
        """
        where = self.dsn_of("postgres", SUPERUSER)
        self._run([self.binary("psql"), "--no-psqlrc", "--quiet", "-d", where, "-c", "CHECKPOINT"], "")

    def administer(self, statements: Sequence[str]) -> None:
        """Runs statements as superuser, one by one, while the server is stopped (single-user mode).

        Raises: ProcessFault with PostgreSQL's message when one fails.
        """
        left_over.remove_stale_locks(self._lock_files)
        write_settings(self.settings, self.identity)
        command = [self.binary("postgres"), "--single", "-j", *self._where, "-c", "exit_on_error=on"]
        text = "".join(f"{statement}\n;\n\n" for statement in statements)
        self._run([*command, SUPERUSER], text)

    def _initialise(self) -> None:
        """Creates the cluster, then role and database, then the rules who may connect."""
        # The builtin provider sorts by code point on every host, whatever locales and C library it has.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        access = ["--auth-local=peer", "--auth-host=reject", f"--username={SUPERUSER}"]
        checks = ["--data-checksums", "--no-instructions"]
        self._run([self.binary("initdb"), "-D", str(self.data), *locale, *access, *checks], "")
        role = f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        reader = role.replace(ROLE, READER, 1) + " CONNECTION LIMIT 16"
        read_only = f"ALTER ROLE {READER} SET default_transaction_read_only = on"
        self.administer([role, reader, read_only, f"CREATE DATABASE {DATABASE} OWNER {ROLE}"])

    def _lay_out_log(self, files: int) -> None:
        """Creates log files ahead, which a checkpoint then keeps for reuse: the first busy minutes write into files
        that exist instead of creating, zeroing and flushing each one while a commit waits.
        """
        switch = ["SELECT pg_logical_emit_message(false, 'yzt', 'log file')", "SELECT pg_switch_wal()"]
        self.administer([*(switch * files), "CHECKPOINT"])

    def _run(self, command: list[str], text: str) -> None:
        """Runs one of PostgreSQL's programs to its end as the server's user."""
        code, said = run_alone(guarded(command, SIGKILL, self.identity), text, ENVIRONMENT, self._stopping)
        if code is None:
            raise StopAsked(f"{Path(command[0]).name} was stopped")
        if code != 0:
            lines = [line for line in said.splitlines() if line.strip()]
            wrong = [line for line in lines if "FATAL" in line or "ERROR" in line or "error:" in line] or lines
            reason = wrong[0] if wrong else f"status {code}"
            raise ProcessFault(f"{Path(command[0]).name} failed: {reason}", ExitCode.UNAVAILABLE)

    @property
    def _lock_files(self) -> tuple[tuple[Path, str], ...]:
        return (self.data, "postmaster.pid"), (self.sockets, f"{SOCKET}.lock"), (self.sockets, SOCKET)

    def _ended(self) -> None:
        self._process = None
        self._mapped = shared_memory.NOTHING
        if self._lock is not None:
            self._lock.close()
            self._lock = None
