"""Feeds: which link of a party is told what its party must hear without asking, and how far it is.

Belongs here: the one link of each party that is fed, what was sent and acknowledged on it, when the ledger is asked for
a page. Never here: entries (the ledger makes them and knows them), frames (protocol.session), sockets.

Nothing is kept of an entry. A link has at most one frame of entries that is not acknowledged. Whatever comes meanwhile
is asked for when that is acknowledged, so a partner that never does costs its own 256 entries once.
"""

from collections.abc import Callable
from functools import partial

from gateway.clock import Clock
from gateway.dispatch.admission import Admission
from gateway.dispatch.answers import Answers
from gateway.links.partner_link import PartnerLink
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.messages.feeds import FeedPage
from protocol.messages.gateway_link import FeedTold

PAGE_WORK_BYTES = 64 * 1024  # of a page that a partner makes us ask for: what a large one has


class _Fed:
    """The link of a party that is fed. Positions are of entries: the last one that was sent, that is acknowledged."""

    __slots__ = ("acknowledged", "asked", "link", "sent")

    def __init__(self, link: PartnerLink, acknowledged: int) -> None:
        self.link = link
        self.sent = self.acknowledged = acknowledged
        self.asked = 0  # the number of our question that is under way, 0 for none


class Feeds:
    """One per gateway. `ask` puts a question for a page to the ledger, with our number of it; False when it cannot be
    put now."""

    def __init__(
        self, admission: Admission, answers: Answers, clock: Clock, ask: Callable[[PartnerLink, int, int], bool]
    ) -> None:
        self._admission = admission
        self._answers = answers
        self._clock = clock
        self._ask = ask
        self._fed: dict[int, _Fed] = {}  # by party
        self._heads: dict[int, int] = {}  # by party: the highest position that we have heard of
        self._asks = 0

    def wanted(self, link: PartnerLink, next_position: int, now_ns: int) -> tuple[bool, int]:
        """A partner wants this position next on its link, 0: none. Returns whether it acknowledges what was sent, and
        the ns for which the link is not to be read.

        Raises PeerViolation when it acknowledges what was not sent.
        """
        fed, acknowledged = self._fed.get(link.party), next_position - 1
        if fed is None or fed.link is not link:
            if not next_position:
                return False, 0
            if fed is not None:
                fed.link.session.next_position = 0
            fed = self._fed[link.party] = _Fed(link, acknowledged)
            return False, self._begin(link.party, fed, now_ns)
        if not next_position:
            self.forget(link)
            return False, 0
        if acknowledged > fed.sent:
            detail = f"position {acknowledged} of its feed was not sent on this link"
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, detail)
        if acknowledged < fed.acknowledged:
            fed.sent = fed.acknowledged = acknowledged
            return False, self._begin(link.party, fed, now_ns)
        is_news, fed.acknowledged = acknowledged > fed.acknowledged, acknowledged
        self._go_on(link.party, fed)
        return is_news, 0

    def look_again(self, link: PartnerLink) -> None:
        """It said that it lives: what was not there when it was asked for may be."""
        fed = self._fed.get(link.party)
        if fed is not None and fed.link is link:
            self._go_on(link.party, fed)

    def news(self, told: FeedTold) -> None:
        """Entries that the ledger has just made."""
        self._heads[told.party] = told.page.next_position - 1
        fed = self._fed.get(told.party)
        if fed is None:
            return
        fed.link.session.next_position = told.page.next_position
        if not fed.asked and told.page.first == fed.sent + 1 and fed.acknowledged == fed.sent:
            fed.sent += len(told.page.entries)
            link = fed.link
            self._answers.put(link.party, link.seat, link.number, partial(self._say, link, told.page))

    def told(self, link: PartnerLink | None, number: int, told: FeedTold) -> None:
        """The ledger's answer to our question with this number, asked for this link, which may have gone."""
        self._heads[told.party] = max(self._heads.get(told.party, 0), told.page.next_position - 1)
        fed = self._fed.get(told.party)
        if fed is None or fed.link is not link or fed.asked != number:
            return
        fed.asked = 0
        fed.link.session.next_position = told.page.next_position
        if fed.sent >= told.page.next_position:
            detail = f"position {fed.sent} of a feed that has {told.page.next_position - 1}"
            self.forget(fed.link)
            fed.link.end(ReplyCode.MALFORMED_FRAME, detail)
        elif told.page.entries and told.page.first == fed.sent + 1:
            fed.sent += len(told.page.entries)
            self._say(fed.link, told.page)
        elif fed.sent + 1 == told.page.next_position:  # it had everything then, and may lack news that came since
            self._go_on(told.party, fed)

    def registered(self) -> None:
        """The link to the ledger is new: what came meanwhile was told to nobody."""
        for party, fed in self._fed.items():
            if not fed.asked:
                self._put(party, fed)

    def forget(self, link: PartnerLink) -> None:
        """The link is fed no more."""
        fed = self._fed.get(link.party)
        if fed is not None and fed.link is link:
            link.session.next_position = 0
            del self._fed[link.party]

    def positions(self) -> dict[int, tuple[int, int]]:
        """By party that is fed: the highest position that we have heard of, the one that is acknowledged. Safe to call
        from a thread."""
        return {
            party: (max(self._heads.get(party, 0), fed.acknowledged), fed.acknowledged)
            for party, fed in list(self._fed.items())
        }

    def _begin(self, party: int, fed: _Fed, now_ns: int) -> int:
        self._put(party, fed)
        return self._admission.asked_query(party, PAGE_WORK_BYTES, now_ns)

    def _go_on(self, party: int, fed: _Fed) -> None:
        if not fed.asked and fed.acknowledged == fed.sent < self._heads.get(party, 0):
            self._put(party, fed)

    def _put(self, party: int, fed: _Fed) -> None:
        self._asks += 1
        fed.asked = self._asks if self._ask(fed.link, self._asks, fed.sent + 1) else 0

    def _say(self, link: PartnerLink, page: FeedPage) -> None:
        link.deliver(lambda: link.session.send_feed(page, self._clock.elapsed_ns()))
