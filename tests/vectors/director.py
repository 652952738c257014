"""Whole conversations between the two real sessions, written down frame by frame with the states of both sides.

Belongs here: carrying frames, the script that is written. Never here: which conversations there are
(conversations), decisions (the ledger of practice). Keys, nonces and the clock are fixed, so every byte is determined.
"""

from collections.abc import Callable
from dataclasses import dataclass

from frontend_sim.practice.ledger import OPENING_FEN, PracticeLedger
from frontend_sim.practice.naive_ledger import NaiveLedger, attend, say
from protocol.codes import ReplyCode
from protocol.describe import Json
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.keys.signing import Signer
from protocol.limits import CREDIT_RECORDS_MIN, HEARTBEAT_NS_MAX, HEARTBEAT_NS_MIN
from protocol.messages.codec import decode_session, encode
from protocol.messages.control import EndKey, RegisterKey
from protocol.messages.session import NotApplied, Terminate
from protocol.records import outcomes_from_body
from protocol.session.bank import BankSession
from protocol.session.bank_events import BankEvent, RequestReceived, SessionPolicy
from protocol.session.partner import PartnerSession
from protocol.vocabulary import FrameKind, Suite
from tests.frames import frames_in
from tests.protocol import keys

T0_NS = 1_790_000_000_000_000_000
MS, SECOND = 1_000_000, 1_000_000_000
TRADE_DATE, NEXT_DATE = 20_260_921, 20_260_922
HEARTBEAT_NS = SECOND
SOFTWARE, BANK_SOFTWARE = "vectors 1", "yzt 1"
POWER_FEN = OPENING_FEN


@dataclass
class Line:
    """One connection."""

    number: int
    bank: BankSession
    partner: PartnerSession


class Director:
    """Lets the two sides speak, and writes down what they say. Time moves only by `wait`."""

    def __init__(
        self,
        name: str,
        what: str,
        suite: Suite = Suite.ED25519_SHA256,
        credit_records: int = CREDIT_RECORDS_MIN,
        speaker: tuple[int, int] | None = None,
    ) -> None:
        """`speaker`: the partner's party and seat; None: the broker of the suite."""
        self.name = name
        self.what = what
        self.suite = suite
        is_first = suite == Suite.ED25519_SHA256
        broker = (keys.BROKER, keys.BROKER_SEAT) if is_first else (keys.OTHER_BROKER, keys.OTHER_SEAT)
        self.party, self.seat = speaker or broker
        self.ledger: NaiveLedger = PracticeLedger()
        self.ledger.trade_date = TRADE_DATE
        self.forced_code: ReplyCode | None = None  # with which the ledger refuses everything
        self.registry = keys.registry()
        self.credit_records = credit_records
        self.now_ns = T0_NS
        self.busy: list[ReplyCode] = []  # what the gateway says instead of forwarding, request by request
        self.is_slow = False  # requests are taken and answered by `answer` only
        self._taken: list[Frame] = []
        self._lines: list[Line] = []
        self._nonces = 0
        self._steps: list[Json] = []

    def script(self) -> Json:
        """The conversation as it is published."""
        return {
            "name": self.name,
            "what": self.what,
            "party": self.party,
            "seat": self.seat,
            "suite": int(self.suite),
            "credit_records": self.credit_records,
            "steps": self._steps,
        }

    @property
    def line(self) -> Line:
        """The newest connection."""
        return self._lines[-1]

    def nonce(self) -> bytes:
        """The next of the nonces: 16 times the same byte."""
        self._nonces += 1
        return bytes([self._nonces]) * 16

    def connect(self, version: int, signer: Signer | None = None) -> None:
        """A new connection, on which the partner is to speak in `version`."""
        partner = PartnerSession(
            self.party,
            self.seat,
            signer or keys.signer_of(self.party),
            keys.bank_verifiers(),
            SOFTWARE,
            HEARTBEAT_NS,
            version,
            self.now_ns,
        )
        bank = BankSession(self.registry, keys.bank_signers(), self._policy(), self.now_ns)
        self._lines.append(Line(len(self._lines) + 1, bank, partner))
        self.happens("connect", f"a new link; the partner speaks in session version {version}")

    def _policy(self) -> SessionPolicy:
        return SessionPolicy(self.credit_records, HEARTBEAT_NS_MIN, HEARTBEAT_NS_MAX, BANK_SOFTWARE)

    def happens(self, event: str, what: str) -> None:
        """Something that is no frame."""
        self._write({"event": event, "what": what})

    def register(self, message: RegisterKey | EndKey) -> None:
        """The bank's own seat changes a key of the partner."""
        self.registry.apply(message, self.now_ns)
        what = f"the bank registers key {message.key_id}"
        if isinstance(message, EndKey):
            what = f"the bank ends key {message.key_id}"
        self._write({"event": type(message).__name__, "what": what, "control": encode(message).hex()})

    def roll(self) -> None:
        """The next trade date opens, and the newest link hears of it."""
        self.ledger.roll()
        self.happens("roll", f"the bank opens {NEXT_DATE}")
        self.bank_says("an idle link hears of it", lambda bank: bank.trade_date_opened(NEXT_DATE, self.now_ns))

    def lose(self) -> None:
        """The newest link breaks."""
        self.happens("lose", "the link breaks")

    def wait(self, duration_ns: int) -> None:
        """Let time go by."""
        self.now_ns += duration_ns

    def log_on(self, version: int = 1) -> None:
        """A connection with a session of this version, established."""
        self.connect(version)
        self.negotiate()
        self.establish()

    def negotiate(self) -> None:
        self.say("NEGOTIATE", lambda partner: partner.negotiate(self.nonce(), self.now_ns))

    def establish(self) -> None:
        number = self.ledger.seats[self.seat].next_number
        self.say("ESTABLISH", lambda partner: partner.establish(self.nonce(), number, self.now_ns))

    def say(self, what: str, act: Callable[[PartnerSession], object], *, is_lost: bool = False) -> None:
        """The partner says something, and the bank answers; `is_lost`: it never arrives."""
        act(self.line.partner)
        self._carry(self.line.partner.data_to_send(), what, is_lost)

    def send_block(
        self, what: str, body: bytes, number: int, *, trade_date: int | None = None, is_lost: bool = False
    ) -> None:
        """The partner sends RECORDS."""
        count, until = len(body) // 64, 0
        self.say(
            what,
            lambda partner: partner.send_block(body, number, count, until, self.now_ns, trade_date),
            is_lost=is_lost,
        )

    def bank_says(self, what: str, act: Callable[[BankSession], object], line: Line | None = None) -> None:
        """The bank says something of its own accord, on the newest or another link."""
        speaking = line or self.line
        act(speaking.bank)
        self._bring(speaking, what)

    def answer(self, place: int = 0, what: str = "") -> None:
        """The ledger's answer to the request that was taken as the `place`-th of those not yet answered."""
        self._answer(self._taken.pop(place))
        self._bring(self.line, what)

    def decide_unheard(self) -> None:
        """The ledger decides what was taken, and nobody is told."""
        for frame in self._taken:
            self.ledger.take(frame, self.now_ns, self.forced_code)
        self._taken.clear()
        self.happens("decide", "the ledger decides; the answer does not leave")

    def end(self, bank: BankSession, code: ReplyCode) -> None:
        """The bank ends a link."""
        bank.terminate(code, "", self.now_ns, self.ledger.seats[self.seat].session_version)

    def partner_at_deadline(self, what: str) -> None:
        """The partner's timer goes off."""
        try:
            self.line.partner.on_deadline(self.now_ns)
        except PeerViolation as violation:
            self.line.partner.terminate(violation.code, violation.detail, self.now_ns)
        self._carry(self.line.partner.data_to_send(), what, False)

    def bank_at_deadline(self, what: str) -> None:
        """The bank's timer goes off."""
        try:
            self.line.bank.on_deadline(self.now_ns)
        except PeerViolation as violation:
            self.line.bank.terminate(violation.code, violation.detail, self.now_ns)
        self._bring(self.line, what)

    def play(self, what: str, data: bytes) -> None:
        """Bytes reach the partner that the bank did not say now."""
        self._to_partner(self.line, data, what, is_replayed=True)

    def last_of_bank(self, kind: FrameKind) -> bytes:
        """The newest frame of this kind that the bank said."""
        for step in reversed(self._steps):
            assert isinstance(step, dict)
            if step.get("from") == "bank" and step["kind"] == kind.name:
                return bytes.fromhex(str(step["frame"]))
        raise LookupError(kind)

    def _write(self, step: dict[str, Json]) -> None:
        line = self.line
        self._write_on(line, step)

    def _write_on(self, line: Line, step: dict[str, Json]) -> None:
        states: dict[str, Json] = {"partner_state": line.partner.state.name, "bank_state": line.bank.state.name}
        self._steps.append({"link": line.number, "at_ns": self.now_ns, **step, **states})

    def _carry(self, data: bytes, what: str, is_lost: bool) -> None:
        """The partner's bytes to the bank, frame by frame, each with what the bank answers to it."""
        line = self.line
        for frame in frames_in(data):
            step: dict[str, Json] = {"from": "partner", "kind": FrameKind(frame.header.kind).name, "what": what}
            step["frame"] = frame.wire().hex()
            if is_lost:
                self._write_on(line, {**step, "is_lost": True})
                continue
            line.bank.receive_data(frame.wire(), self.now_ns)
            violation: PeerViolation | None = None
            events = []
            try:
                while (event := line.bank.next_event(self.now_ns)) is not None:
                    events.append(event)
            except PeerViolation as found:
                violation = found
                step["refused_by_bank"] = found.code.name
            self._write_on(line, step)
            for event in events:
                violation = violation or self._serve(line, event)
            if violation is not None:
                line.bank.terminate(violation.code, violation.detail, self.now_ns)
            self._bring(line, "")

    def _serve(self, line: Line, event: BankEvent) -> PeerViolation | None:
        try:
            if not isinstance(event, RequestReceived):
                attend(self.ledger, line.bank, event, self.now_ns)
            elif self.busy:
                line.bank.refuse_busy(event.frame, self.busy.pop(0), 500 * MS, self.now_ns)
            elif self.is_slow:
                self._taken.append(event.frame)
            else:
                self._answer(event.frame)
        except PeerViolation as violation:
            return violation
        return None

    def _answer(self, frame: Frame) -> None:
        say(self.line.bank, self.ledger.take(frame, self.now_ns, self.forced_code), self.now_ns)

    def _bring(self, line: Line, what: str) -> None:
        """The bank's bytes to the partner, frame by frame."""
        for frame in frames_in(line.bank.data_to_send()):
            self._to_partner(line, frame.wire(), what)

    def _to_partner(self, line: Line, data: bytes, what: str, *, is_replayed: bool = False) -> None:
        (frame,) = frames_in(data)
        step: dict[str, Json] = {"from": "bank", "kind": FrameKind(frame.header.kind).name, "what": what}
        step |= _codes_of(frame) | ({"is_replayed": True} if is_replayed else {})
        step["frame"] = data.hex()
        line.partner.receive_data(data, self.now_ns)
        violation = None
        try:
            while line.partner.next_event(self.now_ns) is not None:
                pass
        except PeerViolation as found:
            violation = found
            step["refused_by_partner"] = found.code.name
        self._write_on(line, step)
        if violation is not None:
            line.partner.terminate(violation.code, violation.detail, self.now_ns)
        if line is self.line:
            self._carry(line.partner.data_to_send(), "", False)


def _codes_of(frame: Frame) -> dict[str, Json]:
    """What a frame of the bank answers, by name."""
    if frame.header.kind == FrameKind.OUTCOMES:
        codes: list[Json] = [ReplyCode(code).name for code in outcomes_from_body(frame.body)["code"].tolist()]
        return {"codes": codes}
    if frame.header.kind in (FrameKind.NOT_APPLIED, FrameKind.TERMINATE):
        message = decode_session(frame.body)
        assert isinstance(message, NotApplied | Terminate)
        return {"code": ReplyCode(message.code).name}
    return {}
