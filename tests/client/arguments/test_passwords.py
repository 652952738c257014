"""The verbs about trading passwords: what is sealed for whom, what is refused at once, and that no word of it shows.

Belongs here: the verbs over a seat in memory. Never here: lines (tests/client/line), the password desk.
"""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import trio
import trio.testing
from msgspec.structs import replace
from nacl.public import PrivateKey, SealedBox

from gateway.identity.key_files import write_unsealing_key
from protocol.client import BoxKey, KeyFileError, Seat, SeatPool, SyncSeat, load_box_key
from protocol.client import PasswordFound as Found
from protocol.client.outcomes import Outcome
from protocol.client.settings import SeatSettings
from protocol.client.verbs.passwords import KEYS_KEPT_S, BoxKeysKept, PasswordVerbs
from protocol.errors import MisuseError
from protocol.messages.codec import encode
from protocol.messages.control import ControlMessage
from protocol.messages.orders.signing_on import BoxKeysAnswer, BoxKeysQuery, EndSignOn, PasswordAnswer, PasswordQuery
from protocol.messages.queries import AnswerMessage, QueryMessage
from protocol.passwords import Attempt, attempt_from_bytes
from protocol.vocabulary import BANK_PARTY

OLD, NEW = (PrivateKey(bytes([number]) * 32) for number in (1, 2))
OLD_KEY, NEW_KEY = BoxKey(1, bytes(OLD.public_key)), BoxKey(2, bytes(NEW.public_key))
PASSWORD, OTHER = "planted-pw", "planted-other"
CONTRACT, CHANNEL, NOW_S = 98, 4, 1_790_000_000


class SeatInMemory(PasswordVerbs):
    """Tells its channel and the desk's keys, and keeps what is asked."""

    def __init__(self, party: int = 5, keys: tuple[BoxKey, ...] = (NEW_KEY, OLD_KEY)) -> None:
        self.party, self.keys, self.found = party, keys, Found.SIGNED_ON
        self._box_keys = BoxKeysKept()
        self.asked: list[QueryMessage] = []
        self.said: list[ControlMessage] = []
        self.ended = None

    @property
    def settings(self) -> SeatSettings:
        return cast("SeatSettings", self)

    @property
    def trade_date(self) -> int:
        return 20_260_921

    async def control(self, message: ControlMessage) -> Outcome:
        self.said.append(message)
        await trio.lowlevel.checkpoint()
        return cast("Outcome", None)

    async def _ask(self, query: QueryMessage, kind: type[AnswerMessage]) -> AnswerMessage:  # type: ignore[override]
        self.asked.append(query)
        await trio.lowlevel.checkpoint()
        if isinstance(query, BoxKeysQuery):
            return BoxKeysAnswer(0 if self.party == BANK_PARTY else CHANNEL, list(self.keys))
        return PasswordAnswer(CONTRACT, self.found, NOW_S + 60 if self.found == Found.SIGNED_ON else 0)

    def _utc_ns(self) -> int:
        return NOW_S * 10**9 + 999_999_999

    def opened(self, key: PrivateKey = NEW) -> Attempt:
        """What the last box has for a key."""
        query = self.asked[-1]
        assert isinstance(query, PasswordQuery)
        attempt = attempt_from_bytes(SealedBox(key).decrypt(query.box))
        assert attempt is not None
        return attempt


async def test_an_attempt_is_sealed_for_the_newest_key_and_the_seats_own_channel() -> None:
    seat = SeatInMemory()

    answer = await seat.sign_on(CONTRACT, PASSWORD)

    assert (answer.found, answer.until_s) == (Found.SIGNED_ON, NOW_S + 60)
    attempt = seat.opened()
    assert replace(attempt, nonce=1) == Attempt(CONTRACT, CHANNEL, 1, NOW_S, PASSWORD)
    assert [type(query) for query in seat.asked] == [BoxKeysQuery, PasswordQuery]
    assert cast("PasswordQuery", seat.asked[-1]).key_id == 2


async def test_each_call_is_an_attempt_of_its_own() -> None:
    seat = SeatInMemory()
    nonces = set()
    for _ in range(3):
        await seat.sign_on(CONTRACT, PASSWORD)
        nonces.add(seat.opened().nonce)

    assert len(nonces) == 3


def questions(seat: SeatInMemory) -> list[str]:
    return [{BoxKeysQuery: "keys", PasswordQuery: "attempt"}[type(query)] for query in seat.asked]


async def test_the_keys_are_asked_for_once_and_again_when_what_was_sealed_for_one_is_stale(
    autojump_clock: trio.testing.MockClock,
) -> None:
    seat = SeatInMemory()
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(seat.sign_on, CONTRACT, PASSWORD)
    assert sorted(questions(seat)) == ["attempt"] * 3 + ["keys"]
    seat.asked.clear()

    seat.keys, seat.found = (OLD_KEY,), Found.STALE
    await seat.sign_on(CONTRACT, PASSWORD)
    await seat.sign_on(CONTRACT, PASSWORD)
    assert questions(seat) == ["attempt", "keys", "attempt"]
    assert seat.opened(OLD).password == PASSWORD

    seat.found = Found.FAILED
    await seat.sign_on(CONTRACT, PASSWORD)
    seat.asked.clear()
    await trio.sleep(KEYS_KEPT_S)
    await seat.sign_on(CONTRACT, PASSWORD)
    await seat.sign_on(CONTRACT, PASSWORD)
    assert questions(seat) == ["keys", "attempt", "attempt"]


async def test_a_change_has_both_words_in_one_box() -> None:
    seat = SeatInMemory()
    await seat.change_password(CONTRACT, PASSWORD, OTHER)

    assert (seat.opened().password, seat.opened().new_password) == (PASSWORD, OTHER)


async def test_who_has_a_key_of_his_own_seals_for_that() -> None:
    seat = SeatInMemory(keys=())
    await seat.sign_on(CONTRACT, PASSWORD, OLD_KEY)

    assert seat.opened(OLD).password == PASSWORD
    assert cast("PasswordQuery", seat.asked[-1]).key_id == 1


async def test_without_a_key_nothing_is_sent() -> None:
    seat = SeatInMemory(keys=())

    assert await seat.sign_on(CONTRACT, PASSWORD) == PasswordAnswer(CONTRACT, Found.AWAY, 0)
    assert [type(query) for query in seat.asked] == [BoxKeysQuery]


async def test_the_first_password_is_set_at_the_counter_of_the_bank_alone() -> None:
    with pytest.raises(MisuseError, match="counter"):
        await SeatInMemory().set_first_password(CONTRACT, PASSWORD)
    bank = SeatInMemory(BANK_PARTY)
    await bank.set_first_password(CONTRACT, PASSWORD)

    assert (bank.opened().channel, bank.opened().password) == (0, PASSWORD)


async def test_signing_off_is_a_control_message() -> None:
    seat = SeatInMemory()
    await seat.sign_off(CONTRACT)

    assert seat.said == [EndSignOn(CONTRACT)]


WRONG: list[Callable[[PasswordVerbs], object]] = [
    lambda seat: seat.sign_on(PASSWORD, CONTRACT),  # type: ignore[arg-type]
    lambda seat: seat.sign_on(CONTRACT, PASSWORD[:5]),
    lambda seat: seat.sign_on(CONTRACT, PASSWORD * 4),
    lambda seat: seat.sign_on(CONTRACT, PASSWORD.encode()),  # type: ignore[arg-type]
    lambda seat: seat.sign_on(CONTRACT, PASSWORD + "\ud800"),
    lambda seat: seat.sign_on(CONTRACT, PASSWORD, PASSWORD),  # type: ignore[arg-type]
    lambda seat: seat.sign_on(CONTRACT, PASSWORD, BoxKey(1, b"short")),
    lambda seat: seat.sign_on(0, PASSWORD),
    lambda seat: seat.change_password(CONTRACT, PASSWORD, ""),
    lambda seat: seat.change_password(CONTRACT, PASSWORD, PASSWORD[:5]),
    lambda seat: seat.change_password(CONTRACT, PASSWORD[:5], OTHER),
]


@pytest.mark.parametrize("place", range(len(WRONG)))
def test_what_is_out_of_bounds_is_refused_at_once_without_a_word_of_it(place: int) -> None:
    seat = SeatInMemory()
    with pytest.raises(MisuseError) as caught:
        WRONG[place](seat)

    shown = str(caught.value) + repr(caught.value) + "".join(traceback.format_exception_only(caught.value))
    assert ("planted" in shown, seat.asked, caught.value.__cause__) == (False, [], None)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


async def test_nothing_that_is_sent_or_shown_has_the_password() -> None:
    seat = SeatInMemory()
    verb = seat.change_password(CONTRACT, PASSWORD, OTHER)
    shown = repr(verb) + repr(verb.cr_frame.f_locals if hasattr(verb, "cr_frame") else "")
    await verb
    shown += "".join(map(repr, seat.asked))

    sent = b"".join(encode(query) for query in seat.asked)
    assert "planted" not in shown
    assert b"planted" not in sent


async def test_a_pool_signs_on_through_its_first_seat_that_has_a_session() -> None:
    gone, there = SeatInMemory(), SeatInMemory()
    gone.ended = cast("None", object())
    pool = SeatPool([cast("Seat", gone), cast("Seat", there)], cast("object", None))  # type: ignore[arg-type]

    await pool.sign_on(CONTRACT, PASSWORD)
    await pool.change_password(CONTRACT, PASSWORD, OTHER)
    await pool.sign_off(CONTRACT)

    assert (gone.asked, gone.said) == ([], [])
    assert ([type(query) for query in there.asked].count(PasswordQuery), there.said) == (2, [EndSignOn(CONTRACT)])


def test_the_blocking_face_and_the_pool_take_the_same_arguments() -> None:
    for name in ("sign_on", "change_password", "sign_off"):
        wanted = getattr(Seat, name).__code__.co_varnames[: getattr(Seat, name).__code__.co_argcount]
        for face in (SyncSeat, SeatPool):
            verb = getattr(face, name).__code__
            assert verb.co_varnames[: verb.co_argcount] == wanted


def test_a_key_of_ones_own_comes_from_the_file_that_the_bank_gives_out(tmp_path: Path) -> None:
    public_file = write_unsealing_key(tmp_path / "boxes-3.pem")

    assert load_box_key(public_file, 3).key_id == 3
    with pytest.raises(KeyFileError):
        load_box_key(tmp_path / "boxes-3.pem", 3)
