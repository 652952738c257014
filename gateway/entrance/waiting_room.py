"""Connections that have not said who they are: who waits, and who has to go.

Belongs here: sockets that wait for their first words, at the cost of a descriptor each and of no task. Never here: the
order of those that have spoken (entry_order), whose words they are (prefix_check), sessions, TLS, what a link says.

A stranger costs nothing to be, so everything here is bounded and nobody is turned away for what others do: a full
room sends away the connection that has been silent longest, of the place that has most of them and from which no party
has logged on, and a partner speaks at once.
"""

import contextlib
import select
import socket
import struct
from collections.abc import Callable, Iterator
from itertools import islice

import trio

from gateway.entrance.crowds import Crowds
from gateway.entrance.entry_order import Order, Stranger
from gateway.entrance.places import KnownPlaces
from protocol.limits import FIRST_WORDS_NS_MAX, PREFIX_BYTES

SILENT_MAX = 512  # connections of strangers; each one is a descriptor and a few hundred bytes
SILENT_PER_ADDRESS_MAX = 128
STRANGERS_PER_PASS = 8  # looked at before partners' sockets are looked at again: about a millisecond of work
TLS_RECORD_BYTES = 5  # type, version, length
TLS_HANDSHAKE = 22
TLS_RECORD_BYTES_MAX = 16 * 1024 + 256
FIRST_WORDS_S = FIRST_WORDS_NS_MAX / 1e9
_SENDER = struct.Struct("<i")
_SENDER_OFFSET = 8  # in the header
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing a stranger leaves nothing behind in the kernel


def reset(connection: socket.socket) -> None:
    """Closes it at once."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()


class WaitingRoom:
    """`enter` takes a socket, `next` gives out one that has spoken; `keep` is the task that looks after the others."""

    def __init__(
        self,
        is_tls: bool,
        is_party: Callable[[int], bool],
        is_signed: Callable[[bytes, str], bool],
        places: KnownPlaces,
    ) -> None:
        """`is_signed`: whether a prefix that came from a place is a party's own. `places`: where parties log on."""
        self._is_tls = is_tls
        self._is_party = is_party
        self._is_signed = is_signed
        self._places = places
        self._poll = select.epoll()
        self._silent: dict[int, Stranger] = {}  # by descriptor, the oldest first
        self._by_address: dict[str, dict[int, Stranger]] = {}  # the same
        self._crowds = {False: Crowds(), True: Crowds()}  # the places of these, by whether they were known
        self._order = Order()
        self._somebody = trio.lowlevel.ParkingLot()
        self.sent_away = 0  # full room, silence, or first words that are none

    @property
    def count(self) -> int:
        """Connections in here."""
        return len(self._silent) + self._order.count

    def enter(self, connection: socket.socket, address: str) -> None:
        """Takes a connected socket; somebody who has been silent for longer may have to go."""
        mine = self._by_address.get(address)
        if mine is not None and len(mine) >= SILENT_PER_ADDRESS_MAX:
            self._send_away(next(iter(mine.values())))
        elif len(self._silent) >= SILENT_MAX:
            self.send_oldest_away()
        wanted_bytes = TLS_RECORD_BYTES if self._is_tls else PREFIX_BYTES
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted_bytes)
            self._poll.register(connection, select.EPOLLIN)
        except OSError:
            connection.close()
            return
        now_s = trio.current_time()
        stranger = Stranger(connection, address, now_s, is_known=self._places.is_known(address, now_s))
        self._crowds[stranger.is_known].add(address)
        self._silent[connection.fileno()] = stranger
        self._by_address.setdefault(address, {})[connection.fileno()] = stranger

    def send_oldest_away(self) -> bool:
        """Closes the longest silent connection of the place that has most, first of places from which no party has
        logged on. False: nobody is silent here.
        """
        most = self._crowds[False].largest() or self._crowds[True].largest()
        if most is None:
            return False
        self._send_away(next(iter(self._by_address[most].values())))
        return True

    async def next(self) -> Stranger:
        """Waits for one that has spoken; the caller owns its socket, which gives out single bytes again."""
        while (stranger := self._order.take(trio.current_time())) is None:
            await self._somebody.park()
        with contextlib.suppress(OSError):
            stranger.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        return stranger

    async def keep(self) -> None:
        """Until cancelled: notices who has spoken, and sends away who has been silent for too long."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._end_silence)
                while True:
                    await trio.lowlevel.wait_readable(self._poll.fileno())
                    for descriptor, _event in self._poll.poll(0, STRANGERS_PER_PASS):
                        self._spoke(self._silent[descriptor])
                    await trio.lowlevel.checkpoint()
        finally:
            for stranger in [*self._silent.values(), *iter(lambda: self._order.take(0.0), None)]:
                stranger.socket.close()
            self._silent.clear()
            self._poll.close()

    async def _end_silence(self) -> None:
        while True:
            oldest = next(iter(self._silent.values()), None)
            until = trio.current_time() if oldest is None else oldest.since
            await trio.sleep_until(until + FIRST_WORDS_S)
            for stranger in list(islice(self._overdue(), STRANGERS_PER_PASS)):
                self._send_away(stranger)

    def _overdue(self) -> Iterator[Stranger]:
        now = trio.current_time()
        for stranger in self._silent.values():
            if now - stranger.since < FIRST_WORDS_S:
                return
            yield stranger

    def _spoke(self, stranger: Stranger) -> None:
        """There is something to read: let in, wait for the rest of it, or send away."""
        try:
            prefix = b"" if self._is_tls else self._prefix(stranger.socket)
            if self._is_tls and not self._has_said_hello(stranger.socket):
                return
        except (OSError, ValueError):
            self._send_away(stranger)
            return
        self._forget(stranger)
        now_s = trio.current_time()
        party = self._named(prefix)
        is_signed = party > 0 and not self._order.is_full_of_signed(party) and self._is_signed(prefix, stranger.address)
        is_known = self._places.is_known(stranger.address, now_s)
        gone = self._order.put(stranger, party, is_signed, is_known, now_s)
        if gone is not None:
            self._close(gone)
        self._somebody.unpark()

    def _prefix(self, connection: socket.socket) -> bytes:
        """(160,) bytes. Raises ValueError at an early end, OSError."""
        prefix = connection.recv(PREFIX_BYTES, socket.MSG_PEEK)
        if len(prefix) < PREFIX_BYTES:
            raise ValueError("the stream ended within the first prefix")
        return prefix

    def _named(self, prefix: bytes) -> int:
        """The party that the header names if it is registered, else 0; 0 also where TLS hides it."""
        if not prefix:
            return 0
        (party,) = _SENDER.unpack_from(prefix, _SENDER_OFFSET)
        return int(party) if self._is_party(party) else 0

    def _has_said_hello(self, connection: socket.socket) -> bool:
        """Whether the whole first TLS record is there. Raises ValueError when it is none, OSError."""
        head = connection.recv(TLS_RECORD_BYTES, socket.MSG_PEEK)
        record_bytes = TLS_RECORD_BYTES + int.from_bytes(head[3:5], "big")
        if len(head) < TLS_RECORD_BYTES or head[0] != TLS_HANDSHAKE or record_bytes > TLS_RECORD_BYTES_MAX:
            raise ValueError("not a TLS handshake")
        if len(connection.recv(record_bytes, socket.MSG_PEEK)) == record_bytes:
            return True
        wanted_bytes = connection.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)
        if wanted_bytes == record_bytes:
            raise ValueError("the stream ended within the first record")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, record_bytes)
        return False

    def _send_away(self, stranger: Stranger) -> None:
        self._forget(stranger)
        self._close(stranger)

    def _close(self, stranger: Stranger) -> None:
        self.sent_away += 1
        reset(stranger.socket)

    def _forget(self, stranger: Stranger) -> None:
        descriptor = stranger.socket.fileno()
        del self._silent[descriptor]
        self._crowds[stranger.is_known].remove(stranger.address)
        mine = self._by_address[stranger.address]
        del mine[descriptor]
        if not mine:
            del self._by_address[stranger.address]
        with contextlib.suppress(OSError):
            self._poll.unregister(descriptor)
