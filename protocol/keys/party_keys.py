"""The keys that a party has: which stand when one more comes, what is left when one is ended.

Belongs here: the one rule by which keys give way, for the ledger that decides and the gateway that verifies. Never
here: who may register or end a key (ledger.core), verifiers (registry), the clock.
"""

from msgspec.structs import replace

from ..limits import KEYS_PER_PARTY_MAX, KEYS_PER_SEAT_MAX
from ..messages.control import PartyEntry, PartyKey


def key_of(entry: PartyEntry, key_id: int) -> PartyKey | None:
    """The party's key with this number, None when it has none."""
    return next((key for key in entry.keys if key.key_id == key_id), None)


def may_sign(key: PartyKey, seat: int) -> bool:
    """Whether frames of this seat may be signed with the key: it is bound to no other."""
    return key.seat in (0, seat)


def has_room(entry: PartyEntry, seat: int, at_ns: int) -> bool:
    """Whether one more key bound to `seat` (0: to none) has room, once those that are over at `at_ns` gave way."""
    kept = _kept_keys(entry, seat, at_ns)
    return len(kept) < KEYS_PER_PARTY_MAX and _bound(kept, seat) < KEYS_PER_SEAT_MAX


def with_key(entry: PartyEntry, key: PartyKey, at_ns: int) -> PartyEntry:
    """The party with one more key, for which those that are over at `at_ns` give way if there is no room.

    A key whose number was given before changes nothing, so that a row may be fed twice.
    """
    if key.key_id <= entry.retired_key_id or key_of(entry, key.key_id) is not None:
        return entry
    return _with_keys(entry, [*_kept_keys(entry, key.seat, at_ns), key])


def without_key(entry: PartyEntry, key_id: int) -> PartyEntry:
    """The party after this key was ended."""
    return _with_keys(entry, [key for key in entry.keys if key.key_id != key_id])


def _kept_keys(entry: PartyEntry, seat: int, at_ns: int) -> list[PartyKey]:
    """The keys that stand when one more comes that is bound to `seat`: as they are while there is room, else without
    those that are over: those with the same binding, and all when the party has no room either.
    """
    keys = entry.keys
    if _bound(keys, seat) >= KEYS_PER_SEAT_MAX:
        keys = [key for key in keys if key.seat != seat or at_ns < key.not_after_ns]
    if len(keys) >= KEYS_PER_PARTY_MAX:
        keys = [key for key in keys if at_ns < key.not_after_ns]
    return keys


def _bound(keys: list[PartyKey], seat: int) -> int:
    return sum(key.seat == seat for key in keys)


def _with_keys(entry: PartyEntry, keys: list[PartyKey]) -> PartyEntry:
    """The party with these of its keys, and perhaps a new one; the numbers of the others are never given again."""
    kept = {key.key_id for key in keys}
    gone = [key.key_id for key in entry.keys if key.key_id not in kept]
    return replace(entry, keys=keys, retired_key_id=max([entry.retired_key_id, *gone]))
