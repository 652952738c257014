"""What an outsider knows beside accounts and contracts that orders through the bank hang on, and the orders themselves.

Belongs here: schemes, channels, who is signed on, what was set, orders and their places in brokers' feeds, as they were
told in the order of the journal. Never here: what anything earns (judging), anything of ledger, rules or gateway.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from frontend_sim.auditor.accounts.freeze import FreezeKey
from frontend_sim.auditor.orders.order import Ordered
from frontend_sim.auditor.orders.papers import Papers
from frontend_sim.auditor.orders.password import Password
from protocol.vocabulary import Scheme, SeatRole

Lane = tuple[int, int]
"""Broker and trade date."""


class OfChannel(NamedTuple):
    """What a seat of a channel is for."""

    channel: int
    broker: int


@dataclass(slots=True)
class ThroughBank:
    """Feed it with what was accepted."""

    papers: Papers = field(default_factory=Papers)
    channel_seats: dict[int, OfChannel] = field(default_factory=dict)
    desks: dict[int, SeatRole] = field(default_factory=dict)  # seats of the bank that speak of customers
    schemes: dict[int, Scheme] = field(default_factory=dict)  # of brokers; B where nothing was said
    next_schemes: dict[int, Scheme] = field(default_factory=dict)  # that wait for a roll
    passwords: dict[int, Password] = field(default_factory=dict)  # by contract
    successors: dict[int, int] = field(default_factory=dict)  # of contracts whose card was replaced
    present: set[Lane] = field(default_factory=set)  # the broker has signed on for the date
    lanes_left: set[Lane] = field(default_factory=set)  # begun, and not settled
    complete_sets: set[Lane] = field(default_factory=set)
    orders: dict[FreezeKey, Ordered] = field(default_factory=dict)
    places_told: dict[FreezeKey, int] = field(default_factory=dict)
    """Of orders and cancels by their own names, as brokers have read them in their feeds: to be told where seats share
    a journal row."""
    last_places: dict[Lane, int] = field(default_factory=dict)

    def scheme_of(self, party: int) -> Scheme:
        """By which a broker's customers order."""
        return self.schemes.get(party, Scheme.B)

    def speaks_of_customers(self, seat: int) -> bool:
        """Whether a seat is a channel's or a desk's that moves no money itself."""
        return seat in self.channel_seats or seat in self.desks

    def serves(self, channel: int, broker: int) -> bool:
        """Whether a channel has a seat for customers of a broker."""
        return OfChannel(channel, broker) in self.channel_seats.values()

    def password_of(self, contract_no: int) -> Password:
        """Of a contract; one that was never set is not kept."""
        return self.passwords.get(contract_no, Password())

    def change_password(self, contract_no: int) -> Password:
        """Likewise, to be changed."""
        return self.passwords.setdefault(contract_no, Password())

    def is_signed_on(self, contract_no: int, channel: int, second: int) -> bool:
        """Whether the customer of a contract is signed on with a channel."""
        return second < self.password_of(contract_no).until_s.get(channel, 0)

    def replace_card(self, contract_no: int, successor_no: int) -> None:
        """A contract goes on as another one: its password does, and who is signed on is not."""
        self.successors[contract_no] = successor_no
        if contract_no in self.passwords:
            self.passwords[successor_no] = self.passwords[contract_no].carried()

    def line_of(self, contract_no: int) -> Iterator[int]:
        """A contract, and those that go on for it."""
        number: int | None = contract_no
        while number is not None:
            yield number
            number = self.successors.get(number)

    def sign_on_broker(self, party: int, trade_date: int) -> None:
        """Its systems are ready for the open date."""
        self.present.add((party, trade_date))
        self.begin_lane(party, trade_date)

    def begin_lane(self, party: int, trade_date: int) -> None:
        """Something was said of a broker's date."""
        self.lanes_left.add((party, trade_date))

    def settle_lane(self, party: int, trade_date: int) -> None:
        """The customers of a broker's date are settled."""
        self.lanes_left.discard((party, trade_date))

    def complete_set(self, party: int, trade_date: int, *, is_complete: bool) -> None:
        """The clearing set of a broker's date is, or it was withdrawn."""
        if is_complete:
            self.complete_sets.add((party, trade_date))
        else:
            self.complete_sets.discard((party, trade_date))

    def is_open(self, key: FreezeKey) -> bool:
        """Whether this is an order of which anything may still come, whatever is frozen for it."""
        return key in self.orders and self.orders[key].is_open

    def close(self, key: FreezeKey) -> None:
        """Whatever freeze this is: it was ended with its clearing set."""
        if key in self.orders:
            self.orders[key].put(self.orders[key].closed())

    def end_settlement(self, trade_date: int) -> None:
        """The customers of a date are settled: its orders are kept no more."""
        self.orders = {key: order for key, order in self.orders.items() if key[0] != trade_date}
        self.lanes_left = {lane for lane in self.lanes_left if lane[1] != trade_date}

    def roll(self, trade_date: int) -> None:
        """Another trade date is open."""
        self.papers.roll(trade_date)
        self.places_told.clear()
        for password in self.passwords.values():
            password.roll()

    def take_place(self, party: int, key: FreezeKey) -> int:
        """What was accepted under a name has the next place in the broker's feed of the date."""
        lane = party, key[0]
        place = self.places_told.get(key, self.last_places.get(lane, 0) + 1)
        self.last_places[lane] = max(place, self.last_places.get(lane, 0))
        return place

    def give_place_back(self, party: int, key: FreezeKey) -> None:
        """It was not accepted; what was told of it stays told."""
        if key not in self.places_told:
            self.last_places[party, key[0]] -= 1
