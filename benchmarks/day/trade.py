"""A day's trade of many brokers, all of it known: orders, what was filled of them, and the lines of each broker's set.

Belongs here: seeded making of records and lines, what is owed by them. Never here: sending, timing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from protocol.limits import FRAME_RECORDS_MAX
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, Fate, RecordKind, contract_nos_from_indices

FIRST_PARTY, FIRST_SEAT = 2, 11
COMMISSION_FEN, TRANSFER_FEN = 500, 2
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BrokerTrade:
    """One broker with one seat: its contracts follow one another, its orders are its seat's first requests."""

    party: int
    seat: int
    trade_date: int
    first_contract: int
    contracts: int
    who: Longs  # (orders,) contract index of each
    frozen_fen: Longs
    charge_fen: Longs  # 0 where nothing was filled
    first_number: int = 1

    @staticmethod
    def drawn(place: int, trade_date: int, contracts: int, orders: int) -> "BrokerTrade":
        """The trade of the broker at a place: two thirds of its orders are filled, the others released whole."""
        rng = np.random.default_rng(place)
        first = place * contracts
        frozen_fen = rng.integers(2_000, 90_000, orders)
        charge_fen = np.where(np.arange(orders) % 3 < 2, frozen_fen - rng.integers(0, 2, orders), 0)
        who = rng.integers(first, first + contracts, orders)
        return BrokerTrade(
            FIRST_PARTY + place, FIRST_SEAT + place, trade_date, first, contracts, who, frozen_fen, charge_fen
        )

    @property
    def net_fen(self) -> int:
        """What is owed by its set: the bank owes all that was bought."""
        return -int(self.charge_fen.sum())

    def order_blocks(self) -> Iterator[RecordArray]:
        """Freezes, in order."""
        freezes = self._records(RecordKind.FREEZE, self.who, self.frozen_fen)
        yield from _frames(freezes)

    def event_blocks(self) -> Iterator[RecordArray]:
        """What became of each: a fill with the rest given back, or a release."""
        filled = self.charge_fen > 0
        events = self._records(
            np.where(filled, RecordKind.FILL_BUY, RecordKind.RELEASE),
            self.who,
            np.where(filled, self.charge_fen, self.frozen_fen),
        )
        events["trade_day"] = np.where(filled, trade_day(self.trade_date), 0)
        events["release_fen"] = np.where(filled, self.frozen_fen - self.charge_fen, 0)
        events["target_date"], events["target_seat"] = self.trade_date, self.seat
        events["target_number"] = self.first_number + np.arange(len(events))
        yield from _frames(events)

    def lines(self) -> RecordArray:
        """Its set: contracts that were opened, orders with their fate, what they bought."""
        day, filled = trade_day(self.trade_date), self.charge_fen > 0
        opened = self._records(RecordKind.CLEAR_CONTRACT, np.arange(self.contracts) + self.first_contract, 0)
        opened["event"], opened["trade_day"] = ClearedEvent.OPENED, day
        orders = self._records(RecordKind.CLEAR_ORDER, self.who, self.frozen_fen)
        orders["fate"] = np.where(filled, Fate.FILLED, Fate.CANCELLED)
        orders["release_fen"] = self.frozen_fen - self.charge_fen
        self._name(orders, np.arange(len(orders)))
        at = np.flatnonzero(filled)
        buys = self._records(RecordKind.CLEAR_BUY, self.who[at], self.charge_fen[at] - COMMISSION_FEN - TRANSFER_FEN)
        buys["commission_fen"], buys["transfer_fen"], buys["trade_day"] = COMMISSION_FEN, TRANSFER_FEN, day
        self._name(buys, at)
        orders["trade_day"] = day
        return np.frombuffer(opened.tobytes() + orders.tobytes() + buys.tobytes(), RECORD)

    def _name(self, lines: RecordArray, places: Longs) -> None:
        lines["order_date"], lines["order_seat"] = self.trade_date, self.seat
        lines["order_number"] = self.first_number + places

    def _records(self, kind: npt.ArrayLike, contracts: Longs, amount_fen: npt.ArrayLike) -> RecordArray:
        made = np.zeros(len(contracts), RECORD)
        made["kind"], made["contract_no"] = kind, contract_nos_from_indices(contracts)
        made["amount_fen"] = amount_fen
        return made


def _frames(records: RecordArray) -> Iterator[RecordArray]:
    for start in range(0, len(records), FRAME_RECORDS_MAX):
        yield records[start : start + FRAME_RECORDS_MAX]
