"""What accepted records move between a customer's account and 2420, for brokers in transfer mode 划转.

Belongs here: the effect on what is moved, live, in recovery and in the follower. Never here: a verdict, and how much a
freeze moves, which its outcome tells (rules.money.moved, lane); the columns as if nothing were moved (effects).

But for what a freeze moves, nothing here hangs on the order of records: of a freeze as much is drawn of moved money as
fits into it, and given back what is released beyond its frozen part, see rules.money.moved. So rows that are applied
together come out as each alone; which record of several on one freeze gave back how much is reckoned in their order.
"""

import numpy as np

from ledger.core.corrections.read import Corrections
from ledger.core.kind_tables import DRAWN, FROZEN, OPENS_FREEZE, RELEASE_FROZEN
from ledger.core.resolve import Block, Targets
from ledger.core.state.book import FACT_MASK, PARTY_SHIFT, STATE_SHIFT, Book
from ledger.core.state.columns import FenColumn, LongColumn, Mask, Positions, is_some
from ledger.core.state.customers.moved import Posted
from protocol.records import STATE_MOVED, OutcomeArray
from rules.contracts import ENDED
from rules.entries import GIVEN_BACK, MOVED
from rules.money.moved import parts_of_moved


def keep_moved(book: Book, block: Block, accepted: Mask, outcomes: OutcomeArray) -> None:
    """What accepted freezes among (n,) records have moved, as their outcomes tell it."""
    if block.slot is None:
        return
    moved = np.flatnonzero(accepted & OPENS_FREEZE[block.kind] & (outcomes["state"] == STATE_MOVED))
    if not len(moved):
        return
    amounts_fen = outcomes["remaining_fen"][moved].astype(np.int64)
    book.moved.is_used = True
    book.requests.moved_fen[block.slot[moved]] = amounts_fen
    np.add.at(book.moved.remaining_fen, block.account[moved], amounts_fen)
    _post(book, block, moved, amounts_fen, block.account[moved])


def draw_moved(book: Book, block: Block, targets: Targets, accepted: Mask) -> None:
    """What records draw of moved money, or give back, of the freezes that they name; before these are drawn down."""
    requests = book.requests
    places = np.flatnonzero(accepted[targets.positions] & (requests.moved_fen.take(targets.slot) > 0))
    if not len(places):
        return
    positions, slots = targets.positions[places], targets.slot[places]
    kind = np.broadcast_to(block.kind, (block.count,))[positions]
    charge_fen = block.amount_fen[positions] * DRAWN[kind]
    released_fen = -block.amount_fen[positions] * FROZEN[kind] - charge_fen
    if block.release_fen is not None:
        released_fen -= block.release_fen[positions] * RELEASE_FROZEN[kind]
    drawn_fen, back_fen = _parts(book, slots, charge_fen, released_fen)
    np.subtract.at(requests.moved_fen, slots, drawn_fen + back_fen)
    np.subtract.at(book.moved.remaining_fen, block.account[positions], drawn_fen + back_fen)
    _add_drawn(book, block, positions, drawn_fen)
    gives = back_fen.nonzero()[0]
    _post(book, block, positions[gives], -back_fen[gives], block.account[positions])


def _parts(book: Book, slots: Positions, charge_fen: FenColumn, released_fen: FenColumn) -> tuple[FenColumn, FenColumn]:
    """(m,) what each record on the freeze in its slot draws of moved money, and what it gives back."""
    requests = book.requests
    remaining_fen = requests.amount_fen[slots] - requests.drawn_fen[slots] - requests.released_fen[slots]
    moved_fen = requests.moved_fen[slots]
    drawn_fen = np.minimum(charge_fen, moved_fen)
    back_fen = np.maximum(0, released_fen - (remaining_fen - moved_fen))
    _, place, counts = np.unique(slots, return_inverse=True, return_counts=True)
    left: dict[int, tuple[int, int]] = {}
    for each in np.flatnonzero(counts[place] > 1).tolist():
        remains, moved = left.get(int(slots[each]), (int(remaining_fen[each]), int(moved_fen[each])))
        charge, released = int(charge_fen[each]), int(released_fen[each])
        drawn, back = parts_of_moved(remains, moved, charge, released)
        drawn_fen[each], back_fen[each] = drawn, back
        left[int(slots[each])] = (remains - charge - released, moved - drawn - back)
    return drawn_fen, back_fen


def _add_drawn(book: Book, block: Block, positions: Positions, drawn_fen: FenColumn) -> None:
    """The records at (m,) positions have drawn so much of moved money, each on the date on which it was executed."""
    draws = drawn_fen.nonzero()[0]
    dates = block.executed_on(book)[positions[draws]]
    for date in np.unique(dates).tolist():
        here = draws[dates == date]
        book.moved.add_drawn(date, block.account[positions[here]], drawn_fen[here])


def lower_moved(book: Book, block: Block, corrections: Corrections, accepted: Mask) -> None:
    """Contracts whose date was corrected, or taken back, have no more drawn of moved money on it than is bought."""
    for lane, places in corrections.lanes:
        at = places[corrections.is_correction[places] & accepted[corrections.positions[places]]]
        if not len(at) or lane.trade_date not in book.moved.drawn_on:
            continue
        ended = book.contract_facts[corrections.contract[at]] >> STATE_SHIFT & FACT_MASK == ENDED
        positions = corrections.positions[at[~ended]]
        accounts, slot = block.account[positions], book.unsettled.slot_of(lane.trade_date)
        back_fen = book.moved.drawn(lane.trade_date, accounts) - book.unsettled.bought_fen[slot].take(accounts)
        gives = np.flatnonzero(back_fen > 0)
        book.moved.add_drawn(lane.trade_date, accounts[gives], -back_fen[gives])
        _post(book, block, positions[gives], -back_fen[gives], accounts[gives])


def _post(book: Book, block: Block, positions: Positions, amounts_fen: FenColumn, touched: Positions) -> None:
    """(m,) entries of the records at these positions: above 0 what was moved, below 0 what was given back; `touched`:
    (k,) accounts of which something moved, if only from what remains to what is drawn.
    """
    before = book.moved.posted
    book.moved.posted = Posted(
        np.concatenate((before.positions, positions)),
        np.concatenate((before.amounts_fen, amounts_fen)),
        np.concatenate((before.accounts, touched)),
    )
    if len(positions):
        parties = book.contract_facts[block.contract[positions]] >> PARTY_SHIFT
        post_moved(book, block.account[positions], parties, amounts_fen)


def post_moved(book: Book, accounts: Positions, parties: LongColumn, amounts_fen: FenColumn) -> None:
    """(m,) amounts between accounts and 2420 of their brokers: above 0 moved, below 0 given back."""
    outlets = book.outlet.take(accounts).astype(np.int64)
    for leg, which in ((MOVED, amounts_fen > 0), (GIVEN_BACK, amounts_fen < 0)):
        if is_some(which):
            book.general_ledger.post_moved(leg, outlets[which], parties[which], np.abs(amounts_fen[which]))
