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
from nacl.public import PrivateKey
from prometheus_client import generate_latest

from gateway.identity.key_files import Unsealing
from gateway.passwords.door import AttemptAsked
from gateway.passwords.figures import registry_of
from gateway.passwords.serving import serve
from tests.gateway.passwords.test_desk import PASSWORD, PUBLIC, WRONG, Scene
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


async def test_its_keys_are_told_the_newest_first() -> None:
    scene = Scene()
    scene.desk.unsealings = {1: scene.desk.unsealings[1], 12: Unsealing(bytearray(32 * b"n"))}
    newest, old = PrivateKey(32 * b"n").public_key, PUBLIC

    (answer,) = await heard(scene, b'{"ask":"keys"}\n')

    told = [{"key_id": 12, "public_key": bytes(newest).hex()}, {"key_id": 1, "public_key": bytes(old).hex()}]
    assert msgspec.json.decode(answer) == {"keys": told}


async def test_it_counts_what_it_tells_and_nothing_of_whom() -> None:
    scene = await Scene().with_password()
    await heard(scene, question(scene, WRONG), question(scene, PASSWORD), question(scene, PASSWORD))

    page = generate_latest(registry_of(scene.desk.figures)).decode()

    assert 'yzt_password_desk_attempts_total{found="FAILED"} 1.0' in page
    assert 'yzt_password_desk_attempts_total{found="SIGNED_ON"} 2.0' in page
    assert "yzt_password_desk_attempts_under_way 0.0" in page
    assert str(scene.ann) not in {word for line in page.splitlines() for word in line.split()}


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[" * 5_000, b'{"contract_no": "x"}\n'])
async def test_what_is_no_question_gets_no_answer(line: bytes) -> None:
    assert await heard(Scene(), line) == [b""]


async def test_who_was_not_told_gets_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = await Scene().with_password()
    monkeypatch.setattr("gateway.passwords.serving.user_behind", lambda _: STRANGER)

    assert await heard(scene, question(scene, PASSWORD)) == [b""]
    assert await heard(scene, question(scene, WRONG), users=(STRANGER,)) == [b'{"found":"FAILED","until_s":0}\n']
