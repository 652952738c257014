"""The bank's signing keys: the current one of each suite, and those that it signed with before.

Belongs here: which key signs what. Never here: key files, signatures (signing), partners' keys (registry).

A journaled outcome names the bank key that was current when it was decided, and its bytes never change. So a key that
was replaced goes on signing what it had decided, and nothing else.
"""

from collections.abc import Iterable, Mapping

from ..errors import MisuseError
from ..vocabulary import Suite
from .signing import Signer


class BankKeyMissing(Exception):
    """A journaled outcome names a bank key that this process was not given: the operator must name its file."""

    def __init__(self, seat: int, suite: int, key_id: int) -> None:
        super().__init__(
            f"seat {seat}: an outcome is journaled under bank key {key_id} of suite {suite}, not given here"
        )


class KeyRing:
    """Signers by suite, and by suite and key id."""

    __slots__ = ("_by_id", "_current")

    def __init__(self, current: Mapping[Suite, Signer], former: Iterable[Signer] = ()) -> None:
        """Raises MisuseError for two keys of one suite and id."""
        self._current: dict[int, Signer] = {int(suite): signer for suite, signer in current.items()}
        self._by_id: dict[tuple[int, int], Signer] = {}
        for signer in (*current.values(), *former):
            if self._by_id.setdefault((signer.suite, signer.key_id), signer) is not signer:
                raise MisuseError(f"two bank keys of suite {signer.suite} have the id {signer.key_id}")

    def first_suite(self) -> int:
        """A suite that the bank signs in: for a peer that has not said its own. Raises MisuseError for none."""
        for suite in self._current:
            return suite
        raise MisuseError("the bank needs a signing key")

    def has_suite(self, suite: int) -> bool:
        """Whether the bank signs in this suite."""
        return suite in self._current

    def current(self, suite: int) -> Signer:
        """The key for everything that is said now. Raises KeyError unless `has_suite`."""
        return self._current[suite]

    def named(self, seat: int, suite: int, key_id: int) -> Signer:
        """The key that an outcome of `seat` was journaled under. Raises BankKeyMissing."""
        signer = self._by_id.get((suite, key_id))
        if signer is None:
            raise BankKeyMissing(seat, suite, key_id)
        return signer
