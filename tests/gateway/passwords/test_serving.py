"""The password desk's door: a question in, an answer out, and who gets none."""

import os
from collections.abc import Collection
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
import trio
import trio.lowlevel

from gateway.passwords.door import AttemptAsked
from gateway.passwords.serving import serve
from tests.gateway.passwords.test_desk import PASSWORD, WRONG, Scene
from tests.ledger_core.desk import BROKER

STRANGER = 4_711


async def heard(scene: Scene, *lines: bytes, users: Collection[int] = (os.geteuid(),)) -> list[bytes]:
    """What comes back for each line, each on a link of its own."""
    answers = []
    with TemporaryDirectory(prefix="yzt") as name:
        door = Path(name) / "passwords.sock"
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(serve, scene.desk, door, users))
            for line in lines:
                async with await trio.open_unix_socket(str(door)) as stream:
                    await stream.send_all(line)
                    answers.append(await reply(stream))
            nursery.cancel_scope.cancel()
    return answers


async def reply(stream: trio.SocketStream) -> bytes:
    """What comes back; nothing where the door is shut."""
    try:
        return bytes(await stream.receive_some(4_096))
    except trio.BrokenResourceError:
        return b""


def question(scene: Scene, password: str) -> bytes:
    asked = scene.asked(scene.attempt(password))
    asks = AttemptAsked(asked.contract_no, asked.channel, BROKER, asked.key_id, asked.sealed.hex())
    return msgspec.json.encode(asks) + b"\n"


async def test_the_right_password_and_a_wrong_one() -> None:
    scene = await Scene().with_password()

    answers = await heard(scene, question(scene, WRONG), question(scene, PASSWORD))

    assert answers == [
        b'{"found":"FAILED","until_s":0}\n',
        b'{"found":"SIGNED_ON","until_s":29806}\n',
    ]


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[" * 5_000, b'{"contract_no": "x"}\n'])
async def test_what_is_no_question_gets_no_answer(line: bytes) -> None:
    assert await heard(Scene(), line) == [b""]


async def test_who_was_not_told_gets_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = await Scene().with_password()
    monkeypatch.setattr("gateway.passwords.serving.user_behind", lambda _: STRANGER)

    assert await heard(scene, question(scene, PASSWORD)) == [b""]
    assert await heard(scene, question(scene, WRONG), users=(STRANGER,)) == [b'{"found":"FAILED","until_s":0}\n']
