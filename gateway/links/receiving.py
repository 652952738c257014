"""Receiving from a plain socket, a system call and an exception cheaper than the stream's own way.

Belongs here: the one call. Never here: what the bytes are, TLS.
"""

import os

import trio


async def receive(stream: trio.SocketStream, size: int) -> bytes:
    """Up to `size` bytes, none at the end of the stream. A partner's next word has mostly not come yet when it is
    waited for, so the wait comes first.

    Raises OSError when the connection broke, ClosedResourceError when the stream was closed. On cancellation nothing is
    lost.
    """
    while True:
        await trio.lowlevel.wait_readable(stream.socket)
        try:
            return os.read(stream.socket.fileno(), size)  # trio's sockets do not block
        except BlockingIOError:
            continue  # somebody's segment did not pass its checksum
