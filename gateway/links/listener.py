"""Where partners' connections come in: bounded in number, and each one turned into a link.

Belongs here: accepting, refusing above the limit, the handshake. Never here: what a link says.
"""

import logging
import ssl
from collections.abc import Callable

import trio

from gateway.links.partner_link import PartnerLink
from gateway.links.tls import HANDSHAKES_MAX, accept_tls, certified_parties

BACKLOG = 1_024
_LOG = logging.getLogger(__name__)

OpenLink = Callable[[trio.abc.Stream, frozenset[int] | None], PartnerLink]


class Listener:
    """One TCP port. `serve` accepts until `stop`; links live in the nursery that it was given."""

    def __init__(self, host: str, port: int, links_max: int, tls: ssl.SSLContext | None, open_link: OpenLink) -> None:
        self._host = host
        self._port = port
        self.former_port = 0  # what port 0 meant before a restart: taken again when it is free
        self._links_max = links_max
        self._tls = tls
        self._open_link = open_link
        self._handshakes = trio.CapacityLimiter(HANDSHAKES_MAX)
        self._accepting = trio.CancelScope()
        self.connections = 0
        self.refused = 0
        self.handshakes_failed = 0

    async def serve(self, links: trio.Nursery, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Accepts until `stop` or cancellation; reports the port it listens on. Raises OSError when it cannot."""
        listeners = await self._open()
        with self._accepting:
            task_status.started(listeners[0].socket.getsockname()[1])
            await trio.serve_listeners(self._connected, listeners, handler_nursery=links)
        for listener in listeners:
            await listener.aclose()

    async def _open(self) -> list[trio.SocketListener]:
        if self._port == 0 and self.former_port:
            try:
                return await trio.open_tcp_listeners(self.former_port, host=self._host, backlog=BACKLOG)
            except OSError as error:
                _LOG.warning("port %d, which partners know, cannot be had again: %s", self.former_port, error)
        return await trio.open_tcp_listeners(self._port, host=self._host, backlog=BACKLOG)

    def stop(self) -> None:
        """No further connection is accepted; those that are up stay."""
        self._accepting.cancel()

    async def _connected(self, stream: trio.SocketStream) -> None:
        if self.connections >= self._links_max:
            self.refused += 1
            await trio.aclose_forcefully(stream)
            return
        self.connections += 1
        try:
            await self._serve(stream)
        finally:
            self.connections -= 1

    async def _serve(self, stream: trio.SocketStream) -> None:
        # trio has set TCP_NODELAY: frames leave when they are sent, coalescing is ours.
        if self._tls is None:
            await self._open_link(stream, None).run()
            return
        tls = await accept_tls(stream, self._tls, self._handshakes)
        if tls is None:
            self.handshakes_failed += 1
            return
        await self._open_link(tls, certified_parties(tls.getpeercert())).run()
