"""One line of JSON over a Unix socket, for desks that are asked, or ask, by a process of the same machine.

Belongs here: who is at the other end, a line with a bound. Never here: what is asked (identity, passwords).
"""

import socket
import struct

import trio

_CREDENTIALS = struct.Struct("3i")  # process, user, group


def user_behind(stream: trio.SocketStream) -> int:
    """The user id of the process at the other end."""
    found = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user: int = _CREDENTIALS.unpack(found)[1]
    return user


async def line_of(stream: trio.SocketStream, bytes_max: int) -> bytes:
    """What comes until a line is whole, the other end hangs up, or more than `bytes_max` came: that is no line."""
    line = b""
    while b"\n" not in line and len(line) <= bytes_max:
        data = await stream.receive_some(bytes_max)
        if not data:
            break
        line += data
    return line
