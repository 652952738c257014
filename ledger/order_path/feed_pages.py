"""Pages of feeds for those who ask, and news of feeds for the gateway: from memory, or as they were read.

Belongs here: which page is told, when it must be read first, the bounded memory of what was read. Never here: reading
(ledger.journal.feed_reader), frames (replies), what an entry says (ledger.core).
"""

from dataclasses import dataclass

from ledger.core.state.book import Book
from protocol.limits import FEED_PAGE_ENTRIES_MAX
from protocol.messages.feeds import NO_ENTRY, FeedPage


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
