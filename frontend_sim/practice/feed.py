"""Feeds at the practice bank: entries in memory, told to one link of each party as a bank does.

Belongs here: entries, which link is fed, how far. Never here: what is worth telling (bank), lies (misdeeds).
"""

from collections import defaultdict

from frontend_sim.practice.link import PracticeLink
from protocol.limits import FEED_PAGE_ENTRIES_MAX
from protocol.messages.codec import encode
from protocol.messages.feeds import NO_ENTRY, FeedContent, FeedEntry, FeedPage, chained
from protocol.vocabulary import FeedKind


class PracticeFeeds:
    """Feeds of all parties."""

    def __init__(self) -> None:
        self._entries: defaultdict[int, list[FeedEntry]] = defaultdict(list)
        self._digests: defaultdict[int, list[bytes]] = defaultdict(lambda: [NO_ENTRY])  # in front of each, and behind
        self._fed: dict[int, PracticeLink] = {}  # by party
        self._sent: dict[int, int] = {}  # by party, the position

    def tell(self, party: int, kind: FeedKind, trade_date: int, content: FeedContent, contract_no: int = 0) -> None:
        """Make the next entry of a party's feed, and send it to whom it is due."""
        entries, digests = self._entries[party], self._digests[party]
        position = len(entries) + 1
        entries.append(FeedEntry(position, position, 0, int(kind), trade_date, contract_no, encode(content)))
        digests.append(chained(digests[-1], entries[-1]))
        self._go_on(party)

    def next_position(self, party: int) -> int:
        """What the next entry will have."""
        return len(self._entries[party]) + 1

    def page(self, party: int, first: int) -> FeedPage:
        """Entries from `first` on, as many as a page has."""
        entries = self._entries[party][first - 1 : first - 1 + FEED_PAGE_ENTRIES_MAX]
        before = self._digests[party][first - 1] if entries else NO_ENTRY
        return FeedPage(first, self.next_position(party), before, entries)

    def wanted(self, link: PracticeLink) -> None:
        """The partner has said what it wants next on this link."""
        party, position = link.session.party, link.session.wanted_position
        if not position:
            self.forget(link)
            return
        before = self._fed.get(party)
        if before is not None and before is not link:
            before.session.next_position = 0
        self._fed[party], self._sent[party] = link, position - 1
        self._go_on(party)

    def forget(self, link: PracticeLink) -> None:
        """This link is fed no more."""
        if self._fed.get(link.session.party) is link:
            link.session.next_position = 0
            del self._fed[link.session.party]

    def _go_on(self, party: int) -> None:
        link, sent = self._fed.get(party), self._sent.get(party, 0)
        if link is None:
            return
        link.session.next_position = self.next_position(party)
        page = self.page(party, sent + 1)
        if page.entries and link.session.wanted_position == sent + 1:
            self._sent[party] = sent + len(page.entries)
            link.session.send_feed(page, link.now_ns())
            link.bell.set()
