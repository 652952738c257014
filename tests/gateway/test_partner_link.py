"""Time on a link, with a virtual clock: silence, a logon that never comes, heartbeats.

Belongs here: `PartnerLink` on memory streams. Never here: sockets.
"""

import pytest
import trio
import trio.testing

from gateway.links.partner_link import PartnerLink
from protocol.bank_events import BankEvent, EstablishReceived
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.messages import SeatHead
from protocol.partner_events import EstablishedEvent, PartnerEvent, Terminated
from tests.protocol.conversation import T0_NS, TRADE_DATE, bank_session, partner_session


class VirtualClock:
    """Wall time that follows trio's clock."""

    def now_ns(self) -> int:
        return T0_NS + int(trio.current_time() * 1e9)

    def elapsed_ns(self) -> int:
        return self.now_ns()

    def processor_ns(self) -> int:
        return 0


class LoneDesk:
    """Establishes at once; notes why links end; raises what a test wants raised."""

    def __init__(self) -> None:
        self.ended: list[ReplyCode] = []
        self.closed = 0
        self.failed = 0
        self.raises: Exception | None = None

    def handle(self, link: PartnerLink, event: BankEvent, now_ns: int) -> None:
        if self.raises is not None:
            raise self.raises
        if isinstance(event, EstablishReceived):
            link.deliver(lambda: link.session.established(SeatHead(1, TRADE_DATE, 1, 0), now_ns))
            link.deadline_moved_up()

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
        session = bank_session(now_ns=self.clock.now_ns())
        self.link = PartnerLink(1, ours, session, self.desk, self.clock, None)
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
    assert isinstance(await silent.hear(), Terminated)
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
