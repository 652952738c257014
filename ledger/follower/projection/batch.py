"""A batch: the journal rows that one transaction of the read model takes in, and what they changed.

Belongs here: collecting rows up to a bound, which accounts, contracts, parties and outlets a message touched. Never
here: connections, lanes and clearing sets (lanes), restraints (restraints), rules: what became of what was touched is
read from the book.
"""

from typing import TYPE_CHECKING

import numpy as np

from ledger.core.control.rows import accepted_frames
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.follower.projection.copying.rows import Int64s
from ledger.follower.projection.customers.interest import InterestOfBatch
from ledger.follower.projection.customers.moved import MovedOfBatch
from ledger.follower.projection.customers.openings import OpeningsOfBatch
from ledger.follower.projection.customers.push_tables import PushesOfBatch
from ledger.follower.projection.customers.restraints import RestraintsOfBatch
from ledger.follower.projection.customers.settled import SETTLED_BY, settled_accounts
from ledger.follower.projection.customers.sold_of_ended import SoldOfEndedOfBatch
from ledger.follower.projection.day.clearing_accounts import ClearingAccountsOfBatch
from ledger.follower.projection.day.day_ends import DayEndsOfBatch
from ledger.follower.projection.day.differences import DifferencesOfBatch
from ledger.follower.projection.day.held_orders import HeldOfBatch
from ledger.follower.projection.day.lanes import LanesOfBatch
from ledger.follower.projection.day.obligations import ObligationsOfBatch
from ledger.follower.projection.day.settled import SettledOfBatch
from ledger.follower.projection.feeds import FeedsOfBatch
from ledger.follower.projection.orders.acts import OrderActsOfBatch
from ledger.follower.projection.orders.feeds import OrderFeedsOfBatch
from ledger.follower.projection.orders.fees import FeesOfBatch
from ledger.follower.projection.orders.phases import PhasesOfBatch
from ledger.follower.projection.orders.securities import SecuritiesOfBatch
from ledger.follower.projection.passwords import PasswordsOfBatch
from ledger.follower.projection.people import PeopleOfBatch, effect_of
from ledger.follower.projection.request_blocks import RequestRuns
from protocol.acts.customers import ChangeHolderAct
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.acts.table import Made
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import (
    ChangeMode,
    ConfirmRoll,
    EndSettlement,
    Genesis,
    OpenTradeDate,
    RegisterChannelSeat,
    RegisterParty,
    RegisterSeat,
    SetScheme,
)
from protocol.messages.customers.accounts import ChangeAccount, ChangeBroker, ChangeContract, ReplaceCard, SignContracts
from protocol.messages.customers.pushes import ConfirmPush
from protocol.messages.outlets import RegisterOutlets
from protocol.records import RECORD

if TYPE_CHECKING:
    from ledger.core.rows.rolls import Roll

_OF_PARTIES = (
    *(Genesis, RegisterParty, RegisterSeat, RegisterChannelSeat, ChangeMode, SetScheme, OpenTradeDate),
    *(StopBrokerAct, ResumeBrokerAct, TerminateBrokerAct),
)
"""What may change a party as the read model has it: a roll, modes and schemes of brokers."""
BATCH_RECORDS_MAX = 524_288
"""Records of one transaction: 32 MiB of records; by then the fixed cost of a transaction no longer shows."""
BATCH_BYTES_MAX = 64 * 1024 * 1024
BATCH_ROWS_MAX = 16_384
"""Journal rows of one transaction, for times when each holds a single record or a control message."""


class Batch:
    """Rows in journal order. `add` what was applied to the book; read the results before the book goes on."""

    def __init__(self, book: Book) -> None:
        """`book`: as the read model is; accounts and contracts above those that it has are new."""
        self.accounts_before = book.accounts_count
        self.contracts_before = book.contracts_count
        self._block_rows: list[Row] = []
        self._touched_accounts: set[int] = set()
        self._touched_contracts: set[int] = set()
        self._bytes = 0
        self.rows_count = 0
        self.records_count = 0
        self.parties_changed = False
        self.lanes = LanesOfBatch(book)
        self.differences = DifferencesOfBatch(book)
        self.people = PeopleOfBatch(book)
        self.restraints = RestraintsOfBatch(book)
        self.feeds = FeedsOfBatch(book)
        self.pushes = PushesOfBatch(book)
        self.openings = OpeningsOfBatch()
        self.moved = MovedOfBatch(book)
        self._book = book
        self.settled_accounts: set[int] = set()
        """Indices of accounts that were settled or credited, or of which less was executed than was reported."""
        self.settlements = SettledOfBatch(book)
        self.sold_of_ended = SoldOfEndedOfBatch(book)
        self.held_orders = HeldOfBatch(book)
        self.obligations = ObligationsOfBatch(book)
        self.day_ends = DayEndsOfBatch()
        self.fees = FeesOfBatch()
        self.phases = PhasesOfBatch()
        self.order_feeds = OrderFeedsOfBatch(book)
        self.clearing_accounts = ClearingAccountsOfBatch(book)
        self.interest = InterestOfBatch()
        self.securities = SecuritiesOfBatch(book)
        self.passwords = PasswordsOfBatch()
        self.order_acts = OrderActsOfBatch(book)
        self.outlets: set[int] = set()
        """Numbers of those that were registered, or registered anew."""
        self.settled = False
        """Whether contracts that ran off may have ended without being named."""
        self.last: Row | None = None
        self.rolls: list[Roll] = []
        """As the follower reckoned them."""
        self.confirmations: list[tuple[int, ConfirmRoll]] = []
        """With the row of each."""

    @property
    def is_full(self) -> bool:
        """Whether the next row belongs to the next transaction."""
        return (
            self.records_count >= BATCH_RECORDS_MAX
            or self._bytes >= BATCH_BYTES_MAX
            or self.rows_count >= BATCH_ROWS_MAX
        )

    def add(self, row: Row) -> None:
        """Takes the next row, which the book has applied."""
        self.last = row
        self.rows_count += 1
        self.records_count += len(row.records) // RECORD.itemsize
        self._bytes += len(row.records) + len(row.headers) + len(row.outcomes) + len(row.control)
        self.order_feeds.take(row)
        if row.records:
            self._block_rows.append(row)
            kinds = row.kinds()
            self.lanes.take_block(row)
            self.differences.take_block(row)
            self.restraints.take_block(row)
            self.moved.take_block(row)
            self.settlements.take_block(row)
            if not kinds.isdisjoint(SETTLED_BY):
                self.settled_accounts |= settled_accounts(self._book, row)
            self.sold_of_ended.take_block(row, kinds)
            self.held_orders.take_block(row, kinds)
            self.interest.take_block(kinds)
            self.passwords.take_block(row, kinds)
            self.order_acts.take_block(row, kinds)
            return
        self.people.take(row)
        self.feeds.take(row)
        self.obligations.take(row)
        self.clearing_accounts.take(row)
        self.securities.take_row(row)
        for told in accepted_frames(row):
            made = effect_of(told.message)
            self.people.take_made(made)
            self.feeds.take_answer(told.party, told.message)
            if isinstance(told.message, ConfirmRoll):
                self.confirmations.append((row.sequence, told.message))
            self._take(made, told.given_no)
            self.lanes.take(told, row)
            self.differences.take(told, row)
            self.restraints.take(told, row)
            self.pushes.take(told, row)
            self.openings.take(told, row)
            self.moved.take(told, row)
            self.day_ends.take(told, row)
            self.fees.take(told, made, row)
            self.phases.take(made, row)
            self.held_orders.take(told, row)
            self.securities.take(told, row)
            self.interest.take(made)
            self.passwords.take(made, told.given_no)

    def _take(self, message: Made, given_no: int) -> None:
        if isinstance(message, ChangeContract | ChangeBroker | ReplaceCard):
            self._touched_contracts.add(message.contract_no // CONTRACT_NUMBER_STEP)
        if isinstance(message, ChangeAccount | ReplaceCard | ChangeHolderAct):
            self._touched_accounts.add(message.account_no // CONTRACT_NUMBER_STEP)
        elif isinstance(message, SignContracts):
            self._touched_accounts.update(terms.account_no // CONTRACT_NUMBER_STEP for terms in message.contracts)
        elif isinstance(message, ConfirmPush) and given_no:  # else nothing came about of what it names
            self._touched_accounts.add(message.account_no // CONTRACT_NUMBER_STEP)
            named = (*message.ends, message.runs_off) if message.runs_off else message.ends
            self._touched_contracts.update(number // CONTRACT_NUMBER_STEP for number in named)
        elif isinstance(message, RegisterOutlets):
            self.outlets.update(entry.outlet for entry in message.outlets)
        elif isinstance(message, CorrectReportAct):
            contract = message.contract_no // CONTRACT_NUMBER_STEP
            self.settled_accounts.add(int(self._book.account_of_contract[contract]))
        elif isinstance(message, EndSettlement):
            self.settled = True
        elif isinstance(message, _OF_PARTIES):
            self.parties_changed = True

    def runs(self) -> RequestRuns | None:
        """The records of all block rows; None when there is none."""
        return RequestRuns.of(self._block_rows) if self._block_rows else None

    def new_accounts(self, book: Book) -> Int64s:
        """Ascending indices of the accounts that the read model lacks."""
        return np.arange(self.accounts_before, book.accounts_count, dtype=np.int64)

    def new_contracts(self, book: Book) -> Int64s:
        """Ascending indices of the contracts that the read model lacks."""
        return np.arange(self.contracts_before, book.contracts_count, dtype=np.int64)

    def touched_accounts(self, book: Book) -> Int64s:
        """Ascending indices of the accounts that the read model has to which something happened, or to their contract.

        No contract changes whose account is not among them, but for those that ran off, see `settled`; and none that
        the read model does not hold for the last one of its account.
        """
        contracts = np.array(sorted(self._touched_contracts), np.int64)
        touched = self._touched_accounts.union(book.account_of_contract[contracts].tolist())
        return np.array(sorted(index for index in touched if index < self.accounts_before), np.int64)
