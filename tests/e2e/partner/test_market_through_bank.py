"""A broker and a channel of the simulated market, by real processes: orders by chance, a gateway that is killed, lost
replies; every order has one fate known to customer, bank and broker, and the auditor expects every answer.

Belongs here: the whole way. Never here: courses one by one (tests/frontend_sim).
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from config.cli.links import seat_settings
from config.kit.exit_codes import ExitCode
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.installation import new_party_signer
from frontend_sim.market.bank import BrokerEntry, open_accounts, sign_contracts
from frontend_sim.market.bank_orders import OrderBroker
from frontend_sim.market.desks import DAY_SEAT
from frontend_sim.market.market_day import make_account
from frontend_sim.market.through_bank.channel import Channel
from frontend_sim.market.through_bank.courses import ByChance, Course
from frontend_sim.market.through_bank.masters import ThroughBank, prices
from frontend_sim.market.through_bank.telling import noted_by
from frontend_sim.market.workload import Habits, Workload
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.given_numbers import (
    account_no_from_index,
    contract_no_from_index,
    index_from_account_no,
    index_from_contract_no,
)
from protocol.messages.customers.accounts import ContractTerms
from protocol.messages.day.steps import SignOn
from protocol.vocabulary import BANK_PARTY, ContractStatus, RecordKind, Role
from tests.e2e.clerks import Clerks
from tests.e2e.house import House, house, wait_until
from tests.e2e.partner.test_signing_on import answers, first_password

pytestmark = pytest.mark.postgres

BROKER, CHANNEL, BROKER_SEAT, PHONE_SEAT, PHONE = 4, 5, 41, 51, 1
CUSTOMERS, BALANCE_FEN, PASSWORD, ORDERS, SEED = 3, 40_000_000, "planted-first", 80, 7


class Market:
    """Who takes part, and what they have seen."""

    def __init__(self, found: House) -> None:
        self.found = found
        signers = [new_party_signer(found.config, party, "ed25519") for party in (BROKER, CHANNEL)]
        broker = BrokerEntry(BROKER, "Fuxing Securities", (BROKER_SEAT,), signers[0])
        self.who = ThroughBank(broker, CHANNEL, PHONE_SEAT, PHONE, signers[1])
        self.log = SessionLog()
        self.auditor = Auditor()
        self.contract_nos = trio.run(self._come)

    async def _come(self) -> list[int]:
        found, auditor = self.found, self.auditor
        accounts = [make_account(900 + place, BALANCE_FEN) for place in range(CUSTOMERS)]
        async with Seat.open(found.bank(), found.clock) as bank:
            day = bank.trade_date
            await self.who.register(bank, day)
            first = index_from_account_no(await open_accounts(bank, accounts))
            account_nos = [account_no_from_index(first + at) for at in range(CUSTOMERS)]
            terms = [ContractTerms(number, BROKER, [], ContractStatus.ACTIVE) for number in account_nos]
            first = index_from_contract_no(await sign_contracts(bank, terms))
            contract_nos = [contract_no_from_index(first + at) for at in range(CUSTOMERS)]
        async with Seat.open(found.desk(DAY_SEAT), found.clock) as desk:
            now_s = (found.clock.elapsed_ns() + found.clock.utc_offset_ns()) // 10**9
            phases = await self.who.set_phases(desk, day, now_s - 3_600, now_s + 18_000)
        auditor.register_party(BANK_PARTY, Role.BANK, False)
        self.who.inform(auditor, day, phases)
        for contract_no, account_no in zip(contract_nos, account_nos, strict=True):
            auditor.open_account(account_no, BALANCE_FEN, 1)
            auditor.sign_contract(contract_no, account_no, BROKER, ContractStatus.ACTIVE, day)
        return contract_nos

    async def live(self) -> tuple[Channel, OrderBroker]:
        """Everybody signs on, and orders until so many are accepted; the gateway is killed among them."""
        found, who = self.found, self.who
        at_broker = seat_settings(found.config, BROKER, BROKER_SEAT, who.broker.signer)
        at_phone = seat_settings(found.config, CHANNEL, PHONE_SEAT, who.channel_signer)
        async with (
            Seat.open(at_broker, found.clock) as seat,
            Seat.open(at_phone, found.clock) as phone,
            trio.open_nursery() as nursery,
        ):
            assert (await seat.control(SignOn(phone.trade_date))).code == ReplyCode.ACCEPTED
            hear = noted_by(self.log, BROKER, BROKER_SEAT)
            broker = OrderBroker(seat, prices(), course_of=ByChance(SEED, overtaken=300), hear=hear, desks=4)
            workload = Workload(SEED, self.contract_nos, habits=Habits(sells=0))
            passwords = dict.fromkeys(self.contract_nos, PASSWORD)
            chance = random.Random(SEED)
            channel = Channel(CHANNEL, PHONE_SEAT, phone, passwords, workload, self.log, chance, rings_off=200)
            await channel.sign_on_all()
            nursery.start_soon(broker.work)
            nursery.start_soon(channel.read)
            nursery.start_soon(in_a_thread, found.supervisor.kill, "gateway")
            await channel.trade(4, 0.0, lambda: len(channel.ordered) < ORDERS)
            await channel.hear_all()
            await broker.answered_all(channel.accepted)
            await broker.tell_late()
            nursery.cancel_scope.cancel()
        who.inform_of_date(self.auditor, phone.trade_date, channel.until_s, broker.places)
        return channel, broker


def overtaken_in(course: Course) -> int:
    """How many executions are told behind one that says more."""
    told = [each.quantity for each in course.reports if each.kind is RecordKind.EXECUTED]
    return sum(quantity < max(told[:place], default=0) for place, quantity in enumerate(told))


async def in_a_thread(kill: Callable[[str], None], name: str) -> None:
    await trio.to_thread.run_sync(kill, name)


def test_every_order_has_one_fate(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with house(4, has_due_times=True, checks_passwords=True) as found:
        market = Market(found)
        answers(found)
        for contract_no in market.contract_nos:
            assert first_password(Clerks(found, tmp_path, capfd), contract_no, PASSWORD)[0] == ExitCode.OK
        channel, broker = trio.run(market.live)
        assert broker.orders.keys() == channel.ordered.keys()
        assert broker.answered == channel.accepted
        overtaken = sum(overtaken_in(one.course) for one in broker.orders.values())
        assert [each.code for each in broker.not_fitting] == [ReplyCode.LISTED] * overtaken
        assert min(channel.rung_off, channel.recovered) > 0

        market.auditor.judge(market.log.seen)
        assert market.auditor.mismatches == []
        assert market.auditor.judged_count == len(market.log.seen)
        last = "SELECT max(sequence) FROM bank_order_reports"
        wait_until("the follower has all", lambda: found.sql(last).strip() == str(market.log.last_sequence))
        reports = "FROM bank_order_reports WHERE kind = 'EXECUTED' AND outcome = 'ACCEPTED'"
        rows = found.sql(f"SELECT order_number, max(quantity) {reports} GROUP BY 1")
        told = {int(number): int(quantity) for number, quantity in (row.split("|") for row in rows.split())}
        executed = {name[2]: one.course.executed.quantity for name, one in broker.orders.items()}
        assert told == {number: quantity for number, quantity in executed.items() if quantity}
