"""The ready file of a process: that it serves, and on which ports.

What belongs here: writing it, reading it, taking it back. What never may: who waits for it (config.supervise), where it
lies (config.schema).
"""

import os
from pathlib import Path

import msgspec

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import make_way, open_own, put_in_place
from config.kit.processes import is_alive

READY_BYTES_MAX = 1 << 16


class Ready(msgspec.Struct, frozen=True):
    """What a process writes into its ready file once it serves; ports by what they are for, such as
    `links`.
    """

    pid: int
    ports: dict[str, int] = {}


def write_ready(file: Path, ports: dict[str, int]) -> None:
    """Says that this process serves: written aside and renamed, so that a reader sees all of it or
    nothing.
    """
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with open_own(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as stream:
        stream.write(msgspec.json.encode(Ready(os.getpid(), ports)))
    put_in_place(draft, file)


def withdraw_ready(file: Path, process_id: int | None = None) -> None:
    """Takes back that a process (None: this one) serves; what another one that lives has said stays."""
    try:
        said = read_ready(file)
    except ConfigFault:  # no file of ours: what it says does not count
        said = None
    mine = os.getpid() if process_id is None else process_id
    if said is None or said.pid == mine or not is_alive(said.pid):
        make_way(file)


def read_ready(file: Path) -> Ready | None:
    """What the ready file says, or None while there is none, or none that says anything.

    Raises: ConfigFault when what is there is no file of this installation's own.
    """
    try:
        with open_own(file, os.O_RDONLY) as stream:
            return msgspec.json.decode(stream.read(READY_BYTES_MAX), type=Ready)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
