"""Keeps the processes of one installation running: what `yzt up` does, usable as a library too.

What belongs here: the order of start and stop, who is started again and when everything is stopped instead.
What never may: anything about money; this is plain synchronous code and no process of the money path waits
for it.

Order of start: PostgreSQL (unless a DSN is configured), ledger, gateway, follower, then the password desk and the day
desk where they are run; each must serve before the next begins. Order of stop: the desks, gateway (it drains), ledger,
follower, PostgreSQL.
"""

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from config.dsn import place_of
from config.kit.exit_codes import MUST_NOT_SERVE, ExitCode, ProcessFault, StopAsked
from config.kit.own_files import make_way, open_own, put_in_place, take_lock
from config.kit.processes import POLL_SECONDS, Progress, Waiting, last_line, print_progress, signal_quietly
from config.kit.stop_request import SIGNALLED
from config.kit.telling.ready_files import Ready
from config.postgres.server import EmbeddedPostgres
from config.schema import Config, dump, with_dsn
from config.supervise.children import Child, RestartBudget
from config.supervise.state_folders import OUTBOXES, hand_over, make_state_directory, make_state_folder, runs_as

POSTGRES = "postgres"
MODULES = {"ledger": "ledger", "gateway": "gateway", "follower": "ledger.follower"}
"""Names in the order of start, and the module that each runs."""
DAY_DESK = "day_desk"
DAY_DESK_MODULE = "config.cli.day.program"
PASSWORD_DESK = "password_desk"  # noqa: S105 - a name
PASSWORD_DESK_MODULE = "config.cli.passwords.program"  # noqa: S105 - a name
STOP_ORDER = (DAY_DESK, PASSWORD_DESK, "gateway", "ledger", "follower")
EFFECTIVE_FILE = "effective.toml"


class Supervisor:
    """The running system. A thread of its own watches the children; every method may be called from any
    thread.

    One instance is started once.

    Raises from `start`, `wait_ready` and `pid`: ProcessFault, with the exit code that the whole should end
    with.
    """

    def __init__(
        self,
        config: Config,
        *,
        progress: Progress = print_progress,
        commands: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Takes the configuration, and for tests other commands by name; `{config}` in one becomes the
        file.
        """
        self._progress = progress
        self._state = config.state_directory
        self._config = config
        self._commands = commands
        self._postgres: EmbeddedPostgres | None = None
        self._postgres_ready = False
        self._postgres_budget = RestartBudget(config.supervise)
        self._children: dict[str, Child] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._at_once = False
        self._fault: ProcessFault | None = None
        self._watcher: threading.Thread | None = None
        self._lock: IO[bytes] | None = None
        self._handed: int | None = None

    @property
    def postgres(self) -> EmbeddedPostgres | None:
        """The embedded server, or None with a DSN."""
        return self._postgres

    @property
    def config_file(self) -> Path:
        """The configuration in force, for people and other commands: the given one, with absolute paths and the DSN
        filled in. The children are handed the same as a descriptor, which no name leads to.
        """
        return self._state / EFFECTIVE_FILE

    def start(self) -> None:
        """Starts everything and returns when all of it serves. After a fault, what was started is stopped
        again.
        """
        make_state_directory(self._config)
        self._take_lock()
        try:
            self._config.wall_clock()  # before it is handed over, and before any process finds it not allowed
            hand_over(self._config)
            if runs_as(self._config) is not None:
                make_state_folder(self._config, OUTBOXES)  # before somebody else does, and `yzt load` is refused
            dsn = self._config.ledger.dsn
            if dsn:
                self._progress(f"using PostgreSQL at {place_of(dsn)}")
            else:
                dsn = self._start_postgres()
            self._write_effective(dsn)
            self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
            self._watcher.start()
            for name, command in self._all_commands().items():
                self._progress(f"starting {name}")
                self._start_child(name, command)
                self.wait_ready(name)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> int:
        """Stops everything in order; nothing is left running. Returns the exit code; a second call only
        that.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._watcher is not None:
            self._watcher.join()
        for name in [*STOP_ORDER, *(name for name in self._children if name not in STOP_ORDER)]:
            if name in self._children:
                self._stop_child(self._children[name])
        if self._postgres is not None:
            self._postgres.stop(self._progress, lambda: self._at_once)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._handed is not None:
            os.close(self._handed)
            self._handed = None
        return self.exit_code

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for or is under way."""
        return self._stopping

    @property
    def exit_code(self) -> int:
        """What the whole ends with: 0, or the code of the fault that ended it."""
        return int(self._fault.exit_code) if self._fault is not None else int(ExitCode.OK)

    @property
    def fault(self) -> ProcessFault | None:
        """Why everything must stop, if it must."""
        return self._fault

    def request_stop(self) -> None:
        """Lets `start`, `wait_ready` and `wait` return soon; `stop` must still be called. Asked again, `stop` waits for
        nobody: what is unanswered stays unknown until it is asked for again. For signal handlers too.
        """
        self._at_once = self._stopping
        self._stopping = True

    def wait(self) -> None:
        """Waits until a stop is requested or a fault ends the whole."""
        while not self._stopping and self._fault is None:
            with self._changed:
                self._changed.wait(0.2)  # a signal handler sets the flag and cannot notify

    def pid(self, name: str) -> int:
        """The process id of `postgres`, or of a process by its name."""
        if name == POSTGRES and self._postgres is not None:
            return self._postgres.postmaster_pid
        with self._changed:
            process = self._child(name).process
        if process is None:
            raise ProcessFault(f"{name} is not running at the moment", ExitCode.UNAVAILABLE)
        return process.pid

    def ports(self) -> list[tuple[str, str, int]]:
        """(process, what for, port) of everything that listens on a network."""
        with self._changed:
            serving = [(child.name, child.ready) for child in self._children.values()]
        return [(name, what, port) for name, ready in serving if ready for what, port in ready.ports.items()]

    def starts(self, name: str) -> int:
        """How often a process was started, the first time included."""
        with self._changed:
            return self._child(name).starts

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Sends a signal and waits for the end; the watcher then starts it again. `postgres` means all
        of it.
        """
        if name == POSTGRES and self._postgres is not None:
            with self._changed:
                self._postgres.kill_all()  # the watcher, shut out until now, finds it ended
            return
        with self._changed:
            child = self._child(name)
            lives = child.starts
            if child.process is not None:
                signal_quietly(child.process.pid, number)
            child.ready = None
            make_way(child.ready_file)
        while not self._fault and not self._stopping:
            with self._changed:
                if child.starts > lives or child.restart_at_ns is not None:
                    return
            time.sleep(POLL_SECONDS)

    def wait_ready(self, name: str) -> Ready:
        """Waits until a process serves, with progress and without a deadline. Returns: its pid and ports."""
        waiting = Waiting(f"{name} to serve", self._progress)
        while True:
            with self._changed:
                child = self._child(name)
                ready = child.ready
            if self._fault is not None:
                raise self._fault
            if self._stopping:
                raise StopAsked(f"stopped while {name} was not yet serving")
            if ready is not None:
                return ready
            waiting.pause(child.log_file)

    def _child(self, name: str) -> Child:
        if name not in self._children:
            raise ProcessFault(f"there is no process {name!r} here", ExitCode.USAGE)
        return self._children[name]

    def _all_commands(self) -> dict[str, tuple[str, ...]]:
        file = f"/proc/self/fd/{self._handed}"
        if self._commands is not None:
            return {
                name: tuple(part.replace("{config}", file) for part in parts) for name, parts in self._commands.items()
            }
        head = (sys.executable, "-m")
        modules = dict(MODULES)
        if self._config.password_desk.run:
            modules[PASSWORD_DESK] = PASSWORD_DESK_MODULE
        if self._config.calendar.run:
            modules[DAY_DESK] = DAY_DESK_MODULE
        return {name: (*head, module, "--config", file) for name, module in modules.items()}

    def _take_lock(self) -> None:
        taken = f"{self._state}: already served by another `yzt up`"
        self._lock = take_lock(self._state / "supervisor.lock", taken, ExitCode.UNAVAILABLE, by_us_alone=True)

    def _start_postgres(self) -> str:
        ahead = self._config.postgres.log_files_ahead
        self._postgres = EmbeddedPostgres.prepare(
            self._state, self._progress, ahead, user=self._config.supervise.run_as, stopping=lambda: self._stopping
        )
        if self._stopping:
            raise StopAsked("stopped before PostgreSQL was started")
        self._progress("starting PostgreSQL")
        self._postgres.launch(self._progress)
        waiting = Waiting("PostgreSQL to start", self._progress)
        while not self._postgres.is_ready():
            if self._stopping:
                raise StopAsked("stopped while PostgreSQL was starting")
            waiting.pause(self._postgres.log_path)
        self._postgres_ready = True
        return self._postgres.dsn

    def _start_child(self, name: str, command: tuple[str, ...]) -> None:
        log_file = self._state / f"{name}.log"
        budget = RestartBudget(self._config.supervise)
        handed = () if self._handed is None else (self._handed,)
        child = Child(name, command, self._config.ready_file(name), log_file, budget, runs_as(self._config), handed)
        with self._changed:
            child.start()
            self._children[name] = child

    def _write_effective(self, dsn: str) -> None:
        identity, config = runs_as(self._config), with_dsn(self._config, dsn)
        found = msgspec.structs.replace(config.state, directory=str(self._state))
        config = msgspec.structs.replace(config, state=found)
        if identity is not None:
            supervise = msgspec.structs.replace(config.supervise, run_as=identity.name)
            config = msgspec.structs.replace(config, supervise=supervise)
        draft = self.config_file.with_name(self.config_file.name + ".new")
        make_way(draft)
        with open_own(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:  # for us alone: a DSN may hold a password
            file.write(dump(config).encode())
        self._handed = _unchangeable(dump(config).encode())
        put_in_place(draft, self.config_file)

    def _watch(self) -> None:
        """What the watching thread does until a stop or a fault: sees who is ready, who ended, who is due."""
        with self._changed:
            while not self._stopping and self._fault is None:
                try:
                    self._look_at_postgres()
                    for child in self._children.values():
                        self._look_at(child)
                except ProcessFault as fault:
                    self._fault = fault
                except OSError as error:  # else nobody would look any more, and nobody would know
                    reason = f"{error.filename or 'supervisor'}: {error.strerror}"
                    self._fault = ProcessFault(reason, ExitCode.UNAVAILABLE)
                self._changed.notify_all()
                self._changed.wait(POLL_SECONDS)

    def _look_at_postgres(self) -> None:
        if self._postgres is None:
            return
        if not self._postgres.is_running():
            self._progress("PostgreSQL ended; starting it again")
            self._postgres.kill_all()
            self._relaunch_postgres()
        elif not self._postgres_ready:
            self._postgres_ready = self._postgres.is_ready()

    def _relaunch_postgres(self) -> None:
        """Launches the killed server again; the watcher sees when it is ready, and no child restarts
        before.
        """
        self._postgres_ready = False
        if self._postgres_budget.spend(time.monotonic_ns()) is None:
            raise ProcessFault("PostgreSQL ended too often", ExitCode.UNAVAILABLE)
        if self._postgres is not None:
            self._postgres.launch(self._progress)

    def _look_at(self, child: Child) -> None:
        if child.look() and child.starts > 1:  # before the exit code: one that served and ended at once has served
            self._progress(f"{child.name} serves again")
        code = child.exit_code()
        if code is None:
            if child.restart_is_due() and (self._postgres is None or self._postgres_ready):
                self._progress(f"starting {child.name} again")
                child.start()
            return
        how = f"signal {code - SIGNALLED}" if code > SIGNALLED else f"exit code {code}"
        what = f"{child.name} ended with {how}"
        reason = last_line(child.log_file)
        known = {int(known) for known in ExitCode}
        if code in MUST_NOT_SERVE or not child.has_served:
            ending = ExitCode(code) if code in known and code != ExitCode.OK else ExitCode.UNAVAILABLE
            raise ProcessFault(f"{what}: {reason}", ending)
        if not child.plan_restart():
            often = self._config.supervise.restarts_max + 1
            raise ProcessFault(f"{what}, {often} times by now: {reason}", ExitCode.UNAVAILABLE)
        self._progress(what)

    def _stop_child(self, child: Child) -> None:
        process = child.process
        if process is not None and process.poll() is None:
            self._progress(f"stopping {child.name}")
            signal_quietly(process.pid, signal.SIGTERM)
            waiting = Waiting(f"{child.name} to stop", self._progress)
            while process.poll() is None:
                if waiting.pause(child.log_file) > self._config.supervise.stop_ns or self._at_once:
                    self._progress(f"{child.name} {'is killed' if self._at_once else 'did not stop: killing it'}")
                    signal_quietly(process.pid, signal.SIGKILL)
                    process.wait()
        with suppress(ProcessFault):  # whatever stands there: the others are stopped too
            make_way(child.ready_file)


def _unchangeable(content: bytes) -> int:
    """A descriptor of what nobody can change any more, and that has no name in any folder."""
    descriptor = os.memfd_create(EFFECTIVE_FILE, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(content)
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor
