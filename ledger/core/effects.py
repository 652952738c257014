"""What accepted records do to the columns: the only place that moves money, live, in recovery and in the follower.

Belongs here: the effect of (records, outcomes) on the book. Never here: a verdict: outcomes are given.

Scatters go through `np.add.at`, which adds every one of several additions to the same row; `column[rows] += x` would
keep only the last. See docs/decisions/0001-scatter-by-add-at.md.
"""

import numpy as np

from ledger.core.kind_tables import (
    BALANCE,
    DRAWN,
    FROZEN,
    IS_KIND,
    OPENS_FREEZE,
    POWER,
    RELEASE_FROZEN,
    RELEASE_POWER,
    SOLD,
)
from ledger.core.resolve import Block, Targets
from ledger.core.state.book import OLDER, OPEN, Book
from ledger.core.state.columns import FenColumn, Mask
from ledger.core.state.requests import KIND_MALFORMED
from protocol.kinds import KIND_CODES
from protocol.records import OutcomeArray

_KEPT_KIND = np.where(IS_KIND, np.arange(KIND_CODES), KIND_MALFORMED).astype(np.int8)


def apply_effects(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Let the accepted ones of (n,) records act; keep every request and its code in the request table."""
    code = np.ascontiguousarray(outcomes["code"])
    accepted = code == 0
    amount_fen = block.amount_fen if accepted.all() else np.where(accepted, block.amount_fen, 0)
    _keep_requests(book, block, outcomes, accepted, amount_fen)
    frozen_fen = amount_fen * FROZEN[block.kind]
    power_fen = amount_fen * POWER[block.kind]
    if block.release_fen is not None:
        release_fen = np.where(accepted, block.release_fen, 0)
        frozen_fen += release_fen * RELEASE_FROZEN[block.kind]
        power_fen += release_fen * RELEASE_POWER[block.kind]
    np.add.at(book.frozen_fen, block.row, frozen_fen)
    np.add.at(book.power_fen, block.row, power_fen)
    if isinstance(block.kind, int) and OPENS_FREEZE[block.kind]:
        return
    balance_fen = amount_fen * BALANCE[block.kind]
    if balance_fen.any():
        np.add.at(book.balance_fen, block.row, balance_fen)
        book.owned_fen_bound += int(np.maximum(balance_fen, 0).sum())
    sells = np.flatnonzero(np.not_equal(SOLD[block.kind], 0) & accepted)
    if len(sells):
        np.add.at(book.sold_unsettled_fen[OPEN], block.row[sells], amount_fen[sells])
        book.owned_fen_bound += int(amount_fen[sells].sum())
    if block.targets is not None:
        _draw_down(book, block, block.targets, accepted)


def _keep_requests(book: Book, block: Block, outcomes: OutcomeArray, accepted: Mask, amount_fen: FenColumn) -> None:
    requests, slot = book.requests, block.slot
    requests.kind[slot] = _KEPT_KIND[block.kind]
    requests.code[slot] = outcomes["code"]
    freezes = np.flatnonzero(OPENS_FREEZE[block.kind] & accepted)
    if len(freezes) == block.count:
        requests.contract[slot] = block.contract + 1
        requests.amount_fen[slot] = amount_fen
    elif len(freezes):
        slot = slot[freezes]
        requests.contract[slot] = block.contract[freezes] + 1
        requests.amount_fen[slot] = amount_fen[freezes]


def _draw_down(book: Book, block: Block, targets: Targets, accepted: Mask) -> None:
    """What records take from the freezes that they name: drawn is what is bought, the rest is released."""
    places = np.flatnonzero(accepted[targets.positions])
    positions, slot = targets.positions[places], targets.slot[places]
    kind = block.kind if isinstance(block.kind, int) else block.kind[positions]
    amount_fen = block.amount_fen[positions]
    charge_fen = amount_fen * DRAWN[kind]
    released_fen = -amount_fen * FROZEN[kind] - charge_fen
    if block.release_fen is not None:
        released_fen -= block.release_fen[positions] * RELEASE_FROZEN[kind]
    np.add.at(book.requests.drawn_fen, slot, charge_fen)
    np.add.at(book.requests.released_fen, slot, released_fen)
    rows, column = block.row[positions], targets.column[places]
    bought_fen = book.bought_unsettled_fen.reshape(-1)
    np.add.at(bought_fen, column * book.size.contracts_max + rows, charge_fen)
    older = np.flatnonzero((column == OLDER) & np.not_equal(DRAWN[kind], 0))
    if len(older):
        book.older.add_bought(targets.date[places][older], rows[older], charge_fen[older])
