"""A simulated card host 卡系统 behind a Unix socket: it knows the card passwords of some accounts.

Belongs here: passwords, tries, the socket. Never here: who asks (gateway.identity), customers (walk_ins).
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import trio

from gateway.identity.card_host import CardQuestion, CardReply

TRIES_MAX = 3  # of one card; then it is locked, and every password is wrong
LINE_BYTES_MAX = 1_024


@dataclass(slots=True)
class SimulatedCardHost:
    """By the bank's number of the account."""

    passwords: dict[int, str]
    asked: dict[int, bool] = field(default_factory=dict)  # by push: asked again it is not another try
    wrong: dict[int, int] = field(default_factory=dict)  # by account

    def is_right(self, question: CardQuestion) -> bool:
        """Whether the password is right; a wrong one counts once for its push."""
        if question.push in self.asked:
            return self.asked[question.push]
        account = question.bank_account_no
        is_locked = self.wrong.get(account, 0) >= TRIES_MAX
        is_right = not is_locked and self.passwords.get(account) == question.card_password
        self.wrong[account] = 0 if is_right else self.wrong.get(account, 0) + 1
        self.asked[question.push] = is_right
        return is_right

    async def serve(self, path: Path, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Answer on a new socket of our own, until cancelled."""
        listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
        await listening.bind(str(path))
        await trio.Path(path).chmod(0o600)
        listening.listen()
        task_status.started()
        await trio.serve_listeners(self._answer, [trio.SocketListener(listening)])

    async def _answer(self, stream: trio.SocketStream) -> None:
        line = b""
        async with stream:
            while b"\n" not in line and len(line) <= LINE_BYTES_MAX:
                data = await stream.receive_some(LINE_BYTES_MAX)
                if not data:
                    return
                line += data
            question = msgspec.json.decode(line, type=CardQuestion)
            await stream.send_all(msgspec.json.encode(CardReply(self.is_right(question))) + b"\n")
