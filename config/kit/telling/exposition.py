"""`/metrics` over HTTP: a few handlers, and bounds for everything that whoever connects could use up.

Belongs here: the port, the handlers, the request's bounds. Never here: figures (each process has its own), HTTP beyond
what Prometheus asks.

The endpoint shares its process with the order path, and knows nobody: whoever reaches its address may ask. So there
are HANDLERS threads and no more, a connection has ANSWERED_WITHIN_S in all, a request REQUEST_BYTES_MAX, and a handler
rests after each scrape for a multiple of the time that the scrape took.
"""

import logging
import socket
import threading
import time
from contextlib import suppress

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

HANDLERS = 2  # one scrape, and a person who looks
BACKLOG = 8  # further connections wait in the system's own queue, or are dropped there
ANSWERED_WITHIN_S = 2.0
REQUEST_BYTES_MAX = 8 * 1024
REST_FACTOR = 4  # of a scrape's time: all scrapes together take a fifth of a processor for each handler
LOOK_S = 0.05  # how often a handler looks whether it is to end
PATHS = ("/metrics", "/")
_LOG = logging.getLogger(__name__)
_END = b"\r\n\r\n"


class Exposition:
    """The figures of one registry, served by threads of its own until `close`."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        """Serves at once; port 0 lets the system choose. Raises OSError when the address cannot be had."""
        self._registry = registry
        self._ended = threading.Event()
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        self._listening = socket.create_server(address[:2], family=family, backlog=BACKLOG)
        self._listening.settimeout(LOOK_S)
        self.port = int(self._listening.getsockname()[1])
        self._threads = [threading.Thread(target=self._handle, name="metrics", daemon=True) for _ in range(HANDLERS)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Ends serving and frees the port. The handlers end by themselves, the last within ANSWERED_WITHIN_S."""
        self._ended.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # a handler that waits would keep the port until it looks
        self._listening.close()

    def _handle(self) -> None:
        """One connection after the other."""
        while not self._ended.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:  # nobody came, no descriptor is left, or it is closed
                self._ended.wait(LOOK_S)
                continue
            began = time.monotonic()
            with connection, suppress(OSError, ValueError):
                spent_s = self._answer(connection, began + ANSWERED_WITHIN_S)
                self._ended.wait(REST_FACTOR * spent_s)

    def _answer(self, connection: socket.socket, deadline: float) -> float:
        """Answers one request. Returns the seconds that the figures took. Raises OSError, ValueError for no request."""
        method, path = _request_line(connection, deadline)
        spent_s, status, text = 0.0, "404 Not Found", b"see /metrics\n"
        if method not in ("GET", "HEAD"):
            status, text = "405 Method Not Allowed", b"GET only\n"
        elif path.partition("?")[0] in PATHS:
            began = time.monotonic()
            status, text = self._figures()
            spent_s = time.monotonic() - began
        head = f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE_PLAIN_0_0_4}\r\nContent-Length: {len(text)}\r\n"
        body = text if method != "HEAD" else b""
        _set_deadline(connection, deadline)
        connection.sendall(head.encode() + b"Connection: close" + _END + body)
        connection.shutdown(socket.SHUT_WR)
        return spent_s

    def _figures(self) -> tuple[str, bytes]:
        """They are read beside the order path, which may be changing what is counted: then somebody asks again."""
        try:
            return "200 OK", generate_latest(self._registry)
        except Exception:
            _LOG.exception("the figures could not be read")
            return "500 Internal Server Error", b"the figures could not be read: see the log\n"


def _request_line(connection: socket.socket, deadline: float) -> tuple[str, str]:
    """Method and path of the request, once its head is whole. Raises OSError, ValueError."""
    head = b""
    while _END not in head:
        if len(head) >= REQUEST_BYTES_MAX:
            raise ValueError("a request longer than its bound")
        _set_deadline(connection, deadline)
        more = connection.recv(REQUEST_BYTES_MAX - len(head))
        if not more:
            raise ValueError("the stream ended within a request")
        head += more
    method, path, _version = head.partition(b"\r\n")[0].decode("ascii").split(" ")
    return method, path


def _set_deadline(connection: socket.socket, deadline: float) -> None:
    """The next wait on the connection ends then. Raises TimeoutError when that has passed."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("a request that was too slow")
    connection.settimeout(left_s)
