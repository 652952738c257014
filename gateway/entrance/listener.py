"""Where partners' connections come in: accepted at once, let in at a bounded rate, each one turned into a link.

Belongs here: accepting, the pace at which strangers cost us work, the handshake, who of those logging on has to go.
Never here: who waits in which order (waiting_room), what a link says.
"""

import errno
import logging
import os
import socket
import ssl
from collections.abc import Callable

import trio

from gateway.clock import Clock
from gateway.dispatch.budget import Budget
from gateway.entrance.door import Door
from gateway.entrance.entry_order import SPOKEN_MAX, Stranger
from gateway.entrance.places import KnownPlaces, place_of
from gateway.entrance.tls import CertificateUnfit, HandshakeFailed, accept_tls, named_in_certificate
from gateway.entrance.waiting_room import SILENT_MAX, WaitingRoom, reset
from gateway.links.owner import Entrance
from gateway.links.partner_link import PartnerLink
from gateway.ops.link_log import LinkLog

BACKLOG = 4_096  # what the operating system lets wait while this process does not get a processor
ACCEPT_WORK_PER_PASS = 32  # before partners' sockets are looked at again: about a millisecond of work, in units of
SHUT_OUT_WORK = 1  # one that is closed at once
COMES_IN_WORK = 4  # one that comes in
ACCEPT_PAUSE_S = 0.05  # when no descriptor is left
LOGGING_ON_MAX = 128  # connections that were let in and do not serve a seat yet
PLAIN_WORK_NS = 2_000_000  # of the gateway for a connection, its link, a signature checked and one made
TLS_WORK_NS = 6_000_000  # the same with a handshake
WORK_INTERVAL = 5  # ns for each ns of it: strangers together cost a fifth of a processor
WORK_BURST_NS = 250_000_000  # all partners come back at once after a restart
SYSTEM_DESCRIPTORS = 64  # the ledger's socket, files, metrics, the libraries'
DESCRIPTORS_BESIDE_SESSIONS = SILENT_MAX + SPOKEN_MAX + LOGGING_ON_MAX + SYSTEM_DESCRIPTORS
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_LOG = logging.getLogger(__name__)

OpenLink = Callable[[trio.abc.Stream, Entrance], PartnerLink]


class _LoggingOn:
    """One connection that was let in and is a stranger's until its link serves a seat."""

    __slots__ = ("address", "link", "scope")

    def __init__(self, address: str) -> None:
        self.address = address
        self.scope = trio.CancelScope()
        self.link: PartnerLink | None = None

    @property
    def is_verified(self) -> bool:
        """Whether a signature said who it is."""
        return self.link is not None and self.link.session.party != 0


class Listener:
    """One TCP port. `serve` accepts until `stop`; links live in the nursery that it was given."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        open_link: OpenLink,
        is_party: Callable[[int], bool],
        is_signed: Callable[[bytes, str], bool],
        clock: Clock,
        log: LinkLog,
    ) -> None:
        self._log = log
        self._host = host
        self._port = port
        self.former_port = 0  # what port 0 meant before a restart: taken again when it is free
        self._tls = tls
        self._open_link = open_link
        self._is_party = is_party
        self._is_signed = is_signed
        self.places = KnownPlaces()
        self._door = Door(self.places)
        self._clock = clock
        self._work = Budget(WORK_INTERVAL, WORK_BURST_NS)
        self._accepting = trio.CancelScope()
        self._logging_on: dict[_LoggingOn, None] = {}  # the oldest first
        self._is_out_of_descriptors = False
        self.connections = 0  # let in and not ended
        self.accepted = 0
        self.refused = 0
        self.handshakes_failed = 0
        self.certificates_refused = 0
        self.room: WaitingRoom | None = None

    async def serve(self, links: trio.Nursery, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Accepts until `stop` or cancellation; reports the port it listens on. Raises OSError,
        naming setting and port, when it cannot."""
        listeners = await self._open()
        self.room = room = WaitingRoom(self._tls is not None, self._is_party, self._is_signed, self.places)
        with self._accepting:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(room.keep)
                nursery.start_soon(self._let_in, room, links)
                for listener in listeners:
                    nursery.start_soon(self._accept, listener, room)
                task_status.started(listeners[0].socket.getsockname()[1])

    async def _open(self) -> list[trio.SocketListener]:
        if self._port == 0 and self.former_port:
            try:
                return await trio.open_tcp_listeners(self.former_port, host=self._host, backlog=BACKLOG)
            except OSError as error:
                _LOG.warning("port %d, which partners know, cannot be had again: %s", self.former_port, error)
        try:
            return await trio.open_tcp_listeners(self._port, host=self._host, backlog=BACKLOG)
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"gateway.port, {self._host} port {self._port}") from None

    def stop(self) -> None:
        """No further connection is accepted; those that are up stay."""
        self._accepting.cancel()

    async def _accept(self, listener: trio.SocketListener, room: WaitingRoom) -> None:
        """Empties the queue of the operating system, so that nobody's connection waits behind a stranger's there."""
        listening = socket.socket(fileno=os.dup(listener.socket.fileno()))
        listening.setblocking(False)
        async with listener:
            with listening:
                while True:
                    await trio.lowlevel.wait_readable(listening)
                    work = 0
                    while work < ACCEPT_WORK_PER_PASS:
                        try:
                            connection, address = listening.accept()
                        except OSError as error:
                            if error.errno in _NO_DESCRIPTOR:
                                self._no_descriptor(error, room)
                                await trio.sleep(ACCEPT_PAUSE_S)
                            break
                        self.accepted += 1
                        self._is_out_of_descriptors = False
                        place = place_of(str(address[0]))
                        if self._door.lets_in(place, trio.current_time()):
                            room.enter(connection, place)
                            work += COMES_IN_WORK
                        else:
                            self.refused += 1
                            reset(connection)
                            work += SHUT_OUT_WORK

    def _no_descriptor(self, error: OSError, room: WaitingRoom) -> None:
        self.refused += 1
        if not room.send_oldest_away() and not self._is_out_of_descriptors:
            self._is_out_of_descriptors = True  # said once, until one is accepted again
            _LOG.error("connections cannot be accepted, and no stranger waits who could go: %s", error.strerror)

    async def _let_in(self, room: WaitingRoom, links: trio.Nursery) -> None:
        """One after the other, as their order and the work that they may cost permit."""
        work_ns = PLAIN_WORK_NS if self._tls is None else TLS_WORK_NS
        while True:
            stranger = await room.next()
            if len(self._logging_on) >= LOGGING_ON_MAX:
                self._make_room()
            links.start_soon(self._connected, stranger)
            await trio.sleep(self._work.spend(work_ns, self._clock.elapsed_ns()) / 1e9)

    def _make_room(self) -> None:
        """Somebody logging on has to go: one that no signature has named yet, of the place that has most, first of
        places from which no party has logged on.
        """
        unverified = [one for one in self._logging_on if not one.is_verified]
        now_s = trio.current_time()
        unknown = [one for one in unverified if not self.places.is_known(one.address, now_s)]
        unknown = unknown or unverified or list(self._logging_on)
        counts: dict[str, int] = {}
        for one in unknown:
            counts[one.address] = counts.get(one.address, 0) + 1
        most = max(counts, key=counts.__getitem__)
        victim = next(one for one in unknown if one.address == most)
        del self._logging_on[victim]
        self.refused += 1
        victim.scope.cancel()

    async def _connected(self, stranger: Stranger) -> None:
        try:
            stream = trio.SocketStream(trio.socket.from_stdlib_socket(stranger.socket))
        except ValueError:  # it is no longer connected
            stranger.socket.close()
            return
        one = _LoggingOn(stranger.address)
        self._logging_on[one] = None
        self.connections += 1
        try:
            with one.scope:
                await self._serve(stream, one)
        finally:
            self.connections -= 1
            self._logging_on.pop(one, None)
            if one.link is not None and one.link.seat:  # a link may have lasted for longer than its logon is remembered
                self.places.logged_on(one.link.party, one.address, trio.current_time())
            await trio.aclose_forcefully(stream)

    async def _serve(self, stream: trio.SocketStream, one: _LoggingOn) -> None:
        # trio has set TCP_NODELAY: frames leave when they are sent, coalescing is ours.
        def established() -> None:
            self._logging_on.pop(one, None)
            if one.link is not None:
                self.places.logged_on(one.link.party, one.address, trio.current_time())

        if self._tls is None:
            one.link = self._open_link(stream, Entrance(one.address, None, established))
        else:
            try:
                tls = await accept_tls(stream, self._tls)
                parties = named_in_certificate(tls)
            except HandshakeFailed as failed:
                self.handshakes_failed += 1
                self._log.handshake_failed(one.address, str(failed) or "not in time")
                return
            except CertificateUnfit as unfit:
                self.certificates_refused += 1
                self._log.certificate_refused(one.address, str(unfit))
                return
            one.link = self._open_link(tls, Entrance(one.address, parties, established))
        await one.link.run()
