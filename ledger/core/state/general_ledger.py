"""The general ledger: what each of its accounts has, moved by the legs of what happens.

Belongs here: the balances and how entries are posted to them. Never here: which accounts a kind is posted to
(rules.entries), the customers' columns (book), who posts (effects, control).

An entry debits one account and credits another with the same amount, so that all balances together are always 0.
Python's integers hold them: a sum over millions of accounts may pass 64 bits.
"""

from bisect import bisect, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ledger.core.state.columns import FenColumn, LongColumn
from protocol.errors import InvariantBroken
from protocol.limits import PARTIES_MAX
from protocol.vocabulary import BANK_PARTY, AccountCode
from rules.entries import BETWEEN, BY_CASE, BY_DATE, BY_OUTLET, BY_PARTY, Leg

KEY_FIELDS = 4
ALL = slice(None)
_PARTY_BITS = 16
_HALF_BITS = 62  # of a balance in two int64: it is kept below 2^124
_HALF_MASK = (1 << _HALF_BITS) - 1
assert PARTIES_MAX < 1 << _PARTY_BITS
_SUMMED_BITS = 32
_SUMMED_MASK = (1 << _SUMMED_BITS) - 1


class LedgerKey(NamedTuple):
    """One balance: of an account, and where it is split, of a party, a trade date, an outlet or case; else 0."""

    code: int
    party: int = 0
    trade_date: int = 0
    item: int = 0


def _moved_at(code: AccountCode, outlet: int, party: int) -> tuple[int, int, int]:
    """Party, trade date and item of one side of an entry of moved money."""
    return (0, 0, outlet) if code in BY_OUTLET else (party, 0, 0)


@dataclass(slots=True)
class GeneralLedger:
    """Debits less credits of each account that was ever posted to, fen; `keys` are theirs, ascending."""

    balances_fen: dict[LedgerKey, int] = field(default_factory=dict)
    keys: list[LedgerKey] = field(default_factory=list)

    def post(self, leg: Leg, outlet: int, amount_fen: int) -> None:
        """One entry of `amount_fen` ≥ 0 on behalf of an outlet of the bank."""
        parties = [BANK_PARTY if code in BY_PARTY else 0 for code in leg]
        items = [outlet if code in BY_OUTLET else 0 for code in leg]
        keys = [LedgerKey(int(code), party, item=item) for code, party, item in zip(leg, parties, items, strict=True)]
        self._post(keys, amount_fen)

    def post_case(self, leg: Leg, party: int, trade_date: int, case: int, amount_fen: int) -> None:
        """One entry of `amount_fen` ≥ 0 on behalf of a broker, between one of its cases and its trade date."""
        self.post_of_broker(leg, party, (trade_date, trade_date), case, amount_fen)

    def post_of_broker(self, leg: Leg, party: int, dates: tuple[int, int], case: int, amount_fen: int) -> None:
        """One entry of `amount_fen` ≥ 0 between the bank and a broker; `dates`: that of the debit, and of the credit,
        where that account is kept by dates."""
        keys = [
            LedgerKey(
                int(code),
                party if code in BY_PARTY or code in BY_DATE else 0,
                trade_date if code in BY_DATE else 0,
                case if code in BY_CASE else 0,
            )
            for code, trade_date in zip(leg, dates, strict=True)
        ]
        self._post(keys, amount_fen)

    def post_moved(self, leg: Leg, outlets: LongColumn, parties: LongColumn, amounts_fen: FenColumn) -> None:
        """(m,) amounts, each between the savings of its outlet and 2420 of its broker; as many and as large as in
        `post_by_outlet`.
        """
        pairs, places = np.unique(outlets << _PARTY_BITS | parties, return_inverse=True)
        totals_fen = np.zeros(len(pairs), np.int64)
        np.add.at(totals_fen, places, amounts_fen)
        for pair, total_fen in zip(pairs.tolist(), totals_fen.tolist(), strict=True):
            outlet, party = divmod(pair, 1 << _PARTY_BITS)
            self._post([LedgerKey(int(code), *_moved_at(code, outlet, party)) for code in leg], total_fen)

    def moved_fen(self, party: int) -> int:
        """What stands in 2420 for the orders of a broker's customers."""
        return -self.balances_fen.get(LedgerKey(int(AccountCode.MOVED), party), 0)

    def of_party(self, code: AccountCode, party: int) -> int:
        """Debits less credits of an account that is kept for each party and no further."""
        return self.balances_fen.get(LedgerKey(int(code), party), 0)

    def owed_to_customer_fen(self, party: int, contract_no: int) -> int:
        """What stands for a contract whose account is closed."""
        return -self.balances_fen.get(LedgerKey(int(AccountCode.OWED_TO_CUSTOMERS), party, item=contract_no), 0)

    def post_owed(
        self, leg: Leg, party: int, trade_date: int, outlets: LongColumn, contract_nos: LongColumn, fen: FenColumn
    ) -> None:
        """(m,) credits of a broker's trade date for contracts whose accounts are closed, and what the branches of both
        owe each other.
        """
        for outlet, contract_no, amount_fen in zip(outlets.tolist(), contract_nos.tolist(), fen.tolist(), strict=True):
            owed = LedgerKey(int(leg.credit), party, item=contract_no)
            self._post([LedgerKey(int(leg.debit), party, trade_date), owed], amount_fen)
            self._post([LedgerKey(int(BETWEEN), item=outlet), LedgerKey(int(BETWEEN))], amount_fen)

    def post_settled(self, leg: Leg, party: int, trade_date: int, outlets: LongColumn, amounts_fen: FenColumn) -> None:
        """(m,) amounts between savings accounts of outlets, or 2420, and a broker's trade date, and with each what the
        branches of both owe each other. As `post_by_outlet`.
        """
        is_debit = leg.credit == AccountCode.SETTLEMENT
        for outlet, sum_fen in _by_outlet(outlets, amounts_fen):
            if not sum_fen:
                continue
            keys = [LedgerKey(int(code), party, trade_date if code in BY_DATE else 0) for code in leg]
            keys[0 if is_debit else 1] = self._of_customer(leg.debit if is_debit else leg.credit, party, outlet)
            self._post(keys, sum_fen)
            branches = [LedgerKey(int(BETWEEN), item=outlet), LedgerKey(int(BETWEEN))]
            self._post(branches[::-1] if is_debit else branches, sum_fen)

    @staticmethod
    def _of_customer(code: AccountCode, party: int, outlet: int) -> LedgerKey:
        """The savings of an outlet, or what is moved of them for a broker."""
        return LedgerKey(int(code), party) if code in BY_PARTY else LedgerKey(int(code), item=outlet)

    def suspense_fen(self, party: int, trade_date: int) -> int:
        """What stands in the settlement suspense of a broker's trade date; below 0 while the bank owes it."""
        return -self.balances_fen.get(LedgerKey(int(AccountCode.SETTLEMENT), party, trade_date), 0)

    def cases_opened(self, party: int) -> int:
        """How many cases a broker has had: they are numbered from 1, and none is ever given again."""
        end = bisect(self.keys, LedgerKey(int(AccountCode.ERRORS), party + 1))
        last = self.keys[end - 1] if end else LedgerKey(0)
        return last.item if (last.code, last.party) == (AccountCode.ERRORS, party) else 0

    def _post(self, keys: list[LedgerKey], amount_fen: int) -> None:
        """To the debit of the first and the credit of the second."""
        for key, signed_fen in zip(keys, (amount_fen, -amount_fen), strict=True):
            self.move(key, signed_fen)

    def move(self, key: LedgerKey, signed_fen: int) -> None:
        """One side of an entry: a debit, or below 0 a credit."""
        if key not in self.balances_fen:
            insort(self.keys, key)
            self.balances_fen[key] = 0
        self.balances_fen[key] += signed_fen

    def post_by_outlet(self, leg: Leg, outlets: LongColumn, amounts_fen: FenColumn) -> None:
        """(m,) amounts ≥ 0, each on behalf of its outlet."""
        for outlet, sum_fen in _by_outlet(outlets, amounts_fen):
            self.post(leg, outlet, sum_fen)

    def savings_fen(self, outlet: int) -> int:
        """What the bank owes the savers of an outlet."""
        return -self.balances_fen.get(LedgerKey(int(AccountCode.SAVINGS), item=outlet), 0)

    def savings_outlets(self) -> set[int]:
        """The outlets for whose savers anything was posted."""
        return {key.item for key in self.keys if key.code == AccountCode.SAVINGS}

    def errors_fen(self, outlet: int) -> int:
        """What card debits took of an outlet's savers beyond what they gave, and nobody has collected yet."""
        return self.balances_fen.get(LedgerKey(int(AccountCode.ERRORS), BANK_PARTY, item=outlet), 0)

    def to_arrays(self, part: slice = ALL) -> tuple[LongColumn, LongColumn]:
        """(n, KEY_FIELDS) keys in order, and (n, 2) upper and lower halves of the balances."""
        keys = self.keys[part]
        balances_fen = [self.balances_fen[key] for key in keys]
        halves = [(fen >> _HALF_BITS, fen & _HALF_MASK) for fen in balances_fen]
        shape = len(keys)
        return np.array(keys, np.int64).reshape(shape, KEY_FIELDS), np.array(halves, np.int64).reshape(shape, 2)

    @staticmethod
    def from_arrays(keys: LongColumn, halves: LongColumn) -> "GeneralLedger":
        """What `to_arrays` described. Raises InvariantBroken when the two do not fit each other."""
        if len(keys) != len(halves) or halves.shape[1:] != (2,) or keys.shape[1:] != (KEY_FIELDS,):
            raise InvariantBroken("the arrays are no general ledger")
        pairs = zip(keys.tolist(), halves.tolist(), strict=True)
        balances_fen = {LedgerKey(*key): (upper << _HALF_BITS) + lower for key, (upper, lower) in pairs}
        return GeneralLedger(balances_fen, sorted(balances_fen))


def _by_outlet(outlets: LongColumn, amounts_fen: FenColumn) -> Iterator[tuple[int, int]]:
    """The Σ of (m,) amounts ≥ 0 of each outlet. High and low halves are summed apart: all of them may pass 64 bits."""
    found, places = np.unique(outlets, return_inverse=True)
    high, low = np.zeros(len(found), np.int64), np.zeros(len(found), np.int64)
    np.add.at(high, places, amounts_fen >> _SUMMED_BITS)
    np.add.at(low, places, amounts_fen & _SUMMED_MASK)
    rows = zip(found.tolist(), high.tolist(), low.tolist(), strict=True)
    return ((outlet, (upper << _SUMMED_BITS) + lower) for outlet, upper, lower in rows)
