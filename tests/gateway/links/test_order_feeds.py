"""Feeds of orders at the gateway: to one link, eight pages at a time, whatever breaks; hostility costs nobody else.

Belongs here: a gateway with a ledger that has entries. Never here: what is told (tests/ledger_core).
"""

import time

import pytest

from gateway.daemon import Gateway
from gateway.dispatch.admission import LinkBudget
from protocol.codes import ReplyCode
from protocol.limits import ORDER_PAGE_BODY_BYTES_MAX, ORDER_PAGES_UNREAD_MAX, STRETCH_ENTRIES
from protocol.messages.session import OrdersAck
from protocol.order_pages import NO_STRETCH, OrderPage, digest_behind
from protocol.session.partner_events import OrdersReceived, OutcomesReceived, Terminated
from tests.gateway.fake_ledger import TRADE_DATE, FakeLedger, digest_of
from tests.gateway.partner import Connect, Partner, freezes
from tests.protocol import keys

BROKER, OTHER = keys.BROKER, keys.OTHER_BROKER
SECOND_SEAT, NEXT_DATE = 12, 20_260_922
BEHIND_FIRST = digest_behind(NO_STRETCH, bytes(64 * STRETCH_ENTRIES))


async def wants(partner: Partner, number: int, date: int = TRADE_DATE, before: bytes = NO_STRETCH) -> None:
    partner.session.want_orders(OrdersAck(date, number, before), time.time_ns())
    await partner.flush()


async def page(partner: Partner) -> OrderPage:
    return (await partner.hear(OrdersReceived)).page


async def told(partner: Partner) -> tuple[int, int]:
    """First number and how many of the next page."""
    found = await page(partner)
    return found.head.first, len(found.entries)


async def reader(connect: Connect, number: int = 1, seat: int = keys.BROKER_SEAT) -> Partner:
    """A broker's seat that wants its orders from a number on."""
    partner = await connect(seat=seat)
    await partner.log_on()
    await wants(partner, number)
    return partner


async def nothing_more(partner: Partner, number: int = 1) -> None:
    """An order is answered next: no page was sent before it."""
    await partner.send(freezes(5), number)
    await partner.hear(OutcomesReceived)


async def test_what_there_is_comes_stretch_by_stretch_and_news_at_once(ledger: FakeLedger, connect: Connect) -> None:
    await ledger.order(BROKER, STRETCH_ENTRIES + 6, is_lost=True)
    partner = await reader(connect)

    assert await told(partner) == (1, 1_024)
    second = await page(partner)
    assert (second.head.first, len(second.entries), second.head.digest_before) == (1_025, 6, BEHIND_FIRST)
    await nothing_more(partner)
    await ledger.order(BROKER, 2)
    assert await told(partner) == (1_031, 2)


async def test_eight_pages_are_unread_and_what_comes_meanwhile_is_one_page(
    ledger: FakeLedger, connect: Connect
) -> None:
    partner = await reader(connect)
    for place in range(ORDER_PAGES_UNREAD_MAX):
        await ledger.order(BROKER)
        assert await told(partner) == (place + 1, 1)
    for _ in range(5):
        await ledger.order(BROKER)
    await nothing_more(partner)

    await wants(partner, 2)  # the first of them is had
    assert await told(partner) == (9, 5)
    await ledger.order(BROKER)
    await nothing_more(partner, 2)
    await wants(partner, 5)
    assert await told(partner) == (14, 1)


async def test_a_day_behind_comes_page_by_page_and_the_next_date_behind_it(
    ledger: FakeLedger, connect: Connect
) -> None:
    await ledger.order(BROKER, 10 * STRETCH_ENTRIES, is_lost=True)
    await ledger.order(BROKER, 3, NEXT_DATE, is_lost=True)
    partner = await reader(connect)

    for stretch in range(10):
        found = await page(partner)
        assert (found.head.first, len(found.entries)) == (stretch * 1_024 + 1, 1_024)
        await wants(partner, found.end, before=found.head.digest_before)
    over = await page(partner)
    assert (over.head.first, over.head.next_date, len(over.entries)) == (10_241, NEXT_DATE, 0)
    await ledger.order(BROKER, 1, NEXT_DATE)
    await nothing_more(partner)
    await wants(partner, 1, NEXT_DATE)
    assert await told(partner) == (1, 4)
    assert len(ledger.orders_asked) == 12


async def test_who_never_acknowledges_trades_on_and_so_do_others(ledger: FakeLedger, connect: Connect) -> None:
    partner, other = await reader(connect), await connect(OTHER, keys.OTHER_SEAT)
    await other.log_on()
    await wants(other, 1)
    for place in range(ORDER_PAGES_UNREAD_MAX):
        await ledger.order(BROKER)
        assert await told(partner) == (place + 1, 1)
    await ledger.order(BROKER)
    await ledger.order(OTHER)

    assert await told(other) == (1, 1)
    await nothing_more(partner)
    await nothing_more(other)


async def test_a_seat_of_the_bank_is_told_nothing(connect: Connect) -> None:
    partner = await connect(1, 1)
    await partner.log_on()
    await wants(partner, 1)
    assert (await partner.hear(Terminated)).code == ReplyCode.ROLE_FORBIDS


@pytest.mark.parametrize(("number", "date"), [(4, TRADE_DATE), (2**62, TRADE_DATE), (2, NEXT_DATE)])
async def test_a_number_that_is_not_there_ends_the_link(
    ledger: FakeLedger, connect: Connect, number: int, date: int
) -> None:
    await ledger.order(BROKER, 2, is_lost=True)
    partner = await connect()
    await partner.log_on()
    await wants(partner, number, date)
    end = await partner.hear(Terminated)
    assert (end.code, end.detail) == (ReplyCode.MALFORMED_FRAME, f"there is no number {number} of {date} in its feed")


async def test_what_was_not_sent_cannot_be_acknowledged(ledger: FakeLedger, connect: Connect) -> None:
    await ledger.order(BROKER, 2, is_lost=True)
    partner = await reader(connect)
    assert await told(partner) == (1, 2)
    await ledger.order(BROKER, 1, is_lost=True)
    await wants(partner, 4)
    end = await partner.hear(Terminated)
    assert (end.code, end.detail) == (ReplyCode.MALFORMED_FRAME, f"number 4 of {TRADE_DATE} was not sent on this link")


async def test_another_history_than_the_banks_ends_the_link(ledger: FakeLedger, connect: Connect) -> None:
    await ledger.order(BROKER, STRETCH_ENTRIES + 1, is_lost=True)
    partner = await connect()
    await partner.log_on()
    await wants(partner, 1_025, before=digest_of(1))
    end = await partner.hear(Terminated)
    assert end.code == ReplyCode.MALFORMED_FRAME
    assert end.detail == f"another digest in front of number 1025 of {TRADE_DATE} than the bank's"


async def test_a_partner_goes_back_ends_its_feed_and_begins_again(ledger: FakeLedger, connect: Connect) -> None:
    await ledger.order(BROKER, 3, is_lost=True)
    partner = await reader(connect)
    assert await told(partner) == (1, 3)
    await wants(partner, 4)
    await wants(partner, 2)
    assert await told(partner) == (2, 2)
    await wants(partner, 0)
    await ledger.order(BROKER)
    await nothing_more(partner)
    await wants(partner, 4)
    assert await told(partner) == (4, 1)


async def test_the_last_link_of_a_party_that_asks_has_the_feed(ledger: FakeLedger, connect: Connect) -> None:
    await ledger.order(BROKER, 1, is_lost=True)
    first = await reader(connect)
    assert await told(first) == (1, 1)
    second = await reader(connect, seat=SECOND_SEAT)
    assert await told(second) == (1, 1)
    await ledger.order(BROKER)
    assert await told(second) == (2, 1)
    await nothing_more(first)


async def test_a_ledger_that_was_replaced_is_asked_for_what_was_lost(ledger: FakeLedger, connect: Connect) -> None:
    await ledger.order(BROKER, 1, is_lost=True)
    partner = await reader(connect)
    assert await told(partner) == (1, 1)
    await nothing_more(partner)
    await ledger.drop_link()
    await ledger.order(BROKER, 2, is_lost=True)
    assert await told(partner) == (2, 2)


async def test_the_mark_is_raised_before_a_page_leaves(ledger: FakeLedger, connect: Connect, gateway: Gateway) -> None:
    partner = await reader(connect)
    ledger.sequence = 77
    await ledger.order(BROKER)
    assert await told(partner) == (1, 1)
    assert (gateway.mark.sequence, gateway.mark.digest) == (77, digest_of(77))


async def test_what_the_read_model_has_not_yet_is_asked_for_again_with_a_heartbeat(
    ledger: FakeLedger, connect: Connect
) -> None:
    await ledger.order(BROKER, 2, is_lost=True)
    ledger.missing = {1}
    partner = await reader(connect)
    await nothing_more(partner)
    ledger.missing = set()
    partner.session._say_heartbeat(False, time.time_ns())
    await partner.flush()
    assert await told(partner) == (1, 2)
    assert ledger.orders_asked == [(TRADE_DATE, 1)] * 2 + [(TRADE_DATE, 3)] * (len(ledger.orders_asked) - 2)


async def test_going_back_and_beginning_is_paid_for_and_acknowledging_is_not(
    ledger: FakeLedger, connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid: list[int] = []
    asked_query = gateway.dispatcher.admission.asked_query

    def counted(party: int, body_bytes: int, now_ns: int) -> int:
        paid.append(body_bytes)
        return asked_query(party, body_bytes, now_ns)

    monkeypatch.setattr(gateway.dispatcher.admission, "asked_query", counted)
    partner = await reader(connect)
    for place in range(1, 151):
        await ledger.order(BROKER)
        assert await told(partner) == (place, 1)
        await wants(partner, place + 1)
    await nothing_more(partner)
    assert paid == [ORDER_PAGE_BODY_BYTES_MAX]
    assert gateway.statistics.links_ended_by_code.sum() == 0
    await wants(partner, 150)
    assert await told(partner) == (150, 1)
    assert paid == [ORDER_PAGE_BODY_BYTES_MAX] * 2


async def test_a_word_that_acknowledges_no_whole_page_is_paid_for(
    ledger: FakeLedger, connect: Connect, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid: list[int] = []
    asked_nothing = gateway.dispatcher.admission.asked_nothing

    def counted(party: int, budget: LinkBudget, work_ns: int, now_ns: int) -> int:
        paid.append(work_ns)
        return asked_nothing(party, budget, work_ns, now_ns)

    await ledger.order(BROKER, 5, is_lost=True)
    partner = await reader(connect)
    assert await told(partner) == (1, 5)
    monkeypatch.setattr(gateway.dispatcher.admission, "asked_nothing", counted)
    for number in (2, 3, 3, 4):
        await wants(partner, number)
    await wants(partner, 6)  # all of the page
    await nothing_more(partner)
    assert len(paid) == 4
