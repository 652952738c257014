"""The gateway's questions to the password desk: what is told where it answers, answers oddly, late or not at all.

Belongs here: `PasswordsAsked` between a caller and whoever listens at the door. Never here: steps of the desk
(test_desk).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
import trio.testing

from gateway.passwords.asking import COUNTER, UNDER_WAY_MAX, UNDER_WAY_OF_SEAT_MAX, PasswordsAsked
from protocol.keys.registry import ChannelOf
from protocol.limits import SEALED_ATTEMPT_BYTES
from protocol.messages.orders.signing_on import BoxKey, BoxKeysAnswer, BoxKeysQuery, PasswordAnswer, PasswordQuery
from protocol.vocabulary import PasswordFound as Found

SEAT, OTHER_SEAT = 31, 32
PHONE = ChannelOf(4, 2)
QUERY = PasswordQuery(98, 7, b"\5" * SEALED_ATTEMPT_BYTES)
AWAY = PasswordAnswer(98, Found.AWAY, 0)
Desk = Callable[[trio.SocketStream], Awaitable[None]]


class Asker:
    """`PasswordsAsked` that is carried, and what it told."""

    def __init__(self, door: Path) -> None:
        self.desk = PasswordsAsked(door)
        self.told: list[PasswordAnswer | BoxKeysAnswer] = []

    def ask(self, query: PasswordQuery | BoxKeysQuery = QUERY, seat: int = SEAT, of: ChannelOf = PHONE) -> None:
        self.desk.ask(seat, of, query, self.told.append)

    async def hears(self, count: int = 1) -> list[PasswordAnswer | BoxKeysAnswer]:
        """So many more answers."""
        wanted = len(self.told) + count
        with trio.fail_after(10):
            while len(self.told) < wanted:
                await trio.lowlevel.checkpoint()
        return self.told[wanted - count :]


@asynccontextmanager
async def asker(desk: Desk | None) -> AsyncIterator[Asker]:
    """With this behind the door; None: nothing is there."""
    with TemporaryDirectory(prefix="yzt") as folder:
        door = Path(folder) / "passwords.sock"
        asking = Asker(door)
        async with trio.open_nursery() as nursery:
            if desk is not None:
                listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
                await listening.bind(str(door))
                listening.listen()
                nursery.start_soon(trio.serve_listeners, desk, [trio.SocketListener(listening)])
            nursery.start_soon(asking.desk.keep)
            await trio.testing.wait_all_tasks_blocked()
            yield asking
            nursery.cancel_scope.cancel()


def saying(line: bytes, heard: list[bytes] | None = None) -> Desk:
    """A desk that answers everything so."""

    async def answer(stream: trio.SocketStream) -> None:
        question = bytes(await stream.receive_some(8_192))
        if heard is not None:
            heard.append(question)
        await stream.send_all(line)
        await stream.aclose()

    return answer


async def silent(stream: trio.SocketStream) -> None:
    """A desk that is stuck."""
    await trio.sleep_forever()


async def test_an_attempt_is_handed_over_as_it_came_with_channel_and_broker_of_the_seat() -> None:
    heard: list[bytes] = []
    async with asker(saying(b'{"found":"SIGNED_ON","until_s":1790000000}\n', heard)) as asking:
        asking.ask()
        assert await asking.hears() == [PasswordAnswer(98, Found.SIGNED_ON, 1_790_000_000)]

    box = b"05" * SEALED_ATTEMPT_BYTES
    wanted = b'{"ask":"attempt","contract_no":98,"channel":4,"broker":2,"key_id":7,"box":"%s"}\n' % box
    assert heard == [wanted]


async def test_the_counter_is_channel_0_of_any_broker() -> None:
    heard: list[bytes] = []
    async with asker(saying(b'{"found":"SET","until_s":0}\n', heard)) as asking:
        asking.ask(of=COUNTER)
        assert await asking.hears() == [PasswordAnswer(98, Found.SET, 0)]

    assert b'"channel":0,"broker":0' in heard[0]


async def test_the_keys_of_the_desk_are_told_with_the_number_of_the_channel() -> None:
    line = b'{"keys":[{"key_id":2,"public_key":"%s"},{"key_id":1,"public_key":"%s"}]}\n' % (b"0a" * 32, b"0b" * 32)
    async with asker(saying(line)) as asking:
        asking.ask(BoxKeysQuery())
        told = BoxKeysAnswer(4, [BoxKey(2, b"\x0a" * 32), BoxKey(1, b"\x0b" * 32)])
        assert await asking.hears() == [told]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"nonsense\n",
        b'{"found":"SIGNED_ON"}\n',
        b'{"found":"NEWER","until_s":0}\n',
        b'{"found":"SIGNED_ON","until_s":0}\n',
        b'{"found":"FAILED","until_s":9}\n',
        b'{"found":"SIGNED_ON","until_s":-1}\n',
        b"x" * 9_000,
    ],
)
async def test_what_is_no_answer_is_a_desk_that_is_away(line: bytes) -> None:
    async with asker(saying(line)) as asking:
        asking.ask()
        assert await asking.hears() == [AWAY]
        assert (asking.desk.away, asking.desk.under_way) == (1, 0)


async def test_without_a_desk_it_is_away_at_once() -> None:
    async with asker(None) as asking:
        asking.ask()
        assert await asking.hears() == [AWAY]
        asking.ask(BoxKeysQuery())
        assert await asking.hears() == [BoxKeysAnswer(4, [])]


def test_a_gateway_that_does_not_carry_questions_says_that_the_desk_is_away() -> None:
    asking = Asker(Path("nowhere"))
    asking.ask()
    assert asking.told == [AWAY]


async def test_a_stuck_desk_is_away_after_its_time_and_may_answer_the_next() -> None:
    async with asker(silent) as asking:
        asking.desk.answered_within_s = 0.02
        asking.ask()
        assert asking.told == []
        assert await asking.hears() == [AWAY]
        assert asking.desk.under_way == 0


async def test_one_seat_leaves_room_for_others_and_all_of_them_for_the_desk() -> None:
    async with asker(silent) as asking:
        for _ in range(UNDER_WAY_OF_SEAT_MAX):
            asking.ask()
        asking.ask()
        assert asking.told == [PasswordAnswer(98, Found.BUSY, 0)]

        asking.ask(seat=OTHER_SEAT)
        assert len(asking.told) == 1
        for seat in range(OTHER_SEAT, OTHER_SEAT + UNDER_WAY_MAX):
            asking.ask(seat=seat)
        assert asking.desk.under_way == UNDER_WAY_MAX
        assert asking.desk.busy == len(asking.told) == 1 + 1 + UNDER_WAY_OF_SEAT_MAX
