"""Giving up root: a process that root started becomes the user that `supervise.run_as` names.

What belongs here: becoming that user for good, and what must be seen to before. What never may: the choice of the user
(config.supervise.supervisor), or a way back.

The interpreter and the code may lie where that user cannot enter, such as root's own home; so may the state directory.
So a process first goes into its state directory and speaks of everything there by its name alone, loads what Python
would otherwise load later, reads its keys, and only then gives up its rights.
"""

import ctypes
import importlib
import os
import pwd
import signal

import msgspec

from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.schema import Config
from config.supervise.state_folders import ROOT

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
LOADED_LATE = (
    "encodings.ascii",
    "encodings.cp437",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.unicode_escape",
    "encodings.utf_8_sig",
    "ctypes.util",
    "concurrent.futures.thread",
    "http.client",
    "http.server",
    "linecache",
    "multiprocessing",
    "numpy.lib.format",
    "socketserver",
    "tokenize",
    "traceback",
    "unicodedata",
    "zipfile",
)
"""Modules that libraries import only when they first need them: by then they may be out of reach."""

replace = msgspec.structs.replace


def gives_up_root(config: Config) -> bool:
    """Whether this process is root and is not to stay so."""
    return os.geteuid() == 0 and config.supervise.run_as not in ("", ROOT)


def stand_inside(config: Config) -> Config:
    """Goes into the state directory if root will be given up. Returns: the configuration as seen from there."""
    if not gives_up_root(config):
        return config
    gateway, bank = config.gateway, config.bank
    state = config.state_directory
    socket = config.ledger_socket
    inside = socket.relative_to(state) if socket.is_relative_to(state) else socket
    os.chdir(state)

    def absolute(name: str) -> str:
        return str(config.path(name)) if name else ""

    tls = replace(
        gateway.tls,
        certificate=absolute(gateway.tls.certificate),
        key=absolute(gateway.tls.key),
        ca=absolute(gateway.tls.ca),
    )
    former = tuple(replace(key, file=absolute(key.file)) for key in bank.former_keys)
    keys = {name: absolute(getattr(bank, name)) for name in ("ed25519_key", "p256_key", "seat_key")}
    day_desk = replace(config.day_desk, key=absolute(config.day_desk.key))
    passwords = config.password_desk
    named = {name: absolute(getattr(passwords, name)) for name in ("key", "secrets", "door")}
    return replace(
        config,
        base="",
        state=replace(config.state, directory="."),
        gateway=replace(gateway, tls=tls),
        ledger=replace(config.ledger, socket=str(inside)),
        bank=replace(bank, former_keys=former, **keys),
        day_desk=day_desk,
        password_desk=replace(passwords, **named),
    )


def give_up_root(config: Config, *, holds_keys: bool = False) -> None:
    """Becomes the configured user, for good, if this process is root and is not to stay so. For the main thread, before
    there are others. A process that `holds_keys` cannot be looked into by others of the same user either.

    Raises: ConfigFault when there is no such user; ProcessFault when it could not be done.
    """
    if holds_keys and ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise ProcessFault("the keys in memory cannot be closed to others", ExitCode.UNAVAILABLE)
    if not gives_up_root(config):
        return
    name, parent = config.supervise.run_as, os.getppid()
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise ConfigFault(f"supervise.run_as: there is no user {name}") from None
    for module in LOADED_LATE:
        importlib.import_module(module)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    if 0 in os.getresuid() or prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise ProcessFault(f"could not become user {name}", ExitCode.UNAVAILABLE)
    # The kernel forgets both when credentials change: that this process ends with its supervisor, and that it may be
    # looked into.
    prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    prctl(PR_SET_DUMPABLE, 0 if holds_keys else 1, 0, 0, 0)
    if os.getppid() != parent:
        raise ProcessFault("the supervisor ended before this process began", ExitCode.UNAVAILABLE)
