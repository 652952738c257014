"""What settlements and credits posted between customers and brokers' dates: rows of the table settled_entries.

Belongs here: which records made which entries, as COPY has them. Never here: what is posted (ledger.core.settling), the
general ledger, the transaction (read_model).
"""

from collections.abc import Iterator

import numpy as np

from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.day.gated import SettledEntries
from ledger.database.books import SETTLED_BY
from ledger.follower.projection.copying.rows import CopyArray, column_names, copy_layout, filled_template
from protocol.given_numbers import account_nos_from_indices, contract_nos_from_indices
from protocol.records import RECORD
from rules.entries import CREDITED_TO_NONE, Leg

TABLE = "settled_entries"


_CONTRACT = ("contract_no", ">i8")
_NULL = -1  # the length of what is not there, behind which nothing comes


def _layout(origin: str, *last: tuple[str, str]) -> np.dtype[np.void]:
    """Of the entries of one leg: a word is as long as it is."""
    return copy_layout(
        [
            ("trade_date", ">i4"),
            ("seat", ">i4"),
            ("number", ">i8"),
            ("sequence", ">i8"),
            ("decided_at_ns", ">i8"),
            ("origin", f"S{len(origin)}"),
            ("kind", ">i2"),
            ("party", ">i4"),
            ("lane_date", ">i4"),
            ("account_no", ">i8"),
            ("amount_fen", ">i8"),
            *last,
        ]
    )


COLUMNS = column_names(_layout("", _CONTRACT))


def _template(leg: Leg, origin: str) -> CopyArray:
    """Only what no account was credited with is of a contract."""
    if leg == CREDITED_TO_NONE:
        row = filled_template(_layout(origin, _CONTRACT), len(COLUMNS))
    else:
        known = filled_template(_layout(origin), len(COLUMNS))
        row = np.zeros(1, np.dtype([*known.dtype.descr, ("no_contract", ">i4")]))
        row[list(known.dtype.names or ())] = known
        row["no_contract"] = _NULL
    row["origin"] = origin.encode()
    return row


_TEMPLATES = {leg: _template(leg, origin) for leg, origin in SETTLED_BY.items()}


class SettledOfBatch:
    """Entries by the block rows of a batch. Such a row is applied alone."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rows: list[CopyArray] = []

    def __len__(self) -> int:
        return sum(map(len, self._rows))

    def take_block(self, row: Row) -> None:
        """A block row, right after it was applied."""
        for posted in self._book.gated.posted:
            self._rows.append(self._encoded(row, posted))

    def _encoded(self, row: Row, posted: SettledEntries) -> CopyArray:
        prefixes, records, places = row.prefixes(), np.frombuffer(row.records, RECORD), posted.positions
        counts = prefixes["record_count"].astype(np.int64)
        frame = np.repeat(np.arange(len(prefixes)), counts)[places]
        first_number = prefixes["first_number"].astype(np.int64) - (np.cumsum(counts) - counts)
        made = np.repeat(_TEMPLATES[posted.leg], len(places))
        made["trade_date"], made["sequence"], made["decided_at_ns"] = row.trade_date, row.sequence, row.decided_at_ns
        made["seat"], made["number"] = prefixes["seat"][frame], first_number[frame] + places
        made["kind"] = records["kind"][places]
        made["party"], made["lane_date"] = posted.party, posted.trade_date
        accounts = self._book.account_of_contract[posted.contracts].astype(np.int64)
        made["account_no"], made["amount_fen"] = account_nos_from_indices(accounts), posted.amounts_fen
        if posted.leg == CREDITED_TO_NONE:
            made["contract_no"] = contract_nos_from_indices(posted.contracts.astype(np.int64))
        return made

    def chunks(self) -> Iterator[bytes]:
        """All of them as COPY has them."""
        for made in self._rows:
            yield made.tobytes()
