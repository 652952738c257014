"""Feeds of orders in the ledger: which feed a seat is told, pages from memory and read ones, what is not there."""

import numpy as np

from ledger.core.state.orders.order_feeds import FeedOf, Kept, Stretch
from ledger.order_path.decided import Decided
from ledger.order_path.feed_pages import StretchLookup
from protocol.frame import Frame
from protocol.limits import STRETCH_ENTRIES
from protocol.messages.codec import decode_link, encode
from protocol.messages.gateway_link import OrdersAsk, OrdersAt, OrdersTold
from protocol.order_pages import NO_STRETCH, ORDER_ENTRY, OrderPageHead, digest_behind, pack_page, unpack_page
from protocol.vocabulary import BANK_PARTY, FrameKind, OrdersFault, SeatRole
from tests.ledger.memory import MemoryLedger
from tests.ledger.world import BROKER, DATE, SEAT, SECOND_SEAT, header, signed

ORDERS, REPORTS = FeedOf(BROKER, 0), FeedOf(BROKER, SECOND_SEAT)
OTHER_DIGEST = b"\x07" * 32


def entries(count: int, first: int = 1) -> bytes:
    made = np.zeros(count, ORDER_ENTRY)
    made["number"] = np.arange(first, first + count)
    return made.tobytes()


def a_ledger(count: int = 3) -> MemoryLedger:
    """Whose last row has told a broker of so many orders, and the seat of a channel of one report."""
    ledger = MemoryLedger()
    book = ledger.decider.book
    book.seat_role[SECOND_SEAT] = SeatRole.CHANNEL
    book.orders.feeds.append(book.sequence, ORDERS, DATE, entries(count))
    book.orders.feeds.append(book.sequence, REPORTS, DATE, entries(1, 700))
    return ledger


def ask(first: int, date: int = DATE, before: bytes = b"", seat: int = SEAT) -> Frame:
    message = OrdersAsk(date, first, before)
    return signed(header(FrameKind.ORDERS_ASK, seat, 4, party=BANK_PARTY), encode(message))


def told(ledger: MemoryLedger, frame: Frame) -> OrdersTold:
    (answer,) = ledger.ask(frame)
    assert (answer.header.kind, answer.header.seat, answer.header.first_number) == (
        FrameKind.ORDERS_TOLD,
        frame.header.seat,
        4,
    )
    message = decode_link(answer.body)
    assert isinstance(message, OrdersTold)
    return message


def test_a_broker_is_told_of_orders_and_a_channels_seat_of_reports() -> None:
    ledger = a_ledger()
    row = ledger.rows[-1]

    page = pack_page(OrderPageHead(DATE, 0, 2, 4, NO_STRETCH), entries(2, 2))
    assert told(ledger, ask(2)) == OrdersTold(BROKER, 0, row.sequence, row.digest, OrdersFault.NONE, page)

    of_seat = told(ledger, ask(1, seat=SECOND_SEAT))
    assert (of_seat.party, of_seat.seat) == (BROKER, SECOND_SEAT)
    assert unpack_page(of_seat.page).entries["number"].tolist() == [700]


def test_the_news_of_a_row_say_where_each_feed_is() -> None:
    ledger = a_ledger()
    pages, sequence = ledger.decider.order_pages, ledger.decider.book.sequence

    assert pages.news(sequence) == [OrdersAt(BROKER, 0, DATE, 4), OrdersAt(BROKER, SECOND_SEAT, DATE, 2)]
    assert pages.news(sequence + 1) == []


def test_who_has_read_all_is_told_so_and_who_names_what_is_not_there_too() -> None:
    ledger = a_ledger()

    assert told(ledger, ask(4)).page == pack_page(OrderPageHead(DATE, 0, 4, 4, NO_STRETCH), b"")
    for beyond in (ask(5), ask(1, DATE + 1), ask(2, DATE - 1)):
        message = told(ledger, beyond)
        assert (message.fault, message.page) == (OrdersFault.BEYOND, b"")


def test_another_digest_than_ours_is_told_as_that() -> None:
    ledger = a_ledger(STRETCH_ENTRIES + 1)
    ours = digest_behind(NO_STRETCH, entries(STRETCH_ENTRIES))

    for first in (1_025, 1_026):
        assert told(ledger, ask(first, before=ours)).fault == OrdersFault.NONE
        assert told(ledger, ask(first, before=OTHER_DIGEST)).fault == OrdersFault.OTHER_DIGEST
    assert told(ledger, ask(1_024, before=ours)).fault == OrdersFault.OTHER_DIGEST
    assert told(ledger, ask(1_024, before=NO_STRETCH)).fault == OrdersFault.NONE


def test_a_date_that_is_over_says_how_to_go_on() -> None:
    ledger = a_ledger()
    book = ledger.decider.book
    book.trade_date = DATE + 1
    book.orders.feeds.append(book.sequence, ORDERS, DATE + 1, entries(1))

    assert told(ledger, ask(4, before=OTHER_DIGEST)).page == pack_page(
        OrderPageHead(DATE, DATE + 1, 4, 4, NO_STRETCH), b""
    )


def without_memory() -> tuple[MemoryLedger, StretchLookup, Kept]:
    """A ledger whose book came from a snapshot: the first stretch is in the read model alone. That one."""
    ledger = a_ledger(STRETCH_ENTRIES + 1)
    feeds = ledger.decider.book.orders.feeds
    lookup = StretchLookup(SEAT, BROKER, Stretch(ORDERS, DATE, 0))
    return ledger, lookup, feeds.kept.pop(lookup.stretch)


def waits(ledger: MemoryLedger, lookup: StretchLookup) -> Decided:
    ledger.put(ask(1_000))
    decided = ledger.decide_next()
    assert decided is not None
    assert (decided.answers, decided.wanted) == ([], [lookup])
    return decided


def page_told(ledger: MemoryLedger) -> bytes:
    (answer,) = ledger.ask()
    message = decode_link(answer.body)
    assert isinstance(message, OrdersTold)
    return message.page


def test_what_is_in_memory_no_more_is_read_first() -> None:
    ledger, lookup, kept = without_memory()
    waits(ledger, lookup)
    ledger.decider.order_pages.take_read(lookup, kept)

    assert page_told(ledger) == pack_page(OrderPageHead(DATE, 0, 1_000, 1_026, NO_STRETCH), entries(25, 1_000))


def test_what_the_read_model_has_not_yet_is_told_as_to_come() -> None:
    for found in (None, Kept(NO_STRETCH, entries(999))):
        ledger, lookup, _ = without_memory()
        waits(ledger, lookup)
        ledger.decider.order_pages.take_read(lookup, found)

        assert page_told(ledger) == pack_page(OrderPageHead(DATE, 0, 1_000, 1_026, NO_STRETCH), b"")


def test_what_was_read_for_another_stretch_is_not_told() -> None:
    ledger, lookup, kept = without_memory()
    waits(ledger, lookup)
    ledger.decider.order_pages.take_read(StretchLookup(SEAT, BROKER, Stretch(REPORTS, DATE, 0)), kept)
    decided = ledger.decide_next()
    assert decided is not None
    assert decided.wanted == [lookup]


def test_a_link_that_is_gone_takes_what_was_read_with_it() -> None:
    ledger, lookup, kept = without_memory()
    waits(ledger, lookup)
    ledger.decider.order_pages.take_read(lookup, kept)
    ledger.decider.order_pages.forget_read()
    decided = ledger.decide_next()
    assert decided is not None
    assert decided.wanted == [lookup]
