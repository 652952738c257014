"""A channel of the bank at work: its customers sign on, order, cancel, ask what they have, and read what came of it.

Belongs here: what its customers wish, by seed, and what the channel does for them with the SDK. Never here: what the
broker makes of it (bank_orders), passwords as such (the password desk), judging (auditor).

A customer who rings off before the answer has come loses the reply and not the order: the SDK has it in its outbox,
and tells what came of it as recovered.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import trio

from frontend_sim.market.through_bank.courses import Name, name_of
from frontend_sim.market.through_bank.telling import as_block
from frontend_sim.market.workload import Order, Workload
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import BankOrder, OrderEntry, Outcome, PasswordFound, RequestKey, Seat, cancel_record, order_record
from protocol.codes import ReplyCode
from protocol.vocabulary import RecordKind, Side

AGAIN = (PasswordFound.STALE, PasswordFound.BUSY, PasswordFound.AWAY)
AGAIN_SECONDS = 0.2
CANCELS_PER_THOUSAND = 250
ASKS_PER_THOUSAND = 100
RINGS_OFF_PER_THOUSAND = 30
ODD_REST = 50
ODD_PER_THOUSAND = 20
"""Orders of no whole lots, which the bank refuses."""
OFF_HOOK_SECONDS = 0.001
"""Behind which somebody rings off."""


@dataclass(slots=True)
class Channel:
    """One seat of a channel. `passwords`: by contract, of the customers who sign on."""

    party: int
    seat_no: int
    seat: Seat
    passwords: Mapping[int, str]
    workload: Workload
    log: SessionLog
    chance: random.Random
    until_s: dict[int, int] = field(default_factory=dict)
    """Signed on, by contract."""
    ordered: dict[Name, BankOrder] = field(default_factory=dict)
    """Orders that the bank has accepted."""
    told: Counter[RecordKind] = field(default_factory=Counter)
    """Entries of the channel's feed."""
    rings_off: int = RINGS_OFF_PER_THOUSAND
    rung_off: int = 0
    accepted: int = 0
    """Orders and cancels, each of which the broker has as an entry."""
    recovered: int = 0
    """Records whose outcome nobody was there to hear, and that the outbox told of."""

    async def sign_on_all(self) -> None:
        """Everybody signs on, at once. Raises RuntimeError for who is not let in."""
        async with trio.open_nursery() as nursery:
            for contract_no in self.passwords:
                nursery.start_soon(self._sign_on, contract_no)

    async def trade(self, phones: int, pause_seconds: float, may_go_on: Callable[[], bool]) -> None:
        """So many customers at once, one order each, until told to stop."""
        async with trio.open_nursery() as nursery:
            for place in range(phones):
                chance = random.Random(self.chance.getrandbits(62) + place)
                nursery.start_soon(self._ring, chance, pause_seconds, may_go_on)

    async def read(self) -> None:
        """Read what is told of orders, without end. Raises FeedEnded, SessionEnded."""
        reader = self.seat.reports()
        for entry in await reader.unanswered():
            self._hear(entry)
            reader.done(entry)
        async for entry in reader:
            self._hear(entry)
            reader.done(entry)

    async def order(self, wish: Order) -> Outcome:
        """One order. Raises SessionEnded, OutcomeUnknown."""
        security = wish.security
        sided = (wish.contract_no, security.market, Side.BUY, security.code)
        record = order_record(*sided, wish.quantity, wish.limit_price, partner_ref=_ref(wish))
        began_ns = time.monotonic_ns()
        outcome = await self.seat.order(*sided, wish.quantity, wish.limit_price, partner_ref=_ref(wish))
        self._note(record, outcome, began_ns)
        if outcome.code == ReplyCode.ACCEPTED:
            order = BankOrder(outcome, *sided)
            self.ordered[name_of(order)] = order
        return outcome

    async def cancel(self, order: BankOrder) -> Outcome:
        """The wish to cancel one. Raises as `order`."""
        began_ns = time.monotonic_ns()
        outcome = await self.seat.cancel(order)
        self._note(cancel_record(order), outcome, began_ns)
        return outcome

    async def hear_all(self) -> None:
        """Have all answers, also to orders whose customers had rung off: one more order is answered behind them."""
        await self.order(self.workload.next_order())
        for one in self.seat.recovered:
            self.log.note_block(self.party, self.seat_no, one.records, one.outcome, 0)
            self.recovered += len(one.records)
            first, date = one.outcome.first_number, one.outcome.trade_date
            for place, (record, told) in enumerate(zip(one.records, one.outcome.outcomes, strict=True)):
                if (record["kind"], told["code"]) == (RecordKind.ORDER, ReplyCode.ACCEPTED):
                    self.accepted += 1
                    key, sided = RequestKey(date, self.seat_no, first + place), int(record["way"])
                    order = BankOrder(
                        key, int(record["contract_no"]), sided >> 4, sided & 15, bytes(record["security"])
                    )
                    self.ordered[name_of(order)] = order

    async def _sign_on(self, contract_no: int) -> None:
        password = self.passwords[contract_no]
        answer = await self.seat.sign_on(contract_no, password)
        while answer.found in AGAIN:
            await trio.sleep(AGAIN_SECONDS)
            answer = await self.seat.sign_on(contract_no, password)
        if answer.found != PasswordFound.SIGNED_ON:
            raise RuntimeError(f"a sign-on of contract {contract_no}: {PasswordFound(answer.found).name}")
        self.until_s[contract_no] = answer.until_s

    async def _ring(self, chance: random.Random, pause_seconds: float, may_go_on: Callable[[], bool]) -> None:
        while may_go_on():
            await self._one_call(chance)
            await trio.sleep(chance.uniform(0.0, 2 * pause_seconds))

    async def _one_call(self, chance: random.Random) -> None:
        wish = self._wish(chance)
        if chance.randrange(1000) < self.rings_off:
            with trio.move_on_after(OFF_HOOK_SECONDS) as rung_off:
                await self.order(wish)
            self.rung_off += rung_off.cancelled_caught
            return
        outcome = await self.order(wish)
        if outcome.code != ReplyCode.ACCEPTED:
            return
        if chance.randrange(1000) < CANCELS_PER_THOUSAND:
            await self.cancel(self.ordered[outcome.trade_date, self.seat_no, outcome.number])
        if chance.randrange(1000) < ASKS_PER_THOUSAND and wish.contract_no in self.until_s:
            (money,) = (await self.seat.buying_power([wish.contract_no])).contracts
            if money.code != ReplyCode.ACCEPTED:
                raise RuntimeError(f"contract {wish.contract_no}: {ReplyCode(money.code).name}")

    def _wish(self, chance: random.Random) -> Order:
        wish = self.workload.next_order()
        if chance.randrange(1000) >= ODD_PER_THOUSAND:
            return wish
        lots = wish.quantity - ODD_REST
        return Order(wish.contract_no, wish.side, wish.security, wish.limit_price, lots, wish.partner_ref)

    def _hear(self, entry: OrderEntry) -> None:
        self.told[entry.kind] += 1

    def _note(self, record: bytes, outcome: Outcome, began_ns: int) -> None:
        self.accepted += outcome.code == ReplyCode.ACCEPTED
        self.log.note_one(self.party, self.seat_no, as_block(record), outcome, time.monotonic_ns() - began_ns)


def _ref(wish: Order) -> bytes:
    return wish.partner_ref.to_bytes(8, "little")
