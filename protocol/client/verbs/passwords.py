"""A seat's verbs about trading passwords 交易密码: customers of a broker of scheme A sign on through a channel.

Belongs here: which key is sealed for, the verbs. Never here: what is inside of a box and how it is sealed (passwords),
what the bank does with it, orders.

What is sealed can be opened by the bank's password desk alone. A question is kept in no outbox, and a password only
until it is sealed: nothing that is shown, raised or logged here has one.
"""

import secrets
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import trio
from msgspec.structs import replace

from ...errors import MisuseError
from ...limits import BOX_KEY_BYTES, REQUEST_NUMBER_MAX
from ...messages.orders.signing_on import (
    BoxKey,
    BoxKeysAnswer,
    BoxKeysQuery,
    EndSignOn,
    PasswordAnswer,
    PasswordQuery,
)
from ...passwords import AT_THE_COUNTER, Attempt, attempt_to_bytes, sealed_attempt
from ...vocabulary import BANK_PARTY, PasswordFound
from ..keys import read_sealing_key
from ..outcomes import Outcome
from .arguments import INT32_MAX, whole_number
from .speaking import Speaking

_NS_PER_S = 10**9
_NONCE_MAX = REQUEST_NUMBER_MAX
KEYS_KEPT_S = 600.0  # the bank destroys a key later than this behind the one that follows it


def load_box_key(path: str | Path, key_id: int) -> BoxKey:
    """The password desk's key from a PEM file that the bank gave out: for who does not take it from the line.

    Raises KeyFileError when the file cannot be read or holds no such key; MisuseError when an argument is no path or no
    key id (1 to 2^31 - 1).
    """
    return BoxKey(whole_number("key_id", key_id, 1, INT32_MAX), read_sealing_key(path))


class BoxKeysKept:
    """What a seat was told of the desk's keys, for a while, so that a sign-on is one question and not two."""

    def __init__(self) -> None:
        self._asking = trio.Lock()  # one asks, and those who wait take what it is told
        self._told: BoxKeysAnswer | None = None
        self._until = 0.0

    async def told(self, ask: Callable[[], Awaitable[BoxKeysAnswer]]) -> BoxKeysAnswer:
        """What was told, or is told now; a desk that is away is asked again each time."""
        async with self._asking:
            if self._told is None or trio.current_time() >= self._until:
                told = await ask()
                self._told, self._until = (told if told.keys else None), trio.current_time() + KEYS_KEPT_S
                return told
            return self._told

    def forget(self, told: BoxKeysAnswer) -> None:
        """What was sealed for this is no good: whoever comes next asks anew."""
        if self._told is told:
            self._told = None


class PasswordVerbs(Speaking):
    """What a seat has to say of passwords; each verb is to be awaited."""

    _box_keys: BoxKeysKept

    def sign_on(
        self, contract_no: int, password: str, key: BoxKey | None = None
    ) -> Coroutine[object, object, PasswordAnswer]:
        """A customer signs on with this channel: `found` is SIGNED_ON, until `until_s`, or why not (PasswordFound).

        Of one contract one attempt is under way at a time. STALE and AWAY may be tried again with the same words, and
        nobody knows whether AWAY counted; a box is sealed once for each call, also over several links. `key`: that is
        sealed for; None: the newest that the bank tells. Raises MisuseError at once, without a word of it, for what is
        out of bounds.
        """
        return self._tried(_attempt(contract_no, password, ""), _checked(key))

    def change_password(
        self, contract_no: int, password: str, new_password: str, key: BoxKey | None = None
    ) -> Coroutine[object, object, PasswordAnswer]:
        """A customer sets another password: `found` is SET, and he is signed on nowhere; else as `sign_on`."""
        return self._tried(_attempt(contract_no, password, new_password, is_change=True), _checked(key))

    def sign_off(self, contract_no: int) -> Coroutine[object, object, Outcome]:
        """A customer is signed on with this channel no more. Raises MisuseError at once for no number of a contract."""
        return self.control(EndSignOn(whole_number("contract_no", contract_no, 1, REQUEST_NUMBER_MAX)))

    def set_first_password(
        self, contract_no: int, password: str, key: BoxKey | None = None
    ) -> Coroutine[object, object, PasswordAnswer]:
        """At the counter, from the teller desk's seat: a customer who has no password sets one. `found` is SET, or
        FAILED where one stands, its loss is reported or there is no such contract. Raises MisuseError at once as
        `sign_on`, and for who is not the bank.
        """
        attempt = _attempt(contract_no, password, "")
        if self.settings.party != BANK_PARTY:
            raise MisuseError("first passwords are set at the bank's counter")
        return self._tried(attempt, _checked(key))

    @abstractmethod
    def _utc_ns(self) -> int:
        """The time by the seat's clock."""

    async def _tried(self, attempt: Attempt, key: BoxKey | None) -> PasswordAnswer:
        told = await self._box_keys.told(lambda: self._ask(BoxKeysQuery(), BoxKeysAnswer))
        if key is None and not told.keys:
            return PasswordAnswer(attempt.contract_no, PasswordFound.AWAY, 0)
        sealed_for = told.keys[0] if key is None else key
        nonce, second = 1 + secrets.randbelow(_NONCE_MAX), self._utc_ns() // _NS_PER_S
        box = sealed_attempt(replace(attempt, channel=told.channel, nonce=nonce, second=second), sealed_for.public_key)
        answer = await self._ask(PasswordQuery(attempt.contract_no, sealed_for.key_id, box), PasswordAnswer)
        if answer.found == PasswordFound.STALE:
            self._box_keys.forget(told)
        return answer


def _attempt(contract_no: int, password: str, new_password: str, *, is_change: bool = False) -> Attempt:
    """What is sealed once the channel is known. Raises MisuseError for what no box would hold."""
    attempt = Attempt(_number(contract_no), AT_THE_COUNTER, 1, 0, password, new_password)
    attempt_to_bytes(attempt)
    if is_change and not new_password:
        raise MisuseError("an attempt to sign on: a field is out of its bounds")
    return attempt


def _number(contract_no: object) -> int:
    """Raises MisuseError that does not show what it is: who mixes arguments up has the password here."""
    try:
        return whole_number("contract_no", contract_no, 1, REQUEST_NUMBER_MAX)
    except MisuseError:
        pass
    raise MisuseError("contract_no is no number of a contract")


def _checked(key: object) -> BoxKey | None:
    """The same of what is no key."""
    if key is None or (isinstance(key, BoxKey) and len(key.public_key) == BOX_KEY_BYTES):
        return key
    raise MisuseError("key is a BoxKey of the bank, or None")
