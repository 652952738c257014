"""Feeds at the gateway: to one link of a party, a frame at a time, whatever breaks; what is hostile costs nobody else.

Belongs here: a gateway with a ledger that makes entries. Never here: what is told (tests/ledger_core).
"""

import time

import pytest
import trio

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.dispatch.feeds import PAGE_WORK_BYTES
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.limits import FEED_PAGE_ENTRIES_MAX
from protocol.session.partner_events import (
    FeedElsewhere,
    FeedReceived,
    OutcomesReceived,
    Terminated,
)
from tests.gateway.fake_ledger import FakeLedger, digest_of
from tests.gateway.partner import Connect, Partner, freezes
from tests.protocol import keys

BROKER, OTHER = keys.BROKER, keys.OTHER_BROKER
SECOND_SEAT = 12


async def wants(partner: Partner, position: int) -> None:
    partner.session.want(position, time.time_ns())
    await partner.flush()


async def fed(partner: Partner) -> tuple[int, int]:
    """First position and how many of the next FEED frame."""
    page = (await partner.hear(FeedReceived)).page
    return page.first, len(page.entries)


async def reader(connect: Connect, position: int = 1) -> Partner:
    """A partner that wants its feed with its logon."""
    partner = await connect()
    partner.session.want(position, time.time_ns())
    await partner.log_on()
    return partner


async def nothing_more(partner: Partner, ledger: FakeLedger, number: int = 1) -> None:
    """An order is answered next: no frame of the feed was sent before it."""
    await partner.send(freezes(5), number)
    await partner.hear(OutcomesReceived)


async def test_what_there_is_comes_with_the_logon_and_news_at_once(ledger: FakeLedger, connect: Connect) -> None:
    await ledger_with(ledger, 2)
    partner = await reader(connect)
    assert await fed(partner) == (1, 2)
    await wants(partner, 3)
    await nothing_more(partner, ledger)
    await ledger.tell(BROKER)
    assert await fed(partner) == (3, 1)


async def ledger_with(ledger: FakeLedger, count: int, party: int = BROKER) -> None:
    """So many entries were made before anybody listened."""
    for _ in range(count):
        await ledger.tell(party, is_lost=True)


async def test_one_frame_at_a_time_and_what_came_meanwhile_behind_it(ledger: FakeLedger, connect: Connect) -> None:
    await ledger_with(ledger, FEED_PAGE_ENTRIES_MAX + 1)
    partner = await reader(connect)
    assert await fed(partner) == (1, FEED_PAGE_ENTRIES_MAX)
    for _ in range(3):
        await ledger.tell(BROKER)
    await nothing_more(partner, ledger)
    await wants(partner, 200)  # a part of it: not yet
    await nothing_more(partner, ledger, 2)
    await wants(partner, FEED_PAGE_ENTRIES_MAX + 1)
    assert await fed(partner) == (FEED_PAGE_ENTRIES_MAX + 1, 4)


async def test_who_never_acknowledges_gets_one_frame_and_trades_on(
    ledger: FakeLedger, connect: Connect, gateway: Gateway
) -> None:
    await ledger_with(ledger, 3)
    partner, other = await reader(connect), await connect(OTHER, keys.OTHER_SEAT)
    await other.log_on()
    assert await fed(partner) == (1, 3)
    for _ in range(20):
        await ledger.tell(BROKER)
    await nothing_more(partner, ledger)
    await nothing_more(other, ledger)
    assert ledger.pages_asked == [(BROKER, 1)]
    assert gateway.dispatcher.feeds.positions() == {BROKER: (23, 0)}


async def test_another_partys_entries_are_nobody_elses(ledger: FakeLedger, connect: Connect) -> None:
    partner, other = await reader(connect), await connect(OTHER, keys.OTHER_SEAT)
    other.session.want(1, time.time_ns())
    await other.log_on()
    await ledger.tell(OTHER)
    assert await fed(other) == (1, 1)
    await nothing_more(partner, ledger)


async def test_what_was_not_sent_cannot_be_acknowledged(ledger: FakeLedger, connect: Connect) -> None:
    await ledger_with(ledger, 2)
    partner = await reader(connect)
    assert await fed(partner) == (1, 2)
    await wants(partner, 4)
    assert (await partner.hear(Terminated)).code == ReplyCode.MALFORMED_FRAME


@pytest.mark.parametrize("position", [4, 2**62])
async def test_a_position_that_there_is_not_ends_the_link(ledger: FakeLedger, connect: Connect, position: int) -> None:
    await ledger_with(ledger, 2)
    partner = await reader(connect, position)
    assert (await partner.hear(Terminated)).code == ReplyCode.MALFORMED_FRAME


async def test_a_partner_goes_back_ends_its_feed_and_begins_again(ledger: FakeLedger, connect: Connect) -> None:
    await ledger_with(ledger, 3)
    partner = await reader(connect)
    assert await fed(partner) == (1, 3)
    await wants(partner, 4)
    await wants(partner, 2)
    assert await fed(partner) == (2, 2)
    await wants(partner, 0)
    await ledger.tell(BROKER)
    await nothing_more(partner, ledger)
    await wants(partner, 4)
    assert await fed(partner) == (4, 1)


async def test_the_last_link_of_a_party_that_asks_has_the_feed(ledger: FakeLedger, connect: Connect) -> None:
    await ledger_with(ledger, 1)
    first = await reader(connect)
    assert await fed(first) == (1, 1)
    second = await connect(seat=SECOND_SEAT)
    second.session.want(1, time.time_ns())
    await second.log_on()
    assert await fed(second) == (1, 1)
    await wants(second, 2)
    await ledger.tell(BROKER)
    assert await fed(second) == (2, 1)
    first.session._say_heartbeat(True, time.time_ns())
    await first.flush()
    await first.hear(FeedElsewhere)


async def test_a_ledger_that_was_replaced_is_asked_for_what_was_lost(
    ledger: FakeLedger, connect: Connect, gateway: Gateway
) -> None:
    await ledger_with(ledger, 1)
    partner = await reader(connect)
    assert await fed(partner) == (1, 1)
    await wants(partner, 2)
    await nothing_more(partner, ledger)
    await ledger.drop_link()
    await ledger_with(ledger, 2)
    assert await fed(partner) == (2, 2)


async def test_a_gateway_that_died_before_the_acknowledgement_sends_it_again(
    settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    first = Gateway(settings, SystemClock())
    await nursery.start(first.run)
    connect = Connect(first.port)
    await ledger_with(ledger, 2)
    partner = await reader(connect)
    assert await fed(partner) == (1, 2)
    first.stop_now()

    second = Gateway(settings, SystemClock())
    await nursery.start(second.run)
    connect.port = second.port
    again = await connect(version=2)
    again.session.want(1, time.time_ns())
    await again.log_on()
    assert await fed(again) == (1, 2)
    await connect.close()
    second.stop_now()


async def test_the_mark_is_raised_before_news_leave(ledger: FakeLedger, connect: Connect, gateway: Gateway) -> None:
    partner = await reader(connect)
    ledger.sequence = 77
    await ledger.tell(BROKER)
    assert await fed(partner) == (1, 1)
    assert (gateway.mark.sequence, gateway.mark.digest) == (77, digest_of(77))


async def test_what_the_read_model_has_not_yet_is_asked_for_again_with_a_heartbeat(
    ledger: FakeLedger, connect: Connect
) -> None:
    await ledger_with(ledger, 2)
    ledger.missing = {1}
    partner = await reader(connect)
    await nothing_more(partner, ledger)
    ledger.missing = set()
    partner.session._say_heartbeat(False, time.time_ns())
    await partner.flush()
    assert await fed(partner) == (1, 2)
    assert ledger.pages_asked == [(BROKER, 1), (BROKER, 1)]


async def test_each_page_that_a_partner_makes_the_bank_ask_for_is_paid_for(
    ledger: FakeLedger, connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid: list[int] = []
    asked_query = gateway.dispatcher.admission.asked_query

    def counted(party: int, body_bytes: int, now_ns: int) -> int:
        paid.append(body_bytes)
        return asked_query(party, body_bytes, now_ns)

    monkeypatch.setattr(gateway.dispatcher.admission, "asked_query", counted)
    await ledger_with(ledger, 2)
    partner = await reader(connect)
    for position in (1, 2, 1):
        await wants(partner, 0)
        await wants(partner, position)
    await nothing_more_of_frames(partner)
    assert len(paid) == len(ledger.pages_asked) == 4
    assert min(paid) >= PAGE_WORK_BYTES


async def nothing_more_of_frames(partner: Partner) -> None:
    """An order is answered; FEED frames in front of it are passed over."""
    await partner.send(freezes(5), 1)
    while not isinstance(await partner.next_event(), OutcomesReceived):
        pass


async def test_acknowledgements_of_frames_are_no_heartbeats(
    ledger: FakeLedger, connect: Connect, gateway: Gateway
) -> None:
    partner = await reader(connect)
    for position in range(1, 151):  # more than may come at once
        await ledger.tell(BROKER)
        assert await fed(partner) == (position, 1)
        await wants(partner, position + 1)
    await nothing_more(partner, ledger)
    assert gateway.statistics.links_ended_by_code.sum() == 0
