"""Connections to PostgreSQL: made under a name, and noticed by the operating system when nobody answers any more.

Belongs here: connecting, the options of the socket, what asyncpg raises. Never here: statements, what is done about a
lost connection (journal, follower).
"""

import os
import socket

import asyncpg

from config.dsn import place_of
from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.limits import DATABASE_SILENT_NS_MAX

IDLE_SECONDS = 4
INTERVAL_SECONDS = 2
PROBES = 3
assert (IDLE_SECONDS + INTERVAL_SECONDS * PROBES) * 1_000_000_000 <= DATABASE_SILENT_NS_MAX

DATABASE_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What asyncpg raises when the database refuses or goes away; the third when we speak as the connection is lost."""
ROW_FAULTS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""What asyncpg raises when a row cannot be stored because of what stands in it."""


async def connect(dsn: str, name: str) -> asyncpg.Connection:
    """One connection under an application name that operators can tell apart.

    Raises: ProcessFault UNAVAILABLE with one line when PostgreSQL cannot be reached.
    """
    try:
        connection = await asyncpg.connect(dsn, server_settings={"application_name": f"yzt {name}"})
    except DATABASE_FAULTS as error:
        raise ProcessFault(f"PostgreSQL at {place_of(dsn)} cannot be reached: {error}", ExitCode.UNAVAILABLE) from None
    keep_alive(connection)
    return connection


def keep_alive(connection: asyncpg.Connection) -> None:
    """An idle connection is probed, and one whose bytes are not acknowledged ends, within DATABASE_SILENT_NS_MAX.

    Without it a cable that was pulled is noticed after a quarter of an hour. Does nothing to a Unix socket.
    """
    transport = connection._transport  # asyncpg has no other way to its socket
    spoken = transport.get_extra_info("socket")
    if spoken is None or spoken.family not in (socket.AF_INET, socket.AF_INET6):
        return
    # Options belong to the connection and not to the descriptor; uvloop's socket objects do not set any.
    with socket.socket(spoken.family, fileno=os.dup(spoken.fileno())) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE_SECONDS)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL_SECONDS)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DATABASE_SILENT_NS_MAX // 1_000_000)
