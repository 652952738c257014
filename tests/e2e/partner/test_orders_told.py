"""An order through the bank by real processes: ordered by phone, told to its broker, reported to the phone again.

Gateway and ledger are killed between: no entry is lost, none comes twice. Belongs here: the whole way. Never here: what
an order earns (tests/ledger_core), pages and their turns (tests/gateway).
"""

from pathlib import Path

import pytest
import trio

from config.cli.links import seat_settings
from config.kit.exit_codes import ExitCode
from frontend_sim.installation import new_party_signer
from frontend_sim.market.bank import BrokerEntry, open_accounts, register_broker, sign_contracts
from frontend_sim.market.bank_orders import OrderBroker
from frontend_sim.market.desks import DAY_SEAT, KEY_VALID_UNTIL_NS, must_accept
from frontend_sim.market.market_day import make_account
from protocol.client import BankOrder, OrderEntry, OrderReader, Seat, SeatSettings
from protocol.client import PasswordFound as Found
from protocol.codes import ReplyCode
from protocol.messages.control import ControlMessage, RegisterChannelSeat, RegisterKey, RegisterParty, SetScheme
from protocol.messages.customers.accounts import ContractTerms
from protocol.messages.day.steps import SignOn
from protocol.messages.orders.phases import MarketPhase, SetPhases
from protocol.vocabulary import ContractStatus, Market, RecordKind, Role, Scheme, Side
from tests.e2e.clerks import Clerks
from tests.e2e.house import House, house, wait_until
from tests.e2e.partner.test_signing_on import FIRST, answers, first_password
from tests.fees import fees_set
from tests.securities import limits, priced, registered, share

pytestmark = pytest.mark.postgres

BROKER, CHANNEL, BROKER_SEAT, PHONE_SEAT, PHONE = 4, 5, 41, 51, 1
YUAN, CODE = 10_000, b"600000"
PRICE = 995 * YUAN // 100


class Ann:
    """A customer of a broker of scheme A, who orders by phone."""

    def __init__(self, found: House) -> None:
        self.found = found
        self.broker = new_party_signer(found.config, BROKER, "ed25519")
        self.channel = new_party_signer(found.config, CHANNEL, "ed25519")
        self.contract_no = trio.run(self._come)

    async def _come(self) -> int:
        found = self.found
        async with Seat.open(found.bank(), found.clock) as bank:
            await register_broker(bank, BrokerEntry(BROKER, "Fuxing Securities", (BROKER_SEAT,), self.broker))
            day = bank.trade_date
            messages: tuple[ControlMessage, ...] = (
                SetScheme(BROKER, Scheme.A),
                RegisterParty(CHANNEL, Role.CHANNEL, int(self.channel.suite), "phone", False),
                RegisterKey(CHANNEL, self.channel.key_id, self.channel.public_key(), 0, KEY_VALID_UNTIL_NS, 0),
                RegisterChannelSeat(PHONE_SEAT, CHANNEL, PHONE, BROKER),
                registered(share(day)),
                priced(day, limits(low=5 * YUAN)),
                fees_set(BROKER, day),
            )
            for message in messages:
                await must_accept(bank, message, type(message).__name__)
            account_no = await open_accounts(bank, [make_account(900, 5_000_000)])
            contract_no = await sign_contracts(bank, [ContractTerms(account_no, BROKER, [], ContractStatus.ACTIVE)])
        async with Seat.open(found.desk(DAY_SEAT), found.clock) as desk:
            now_s = (found.clock.elapsed_ns() + found.clock.utc_offset_ns()) // 10**9
            phase = MarketPhase(now_s - 3_600, now_s + 18_000, True, True)
            await must_accept(desk, SetPhases(day, Market.XSHG, [phase]), "phases")
        return contract_no

    def seat(self, party: int) -> SeatSettings:
        signer, seat = (self.broker, BROKER_SEAT) if party == BROKER else (self.channel, PHONE_SEAT)
        return seat_settings(self.found.config, party, seat, signer)


async def some(reader: OrderReader, count: int) -> list[OrderEntry]:
    found = []
    for _ in range(count):
        entry = await reader.next_entry()
        reader.done(entry)
        found.append(entry)
    return found


def test_an_order_is_told_to_its_broker_and_its_reports_to_the_channel(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with house(4, has_due_times=True, checks_passwords=True) as found:
        ann = Ann(found)
        answers(found)
        assert first_password(Clerks(found, tmp_path, capfd), ann.contract_no, FIRST)[0] == ExitCode.OK

        async def day() -> None:
            async with (
                Seat.open(ann.seat(BROKER), found.clock) as at_broker,
                Seat.open(ann.seat(CHANNEL), found.clock) as phone,
                trio.open_nursery() as nursery,
            ):
                assert (await at_broker.control(SignOn(phone.trade_date))).code == ReplyCode.ACCEPTED
                while (said := await phone.sign_on(ann.contract_no, FIRST)).found == Found.STALE:
                    pass  # the read model is between two passwords
                assert said.found == Found.SIGNED_ON
                nursery.start_soon(OrderBroker(at_broker, {CODE: PRICE}).work)
                reports = phone.reports()
                whole = await phone.order(ann.contract_no, Market.XSHG, Side.BUY, CODE, 1_000, 10 * YUAN)
                assert (whole.code, whole.remaining_fen) == (ReplyCode.ACCEPTED, 1_001_820)
                told = await some(reports, 3)
                assert [(each.kind, each.quantity) for each in told] == [
                    (RecordKind.TAKEN, 0),
                    (RecordKind.EXECUTED, 500),
                    (RecordKind.EXECUTED, 1_000),
                ]
                for name in ("gateway", "ledger"):
                    await trio.to_thread.run_sync(found.supervisor.kill, name)
                rests = await phone.order(ann.contract_no, Market.XSHG, Side.BUY, CODE, 100, 9 * YUAN)
                assert rests.code == ReplyCode.ACCEPTED
                named = BankOrder(rests, ann.contract_no, Market.XSHG, Side.BUY, CODE)
                assert (await phone.cancel(named)).code == ReplyCode.ACCEPTED
                told = await some(reports, 2)
                assert [(each.kind, each.quantity) for each in told] == [
                    (RecordKind.TAKEN, 0),
                    (RecordKind.CANCELLED, 100),
                ]
                assert [each.position.number for each in told] == [4, 5]
                nursery.cancel_scope.cancel()

        trio.run(day)
        rows = "SELECT party, seat, sum(octet_length(entries)) / 64 FROM order_feed GROUP BY 1, 2 ORDER BY 1, 2"
        wait_until("the follower has all", lambda: found.sql(rows).split() == ["4|0|3", "5|51|5"])
