"""The partner's side of one link, sans I/O: bytes and time in, events and bytes out.

Belongs here: logon, verification of what the bank says, heartbeats, making of request frames. Never here: sockets,
clocks, which number comes next and what is resent (the window of the SDK owns numbers), which frame may come when
(states). Every `now_ns` is of one clock that is never stepped; `utc_offset_ns` makes it UTC nanoseconds since
1970, for headers.
"""

from collections.abc import Mapping

from ..codes import ReplyCode
from ..errors import MisuseError, PeerViolation, UnboundEnd
from ..frame import Frame, FrameReader
from ..header import Header, new_header
from ..keys.signing import Signer, Verifier
from ..limits import DETAIL_CHARS_MAX, LOGON_NS_MAX
from ..messages.codec import decode_page, decode_session, encode
from ..messages.session import (
    Establish,
    Established,
    Heartbeat,
    Negotiate,
    Negotiated,
    NotApplied,
    OrdersAck,
    Terminate,
)
from ..order_pages import unpack_page
from ..records import outcomes_from_body, unpack_preamble
from ..vocabulary import BANK_PARTY, Direction, FrameKind
from .end import LinkEnd
from .heartbeat import LifeSigns
from .partner_events import (
    AnswerReceived,
    EstablishedEvent,
    FeedElsewhere,
    FeedReceived,
    NegotiatedEvent,
    NotAppliedReceived,
    OrdersReceived,
    OutcomesReceived,
    PartnerEvent,
    Terminated,
    TradeDateOpened,
)
from .states import PARTNER_TRANSITIONS, TO_PARTNER_TRIGGERS, PartnerState, PartnerTrigger
from .told_codes import check_outcome_codes, code_of_end, code_of_refusal
from .told_values import (
    check_next_number,
    check_open_date,
    check_outcomes,
    check_page,
    check_preamble,
    check_refusal,
    check_version_told,
    is_for,
)

_BANK_TURNS = (PartnerState.NEGOTIATING, PartnerState.ESTABLISHING)  # the bank is to speak


class PartnerSession(LinkEnd):
    """One link of one seat. `receive_data`, `next_event` until None, `data_to_send`; and `on_deadline` in time."""

    LATE_LOGON = "the logon was not answered in time"

    def __init__(
        self,
        party: int,
        seat: int,
        signer: Signer,
        bank_verifiers: Mapping[int, Verifier],
        software: str,
        heartbeat_ns: int,
        session_version: int,
        now_ns: int,
    ) -> None:
        """`bank_verifiers`: the bank's public keys by key id. `session_version`: the one to negotiate or resume."""
        super().__init__(FrameReader(self._verify_header), heartbeat_ns, now_ns)
        self._party = party
        self._seat = seat
        self._signer = signer
        self._bank_verifiers = dict(bank_verifiers)
        self._software = software
        self._heartbeat_ns = heartbeat_ns
        self._session_version = session_version
        self._state = PartnerState.OFFLINE
        self._nonces: set[bytes] = set()  # of this link: NEGOTIATE and ESTABLISH
        self._said_at_ns = 0  # `sent_at_ns` of the bank's last session frame since ESTABLISHED
        self._trade_date = 0
        self._next_number = 1
        self._next_position = 0  # of the feed, that we want next
        self._is_fed = False  # the bank has said that it sends the feed here

    @property
    def state(self) -> PartnerState:
        """Where the link stands."""
        return self._state

    @property
    def party(self) -> int:
        """Our party number."""
        return self._party

    @property
    def seat(self) -> int:
        """The seat of this link."""
        return self._seat

    @property
    def session_version(self) -> int:
        """The version of this session."""
        return self._session_version

    @property
    def trade_date(self) -> int:
        """The open trade date (yyyymmdd) as the bank last told; 0 before it did."""
        return self._trade_date

    def negotiate(self, nonce: bytes, now_ns: int) -> None:
        """Ask for a new session version. `nonce`: (16,) fresh random bytes. Raises MisuseError unless OFFLINE."""
        self._move(PartnerTrigger.NEGOTIATE_SAID)
        self._nonce = nonce
        self._nonces.add(nonce)
        self._logon_deadline_ns = now_ns + LOGON_NS_MAX
        self._say(FrameKind.NEGOTIATE, encode(Negotiate(nonce, self._software)), now_ns)

    def establish(self, nonce: bytes, next_number: int, now_ns: int) -> None:
        """Bind this link to the session; alone it resumes the session of an earlier link.

        `nonce`: (16,) fresh random bytes. `next_number`: what we would send next, informative. Raises MisuseError
        unless OFFLINE or NEGOTIATED.
        """
        self._move(PartnerTrigger.ESTABLISH_SAID)
        self._nonce = nonce
        self._nonces.add(nonce)
        self._next_number = next_number
        self._logon_deadline_ns = now_ns + LOGON_NS_MAX
        message = Establish(nonce, next_number, self._heartbeat_ns, self._next_position)
        self._say(FrameKind.ESTABLISH, encode(message), now_ns)

    def want(self, next_position: int, now_ns: int) -> None:
        """From now on we want this position of our feed next: all below is acknowledged; 0: we want none.

        Said at once on an established link, else with ESTABLISH.
        """
        if next_position == self._next_position:
            return
        self._is_fed = self._is_fed and next_position > 0
        self._next_position = next_position
        if self._is_established():
            self._say_heartbeat(False, now_ns)

    def send_block(
        self,
        body: bytes,
        first_number: int,
        record_count: int,
        valid_until_ns: int,
        now_ns: int,
        trade_date: int | None = None,
        body_digest: bytes = b"",
    ) -> Header:
        """Sign and queue a RECORDS frame; returns its header.

        `body`: record_count × 64 bytes. `trade_date`: the date that the numbers belong to, None for the open one; a
        repeat of an older date names its own. `body_digest`: SHA-256 of `body`, (32,), when the caller has it.
        Raises MisuseError unless ESTABLISHED.
        """
        self._move(PartnerTrigger.REQUEST_SAID)
        return self._say(
            FrameKind.RECORDS, body, now_ns, first_number, record_count, valid_until_ns, trade_date, body_digest
        )

    def send_control(
        self, body: bytes, number: int, now_ns: int, trade_date: int | None = None, body_digest: bytes = b""
    ) -> Header:
        """Sign and queue a CONTROL frame, as `send_block`. Raises MisuseError unless ESTABLISHED."""
        self._move(PartnerTrigger.REQUEST_SAID)
        return self._say(FrameKind.CONTROL, body, now_ns, number, 1, 0, trade_date, body_digest)

    def send_query(self, correlation_id: int, body: bytes, now_ns: int) -> None:
        """Sign and queue a QUERY; at most 16 may be under way. Raises MisuseError unless ESTABLISHED."""
        self._move(PartnerTrigger.QUERY_SAID)
        self._say(FrameKind.QUERY, body, now_ns, correlation_id)

    def want_orders(self, wanted: OrdersAck, now_ns: int) -> None:
        """Ask for our feed of orders or reports, and acknowledge it. Raises MisuseError unless ESTABLISHED."""
        self._move(PartnerTrigger.ORDERS_ACK_SAID)
        self._say(FrameKind.ORDERS_ACK, encode(wanted), now_ns)

    def terminate(self, code: ReplyCode, detail: str, now_ns: int) -> None:
        """Queue TERMINATE; the link is over. Saying it again changes nothing. `detail`: cut to 200 chars."""
        target = PARTNER_TRANSITIONS.get((self._state, PartnerTrigger.TERMINATE_SAID))
        if target is None:
            return
        message = Terminate(int(code), self._session_version, detail[:DETAIL_CHARS_MAX], self._nonce)
        self._say(FrameKind.TERMINATE, encode(message), now_ns)
        self._state = target

    def next_event(self, now_ns: int) -> PartnerEvent | None:
        """The next thing that concerns the owner, or None when more bytes are needed or the link is over.

        Raises PeerViolation; then say `terminate(error.code, error.detail, now_ns)` and close.
        """
        try:
            while not self._is_over():
                frame = self._reader.next_frame()
                if frame is None:
                    return None
                event = self._accept(frame, now_ns)
                if event is not None:
                    return event
        except PeerViolation:
            self._is_broken = True
            raise
        return None

    def _awaits_logon(self) -> bool:
        return self._state in _BANK_TURNS

    def _is_established(self) -> bool:
        return self._state is PartnerState.ESTABLISHED

    def _has_ended(self) -> bool:
        return self._state is PartnerState.TERMINATED

    def _move(self, trigger: PartnerTrigger) -> None:
        target = PARTNER_TRANSITIONS.get((self._state, trigger))
        if target is None or self._is_broken:
            raise MisuseError(f"{trigger.value}: not while {self._state.value}")
        self._state = target

    def _verify_header(self, header: Header, header_bytes: bytes, signature: bytes) -> None:
        """Called for each header before its body is awaited."""
        if header.direction != Direction.TO_PARTNER or header.kind not in TO_PARTNER_TRIGGERS:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, "this kind or direction does not travel to a partner")
        verifier = self._bank_verifiers.get(header.key_id)
        if verifier is None:
            known = ", ".join(map(str, sorted(self._bank_verifiers)))
            detail = f"signed with key id {header.key_id}; bank keys that we know: {known}"
            raise PeerViolation(ReplyCode.SIGNATURE_INVALID, detail)
        if (
            verifier.suite != header.suite
            or header.suite != self._signer.suite
            or header.sender != BANK_PARTY
            or not is_for(header, self._party, self._seat, self._state is PartnerState.ESTABLISHED)
            or not verifier.verify(header_bytes, signature)
        ):
            raise PeerViolation(ReplyCode.SIGNATURE_INVALID, "not a frame of the bank for this seat")

    def _accept(self, frame: Frame, now_ns: int) -> PartnerEvent | None:
        header = frame.header
        target = PARTNER_TRANSITIONS.get((self._state, TO_PARTNER_TRIGGERS[header.kind]))
        if target is None:
            detail = f"{FrameKind(header.kind).name} does not fit here: {self._state.value}"
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, detail)
        if header.kind == FrameKind.OUTCOMES:
            # A stored outcome keeps the version under which its request was journaled, so none is demanded here.
            preamble = check_preamble(unpack_preamble(frame.body), header.sent_at_ns)
            return OutcomesReceived(
                frame, preamble, check_outcomes(check_outcome_codes(outcomes_from_body(frame.body)))
            )
        if header.kind != FrameKind.TERMINATE or self._state is PartnerState.ESTABLISHED:
            self._check_version(header)
        if self._state is PartnerState.ESTABLISHED:
            self._check_newer(header)
        if header.kind == FrameKind.ANSWER:
            return AnswerReceived(header.first_number, frame.body)
        if header.kind == FrameKind.FEED:
            self._is_fed = self._next_position > 0
            return FeedReceived(check_page(decode_page(frame.body)))
        if header.kind == FrameKind.ORDERS:
            return OrdersReceived(unpack_page(frame.body))
        event = self._accept_session_message(frame, now_ns)
        self._state = target
        return event

    def _check_version(self, header: Header) -> None:
        if header.session_version != self._session_version:
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, f"we speak in session version {self._session_version}")

    def _check_newer(self, header: Header) -> None:
        """The version outlives links, so it alone would let a recording, also of an earlier link, be played here."""
        if header.sent_at_ns <= self._said_at_ns:
            name = FrameKind(header.kind).name
            raise PeerViolation(ReplyCode.STALE_TIMESTAMP, f"{name}: not later than what the bank said before it")
        self._said_at_ns = header.sent_at_ns

    def _accept_session_message(self, frame: Frame, now_ns: int) -> PartnerEvent | None:
        header, message = frame.header, decode_session(frame.body)
        if header.kind == FrameKind.HEARTBEAT and isinstance(message, Heartbeat):
            if message.answer_wanted:
                self._say_heartbeat(False, now_ns)
            next_number = check_next_number(message.next_number)
            if header.trade_date <= self._trade_date:
                return self._fed_here(message.next_position)
            self._trade_date, self._next_number = check_open_date(header.trade_date), next_number
            return TradeDateOpened(header.trade_date, message.next_number)
        if header.kind == FrameKind.NOT_APPLIED and isinstance(message, NotApplied):
            return self._accept_not_applied(header, message)
        if header.kind == FrameKind.TERMINATE and isinstance(message, Terminate):
            return self._accept_terminate(message)
        if header.kind == FrameKind.NEGOTIATED and isinstance(message, Negotiated):
            self._check_nonce(message.nonce)
            self._trade_date = check_open_date(header.trade_date)
            return NegotiatedEvent(header.session_version, header.trade_date)
        if header.kind == FrameKind.ESTABLISHED and isinstance(message, Established):
            self._check_nonce(message.nonce)
            check_next_number(message.next_number)
            self._trade_date = check_open_date(header.trade_date)
            self._said_at_ns = header.sent_at_ns
            self._heartbeat_ns = message.heartbeat_ns
            self._life = LifeSigns(message.heartbeat_ns, now_ns)
            return EstablishedEvent(
                message.next_number, header.trade_date, message.credit_records, message.next_position
            )
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "the body is of another kind than the header")

    def _fed_here(self, next_position: int) -> FeedElsewhere | None:
        """A heartbeat that was under way when we asked says nothing yet."""
        was_fed, self._is_fed = self._is_fed, next_position > 0 and self._next_position > 0
        return FeedElsewhere() if was_fed and not self._is_fed and self._next_position else None

    def _accept_not_applied(self, header: Header, message: NotApplied) -> NotAppliedReceived:
        code = code_of_refusal(message)
        check_refusal(message)
        if header.trade_date > self._trade_date:
            check_open_date(header.trade_date)
            if code == ReplyCode.WRONG_TRADE_DATE:
                self._trade_date = header.trade_date
        return NotAppliedReceived(header, message)

    def _accept_terminate(self, message: Terminate) -> Terminated:
        """Anybody can have the bank end a link that names us, and play its word to us: ours names our own nonce."""
        code = code_of_end(message)
        if message.nonce not in self._nonces:
            raise UnboundEnd(code, message.detail)
        check_version_told(code, message, self._session_version)
        return Terminated(code, message.session_version, message.detail)

    def _check_nonce(self, nonce: bytes) -> None:
        if nonce != self._nonce:
            raise PeerViolation(ReplyCode.STALE_TIMESTAMP, "the answer is to another logon")

    def _say_heartbeat(self, answer_wanted: bool, now_ns: int) -> None:
        self._say(FrameKind.HEARTBEAT, encode(Heartbeat(self._next_number, answer_wanted, self._next_position)), now_ns)

    def _say(
        self,
        kind: FrameKind,
        body: bytes,
        now_ns: int,
        first_number: int = 0,
        record_count: int = 0,
        valid_until_ns: int = 0,
        trade_date: int | None = None,
        body_digest: bytes = b"",
    ) -> Header:
        header = new_header(
            kind,
            Direction.TO_BANK,
            suite=self._signer.suite,
            key_id=self._signer.key_id,
            sender=self._party,
            recipient=BANK_PARTY,
            seat=self._seat,
            trade_date=self._trade_date if trade_date is None else trade_date,
            session_version=self._session_version,
            first_number=first_number,
            record_count=record_count,
            sent_at_ns=now_ns + self.utc_offset_ns,
            valid_until_ns=valid_until_ns,
        )
        if record_count:
            self._next_number = max(self._next_number, first_number + record_count)
        self._life.sent(now_ns)
        return self._queue.put_signed(header, body, self._signer, body_digest)
