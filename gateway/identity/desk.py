"""The identity desk's work: pushes that wait are unsealed, the person told to the core as a digest, the password to the
card host.

Belongs here: which request follows on which answer. Never here: keys as files (key_files), what a digest is made of
(holders), what becomes of a push (the core).

The desk knows nothing but what the bank told it just now. So one that was killed is started again and goes on. The core
says first whether the person fits, and only then is the card host asked: a password goes to it for the account's own
holder alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import trio

from gateway.identity.card_host import CardHost, CardQuestion
from gateway.identity.holders import holder_digest
from gateway.identity.key_files import Unsealing
from protocol.client import Seat
from protocol.errors import MisuseError
from protocol.messages.customers.pushes import ConfirmPush, Identify, OpenPush
from protocol.particulars import binding_of, password_from_bytes, person_from_bytes
from protocol.vocabulary import CardAnswer, PushState

CARDS_AT_ONCE = 8  # a slow card host keeps so many waiting, and who is not identified yet waits for none
PAUSE_SECONDS = 1.0  # between looks at a bank where nothing waits
Told = Callable[[str], None]
"""Hears in a line what was done: numbers of pushes, and nothing of a person."""


@dataclass(slots=True)
class IdentityDesk:
    """Looks into pushes over one seat of the identity desk. Raises what the seat raises."""

    seat: Seat
    of_persons: Mapping[int, Unsealing]  # by number of the key
    of_passwords: Mapping[int, Unsealing]  # likewise, of other keys
    holder_key: bytearray
    cards: CardHost
    told: Told
    identified: int = 0
    decided: int = 0

    async def run(self) -> None:
        """Look into what waits, for as long as it is let; never returns by itself."""
        while True:
            await self.look_through()
            await trio.sleep(PAUSE_SECONDS)

    async def look_through(self) -> None:
        """Until nothing waits that can be moved on."""
        while await self._look():
            pass

    async def _look(self) -> bool:
        """One page. Returns whether any of it was moved on."""
        pushes = (await self.seat.open_pushes()).pushes
        before = self.identified + self.decided
        for push in pushes:
            if push.state == PushState.WAITING:
                await self._identify(push)
        places = trio.CapacityLimiter(CARDS_AT_ONCE)
        async with trio.open_nursery() as nursery:
            for push in pushes:
                if push.state == PushState.IDENTIFIED:
                    nursery.start_soon(self._confirm, push, places)
        if pushes:
            self.told(f"looked into {len(pushes)} pushes; {self.identified} read, {self.decided} decided so far")
        return self.identified + self.decided > before

    async def _identify(self, push: OpenPush) -> None:
        outcome = await self.seat.control(Identify(push.push, self._holder(push)))
        self.identified += outcome.accepted

    async def _confirm(self, push: OpenPush, places: trio.CapacityLimiter) -> None:
        async with places:
            answer = await self._ask(push)
        message = ConfirmPush(push.push, push.party, push.account_no, push.ends, push.runs_off, int(answer))
        outcome = await self.seat.control(message)
        self.decided += outcome.accepted

    async def _ask(self, push: OpenPush) -> CardAnswer:
        """What the card host says; it is not asked where nothing hangs on it, or no password was given."""
        plain = _opened(self.of_passwords, push.password_key_id, push.sealed_password)
        password = None if plain is None or push.code else password_from_bytes(_binding(push), plain)
        if not password:
            return CardAnswer.NOT_ASKED
        return await self.cards.ask(CardQuestion(push.push, push.bank_account_no, password))

    def _holder(self, push: OpenPush) -> bytes:
        """The digest of whom a push names; empty when it cannot be read, which hangs on nothing but what was sent."""
        plain = _opened(self.of_persons, push.person_key_id, push.sealed_person)
        person = None if plain is None else person_from_bytes(_binding(push), plain)
        if person is None:
            return b""
        try:
            return holder_digest(self.holder_key, person)
        except MisuseError:
            return b""


def _opened(unsealings: Mapping[int, Unsealing], key_id: int, sealed: bytes) -> bytes | None:
    unsealing = unsealings.get(key_id)
    return None if unsealing is None else unsealing.opened(sealed)


def _binding(push: OpenPush) -> bytes:
    """Of the push that the bank tells: a box of another one is bound otherwise."""
    said = (push.serial, push.bank_account_no, push.securities_accounts, push.replaces)
    return binding_of(push.party, push.trade_date, *said)
