"""Feeds of orders: of each broker of scheme A what its customers ordered and cancelled, of each seat of a channel what
became of what was ordered by it.

Belongs here: where each feed stands, as state; the newest whole stretches, as memory, which is none; a page of either.
Never here: which entries a row makes (ledger.core.orders), what is older than memory (the read model), who is
told what (the order path).

State is, of each feed, the newest date that it has entries of, how many, the digest in front of the stretch that is
begun, and what is begun of it: a digest cannot be gone on with, so its entries are kept until the stretch is whole.
And where dates before it ended, of as many as anybody may have been away. All else whoever applies the journal makes
again. A bank without scheme A has no feed, and nothing of this.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from ledger.core.state.columns import NamedArrays
from protocol.errors import InvariantBroken
from protocol.limits import ORDER_DATES_KEPT, ORDER_ENTRIES_KEPT_MAX, ORDER_ENTRY_BYTES, STRETCH_ENTRIES
from protocol.order_pages import NO_STRETCH, OrderPageHead, digest_behind, first_of, room_behind, stretch_of


class FeedOf(NamedTuple):
    """Whose a feed is: of a broker its orders, seat 0; of a seat of a channel what became of orders."""

    party: int
    seat: int


class Stretch(NamedTuple):
    """Where a stretch is: of which feed and date, and which."""

    feed: FeedOf
    trade_date: int
    number: int


class Kept(NamedTuple):
    """Entries of a stretch that is whole or whose date is over, and the digest in front of it."""

    digest_before: bytes
    entries: bytes


class Appended(NamedTuple):
    """Entries of one stretch that a row made."""

    feed: FeedOf
    trade_date: int
    first: int
    digest_before: bytes  # in front of their stretch
    entries: bytes


class DateEnd(msgspec.Struct, array_like=True):
    """Where a feed ended on a date that is over for it."""

    trade_date: int
    next_number: int


class OneFeed(msgspec.Struct, array_like=True):
    """Where a feed stands."""

    party: int
    seat: int
    trade_date: int  # the newest that it has entries of
    next_number: int = 1
    digest_before: bytes = NO_STRETCH  # in front of the stretch that is begun
    begun: bytearray = msgspec.field(default_factory=bytearray)
    ended: list[DateEnd] = []  # the dates before, as many as are remembered

    @property
    def feed(self) -> FeedOf:
        """Its name."""
        return FeedOf(self.party, self.seat)


class Page(NamedTuple):
    """What is told from one number on."""

    head: OrderPageHead
    entries: bytes | None
    """None where they are in memory no more; then the head lacks the digest."""


_feeds = msgspec.msgpack.Decoder(list[OneFeed])


@dataclass(slots=True)
class OrderFeeds:
    """The feeds of orders and reports."""

    feeds: dict[FeedOf, OneFeed] = field(default_factory=dict)
    # Memory, and no part of the state: what was made since this book was begun or loaded.
    kept: OrderedDict[Stretch, Kept] = field(default_factory=OrderedDict)
    kept_entries: int = 0
    news: list[Appended] = field(default_factory=list)
    """Of the row that was applied last, in the order of its feeds."""
    sequence: int = 0
    """Of the last row that made any."""

    def append(self, sequence: int, feed: FeedOf, trade_date: int, entries: bytes) -> None:
        """Give entries that a row makes the next numbers of a feed on the open date. Raises InvariantBroken where it
        has entries of a later one."""
        if sequence != self.sequence:
            self.sequence, self.news = sequence, []
        one = self.feeds.get(feed)
        if one is None:
            one = self.feeds[feed] = OneFeed(*feed, trade_date)
        if trade_date < one.trade_date:
            raise InvariantBroken(f"an entry of {trade_date} in a feed that has one of {one.trade_date}")
        if trade_date > one.trade_date:
            self._turn(one, trade_date)
        at = 0
        while at < len(entries):
            first, end = one.next_number, at + room_behind(one.next_number) * ORDER_ENTRY_BYTES
            part = entries[at:end]
            at = end
            self.news.append(Appended(feed, trade_date, first, one.digest_before, part))
            one.begun += part
            one.next_number += len(part) // ORDER_ENTRY_BYTES
            if room_behind(one.next_number) == STRETCH_ENTRIES:
                whole = self._keep(one, first)
                one.digest_before, one.begun = digest_behind(*whole), bytearray()

    def news_of(self, sequence: int) -> list[Appended]:
        """What the row with this sequence made, where it was applied last."""
        return self.news if sequence == self.sequence else []

    def page(self, feed: FeedOf, trade_date: int, first: int) -> Page:
        """Entries of a feed from `first` ≥ 1 of a date on, up to the end of their stretch.

        There are none where the head's `next_number` is `first`, and where it is below, that number was never there.
        """
        one = self.feeds.get(feed)
        if one is None or trade_date > one.trade_date:
            return Page(OrderPageHead(trade_date, 0, first, 1, NO_STRETCH), b"")
        next_number, next_date = self._end_of(one, trade_date, first)
        head = OrderPageHead(trade_date, next_date, first, next_number, NO_STRETCH)
        found = self._stretch(one, Stretch(feed, trade_date, stretch_of(first)))
        if found is None:
            return Page(head, None if first < next_number else b"")
        page = cut(head, found)
        return page if first < next_number else page._replace(entries=b"")

    def sorted_feeds(self) -> list[OneFeed]:
        """In the order of their names."""
        return [self.feeds[feed] for feed in sorted(self.feeds)]

    def encoded(self, place: int) -> bytes:
        """One feed, by its place in their order, as MessagePack."""
        return msgspec.msgpack.encode(self.feeds[sorted(self.feeds)[place]])

    def to_arrays(self) -> NamedArrays:
        """For snapshots; nothing where there is no feed."""
        if not self.feeds:
            return {}
        return {"order_feeds": np.frombuffer(msgspec.msgpack.encode(self.sorted_feeds()), np.int8)}

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "OrderFeeds":
        """What `to_arrays` described. Raises DecodeError when it is none of that, ValueError for what no feed is."""
        feeds = OrderFeeds()
        if "order_feeds" not in arrays:
            return feeds
        for one in _feeds.decode(arrays["order_feeds"].tobytes()):
            if len(one.begun) != (one.next_number - 1) % STRETCH_ENTRIES * ORDER_ENTRY_BYTES:
                raise ValueError(f"{len(one.begun)} bytes are begun of a feed that goes on at {one.next_number}")
            feeds.feeds[one.feed] = one
        return feeds

    def _stretch(self, one: OneFeed, stretch: Stretch) -> Kept | None:
        """What memory has of a stretch; what is begun it always has."""
        if stretch.trade_date == one.trade_date and stretch.number == stretch_of(one.next_number):
            return Kept(one.digest_before, bytes(one.begun))
        return self.kept.get(stretch)

    def _turn(self, one: OneFeed, trade_date: int) -> None:
        """A feed has its first entry of a later date."""
        if one.begun:
            self._keep(one, one.next_number)
        one.ended.append(DateEnd(one.trade_date, one.next_number))
        del one.ended[:-ORDER_DATES_KEPT]
        one.trade_date, one.next_number = trade_date, 1
        one.digest_before, one.begun = NO_STRETCH, bytearray()

    def _keep(self, one: OneFeed, number: int) -> Kept:
        """What is begun, of the stretch that `number` is of, is kept in memory; the oldest go where it has no room."""
        kept = Kept(one.digest_before, bytes(one.begun))
        self.kept[Stretch(one.feed, one.trade_date, stretch_of(number))] = kept
        self.kept_entries += len(kept.entries) // ORDER_ENTRY_BYTES
        while self.kept_entries > ORDER_ENTRIES_KEPT_MAX:
            _, oldest = self.kept.popitem(last=False)
            self.kept_entries -= len(oldest.entries) // ORDER_ENTRY_BYTES
        return kept

    def _end_of(self, one: OneFeed, trade_date: int, first: int) -> tuple[int, int]:
        """The number behind the last of a date, and the date of the feed behind it, 0 for none. Of one that nobody
        remembers any more nothing is told but the next one, whatever number is asked for."""
        if trade_date == one.trade_date:
            return one.next_number, 0
        later = [each.trade_date for each in one.ended if each.trade_date > trade_date]
        next_date = later[0] if later else one.trade_date
        for each in one.ended:
            if each.trade_date == trade_date:
                return each.next_number, next_date
        is_forgotten = len(one.ended) == ORDER_DATES_KEPT and trade_date < one.ended[0].trade_date
        return (first if is_forgotten else 1), next_date


def cut(head: OrderPageHead, found: Kept) -> Page:
    """The page with this head out of what there is of its stretch, which may be nothing."""
    at = (head.first - first_of(stretch_of(head.first))) * ORDER_ENTRY_BYTES
    return Page(head._replace(digest_before=found.digest_before), found.entries[at:])


def positions_of(news: Iterable[Appended]) -> list[tuple[FeedOf, int, int]]:
    """Of each feed that a row told something, the date and the number that its next entry will have."""
    ends = {each.feed: (each.trade_date, each.first + len(each.entries) // ORDER_ENTRY_BYTES) for each in news}
    return [(feed, *end) for feed, end in ends.items()]
