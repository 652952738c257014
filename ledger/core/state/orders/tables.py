"""All tables of orders that come through the bank, as the book has them.

Belongs here: which there are, their arrays in snapshots, what the first slice of the state has of them. Never here:
what one of them holds (beside this file), what a message earns or does (ledger.core.control.orders).
"""

from dataclasses import dataclass, field

from ledger.core.state.columns import NamedArrays
from ledger.core.state.orders.acted import NOTHING_ACTED, Acted
from ledger.core.state.orders.channels import Channels
from ledger.core.state.orders.entries import OrderEntries
from ledger.core.state.orders.fees import Fees
from ledger.core.state.orders.order_feeds import OrderFeeds
from ledger.core.state.orders.phases import Phases
from ledger.core.state.orders.positions import Mirror
from ledger.core.state.orders.schemes import Schemes
from ledger.core.state.orders.securities import Securities
from ledger.core.state.orders.sign_ons import SignOns
from ledger.core.state.orders.successors import Successors


@dataclass(slots=True)
class OrderTables:
    """By subject."""

    schemes: Schemes = field(default_factory=Schemes)
    channels: Channels = field(default_factory=Channels)
    securities: Securities = field(default_factory=Securities)
    fees: Fees = field(default_factory=Fees)
    sign_ons: SignOns = field(default_factory=SignOns)
    phases: Phases = field(default_factory=Phases)
    feeds: OrderFeeds = field(default_factory=OrderFeeds)
    entries: OrderEntries = field(default_factory=OrderEntries)
    mirror: Mirror = field(default_factory=Mirror)
    successors: Successors = field(default_factory=Successors)  # no part of the state
    acted: Acted = NOTHING_ACTED  # likewise: of the last block

    def roll(self, trade_date: int) -> None:
        """A later date is opened."""
        self.securities.roll(trade_date)
        self.sign_ons.roll()
        self.phases.roll(trade_date)
        self.entries.roll()
        self.mirror.roll()

    def to_arrays(self, contracts: int) -> NamedArrays:
        """For snapshots, of a book with so many contracts."""
        columns: NamedArrays = {
            "schemes": self.schemes.now,
            "coming_schemes": self.schemes.coming,
            "channels": self.channels.channel,
            "channel_brokers": self.channels.broker,
        }
        of_tables = self.securities.to_arrays() | self.fees.to_arrays() | self.phases.to_arrays()
        of_tables |= self.entries.to_arrays() | self.feeds.to_arrays() | self.mirror.to_arrays()
        return columns | of_tables | self.sign_ons.to_arrays(contracts)

    def take(self, arrays: NamedArrays, contracts_max: int) -> None:
        """Fill empty ones with what `to_arrays` described, where there is room for so many contracts."""
        self.schemes.now[:], self.schemes.coming[:] = arrays["schemes"], arrays["coming_schemes"]
        self.channels.channel[:], self.channels.broker[:] = arrays["channels"], arrays["channel_brokers"]
        self.entries, self.mirror = OrderEntries.from_arrays(arrays), Mirror.from_arrays(arrays)
        self.securities, self.fees = Securities.from_arrays(arrays), Fees.from_arrays(arrays)
        self.sign_ons = SignOns.from_arrays(arrays, contracts_max)
        self.phases, self.feeds = Phases.from_arrays(arrays), OrderFeeds.from_arrays(arrays)

    def common(self) -> bytes:
        """What is short and of the whole bank."""
        columns = (self.schemes.now, self.schemes.coming, self.channels.channel, self.channels.broker)
        given = (self.fees.given, self.fees.notices_given)
        numbers = (each.to_bytes(8, "little") for each in given)
        entries = self.entries.encoded()
        return b"".join((*(column.tobytes() for column in columns), *numbers, entries, self.phases.encoded()))
