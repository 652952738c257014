"""Two real sessions joined by a function, with the naive ledger behind the bank's side.

Belongs here: what every conversation needs. Never here: a socket, a clock, an assertion about one rule.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from frontend_sim.practice.naive_ledger import NaiveLedger, SeatBooks, attend, say
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.limits import CREDIT_RECORDS_MIN, HEARTBEAT_NS_MAX, HEARTBEAT_NS_MIN
from protocol.messages.gateway_link import SeatHead
from protocol.session.bank import BankSession
from protocol.session.bank_events import BankEvent, RequestReceived, SessionPolicy
from protocol.session.partner import PartnerSession
from protocol.session.partner_events import PartnerEvent
from protocol.vocabulary import BANK_PARTY, Suite
from tests.frames import make_records
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
    return make_records(count, 195, amount_fen).tobytes()


@dataclass
class Pair:
    """A partner and the bank. `exchange` carries bytes both ways until both are silent."""

    bank: BankSession
    partner: PartnerSession
    ledger: NaiveLedger = field(default_factory=lambda: NaiveLedger(TRADE_DATE))
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
        if isinstance(event, RequestReceived):
            self.requests.append(event.frame)
        if self.answers_requests or not isinstance(event, RequestReceived):
            attend(self.ledger, self.bank, event, self.now_ns)

    def answer(self, request: Frame) -> None:
        say(self.bank, self.ledger.take(request, self.now_ns), self.now_ns)

    @property
    def books(self) -> SeatBooks:
        """What the ledger remembers of the partner's seat."""
        return self.ledger.seats[self.partner.seat]

    def head(self) -> SeatHead:
        return self.ledger.head(self.partner.seat)

    def log_on(self) -> "Pair":
        """NEGOTIATE and ESTABLISH; both sides are ESTABLISHED afterwards."""
        self.partner.negotiate(b"n" * 16, self.now_ns)
        self.exchange()
        self.partner.establish(b"e" * 16, self.books.next_number, self.now_ns)
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
    """The session of a broker, or of one of the bank's seats, with the test keys."""
    return PartnerSession(
        party,
        seat,
        keys.bank_seat_signer(seat) if party == BANK_PARTY else keys.signer_of(party),
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


def next_link(before: Pair, next_number: int) -> Pair:
    """A second later the partner resumes the session on a link of its own, and tells which number it sends next."""
    now_ns = before.now_ns + SECOND
    pair = Pair(bank_session(), partner_session(now_ns=now_ns), before.ledger, now_ns)
    pair.partner.establish(b"f" * 16, next_number, now_ns)
    pair.exchange()
    return pair
