"""Which places of a block name the same slot: a search that costs a pass or two, and sorts next to nothing.

Belongs here: the search. Never here: what follows from it (lane).
"""

import numpy as np

from ledger.core.state.columns import Mask, Positions

_BUCKETS = 1 << 18  # more than a block has records
assert _BUCKETS & (_BUCKETS - 1) == 0


def accounts_named_twice(slot: Positions, accounts: Positions, counts: Mask) -> Positions:
    """Rows of the places in `counts` whose slot another such place names too.

    Each place writes itself into its slot's bucket; who finds another place there with the same slot was not the
    last. Losers to another slot in the same bucket, a few of them, are compared by sorting.
    """
    places = np.flatnonzero(counts)
    slots = slot[places]
    winners = np.empty(_BUCKETS, np.int32)  # read only where it was just written
    buckets = slots & (_BUCKETS - 1)
    order = np.arange(len(places), dtype=np.int32)
    winners[buckets] = order
    winner = winners.take(buckets)
    lost = np.flatnonzero(winner != order)
    same = slots[winner[lost]] == slots[lost]
    named_twice = [accounts[places[lost[same]]]]
    others = lost[~same]
    if len(others):
        ordered = others[np.argsort(slots[others], kind="stable")]
        twice = np.flatnonzero(slots[ordered][1:] == slots[ordered][:-1])
        named_twice.append(accounts[places[ordered[twice]]])
    return np.concatenate(named_twice)
