"""The verbs of a seat about its party's feed.

Belongs here: checking what a caller asks for, beginning a reader. Never here: how entries come (line), what one is
(events).
"""

from abc import abstractmethod
from collections.abc import Coroutine

from ...errors import MisuseError
from ...limits import REQUEST_NUMBER_MAX
from ...messages.control import ControlMessage
from ...messages.feeds import Receipt
from ..arguments import shown, whole_number
from ..line.feed import FeedReader, checked_digest
from ..line.traffic import Traffic
from ..outcomes import Outcome
from .events import FeedEvent


class FeedVerbs:
    """Of a seat that has its traffic, and sends control messages."""

    _traffic: Traffic

    @abstractmethod
    def control(self, message: ControlMessage) -> Coroutine[object, object, Outcome]:
        """Send one business control message."""

    def feed(self, after: int = 0, digest: bytes = b"") -> FeedReader:
        """Events that the bank tells the party without being asked, from behind position `after` on: 0 all of them.

        To be iterated, `async for event in seat.feed(after)`, over reconnects and without end; each event comes once,
        and none is left out. The caller keeps the position of the last event that it has dealt with, and `digest`
        beside it if it wants to hear when the bank tells another history. One seat of a party reads, and one reader
        of it: another one ends this, which raises FeedEnded. Raises MisuseError at once for no position, no digest.
        """
        after = whole_number("after", after, 0, REQUEST_NUMBER_MAX - 1)
        return FeedReader(self._traffic.feed_of_party, after, checked_digest(digest))

    def receipt(self, event: FeedEvent) -> Coroutine[object, object, Outcome]:
        """Sign for an event of the feed that is signed for: SET_COMPARED, OBLIGATION. To be awaited."""
        if not isinstance(event, FeedEvent):
            raise MisuseError(f"an event of the feed is signed for, not {shown(event)}")
        return self.control(Receipt(event.trade_date, event.position, event.digest))

    async def _feed_now(self, after: int, digest: bytes) -> FeedReader:
        return self.feed(after, digest)
