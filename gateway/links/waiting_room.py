"""Connections that have not said who they are: who waits, who is let in next, who has to go.

Belongs here: sockets that wait for their first words, at the cost of a descriptor each and of no task; the order in
which those that have spoken are let in. Never here: sessions, TLS itself, what a link says.

A stranger costs nothing to be, so everything here is bounded and nobody is turned away for what others do: a full
room sends away the connection that has been silent longest, of the address that has most of them, and a partner
speaks at once. Those that have spoken are let in by turns, address by address, and within one party by party as
their unverified headers name them; who names another party only waits longer.
"""

import contextlib
import select
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import trio

from protocol.limits import FIRST_WORDS_NS_MAX, PREFIX_BYTES

SILENT_MAX = 512  # connections of strangers; each one is a descriptor and a few hundred bytes
SILENT_PER_ADDRESS_MAX = 128
SPOKEN_MAX = 512
SPOKEN_PER_TURN_MAX = 64  # of one address and one party named: what is let in within a second, or two with TLS
TLS_RECORD_BYTES = 5  # type, version, length
TLS_HANDSHAKE = 22
TLS_RECORD_BYTES_MAX = 16 * 1024 + 256
FIRST_WORDS_S = FIRST_WORDS_NS_MAX / 1e9
_SENDER = struct.Struct("<i")
_SENDER_OFFSET = 8  # in the header
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing a stranger leaves nothing behind in the kernel


@dataclass(slots=True, eq=False)
class Stranger:
    """One connection. `address`: what counts as one place; `since`: trio's time."""

    socket: socket.socket
    address: str
    since: float


class Turns:
    """Strangers that have spoken: by turns over addresses, then over the parties named, first come first."""

    def __init__(self) -> None:
        self._by_address: dict[str, dict[int, deque[Stranger]]] = {}
        self.count = 0

    def put(self, stranger: Stranger, party: int) -> bool:
        """False, and nothing is done, when too many wait."""
        queue = self._by_address.setdefault(stranger.address, {}).setdefault(party, deque())
        if len(queue) >= SPOKEN_PER_TURN_MAX or self.count >= SPOKEN_MAX:
            self._drop_empty(stranger.address, party)
            return False
        queue.append(stranger)
        self.count += 1
        return True

    def take(self) -> Stranger | None:
        """The next one; None when nobody waits."""
        if not self.count:
            return None
        address = next(iter(self._by_address))
        parties = self._by_address.pop(address)
        party = next(iter(parties))
        queue = parties.pop(party)
        stranger = queue.popleft()
        self.count -= 1
        if queue:
            parties[party] = queue  # behind the address's other parties
        if parties:
            self._by_address[address] = parties  # behind the other addresses
        return stranger

    def _drop_empty(self, address: str, party: int) -> None:
        parties = self._by_address[address]
        if not parties[party]:
            del parties[party]
        if not parties:
            del self._by_address[address]


class WaitingRoom:
    """`enter` takes a socket, `next` gives out one that has spoken; `keep` is the task that looks after the others."""

    def __init__(self, is_tls: bool, is_party: Callable[[int], bool]) -> None:
        self._is_tls = is_tls
        self._is_party = is_party
        self._poll = select.epoll()
        self._silent: dict[int, Stranger] = {}  # by descriptor, the oldest first
        self._by_address: dict[str, dict[int, Stranger]] = {}  # the same
        self._turns = Turns()
        self._somebody = trio.lowlevel.ParkingLot()
        self.sent_away = 0  # full room, silence, or first words that are none

    @property
    def count(self) -> int:
        """Connections in here."""
        return len(self._silent) + self._turns.count

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
        stranger = Stranger(connection, address, trio.current_time())
        self._silent[connection.fileno()] = stranger
        self._by_address.setdefault(address, {})[connection.fileno()] = stranger

    def send_oldest_away(self) -> bool:
        """Closes the longest silent connection of the address that has most. False: nobody is silent here."""
        if not self._silent:
            return False
        most = max(self._by_address.values(), key=len)
        self._send_away(next(iter(most.values())))
        return True

    async def next(self) -> Stranger:
        """Waits for one that has spoken; the caller owns its socket, which gives out single bytes again."""
        while (stranger := self._turns.take()) is None:
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
                    for descriptor, _event in self._poll.poll(0):
                        self._spoke(self._silent[descriptor])
                    await trio.lowlevel.checkpoint()
        finally:
            for stranger in [*self._silent.values(), *iter(self._turns.take, None)]:
                stranger.socket.close()
            self._silent.clear()
            self._poll.close()

    async def _end_silence(self) -> None:
        while True:
            oldest = next(iter(self._silent.values()), None)
            until = trio.current_time() if oldest is None else oldest.since
            await trio.sleep_until(until + FIRST_WORDS_S)
            for stranger in list(self._overdue()):
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
            party = self._hello(stranger.socket) if self._is_tls else self._named(stranger.socket)
        except (OSError, ValueError):
            self._send_away(stranger)
            return
        if party is None:
            return
        self._forget(stranger)
        if self._turns.put(stranger, party):
            self._somebody.unpark()
        else:
            self._close(stranger)

    def _named(self, connection: socket.socket) -> int:
        """The party that the header names if it is registered, else 0. Raises ValueError at an early end, OSError."""
        prefix = connection.recv(PREFIX_BYTES, socket.MSG_PEEK)
        if len(prefix) < PREFIX_BYTES:
            raise ValueError("the stream ended within the first prefix")
        (party,) = _SENDER.unpack_from(prefix, _SENDER_OFFSET)
        return int(party) if self._is_party(party) else 0

    def _hello(self, connection: socket.socket) -> int | None:
        """0 once the whole first TLS record is there, None before. Raises ValueError when it is none, OSError."""
        head = connection.recv(TLS_RECORD_BYTES, socket.MSG_PEEK)
        record_bytes = TLS_RECORD_BYTES + int.from_bytes(head[3:5], "big")
        if len(head) < TLS_RECORD_BYTES or head[0] != TLS_HANDSHAKE or record_bytes > TLS_RECORD_BYTES_MAX:
            raise ValueError("not a TLS handshake")
        if len(connection.recv(record_bytes, socket.MSG_PEEK)) == record_bytes:
            return 0
        wanted_bytes = connection.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)
        if wanted_bytes == record_bytes:
            raise ValueError("the stream ended within the first record")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, record_bytes)
        return None

    def _send_away(self, stranger: Stranger) -> None:
        self._forget(stranger)
        self._close(stranger)

    def _close(self, stranger: Stranger) -> None:
        self.sent_away += 1
        with contextlib.suppress(OSError):
            stranger.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        stranger.socket.close()

    def _forget(self, stranger: Stranger) -> None:
        descriptor = stranger.socket.fileno()
        del self._silent[descriptor]
        mine = self._by_address[stranger.address]
        del mine[descriptor]
        if not mine:
            del self._by_address[stranger.address]
        with contextlib.suppress(OSError):
            self._poll.unregister(descriptor)
