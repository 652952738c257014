"""A ledger that knows no money: heads of seats, session versions, numbers, and the stored answers of repeats.

Belongs here: what every bank must remember of a seat, the frames that say so, and who says them on a session. Never
here: sockets, disks, and what a request is worth, which is `decide`'s to say for those who know.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import Header, answer_header
from protocol.limits import SESSION_VERSION_STEP_MAX
from protocol.messages.base import Message
from protocol.messages.codec import encode
from protocol.messages.gateway_link import SeatHead
from protocol.messages.queries import OutcomeAnswer, OutcomeQuery, QueryMessage, TotalsAnswer
from protocol.messages.session import NotApplied
from protocol.records import OUTCOME, OutcomeArray, OutcomesPreamble, outcomes_from_body, pack_preamble, unpack_preamble
from protocol.session.bank import BankSession
from protocol.session.bank_events import (
    BankEvent,
    EstablishReceived,
    NegotiateReceived,
    QueryReceived,
    RequestReceived,
)
from protocol.vocabulary import FrameKind

REQUESTS_MAX = 2_000_000  # decided, before new ones are told SEAT_DATE_FULL: all is kept in memory
UNCHAINED = bytes(32)

Answer = Frame | tuple[Header, NotApplied]


@dataclass
class SeatBooks:
    """What is remembered of one seat."""

    session_version: int = 0
    next_number: int = 1
    answered: dict[tuple[int, int], tuple[Frame, Frame]] = field(default_factory=dict)
    """Each request as it was applied and its outcomes, by date and first number."""


class NaiveLedger:
    """Decides at once, remembers everything, and accepts every record unless `decide` is told better."""

    def __init__(self, trade_date: int) -> None:
        self.trade_date = trade_date
        self.sequence = 0
        self.is_full = False  # refuse new numbers with SEAT_DATE_FULL
        self.seats: defaultdict[int, SeatBooks] = defaultdict(SeatBooks)
        self._decided = 0

    def decide(self, frame: Frame, decided_at_ns: int) -> OutcomeArray:
        """(n,) outcomes of a request that is new and in order; `sequence` is the row's that it comes to stand in."""
        return np.zeros(frame.header.record_count, OUTCOME)

    def chain_digest(self) -> bytes:
        """(32,) the chain digest of the newest row."""
        return UNCHAINED

    def negotiate(self, header: Header) -> SeatHead:
        """Take a session version that grows, in a step that uses no seat up."""
        books = self.seats[header.seat]
        if not 0 < header.session_version - books.session_version <= SESSION_VERSION_STEP_MAX:
            return self._head(books, ReplyCode.SESSION_VERSION_NOT_GROWING)
        books.session_version = header.session_version
        return self._head(books, ReplyCode.ACCEPTED)

    def head(self, seat: int) -> SeatHead:
        """The durable head of a seat."""
        return self._head(self.seats[seat], ReplyCode.ACCEPTED)

    def roll(self) -> None:
        """Close the trade date and open the next day: numbers begin at 1 again."""
        today = date(self.trade_date // 10_000, self.trade_date // 100 % 100, self.trade_date % 100)
        self.trade_date = int(f"{today + timedelta(days=1):%Y%m%d}")
        for books in self.seats.values():
            books.next_number = 1

    def take(self, frame: Frame, decided_at_ns: int, code: ReplyCode | None = None) -> Answer:
        """Decide a request frame, or repeat its stored answer, or say that it was not applied.

        With a `code` what is new is refused with it, whatever it asks for.
        """
        header = frame.header
        books = self.seats[header.seat]
        stored = books.answered.get((header.trade_date, header.first_number))
        if stored is not None and _content(stored[0].header) == _content(header):
            return stored[1]
        if stored is not None or (header.trade_date == self.trade_date and header.first_number < books.next_number):
            return self.refuse(header, ReplyCode.DUPLICATE_OTHER_CONTENT)
        if header.trade_date != self.trade_date:
            return self.refuse(header, ReplyCode.WRONG_TRADE_DATE)
        if header.first_number > books.next_number:
            return self.refuse(header, ReplyCode.SEQUENCE_GAP)
        if self.is_full or self._decided + header.record_count > REQUESTS_MAX:
            return self.refuse(header, ReplyCode.SEAT_DATE_FULL)
        self.sequence += 1
        self._decided += header.record_count
        books.next_number += header.record_count
        if code is None:
            outcomes = self.decide(frame, decided_at_ns)
        else:
            outcomes = np.zeros(header.record_count, OUTCOME)
            outcomes["code"] = int(code)
        answer = outcomes_frame(header, outcomes.tobytes(), self.sequence, decided_at_ns, self.chain_digest())
        books.answered[(header.trade_date, header.first_number)] = (frame, answer)
        return answer

    def refuse(self, header: Header, code: ReplyCode) -> tuple[Header, NotApplied]:
        """NOT_APPLIED to a request, under the date that is open."""
        refusal = NotApplied(int(code), header.first_number, self.seats[header.seat].next_number, 0)
        return header._replace(trade_date=self.trade_date), refusal

    def query(self, header: Header, query: QueryMessage) -> Message:
        """Answer from what is remembered: outcomes, and no money."""
        if not isinstance(query, OutcomeQuery):
            return TotalsAnswer(self.sequence, True, [])
        for (trade_date, first), (request, answer) in self.seats[header.seat].answered.items():
            index = query.number - first
            if trade_date == query.trade_date and 0 <= index < request.header.record_count:
                code, state, _, remaining_fen = outcomes_from_body(answer.body)[index].tolist()
                told = unpack_preamble(answer.body)
                return OutcomeAnswer(True, code, state, remaining_fen, told.sequence, told.decided_at_ns)
        return OutcomeAnswer(False, 0, 0, 0, 0, 0)

    def _head(self, books: SeatBooks, code: ReplyCode) -> SeatHead:
        return SeatHead(books.session_version, self.trade_date, books.next_number, int(code))


def attend(ledger: NaiveLedger, session: BankSession, event: BankEvent, now_ns: int) -> None:
    """Say to what a partner asks what the ledger says to it. Raises PeerViolation when that must end the link."""
    match event:
        case NegotiateReceived(frame):
            session.negotiated(ledger.negotiate(frame.header), now_ns)
        case EstablishReceived(frame):
            session.established(ledger.head(frame.header.seat), now_ns)
        case QueryReceived(frame, query):
            session.send_answer(frame.header.first_number, encode(ledger.query(frame.header, query)), now_ns)
        case RequestReceived(frame):
            say(session, ledger.take(frame, now_ns), now_ns)


def say(session: BankSession, answer: Answer, now_ns: int) -> None:
    """Say what became of a request. Raises PeerViolation when that must end the link."""
    if isinstance(answer, Frame):
        session.send_outcomes(answer, now_ns)
    else:
        session.send_not_applied(*answer, now_ns)


def outcomes_frame(
    request: Header, outcomes: bytes, sequence: int, decided_at_ns: int, chain_digest: bytes = UNCHAINED
) -> Frame:
    """The unsigned OUTCOMES to a request that stands in the row with this sequence; the key has its suite's number."""
    preamble = OutcomesPreamble(sequence, decided_at_ns, chain_digest, request.body_digest)
    header = answer_header(
        request,
        FrameKind.OUTCOMES,
        decided_at_ns,
        request.trade_date,
        key_id=request.suite,
        record_count=request.record_count,
    )
    return make_unsigned_frame(header, pack_preamble(preamble) + outcomes)


def _content(header: Header) -> tuple[int, int, bytes]:
    return header.kind, header.record_count, header.body_digest
