"""Public keys of parties: which may come, which may be ended, and whether what one signed is still applied.

Belongs here: the rules about who may have which key. Never here: which keys give way (protocol.keys.party_keys),
signatures (protocol), when a frame was received (the gateway judges that by its own clock before).

A key is good no more once it was ended, gave way to another, or its time is over by the time of the decision. So an
expired key moves nothing, whatever clock let its frames pass before. One that is bound to a seat is good for no other.
"""

from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.keys.party_keys import has_room, key_of, may_sign
from protocol.keys.signing import verifier_from_bytes
from protocol.limits import KEY_ID_STEP_MAX
from protocol.messages.control import EndKey, PartyEntry, PartyKey, RegisterKey
from protocol.vocabulary import BANK_PARTY, SeatRole, Suite

BY_ACT = -1
"""In place of the key that signed a message when an act has made it: no key of a seat stands for it."""


def judge_key(book: Book, message: RegisterKey, decided_at_ns: int) -> ReplyCode:
    """What RegisterKey earns."""
    entry = book.parties.get(message.party)
    if entry is None:
        return ReplyCode.PARTY_UNKNOWN
    if not _is_free(entry, message.key_id) or not has_room(entry, message.seat, decided_at_ns):
        return ReplyCode.KEY_UNFIT
    if message.not_before_ns >= message.not_after_ns or not _is_bound_well(book, message):
        return ReplyCode.KEY_UNFIT
    try:
        verifier_from_bytes(Suite(entry.suite), message.public_key)
    except MisuseError:
        return ReplyCode.KEY_UNFIT
    return ReplyCode.ACCEPTED


def judge_key_end(book: Book, message: EndKey, key_id: int, decided_at_ns: int) -> ReplyCode:
    """What EndKey earns, signed by a seat of master data with the bank's key `key_id`, or BY_ACT."""
    entry = book.parties.get(message.party)
    if entry is None:
        return ReplyCode.PARTY_UNKNOWN
    ended = key_of(entry, message.key_id)
    if ended is None:
        return ReplyCode.KEY_UNFIT
    registers = message.party == BANK_PARTY and book.seat_role[ended.seat] == SeatRole.MASTER_DATA
    signing = [key_of(entry, key_id)] if key_id != BY_ACT else _of_master_data(book, entry, decided_at_ns)
    if registers and not any(_outlives(key, ended) for key in signing):
        return ReplyCode.KEY_UNFIT
    return ReplyCode.ACCEPTED


def is_key_over(book: Book, party: int, seat: int, key_id: int, at_ns: int) -> bool:
    """Whether what a party's seat signed with this key is not applied at `at_ns`: the party had the key, and has it no
    more, the key's time is over, or it is bound to another seat.
    """
    entry = book.parties.get(party)
    if entry is None:
        return False
    key = key_of(entry, key_id)
    if key is None:
        return 0 < key_id <= entry.retired_key_id
    return at_ns >= key.not_after_ns or not may_sign(key, seat)


def _is_bound_well(book: Book, message: RegisterKey) -> bool:
    """Whether a key is bound to a seat of its party. Only a broker's may be bound to none: a desk of the bank that is
    robbed of its key must not cost the others theirs.
    """
    if message.seat == 0:
        return message.party != BANK_PARTY
    return bool(book.seat_owner[message.seat] == message.party)


def _is_free(entry: PartyEntry, key_id: int) -> bool:
    """Whether a key may come under this number: ids are never given twice, and no single one uses them up."""
    highest = max([entry.retired_key_id, *(key.key_id for key in entry.keys)])
    is_new = key_id > entry.retired_key_id and key_of(entry, key_id) is None
    return is_new and key_id <= highest + KEY_ID_STEP_MAX


def _of_master_data(book: Book, entry: PartyEntry, at_ns: int) -> list[PartyKey]:
    """Keys of the bank by which an act can still come when every desk has lost its own."""
    are_good = (key for key in entry.keys if key.not_before_ns <= at_ns)
    return [key for key in are_good if book.seat_role[key.seat] == SeatRole.MASTER_DATA]


def _outlives(signing: PartyKey | None, ended: PartyKey) -> bool:
    """Whether a key of a seat that registers may be ended with this one, which is such a seat's too.

    It keeps one that is known to sign, and that does not end sooner. Its first key has no end, so the bank always
    keeps one without: it can neither end its last lasting key by mistake nor let it expire, and be locked out for good.
    """
    return signing is not None and signing.key_id != ended.key_id and signing.not_after_ns >= ended.not_after_ns
