"""People who may sign acts: who they are, their keys, what each signed last; and whether the bank is sealed.

Belongs here: the entries, their order, as arrays and back. Never here: who may sign what (rules.tellers), signatures
and effects (ledger.core.control), acts that wait for a record (permits).
"""

import hashlib
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn, LongColumn
from protocol.limits import ACTS_REMEMBERED_MAX, KEYS_PER_PERSON_MAX
from protocol.messages.persons import PersonKey
from rules.tellers import KeyTimes, is_administrator, is_good

KEY_NAME_BYTES = 16  # of a public key that was ever registered: the beginning of its SHA-256


class Done(NamedTuple):
    """An act that took effect."""

    serial: int  # of its author
    digest: bytes  # SHA-256 of its text
    number: int


class Person(msgspec.Struct, array_like=True, frozen=True):
    """A person as the ledger keeps it."""

    person: int
    staff_no: str
    name: str
    outlet: int  # 0: the whole bank
    rights: int
    active: bool
    keys: list[PersonKey]
    retired_key_id: int = 0  # the highest number of a key that is in `keys` no more
    last_serial: int = 0  # of the last act of this author that was decided, 0 for none
    done: list[Done] = []  # the last ones that took effect

    def key(self, key_id: int, at_s: int) -> PersonKey | None:
        """The key with this number, if it is good in a second and the person active."""
        found = next((key for key in self.keys if key.key_id == key_id), None)
        return found if found is not None and self.active and is_good(_times(found), at_s) else None

    def keys_beside_new(self, at_s: int) -> list[PersonKey]:
        """Those that stay when one more comes: while there is room all, else those that are not over."""
        if len(self.keys) < KEYS_PER_PERSON_MAX:
            return self.keys
        return [key for key in self.keys if key.until_s == 0 or at_s < key.until_s]

    def administers(self, at_s: int) -> bool:
        """See rules.tellers."""
        return is_administrator(self.rights, self.active, [_times(key) for key in self.keys], at_s)

    def number_of(self, digest: bytes) -> int:
        """The number of the act with this text that took effect, 0 for none that is remembered."""
        return next((done.number for done in self.done if done.digest == digest), 0)

    def with_keys(self, keys: list[PersonKey]) -> "Person":
        """With these of its keys, and perhaps a new one; the numbers of the others are never given again."""
        kept = {key.key_id for key in keys}
        gone = [key.key_id for key in self.keys if key.key_id not in kept]
        return msgspec.structs.replace(self, keys=keys, retired_key_id=max([self.retired_key_id, *gone]))

    def after_act(self, serial: int, done: Done | None) -> "Person":
        """Once an act of this author was decided; `done` when it took effect."""
        remembered = [*self.done, done][-ACTS_REMEMBERED_MAX:] if done is not None else self.done
        return msgspec.structs.replace(self, last_serial=serial, done=remembered)


@dataclass(slots=True)
class Persons:
    """Everybody by number; `numbers` are theirs, ascending."""

    entries: dict[int, Person] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    key_names: dict[bytes, None] = field(default_factory=dict)  # of every public key that was registered, in order
    staff_nos: set[str] = field(default_factory=set)
    sealed: bool = False
    acts_count: int = 0  # that took effect: the number of the last one

    def put(self, person: Person) -> None:
        """Enter somebody, in place of who has the number. Keys that are new are remembered."""
        if person.person not in self.entries:
            insort(self.numbers, person.person)
            self.staff_nos.add(person.staff_no)
        self.entries[person.person] = person
        self.key_names.update(dict.fromkeys(name_of_key(key.public_key) for key in person.keys))

    def administrators(self, at_s: int) -> int:
        """How many can sign for people and keys."""
        return sum(person.administers(at_s) for person in self.entries.values())

    def encoded(self, first: int, end: int) -> bytes:
        """Those at places `first` to `end` of the order, as MessagePack."""
        return msgspec.msgpack.encode([self.entries[number] for number in self.numbers[first:end]])

    def key_names_from(self, first: int, end: int) -> bytes:
        """The names of keys at places `first` to `end`."""
        return b"".join(list(self.key_names)[first:end])

    def to_arrays(self) -> tuple[ByteColumn, ByteColumn, LongColumn]:
        """All of them, the names of keys, and what else is kept."""
        everybody = np.frombuffer(self.encoded(0, len(self.numbers)), np.int8)
        names = np.frombuffer(self.key_names_from(0, len(self.key_names)), np.int8)
        return everybody, names, np.array([self.sealed, self.acts_count], np.int64)

    @staticmethod
    def from_arrays(everybody: ByteColumn, names: ByteColumn, scalars: LongColumn) -> "Persons":
        """What `to_arrays` described. Raises DecodeError or ValueError when it is none of that."""
        sealed, acts_count = scalars.tolist()
        persons = Persons(sealed=bool(sealed), acts_count=acts_count)
        persons.key_names = dict.fromkeys(_parts(names.tobytes()))
        for person in _persons.decode(everybody.tobytes()):
            persons.put(person)
        return persons


def name_of_key(public_key: bytes) -> bytes:
    """By which a public key is known again."""
    return hashlib.sha256(public_key).digest()[:KEY_NAME_BYTES]


def _parts(names: bytes) -> Iterable[bytes]:
    return (names[start : start + KEY_NAME_BYTES] for start in range(0, len(names), KEY_NAME_BYTES))


def _times(key: PersonKey) -> KeyTimes:
    return KeyTimes(key.from_s, key.until_s)


_persons = msgspec.msgpack.Decoder(list[Person])
