"""What a batch did to restraints, by rows.

Belongs here: which restraints were set, lifted, extended, deducted by, and what card debits left. Never here: SQL and
those that are over (restraint_table), what a restraint withholds now: that is read from the book.
"""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ledger.core.control.rows import Told
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from protocol.acts.table import Made, made_by_text
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import OpenTradeDate
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from protocol.messages.persons import Act
from protocol.records import RECORD
from protocol.vocabulary import RestraintKind

if TYPE_CHECKING:
    from ledger.core.state.customers.restraints import Moved

_SECOND_NS = 1_000_000_000


class Set(NamedTuple):
    """How a restraint began."""

    account: int  # index
    amount_fen: int  # 0 of what a card debit left: it grows at once
    kind: int
    authority: str
    document: str
    operators: list[int]
    set_by: int  # seat, 0 for a record
    trade_date: int
    sequence: int
    decided_at_ns: int


class Ended(NamedTuple):
    """The row behind which it withholds nothing."""

    trade_date: int
    sequence: int


class Rolled(NamedTuple):
    """A roll, which ends what was to hold no longer."""

    second: int
    ended: Ended


class RestraintsOfBatch:
    """Restraints that rows of a batch touched. Tell it of each row when the book has applied it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._given_before = book.restraints.given
        self._moved: list[Moved] = book.restraints.moved
        self._end = 0  # of the last row's records among those that were applied together
        self.set: dict[int, Set] = {}
        self.grown_fen: Counter[int] = Counter()
        self.lifted_fen: Counter[int] = Counter()
        self.deducted_fen: Counter[int] = Counter()
        self.until_s: dict[int, int] = {}
        self.ended: dict[int, Ended] = {}
        self.rolls: list[Rolled] = []
        self.accounts: set[int] = set()
        """Indices of those of which records changed what is withheld: their pages are due at once, for that, and what
        was posted of a card debit, is not in the amounts of records."""

    def take_block(self, row: Row) -> None:
        """A block row, which was applied alone or with others behind and before it."""
        if self._book.restraints.moved is not self._moved:
            self._moved, self._end = self._book.restraints.moved, 0
        begin = self._end
        self._end += len(row.records) // RECORD.itemsize
        for position, number, account, grown_fen, deducted_fen in self._moved:
            if not begin <= position < self._end:
                continue
            self.accounts.add(account)
            if grown_fen and number not in self.set and number > self._given_before:
                where = (row.trade_date, row.sequence, row.decided_at_ns)
                self.set[number] = Set(account, 0, RestraintKind.CARD, "", "", [], 0, *where)
            self.grown_fen[number] += grown_fen
            if deducted_fen:
                self._lowered(self.deducted_fen, number, deducted_fen, row)

    def take(self, told: Told, row: Row) -> None:
        """An accepted control message of a row."""
        message: Made = told.message
        operators: list[int] = []
        if isinstance(message, Act):
            operators = [each.person for each in message.signatures]
            message = made_by_text(message.text)
        if isinstance(message, Restrain):
            account = message.account_no // CONTRACT_NUMBER_STEP
            terms = (account, message.amount_fen, message.kind, message.authority, message.document)
            self.set[told.given_no] = Set(*terms, operators, told.seat, row.trade_date, row.sequence, row.decided_at_ns)
            self.until_s[told.given_no] = message.holds_until_s
            self.accounts.add(account)
        elif isinstance(message, ExtendRestraint):
            self.until_s[message.restraint_no] = message.holds_until_s
        elif isinstance(message, OpenTradeDate):
            self.rolls.append(Rolled(row.decided_at_ns // _SECOND_NS, Ended(message.trade_date, row.sequence)))
        elif isinstance(message, LiftRestraint):
            self._lowered(self.lifted_fen, message.restraint_no, message.amount_fen, row)

    def _lowered(self, sums_fen: Counter[int], number: int, amount_fen: int, row: Row) -> None:
        sums_fen[number] += amount_fen
        if number not in self._book.restraints.by_number:
            self.ended[number] = Ended(row.trade_date, row.sequence)
