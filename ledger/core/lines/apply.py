"""What accepted lines of clearing sets do: they are kept under their set, and counted in it. No money moves.

Belongs here: the effect of (lines, outcomes) on the book, live, in recovery and in the follower. Never here: a verdict:
outcomes are given.
"""

import hashlib

import msgspec
import numpy as np

from ledger.core.kind_tables import SIDE, TELLS_EVENT, TELLS_FATE
from ledger.core.lines.brought import BroughtColumns, brought
from ledger.core.lines.read import Lines, SetLines
from ledger.core.orders.cleared import forget_said, keep_bought
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Mask, Positions, is_some
from ledger.core.state.day.clearing import FEN_COLUMNS, ClearedContracts, Lane
from ledger.core.state.requests import BUY_TOLD, ORDER_TOLD, SAID_COLUMNS
from protocol.errors import InvariantBroken
from protocol.kinds import LINE_KINDS
from protocol.messages.day.steps import SetTotals
from protocol.messages.fields import fen_from_sum, sum_from_fen
from protocol.records import STATE_LISTED, OutcomeArray
from protocol.vocabulary import LineSide


def apply_lines(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Let the accepted ones of (n,) outcomes that are lines act. Raises InvariantBroken when no open set takes one."""
    lines = block.lines
    if lines is None:
        return
    # `positions` ascend: as many as there are outcomes are all of them.
    own = outcomes if len(lines.positions) == len(outcomes) else outcomes[lines.positions]
    accepted = own["code"] == 0
    listed = own["state"] == STATE_LISTED
    is_whole = bool(accepted.all())
    taken = 0
    for of_set in lines.sets:
        places = of_set.places if is_whole else of_set.places[accepted[of_set.places]]
        taken += len(places)
        _take(book, lines, of_set.lane, places, listed)
        _chain(lines, of_set, places)
        book.clearing.put(of_set.lane)
    if taken != np.count_nonzero(accepted):
        raise InvariantBroken("an accepted line belongs to no open set")


def _take(book: Book, lines: Lines, lane: Lane, places: Positions, listed: Mask) -> None:
    if not len(places):
        return
    kind, clearing = lines.kind[places], book.clearing
    brings = brought(lines, places)
    _keep_by_contract(clearing.by_contract[lane.trade_date], lane.inner, lines, places, brings, listed)
    is_buy = SIDE[kind] == LineSide.BUY
    orders, buys, buys_fen = places[TELLS_FATE[kind]], places[is_buy], brings.buys_fen[is_buy]
    for at, is_buy in ((orders, False), (buys, True)):
        not_there = at[listed[at]]
        if len(not_there):
            clearing.add_listed(lane.inner, is_buy, lines.order_key[not_there])
    is_there = ~listed[buys]
    _keep_by_freeze(book, lane.inner, lines, orders[~listed[orders]], buys[is_there], buys_fen[is_there])
    lane.last_reference = max(lane.last_reference, int(lines.reference[places].max()))
    lane.arrived = _added(lane.arrived, lines, places, brings)


def _keep_by_contract(
    cleared: ClearedContracts,
    inner: int,
    lines: Lines,
    places: Positions,
    brings: BroughtColumns,
    listed: Mask,
) -> None:
    contract = lines.contract[places]
    cleared.forget(contract, inner)
    if lines.kinds.any(SIDE != LineSide.NONE):
        listed_buys_fen = np.where(listed[places], brings.buys_fen, 0)
        for name, fen in zip(FEN_COLUMNS, (*brings, listed_buys_fen), strict=True):
            if is_some(fen):
                np.add.at(getattr(cleared, name), contract, fen)
    if lines.kinds.any(TELLS_EVENT):
        events = TELLS_EVENT[lines.kind[places]]
        np.bitwise_or.at(cleared.events_told, contract[events], (1 << lines.told[places][events]).astype(np.int8))


def _keep_by_freeze(
    book: Book, inner: int, lines: Lines, orders: Positions, buys: Positions, buys_fen: FenColumn
) -> None:
    """Each freeze is named by one line of each kind: in a set there is no second one."""
    requests = book.requests
    for at in (orders, buys):
        slot = lines.slot[at]
        stale = slot[requests.cleared_in[slot] != inner]
        if len(stale):
            for name in SAID_COLUMNS:
                getattr(requests, name)[stale] = 0
            forget_said(book, stale)
            requests.cleared_in[stale] = inner
    slot = lines.slot[orders]
    requests.told[slot] |= (lines.told[orders] | ORDER_TOLD).astype(np.int8)
    requests.told_frozen_fen[slot] = lines.amount_fen[orders]
    requests.told_released_fen[slot] = lines.second_fen[orders]
    slot = lines.slot[buys]
    requests.told[slot] |= BUY_TOLD
    requests.cleared_fen[slot] = buys_fen
    if requests.orders.are_kept:
        amounts_fen = (lines.amount_fen[buys], lines.second_fen[buys], *lines.fees_fen[:, buys])
        keep_bought(book, slot, lines.quantity[buys], amounts_fen)


def _added(totals: SetTotals, lines: Lines, places: Positions, brings: BroughtColumns) -> SetTotals:
    """`totals` with the lines at (k,) `places`."""
    kind = lines.kind[places]
    counts = np.bincount(kind, minlength=max(LINE_KINDS) + 1)[min(LINE_KINDS) :].tolist()
    trades = places[SIDE[kind] != LineSide.NONE] if lines.kinds.any(SIDE != LineSide.NONE) else places[:0]
    turnover_fen = int(lines.amount_fen[trades].sum())
    fees_fen = [int(lines.second_fen[trades].sum()), *(int(fen[trades].sum()) for fen in lines.fees_fen)]
    return msgspec.structs.replace(
        totals,
        counts=[had + more for had, more in zip(totals.counts, counts, strict=True)],
        turnover=sum_from_fen(fen_from_sum(totals.turnover) + turnover_fen),
        fees=[sum_from_fen(fen_from_sum(had) + more) for had, more in zip(totals.fees, fees_fen, strict=True)],
        net=sum_from_fen(fen_from_sum(totals.net) + int(brings.net_fen.sum())),
    )


def _chain(lines: Lines, of_set: SetLines, places: Positions) -> None:
    """Frames of which every record is an accepted line of the set enter its digest, in their order."""
    lane, frames = of_set.lane, lines.frames
    if len(places) == int(frames.record_count.sum()):
        accepted = frames.record_count
    else:
        accepted = np.bincount(lines.frame[places], minlength=len(frames.seat))
    digest = lane.arrived.digest
    for frame in of_set.frames:
        if accepted[frame] == frames.record_count[frame]:
            digest = hashlib.sha256(digest + frames.body_digest[frame].tobytes()).digest()
    if digest != lane.arrived.digest:
        lane.arrived = msgspec.structs.replace(lane.arrived, digest=digest)
