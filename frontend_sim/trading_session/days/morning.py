"""The morning of T+1: interest of savings accounts is posted; the bank pays what it owes from nine o'clock on; a broker
that is short at ten has given notice and pays at half past one, while its customers trade on what it owes them and
cannot withdraw it.

Belongs here: the order of these steps, what was done when. Never here: trading itself (session), what a step does (the
bank), judging (judged).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from config.kit.processes import Progress
from frontend_sim.auditor.control_table import yuan
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.desks import SAVINGS_SEAT, LoadRefused
from frontend_sim.market.market_day import Customer
from frontend_sim.market.request_blocks import Request, record_block
from frontend_sim.trading_session.days.dates import SessionClock
from frontend_sim.trading_session.days.day_program import DayProgram
from frontend_sim.trading_session.days.evening import BrokerSet
from frontend_sim.trading_session.session import Floor, Trading
from protocol.client import Outcome
from protocol.codes import ReplyCode
from protocol.limits import QUERY_CONTRACTS_MAX
from protocol.messages.control import ControlMessage
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.vocabulary import BANK_PARTY, RecordKind

NS_PER_SECOND = 1_000_000_000
SECONDS = 4.0
REQUESTS_MAX = 50_000


class Deed(NamedTuple):
    """Something that was done between the bank and a broker about T, as the bank decided it."""

    what: str  # pay, fund, notice, due
    party: int
    amount_fen: int  # of money that was brought
    serial: int
    now_s: int
    sequence: int


@dataclass(slots=True)
class Morning:
    """What it gave."""

    deeds: list[Deed] = field(default_factory=list)
    refused: int = 0
    """Withdrawals of what a broker owes its customers that were refused as they must be."""
    credited: list[int] = field(default_factory=list)  # brokers, in their order
    trades_from: int = 0  # the journal row behind which T+1 is traded
    last_sequence: int = 0

    def note(self, what: str, party: int, outcome: Outcome, amount_fen: int = 0, serial: int = 0) -> None:
        """Raises LoadRefused when it was refused."""
        if not outcome.accepted:
            raise LoadRefused(f"{what} of broker {party}: {outcome.code.name}")
        at_s = outcome.decided_at_ns // NS_PER_SECOND
        self.deeds.append(Deed(what, party, amount_fen, serial, at_s, outcome.sequence))
        self.last_sequence = max(self.last_sequence, outcome.sequence)


@dataclass(slots=True)
class Mornings:
    """Who lives it."""

    morning: Morning
    floor: Floor
    clock: SessionClock
    program: DayProgram
    sets: Sequence[BrokerSet]  # of T
    customers: Sequence[Customer]
    say: Progress
    _serials: dict[int, int] = field(default_factory=dict)

    async def live(self, trading: Trading) -> None:
        """From nine o'clock to the credits. Raises LoadRefused when somebody may not do as it must."""
        owed_fen = {one.broker.party: one.lane.net_fen for one in self.sets}
        short = [one.broker for one in self.sets if one.lane.net_fen > 0]
        self._put("08:40:00")
        await self.program.run("interest")
        self._put("09:00:00")
        for one in self.sets:
            if one.lane.net_fen < 0:
                await self._bank_pays(one.broker, -one.lane.net_fen)
        self._put("09:40:00")
        for broker in short:
            await self._fund(broker.party, owed_fen[broker.party] // 2)
            await self._gives_notice(broker)
        self._put("10:00:00")
        for broker in short:
            await self._is_short_at_ten(broker, owed_fen[broker.party])
            await self._withdraws_in_vain(broker)
        self._put("10:05:00")
        self.morning.trades_from = self.morning.last_sequence
        await self.floor.trade(trading)
        self._put("13:30:00")
        for broker in short:
            await self._pays_at_half_past_one(broker, owed_fen[broker.party])
        await self.program.run("credit")
        self.morning.credited = [broker.party for broker in short]

    async def _bank_pays(self, broker: BrokerEntry, amount_fen: int) -> None:
        await self._day_desk("pay", broker.party, Pay(self._first, broker.party))
        self.say(f"09:00:00 the bank pays {broker.name} {yuan(amount_fen)}")

    async def _gives_notice(self, broker: BrokerEntry) -> None:
        self.morning.note("notice", broker.party, await self.floor.seats[broker.party].notice(self._first))

    async def _is_short_at_ten(self, broker: BrokerEntry, owed_fen: int) -> None:
        await self._day_desk("due", broker.party, Due(broker.party))
        short_fen = owed_fen - owed_fen // 2
        self.say(f"10:00:00 {broker.name} is short of {yuan(short_fen)}, and has said that it pays later")

    async def _withdraws_in_vain(self, broker: BrokerEntry) -> None:
        """A customer asks for a fen more than is withdrawable, of proceeds that the broker owes."""
        own = [each for each in self.customers if each.terms.party == broker.party]
        accounts = {each.contract_no: each.account_no for each in own}
        numbers = sorted(accounts)
        for first in range(0, len(numbers), QUERY_CONTRACTS_MAX):
            answer = await self.floor.seats[broker.party].buying_power(numbers[first : first + QUERY_CONTRACTS_MAX])
            for money in answer.contracts:
                asked_fen = money.withdrawable_fen + 1
                if money.code == ReplyCode.ACCEPTED and asked_fen <= money.buying_power_fen:
                    code = await self._withdraw(accounts[money.contract_no], asked_fen)
                    self.say(f"10:01:00 a customer of {broker.name} asks for {yuan(asked_fen)}: {code.name}")
                    self.morning.refused += code is ReplyCode.PROCEEDS_UNSETTLED
                    return

    async def _withdraw(self, account_no: int, amount_fen: int) -> ReplyCode:
        bank, log = self.floor.bank_desk, self.floor.bank_desk.log
        bank.serial += 1
        records = record_block([Request(RecordKind.WITHDRAWAL, account_no, amount_fen, partner_ref=bank.serial)])
        answer = await self.floor.savings.submit_block(records)
        log.note_block(BANK_PARTY, SAVINGS_SEAT, records, answer, 0)
        return ReplyCode(int(answer.outcomes["code"][0]))

    async def _pays_at_half_past_one(self, broker: BrokerEntry, owed_fen: int) -> None:
        await self._fund(broker.party, owed_fen - owed_fen // 2)
        self.say(f"13:30:00 {broker.name} pays the rest of {yuan(owed_fen)}")

    async def _fund(self, party: int, amount_fen: int) -> None:
        self._serials[party] = serial = self._serials.get(party, 0) + 1
        outcome = await self.floor.savings.control(Fund(party, amount_fen, serial))
        self.morning.note("fund", party, outcome, amount_fen, serial)

    async def _day_desk(self, what: str, party: int, message: ControlMessage) -> None:
        async with self.floor.open_day_desk() as seat:
            self.morning.note(what, party, await seat.control(message))

    @property
    def _first(self) -> int:
        return self.clock.dates.first

    def _put(self, clock: str) -> None:
        self.clock.put(self.clock.dates.second, clock)
