"""Orders through the bank in a session: a broker of scheme A, and the channel by which its customers order.

Belongs here: their seats, opening a date, trading beside the other brokers, what must have come of it. Never here: what
a broker or a channel does (bank_orders, channel), judging single answers (auditor).
"""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from config.cli.links import seat_clock, seat_settings
from config.schema import Config
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.bank_orders import OrderBroker
from frontend_sim.market.desks import must_accept
from frontend_sim.market.market_day import BALANCE_FEN_MAX, BALANCE_FEN_MIN, Customer, make_customer
from frontend_sim.market.through_bank.channel import AGAIN, AGAIN_SECONDS, Channel
from frontend_sim.market.through_bank.courses import ByChance
from frontend_sim.market.through_bank.masters import ThroughBank, prices
from frontend_sim.market.through_bank.telling import noted_by
from frontend_sim.market.workload import Habits, Workload
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import PasswordFound, Seat
from protocol.codes import ReplyCode
from protocol.messages.day.steps import SignOn
from protocol.vocabulary import ContractStatus, RecordKind

PHONES, PHONE_PAUSE_SECONDS = 6, 0.1
DESKS = 8
NOT_SIGNED_ON_EVERY = 5
"""One in so many customers does not sign on, and orders all the same."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """Broker and channel on their seats."""

    party: int
    broker: OrderBroker
    channel: Channel

    async def open_date(self) -> int:
        """The broker's systems are ready. Returns the journal row. Raises LoadRefused."""
        seat = self.broker.seat
        return (await must_accept(seat, SignOn(seat.trade_date), "sign-on of the broker")).sequence

    async def set_first_passwords(self, counter: Seat) -> None:
        """Everybody who will sign on. Raises RuntimeError when one is refused."""
        async with trio.open_nursery() as nursery:
            for contract_no, password in self.channel.passwords.items():
                nursery.start_soon(_set_first_password, counter, contract_no, password)

    async def trade(self, may_go_on: Callable[[], bool]) -> None:
        """Customers order until told to stop; then everything is heard, answered and told that was held back."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.broker.work)
            nursery.start_soon(self.channel.read)
            await self.channel.trade(PHONES, PHONE_PAUSE_SECONDS, may_go_on)
            await self.channel.hear_all()
            await self.broker.answered_all(self.channel.accepted)
            await self.broker.tell_late()
            nursery.cancel_scope.cancel()

    def said(self) -> str:
        """What there was, in a line."""
        told, channel = self.channel.told, self.channel
        return (
            f"through the bank {len(channel.ordered):,} orders were taken, and {channel.rung_off} customers rang off "
            f"before they heard; told of them: {told[RecordKind.EXECUTED]:,} executions, "
            f"{told[RecordKind.CANCELLED]:,} cancelled, {told[RecordKind.REFUSED]:,} refused; "
            f"{len(self.broker.not_fitting)} reports did not fit and are listed"
        )

    def faults(self) -> list[str]:
        """Where channel and broker do not have the same orders, or a report was refused."""
        broker, channel = self.broker, self.channel
        found = [] if broker.orders.keys() == channel.ordered.keys() else ["channel and broker have other orders"]
        if broker.answered != channel.accepted:
            found.append(
                f"{channel.accepted} orders and cancels were accepted, and {broker.answered} told to the broker"
            )
        others = {each.code.name for each in broker.not_fitting} - {ReplyCode.LISTED.name}
        return found + [f"reports of the broker were answered {name}" for name in sorted(others)]


@asynccontextmanager
async def open_ordering(
    config: Config, who: ThroughBank, customers: Sequence[Customer], log: SessionLog, seed: int
) -> AsyncIterator[Ordering]:
    """Both seats opened."""
    party, seat_no = who.broker.party, who.broker.seats[0]
    at_broker = seat_settings(config, party, seat_no, who.broker.signer)
    at_channel = seat_settings(config, who.channel_party, who.channel_seat, who.channel_signer)
    clock, contract_nos = seat_clock(config), [each.contract_no for each in customers]
    who_sign_on = [each for place, each in enumerate(contract_nos) if place % NOT_SIGNED_ON_EVERY]
    passwords = {each: f"session-{seed}-{each}" for each in who_sign_on}
    async with Seat.open(at_broker, clock) as broker, Seat.open(at_channel, clock) as phone:
        workload, chance = Workload(seed, contract_nos, habits=Habits(sells=0)), random.Random(seed)
        yield Ordering(
            party,
            OrderBroker(broker, prices(), {}, ByChance(seed), noted_by(log, party, seat_no), DESKS),
            Channel(who.channel_party, who.channel_seat, phone, passwords, workload, log, chance),
        )


def make_phones(seed: int, broker: BrokerEntry, first: int, count: int) -> list[Customer]:
    """`count` customers of a broker of scheme A, whose contracts have indices from `first`."""
    chance, found = random.Random(seed), list[Customer]()
    for index in range(first, first + count):
        balance_fen = chance.randrange(BALANCE_FEN_MIN, BALANCE_FEN_MAX)
        found.append(make_customer(index, broker.seats[0], broker.party, ContractStatus.ACTIVE, balance_fen))
    return found


async def _set_first_password(counter: Seat, contract_no: int, password: str) -> None:
    answer = await counter.set_first_password(contract_no, password)
    while answer.found in AGAIN:
        await trio.sleep(AGAIN_SECONDS)
        answer = await counter.set_first_password(contract_no, password)
    if answer.found != PasswordFound.SET:
        raise RuntimeError(f"a first password: {PasswordFound(answer.found).name}")
