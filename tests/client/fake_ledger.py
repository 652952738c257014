"""A naive ledger in memory: numbers, stored answers, balances that go down by freezes.

Belongs here: what a bank must remember so that repeats get stored answers. Never here: sockets, sessions, real rules.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import Header
from protocol.messages import (
    BuyingPowerAnswer,
    BuyingPowerQuery,
    ContractMoney,
    Message,
    NotApplied,
    OutcomeAnswer,
    OutcomeQuery,
    QueryMessage,
    SeatHead,
    TotalsAnswer,
    decode_control,
)
from protocol.records import (
    OUTCOME,
    RECORD,
    OutcomeArray,
    OutcomesPreamble,
    RecordArray,
    outcomes_from_body,
    pack_preamble,
    records_from_body,
)
from protocol.vocabulary import BANK_PARTY, Direction, FrameKind, RecordKind

BANK_KEY_ID = 1
OPENING_FEN = 10_000_000
TRADE_DATE = 20_260_105
NEXT_TRADE_DATE = 20_260_106


@dataclass
class SeatBooks:
    """What is remembered of one seat."""

    session_version: int = 0
    next_number: int = 1
    answers: dict[tuple[int, int], tuple[Header, Frame]] = field(default_factory=dict)  # by date and first number
    requests: list[Frame] = field(default_factory=list)  # as applied, once each


Answer = Frame | tuple[Header, NotApplied]


class FakeLedger:
    """Decides at once, remembers everything. `is_quick`: accept every record without looking, for measuring."""

    def __init__(self) -> None:
        self.trade_date = TRADE_DATE
        self.sequence = 0
        self.is_quick = False
        self.is_full = False  # refuse new numbers with SEAT_DATE_FULL
        self.seats: defaultdict[int, SeatBooks] = defaultdict(SeatBooks)
        self.balances_fen: defaultdict[int, int] = defaultdict(lambda: OPENING_FEN)

    def negotiate(self, header: Header) -> SeatHead:
        """Take a growing session version."""
        books = self.seats[header.seat]
        if header.session_version <= books.session_version:
            return self._head(books, ReplyCode.SESSION_VERSION_NOT_GROWING)
        books.session_version = header.session_version
        return self._head(books, ReplyCode.ACCEPTED)

    def head(self, seat: int) -> SeatHead:
        """The durable head of a seat."""
        return self._head(self.seats[seat], ReplyCode.ACCEPTED)

    def roll(self) -> None:
        """Close the trade date and open the next one: numbers begin at 1 again."""
        self.trade_date = NEXT_TRADE_DATE
        for books in self.seats.values():
            books.next_number = 1

    def take(self, frame: Frame, decided_at_ns: int) -> Answer:
        """Decide a request frame, or repeat its stored answer, or say that it was not applied."""
        header = frame.header
        books = self.seats[header.seat]
        stored = books.answers.get((header.trade_date, header.first_number))
        if stored is not None:
            request, answer = stored
            if (request.record_count, request.body_digest) == (header.record_count, header.body_digest):
                return answer
        if header.trade_date != self.trade_date:
            return self._refuse(header, ReplyCode.WRONG_TRADE_DATE)
        if header.first_number < books.next_number:
            return self._refuse(header, ReplyCode.DUPLICATE_OTHER_CONTENT)
        if header.first_number > books.next_number:
            return self._refuse(header, ReplyCode.SEQUENCE_GAP)
        if self.is_full:
            return self._refuse(header, ReplyCode.SEAT_DATE_FULL)
        self.sequence += 1
        books.next_number += header.record_count
        books.requests.append(frame)
        answer = self._outcomes(header, self._decide(frame), decided_at_ns)
        books.answers[(header.trade_date, header.first_number)] = (header, answer)
        return answer

    def query(self, seat: int, query: QueryMessage) -> Message:
        """Answer from what is remembered."""
        if isinstance(query, BuyingPowerQuery):
            money = [
                ContractMoney(number, 0, 2, self.balances_fen[number], self.balances_fen[number])
                for number in query.contract_nos
            ]
            return BuyingPowerAnswer(self.sequence, money)
        if isinstance(query, OutcomeQuery):
            for (trade_date, first), (request, answer) in self.seats[seat].answers.items():
                index = query.number - first
                if trade_date == query.trade_date and 0 <= index < request.record_count:
                    outcome = outcomes_from_body(answer.body)[index]
                    return OutcomeAnswer(
                        True,
                        int(outcome["code"]),
                        int(outcome["state"]),
                        int(outcome["remaining_fen"]),
                        self.sequence,
                        answer.header.sent_at_ns,
                    )
            return OutcomeAnswer(False, 0, 0, 0, 0, 0)
        return TotalsAnswer(self.sequence, True, [])

    def applied_records(self, seat: int) -> RecordArray:
        """Every record that was applied for a seat, in order."""
        bodies = [frame.body for frame in self.seats[seat].requests if frame.header.kind == FrameKind.RECORDS]
        return np.frombuffer(b"".join(bodies), RECORD)

    def _head(self, books: SeatBooks, code: ReplyCode) -> SeatHead:
        return SeatHead(books.session_version, self.trade_date, books.next_number, int(code))

    def _refuse(self, header: Header, code: ReplyCode) -> tuple[Header, NotApplied]:
        next_number = self.seats[header.seat].next_number
        refusal = NotApplied(int(code), header.first_number, next_number, 0)
        return header._replace(trade_date=self.trade_date), refusal

    def _decide(self, frame: Frame) -> OutcomeArray:
        outcomes = np.zeros(frame.header.record_count, OUTCOME)
        if frame.header.kind == FrameKind.CONTROL:
            decode_control(frame.body)
            return outcomes
        if self.is_quick:
            outcomes["state"] = 1
            return outcomes
        for index, record in enumerate(records_from_body(frame.body)):
            contract_no, amount_fen = int(record["contract_no"]), int(record["amount_fen"])
            if record["kind"] != RecordKind.FREEZE:
                continue
            if amount_fen > self.balances_fen[contract_no]:
                outcomes[index] = (ReplyCode.INSUFFICIENT_FUNDS, 0, 0, 0)
            else:
                self.balances_fen[contract_no] -= amount_fen
                outcomes[index] = (0, 1, 0, amount_fen)
        return outcomes

    def _outcomes(self, header: Header, outcomes: OutcomeArray, decided_at_ns: int) -> Frame:
        preamble = OutcomesPreamble(self.sequence, decided_at_ns, bytes(32), header.body_digest)
        answer = header._replace(
            kind=FrameKind.OUTCOMES,
            direction=Direction.TO_PARTNER,
            sender=BANK_PARTY,
            recipient=header.sender,
            key_id=BANK_KEY_ID,
            sent_at_ns=decided_at_ns,
            valid_until_ns=0,
        )
        return make_unsigned_frame(answer, pack_preamble(preamble) + outcomes.tobytes())

    def reframed(self, answer: Frame, body: bytes) -> Frame:
        """The same outcome header over another body."""
        return make_unsigned_frame(answer.header, body)
