"""COPY rows of savings accounts and contracts, as the book has them.

Belongs here: which column of the book goes into which column of the tables. Never here: which rows are due (batch),
the layout of COPY rows (copying), connections.
"""

from collections.abc import Iterator

import numpy as np

from ledger.core.state.book import LAST_CONTRACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book, statuses_told
from ledger.core.state.columns import LongColumn
from ledger.core.state.number_index import unpacked_all
from ledger.follower.projection.copying.arrays import NULL, rows_of
from ledger.follower.projection.copying.rows import Int64s, chunks_of, column_names, copy_layout, filled_template
from protocol.given_numbers import account_nos_from_indices, contract_nos_from_indices
from protocol.limits import HOLDER_BYTES
from protocol.trade_dates import date_of_day

_ACCOUNT = copy_layout(
    [
        ("account_no", ">i8"),
        ("bank_account_no", ">i8"),
        ("as_of_sequence", ">i8"),
        ("outlet", ">i4"),
        ("status", ">i2"),
        ("holder", f"V{HOLDER_BYTES}"),
    ]
)
_CONTRACT = copy_layout(
    [
        ("contract_no", ">i8"),
        ("account_no", ">i8"),
        ("as_of_sequence", ">i8"),
        ("party", ">i4"),
        ("began_on", ">i4"),
        ("ended_on", ">i4"),
        ("designated_on", ">i4"),
        ("status", ">i2"),
    ]
)
ACCOUNT_COLUMNS = [*column_names(_ACCOUNT), "last_contract_no"]
CONTRACT_COLUMNS = [*column_names(_CONTRACT), "xshg_account", "xshe_account"]
_ACCOUNT_TEMPLATE = filled_template(_ACCOUNT, len(ACCOUNT_COLUMNS))
_CONTRACT_TEMPLATE = filled_template(_CONTRACT, len(CONTRACT_COLUMNS))
_NUMBER_BYTES = 8


def last_contract_nos(book: Book, rows: LongColumn) -> list[int | None]:
    """Of account rows: the number of the contract that was signed last and that no message has ended."""
    last = book.account_flags[rows] & LAST_CONTRACT_MASK
    numbers = contract_nos_from_indices(last - 1).tolist()
    return [number if stands else None for number, stands in zip(numbers, last.tolist(), strict=True)]


def began_on(book: Book, indices: LongColumn) -> LongColumn:
    """Of contracts: the trade date that was open when each began to be of use, 0 for those that have not."""
    days = np.abs(book.began_day[indices].astype(np.int64))
    known, places = np.unique(days, return_inverse=True)
    return np.array([date_of_day(day) if day else 0 for day in known.tolist()], np.int64)[places]


def account_chunks(book: Book, rows: Int64s, sequence: int) -> Iterator[bytes]:
    """COPY rows of the accounts at `rows`, as the book has them after the row `sequence`."""
    return (_accounts(book, chunk, sequence) for chunk in chunks_of(rows))


def contract_chunks(book: Book, indices: Int64s, sequence: int) -> Iterator[bytes]:
    """COPY rows of the contracts at `indices`, as the book has them after the row `sequence`."""
    return (_contracts(book, chunk, sequence) for chunk in chunks_of(indices))


def _accounts(book: Book, rows: Int64s, sequence: int) -> bytes:
    heads = np.repeat(_ACCOUNT_TEMPLATE, len(rows))
    heads["account_no"] = account_nos_from_indices(rows)
    heads["bank_account_no"] = book.bank_account_no[rows]
    heads["outlet"] = book.outlet[rows]
    heads["holder"] = book.holder[rows].view(f"V{HOLDER_BYTES}")[:, 0]
    heads["status"] = book.account_flags[rows] >> STATE_SHIFT
    heads["as_of_sequence"] = sequence
    last = [_field(number.to_bytes(_NUMBER_BYTES) if number else b"") for number in last_contract_nos(book, rows)]
    return rows_of(heads, [last])


def _contracts(book: Book, indices: Int64s, sequence: int) -> bytes:
    heads = np.repeat(_CONTRACT_TEMPLATE, len(indices))
    facts = book.contract_facts[indices]
    heads["contract_no"] = contract_nos_from_indices(indices)
    heads["account_no"] = account_nos_from_indices(book.account_of_contract[indices].astype(np.int64))
    heads["party"] = facts >> PARTY_SHIFT
    heads["status"] = statuses_told(facts)
    heads["began_on"] = began_on(book, indices)
    heads["ended_on"] = book.ended_on[indices]
    heads["designated_on"] = book.designated_on[indices]
    heads["as_of_sequence"] = sequence
    texts = [[_field(text) for text in unpacked_all(numbers[indices])] for numbers in book.securities_no.T]
    return rows_of(heads, texts)


def _field(value: bytes) -> bytes:
    """A field of its own length, NULL when it is empty."""
    return len(value).to_bytes(4) + value if value else NULL
