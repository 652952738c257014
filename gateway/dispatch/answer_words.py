"""What one answer of the ledger means, and what its link is told for it.

Belongs here: each kind of answer, read and put into words. Never here: when it is said (answers), what it does to book
and mark (dispatcher). Nothing here waits.
"""

from collections.abc import Callable
from functools import partial

from gateway.clock import Clock
from gateway.dispatch.feeds import Feeds
from gateway.dispatch.order_feeds import OrderFeeds
from gateway.dispatch.seat_links import SeatLinks
from gateway.high_water import HighWater
from gateway.links.in_flight import UnaskedAnswer, Waiting
from gateway.ops.statistics import CODES_END, Statistics
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.messages.codec import decode_link, decode_session
from protocol.messages.gateway_link import FeedTold, OrdersTold, SeatHead
from protocol.messages.session import NotApplied
from protocol.session.bank import BankSession
from protocol.vocabulary import FrameKind


class AnswerWords:
    """One per gateway."""

    def __init__(
        self,
        seats: SeatLinks,
        feeds: Feeds,
        order_feeds: OrderFeeds,
        mark: HighWater,
        statistics: Statistics,
        clock: Clock,
    ) -> None:
        self._seats = seats
        self._feeds = feeds
        self._order_feeds = order_feeds
        self._mark = mark
        self._statistics = statistics
        self._clock = clock

    def understood(self, waiting: Waiting, frame: Frame) -> Callable[[], None]:
        """What is to be done about one answer at its seat's turn. Raises UnaskedAnswer, PeerViolation."""
        self._statistics.answer_frames += 1
        kind = frame.header.kind
        if kind == FrameKind.OUTCOMES:
            return partial(self._say_outcomes, waiting, frame)
        if kind == FrameKind.NOT_APPLIED:
            message = decode_session(frame.body)
            if not isinstance(message, NotApplied):
                raise UnaskedAnswer("a NOT_APPLIED frame with another body")
            if 0 <= message.code < CODES_END:
                self._statistics.not_applied_by_code[message.code] += 1
            return partial(self._say, waiting, lambda session, ns: session.send_not_applied(frame.header, message, ns))
        if kind == FrameKind.ANSWER and not frame.body:
            return partial(self._end_unanswered, waiting)
        if kind == FrameKind.ANSWER:
            number, body = frame.header.first_number, frame.body
            return partial(self._say, waiting, lambda session, ns: session.send_answer(number, body, ns))
        head = decode_link(frame.body)
        if isinstance(head, FeedTold):
            self._mark.raise_to(head.sequence, head.digest)
            return partial(self._tell_page, waiting, frame.header.first_number, head)
        if isinstance(head, OrdersTold):
            self._mark.raise_to(head.sequence, head.digest)
            return partial(self._tell_orders, waiting, frame.header.first_number, head)
        if not isinstance(head, SeatHead):
            raise UnaskedAnswer("a SEAT_HEAD frame with another body")
        return partial(self._seats.say_head, waiting, head)

    def _tell_page(self, waiting: Waiting, number: int, told: FeedTold) -> None:
        self._feeds.told(self._seats.up.get(waiting.owner), number, told)

    def _tell_orders(self, waiting: Waiting, number: int, told: OrdersTold) -> None:
        self._order_feeds.told(self._seats.up.get(waiting.owner), number, told)

    def _say(self, waiting: Waiting, say: Callable[[BankSession, int], None]) -> None:
        """To the link that asked, if it is still there."""
        if (link := self._seats.up.get(waiting.owner)) is not None:
            link.deliver(lambda: say(link.session, self._clock.elapsed_ns()))

    def _say_outcomes(self, waiting: Waiting, frame: Frame) -> None:
        now_ns = self._clock.elapsed_ns()
        self._statistics.answered_after(now_ns - waiting.since_ns)
        if (link := self._seats.up.get(waiting.owner)) is not None:
            link.deliver(partial(link.session.send_outcomes, frame, now_ns))

    def _end_unanswered(self, waiting: Waiting) -> None:
        if (link := self._seats.up.get(waiting.owner)) is not None:
            link.end(ReplyCode.STOPPING, "the question could not be answered")
