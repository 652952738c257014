"""Who takes part in a running story: names, and the numbers that the bank gave for them.

Belongs here: registering everybody, numbers by name. Never here: what happens (played), what the bank has (asking).
"""

import hashlib
from dataclasses import dataclass, field

from config.schema import Config
from frontend_sim.installation import new_bank_desks, new_party_signer
from frontend_sim.market.bank import BrokerEntry, open_accounts, register_broker, sign_contracts
from frontend_sim.market.desks import KEY_VALID_UNTIL_NS, BankDesks, must_accept
from frontend_sim.market.market_day import BANK_ACCOUNT_NO_FIRST
from frontend_sim.scenario.heard import HeardSeat
from frontend_sim.scenario.written.story import Story
from gateway.identity.holders import holder_digest
from protocol.client import Document, Outcome, Person, RequestKey
from protocol.keys.signing import Signer
from protocol.limits import QUERY_CONTRACTS_MAX
from protocol.messages.control import RegisterChannelSeat, RegisterKey, RegisterParty, SetScheme
from protocol.messages.customers.accounts import AccountTerms, ContractTerms
from protocol.messages.day.steps import ListedCorrection
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.vocabulary import BANK_PARTY, ContractStatus, Mode, OutletLevel, Role, Scheme

SEATS_PER_PARTY = 10
CHANNEL_SEATS_FROM, CHANNEL_SEATS = 500, 16  # of each channel, one for each broker
SUITE = "ed25519"
NO_RESTRAINT = NO_CONTRACT = 2**40
HOLDER_KEY = hashlib.sha256(b"holders").digest()
"""Of the digests of holders; it guards nothing."""


def person_of(holder: str) -> Person:
    """The person whom a story calls so: number and name of a document that are made of it, whatever it is."""
    made = hashlib.sha256(holder.encode())
    return Person(Document.RESIDENT_CARD, f"{int.from_bytes(made.digest()[:8], 'big') % 10**18:018}", made.hexdigest())


@dataclass(frozen=True, slots=True)
class OrderNow:
    """An order for which a freeze was asked: its request, whatever was answered, and the contract and broker then."""

    frozen: Outcome
    contract_no: int
    party: int

    @property
    def key(self) -> RequestKey:
        """The name of its request."""
        return self.frozen.key


@dataclass(frozen=True, slots=True)
class ChannelNow:
    """A channel: its party, its number, and its seat for each broker's customers, by party."""

    party: int
    number: int
    signer: Signer
    seats: dict[int, int]


@dataclass(frozen=True, slots=True)
class ActNow:
    """A named act of people that permits corrections: its number, one that none has where it was refused, and for which
    contracts of which broker's date. `lines`: of a list."""

    number: int
    party: int
    trade_date: int
    rejected_fen: dict[int, int]  # by contract
    lines: tuple[ListedCorrection, ...] = ()


@dataclass(slots=True)
class PushNow:
    """A contract that a broker has pushed: the bank's number of it, 0 of one that was refused."""

    number: int
    party: int
    customer: str
    is_decided: bool = False


@dataclass(slots=True)
class CustomerNow:
    """A customer's account and its contracts, the last one at the end, each with its party."""

    bank_account_no: int
    holder: str
    asked_party: int = 0  # the broker with whom the last contract was asked for
    account_no: int = 0
    contracts: list[tuple[int, int]] = field(default_factory=list)

    @property
    def party(self) -> int:
        """The broker of the last contract, of one that was refused where there is none."""
        return self.contracts[-1][0] if self.contracts else self.asked_party

    @property
    def contract_no(self) -> int:
        """The last contract; where there is none, a number that none has."""
        return self.contracts[-1][1] if self.contracts else NO_CONTRACT

    def contract_with(self, party: int) -> int:
        """The last contract with this broker, or the last one of all where there was none."""
        return next((number for of, number in reversed(self.contracts) if of == party), self.contract_no)


@dataclass(slots=True)
class Cast:
    """Everybody, by name."""

    desks: BankDesks
    outlets: dict[str, int]
    brokers: dict[str, BrokerEntry]
    customers: dict[str, CustomerNow]
    channels: dict[str, ChannelNow] = field(default_factory=dict)
    orders: dict[str, OrderNow] = field(default_factory=dict)
    restraints: dict[str, int] = field(default_factory=dict)  # by the numbers that the bank gave
    acts: dict[str, ActNow] = field(default_factory=dict)
    pushes: dict[str, PushNow] = field(default_factory=dict)

    @classmethod
    def of(cls, story: Story, config: Config) -> "Cast":
        """Numbers and keys for all of a story, in the order of the file."""
        brokers = {}
        for party, broker in enumerate(story.brokers, start=BANK_PARTY + 1):
            signer = new_party_signer(config, party, SUITE)
            seats = (party * SEATS_PER_PARTY + 1,)
            brokers[broker.name] = BrokerEntry(
                party, broker.name, seats, signer, broker.proceeds_at_fill, Mode[broker.mode.upper()]
            )
        numbers = enumerate(story.customers, start=BANK_ACCOUNT_NO_FIRST)
        through_bank = [brokers[each.name].party for each in story.brokers if each.scheme == Scheme.A.name]
        channels = {}
        for number, channel in enumerate(story.channels, start=1):
            party, first = BANK_PARTY + len(brokers) + number, CHANNEL_SEATS_FROM + number * CHANNEL_SEATS
            own = {broker: first + place for place, broker in enumerate(through_bank)}
            channels[channel.name] = ChannelNow(party, number, new_party_signer(config, party, SUITE), own)
        return cls(
            desks=new_bank_desks(config),
            outlets={outlet.name: number for number, outlet in enumerate(story.outlets, start=1)},
            brokers=brokers,
            customers={each.name: CustomerNow(number, each.holder or each.name) for number, each in numbers},
            channels=channels,
        )

    async def register(self, bank: HeardSeat, story: Story) -> None:
        """Everybody into a ledger that knows the desks alone. Raises LoadRefused."""
        if story.outlets:
            await must_accept(bank, RegisterOutlets(self._outlets(story)), "outlets")
        for broker in self.brokers.values():
            await register_broker(bank, broker)
        for each in story.brokers:
            if each.scheme == Scheme.A.name:
                await must_accept(bank, SetScheme(self.brokers[each.name].party, Scheme.A), f"scheme of {each.name}")
        for name, channel in self.channels.items():
            await self._register_channel(bank, name, channel)
        await open_accounts(bank, self._accounts(story))
        await self._number_accounts(bank)
        signed = [customer for customer in story.customers if customer.broker is not None]
        if signed:
            terms = []
            for customer in signed:
                party = self.brokers[str(customer.broker)].party
                status = ContractStatus[customer.contract.upper()]
                terms.append(ContractTerms(self.customers[customer.name].account_no, party, [], status))
            await sign_contracts(bank, terms)
        await self._number_contracts(bank, story)

    def restraint_no(self, name: str) -> int:
        """Of one that the bank refused there is none: a number that none has."""
        return self.restraints.get(name, NO_RESTRAINT)

    def holder(self, name: str) -> bytes:
        """The digest of a holder by the name that the story has for the person."""
        return holder_digest(HOLDER_KEY, person_of(name))

    def party_name(self, party: int) -> str:
        """The name of a broker, nothing for another number."""
        return next((name for name, broker in self.brokers.items() if broker.party == party), "")

    def outlet_name(self, number: int) -> str:
        """The name of an outlet, nothing for another number."""
        return next((name for name, known in self.outlets.items() if known == number), "")

    def customer_name(self, contract_no: int) -> str:
        """Whose contract it is or was, nothing for another number."""
        known = ((name, number) for name, customer in self.customers.items() for _, number in customer.contracts)
        return next((name for name, number in known if number == contract_no), "")

    def order_name(self, key: tuple[int, int, int]) -> str:
        """The name of an order by its request, nothing for another request."""
        return next((name for name, order in self.orders.items() if tuple(order.key) == key), "")

    async def _register_channel(self, bank: HeardSeat, name: str, channel: ChannelNow) -> None:
        party, signer = channel.party, channel.signer
        await must_accept(bank, RegisterParty(party, Role.CHANNEL, int(signer.suite), name, False), name)
        key = RegisterKey(party, signer.key_id, signer.public_key(), 0, KEY_VALID_UNTIL_NS, 0)
        await must_accept(bank, key, f"key of {name}")
        for broker, seat in channel.seats.items():
            await must_accept(bank, RegisterChannelSeat(seat, party, channel.number, broker), f"seat of {name}")

    def _outlets(self, story: Story) -> list[OutletEntry]:
        entries = []
        for outlet in story.outlets:
            parent = self.outlets[outlet.under] if outlet.under is not None else 0
            level = OutletLevel[outlet.level.upper()]
            entries.append(OutletEntry(self.outlets[outlet.name], level, parent, outlet.name))
        return entries

    def _accounts(self, story: Story) -> list[AccountTerms]:
        terms = []
        for customer in story.customers:
            holder = self.holder(self.customers[customer.name].holder)
            outlet = self.outlets[customer.outlet] if customer.outlet is not None else len(self.outlets) + 1
            number = self.customers[customer.name].bank_account_no
            terms.append(AccountTerms(number, outlet, holder, int(customer.balance)))
        return terms

    async def _number_accounts(self, bank: HeardSeat) -> None:
        """Our numbers of the accounts, as the bank tells them."""
        for part in self._parts():
            facts = (await bank.accounts([customer.bank_account_no for customer in part])).accounts
            for customer, fact in zip(part, facts, strict=True):
                customer.account_no = fact.account_no

    async def _number_contracts(self, bank: HeardSeat, story: Story) -> None:
        parties = {
            self.customers[each.name].bank_account_no: self.brokers[each.broker].party
            for each in story.customers
            if each.broker is not None
        }
        for part in self._parts():
            facts = (await bank.accounts([customer.bank_account_no for customer in part])).accounts
            for customer, fact in zip(part, facts, strict=True):
                if customer.bank_account_no in parties:
                    customer.contracts.append((parties[customer.bank_account_no], fact.contract_no))

    def _parts(self) -> list[list[CustomerNow]]:
        """The customers in their order, as many together as one question may name."""
        everybody = list(self.customers.values())
        firsts = range(0, len(everybody), QUERY_CONTRACTS_MAX)
        return [everybody[first : first + QUERY_CONTRACTS_MAX] for first in firsts]
