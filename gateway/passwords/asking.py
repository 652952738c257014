"""The gateway's questions to the password desk: each on a link of its own, bounded in number and in time.

Belongs here: reaching the desk's door, what is told where it does not answer. Never here: whose seat asks (dispatcher),
what comes of an attempt (desk).

Nothing here waits for the desk but the task of the one question: a slow desk slows nobody else. A box passes through as
it came, into no log and no metric; the gateway has no key that opens it.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
import trio

from gateway.local_lines import line_of
from gateway.passwords.door import REPLY_BYTES_MAX, AttemptAsked, KeysAsked, KeysReply, Question, Reply
from protocol.keys.registry import ChannelOf
from protocol.limits import BOX_KEYS_MAX
from protocol.messages.orders.signing_on import BoxKey, BoxKeysAnswer, BoxKeysQuery, PasswordAnswer, PasswordQuery
from protocol.passwords import AT_THE_COUNTER
from protocol.vocabulary import PasswordFound

ANSWERED_WITHIN_S = 15.0
UNDER_WAY_MAX = 192  # fewer than the desk has room for at its door: nobody waits there unseen
UNDER_WAY_OF_SEAT_MAX = 64  # a third: one channel leaves room for others
COUNTER = ChannelOf(AT_THE_COUNTER, 0)
"""Of no channel, and for customers of any broker."""
R = TypeVar("R", Reply, KeysReply)
Tell = Callable[[PasswordAnswer | BoxKeysAnswer], None]


class _OddAnswer(Exception):
    """The desk says what cannot be."""


_LOSSES = (
    *(OSError, trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError),
    *(msgspec.MsgspecError, ValueError, _OddAnswer),
)


@dataclass(slots=True)
class PasswordsAsked:
    """One per gateway. `keep` runs as long as questions may come; without it the desk is away."""

    door: Path
    answered_within_s: float = ANSWERED_WITHIN_S
    attempts: int = 0
    away: int = 0
    busy: int = 0
    under_way: int = 0
    _of_seat: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    _nursery: trio.Nursery | None = None

    async def keep(self) -> None:
        """Carries the questions, until cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                await trio.sleep_forever()
        finally:
            self._nursery = None

    def ask(self, seat: int, where: ChannelOf, query: PasswordQuery | BoxKeysQuery, tell: Tell) -> None:
        """Asks for a seat, of this channel, or at the COUNTER. `tell` is called once, at once where the desk is not
        asked at all.
        """
        if self._nursery is None:
            self._tell_away(where, query, tell)
        elif self.under_way >= UNDER_WAY_MAX or self._of_seat[seat] >= UNDER_WAY_OF_SEAT_MAX:
            self.busy += 1
            tell(_without_desk(where, query, PasswordFound.BUSY))
        else:
            self.under_way += 1
            self._of_seat[seat] += 1
            self._nursery.start_soon(self._carry, seat, where, query, tell)

    async def _carry(self, seat: int, where: ChannelOf, query: PasswordQuery | BoxKeysQuery, tell: Tell) -> None:
        answer: PasswordAnswer | BoxKeysAnswer | None = None
        try:
            with trio.fail_after(self.answered_within_s):
                answer = await self._answer(where, query)
        except _LOSSES:
            pass  # of what the desk said, or was asked, nothing comes into a log
        finally:
            self.under_way -= 1
            self._of_seat[seat] -= 1
            if not self._of_seat[seat]:
                del self._of_seat[seat]
        if answer is None:
            self._tell_away(where, query, tell)
        else:
            tell(answer)

    async def _answer(self, where: ChannelOf, query: PasswordQuery | BoxKeysQuery) -> PasswordAnswer | BoxKeysAnswer:
        if isinstance(query, BoxKeysQuery):
            told = await self._heard(KeysAsked(), KeysReply)
            keys = [BoxKey(each.key_id, bytes.fromhex(each.public_key)) for each in told.keys[:BOX_KEYS_MAX]]
            return BoxKeysAnswer(where.channel, keys)
        self.attempts += 1
        asked = AttemptAsked(query.contract_no, where.channel, where.broker, query.key_id, query.box.hex())
        reply = await self._heard(asked, Reply)
        found = PasswordFound.__members__.get(reply.found)
        if found is None or (found == PasswordFound.SIGNED_ON) != (reply.until_s > 0):
            raise _OddAnswer
        return PasswordAnswer(query.contract_no, found, reply.until_s)

    async def _heard(self, question: Question, kind: type[R]) -> R:
        """Raises one of the losses where no answer comes."""
        async with await trio.open_unix_socket(str(self.door)) as stream:
            await stream.send_all(msgspec.json.encode(question) + b"\n")
            return msgspec.json.decode(await line_of(stream, REPLY_BYTES_MAX), type=kind)

    def _tell_away(self, where: ChannelOf, query: PasswordQuery | BoxKeysQuery, tell: Tell) -> None:
        self.away += 1
        tell(_without_desk(where, query, PasswordFound.AWAY))


def _without_desk(
    where: ChannelOf, query: PasswordQuery | BoxKeysQuery, found: PasswordFound
) -> PasswordAnswer | BoxKeysAnswer:
    """What is told where the desk was not asked, or did not answer."""
    if isinstance(query, BoxKeysQuery):
        return BoxKeysAnswer(where.channel, [])
    return PasswordAnswer(query.contract_no, found, 0)
