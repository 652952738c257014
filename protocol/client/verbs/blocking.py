"""Verbs of a seat that blocks its caller, by subject.

Belongs here: each verb, passed on and waited for. Never here: the thread that waits (sync), what a verb does
(passwords).
"""

from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import TypeVar

from ...messages.orders.signing_on import BoxKey, PasswordAnswer
from ..outcomes import Outcome
from .passwords import PasswordVerbs

T = TypeVar("T")


class BlockingPasswordVerbs(ABC):
    """As `PasswordVerbs`, blocking."""

    def sign_on(self, contract_no: int, password: str, key: BoxKey | None = None) -> PasswordAnswer:
        """As `Seat.sign_on`."""
        return self._wait(self._of_passwords().sign_on(contract_no, password, key))

    def change_password(
        self, contract_no: int, password: str, new_password: str, key: BoxKey | None = None
    ) -> PasswordAnswer:
        """As `Seat.change_password`."""
        return self._wait(self._of_passwords().change_password(contract_no, password, new_password, key))

    def sign_off(self, contract_no: int) -> Outcome:
        """As `Seat.sign_off`."""
        return self._wait(self._of_passwords().sign_off(contract_no))

    def set_first_password(self, contract_no: int, password: str, key: BoxKey | None = None) -> PasswordAnswer:
        """As `Seat.set_first_password`."""
        return self._wait(self._of_passwords().set_first_password(contract_no, password, key))

    @abstractmethod
    def _of_passwords(self) -> PasswordVerbs:
        """The seat behind it. Raises SessionEnded once it is closed."""

    @abstractmethod
    def _wait(self, verb: Coroutine[object, object, T]) -> T:
        """What a verb gives, once it does."""
