"""A card host behind a Unix socket: what is asked and answered, and what counts as not asked."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
import trio.testing

from frontend_sim.market.people.card_host import SimulatedCardHost
from gateway.identity.card_host import CardQuestion, NoCardHost, SocketCardHost
from protocol.vocabulary import CardAnswer

ACCOUNT, RIGHT = 6_217_000_000_000_001, "482915"
Answering = Callable[[trio.SocketStream], Awaitable[None]]


def question(push: int, password: str = RIGHT, account: int = ACCOUNT) -> CardQuestion:
    return CardQuestion(push, account, password)


async def asked_of(answering: Answering) -> CardAnswer:
    """What a socket gives on which somebody answers so."""
    with TemporaryDirectory(prefix="yzt") as name:
        path = Path(name) / "card.sock"
        listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
        await listening.bind(str(path))
        listening.listen()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, answering, [trio.SocketListener(listening)])
            answer = await SocketCardHost(path).ask(question(1))
            nursery.cancel_scope.cancel()
    return answer


async def test_the_simulated_card_host_counts_one_try_a_push_and_locks() -> None:
    host = SimulatedCardHost({ACCOUNT: RIGHT})
    with TemporaryDirectory(prefix="yzt") as name:
        path = Path(name) / "card.sock"
        async with trio.open_nursery() as nursery:
            await nursery.start(host.serve, path)
            cards = SocketCardHost(path)
            first = [await cards.ask(question(push, "0")) for push in (1, 1, 1, 2)]
            right = await cards.ask(question(3))
            wrong = [await cards.ask(question(push, "0")) for push in (4, 5, 6)]
            locked = await cards.ask(question(7))
            unknown = await cards.ask(question(8, account=5))
            nursery.cancel_scope.cancel()
    assert (set(first), right, set(wrong)) == ({CardAnswer.WRONG}, CardAnswer.RIGHT, {CardAnswer.WRONG})
    assert (locked, unknown) == (CardAnswer.WRONG, CardAnswer.WRONG)


@pytest.mark.parametrize("said", [b"", b"\n", b"yes\n", b'{"right": 1}\n', b"[" * 300, b'{"right": true'])
async def test_what_is_no_answer_is_not_asked(said: bytes) -> None:
    async def answer(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some(1_024)
            await stream.send_all(said)

    assert await asked_of(answer) == CardAnswer.NOT_ASKED


async def test_a_card_host_that_is_not_there_was_not_asked(tmp_path: Path) -> None:
    assert await SocketCardHost(tmp_path / "none.sock").ask(question(1)) == CardAnswer.NOT_ASKED
    assert await NoCardHost().ask(question(1)) == CardAnswer.NOT_ASKED


async def test_a_silent_one_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    async def nothing(stream: trio.SocketStream) -> None:
        async with stream:
            await trio.sleep_forever()

    assert await asked_of(nothing) == CardAnswer.NOT_ASKED


def test_a_question_shows_no_password() -> None:
    assert RIGHT not in repr(question(1))
