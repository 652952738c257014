"""Public keys of parties: which may come, which may be ended, and whether what one signed is still applied.

Belongs here: the rules about a party's list of keys. Never here: signatures (protocol), when a frame was received (the
gateway judges that by its own clock before).

A key is good no more once it was ended, gave way to another, or its time is over by the time of the decision. So an
expired key moves nothing, whatever clock let its frames pass before.
"""

from msgspec.structs import replace

from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.limits import KEY_ID_STEP_MAX, KEYS_PER_PARTY_MAX
from protocol.messages.control import EndKey, PartyEntry, PartyKey, RegisterKey
from protocol.signing import verifier_from_bytes
from protocol.vocabulary import BANK_PARTY, Suite


def judge_key(book: Book, message: RegisterKey, decided_at_ns: int) -> ReplyCode:
    """What RegisterKey earns."""
    entry = book.parties.get(message.party)
    if entry is None:
        return ReplyCode.PARTY_UNKNOWN
    if not _is_free(entry, message.key_id) or len(_kept_keys(entry, decided_at_ns)) >= KEYS_PER_PARTY_MAX:
        return ReplyCode.KEY_UNFIT
    if message.not_before_ns >= message.not_after_ns:
        return ReplyCode.KEY_UNFIT
    try:
        verifier_from_bytes(Suite(entry.suite), message.public_key)
    except MisuseError:
        return ReplyCode.KEY_UNFIT
    return ReplyCode.ACCEPTED


def judge_key_end(book: Book, message: EndKey, key_id: int) -> ReplyCode:
    """What EndKey earns, signed by the bank with its key `key_id`."""
    entry = book.parties.get(message.party)
    if entry is None:
        return ReplyCode.PARTY_UNKNOWN
    ended = _key_of(entry, message.key_id)
    if ended is None:
        return ReplyCode.KEY_UNFIT
    if message.party == BANK_PARTY and not _outlives(_key_of(entry, key_id), ended):
        return ReplyCode.KEY_UNFIT
    return ReplyCode.ACCEPTED


def is_key_over(book: Book, party: int, key_id: int, at_ns: int) -> bool:
    """Whether what a party signed with this key is not applied at `at_ns`: it had the key, and has it no more, or the
    key's time is over.
    """
    entry = book.parties.get(party)
    if entry is None:
        return False
    key = _key_of(entry, key_id)
    return at_ns >= key.not_after_ns if key is not None else 0 < key_id <= entry.retired_key_id


def with_key(entry: PartyEntry, key: PartyKey, decided_at_ns: int) -> PartyEntry:
    """The party with one more key, for which expired ones give way if there is no room."""
    return _with_keys(entry, [*_kept_keys(entry, decided_at_ns), key])


def without_key(entry: PartyEntry, key_id: int) -> PartyEntry:
    """The party after this key was ended."""
    return _with_keys(entry, [key for key in entry.keys if key.key_id != key_id])


def _is_free(entry: PartyEntry, key_id: int) -> bool:
    """Whether a key may come under this number: ids are never given twice, and no single one uses them up."""
    highest = max([entry.retired_key_id, *(key.key_id for key in entry.keys)])
    is_new = key_id > entry.retired_key_id and _key_of(entry, key_id) is None
    return is_new and key_id <= highest + KEY_ID_STEP_MAX


def _outlives(signing: PartyKey | None, ended: PartyKey) -> bool:
    """Whether the bank may end a key of its own with this one.

    It keeps one that is known to sign, and that does not end sooner. Its first key has no end, so it always keeps one
    without: its seat can neither end its last lasting key by mistake nor let it expire, and be locked out for good.
    """
    return signing is not None and signing.key_id != ended.key_id and signing.not_after_ns >= ended.not_after_ns


def _key_of(entry: PartyEntry, key_id: int) -> PartyKey | None:
    return next((key for key in entry.keys if key.key_id == key_id), None)


def _kept_keys(entry: PartyEntry, decided_at_ns: int) -> list[PartyKey]:
    """The keys that stand when one more comes: as they are while there is room, without the expired ones else."""
    if len(entry.keys) < KEYS_PER_PARTY_MAX:
        return entry.keys
    return [key for key in entry.keys if decided_at_ns < key.not_after_ns]


def _with_keys(entry: PartyEntry, keys: list[PartyKey]) -> PartyEntry:
    """The party with these of its keys, and perhaps a new one; the numbers of the others are never given again."""
    kept = {key.key_id for key in keys}
    gone = [key.key_id for key in entry.keys if key.key_id not in kept]
    return replace(entry, keys=keys, retired_key_id=max([entry.retired_key_id, *gone]))
