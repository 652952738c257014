"""The configuration: one TOML file over built-in defaults, checked once, then frozen.

What belongs here: every setting with its unit, its range and how it relates to others. What never may: a
setting that changes what a decision about money is (those are journaled), or a secret (keys are files that
are named here).
"""

import re
from pathlib import Path
from typing import Annotated

import msgspec

from config.calendar import Calendar, contradictions_of_days
from config.desks import DayDesk, Host, KeyId, PasswordDesk, Port
from config.dsn import fault_of
from config.kit.exit_codes import ConfigFault
from config.kit.wall_clock import CLOCK_FILE, WallClock, wall_clock
from config.toml_files import located, read_toml
from protocol.limits import (
    COMMIT_RECORDS_MAX,
    CREDIT_RECORDS_MAX,
    CREDIT_RECORDS_MIN,
    FRAME_RECORDS_MAX,
    HEARTBEAT_NS_MAX,
    HEARTBEAT_NS_MIN,
    LINKS_MAX,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
    UNSETTLED_DATES_MAX,
    UNSETTLED_DATES_MIN,
)
from protocol.trade_dates import is_trade_date

DEFAULTS = Path(__file__).with_name("defaults.toml")
_DSN_PASSWORD = re.compile(r"(://[^:/@]*:|[?&]password=)([^@&]*)(@|&|$)")
UNIX_SOCKET_PATH_BYTES_MAX = 107
LEDGER_SOCKET = "ledger.sock"
PASSWORDS_DOOR = "passwords.sock"
FORMER_KEYS_MAX = 32  # two suites, one rotation a quarter: four years

Positive = Annotated[int, msgspec.Meta(ge=1, le=2**40)]
DurationNs = Annotated[int, msgspec.Meta(ge=1_000_000, le=86_400_000_000_000)]
"""A duration in nanoseconds, from a millisecond to a day."""
Suite = Annotated[str, msgspec.Meta(pattern="^(ed25519|p256)$")]


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[state]: where everything lives that the system writes."""

    directory: str


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[gateway.tls]: TLS 1.3 with client certificates; all three files, or none for plain TCP."""

    certificate: str
    key: str
    ca: str

    @property
    def enabled(self) -> bool:
        """Whether links are TLS."""
        return self.certificate != ""


class Gateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[gateway]: broker links."""

    host: Host
    port: Port
    metrics_host: Host
    metrics_port: Port
    links_max: Annotated[int, msgspec.Meta(ge=1, le=LINKS_MAX)]
    credit_records: Annotated[int, msgspec.Meta(ge=CREDIT_RECORDS_MIN, le=CREDIT_RECORDS_MAX)]
    heartbeat_ns: Annotated[int, msgspec.Meta(ge=HEARTBEAT_NS_MIN, le=HEARTBEAT_NS_MAX)]
    drain_ns: DurationNs
    tls: Tls


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[ledger]: the socket it serves, the journal's database, the group commit."""

    socket: str
    dsn: str
    metrics_host: Host
    metrics_port: Port
    group_records_max: Annotated[int, msgspec.Meta(ge=FRAME_RECORDS_MAX, le=COMMIT_RECORDS_MAX)]
    group_commit_target_ns: DurationNs


class Follower(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[follower]: the read model, the snapshots, how far it steps back for the writer, and when views call what waits
    overdue.
    """

    metrics_host: Host
    metrics_port: Port
    snapshot_every_requests: Positive
    snapshot_every_ns: DurationNs
    gather_ns: DurationNs
    nice: Annotated[int, msgspec.Meta(ge=0, le=19)]
    allotment_working_days: Annotated[int, msgspec.Meta(ge=1, le=250)]


class FormerKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of bank.former_keys: a private key of the bank that was replaced, under the id it had then."""

    suite: Suite
    key_id: KeyId
    file: str


class Bank(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[bank]: the bank's private keys (PKCS#8 PEM), one per signing suite, that of its own seat, and their
    ids.
    """

    ed25519_key: str
    ed25519_key_id: KeyId
    p256_key: str
    p256_key_id: KeyId
    seat_key: str
    seat_key_id: KeyId
    seat_suite: Suite
    former_keys: Annotated[tuple[FormerKey, ...], msgspec.Meta(max_length=FORMER_KEYS_MAX)]


class Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[trade]: the trade date a first start opens, yyyymmdd, and how many dates may wait for their settlement."""

    date: Annotated[int, msgspec.Meta(ge=TRADE_DATE_MIN, le=TRADE_DATE_MAX)]
    unsettled_dates_max: Annotated[int, msgspec.Meta(ge=UNSETTLED_DATES_MIN, le=UNSETTLED_DATES_MAX)]


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[clock]: whether the wall clock of all processes may be a simulated one, for tests, scenarios and training."""

    simulation: bool


class Postgres(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[postgres]: the embedded server, when its cluster is made."""

    log_files_ahead: Annotated[int, msgspec.Meta(ge=0, le=256)]


class Supervise(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[supervise]: as whom the processes run, how often one that ended is started again, how long a stop may take."""

    run_as: str
    restarts_max: Annotated[int, msgspec.Meta(ge=0, le=1_000)]
    restarts_window_ns: DurationNs
    backoff_first_ns: DurationNs
    backoff_max_ns: DurationNs
    stop_ns: DurationNs


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[log]: the logs of all processes."""

    format: Annotated[str, msgspec.Meta(pattern="^(console|json)$")]
    level: Annotated[str, msgspec.Meta(pattern="^(debug|info|warning|error)$")]
    rotate_bytes: Annotated[int, msgspec.Meta(ge=65_536, le=2**40)]
    files_kept: Annotated[int, msgspec.Meta(ge=1, le=100)]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole configuration. Relative paths in it are read from `base`, the folder of its file."""

    state: State
    gateway: Gateway
    ledger: Ledger
    follower: Follower
    bank: Bank
    trade: Trade
    calendar: Calendar
    day_desk: DayDesk
    password_desk: PasswordDesk
    clock: Clock
    postgres: Postgres
    supervise: Supervise
    log: Log
    base: str = "."

    def path(self, name: str) -> Path:
        """The path of a file or folder named in this configuration: absolute, unless `base` is empty, which is said of
        a process that stands in its state directory and cannot see where that is.
        """
        return Path(self.base, name).resolve() if self.base else Path(name)

    @property
    def state_directory(self) -> Path:
        """Where everything lives that the system writes."""
        return self.path(self.state.directory)

    @property
    def ledger_socket(self) -> Path:
        """The Unix socket between gateway and ledger: `ledger.sock` in the state directory unless named."""
        return self.path(self.ledger.socket) if self.ledger.socket else self.state_directory / LEDGER_SOCKET

    def key_file(self, suite: str) -> Path:
        """The bank's private key of a suite: `keys/bank-<suite>.pem` in the state directory unless named."""
        named = {"ed25519": self.bank.ed25519_key, "p256": self.bank.p256_key}[suite]
        return self.path(named) if named else self.state_directory / "keys" / f"bank-{suite}.pem"

    @property
    def seat_key_file(self) -> Path:
        """The private key of the bank's own seat: `keys/bank-seat.pem` in the state directory unless
        named.
        """
        named = self.bank.seat_key
        return self.path(named) if named else self.state_directory / "keys" / "bank-seat.pem"

    @property
    def day_desk_key_file(self) -> Path:
        """The private key of the day desk's seat: `keys/bank-seat-N.pem` in the state directory unless named."""
        named = self.day_desk.key
        return self.path(named) if named else self.state_directory / "keys" / f"bank-seat-{self.day_desk.seat}.pem"

    @property
    def password_desk_key_file(self) -> Path:
        """The private key of the password desk's seat: `keys/bank-seat-N.pem` in the state directory unless named."""
        desk = self.password_desk
        return self.path(desk.key) if desk.key else self.state_directory / "keys" / f"bank-seat-{desk.seat}.pem"

    @property
    def passwords_folder(self) -> Path:
        """The password desk's pepper and keys of boxes: `passwords` in the state directory unless named."""
        named = self.password_desk.secrets
        return self.path(named) if named else self.state_directory / "passwords"

    @property
    def passwords_door(self) -> Path:
        """The Unix socket at which the password desk is asked: `passwords.sock` in the state directory unless named."""
        named = self.password_desk.door
        return self.path(named) if named else self.state_directory / PASSWORDS_DOOR

    @property
    def clock_file(self) -> Path:
        """The simulated clock, where there is one."""
        return self.state_directory / CLOCK_FILE

    def wall_clock(self) -> WallClock:
        """The wall clock of this installation's processes and programs.

        Raises: ConfigFault where there is a simulated one that is not allowed.
        """
        return wall_clock(self.clock_file, self.clock.simulation)

    def ready_file(self, name: str) -> Path:
        """Where the process `name` says that it serves: JSON with its pid and the ports it listens on."""
        return self.state_directory / f"{name}.ready"


def load(path: str | Path | None) -> Config:
    """Reads a configuration file over the defaults; None means the defaults alone, seen from the current
    folder.

    Raises: ConfigFault with one line: file, key path, reason; and in any process whose assertions are off.
    """
    if not __debug__:
        raise ConfigFault("python -O removes checks of the books: start without -O and PYTHONOPTIMIZE")
    file = Path(path) if path is not None else None
    tree = read_toml(DEFAULTS)
    if file is not None:
        _overlay(tree, read_toml(file), "")
    base = str(file.resolve().parent) if file is not None else _current_folder()
    name = str(file) if file is not None else DEFAULTS.name
    if "base" in tree:
        base = str(Path(base, str(tree["base"])))
    try:
        config = msgspec.convert({**tree, "base": base}, Config)
    except msgspec.ValidationError as error:
        raise ConfigFault(f"{name}: {located(str(error))}") from None
    for key, reason in _contradictions(config):
        raise ConfigFault(f"{name}: {key}: {reason}")
    return config


def _current_folder() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        raise ConfigFault("the current folder is gone: go to one that is there, or name a file with --config") from None


def with_dsn(config: Config, dsn: str) -> Config:
    """The same configuration with the journal's database named."""
    return msgspec.structs.replace(config, ledger=msgspec.structs.replace(config.ledger, dsn=dsn))


def without_secrets(config: Config) -> Config:
    """The same configuration for a person to look at: a password in the database's name is covered."""
    return with_dsn(config, _DSN_PASSWORD.sub(r"\1***\3", config.ledger.dsn))


def dump(config: Config) -> str:
    """The configuration as TOML that `load` reads back to the same."""
    lines: list[str] = []
    _dump_table(msgspec.to_builtins(config), "", lines)
    return "\n".join(lines) + "\n"


def _overlay(under: dict[str, object], over: dict[str, object], prefix: str) -> None:
    """Puts the values of `over` into `under`, table by table."""
    for key, value in over.items():
        below = under.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            _overlay(below, value, f"{prefix}{key}.")
        else:
            under[key] = value


def _contradictions(config: Config) -> list[tuple[str, str]]:
    """What single ranges cannot say: (key path, reason) of every setting that does not fit another."""
    found: list[tuple[str, str]] = []
    gateway, supervise = config.gateway, config.supervise
    files = (gateway.tls.certificate, gateway.tls.key, gateway.tls.ca)
    if any(files) and not all(files):
        found.append(("gateway.tls", "certificate, key and ca: all three or none"))
    if gateway.drain_ns > supervise.stop_ns:
        found.append(("gateway.drain_ns", "must not exceed supervise.stop_ns, which would cut the drain short"))
    if supervise.backoff_first_ns > supervise.backoff_max_ns:
        found.append(("supervise.backoff_first_ns", "must not exceed supervise.backoff_max_ns"))
    key_ids = (config.bank.ed25519_key_id, config.bank.p256_key_id, config.bank.seat_key_id)
    former_ids = [key.key_id for key in config.bank.former_keys]
    if len(set(key_ids)) != len(key_ids):
        found.append(("bank", "ed25519_key_id, p256_key_id and seat_key_id must differ"))
    elif len({*key_ids, *former_ids}) != len(key_ids) + len(former_ids):
        found.append(("bank.former_keys", "each key_id must differ from every other key's: an id is never used twice"))
    if config.ledger.group_records_max % FRAME_RECORDS_MAX:
        found.append(("ledger.group_records_max", f"must be a multiple of a frame's {FRAME_RECORDS_MAX}"))
    for key, socket in (("ledger.socket", config.ledger_socket), ("password_desk.door", config.passwords_door)):
        if len(bytes(socket)) > UNIX_SOCKET_PATH_BYTES_MAX and (key == "ledger.socket" or config.password_desk.run):
            limit = f"at most {UNIX_SOCKET_PATH_BYTES_MAX} bytes fit a Unix socket's address"
            found.append((key, f"{socket} has {len(bytes(socket))} bytes, {limit}"))
    of_metrics = (gateway, config.ledger, config.follower, config.day_desk, config.password_desk)
    ports = [gateway.port, *(one.metrics_port for one in of_metrics)]
    taken = [port for port in ports if port != 0]
    if len(set(taken)) != len(taken):
        found.append(
            ("gateway.port", "gateway, metrics of gateway, ledger, follower and the desks need six different ports")
        )
    dsn_fault = fault_of(config.ledger.dsn) if config.ledger.dsn else None
    if dsn_fault is not None:
        found.append(("ledger.dsn", dsn_fault))
    if not is_trade_date(config.trade.date):
        found.append(("trade.date", f"{config.trade.date} is no date yyyymmdd"))
    return found + contradictions_of_days(config.calendar)


def _dump_table(table: dict[str, object], prefix: str, lines: list[str]) -> None:
    for key, value in table.items():
        if not isinstance(value, dict):
            lines.append(f"{key} = {_dump_value(value)}")
    for key, value in table.items():
        if isinstance(value, dict):
            lines.extend(["", f"[{prefix}{key}]"])
            _dump_table(value, f"{prefix}{key}.", lines)


def _dump_value(value: object) -> str:
    """A value on one line: JSON is TOML for everything but tables."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_dump_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_dump_value(item)}' for key, item in value.items())} }}"
    return msgspec.json.encode(value).decode()
