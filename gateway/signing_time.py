"""What signatures cost: signers and verifiers that count, and time one operation of TIMED_EACH for all of them.

Asking how much of the processor was used is a call of the system; a frame has two signatures, and four such calls were
a twentieth of what the gateway does for it.

Belongs here: the meters and the registry that hands out metered verifiers. Never here: key files (bank_keys),
decisions about whose key is valid when (protocol.keys.registry).
"""

from collections.abc import Iterable

from gateway.clock import Clock
from protocol.keys.registry import PartyRegistry
from protocol.keys.signing import Signer, Verifier
from protocol.messages.control import PartyEntry

TIMED_EACH = 16


class SigningTime:
    """Processor time, reckoned from those that were timed, and number of one kind of signature operation."""

    __slots__ = ("count", "total_ns")

    def __init__(self) -> None:
        self.count = 0
        self.total_ns = 0

    def is_due(self) -> bool:
        """Counts one more operation. Returns whether it is to be timed."""
        self.count += 1
        return self.count % TIMED_EACH == 1

    def add(self, spent_ns: int) -> None:
        """So long took one that was timed."""
        self.total_ns += TIMED_EACH * spent_ns


class TimedSigner:
    """A signer that counts each signature in `spent`, with its processor time."""

    def __init__(self, signer: Signer, spent: SigningTime, clock: Clock) -> None:
        self._signer = signer
        self._spent = spent
        self._processor_ns = clock.processor_ns
        self.suite = signer.suite
        self.key_id = signer.key_id

    def sign(self, header_bytes: bytes) -> bytes:
        """(96,) header bytes to a (64,) signature."""
        if not self._spent.is_due():
            return self._signer.sign(header_bytes)
        before_ns = self._processor_ns()
        signature = self._signer.sign(header_bytes)
        self._spent.add(self._processor_ns() - before_ns)
        return signature

    def public_key(self) -> bytes:
        """The raw public key of the signer."""
        return self._signer.public_key()


class TimedVerifier:
    """A verifier that counts each check in `spent`, with its processor time."""

    def __init__(self, verifier: Verifier, spent: SigningTime, clock: Clock) -> None:
        self.verifier = verifier
        self._spent = spent
        self._processor_ns = clock.processor_ns
        self.suite = verifier.suite

    def verify(self, header_bytes: bytes, signature: bytes) -> bool:
        """True only for the one canonical signature of these header bytes by this key."""
        if not self._spent.is_due():
            return self.verifier.verify(header_bytes, signature)
        before_ns = self._processor_ns()
        valid = self.verifier.verify(header_bytes, signature)
        self._spent.add(self._processor_ns() - before_ns)
        return valid


class TimedRegistry(PartyRegistry):
    """The registry of parties, handing out metered verifiers."""

    def __init__(self, entries: Iterable[PartyEntry], spent: SigningTime, clock: Clock) -> None:
        super().__init__(entries)
        self._spent = spent
        self._clock = clock
        self._timed: dict[tuple[int, int], TimedVerifier] = {}

    def verifier(self, party_no: int, seat: int, key_id: int, times_ns: tuple[int, int]) -> Verifier | None:
        """The metered verifier of a key, None unless it is known, good at both times and for this seat."""
        verifier = super().verifier(party_no, seat, key_id, times_ns)
        if verifier is None:
            return None
        timed = self._timed.get((party_no, key_id))
        if timed is None or timed.verifier is not verifier:
            timed = self._timed[party_no, key_id] = TimedVerifier(verifier, self._spent, self._clock)
        return timed
