"""Trading passwords 交易密码 of contracts, and until when each customer is signed on with each channel.

Belongs here: the columns, by contract and by channel, as arrays and back; who is signed on. Never here: what a verdict
earns and counts (rules.orders.signing_on), who says what (ledger.core.control.orders.signing_on).

A bank without channels pays nothing for it: the columns come with the first verifier, those of a channel with the first
customer who signs on with it. They are as long as there may be contracts; memory is touched where something is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ledger.core.state.columns import (
    ByteColumn,
    IntColumn,
    LongColumn,
    Mask,
    NamedArrays,
    Positions,
    int_zeros,
    long_zeros,
)
from protocol.limits import CHANNELS_MAX, PASSWORD_SALT_BYTES, PASSWORD_VERIFIER_BYTES
from rules.orders.signing_on import FAILURES_OF_CHANNEL_MAX, Password

_WORD_BYTES = 8
SALT_WORDS, VERIFIER_WORDS = PASSWORD_SALT_BYTES // _WORD_BYTES, PASSWORD_VERIFIER_BYTES // _WORD_BYTES
COLUMNS = ("generation", "facts", "salt", "verifier")
# A word of facts: the failures of the open date by each channel, two bits each, and three bits above them.
_FAILURE_BITS = 2
_FAILURES_MASK = (1 << _FAILURE_BITS * CHANNELS_MAX) - 1
_IS_SET, _IS_LOST, _IS_LOCKED = (1 << _FAILURE_BITS * CHANNELS_MAX + place for place in range(3))
assert FAILURES_OF_CHANNEL_MAX < 1 << _FAILURE_BITS


@dataclass(slots=True)
class SignOns:
    """Each (contracts that there may be,), or nothing while no password was ever set."""

    generation: IntColumn = field(default_factory=lambda: int_zeros(0))
    facts: LongColumn = field(default_factory=lambda: long_zeros(0))
    salt: LongColumn = field(default_factory=lambda: long_zeros(0).reshape(0, SALT_WORDS))
    verifier: LongColumn = field(default_factory=lambda: long_zeros(0).reshape(0, VERIFIER_WORDS))
    until_s: dict[int, LongColumn] = field(default_factory=dict)
    """By channel, 0 of who is not signed on with it."""

    @property
    def is_used(self) -> bool:
        """Whether a password was ever set."""
        return len(self.generation) > 0

    def holds(self, contract: int, channel: int, now_s: int) -> bool:
        """Whether the customer of a contract is signed on with a channel at a second."""
        until_s = self.until_s.get(channel)
        return until_s is not None and now_s < int(until_s[contract])

    def hold_in_block(self, contracts: Positions, channels: ByteColumn, now_s: int) -> Mask:
        """(n,) the same of contracts, each with a channel, 0 for none."""
        found = np.zeros(len(contracts), bool)
        for channel, until_s in self.until_s.items():
            at = np.flatnonzero(channels == channel)
            found[at] = now_s < until_s[contracts[at]]
        return found

    def are_set(self, contracts: slice) -> Mask:
        """(m,) whether each contract has a password."""
        found: Mask = self.facts[contracts] & _IS_SET != 0
        return found

    def are_lost(self, contracts: slice) -> Mask:
        """(m,) whether the loss of it is reported."""
        found: Mask = self.facts[contracts] & _IS_LOST != 0
        return found

    def all_failures(self, contracts: slice) -> LongColumn:
        """(m,) failures of the open date by all channels."""
        facts = self.facts[contracts]
        counts: LongColumn = np.zeros(len(facts), np.int64)
        for channel in range(1, CHANNELS_MAX + 1):
            counts += facts >> _place(channel) & ((1 << _FAILURE_BITS) - 1)
        return counts

    def password(self, contract: int) -> Password:
        """What is kept of a contract's password beside its verifier."""
        if not self.is_used:
            return Password()
        facts = int(self.facts[contract])
        counts = ((channel, _failures(facts, channel)) for channel in range(1, CHANNELS_MAX + 1))
        return Password(
            generation=int(self.generation[contract]),
            is_set=bool(facts & _IS_SET),
            is_lost=bool(facts & _IS_LOST),
            is_locked=bool(facts & _IS_LOCKED),
            failures={channel: count for channel, count in counts if count},
        )

    def put(self, contract: int, password: Password) -> None:
        """This is what is kept of it from now on; its verifier stays where it is."""
        facts = sum(count << _place(channel) for channel, count in password.failures.items())
        for bit, holds in (
            (_IS_SET, password.is_set),
            (_IS_LOST, password.is_lost),
            (_IS_LOCKED, password.is_locked),
        ):
            facts |= bit if holds else 0
        self.generation[contract], self.facts[contract] = password.generation, facts

    def set_verifier(self, contract: int, salt: bytes, verifier: bytes, contracts_max: int) -> None:
        """What a contract's password is checked against; empty bytes: nothing any more."""
        if not self.is_used:
            self._begin(contracts_max)
        self.salt[contract] = np.frombuffer(salt or bytes(PASSWORD_SALT_BYTES), "<i8")
        self.verifier[contract] = np.frombuffer(verifier or bytes(PASSWORD_VERIFIER_BYTES), "<i8")

    def sign_on(self, contract: int, channel: int, until_s: int) -> None:
        """A customer is signed on with a channel until a second."""
        if channel not in self.until_s:
            self.until_s[channel] = long_zeros(len(self.generation))
        self.until_s[channel][contract] = until_s

    def end(self, contract: int, channel: int = 0) -> None:
        """A customer is signed on no more: with one channel, or with any."""
        for number in [channel] if channel else list(self.until_s):
            if number in self.until_s:
                self.until_s[number][contract] = 0

    def carry(self, contract: int, successor: int) -> None:
        """The contract that goes on for another one has its password, and what was counted; nobody is signed on."""
        if self.is_used:
            for name in COLUMNS:
                column = getattr(self, name)
                column[successor] = column[contract]

    def roll(self) -> None:
        """Failures are of a date; a lock stays."""
        if self.is_used:
            counted = np.flatnonzero(self.facts & _FAILURES_MASK)
            self.facts[counted] &= ~_FAILURES_MASK

    def signed_on(self, contract: int) -> Iterator[tuple[int, int]]:
        """Channel and until when, of those with which the customer has signed on, ascending."""
        for channel in sorted(self.until_s):
            if until_s := int(self.until_s[channel][contract]):
                yield channel, until_s

    def to_arrays(self, contracts: int) -> NamedArrays:
        """Of so many contracts as there are; nothing where it is not used."""
        if not self.is_used:
            return {}
        arrays: NamedArrays = {f"password_{name}": getattr(self, name)[:contracts] for name in COLUMNS}
        for channel, until_s in self.until_s.items():
            arrays[f"signed_on_until_s_{channel}"] = until_s[:contracts]
        return arrays

    @staticmethod
    def from_arrays(arrays: NamedArrays, contracts_max: int) -> "SignOns":
        """What `to_arrays` described. Raises KeyError when it is none of that."""
        sign_ons = SignOns()
        if "password_facts" not in arrays:
            return sign_ons
        sign_ons._begin(contracts_max)
        for name in COLUMNS:
            kept = arrays[f"password_{name}"]
            getattr(sign_ons, name)[: len(kept)] = kept
        for channel in range(1, CHANNELS_MAX + 1):
            until_s = arrays.get(f"signed_on_until_s_{channel}")
            if until_s is not None:
                column = sign_ons.until_s[channel] = long_zeros(contracts_max)
                column[: len(until_s)] = until_s
        return sign_ons

    def _begin(self, contracts_max: int) -> None:
        self.generation, self.facts = int_zeros(contracts_max), long_zeros(contracts_max)
        self.salt = long_zeros(contracts_max * SALT_WORDS).reshape(contracts_max, SALT_WORDS)
        self.verifier = long_zeros(contracts_max * VERIFIER_WORDS).reshape(contracts_max, VERIFIER_WORDS)


def _place(channel: int) -> int:
    return _FAILURE_BITS * (channel - 1)


def _failures(facts: int, channel: int) -> int:
    return facts >> _place(channel) & ((1 << _FAILURE_BITS) - 1)
