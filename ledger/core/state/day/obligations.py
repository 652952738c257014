"""What is owed by brokers' dates: amounts, states, due times, what brokers said of them.

Belongs here: obligations as state, how long they are kept, which of them the last control row changed. Never here: when
one is due and what an event makes of it (rules.day.obligations), what is taken for them (collecting).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from protocol.messages.fields import fen_from_sum, sum_from_fen
from protocol.vocabulary import ObligationState
from rules.day.obligations import GATING_STATES, NO_CALENDAR, Due


class ObligationKey(NamedTuple):
    """What is owed by a broker's trade date; `case` 0 is the date's own."""

    party: int
    trade_date: int
    case: int


_NOTHING = sum_from_fen(0)


class Obligation(msgspec.Struct, array_like=True):
    """One of them. Times are whole seconds of decision, 0 for not yet."""

    party: int
    trade_date: int
    case: int
    number: int  # of the set that says so
    owed: bytes  # a SumFen: by the broker; below 0 by the bank
    state: int
    netted_s: int
    set_late_s: int
    due: Due = NO_CALENDAR
    noticed_s: int = 0
    objected_s: int = 0
    objection: tuple[int, int, str] = (0, 0, "")  # amount, contract or 0, reason
    paid: bytes = _NOTHING  # of what is owed, whoever owes it
    advanced: bytes = _NOTHING  # lent by the bank, and not collected yet
    fell_due_s: int = 0  # the first second in which its first due time was over, and had acted
    bank_late_s: int = 0  # the due time at which the bank had not paid

    @property
    def key(self) -> ObligationKey:
        """Its name."""
        return ObligationKey(self.party, self.trade_date, self.case)

    @property
    def owed_fen(self) -> int:
        """By the broker to its customers; below 0 by them to it."""
        return fen_from_sum(self.owed)

    @property
    def paid_fen(self) -> int:
        """Of it."""
        return fen_from_sum(self.paid)

    @property
    def advanced_fen(self) -> int:
        """Lent, and not collected."""
        return fen_from_sum(self.advanced)

    @property
    def unpaid_fen(self) -> int:
        """Neither paid nor lent, of what anybody owes."""
        return abs(self.owed_fen) - self.paid_fen - self.advanced_fen

    def move(self, paid_fen: int, advanced_fen: int) -> None:
        """So much more of it is paid, and lent; below 0: less."""
        self.paid = sum_from_fen(self.paid_fen + paid_fen)
        self.advanced = sum_from_fen(self.advanced_fen + advanced_fen)

    @property
    def suspense_fen(self) -> int:
        """What is missing of it in the settlement suspense of its date; below 0 while the bank owes it."""
        return self.unpaid_fen if self.owed_fen > 0 else -self.unpaid_fen


_obligations = msgspec.msgpack.Decoder(list[Obligation])


@dataclass(slots=True)
class Obligations:
    """All that are kept."""

    entries: dict[ObligationKey, Obligation] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)  # derived: of each party
    unpaid: dict[int, set[ObligationKey]] = field(default_factory=dict)  # derived: by party, those that are not PAID
    # Memory, and no part of the state: as the last control row left those that it changed.
    changed: list[Obligation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = Counter(key.party for key in self.entries)
        for each in self.entries.values():
            self._keep_unpaid(each)

    def begin_row(self) -> None:
        """A control row is about to act."""
        self.changed = []

    def put(self, obligation: Obligation) -> None:
        """Keep it as it is now."""
        self.counts[obligation.party] += obligation.key not in self.entries
        self.entries[obligation.key] = obligation
        self.changed.append(msgspec.structs.replace(obligation))
        self._keep_unpaid(obligation)

    def _keep_unpaid(self, obligation: Obligation) -> None:
        of_party = self.unpaid.setdefault(obligation.party, set())
        (of_party.discard if obligation.state == ObligationState.PAID else of_party.add)(obligation.key)

    def unpaid_of(self, party: int) -> list[Obligation]:
        """Those of a party that are not PAID, the oldest first."""
        return [self.entries[key] for key in sorted(self.unpaid.get(party, ()))]

    def gating_of(self, party: int) -> list[Obligation]:
        """Those that gate a party, the oldest first: one of a date whose settle step has not begun does not yet."""
        return [each for each in self.unpaid_of(party) if each.state in GATING_STATES]

    def forget_over(self, unsettled: Iterable[int], now_s: int) -> None:
        """Forget what is paid and cannot be objected to any more, of dates without a slot."""
        dates = set(unsettled)
        self.entries = {
            key: each
            for key, each in self.entries.items()
            if each.state != ObligationState.PAID
            or key.trade_date in dates
            or each.objected_s
            or each.due.objection_until_s >= now_s
        }
        self.counts = Counter(key.party for key in self.entries)

    def ordered(self) -> list[Obligation]:
        """In the order of their keys."""
        return [self.entries[key] for key in sorted(self.entries)]

    def encoded(self, first: int = 0, end: int | None = None) -> bytes:
        """(m,) of them, in the order of their keys."""
        return msgspec.msgpack.encode(self.ordered()[first:end])

    @staticmethod
    def decoded(data: bytes) -> "Obligations":
        """What `encoded` made. Raises msgspec.DecodeError."""
        return Obligations({each.key: each for each in _obligations.decode(data)})
