"""The table restraints: what a batch did to them, in SQL, and which of them are over.

Belongs here: the statements, what the table has of each that is open. Never here: what a batch touched (restraints),
the transaction (read_model).
"""

from typing import NamedTuple

import asyncpg

from ledger.core.state.book import Book
from ledger.core.state.customers.restraints import Restraint
from ledger.follower.projection.customers.restraints import Ended, RestraintsOfBatch, Rolled, Set
from protocol.errors import InvariantBroken
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_no_from_index

_ADD = """
INSERT INTO restraints (restraint_no, account_no, amount_fen, ordered_as, authority, document, operators, set_by,
                        set_on, set_sequence, set_at_ns, left_fen, senior_fen, holds_until_s, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, $10)
"""
_CHANGE = """
UPDATE restraints
SET left_fen = $2, senior_fen = $3, holds_until_s = $4, amount_fen = amount_fen + $5, lifted_fen = lifted_fen + $6,
    deducted_fen = deducted_fen + $7, ended_on = $8, ended_sequence = $9, as_of_sequence = $10, ordered_fen = $11
WHERE restraint_no = $1
"""
_OPEN = """
SELECT restraint_no, account_no, left_fen, senior_fen, holds_until_s, ordered_fen FROM restraints
WHERE ended_sequence IS NULL
"""


class Known(NamedTuple):
    """What the table has of one that is open."""

    account: int  # index
    left_fen: int
    senior_fen: int
    holds_until_s: int
    ordered_fen: int


class Change(NamedTuple):
    """What is different of one."""

    left_fen: int
    senior_fen: int
    holds_until_s: int
    ordered_fen: int
    grown_fen: int
    lifted_fen: int
    deducted_fen: int
    ended: Ended | None


class Changes(NamedTuple):
    """What a batch does to the table; `accounts` by index are those whose pages are due."""

    added: dict[int, Set]
    changed: dict[int, Change]
    accounts: set[int]
    known: dict[int, Known]  # once it is done


class RestraintTable:
    """One object for the life of the projection."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._version = -1  # of the book's table, as of what is known; −1: another one

    async def open(self, connection: asyncpg.Connection) -> None:
        """Reads what the table has."""
        rows = await connection.fetch(_OPEN)
        self._known = {row[0]: Known(row[1] // CONTRACT_NUMBER_STEP, *row[2:]) for row in rows}

    def changes(self, of_batch: RestraintsOfBatch, book: Book) -> Changes:
        """What the batch, which the book has applied, does to the table."""
        if book.restraints.version == self._version:
            return Changes({}, {}, set(), self._known)
        now = {each.number: _known(each) for each in book.restraints.ordered()}
        changed: dict[int, Change] = {}
        for number in self._known.keys() | of_batch.set.keys():
            was, stands = self._known.get(number), now.get(number)
            sums = (of_batch.grown_fen[number], of_batch.lifted_fen[number], of_batch.deducted_fen[number])
            if stands is not None and (stands != was or any(sums)):
                changed[number] = Change(*stands[1:], *sums, None)
            elif stands is None:
                until_s = of_batch.until_s.get(number, was.holds_until_s if was is not None else 0)
                ended = of_batch.ended.get(number) or _lapsed(number, until_s, of_batch.rolls)
                changed[number] = Change(0, 0, until_s, 0, *sums, ended)
        before = {number: one.account for number, one in self._known.items()}
        accounts = {before[number] for number in changed if number in before} | of_batch.accounts
        return Changes(of_batch.set, changed, accounts, now)

    async def write(self, connection: asyncpg.Connection, changes: Changes, sequence: int) -> None:
        """Raises InvariantBroken when one is missing."""
        if changes.added:
            await connection.executemany(_ADD, [_row(*each) for each in changes.added.items()])
        for number, change in changes.changed.items():
            left_fen, senior_fen, until_s, ordered_fen, *sums, ended = change
            values = (left_fen, senior_fen, until_s, *sums, *(ended or (None, None)), sequence, ordered_fen)
            if await connection.execute(_CHANGE, number, *values) != "UPDATE 1":
                raise InvariantBroken(f"the read model lacks restraint {number}")

    def done(self, changes: Changes, book: Book) -> None:
        """The transaction with these changes is committed."""
        self._known, self._version = changes.known, book.restraints.version


def _known(one: Restraint) -> Known:
    return Known(one.account, one.amount_fen, one.senior_fen, one.holds_until_s, one.ordered_fen)


def _lapsed(number: int, until_s: int, rolls: list[Rolled]) -> Ended:
    """Nobody lifted it or deducted all of it: a roll behind its last second ended it."""
    found = next((roll.ended for roll in rolls if 0 < until_s < roll.second), None)
    if found is None:
        raise InvariantBroken(f"restraint {number} has ended, and nothing tells why")
    return found


def _row(number: int, one: Set) -> tuple[object, ...]:
    """As it is added: what it withholds, until when and behind what is told by the change that follows."""
    texts = (text.replace("\x00", "\N{REPLACEMENT CHARACTER}") for text in (one.authority, one.document))
    terms = (account_no_from_index(one.account), one.amount_fen, one.kind, *texts, one.operators, one.set_by)
    return (number, *terms, one.trade_date, one.sequence, one.decided_at_ns)
