"""Whose frames are believed: by a partner, and by the bank as section 4 describes it.

Belongs here: identities. Never here: bytes, sockets.
"""

from dataclasses import dataclass, field

from tests.outsider.wire.codes import Kind, Suite
from tests.outsider.wire.frames import Header
from tests.outsider.wire.signing import VerifyingKey

BANK = 1


@dataclass(slots=True)
class BankAsSeenByPartner:
    """Gives the bank's key for a header that is the bank's and addressed to this seat."""

    party: int
    seat: int
    suite: Suite
    keys: dict[int, VerifyingKey]
    established: bool = False

    def __call__(self, header: Header) -> VerifyingKey | None:
        """Returns: the key that must have signed, or None."""
        address = (header.recipient, header.seat)
        stray = address == (0, 0) and header.kind == Kind.TERMINATE and not self.established
        key = self.keys.get(header.key_id)
        if header.sender != BANK or not (stray or address == (self.party, self.seat)):
            return None
        if header.suite != self.suite or key is None or key.suite != self.suite:
            return None
        return key


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A partner's key and the time in which it is good."""

    party: int
    key: VerifyingKey
    not_before_ns: int
    not_after_ns: int


@dataclass(slots=True)
class PartnersAsSeenByBank:
    """Gives the partner's key for a header that the bank may accept."""

    suites: dict[int, Suite] = field(default_factory=dict)
    keys: dict[tuple[int, int], RegisteredKey] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)

    def __call__(self, header: Header) -> VerifyingKey | None:
        """Returns: the key that must have signed, or None."""
        if self.suites.get(header.sender) != header.suite or header.recipient != BANK:
            return None
        key = self.keys.get((header.sender, header.key_id))
        if key is None or self.owners.get(header.seat) != header.sender:
            return None
        return key.key if key.not_before_ns <= header.sent_at_ns < key.not_after_ns else None
