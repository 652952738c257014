"""Answering whoever asks how this process is, in the loop that does its work.

Belongs here: accepting and answering. Never here: what is said (service, follower), the socket
(config.kit.telling.asking).
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable


async def answer(listening: socket.socket, said: Callable[[], bytes]) -> None:
    """Tells everybody who connects what `said` returns, until cancelled; then the socket is closed."""
    loop = asyncio.get_running_loop()
    with listening:
        while True:
            asking, _address = await loop.sock_accept(listening)
            with asking, contextlib.suppress(OSError):
                asking.send(said())  # a fresh socket takes a line at once; who hung up wants none
