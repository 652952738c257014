"""The gateway's own book: money per contract, added up from requests and their outcomes by its own code.

Belongs here: the arithmetic of what was accepted, totals per party, the arrays of a checkpoint. Never here: a figure
that a ledger computed, the rules of who may do what (ledger), which outcome counts (book_intake).

Day-end reconciliation compares this book with the ledger's; the comparison is worth something because nothing of
the ledger's code or totals enters here. Nothing is subtracted from a freeze by looking the freeze up: what a release
or fill takes is named in the accepted request itself.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from protocol.errors import InvariantBroken
from protocol.limits import AMOUNT_FEN_MAX, CONTRACTS_MAX
from protocol.messages.control import ContractTerms
from protocol.messages.queries import PartyTotals
from protocol.records import OutcomeArray, RecordArray
from protocol.vocabulary import CONTRACT_NUMBER_STEP, RecordKind, contract_no_from_index

Column = npt.NDArray[np.int64]

FIRST_CAPACITY = 16_384  # contracts; columns double from here, so that growing is paid once per contract
MONEY_COLUMNS = ("balance_fen", "frozen_fen", "bought_unsettled_fen", "sold_unsettled_fen")
KIND_MAX = max(RecordKind)
HALF_BITS = 32  # of a column: sums of either half over all contracts stay inside 64 bits
HALF_MASK = (1 << HALF_BITS) - 1
SUMMED_AT_ONCE = 1 << 18  # contracts: the scratch of a sum stays small beside the book
assert CONTRACTS_MAX << HALF_BITS < 2**62


class Book:
    """Columns by contract index (contract_no // 100), all of them int64 fen, and the party of each contract."""

    def __init__(self) -> None:
        self.contracts_count = 0
        self._touched_count = 0  # one above the highest index that money moved on
        self.balance_fen: Column = np.zeros(FIRST_CAPACITY, np.int64)
        self.frozen_fen: Column = np.zeros(FIRST_CAPACITY, np.int64)
        self.bought_unsettled_fen: Column = np.zeros(FIRST_CAPACITY, np.int64)
        self.sold_unsettled_fen: Column = np.zeros(FIRST_CAPACITY, np.int64)
        self.party: npt.NDArray[np.int32] = np.zeros(FIRST_CAPACITY, np.int32)  # 0: not opened yet

    def open_contracts(self, first_contract_no: int, terms: Sequence[ContractTerms]) -> None:
        """Contracts that the ledger accepted: who they belong to and what is on their accounts.

        While the book is being rebuilt money may already have moved on them, so opening adds to the columns.
        Raises InvariantBroken when a contract was opened before or is beyond CONTRACTS_MAX.
        """
        first = first_contract_no // CONTRACT_NUMBER_STEP
        end = first + len(terms)
        if end > CONTRACTS_MAX or contract_no_from_index(first) != first_contract_no:
            raise InvariantBroken(f"book: contracts {first} to {end} were opened outside their numbers")
        self._grow(end)
        if self.party[first:end].any():
            raise InvariantBroken(f"book: a contract between {first} and {end} was opened twice")
        count = len(terms)
        self.balance_fen[first:end] += np.fromiter((t.balance_fen for t in terms), np.int64, count)
        self.party[first:end] = np.fromiter((t.party for t in terms), np.int32, count)
        self.contracts_count = max(self.contracts_count, end)

    def add(self, records: RecordArray, outcomes: OutcomeArray) -> None:
        """Moves what the accepted ones of (n,) RECORD with their (n,) OUTCOME name; refused ones move nothing.

        Raises InvariantBroken when an accepted record names an impossible contract, kind or amount.
        """
        codes = outcomes["code"]
        accepted = np.flatnonzero(codes == 0) if codes.any() else slice(None)
        index = records["contract_no"][accepted] // CONTRACT_NUMBER_STEP
        if not len(index):
            return
        amount_fen = np.ascontiguousarray(records["amount_fen"][accepted])
        lowest, end = int(index.min()), int(index.max()) + 1
        if lowest < 0 or end > CONTRACTS_MAX:
            raise InvariantBroken(f"book: money moved on contract index {lowest} or {end - 1}")
        if int(amount_fen.min()) < 0 or int(amount_fen.max()) > AMOUNT_FEN_MAX:
            raise InvariantBroken("book: an accepted amount is out of range")
        self._grow(end)
        self._touched_count = max(self._touched_count, end)
        kinds = records["kind"][accepted]
        first_kind = int(kinds[0])
        if (kinds == first_kind).all() and first_kind != RecordKind.FILL_BUY:
            self._move(first_kind, index, amount_fen, None)
            return
        if int(kinds.min()) < 1 or int(kinds.max()) > KIND_MAX:
            raise InvariantBroken("book: an accepted record is of an unknown kind")
        release_fen = records["release_fen"][accepted]
        for kind in np.flatnonzero(np.bincount(kinds)).tolist():
            rows = np.flatnonzero(kinds == kind)
            self._move(kind, index[rows], amount_fen[rows], release_fen[rows])

    def _move(self, kind: int, index: Column, amount_fen: Column, release_fen: Column | None) -> None:
        """What one kind does; `release_fen` is of FILL_BUY. `np.add.at`, because one contract may stand
        in a block many times.
        """
        if kind == RecordKind.FREEZE:
            np.add.at(self.frozen_fen, index, amount_fen)
        elif kind == RecordKind.RELEASE:
            np.subtract.at(self.frozen_fen, index, amount_fen)
        elif kind == RecordKind.FILL_BUY:
            if release_fen is None or int(release_fen.min()) < 0 or int(release_fen.max()) > AMOUNT_FEN_MAX:
                raise InvariantBroken("book: an accepted release of a fill is out of range")
            np.subtract.at(self.frozen_fen, index, amount_fen + release_fen)
            np.add.at(self.bought_unsettled_fen, index, amount_fen)
        elif kind == RecordKind.FILL_SELL:
            np.add.at(self.sold_unsettled_fen, index, amount_fen)
        elif kind == RecordKind.DEPOSIT:
            np.add.at(self.balance_fen, index, amount_fen)
        elif kind == RecordKind.WITHDRAWAL:
            np.subtract.at(self.balance_fen, index, amount_fen)
        else:
            raise InvariantBroken(f"book: an accepted record is of kind {kind}")

    def check_complete(self) -> None:
        """Raises InvariantBroken when money moved on a contract that nobody opened. For a complete book only."""
        if self._touched_count > self.contracts_count:
            raise InvariantBroken(
                f"book: money moved on contract index {self._touched_count - 1}, {self.contracts_count} are open"
            )

    def totals(self) -> list[PartyTotals]:
        """Sums over the contracts of each party that has any, ascending by party."""
        party = self.party[: self.contracts_count]
        columns = (self.balance_fen, self.frozen_fen, self.bought_unsettled_fen, self.sold_unsettled_fen)
        sums = [_sums_by_party(party, column[: self.contracts_count]) for column in columns]
        return [
            PartyTotals.of(number, *(amounts[number] for amounts in sums))
            for number in np.flatnonzero(np.bincount(party)).tolist()
            if number
        ]

    def arrays(self) -> dict[str, npt.NDArray[np.signedinteger]]:
        """A copy of all columns, cut to the contracts in use: what a checkpoint keeps."""
        end = max(self.contracts_count, self._touched_count)
        columns: dict[str, npt.NDArray[np.signedinteger]] = {
            name: getattr(self, name)[:end].copy() for name in MONEY_COLUMNS
        }
        columns["party"] = self.party[:end].copy()
        return columns

    @classmethod
    def from_arrays(cls, columns: dict[str, npt.NDArray[np.signedinteger]], contracts_count: int) -> "Book":
        """The book that `arrays` was taken from. Raises KeyError or ValueError for columns that do not fit."""
        book = cls()
        end = len(columns["party"])
        if not 0 <= contracts_count <= end <= CONTRACTS_MAX:
            raise ValueError(f"{contracts_count} contracts do not fit {end} rows")
        book._grow(end)
        for name in (*MONEY_COLUMNS, "party"):
            getattr(book, name)[:end] = columns[name]
        book.contracts_count = contracts_count
        book._touched_count = end
        return book

    def _grow(self, end: int) -> None:
        capacity = len(self.party)
        if end <= capacity:
            return
        while capacity < end:
            capacity *= 2
        for name in (*MONEY_COLUMNS, "party"):
            column = getattr(self, name)
            wider = np.zeros(capacity, column.dtype)
            wider[: len(column)] = column
            setattr(self, name, wider)


def _sums_by_party(party: npt.NDArray[np.int32], column_fen: Column) -> list[int]:
    """Σ of a column by party number, exact: a sum over many contracts may pass 64 bits, its two halves cannot.

    Contracts of one party mostly stand side by side: each run of them is added up first.
    """
    upper = np.zeros(int(party.max(initial=0)) + 1, np.int64)
    lower = np.zeros_like(upper)
    for start in range(0, len(party), SUMMED_AT_ONCE):
        here, fen = party[start : start + SUMMED_AT_ONCE], column_fen[start : start + SUMMED_AT_ONCE]
        begins = np.concatenate(([0], np.flatnonzero(here[1:] != here[:-1]) + 1))
        np.add.at(upper, here[begins], np.add.reduceat(fen >> HALF_BITS, begins))
        np.add.at(lower, here[begins], np.add.reduceat(fen & HALF_MASK, begins))
    return [(high << HALF_BITS) + low for high, low in zip(upper.tolist(), lower.tolist(), strict=True)]
