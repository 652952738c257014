"""Seats of channels: by which channel customers of which broker order there.

Belongs here: both by seat, whose a channel is. Never here: whose a seat is, and what it may send (book, roles).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.core.state.columns import ByteColumn, ShortColumn, byte_zeros, short_zeros
from protocol.limits import SEATS_MAX


@dataclass(slots=True)
class Channels:
    """(SEATS_MAX + 1,) each by seat, 0 where it is none of a channel."""

    channel: ByteColumn = field(default_factory=lambda: byte_zeros(SEATS_MAX + 1))
    broker: ShortColumn = field(default_factory=lambda: short_zeros(SEATS_MAX + 1))

    def serves(self, channel: int, broker: int) -> bool:
        """Whether a channel has a seat for customers of a broker."""
        return bool(((self.channel == channel) & (self.broker == broker)).any())

    def all_seats(self) -> Iterator[tuple[int, int, int]]:
        """Seat, channel and broker of each, ascending."""
        for seat in self.channel.nonzero()[0].tolist():
            yield seat, int(self.channel[seat]), int(self.broker[seat])

    def seats_for(self, broker: int) -> list[int]:
        """The seats of channels by which a broker's customers order, ascending."""
        seats: list[int] = (self.broker == broker).nonzero()[0].tolist()
        return seats

    def seats_of(self, channel: int) -> list[int]:
        """The seats of a channel, ascending."""
        seats: list[int] = (self.channel == channel).nonzero()[0].tolist()
        return seats
