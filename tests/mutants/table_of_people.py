"""Mutants of acts of people: who may sign what, and what is kept of it.

Belongs here: single wrong lines, each with what a thief gains by it. Never here: mutants of records and other control.
"""

from tests.mutants.mutant import ACTS, PERSONS, Row, of_file

_TELLERS: list[Row] = [
    (
        "act over",
        "if not decided_s <= facts.valid_until_s",
        "if not 0 <= facts.valid_until_s",
        "an act of last year stops a broker",
        ACTS,
    ),
    (
        "act far ahead",
        "<= decided_s + facts.ahead_s",
        "<= decided_s + 2 * facts.ahead_s",
        "a stop lies about for a day",
        ACTS,
    ),
    (
        "serial again",
        "if not facts.last_serial < facts.serial",
        "if not facts.last_serial <= facts.serial",
        "another act under a serial that is used",
        ACTS,
    ),
    (
        "right of one",
        "if not all(_has_right(",
        "if not any(_has_right(",
        "the second person may be anybody",
        ACTS,
    ),
    (
        "author twice",
        "if facts.author in others or 1 + len(others)",
        "if 1 + len(others)",
        "somebody approves himself",
        ACTS,
    ),
    (
        "one of two",
        "1 + len(others) < facts.persons",
        "len(others) + 2 < facts.persons",
        "one person alone stops a broker",
        ACTS,
    ),
    (
        "first signature",
        "if first == author and all(holds)",
        "if all(holds)",
        "an act in the name of somebody who did not sign",
        ACTS,
    ),
    (
        "one signature holds",
        "and all(holds)",
        "and any(holds)",
        "the second signature is anybody's",
        ACTS,
    ),
    (
        "key that ended",
        "or at_s < key.until_s)",
        "or at_s <= 2 * key.until_s)",
        "a key signs when its time is over",
        PERSONS,
    ),
    (
        "two administrators",
        "ADMINISTRATORS_MIN = 3",
        "ADMINISTRATORS_MIN = 2",
        "one lost key locks the bank out",
        PERSONS,
    ),
    (
        "asleep",
        "and is_active and lasts",
        "and lasts",
        "who has left the bank keeps it sealed",
        PERSONS,
    ),
    (
        "administrator decides",
        "(rights == Right.ADMINISTER and outlet == WHOLE_BANK)",
        "outlet == WHOLE_BANK",
        "who makes people moves money too",
        PERSONS,
    ),
    (
        "before the seal",
        "and signer.covers and (is_sealed or right == Right.ADMINISTER)",
        "and signer.covers",
        "master data alone makes people who decide",
        PERSONS,
    ),
    (
        "outlet",
        "bool(signer.rights & right) and signer.covers",
        "bool(signer.rights & right)",
        "a teller acts for an outlet of another branch",
        PERSONS,
    ),
]
_ACTS: list[Row] = [
    (
        "other bank",
        "act.bank == book.bank_id.hex()",
        "bool(act.bank)",
        "an act of a test bank is good here",
        ACTS,
    ),
    (
        "serial kept back",
        "if act is None or code in USES_NO_SERIAL:",
        "if act is None or code != ReplyCode.ACCEPTED:",
        "a refused act comes again on another day",
        ACTS,
    ),
    (
        "refused act is done",
        "    if code == ReplyCode.ACCEPTED:\n        persons.acts_count",
        "    if act is not None:\n        persons.acts_count",
        "a refused act is told as done",
        ACTS,
    ),
]
_PERSONS: list[Row] = [
    (
        "who slept",
        "if person.active and not person.administers(decided_s):",
        "if person.active and person.administers(decided_s):",
        "people of master data alone wake at the seal",
        PERSONS,
    ),
    (
        "key of another",
        "if len(set(names)) < len(names) or",
        "if",
        "two people are one key",
        PERSONS,
    ),
    (
        "third leaves",
        "return ReplyCode.ACCEPTED if left >= ADMINISTRATORS_MIN",
        "return ReplyCode.ACCEPTED if left + 1 >= ADMINISTRATORS_MIN",
        "two are left, and one loses a key",
        PERSONS,
    ),
]
_JUDGE: list[Row] = [
    (
        "sealed by word",
        "if book.persons.sealed and _needs_act(book, message):",
        "if _needs_act(book, message) and not book.persons:",
        "master data registers keys after the seal",
        ACTS,
    ),
    (
        "outlet moves",
        "isinstance(message, RegisterOutlets) and outlets.moves_any(book, message)",
        "isinstance(message, Act)",
        "an outlet is hung under a friend's branch",
        ACTS,
    ),
]
_KEYS: list[Row] = [
    (
        "last key",
        "if registers and not any(_outlives(key, ended) for key in signing):",
        "if registers and not signing:",
        "an act ends the last key by which acts come",
        ACTS,
    ),
]

OF_PEOPLE = [
    *of_file("rules/tellers.py", _TELLERS),
    *of_file("control/acts.py", _ACTS),
    *of_file("control/persons.py", _PERSONS),
    *of_file("control/judge.py", _JUDGE),
    *of_file("control/keys.py", _KEYS),
]
