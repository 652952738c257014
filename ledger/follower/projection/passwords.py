"""Trading passwords of contracts, and who is signed on: the table passwords, its SQL, which rows a batch changes.

Belongs here: that. Never here: which batch is written when (batch, read_model), what is counted (the core).

The password desk reads salt and verifier here; no view of people has them.
"""

import asyncpg
import numpy as np

from ledger.core.kind_tables import IS_VERDICT, kinds_where
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from protocol.acts.ordering.passwords import PasswordAct
from protocol.acts.table import Made
from protocol.given_numbers import CONTRACT_NUMBER_STEP, contract_no_from_index
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.accounts import ReplaceCard
from protocol.messages.orders.signing_on import SigningMessage
from protocol.records import OUTCOME, RECORD

_VERDICTS = kinds_where(IS_VERDICT)
_FORGET = """
UPDATE passwords SET failed_channels = '{}', failures = '{}', as_of_sequence = $1 WHERE cardinality(failures) > 0
"""
_PUT = """
INSERT INTO passwords (contract_no, generation, is_set, is_lost, is_locked, salt, verifier, failed_channels, failures,
                       channels, until_s, as_of_sequence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (contract_no) DO UPDATE
SET (generation, is_set, is_lost, is_locked, salt, verifier, failed_channels, failures, channels, until_s,
     as_of_sequence) =
    (excluded.generation, excluded.is_set, excluded.is_lost, excluded.is_locked, excluded.salt, excluded.verifier,
     excluded.failed_channels, excluded.failures, excluded.channels, excluded.until_s, excluded.as_of_sequence)
"""


class PasswordsOfBatch:
    """What may have changed."""

    def __init__(self) -> None:
        """Nothing."""
        self.contracts: set[int] = set()
        """By index."""
        self.rolled = False

    def take_block(self, row: Row, kinds: frozenset[int] | set[int]) -> None:
        """A block row, of which these are the kinds."""
        if _VERDICTS.isdisjoint(kinds):
            return
        records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
        at = np.flatnonzero(IS_VERDICT[records["kind"].view(np.uint8)] & (outcomes["code"] == 0))
        self.contracts.update((records["contract_no"][at] // CONTRACT_NUMBER_STEP).tolist())

    def take(self, made: Made, given_no: int) -> None:
        """What an accepted control message, or an act, has made."""
        if isinstance(made, SigningMessage | PasswordAct):
            self.contracts.add(made.contract_no // CONTRACT_NUMBER_STEP)
        elif isinstance(made, ReplaceCard):
            self.contracts.add(given_no // CONTRACT_NUMBER_STEP)
        elif isinstance(made, OpenTradeDate):
            self.rolled = True


async def write_passwords(connection: asyncpg.Connection, changed: PasswordsOfBatch, book: Book, sequence: int) -> None:
    """Writes those of contracts that ever had one, as the book has them after a row."""
    sign_ons = book.orders.sign_ons
    if not sign_ons.is_used:
        return
    if changed.rolled:
        await connection.execute(_FORGET, sequence)
    rows = []
    for index in sorted(changed.contracts):
        password = sign_ons.password(index)
        if not password.generation:
            continue
        failures, signed_on = sorted(password.failures.items()), list(sign_ons.signed_on(index))
        rows.append(
            (
                contract_no_from_index(index),
                *(password.generation, password.is_set, password.is_lost, password.is_locked),
                *(sign_ons.salt[index].tobytes(), sign_ons.verifier[index].tobytes()),
                *([channel for channel, _ in failures], [count for _, count in failures]),
                *([channel for channel, _ in signed_on], [until_s for _, until_s in signed_on]),
                sequence,
            )
        )
    await connection.executemany(_PUT, rows)
