"""Accounts that a batch has settled or credited: what moved of them their records do not tell, their outcomes do.

Belongs here: which accounts those are. Never here: what moved (the book has it), entries, the transaction (read_model).
"""

import numpy as np

from ledger.core.kind_tables import SETTLES, kinds_where
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.records import OUTCOME, RECORD

SETTLED_BY = kinds_where(SETTLES)  # without a record of these nothing is


def settled_accounts(book: Book, row: Row) -> set[int]:
    """Indices of the accounts of a block row's accepted settlements and credits."""
    records, outcomes = np.frombuffer(row.records, RECORD), np.frombuffer(row.outcomes, OUTCOME)
    places = np.flatnonzero(SETTLES[records["kind"].astype(np.uint8)] & (outcomes["code"] == ReplyCode.ACCEPTED))
    contracts = records["contract_no"][places] // CONTRACT_NUMBER_STEP
    return set(book.account_of_contract[contracts].tolist())
