"""Where a frame stands at its seat: next, a repeat, too early, of a session or a key that counts no more.

Belongs here: questions on the book's heads, sessions and keys, and what earlier frames of a group changed of them.
Never here: what is done about it (deciding), what a request earns (ledger.core).
"""

from ledger.core import engine
from ledger.core.control.rows import closes_date, may_depend_on_time
from ledger.core.roles import ROLE_NONE
from ledger.core.sequence import Arrival, classify
from ledger.core.state.book import Book
from ledger.order_path.moments import Moments
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.header import Header
from protocol.kinds import KINDS, ORDERING_KINDS
from protocol.limits import PARTIES_MAX, RECORD_BYTES, SEATS_MAX
from protocol.messages.gateway_link import SeatHead
from protocol.vocabulary import NUMBERED_KINDS, FrameKind, Scheme, SeatRole

_REFUSALS: dict[Arrival, ReplyCode] = {
    Arrival.PAST: ReplyCode.DUPLICATE_OTHER_CONTENT,
    Arrival.GAP: ReplyCode.SEQUENCE_GAP,
    Arrival.STRADDLES: ReplyCode.SEQUENCE_STRADDLES,
    Arrival.OLD_DATE: ReplyCode.WRONG_TRADE_DATE,
    Arrival.LATER_DATE: ReplyCode.WRONG_TRADE_DATE,
    Arrival.DATE_FULL: ReplyCode.SEAT_DATE_FULL,
    Arrival.KEY_OVER: ReplyCode.SIGNATURE_INVALID,
    Arrival.UNTIMED: ReplyCode.BUSY,
    Arrival.SUPERSEDED: ReplyCode.SESSION_SUPERSEDED,
}


_ORDERS = frozenset(int(kind) for kind in ORDERING_KINDS if not KINDS[kind].tells_of_order)
_OF_THE_GATEWAY = frozenset({FrameKind.SEAT_HEAD_QUERY, FrameKind.FEED_ASK, FrameKind.ORDERS_ASK})
"""What it asks for itself names the seat and no sender."""


class Standing:
    """Answers for the group being decided, frame by frame in its order; `moments` says when that is."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.moments = Moments(0, 0, True)
        self._heads: dict[int, int] = {}  # by seat, after the frames of the group that were taken
        self._versions: dict[int, int] = {}  # by seat, after the group's logons
        self._keys_over: dict[tuple[int, int], Arrival | None] = {}  # by seat and key id, at these moments

    def begin(self) -> None:
        """A group is looked at from its beginning, at `moments`."""
        self._heads.clear()
        self._versions.clear()
        self._keys_over.clear()

    def party_of(self, seat: int) -> int:
        """The party that owns a seat, 0 when nobody does."""
        return int(self._book.seat_owner[seat]) if 1 <= seat <= SEATS_MAX else 0

    def role_of(self, seat: int) -> int:
        """The role of a seat, ROLE_NONE when nobody owns it."""
        return int(self._book.seat_role[seat]) if 1 <= seat <= SEATS_MAX else ROLE_NONE

    def turns_of(self, seat: int) -> int:
        """Among whose turns a seat has its own: its party's, but each seat of a channel stands for one broker's
        customers, and takes no turn of another's."""
        of_channel = self.role_of(seat) == SeatRole.CHANNEL
        return PARTIES_MAX + seat if of_channel else self.party_of(seat)

    def ordering_in(self, frame: Frame) -> int:
        """How many records of a frame are about orders through the bank and may have to be decided one by one."""
        header = frame.header
        if header.kind != FrameKind.RECORDS or not self._may_order(header.seat):
            return 0
        return sum(map(frame.body[::RECORD_BYTES].count, ORDERING_KINDS))

    def _may_order(self, seat: int) -> bool:
        role = self.role_of(seat)
        if role == SeatRole.BROKER:
            return bool(self._book.orders.schemes.now[self.party_of(seat)] == Scheme.A)
        return role in (SeatRole.CHANNEL, SeatRole.TELLER_DESK)

    def _depends_on_time(self, frame: Frame) -> bool:
        """Whether what becomes of a frame hangs on the time. An order does, for who is signed on and for the phases of
        its market, and all of a frame in which one is; a cancel asks neither."""
        header = frame.header
        if header.kind == FrameKind.CONTROL:
            return bool(header.valid_until_ns) or may_depend_on_time(frame.body)
        of_channel = self.role_of(header.seat) == SeatRole.CHANNEL
        return bool(header.valid_until_ns) or (of_channel and not _ORDERS.isdisjoint(frame.body[::RECORD_BYTES]))

    def head_of(self, header: Header) -> int:
        """The next number of the frame's seat. Raises PeerViolation when the sender does not own the seat."""
        head = self._heads.get(header.seat)
        if head is not None:
            return head
        owner = self.party_of(header.seat)
        if not owner or (owner != header.sender and header.kind not in _OF_THE_GATEWAY):
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, f"seat {header.seat} is not party {header.sender}'s")
        head = self._heads[header.seat] = int(self._book.next_number[header.seat])
        return head

    def is_next(self, header: Header) -> bool:
        """Whether a numbered frame stands where its seat is now; True for a logon, which has no number."""
        if header.kind not in NUMBERED_KINDS:
            return True
        return (header.trade_date, header.first_number) == (self._book.trade_date, self.head_of(header))

    def may_be_in_group(self, seat: int, trade_date: int) -> bool:
        """Whether a used number may be one that this very group uses, so that no row holds it yet."""
        return trade_date == self._book.trade_date and self._heads.get(seat, 0) > int(self._book.next_number[seat])

    def key_over(self, header: Header) -> Arrival | None:
        """Why what this key signed for this seat, which is the sender's, is not applied now, None when it is."""
        key = header.seat, header.key_id
        if key not in self._keys_over:
            self._keys_over[key] = self.moments.key_over(self._book, header)
        return self._keys_over[key]

    def take(self, frame: Frame) -> Arrival:
        """Where a numbered frame stands; one that is NEXT takes its numbers.

        Raises PeerViolation when the sender does not own the seat.
        """
        header = frame.header
        seat = header.seat
        head = self._heads.get(seat) or self.head_of(header)
        if (over := self.key_over(header)) is not None:
            return over
        is_control = header.kind == FrameKind.CONTROL
        closes = is_control and closes_date(self.role_of(seat), frame.body)
        arrival = classify(header, self._book.trade_date, head, closes)
        if arrival is not Arrival.NEXT:
            return arrival
        if header.session_version < (self._versions.get(seat) or self._version(seat)):
            return Arrival.SUPERSEDED
        if not engine.has_room(self._book, header, head, frame.body):
            return Arrival.DATE_FULL
        if not self.moments.is_sure and self._depends_on_time(frame):
            return Arrival.UNTIMED
        self._heads[seat] = head + header.record_count
        return Arrival.NEXT

    def refusal(self, header: Header, arrival: Arrival) -> ReplyCode:
        """What a frame is told that is neither NEXT nor a repeat. Of a session that counts no more that is said first:
        its partner was told a head that nobody else may move.
        """
        is_superseded = header.session_version < self._version(header.seat)
        return ReplyCode.SESSION_SUPERSEDED if is_superseded else _REFUSALS[arrival]

    def log_on(self, header: Header) -> tuple[ReplyCode, SeatHead]:
        """What a logon earns and is told; one that is accepted takes its session version."""
        if self.party_of(header.seat) != header.sender or not header.sender:
            return ReplyCode.SESSION_UNKNOWN, self.seat_head(header.seat, ReplyCode.SESSION_UNKNOWN)
        if (over := self.key_over(header)) is not None:
            code = ReplyCode.SIGNATURE_INVALID if over is Arrival.KEY_OVER else ReplyCode.STOPPING
        else:
            code = engine.judge_version(self._version(header.seat), header.session_version)
        if code == ReplyCode.ACCEPTED:
            self._versions[header.seat] = header.session_version
        return code, self.seat_head(header.seat, code)

    def seat_head(self, seat: int, code: ReplyCode) -> SeatHead:
        """Version and number as they are after the frames of the group before it."""
        if code == ReplyCode.SESSION_UNKNOWN:
            return SeatHead(0, self._book.trade_date, 1, int(code))
        number = self._heads.get(seat) or int(self._book.next_number[seat])
        next_position = int(self._book.feeds.positions[self.party_of(seat)]) + 1
        return SeatHead(self._version(seat), self._book.trade_date, number, int(code), next_position)

    def _version(self, seat: int) -> int:
        version = self._versions.get(seat)
        if version is None:
            version = self._versions[seat] = int(self._book.session_version[seat])
        return version
