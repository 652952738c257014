"""The card host 卡系统, as the identity desk sees it: is this card password right?

Belongs here: the interface, the card host behind a Unix socket of this machine, the absence of one. Never here: a
bank's own card system (whoever has one puts an adapter behind that socket), what follows from an answer (the core).

Over the socket goes one line of JSON, {"push": 12, "bank_account_no": 6217…, "card_password": "…"}, and one comes back,
{"right": true}. `push` is the same however often one push is asked, so that a card host counts one try for it. Whoever
listens hears passwords, so it must be our own user or root. What does not answer in time, or not so, was not asked: the
customer then confirms at the bank.
"""

import os
from pathlib import Path
from typing import Protocol

import msgspec
import trio

from gateway.local_lines import line_of, user_behind
from protocol.vocabulary import CardAnswer

ANSWER_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 256


class CardQuestion(msgspec.Struct, frozen=True):
    """What is asked."""

    push: int
    bank_account_no: int
    card_password: str

    def __repr__(self) -> str:
        """Nothing of the password."""
        return f"CardQuestion({self.push}, …)"


class CardReply(msgspec.Struct, frozen=True):
    """What comes back."""

    right: bool


class CardHost(Protocol):
    """Knows card passwords."""

    async def ask(self, question: CardQuestion) -> CardAnswer:
        """RIGHT, WRONG, or NOT_ASKED when it could not be asked. Never raises for a card host that is not there."""
        ...


class NoCardHost:
    """Of a bank whose customers all confirm at its counters."""

    async def ask(self, question: CardQuestion) -> CardAnswer:
        """NOT_ASKED."""
        del question
        return CardAnswer.NOT_ASKED


class SocketCardHost:
    """One behind a Unix socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def ask(self, question: CardQuestion) -> CardAnswer:
        """As `CardHost.ask`."""
        try:
            with trio.fail_after(ANSWER_SECONDS_MAX):
                async with await trio.open_unix_socket(str(self._path)) as stream:
                    if user_behind(stream) not in (0, os.geteuid()):
                        return CardAnswer.NOT_ASKED
                    await stream.send_all(msgspec.json.encode(question) + b"\n")
                    reply = msgspec.json.decode(await line_of(stream, ANSWER_BYTES_MAX), type=CardReply)
        except (OSError, trio.BrokenResourceError, trio.TooSlowError, msgspec.DecodeError, UnicodeDecodeError):
            return CardAnswer.NOT_ASKED
        return CardAnswer.RIGHT if reply.right else CardAnswer.WRONG
