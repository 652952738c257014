"""The phases of each market on the open date, and on one later date.

Belongs here: both, what the roll makes of them. Never here: which phases can be (rules.orders.phases), who names them
(ledger.core.control.orders.phases).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from ledger.core.state.columns import NamedArrays
from rules.orders.phases import Phase


class MarketDate(NamedTuple):
    """A market on a trade date."""

    trade_date: int
    market: int


_kept = msgspec.msgpack.Decoder(list[tuple[int, int, list[Phase]]])


@dataclass(slots=True)
class Phases:
    """By market and date; where there are none, nothing is taken."""

    of: dict[MarketDate, list[Phase]] = field(default_factory=dict)

    def put(self, key: MarketDate, phases: list[Phase], open_date: int) -> None:
        """These are the phases of the open date, or of a later one in place of another later one."""
        self.of = {each: kept for each, kept in self.of.items() if each.trade_date in (open_date, key.trade_date)}
        self.of[key] = phases

    def roll(self, trade_date: int) -> None:
        """A date is opened: what is of dates before it is dropped."""
        self.of = {each: kept for each, kept in self.of.items() if each.trade_date >= trade_date}

    def encoded(self) -> bytes:
        """By date and market, as MessagePack."""
        return msgspec.msgpack.encode([(*key, self.of[key]) for key in sorted(self.of)])

    def to_arrays(self) -> NamedArrays:
        """All of it."""
        return {"phases": np.frombuffer(self.encoded(), np.int8)}

    @staticmethod
    def from_arrays(arrays: NamedArrays) -> "Phases":
        """What `to_arrays` described. Raises DecodeError when it is none of that."""
        kept = _kept.decode(arrays["phases"].tobytes())
        return Phases({MarketDate(trade_date, market): phases for trade_date, market, phases in kept})
