"""From a group of frames to one journal row and its answers, in memory and at once.

Belongs here: what each frame of a group is given, their row, what is done about a frame that breaks it. Never here:
where a frame stands (standing), stored rows (repeats), rules about money (ledger.core), waiting, sockets, SQL.
"""

import numpy as np

from ledger.core import engine
from ledger.core.book_answers import BookAnswers
from ledger.core.control.day.resumption import moved
from ledger.core.control.rows import NotJudged, message_of
from ledger.core.frames import time_after
from ledger.core.rows.half_acted import HalfActed
from ledger.core.rows.row import Row
from ledger.core.sequence import Arrival
from ledger.core.state.book import Book
from ledger.journal.quarantine import Quarantined
from ledger.order_path import replies
from ledger.order_path.decided import WAITS, Answer, Asked, Decided, InRow, LoggedOn, Told, Waits
from ledger.order_path.feed_pages import Answered, FeedPages, OrderPages
from ledger.order_path.groups import GROUP_FRAMES_MAX
from ledger.order_path.moments import Moments
from ledger.order_path.repeats import Repeats, StoredRow, outcome_answer
from ledger.order_path.row_maker import RowMaker
from ledger.order_path.standing import Standing
from ledger.watch.clock_watch import Doubt
from ledger.watch.metrics import LedgerMetrics
from ledger.watch.suspects import FrameFault, Stage, Suspects
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError, PeerViolation
from protocol.frame import Frame
from protocol.header import PREFIX, Header
from protocol.limits import PREFIX_BYTES, STALE_RETRY_NS
from protocol.messages.codec import decode_link, decode_query, encode
from protocol.messages.control import ServesAgain
from protocol.messages.feeds import FeedPage, FeedQuery
from protocol.messages.gateway_link import FeedTold, OrdersAsk, OrdersNews, OrdersTold
from protocol.messages.queries import OutcomeQuery
from protocol.records import RECORD
from protocol.vocabulary import NUMBERED_KINDS, FrameKind

NS_PER_S = 1_000_000_000
_IN_ROW = (InRow, LoggedOn)


class Decider:
    """The one place of a ledger process that changes the book."""

    def __init__(self, book: Book, maker: RowMaker, metrics: LedgerMetrics, suspects: Suspects) -> None:
        """`maker`: of the rows after the book's last one."""
        self.book = book
        self.repeats = Repeats(book)
        self.feed_pages = FeedPages(book)
        self.order_pages = OrderPages(book)
        self.maker = maker
        self.suspects = suspects
        self._metrics = metrics
        self._answers = BookAnswers(book)
        self.standing = Standing(book)
        self._frames_max = GROUP_FRAMES_MAX
        """Of one row: fewer after a group that could not be decided, until its frame is found."""
        self._elapsed_ns = 0

    def decide(
        self, group: list[Frame], now_ns: int, elapsed_ns: int | None = None, is_sure: bool = True, off_ns: int = 0
    ) -> Decided:
        """Decides a group as `SeatQueues.take` forms it: barriers only, or none.

        `now_ns`: the bank's clock, `elapsed_ns`: one that is never stepped. What could expire waits unless `is_sure`.
        Raises PeerViolation when the gateway forwarded what it must not have, and nothing was decided; FrameFault when
        frames were acting, and the book is no more what the journal says.
        """
        self._elapsed_ns = now_ns if elapsed_ns is None else elapsed_ns
        self.standing.moments = Moments.of(now_ns, is_sure, off_ns)
        before = self.book.sequence
        while True:
            part = group if len(group) <= self._frames_max else group[: self._frames_max]
            if self.suspects:
                part = self._alone(part)
            try:
                decided = self._decided(part, now_ns)
                self._frames_max = min(GROUP_FRAMES_MAX, 2 * self._frames_max)
            except HalfActed as half:
                raise FrameFault.of(f"{half}; from the journal again", half.headers, False, half, now_ns) from half
            except (InvariantBroken, FrameFault):
                raise
            except Exception as error:
                if self.book.sequence != before:  # the journal would never hear of what the book has taken in
                    headers = b"".join([one.header_bytes + one.signature for one in part])
                    raise FrameFault.of(f"row {before + 1} broke: {error!r}", headers, False, error, now_ns) from error
                if isinstance(error, PeerViolation):
                    raise
                # Nothing was changed. Halves: the others are decided, and what broke it comes to stand alone.
                if len(part) > 1:
                    self._frames_max = len(part) // 2
                    continue
                decided = self._refused(part[0], Quarantined.of(part[0], error, now_ns), now_ns)
            for frame in group[len(part) :]:
                decided.return_frame(frame)
            return decided

    def serve_again(self, doubt: Doubt, now_ns: int, elapsed_ns: int) -> Decided | None:
        """A doubt about the clock is over: due times that lay in it come again, as when a ledger takes over. None where
        none did. Raises FrameFault when it has acted and the row cannot be made.
        """
        book, self._elapsed_ns = self.book, elapsed_ns
        message = ServesAgain(doubt.since_ns // NS_PER_S, min(doubt.until_ns, now_ns) // NS_PER_S)
        if message.serves_s < message.alive_s or not moved(book, message):
            return None
        try:
            engine.apply_resumption(book, message, now_ns)
            row = self._row(book.trade_date, now_ns, b"", b"", encode(message), b"")
        except Exception as error:
            raise FrameFault.of(f"the end of a doubt broke: {error!r}", b"", False, error, now_ns) from error
        pages = self.feed_pages.news(row.sequence)
        news = [replies.feed_news(party, row.sequence, row.digest, page, now_ns) for party, page in pages]
        return Decided(book.sequence, row, news=news)

    def _alone(self, group: list[Frame]) -> list[Frame]:
        """The beginning of a group that is decided together: a suspect alone, or what comes before the first one."""
        for place, frame in enumerate(group):
            if self.suspects.of(frame.header) is not None:
                return group[: max(1, place)]
        return group

    def _decided(self, group: list[Frame], now_ns: int) -> Decided:
        self.standing.begin()
        frame = group[0]
        failure = self.suspects.of(frame.header) if self.suspects else None
        if failure is not None and failure.stage != Stage.TOGETHER and self.standing.is_next(frame.header):
            kept = Quarantined(now_ns, frame, failure.reason, failure.traceback)
            return self._refused(frame, kept, now_ns, may_make_row=failure.stage == Stage.ALONE)
        answers: list[Answer] = []
        waiting: set[int] = set()
        for frame in group:
            seat = frame.header.seat
            answer = WAITS if waiting and seat in waiting else self._look_at(frame, now_ns)
            if isinstance(answer, Waits):
                waiting.add(seat)
            answers.append(answer)
        places = [place for place, answer in enumerate(answers) if isinstance(answer, _IN_ROW)]
        row = None
        if places:
            row, count = self._row_of([group[place] for place in places], now_ns)
            if count < len(places):  # what stands before it is the row; from it on everything is looked at again
                cut = places[count]
                answers[cut:] = [WAITS] * (len(answers) - cut)
        return self._gathered(group, answers, row, now_ns)

    def _gathered(self, group: list[Frame], answers: list[Answer], row: Row | None, now_ns: int) -> Decided:
        """What each frame was given, with the questions on the book answered. The row stands: where the answer to a
        question breaks, that one fails and nothing else.
        """
        decided = Decided(self.book.sequence, row)
        if row is not None and row.control:
            pages = self.feed_pages.news(row.sequence)
            decided.news = [replies.feed_news(party, row.sequence, row.digest, page, now_ns) for party, page in pages]
        if row is not None and (positions := self.order_pages.news(row.sequence)):
            decided.news.append(replies.orders_news(OrdersNews(row.sequence, row.digest, positions), now_ns))
        for frame, answer in zip(group, answers, strict=True):
            if isinstance(answer, Waits):
                decided.return_frame(frame, answer)
            elif not isinstance(answer, Asked):
                decided.answers.append(answer)
            else:
                try:
                    sender, seat = frame.header.sender, frame.header.seat
                    body = self._answers.answer(sender, answer.message, seat, now_ns // NS_PER_S)
                    told = Told(replies.answer(frame.header, body, self.book.trade_date, now_ns))
                except Exception as error:
                    decided.quarantined.append(Quarantined.of(frame, error, now_ns))
                    told = self._unanswered(frame.header, now_ns)
                decided.answers.append(told)
        return decided

    def _refused(self, frame: Frame, kept: Quarantined, now_ns: int, may_make_row: bool = True) -> Decided:
        """What a frame is told that broke what should have decided or answered it.

        A request that is next uses its numbers, so that its sender has a final answer and goes on behind it.
        """
        header, book = frame.header, self.book
        self.standing.begin()
        if header.kind not in NUMBERED_KINDS:
            return Decided(book.sequence, None, [self._unanswered(header, now_ns)], quarantined=[kept])
        if not may_make_row or not self.standing.is_next(header) or self.standing.key_over(header) is not None:
            told = self._not_applied(header, ReplyCode.BUSY, now_ns)
            return Decided(book.sequence, None, [told], quarantined=[kept])
        headers = frame.header_bytes + frame.signature
        bodies = (frame.body, b"") if header.kind == FrameKind.RECORDS else (b"", frame.body)
        ordered_at_ns = time_after(book.ordered_at_ns, now_ns)
        try:
            outcomes = engine.leave_undecided(book, np.frombuffer(headers, PREFIX), now_ns, ordered_at_ns)
            row = self._row(book.trade_date, now_ns, headers, *bodies, outcomes)
        except Exception as error:
            what = f"a frame that can neither be decided nor refused: {kept.reason}, {error!r}"
            raise FrameFault.of(what, headers, True, error, now_ns) from error
        return Decided(book.sequence, row, [InRow(frame)], quarantined=[kept])

    def _look_at(self, frame: Frame, now_ns: int) -> Answer:
        """What one frame is given, by what stands before it in the group."""
        header = frame.header
        if header.kind in NUMBERED_KINDS:
            arrival = self.standing.take(frame)
            return InRow(frame) if arrival is Arrival.NEXT else self._not_next(header, arrival, now_ns)
        if header.kind == FrameKind.NEGOTIATE:
            code, head = self.standing.log_on(header)
            wire = replies.seat_head(header, head, now_ns)
            return LoggedOn(frame, wire) if code == ReplyCode.ACCEPTED else Told(wire)
        self.standing.head_of(header)
        if header.kind == FrameKind.SEAT_HEAD_QUERY:
            return Told(replies.seat_head(header, self.standing.seat_head(header.seat, ReplyCode.ACCEPTED), now_ns))
        if header.kind == FrameKind.FEED_ASK:
            return self._feed_page(frame, now_ns)
        if header.kind == FrameKind.ORDERS_ASK:
            return self._order_page(frame, now_ns)
        if header.kind != FrameKind.QUERY:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"kind {header.kind} is not for a ledger")
        if self.standing.key_over(header) is Arrival.KEY_OVER:  # one that may be over moves nothing by asking
            return Told(replies.unanswerable(header, self.book.trade_date, now_ns))
        message = decode_query(frame.body)
        if isinstance(message, FeedQuery):
            return self._feed_page(frame, now_ns)
        if not isinstance(message, OutcomeQuery):
            return Asked(message)
        stored = self._stored(header.seat, message.trade_date, message.number)
        if isinstance(stored, Waits):
            return stored
        found = outcome_answer(stored, header.seat, message)
        return Told(replies.answer(header, found, self.book.trade_date, now_ns))

    def _feed_page(self, frame: Frame, now_ns: int) -> Answer:
        """The page that a partner asks for itself, or the gateway for one of its links. Raises PeerViolation.

        Of the row that this group makes it tells nothing: that comes as news.
        """
        header = frame.header
        party, query = self.standing.party_of(header.seat), decode_query(frame.body)
        if not isinstance(query, FeedQuery):
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, "what is asked of a feed is a page of it")
        page = self.feed_pages.page_of(header.seat, party, query.first)
        if not isinstance(page, FeedPage):
            return Waits(page)
        if header.kind == FrameKind.QUERY:
            return Told(replies.answer(header, page, self.book.trade_date, now_ns))
        told = FeedTold(party, self.book.sequence, self.maker.digest, page)
        return Told(replies.feed_told(header, told, now_ns))

    def _order_page(self, frame: Frame, now_ns: int) -> Answer:
        """The page of a feed of orders that the gateway asks for one of its links, as `_feed_page`. Raises
        PeerViolation.
        """
        ask = decode_link(frame.body)
        if not isinstance(ask, OrdersAsk):
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, "what is asked of a feed of orders is a page of it")
        answered = self.order_pages.answer(frame.header.seat, ask)
        if not isinstance(answered, Answered):
            return Waits(answered)
        feed, fault, page = answered
        told = OrdersTold(*feed, self.book.sequence, self.maker.digest, fault, page)
        return Told(replies.orders_told(frame.header, told, now_ns))

    def _not_next(self, header: Header, arrival: Arrival, now_ns: int) -> Answer:
        """What a frame is given that is not the next one of its session."""
        code = self.standing.refusal(header, arrival)
        if arrival in (Arrival.PAST, Arrival.OLD_DATE):
            stored = self._stored(header.seat, header.trade_date, header.first_number)
            if isinstance(stored, Waits):
                return stored
            if stored is not None:
                if (answer := stored.answer_to(header)) is not None:
                    self._metrics.repeats += 1
                    return Told(answer)
                if arrival is Arrival.OLD_DATE:
                    code = ReplyCode.DUPLICATE_OTHER_CONTENT
        self._metrics.not_applied(code)
        return self._not_applied(header, code, now_ns, STALE_RETRY_NS if arrival is Arrival.UNTIMED else 0)

    def _stored(self, seat: int, trade_date: int, number: int) -> StoredRow | Waits | None:
        """The row that holds a number, None when it was never used; Waits when that cannot be told yet."""
        if self.standing.may_be_in_group(seat, trade_date):
            return WAITS
        return self.repeats.row_of(seat, trade_date, number)

    def _not_applied(self, header: Header, code: ReplyCode, now_ns: int, retry_ns: int = 0) -> Told:
        head = self.standing.head_of(header)
        return Told(replies.not_applied(header, code, self.book.trade_date, head, now_ns, retry_ns))

    def _unanswered(self, header: Header, now_ns: int) -> Told:
        """A query that breaks its answer ends the asker's link; a logon is told to come again."""
        if header.kind == FrameKind.QUERY:
            return Told(replies.unanswerable(header, self.book.trade_date, now_ns))
        head = self.standing.seat_head(header.seat, ReplyCode.SESSION_UNKNOWN)
        return Told(replies.seat_head(header, head, now_ns))

    def _row_of(self, frames: list[Frame], now_ns: int) -> tuple[Row, int]:
        """The row of frames that are all RECORDS or all barriers, and how many of them it holds: those before the first
        that breaks what judges it. Raises what that one raised when it is the first.
        """
        headers = b"".join([part for frame in frames for part in (frame.header_bytes, frame.signature)])
        trade_date, prefixes = self.book.trade_date, np.frombuffer(headers, PREFIX)
        if frames[0].header.kind == FrameKind.RECORDS:
            records = b"".join([frame.body for frame in frames]) if len(frames) > 1 else frames[0].body
            outcomes = engine.decide_block(self.book, prefixes, np.frombuffer(records, RECORD), now_ns)
            return self._row(trade_date, now_ns, headers, records, b"", outcomes), len(frames)
        try:
            messages = [message_of(frame.header.kind, frame.body) for frame in frames]
        except MisuseError as error:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, str(error)) from error
        try:
            outcomes = engine.decide_control(self.book, prefixes, messages, now_ns)
        except NotJudged as fault:
            if fault.place == 0:
                raise fault.error from None
            outcomes, frames = fault.outcomes, frames[: fault.place]
            headers = headers[: fault.place * PREFIX_BYTES]
        bodies = b"".join([frame.body for frame in frames])
        return self._row(trade_date, now_ns, headers, b"", bodies, outcomes), len(frames)

    def _row(self, date: int, now_ns: int, headers: bytes, records: bytes, control: bytes, outcomes: bytes) -> Row:
        """The row of what was just decided, and the newest of those that repeats are answered from."""
        row = self.maker.row(date, now_ns, self._elapsed_ns, (headers, records, control), outcomes)
        self.repeats.add(row)
        return row
