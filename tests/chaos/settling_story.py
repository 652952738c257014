"""A trade date of two brokers and the morning behind it, the same on every date: what is owed between them is paid.

Belongs here: what is traded and cleared, what is done at which time, what it gave. Never here: who is killed meanwhile.

Broker 2 tells its fills and owes: its customers bought for 600 of 1,000 and sold for 2,000; some have also a dividend;
a few have sold, and bought for 100 more than was their own. It gives notice, and pays at half past one. Broker 3 tells
no fills: its customers bought for 700 of 1,000, which its set says, and the bank pays at nine. What is left open of the
orders is closed.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from config.schema import Config
from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT
from frontend_sim.market.market_day import Customer
from gateway.day.desk import LEDGER_SOURCE, DayDesk
from gateway.day.payments import take_due
from protocol.client import (
    RequestKey,
    Seat,
    SeatSettings,
    buy_line,
    contract_line,
    dividend_line,
    order_line,
    sell_line,
)
from protocol.messages.day.paying import Fund
from protocol.messages.day.steps import FinishSending
from protocol.messages.fields import fen_from_sum
from protocol.records import RECORD, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, ContractStatus, Fate, LaneState, RecordKind
from tests.chaos.cut_line import CutLine
from tests.e2e.house import House

BROKER, SEAT = 2, 21
LATE_BROKER, LATE_SEAT = 3, 31
FROZEN_FEN, BOUGHT_FEN, SOLD_FEN, LATE_BOUGHT_FEN = 1_000, 600, 2_000, 700
RESPENDING, ABOVE_OWN_FEN = 10, 100
WITH_DIVIDEND, GROSS_FEN, TAX_FEN = 5, 300, 60
ATTEMPTS_MAX = 10_000  # connecting while what was killed comes up again
NS_PER_SECOND = 1_000_000_000
Money = tuple[int, int]
"""Buying power, and what can be withdrawn."""
Amounts = tuple[int, ...]


class DateGave(NamedTuple):
    """What a date gave, both lanes and the clearing accounts."""

    states: tuple[int, int]
    brought_fen: dict[int, Amounts]
    """Over the date: what its party's customers have more of balances, frozen, bought, sold."""
    waited: list[Money]
    """Of those who bought for more than their own, in the evening."""
    credited: list[Money]
    """Of the same ones, at the end."""
    clearing: list[Amounts]  # by broker: what its account has more, lent, unpaid, overdue


class Taken(NamedTuple):
    """A turn of the day desk."""

    what: str  # settle, payments, credit
    date: int


Desk = Callable[[Taken], Awaitable[None]]


@dataclass
class SettlingStory:
    """The dates of one installation in simulated time, its seats reached over a line that may be cut."""

    house: House
    line: CutLine
    date: int = 0  # that is traded, 0 before the first
    desk_alone_counts: bool = False
    """Whether the line counts no frames but those of the day desk's turns."""
    serial: int = 0  # of the savings desk, for broker 2
    _before: dict[int, Amounts] = field(default_factory=dict)
    _accounts: dict[int, int] = field(default_factory=dict)
    _waited: list[Money] = field(default_factory=list)

    def of(self, party: int) -> list[Customer]:
        """Those of a broker who may order."""
        found = [each for each in self.house.customers if each.terms.party == party]
        return [each for each in found if each.terms.status == ContractStatus.ACTIVE]

    def owed_fen(self, party: int) -> int:
        """What a broker owes by a date, below 0: what the bank owes."""
        if party == LATE_BROKER:
            return -LATE_BOUGHT_FEN * len(self.of(LATE_BROKER))
        plain = len(self.of(BROKER)) - RESPENDING
        return plain * (SOLD_FEN - BOUGHT_FEN) + WITH_DIVIDEND * (GROSS_FEN - TAX_FEN)

    async def begin(self) -> None:
        """End the date before, trade the one that is open, and take every step up to what is published."""
        clock, dates = self.house.session_clock(), self.house.session_clock().dates
        before = self.date
        date = self.date = dates.behind(before) if before else dates.first
        with self.line.uncounted():
            async with self._desk() as seat:
                if before:
                    await DayDesk(seat, lambda _: None).end_settlement(before)
                self._before, self._accounts = await self._totals(seat), await self._on_accounts(seat)
            clock.put(date, "14:45:00")
            lines = {BROKER: await self._trade(), LATE_BROKER: await self._trade_late()}
            clock.put(date, "15:35:00")
            async with self._desk() as seat:
                desk = DayDesk(seat, lambda _: None)
                await desk.sign_off()
                for party, seat_no in ((BROKER, SEAT), (LATE_BROKER, LATE_SEAT)):
                    async with self._seat(seat_no) as broker:
                        assert (await broker.control(FinishSending(date))).accepted
                        declared_s = now_s(self.house.config)
                        assert (await broker.send_clearing_set(date, declared_s, lines[party])).is_complete
                await desk.agree(date)
                for party in (BROKER, LATE_BROKER):
                    assert (await desk.reconcile(date, party)).state == LaneState.RECONCILED, party
                    await desk.book_proceeds(date, party)
                    assert (await desk.publish(date, party)).net_fen == self.owed_fen(party)

    async def live(self, desk: Desk) -> None:
        """Settle the date, and have paid what is owed by it on the day behind it."""
        clock, date = self.house.session_clock(), self.date
        following = clock.dates.behind(date)
        await desk(Taken("settle", date))
        self._waited = await self._money()
        clock.put(following, "08:30:00")
        with self.line.uncounted():
            async with self._desk() as seat:
                await DayDesk(seat, lambda _: None).open_date(following, clock.dates.windows(following))
        for at in ("09:05:00", "09:10:00"):  # the later one is for due times that a ledger which was down has moved
            clock.put(following, at)
            await desk(Taken("payments", date))
        clock.put(following, "09:40:00")
        with self._beside():
            async with self._seat(SEAT) as seat:
                assert (await seat.notice(date)).accepted
        for at in ("10:00:05", "10:05:00"):
            clock.put(following, at)
            await desk(Taken("payments", date))
        clock.put(following, "13:30:00")
        self.serial += 1
        with self._beside():
            async with self._open(self.house.desk(SAVINGS_SEAT)) as seat:
                assert (await seat.control(Fund(BROKER, self.owed_fen(BROKER), self.serial))).accepted
        await desk(Taken("credit", date))

    async def gave(self) -> DateGave:
        """Asked over a line that nothing cuts."""
        async with self._desk() as seat:
            lanes = [await seat.clearing_set(self.date, party) for party in (BROKER, LATE_BROKER)]
            after, accounts = await self._totals(seat), (await seat.clearing_accounts()).accounts
        return DateGave(
            (lanes[0].state, lanes[1].state),
            {
                party: tuple(fen - had for fen, had in zip(after[party], before, strict=True))
                for party, before in self._before.items()
            },
            self._waited,
            await self._money(),
            [
                (
                    fen_from_sum(each.balance) - self._accounts[each.party],
                    *map(fen_from_sum, (each.lent, each.unpaid, each.overdue)),
                )
                for each in accounts
            ],
        )

    def _beside(self) -> AbstractContextManager[None]:
        return self.line.uncounted() if self.desk_alone_counts else nullcontext()

    async def _money(self) -> list[Money]:
        async with self._seat(SEAT) as seat:
            answer = await seat.buying_power([each.contract_no for each in self.of(BROKER)[:RESPENDING]])
        return [(each.buying_power_fen, each.withdrawable_fen) for each in answer.contracts]

    async def _totals(self, seat: Seat) -> dict[int, Amounts]:
        parties = (await seat.totals(LEDGER_SOURCE)).parties
        return {entry.party: entry.amounts_fen for entry in parties if entry.party in (BROKER, LATE_BROKER)}

    async def _on_accounts(self, seat: Seat) -> dict[int, int]:
        return {each.party: fen_from_sum(each.balance) for each in (await seat.clearing_accounts()).accounts}

    async def _trade(self) -> RecordArray:
        """Of broker 2. Returns its lines."""
        respending, plain = self.of(BROKER)[:RESPENDING], self.of(BROKER)[RESPENDING:]
        own_fen = [each.account.balance_fen + ABOVE_OWN_FEN for each in respending]
        contracts = [each.contract_no for each in (*respending, *plain)]
        bought_fen = [*own_fen, *(BOUGHT_FEN for _ in plain)]
        sold_fen = [*own_fen, *(SOLD_FEN for _ in plain)]
        frozen_fen = [*own_fen, *(FROZEN_FEN for _ in plain)]
        async with self._seat(SEAT) as seat:
            await _all_accepted(seat, self._records(RecordKind.FILL_SELL, contracts, sold_fen))
            orders = await self._orders(seat, contracts, frozen_fen)
            fills = self._records(RecordKind.FILL_BUY, contracts, bought_fen)
            fills["target_date"], fills["target_seat"] = self.date, SEAT
            fills["target_number"] = [key.number for key in orders]
            await _all_accepted(seat, fills)
        lines, references = self._opened(BROKER), iter(range(1, 1_000_000))
        for place, (contract_no, key) in enumerate(zip(contracts, orders, strict=True)):
            fate = Fate.FILLED if bought_fen[place] == frozen_fen[place] else Fate.PARTLY
            lines.append(order_line(key, contract_no, fate, on=self.date, frozen_fen=frozen_fen[place]))
            lines.append(buy_line(key, contract_no, on=self.date, turnover_fen=bought_fen[place]))
            lines.append(sell_line(next(references), contract_no, on=self.date, turnover_fen=sold_fen[place]))
        for each in plain[:WITH_DIVIDEND]:
            paid = dividend_line(next(references), each.contract_no, on=self.date, gross_fen=GROSS_FEN, tax_fen=TAX_FEN)
            lines.append(paid)
        return np.frombuffer(b"".join(lines), RECORD)

    async def _trade_late(self) -> RecordArray:
        """Of broker 3. Returns its lines."""
        contracts = [each.contract_no for each in self.of(LATE_BROKER)]
        async with self._seat(LATE_SEAT) as seat:
            orders = await self._orders(seat, contracts, [FROZEN_FEN for _ in contracts])
        lines = self._opened(LATE_BROKER)
        for contract_no, key in zip(contracts, orders, strict=True):
            lines.append(order_line(key, contract_no, Fate.PARTLY, on=self.date, frozen_fen=FROZEN_FEN))
            lines.append(buy_line(key, contract_no, on=self.date, turnover_fen=LATE_BOUGHT_FEN))
        return np.frombuffer(b"".join(lines), RECORD)

    async def _orders(self, seat: Seat, contracts: Sequence[int], frozen_fen: Sequence[int]) -> list[RequestKey]:
        first = await _all_accepted(seat, self._records(RecordKind.FREEZE, contracts, frozen_fen))
        return [RequestKey(self.date, seat.settings.seat, first + place) for place in range(len(contracts))]

    def _records(self, kind: RecordKind, contracts: Sequence[int], amounts_fen: Sequence[int]) -> RecordArray:
        block = np.zeros(len(contracts), RECORD)
        block["kind"], block["contract_no"], block["amount_fen"] = kind, contracts, amounts_fen
        if kind in (RecordKind.FILL_SELL, RecordKind.FILL_BUY):
            block["trade_day"] = trade_day(self.date)
        return block

    def _opened(self, party: int) -> list[bytes]:
        """Lines for the contracts that began on the date: all of them on the first one."""
        if self.date != self.house.session_clock().dates.first:
            return []
        told = (ContractStatus.ACTIVE, ContractStatus.SUSPENDED)
        own = [each for each in self.house.customers if each.terms.party == party and each.terms.status in told]
        return [contract_line(each.contract_no, ClearedEvent.OPENED, on=self.date) for each in own]

    def _seat(self, seat_no: int) -> AbstractAsyncContextManager[Seat]:
        return self._open(self.house.seat(seat_no))

    def _desk(self) -> AbstractAsyncContextManager[Seat]:
        return self._open(self.house.desk(DAY_SEAT))

    def _open(self, settings: SeatSettings) -> AbstractAsyncContextManager[Seat]:
        over_the_line = replace(settings, port=self.line.port, connect_attempts_max=ATTEMPTS_MAX)
        return Seat.open(over_the_line, self.house.clock)

    async def by_this_desk(self, turn: Taken) -> None:
        """Take a turn of the day desk over a seat of this process."""
        async with self._desk() as seat:
            await take(DayDesk(seat, lambda _: None), turn, now_s(self.house.config))


def now_s(config: Config) -> int:
    """What the clock of an installation shows, in whole seconds since 1970."""
    return config.wall_clock().utc_ns() // NS_PER_SECOND


async def take(desk: DayDesk, turn: Taken, at_s: int) -> None:
    """What a day desk does by the clock at such a time. Raises StepRefused."""

    async def must(_name: str, step: Awaitable[object]) -> bool:
        await step
        return True

    if turn.what == "payments":
        await take_due(desk, at_s, must)
    elif turn.what == "credit":
        await desk.credit(BROKER)
    else:
        for party in (BROKER, LATE_BROKER):
            await desk.close(turn.date, party)
            assert (await desk.settle(turn.date, party)).state >= LaneState.SETTLED
        await desk.agree(turn.date)


async def _all_accepted(seat: Seat, block: RecordArray) -> int:
    """The number of the first."""
    answer = await seat.submit_block(block)
    assert not answer.outcomes["code"].any(), set(answer.outcomes["code"].tolist())
    return int(answer.first_number)
