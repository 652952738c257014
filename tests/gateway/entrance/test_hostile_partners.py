"""What a partner may do to a gateway: garbage, silence, floods, unread answers, too many links. The others are served.

Belongs here: misbehaviour of one peer. Never here: losses of the ledger (test_order_path).
"""

import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import trio

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.settings import GatewaySettings
from protocol.codes import ReplyCode
from protocol.messages.queries import OutcomeQuery
from protocol.session.partner_events import NegotiatedEvent, NotAppliedReceived, OutcomesReceived, Terminated
from protocol.vocabulary import BANK_PARTY, BANK_SEAT
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, freezes
from tests.protocol import keys


async def is_served(connect: Connect, contract: int = 1) -> None:
    """Another partner logs on, and its freeze is answered."""
    other = await connect(keys.OTHER_BROKER, keys.OTHER_SEAT, version=1 + len(connect.partners))
    number = (await other.log_on()).next_number
    await other.send(freezes(5, contract=contract), number)
    await other.hear(OutcomesReceived)
    await other.stream.aclose()


async def read_to_the_end(stream: trio.abc.Stream) -> None:
    """Until the gateway closes."""
    with trio.fail_after(10):
        try:
            while await stream.receive_some(65_536):
                pass
        except trio.BrokenResourceError:
            return


async def test_garbage_ends_its_link_and_nothing_else(connect: Connect, gateway: Gateway) -> None:
    noise = random.Random(1)
    for length in (1, 95, 160, 5_000):
        partner = await connect()
        await partner.stream.send_all(noise.randbytes(length))
        assert isinstance(partner.stream, trio.SocketStream)
        await partner.stream.send_eof()
        await read_to_the_end(partner.stream)

    await is_served(connect)
    assert gateway.statistics.link_faults == 0
    assert gateway.statistics.links_ended_by_code[ReplyCode.MALFORMED_FRAME] == 2


async def test_a_wrong_signature_is_answered_and_counted(connect: Connect, gateway: Gateway) -> None:
    broker = await connect()
    await broker.log_on()
    header = broker.session.send_block(freezes(1), 1, 1, 0, time.time_ns())
    wire = bytearray(broker.session.data_to_send())
    wire[100] ^= 1
    await broker.stream.send_all(wire)

    told = await broker.hear(Terminated)

    assert told.code == ReplyCode.SIGNATURE_INVALID
    assert header.record_count == 1
    assert gateway.statistics.links_ended_by_code[ReplyCode.SIGNATURE_INVALID] == 1
    await is_served(connect)


async def test_more_than_the_credit_ends_the_link_and_memory_stays(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    broker = await connect()
    credit = (await broker.log_on()).credit_records
    ledger.decides = False
    block = freezes(*[1] * 8_192)
    for first in range(1, credit + 2, 8_192):
        await broker.send(block, first)
    with trio.fail_after(10):
        told = await broker.hear(Terminated)

    assert told.code == ReplyCode.CREDIT_EXCEEDED
    assert gateway.ledger.in_flight.records == credit
    await ledger.decide_on()
    while gateway.ledger.in_flight.request_frames:
        await gateway.dispatcher.progress.wait()
    assert gateway.intake.book.frozen_fen[0] == credit
    await is_served(connect)


async def test_a_flood_of_frames_behind_a_gap_is_turned_away_one_by_one(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, nursery: trio.Nursery
) -> None:
    broker = await connect()
    await broker.log_on()
    received = len(ledger.received)

    async def flood() -> None:
        for _ in range(300):
            await broker.send(freezes(1), 7)

    nursery.start_soon(flood)
    await is_served(connect)
    for _ in range(300):
        assert (await broker.hear(NotAppliedReceived)).message.code == ReplyCode.SEQUENCE_GAP

    assert len(ledger.received) == received + 3  # the other partner's logon and freeze
    assert gateway.ledger.in_flight.records == 0


async def test_a_partner_that_never_reads_is_cut_and_resumes(
    connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.links.partner_link.REPLY_BYTES_UNSENT_MAX", 20_000)
    monkeypatch.setattr("gateway.dispatch.admission.WORK_BURST_NS", 10**12)  # what asks nothing is paid for elsewhere
    broker = await connect()
    await broker.log_on()
    unread: list[int] = []
    with trio.fail_after(20):
        try:
            for correlation_id in range(1, 100_000):
                for first in range(50):
                    broker.session.send_block(freezes(1), 2 + first + correlation_id, 1, 0, time.time_ns())
                await broker.flush()
                unread.append(sum(link.unsent_bytes for link in gateway.dispatcher.links))
        except trio.BrokenResourceError:
            pass

    assert gateway.statistics.links_ended_by_code[ReplyCode.REPLIES_UNREAD] == 1
    assert max(unread) < 20_000 + 64_000
    again = await connect()
    assert (await again.establish()).next_number == 1
    await is_served(connect)


async def test_unread_queries_do_not_pile_up_in_the_table(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    broker = await connect()
    await broker.log_on()
    ledger.decides = False
    for correlation_id in range(1, 18):
        await broker.ask(correlation_id, OutcomeQuery(ledger.trade_date, 1))

    assert (await broker.hear(Terminated)).code == ReplyCode.CREDIT_EXCEEDED
    assert gateway.ledger.in_flight.query_frames == 16


async def test_logons_of_ended_links_are_forgotten_while_the_ledger_is_away(
    connect: Connect, gateway: Gateway, ledger: FakeLedger
) -> None:
    ledger.go_away()
    while gateway.ledger.registered:
        await trio.lowlevel.checkpoint()
    broker = await connect()
    broker.session.negotiate(b"n" * 16, time.time_ns())
    await broker.flush()
    while not gateway.ledger.in_flight.head_frames:
        await trio.lowlevel.checkpoint()

    await broker.stream.aclose()
    while gateway.dispatcher.links:
        await gateway.dispatcher.progress.wait()

    assert gateway.ledger.in_flight.head_frames == 0


async def test_a_party_has_two_links_a_seat_and_one_that_asks(connect: Connect, gateway: Gateway) -> None:
    """Broker 3 has one seat: one link serves it, one takes over; a link counts once the ledger has answered its logon.
    The other broker is not concerned.
    """
    links = [await connect(keys.OTHER_BROKER, keys.OTHER_SEAT, version) for version in (1, 2, 3, 4, 5)]
    for link in links[:3]:
        link.session.negotiate(b"n" * 16, time.time_ns())
        await link.flush()
        await link.hear(NegotiatedEvent)
    links[3].session.negotiate(b"n" * 16, time.time_ns())
    await links[3].flush()
    told = await links[3].hear(Terminated)

    assert (told.code, told.detail) == (ReplyCode.STOPPING, "1 seats have too many links; come back later")
    await (await connect()).log_on()


@pytest.mark.parametrize("bound", ["PARTY_FRAMES_MAX", "PARTY_RECORDS_MAX"])
async def test_a_party_that_floods_is_told_busy_and_the_others_are_served(
    connect: Connect, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(f"gateway.links.in_flight.{bound}", 2)
    broker = await connect()
    await broker.log_on()
    other = await connect(keys.OTHER_BROKER, keys.OTHER_SEAT)
    await other.log_on()
    ledger.decides = False
    for number in (1, 2, 3):
        await broker.send(freezes(1), number)
    assert (await broker.hear(NotAppliedReceived)).message.code == ReplyCode.BUSY
    await other.send(freezes(1, contract=1), 1)
    await ledger.until(lambda: ledger.received[-1].header.sender == keys.OTHER_BROKER)

    await ledger.decide_on()
    await other.hear(OutcomesReceived)
    for _ in (1, 2):
        await broker.hear(OutcomesReceived)
    await broker.send(freezes(1), 3)
    await broker.hear(OutcomesReceived)


class TestFewSessions:
    """A gateway that serves two sessions at once."""

    @pytest.fixture
    async def small(
        self, settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery
    ) -> AsyncIterator[Gateway]:
        daemon = Gateway(replace(settings, links_max=2), SystemClock())
        await nursery.start(daemon.run)
        yield daemon
        daemon.stop_now()

    async def test_a_session_above_the_limit_is_refused_until_one_ends(self, small: Gateway) -> None:
        connect = Connect(small.port)
        first = await connect()
        await first.log_on()
        other = await connect(keys.OTHER_BROKER, keys.OTHER_SEAT)
        await other.log_on()
        third = await connect(seat=keys.BROKER_SEAT + 1)
        third.session.negotiate(b"n" * 16, time.time_ns())
        await third.flush()
        assert (await third.hear(Terminated)).code is ReplyCode.STOPPING
        again = await connect()  # the seat that has a session may take it over
        await again.establish()
        bank = await connect(BANK_PARTY, BANK_SEAT)
        await bank.log_on()

        await other.stream.aclose()
        while small.dispatcher.sessions_established > 2:
            await small.dispatcher.progress.wait()
        await is_served(connect)
        await connect.close()
