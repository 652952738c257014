"""Feeds of orders and reports: which link each is told on, how far it is, when the ledger is asked for the next page.

Belongs here: the one link of each feed, the pages that are sent and not acknowledged, how far the ledger is as we have
heard. Never here: entries (the ledger makes them and knows them), frames (protocol.session), sockets.

Nothing is kept of a page. At most eight are unread on a link, the next is asked for when one of them is acknowledged,
and one question of a feed is under way: so a partner that was away for a day costs what one costs that never was, and
each page is said at its party's turn.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.clock import Clock
from gateway.dispatch.admission import Admission
from gateway.links.ledger_link import link_frame
from gateway.links.partner_link import PartnerLink
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.keys.registry import PartyRegistry
from protocol.limits import ORDER_PAGE_BODY_BYTES_MAX, ORDER_PAGES_UNREAD_MAX
from protocol.messages.gateway_link import OrdersAsk, OrdersNews, OrdersTold
from protocol.messages.session import OrdersAck
from protocol.order_pages import OrderPageHead, head_of
from protocol.vocabulary import FrameKind, OrdersFault, SeatRole

_FAULTS = {
    OrdersFault.BEYOND: "there is no number {0.next_number} of {0.trade_date} in its feed",
    OrdersFault.OTHER_DIGEST: "another digest in front of number {0.next_number} of {0.trade_date} than the bank's",
}


class FeedOf(NamedTuple):
    """Whose a feed is: of a broker, seat 0, or of a seat of a channel."""

    party: int
    seat: int


class _At(NamedTuple):
    """A position: what is at or behind it is wanted, or has been told."""

    trade_date: int
    number: int


@dataclass(slots=True)
class _Told:
    """A link that is told a feed."""

    link: PartnerLink
    begun: OrdersAck  # the word that it began or went back by
    sent: _At  # what comes next, when everything before it was sent
    read: _At  # likewise, and acknowledged
    head: _At  # behind the last that we have heard of
    unread: deque[int] = field(default_factory=deque)  # numbers behind the pages that are sent and not acknowledged
    next_date: int = 0  # it was told that its date is over, and this is the next
    asked: int = 0  # the number of our question that is under way, 0 for none


class OrderFeeds:
    """One per gateway. `submit` puts a frame of ours to the ledger for a link; False when it cannot be put now."""

    def __init__(
        self,
        admission: Admission,
        registry: PartyRegistry,
        clock: Clock,
        submit: Callable[[PartnerLink, Frame], bool],
    ) -> None:
        self._admission = admission
        self._registry = registry
        self._clock = clock
        self._submit = submit
        self._told: dict[FeedOf, _Told] = {}
        self._asks = 0

    def wanted(self, link: PartnerLink, wanted: OrdersAck, now_ns: int) -> tuple[bool, int]:
        """A partner wants this position next on its link. Returns whether it acknowledges a whole page, and the ns for
        which the link is not to be read.

        Raises PeerViolation when it acknowledges what was not sent.
        """
        feed = self._feed_of(link)
        told, at = self._told.get(feed), _At(wanted.trade_date, wanted.next_number)
        if not at.number:
            self.forget(link)
            return False, 0
        if told is None or told.link is not link or at < told.read:
            return False, self._begin(link, feed, wanted, now_ns)
        is_over = at == _At(told.next_date, 1)
        if at > told.sent and not is_over:
            detail = f"number {at.number} of {at.trade_date} was not sent on this link"
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, detail)
        told.read, unread_before = at, len(told.unread)
        if is_over:
            told.sent, told.next_date = at, 0
            told.unread.clear()
        while told.unread and told.unread[0] <= at.number:
            told.unread.popleft()
        self._go_on(told)
        return is_over or len(told.unread) < unread_before, 0

    def look_again(self, link: PartnerLink) -> None:
        """It said that it lives: what was not there when it was asked for may be."""
        told = self._told.get(self._feed_of(link))
        if told is not None and told.link is link:
            self._go_on(told)

    def news(self, news: OrdersNews) -> None:
        """Where feeds are since a row of the ledger."""
        for each in news.feeds:
            told = self._told.get(FeedOf(each.party, each.seat))
            if told is not None:
                told.head = max(told.head, _At(each.trade_date, each.next_number))
                self._go_on(told)

    def told(self, link: PartnerLink | None, number: int, answer: OrdersTold) -> None:
        """The ledger's answer to our question with this number, asked for this link, which may have gone."""
        told = self._told.get(FeedOf(answer.party, answer.seat))
        if told is None or told.link is not link or told.asked != number:
            return
        told.asked = 0
        if answer.fault:
            self.forget(told.link)
            told.link.end(ReplyCode.MALFORMED_FRAME, _FAULTS[OrdersFault(answer.fault)].format(told.begun))
            return
        head, count = head_of(answer.page)
        told.head = max(told.head, _At(head.trade_date, head.next_number), _At(head.next_date, 1))
        is_end = not count and head.next_date > 0 and head.first == head.next_number
        if count or is_end:
            self._say(told, head, count, answer.page)
            self._go_on(told)
        elif told.head > told.sent and head.first == head.next_number:  # it had everything then, and news came since
            self._go_on(told)

    def registered(self) -> None:
        """The link to the ledger is new: what came meanwhile was told to nobody."""
        for told in self._told.values():
            if not told.asked and not told.next_date and len(told.unread) < ORDER_PAGES_UNREAD_MAX:
                self._put(told, b"")

    def forget(self, link: PartnerLink) -> None:
        """The link is told nothing more."""
        feed = self._feed_of(link)
        told = self._told.get(feed)
        if told is not None and told.link is link:
            del self._told[feed]

    def _feed_of(self, link: PartnerLink) -> FeedOf:
        is_of_seat = self._registry.role_of(link.seat) == SeatRole.CHANNEL
        return FeedOf(link.party, link.seat if is_of_seat else 0)

    def _begin(self, link: PartnerLink, feed: FeedOf, wanted: OrdersAck, now_ns: int) -> int:
        at = _At(wanted.trade_date, wanted.next_number)
        told = self._told[feed] = _Told(link, wanted, sent=at, read=at, head=at)
        self._put(told, wanted.digest_before)
        return self._admission.asked_query(link.party, ORDER_PAGE_BODY_BYTES_MAX, now_ns)

    def _go_on(self, told: _Told) -> None:
        """Asks for what is behind the last page, when there is something and room for it."""
        if told.asked or told.next_date or told.head <= told.sent or len(told.unread) >= ORDER_PAGES_UNREAD_MAX:
            return
        self._put(told, b"")

    def _put(self, told: _Told, digest_before: bytes) -> None:
        self._asks += 1
        ask = OrdersAsk(told.sent.trade_date, told.sent.number, digest_before)
        frame = link_frame(FrameKind.ORDERS_ASK, told.link.seat, ask, self._asks)
        told.asked = self._asks if self._submit(told.link, frame) else 0

    def _say(self, told: _Told, head: OrderPageHead, count: int, page: bytes) -> None:
        told.sent = _At(head.trade_date, head.first + count)
        told.unread.append(told.sent.number)
        told.next_date = 0 if count else head.next_date
        link = told.link
        link.deliver(lambda: link.session.send_feed(page, self._clock.elapsed_ns()))
