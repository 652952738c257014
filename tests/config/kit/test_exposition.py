"""The metrics port of every process: what it answers, and what nobody can use up.

Belongs here: `config.kit.telling.exposition` alone. Never here: figures.
"""

import socket
import threading
import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest
from prometheus_client import CollectorRegistry, Gauge

from config.kit.telling import exposition
from config.kit.telling.exposition import HANDLERS, Exposition

ANSWERED_S = 5.0


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port with one figure, and patience for a fifth of a second."""
    monkeypatch.setattr(exposition, "ANSWERED_WITHIN_S", 0.2)
    registry = CollectorRegistry()
    Gauge("yzt_answer", "of a test", registry=registry).set(42)
    served = Exposition("127.0.0.1", 0, registry)
    yield served.port
    served.close()


def scrape(port: int, path: str = "/metrics") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=ANSWERED_S) as answer:
        text: bytes = answer.read()
        assert int(answer.headers["Content-Length"]) == len(text)
    return text.decode()


def ends(connection: socket.socket) -> bool:
    """Whether the other end closes, in time."""
    connection.settimeout(ANSWERED_S)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_the_figures_are_told_and_nothing_else(port: int) -> None:
    assert "yzt_answer 42.0" in scrape(port)
    assert "yzt_answer 42.0" in scrape(port, "/metrics?name=x")
    with pytest.raises(HTTPError, match="404"):
        scrape(port, "/etc/passwd")
    with pytest.raises(HTTPError, match="405"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", data=b"x", timeout=ANSWERED_S)


def test_silent_and_slow_connections_are_ended_and_the_next_is_answered(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3 * HANDLERS)]
    for connection in silent[:HANDLERS]:
        connection.sendall(b"GET /metrics HTTP/1.1\r\n")

    assert "yzt_answer 42.0" in scrape(port)
    for connection in silent:
        assert ends(connection)
        connection.close()


def test_a_request_without_end_is_cut(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX: " + b"x" * exposition.REQUEST_BYTES_MAX)
        assert ends(connection)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\xff\r\n\r\n")
        assert ends(connection)

    assert "yzt_answer" in scrape(port)


def test_connections_make_no_threads(port: int) -> None:
    before = threading.active_count()
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]

    assert threading.active_count() == before
    for connection in connections:
        connection.close()


def test_figures_that_cannot_be_read_are_no_end_of_the_port(caplog: pytest.LogCaptureFixture) -> None:
    registry = CollectorRegistry()
    Gauge("yzt_answer", "of a test", registry=registry).set_function(lambda: 1 / 0)
    served = Exposition("127.0.0.1", 0, registry)
    for _ in range(2 * HANDLERS):
        with pytest.raises(HTTPError, match="500"):
            scrape(served.port)

    assert "the figures could not be read" in caplog.text
    served.close()


def test_a_closed_port_is_free_again() -> None:
    served = Exposition("127.0.0.1", 0, CollectorRegistry())
    served.close()
    again = Exposition("127.0.0.1", served.port, CollectorRegistry())

    assert again.port == served.port
    again.close()
