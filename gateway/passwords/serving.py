"""The password desk's door: a Unix socket of this machine, on which the gateway hands over attempts of channels.

Belongs here: one question of a link and its answer, who may come. Never here: their words (door), what comes of an
attempt (desk).

Whoever asks says by which channel and for which broker the seat is, so it must be root or a user that the desk was
told.
"""

from collections.abc import Collection
from pathlib import Path

import msgspec
import trio

from gateway.local_lines import line_of, user_behind
from gateway.passwords.desk import Asked, PasswordDesk
from gateway.passwords.door import QUESTION_BYTES_MAX, AttemptAsked, KeysReply, KeyTold, Question, Reply

QUESTION_SECONDS_MAX = 5.0
LINKS_MAX = 256
_ROOT = 0


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
            question = _questions.decode(await line_of(stream, QUESTION_BYTES_MAX))
        sealed = bytes.fromhex(question.box) if isinstance(question, AttemptAsked) else b""
    except (trio.BrokenResourceError, trio.TooSlowError, msgspec.DecodeError, ValueError):
        return
    reply: Reply | KeysReply
    if isinstance(question, AttemptAsked):
        asked = Asked(question.contract_no, question.channel, question.broker, question.key_id, sealed)
        answered = await desk.answer(asked)
        reply = Reply(answered.found.name, answered.until_s)
    else:
        reply = KeysReply([KeyTold(number, key.hex()) for number, key in desk.public_keys()])
    try:
        await stream.send_all(msgspec.json.encode(reply) + b"\n")
    except trio.BrokenResourceError:
        return  # whoever asked is gone: what was found is journaled all the same


_questions: msgspec.json.Decoder[Question] = msgspec.json.Decoder(Question)
