"""Who speaks on one link of the bank: the check of each header, before its body is awaited, and what he may ask.

Belongs here: identities, keys and signatures, what may come before the logon is done, which seat asks what. Never here:
other bodies, numbers, the order of frames (states), which keys there are (registry). Everything that is wrong with
party, seat, key or signature reads the same.
"""

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..header import Header
from ..keys.key_ring import KeyRing
from ..keys.registry import PartyRegistry
from ..limits import ACT_BODY_BYTES_MAX, SMALL_CONTROL_BODY_BYTES_MAX
from ..messages.base import may_be_large
from ..messages.queries import OF_ALL_PARTIES, OF_PASSWORDS, BuyingPowerQuery, QueryMessage
from ..vocabulary import BANK_PARTY, Direction, FrameKind, Role, SeatRole
from .logon import check_fresh, is_fresh
from .states import TO_BANK_TRIGGERS

NOT_KNOWN = "party, seat, key or signature is not known here"  # one text for all of them: nothing to learn
_LOGONS = frozenset({FrameKind.NEGOTIATE, FrameKind.ESTABLISH})
_ASK_OF_PASSWORDS = frozenset({SeatRole.CHANNEL, SeatRole.TELLER_DESK})
_FOR_ACTS = frozenset({SeatRole.TELLER_DESK, SeatRole.DAY_DESK})
_TOLD_OF_ORDERS = frozenset({SeatRole.BROKER, SeatRole.CHANNEL})
_TOO_LARGE = f"a CONTROL of this seat has at most {SMALL_CONTROL_BODY_BYTES_MAX} bytes, an act of a desk more"


class CallerCheck:
    """The other end of one link. `party`, `seat`, `suite` are what an unverified header states until `is_verified`."""

    __slots__ = ("_keys", "_registry", "is_established", "is_verified", "party", "seat", "suite", "utc_ns")

    def __init__(self, registry: PartyRegistry, keys: KeyRing) -> None:
        self._registry = registry
        self._keys = keys
        self.utc_ns = 0  # the bank's time of receipt, set before `check`
        self.is_established = False
        self.is_verified = False
        self.party = 0
        self.seat = 0
        self.suite = keys.first_suite()

    def check(self, header: Header, header_bytes: bytes, signature: bytes) -> None:
        """Raises PeerViolation MALFORMED_FRAME, SIGNATURE_INVALID, SESSION_UNKNOWN, STALE_TIMESTAMP.

        Before the link is established only a fresh logon makes its sender known, and a TERMINATE passes: of everything
        else there may be recordings, and they count for nobody.
        """
        if not self.is_verified:
            # A refusal is addressed to whom the header names, known here or not, so that it tells nothing.
            self.party, self.seat = header.sender, header.seat
            self.suite = header.suite if self._keys.has_suite(header.suite) else self.suite
        if header.direction != Direction.TO_BANK or header.kind not in TO_BANK_TRIGGERS:
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, "this kind or direction does not travel to the bank")
        verifier = self._registry.verifier(header.sender, header.seat, header.key_id, (header.sent_at_ns, self.utc_ns))
        is_out_of_time = verifier is None and self.is_established and not is_fresh(header.sent_at_ns, self.utc_ns)
        if is_out_of_time:  # by which clock is not known here: a wrong one must not end a seat for good
            verifier = self._registry.verifier_of_any_time(header.sender, header.seat, header.key_id)
        if (
            verifier is None
            or verifier.suite != header.suite
            or not self._keys.has_suite(header.suite)
            or header.recipient != BANK_PARTY
            or self._registry.owner_of(header.seat) != header.sender
            or not verifier.verify(header_bytes, signature)
        ):
            raise PeerViolation(ReplyCode.SIGNATURE_INVALID, NOT_KNOWN)
        if is_out_of_time:
            raise PeerViolation(ReplyCode.STALE_TIMESTAMP, "the clocks differ, and by one of them this key is not good")
        if header.seat != self.seat or header.sender != self.party:
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, "a link carries one seat")
        if header.kind in _LOGONS:
            check_fresh(header.sent_at_ns, self.utc_ns)
            self.is_verified = True
        elif not self.is_established and header.kind != FrameKind.TERMINATE:
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, f"{FrameKind(header.kind).name} before the logon is done")
        elif self._is_too_large(header):
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, _TOO_LARGE)

    def check_control(self, body: bytes) -> None:
        """Raises PeerViolation MALFORMED_FRAME for a CONTROL body that is larger than all but acts and lists are."""
        role = self._registry.role_of(self.seat)
        if len(body) > SMALL_CONTROL_BODY_BYTES_MAX and role != SeatRole.MASTER_DATA and not may_be_large(body):
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, _TOO_LARGE)

    def check_query(self, query: QueryMessage) -> None:
        """Raises PeerViolation ROLE_FORBIDS for what this seat may not ask. A channel asks of passwords, and of one
        contract at a time; whether that is signed on with it, the ledger looks.
        """
        entry, role = self._registry.party(self.party), self._registry.role_of(self.seat)
        if isinstance(query, OF_ALL_PARTIES) and (entry is None or entry.role != Role.BANK):
            raise PeerViolation(ReplyCode.ROLE_FORBIDS, "totals are the bank's own")
        if isinstance(query, OF_PASSWORDS):
            if role not in _ASK_OF_PASSWORDS:
                raise PeerViolation(ReplyCode.ROLE_FORBIDS, "passwords are for channels and the counter")
        elif role == SeatRole.CHANNEL and not (isinstance(query, BuyingPowerQuery) and len(query.contract_nos) == 1):
            raise PeerViolation(ReplyCode.ROLE_FORBIDS, "a channel asks of one contract that is signed on with it")

    def check_is_told(self) -> None:
        """Raises PeerViolation ROLE_FORBIDS for a seat that no feed of orders or reports is for."""
        if self._registry.role_of(self.seat) not in _TOLD_OF_ORDERS:
            raise PeerViolation(ReplyCode.ROLE_FORBIDS, "brokers are told of orders, and channels of reports")

    def _is_too_large(self, header: Header) -> bool:
        """Control is journaled whatever is in it, so its size is judged before its body; master data is large."""
        role = self._registry.role_of(header.seat)
        if header.kind != FrameKind.CONTROL or role == SeatRole.MASTER_DATA:
            return False
        return header.body_bytes > (ACT_BODY_BYTES_MAX if role in _FOR_ACTS else SMALL_CONTROL_BODY_BYTES_MAX)
