"""A seat's feed: every event once and in order, over reconnects; who reads elsewhere; a bank that tells it wrongly."""

from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import FeedEnded, FeedEvent, Seat, SessionEnded, SyncSeat
from protocol.client.line.feed import Feed
from protocol.client.line.waits import Bell
from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.limits import FEED_PAGE_ENTRIES_MAX
from protocol.messages.codec import decode_control, encode
from protocol.messages.feeds import NO_ENTRY, ContractChanged, DateOpened, FeedEntry, FeedPage, Receipt, chained
from protocol.vocabulary import FeedKind
from tests.client.fake_bank import BROKER, SEATS, FakeBank

CHANGED = FeedKind.CONTRACT_CHANGED


def tell(bank: FakeBank, count: int) -> None:
    """So many entries more, each of a contract of its own."""
    for _ in range(count):
        contract_no = 98 + bank.feeds.next_position(BROKER)
        bank.feeds.tell(BROKER, CHANGED, TRADE_DATE, ContractChanged(1, 0, 2, True), contract_no)


async def taken(reader: object, count: int) -> list[FeedEvent]:
    events: list[FeedEvent] = []
    async for event in reader:  # type: ignore[attr-defined]
        events.append(event)
        if len(events) == count:
            break
    return events


def positions(events: list[FeedEvent]) -> list[int]:
    return [event.position for event in events]


async def test_what_is_there_comes_at_once_and_what_is_new_when_it_is_made(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 2)
        reader = seat.feed()
        assert positions(await taken(reader, 2)) == [1, 2]
        tell(bank, 1)
        (third,) = await taken(reader, 1)

        assert (third.kind, third.trade_date, third.contract_no) == (CHANGED, TRADE_DATE, 101)
        assert third.content == ContractChanged(1, 0, 2, True)
        page = bank.feeds.page(BROKER, 3)
        assert third.digest == chained(page.digest_before, page.entries[0])


async def test_a_feed_goes_on_behind_a_position(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 5)
        assert positions(await taken(seat.feed(3), 2)) == [4, 5]


async def test_more_than_a_frame_may_have_comes_in_order(tmp_path: Path) -> None:
    count = 2 * FEED_PAGE_ENTRIES_MAX + 7
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, count)
        assert positions(await taken(seat.feed(), count)) == list(range(1, count + 1))


async def test_no_event_is_lost_or_doubled_by_a_line_that_breaks(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 4)
        reader = seat.feed()
        events = await taken(reader, 2)  # two more wait in the SDK
        bank.cut()
        tell(bank, 1)
        events += await taken(reader, 3)
        bank.cut()
        tell(bank, 1)
        events += await taken(reader, 1)

        assert positions(events) == [1, 2, 3, 4, 5, 6]


async def test_nothing_is_acknowledged_before_it_is_handed_out(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 2)
        reader = seat.feed()
        await taken(reader, 1)
        await seat.freeze(195, 1)  # the line is in use meanwhile
        (link,) = bank._links
        assert link.session.wanted_position == 1
        await taken(reader, 1)
        while link.session.wanted_position != 3:
            await bank.heartbeats_came(1)


async def test_another_reader_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 3)
        first = seat.feed()
        assert positions(await taken(first, 2)) == [1, 2]
        second = seat.feed()

        assert positions(await taken(second, 3)) == [1, 2, 3]
        with pytest.raises(FeedEnded, match="another reader"):
            await taken(first, 1)


async def test_another_seat_of_the_party_takes_the_feed_over(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 1)
        reader = seat.feed()
        await taken(reader, 1)
        async with Seat.open(bank.settings(tmp_path, SEATS[1])) as other:
            assert positions(await taken(other.feed(), 1)) == [1]
            for link in bank._links:
                link.session._say_heartbeat(False, bank.now())
                link.bell.set()
            with pytest.raises(FeedEnded, match="another seat"):
                await taken(reader, 1)
            assert (await seat.freeze(195, 1)).accepted  # the seat goes on


async def test_a_position_that_the_feed_does_not_have_ends_it_and_not_the_seat(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 1)
        reader = seat.feed(7)
        bank.cut()
        with pytest.raises(FeedEnded, match="nothing is at position 7"):
            await taken(reader, 1)
        assert positions(await taken(seat.feed(), 1)) == [1]


async def test_another_history_is_told_apart(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 2)
        (first,) = await taken(seat.feed(), 1)
        assert positions(await taken(seat.feed(1, first.digest), 1)) == [2]
        with pytest.raises(FeedEnded, match="another one than was told before"):
            await taken(seat.feed(1, bytes(31) + b"x"), 1)
        assert bank.violations == {}


async def test_a_seat_that_is_closed_ends_its_feed(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        async with Seat.open(bank.settings(tmp_path)) as seat:
            reader = seat.feed()
        with pytest.raises(SessionEnded):
            await taken(reader, 1)


async def test_an_event_is_signed_for(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        tell(bank, 1)
        (event,) = await taken(seat.feed(), 1)
        assert (await seat.receipt(event)).code == ReplyCode.ROLE_FORBIDS  # of a practice bank, which takes none
        assert decode_control(bank.requests[-1].body) == Receipt(TRADE_DATE, 1, event.digest)
        with pytest.raises(MisuseError, match="signed for"):
            await seat.receipt(3)  # type: ignore[arg-type]


async def test_a_roll_is_told(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        reader = seat.feed()
        bank.roll()
        (event,) = await taken(reader, 1)
        assert (event.kind, event.content) == (FeedKind.DATE_OPENED, DateOpened(TRADE_DATE))


@pytest.mark.parametrize("after", [-1, 2**62, 1.5, "1", None])
async def test_no_position(tmp_path: Path, after: object) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        with pytest.raises(MisuseError):
            seat.feed(after)  # type: ignore[arg-type]
        with pytest.raises(MisuseError, match="32 bytes"):
            seat.feed(0, b"short")


def test_the_blocking_seat_iterates(tmp_path: Path) -> None:
    ready, closed = trio.Event(), trio.Event()

    def read(port_settings: object) -> list[FeedEvent]:
        with SyncSeat.open(port_settings) as seat:  # type: ignore[arg-type]
            found = []
            for event in seat.feed(1):
                found.append(event)
                if len(found) == 2:
                    return found
        return []

    async def scenario() -> list[FeedEvent]:
        async with FakeBank.run() as bank:
            tell(bank, 3)
            ready.set()
            found = await trio.to_thread.run_sync(read, bank.settings(tmp_path))
            closed.set()
            return found

    assert positions(trio.run(scenario)) == [2, 3]


def page_of(first: int, count: int, before: bytes = b"d" * 32) -> FeedPage:
    """A page of a bank that may lie."""
    content = encode(ContractChanged(1, 0, 2, True))
    entries = [FeedEntry(first + place, 9, 0, int(CHANGED), TRADE_DATE, 98, content) for place in range(count)]
    return FeedPage(first, first + count, before, entries)


async def test_entries_that_are_not_due_are_a_violation() -> None:
    feed = Feed(Bell())
    feed.begin(4, b"")
    feed.arrived(page_of(1, 2))  # of a reader before: it may have been under way
    feed.arrived(page_of(5, 2))
    for first in (1, 5, 6, 8):
        with pytest.raises(PeerViolation, match="7 is due"):
            feed.arrived(page_of(first, 1))


async def test_a_content_of_another_kind_is_a_violation_and_one_of_a_newer_kind_is_handed_out() -> None:
    feed = Feed(Bell())
    number = feed.begin(0, b"")
    page = page_of(1, 1, NO_ENTRY)
    with pytest.raises(PeerViolation, match="says what its kind does not"):
        feed.arrived(replace(page, entries=[replace(page.entries[0], kind=1)]))
    feed.arrived(replace(page, entries=[replace(page.entries[0], kind=99, content=b"\xc1")]))
    event = await feed.next(number)
    assert (event.kind, event.content) == (99, b"\xc1")
