"""Feeds of orders: numbers without gaps by feed and date, digests behind every 1,024 of them, pages from memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.orders import order_feeds
from ledger.core.state.orders.order_feeds import Appended, DateEnd, FeedOf, OrderFeeds, positions_of
from protocol.errors import InvariantBroken
from protocol.limits import ORDER_DATES_KEPT, ORDER_ENTRY_BYTES, STRETCH_ENTRIES
from protocol.order_pages import NO_STRETCH, ORDER_ENTRY, OrderPageHead, digest_behind
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    OTHER_BROKER,
    TUESDAY,
    WEDNESDAY,
    Desk,
    whole_state,
)

ORDERS, OTHERS, REPORTS = FeedOf(BROKER, 0), FeedOf(OTHER_BROKER, 0), FeedOf(CHANNEL, CHANNEL_SEAT)


def entries(count: int, first: int = 1) -> bytes:
    """So many, told apart by their numbers."""
    made = np.zeros(count, ORDER_ENTRY)
    made["kind"], made["number"] = 20, np.arange(first, first + count)
    return made.tobytes()


def head(
    first: int, next_number: int, date: int = MONDAY, next_date: int = 0, before: bytes = NO_STRETCH
) -> OrderPageHead:
    return OrderPageHead(date, next_date, first, next_number, before)


def taken(feeds: OrderFeeds) -> OrderFeeds:
    """The feeds out of their arrays, as a snapshot has them."""
    return OrderFeeds.from_arrays({name: column.copy() for name, column in feeds.to_arrays().items()})


def test_each_feed_has_numbers_of_its_own_from_1() -> None:
    feeds = OrderFeeds()

    feeds.append(7, ORDERS, MONDAY, entries(2))
    feeds.append(7, REPORTS, MONDAY, entries(1))
    feeds.append(8, ORDERS, MONDAY, entries(1, 3))

    assert feeds.page(ORDERS, MONDAY, 1) == (head(1, 4), entries(3))
    assert feeds.page(ORDERS, MONDAY, 3) == (head(3, 4), entries(1, 3))
    assert feeds.page(REPORTS, MONDAY, 1) == (head(1, 2), entries(1))
    assert feeds.page(OTHERS, MONDAY, 1) == (head(1, 1), b"")


def test_the_news_of_a_row_are_what_it_made_and_nothing_of_another() -> None:
    feeds = OrderFeeds()
    feeds.append(7, ORDERS, MONDAY, entries(2))
    feeds.append(8, REPORTS, MONDAY, entries(1))
    feeds.append(8, ORDERS, MONDAY, entries(3, 3))

    assert feeds.news_of(8) == [
        Appended(REPORTS, MONDAY, 1, NO_STRETCH, entries(1)),
        Appended(ORDERS, MONDAY, 3, NO_STRETCH, entries(3, 3)),
    ]
    assert positions_of(feeds.news_of(8)) == [(REPORTS, MONDAY, 2), (ORDERS, MONDAY, 6)]
    assert feeds.news_of(7) == []
    assert feeds.news_of(9) == []


def test_a_stretch_that_is_whole_has_a_digest_which_the_next_one_begins_with() -> None:
    feeds = OrderFeeds()
    told = entries(2 * STRETCH_ENTRIES + 3)
    first, second = told[: 64 * STRETCH_ENTRIES], told[64 * STRETCH_ENTRIES : 128 * STRETCH_ENTRIES]
    behind_first = digest_behind(NO_STRETCH, first)
    behind_second = digest_behind(behind_first, second)

    feeds.append(7, ORDERS, MONDAY, told)

    assert [(each.first, each.digest_before, len(each.entries)) for each in feeds.news] == [
        (1, NO_STRETCH, 65_536),
        (1_025, behind_first, 65_536),
        (2_049, behind_second, 192),
    ]
    assert feeds.page(ORDERS, MONDAY, 1_020) == (head(1_020, 2_052), told[1_019 * 64 : 1_024 * 64])
    assert feeds.page(ORDERS, MONDAY, 1_025) == (head(1_025, 2_052, before=behind_first), second)
    assert feeds.page(ORDERS, MONDAY, 2_051) == (head(2_051, 2_052, before=behind_second), told[-64:])
    assert feeds.page(ORDERS, MONDAY, 2_052) == (head(2_052, 2_052, before=behind_second), b"")


@given(rows=st.lists(st.integers(1, 700), min_size=1, max_size=9), loaded=st.integers(0, 8))
def test_digests_do_not_hang_on_rows_nor_on_when_a_snapshot_was_taken(rows: list[int], loaded: int) -> None:
    told = entries(sum(rows))
    at_once = OrderFeeds()
    at_once.append(1, ORDERS, MONDAY, told)

    feeds, at = OrderFeeds(), 0
    for sequence, count in enumerate(rows):
        feeds = taken(feeds) if sequence == loaded else feeds
        feeds.append(sequence + 1, ORDERS, MONDAY, told[at * 64 : (at + count) * 64])
        at += count

    assert feeds.sorted_feeds() == at_once.sorted_feeds()
    assert [feeds.encoded(0)] == [at_once.encoded(0)]


def test_a_later_date_begins_with_1_and_the_one_before_says_how_to_go_on() -> None:
    feeds = OrderFeeds()
    feeds.append(7, ORDERS, MONDAY, entries(2))
    assert feeds.page(ORDERS, MONDAY, 3) == (head(3, 3), b"")

    feeds.append(9, ORDERS, WEDNESDAY, entries(1))

    assert feeds.page(ORDERS, MONDAY, 1) == (head(1, 3, next_date=WEDNESDAY), entries(2))
    assert feeds.page(ORDERS, MONDAY, 3) == (head(3, 3, next_date=WEDNESDAY), b"")
    assert feeds.page(ORDERS, TUESDAY, 1) == (head(1, 1, TUESDAY, WEDNESDAY), b"")
    assert feeds.page(ORDERS, WEDNESDAY, 1) == (head(1, 2, WEDNESDAY), entries(1))
    assert feeds.news == [Appended(ORDERS, WEDNESDAY, 1, NO_STRETCH, entries(1))]


@pytest.mark.parametrize(
    ("date", "first", "next_number"), [(MONDAY, 4, 3), (TUESDAY, 2, 1), (WEDNESDAY, 3, 2), (WEDNESDAY + 1, 2, 1)]
)
def test_a_number_that_was_never_there_is_behind_the_next_one(date: int, first: int, next_number: int) -> None:
    feeds = OrderFeeds()
    feeds.append(7, ORDERS, MONDAY, entries(2))
    feeds.append(9, ORDERS, WEDNESDAY, entries(1))

    page = feeds.page(ORDERS, date, first)

    assert (page.head.next_number, page.entries) == (next_number, b"")


def test_an_entry_of_an_earlier_date_is_none() -> None:
    feeds = OrderFeeds()
    feeds.append(7, ORDERS, TUESDAY, entries(1))

    with pytest.raises(InvariantBroken, match=f"an entry of {MONDAY}"):
        feeds.append(8, ORDERS, MONDAY, entries(1))


def test_memory_holds_so_many_and_the_oldest_stretches_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_feeds, "ORDER_ENTRIES_KEPT_MAX", 2 * STRETCH_ENTRIES + 10)
    feeds = OrderFeeds()
    feeds.append(1, OTHERS, MONDAY, entries(5))
    feeds.append(2, ORDERS, MONDAY, entries(STRETCH_ENTRIES))
    feeds.append(3, ORDERS, MONDAY, entries(STRETCH_ENTRIES, 1_025))
    feeds.append(4, OTHERS, TUESDAY, entries(11))  # Monday's five are not begun any more

    assert feeds.page(ORDERS, MONDAY, 1).entries == entries(STRETCH_ENTRIES)
    feeds.append(5, OTHERS, WEDNESDAY, entries(1))

    assert feeds.page(ORDERS, MONDAY, 1) == (head(1, 2_049), None)
    assert feeds.page(ORDERS, MONDAY, 2_048).entries == entries(1, 2_048)
    assert feeds.page(OTHERS, MONDAY, 1).entries == entries(5)
    assert feeds.kept_entries == STRETCH_ENTRIES + 16


def test_a_book_that_was_loaded_knows_what_is_begun_and_reads_the_rest() -> None:
    feeds = OrderFeeds()
    feeds.append(7, ORDERS, MONDAY, entries(2))
    feeds.append(9, ORDERS, TUESDAY, entries(STRETCH_ENTRIES + 2))

    loaded = taken(feeds)

    assert loaded.page(ORDERS, MONDAY, 1) == (head(1, 3, next_date=TUESDAY), None)
    assert loaded.page(ORDERS, MONDAY, 3) == feeds.page(ORDERS, MONDAY, 3)
    assert loaded.page(ORDERS, TUESDAY, 1_024) == (head(1_024, 1_027, TUESDAY), None)
    assert loaded.page(ORDERS, TUESDAY, 1_025) == feeds.page(ORDERS, TUESDAY, 1_025)
    assert loaded.news_of(9) == []


def test_dates_are_remembered_as_long_as_anybody_may_have_been_away() -> None:
    feeds = OrderFeeds()
    dates = _days(ORDER_DATES_KEPT + 2)
    for sequence, date in enumerate(dates):
        feeds.append(sequence + 1, ORDERS, date, entries(1))

    assert feeds.feeds[ORDERS].ended[0] == DateEnd(dates[1], 2)
    # Of the first one nobody knows any more how many there were: who stands there goes on with the next.
    assert feeds.page(ORDERS, dates[0], 2) == (head(2, 2, dates[0], dates[1]), b"")
    assert feeds.page(ORDERS, dates[0], 1) == (head(1, 1, dates[0], dates[1]), b"")
    assert feeds.page(ORDERS, dates[1], 2) == (head(2, 2, dates[1], dates[2]), b"")


def test_feeds_are_state_of_the_book_and_a_bank_without_any_has_nothing_of_them() -> None:
    desk = Desk()
    assert "order_feeds" not in to_arrays(desk.book)
    before = whole_state(desk.book)

    desk.book.orders.feeds.append(desk.book.sequence, ORDERS, MONDAY, entries(2))
    desk.book.orders.feeds.append(desk.book.sequence, REPORTS, MONDAY, entries(1))

    assert whole_state(desk.book)[: len(before)] == before
    assert len(whole_state(desk.book)) == len(before) + 2
    loaded = from_arrays({name: column.copy() for name, column in to_arrays(desk.book).items()})
    assert whole_state(loaded) == whole_state(desk.book)


def test_what_is_begun_fits_its_number() -> None:
    feeds = OrderFeeds()
    feeds.append(7, ORDERS, MONDAY, entries(2))
    feeds.feeds[ORDERS].begun = bytearray(ORDER_ENTRY_BYTES)

    with pytest.raises(ValueError, match="64 bytes are begun of a feed that goes on at 3"):
        taken(feeds)


def _days(count: int) -> list[int]:
    """So many dates, ascending."""
    return [20_250_101 + month * 100 + day for month in range(12) for day in range(28)][:count]
