"""Two real sessions joined by a function, with a tiny ledger behind the bank's side.

Belongs here: what every conversation needs. Never here: a socket, a clock, an assertion about one rule.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame, make_unsigned_frame
from protocol.header import Header, answer_header
from protocol.limits import CREDIT_RECORDS_MIN, HEARTBEAT_NS_MAX, HEARTBEAT_NS_MIN, SESSION_VERSION_STEP_MAX
from protocol.messages.codec import encode
from protocol.messages.gateway_link import SeatHead
from protocol.messages.queries import OutcomeAnswer
from protocol.records import OUTCOME, RECORD, OutcomesPreamble, pack_preamble
from protocol.session.bank import BankSession
from protocol.session.bank_events import (
    BankEvent,
    EstablishReceived,
    NegotiateReceived,
    QueryReceived,
    RequestReceived,
    SessionPolicy,
)
from protocol.session.partner import PartnerEvent, PartnerSession
from protocol.vocabulary import FrameKind, Suite
from tests.protocol import keys

T0_NS = 1_790_000_000_000_000_000  # the moment at which every conversation begins
MS = 1_000_000
SECOND = 1_000_000_000
TRADE_DATE = 20_260_921
NEXT_DATE = 20_260_922
INTERVAL_NS = SECOND


def policy(credit_records: int = CREDIT_RECORDS_MIN) -> SessionPolicy:
    """A policy with the widest heartbeat bounds."""
    return SessionPolicy(credit_records, HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX, "yzt-test 1")


def freezes(count: int, amount_fen: int = 100_000) -> bytes:
    """The body of a block: `count` freezes of one contract."""
    records = np.zeros(count, RECORD)
    records["kind"] = 1
    records["contract_no"] = 195
    records["amount_fen"] = amount_fen
    return records.tobytes()


def outcome_frame(request: Header, trade_date: int, sequence: int, decided_at_ns: int) -> Frame:
    """The unsigned outcome frame that accepts every record of `request`, as a ledger would make it."""
    preamble = OutcomesPreamble(sequence, decided_at_ns, hashlib.sha256(b"chain").digest(), request.body_digest)
    outcomes = np.zeros(request.record_count, OUTCOME)
    header = answer_header(
        request,
        FrameKind.OUTCOMES,
        decided_at_ns,
        trade_date,
        key_id=request.suite,
        record_count=request.record_count,
    )
    return make_unsigned_frame(header, pack_preamble(preamble) + outcomes.tobytes())


@dataclass
class Ledger:
    """Knows one seat's head and accepts everything."""

    session_version: int = 0
    trade_date: int = TRADE_DATE
    next_number: int = 1
    sequence: int = 0

    def head(self, code: ReplyCode = ReplyCode.ACCEPTED) -> SeatHead:
        return SeatHead(self.session_version, self.trade_date, self.next_number, int(code))

    def negotiate(self, wanted: int) -> SeatHead:
        if not self.session_version < wanted <= self.session_version + SESSION_VERSION_STEP_MAX:
            return self.head(ReplyCode.SESSION_VERSION_NOT_GROWING)
        self.session_version = wanted
        return self.head()

    def accept(self, request: Header, now_ns: int) -> Frame:
        self.sequence += 1
        self.next_number = max(self.next_number, request.first_number + request.record_count)
        return outcome_frame(request, request.trade_date, self.sequence, now_ns)


@dataclass
class Pair:
    """A partner and the bank. `exchange` carries bytes both ways until both are silent."""

    bank: BankSession
    partner: PartnerSession
    ledger: Ledger = field(default_factory=Ledger)
    now_ns: int = T0_NS
    answers_requests: bool = True
    requests: list[Frame] = field(default_factory=list)
    bank_events: list[BankEvent] = field(default_factory=list)
    partner_events: list[PartnerEvent] = field(default_factory=list)
    to_bank: bytearray = field(default_factory=bytearray)  # all bytes ever, for replays
    to_partner: bytearray = field(default_factory=bytearray)
    violation: PeerViolation | None = None  # what the bank found
    partner_violation: PeerViolation | None = None

    def exchange(self) -> None:
        """Bytes to and fro until nothing is left to say; a violation is answered with TERMINATE."""
        while data := self.partner.data_to_send():
            self.to_bank += data
            self.bank_hears(data)
            answer = self.bank.data_to_send()
            self.to_partner += answer
            self.partner_hears(answer)
        if answer := self.bank.data_to_send():
            self.to_partner += answer
            self.partner_hears(answer)
            self.exchange()

    def bank_hears(self, data: bytes) -> None:
        self.bank.receive_data(data, self.now_ns)
        try:
            while (event := self.bank.next_event(self.now_ns)) is not None:
                self.bank_events.append(event)
                self.serve(event)
        except PeerViolation as violation:
            self.violation = violation
            self.bank.terminate(violation.code, violation.detail, self.now_ns)

    def partner_hears(self, data: bytes) -> None:
        self.partner.receive_data(data, self.now_ns)
        try:
            while (event := self.partner.next_event(self.now_ns)) is not None:
                self.partner_events.append(event)
        except PeerViolation as violation:
            self.partner_violation = violation
            self.partner.terminate(violation.code, violation.detail, self.now_ns)

    def serve(self, event: BankEvent) -> None:
        """What the gateway and the ledger do with an event."""
        match event:
            case NegotiateReceived(frame):
                self.bank.negotiated(self.ledger.negotiate(frame.header.session_version), self.now_ns)
            case EstablishReceived():
                self.bank.established(self.ledger.head(), self.now_ns)
            case RequestReceived(frame):
                self.requests.append(frame)
                if self.answers_requests:
                    self.answer(frame.header)
            case QueryReceived(frame):
                answer = OutcomeAnswer(False, 0, 0, 0, 0, 0)
                self.bank.send_answer(frame.header.first_number, encode(answer), self.now_ns)
            case _:
                pass

    def answer(self, request: Header) -> None:
        self.bank.send_outcomes(self.ledger.accept(request, self.now_ns), self.now_ns)

    def log_on(self) -> "Pair":
        """NEGOTIATE and ESTABLISH; both sides are ESTABLISHED afterwards."""
        self.partner.negotiate(b"n" * 16, self.now_ns)
        self.exchange()
        self.partner.establish(b"e" * 16, self.ledger.next_number, self.now_ns)
        self.exchange()
        return self

    def told(self) -> PartnerEvent:
        """The last thing that the partner heard."""
        return self.partner_events[-1]

    def at(self, now_ns: int, side: Callable[[int], None]) -> None:
        """Move time to `now_ns` and let one side's `on_deadline` act."""
        self.now_ns = now_ns
        side(now_ns)


def partner_session(
    party: int = keys.BROKER, seat: int = keys.BROKER_SEAT, version: int = 1, now_ns: int = T0_NS
) -> PartnerSession:
    """A partner's session with the test keys."""
    return PartnerSession(
        party,
        seat,
        keys.broker_signer(party),
        keys.bank_verifiers(),
        "broker-test 1",
        INTERVAL_NS,
        version,
        now_ns,
    )


def bank_session(credit_records: int = CREDIT_RECORDS_MIN, now_ns: int = T0_NS) -> BankSession:
    """The bank's session with the test keys."""
    return BankSession(keys.registry(), keys.bank_signers(), policy(credit_records), now_ns)


def new_pair(suite: Suite = Suite.ED25519_SHA256, credit_records: int = CREDIT_RECORDS_MIN) -> Pair:
    """A pair that has not said anything; the broker of this suite and its seat."""
    ed25519 = suite == Suite.ED25519_SHA256
    party, seat = (keys.BROKER, keys.BROKER_SEAT) if ed25519 else (keys.OTHER_BROKER, keys.OTHER_SEAT)
    return Pair(bank_session(credit_records), partner_session(party, seat))
