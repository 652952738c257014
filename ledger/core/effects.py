"""What accepted records do to the columns: the only place that moves money, live, in recovery and in the follower.

Belongs here: the effect of (records, outcomes) on the book. Never here: a verdict: outcomes are given.

Scatters go through `np.add.at`, which adds every one of several additions to the same account; `column[accounts] += x`
would keep only the last. See docs/decisions/0001-scatter-by-add-at.md.
"""

import numpy as np

from ledger.core.blocks.moving import draw_moved, keep_moved, lower_moved
from ledger.core.blocks.withheld import move_restraints
from ledger.core.corrections.apply import apply_corrections
from ledger.core.kind_tables import (
    BALANCE,
    BY_SET,
    COUNTS_SERIAL,
    DRAWN,
    FROZEN,
    OPENS_FREEZE,
    POSTS_INTEREST,
    POWER,
    RELEASE_BOUGHT,
    RELEASE_FROZEN,
    RELEASE_POWER,
    SOLD,
)
from ledger.core.lines.proceeds import mark_booked
from ledger.core.orders.act import act_orders, keep_acted
from ledger.core.orders.closing import end_orders
from ledger.core.resolve import Block, Targets
from ledger.core.settling.apply import apply_settlements
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.unsettled import add_by_slot
from protocol.records import OutcomeArray
from protocol.vocabulary import Way
from rules.entries import SUSPENSE
from rules.kinds import LAW

_WAY_BITS = 8
_LEGS = {kind << _WAY_BITS | way: leg for kind, row in LAW.items() for way, leg in row.legs.items()}
"""By kind and way."""


def apply_effects(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Let the accepted ones of (n,) records act; keep the freezes among them in the request table."""
    code = np.ascontiguousarray(outcomes["code"])
    accepted = code == 0
    acted = act_orders(book, block, outcomes)
    amount_fen = block.amount_fen if accepted.all() else np.where(accepted, block.amount_fen, 0)
    if block.way is not None:
        amount_fen = _posted(block, block.way, amount_fen, outcomes)
    move_restraints(book, block, accepted, amount_fen)
    if acted is not None:
        keep_acted(book, acted)
    _keep_freezes(book, block, accepted, amount_fen)
    frozen_fen = amount_fen * FROZEN[block.kind]
    power_fen = amount_fen * POWER[block.kind]
    if block.release_fen is not None:
        release_fen = np.where(accepted, block.release_fen, 0)
        frozen_fen += release_fen * RELEASE_FROZEN[block.kind]
        power_fen += release_fen * RELEASE_POWER[block.kind]
    np.add.at(book.frozen_fen, block.account, frozen_fen)
    np.add.at(book.power_fen, block.account, power_fen)
    if is_some(block.moves_money):
        keep_moved(book, block, accepted, outcomes)
    if isinstance(block.kind, int) and OPENS_FREEZE[block.kind]:
        return
    balance_fen = amount_fen * BALANCE[block.kind]
    if is_some(balance_fen):
        np.add.at(book.balance_fen, block.account, balance_fen)
        book.owned_fen_bound += int(np.maximum(balance_fen, 0).sum())
        _post(book, block, amount_fen, balance_fen.nonzero()[0])
        _pay_interest(book, block, amount_fen)
    sells = np.flatnonzero(np.not_equal(SOLD[block.kind], 0) & accepted)
    if len(sells) and block.unsettled_slot is not None:
        accounts = block.account[sells]
        np.add.at(book.sold_fen, accounts, amount_fen[sells])
        add_by_slot(book.unsettled.sold_fen, block.unsettled_slot[sells], accounts, amount_fen[sells])
        book.owned_fen_bound += int(amount_fen[sells].sum())
    if block.proceeds is not None and block.unsettled_slot is not None and block.release_fen is not None:
        costs = np.flatnonzero(np.not_equal(RELEASE_BOUGHT[block.kind], 0) & accepted & (block.release_fen != 0))
        accounts, cost_fen = block.account[costs], block.release_fen[costs]
        np.add.at(book.bought_fen, accounts, cost_fen)
        add_by_slot(book.unsettled.bought_fen, block.unsettled_slot[costs], accounts, cost_fen)
        mark_booked(book, block.proceeds, block.contract, accepted, block.release_fen)
    if block.serial is not None:
        booked = np.flatnonzero(COUNTS_SERIAL[block.kind] & accepted)
        np.maximum.at(book.seat_serial, np.broadcast_to(block.seat, (block.count,))[booked], block.serial[booked])
    if block.way is not None:
        _leave_in_suspense(book, block, block.way, accepted, amount_fen)
    moves = book.moved.is_used and (block.corrections is not None or is_some(block.moves_money))
    if block.targets is not None:
        if moves:
            draw_moved(book, block, block.targets, accepted)
        _draw_down(book, block, block.targets, accepted)
    if block.corrections is not None:
        apply_corrections(book, block, block.corrections, outcomes)
        if moves:
            lower_moved(book, block, block.corrections, accepted)
    if block.settlements is not None:
        apply_settlements(book, block, block.settlements, outcomes)


def _posted(block: Block, way: LongColumn, amount_fen: FenColumn, outcomes: OutcomeArray) -> FenColumn:
    """(n,) amounts, of forced card debits only what was posted to the account: the outcome tells it."""
    forced = way == Way.FORCED_CARD
    if not is_some(forced):
        return amount_fen
    return np.where(forced, outcomes["remaining_fen"], amount_fen)


def _leave_in_suspense(book: Book, block: Block, way: LongColumn, accepted: Mask, posted_fen: FenColumn) -> None:
    """What forced card debits take beyond what was posted is the bank's own until it is collected."""
    forced = np.flatnonzero(accepted & (way == Way.FORCED_CARD))
    rest_fen = block.amount_fen[forced] - posted_fen[forced]
    if is_some(rest_fen):
        book.general_ledger.post_by_outlet(SUSPENSE, book.outlet.take(block.account[forced]).astype(np.int64), rest_fen)


def _post(book: Book, block: Block, amount_fen: FenColumn, moved: Positions) -> None:
    """The entries in the general ledger of the records at (m,) `moved`, which moved a balance, by kind and way."""
    codes = np.broadcast_to(block.kind, (block.count,))[moved] << _WAY_BITS
    if block.way is not None:
        codes |= block.way[moved]
    for code in np.unique(codes).tolist():
        here = moved[codes == code]
        outlets = book.outlet.take(block.account[here])
        book.general_ledger.post_by_outlet(_LEGS[code], outlets, amount_fen[here])


def _pay_interest(book: Book, block: Block, amount_fen: FenColumn) -> None:
    """What was posted is due no more."""
    posted = np.flatnonzero(np.broadcast_to(POSTS_INTEREST[block.kind], (block.count,)))
    np.subtract.at(book.savings.due_fen, block.account[posted], amount_fen[posted])


def _keep_freezes(book: Book, block: Block, accepted: Mask, amount_fen: FenColumn) -> None:
    requests, slot = book.requests, block.slot
    if slot is None:
        return
    freezes = (OPENS_FREEZE[block.kind] & accepted).nonzero()[0]
    if len(freezes) == block.count:
        requests.contract[slot] = block.contract + 1
        requests.amount_fen[slot] = amount_fen
        requests.made_count += len(freezes)
    elif len(freezes):
        slot = slot[freezes]
        requests.contract[slot] = block.contract[freezes] + 1
        requests.amount_fen[slot] = amount_fen[freezes]
        requests.made_count += len(freezes)


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
    if len(book.clearing.complete):
        closes = BY_SET[kind]
        if is_some(closes):
            ended = np.flatnonzero(np.broadcast_to(closes, positions.shape))
            np.add.at(book.requests.closed_fen, slot[ended], released_fen[ended])
            end_orders(book, slot[ended])
        after = np.isin(book.requests.cleared_in[slot], book.clearing.complete) & ~closes
        np.add.at(book.requests.released_after_fen, slot[after], released_fen[after])
    buys = np.flatnonzero(np.broadcast_to(np.not_equal(DRAWN[kind], 0), positions.shape))
    if len(buys) and block.unsettled_slot is not None:
        positions, charge_fen = positions[buys], charge_fen[buys]
        accounts = block.account[positions]
        np.add.at(book.bought_fen, accounts, charge_fen)
        add_by_slot(book.unsettled.bought_fen, block.unsettled_slot[positions], accounts, charge_fen)
