"""What the log says of brokers and strangers, and that one of them cannot fill it.

Belongs here: a gateway's lines, and the bound on them. Never here: how a line is written (tests/config/kit/test_logs).
"""

import logging
from dataclasses import dataclass

import pytest
import trio

from gateway.daemon import Gateway
from gateway.ops.link_log import (
    ADDRESSES_MAX,
    LINES_MAX,
    OTHERS,
    PARTY_LINES_MAX,
    STRANGERS_LINES_MAX,
    SUMMARIES_MAX,
    WINDOW_NS,
    Bounded,
    LinkLog,
)
from protocol.messages.control import OpenTradeDate
from protocol.session.partner_events import OutcomesReceived
from protocol.vocabulary import BANK_PARTY, BANK_SEAT
from tests.gateway.fake_ledger import TRADE_DATE, FakeLedger
from tests.gateway.partner import Connect, freezes
from tests.protocol import keys


async def without_links(gateway: Gateway) -> None:
    """Returns when a link was up and none is."""
    while gateway.dispatcher.links or not gateway.statistics.links_opened:  # noqa: ASYNC110 - no event tells of an opening
        await trio.sleep(0.005)


async def test_a_logon_and_the_end_of_a_link_are_told_with_who_and_why(
    connect: Connect, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broker = await connect()
    await broker.log_on()
    await broker.send(freezes(100), 1)
    await broker.hear(OutcomesReceived)
    await broker.stream.aclose()
    await without_links(gateway)

    who = f"from 127.0.0.1, party {keys.BROKER}, seat {broker.session.seat}"
    assert f"{who}: logged on, session version 1" in caplog.text
    (end,) = [record.message for record in caplog.records if f"{who}: ended after" in record.message]
    assert end.endswith("bytes: the partner hung up")
    assert ", 3 frames, " in end


async def test_a_refused_logon_is_told_with_its_true_reason_and_address(
    connect: Connect, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    broker = await connect()
    broker.session.negotiate(b"n" * 16, 1)  # signed long ago
    await broker.flush()
    await without_links(gateway)

    (line,) = [record.message for record in caplog.records if "no logon" in record.message]
    assert "from 127.0.0.1" in line
    assert "we end it: " in line


async def test_a_partner_that_is_superseded_and_one_that_goes_are_told_apart(
    connect: Connect, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    older, newer = await connect(), await connect(version=2)
    await older.log_on()
    await newer.log_on()
    while len(gateway.dispatcher.links) > 1:
        await gateway.dispatcher.progress.wait()

    assert "we end it: SESSION_SUPERSEDED: version 2 is in force" in caplog.text


async def test_a_roll_of_the_trade_date_is_told(
    connect: Connect, gateway: Gateway, ledger: FakeLedger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bank = await connect(BANK_PARTY, BANK_SEAT)
    await bank.log_on()
    await bank.control(OpenTradeDate(TRADE_DATE + 1), 3)
    await bank.hear(OutcomesReceived)

    assert f"trade date {TRADE_DATE + 1} is open, {TRADE_DATE} before it" in caplog.text


async def test_one_stranger_cannot_fill_the_log(
    connect: Connect, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3 * LINES_MAX):
        stream = await trio.open_tcp_stream("127.0.0.1", gateway.port)
        await stream.send_all(b"GET / HTTP/1.1\r\n\r\n" + bytes(200))
        with trio.move_on_after(5):
            await stream.receive_some(1)
        await stream.aclose()
    await without_links(gateway)

    assert len([record for record in caplog.records if "no logon" in record.message]) == LINES_MAX


def test_what_was_left_out_is_counted_and_told_when_the_window_is_over(caplog: pytest.LogCaptureFixture) -> None:
    now_ns = 0
    log = LinkLog(lambda: now_ns)
    for _ in range(LINES_MAX + 5):
        log.handshake_failed("192.0.2.1", "no certificate")
    log.handshake_failed("192.0.2.2", "no certificate")
    log.sweep()
    assert len(caplog.records) == LINES_MAX + 1
    now_ns = WINDOW_NS
    log.sweep()
    assert caplog.records[-1].message == ("192.0.2.1: failed handshake: 5 more within a minute, not told one by one")
    log.handshake_failed("192.0.2.1", "no certificate")
    assert len(caplog.records) == LINES_MAX + 3


def test_many_addresses_share_one_count_in_the_end_and_a_bounded_number_of_lines() -> None:
    bounded = Bounded(LINES_MAX, STRANGERS_LINES_MAX)
    said = sum(bounded.may_say("failed handshake", f"2001:db8:{number:x}::/64", 0) for number in range(10_000))

    assert said == STRANGERS_LINES_MAX
    assert bounded.ended(WINDOW_NS) == [("failed handshake", OTHERS, 10_000 - said)]
    assert bounded.ended(2 * WINDOW_NS) == []
    assert bounded.may_say("failed handshake", "192.0.2.0/24", 2 * WINDOW_NS)


def test_what_was_left_out_of_many_addresses_is_told_in_few_lines() -> None:
    bounded = Bounded(1)
    for number in range(ADDRESSES_MAX):
        bounded.may_say("failed handshake", f"{number}", 0)
        bounded.may_say("failed handshake", f"{number}", 0)
    told = bounded.ended(WINDOW_NS)

    assert len(told) == SUMMARIES_MAX + 1
    assert sum(left_out for _, _, left_out in told) == ADDRESSES_MAX
    assert bounded._windows == {}


@dataclass
class Said:
    """What a log is told of a link."""

    party: int
    address: str
    seat: int = 0
    number: int = 7
    end_reason: str = "x"
    frames: int = 0
    received_bytes: int = 0


def test_strangers_of_thousands_of_addresses_hide_no_partner(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = LinkLog(lambda: 0)
    for number in range(5_000):
        log.handshake_failed(f"10.{number // 250}.{number % 250}.0/24", "no certificate")
        log.ended(Said(0, f"10.{number // 250}.{number % 250}.0/24"), 0)
    before = len(caplog.records)
    for party in (2, 3):
        log.logged_on(Said(party, "192.0.2.0/24", 21), 1)
        log.ended(Said(party, "192.0.2.0/24", 21), 0)
        log.ended(Said(party, "192.0.2.0/24"), 0)

    assert before == 2 * STRANGERS_LINES_MAX
    assert len(caplog.records) == before + 6
    assert "party 3, seat 21: logged on" in caplog.text


def test_one_party_hides_no_other_and_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = LinkLog(lambda: 0)
    for number in range(3 * PARTY_LINES_MAX):
        log.logged_on(Said(2, f"{number}", 21), number)
    log.logged_on(Said(3, "0", 31), 1)

    assert len(caplog.records) == PARTY_LINES_MAX + 1
