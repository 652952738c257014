"""`Contracts, tellers, passwords`: acts of people, and who may sign them.

Whoever handles business keeps strictly within his rights (004 附件一 (二)1). Every act is signed by who did it; what is
risky is signed by a second person who is not the first, over the same bytes, and each of them has the right to it where
it takes effect. So the journal proves who did what, and no program between a person and the core is trusted. Who
administers people decides nothing about money.

Belongs here: the guards of an act in their rank, rights and outlets, who is an administrator. Never here: what an act
says (protocol.acts.table), signatures and look-ups (the core), what its message earns and does (ledger.core.control).

A bank is sealed once three administrators can sign, for ever: from then on people and keys come and go by acts alone,
and no change may leave fewer of them, so that two are there when one has lost a key. Before that whoever holds the key
of master data decides, and nobody but administrators can do anything by act.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import ACT_SERIAL_STEP_MAX
from protocol.vocabulary import Right

WHOLE_BANK = 0
"""The outlet of a person who may act for all outlets, and of what concerns all."""
WITHOUT_END = 0
"""The end of a key that has none."""
ADMINISTRATORS_MIN = 3

USES_NO_SERIAL = frozenset(
    {
        *(ReplyCode.REQUEST_MALFORMED, ReplyCode.ROLE_FORBIDS, ReplyCode.ACT_NOT_VALID, ReplyCode.ACT_REPEATED),
        *(ReplyCode.ACT_SERIAL_USED, ReplyCode.RIGHT_MISSING, ReplyCode.SECOND_PERSON_NEEDED),
        ReplyCode.ACT_NOT_SIGNED,
    }
)
"""With any other answer the act was its author's will, and that is done with: nobody sends it again on another day."""


class KeyTimes(NamedTuple):
    """When a key of a person is good: from one second on, and before another."""

    from_s: int
    until_s: int


class Signer(NamedTuple):
    """One who signed an act, and what is known of the person."""

    person: int
    rights: int
    covers: bool  # the person's outlet is, or stands above, each that the act concerns


class Facts(NamedTuple):
    """What an act says of itself, what is asked of it, and what is known of its author."""

    author: int
    serial: int
    valid_until_s: int
    ahead_s: int  # so far ahead it may be valid
    right: int  # Right.NONE: anybody has it
    persons: int  # who must sign
    last_serial: int  # of the author, 0 for none
    is_done: bool  # the very same text has taken effect
    is_sealed: bool


def code_of_act(facts: Facts, signers: Sequence[Signer], decided_s: int) -> ReplyCode:
    """What an act earns before its signatures are looked at, which is much more work."""
    if not decided_s <= facts.valid_until_s <= decided_s + facts.ahead_s:
        return ReplyCode.ACT_NOT_VALID
    if facts.is_done:
        return ReplyCode.ACT_REPEATED
    if not facts.last_serial < facts.serial <= facts.last_serial + ACT_SERIAL_STEP_MAX:
        return ReplyCode.ACT_SERIAL_USED
    if not all(_has_right(facts.right, signer, facts.is_sealed) for signer in signers):
        return ReplyCode.RIGHT_MISSING
    others = {signer.person for signer in signers[1:]}
    if facts.author in others or 1 + len(others) < facts.persons:
        return ReplyCode.SECOND_PERSON_NEEDED
    return ReplyCode.ACCEPTED


def code_of_signatures(author: int, first: int, holds: Iterable[bool]) -> ReplyCode:
    """What an act earns by its signatures: `first` is who made the first one, `holds` whether each is by a key of who
    made it that is good at decision. The second one is asked for only where the first holds."""
    return ReplyCode.ACCEPTED if first == author and all(holds) else ReplyCode.ACT_NOT_SIGNED


def is_good(key: KeyTimes, at_s: int) -> bool:
    """Whether a key is good for what is decided in a second."""
    return key.from_s <= at_s and (key.until_s == WITHOUT_END or at_s < key.until_s)


def covers(outlet: int, way_up: Sequence[int]) -> bool:
    """Whether who has an outlet may act where the way up from it is `way_up`: the outlet and what it stands under. What
    concerns the whole bank has no way up, and who has the whole bank may act everywhere."""
    return outlet in (WHOLE_BANK, *way_up)


def can_be(rights: int, outlet: int) -> bool:
    """Whether somebody may have these rights there: who administers people has no other right, and the whole bank."""
    return not rights & Right.ADMINISTER or (rights == Right.ADMINISTER and outlet == WHOLE_BANK)


def is_administrator(rights: int, is_active: bool, keys: Sequence[KeyTimes], at_s: int) -> bool:
    """Whether somebody can sign for people and keys in a second and, unless that is changed, ever after."""
    lasts = any(is_good(key, at_s) and key.until_s == WITHOUT_END for key in keys)
    return bool(rights & Right.ADMINISTER) and is_active and lasts


def _has_right(right: int, signer: Signer, is_sealed: bool) -> bool:
    if right == Right.NONE:
        return True
    return bool(signer.rights & right) and signer.covers and (is_sealed or right == Right.ADMINISTER)
