"""Contracts that brokers pushed: what waits to be decided, and what became of the last ones of each broker.

Belongs here: the pushes, their order, what is counted of a date. Never here: what becomes of one (rules.pushes,
ledger.core.control.customers.pushes), contracts that came about (book).

A broker has at most PUSHES_KEPT_MAX: for another one the lowest of those that are decided gives way. What is sealed is
kept only as long as it is to be read. Only keyed digests of persons ever come here.
"""

from bisect import insort
from dataclasses import dataclass, field
from itertools import islice

import msgspec
import numpy as np

from ledger.core.state.columns import ByteColumn, LongColumn
from protocol.limits import PUSHES_KEPT_MAX, PUSHES_OPEN_MAX
from protocol.messages.customers.pushes import PushContract
from protocol.vocabulary import PushState
from rules.pushes import OPEN


class Push(msgspec.Struct, array_like=True):
    """One push; from `asked` on it is empty once it is decided."""

    number: int
    party: int
    state: int
    bank_account_no: int
    code: int = 0  # why it is impossible
    contract_no: int = 0  # that came about by it
    trade_date: int = 0
    asked: PushContract | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return PushState(self.state) in OPEN


_pushes = msgspec.msgpack.Decoder(list[Push])


@dataclass(slots=True)
class Pushes:
    """All that are kept, by number; numbers are given without gaps."""

    given: int = 0  # the highest number
    entries: dict[int, Push] = field(default_factory=dict)  # ascending
    tries: dict[tuple[int, int], int] = field(default_factory=dict)  # by party and the bank's number of the account
    futile: dict[int, int] = field(default_factory=dict)  # by party: how many of the open date came to nothing
    # Derived: how many are to be decided; by party numbers of those to be decided, and of those that are, ascending.
    open_count: int = 0
    open_of: dict[int, dict[int, None]] = field(default_factory=dict)
    decided_of: dict[int, list[int]] = field(default_factory=dict)
    # No part of the state: those that gave way in the last row in which one did, for who tells what became of them.
    gave_way: dict[int, Push] = field(default_factory=dict)
    gave_way_in: int = 0

    def is_full(self, party: int) -> bool:
        """Whether as many wait as may, of a party or in all."""
        return self.open_count >= PUSHES_OPEN_MAX or len(self.open_of.get(party, ())) >= PUSHES_KEPT_MAX

    def add(self, push: Push, sequence: int) -> None:
        """Keep one with the highest number, of a journal row; the lowest that is decided gives way. Its party must not
        be full."""
        self._enter(push)
        if sequence != self.gave_way_in:
            self.gave_way.clear()
            self.gave_way_in = sequence
        decided = self.decided_of.get(push.party)
        if decided and len(self.open_of.get(push.party, ())) + len(decided) > PUSHES_KEPT_MAX:
            number = decided.pop(0)
            self.gave_way[number] = self.entries.pop(number)
        self.given = push.number

    def _enter(self, push: Push) -> None:
        self.entries[push.number] = push
        if push.is_open:
            self.open_of.setdefault(push.party, {})[push.number] = None
            self.open_count += 1
        else:
            insort(self.decided_of.setdefault(push.party, []), push.number)

    def decided(self, push: Push) -> None:
        """One is decided: what was sealed is kept no longer."""
        push.asked = None
        del self.open_of[push.party][push.number]
        self.open_count -= 1
        insort(self.decided_of.setdefault(push.party, []), push.number)

    def tries_of(self, push: Push) -> int:
        """How many came to nothing for its broker and account on this date."""
        return self.tries.get((push.party, push.bank_account_no), 0)

    def count_futile(self, push: Push, is_try: bool) -> None:
        """It came to nothing; as a try of a person or card password, or for another reason."""
        self.futile[push.party] = self.futile.get(push.party, 0) + 1
        if is_try:
            self.tries[push.party, push.bank_account_no] = self.tries_of(push) + 1

    def forget_tries(self) -> None:
        """Another date is open."""
        self.tries.clear()
        self.futile.clear()

    def in_turn(self, count: int) -> list[Push]:
        """At most `count` to be decided: the oldest of each broker, the oldest of them first, then each one's second;
        of one account one."""
        queues = sorted((list(islice(numbers, count)) for numbers in self.open_of.values() if numbers), key=min)
        found: list[Push] = []
        accounts: set[int] = set()
        for place in range(max((len(numbers) for numbers in queues), default=0)):
            for numbers in queues:
                if len(found) == count:
                    return found
                push = self.entries[numbers[place]] if place < len(numbers) else None
                if push is not None and push.bank_account_no not in accounts:
                    accounts.add(push.bank_account_no)
                    found.append(push)
        return found

    def encoded(self, first: int = 0, end: int | None = None) -> bytes:
        """Those at places `first` to `end` of their order, as MessagePack."""
        return msgspec.msgpack.encode(list(islice(self.entries.values(), first, end)))

    def tries_array(self, first: int = 0, end: int | None = None) -> LongColumn:
        """(n, 3) party, account, tries, of those at places `first` to `end` of their order."""
        rows = [(*key, tries) for key, tries in islice(self.tries.items(), first, end)]
        return np.array(rows, np.int64).reshape(len(rows), 3)

    def counts_array(self) -> LongColumn:
        """(n, 2) the highest number with party 0, then by party how many came to nothing."""
        return np.array([(0, self.given), *sorted(self.futile.items())], np.int64)

    @staticmethod
    def from_arrays(pushes: ByteColumn, tries: LongColumn, counts: LongColumn) -> "Pushes":
        """What `encoded`, `tries_array` and `counts_array` described. Raises DecodeError or ValueError when it is none
        of that."""
        made = Pushes(int(counts[0, 1]))
        for push in _pushes.decode(pushes.tobytes()):
            made._enter(push)
        made.tries = {(party, account): count for party, account, count in tries.tolist()}
        made.futile = dict(counts[1:].tolist())
        return made
