"""What the day desk is told: where a broker's date stands, and that a step cannot be taken now.

Belongs here: these as values. Never here: the steps (desk).
"""

from collections.abc import Callable
from dataclasses import dataclass

from config.kit.exit_codes import ExitCode, ProcessFault
from protocol.messages.fields import fen_from_sum
from protocol.messages.queries import SetAnswer
from protocol.vocabulary import DifferenceClass, LaneState

Told = Callable[[str], None]
"""Hears in a line how far a step is."""


class StepRefused(ProcessFault):
    """A step cannot be taken now."""

    def __init__(self, message: str) -> None:
        """Takes the one line; the code is always ExitCode.FAILED."""
        super().__init__(message, ExitCode.FAILED)


@dataclass(frozen=True, slots=True)
class LaneSeen:
    """Where a broker's date stands, as the bank told."""

    party: int
    answer: SetAnswer

    @property
    def state(self) -> LaneState:
        """Of the lane."""
        return LaneState(self.answer.state)

    @property
    def net_fen(self) -> int:
        """What the broker owes by its set, below 0: what the bank owes."""
        return fen_from_sum(self.answer.arrived.net)

    @property
    def found(self) -> str:
        """The differences by class, in words; nothing when there is none."""
        counts = zip(DifferenceClass, self.answer.differences, strict=False)
        words = [f"{count:,} {of.name.lower().replace('_', ' ')}" for of, count in counts if count]
        return ", ".join(words)
