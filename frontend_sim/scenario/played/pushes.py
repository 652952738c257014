"""Contracts that the brokers of a story push 券商端签约, and the identity desk that looks into them.

Belongs here: persons behind the names of holders, sealing, the desk with its keys, what became of each push. Never
here: what the desk does (gateway.identity), contracts that are signed at the bank (events).

The keys are made of words: they guard nothing.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.kit.processes import Progress
from frontend_sim.market.people.card_host import SimulatedCardHost
from frontend_sim.scenario.cast import HOLDER_KEY, Cast, PushNow, person_of
from frontend_sim.scenario.heard import HeardSeat
from frontend_sim.scenario.written.events import PushContract
from frontend_sim.scenario.written.story import Story
from gateway.identity.card_host import CardQuestion
from gateway.identity.desk import IdentityDesk
from gateway.identity.key_files import Unsealing
from protocol.client import IdentityKey, IdentityKeys, Particulars
from protocol.messages.customers.accounts import SecuritiesAccount
from protocol.vocabulary import CardAnswer, Market, PushState

KEY_ID = 1
_SECRETS = {name: hashlib.sha256(name.encode()).digest() for name in ("persons", "passwords")}


@dataclass(frozen=True, slots=True)
class StoryCards:
    """A card host that knows the passwords of the story's customers."""

    host: SimulatedCardHost

    async def ask(self, question: CardQuestion) -> CardAnswer:
        """RIGHT or WRONG."""
        return CardAnswer.RIGHT if self.host.is_right(question) else CardAnswer.WRONG


@dataclass(slots=True)
class Pushes:
    """Who pushes, and who looks into it."""

    cast: Cast
    brokers: dict[int, HeardSeat]  # by party
    identity_seat: Callable[[], AbstractAsyncContextManager[HeardSeat]]
    cards: StoryCards
    say: Progress
    serials: dict[int, int] = field(default_factory=dict)
    """Of the last push by party: it rises over all dates."""

    async def push(self, event: PushContract) -> None:
        """Seal and send it; the bank's number of it is kept."""
        customer, party = self.cast.customers[event.customer], self.cast.brokers[event.broker].party
        self.serials[party] = serial = self.serials.get(party, 0) + 1
        customer.asked_party = party
        replaces = self.cast.customers[event.replaces].contract_with(party) if event.replaces is not None else 0
        account = event.securities_account or f"A{customer.bank_account_no % 10**9:09}"
        holder = event.holder or customer.holder
        outcome = await self.brokers[party].push_contract(
            serial,
            customer.bank_account_no,
            [SecuritiesAccount(Market.XSHG, account)],
            Particulars(person_of(holder), event.card_password),
            _keys(),
            replaces,
        )
        number = outcome.remaining_fen if outcome.accepted else 0
        self.cast.pushes[event.push] = PushNow(number, party, event.customer)

    async def look_into(self) -> None:
        """The identity desk looks into all that waits. A contract that came about is its customer's from then on."""
        unsealings = {name: {KEY_ID: Unsealing(bytearray(secret))} for name, secret in _SECRETS.items()}
        async with self.identity_seat() as seat:
            desk = IdentityDesk(
                seat, unsealings["persons"], unsealings["passwords"], bytearray(HOLDER_KEY), self.cards, self.say
            )
            await desk.look_through()
        for push in self.cast.pushes.values():
            if push.number and not push.is_decided:
                await self._look_at(push)

    async def _look_at(self, push: PushNow) -> None:
        """As its broker asks what became of it."""
        (fact,) = (await self.brokers[push.party].pushes([push.number])).pushes
        push.is_decided = fact.state not in (PushState.WAITING, PushState.IDENTIFIED)
        contracts = self.cast.customers[push.customer].contracts
        if fact.contract_no and contracts[-1:] != [(push.party, fact.contract_no)]:
            contracts.append((push.party, fact.contract_no))


def cards_of(story: Story, cast: Cast) -> StoryCards:
    """A card host with the passwords that customers have."""
    passwords = {cast.customers[each.name].bank_account_no: each.card_password for each in story.customers}
    return StoryCards(SimulatedCardHost({number: word for number, word in passwords.items() if word is not None}))


def _keys() -> IdentityKeys:
    persons, passwords = (
        IdentityKey(KEY_ID, X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())
        for secret in _SECRETS.values()
    )
    return IdentityKeys(persons, passwords)
