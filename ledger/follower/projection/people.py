"""The tables persons, person_keys and acts: whom a batch touched, and what it did to them, in SQL.

Belongs here: which acts a row holds, also refused ones, and the statements. Never here: what an act earns (rules,
ledger.core), the transaction (read_model).
"""

from collections.abc import Iterator
from typing import NamedTuple

import asyncpg
import numpy as np

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.people.persons import Person
from protocol.acts.table import (
    ChangePersonAct,
    EndPersonKeyAct,
    Made,
    RegisterPersonKeyAct,
    act_of,
    key_of_person,
    made_by_text,
    word_of,
)
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.messages.base import is_act
from protocol.messages.codec import decode_kept
from protocol.messages.control import ControlMessage
from protocol.messages.persons import Act, PersonKey, RegisterPersons
from protocol.records import OUTCOME
from protocol.vocabulary import FrameKind

_PUT_PERSON = """
INSERT INTO persons (person, staff_no, name, outlet, rights, active, last_serial, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (person) DO UPDATE
SET name = excluded.name, outlet = excluded.outlet, rights = excluded.rights, active = excluded.active,
    last_serial = excluded.last_serial, as_of_sequence = excluded.as_of_sequence
"""
_PUT_KEY = """
INSERT INTO person_keys (person, key_id, suite, public_key, from_s, until_s, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_END_KEYS = """
UPDATE person_keys SET ended = true, as_of_sequence = $3
WHERE person = $1 AND NOT ended AND key_id <> ALL ($2::integer[])
"""
_ADD_ACT = """
INSERT INTO acts (sequence, place, decided_at_ns, seat, code, number, text, digest, act, author, second, serial, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, sha256($7), $8, $9, $10, $11, $12)
"""

PersonMade = RegisterPersons | ChangePersonAct | RegisterPersonKeyAct | EndPersonKeyAct


class ActRow(NamedTuple):
    """One row of the table acts. Of a text that is none, what it would say is NULL; of a refused act it is claimed."""

    sequence: int
    place: int  # in the journal row: one that its seat may send is alone in it
    decided_at_ns: int
    seat: int
    code: int
    number: int  # of the bank's acts, 0 for one that was refused
    text: bytes
    act: str | None
    author: int | None
    second: int | None
    serial: int | None
    reason: str | None


class PeopleOfBatch:
    """People and acts that rows of a batch touched. Tell it of each control row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._was_sealed = book.persons.sealed
        self._touched: set[int] = set()
        self.acts: list[ActRow] = []
        self.keys: list[tuple[int, PersonKey]] = []
        """Of whom, each that came, also one that is gone again."""

    def take(self, row: Row) -> None:
        """The acts of a control row."""
        for act in _acts_of(row, self._book):
            self.acts.append(act)
            if act.author is not None:
                self._touched.add(act.author)

    def take_made(self, made: Made) -> None:
        """What took effect, sent by a seat or made by an act."""
        if isinstance(made, RegisterPersons):
            self._touched.update(new.person for new in made.persons)
            self.keys += [(new.person, new.key) for new in made.persons]
        elif isinstance(made, PersonMade):
            self._touched.add(made.person)
            self.keys += [(made.person, key_of_person(made))] if isinstance(made, RegisterPersonKeyAct) else []

    def persons(self) -> list[Person]:
        """Those of whom something may have changed: all at the seal, which sends others to sleep."""
        known = self._book.persons
        if known.sealed and not self._was_sealed:
            return list(known.entries.values())
        return [known.entries[number] for number in sorted(self._touched) if number in known.entries]


def effect_of(message: ControlMessage) -> Made:
    """What an accepted message does: of an act what its text has made."""
    return made_by_text(message.text) if isinstance(message, Act) else message


async def write_people(connection: asyncpg.Connection, of_batch: PeopleOfBatch, sequence: int) -> None:
    """Writes what a batch up to the row `sequence` did."""
    persons = of_batch.persons()
    if persons:
        rows = [
            (each.person, each.staff_no, each.name, each.outlet, each.rights, each.active, each.last_serial, sequence)
            for each in persons
        ]
        await connection.executemany(_PUT_PERSON, rows)
        keys = [
            (person, key.key_id, key.suite, key.public_key, key.from_s, key.until_s, sequence)
            for person, key in of_batch.keys
        ]
        await connection.executemany(_PUT_KEY, keys)
        left = [(each.person, [key.key_id for key in each.keys], sequence) for each in persons]
        await connection.executemany(_END_KEYS, left)
    if of_batch.acts:
        await connection.executemany(_ADD_ACT, of_batch.acts)


def _acts_of(row: Row, book: Book) -> Iterator[ActRow]:
    if not row.headers or not any(is_act(body) for body in row.control_bodies()):
        return
    prefixes = row.prefixes()
    outcomes = iter(np.frombuffer(row.outcomes, OUTCOME)["code"].tolist())
    columns = (prefixes["kind"].tolist(), prefixes["seat"].tolist(), row.control_bodies())
    for place, (kind, seat, body) in enumerate(zip(*columns, strict=True)):
        code = next(outcomes) if kind == FrameKind.CONTROL else ReplyCode.ACCEPTED
        message = _act_in(body)
        if message is None:
            continue
        number = book.persons.acts_count if code == ReplyCode.ACCEPTED else 0  # it is alone in its row: the last one
        act = act_of(message.text)
        second = message.signatures[1].person if len(message.signatures) > 1 else None
        told = (row.sequence, place, row.decided_at_ns, seat, code, number, message.text)
        if act is None:
            yield ActRow(*told, None, None, None, None, None)
        else:
            yield ActRow(*told, word_of(act), act.author, second, act.serial, act.reason)


def _act_in(body: bytes) -> Act | None:
    """The act in a body that begins as one."""
    if not is_act(body):
        return None
    try:
        message = decode_kept(body)
    except PeerViolation:
        return None
    return message if isinstance(message, Act) else None
