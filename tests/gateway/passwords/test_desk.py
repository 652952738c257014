"""The password desk between channels and a bank in memory: what it answers, and what it tells the core.

Belongs here: the desk's steps. Never here: what the core counts and bars (tests/ledger_core), key files.
"""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
import trio
import trio.testing
from msgspec.structs import replace
from nacl.public import PrivateKey, PublicKey, SealedBox

from gateway.identity.key_files import Unsealing
from gateway.passwords.checking import PEPPER_BYTES, WAITING_PER_WORKER, Checkers, CheckersBusy
from gateway.passwords.desk import SIGNED_ON_S, Answered, Asked, Known, PasswordDesk
from gateway.passwords.nonces import AHEAD_S_MAX, GOOD_FOR_S, NONCES_PER_MINUTE_MAX, Nonces
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.limits import CHANNELS_MAX
from protocol.messages.control import ControlMessage
from protocol.passwords import AT_THE_COUNTER, Attempt, attempt_from_bytes, attempt_to_bytes
from protocol.records import RecordArray
from protocol.vocabulary import PasswordFound as Found
from tests.bank_seats import PASSWORD_SEAT
from tests.ledger_core.desk import BROKER, OTHER_BROKER, Desk
from tests.ledger_core.orders.signing import PHONE, WEB, a_bank_with_channels, holds

if TYPE_CHECKING:
    from protocol.client import Seat

SECRET = bytes(range(32))
PUBLIC = PrivateKey(SECRET).public_key
PASSWORD, WRONG, OTHER = "planted-pw", "planted-wrong", "planted-other"
NOW_S = 1_000
FAILED = Answered(Found.FAILED)


class SeatEnded(Exception):
    """What the seat raises."""


@dataclass(frozen=True)
class Told:
    code: ReplyCode

    @property
    def accepted(self) -> bool:
        return self.code == ReplyCode.ACCEPTED


@dataclass
class BankInMemory:
    """The core behind the verbs that the desk has of a seat, and what its read model would say."""

    core: Desk
    said: list[str] = field(default_factory=list)
    is_gone: bool = False
    knows_bars: bool = True
    tells: Known | None = None  # of everybody, while it is behind

    async def submit(self, record: RecordArray) -> Told:
        if self.is_gone:
            raise SeatEnded
        (answer,) = self.core.ask(PASSWORD_SEAT, record)
        self.said.append(answer.code.name)
        return Told(answer.code)

    async def control(self, message: ControlMessage) -> Told:
        self.said.append(type(message).__name__)
        return Told(self.core.control(message))

    async def of(self, contract_no: int, channel: int, broker: int) -> Known | None:
        if self.tells is not None:
            return self.tells
        book, index = self.core.book, contract_no // CONTRACT_NUMBER_STEP
        if index >= book.contracts_count or (channel and broker != BROKER):
            return None
        password = book.orders.sign_ons.password(index)
        if password.is_lost or (self.knows_bars and channel and password.bars(channel)):
            return None
        if not password.is_set:
            return Known(password.generation, False, b"", b"")
        salt, verifier = (
            column[index].tobytes() for column in (book.orders.sign_ons.salt, book.orders.sign_ons.verifier)
        )
        return Known(password.generation, True, salt, verifier)


class Scene:
    """A bank, its desk, one customer who has a password, and a clock."""

    def __init__(self) -> None:
        self.core, self.now_s = a_bank_with_channels(), NOW_S
        self.bank = BankInMemory(self.core)
        checkers = Checkers(bytearray(b"p" * PEPPER_BYTES), 2)
        keys = {1: Unsealing(bytearray(SECRET))}
        self.desk = PasswordDesk(cast("Seat", self.bank), keys, self.bank, checkers, lambda: self.now_s)
        self.ann = self.core.open(0)
        self.now_s += AHEAD_S_MAX + 1

    async def with_password(self) -> "Scene":
        assert await self.at_the_counter(PASSWORD) == Answered(Found.SET)
        self.bank.said.clear()
        return self

    def attempt(self, password: str, channel: int = PHONE, new_password: str = "") -> Attempt:
        return Attempt(self.ann, channel, 1 + secrets.randbelow(2**62), self.now_s, password, new_password)

    def asked(self, attempt: Attempt, broker: int = BROKER) -> Asked:
        sealed = SealedBox(PublicKey(bytes(PUBLIC))).encrypt(attempt_to_bytes(attempt))
        return Asked(attempt.contract_no, attempt.channel, broker, 1, sealed)

    async def says(self, password: str, channel: int = PHONE, new_password: str = "") -> Answered:
        return await self.desk.answer(self.asked(self.attempt(password, channel, new_password)))

    async def at_the_counter(self, password: str) -> Answered:
        return await self.desk.answer(self.asked(self.attempt(password, AT_THE_COUNTER), broker=0))


async def test_the_right_password_signs_on_and_a_wrong_one_counts() -> None:
    scene = await Scene().with_password()

    assert await scene.says(WRONG) == FAILED
    assert scene.core.book.orders.sign_ons.password(scene.ann // 100).failures == {PHONE: 1}
    until_s = scene.now_s + SIGNED_ON_S
    assert await scene.says(PASSWORD) == Answered(Found.SIGNED_ON, until_s)

    assert [holds(scene.core, scene.ann, now_s=second) for second in (until_s - 1, until_s)] == [True, False]
    assert scene.bank.said == ["ACCEPTED", "ACCEPTED"]


async def test_a_box_is_good_once_for_its_contract_its_channel_and_its_time() -> None:
    scene = await Scene().with_password()
    used = scene.asked(scene.attempt(PASSWORD))
    assert (await scene.desk.answer(used)).found == Found.SIGNED_ON
    fresh = scene.asked(scene.attempt(PASSWORD))
    wrong = [
        used,
        fresh._replace(channel=WEB),
        fresh._replace(contract_no=195),
        fresh._replace(key_id=2),
        fresh._replace(sealed=fresh.sealed[:-1] + b"\0"),
        scene.asked(replace(scene.attempt(PASSWORD), second=scene.now_s - GOOD_FOR_S - 1)),
        scene.asked(replace(scene.attempt(PASSWORD), second=scene.now_s + AHEAD_S_MAX + 1)),
    ]

    assert [await scene.desk.answer(each) for each in wrong] == [Answered(Found.STALE)] * len(wrong)
    assert scene.bank.said == ["ACCEPTED"]


async def test_what_was_sealed_before_the_desk_began_is_no_good() -> None:
    """It may have been used before an earlier desk was killed."""
    nonces = Nonces(NOW_S)

    assert not nonces.take(1, NOW_S + AHEAD_S_MAX, NOW_S + AHEAD_S_MAX)
    assert nonces.take(1, NOW_S + AHEAD_S_MAX + 1, NOW_S + AHEAD_S_MAX + 1)


def test_a_nonce_is_known_for_as_long_as_its_box_is_good_and_memory_is_bounded() -> None:
    nonces, second = Nonces(0), 1_000
    assert nonces.take(7, second + AHEAD_S_MAX, second)
    assert not any(nonces.take(7, second + AHEAD_S_MAX, later) for later in range(second, second + 66))
    for nonce in range(NONCES_PER_MINUTE_MAX):
        nonces.take(nonce, 5_000, 5_000)

    assert not nonces.take(NONCES_PER_MINUTE_MAX, 5_000, 5_000)
    assert nonces.take(NONCES_PER_MINUTE_MAX, 5_060, 5_060)


async def test_who_may_not_sign_on_is_answered_as_a_wrong_password_and_nothing_is_told() -> None:
    scene = await Scene().with_password()
    unknown = replace(scene.attempt(PASSWORD), contract_no=12_345)
    assert await scene.desk.answer(scene.asked(unknown)) == FAILED
    assert await scene.desk.answer(scene.asked(scene.attempt(PASSWORD), OTHER_BROKER)) == FAILED
    assert scene.bank.said == []


async def test_the_core_refuses_where_the_desk_does_not_know_yet_that_a_channel_is_barred() -> None:
    scene = await Scene().with_password()
    assert [await scene.says(WRONG) for _ in range(3)] == [FAILED] * 3
    scene.bank.knows_bars = False

    assert await scene.says(PASSWORD, new_password=OTHER) == FAILED

    assert scene.bank.said == ["ACCEPTED"] * 3 + ["PASSWORD_BARRED"]  # and no new password is set
    assert (await scene.says(PASSWORD, WEB)).found == Found.SIGNED_ON


async def test_a_new_password_is_set_by_who_knows_the_old_one_and_signs_nobody_on() -> None:
    scene = await Scene().with_password()
    assert await scene.says(WRONG, new_password=OTHER) == FAILED

    assert await scene.says(PASSWORD, new_password=OTHER) == Answered(Found.SET)

    assert not holds(scene.core, scene.ann)
    assert await scene.says(PASSWORD) == FAILED
    assert (await scene.says(OTHER)).found == Found.SIGNED_ON
    assert scene.bank.said[:3] == ["ACCEPTED", "ACCEPTED", "SetVerifier"]


async def test_who_has_just_set_one_is_not_told_that_it_is_wrong_while_the_read_model_is_behind() -> None:
    scene = Scene()
    before = await scene.bank.of(scene.ann, PHONE, BROKER)
    assert await scene.at_the_counter(PASSWORD) == Answered(Found.SET)
    scene.bank.tells = before

    assert await scene.says(PASSWORD) == Answered(Found.STALE)
    assert await scene.at_the_counter(OTHER) == Answered(Found.STALE)
    scene.bank.tells = None
    assert (await scene.says(PASSWORD)).found == Found.SIGNED_ON


async def test_at_the_counter_nobody_sets_a_second_one() -> None:
    scene = await Scene().with_password()

    assert await scene.at_the_counter(OTHER) == FAILED
    assert scene.bank.said == []


async def test_without_a_verdict_nothing_is_counted_and_the_next_one_waits_a_minute() -> None:
    scene = await Scene().with_password()
    scene.bank.is_gone = True
    with pytest.raises(SeatEnded):
        await scene.says(PASSWORD)
    scene.bank.is_gone = False

    assert await scene.says(PASSWORD) == Answered(Found.BUSY)
    assert (await scene.says(PASSWORD, WEB)).found == Found.SIGNED_ON
    scene.now_s += GOOD_FOR_S
    assert (await scene.says(PASSWORD)).found == Found.SIGNED_ON


async def test_one_attempt_of_a_contract_and_channel_is_under_way_at_a_time() -> None:
    scene, found = await Scene().with_password(), list[Found]()

    async def one() -> None:
        found.append((await scene.says(WRONG)).found)

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(one)

    assert sorted(found) == [Found.FAILED, *[Found.BUSY] * 4]
    assert scene.core.book.orders.sign_ons.password(scene.ann // 100).failures == {PHONE: 1}


async def test_as_many_wait_as_may_and_no_more() -> None:
    checkers, busy = Checkers(bytearray(PEPPER_BYTES), 1), list[bool]()

    async def one() -> None:
        try:
            await checkers.verifier(PASSWORD, bytes(16))
        except CheckersBusy:
            busy.append(True)

    async with trio.open_nursery() as nursery:
        for _ in range(WAITING_PER_WORKER + 4):
            nursery.start_soon(one)

    assert len(busy) == 3


async def test_a_verifier_hangs_on_password_salt_and_pepper() -> None:
    ours, others = Checkers(bytearray(PEPPER_BYTES), 1), Checkers(bytearray(b"x" * PEPPER_BYTES), 1)

    made = {
        await ours.verifier(PASSWORD, bytes(16)),
        await ours.verifier(WRONG, bytes(16)),
        await ours.verifier(PASSWORD, b"s" * 16),
        await others.verifier(PASSWORD, bytes(16)),
    }

    assert len(made) == 4
    assert {len(each) for each in made} == {32}
    assert await ours.verifier(PASSWORD, bytes(16)) in made


async def test_nothing_that_is_journaled_or_shown_has_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    scene = await Scene().with_password()
    await scene.says(WRONG)
    await scene.says(PASSWORD, new_password=OTHER)
    await scene.says(OTHER)

    rows = b"".join(row.headers + row.records + row.control + row.outcomes for row in scene.core.rows)
    shown = repr(scene.desk) + repr(scene.attempt(PASSWORD)) + "".join(capsys.readouterr())

    assert [planted for planted in (PASSWORD, WRONG, OTHER) if planted.encode() in rows or planted in shown] == []
    with pytest.raises(MisuseError) as caught:
        attempt_to_bytes(scene.attempt(PASSWORD * 9))
    assert (PASSWORD in str(caught.value), caught.value.__cause__, caught.value.__context__ is None) == (
        False,
        None,
        False,
    )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("contract_no", [1, 98, 2**31, 2**62])
@pytest.mark.parametrize("channel", [AT_THE_COUNTER, PHONE, CHANNELS_MAX])
async def test_no_attempt_that_a_box_can_hold_is_too_much_for_the_desk(contract_no: int, channel: int) -> None:
    """Whoever has a channel's key seals what he likes: the desk answers, and goes on."""
    scene = await Scene().with_password()
    words = (PASSWORD, "密" * 32, "\0" * 6, "'; --\n")
    for nonce, word in enumerate(words, 1):
        asked = Attempt(contract_no, channel, 2**62 - nonce, scene.now_s, word, word if nonce % 2 else "")
        answered = await scene.desk.answer(scene.asked(asked))
        assert answered.found in (Found.SIGNED_ON, Found.SET, Found.FAILED)

    assert (await scene.says(PASSWORD, WEB)).found in (Found.SIGNED_ON, Found.FAILED)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(47), bytes(48), bytes(368), b"\xff" * 4_000])
async def test_what_is_no_box_is_stale(sealed: bytes) -> None:
    scene = Scene()
    assert await scene.desk.answer(Asked(scene.ann, PHONE, BROKER, 1, sealed)) == Answered(Found.STALE)


@pytest.mark.parametrize("plain", [b"", bytes(320), b"\0\1\x90" + bytes(317), b"\xff" * 320])
def test_what_is_no_attempt_is_none(plain: bytes) -> None:
    assert attempt_from_bytes(plain) is None


def test_a_box_is_of_one_length_and_a_new_password_is_none_or_long_enough() -> None:
    one = Attempt(98, 1, 1, 1, PASSWORD, "")
    assert attempt_from_bytes(attempt_to_bytes(one)) == one
    assert len(attempt_to_bytes(replace(one, password="密" * 32, new_password="码" * 32))) == 320
    body = msgspec.msgpack.encode([98, 1, 1, 1, PASSWORD, "short"])
    assert attempt_from_bytes((len(body).to_bytes(2, "big") + body).ljust(320, b"\0")) is None
    with pytest.raises(MisuseError):
        attempt_to_bytes(replace(one, new_password="short"))
