"""One gateway link: bytes of a Unix socket in, whole frames out; answers back; both directions bounded.

Belongs here: framing, who may connect, pausing. Never here: what a frame means (pipeline), registration
(service). The gateway has verified the partner's signature; the body is hashed here against its header, once.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Sequence
from typing import Protocol, cast

from ledger.order_path import replies
from protocol.errors import PeerViolation
from protocol.frame import Frame, FrameReader
from protocol.header import Header
from protocol.limits import LINK_BEAT_NS, LINK_SILENT_BEATS_MAX
from protocol.vocabulary import FrameKind

UNDECIDED_BYTES_MAX = 64 * 1024 * 1024
"""Bodies read and not yet decided; past it the socket is not read. IN_FLIGHT_RECORDS_MAX records are as many
bytes.
"""
UNDECIDED_BYTES_RESUME = UNDECIDED_BYTES_MAX // 2
WRITE_BYTES_HIGH = 8 * 1024 * 1024
"""Answers that the gateway has not read yet; past it nothing more is read from it. The feed stops there
too.
"""
WRITE_BYTES_LOW = 1024 * 1024
UNREAD = "answers unread"
_CREDENTIALS = struct.Struct("3i")
_BEAT = replies.beat()


class LinkOwner(Protocol):
    """Whom a link tells what happens."""

    def link_opened(self, link: "GatewayLink") -> None: ...
    def frames_arrived(self, link: "GatewayLink", frames: list[Frame]) -> None: ...
    def link_closed(self, link: "GatewayLink", reason: str) -> None: ...


class GatewayLink(asyncio.Protocol):
    """A connection of a gateway. Until `go_on` is called it gives out one frame, which must be REGISTER."""

    def __init__(self, owner: LinkOwner) -> None:
        self._owner = owner
        self._reader = FrameReader(_believe)
        self._transport: asyncio.Transport | None = None
        self._paused: set[str] = set()
        self._registered = False
        self._reason = "the gateway closed the link"
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = asyncio.Event()
        self._silent_beats = 0
        self._unread_bytes = 0

    @property
    def is_open(self) -> bool:
        """Whether answers can still be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes the transport; a peer of another user is turned away."""
        both_ways = cast("asyncio.Transport", transport)  # uvloop's transports are no subclasses
        self._transport = both_ways
        both_ways.set_write_buffer_limits(WRITE_BYTES_HIGH, WRITE_BYTES_LOW)
        if _peer_user(both_ways) not in (os.getuid(), 0):
            self.close("a peer of another user")
            return
        self._owner.link_opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the owner; the feed, if it waits, is woken."""
        self._transport = None
        self._writable.set()
        self._lost.set()
        self._owner.link_closed(self, f"{self._reason}: {exc}" if exc is not None else self._reason)

    def data_received(self, data: bytes) -> None:
        """Cuts frames and hands them over in one call."""
        self._silent_beats = 0
        self._reader.feed(data)
        self._give()

    def beat(self) -> None:
        """Called every LINK_BEAT_NS: tells the gateway that we live, and ends the link of one that does not.

        Beats are counted and not time, so that a gateway is not blamed for a pause of our own.
        """
        if not self._registered or not self.is_open:
            return
        unread_bytes = self._transport.get_write_buffer_size() if self._transport is not None else 0
        is_read, self._unread_bytes = unread_bytes < self._unread_bytes, unread_bytes + len(_BEAT)
        self.send([_BEAT])
        # What it says is not seen while we do not read; then that it reads tells that it lives.
        is_excused = is_read if self._paused == {UNREAD} else bool(self._paused)
        self._silent_beats = 0 if is_excused else self._silent_beats + 1
        if self._silent_beats > LINK_SILENT_BEATS_MAX:
            self.close(f"the gateway says nothing for {LINK_SILENT_BEATS_MAX * LINK_BEAT_NS // 1_000_000_000} s")

    def pause_writing(self) -> None:
        """The gateway does not read its answers: read nothing more from it."""
        self._writable.clear()
        self.pause(UNREAD)

    def resume_writing(self) -> None:
        """The gateway has caught up."""
        self._writable.set()
        self.resume(UNREAD)

    def go_on(self) -> None:
        """Registration is done: give out what came behind it, and everything from now on."""
        self._registered = True
        self.resume("registering")
        self._give()

    def pause(self, reason: str) -> None:
        """Stops reading the socket until every reason is gone."""
        if not self._paused and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._paused.add(reason)

    def resume(self, reason: str) -> None:
        """Takes back one reason."""
        if reason in self._paused:
            self._paused.remove(reason)
            if not self._paused and self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def send(self, parts: Sequence[bytes]) -> None:
        """Writes whole frames in one piece; when the link is gone they are dropped, the journal has them."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(parts))

    async def writable(self) -> bool:
        """Waits until the gateway has read enough; False when the link is gone."""
        await self._writable.wait()
        return self.is_open

    def close(self, reason: str) -> None:
        """Ends the link at once; what the gateway has not read it asks for again."""
        self._reason = reason
        if self._transport is not None:
            self._transport.abort()

    async def finish(self, reason: str) -> None:
        """Ends the link when the gateway has read what was written."""
        self._reason = reason
        if self._transport is not None:
            self._transport.close()
        await self._lost.wait()

    def _give(self) -> None:
        if "registering" in self._paused:
            return
        frames: list[Frame] = []
        try:
            while self.is_open and (frame := self._reader.next_frame()) is not None:
                if frame.header.kind == FrameKind.LIFE_SIGN and self._registered:
                    continue
                frames.append(frame)
                if not self._registered:
                    self.pause("registering")
                    break
        except PeerViolation as violation:
            self.close(str(violation))
            return
        if frames:
            self._owner.frames_arrived(self, frames)


def _peer_user(transport: asyncio.Transport) -> int:
    peer: socket.socket = transport.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(credentials)[1])


def _believe(_header: Header, _header_bytes: bytes, _signature: bytes) -> None:
    """The socket vouches for the gateway, and the gateway has verified the signature."""
