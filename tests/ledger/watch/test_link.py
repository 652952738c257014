"""The gateway link by itself: what pauses reading, what ends it, what is given out when."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from ledger.link import WRITE_BYTES_HIGH, GatewayLink
from protocol.frame import Frame
from tests.ledger.world import SEAT, block, freezes


class Owner:
    """Remembers what a link tells."""

    def __init__(self) -> None:
        self.batches: list[list[Frame]] = []
        self.arrived = asyncio.Event()
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def link_opened(self, link: GatewayLink) -> None:
        assert link.is_open

    def frames_arrived(self, link: GatewayLink, frames: list[Frame]) -> None:
        self.batches.append(frames)
        self.arrived.set()

    def link_closed(self, link: GatewayLink, reason: str) -> None:
        self.ended.set_result(reason)


def told(story: Callable[[GatewayLink, Owner, socket.socket], Awaitable[None]]) -> None:
    """Runs a story with a link, its owner, and the gateway's end of the socket."""

    async def run() -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX)
        owner = Owner()
        loop = asyncio.get_running_loop()
        transport, link = await loop.create_unix_connection(lambda: GatewayLink(owner), sock=ours)
        with theirs:
            await story(link, owner, theirs)
        transport.abort()
        await owner.ended

    asyncio.run(run())


def frame(number: int) -> Frame:
    """A small frame."""
    return block(SEAT, number, freezes(1))


def test_only_the_first_frame_is_given_out_until_registration_is_done() -> None:
    async def story(link: GatewayLink, owner: Owner, gateway: socket.socket) -> None:
        gateway.sendall(frame(1).wire() + frame(2).wire() + frame(3).wire())
        await owner.arrived.wait()
        assert owner.batches == [[frame(1)]]
        link.go_on()
        assert owner.batches == [[frame(1)], [frame(2), frame(3)]]

    told(story)


def test_a_paused_link_is_not_read_until_every_reason_is_gone() -> None:
    async def story(link: GatewayLink, owner: Owner, gateway: socket.socket) -> None:
        link.go_on()
        link.pause("undecided frames")
        link.pause("stopping")
        gateway.sendall(frame(1).wire())
        link.resume("undecided frames")
        for _turn in range(20):
            await asyncio.sleep(0)
        assert owner.batches == []
        link.resume("stopping")
        await owner.arrived.wait()
        assert owner.batches == [[frame(1)]]

    told(story)


def test_a_gateway_that_does_not_read_is_not_read_either() -> None:
    async def story(link: GatewayLink, owner: Owner, gateway: socket.socket) -> None:
        link.go_on()
        link.send([bytes(WRITE_BYTES_HIGH), bytes(WRITE_BYTES_HIGH)])
        gateway.sendall(frame(1).wire())
        for _turn in range(20):
            await asyncio.sleep(0)
        assert owner.batches == []
        await asyncio.to_thread(_read, gateway, 2 * WRITE_BYTES_HIGH)
        assert await link.writable()
        await owner.arrived.wait()
        assert owner.batches == [[frame(1)]]

    told(story)


def test_a_body_that_is_not_the_signed_one_ends_the_link() -> None:
    async def story(link: GatewayLink, owner: Owner, gateway: socket.socket) -> None:
        link.go_on()
        wire = bytearray(frame(1).wire())
        wire[-1] ^= 1
        gateway.sendall(frame(1).wire() + wire)
        reason = await owner.ended
        assert reason == "BODY_DIGEST_MISMATCH: the body is not the one that was signed"
        assert owner.batches == []
        owner.ended = asyncio.get_running_loop().create_future()
        owner.ended.set_result(reason)

    told(story)


def test_frames_may_arrive_byte_by_byte() -> None:
    async def story(link: GatewayLink, owner: Owner, _gateway: socket.socket) -> None:
        link.go_on()
        for place in frame(1).wire():
            link.data_received(bytes([place]))
        assert owner.batches == [[frame(1)]]

    told(story)


def _read(gateway: socket.socket, count: int) -> None:
    while count > 0:
        count -= len(gateway.recv(1 << 20))
