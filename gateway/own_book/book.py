"""The gateway's own book: money per account and contract, added up from requests and their outcomes by its own code.

Belongs here: the arithmetic of what was accepted, totals per party, the arrays of a checkpoint. Never here: a figure
that a ledger computed, the rules of who may do what (ledger), which outcome counts (book_intake).

Day-end reconciliation compares this book with the ledger's; the comparison is worth something because nothing of
the ledger's code or totals enters here. Nothing is subtracted from a freeze by looking the freeze up: what a release
or fill takes is named in the accepted request itself.

Rows that came live may be in the book before older ones that are fed to it. So everything here comes out the same in
any order: amounts add up; an account's last contract is the one with the highest index; ended is ended. What orders
through the bank have frozen and bought is reckoned (orders) when each row up to one is there.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from gateway.own_book.orders import MOVING, Orders
from gateway.own_book.told import Column, Frames, Told, amounts_of, credited, settled
from protocol.errors import InvariantBroken
from protocol.given_numbers import CONTRACT_NUMBER_STEP, account_no_from_index, contract_no_from_index
from protocol.limits import ACCOUNTS_MAX, COLUMN_FEN_MAX, CONTRACTS_MAX
from protocol.messages.customers.accounts import AccountTerms, ContractTerms
from protocol.messages.queries import PartyTotals
from protocol.records import OutcomeArray, RecordArray
from protocol.vocabulary import BANK_PARTY, RecordKind

Columns = dict[str, npt.NDArray[np.signedinteger]]
EVERY = slice(None)

FIRST_CAPACITY = 16_384  # columns double from here, so that growing is paid once per account and contract
BY_ACCOUNT = {"balance_fen": np.int64, "opened": np.int8, "closed": np.int8, "last_contract": np.int32}
BY_CONTRACT = {
    "frozen_fen": np.int64,
    "bought_unsettled_fen": np.int64,
    "sold_unsettled_fen": np.int64,
    "party": np.int32,
    "ended": np.int8,
    "replaced": np.int32,
    "account": np.int32,
    "settled_fen": np.int64,
}
KIND_MAX = max(RecordKind)
MOVEMENTS = (
    RecordKind.DEPOSIT,
    RecordKind.WITHDRAWAL,
    RecordKind.INTEREST,
)  # they name an account, everything else a contract
LINES = frozenset(range(RecordKind.CLEAR_ORDER, RecordKind.CLEAR_CONTRACT + 1))  # of clearing sets
ABOUT_ORDERS = {RecordKind.CANCEL, RecordKind.TAKEN, RecordKind.CANCEL_REFUSED}  # that move nothing of them
MOVE_NOTHING = LINES | ABOUT_ORDERS | {RecordKind.SIGNED_ON}
CORRECTIONS = (RecordKind.CORRECT, RecordKind.REVERT)  # to the set that counts, or back from one
HALF_BITS = 32  # of a column: sums of either half over all contracts stay inside 64 bits
HALF_MASK = (1 << HALF_BITS) - 1
SUMMED_AT_ONCE = 1 << 18  # contracts: the scratch of a sum stays small beside the book
assert CONTRACTS_MAX << HALF_BITS < 2**62
assert ACCOUNTS_MAX <= CONTRACTS_MAX < 2**31


class OwnBook:
    """Columns by account and by contract index, money in int64 fen. Items not heard of are 0."""

    def __init__(self) -> None:
        self._accounts_end = 0  # one above the highest index that anything was said of
        self._contracts_end = 0
        self._opened_count = 0  # none is opened or signed twice: as many as there are below the end are all of them
        self._signed_count = 0
        self.balance_fen: Column
        self.opened: npt.NDArray[np.int8]
        self.closed: npt.NDArray[np.int8]  # beside `opened`: what is live may close it before the feed opens it
        self.last_contract: npt.NDArray[np.int32]  # index + 1, 0: none was signed
        self.frozen_fen: Column
        self.bought_unsettled_fen: Column
        self.sold_unsettled_fen: Column
        self.party: npt.NDArray[np.int32]  # 0: not signed, or the party of `replaced`
        self.ended: npt.NDArray[np.int8]  # by a message
        self.replaced: npt.NDArray[np.int32]  # index + 1 of the contract whose card was replaced for this one
        self.account: npt.NDArray[np.int32]  # index + 1, 0: not signed
        self.settled_fen: Column  # credited less debited when it was settled, which is on its account
        self.orders = Orders()
        for name, kind in (BY_ACCOUNT | BY_CONTRACT).items():
            setattr(self, name, np.zeros(FIRST_CAPACITY, kind))

    def open_accounts(self, first_account_no: int, terms: Sequence[AccountTerms]) -> None:
        """Accounts that the ledger opened, with consecutive indices from that of the number it told.

        Raises InvariantBroken when one was opened before or the number is none.
        """
        first = first_account_no // CONTRACT_NUMBER_STEP
        end = first + len(terms)
        if end > ACCOUNTS_MAX or account_no_from_index(first) != first_account_no:
            raise InvariantBroken(f"book: accounts {first} to {end} were opened outside their numbers")
        self._reach_accounts(end)
        if self.opened[first:end].any():
            raise InvariantBroken(f"book: an account between {first} and {end} was opened twice")
        self.balance_fen[first:end] += np.fromiter((t.balance_fen for t in terms), np.int64, len(terms))
        self.opened[first:end] = 1
        self._opened_count += len(terms)

    def sign_contracts(self, first_contract_no: int, terms: Sequence[ContractTerms]) -> None:
        """Contracts that the ledger signed, with consecutive indices from that of the number it told.

        Raises InvariantBroken when one was signed before or a number is none.
        """
        first = self._fresh_contracts(first_contract_no, len(terms))
        count = len(terms)
        self.party[first : first + count] = np.fromiter((t.party for t in terms), np.int32, count)
        self._signed_count += int(np.count_nonzero(self.party[first : first + count]))
        accounts = np.fromiter((t.account_no // CONTRACT_NUMBER_STEP for t in terms), np.int64, count)
        self._stand_on(accounts, np.arange(first, first + count))

    def replace_card(self, new_contract_no: int, contract_no: int, account_no: int) -> None:
        """The contract that goes on for another, of a lower index, on another account.

        Raises InvariantBroken as `sign_contracts`, and when the other one is not of a lower index.
        """
        new = self._fresh_contracts(new_contract_no, 1)
        old = contract_no // CONTRACT_NUMBER_STEP
        if old >= new:
            raise InvariantBroken(f"book: contract index {new} replaces {old}, which is later")
        self.replaced[new] = old + 1
        self._signed_count += 1
        self._stand_on(np.array([account_no // CONTRACT_NUMBER_STEP]), np.array([new]))

    def end_contract(self, contract_no: int) -> None:
        """A message ended the contract."""
        index = contract_no // CONTRACT_NUMBER_STEP
        self._reach_contracts(index + 1)
        self.ended[index] = 1

    def close_account(self, account_no: int) -> None:
        """A message closed the account, and ended what stood on it: contracts signed before, and none comes after."""
        index = account_no // CONTRACT_NUMBER_STEP
        self._reach_accounts(index + 1)
        self.closed[index] = 1

    def add(self, records: RecordArray, outcomes: OutcomeArray, frames: Frames | None = None) -> None:
        """Moves what the accepted ones of (n,) RECORD with their (n,) OUTCOME name; refused ones move nothing.

        No record is copied: only of the fields that a kind moves by, those of its accepted ones. `frames`: whose
        records they are; without, none is an order through the bank. Raises InvariantBroken when an accepted record
        names an impossible account, contract, kind or amount.
        """
        codes = outcomes["code"]
        accepted = np.flatnonzero(codes == 0) if codes.any() else EVERY
        kinds = np.ascontiguousarray(records["kind"][accepted])
        if not len(kinds):
            return
        numbers = np.ascontiguousarray(records["contract_no"][accepted])
        lowest, highest = int(numbers.min()) // CONTRACT_NUMBER_STEP, int(numbers.max()) // CONTRACT_NUMBER_STEP
        if lowest < 0 or highest >= CONTRACTS_MAX:
            raise InvariantBroken(f"book: money moved on index {lowest} or {highest}")
        amounts_fen = amounts_of(records, "amount_fen", accepted)
        if int(kinds.min()) < 1 or int(kinds.max()) > KIND_MAX:
            raise InvariantBroken("book: an accepted record is of an unknown kind")
        there = np.flatnonzero(np.bincount(kinds)).tolist()
        if MOVE_NOTHING.issuperset(there):
            self._reach_contracts(highest + 1)
            return
        for kind in there:
            at = EVERY if len(there) == 1 else np.flatnonzero(kinds == kind)
            rows = accepted if isinstance(at, slice) else at if isinstance(accepted, slice) else accepted[at]
            told = Told(records, outcomes, rows)
            self._move(kind, numbers[at] // CONTRACT_NUMBER_STEP, amounts_fen[at], told, frames)

    def _move(self, kind: int, index: Column, amount_fen: Column, told: Told, frames: Frames | None) -> None:
        """What the (m,) accepted records of one kind do. `np.add.at`, because one contract may stand in a block many
        times.
        """
        if kind in MOVEMENTS:
            self._reach_accounts(int(index.max()) + 1)
        else:
            self._reach_contracts(int(index.max()) + 1)
        if kind == RecordKind.FREEZE:
            np.add.at(self.frozen_fen, index, amount_fen)
        elif kind == RecordKind.RELEASE:
            np.subtract.at(self.frozen_fen, index, amount_fen)
        elif kind in (RecordKind.FILL_BUY, RecordKind.CLOSE):
            taken_fen = amount_fen + told.fen("release_fen")
            np.subtract.at(self.frozen_fen, index, taken_fen)
            np.add.at(self.bought_unsettled_fen, index, amount_fen)
            if kind == RecordKind.CLOSE:
                self.orders.close(told, taken_fen, amount_fen, frames)
        elif kind == RecordKind.FILL_SELL:
            np.add.at(self.sold_unsettled_fen, index, amount_fen)
        elif kind in (RecordKind.DEPOSIT, RecordKind.INTEREST):
            np.add.at(self.balance_fen, index, amount_fen)
        elif kind == RecordKind.WITHDRAWAL:
            np.subtract.at(self.balance_fen, index, told.taken_fen(amount_fen))
        elif kind == RecordKind.PROCEEDS:
            np.add.at(self.sold_unsettled_fen, index, amount_fen)
            np.add.at(self.bought_unsettled_fen, index, told.fen("release_fen"))
        elif kind in (RecordKind.SETTLE, RecordKind.CREDIT):
            moved = (settled if kind == RecordKind.SETTLE else credited)(amount_fen, told)
            np.add.at(self.settled_fen, index, moved.balance_fen)
            np.subtract.at(self.bought_unsettled_fen, index, moved.bought_fen)
            np.subtract.at(self.sold_unsettled_fen, index, moved.sold_fen)
        elif kind in CORRECTIONS:
            # From what it says was there to what the set has, less or plus what is made good; likewise back to what
            # there was without the set, less or plus what stays.
            bought_fen = amount_fen - told.fen("made_good_buys_fen")
            # Several sales that the set has not together may be above what one record brings.
            sold_fen = told.fen("cleared_proceeds_fen") + told.fen("made_good_proceeds_fen", COLUMN_FEN_MAX)
            had = [told.fen(name, COLUMN_FEN_MAX) for name in ("has_bought_fen", "has_sold_fen")]
            np.add.at(self.bought_unsettled_fen, index, bought_fen - had[0])
            np.add.at(self.sold_unsettled_fen, index, sold_fen - had[1])
        elif kind in MOVING:
            self.orders.take(kind, index, told, frames)
        elif kind not in MOVE_NOTHING:
            raise InvariantBroken(f"book: an accepted record is of kind {kind}")

    def check_complete(self) -> None:
        """Brings in what orders through the bank have moved; of a book with each row up to one, and none behind it.

        Raises InvariantBroken when the ledger told otherwise of an order, or money moved where nothing was opened or
        signed.
        """
        for moved in self.orders.reckon(self._parties_of):
            np.add.at(self.frozen_fen, moved.contracts, moved.frozen_fen)
            np.add.at(self.bought_unsettled_fen, moved.contracts, moved.bought_fen)
        if self._opened_count != self._accounts_end:
            index = int(np.flatnonzero(self.opened[: self._accounts_end] == 0)[0])
            raise InvariantBroken(f"book: account index {index} was never opened")
        if self._signed_count != self._contracts_end:
            used = slice(self._contracts_end)
            index = int(np.flatnonzero((self.party[used] | self.replaced[used]) == 0)[0])
            raise InvariantBroken(f"book: contract index {index} was never signed")

    def totals(self) -> list[PartyTotals]:
        """Sums by party, ascending: of each that an account or a contract counts for.

        Frozen, bought and sold count for the contract's party; a balance for that of the account's last contract until
        a message ended it, else for the bank.
        """
        contracts, accounts = slice(self._contracts_end), slice(self._accounts_end)
        party = self._parties()
        ended = self.ended[contracts]
        last = self.last_contract[accounts]
        holds = (last > 0) & (self.closed[accounts] == 0)
        holds[holds] = ended[last[holds] - 1] == 0
        account_party = np.full(len(last), BANK_PARTY, np.int32)
        account_party[holds] = party[last[holds] - 1]
        length = 1 + max(int(party.max(initial=0)), int(account_party.max(initial=0)))
        balance = _sums_by_party(account_party, self._balances(), length)
        columns = (self.frozen_fen, self.bought_unsettled_fen, self.sold_unsettled_fen)
        moved = [_sums_by_party(party, column[contracts], length) for column in columns]
        named = np.bincount(party, minlength=length) + np.bincount(account_party, minlength=length)
        return [
            PartyTotals.of(number, balance[number], *(amounts[number] for amounts in moved))
            for number in np.flatnonzero(named).tolist()
            if number
        ]

    def figures(self) -> tuple[Column, Column, Column, Column]:
        """Copies: (accounts,) balances, and (contracts,) what is frozen, bought and sold."""
        of_contracts = (self.frozen_fen, self.bought_unsettled_fen, self.sold_unsettled_fen)
        frozen, bought, sold = (column[: self._contracts_end].copy() for column in of_contracts)
        return self._balances(), frozen, bought, sold

    def _balances(self) -> Column:
        """(accounts,) what came and went by movements, and by settlements of the contracts that each account has had; a
        new array.
        """
        balances_fen, contracts = self.balance_fen[: self._accounts_end].copy(), slice(self._contracts_end)
        at = np.flatnonzero(self.settled_fen[contracts])
        at = at[self.account[at] > 0]  # others were settled live, and their signing is to be fed
        np.add.at(balances_fen, self.account[at] - 1, self.settled_fen[at])
        return balances_fen

    def _parties(self) -> npt.NDArray[np.int32]:
        """(contracts,) the party of each, that of a replaced one for the contract that goes on for it; a new array."""
        party = self.party[: self._contracts_end].copy()
        replaced = self.replaced[: self._contracts_end]
        later = np.flatnonzero(replaced)
        if not len(later):
            return party
        before = replaced[later] - 1
        place = np.searchsorted(later, before)  # inside, because a contract replaces one of a lower index
        jump = np.where(later[place] == before, place, np.arange(len(later)))
        while (jump[jump] != jump).any():  # along the replacements to the first one, twice as far each time
            jump = jump[jump]
        party[later] = party[before[jump]]
        return party

    def _parties_of(self, contracts: Column) -> Column:
        """(m,) the broker of each."""
        at = contracts
        while (before := self.replaced[at]).any():
            at = np.where(before > 0, before - 1, at)
        return self.party[at].astype(np.int64)

    def arrays(self) -> Columns:
        """A copy of all columns, cut to what is in use: what a checkpoint keeps."""
        ends = dict.fromkeys(BY_ACCOUNT, self._accounts_end) | dict.fromkeys(BY_CONTRACT, self._contracts_end)
        return {name: getattr(self, name)[:end].copy() for name, end in ends.items()} | self.orders.arrays()

    @classmethod
    def from_arrays(cls, columns: Columns) -> "OwnBook":
        """The book that `arrays` was taken from. Raises KeyError or ValueError for columns that do not fit."""
        book = cls()
        accounts_end, contracts_end = len(columns["balance_fen"]), len(columns["party"])
        if accounts_end > ACCOUNTS_MAX or contracts_end > CONTRACTS_MAX:
            raise ValueError(f"{accounts_end} accounts and {contracts_end} contracts are more than a book has")
        book._reach_accounts(accounts_end)
        book._reach_contracts(contracts_end)
        for names, end in ((BY_ACCOUNT, accounts_end), (BY_CONTRACT, contracts_end)):
            for name in names:
                getattr(book, name)[:end] = columns[name]
        if (book.replaced[:contracts_end] > np.arange(contracts_end)).any():
            raise ValueError("a contract replaces one that is later")
        if int(book.account.max()) > accounts_end:
            raise ValueError("a contract stands on an account that is not there")
        book._opened_count = int(np.count_nonzero(book.opened))
        book._signed_count = int(np.count_nonzero(book.party | book.replaced))
        book.orders = Orders.from_arrays(columns)
        return book

    def _fresh_contracts(self, first_contract_no: int, count: int) -> int:
        first = first_contract_no // CONTRACT_NUMBER_STEP
        end = first + count
        if end > CONTRACTS_MAX or contract_no_from_index(first) != first_contract_no:
            raise InvariantBroken(f"book: contracts {first} to {end} were signed outside their numbers")
        self._reach_contracts(end)
        if self.party[first:end].any() or self.replaced[first:end].any():
            raise InvariantBroken(f"book: a contract between {first} and {end} was signed twice")
        return first

    def _stand_on(self, accounts: Column, contracts: Column) -> None:
        self._reach_accounts(int(accounts.max()) + 1)
        self.account[contracts] = accounts + 1
        np.maximum.at(self.last_contract, accounts, (contracts + 1).astype(np.int32))

    def _reach_accounts(self, end: int) -> None:
        self._accounts_end = max(self._accounts_end, end)
        self._grow(BY_ACCOUNT, end)

    def _reach_contracts(self, end: int) -> None:
        self._contracts_end = max(self._contracts_end, end)
        self._grow(BY_CONTRACT, end)

    def _grow(self, names: Iterable[str], end: int) -> None:
        for name in names:
            column = getattr(self, name)
            if end <= len(column):
                return
            wider = np.zeros(max(end, 2 * len(column)), column.dtype)
            wider[: len(column)] = column
            setattr(self, name, wider)


def _sums_by_party(party: npt.NDArray[np.int32], column_fen: Column, length: int) -> list[int]:
    """(length,) Σ of a column by party number, exact: a sum over many contracts may pass 64 bits, its halves cannot.

    Contracts of one party mostly stand side by side: each run of them is added up first.
    """
    upper, lower = np.zeros(length, np.int64), np.zeros(length, np.int64)
    for start in range(0, len(party), SUMMED_AT_ONCE):
        here, fen = party[start : start + SUMMED_AT_ONCE], column_fen[start : start + SUMMED_AT_ONCE]
        begins = np.concatenate(([0], np.flatnonzero(here[1:] != here[:-1]) + 1))
        np.add.at(upper, here[begins], np.add.reduceat(fen >> HALF_BITS, begins))
        np.add.at(lower, here[begins], np.add.reduceat(fen & HALF_MASK, begins))
    return [(high << HALF_BITS) + low for high, low in zip(upper.tolist(), lower.tolist(), strict=True)]
