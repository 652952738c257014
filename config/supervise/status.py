"""`yzt status`: what the processes say of themselves, and what is the matter with those that say nothing.

What belongs here: asking within a bounded time, the verdict, the lines for a person and for a program. What never may:
what a process knows of itself.
"""

import socket
from pathlib import Path

import msgspec

from config.kit.exit_codes import ProcessFault
from config.kit.processes import last_line, process_state
from config.kit.telling.asking import Said, ask_all
from config.kit.telling.ready_files import read_ready
from config.kit.wall_clock import SimulatedClock, spoken
from config.postgres.install import installed_tree
from config.postgres.places import recorded_places
from config.postgres.server import DATABASE, SOCKET, dsn_at
from config.postgres.settings import READER
from config.schema import Config

WITHIN_NS = 2_000_000_000
"""How long all processes together may take to answer."""
NAMES = ("ledger", "gateway", "follower")
DAY_DESK = "day_desk"  # where it runs by the clock
PASSWORD_DESK = "password_desk"  # noqa: S105 - a name; where it is run
POSTGRES_WITHIN_SECONDS = 1.0
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""What a client may ask a server before anything else; every server answers with one byte."""


class ProcessStatus(msgspec.Struct, frozen=True):
    """One process as it was found."""

    serves: bool
    pid: int | None
    why: str
    """Why it does not serve; empty when it does."""
    ports: dict[str, int]
    facts: dict[str, int | float | str]


class Status(msgspec.Struct, frozen=True):
    """The whole installation. `sql`: the command that reads by SQL, None where the database is not ours;
    `simulated_time`: None where time is the machine's.
    """

    serves: bool
    processes: dict[str, ProcessStatus]
    sql: str | None
    simulated_time: str | None = None


def status_of(config: Config) -> Status:
    """Asks all processes, within WITHIN_NS and a little."""
    state = config.state_directory
    sockets = None if config.ledger.dsn else _sockets(state)
    found: dict[str, ProcessStatus] = {}
    if not config.ledger.dsn:
        found["postgres"] = _postgres(sockets)
    desks = ((PASSWORD_DESK, config.password_desk.run), (DAY_DESK, config.calendar.run))
    names = (*NAMES, *(name for name, runs in desks if runs))
    said = ask_all(state, names, WITHIN_NS)
    found |= {name: _process(config, name, said[name]) for name in names}
    sql = None if sockets is None else f"{installed_tree() / 'bin' / 'psql'} '{dsn_at(sockets, DATABASE, READER)}'"
    return Status(all(one.serves for one in found.values()), found, sql, simulated_time(config))


def simulated_time(config: Config) -> str | None:
    """What the simulated clock shows, for a person; None where simulation is not allowed."""
    if not config.clock.simulation:
        return None
    if not config.clock_file.exists():
        return "the machine's until `yzt clock set`"
    return spoken(SimulatedClock(config.clock_file).said(), config.calendar.time_zone())


def lines_of(status: Status) -> list[str]:
    """The same for a person: the facts of each process in lines of at most 80 columns."""
    lines = [f"TIME IS SIMULATED: {status.simulated_time}"] if status.simulated_time is not None else []
    for name, one in status.processes.items():
        pid = "" if one.pid is None else f"  pid {one.pid}"
        lines.append(f"{name:<9} {'serves' if one.serves else 'DOES NOT SERVE'}{pid}")
        if one.why:
            lines.append(f"          {one.why}")
        told = [
            f"{what} {value:,}" if isinstance(value, int) else f"{what} {value}" for what, value in one.facts.items()
        ]
        told += [f"{what} port {port}" for what, port in one.ports.items()]
        lines += _folded(told)
    if status.sql is not None:
        lines.append(f"SQL: {status.sql}")
    return lines


def _folded(pieces: list[str]) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + len(piece) + 2 <= 80:
            lines[-1] += f", {piece}"
        else:
            lines.append(f"          {piece}")
    return lines


def _process(config: Config, name: str, said: Said | None) -> ProcessStatus:
    ready = read_ready(config.ready_file(name))
    ports = ready.ports if ready is not None else {}
    if said is not None:
        serves = said.serves and ready is not None
        why = said.why or ("" if serves else "it is not ready yet")
        return ProcessStatus(serves, said.pid, why, ports, said.facts)
    reason = last_line(config.state_directory / f"{name}.log")
    if ready is None:
        return ProcessStatus(False, None, f"not running{f'; last said: {reason}' if reason else ''}", {}, {})
    state = process_state(ready.pid)
    if state is None or state in "ZX":
        return ProcessStatus(False, ready.pid, f"it died{f'; last said: {reason}' if reason else ''}", ports, {})
    if state in "Tt":
        return ProcessStatus(False, ready.pid, "it is stopped (SIGSTOP); SIGCONT lets it go on", ports, {})
    why = f"it does not answer within {WITHIN_NS // 1_000_000_000} s"
    return ProcessStatus(False, ready.pid, why, ports, {})


def _sockets(state: Path) -> Path | None:
    """Where the embedded server listens; None when there is no cluster, or it is not ours to see."""
    try:
        places = recorded_places(state / "postgres")
    except (OSError, ProcessFault):
        return None
    return Path(places.sockets) if places is not None and places.prepared else None


def _postgres(sockets: Path | None) -> ProcessStatus:
    if sockets is None:
        return ProcessStatus(False, None, "no cluster has been made yet", {}, {})
    file = sockets / SOCKET
    asking = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    asking.settimeout(POSTGRES_WITHIN_SECONDS)
    with asking:
        try:
            asking.connect(str(file))
            asking.sendall(SSL_REQUEST)
            answers = len(asking.recv(1)) == 1
            why = "" if answers else "it takes no connection"
        except TimeoutError:
            answers, why = False, f"it does not answer within {POSTGRES_WITHIN_SECONDS:.0f} s"
        except OSError as error:
            answers, why = False, f"{file}: {error.strerror}"
    return ProcessStatus(answers, None, why, {}, {})
