"""What is unsettled from trade dates before the previous one, split by date and account.

Belongs here: the sorted table behind the *older* columns of the book. Never here: the columns themselves (book).
The sum over dates of an account equals its older column, which `invariants.check_book` proves.
"""

from dataclasses import dataclass

import numpy as np

from ledger.core.state.columns import FenColumn, LongColumn, Positions, long_zeros
from protocol.errors import InvariantBroken
from protocol.limits import CONTRACTS_MAX, TRADE_DATE_MAX

_ROW_BITS = 32
assert CONTRACTS_MAX < 1 << _ROW_BITS
assert TRADE_DATE_MAX < 1 << (63 - _ROW_BITS)


def split_keys(dates: LongColumn, rows: LongColumn) -> LongColumn:
    """(trade date, account row) as one int64 that sorts in that order."""
    return (dates << _ROW_BITS) | rows


@dataclass(slots=True)
class OlderUnsettled:
    """(k,) sorted keys and the two amounts under each."""

    keys: LongColumn
    bought_fen: FenColumn
    sold_fen: FenColumn

    @staticmethod
    def empty() -> "OlderUnsettled":
        """No older date."""
        return OlderUnsettled(long_zeros(0), long_zeros(0), long_zeros(0))

    @property
    def rows(self) -> Positions:
        """(k,) account rows of the keys."""
        return (self.keys & ((1 << _ROW_BITS) - 1)).astype(np.intp)

    def add_bought(self, dates: LongColumn, rows: Positions, amounts_fen: FenColumn) -> None:
        """Add fills of carried freezes of older dates. Every such freeze has its key since it became older.

        Raises InvariantBroken when a key is missing.
        """
        keys = split_keys(dates, rows)
        place = np.searchsorted(self.keys, keys)
        if not len(self.keys) or (self.keys.take(place, mode="clip") != keys).any():
            raise InvariantBroken("a fill of an older date has no place in the split by date")
        np.add.at(self.bought_fen, place, amounts_fen)

    def rolled(
        self, keys: LongColumn, bought_fen: FenColumn, sold_fen: FenColumn, kept: LongColumn
    ) -> "OlderUnsettled":
        """The table after a roll: `keys` with their amounts join, keys of still open freezes in `kept` stay even
        at zero, and what is zero otherwise goes."""
        zero = np.zeros(len(kept), np.int64)
        all_keys = np.concatenate((self.keys, keys, kept))
        merged, place = np.unique(all_keys, return_inverse=True)
        bought, sold = long_zeros(len(merged)), long_zeros(len(merged))
        np.add.at(bought, place, np.concatenate((self.bought_fen, bought_fen, zero)))
        np.add.at(sold, place, np.concatenate((self.sold_fen, sold_fen, zero)))
        stays = (bought != 0) | (sold != 0) | np.isin(merged, kept)
        return OlderUnsettled(merged[stays], bought[stays], sold[stays])
