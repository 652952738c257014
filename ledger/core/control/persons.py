"""People and their keys: what each message about them earns, and what it does.

Belongs here: judging in ranked order and the effect, side by side. Never here: who may send or sign it (roles, acts),
who is an administrator (rules.tellers), the entries (ledger.core.state).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ledger.core.state.book import Book
from ledger.core.state.people.persons import Person, name_of_key
from protocol.acts.shown_text import is_shown_as_it_is
from protocol.acts.table import ChangePersonAct, EndPersonKeyAct, RegisterPersonKeyAct, key_of_person, sum_of
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.keys.signing import verifier_from_bytes
from protocol.limits import KEY_ID_STEP_MAX, KEYS_PER_PERSON_MAX, PERSON_KEYS_EVER_MAX, PERSONS_MAX
from protocol.messages.persons import PersonKey, RegisterPersons
from protocol.vocabulary import Suite
from rules.tellers import ADMINISTRATORS_MIN, can_be

PersonChange = RegisterPersons | ChangePersonAct | RegisterPersonKeyAct | EndPersonKeyAct


def is_impossible(message: RegisterPersons | ChangePersonAct) -> bool:
    """Whether it says of anybody what no bank can have."""
    if isinstance(message, ChangePersonAct):
        return not can_be(sum_of(message.rights), message.outlet)
    return not all(is_shown_as_it_is(new.name) and can_be(new.rights, new.outlet) for new in message.persons)


def judge_persons(book: Book, message: RegisterPersons) -> ReplyCode:
    """What RegisterPersons earns: all of them, as if those in front of each had been taken."""
    persons, keys = book.persons, [new.key for new in message.persons]
    numbers = {new.person for new in message.persons}
    staff_nos = {new.staff_no for new in message.persons}
    if not all(_fits(key) and key.key_id <= KEY_ID_STEP_MAX for key in keys) or _any_known(book, keys):
        return ReplyCode.KEY_UNFIT
    if len(persons.entries) + len(numbers) > PERSONS_MAX or _keys_full(book, len(keys)):
        return ReplyCode.MASTER_DATA_FULL
    are_new = len(numbers) == len(staff_nos) == len(keys)
    are_new = are_new and persons.entries.keys().isdisjoint(numbers) and persons.staff_nos.isdisjoint(staff_nos)
    return ReplyCode.ACCEPTED if are_new else ReplyCode.PERSON_EXISTS


def judge_person_change(book: Book, message: ChangePersonAct, decided_s: int) -> ReplyCode:
    """What change_person earns."""
    person = book.persons.entries.get(message.person)
    if person is None:
        return ReplyCode.PERSON_UNKNOWN
    return _judge_left(book, person, _changed(person, message), decided_s)


def judge_person_key(book: Book, message: RegisterPersonKeyAct, decided_s: int) -> ReplyCode:
    """What register_person_key earns."""
    person, key = book.persons.entries.get(message.person), key_of_person(message)
    if person is not None:
        highest = max([person.retired_key_id, *(each.key_id for each in person.keys)])
        is_free = highest < key.key_id <= highest + KEY_ID_STEP_MAX
        if not is_free or not _fits(key) or _any_known(book, [key]):
            return ReplyCode.KEY_UNFIT
        if len(person.keys_beside_new(decided_s)) >= KEYS_PER_PERSON_MAX:
            return ReplyCode.KEY_UNFIT
        return ReplyCode.MASTER_DATA_FULL if _keys_full(book, 1) else ReplyCode.ACCEPTED
    return ReplyCode.PERSON_UNKNOWN


def judge_person_key_end(book: Book, message: EndPersonKeyAct, decided_s: int) -> ReplyCode:
    """What end_person_key earns."""
    person = book.persons.entries.get(message.person)
    if person is not None and all(key.key_id != message.key_id for key in person.keys):
        return ReplyCode.KEY_UNFIT
    if person is None:
        return ReplyCode.PERSON_UNKNOWN
    return _judge_left(book, person, _without_key(person, message.key_id), decided_s)


def change_persons(book: Book, message: PersonChange, decided_s: int) -> None:
    """The effect of an accepted one; and the seal, once there are enough administrators."""
    persons = book.persons
    if isinstance(message, RegisterPersons):
        for new in message.persons:
            persons.put(Person(new.person, new.staff_no, new.name, new.outlet, new.rights, True, [new.key]))
    else:
        person = persons.entries[message.person]
        if isinstance(message, ChangePersonAct):
            persons.put(_changed(person, message))
        elif isinstance(message, EndPersonKeyAct):
            persons.put(_without_key(person, message.key_id))
        else:
            persons.put(person.with_keys([*person.keys_beside_new(decided_s), key_of_person(message)]))
    if not persons.sealed and persons.administrators(decided_s) >= ADMINISTRATORS_MIN:
        _seal(book, decided_s)


def _seal(book: Book, decided_s: int) -> None:
    """From now on people and keys come and go by acts alone. Whoever came before without two administrators' word is
    asleep until they give it."""
    book.persons.sealed = True
    for person in list(book.persons.entries.values()):
        if person.active and not person.administers(decided_s):
            book.persons.put(replace(person, active=False))


def _judge_left(book: Book, before: Person, after: Person, decided_s: int) -> ReplyCode:
    """Whether enough administrators are left when one person is another than before."""
    if not book.persons.sealed or not before.administers(decided_s) or after.administers(decided_s):
        return ReplyCode.ACCEPTED
    left = book.persons.administrators(decided_s) - 1
    return ReplyCode.ACCEPTED if left >= ADMINISTRATORS_MIN else ReplyCode.ADMINISTRATORS_FEW


def _changed(person: Person, message: ChangePersonAct) -> Person:
    rights = sum_of(message.rights)
    return replace(person, name=message.name, outlet=message.outlet, rights=rights, active=message.active)


def _without_key(person: Person, key_id: int) -> Person:
    return person.with_keys([key for key in person.keys if key.key_id != key_id])


def _keys_full(book: Book, more: int) -> bool:
    return len(book.persons.key_names) + more > PERSON_KEYS_EVER_MAX


def _any_known(book: Book, keys: Sequence[PersonKey]) -> bool:
    """Whether a key was somebody's before, ended or not, or is a seat's: whoever has one key is one person."""
    names = [name_of_key(key.public_key) for key in keys]
    if len(set(names)) < len(names) or not book.persons.key_names.keys().isdisjoint(names):
        return True
    of_seats = (key.public_key for entry in book.parties.values() for key in entry.keys)
    return not {key.public_key for key in keys}.isdisjoint(of_seats)


def _fits(key: PersonKey) -> bool:
    if key.until_s and key.until_s <= key.from_s:
        return False
    try:
        verifier_from_bytes(Suite(key.suite), key.public_key)
    except MisuseError:
        return False
    return True
