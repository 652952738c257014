"""What each frame of a group is given, and what becomes of the group: its row, what leaves, what is returned.

Belongs here: these as data. Never here: deciding, sending, reading.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.core.rows.row import Row, outcome_frame
from ledger.journal.quarantine import Quarantined
from ledger.order_path.feed_pages import PageLookup, StretchLookup
from protocol.frame import Frame
from protocol.limits import OUTCOME_BYTES, PREFIX_BYTES
from protocol.messages.base import Message


@dataclass(frozen=True, slots=True)
class Lookup:
    """A request number whose row is wanted; `sequence` None: of a date that the book's index has no more, so that
    the journal has to be searched.
    """

    seat: int
    trade_date: int
    number: int
    sequence: int | None


AnyLookup = Lookup | PageLookup | StretchLookup
"""What has to be read before a seat is answered."""


class InRow(NamedTuple):
    """It is next and stands in the group's row, whose outcomes answer it."""

    frame: Frame


class LoggedOn(NamedTuple):
    """It stands in the group's row too, and is told the head of its seat: a logon has no outcome."""

    frame: Frame
    wire: bytes


class Told(NamedTuple):
    """It is answered without a row: refused before the journal, a repeat, a head, the answer to a question."""

    wire: bytes


class Asked(NamedTuple):
    """A question on the book, answered once the group's row has acted on it."""

    message: Message


class Waits(NamedTuple):
    """It is looked at again, and so is what its seat sent behind it: when it was read, or after this group."""

    lookup: AnyLookup | None


WAITS = Waits(None)
Answer = InRow | LoggedOn | Told | Asked | Waits
"""What deciding one frame gives."""


@dataclass(slots=True)
class Decided:
    """What became of a group. `answers` may leave once `sequence` is durable."""

    sequence: int
    row: Row | None
    answers: list[InRow | LoggedOn | Told] = field(default_factory=list)
    """In order."""
    put_back: dict[int, list[Frame]] = field(default_factory=dict)
    """By seat, frames to be returned to the front of its queue."""
    wanted: list[AnyLookup] = field(default_factory=list)
    """Rows and pages to read; their seats wait until then."""
    news: list[bytes] = field(default_factory=list)
    """What feeds have to tell because of the row."""
    quarantined: list[Quarantined] = field(default_factory=list)
    """Frames that broke what should have decided or answered them."""

    @property
    def frames(self) -> int:
        """How many frames the row holds."""
        return len(self.row.headers) // PREFIX_BYTES if self.row is not None else 0

    def parts(self) -> list[bytes]:
        """The answers as wire bytes, and the news behind them."""
        parts: list[bytes] = []
        position = 0
        for answer in self.answers:
            if not isinstance(answer, InRow):
                parts.append(answer.wire)
            elif self.row is not None:
                end = position + answer.frame.header.record_count * OUTCOME_BYTES
                made = outcome_frame(self.row, answer.frame.header, self.row.outcomes[position:end])
                position = end
                parts += (made.header_bytes, made.signature, made.body)
        return parts + self.news

    def return_frame(self, frame: Frame, waits: Waits = WAITS) -> None:
        """Returns a frame, behind those of its seat."""
        self.put_back.setdefault(frame.header.seat, []).append(frame)
        if waits.lookup is not None:
            self.wanted.append(waits.lookup)
