"""The password desk's door: a Unix socket of this machine, on which the gateway hands over attempts of channels.

Belongs here: one line of JSON in, one out, who may come. Never here: what comes of an attempt (desk).

In goes {"contract_no": 98, "channel": 1, "broker": 2, "key_id": 1, "box": "…"}, the box in hexadecimal; whoever asks
says by which channel and for which broker the seat is, so it must be root or a user that the desk was told. Out comes
{"found": "SIGNED_ON", "until_s": 1790000000}. What is no question gets no answer.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import msgspec
import trio

from gateway.local_lines import line_of, user_behind
from gateway.passwords.desk import Asked, PasswordDesk
from protocol.limits import PASSWORD_BOX_BYTES

QUESTION_SECONDS_MAX = 5.0
QUESTION_BYTES_MAX = 4_096
LINKS_MAX = 256
_SEALED_HEX_CHARS = 2 * (PASSWORD_BOX_BYTES + 48)  # 48: what a sealed box adds
_ROOT = 0


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked."""

    contract_no: int
    channel: int
    broker: int
    key_id: int
    box: Annotated[str, msgspec.Meta(max_length=_SEALED_HEX_CHARS)]


class Reply(msgspec.Struct, frozen=True):
    """What comes back."""

    found: str
    until_s: int


async def serve(
    desk: PasswordDesk,
    path: Path,
    users: Collection[int],
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Answer who comes, until it is cancelled; a socket that an earlier one has left is taken away. A desk whose seat
    has ended ends this too, as the seat says.
    """
    door = trio.Path(path)
    if await door.is_socket():
        await door.unlink()
    listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    places = trio.CapacityLimiter(LINKS_MAX)

    async def one(stream: trio.SocketStream) -> None:
        async with stream, places:
            if user_behind(stream) in (_ROOT, *users):
                await _answer(desk, stream)

    with listening:
        await listening.bind(str(path))
        await door.chmod(0o666)  # who may come is looked at by the user behind each link
        listening.listen()
        task_status.started()
        await trio.serve_listeners(one, [trio.SocketListener(listening)])


async def _answer(desk: PasswordDesk, stream: trio.SocketStream) -> None:
    """One question of a link, and its answer."""
    try:
        with trio.fail_after(QUESTION_SECONDS_MAX):
            question = msgspec.json.decode(await line_of(stream, QUESTION_BYTES_MAX), type=Question)
        sealed = bytes.fromhex(question.box)
    except (trio.BrokenResourceError, trio.TooSlowError, msgspec.DecodeError, ValueError):
        return
    asked = Asked(question.contract_no, question.channel, question.broker, question.key_id, sealed)
    answered = await desk.answer(asked)
    try:
        await stream.send_all(msgspec.json.encode(Reply(answered.found.name, answered.until_s)) + b"\n")
    except trio.BrokenResourceError:
        return  # whoever asked is gone: what was found is journaled all the same
