"""What was moved of customers' money for their orders 划转: which brokers it is done for, and what stands in 2420.

Belongs here: the modes of brokers, and what of frozen and bought of each account is moved. Never here: what of one
freeze is moved (requests), who moves it (ledger.core.blocks.moving), the general ledger.

All columns of an account are as if nothing were moved; what is moved is beside them. Whatever is here is 0, and costs
nothing, until a freeze of a broker in transfer mode has moved something.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn, FenColumn, IntColumn, LongColumn, Positions, byte_zeros, long_zeros
from protocol.limits import PARTIES_MAX
from protocol.vocabulary import Mode

NO_POSITIONS: Positions = np.zeros(0, np.intp)


class Posted(NamedTuple):
    """(m,) entries between 2110 and 2420 that one block has made: above 0 what was moved, below 0 what was given back,
    each by the record at its position."""

    positions: Positions
    amounts_fen: FenColumn
    accounts: Positions  # (k,) whose moved money it has touched, also where it was drawn alone


NOTHING_POSTED = Posted(NO_POSITIONS, np.zeros(0, np.int64), NO_POSITIONS)


class Tries(msgspec.Struct, array_like=True):
    """How often something was given back of a freeze by act 冲正, with the savings desk's own serial of each."""

    key: int  # of the request, see requests.request_keys
    serials: list[int]


@dataclass(slots=True)
class MovedMoney:
    """Columns by party and by account, and by account of each trade date on which moved money was drawn."""

    accounts: int  # of each column
    mode: ByteColumn  # by party: Mode
    next_mode: ByteColumn  # that comes with a roll; where none waits, the same
    remaining_fen: FenColumn  # of what is frozen
    drawn_fen: FenColumn  # of what is bought, over all dates
    drawn_on: dict[int, FenColumn] = field(default_factory=dict)  # by trade date of execution, where there is some
    tries: dict[int, Tries] = field(default_factory=dict)  # by request key
    is_used: bool = False  # something was moved once
    posted: Posted = NOTHING_POSTED
    """By the last block: no part of the state."""

    @staticmethod
    def empty(accounts: int) -> "MovedMoney":
        """All brokers in freeze mode, and nothing moved."""
        modes = (byte_zeros(PARTIES_MAX + 1), byte_zeros(PARTIES_MAX + 1))
        return MovedMoney(accounts, *modes, long_zeros(accounts), long_zeros(accounts))

    def of_date(self, trade_date: int) -> FenColumn:
        """(accounts,) what of bought on a date was drawn of moved money; to be read."""
        return self.drawn_on.get(trade_date, self.drawn_fen[:0])

    def drawn(self, trade_date: int, accounts: Positions | IntColumn) -> FenColumn:
        """(m,) what of bought on a date was drawn of moved money."""
        if trade_date not in self.drawn_on:
            return np.zeros(len(accounts), np.int64)
        return self.drawn_on[trade_date].take(accounts)

    def of_accounts(self, accounts: Positions | IntColumn | slice) -> FenColumn:
        """(m,) what of the balance of each account stands in 2420."""
        moved_fen: FenColumn = self.remaining_fen[accounts] + self.drawn_fen[accounts]
        return moved_fen

    def add_drawn(self, trade_date: int, accounts: Positions, amounts_fen: FenColumn) -> None:
        """(m,) amounts more were drawn of moved money on a date; below 0: given back, or settled."""
        if trade_date not in self.drawn_on:
            self.drawn_on[trade_date] = long_zeros(self.accounts)
        np.add.at(self.drawn_on[trade_date], accounts, amounts_fen)
        np.add.at(self.drawn_fen, accounts, amounts_fen)
        touched = np.concatenate((self.posted.accounts, accounts.astype(np.intp)))
        self.posted = self.posted._replace(accounts=touched)

    def forget_date(self, trade_date: int) -> None:
        """The customers of a date are settled: where nothing of it is left in 2420, nothing is kept."""
        if trade_date in self.drawn_on and not self.drawn_on[trade_date].any():
            del self.drawn_on[trade_date]

    def sorted_tries(self) -> list[Tries]:
        """By request key."""
        return [self.tries[key] for key in sorted(self.tries)]

    def forget_tries(self, keys: LongColumn) -> None:
        """Keep the tries of these freezes alone: others are kept no more."""
        kept = set(keys.tolist()) if self.tries else set[int]()
        self.tries = {key: each for key, each in self.tries.items() if key in kept}

    def waiting(self) -> Iterator[tuple[int, Mode]]:
        """The parties whose mode is to change, ascending, and what it becomes."""
        for party in np.flatnonzero(self.mode != self.next_mode).tolist():
            yield party, Mode(int(self.next_mode[party]))
