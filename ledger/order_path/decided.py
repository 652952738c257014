"""What became of a group of frames: the row, the answers that wait for it, what is returned and what is wanted.

Belongs here: these as data. Never here: deciding, sending, reading.
"""

from dataclasses import dataclass, field

from ledger.core.control.rows import ControlBody
from ledger.core.rows.row import Row, outcome_frame
from ledger.journal.quarantine import Quarantined
from protocol.frame import Frame
from protocol.limits import OUTCOME_BYTES


@dataclass(frozen=True, slots=True)
class Lookup:
    """A request number whose row is wanted; `sequence` None: of a date that the book's index has no more, so that
    the journal has to be searched.
    """

    seat: int
    trade_date: int
    number: int
    sequence: int | None


@dataclass(slots=True)
class Decided:
    """What became of a group. `answers` may leave once `sequence` is durable."""

    sequence: int
    row: Row | None
    frames: int
    answers: list[Frame | bytes]
    """In order; a Frame stands for the OUTCOMES frame that answers it."""
    put_back: list[list[Frame]]
    """Per seat, frames that could not be looked at yet, to be returned to the front of the queue."""
    wanted: list[Lookup]
    """Rows to read; their seats wait until then."""
    quarantined: list[Quarantined] = field(default_factory=list)
    """Frames that broke what should have decided or answered them."""

    def parts(self) -> list[bytes]:
        """The answers as wire bytes."""
        if self.row is None:
            return [answer for answer in self.answers if isinstance(answer, bytes)]
        parts: list[bytes] = []
        position, outcomes = 0, self.row.outcomes
        for answer in self.answers:
            if isinstance(answer, bytes):
                parts.append(answer)
                continue
            end = position + answer.header.record_count * OUTCOME_BYTES
            made = outcome_frame(self.row, answer.header, outcomes[position:end])
            position = end
            parts += (made.header_bytes, made.signature, made.body)
        return parts

    def put_back_too(self, frames: list[Frame]) -> None:
        """Returns these frames as well, each behind those of its seat."""
        by_seat = {seat[0].header.seat: seat for seat in self.put_back}
        for frame in frames:
            by_seat.setdefault(frame.header.seat, []).append(frame)
        self.put_back = list(by_seat.values())


@dataclass(slots=True)
class ControlRun:
    """The frames of a group that make one control row: their places in it, in its answers, and what they say."""

    places: list[int]
    answers: list[int]
    messages: list[ControlBody]

    def add(self, place: int, answer: int, message: ControlBody) -> None:
        """One frame more."""
        self.places.append(place)
        self.answers.append(answer)
        self.messages.append(message)
