"""By which scheme orders of each broker's customers come.

Belongs here: the scheme in force, and the one that waits for a roll. Never here: when it may change
(ledger.core.control.orders.schemes), what is of one scheme alone (protocol.kinds, rules.orders.schemes).

A scheme changes only while no lane of the broker is unsettled: so the one in force is that of all its lanes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ledger.core.state.columns import ByteColumn, byte_zeros
from protocol.limits import PARTIES_MAX
from protocol.vocabulary import Scheme


@dataclass(slots=True)
class Schemes:
    """(PARTIES_MAX + 1,) each: Scheme by party; of the bank, whose desks send what is of both, B."""

    now: ByteColumn = field(default_factory=lambda: byte_zeros(PARTIES_MAX + 1))
    coming: ByteColumn = field(default_factory=lambda: byte_zeros(PARTIES_MAX + 1))  # where none waits, the same

    def of(self, party: int) -> Scheme:
        """That is in force."""
        return Scheme(int(self.now[party]))

    def named_of(self, party: int) -> set[Scheme]:
        """The one in force and the one that is coming."""
        return {Scheme(int(scheme[party])) for scheme in (self.now, self.coming)}

    def waiting(self) -> Iterator[int]:
        """The parties whose scheme is to change, ascending."""
        yield from np.flatnonzero(self.now != self.coming).tolist()
