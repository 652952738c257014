"""A channel's question through a running gateway: to the password desk and back, while others trade on.

Belongs here: who is answered what over a line. Never here: the desk's door (tests/gateway/passwords), who may ask what
(tests/protocol/session).
"""

import os
from functools import partial
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from nacl.public import PublicKey, SealedBox

from gateway.daemon import Gateway
from gateway.passwords.desk import SIGNED_ON_S
from gateway.passwords.door import DOOR
from gateway.passwords.serving import serve
from protocol.codes import ReplyCode
from protocol.limits import SEALED_ATTEMPT_BYTES
from protocol.messages.base import Message
from protocol.messages.codec import decode_answer
from protocol.messages.gateway_link import ChannelSeat
from protocol.messages.orders.signing_on import BoxKey, BoxKeysAnswer, BoxKeysQuery, PasswordAnswer, PasswordQuery
from protocol.passwords import attempt_to_bytes
from protocol.session.partner_events import AnswerReceived, OutcomesReceived, Terminated
from protocol.vocabulary import PasswordFound as Found
from protocol.vocabulary import Role, SeatRole
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, Partner, freezes
from tests.gateway.passwords.test_desk import PASSWORD, PUBLIC, WRONG, Scene
from tests.ledger_core.desk import BROKER
from tests.ledger_core.orders.signing import PHONE
from tests.protocol import keys

CHANNEL, CHANNEL_SEAT = keys.OTHER_BROKER, keys.OTHER_SEAT


@pytest.fixture
async def ledger(folder: Path, nursery: trio.Nursery, request: pytest.FixtureRequest) -> FakeLedger:
    """A fake ledger whose second partner is a channel, with this channel's number unless a test says otherwise."""
    parties = keys.registry().entries()
    (party,) = [entry for entry in parties if entry.party == CHANNEL]
    seats = [replace(one, role=SeatRole.CHANNEL) for one in party.seats]
    told = [entry if entry is not party else replace(party, role=Role.CHANNEL, seats=seats) for entry in parties]
    fake = FakeLedger(folder / "ledger.sock", told)
    fake.channel_seats = getattr(request, "param", [ChannelSeat(CHANNEL_SEAT, PHONE, BROKER)])
    await nursery.start(fake.serve)
    return fake


@pytest.fixture
async def scene(folder: Path, gateway: Gateway, nursery: trio.Nursery) -> Scene:
    """A desk that answers at the gateway's door."""
    desk = await Scene().with_password()
    await nursery.start(partial(serve, desk.desk, folder / DOOR, [os.geteuid()]))
    return desk


def attempt(scene: Scene, password: str) -> PasswordQuery:
    asked = scene.attempt(password)
    return PasswordQuery(scene.ann, 1, SealedBox(PublicKey(bytes(PUBLIC))).encrypt(attempt_to_bytes(asked)))


async def a_channel(connect: Connect) -> Partner:
    partner = await connect(CHANNEL, CHANNEL_SEAT)
    await partner.log_on()
    return partner


async def answer(partner: Partner, number: int, query: BoxKeysQuery | PasswordQuery) -> tuple[int, Message]:
    await partner.ask(number, query)
    event = await partner.hear(AnswerReceived)
    return (event.correlation_id, decode_answer(event.body))


async def test_a_channel_is_told_the_keys_and_what_comes_of_each_attempt(connect: Connect, scene: Scene) -> None:
    phone = await a_channel(connect)

    assert await answer(phone, 1, BoxKeysQuery()) == (1, BoxKeysAnswer(PHONE, [BoxKey(1, bytes(PUBLIC))]))
    wrong, right = attempt(scene, WRONG), attempt(scene, PASSWORD)
    assert await answer(phone, 2, wrong) == (2, PasswordAnswer(scene.ann, Found.FAILED, 0))
    until_s = scene.now_s + SIGNED_ON_S
    assert await answer(phone, 3, right) == (3, PasswordAnswer(scene.ann, Found.SIGNED_ON, until_s))
    assert await answer(phone, 4, right) == (4, PasswordAnswer(scene.ann, Found.STALE, 0))


async def test_nothing_of_it_goes_to_the_ledger(connect: Connect, scene: Scene, ledger: FakeLedger) -> None:
    phone = await a_channel(connect)
    before = len(ledger.received)

    await answer(phone, 1, attempt(scene, PASSWORD))

    assert ledger.received[before:] == []


async def test_without_a_desk_it_is_away_and_the_line_stands(connect: Connect) -> None:
    phone = await a_channel(connect)
    query = PasswordQuery(98, 1, bytes(SEALED_ATTEMPT_BYTES))

    assert await answer(phone, 1, query) == (1, PasswordAnswer(98, Found.AWAY, 0))
    assert await answer(phone, 2, BoxKeysQuery()) == (2, BoxKeysAnswer(PHONE, []))


async def test_a_broker_that_asks_is_gone(connect: Connect, scene: Scene) -> None:
    broker = await connect()
    await broker.log_on()

    await broker.ask(1, attempt(scene, PASSWORD))

    ended = await broker.hear(Terminated)
    assert ended.code == ReplyCode.ROLE_FORBIDS
    assert scene.bank.said == []


@pytest.mark.parametrize("ledger", [[]], indirect=True)
async def test_a_seat_whose_channel_is_not_known_is_not_taken_for_the_counter(connect: Connect, scene: Scene) -> None:
    phone = await a_channel(connect)
    await phone.ask(1, attempt(scene, PASSWORD))

    assert (await phone.hear(Terminated)).code == ReplyCode.ROLE_FORBIDS


async def test_a_desk_that_is_stuck_keeps_no_broker_waiting(
    connect: Connect, gateway: Gateway, folder: Path, nursery: trio.Nursery
) -> None:
    async def stuck(stream: trio.SocketStream) -> None:
        await trio.sleep_forever()

    listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    await listening.bind(str(folder / DOOR))
    listening.listen()
    nursery.start_soon(trio.serve_listeners, stuck, [trio.SocketListener(listening)])
    phone, broker = await a_channel(connect), await connect()
    await broker.log_on()
    await phone.ask(1, PasswordQuery(98, 1, bytes(SEALED_ATTEMPT_BYTES)))

    await broker.send(freezes(5), 1)

    await broker.hear(OutcomesReceived)
    assert gateway.passwords.under_way == 1
