"""The password desk's work: an attempt is opened, checked and told to the core, and answered once that has it.

Belongs here: which request follows on what was found. Never here: what is counted and barred (the core), the hash
(checking), keys as files (gateway.identity.key_files).

Whoever is unknown, of another broker or of scheme B, has no password or is barred is checked against a verifier that
fits nothing and answered as late as a wrong password, and nothing is told of him. What is known may be old: the core
refuses a verdict on an older password than the one that stands, and a success where it is barred.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import trio

from gateway.identity.key_files import Unsealing
from gateway.passwords.checking import Checkers, CheckersBusy
from gateway.passwords.figures import Figures
from gateway.passwords.nonces import GOOD_FOR_S, Nonces
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.limits import BOX_KEYS_MAX, PASSWORD_SALT_BYTES
from protocol.messages.orders.signing_on import SetVerifier
from protocol.passwords import AT_THE_COUNTER, Attempt, attempt_from_bytes
from protocol.records import RECORD
from protocol.vocabulary import PasswordFound as Found
from protocol.vocabulary import RecordKind, Verdict

SIGNED_ON_S = 8 * 3_600
UNDER_WAY_MAX = 1 << 16


class Answered(NamedTuple):
    """What was found, and until when it holds, 0 for never."""

    found: Found
    until_s: int = 0


class Asked(NamedTuple):
    """An attempt as it comes, from a seat of this channel."""

    contract_no: int
    channel: int
    broker: int  # of the seat, whose customers alone sign on there; 0 at the counter: of any
    key_id: int
    sealed: bytes


class Known(NamedTuple):
    """What a password of a contract is checked against; of none zeros."""

    generation: int
    is_set: bool
    salt: bytes
    verifier: bytes


class Passwords(Protocol):
    """Knows what the journal has of passwords."""

    async def of(self, contract_no: int, channel: int, broker: int) -> Known | None:
        """None where nobody may sign on, whatever the password, or it is no contract of this broker."""
        ...


@dataclass(slots=True)
class PasswordDesk:
    """Answers attempts over one seat of the password desk. Raises what the seat raises."""

    seat: Seat
    unsealings: Mapping[int, Unsealing]  # by number of the key
    passwords: Passwords
    checkers: Checkers
    now_s: Callable[[], int]
    figures: Figures = field(default_factory=Figures)
    _nonces: Nonces = field(init=False)
    _decoy_salt: bytes = field(default_factory=lambda: secrets.token_bytes(PASSWORD_SALT_BYTES))
    _barred_until_s: dict[tuple[int, int], int] = field(default_factory=dict)
    """By contract and channel, of an attempt that is under way, or had no verdict."""
    _set_here: dict[int, int] = field(default_factory=dict)
    """By contract, the generation of a password that was set here and that the read model has not told yet."""
    _verdict_seconds: float = 0.0
    """What the last one took: who gets none waits as long."""

    def __post_init__(self) -> None:
        """From now on boxes are good."""
        self._nonces = Nonces(self.now_s())

    def public_keys(self) -> list[tuple[int, bytes]]:
        """What is sealed for it, by number: the newest first, for that is the one to be sealed for."""
        newest = sorted(self.unsealings, reverse=True)[:BOX_KEYS_MAX]
        return [(number, self.unsealings[number].public_key) for number in newest]

    async def answer(self, asked: Asked) -> Answered:
        """What comes of an attempt. It is told when the core has it."""
        self.figures.under_way += 1
        try:
            answered = await self._answered(asked)
        finally:
            self.figures.under_way -= 1
        self.figures.answered[answered.found] += 1
        return answered

    async def _answered(self, asked: Asked) -> Answered:
        attempt, now_s = self._opened(asked), self.now_s()
        if attempt is None or not self._nonces.take(attempt.nonce, attempt.second, now_s):
            return Answered(Found.STALE)
        key = (asked.contract_no, asked.channel)
        if self._is_under_way(key, now_s):
            return Answered(Found.BUSY)
        self._barred_until_s[key] = now_s + GOOD_FOR_S
        try:
            answered = await self._checked(attempt, asked.broker)
        except CheckersBusy:
            answered = Answered(Found.BUSY)
        # Where the seat has ended instead, nobody knows what became of it: the next one waits.
        self._barred_until_s.pop(key, None)
        return answered

    def _opened(self, asked: Asked) -> Attempt | None:
        unsealing = self.unsealings.get(asked.key_id)
        plain = unsealing.opened(asked.sealed) if unsealing is not None else None
        attempt = attempt_from_bytes(plain) if plain is not None else None
        is_own = attempt is not None and (attempt.contract_no, attempt.channel) == (asked.contract_no, asked.channel)
        return attempt if is_own else None

    def _is_under_way(self, key: tuple[int, int], now_s: int) -> bool:
        if len(self._barred_until_s) >= UNDER_WAY_MAX:
            self._barred_until_s = {each: until for each, until in self._barred_until_s.items() if now_s < until}
        return now_s < self._barred_until_s.get(key, 0) or len(self._barred_until_s) >= UNDER_WAY_MAX

    async def _checked(self, attempt: Attempt, broker: int) -> Answered:
        known = await self.passwords.of(attempt.contract_no, attempt.channel, broker)
        if known is not None and self._is_behind(attempt.contract_no, known.generation):
            return Answered(Found.STALE)
        if attempt.channel == AT_THE_COUNTER:
            return await self._set_first(attempt, known)
        has = known if known is not None and known.is_set else None
        salt = has.salt if has is not None else self._decoy_salt
        made = await self.checkers.verifier(attempt.password, salt)
        if has is None:
            await trio.sleep(self._verdict_seconds)
            return Answered(Found.FAILED)
        is_right = hmac.compare_digest(made, has.verifier)
        answered = await self._tell(attempt, has.generation, is_right)
        if answered.found != Found.SIGNED_ON or not attempt.new_password:
            return answered
        return await self._set(attempt.contract_no, has.generation, attempt.new_password)

    async def _set_first(self, attempt: Attempt, known: Known | None) -> Answered:
        """At the counter only who has none sets one: everybody else changes it, or has it reset."""
        if known is None or known.is_set:
            return Answered(Found.FAILED)
        return await self._set(attempt.contract_no, known.generation, attempt.password)

    async def _set(self, contract_no: int, generation: int, password: str) -> Answered:
        salt = secrets.token_bytes(PASSWORD_SALT_BYTES)
        verifier = await self.checkers.verifier(password, salt)
        outcome = await self.seat.control(SetVerifier(contract_no, generation, salt, verifier))
        if outcome.accepted:
            self._remember(contract_no, generation + 1)
        return Answered(Found.SET if outcome.accepted else Found.FAILED)

    def _remember(self, contract_no: int, generation: int) -> None:
        while len(self._set_here) >= UNDER_WAY_MAX:
            del self._set_here[next(iter(self._set_here))]
        self._set_here[contract_no] = generation

    def _is_behind(self, contract_no: int, generation: int) -> bool:
        """Whether the read model tells of a time before the password was set here: who has the new one is not told that
        it is wrong.
        """
        if generation >= self._set_here.get(contract_no, 0):
            self._set_here.pop(contract_no, None)
            return False
        return True

    async def _tell(self, attempt: Attempt, generation: int, is_right: bool) -> Answered:
        """The verdict; the seat sends it again until it is journaled."""
        until_s = self.now_s() + SIGNED_ON_S if is_right else 0
        record = np.zeros(1, RECORD)
        record["kind"], record["contract_no"] = RecordKind.SIGNED_ON, attempt.contract_no
        record["verdict"] = Verdict.SIGNED_ON if is_right else Verdict.FAILED
        record["generation"], record["until_s"] = generation, until_s
        record["channel"], record["nonce"] = attempt.channel, attempt.nonce
        began = trio.current_time()
        outcome = await self.seat.submit(record)
        self._verdict_seconds = trio.current_time() - began
        if outcome.code == ReplyCode.PASSWORD_STALE:
            return Answered(Found.STALE)
        return Answered(Found.SIGNED_ON, until_s) if outcome.accepted and is_right else Answered(Found.FAILED)
