"""What the bank keeps of a broker's clearing account 清算账户 beside its balance: limit, serial, loan; and the rates.

Belongs here: these as state, and what the last control row posted, which is none. Never here: balances (the general
ledger), when something is taken or lent (rules.day.collection, ledger.core.control.day), how interest is reckoned
(rules.day.interest).
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from protocol.messages.fields import fen_from_sum, sum_from_fen
from rules.day.interest import NO_LOAN, Loan
from rules.entries import Leg

NO_RATE = 0
_NOTHING = sum_from_fen(0)


class ClearingAccount(msgspec.Struct, array_like=True):
    """Of one broker. Amounts that may pass 64 bits are a SumFen each."""

    party: int
    fund_serial: int = 0  # of the last payment that was booked to it
    customer_serial: int = 0  # of the last payment to a customer whose account is closed
    limit_fen: int = 0  # what it may be lent in all
    points: int = 0  # whole yuan × days that it has borne, since interest was posted last
    points_day: int = 0  # days since 1970, up to which these are counted; 0: none is
    loan_day: int = 0  # the rest is its loan, see rules.day.interest
    exact: bytes = _NOTHING
    posted: bytes = _NOTHING
    before: bytes = _NOTHING
    on_day: bytes = _NOTHING
    back: bytes = _NOTHING

    @property
    def loan(self) -> Loan:
        """What it is lent."""
        sums = (self.exact, self.posted, self.before, self.on_day, self.back)
        return Loan(self.loan_day, *map(fen_from_sum, sums))

    def put_loan(self, loan: Loan) -> None:
        """It is lent this from now on."""
        self.loan_day = loan.day
        self.exact, self.posted, self.before, self.on_day, self.back = map(sum_from_fen, loan[1:])


class Rate(NamedTuple):
    """Of a day, in days since 1970, and of those behind it up to the next that has one; in millionths."""

    day: int
    millionths: int


class BrokerEntry(NamedTuple):
    """One entry between the bank and a broker, as it was posted."""

    leg: Leg
    party: int
    amount_fen: int
    debit_date: int  # trade date that an account kept by dates is of, 0 for none
    credit_date: int
    case: int
    at_s: int  # the due time that acted, or the second of decision
    frame: int  # of its row


_accounts = msgspec.msgpack.Decoder(list[ClearingAccount])
_rates = msgspec.msgpack.Decoder(list[Rate])


@dataclass(slots=True)
class ClearingAccounts:
    """Those of which there is something to keep, and market rates as they were said."""

    entries: dict[int, ClearingAccount] = field(default_factory=dict)  # by party
    rates: list[Rate] = field(default_factory=list)  # days rise; of those that are over only the last one
    fixed_day: int = 0  # the last day by whose rate something was posted before it was over
    # Memory, and no part of the state: what the last control row did.
    posted: list[BrokerEntry] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    said_rates: list[Rate] = field(default_factory=list)
    frame: int = 0  # of the row, that is being applied

    def begin_row(self) -> None:
        """A control row is about to act."""
        self.posted, self.changed, self.said_rates, self.frame = [], set(), [], 0

    def of(self, party: int) -> ClearingAccount:
        """That of a broker, as it is kept or as it begins."""
        return self.entries.get(party) or ClearingAccount(party)

    def put(self, account: ClearingAccount) -> None:
        """Keep it as it is now."""
        self.entries[account.party] = account
        self.changed.add(account.party)

    def rate_of(self, day: int) -> int:
        """That of a day, or of the last one before it that has one; NO_RATE before the first."""
        place = bisect_right(self.rates, day, key=lambda rate: rate.day)
        return self.rates[place - 1].millionths if place else NO_RATE

    def has_rate(self, day: int) -> bool:
        """Whether this very day has one."""
        return any(rate.day == day for rate in self.rates)

    def has_rate_by(self, day: int) -> bool:
        """Whether a day has one, or one before it."""
        return bool(self.rates) and self.rates[0].day <= day

    def say_rate(self, rate: Rate) -> None:
        """A day that has none has this one."""
        self.rates = sorted([*self.rates, rate])
        self.said_rates.append(rate)

    def forget_rates(self, day: int) -> None:
        """Everything is reckoned up to a day: of the rates before it the last one alone is asked for."""
        days = [loan.day for loan in (each.loan for each in self.entries.values()) if loan != NO_LOAN]
        needed = min([day, *days])
        place = bisect_right(self.rates, needed, key=lambda rate: rate.day)
        self.rates = self.rates[max(0, place - 1) :]

    def lent(self) -> list[int]:
        """The brokers that have a loan, ascending."""
        return sorted(party for party, each in self.entries.items() if each.loan != NO_LOAN)

    def ordered(self) -> list[ClearingAccount]:
        """By party."""
        return [self.entries[party] for party in sorted(self.entries)]

    def encoded(self, first: int = 0, end: int | None = None) -> bytes:
        """(m,) of them, in the order of parties."""
        return msgspec.msgpack.encode(self.ordered()[first:end])

    def encoded_rates(self) -> bytes:
        """The rates, and the day by which something is posted."""
        return msgspec.msgpack.encode([*self.rates, Rate(self.fixed_day, NO_RATE)])

    @staticmethod
    def decoded(accounts: bytes, rates: bytes) -> "ClearingAccounts":
        """What `encoded` and `encoded_rates` made. Raises msgspec.DecodeError, or ValueError where no day is told."""
        *said, fixed = _rates.decode(rates)
        return ClearingAccounts({each.party: each for each in _accounts.decode(accounts)}, said, fixed.day)
