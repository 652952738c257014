"""Request numbers of one established link: which is expected, what is under way, how much credit is in use.

Belongs here: the comparison of a frame's numbers with a count, and what the ledger's answers change in it. Never
here: frames going out, states, decisions (the ledger re-checks every number and its word is final).
"""

from collections import deque
from enum import Enum
from typing import NamedTuple

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..header import Header
from ..messages.session import NotApplied


class Place(Enum):
    """Where a request stands against the expected number."""

    NEXT = "the number that is due: the ledger decides it"
    NOT_NEXT = "a repeat, or of another trade date: the ledger says"
    GAP = "numbers are missing before it"


class Forwarded(NamedTuple):
    """One forwarded frame. `stepped_date`: the trade date whose expected number it moved on; 0 for a repeat."""

    record_count: int
    stepped_date: int


class Numbering:
    """Expected number and forwarded frames. The same number may be under way more than once: repeats count too."""

    __slots__ = (
        "_credit_records",
        "_later_date",
        "_later_number",
        "_under_way",
        "next_number",
        "trade_date",
        "unanswered_records",
    )

    def __init__(self, trade_date: int, next_number: int, credit_records: int) -> None:
        self.trade_date = trade_date
        self.next_number = next_number
        self.unanswered_records = 0
        self._credit_records = credit_records
        self._under_way: dict[int, deque[Forwarded]] = {}  # by first number; bounded by the credit
        self._later_date = 0  # a date later than ours that the partner uses already: our date may be stale
        self._later_number = 0

    def take(self, header: Header) -> Place:
        """Judge a RECORDS or CONTROL frame; NEXT and NOT_NEXT count it as under way.

        Raises PeerViolation SEQUENCE_STRADDLES, CREDIT_EXCEEDED.
        """
        first, count = header.first_number, header.record_count
        stepped_date = 0
        if header.trade_date == self.trade_date:
            if first > self.next_number:
                return Place.GAP
            if first == self.next_number:
                stepped_date = self.trade_date
            elif first + count > self.next_number:
                raise PeerViolation(
                    ReplyCode.SEQUENCE_STRADDLES,
                    f"{first} to {first + count - 1} straddles {self.next_number}",
                )
        if self.unanswered_records + count > self._credit_records:
            raise PeerViolation(
                ReplyCode.CREDIT_EXCEEDED, f"{self.unanswered_records} records are unanswered, {count} more came"
            )
        if stepped_date:
            self.next_number = first + count
        elif header.trade_date > self.trade_date:
            self._note_later(header)
        self._under_way.setdefault(first, deque()).append(Forwarded(count, stepped_date))
        self.unanswered_records += count
        return Place.NEXT if stepped_date else Place.NOT_NEXT

    def taken_back(self, first_number: int) -> bool:
        """The newest frame with this number does not go to the ledger after all. False: there is no such frame."""
        forwarded = self._remove(first_number, newest=True)
        if forwarded is None:
            return False
        if forwarded.stepped_date == self.trade_date:
            self.next_number = min(self.next_number, first_number)
        return True

    def journaled(self, header: Header) -> None:
        """The ledger answered the request with this outcome header: its numbers are consumed."""
        self._remove(header.first_number, newest=False)
        end = header.first_number + header.record_count
        if header.trade_date > self.trade_date:
            self.trade_date = header.trade_date
            self.next_number = self._later_number if self._later_date == header.trade_date else end
        elif header.trade_date == self.trade_date:
            self.next_number = max(self.next_number, end)

    def not_applied(self, open_date: int, message: NotApplied) -> None:
        """The ledger turned away the frame at `message.refused_number`; `open_date` is the one it has open.

        Only a frame that moved the number on moves it back: behind a refused repeat others may be under way.
        """
        forwarded = self._remove(message.refused_number, newest=False)
        if open_date > self.trade_date:
            self.trade_date = open_date
            self.next_number = message.next_number
        elif forwarded is not None and forwarded.stepped_date == self.trade_date:
            self.next_number = message.next_number

    def date_opened(self, trade_date: int) -> None:
        """A later trade date is open: numbers begin anew, behind what the partner sent on it already."""
        self.trade_date = trade_date
        self.next_number = self._later_number if self._later_date == trade_date else 1

    def _note_later(self, header: Header) -> None:
        self._later_date = header.trade_date
        self._later_number = header.first_number + header.record_count

    def _remove(self, first_number: int, newest: bool) -> Forwarded | None:
        """None: the answer is to a frame of an earlier link, which used that link's credit."""
        frames = self._under_way.get(first_number)
        if frames is None:
            return None
        forwarded = frames.pop() if newest else frames.popleft()
        if not frames:
            del self._under_way[first_number]
        self.unanswered_records -= forwarded.record_count
        return forwarded
