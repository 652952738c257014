"""What a batch did to contracts that brokers pushed, or that were signed at the counter, and the table pushes.

Belongs here: which pushes were touched, what the book had of each right after the row that did it, their SQL. Never
here: the transaction (read_model), what is sealed: no word of it comes into the read model.
"""

from typing import NamedTuple

import asyncpg

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.customers.pushes import Push
from ledger.follower.projection.people import effect_of
from protocol.acts.customers import SignAtCounterAct
from protocol.errors import InvariantBroken
from protocol.messages.customers.pushes import ConfirmPush, Identify, PushContract

_ADD = """
INSERT INTO pushes (push, party, seat, trade_date, serial, bank_account_no, replaces, pushed_sequence, pushed_at_ns,
                    state, code, contract_no, decided_sequence, decided_at_ns, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, 0, NULL, NULL, $8)
"""
_MOVE = """
UPDATE pushes
SET state = $2, code = $3, contract_no = $4, decided_sequence = $5, decided_at_ns = $6, as_of_sequence = $7
WHERE push = $1
"""


class Pushed(NamedTuple):
    """A push as it came; its place in the table's columns."""

    push: int
    party: int
    seat: int
    trade_date: int
    serial: int
    bank_account_no: int
    replaces: int
    sequence: int
    at_ns: int


class Moved(NamedTuple):
    """Where a push stands; the row and time in which it was decided, None while it is not."""

    state: int
    code: int
    contract_no: int
    decided_sequence: int | None
    decided_at_ns: int | None


class PushesOfBatch:
    """Pushes that rows of a batch touched. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.came: list[Pushed] = []
        self.moved: dict[int, Moved] = {}

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row."""
        party, seat, said, given_no, _ = told
        message = effect_of(said)
        if isinstance(message, PushContract):
            facts = (message.serial, message.bank_account_no, message.replaces, row.sequence, row.decided_at_ns)
            self.came.append(Pushed(given_no, party, seat, row.trade_date, *facts))
        elif isinstance(message, SignAtCounterAct):
            push = self._push(given_no)
            facts = (message.push_serial, push.bank_account_no, 0, row.sequence, row.decided_at_ns)
            self.came.append(Pushed(given_no, message.party, seat, row.trade_date, *facts))
        elif isinstance(message, Identify | ConfirmPush):
            push = self._push(message.push)
            decided = (None, None) if push.is_open else (row.sequence, row.decided_at_ns)
            self.moved[message.push] = Moved(push.state, push.code, push.contract_no, *decided)

    def _push(self, number: int) -> Push:
        """As the book has it, also when it gave way in this very row."""
        pushes = self._book.pushes
        return pushes.entries.get(number) or pushes.gave_way[number]


async def write_pushes(connection: asyncpg.Connection, of_batch: PushesOfBatch, sequence: int) -> None:
    """Writes what a batch up to the row `sequence` did. Raises InvariantBroken when a push is missing."""
    if of_batch.came:
        await connection.executemany(_ADD, of_batch.came)
    for number, moved in of_batch.moved.items():
        if await connection.execute(_MOVE, number, *moved, sequence) != "UPDATE 1":
            raise InvariantBroken(f"the read model lacks push {number}")
