"""What is bought and sold and not paid yet: a ring of the dates whose customers are not settled, and what was left.

Belongs here: the ring with one slot for each such date, the sorted table of what the settlement of a date left unpaid.
Never here: the totals over both, which the order path reads (book), who may settle a date (control).
See docs/decisions/0033-unsettled-money-is-a-ring.md.

Σ over the slots of an account + Σ over its contract's entries in the table = its totals, which `invariants` proves.
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.state.columns import ByteColumn, FenColumn, LongColumn, Positions, byte_zeros, long_zeros
from protocol.errors import InvariantBroken, MisuseError
from protocol.limits import CONTRACTS_MAX, TRADE_DATE_MAX, UNSETTLED_DATES_MAX
from protocol.trade_dates import trade_day

DAY_CODES = 1 << 16  # a day is read as two bytes, whatever stands in them
NO_SLOT = -1
_CONTRACT_BITS = 32
assert CONTRACTS_MAX < 1 << _CONTRACT_BITS
assert TRADE_DATE_MAX < 1 << (63 - _CONTRACT_BITS)
assert UNSETTLED_DATES_MAX < 1 << 7  # a slot fits `slot_of_day`


def unpaid_keys(date: int, contracts: Positions) -> LongColumn:
    """(trade date, contract index) as one int64 that sorts in that order."""
    return (date << _CONTRACT_BITS) | contracts.astype(np.int64)


@dataclass(slots=True)
class Unsettled:
    """K slots, and the table. A slot's columns exist while it has a date; memory is used as accounts are."""

    accounts: int  # of each column
    dates: LongColumn  # (K + 1,) trade date of each slot, 0: free; the last stands for NO_SLOT and stays 0
    dates_before: LongColumn  # (K + 1,) the trade date before that of each slot, 0 for the first of all
    agreed: ByteColumn  # (K + 1,) 1 where the bank's two books agreed once trading of the slot's date had ended
    bought_fen: list[FenColumn]  # by slot, (accounts,); empty while it is free
    sold_fen: list[FenColumn]
    open_slot: int  # of the open trade date
    slot_of_day: ByteColumn  # (DAY_CODES,) slot by trade day, NO_SLOT without one
    keys: LongColumn  # (k,) sorted `unpaid_keys`
    unpaid_bought_fen: FenColumn  # (k,)
    unpaid_sold_fen: FenColumn  # (k,)

    @staticmethod
    def empty(accounts: int, dates_max: int) -> "Unsettled":
        """A ring of `dates_max` free slots and an empty table."""
        return Unsettled(
            accounts=accounts,
            dates=long_zeros(dates_max + 1),
            dates_before=long_zeros(dates_max + 1),
            agreed=byte_zeros(dates_max + 1),
            bought_fen=[long_zeros(0) for _ in range(dates_max)],
            sold_fen=[long_zeros(0) for _ in range(dates_max)],
            open_slot=NO_SLOT,
            slot_of_day=np.full(DAY_CODES, NO_SLOT, np.int8),
            keys=long_zeros(0),
            unpaid_bought_fen=long_zeros(0),
            unpaid_sold_fen=long_zeros(0),
        )

    @property
    def dates_max(self) -> int:
        """K: how many dates may be unsettled at a time."""
        return len(self.dates) - 1

    def used_slots(self) -> list[int]:
        """The slots that have a date, ascending."""
        return np.flatnonzero(self.dates).tolist()

    @property
    def oldest_date(self) -> int:
        """The earliest date that has a slot; every later trade date up to the open one has one too."""
        return int(self.dates[self.dates > 0].min(initial=TRADE_DATE_MAX))

    def date_in_turn(self) -> int:
        """The date that may be settled next: the oldest, unless it is open; 0 when there is none."""
        oldest = self.oldest_date
        return 0 if self.dates[self.open_slot] == oldest else oldest

    def dates_used(self) -> int:
        """How many dates are unsettled."""
        return int(np.count_nonzero(self.dates))

    def is_full(self) -> bool:
        """True when no further date finds a slot."""
        return self.dates_used() == self.dates_max

    def slot_of(self, trade_date: int) -> int:
        """The slot of a date that is a day of the calendar, NO_SLOT without one."""
        return int(self.slot_of_day[trade_day(trade_date)])

    def date_before(self, trade_date: int) -> int:
        """The trade date before one that has a slot, 0 for the first of all."""
        return int(self.dates_before[self.slot_of(trade_date)])

    def open(self, trade_date: int, date_before: int) -> None:
        """Give the next open date a slot. Raises MisuseError when none is free."""
        free = np.flatnonzero(self.dates[:-1] == 0)
        if not len(free):
            raise MisuseError(f"no slot is free for {trade_date}")
        self.open_slot = int(free[0])
        self.take_slot(self.open_slot, trade_date, date_before)

    def take_slot(self, slot: int, trade_date: int, date_before: int) -> None:
        """Make this free slot that of a date, with nothing in it."""
        self.dates[slot], self.dates_before[slot], self.agreed[slot] = trade_date, date_before, 0
        self.slot_of_day[trade_day(trade_date)] = slot
        self.bought_fen[slot], self.sold_fen[slot] = long_zeros(self.accounts), long_zeros(self.accounts)

    def settle(
        self, trade_date: int, contract_of_account: LongColumn, sold_of_ended: tuple[Positions, FenColumn]
    ) -> None:
        """The customers of this date are settled: its slot is free, and what is still in it goes to the table.

        `contract_of_account`: (accounts,) index + 1 of the contract whose money is on the account, 0 for none.
        `sold_of_ended`: what was sold for contracts that have ended, which is on no account.
        Raises InvariantBroken when there is money where no contract is.
        """
        slot = int(np.flatnonzero(self.dates == trade_date)[0])
        bought_fen, sold_fen = self.bought_fen[slot], self.sold_fen[slot]
        count = len(contract_of_account)
        accounts = np.flatnonzero((bought_fen[:count] != 0) | (sold_fen[:count] != 0))
        accounts = accounts[np.argsort(contract_of_account[accounts], kind="stable")]
        contracts = contract_of_account[accounts] - 1
        if len(contracts) and contracts[0] < 0:
            raise InvariantBroken(f"unsettled money of {trade_date} on account {accounts[0]}, which has no contract")
        # Dates are settled in their order, so what joins sorts behind all that is there.
        ended, ended_fen = sold_of_ended
        keys = np.concatenate((unpaid_keys(trade_date, contracts), unpaid_keys(trade_date, ended)))
        order = np.argsort(keys)
        bought_fen = np.concatenate((bought_fen[accounts], np.zeros(len(ended), np.int64)))
        sold_fen = np.concatenate((sold_fen[accounts], ended_fen))
        self.keys = np.concatenate((self.keys, keys[order]))
        self.unpaid_bought_fen = np.concatenate((self.unpaid_bought_fen, bought_fen[order]))
        self.unpaid_sold_fen = np.concatenate((self.unpaid_sold_fen, sold_fen[order]))
        self.dates[slot] = self.dates_before[slot] = self.agreed[slot] = 0
        self.slot_of_day[trade_day(trade_date)] = NO_SLOT
        self.bought_fen[slot], self.sold_fen[slot] = long_zeros(0), long_zeros(0)

    def unpaid_of(self, contract: int, dates_max: int) -> list[tuple[int, int, int]]:
        """Trade date, bought and sold of the contract's entries in the table, the oldest first and no more than
        `dates_max`."""
        found: list[tuple[int, int, int]] = []
        place = 0
        while place < len(self.keys) and len(found) < dates_max:
            date = int(self.keys[place]) >> _CONTRACT_BITS
            key = (date << _CONTRACT_BITS) | contract
            at, place = np.searchsorted(self.keys, [key, (date + 1) << _CONTRACT_BITS]).tolist()
            if at < len(self.keys) and int(self.keys[at]) == key:
                found.append((date, int(self.unpaid_bought_fen[at]), int(self.unpaid_sold_fen[at])))
        return found

    @property
    def unpaid_contracts(self) -> Positions:
        """(k,) contract index of each entry of the table."""
        return (self.keys & ((1 << _CONTRACT_BITS) - 1)).astype(np.intp)


def add_by_slot(columns: list[FenColumn], slots: ByteColumn, accounts: Positions, amounts_fen: FenColumn) -> None:
    """Add (m,) amounts to their accounts, each in the column of its slot. Mostly all have the same."""
    if not len(slots):
        return
    first = int(slots[0])
    if (slots == first).all():
        np.add.at(columns[first], accounts, amounts_fen)
        return
    for slot in np.unique(slots).tolist():
        here = np.flatnonzero(slots == slot)
        np.add.at(columns[slot], accounts[here], amounts_fen[here])
