"""Published test keys, one per party and suite. They sign nothing but tests and vectors.

Belongs here: fixed private keys and the registry that knows their public halves. Never here: a key of a real party.
"""

from frontend_sim.practice import cast
from protocol.messages.control import PartyEntry, PartyKey, RegisterKey
from protocol.registry import PartyRegistry
from protocol.signing import Signer, Verifier, signer_from_key, verifier_from_bytes
from protocol.vocabulary import Role, Suite

FOREVER_NS = 2**62
BROKER = 2  # suite 1
OTHER_BROKER = 3  # suite 2
BROKER_SEAT = 11
OTHER_SEAT = 21
BANK_SEEDS = cast.BANK_SEEDS
BROKER_SEED, OTHER_SEED = cast.BROKER_SEEDS[BROKER], cast.BROKER_SEEDS[OTHER_BROKER]
EXPIRED_SEED = bytes([0x44]) * 32
EXPIRED_KEY_ID = 7  # of broker 2, valid until the second key took over
NEXT_SEED = bytes([0x55]) * 32
NEXT_KEY_ID = 12  # of broker 2, registered in a conversation when the one before it ends
EXPIRED_AT_NS = 1_780_000_000_000_000_000


def signer_from_seed(suite: Suite, seed: bytes, key_id: int) -> Signer:
    """(32,) seed bytes to a signer: the Ed25519 secret, or the P-256 scalar as a big-endian number."""
    return signer_from_key(cast.private_key(suite, seed), key_id)


def bank_signers() -> dict[Suite, Signer]:
    """The bank's keys: id 1 for Ed25519, id 2 for P-256."""
    return {suite: signer_from_seed(suite, seed, int(suite)) for suite, seed in BANK_SEEDS.items()}


def bank_verifiers() -> dict[int, Verifier]:
    """The bank's public keys by key id."""
    return {signer.key_id: verifier_from_bytes(suite, signer.public_key()) for suite, signer in bank_signers().items()}


def broker_signer(party: int = BROKER) -> Signer:
    """The key of the Ed25519 broker (key id 5), or of the P-256 one (key id 6)."""
    if party == BROKER:
        return signer_from_seed(Suite.ED25519_SHA256, BROKER_SEED, 5)
    return signer_from_seed(Suite.P256_SHA256, OTHER_SEED, 6)


def expired_signer() -> Signer:
    """The former key of the Ed25519 broker."""
    return signer_from_seed(Suite.ED25519_SHA256, EXPIRED_SEED, EXPIRED_KEY_ID)


def next_signer() -> Signer:
    """The key of the Ed25519 broker that follows."""
    return signer_from_seed(Suite.ED25519_SHA256, NEXT_SEED, NEXT_KEY_ID)


def entry_of(party: int, role: Role, signer: Signer, seats: list[int]) -> PartyEntry:
    """A party with one key, valid for ever."""
    key = PartyKey(signer.key_id, signer.public_key(), 0, FOREVER_NS)
    return PartyEntry(party, role, signer.suite, f"party {party}", True, [key], seats)


def registry() -> PartyRegistry:
    """The bank with seat 1, broker 2 (Ed25519) with seats 11 and 12, broker 3 (P-256) with seat 21."""
    known = PartyRegistry(
        [
            entry_of(1, Role.BANK, bank_signers()[Suite.ED25519_SHA256], [1]),
            entry_of(BROKER, Role.BROKER, broker_signer(BROKER), [BROKER_SEAT, 12]),
            entry_of(OTHER_BROKER, Role.BROKER, broker_signer(OTHER_BROKER), [OTHER_SEAT]),
        ]
    )
    known.apply(RegisterKey(BROKER, EXPIRED_KEY_ID, expired_signer().public_key(), 0, EXPIRED_AT_NS))
    return known
