"""Answering whoever asks how this process is, in the loop that does its work.

Belongs here: accepting and answering. Never here: what is said (daemon), the socket (config.kit.telling.asking).
"""

import socket
from collections.abc import Callable

import trio


async def answer(listening: socket.socket, said: Callable[[], bytes]) -> None:
    """Tells everybody who connects what `said` returns, until cancelled; then the socket is closed."""
    accepting = trio.socket.from_stdlib_socket(listening)
    try:
        while True:
            asking, _address = await accepting.accept()
            try:
                await asking.send(said())  # a fresh socket takes a line at once; who hung up wants none
            except OSError:
                pass
            finally:
                asking.close()
    finally:
        accepting.close()
