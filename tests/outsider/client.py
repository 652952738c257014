"""A blocking client for one seat: logon, numbered requests and their answers, repeats, queries.

Belongs here: section 8 of the page, from the partner's side. Never here: bytes of frames, tests. Unanswered frames are
kept in memory only, so this client forgets them when its process ends; one in production keeps them on disk.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias

from tests.outsider.link import SECOND_NS, Account, Link, LinkEnded, Session
from tests.outsider.wire.codes import Code, Kind
from tests.outsider.wire.frames import Frame, FrameRefused
from tests.outsider.wire.lines import Line
from tests.outsider.wire.messages import Message, decode, encode
from tests.outsider.wire.records import Outcome, Outcomes, Record, is_day, pack_records, unpack_outcomes

NEXT_NUMBER_MAX = 2**61  # behind it numbers would run out


class Answered(NamedTuple):
    """The OUTCOMES frame of a request, and what it says."""

    frame: Frame
    outcomes: Outcomes


class NotApplied(NamedTuple):
    """A request that consumed nothing this time; go on at `next_number` of `trade_date`."""

    code: int
    refused_number: int
    next_number: int
    retry_after_ns: int
    trade_date: int


Answer: TypeAlias = Answered | NotApplied


class RequestNotApplied(Exception):
    """An outcome was awaited, and the request consumed nothing."""

    def __init__(self, told: NotApplied) -> None:
        super().__init__(str(told))
        self.told = told


OF_A_DATE = {
    "SetQuery": "SetAnswer",
    "DifferenceQuery": "DifferenceAnswer",
    "ProceedsQuery": "ProceedsAnswer",
}
PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)  # between logons that a bank does not take now


class Client:
    """One seat of one party. Every method blocks until its answer came; all raise what Link.receive raises."""

    def __init__(self, account: Account) -> None:
        self.session = Session()
        self.credit_records = 0
        self.link = Link(account, self.session)
        self._unanswered: dict[tuple[int, int], Frame] = {}
        self._correlation = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.link.close()

    def reconnect(self) -> None:
        """Drops the link without a word and makes a new one, not logged on; the session goes on."""
        self.link.close()
        self.link = Link(self.link.account, self.session)

    def _await(self, *kinds: Kind) -> Frame:
        """The next frame of these kinds; heartbeats in between are passed over."""
        while True:
            frame = self.link.receive()
            if frame.header.kind in kinds:
                return frame
            if frame.header.kind != Kind.HEARTBEAT:
                raise FrameRefused(Code.SESSION_UNKNOWN, f"kind {frame.header.kind} does not fit here")

    def _logon_step(self, kind: Kind, answer: Kind, message: Message) -> Message:
        for pause_seconds in (*PAUSES_SECONDS, None):
            self.link.say(kind, message)
            try:
                frame = self._await(answer)
                break
            except LinkEnded as ended:
                if ended.code != Code.STOPPING or pause_seconds is None:
                    raise
            time.sleep(pause_seconds)  # the bank takes no logon now: come back later, on a new link
            self.reconnect()
        granted = decode(answer, frame.body)
        if granted.field("nonce") != message.field("nonce") or frame.header.session_version != self.session.version:
            raise FrameRefused(Code.SESSION_UNKNOWN, "the answer to another logon")
        if not is_day(frame.header.trade_date):
            raise FrameRefused(Code.MALFORMED_FRAME, "a trade date that is none")
        self.session.trade_date = self.session.open_date = frame.header.trade_date
        return granted

    def negotiate(self, version: int) -> None:
        """Opens a new session under this version; every older one of the seat is void."""
        self.session.version = version
        self._logon_step(Kind.NEGOTIATE, Kind.NEGOTIATED, Message("Negotiate", (secrets.token_bytes(16), "outsider 1")))

    def establish(self, heartbeat_ns: int = SECOND_NS) -> int:
        """Binds the link to the session. Returns: the number that the bank expects next on the open trade date."""
        message = Message("Establish", (secrets.token_bytes(16), self.session.next_number, heartbeat_ns, 0))
        granted = self._logon_step(Kind.ESTABLISH, Kind.ESTABLISHED, message)
        self.link.established(granted.int("heartbeat_ns"))
        self.credit_records = granted.int("credit_records")
        if granted.int("next_number") > NEXT_NUMBER_MAX:
            raise FrameRefused(Code.MALFORMED_FRAME, "a number that no seat expects")
        return granted.int("next_number")

    def log_on(self, heartbeat_ns: int = SECOND_NS) -> None:
        """A new session above the one in force, which the bank tells; numbers go on where the bank says."""
        try:
            self.negotiate(self.session.version + 1)
        except LinkEnded as ended:
            if ended.message is None or ended.code != Code.SESSION_VERSION_NOT_GROWING:
                raise
            self.reconnect()
            self.negotiate(ended.message.int("session_version") + 1)
        self.session.next_number = self.establish(heartbeat_ns)

    def submit(self, records: Sequence[Record], valid_until_ns: int = 0) -> Frame:
        """Numbers the records, keeps their frame as unanswered and sends it, without waiting."""
        return self._submit(Kind.RECORDS, pack_records(records), len(records), valid_until_ns)

    def _submit(self, kind: Kind, body: bytes, count: int, valid_until_ns: int = 0) -> Frame:
        first = self.session.next_number
        frame = self.link.frame(kind, body, first_number=first, record_count=count, valid_until_ns=valid_until_ns)
        self._unanswered[frame.header.trade_date, first] = frame
        self.session.next_number = first + count
        self.link.send(frame.packed())
        return frame

    def collect(self, requests: Sequence[Frame]) -> list[Answer]:
        """One answer for each request, in the order of the requests, whatever the order in which they come.

        A session version is not compared: after a repeat it may be an older one's. What got its OUTCOMES is no longer
        unanswered. Raises FrameRefused for an answer to something else.
        """
        waiting = {frame.header.first_number: frame for frame in requests}
        found: dict[int, Answer] = {}
        while len(found) < len(waiting):
            frame = self._await(Kind.OUTCOMES, Kind.NOT_APPLIED)
            number, answer = read_answer(frame)
            if isinstance(answer, NotApplied):
                check_refusal(answer, self.session.open_date)
                self.session.open_date = max(self.session.open_date, answer.trade_date)
            if number not in waiting or number in found:
                raise FrameRefused(Code.MALFORMED_FRAME, f"nothing under {number} is under way")
            found[number] = answer
            if isinstance(answer, Answered):
                _match(waiting[number], answer)
                self._unanswered.pop((frame.header.trade_date, number), None)
        return [found[frame.header.first_number] for frame in requests]

    def answer_to(self, request: Frame) -> Answered:
        """The OUTCOMES of the one request that is under way. Raises RequestNotApplied."""
        answer = self.collect([request])[0]
        if isinstance(answer, NotApplied):
            raise RequestNotApplied(answer)
        return answer

    def decide(self, records: Sequence[Record], valid_until_ns: int = 0) -> Outcomes:
        """Sends records and waits for their outcomes. Raises RequestNotApplied."""
        return self.answer_to(self.submit(records, valid_until_ns)).outcomes

    def decide_lines(self, lines: Sequence[Line]) -> Outcomes:
        """Sends lines of a clearing set and waits for their outcomes. Raises RequestNotApplied."""
        body = b"".join(line.packed() for line in lines)
        return self.answer_to(self._submit(Kind.RECORDS, body, len(lines))).outcomes

    def control(self, message: Message) -> int:
        """Sends one control message and waits for its outcome. Raises RequestNotApplied."""
        return self.control_outcome(message).code

    def control_outcome(self, message: Message) -> Outcome:
        """The same, with the number that was given."""
        return self.answer_to(self._submit(Kind.CONTROL, encode(message), 1)).outcomes.outcomes[0]

    def repeat(self, frame: Frame) -> Answered:
        """Sends a frame once more, cut as it was, signed under the session in force. Raises RequestNotApplied."""
        old = frame.header
        again = self.link.frame(
            Kind(old.kind),
            frame.body,
            first_number=old.first_number,
            record_count=old.record_count,
            valid_until_ns=old.valid_until_ns,
            trade_date=old.trade_date,
        )
        self.link.send(again.packed())
        return self.answer_to(again)

    def repeat_unanswered(self) -> list[Answered]:
        """Repeats everything without OUTCOMES, in order."""
        return [self.repeat(frame) for frame in list(self._unanswered.values())]

    def adopt(self, told: NotApplied, refused: Sequence[Frame]) -> list[Answered]:
        """Goes on at the date and number told, and sends what was refused there under new numbers."""
        self.session.trade_date, self.session.next_number = told.trade_date, told.next_number
        answers = []
        for frame in refused:
            del self._unanswered[frame.header.trade_date, frame.header.first_number]
            again = self._submit(
                Kind(frame.header.kind), frame.body, frame.header.record_count, frame.header.valid_until_ns
            )
            answers.append(self.answer_to(again))
        return answers

    def resume(self) -> tuple[int, list[Answered]]:
        """A new link by ESTABLISH alone, then the unanswered frames again.

        Returns: the number the bank expected next, and the answers to what was repeated.
        """
        self.reconnect()
        return self.establish(), self.repeat_unanswered()

    def ask(self, query: Message) -> Message:
        """Sends a query and waits for its answer."""
        self._correlation += 1
        self.link.send(self.link.frame(Kind.QUERY, encode(query), first_number=self._correlation).packed())
        frame = self._await(Kind.ANSWER)
        if frame.header.first_number != self._correlation:
            raise FrameRefused(Code.MALFORMED_FRAME, "an answer to another query")
        answer = decode(Kind.ANSWER, frame.body)
        if query.name == "BuyingPowerQuery":
            told = tuple(money.int("contract_no") for money in answer.messages("contracts"))
            if told != query.field("contract_nos"):
                raise FrameRefused(Code.MALFORMED_FRAME, "an answer about other contracts")
        elif query.name == "AccountQuery":
            told = tuple(facts.int("bank_account_no") for facts in answer.messages("accounts"))
            if told != query.field("bank_account_nos"):
                raise FrameRefused(Code.MALFORMED_FRAME, "an answer about other accounts")
        elif query.name == "OpenItemsQuery" and answer.field("number") != query.field("number"):
            raise FrameRefused(Code.MALFORMED_FRAME, "an answer about another contract")
        elif query.name in OF_A_DATE and (
            answer.name != OF_A_DATE[query.name] or answer.field("trade_date") != query.field("trade_date")
        ):
            raise FrameRefused(Code.MALFORMED_FRAME, "an answer about another date")
        return answer

    def ask_all(self, name: str, trade_date: int, items: str) -> list[Message]:
        """What a DifferenceQuery or ProceedsQuery finds about one's own date, from the first place to the last."""
        found, first = list[Message](), 0
        while True:
            answer = self.ask(Message(name, (trade_date, 0, first)))
            found += answer.messages(items)
            next_place = answer.int("next_place")
            if next_place == 0:
                return found
            if next_place <= first:
                raise FrameRefused(Code.MALFORMED_FRAME, "an answer that leads nowhere")
            first = next_place

    def read_feed(self, first: int, wanted: int) -> list[tuple[Message, bytes]]:
        """So many entries of our party's feed from a position on, each with the digest behind it; all are acknowledged,
        and no more is wanted on this link.

        Raises FrameRefused for what is not due, or another history within what was read.
        """
        found, behind = list[tuple[Message, bytes]](), b""
        self.link.next_position = first
        self.link.beat(answer_wanted=False)
        while len(found) < wanted:
            page = decode(Kind.FEED, self._await(Kind.FEED).body)
            if page.int("first") != self.link.next_position or (behind and page.bytes("digest_before") != behind):
                raise FrameRefused(Code.MALFORMED_FRAME, "a part of the feed that is not due")
            behind = page.bytes("digest_before")
            for entry in page.messages("entries"):
                if entry.int("position") != self.link.next_position:
                    raise FrameRefused(Code.MALFORMED_FRAME, "a gap in the feed")
                behind = hashlib.sha256(behind + encode(entry)).digest()
                found.append((entry, behind))
                self.link.next_position += 1
            self.link.beat(answer_wanted=False)
        self.link.next_position = 0
        self.link.beat(answer_wanted=False)
        return found

    def finish(self) -> None:
        """The orderly end of the link."""
        self.link.terminate(Code.FINISHED)


def read_answer(frame: Frame) -> tuple[int, Answer]:
    """The number that OUTCOMES or NOT_APPLIED answer, and what they say of it."""
    if frame.header.kind == Kind.OUTCOMES:
        return frame.header.first_number, Answered(frame, unpack_outcomes(frame.body))
    message = decode(Kind.NOT_APPLIED, frame.body)
    names = ("code", "refused_number", "next_number", "retry_after_ns")
    code, refused, next_number, retry_after_ns = (message.int(name) for name in names)
    return refused, NotApplied(code, refused, next_number, retry_after_ns, frame.header.trade_date)


def check_refusal(told: NotApplied, open_date: int) -> None:
    """Raises FrameRefused for a refusal that cannot be true; `open_date`: the latest that was told to be open."""
    if told.code in (Code.REQUEST_STALE, Code.BUSY, Code.DRAINING):
        if told.next_number != told.refused_number:
            raise FrameRefused(Code.MALFORMED_FRAME, "what is to be sent again is not next")
        return
    if told.next_number > NEXT_NUMBER_MAX or (told.trade_date > open_date and not is_day(told.trade_date)):
        raise FrameRefused(Code.MALFORMED_FRAME, "a number or trade date that is none")
    if told.code == Code.SEQUENCE_GAP and told.refused_number <= told.next_number:
        raise FrameRefused(Code.STALE_TIMESTAMP, "nothing is missing before it")
    if told.code == Code.WRONG_TRADE_DATE and told.trade_date < open_date:
        raise FrameRefused(Code.STALE_TIMESTAMP, "an earlier trade date is told to be open")


def _match(request: Frame, answer: Answered) -> None:
    asked, told, outcomes = request.header, answer.frame.header, answer.outcomes
    if (asked.seat, asked.trade_date, asked.record_count) != (told.seat, told.trade_date, told.record_count):
        raise FrameRefused(Code.MALFORMED_FRAME, "an answer to another request")
    if outcomes.request_digest != asked.body_digest:
        raise FrameRefused(Code.MALFORMED_FRAME, "an answer to other content")
    if not outcomes.are_possible():
        raise FrameRefused(Code.MALFORMED_FRAME, "an outcome that cannot be")
    if outcomes.decided_at_ns != told.sent_at_ns:
        raise FrameRefused(Code.MALFORMED_FRAME, "two times of decision")
