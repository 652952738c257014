"""What the records about orders through the bank of the last block have done: memory, and no part of the state.

Belongs here: the columns. Never here: what does it (ledger.core.orders.act), who asks (the follower).
"""

from typing import NamedTuple

import numpy as np

from ledger.core.state.columns import FenColumn, LongColumn, Positions


class Acted(NamedTuple):
    """(m,) each, of these records in the order of the block; 0 of one that was refused."""

    positions: Positions  # in the block
    frozen_fen: FenColumn  # what it added to what is frozen for its order
    bought_fen: FenColumn  # and to what was drawn of it
    entries: LongColumn  # its number in its broker's feed of orders, 0 of what is told to it in none


NOTHING_ACTED = Acted(np.zeros(0, np.intp), *(np.zeros(0, np.int64),) * 3)
