"""What verbs need of the seat that says them.

Belongs here: what a seat's groups of verbs call of it. Never here: a verb, how a seat does it (seat).
"""

from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import TypeVar

from ...messages.control import ControlMessage
from ...messages.queries import AnswerMessage, QueryMessage
from ..outcomes import Outcome
from ..settings import SeatSettings

A = TypeVar("A", bound=AnswerMessage)


class Speaking(ABC):
    """A seat, as a group of its verbs sees it."""

    @property
    @abstractmethod
    def settings(self) -> SeatSettings:
        """What the seat was opened with."""

    @property
    @abstractmethod
    def trade_date(self) -> int:
        """The open trade date, yyyymmdd."""

    @abstractmethod
    def control(self, message: ControlMessage) -> Coroutine[object, object, Outcome]:
        """Send one business control message."""

    @abstractmethod
    def _ask(self, query: QueryMessage, kind: type[A]) -> Coroutine[object, object, A]:
        """Ask, and wait for an answer of this kind."""
