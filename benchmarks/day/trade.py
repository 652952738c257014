"""What brokers trade on a date: orders and what became of them, sales, dividends, and the lines of each broker's set.

Belongs here: seeded making of records and lines, what is owed by them, what accounts come to. Never here: sending,
timing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.load.blocks import BALANCE_FEN
from protocol.given_numbers import account_nos_from_indices, contract_nos_from_indices
from protocol.limits import FRAME_RECORDS_MAX
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, Fate, RecordKind

FIRST_PARTY, FIRST_SEAT = 2, 11
COMMISSION_FEN, TRANSFER_FEN = 500, 2
LEFT_OPEN = 10  # of a whole day one order of so many is left to the close; its set says of every second that it bought
THIN, PAID_DIVIDEND = 4, 8  # one account of so many has little money, one customer of so many has a dividend
OWING_FEN, OWED_FEN = (50_000, 200_000), (5_000, 40_000)  # from, to: what a customer of a broker that owes has sold for
DIVIDEND_FEN, TAX_FEN = 5_000, 500
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BrokerTrade:
    """One broker with one seat: its contracts follow one another, its orders are its seat's first requests of money
    behind its sales. By contract there is one account, at the same index.
    """

    party: int
    seat: int
    trade_date: int
    first_contract: int
    contracts: int
    who: Longs  # (orders,) contract index of each
    frozen_fen: Longs
    charge_fen: Longs  # 0 where nothing was filled
    is_left: npt.NDArray[np.bool_]  # (orders,) to the close, filled or not
    sold_fen: Longs  # (contracts,) proceeds, 0 without a sale; likewise the next two
    dividend_fen: Longs  # less tax
    balance_fen: Longs  # in the morning
    is_first_day: bool = True  # of its contracts, which its set tells
    first_number: int = 1

    @staticmethod
    def drawn(place: int, trade_date: int, contracts: int, orders: int) -> "BrokerTrade":
        """The trade of the broker at a place: two thirds of its orders are filled, the others released whole."""
        rng = np.random.default_rng(place)
        first = place * contracts
        frozen_fen = rng.integers(2_000, 90_000, orders)
        charge_fen = np.where(np.arange(orders) % 3 < 2, frozen_fen - rng.integers(0, 2, orders), 0)
        who = rng.integers(first, first + contracts, orders)
        nothing = np.zeros(contracts, np.int64)
        return BrokerTrade(
            party=FIRST_PARTY + place,
            seat=FIRST_SEAT + place,
            trade_date=trade_date,
            first_contract=first,
            contracts=contracts,
            who=who,
            frozen_fen=frozen_fen,
            charge_fen=charge_fen,
            is_left=np.zeros(orders, bool),
            sold_fen=nothing,
            dividend_fen=nothing,
            balance_fen=nothing + BALANCE_FEN,
        )

    def of_a_whole_day(self, owes: bool, *, some_lean: bool = True) -> "BrokerTrade":
        """Besides, of contracts that were there before: every customer sells in the morning, so that the broker owes or
        is owed; some accounts have so little that their orders lean on it, where `some_lean`; some customers have a
        dividend; some orders are left to the close.
        """
        rng, each = np.random.default_rng([self.party, 1]), np.arange(self.contracts)
        more = max(1, len(self.who) // (2 * self.contracts))  # where customers order more they sell more
        sold_fen = more * rng.integers(*(OWING_FEN if owes else OWED_FEN), self.contracts)
        needs_fen = np.maximum(0, self.by_contract(self.frozen_fen) - sold_fen // 2)
        return replace(
            self,
            is_first_day=False,
            first_number=1 + self.contracts,
            is_left=np.arange(len(self.who)) % LEFT_OPEN == 0,
            sold_fen=sold_fen,
            dividend_fen=np.where(each % PAID_DIVIDEND == 0, DIVIDEND_FEN - TAX_FEN, 0),
            balance_fen=np.where((each % THIN == 0) & some_lean, needs_fen, BALANCE_FEN),
        )

    @property
    def net_fen(self) -> int:
        """What is owed by its set, by the broker; below 0: by the bank."""
        return int(self.sold_fen.sum() + self.dividend_fen.sum() - self.charge_fen.sum())

    @property
    def bought_fen(self) -> Longs:
        """(contracts,) what is debited."""
        return self.by_contract(self.charge_fen)

    @property
    def settled_fen(self) -> Longs:
        """(contracts,) balances once everything is settled and credited."""
        after_fen: Longs = self.balance_fen - self.bought_fen + self.sold_fen + self.dividend_fen
        return after_fen

    def by_contract(self, amounts_fen: Longs) -> Longs:
        """(contracts,) Σ of (orders,) amounts."""
        sums_fen = np.zeros(self.contracts, np.int64)
        np.add.at(sums_fen, self.who - self.first_contract, amounts_fen)
        return sums_fen

    def withdrawals(self) -> Iterator[RecordArray]:
        """What leaves the accounts that have little, in the morning, by the savings desk."""
        thin = np.flatnonzero(self.balance_fen < BALANCE_FEN)
        made = self._records(RecordKind.WITHDRAWAL, thin, BALANCE_FEN - self.balance_fen[thin])
        made["contract_no"] = account_nos_from_indices(thin + self.first_contract)
        yield from frames_of(made)

    def sale_blocks(self) -> Iterator[RecordArray]:
        """One sale of each customer, told at once."""
        if self.sold_fen.any():
            sales = self._records(RecordKind.FILL_SELL, self._all_contracts(), self.sold_fen)
            sales["trade_day"] = trade_day(self.trade_date)
            yield from frames_of(sales)

    def order_blocks(self) -> Iterator[RecordArray]:
        """Freezes, in order."""
        freezes = self._records(RecordKind.FREEZE, self.who, self.frozen_fen)
        yield from frames_of(freezes)

    def event_blocks(self) -> Iterator[RecordArray]:
        """What became of each: a fill with the rest given back, or a release; nothing of what is left open."""
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
        yield from frames_of(events[~self.is_left])

    def lines(self) -> RecordArray:
        """Its set: contracts that were opened, orders with their fate, what they bought, what was sold and paid."""
        day, filled = trade_day(self.trade_date), self.charge_fen > 0
        opened = self._records(
            RecordKind.CLEAR_CONTRACT, self._all_contracts()[: self.contracts * self.is_first_day], 0
        )
        opened["event"], opened["trade_day"] = ClearedEvent.OPENED, day
        orders = self._records(RecordKind.CLEAR_ORDER, self.who, self.frozen_fen)
        orders["fate"] = np.where(filled, Fate.FILLED, Fate.CANCELLED)
        orders["release_fen"] = np.where(self.is_left, 0, self.frozen_fen - self.charge_fen)
        self._name(orders, np.arange(len(orders)))
        at = np.flatnonzero(filled)
        buys = self._records(RecordKind.CLEAR_BUY, self.who[at], self.charge_fen[at] - COMMISSION_FEN - TRANSFER_FEN)
        buys["commission_fen"], buys["transfer_fen"], buys["trade_day"] = COMMISSION_FEN, TRANSFER_FEN, day
        self._name(buys, at)
        orders["trade_day"] = day
        parts = (opened, orders, buys, *self._sales_and_dividends())
        return np.frombuffer(b"".join(part.tobytes() for part in parts), RECORD)

    def _sales_and_dividends(self) -> tuple[RecordArray, RecordArray]:
        sold, paid = np.flatnonzero(self.sold_fen), np.flatnonzero(self.dividend_fen)
        of_sales, gross_fen = self.sold_fen[sold] + COMMISSION_FEN, self.dividend_fen[paid] + TAX_FEN
        sales = self._records(RecordKind.CLEAR_SELL, sold + self.first_contract, of_sales)
        dividends = self._records(RecordKind.CLEAR_DIVIDEND, paid + self.first_contract, gross_fen)
        sales["commission_fen"], dividends["commission_fen"] = COMMISSION_FEN, TAX_FEN
        sales["reference"] = 1 + np.arange(len(sales))
        dividends["reference"] = 1 + len(sales) + np.arange(len(dividends))
        for lines in (sales, dividends):
            lines["trade_day"] = trade_day(self.trade_date)
        return sales, dividends

    def _name(self, lines: RecordArray, places: Longs) -> None:
        lines["order_date"], lines["order_seat"] = self.trade_date, self.seat
        lines["order_number"] = self.first_number + places

    def _all_contracts(self) -> Longs:
        return np.arange(self.contracts) + self.first_contract

    def _records(self, kind: npt.ArrayLike, contracts: Longs, amount_fen: npt.ArrayLike) -> RecordArray:
        made = np.zeros(len(contracts), RECORD)
        made["kind"], made["contract_no"] = kind, contract_nos_from_indices(contracts)
        made["amount_fen"] = amount_fen
        return made


def frames_of(records: RecordArray) -> Iterator[RecordArray]:
    """The same records in full frames."""
    for start in range(0, len(records), FRAME_RECORDS_MAX):
        yield records[start : start + FRAME_RECORDS_MAX]
