"""Who takes part in practice: published keys, two brokers and their seats.

Belongs here: keys that everybody knows, the same as in tests/vectors/keys.json, and who they belong to. Never here: a
key of a real party. They sign nothing but tests, vectors and practice.
"""

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from protocol.keys.registry import PartyRegistry
from protocol.keys.signing import Signer, Verifier, signer_from_key, verifier_from_bytes
from protocol.messages.control import PartyEntry, PartyKey, SeatEntry
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, Role, SeatRole, Suite

FOREVER_NS = 2**62
BROKER = 2  # suite 1
OTHER_BROKER = 3  # suite 2
BROKER_KEY_ID = 5
OTHER_KEY_ID = 6
SEATS = {BROKER: list(range(11, 19)), OTHER_BROKER: list(range(21, 29))}

BANK_SEEDS = {Suite.ED25519_SHA256: bytes(range(32)), Suite.P256_SHA256: bytes([0x11]) * 32}
BROKER_SEEDS = {BROKER: bytes([0x22]) * 32, OTHER_BROKER: bytes([0x33]) * 32}

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def private_key(suite: Suite, seed: bytes) -> PrivateKey:
    """(32,) seed bytes to a key: the Ed25519 secret, or the P-256 scalar as a big-endian number."""
    if suite == Suite.ED25519_SHA256:
        return ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    return ec.derive_private_key(int.from_bytes(seed, "big"), ec.SECP256R1())


def broker_suite(party: int) -> Suite:
    """The suite of a broker of this cast."""
    return Suite.ED25519_SHA256 if party == BROKER else Suite.P256_SHA256


def broker_key(party: int) -> PrivateKey:
    """The private key of a broker of this cast."""
    return private_key(broker_suite(party), BROKER_SEEDS[party])


def broker_signer(party: int = BROKER) -> Signer:
    """The signer of a broker of this cast."""
    return signer_from_key(broker_key(party), BROKER_KEY_ID if party == BROKER else OTHER_KEY_ID)


def bank_key(suite: Suite) -> PrivateKey:
    """The bank's private key of a suite."""
    return private_key(suite, BANK_SEEDS[suite])


def bank_signers() -> dict[Suite, Signer]:
    """The bank's signers; the key id is the number of the suite."""
    return {suite: signer_from_key(bank_key(suite), int(suite)) for suite in Suite}


def bank_verifiers() -> dict[int, Verifier]:
    """The bank's public keys by key id: what a broker is given."""
    return {signer.key_id: verifier_from_bytes(suite, signer.public_key()) for suite, signer in bank_signers().items()}


def entry_of(party: int, role: Role, signer: Signer, seats: list[SeatEntry]) -> PartyEntry:
    """A party with one key, valid for ever, whose sales wait for the clearing data. A bank's is its first seat's."""
    bound_to = seats[0].seat if role == Role.BANK else 0
    key = PartyKey(signer.key_id, signer.public_key(), 0, FOREVER_NS, bound_to)
    return PartyEntry(party, role, signer.suite, f"party {party}", False, [key], seats)


def registry() -> PartyRegistry:
    """The bank and both brokers with their seats."""
    own = [SeatEntry(BANK_SEAT, SeatRole.MASTER_DATA)]
    bank = entry_of(BANK_PARTY, Role.BANK, bank_signers()[Suite.ED25519_SHA256], own)
    brokers = [
        entry_of(party, Role.BROKER, broker_signer(party), [SeatEntry(seat, SeatRole.BROKER) for seat in seats])
        for party, seats in SEATS.items()
    ]
    return PartyRegistry([bank, *brokers])
