"""Pages of feeds for those who ask, and news of feeds for the gateway: from memory, or as they were read.

Belongs here: which page is told, which feed of orders a seat is told, when something must be read first, the bounded
memory of what was read. Never here: reading (ledger.journal), frames (replies), what an entry says (ledger.core).
"""

from dataclasses import dataclass
from typing import NamedTuple

from ledger.core.state.book import Book
from ledger.core.state.orders.order_feeds import FeedOf, Kept, Page, Stretch, cut, positions_of
from protocol.limits import FEED_PAGE_ENTRIES_MAX
from protocol.messages.feeds import NO_ENTRY, FeedPage
from protocol.messages.gateway_link import OrdersAsk, OrdersAt
from protocol.order_pages import pack_page, stretch_of
from protocol.vocabulary import OrdersFault, SeatRole


@dataclass(frozen=True, slots=True)
class PageLookup:
    """Entries of a party that are in memory no more, wanted for a seat of it."""

    seat: int
    party: int
    first: int


class FeedPages:
    """What feeds of one book tell."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._read: dict[int, tuple[PageLookup, FeedPage | None]] = {}  # by seat: what was read for it

    def take_read(self, lookup: PageLookup, page: FeedPage | None) -> None:
        """What was read for a seat that waits; None: the read model has not got so far."""
        self._read[lookup.seat] = (lookup, page)

    def forget_read(self) -> None:
        """No seat waits any more: the link is gone."""
        self._read.clear()

    def page_of(self, seat: int, party: int, first: int) -> FeedPage | PageLookup:
        """Entries of a party from `first` on, or what has to be read before that is known."""
        feeds = self._book.feeds
        page = feeds.page(party, first)
        if page is not None:
            return page
        lookup = PageLookup(seat, party, first)
        read = self._read.pop(seat, None)
        if read is None or read[0] != lookup:
            return lookup
        next_position = int(feeds.positions[party]) + 1
        found = read[1]
        if found is None:
            return FeedPage(first, next_position, NO_ENTRY, [])
        return FeedPage(first, next_position, found.digest_before, found.entries)

    def news(self, sequence: int) -> list[tuple[int, FeedPage]]:
        """By party, what the row `sequence` has made, in pages."""
        feeds = self._book.feeds
        if feeds.sequence != sequence or not feeds.news:
            return []
        by_party: dict[int, list[FeedPage]] = {}
        for party, (entry, digest_before) in feeds.news:
            pages = by_party.setdefault(party, [])
            if not pages or len(pages[-1].entries) == FEED_PAGE_ENTRIES_MAX:
                pages.append(FeedPage(entry.position, int(feeds.positions[party]) + 1, digest_before, []))
            pages[-1].entries.append(entry)
        return [(party, page) for party, pages in by_party.items() for page in pages]


@dataclass(frozen=True, slots=True)
class StretchLookup:
    """Entries that are in memory no more, wanted for a seat of a party."""

    seat: int
    party: int
    stretch: Stretch


class Answered(NamedTuple):
    """What a question for a page is told."""

    feed: FeedOf
    fault: OrdersFault
    page: bytes


class OrderPages:
    """What feeds of orders of one book tell."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._read: dict[int, tuple[StretchLookup, Kept | None]] = {}  # by seat: what was read for it

    def take_read(self, lookup: StretchLookup, found: Kept | None) -> None:
        """What was read for a seat that waits; None: the read model has not got so far."""
        self._read[lookup.seat] = (lookup, found)

    def forget_read(self) -> None:
        """No seat waits any more: the link is gone."""
        self._read.clear()

    def answer(self, seat: int, ask: OrdersAsk) -> Answered | StretchLookup:
        """The page that is asked for, or what has to be read before it is known."""
        party = int(self._book.seat_owner[seat])
        feed = FeedOf(party, seat if int(self._book.seat_role[seat]) == SeatRole.CHANNEL else 0)
        page = self._book.orders.feeds.page(feed, ask.trade_date, ask.first)
        head, entries = page
        if ask.trade_date > self._book.trade_date or ask.first > head.next_number:
            return Answered(feed, OrdersFault.BEYOND, b"")
        if entries is None:
            lookup = StretchLookup(seat, party, Stretch(feed, ask.trade_date, stretch_of(ask.first)))
            read = self._read.pop(seat, None)
            if read is None or read[0] != lookup:
                return lookup
            head, entries = cut(head, read[1]) if read[1] is not None else Page(head, b"")
        # At the end of a date that is over nobody need know its last digest any more.
        is_known = bool(entries) or (ask.first == head.next_number and not head.next_date)
        if ask.digest_before and is_known and ask.digest_before != head.digest_before:
            return Answered(feed, OrdersFault.OTHER_DIGEST, b"")
        return Answered(feed, OrdersFault.NONE, pack_page(head, entries or b""))

    def news(self, sequence: int) -> list[OrdersAt]:
        """Where each feed is that the row `sequence` told something."""
        made = positions_of(self._book.orders.feeds.news_of(sequence))
        return [OrdersAt(*feed, trade_date, next_number) for feed, trade_date, next_number in made]
