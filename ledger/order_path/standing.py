"""Where a frame stands at its seat: next, a repeat, too early, of a session or a key that counts no more.

Belongs here: questions on the book's heads, sessions and keys, and what earlier frames of a group changed of them.
Never here: what is done about it (deciding), what a request earns (ledger.core).
"""

from ledger.core import engine
from ledger.core.sequence import Arrival, classify
from ledger.core.state.book import Book
from ledger.order_path.moments import Moments
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.header import Header
from protocol.limits import SEATS_MAX
from protocol.messages.gateway_link import SeatHead
from protocol.vocabulary import NUMBERED_KINDS, FrameKind


class Standing:
    """Answers for the group being decided; `moments` says when that is."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.moments = Moments(0, 0, True)

    def party_of(self, seat: int) -> int:
        """The party that owns a seat, 0 when nobody does."""
        return int(self._book.seat_owner[seat]) if 1 <= seat <= SEATS_MAX else 0

    def is_owner(self, header: Header) -> bool:
        """Whether the sender owns the seat."""
        return 1 <= header.seat <= SEATS_MAX and self._book.seat_owner[header.seat] == header.sender

    def head_of(self, header: Header) -> int:
        """The next number of the frame's seat. Raises PeerViolation when the sender does not own the seat."""
        if header.kind == FrameKind.SEAT_HEAD_QUERY:
            known = 1 <= header.seat <= SEATS_MAX and self._book.seat_owner[header.seat] != 0
        else:
            known = self.is_owner(header)
        if not known:
            raise PeerViolation(ReplyCode.SESSION_UNKNOWN, f"seat {header.seat} is not party {header.sender}'s")
        return int(self._book.next_number[header.seat])

    def is_next(self, header: Header) -> bool:
        """Whether a numbered frame stands where its seat is now; True for a logon, which has no number."""
        if header.kind not in NUMBERED_KINDS:
            return True
        return (header.trade_date, header.first_number) == (self._book.trade_date, self.head_of(header))

    def is_superseded(self, header: Header, version: int = 0) -> bool:
        """Whether a newer session of the seat is in force, by the book or by a logon earlier in the group: its partner
        was told a head that nobody else may move.
        """
        return header.session_version < (version or int(self._book.session_version[header.seat]))

    def key_over(self, header: Header) -> Arrival | None:
        """Why what this key signed is not applied now, None when it is."""
        return self.moments.key_over(self._book, header)

    def arrival(self, header: Header, head: int, closes_date: bool = False) -> Arrival:
        """Where a numbered frame stands when `head` is the next number of its seat."""
        if (over := self.key_over(header)) is not None:
            return over
        arrival = classify(header, self._book.trade_date, head, closes_date)
        if arrival is Arrival.NEXT and not engine.has_room(self._book, header, head):
            return Arrival.DATE_FULL
        if arrival is Arrival.NEXT and header.valid_until_ns and not self.moments.is_sure:
            return Arrival.UNTIMED
        return arrival

    def logon_code(self, header: Header, versions: dict[int, int]) -> ReplyCode:
        """What a logon earns; `versions`: by seat, those of logons earlier in the group."""
        if not self.is_owner(header):
            return ReplyCode.SESSION_UNKNOWN
        if (over := self.key_over(header)) is not None:
            return ReplyCode.SIGNATURE_INVALID if over is Arrival.KEY_OVER else ReplyCode.STOPPING
        in_force = versions.get(header.seat, int(self._book.session_version[header.seat]))
        return engine.judge_version(in_force, header.session_version)

    def seat_head(self, seat: int, code: ReplyCode, next_number: int = 0, version: int = 0) -> SeatHead:
        """Number and version as they are after the frames before it in the group, 0: as the book has them."""
        if code == ReplyCode.SESSION_UNKNOWN:
            return SeatHead(0, self._book.trade_date, 1, int(code))
        number = next_number or int(self._book.next_number[seat])
        return SeatHead(version or int(self._book.session_version[seat]), self._book.trade_date, number, int(code))
