"""Ledger and gateway keep the same keys of a party, whatever was registered and ended, and when.

Belongs here: one history fed to the core's book and to the gateway's registry. Never here: which keys are fit.
"""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.codes import ReplyCode
from protocol.keys.registry import PartyRegistry
from protocol.limits import KEYS_PER_PARTY_MAX, KEYS_PER_SEAT_MAX
from protocol.messages.control import EndKey, RegisterKey
from protocol.vocabulary import BANK_PARTY
from tests.bank_seats import BANK_SEATS
from tests.ledger_core.desk import BROKER, NOW_NS, SEAT, SECOND_SEAT, Desk

SEATS = {BROKER: [0, SEAT, SECOND_SEAT], BANK_PARTY: [one.seat for one in BANK_SEATS]}
Step = tuple[int, int, int, int, int, bool]
"""Party, place of its seat, key id further on, ns that the key lasts, ns that pass before, whether a key is ended."""

steps = st.tuples(
    st.sampled_from([BROKER, BANK_PARTY]),
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from([1, 1, 1, 1, 2, 0, -1]),
    st.sampled_from([1, 2, 5, 10, 2**61]),
    st.sampled_from([0, 0, 0, 1, 3]),
    st.sampled_from([False] * 9 + [True]),
)


@cache
def public_key() -> bytes:
    return Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()


@settings(max_examples=60)
@given(st.lists(steps, min_size=20, max_size=60))
def test_core_and_registry_keep_the_same_keys(history: list[Step]) -> None:
    desk = Desk()
    registry = PartyRegistry(desk.book.parties.values())
    highest = dict.fromkeys(SEATS, 1)
    for party, place, further, lasts_ns, passes_ns, ends in history:
        desk.now_ns += passes_ns
        key_id = max(1, highest[party] + further)
        seat = SEATS[party][place]
        key = RegisterKey(party, key_id, public_key(), 0, desk.now_ns + lasts_ns, seat)
        message = EndKey(party, key_id - 1 or 1) if ends else key
        if desk.control(message) == ReplyCode.ACCEPTED:
            for _ in range(2):  # a row may be fed twice
                registry.apply(message, desk.now_ns)
            highest[party] = max(highest[party], key_id)

        for entry in desk.book.parties.values():
            assert registry.party(entry.party) == entry
            good = [known.key_id for known in entry.keys if desk.now_ns < known.not_after_ns]
            for known in entry.keys:
                found = registry.verifier_of_any_time(entry.party, known.seat or SEAT, known.key_id)
                assert found is not None
            assert len(entry.keys) <= KEYS_PER_PARTY_MAX
            bound = [known.seat for known in entry.keys if known.key_id in good]
            assert all(bound.count(seat) <= KEYS_PER_SEAT_MAX for seat in bound)
    assert desk.now_ns >= NOW_NS
