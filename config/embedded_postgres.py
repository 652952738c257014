"""One PostgreSQL server of our own: prepared, started, stopped, killed; its programs come from a wheel.

What belongs here: the life of the server and who may connect to it. What never may: the ledger's tables, or
any setting that is not particular to one installation (those are in config/postgresql.conf, one file for
everybody).

Who may connect: only the Unix socket, only `peer`: the operating-system user that runs the server and the one
that called us, as role `yzt`, which owns database `yzt` and is no superuser. Nothing listens on a network.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, Signals
from typing import IO, Final
from urllib.parse import quote

import msgspec

from config.exit_codes import ExitCode, ProcessFault
from config.postgres_install import caller_name, reachable_tree, server_identity
from config.postgres_places import choose_places, lock_home, make_folder, record_places, recorded_places, remove_folders
from config.processes import (
    Identity,
    Progress,
    Waiting,
    children_of,
    guarded,
    is_alive,
    last_line,
    print_progress,
    processes_in,
    signal_quietly,
    spawn,
)

ROLE = "yzt"
DATABASE = "yzt"
SUPERUSER = "postgres"
SETTINGS = Path(__file__).with_name("postgresql.conf")
ENVIRONMENT: Final[Mapping[str, str]] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

FAST_STOP_NS = 60_000_000_000
"""How long a fast shutdown may take (it writes a checkpoint) before an immediate one is asked for."""
IMMEDIATE_STOP_NS = 10_000_000_000


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

    @classmethod
    def prepare(
        cls, state_directory: Path, progress: Progress = print_progress, log_files_ahead: int = 0
    ) -> "EmbeddedPostgres":
        """Makes the cluster if there is none yet, with role, database and `log_files_ahead`; finds it otherwise.

        Raises: ProcessFault with one line when the programs, a user or a folder is missing, or initdb fails.
        """
        home = state_directory.resolve() / "postgres"
        home.mkdir(parents=True, exist_ok=True)
        identity = server_identity()
        tree = reachable_tree(identity)
        with lock_home(home):
            places = recorded_places(home)
            if places is None or not places.prepared:
                if places is not None:
                    remove_folders(home, places)
                places = choose_places(home, identity)
                record_places(home, places)
                server = cls(home, Path(places.data), Path(places.sockets), tree, identity)
                progress("preparing PostgreSQL: a new cluster")
                server._initialise()
                server._lay_out_log(log_files_ahead)
                record_places(home, msgspec.structs.replace(places, prepared=True))
        return cls(home, Path(places.data), Path(places.sockets), tree, identity)

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
            self._wait_for_predecessor(progress)
            _write_settings(self.settings, self.identity)
            make_folder(self.sockets, self.identity)  # one in /tmp is gone after a reboot
            command = [self.binary("postgres"), *self._where, "-k", str(self.sockets), "-h", ""]
            with self.log_path.open("ab") as log:
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
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.postmaster_pid) and lines[7].strip() == "ready"

    def stop(self, progress: Progress = print_progress) -> None:
        """Stops the server: fast, then immediate, then by force. Nothing of it is left; does nothing when
        stopped.
        """
        if self._process is None:
            return
        waiting = Waiting("PostgreSQL to stop", progress)
        limits_ns = ((SIGINT, FAST_STOP_NS), (SIGQUIT, FAST_STOP_NS + IMMEDIATE_STOP_NS))
        for number, limit_ns in limits_ns:
            signal_quietly(self._process.pid, number)
            while self._process.poll() is None:
                if waiting.pause() > limit_ns:
                    break
        self.kill_all()

    def kill_all(self) -> None:
        """SIGKILL to postmaster and backends at once, as a power cut would; returns when all are gone."""
        if self._process is None:
            return
        # Stopped first, the postmaster starts no backend between our look at its children and its end.
        if self._process.poll() is None:
            signal_quietly(self._process.pid, Signals.SIGSTOP)
        backends = children_of(self._process.pid)
        for process_id in (self._process.pid, *backends):
            signal_quietly(process_id, SIGKILL)
        self._process.wait()
        waiting = Waiting("PostgreSQL's backends to end", print_progress)
        while any(is_alive(process_id) for process_id in (*backends, *processes_in(self.data))):
            for process_id in processes_in(self.data):
                signal_quietly(process_id, SIGKILL)
            waiting.pause()
        self._ended()

    def has_ended(self) -> bool:
        """Whether a started server ended by itself (a crash); False when it was never started or was
        stopped.
        """
        return self._process is not None and self._process.poll() is not None

    def is_running(self) -> bool:
        """Whether it was started and has neither been stopped, nor killed, nor ended by itself."""
        return self._process is not None and self._process.poll() is None

    def remove(self) -> None:
        """Deletes the stopped cluster with every folder made for it, those outside the state directory too.

        Raises: ProcessFault while a process has it started.
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
        return f"postgresql:///{database}?host={quote(str(self.sockets), safe='/')}&user={role}"

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
        _write_settings(self.settings, self.identity)
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
        self.administer([role, f"CREATE DATABASE {DATABASE} OWNER {ROLE}"])

    def _lay_out_log(self, files: int) -> None:
        """Creates log files ahead, which a checkpoint then keeps for reuse: the first busy minutes write into files
        that exist instead of creating, zeroing and flushing each one while a commit waits.
        """
        switch = ["SELECT pg_logical_emit_message(false, 'yzt', 'log file')", "SELECT pg_switch_wal()"]
        self.administer([*(switch * files), "CHECKPOINT"])

    def _run(self, command: list[str], text: str) -> None:
        """Runs one of PostgreSQL's programs to its end as the server's user."""
        done = subprocess.run(
            guarded(command, SIGKILL, self.identity),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=dict(ENVIRONMENT),
        )
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            wrong = [line for line in lines if "FATAL" in line or "ERROR" in line or "error:" in line] or lines
            reason = wrong[0] if wrong else f"status {done.returncode}"
            raise ProcessFault(f"{Path(command[0]).name} failed: {reason}", ExitCode.UNAVAILABLE)

    def _wait_for_predecessor(self, progress: Progress) -> None:
        """Waits until processes of a server whose supervisor was killed are gone; asks them to go.

        The lock is ours, so no other supervisor has this server: what runs in the data directory is left
        over.
        """
        waiting = Waiting("an earlier PostgreSQL to end", progress)
        while left_over := processes_in(self.data):
            number = SIGINT if waiting.pause() < FAST_STOP_NS else SIGQUIT
            for process_id in left_over:
                if not set(children_of(process_id)).isdisjoint(left_over) or number is SIGQUIT:
                    signal_quietly(process_id, number)

    def _ended(self) -> None:
        self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _write_settings(folder: Path, identity: Identity | None) -> None:
    """Puts our settings and the rules who may connect into a folder that the server's user reads, and only we
    write.

    Not into the data directory: root must not write where another user could have put a link.
    """
    server_user = identity.name if identity else caller_name()
    names = sorted({server_user, caller_name()})
    mapped = [f"yzt {_quoted(name)} {ROLE}" for name in names] + [f"yzt {_quoted(server_user)} {SUPERUSER}"]
    hba, ident = folder / "pg_hba.conf", folder / "pg_ident.conf"
    files = {
        folder / "postgresql.conf": f"{SETTINGS.read_text(encoding='utf-8')}\n"
        f"hba_file = {_literal(hba)}\nident_file = {_literal(ident)}\n",
        hba: f"local all {ROLE} peer map=yzt\nlocal all {SUPERUSER} peer map=yzt\n",
        ident: "\n".join(mapped) + "\n",
    }
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
