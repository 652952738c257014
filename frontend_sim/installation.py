"""A whole Yinzhengtong of our own for one session: in a temporary folder, on ports the system chooses, gone after.

Belongs here: setting up and taking down. Never here: what happens in the session (trading_session, replay).
"""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trio

from config.cli.links import seat_settings
from config.cli.output import OutputLost
from config.cli.passwords.secret_files import make as make_secrets
from config.keys import make_missing_bank_keys, write_key_pair
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from config.kit.stop_request import THIS_PROCESS
from config.kit.wall_clock import SimulatedClock
from config.postgres.server import EmbeddedPostgres
from config.schema import LEDGER_SOCKET, UNIX_SOCKET_PATH_BYTES_MAX, Config
from config.supervise.state_folders import make_state_directory
from config.supervise.supervisor import Supervisor
from frontend_sim.market.desks import ROLES, BankDesks
from protocol.client import SeatSettings
from protocol.client.keys import load_signer
from protocol.keys.signing import Signer
from protocol.vocabulary import BANK_PARTY, BANK_SEAT

FOLDER_PREFIX = "yzt-session-"
STATE = "state"
PARTY_KEY_ID = 1
FAULT_SECONDS = 0.1
REMOVALS_MAX = 20
REMOVAL_PAUSE_SECONDS = 0.1
"""Between attempts to remove a folder into which something may still have put a file."""

replace = msgspec.structs.replace


@dataclass(frozen=True, slots=True)
class Installation:
    """A running system and the configuration to reach it with."""

    config: Config
    supervisor: Supervisor

    @property
    def postgres(self) -> EmbeddedPostgres:
        """Its own server. Raises: ProcessFault where it has none."""
        if self.supervisor.postgres is None:
            raise ProcessFault("this needs the embedded PostgreSQL", ExitCode.UNAVAILABLE)
        return self.supervisor.postgres


def temporary_config(config: Config, folder: Path) -> Config:
    """The same configuration with state and keys in `folder`, free ports, the embedded PostgreSQL and no TLS; the
    password desk is not run.
    """
    return replace(
        config,
        base=str(folder),
        state=replace(config.state, directory=STATE),
        gateway=replace(
            config.gateway,
            host="127.0.0.1",
            port=0,
            metrics_host="127.0.0.1",
            metrics_port=0,
            tls=replace(config.gateway.tls, certificate="", key="", ca=""),
        ),
        ledger=replace(config.ledger, socket="", dsn="", metrics_host="127.0.0.1", metrics_port=0),
        follower=replace(config.follower, metrics_host="127.0.0.1", metrics_port=0),
        day_desk=replace(config.day_desk, key="", metrics_host="127.0.0.1", metrics_port=0),
        password_desk=replace(
            config.password_desk,
            run=False,
            key="",
            secrets="",
            door="",
            metrics_host="127.0.0.1",
            metrics_port=0,
        ),
        bank=replace(config.bank, ed25519_key="", p256_key="", seat_key=""),
    )


@dataclass(slots=True)
class _WhileServing:
    """Progress whose loss, a full disk or a closed pipe, ends a session, but never keeps it from being taken down."""

    progress: Progress
    is_over: bool = False
    lost: OutputLost | None = None

    def __call__(self, line: str) -> None:
        """Raises: OutputLost while the session is not over."""
        try:
            if self.lost is None:
                self.progress(line)
        except OutputLost as lost:
            self.lost = lost
            if not self.is_over:
                raise


@asynccontextmanager
async def temporary_installation(
    config: Config,
    progress: Progress,
    keep: bool = False,
    begins_at_ns: int | None = None,
    *,
    checks_passwords: bool = False,
) -> AsyncIterator[Installation]:
    """Everything started and serving; on leaving, everything stopped and, unless kept, every file removed. What is
    kept, or removed earlier than expected, is named.

    `begins_at_ns`: what a simulated clock shows, standing still, from before the first process on; None: it is left.
    `checks_passwords`: the password desk is run; the keys of all desks are made before.
    Raises: ProcessFault, alone or in a group, when something does not start, or when the supervisor gives a process
    up meanwhile. On cancellation, and when a signal asks for the end: stopped and removed all the same.
    """
    if config.ledger.dsn:
        progress("the configured DSN is left alone: this session has an embedded PostgreSQL of its own")
    folder = session_folder()
    own = temporary_config(config, folder)
    own = replace(own, password_desk=replace(own.password_desk, run=checks_passwords))
    said = _WhileServing(progress)
    supervisor = Supervisor(own, progress=said)
    complete = False
    with THIS_PROCESS.told(supervisor.request_stop):
        try:
            make_missing_bank_keys(own, lambda line: None)
            if checks_passwords:
                _make_password_desk(own)
            if begins_at_ns is not None:
                stand_at(own, begins_at_ns)
            await _start(supervisor)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_watch_for_fault, supervisor)
                yield Installation(own, supervisor)
                nursery.cancel_scope.cancel()
            complete = True
        finally:
            said.is_over = True
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(_take_down, supervisor, folder, keep, None if complete else said)
            if keep:
                said(f"kept: {', '.join(map(str, _folders(supervisor, folder)))}")
    if said.lost is not None:
        raise said.lost


def _make_password_desk(config: Config) -> None:
    """What it reads when it is started: the key of its seat, pepper and key of boxes."""
    make_state_directory(config)
    new_bank_desks(config)
    config.passwords_folder.mkdir(mode=0o700)
    make_secrets(config.passwords_folder, 1)


def stand_at(config: Config, utc_ns: int) -> None:
    """Let the simulated clock of an installation show this, standing still, before its first process is there."""
    make_state_directory(config)
    SimulatedClock(config.clock_file).put(utc_ns, is_stopped=True)


def session_folder() -> Path:
    """A new folder for temporary files, where a Unix socket in its state directory has room for its name.

    Raises: ProcessFault when none can be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        if len(bytes(folder / STATE / LEDGER_SOCKET)) > UNIX_SOCKET_PATH_BYTES_MAX:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir="/tmp"))
    except OSError as error:
        message = f"{error.filename or 'a temporary folder'}: {error.strerror}: TMPDIR names another place for it"
        raise ProcessFault(message, ExitCode.UNAVAILABLE) from None
    return folder


async def _start(supervisor: Supervisor) -> None:
    """Starts everything, in a thread; a cancellation makes it leave off."""
    started = False

    async def leave_off_when_cancelled() -> None:
        try:
            await trio.sleep_forever()
        finally:
            if not (started or supervisor.stopping):
                supervisor.request_stop()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(leave_off_when_cancelled)
        await trio.to_thread.run_sync(supervisor.start)
        started = True
        nursery.cancel_scope.cancel()


async def _watch_for_fault(supervisor: Supervisor) -> None:
    """Never returns. Raises: ProcessFault as soon as the supervisor has given up on a process."""
    while supervisor.fault is None:  # noqa: ASYNC110 - the fault is set in a thread that knows nothing of trio
        await trio.sleep(FAULT_SECONDS)
    raise supervisor.fault


def _folders(supervisor: Supervisor, folder: Path) -> list[Path]:
    """The session's folder, and those that its PostgreSQL needed elsewhere."""
    made = supervisor.postgres.folders() if supervisor.postgres is not None else []
    return [folder, *(path for path in made if not path.is_relative_to(folder))]


def _take_down(supervisor: Supervisor, folder: Path, keep: bool, progress: Progress | None) -> None:
    """Raises: ProcessFault naming what is left when the folder cannot be removed."""
    supervisor.stop()
    if keep:
        return
    if progress is not None:
        progress(f"removing {', '.join(map(str, _folders(supervisor, folder)))}")
    if supervisor.postgres is not None:
        supervisor.postgres.remove()
    for _ in range(REMOVALS_MAX):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(REMOVAL_PAUSE_SECONDS)
    left = ", ".join(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))
    raise ProcessFault(f"{folder} cannot be removed, it holds: {left}", ExitCode.FAILED)


def new_bank_desks(config: Config) -> BankDesks:
    """New key pairs of the bank's desks, in the state directory."""
    for seat in ROLES:
        write_key_pair(desk_key_file(config, seat), config.bank.seat_suite)
    return known_bank_desks(config)


def known_bank_desks(config: Config) -> BankDesks:
    """Those that were made before."""
    return BankDesks({seat: desk_signer(config, seat) for seat in ROLES})


def desk_key_file(config: Config, seat: int) -> Path:
    """Where the key of one of the bank's desks lies."""
    return config.state_directory / "keys" / f"bank-seat-{seat}.pem"


def desk_signer(config: Config, seat: int) -> Signer:
    """The key of a desk; its id follows that of master data."""
    return load_signer(desk_key_file(config, seat), config.bank.seat_key_id + seat - BANK_SEAT)


def desk_settings(config: Config, desks: BankDesks, seat: int) -> SeatSettings:
    """Settings of one of the bank's desks."""
    return seat_settings(config, BANK_PARTY, seat, desks.signers[seat])


def new_party_signer(config: Config, party: int, suite: str) -> Signer:
    """A new key pair of a party, in the state directory."""
    write_key_pair(party_key_file(config, party), suite)
    return party_signer(config, party)


def party_key_file(config: Config, party: int) -> Path:
    """Where the key of a simulated party lies."""
    return config.state_directory / "keys" / f"party-{party}.pem"


def party_signer(config: Config, party: int) -> Signer:
    """The key of a simulated party; its id is 1."""
    return load_signer(party_key_file(config, party), PARTY_KEY_ID)
