"""The bank's side of one link, sans I/O: bytes and time in, events and bytes out.

Belongs here: the order of checks on what a partner sends, logon, heartbeats, and the answers that need no ledger.
Never here: sockets, clocks, the ledger's decisions, which frame may come when (states), numbers and credit
(numbering), who may speak (caller_check). Nothing is believed before its signature verifies. Every `now_ns` is of one
clock that is never stepped; `utc_offset_ns` makes it UTC since 1970, for headers and for what the partner's say.
"""

from collections.abc import Callable, Mapping

from ..codes import ReplyCode, ends_link
from ..errors import MisuseError, PeerViolation
from ..frame import Frame, FrameReader
from ..header import Header, new_header
from ..keys.key_ring import KeyRing
from ..keys.registry import PartyRegistry
from ..keys.signing import Signer
from ..limits import DETAIL_CHARS_MAX, LOGON_NS_MAX, QUERIES_IN_FLIGHT_MAX
from ..messages.base import Message
from ..messages.codec import decode_query, decode_session, encode
from ..messages.feeds import FeedPage
from ..messages.fields import code_from_number
from ..messages.gateway_link import SeatHead
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
from ..vocabulary import BANK_PARTY, NUMBERED_KINDS, Direction, FrameKind, Suite
from .bank_events import (
    BankEvent,
    EstablishReceived,
    FeedWanted,
    FrameSpent,
    NegotiateReceived,
    OrdersAsked,
    PeerTerminated,
    QueryReceived,
    RequestReceived,
    SessionPolicy,
)
from .caller_check import NOT_KNOWN, CallerCheck
from .end import LinkEnd
from .heartbeat import LifeSigns
from .logon import Logon, check_established, check_negotiated, check_version, refusal_if_stale
from .numbering import Numbering, Place
from .states import BANK_TRANSITIONS, TO_BANK_TRIGGERS, BankState, BankTrigger

_LOGON_TURNS = (BankState.AWAIT_NEGOTIATE_OR_ESTABLISH, BankState.NEGOTIATED)  # the partner is to speak


class BankSession(LinkEnd):
    """One link of one seat. `receive_data`, `next_event` until None, `data_to_send`; and `on_deadline` in time."""

    LATE_LOGON = "no logon in time"

    def __init__(
        self, registry: PartyRegistry, signers: Mapping[Suite, Signer] | KeyRing, policy: SessionPolicy, now_ns: int
    ) -> None:
        """`signers`: the bank's key of each suite, or a ring with former ones too. Raises MisuseError for none."""
        self._registry = registry
        self._keys = signers if isinstance(signers, KeyRing) else KeyRing(signers)
        self._policy = policy
        self._caller = CallerCheck(registry, self._keys)
        super().__init__(FrameReader(self._caller.check), policy.heartbeat_ns_max, now_ns)
        self._state = BankState.AWAIT_NEGOTIATE_OR_ESTABLISH
        self._logon: Logon | None = None
        self._session_version = 0
        self._version_in_force = 0
        self._numbers = Numbering(0, 0, policy.credit_records)
        self._queries: set[int] = set()
        self._said_at_ns = 0
        self.wanted_position = 0
        """The position of its feed that the partner wants next, 0 for none."""
        self.next_position = 0
        """What the next entry of the feed will have, told in heartbeats; 0: none is sent here. Its owner keeps it."""

    @property
    def party(self) -> int:
        """The partner's number; 0 before a signature verified."""
        return self._caller.party if self._caller.is_verified else 0

    @property
    def seat(self) -> int:
        """The seat of this link; 0 before a signature verified."""
        return self._caller.seat if self._caller.is_verified else 0

    @property
    def trade_date(self) -> int:
        """The open trade date (yyyymmdd) as far as this session knows; 0 before the logon."""
        return self._numbers.trade_date

    @property
    def session_version(self) -> int:
        """The version of this session; 0 before NEGOTIATED or ESTABLISHED."""
        return self._session_version

    @property
    def next_number(self) -> int:
        """The request number expected next on `trade_date`; 0 before ESTABLISHED."""
        return self._numbers.next_number

    @property
    def state(self) -> BankState:
        """Where the link stands."""
        return self._state

    @property
    def unanswered_records(self) -> int:
        """Records forwarded and not answered: credit in use."""
        return self._numbers.unanswered_records

    @property
    def missing_bytes(self) -> int:
        """What the frame under way still lacks; its owner may wait for that much at once."""
        return self._reader.missing_bytes

    @property
    def has_received(self) -> bool:
        """Whether bytes came that no frame was made of yet: else `take_frame` has nothing to give."""
        return self._reader.buffered_bytes > 0

    def next_event(self, now_ns: int) -> BankEvent | None:
        """The next thing that concerns the owner, or None when more bytes are needed or the session is over.

        Raises PeerViolation; then say `terminate(error.code, error.detail, now_ns)` and close.
        """
        while isinstance(event := self.take_frame(now_ns), FrameSpent):
            pass
        return event

    def take_frame(self, now_ns: int) -> BankEvent | FrameSpent | None:
        """One frame, for an owner that counts them: what it asks for, or that it asked for nothing. Else `next_event`.

        None when more bytes are needed or the session is over. Raises PeerViolation as `next_event` does.
        """
        if self._is_over():
            return None
        self._caller.utc_ns = now_ns + self.utc_offset_ns
        self._caller.is_established = self._state is BankState.ESTABLISHED
        try:
            frame = self._reader.next_frame()
            return (
                None if frame is None else self._accept(frame, now_ns) or FrameSpent(frame.header.kind, len(frame.body))
            )
        except PeerViolation:
            self._is_broken = True
            raise

    def negotiated(self, head: SeatHead, now_ns: int) -> None:
        """Answer the NEGOTIATE with the ledger's word. Ignored when the session is over.

        Raises PeerViolation with the ledger's code when it refused, SESSION_SUPERSEDED when another version came
        into force meanwhile; MisuseError when no NEGOTIATE waits.
        """
        if self._is_over():
            return
        logon = self._take_logon(BankTrigger.NEGOTIATED_SAID, check_negotiated, head)
        self._state = BANK_TRANSITIONS[self._state, BankTrigger.NEGOTIATED_SAID]
        self._session_version = head.session_version
        self._numbers.trade_date = head.trade_date
        self._logon_deadline_ns = now_ns + LOGON_NS_MAX
        self._say(FrameKind.NEGOTIATED, Negotiated(logon.nonce, self._policy.software), now_ns)

    def established(self, head: SeatHead, now_ns: int) -> None:
        """Answer the ESTABLISH from the seat's durable head; requests may follow. Ignored when the session is over.

        Raises PeerViolation SESSION_SUPERSEDED when the partner's version is older than the one in force,
        SESSION_UNKNOWN when it is newer or none is in force; MisuseError when no ESTABLISH waits.
        """
        if self._is_over():
            return
        logon = self._take_logon(BankTrigger.ESTABLISHED_SAID, check_established, head)
        policy = self._policy
        heartbeat_ns = min(max(logon.heartbeat_ns, policy.heartbeat_ns_min), policy.heartbeat_ns_max)
        self._state = BANK_TRANSITIONS[self._state, BankTrigger.ESTABLISHED_SAID]
        self._session_version = head.session_version
        self._numbers = Numbering(head.trade_date, head.next_number, policy.credit_records)
        self._life = LifeSigns(heartbeat_ns, now_ns)
        answer = Established(logon.nonce, head.next_number, heartbeat_ns, policy.credit_records, head.next_position)
        self._say(FrameKind.ESTABLISHED, answer, now_ns)

    def refuse_busy(self, frame: Frame, code: ReplyCode, retry_after_ns: int, now_ns: int) -> None:
        """Turn away a request that `next_event` gave out and that was not forwarded (BUSY, DRAINING).

        Its credit is returned and its number is expected again. Dropped unless ESTABLISHED. Raises MisuseError when
        the request was never given out or is answered already.
        """
        if self._state is not BankState.ESTABLISHED:
            return
        number = frame.header.first_number
        if not self._numbers.taken_back(number):
            raise MisuseError(f"the request at {number} was not given out, or is answered already")
        refusal = NotApplied(int(code), number, number, retry_after_ns)
        self._say(FrameKind.NOT_APPLIED, refusal, now_ns, trade_date=frame.header.trade_date)

    def send_outcomes(self, frame: Frame, now_ns: int) -> None:
        """Sign an outcome frame of the ledger, header bytes as they are, and queue it; its credit is returned.

        Dropped unless ESTABLISHED: the partner repeats its request on its next link. Raises BankKeyMissing when it
        is journaled under a bank key that we were not given, MisuseError when it is of another seat.
        """
        if self._state is not BankState.ESTABLISHED:
            return
        header = frame.header
        if header.seat != self._caller.seat:
            raise MisuseError(f"outcomes of seat {header.seat} do not fit this link")
        signer = self._keys.named(header.seat, header.suite, header.key_id)
        self._numbers.journaled(header)
        self._queue.put_parts(frame.header_bytes, signer.sign(frame.header_bytes), frame.body)
        self._life.sent(now_ns)

    def send_not_applied(self, header: Header, message: NotApplied, now_ns: int) -> None:
        """Pass on the ledger's NOT_APPLIED: credit is returned, number and trade date follow the ledger.

        `header.trade_date` is the date that the ledger has open. Dropped unless ESTABLISHED.
        Raises PeerViolation when the ledger found what must end the link; then `terminate` with it.
        """
        if self._state is not BankState.ESTABLISHED:
            return
        if ends_link(code := code_from_number(message.code)):
            raise PeerViolation(code, f"the ledger does not apply the request at {message.refused_number}")
        self._numbers.not_applied(header.trade_date, message)
        self._say(FrameKind.NOT_APPLIED, message, now_ns, trade_date=header.trade_date)

    def send_answer(self, correlation_id: int, body: bytes, now_ns: int) -> None:
        """Answer a query; `body` is a canonical answer. Dropped unless ESTABLISHED and awaited."""
        if self._state is not BankState.ESTABLISHED or correlation_id not in self._queries:
            return
        self._queries.discard(correlation_id)
        self._say_body(FrameKind.ANSWER, body, now_ns, self._numbers.trade_date, correlation_id)

    def send_feed(self, page: FeedPage | bytes, now_ns: int) -> None:
        """Tell a part of the party's feed, or a packed page of orders or reports. Dropped unless ESTABLISHED."""
        kind, body = (FrameKind.ORDERS, page) if isinstance(page, bytes) else (FrameKind.FEED, encode(page))
        if self._state is BankState.ESTABLISHED:
            self._say_body(kind, body, now_ns, self._numbers.trade_date, 0)

    def trade_date_opened(self, trade_date: int, now_ns: int) -> None:
        """Tell that a later trade date is open, by a heartbeat. Dropped unless ESTABLISHED and news."""
        if self._state is BankState.ESTABLISHED and trade_date > self._numbers.trade_date:
            self._numbers.date_opened(trade_date)
            self._say_heartbeat(False, now_ns)

    def terminate(self, code: ReplyCode, detail: str, now_ns: int, version_in_force: int = 0) -> None:
        """Queue TERMINATE; the session is over. Saying it again changes nothing. `detail`: cut to 200 chars; with
        SIGNATURE_INVALID it is not told, there is nothing to learn. `version_in_force`: of the seat, when its owner
        knows of a newer one than this session's. Before a header was read it is addressed to party 0 and seat 0.
        """
        target = BANK_TRANSITIONS.get((self._state, BankTrigger.TERMINATE_SAID))
        if target is None:
            return
        version = max(self._version_in_force, version_in_force)
        if code is ReplyCode.SIGNATURE_INVALID:
            version, detail = version if self._state is BankState.ESTABLISHED else 0, NOT_KNOWN
        message = Terminate(int(code), version, detail[:DETAIL_CHARS_MAX], self._nonce)
        self._say(FrameKind.TERMINATE, message, now_ns)
        self._state = target

    def _awaits_logon(self) -> bool:
        return self._state in _LOGON_TURNS

    def _is_established(self) -> bool:
        return self._state is BankState.ESTABLISHED

    def _has_ended(self) -> bool:
        return self._state is BankState.TERMINATED

    def _accept(self, frame: Frame, now_ns: int) -> BankEvent | None:
        header = frame.header
        target = BANK_TRANSITIONS.get((self._state, TO_BANK_TRIGGERS[header.kind]))
        if target is None:
            detail = f"{FrameKind(header.kind).name} does not fit here: {self._state.value}"
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, detail)
        if self._state is BankState.ESTABLISHED:
            check_version(header.session_version, self._session_version)
        if header.kind in NUMBERED_KINDS:
            return self._accept_request(frame, now_ns)
        if header.kind == FrameKind.QUERY:
            return self._accept_query(frame)
        event = self._accept_session_message(frame, now_ns)
        self._state = target
        return event

    def _accept_request(self, frame: Frame, now_ns: int) -> BankEvent | None:
        header = frame.header
        if header.kind == FrameKind.CONTROL:
            self._caller.check_control(frame.body)
        if (stale := refusal_if_stale(header, now_ns + self.utc_offset_ns)) is not None:
            self._say(FrameKind.NOT_APPLIED, stale, now_ns, trade_date=header.trade_date)
            return None
        place = self._numbers.take(header)
        if place is not Place.GAP:
            return RequestReceived(frame, place is Place.NEXT)
        first, expected = header.first_number, self._numbers.next_number
        refusal = NotApplied(int(ReplyCode.SEQUENCE_GAP), first, expected, 0)
        self._say(FrameKind.NOT_APPLIED, refusal, now_ns)
        return None

    def _accept_query(self, frame: Frame) -> BankEvent:
        correlation_id = frame.header.first_number
        query = decode_query(frame.body)
        self._caller.check_query(query)
        if correlation_id in self._queries:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"query {correlation_id} is under way already")
        if len(self._queries) >= QUERIES_IN_FLIGHT_MAX:
            raise PeerViolation(ReplyCode.CREDIT_EXCEEDED, f"{QUERIES_IN_FLIGHT_MAX} queries are under way")
        self._queries.add(correlation_id)
        return QueryReceived(frame, query)

    def _accept_session_message(self, frame: Frame, now_ns: int) -> BankEvent | None:
        header, message = frame.header, decode_session(frame.body)
        if header.kind == FrameKind.HEARTBEAT and isinstance(message, Heartbeat):
            if message.answer_wanted:
                self._say_heartbeat(False, now_ns)
            if message.next_position == self.wanted_position:
                return None
            self.wanted_position = message.next_position
            return FeedWanted(message.next_position, len(frame.body))
        if header.kind == FrameKind.ORDERS_ACK and isinstance(message, OrdersAck):
            self._caller.check_is_told()
            return OrdersAsked(message, len(frame.body))
        if header.kind == FrameKind.TERMINATE and isinstance(message, Terminate):
            return PeerTerminated(code_from_number(message.code), message.detail)
        if header.kind == FrameKind.NEGOTIATE and isinstance(message, Negotiate):
            self._logon, self._nonce = Logon(header.session_version, message.nonce, 0), message.nonce
            return NegotiateReceived(frame)
        if header.kind == FrameKind.ESTABLISH and isinstance(message, Establish):
            self._logon = Logon(header.session_version, message.nonce, message.heartbeat_ns)
            self._nonce, self.wanted_position = message.nonce, message.next_position
            self._registry.check_first_establish(
                header.seat, header.sent_at_ns, message.nonce, now_ns + self.utc_offset_ns
            )
            return EstablishReceived(frame)
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "the body is of another kind than the header")

    def _take_logon(self, trigger: BankTrigger, check: Callable[[Logon, SeatHead], None], head: SeatHead) -> Logon:
        if (self._state, trigger) not in BANK_TRANSITIONS or self._logon is None:
            raise MisuseError(f"{trigger.value}: not while {self._state.value}")
        self._version_in_force = head.session_version
        try:
            check(self._logon, head)
        except PeerViolation:
            self._is_broken = True
            raise
        return self._logon

    def _say_heartbeat(self, answer_wanted: bool, now_ns: int) -> None:
        self._say(FrameKind.HEARTBEAT, Heartbeat(self._numbers.next_number, answer_wanted, self.next_position), now_ns)

    def _say(self, kind: FrameKind, message: Message, now_ns: int, trade_date: int | None = None) -> None:
        date = self._numbers.trade_date if trade_date is None else trade_date
        self._say_body(kind, encode(message), now_ns, date, 0)

    def _say_body(self, kind: FrameKind, body: bytes, now_ns: int, trade_date: int, first_number: int) -> None:
        # Always later, also when our clock is put back: a recording can be told from our word.
        self._said_at_ns = max(now_ns + self.utc_offset_ns, self._said_at_ns + 1)
        signer = self._keys.current(self._caller.suite)
        header = new_header(
            kind,
            Direction.TO_PARTNER,
            suite=signer.suite,
            key_id=signer.key_id,
            sender=BANK_PARTY,
            recipient=self._caller.party,
            seat=self._caller.seat,
            trade_date=trade_date,
            session_version=self._session_version,
            first_number=first_number,
            sent_at_ns=self._said_at_ns,
        )
        self._queue.put_signed(header, body, signer)
        self._life.sent(now_ns)
