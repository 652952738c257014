"""Connections that never say who they are, or only garbage: a partner logs on all the same, and at once.

Belongs here: the waiting room, the pace at which strangers are let in, descriptors. Never here: partners that flood.
"""

import errno
import socket
import time
from collections.abc import Iterator

import pytest
import trio
import trio.testing

from gateway.daemon import Gateway
from gateway.entrance.listener import LOGGING_ON_MAX
from gateway.entrance.places import KnownPlaces
from gateway.entrance.waiting_room import FIRST_WORDS_S, SILENT_PER_ADDRESS_MAX, WaitingRoom
from protocol.codes import ReplyCode
from protocol.session.partner_events import NegotiatedEvent
from tests.gateway.entrance.test_hostile_partners import is_served
from tests.gateway.partner import Connect
from tests.protocol import keys

HELLO = bytes([22, 3, 1, 0, 200])  # a TLS handshake record of 200 bytes
LOGON_WITHIN_S = 1.0


class Peers:
    """Pairs of connected TCP sockets; all are closed in the end."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listening]

    def pair(self) -> tuple[socket.socket, socket.socket]:
        """(the stranger's end, the gateway's end)."""
        theirs = socket.create_connection(self._listening.getsockname())
        ours, _ = self._listening.accept()
        self._open += (theirs, ours)
        theirs.setblocking(False)
        return theirs, ours

    def close(self) -> None:
        for one in self._open:
            one.close()


@pytest.fixture
def peers() -> Iterator[Peers]:
    """Sockets that are closed afterwards."""
    made = Peers()
    yield made
    made.close()


def nothing_is_signed(prefix: bytes, place: str) -> bool:
    """Whether it is a party's own: no."""
    return False


@pytest.fixture
async def plain(nursery: trio.Nursery) -> WaitingRoom:
    """A room of a plain line; parties 2 and 3 are registered."""
    room = WaitingRoom(False, (2, 3).__contains__, nothing_is_signed, KnownPlaces())
    nursery.start_soon(room.keep)
    return room


@pytest.fixture
async def tls(nursery: trio.Nursery) -> WaitingRoom:
    """A room of a line with TLS."""
    room = WaitingRoom(True, (2, 3).__contains__, nothing_is_signed, KnownPlaces())
    nursery.start_soon(room.keep)
    return room


def prefix(party: int) -> bytes:
    """160 bytes that name a sender."""
    return bytes(8) + party.to_bytes(4, "little") + bytes(148)


def is_closed(theirs: socket.socket) -> bool:
    """Whether the other end has gone."""
    try:
        return theirs.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


async def test_whoever_has_spoken_is_let_in_and_its_bytes_are_all_there(plain: WaitingRoom, peers: Peers) -> None:
    (first, ours), (silent, hidden) = peers.pair(), peers.pair()
    plain.enter(hidden, "a")
    plain.enter(ours, "a")
    first.sendall(prefix(2) + b"and more")

    with trio.fail_after(LOGON_WITHIN_S):
        stranger = await plain.next()

    assert (stranger.socket, stranger.address) == (ours, "a")
    assert ours.recv(1_000) == prefix(2) + b"and more"
    first.sendall(b"x")
    await trio.lowlevel.wait_readable(ours)  # a single byte wakes again
    assert not is_closed(silent)


async def test_a_part_of_a_prefix_is_waited_for_and_its_end_is_not(plain: WaitingRoom, peers: Peers) -> None:
    (slow, ours), (gone, hidden) = peers.pair(), peers.pair()
    plain.enter(ours, "a")
    plain.enter(hidden, "a")
    slow.sendall(prefix(2)[:159])
    gone.sendall(bytes(10))
    gone.shutdown(socket.SHUT_WR)
    while not plain.sent_away:
        await trio.lowlevel.checkpoint()
    assert plain.count == 1
    slow.sendall(prefix(2)[159:])

    with trio.fail_after(LOGON_WITHIN_S):
        assert (await plain.next()).socket is ours


async def test_a_whole_client_hello_is_waited_for_before_anybody_works(tls: WaitingRoom, peers: Peers) -> None:
    whole, ours = peers.pair()
    others = [peers.pair() for _ in range(4)]
    tls.enter(ours, "a")
    for _, hidden in others:
        tls.enter(hidden, "a")
    others[0][0].sendall(HELLO)
    others[1][0].sendall(HELLO + bytes(199))
    others[2][0].sendall(b"GET / HTTP/1.1\r\n\r\n")
    others[3][0].sendall(bytes([22, 3, 1, 0xFF, 0xFF]))
    whole.sendall(HELLO + bytes(200))

    with trio.fail_after(LOGON_WITHIN_S):
        assert (await tls.next()).socket is ours
    while tls.sent_away < 2:
        await trio.lowlevel.checkpoint()
    assert [is_closed(theirs) for theirs, _ in others] == [False, False, True, True]


async def test_silence_ends_after_two_seconds(
    plain: WaitingRoom, peers: Peers, mock_clock: trio.testing.MockClock
) -> None:
    (early, first), (late, second) = peers.pair(), peers.pair()
    plain.enter(first, "a")
    mock_clock.jump(FIRST_WORDS_S / 2)
    plain.enter(second, "a")
    await trio.testing.wait_all_tasks_blocked(0.01)
    mock_clock.jump(FIRST_WORDS_S / 2)
    await trio.testing.wait_all_tasks_blocked(0.01)

    assert (is_closed(early), is_closed(late)) == (True, False)
    mock_clock.jump(FIRST_WORDS_S / 2)
    await trio.testing.wait_all_tasks_blocked(0.01)
    assert is_closed(late)


async def test_a_full_room_sends_away_the_longest_silent_of_the_address_that_has_most(
    plain: WaitingRoom, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.entrance.waiting_room.SILENT_MAX", 5)
    monkeypatch.setattr("gateway.entrance.waiting_room.SILENT_PER_ADDRESS_MAX", 3)
    pairs = [peers.pair() for _ in range(7)]
    for (_, ours), address in zip(pairs, "baaaacd", strict=True):
        plain.enter(ours, address)

    # The fourth of a sends away its first; the room being full then, its second goes for d.
    assert [is_closed(theirs) for theirs, _ in pairs] == [False, True, True, False, False, False, False]


async def test_no_descriptor_left_sends_a_stranger_away_and_does_not_spin(
    gateway: Gateway, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connect()
    assert gateway.listener.room is not None
    while not gateway.listener.room.count:
        await trio.lowlevel.checkpoint()
    tries = 0
    accept = socket.socket.accept

    def exhausted(listening: socket.socket) -> tuple[socket.socket, object]:
        nonlocal tries
        if listening.getsockname()[1] != gateway.port:  # a thread waits for whoever asks for figures
            return accept(listening)
        tries += 1
        if tries <= 2:
            raise OSError(errno.EMFILE, "Too many open files")
        return accept(listening)

    monkeypatch.setattr(socket.socket, "accept", exhausted)
    began = time.monotonic()
    await is_served(connect)

    assert time.monotonic() - began >= 0.1  # two pauses
    assert tries < 10
    assert gateway.listener.room.sent_away == 1


async def test_hundreds_of_silent_connections_delay_no_logon(connect: Connect, gateway: Gateway) -> None:
    """From the same address, too: whoever speaks at once is never the longest silent."""
    for _ in range(2 * SILENT_PER_ADDRESS_MAX):
        await connect()
    with trio.fail_after(LOGON_WITHIN_S):
        await (await connect(keys.OTHER_BROKER, keys.OTHER_SEAT)).log_on()

    assert gateway.listener.connections == 1
    assert gateway.listener.room is not None
    assert gateway.listener.room.count <= SILENT_PER_ADDRESS_MAX


async def test_strangers_that_speak_and_stay_are_sent_away_before_partners(
    connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let in, and never logged on: the places of those logging on are not theirs for longer than they are free."""
    monkeypatch.setattr("gateway.entrance.listener.LOGGING_ON_MAX", 4)
    broker = await connect()
    broker.session.negotiate(b"n" * 16, time.time_ns())
    await broker.flush()
    await broker.hear(NegotiatedEvent)
    for _ in range(12):
        await (await connect()).stream.send_all(prefix(2))
    await is_served(connect)

    assert (await broker.establish()).next_number == 1  # a signature says who it is
    assert LOGGING_ON_MAX > 4


async def test_garbage_is_let_in_at_the_pace_that_strangers_are_worth(
    connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And behind one address's garbage that names nobody, a partner's connection is next but one."""
    monkeypatch.setattr(gateway.listener, "_work", type(gateway.listener._work)(5, 1_000_000))
    for _ in range(60):
        await (await connect()).stream.send_all(bytes(160))
    began = time.monotonic()
    with trio.fail_after(LOGON_WITHIN_S):
        await is_served(connect)

    assert gateway.statistics.links_opened <= 2 + (time.monotonic() - began + 0.5) * 200
    assert gateway.statistics.links_ended_by_code[ReplyCode.MALFORMED_FRAME] >= 1
