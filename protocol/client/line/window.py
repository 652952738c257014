"""The window of one seat: which numbers are given, which frames are under way, what must go again. Pure.

Belongs here: numbering, credit in use, matching answers to frames, going back after NOT_APPLIED, the roll of the
trade date. Never here: bytes, sockets, clocks, files.

The rules that keep every request decided once:
- A frame gets its number when it is sent for the first time, and keeps it until it is answered.
- After a NOT_APPLIED nothing is sent until every frame under way is answered; then the refused ones go again in
  their old order. So at most one copy of a number is under way on a link, and an answer names one frame.
- REQUEST_STALE, BUSY and DRAINING say nothing about an earlier copy of the frame: it goes again under the same number.
  Only what proves that no copy was ever applied may give it another number, or another trade date. A code that is newer
  than this program proves nothing.
- What ESTABLISHED told to be durable is never proven unapplied: whoever says so repeats an old word, or lies.
- A number that holds something else was given by another sender of this seat. The frame is given up and told, never
  sent under another number: what it asks for may be what that sender has asked for already.
- Frames of two trade dates are never under way together: a number names one frame.
"""

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...codes import ReplyCode
from ...errors import MisuseError, PeerViolation
from ...limits import OUTBOX_FRAMES_MAX

W = TypeVar("W")

KEEPS_NUMBER = frozenset({ReplyCode.REQUEST_STALE, ReplyCode.BUSY, ReplyCode.DRAINING})
NEVER_APPLIED = frozenset({ReplyCode.WRONG_TRADE_DATE})
TURNS_AWAY = frozenset({ReplyCode.SEAT_DATE_FULL, ReplyCode.DUPLICATE_OTHER_CONTENT})  # given up and told
FITS_DURABLE = KEEPS_NUMBER | {ReplyCode.DUPLICATE_OTHER_CONTENT}  # what may be said of a number that is durable


def keeps_number(code: int) -> bool:
    """True for a refusal that says nothing about an earlier copy: the frame goes again as it is, after a pause."""
    return code in KEEPS_NUMBER or not ReplyCode(code).is_listed


@dataclass(slots=True, eq=False)
class WindowFrame(Generic[W]):
    """One unanswered frame. `slot` names its bytes in the outbox, `waiter` is whoever wants the outcome."""

    kind: int
    trade_date: int
    first_number: int
    record_count: int
    valid_until_ns: int
    body_digest: bytes  # (32,)
    slot: int
    waiter: W
    keeps_date: bool = False  # of an earlier process: never sent anew on another trade date, which nobody asked for
    refused: int = 0  # code of the NOT_APPLIED to the copy sent on this link; 0: none

    @property
    def end_number(self) -> int:
        """The number behind the last one of this frame."""
        return self.first_number + self.record_count


class Window(Generic[W]):
    """Numbers and unanswered frames of one seat, across all of its links. `credit_cap`: what the outbox holds."""

    def __init__(self, credit_cap: int) -> None:
        self.trade_date = 0
        self.next_number = 0
        self.in_flight_records = 0
        self._credit_cap = credit_cap
        self._credit_records = 0  # 0 while there is no link
        self._frames: deque[WindowFrame[W]] = deque()  # all unanswered, oldest first
        self._to_send: deque[WindowFrame[W]] = deque()  # those that must go (again) on this link
        self._under_way: dict[int, WindowFrame[W]] = {}  # by first number; all of one trade date
        self._going_back = False
        self._back_to = (0, 0)  # trade date and number that the last NOT_APPLIED told
        self._applied_end = (0, 0)  # trade date and number behind the last frame answered on this link
        self._durable_end = (0, 0)  # trade date and next number that ESTABLISHED told

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def frames(self) -> list[WindowFrame[W]]:
        """The unanswered frames, oldest first."""
        return list(self._frames)

    @property
    def frames_to_send(self) -> int:
        """Unanswered frames that must go again before anything new."""
        return len(self._to_send)

    def restore(self, frame: WindowFrame[W]) -> None:
        """Take over a frame that an earlier process left in the outbox. Raises MisuseError on a link."""
        if self._credit_records:
            raise MisuseError("frames are restored before the first link")
        self._frames.append(frame)

    def link_up(self, trade_date: int, next_number: int, credit_records: int) -> None:
        """ESTABLISHED came: everything unanswered goes again, in order, before anything new."""
        self.link_down()
        self.trade_date = trade_date
        self._credit_records = min(credit_records, self._credit_cap)
        self._to_send.extend(self._frames)
        self._applied_end = self._durable_end = (trade_date, next_number)
        self._settle_next(next_number)

    def link_down(self) -> None:
        """The link is gone: nothing is under way, nothing may be sent."""
        self._credit_records = 0
        self.in_flight_records = 0
        self._under_way.clear()
        self._to_send.clear()
        self._going_back = False
        self._back_to = (0, 0)
        for frame in self._frames:
            frame.refused = 0

    def next_to_resend(self) -> WindowFrame[W] | None:
        """The frame that must go again now; None when there is none or when it must wait."""
        if self._going_back or not self._to_send:
            return None
        frame = self._to_send[0]
        if not self._has_credit(frame.record_count):
            return None
        for other in self._under_way.values():
            return frame if other.trade_date == frame.trade_date else None
        return frame

    def resent(self, frame: WindowFrame[W]) -> None:
        """`next_to_resend` is on its way."""
        if self._to_send.popleft() is not frame:
            raise MisuseError("frames go again in their order")
        self._put_under_way(frame)

    @property
    def frame_records_max(self) -> int:
        """Records that a new frame may have: what the credit grants, for a bank that grants little."""
        return max(1, self._credit_records)

    def may_send(self, record_count: int) -> bool:
        """True when a new frame of `record_count` may be numbered and sent now."""
        return (
            not self._going_back
            and not self._to_send
            and self._has_credit(record_count)
            and len(self._frames) < OUTBOX_FRAMES_MAX
            and (not self._frames or self._frames[0].trade_date == self.trade_date)
        )

    def sent(self, frame: WindowFrame[W]) -> None:
        """A new frame took `next_number`. Raises MisuseError when it did not, or when it may not be sent."""
        if frame.first_number != self.next_number or frame.trade_date != self.trade_date:
            raise MisuseError(f"frame at {frame.first_number}, the next number is {self.next_number}")
        if not self.may_send(frame.record_count):
            raise MisuseError("no new frame may be sent now")
        self._frames.append(frame)
        self.next_number = frame.end_number
        self._put_under_way(frame)

    def date_opened(self, trade_date: int, next_number: int) -> None:
        """The bank told that a later trade date is open: new frames are of it, once the older are answered."""
        if trade_date > self.trade_date:
            self.trade_date = trade_date
            self._applied_end = (trade_date, 0)
            self._settle_next(next_number)

    def answered(
        self, trade_date: int, first_number: int, record_count: int, request_digest: bytes
    ) -> WindowFrame[W] | None:
        """OUTCOMES came: the frame that they answer, no longer in the window. None: answered before.

        Raises PeerViolation when they answer something that was not sent: another count or other content.
        """
        frame = self._find(trade_date, first_number)
        if frame is None:
            return None
        if frame.record_count != record_count or frame.body_digest != request_digest:
            raise PeerViolation(ReplyCode.BODY_DIGEST_MISMATCH, f"outcomes at {first_number} answer another request")
        self._remove(frame)
        if trade_date == self._applied_end[0]:
            self._applied_end = (trade_date, max(self._applied_end[1], frame.end_number))
        return frame

    def not_applied(self, code: int, refused_number: int, trade_date: int, next_number: int) -> WindowFrame[W] | None:
        """NOT_APPLIED came; `trade_date` is the open one as the header says.

        Returns the frame when it is given up and has left the window (SEAT_DATE_FULL, DUPLICATE_OTHER_CONTENT;
        WRONG_TRADE_DATE for a frame that keeps its date), else None.
        When `must_go_back` is True afterwards, call `go_back`.
        Raises PeerViolation STALE_TIMESTAMP for what cannot be true of this frame on this link.
        """
        frame = self._under_way.get(refused_number)
        if frame is None or frame.refused:
            return None
        _check_possible(frame, code, trade_date, self.trade_date, self._durable_end)
        del self._under_way[refused_number]
        self.in_flight_records -= frame.record_count
        frame.refused = code
        if trade_date > self.trade_date:
            self.trade_date = trade_date
            self._applied_end = (trade_date, 0)
        self._going_back = True
        if trade_date > self._back_to[0]:
            self._back_to = (trade_date, next_number)
        elif trade_date == self._back_to[0]:
            self._back_to = (trade_date, min(self._back_to[1], next_number))
        if code in TURNS_AWAY or (frame.keeps_date and code == ReplyCode.WRONG_TRADE_DATE):
            self._frames.remove(frame)
            return frame
        return None

    @property
    def must_go_back(self) -> bool:
        """True when something was refused and nothing is under way any more."""
        return self._going_back and not self._under_way

    def go_back(self) -> list[WindowFrame[W]]:
        """Make the refused frames ready to go again; returns those that got another number, in order.

        The caller writes their numbers to the outbox before anything is sent.
        """
        if not self.must_go_back:
            raise MisuseError("frames are still under way")
        number = self._base()
        moved: list[WindowFrame[W]] = []
        for frame in self._frames:
            if self._is_proven_unapplied(frame):
                if (frame.trade_date, frame.first_number) != (self.trade_date, number):
                    frame.trade_date, frame.first_number = self.trade_date, number
                    moved.append(frame)
                number = frame.end_number
            elif frame.trade_date == self.trade_date:
                number = max(number, frame.end_number)
            frame.refused = 0
        self._to_send = deque(self._frames)
        self._going_back = False
        self._settle_next(self._base())
        self._back_to = (0, 0)
        return moved

    def _is_proven_unapplied(self, frame: WindowFrame[W]) -> bool:
        """Only then may the frame get another number: else an earlier copy of it might be applied as well."""
        if frame.refused == ReplyCode.SEQUENCE_GAP:
            # Below what the bank has told to be durable a gap is only that of a repeat refused before it.
            return frame.trade_date == self.trade_date and frame.first_number >= self._applied_end[1]
        return frame.refused in NEVER_APPLIED

    def _base(self) -> int:
        told = self._back_to[1] if self._back_to[0] == self.trade_date else 0
        return max(told, self._applied_end[1], 1)

    def _settle_next(self, lowest: int) -> None:
        ends = [frame.end_number for frame in self._frames if frame.trade_date == self.trade_date]
        self.next_number = max([lowest, *ends])

    def _has_credit(self, record_count: int) -> bool:
        return self.in_flight_records + record_count <= self._credit_records

    def _put_under_way(self, frame: WindowFrame[W]) -> None:
        self._under_way[frame.first_number] = frame
        self.in_flight_records += frame.record_count

    def _find(self, trade_date: int, first_number: int) -> WindowFrame[W] | None:
        frame = self._under_way.get(first_number)
        if frame is not None and frame.trade_date == trade_date:
            return frame
        for other in self._to_send:  # an answer that an earlier link asked for came before the copy went again
            if (other.trade_date, other.first_number) == (trade_date, first_number):
                return other
        return None

    def _remove(self, frame: WindowFrame[W]) -> None:
        if self._under_way.get(frame.first_number) is frame:
            del self._under_way[frame.first_number]
            self.in_flight_records -= frame.record_count
        else:
            self._to_send.remove(frame)
        if self._frames[0] is frame:
            self._frames.popleft()
        else:
            self._frames.remove(frame)


def _check_possible(
    frame: WindowFrame[W], code: int, open_date: int, known_date: int, durable_end: tuple[int, int]
) -> None:
    """Raises PeerViolation for a refusal that the bank cannot mean: a recording, or a lie.

    `open_date`: as the refusal tells. `known_date`: the latest told to be open on this link. `durable_end`: trade date
    and number below which ESTABLISHED told everything to be durable.
    """
    if code == ReplyCode.WRONG_TRADE_DATE and frame.trade_date == open_date:
        detail = f"the frame at {frame.first_number} is of {open_date}, which is told to be open"
        raise PeerViolation(ReplyCode.STALE_TIMESTAMP, detail)
    if code == ReplyCode.WRONG_TRADE_DATE and open_date < known_date:
        raise PeerViolation(
            ReplyCode.STALE_TIMESTAMP, f"{open_date} is told to be open, and was closed by {known_date}"
        )
    if code != ReplyCode.WRONG_TRADE_DATE and open_date < frame.trade_date:
        detail = f"the frame at {frame.first_number} is of {frame.trade_date}, refused with {code} of {open_date}"
        raise PeerViolation(ReplyCode.STALE_TIMESTAMP, detail)
    is_durable = frame.trade_date == durable_end[0] and frame.first_number < durable_end[1]
    if is_durable and code not in FITS_DURABLE and not keeps_number(code):
        detail = f"number {frame.first_number} of {frame.trade_date} is durable and was refused with {code}"
        raise PeerViolation(ReplyCode.STALE_TIMESTAMP, detail)
