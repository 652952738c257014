"""Orders through the bank by a ledger that serves: told, journaled, told again, and gone on with by its successor."""

import asyncio
from collections import Counter

import pytest
from msgspec.structs import replace

from config.kit.wall_clock import SimulatedClock
from config.schema import Config
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.messages.base import Message
from protocol.messages.control import RegisterChannelSeat, RegisterParty, RegisterSeat, SetScheme
from protocol.messages.customers.accounts import OpenAccounts, SignContracts
from protocol.messages.day.steps import SignOn
from protocol.messages.orders.signing_on import SetVerifier
from protocol.records import FREEZE_STATE_OPEN, STATE_FROZEN, RecordArray
from protocol.vocabulary import BANK_PARTY, Role, Scheme, SeatRole, Suite
from tests.bank_seats import PASSWORD_SEAT, bank_seat_for
from tests.customers import account, contract
from tests.fees import fees_set
from tests.ledger.memory import control_of
from tests.ledger.world import BROKER, DATE, SEAT, RawGateway, block, codes, outcomes_of, serving, signed
from tests.ledger_core.desk import CHANNEL, CHANNEL_SEAT, joined
from tests.ledger_core.ordering.trading import NOW_S, UNTIL_S, YUAN, Name, cancel, cancelled, executed, order, taken
from tests.ledger_core.orders.signing import SALT, VERIFIER, signed_on
from tests.phases import morning
from tests.securities import limits, priced, registered, share

pytestmark = pytest.mark.postgres

ANN = 98  # contract 0
PARTY_OF = {SEAT: BROKER, CHANNEL_SEAT: CHANNEL}


class Bank:
    """What has been sent to a ledger, seat by seat."""

    def __init__(self) -> None:
        self.sent = Counter[int]()

    def frame(self, seat: int, said: Message | RecordArray) -> Frame:
        """The next of a seat."""
        number, party = self.sent[seat] + 1, PARTY_OF.get(seat, BANK_PARTY)
        if isinstance(said, Message):
            self.sent[seat] += 1
            return control_of(seat, number, said, party)
        self.sent[seat] += len(said)
        frame = block(seat, number, said)
        return signed(frame.header._replace(sender=party), frame.body)

    async def told(self, gateway: RawGateway, seat: int, said: Message | RecordArray) -> list[tuple[int, int, int]]:
        """Code, state and what remains of each record."""
        (answer,) = await gateway.ask(self.frame(seat, said))
        return [(int(each["code"]), int(each["state"]), int(each["remaining_fen"])) for each in outcomes_of(answer)[1]]


async def open_the_day(bank: Bank, gateway: RawGateway) -> None:
    """A broker of A that is there, a channel, one customer with 20,000.00 who is signed on."""
    messages: list[Message] = [
        RegisterParty(BROKER, Role.BROKER, Suite.ED25519_SHA256, "broker", True),
        RegisterSeat(SEAT, BROKER, SeatRole.BROKER),
        SetScheme(BROKER, Scheme.A),
        RegisterParty(CHANNEL, Role.CHANNEL, Suite.ED25519_SHA256, "phone", False),
        RegisterChannelSeat(CHANNEL_SEAT, CHANNEL, 1, BROKER),
        registered(share(DATE)),
        priced(DATE, limits(low=5 * YUAN)),
        fees_set(BROKER, DATE),
        morning(DATE),
        OpenAccounts([account(0, 0), account(1, 2_000_000)]),
        SignContracts([contract(1, BROKER)]),
        SetVerifier(ANN, 0, SALT, VERIFIER),
    ]
    for message in messages:
        assert codes(await gateway.ask(bank.frame(bank_seat_for(message), message))) == [[0]]
    assert codes(await gateway.ask(bank.frame(SEAT, SignOn(DATE)))) == [[0]]
    assert await bank.told(gateway, PASSWORD_SEAT, signed_on(ANN, until_s=UNTIL_S)) == [(0, 0, 0)]


def test_an_order_is_told_journaled_and_gone_on_with_by_the_next_ledger(config: Config) -> None:
    config = replace(config, clock=replace(config.clock, simulation=True))
    config.state_directory.mkdir(exist_ok=True)
    SimulatedClock(config.clock_file).put(NOW_S * 10**9, is_stopped=False)
    bank, name = Bank(), Name(DATE, CHANNEL_SEAT, 1)

    async def scenario() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await open_the_day(bank, gateway)
            first = bank.frame(CHANNEL_SEAT, joined(order(ANN), order(ANN, 150)))
            (answer,) = await gateway.ask(first)
            assert [int(code) for code in outcomes_of(answer)[1]["code"]] == [0, ReplyCode.QUANTITY_OUT_OF_LOTS]
            assert outcomes_of(answer)[1]["state"].tolist() == [STATE_FROZEN, 0]
            assert outcomes_of(answer)[1]["remaining_fen"].tolist() == [1_001_820, 0]
            half = joined(taken(name, ANN), executed(name, ANN, 400, 3_980 * YUAN))
            assert await bank.told(gateway, SEAT, half) == [(0, 0, 0), (0, FREEZE_STATE_OPEN, 601_092)]
            assert await bank.told(gateway, CHANNEL_SEAT, cancel(name, ANN)) == [(0, 0, 0)]
            await gateway.close()
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            again = await gateway.ask(first)
            assert [each.wire() for each in again] == [answer.wire()]
            under_way = [(int(ReplyCode.CANCEL_UNDER_WAY), 0, 0)]
            assert await bank.told(gateway, CHANNEL_SEAT, cancel(name, ANN)) == under_way
            rest = cancelled(name, ANN, 600, answers=2)
            assert await bank.told(gateway, SEAT, rest) == [(0, 2, 0)]
            book = service.pipeline.decider.book
            assert (int(book.frozen_fen[1]), int(book.bought_fen[1])) == (0, 398_724)
            assert int(book.orders.entries.last[BROKER]) == 2
            await gateway.close()

    asyncio.run(scenario())
