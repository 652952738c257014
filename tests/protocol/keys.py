"""Published test keys, one per party and suite. They sign nothing but tests and vectors.

Belongs here: fixed private keys and the registry that knows their public halves. Never here: a key of a real party.
"""

from msgspec.structs import replace

from frontend_sim.practice import cast
from protocol.keys.registry import PartyRegistry
from protocol.keys.signing import Signer, signer_from_key
from protocol.messages.control import PartyEntry, PartyKey, RegisterKey, SeatEntry
from protocol.vocabulary import BANK_PARTY, Role, SeatRole, Suite
from tests.bank_seats import BANK_SEAT, BANK_SEATS

FOREVER_NS = cast.FOREVER_NS
BROKER, OTHER_BROKER = cast.BROKER, cast.OTHER_BROKER
BROKER_SEAT = 11
OTHER_SEAT = 21
BANK_SEEDS = cast.BANK_SEEDS
BROKER_SEED, OTHER_SEED = cast.BROKER_SEEDS[BROKER], cast.BROKER_SEEDS[OTHER_BROKER]
EXPIRED_SEED = bytes([0x44]) * 32
EXPIRED_KEY_ID = 7  # of broker 2, valid until the second key took over
NEXT_SEED = bytes([0x55]) * 32
CHANNEL, CHANNEL_SEAT = 7, 71  # of the customers of broker 2
CHANNEL_SEED = bytes([0x77]) * 32
CHANNEL_KEY_ID = 9
NEXT_KEY_ID = 12  # of broker 2, registered in a conversation when the one before it ends
EXPIRED_AT_NS = 1_780_000_000_000_000_000
bank_signers, bank_verifiers, broker_signer = cast.bank_signers, cast.bank_verifiers, cast.broker_signer


def signer_from_seed(suite: Suite, seed: bytes, key_id: int) -> Signer:
    """(32,) seed bytes to a signer: the Ed25519 secret, or the P-256 scalar as a big-endian number."""
    return signer_from_key(cast.private_key(suite, seed), key_id)


def signer_of(party: int) -> Signer:
    """The key of the bank's first seat, of a broker or of the channel."""
    if party == CHANNEL:
        return channel_signer()
    return bank_signers()[Suite.ED25519_SHA256] if party == BANK_PARTY else broker_signer(party)


def expired_signer() -> Signer:
    """The former key of the Ed25519 broker."""
    return signer_from_seed(Suite.ED25519_SHA256, EXPIRED_SEED, EXPIRED_KEY_ID)


def next_signer() -> Signer:
    """The key of the Ed25519 broker that follows."""
    return signer_from_seed(Suite.ED25519_SHA256, NEXT_SEED, NEXT_KEY_ID)


def channel_signer() -> Signer:
    """The key of the channel."""
    return signer_from_seed(Suite.ED25519_SHA256, CHANNEL_SEED, CHANNEL_KEY_ID)


def desk_seed(seat: int) -> bytes:
    """The seed of the key of one of the bank's desks."""
    return bytes([0x60 + seat]) * 32


def bank_seat_signer(seat: int) -> Signer:
    """The key of one of the bank's seats: id 1 is that of master data, the desks' ids are 22, 23 and 24."""
    if seat == BANK_SEAT:
        return signer_of(BANK_PARTY)
    return signer_from_seed(Suite.ED25519_SHA256, desk_seed(seat), 20 + seat)


def broker_entry(party: int, seats: list[int]) -> PartyEntry:
    """A broker with one key, valid for ever, whose sales are money at the fill."""
    known = [SeatEntry(seat, SeatRole.BROKER) for seat in seats]
    return replace(cast.entry_of(party, Role.BROKER, broker_signer(party), known), proceeds_at_fill=True)


def bank_entry() -> PartyEntry:
    """The bank with a key for each of its seats."""
    signers = [(bank_seat_signer(one.seat), one.seat) for one in BANK_SEATS]
    own = [PartyKey(signer.key_id, signer.public_key(), 0, FOREVER_NS, seat) for signer, seat in signers]
    return PartyEntry(BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "party 1", True, own, BANK_SEATS)


def registry() -> PartyRegistry:
    """The bank with its seats, broker 2 (Ed25519) with seats 11 and 12, broker 3 (P-256) with seat 21, a channel."""
    known = PartyRegistry(
        [
            bank_entry(),
            broker_entry(BROKER, [BROKER_SEAT, 12]),
            broker_entry(OTHER_BROKER, [OTHER_SEAT]),
            cast.entry_of(CHANNEL, Role.CHANNEL, channel_signer(), [SeatEntry(CHANNEL_SEAT, SeatRole.CHANNEL)]),
        ]
    )
    known.apply(RegisterKey(BROKER, EXPIRED_KEY_ID, expired_signer().public_key(), 0, EXPIRED_AT_NS, 0), 0)
    return known
