"""From a group of frames to one journal row and its answers, in memory and at once.

Belongs here: sequence checks against the book's own heads, repeats, queries, the making of a row. Never here: rules
about money (ledger.core), waiting, sockets, SQL. What needs a row that is not in memory is returned as wanted.
"""

from typing import Final

import numpy as np

from ledger.core import engine
from ledger.core.book_answers import BookAnswers
from ledger.core.control.rows import ControlBody, NotJudged, closes_date, may_depend_on_time, message_of
from ledger.core.frames import time_after
from ledger.core.rows.half_acted import HalfActed
from ledger.core.rows.row import Row
from ledger.core.sequence import Arrival
from ledger.core.state.book import Book
from ledger.journal.quarantine import Quarantined
from ledger.order_path import replies
from ledger.order_path.decided import ControlRun, Decided, Lookup
from ledger.order_path.groups import BARRIERS, GROUP_FRAMES_MAX
from ledger.order_path.moments import Moments
from ledger.order_path.repeats import RecentRows, StoredRow, outcome_answer
from ledger.order_path.row_maker import RowMaker
from ledger.order_path.standing import Standing
from ledger.watch.metrics import LedgerMetrics
from ledger.watch.suspects import FrameFault, Stage, Suspects
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError, PeerViolation
from protocol.frame import Frame
from protocol.header import PREFIX, Header
from protocol.limits import PREFIX_BYTES, STALE_RETRY_NS
from protocol.messages.base import Message
from protocol.messages.codec import decode_query
from protocol.messages.queries import OutcomeQuery
from protocol.records import RECORD
from protocol.vocabulary import NUMBERED_KINDS, FrameKind

_REFUSALS: Final[dict[Arrival, ReplyCode]] = {
    Arrival.PAST: ReplyCode.DUPLICATE_OTHER_CONTENT,
    Arrival.GAP: ReplyCode.SEQUENCE_GAP,
    Arrival.STRADDLES: ReplyCode.SEQUENCE_STRADDLES,
    Arrival.OLD_DATE: ReplyCode.WRONG_TRADE_DATE,
    Arrival.LATER_DATE: ReplyCode.WRONG_TRADE_DATE,
    Arrival.DATE_FULL: ReplyCode.SEAT_DATE_FULL,
    Arrival.KEY_OVER: ReplyCode.SIGNATURE_INVALID,
    Arrival.UNTIMED: ReplyCode.BUSY,
}


class Decider:
    """The one place of a ledger process that changes the book."""

    def __init__(self, book: Book, maker: RowMaker, metrics: LedgerMetrics, suspects: Suspects) -> None:
        """`maker`: of the rows after the book's last one."""
        self.book = book
        self.rows = RecentRows()
        self.maker = maker
        self.suspects = suspects
        self.found: dict[int, tuple[Lookup, StoredRow | None]] = {}
        """By seat: what was read for it, None when there is no such row."""
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
            if len(part) < len(group):
                decided.put_back_too(group[len(part) :])
            return decided

    def _alone(self, group: list[Frame]) -> list[Frame]:
        """The beginning of a group that is decided together: a suspect alone, or what comes before the first one."""
        for place, frame in enumerate(group):
            if self.suspects.of(frame.header) is not None:
                return group[: max(1, place)]
        return group

    def _decided(self, group: list[Frame], now_ns: int) -> Decided:
        frame = group[0]
        failure = self.suspects.of(frame.header) if self.suspects else None
        if failure is not None and failure.stage != Stage.TOGETHER and self.standing.is_next(frame.header):
            kept = Quarantined(now_ns, frame, failure.reason, failure.traceback)
            return self._refused(frame, kept, now_ns, may_make_row=failure.stage == Stage.ALONE)
        return self._control_run(group, now_ns) if frame.header.kind in BARRIERS else self._block(group, now_ns)

    def _refused(self, frame: Frame, kept: Quarantined, now_ns: int, may_make_row: bool = True) -> Decided:
        """What a frame is told that broke what should have decided or answered it.

        A request that is next uses its numbers, so that its sender has a final answer and goes on behind it.
        """
        header, book = frame.header, self.book
        decided = Decided(book.sequence, None, 0, [], [], [], [kept])
        if header.kind not in NUMBERED_KINDS:
            decided.answers = [self._unanswered(header, now_ns)]
            return decided
        head = int(book.next_number[header.seat])
        if not may_make_row or not self.standing.is_next(header) or self.standing.key_over(header) is not None:
            decided.answers = [replies.not_applied(header, ReplyCode.BUSY, book.trade_date, head, now_ns)]
            return decided
        headers = frame.header_bytes + frame.signature
        bodies = (frame.body, b"") if header.kind == FrameKind.RECORDS else (b"", frame.body)
        ordered_at_ns = time_after(book.ordered_at_ns, now_ns)
        try:
            outcomes = engine.leave_undecided(book, np.frombuffer(headers, PREFIX), now_ns, ordered_at_ns)
            decided.row = self._row(book.trade_date, now_ns, headers, *bodies, outcomes)
        except Exception as error:
            what = f"a frame that can neither be decided nor refused: {kept.reason}, {error!r}"
            raise FrameFault.of(what, headers, True, error, now_ns) from error
        decided.sequence, decided.frames, decided.answers = book.sequence, 1, [frame]
        return decided

    def _unanswered(self, header: Header, now_ns: int) -> bytes:
        """A query that breaks its answer ends the asker's link; a logon is told to come again."""
        if header.kind == FrameKind.QUERY:
            return replies.unanswerable(header, self.book.trade_date, now_ns)
        return replies.seat_head(header, self.standing.seat_head(header.seat, ReplyCode.SESSION_UNKNOWN), now_ns)

    def _block(self, group: list[Frame], now_ns: int) -> Decided:
        decided = Decided(0, None, 0, [], [], [])
        block: list[Frame] = []
        queries: list[tuple[int, Frame, Message]] = []
        heads: dict[int, int] = {}
        returned: dict[int, list[Frame]] = {}
        for frame in group:
            header = frame.header
            seat = header.seat
            if returned and seat in returned:
                returned[seat].append(frame)
                continue
            head = heads.get(seat)
            if head is None:
                head = heads[seat] = self.standing.head_of(header)
            if header.kind == FrameKind.RECORDS:
                arrival = self.standing.arrival(header, head)
                if arrival is Arrival.NEXT and not self.standing.is_superseded(header):
                    heads[seat] = head + header.record_count
                    block.append(frame)
                    decided.answers.append(frame)
                    continue
                answer = self._not_next(header, arrival, head, now_ns, decided.wanted)
            else:
                answer = self._query(frame, head, now_ns, decided, queries)
            if answer is None:
                returned[seat] = [frame]
            else:
                decided.answers.append(answer)
        decided.put_back = list(returned.values())
        if block:
            self._decide_block(decided, block, now_ns)
        decided.sequence = self.book.sequence
        for place, frame, message in queries:
            try:
                body = self._answers.answer(frame.header.sender, message)
                decided.answers[place] = replies.answer(frame.header, body, self.book.trade_date, now_ns)
            except Exception as error:  # the row stands: one question fails, and nothing else
                decided.quarantined.append(Quarantined.of(frame, error, now_ns))
                decided.answers[place] = self._unanswered(frame.header, now_ns)
        return decided

    def _decide_block(self, decided: Decided, block: list[Frame], now_ns: int) -> None:
        headers = b"".join([part for frame in block for part in (frame.header_bytes, frame.signature)])
        records = b"".join([frame.body for frame in block]) if len(block) > 1 else block[0].body
        trade_date = self.book.trade_date
        outcomes = engine.decide_block(
            self.book, np.frombuffer(headers, PREFIX), np.frombuffer(records, RECORD), now_ns
        )
        decided.row = self._row(trade_date, now_ns, headers, records, b"", outcomes)
        decided.frames = len(block)

    def _control_run(self, group: list[Frame], now_ns: int) -> Decided:
        """Frames that are next, in order, become one row; where each stands is told by those before it."""
        decided = Decided(self.book.sequence, None, 0, [], [], [])
        run = ControlRun([], [], [])
        heads: dict[int, int] = {}
        versions: dict[int, int] = {}
        returned: dict[int, list[Frame]] = {}
        for place, frame in enumerate(group):
            header = frame.header
            seat, version = header.seat, versions.get(header.seat, 0)
            if seat in returned:
                returned[seat].append(frame)
                continue
            if header.kind == FrameKind.NEGOTIATE:
                code = self.standing.logon_code(header, versions)
                if code == ReplyCode.ACCEPTED:
                    run.add(place, len(decided.answers), self._logon_message(frame))
                    version = versions[seat] = header.session_version
                head = self.standing.seat_head(seat, code, heads.get(seat, 0), version)
                decided.answers.append(replies.seat_head(header, head, now_ns))
                continue
            number = heads.setdefault(seat, self.standing.head_of(header))
            arrival = self.standing.arrival(header, number, closes_date(header.sender, frame.body))
            if arrival is Arrival.NEXT and not self.standing.moments.is_sure and may_depend_on_time(frame.body):
                arrival = Arrival.UNTIMED
            if arrival is Arrival.NEXT and not self.standing.is_superseded(header, version):
                heads[seat] = number + 1
                run.add(place, len(decided.answers), message_of(header.kind, frame.body))
                decided.answers.append(frame)
                continue
            answer = self._not_next(header, arrival, number, now_ns, decided.wanted, version)
            if answer is None:
                returned[seat] = [frame]
            else:
                decided.answers.append(answer)
        decided.put_back = list(returned.values())
        if run.places:
            self._decide_control(decided, group, run, now_ns)
        decided.sequence = self.book.sequence
        return decided

    def _decide_control(self, decided: Decided, group: list[Frame], run: ControlRun, now_ns: int) -> None:
        frames = [group[place] for place in run.places]
        headers = b"".join([part for frame in frames for part in (frame.header_bytes, frame.signature)])
        trade_date = self.book.trade_date
        try:
            outcomes = engine.decide_control(self.book, np.frombuffer(headers, PREFIX), run.messages, now_ns)
        except NotJudged as fault:
            if fault.place == 0:
                raise fault.error from None
            # What stands before it is decided and is the row; from it on everything is looked at again.
            outcomes, frames = fault.outcomes, frames[: fault.place]
            headers = headers[: fault.place * PREFIX_BYTES]
            decided.answers = decided.answers[: run.answers[fault.place]]
            waiting = {id(frame) for seat in decided.put_back for frame in seat}
            cut = run.places[fault.place]
            decided.put_back = []
            decided.put_back_too([one for at, one in enumerate(group) if at >= cut or id(one) in waiting])
        bodies = b"".join([frame.body for frame in frames])
        decided.row = self._row(trade_date, now_ns, headers, b"", bodies, outcomes)
        decided.frames = len(frames)

    def _logon_message(self, frame: Frame) -> ControlBody:
        try:
            return message_of(frame.header.kind, frame.body)
        except MisuseError as error:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, str(error)) from error

    def _not_next(
        self, header: Header, arrival: Arrival, head: int, now_ns: int, wanted: list[Lookup], version: int = 0
    ) -> bytes | None:
        """The answer to a frame that is not the next one of its session; None when it must wait for a row. `version`:
        that of a logon earlier in the group, 0 without one.
        """
        stored: StoredRow | None = None
        if arrival in (Arrival.PAST, Arrival.OLD_DATE):
            if header.trade_date == self.book.trade_date and self.book.next_number[header.seat] < head:
                return None  # it may repeat a frame of this very group: look again when that has a row
            resolved, stored = self._stored(header.seat, header.trade_date, header.first_number, wanted)
            if not resolved:
                return None
            answer = stored.answer_to(header) if stored is not None else None
            if answer is not None:
                self._metrics.repeats += 1
                return answer
        code = ReplyCode.SESSION_SUPERSEDED if self.standing.is_superseded(header, version) else _REFUSALS[arrival]
        if arrival is Arrival.OLD_DATE and stored is not None:
            code = ReplyCode.DUPLICATE_OTHER_CONTENT
        self._metrics.not_applied(code)
        retry_ns = STALE_RETRY_NS if arrival is Arrival.UNTIMED else 0
        return replies.not_applied(header, code, self.book.trade_date, head, now_ns, retry_ns)

    def _stored(self, seat: int, trade_date: int, number: int, wanted: list[Lookup]) -> tuple[bool, StoredRow | None]:
        """(True, the row that holds a number or None), or (False, None) and the lookup is added to `wanted`."""
        book = self.book
        sequence: int | None = engine.row_holding(book, trade_date, seat, number)
        if trade_date < book.trade_date and trade_date != book.previous_date:
            sequence = None
        if sequence == 0:
            return True, None
        lookup = Lookup(seat, trade_date, number, sequence)
        found = self.found.pop(seat, None)
        if found is not None and found[0] == lookup:
            return True, found[1]
        stored = self.rows.get(sequence) if sequence is not None else None
        if stored is None:
            wanted.append(lookup)
        return stored is not None, stored

    def _query(
        self,
        frame: Frame,
        head: int,
        now_ns: int,
        decided: Decided,
        queries: list[tuple[int, Frame, Message]],
    ) -> bytes | None:
        """The answer of a frame that is neither request nor barrier; None when it must wait for a row.

        Queries on the book are answered after the block of this group, and get their place here.
        """
        header = frame.header
        if header.kind == FrameKind.SEAT_HEAD_QUERY:
            return replies.seat_head(header, self.standing.seat_head(header.seat, ReplyCode.ACCEPTED, head), now_ns)
        if header.kind != FrameKind.QUERY:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"kind {header.kind} is not for a ledger")
        message = decode_query(frame.body)
        if not isinstance(message, OutcomeQuery):
            queries.append((len(decided.answers), frame, message))
            return b""
        if message.trade_date == self.book.trade_date and self.book.next_number[header.seat] < head:
            return None
        resolved, stored = self._stored(header.seat, message.trade_date, message.number, decided.wanted)
        if not resolved:
            return None
        return replies.answer(header, outcome_answer(stored, header.seat, message), self.book.trade_date, now_ns)

    def _row(self, date: int, now_ns: int, headers: bytes, records: bytes, control: bytes, outcomes: bytes) -> Row:
        """The row of what was just decided, and the newest of those that repeats are answered from."""
        row = self.maker.row(date, now_ns, self._elapsed_ns, (headers, records, control), outcomes)
        self.rows.add(row)
        return row
