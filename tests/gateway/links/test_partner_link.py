"""Time on a link, with a virtual clock: silence, a logon that never comes, heartbeats.

Belongs here: `PartnerLink` on memory streams, and on a pair of sockets where it sends past its stream.
Never here: the network.
"""

from typing import TYPE_CHECKING, cast

import pytest
import trio
import trio.testing

from gateway.dispatch.party_turns import PASS_NS, TURN_NS, PartyTurns
from gateway.links.owner import Entrance
from gateway.links.partner_link import PartnerLink
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError, PeerViolation
from protocol.limits import REPLY_BYTES_UNSENT_MAX
from protocol.messages.gateway_link import SeatHead
from protocol.session.bank_events import BankEvent, EstablishReceived, FrameSpent, RequestReceived
from protocol.session.partner_events import EstablishedEvent, PartnerEvent, Terminated
from tests.protocol import keys
from tests.protocol.conversation import T0_NS, TRADE_DATE, bank_session, freezes, partner_session

if TYPE_CHECKING:
    from protocol.session.bank import BankSession

PIECE_BYTES = 50_000


class VirtualClock:
    """Time that follows trio's clock; `ahead_ns` steps the wall clock."""

    ahead_ns = 0
    spent_ns = 0  # what the processor has worked

    def now_ns(self) -> int:
        return T0_NS + int(trio.current_time() * 1e9)

    def elapsed_ns(self) -> int:
        """Work takes time too, of which trio's clock knows nothing."""
        return int(trio.current_time() * 1e9) + self.spent_ns

    def utc_offset_ns(self) -> int:
        return T0_NS + self.ahead_ns

    def processor_ns(self) -> int:
        return self.spent_ns


class LoneOwner:
    """Establishes at once; notes why links end; raises what a test wants raised."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.frame_ns = 0  # what a frame costs
        self.served: list[PartnerLink] = []  # whose each request was
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
        self.clock.spent_ns += self.frame_ns
        if isinstance(event, RequestReceived):
            self.served.append(link)
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

    def __init__(self, beside: "Line | None" = None, party: int = keys.BROKER, seat: int = keys.BROKER_SEAT) -> None:
        """`beside`: a line of the same gateway."""
        self.clock: VirtualClock = beside.clock if beside is not None else VirtualClock()
        ours, self.theirs = trio.testing.memory_stream_pair()
        self.owner: LoneOwner = beside.owner if beside is not None else LoneOwner(self.clock)
        self.turns: PartyTurns = beside.turns if beside is not None else PartyTurns(self.clock)
        session = bank_session(now_ns=self.clock.elapsed_ns())
        self.link = PartnerLink(1, ours, session, self.owner, self.turns, self.clock, Entrance())
        self.partner = partner_session(party, seat, now_ns=self.clock.now_ns())

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

    assert silent.owner.ended == [ReplyCode.PEER_SILENT]
    assert 5.0 <= trio.current_time() - began < 5.1
    await silent.theirs.aclose()
    await trio.testing.wait_all_tasks_blocked()
    assert silent.owner.closed == 1


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
    broker.owner.raises = MisuseError("provoked")
    nursery.start_soon(broker.link.run)
    await broker.establish()

    assert await broker.hear() is None
    assert (broker.owner.failed, broker.owner.closed) == (1, 1)


async def test_broken_books_are_not_caught(autojump_clock: trio.testing.MockClock) -> None:
    broker = Line()
    broker.owner.raises = InvariantBroken("provoked")
    await broker.establish()

    with pytest.raises(ExceptionGroup, match="Exceptions from Trio nursery"):
        await broker.link.run()


async def established(line: Line, nursery: trio.Nursery) -> None:
    """The link serves; whatever its owner saw is forgotten."""
    nursery.start_soon(line.link.run)
    await line.establish()
    assert isinstance(await line.hear(), EstablishedEvent)
    line.owner.events.clear()


async def turns_of(line: Line, frames: bytes) -> list[int]:
    """How many frames the link had handled after each of its turns."""
    seen: list[int] = []
    takes_turn = line.link.take_turn

    def noted(ends_ns: int) -> bool:
        has_more = takes_turn(ends_ns)
        seen.append(len(line.owner.events))
        return has_more

    line.link.take_turn = noted  # type: ignore[method-assign]
    await line.theirs.send_all(frames)
    await trio.testing.wait_all_tasks_blocked()
    return seen


def blocks(line: Line, first: int, count: int) -> bytes:
    """Requests in order, each in a frame of its own."""
    for number in range(first, first + count):
        line.partner.send_block(freezes(1), number, 1, 0, line.clock.now_ns())
    return line.partner.data_to_send()


async def test_a_turn_is_so_much_processor_time(autojump_clock: trio.testing.MockClock, nursery: trio.Nursery) -> None:
    """Two frames take it: signatures of small frames cost the most."""
    broker = Line()
    nursery.start_soon(broker.turns.keep)
    await established(broker, nursery)
    broker.owner.frame_ns = TURN_NS // 2 + 1

    assert await turns_of(broker, blocks(broker, 1, 5)) == [2, 4, 5]


async def test_a_lone_link_wakes_nobody_while_a_pass_lasts(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    """Nobody keeps the turns, and it is served: what comes while nobody waits is worked off where it came in."""
    broker = Line()
    await established(broker, nursery)
    broker.owner.frame_ns = PASS_NS // 10

    assert (await turns_of(broker, blocks(broker, 1, 10)))[-1] == 10


async def test_a_turn_ends_with_a_frame_that_asked_for_nothing(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    """Heartbeats, and requests behind a gap: they were handled without end."""
    broker = Line()
    nursery.start_soon(broker.turns.keep)
    await established(broker, nursery)
    for answer_wanted in (True, False):
        broker.partner._say_heartbeat(answer_wanted, broker.clock.now_ns())
    mixed = broker.partner.data_to_send() + blocks(broker, 9, 2) + blocks(broker, 1, 2)

    assert await turns_of(broker, mixed) == [1, 2, 3, 4, 6]
    assert [isinstance(event, FrameSpent) for event in broker.owner.events] == [True] * 4 + [False] * 2


async def test_a_link_that_owes_is_not_read_until_it_has_paid(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    broker = Line()
    await established(broker, nursery)
    broker.owner.pause_ns = 500_000_000
    began = trio.current_time()
    await broker.theirs.send_all(blocks(broker, 1, 3))
    paid_at: list[float] = []
    for _ in range(120):
        await trio.sleep(0.01)
        if len(broker.owner.events) > len(paid_at):
            paid_at.append(trio.current_time() - began)

    assert paid_at == pytest.approx([0.0, 0.5, 1.0], abs=0.05)


async def test_the_desk_is_asked_once_whether_the_certificate_fits_and_before_the_body(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    broker = Line()
    nursery.start_soon(broker.link.run)
    broker.partner.establish(b"e" * 16, 1, broker.clock.now_ns())
    wire = broker.partner.data_to_send()
    await broker.theirs.send_all(wire[:159])
    await trio.testing.wait_all_tasks_blocked()
    assert broker.owner.verified == 0
    await broker.theirs.send_all(wire[159:160])
    await trio.testing.wait_all_tasks_blocked()
    assert (broker.owner.verified, broker.owner.events) == (1, [])
    await broker.theirs.send_all(wire[160:] + blocks(broker, 1, 0))
    assert isinstance(await broker.hear(), EstablishedEvent)

    assert broker.owner.verified == 1


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
    link = PartnerLink(
        1,
        trio.SocketStream(ours),
        cast("BankSession", speaker),
        LoneOwner(),
        PartyTurns(VirtualClock()),
        VirtualClock(),
        Entrance(),
    )
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
    speaker, owner = Speaker(), LoneOwner()
    link = PartnerLink(
        1,
        trio.SocketStream(ours),
        cast("BankSession", speaker),
        owner,
        PartyTurns(VirtualClock()),
        VirtualClock(),
        Entrance(),
    )
    theirs.close()

    async with trio.open_nursery() as nursery:
        speaker.pieces.append(b"anything")
        link.say_it()
        nursery.start_soon(link.run)

    assert owner.closed == 1


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
