"""Time on a link, with a virtual clock: silence, a logon that never comes, heartbeats.

Belongs here: `PartnerLink` on memory streams, and on a pair of sockets where it sends past its stream.
Never here: the network.
"""

from typing import TYPE_CHECKING, cast

import pytest
import trio
import trio.testing

from gateway.links.partner_link import Entrance, PartnerLink
from protocol.bank_events import BankEvent, EstablishReceived, FrameSpent
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError, PeerViolation
from protocol.limits import REPLY_BYTES_UNSENT_MAX
from protocol.messages import SeatHead
from protocol.partner_events import EstablishedEvent, PartnerEvent, Terminated
from tests.protocol.conversation import T0_NS, TRADE_DATE, bank_session, partner_session

if TYPE_CHECKING:
    from protocol.bank_session import BankSession

PIECE_BYTES = 50_000


class VirtualClock:
    """Time that follows trio's clock; `ahead_ns` steps the wall clock."""

    ahead_ns = 0

    def now_ns(self) -> int:
        return T0_NS + int(trio.current_time() * 1e9)

    def elapsed_ns(self) -> int:
        return int(trio.current_time() * 1e9)

    def utc_offset_ns(self) -> int:
        return T0_NS + self.ahead_ns

    def processor_ns(self) -> int:
        return 0


class LoneDesk:
    """Establishes at once; notes why links end; raises what a test wants raised."""

    def __init__(self) -> None:
        self.ended: list[ReplyCode] = []
        self.closed = 0
        self.failed = 0
        self.raises: Exception | None = None
        self.verified = 0
        self.unread_bytes = 0
        self.events: list[BankEvent | FrameSpent] = []
        self.pause_ns = 0

    def header_verified(self, link: PartnerLink) -> None:
        self.verified += 1

    def unread_changed(self, link: PartnerLink, more_bytes: int) -> None:
        self.unread_bytes += more_bytes

    def handle(self, link: PartnerLink, event: BankEvent | FrameSpent, now_ns: int) -> int:
        if self.raises is not None:
            raise self.raises
        self.events.append(event)
        if isinstance(event, EstablishReceived):
            link.deliver(lambda: link.session.established(SeatHead(1, TRADE_DATE, 1, 0), now_ns))
            link.deadline_moved_up()
        return self.pause_ns

    def link_closed(self, link: PartnerLink) -> None:
        self.closed += 1

    def link_ends(self, code: ReplyCode) -> None:
        self.ended.append(code)

    def key_missing(self) -> None:
        self.failed += 1

    def link_failed(self) -> None:
        self.failed += 1


class Line:
    """One link and its partner, joined by memory."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        ours, self.theirs = trio.testing.memory_stream_pair()
        self.desk = LoneDesk()
        session = bank_session(now_ns=self.clock.elapsed_ns())
        self.link = PartnerLink(1, ours, session, self.desk, self.clock, Entrance())
        self.partner = partner_session(now_ns=self.clock.now_ns())

    async def establish(self) -> None:
        self.partner.establish(b"e" * 16, 1, self.clock.now_ns())
        await self.theirs.send_all(self.partner.data_to_send())

    async def hear(self) -> PartnerEvent | None:
        """The next event; heartbeats are read and not answered."""
        while (event := self.partner.next_event(self.clock.now_ns())) is None:
            data = await self.theirs.receive_some(4_096)
            if not data:
                return None
            self.partner.receive_data(bytes(data), self.clock.now_ns())
        return event


async def test_no_logon_within_five_seconds_ends_the_link(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    silent = Line()
    began = trio.current_time()
    nursery.start_soon(silent.link.run)
    with pytest.raises(PeerViolation, match="TERMINATE does not fit here: offline"):
        await silent.hear()
    assert await silent.hear() is None

    assert silent.desk.ended == [ReplyCode.PEER_SILENT]
    assert 5.0 <= trio.current_time() - began < 5.1
    await silent.theirs.aclose()
    await trio.testing.wait_all_tasks_blocked()
    assert silent.desk.closed == 1


async def test_three_silent_intervals_end_an_established_link(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    broker = Line()
    nursery.start_soon(broker.link.run)
    await broker.establish()
    assert isinstance(await broker.hear(), EstablishedEvent)
    began = trio.current_time()

    told = await broker.hear()

    assert isinstance(told, Terminated)
    assert told.code == ReplyCode.PEER_SILENT
    assert 3.0 <= trio.current_time() - began < 3.1
    assert await broker.hear() is None


async def test_a_fault_of_ours_ends_one_link_only(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    broker = Line()
    broker.desk.raises = MisuseError("provoked")
    nursery.start_soon(broker.link.run)
    await broker.establish()

    assert await broker.hear() is None
    assert (broker.desk.failed, broker.desk.closed) == (1, 1)


async def test_broken_books_are_not_caught(autojump_clock: trio.testing.MockClock) -> None:
    broker = Line()
    broker.desk.raises = InvariantBroken("provoked")
    await broker.establish()

    with pytest.raises(ExceptionGroup, match="Exceptions from Trio nursery"):
        await broker.link.run()


class Speaker:
    """As much of a session as sending needs."""

    missing_bytes = 0

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    @property
    def unsent_bytes(self) -> int:
        return sum(map(len, self.pieces))

    def data_to_send(self) -> bytes:
        data = b"".join(self.pieces)
        self.pieces.clear()
        return data

    def next_deadline_ns(self) -> None:
        return None


async def test_what_does_not_fit_at_once_follows_in_order() -> None:
    ours, theirs = trio.socket.socketpair()
    speaker = Speaker()
    link = PartnerLink(1, trio.SocketStream(ours), cast("BankSession", speaker), LoneDesk(), VirtualClock(), Entrance())
    said = [bytes([number]) * PIECE_BYTES for number in range(REPLY_BYTES_UNSENT_MAX // PIECE_BYTES)]

    async with trio.open_nursery() as nursery:
        nursery.start_soon(link.run)
        await trio.testing.wait_all_tasks_blocked()
        for piece in said[:-1]:
            speaker.pieces.append(piece)
            link.say_it()
        assert link.unsent_bytes > 0
        await trio.testing.wait_all_tasks_blocked()
        speaker.pieces.append(said[-1])
        link.say_it()

        heard = bytearray()
        while len(heard) < len(said) * PIECE_BYTES:
            heard += await theirs.recv(PIECE_BYTES)
        assert heard == b"".join(said)
        assert link.unsent_bytes == 0
        theirs.close()


async def test_a_connection_that_broke_ends_the_link_when_something_is_said() -> None:
    ours, theirs = trio.socket.socketpair()
    speaker, desk = Speaker(), LoneDesk()
    link = PartnerLink(1, trio.SocketStream(ours), cast("BankSession", speaker), desk, VirtualClock(), Entrance())
    theirs.close()

    async with trio.open_nursery() as nursery:
        speaker.pieces.append(b"anything")
        link.say_it()
        nursery.start_soon(link.run)

    assert desk.closed == 1


@pytest.mark.parametrize("step_s", [3_600, -3_600])
async def test_a_stepped_wall_clock_makes_no_partner_silent(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, step_s: int
) -> None:
    """The bank's clock is put forward or back under an established link: its heartbeats go on as they were."""
    broker = Line()
    nursery.start_soon(broker.link.run)
    await broker.establish()
    assert isinstance(await broker.hear(), EstablishedEvent)
    began = trio.current_time()
    broker.clock.ahead_ns = step_s * 10**9

    told = await broker.hear()

    assert isinstance(told, Terminated)
    assert told.code == ReplyCode.PEER_SILENT
    assert 3.0 <= trio.current_time() - began < 3.1
