"""How a process says how it is, and how it is asked: a Unix socket of its own that its main loop answers.

What belongs here: the socket, what is said over it, asking within a bounded time. What never may: what becomes of an
answer (config.supervise.status), the loops of the processes.

Whoever connects is told one line of JSON and hung up on. A process that is stopped, or whose loop is stuck, takes the
connection and says nothing: that is how it is found out.
"""

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from config.kit.own_files import make_way

ANSWER_BYTES_MAX = 1 << 14
BACKLOG = 8
LEAST_WAIT_SECONDS = 0.05  # for those behind one that took all the time: what they say is there by then


class Said(msgspec.Struct, frozen=True):
    """What a process says of itself. `why` it does not serve; facts by name, as a person wants to read them."""

    pid: int
    serves: bool
    why: str
    facts: dict[str, int | float | str]


def encoded(serves: bool, why: str, facts: dict[str, int | float | str]) -> bytes:
    """The line that this process says now."""
    return msgspec.json.encode(Said(os.getpid(), serves, why, facts)) + b"\n"


def listening(state: Path, name: str) -> socket.socket:
    """The socket on which process `name` of this state directory is asked; it does not block.

    Raises: OSError; ConfigFault when something that is no socket stands in its place.
    """
    taken = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(state) as folder:
            make_way(_file(state, name))
            taken.bind(f"{folder.path}/{name}.ask")
        _file(state, name).chmod(0o600)
        taken.listen(BACKLOG)
        taken.setblocking(False)
    except BaseException:
        taken.close()
        raise
    return taken


def ask_all(state: Path, names: Sequence[str], within_ns: int) -> dict[str, Said | None]:
    """Asks processes at once. Returns what each said, None for one that says nothing within the time."""
    end_ns = time.monotonic_ns() + within_ns
    asked = {name: _connected(state, name, within_ns) for name in names}
    return {name: None if one is None else _heard(one, end_ns) for name, one in asked.items()}


class _short:
    """A folder under a path of a few bytes: a Unix socket's address has room for 107."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = ""

    def __enter__(self) -> "_short":
        self._descriptor = os.open(self._folder, os.O_PATH | os.O_DIRECTORY)
        self.path = f"/proc/self/fd/{self._descriptor}"
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self._descriptor)


def _file(state: Path, name: str) -> Path:
    return state / f"{name}.ask"


def _connected(state: Path, name: str, within_ns: int) -> socket.socket | None:
    asking = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    asking.settimeout(within_ns / 1e9)
    try:
        with _short(state) as folder:
            asking.connect(f"{folder.path}/{name}.ask")
    except OSError:
        asking.close()
        return None
    return asking


def _heard(asking: socket.socket, end_ns: int) -> Said | None:
    said = b""
    with asking:
        try:
            while len(said) < ANSWER_BYTES_MAX:
                asking.settimeout(max((end_ns - time.monotonic_ns()) / 1e9, LEAST_WAIT_SECONDS))
                data = asking.recv(ANSWER_BYTES_MAX)
                if not data:
                    return msgspec.json.decode(said, type=Said)
                said += data
        except (OSError, msgspec.DecodeError):
            return None
    return None
