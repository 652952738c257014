"""What goes out and comes back on an established link: calls, window, outbox and session put together.

Belongs here: the order of steps that loses nothing and repeats nothing. Never here: sockets, clocks, back-off.
A new frame is committed to the outbox, then flushed, then signed into the session's queue: what the outbox does not
hold can never leave, whatever fails. An outbox entry is freed some passes after its outcome was given to the caller,
so that what the caller does at once with it (writing it to a file of its own) is done while the outbox could still
tell it again; and where the caller is a thread, not before that thread has given its receipt. One whose outcome
nobody waited for is kept until `recovered` was read.
"""

import hashlib
from collections import deque
from dataclasses import dataclass, replace
from itertools import chain

from ...codes import ReplyCode
from ...limits import BUSY_RETRY_NS, FRAME_RECORDS_MAX, LOGON_NS_MAX, OUTBOX_FRAMES_MAX, RECORD_BYTES
from ...session.partner import PartnerSession
from ...session.partner_events import EstablishedEvent, NotAppliedReceived, OutcomesReceived, TradeDateOpened
from ...vocabulary import FrameKind
from ..errors import SessionEnded
from ..feeds.order_reading import OrderFeed
from ..outbox.outbox import Outbox
from ..outbox.outbox_layout import OutboxCell
from ..outbox.sendable import why_unsendable
from ..outcomes import Recovered, Reply, turned_away
from ..settings import SeatSettings
from .calls import Calls, Draft, Waiter, recovered
from .feed import Feed
from .queries import Queries
from .receipts import RECEIPT
from .seat_turns import SeatTurns
from .waits import Bell
from .window import Window, WindowFrame, keeps_number

SEND_BYTES_MAX = 1024 * 1024  # queued for one send: two full frames, so that answers are read in between
UNKNOWN_RETRY_NS = 1_000_000_000  # before a frame goes again that was refused for a reason newer than we are
BUSY_DOUBLINGS_MAX = 6  # of BUSY_RETRY_NS, where the bank tells no time: to about a second
DOUBLINGS_MAX = 40  # of the first pause between rounds: far behind the longest
PAUSE_NS_MAX = LOGON_NS_MAX  # a bank that is busy for longer than this is asked again anyway


@dataclass(slots=True)
class SeatStatistics:
    """Counters since the seat was opened."""

    frames_sent: int = 0  # new frames, each counted once
    records_sent: int = 0
    call_frames_sent: int = 0  # those of single calls
    frames_resent: int = 0
    frames_answered: int = 0
    records_answered: int = 0
    frames_not_applied: int = 0
    frames_renumbered: int = 0
    answers_ignored: int = 0  # to frames that were answered before
    links: int = 0  # times that the session was established
    recovered_dropped: int = 0  # unclaimed outcomes beyond what `Seat.recovered` keeps


class Leftover:
    """Waits for the outcome of a frame that an earlier process left in the outbox."""

    __slots__ = ("_body", "_kind", "_traffic")
    is_call = False
    is_received = True
    is_unclaimed = False  # it is kept for its own reason: until the opened seat is used

    def __init__(self, traffic: "Traffic", kind: int, body: bytes) -> None:
        self._traffic = traffic
        self._kind = kind
        self._body = body

    def settle(self, reply: Reply) -> None:
        self._traffic.leftovers -= 1
        self._traffic.unclaimed(recovered(self._kind, self._body, [reply]))

    def lose(self, trade_date: int, first_number: int, record_count: int) -> None:
        """Nobody waits; it stays in the outbox."""

    def put_aside(self, reason: str) -> None:
        """It can never be sent, so no bank has decided it."""
        self._traffic.leftovers -= 1
        count = max(1, len(self._body) // RECORD_BYTES)
        reply = turned_away(self._traffic.seat, self._traffic.window.trade_date, ReplyCode.MALFORMED_FRAME, count)
        self._traffic.unclaimed(recovered(self._kind, self._body, [reply], reason))


class Reader:
    """Has read in `recovered` the outcome of a frame that nobody waited for."""

    __slots__ = ("_receipt",)
    is_call = False

    def __init__(self) -> None:
        self._receipt = RECEIPT.get()

    @property
    def is_received(self) -> bool:
        return self._receipt is None or self._receipt.is_over()

    @property
    def is_unclaimed(self) -> bool:
        return self._receipt is not None and self._receipt.is_abandoned

    def settle(self, reply: Reply) -> None:
        """It is settled."""

    def lose(self, trade_date: int, first_number: int, record_count: int) -> None:
        """It is settled."""


class Traffic:
    """Requests and answers of one seat across all of its links. Not thread-safe."""

    def __init__(self, settings: SeatSettings, outbox: Outbox, turns: SeatTurns) -> None:
        self.bell = Bell()
        self._turn = turns.join(self.bell)
        self.calls = Calls(self.bell, self._turn, self.unclaimed)
        self.queries = Queries(self.bell)
        self.feed_of_party = Feed(self.bell)
        self.feed_of_orders = OrderFeed(self.bell, outbox)
        self._backoff_first_ns, self._backoff_last_ns = settings.backoff_first_ns, settings.backoff_last_ns
        self.window: Window[Waiter] = Window(settings.outbox_records)
        self.statistics = SeatStatistics()
        self.recovered: deque[Recovered] = deque(maxlen=OUTBOX_FRAMES_MAX)
        self._rounds_refused = 0  # in a row without an outcome
        self.resume_at_ns = 0  # nothing goes before this time: the bank was busy
        self._outbox = outbox
        self.seat = settings.seat
        self._told: list[WindowFrame[Waiter]] = []  # their callers were woken since the last pass
        self._told_before: list[WindowFrame[Waiter]] = []  # one pass older: their callers may be running in this pass
        self._told_long_ago: list[WindowFrame[Waiter]] = []  # two passes older: their callers have run
        self._told_threads: deque[WindowFrame[Waiter]] = deque()  # older, and a thread has not given its receipt
        self._told_unclaimed: deque[WindowFrame[Waiter]] = deque()  # older, and `recovered` was not read since
        self._told_leftovers: list[WindowFrame[Waiter]] = []  # kept until the opened seat is used
        left = outbox.live()
        self.leftovers = len(left)
        for slot, cell in left:
            self._take_over(slot, cell)

    def unclaimed(self, outcome: Recovered) -> None:
        """Keep an outcome that nobody waits for."""
        if len(self.recovered) == OUTBOX_FRAMES_MAX:
            self.statistics.recovered_dropped += 1
        self.recovered.append(outcome)

    def read_recovered(self) -> list[Recovered]:
        """What nobody waited for. Whoever reads it has been told: the outbox need not go on telling it."""
        reader = Reader()
        self._told += self._told_unclaimed
        self._told_unclaimed.clear()
        for frame in chain(self._told, self._told_before, self._told_long_ago):
            if frame.waiter.is_unclaimed and frame.waiter.is_received:
                frame.waiter = reader
        return list(self.recovered)

    def snapshot(self) -> SeatStatistics:
        """A copy of the counters."""
        return replace(self.statistics)

    def established(self, event: EstablishedEvent) -> None:
        """A link is ready: what is unanswered goes again."""
        self.statistics.links += 1
        self.resume_at_ns = 0
        self.window.link_up(event.trade_date, event.next_number, event.credit_records)
        self.queries.link_up()
        self.feed_of_party.link_up(event.next_position)
        self.feed_of_orders.link_up()
        self.bell.ring()

    def link_down(self) -> None:
        """The link is gone: until the next one others take this seat's turns."""
        self.window.link_down()
        self.feed_of_party.link_down()
        self.feed_of_orders.link_down()
        self._turn.ready(False)

    def feed(self, session: PartnerSession, now_ns: int) -> None:
        """Queue in the session what may be sent now, up to SEND_BYTES_MAX. The session is established.

        Called once in a pass of the scheduler: outbox entries age by these calls.
        """
        self._free_told()
        self.queries.feed(session, now_ns)
        self.feed_of_party.say(session, now_ns)
        self.feed_of_orders.say(session, now_ns)
        self._turn.ready(now_ns >= self.resume_at_ns and self._send_what_may_go(session, now_ns))

    def _send_what_may_go(self, session: PartnerSession, now_ns: int) -> bool:
        """Returns whether one more frame of single calls could go, were there any."""
        window = self.window
        while session.unsent_bytes < SEND_BYTES_MAX:
            frame = window.next_to_resend()
            if frame is not None:
                self._resend(session, frame, now_ns)
                continue
            if not window.may_send(1):
                return False
            draft = self.calls.draft(window.frame_records_max)
            if draft is None:
                return True
            if not window.may_send(draft.record_count):
                return False
            self._told += self._told_leftovers  # the seat is used: whoever opened it has had what was left
            self._told_leftovers.clear()
            if not self._outbox.fits(len(draft.body)):
                if self._told or self._told_before or self._told_long_ago:
                    self.bell.ring()  # there is room in a pass or two, without an answer coming
                elif self._told_unclaimed:  # whoever cancels and never reads stops nobody
                    self._outbox.free(self._told_unclaimed.popleft().slot)
                    continue
                elif self._told_threads and not len(window):
                    self._outbox.free(self._told_threads.popleft().slot)  # the whole outbox went by since: room first
                    continue
                return False
            self._send(session, draft, now_ns)
        return False  # these bytes have to leave first

    def outcomes(self, event: OutcomesReceived) -> None:
        """OUTCOMES came. Raises PeerViolation when they answer what was not asked."""
        header, preamble = event.frame.header, event.preamble
        frame = self.window.answered(
            header.trade_date, header.first_number, header.record_count, preamble.request_digest
        )
        if frame is None:
            self.statistics.answers_ignored += 1
            return
        reply = Reply(
            self.seat,
            header.trade_date,
            header.first_number,
            preamble.sequence,
            preamble.decided_at_ns,
            event.frame.body,
        )
        self._rounds_refused = 0
        self._settle(frame, reply)
        if self.window.must_go_back:
            self._go_back()
        if self.calls.is_waiting or self.window.frames_to_send or not self._turn.is_ready:
            # Otherwise nothing waits for credit, and the callers just woken ring when they ask again: all as one frame.
            self.bell.ring()

    def not_applied(self, event: NotAppliedReceived, now_ns: int) -> None:
        """NOT_APPLIED came: nothing was consumed. Goes back once everything under way is answered."""
        message = event.message
        self.statistics.frames_not_applied += 1
        frame = self.window.not_applied(
            message.code, message.refused_number, event.header.trade_date, message.next_number
        )
        if keeps_number(message.code):
            untold_ns = BUSY_RETRY_NS << min(self._rounds_refused, BUSY_DOUBLINGS_MAX)
            if not ReplyCode(message.code).is_listed:
                untold_ns = UNKNOWN_RETRY_NS
            pause_ns = min(message.retry_after_ns or untold_ns, PAUSE_NS_MAX)
            self.resume_at_ns = max(self.resume_at_ns, now_ns + pause_ns)
        if frame is not None:
            self._settle(frame, turned_away(self.seat, frame.trade_date, message.code, frame.record_count))
            self._rounds_refused = 0  # it was told: that is an end of the request, not one more round
        if self.window.must_go_back:
            self._go_back()
            self.resume_at_ns = max(self.resume_at_ns, now_ns + self._round_pause_ns())
        self.bell.ring()

    def tick(self) -> None:
        """Called now and then while the link stands."""
        self._turn.look_at_time()

    def date_opened(self, event: TradeDateOpened) -> None:
        """The trade date rolled while nothing was under way, or before it was answered."""
        self.window.date_opened(event.trade_date, event.next_number)
        self.bell.ring()

    def end(self, error: SessionEnded) -> None:
        """No session will come: what was not sent fails with `error`, what was sent is unknown."""
        self.calls.end(error)
        self.queries.end(error)
        self.feed_of_party.end(error)
        self.feed_of_orders.end(error)
        for frame in self.window.frames:
            frame.waiter.lose(frame.trade_date, frame.first_number, frame.record_count)

    def forget_told(self) -> None:
        """The seat is closed in order: free every frame whose outcome was told to somebody."""
        told = (self._told, self._told_before, self._told_long_ago, self._told_threads, self._told_leftovers)
        for frame in chain.from_iterable(told):
            if not frame.waiter.is_unclaimed:
                self._outbox.free(frame.slot)

    def _take_over(self, slot: int, cell: OutboxCell) -> None:
        """A frame of an earlier process goes again; one that no bank would take is told, and the others go on."""
        waiter = Leftover(self, cell.kind, self._outbox.body(slot))
        number, count, until_ns = cell.first_number, cell.record_count, cell.valid_until_ns
        digest = cell.body_digest
        frame: WindowFrame[Waiter] = WindowFrame(
            cell.kind, cell.trade_date, number, count, until_ns, digest, slot, waiter, keeps_date=True
        )
        reason = why_unsendable(cell.kind, cell.trade_date, number, count, until_ns, cell.body_bytes)
        if reason:
            waiter.put_aside(f"number {number} of {cell.trade_date} cannot be sent: {reason}")
            self._told_leftovers.append(frame)
        else:
            self.window.restore(frame)

    def _free_told(self) -> None:
        if self._told_threads or self._told_long_ago:
            older = [*self._told_threads, *self._told_long_ago]
            self._told_threads.clear()
            for frame in older:
                if not frame.waiter.is_received:
                    self._told_threads.append(frame)
                elif frame.waiter.is_unclaimed:
                    self._told_unclaimed.append(frame)
                else:
                    self._outbox.free(frame.slot)
        self._told_long_ago, self._told_before, self._told = self._told_before, self._told, []

    def _go_back(self) -> None:
        self._rounds_refused += 1
        for frame in self.window.go_back():
            self._outbox.renumber(frame.slot, frame.trade_date, frame.first_number)
            self.statistics.frames_renumbered += 1

    def _round_pause_ns(self) -> int:
        """Whatever was told: a first round goes at once, for one gap or roll is in order; each further one later."""
        further = self._rounds_refused - 1
        if further < 1:
            return 0
        return min(self._backoff_first_ns << min(further - 1, DOUBLINGS_MAX), self._backoff_last_ns)

    def _settle(self, frame: WindowFrame[Waiter], reply: Reply) -> None:
        try:
            frame.waiter.settle(reply)
        except BaseException:
            frame.waiter.lose(frame.trade_date, frame.first_number, frame.record_count)
            raise
        (self._told_leftovers if frame.keeps_date else self._told).append(frame)
        self.statistics.frames_answered += 1
        self.statistics.records_answered += frame.record_count
        if frame.waiter.is_call:
            self._turn.answered()

    def _resend(self, session: PartnerSession, frame: WindowFrame[Waiter], now_ns: int) -> None:
        _say(session, frame, self._outbox.body(frame.slot), now_ns)
        self.window.resent(frame)
        self.statistics.frames_resent += 1

    def _send(self, session: PartnerSession, draft: Draft, now_ns: int) -> None:
        trade_date, number = self.window.trade_date, self.window.next_number
        count, until_ns, body = draft.record_count, draft.valid_until_ns, draft.body
        digest = draft.body_digest or hashlib.sha256(body).digest()
        slot = self._outbox.append(draft.kind, trade_date, number, count, until_ns, body, digest)
        waiter: Waiter = draft.waiter
        frame = WindowFrame(draft.kind, trade_date, number, count, until_ns, digest, slot, waiter)
        self.window.sent(frame)
        self.calls.taken(draft)  # from here on its callers are told "unknown" when something fails, for it is kept
        self._outbox.flush()
        _say(session, frame, body, now_ns)
        self.statistics.frames_sent += 1
        self.statistics.records_sent += draft.record_count
        if draft.waiter.is_call:
            self.statistics.call_frames_sent += 1


def _say(session: PartnerSession, frame: WindowFrame[Waiter], body: bytes, now_ns: int) -> None:
    number, trade_date, digest = frame.first_number, frame.trade_date, frame.body_digest
    if frame.kind == FrameKind.CONTROL:
        session.send_control(body, number, now_ns, trade_date, digest)
    else:
        session.send_block(body, number, frame.record_count, frame.valid_until_ns, now_ns, trade_date, digest)


assert SEND_BYTES_MAX >= FRAME_RECORDS_MAX
