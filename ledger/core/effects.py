"""What accepted records do to the columns: the only place that moves money, live, in recovery and in the follower.

Belongs here: the effect of (records, outcomes) on the book. Never here: a verdict: outcomes are given.

Scatters go through `np.add.at`, which adds every one of several additions to the same row; `column[rows] += x` would
keep only the last. See docs/decisions/0001-scatter-by-add-at.md.
"""

import numpy as np

from ledger.core.resolve import DEPOSIT, FILL_BUY, FILL_SELL, FREEZE, RELEASE, WITHDRAWAL, Block, Targets
from ledger.core.roles import KIND_CODES
from ledger.core.state.book import OLDER, OPEN, Book
from ledger.core.state.columns import FenColumn, Mask
from ledger.core.state.requests import KIND_MALFORMED
from protocol.records import OutcomeArray


def _by_kind(values: dict[int, int]) -> FenColumn:
    table = np.zeros(KIND_CODES, np.int64)
    for kind, value in values.items():
        table[kind] = value
    return table


# What an accepted amount adds to each account column, by kind. A buy's fill is told apart below: of charge and
# release both leave frozen, and only the release comes back into buying power.
_FROZEN = _by_kind({FREEZE: 1, RELEASE: -1, FILL_BUY: -1})
_POWER = _by_kind({FREEZE: -1, RELEASE: 1, FILL_SELL: 1, DEPOSIT: 1, WITHDRAWAL: -1})
_BALANCE = _by_kind({DEPOSIT: 1, WITHDRAWAL: -1})
_KEPT_KIND = np.array([k if FREEZE <= k <= WITHDRAWAL else KIND_MALFORMED for k in range(KIND_CODES)], np.int8)


def apply_effects(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Let the accepted ones of (n,) records act; keep every request and its code in the request table."""
    code = np.ascontiguousarray(outcomes["code"])
    accepted = code == 0
    amount_fen = block.amount_fen if accepted.all() else np.where(accepted, block.amount_fen, 0)
    _keep_requests(book, block, outcomes, accepted, amount_fen)
    frozen_fen = amount_fen * _FROZEN[block.kind]
    power_fen = amount_fen * _POWER[block.kind]
    if block.release_fen is not None:
        release_fen = np.where(accepted, block.release_fen, 0)
        frozen_fen -= release_fen
        power_fen += release_fen
    np.add.at(book.frozen_fen, block.row, frozen_fen)
    np.add.at(book.power_fen, block.row, power_fen)
    if isinstance(block.kind, int) and block.kind == FREEZE:
        return
    balance_fen = amount_fen * _BALANCE[block.kind]
    if balance_fen.any():
        np.add.at(book.balance_fen, block.row, balance_fen)
        book.owned_fen_bound += int(np.maximum(balance_fen, 0).sum())
    sells = np.flatnonzero(np.equal(block.kind, FILL_SELL) & accepted)
    if len(sells):
        np.add.at(book.sold_unsettled_fen[OPEN], block.row[sells], amount_fen[sells])
        book.owned_fen_bound += int(amount_fen[sells].sum())
    if block.targets is not None:
        _draw_down(book, block, block.targets, accepted)


def _keep_requests(book: Book, block: Block, outcomes: OutcomeArray, accepted: Mask, amount_fen: FenColumn) -> None:
    requests, slot = book.requests, block.slot
    requests.kind[slot] = _KEPT_KIND[block.kind]
    requests.code[slot] = outcomes["code"]
    freezes = np.flatnonzero(np.equal(block.kind, FREEZE) & accepted)
    if len(freezes) == block.count:
        requests.contract[slot] = block.contract + 1
        requests.amount_fen[slot] = amount_fen
    elif len(freezes):
        slot = slot[freezes]
        requests.contract[slot] = block.contract[freezes] + 1
        requests.amount_fen[slot] = amount_fen[freezes]


def _draw_down(book: Book, block: Block, targets: Targets, accepted: Mask) -> None:
    """Releases and fills of buys: what they take from the freezes, and the cost of the fills."""
    places = np.flatnonzero(accepted[targets.positions])
    positions, slot = targets.positions[places], targets.slot[places]
    is_fill = np.equal(np.broadcast_to(block.kind, (block.count,))[positions], FILL_BUY)
    amount_fen = block.amount_fen[positions]
    charge_fen = np.where(is_fill, amount_fen, 0)
    released_fen = amount_fen - charge_fen
    if block.release_fen is not None:
        released_fen += block.release_fen[positions]
    np.add.at(book.requests.drawn_fen, slot, charge_fen)
    np.add.at(book.requests.released_fen, slot, released_fen)
    rows, column = block.row[positions], targets.column[places]
    bought_fen = book.bought_unsettled_fen.reshape(-1)
    np.add.at(bought_fen, column * book.size.contracts_max + rows, charge_fen)
    older = np.flatnonzero((column == OLDER) & is_fill)
    if len(older):
        book.older.add_bought(targets.date[places][older], rows[older], charge_fen[older])
