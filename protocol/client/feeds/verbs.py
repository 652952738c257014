"""The verbs of a seat about its party's feed.

Belongs here: checking what a caller asks for, beginning a reader. Never here: how entries come (line), what one is
(events).
"""

from collections.abc import Coroutine

from ...errors import MisuseError
from ...limits import AMOUNT_FEN_MAX, OBJECTION_CHARS_MAX, REQUEST_NUMBER_MAX
from ...messages.feeds import Notice, Object, Receipt
from ...messages.orders.fees import NotifyFees
from ..clock import Clock
from ..line.feed import FeedReader, checked_digest
from ..line.traffic import Traffic
from ..outcomes import BlockOutcome, Outcome
from ..verbs.arguments import INT32_MAX, calendar_date, shown, text, whole_number
from ..verbs.ordering_records import refused_record
from ..verbs.speaking import Speaking
from .events import FeedEvent
from .order_entries import OrderEntry
from .order_reading import OrderReader

NS_PER_S = 1_000_000_000
REASON_EXPIRED = 255
"""Of a REFUSED by which the SDK answers an order behind its last second."""


class FeedVerbs(Speaking):
    """Of a seat that has its traffic, and sends control messages."""

    _traffic: Traffic
    _clock: Clock

    def feed(self, after: int = 0, digest: bytes = b"") -> FeedReader:
        """Events that the bank tells the party without being asked, from behind position `after` on: 0 all of them.

        To be iterated, `async for event in seat.feed(after)`, over reconnects and without end; each event comes once,
        and none is left out. The caller keeps the position of the last event that it has dealt with, and `digest`
        beside it if it wants to hear when the bank tells another history. One seat of a party reads, and one reader
        of it: another one ends this, which raises FeedEnded. Raises MisuseError at once for no position, no digest.
        """
        after = whole_number("after", after, 0, REQUEST_NUMBER_MAX - 1)
        return FeedReader(self._traffic.feed_of_party, after, checked_digest(digest))

    def orders(self) -> OrderReader:
        """Orders of the party's customers through the bank, and cancels, from behind what is done on: a broker's seat.

        To be iterated, `async for entry in reader`, over reconnects and without end: each entry comes once, after a
        mark in the outbox that it may have been handed out. Say `reader.done(entry)` once it is kept where it cannot be
        lost; `reader.unanswered()` has what an earlier process was handed and did not say so of. An order behind its
        last second that was never handed out is answered REFUSED here, for REASON_EXPIRED. One seat of a party reads,
        and one reader of it: another one ends this, which raises FeedEnded.
        """
        return self._order_reader()

    def reports(self) -> OrderReader:
        """What became of orders that a channel's seat sent, as `orders`."""
        return self._order_reader()

    def _order_reader(self) -> OrderReader:
        return OrderReader(self._traffic.feed_of_orders, self.trade_date, self._now_s, self._refuse_expired)

    def receipt(self, event: FeedEvent) -> Coroutine[object, object, Outcome]:
        """Sign for an event of the feed that is signed for: SET_COMPARED, OBLIGATION. To be awaited."""
        if not isinstance(event, FeedEvent):
            raise MisuseError(f"an event of the feed is signed for, not {shown(event)}")
        return self.control(Receipt(event.trade_date, event.position, event.digest))

    def notice(self, trade_date: int, case: int = 0) -> Coroutine[object, object, Outcome]:
        """Say that the party will fund what it owes by a date later on the day on which it is due 通知. To be awaited.

        It counts when it is decided before `first_due_s` of the OBLIGATION; `case` 0 is what is owed by the date
        itself.
        """
        return self.control(Notice(calendar_date("trade_date", trade_date), whole_number("case", case, 0, INT32_MAX)))

    def notify_fees(self, fees: NotifyFees) -> Coroutine[object, object, Outcome]:
        """Announce what the party charges of orders through the bank 收费标准, on a side of a kind of security from a
        date on. To be awaited; the number of the notice is `remaining_fen` of the outcome.
        """
        if not isinstance(fees, NotifyFees):
            raise MisuseError(f"fees is a NotifyFees, not {shown(fees)}")
        return self.control(fees)

    def objection(
        self, trade_date: int, amount_fen: int, reason: str, contract_no: int = 0, case: int = 0
    ) -> Coroutine[object, object, Outcome]:
        """Object to what is owed by a date 异议: by how much, why in 1 to 48 characters, of which contract, 0 for none.
        To be awaited. It counts up to `objection_until_s` of the OBLIGATION, and holds no payment up.
        """
        if not text("reason", reason, OBJECTION_CHARS_MAX):
            raise MisuseError("reason is empty")
        return self.control(
            Object(
                calendar_date("trade_date", trade_date),
                whole_number("case", case, 0, INT32_MAX),
                whole_number("amount_fen", amount_fen, 0, AMOUNT_FEN_MAX),
                whole_number("contract_no", contract_no, 0, REQUEST_NUMBER_MAX),
                reason,
            )
        )

    def _now_s(self) -> int:
        return (self._clock.elapsed_ns() + self._clock.utc_offset_ns()) // NS_PER_S

    async def _refuse_expired(self, entry: OrderEntry) -> BlockOutcome:
        return await self._traffic.calls.block(refused_record(entry.order, REASON_EXPIRED), 0)

    async def _orders_now(self) -> OrderReader:
        return self.orders()

    async def _feed_now(self, after: int, digest: bytes) -> FeedReader:
        return self.feed(after, digest)
