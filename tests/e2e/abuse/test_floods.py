"""Floods against real processes: a partner's and a stranger's. Another partner logs on at once and its calls go on.

Belongs here: that the bounds hold through the processes as they are started. Never here: each bound by itself
(tests/gateway), how fast others are meanwhile (case o of the benchmark).
"""

import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import trio

from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.limits import CONTROL_AT_ONCE_MAX
from protocol.messages.codec import encode
from protocol.messages.session import Heartbeat
from protocol.session.partner_events import NotAppliedReceived, OutcomesReceived, PartnerEvent
from protocol.vocabulary import FrameKind
from tests.e2e.abuse.test_abuse import links_ended
from tests.e2e.house import House
from tests.e2e.stranger import Stranger, connect, freezes

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

FLOODING_SEATS = (21, 22)
HONEST_SEAT = 31
SILENT = 300
CALLS = 20
SERVED_WITHIN_SECONDS = 5.0  # logon and calls, on a machine that does other things; case o has the bar
PIECE_FRAMES = 200


@pytest.fixture
async def strangers(shared_house: House) -> AsyncIterator[list[Stranger]]:
    """Two links of one party, logged on."""
    async with AsyncExitStack() as stack:
        links = [await connect(shared_house, seat) for seat in FLOODING_SEATS]
        for link in links:
            await stack.enter_async_context(link.stream)
            await link.log_on()
        yield links


async def flood(stranger: Stranger, piece: bytes) -> None:
    """Until the bank ends the link."""
    try:
        while True:
            await stranger.stream.send_all(piece)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass


async def is_served(house: House) -> None:
    """Logs on anew, and every call is answered, in time."""
    contract_no = house.contracts_of(HONEST_SEAT)[2]
    began = time.monotonic()
    async with Seat.open(await trio.to_thread.run_sync(house.seat, HONEST_SEAT)) as seat:
        for _ in range(CALLS):
            frozen = await seat.freeze(contract_no, 1)
            assert (await seat.release(frozen, contract_no, 1)).code is ReplyCode.ACCEPTED
    assert time.monotonic() - began < SERVED_WITHIN_SECONDS


async def test_a_flood_of_one_recorded_heartbeat_is_ended(
    shared_house: House, strangers: list[Stranger], nursery: trio.Nursery
) -> None:
    before = await links_ended(shared_house, ReplyCode.RATE_EXCEEDED)
    for stranger in strangers:
        beat = stranger.frame(FrameKind.HEARTBEAT, encode(Heartbeat(1, True)))
        nursery.start_soon(flood, stranger, beat * PIECE_FRAMES)

    await is_served(shared_house)
    for stranger in strangers:
        assert await stranger.hear_the_end() is ReplyCode.RATE_EXCEEDED
    assert await links_ended(shared_house, ReplyCode.RATE_EXCEEDED) == before + 2


async def test_frames_behind_a_gap_slow_their_own_link_only(
    shared_house: House, strangers: list[Stranger], nursery: trio.Nursery
) -> None:
    body = freezes(shared_house.contracts_of(FLOODING_SEATS[0])[0], 1)
    for stranger in strangers:
        gap = stranger.frame(FrameKind.RECORDS, body, first_number=1_000_000, record_count=1)
        nursery.start_soon(flood, stranger, gap * PIECE_FRAMES)

    await is_served(shared_house)
    nursery.cancel_scope.cancel()


async def test_malformed_control_is_told_busy_beyond_its_share(
    shared_house: House, strangers: list[Stranger], nursery: trio.Nursery
) -> None:
    stranger = await connect(shared_house, FLOODING_SEATS[0])  # takes over from the fixture's
    first = (await stranger.log_on()).next_number
    for number in range(first, first + CONTROL_AT_ONCE_MAX + 20):
        frame = stranger.frame(FrameKind.CONTROL, b"\xc1", first_number=number, record_count=1)
        await stranger.stream.send_all(frame)
    nursery.start_soon(is_served, shared_house)

    with trio.fail_after(SERVED_WITHIN_SECONDS):
        told: list[PartnerEvent | None] = []
        while not (told and isinstance(told[-1], NotAppliedReceived)):
            told.append(await stranger.next_event())
    refused = told[-1].message
    assert refused.code == ReplyCode.BUSY
    assert refused.retry_after_ns > 0
    assert all(isinstance(event, OutcomesReceived) for event in told[:-1])
    await stranger.stream.aclose()


async def test_silent_connections_and_recorded_prefixes_delay_no_logon(shared_house: House) -> None:
    stranger = await connect(shared_house, FLOODING_SEATS[0])
    stranger.session.negotiate(b"n" * 16, time.time_ns())
    prefix = stranger.session.data_to_send()[:160]
    held = [socket.create_connection(("127.0.0.1", shared_house.port)) for _ in range(SILENT)]
    for connection in held[-30:]:
        connection.sendall(prefix)

    await is_served(shared_house)
    other = await connect(shared_house, FLOODING_SEATS[0])
    async with other.stream:
        await other.log_on()  # the prefixes count for nobody
    for connection in held:
        connection.close()
    await stranger.stream.aclose()


async def test_the_figures_are_on_loopback_and_have_few_handlers(shared_house: House) -> None:
    """Connections that say nothing keep no scrape waiting for longer than their own patience."""
    port = next(port for name, what, port in shared_house.supervisor.ports() if (name, what) == ("gateway", "metrics"))
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    with trio.fail_after(2 * SERVED_WITHIN_SECONDS):
        for connection in held:
            await trio.lowlevel.wait_readable(connection)  # it was ended
            assert connection.recv(1) == b""
            connection.close()
