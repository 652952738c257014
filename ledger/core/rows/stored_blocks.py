"""Whether stored outcomes of a block can be what a ledger decided: asked before and after they act on the book.

Belongs here: what must hold of any outcomes, whatever the rules were. Never here: verdicts (decide), effects (effects),
the form of a row (row_form). Nothing here runs when a ledger decides: its own outcomes come from the law.
"""

import numpy as np

from ledger.core.corrections.apply import check_corrections
from ledger.core.kind_tables import BOOKS_PROCEEDS, EXECUTED, IS_KIND, OPENS_FREEZE, POSTS_INTEREST
from ledger.core.lines.proceeds import is_booked_twice
from ledger.core.orders.verdicts import check_verdicts
from ledger.core.resolve import Block
from ledger.core.settling.apply import check_settlements
from ledger.core.state.book import Book
from ledger.core.state.columns import Mask
from ledger.core.state.unsettled import NO_SLOT
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.limits import AMOUNT_FEN_MAX
from protocol.records import STATE_MOVED, OutcomeArray
from protocol.vocabulary import Way

FIRST_REFUSAL = ReplyCode.REQUEST_MALFORMED


def check_outcomes(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Raises InvariantBroken, with nothing changed, when an outcome cannot have been decided on this block.

    An accepted record names a contract that its sender may touch, an amount in range, where its kind draws on a freeze,
    one of that contract, and a fill a day that is unsettled.
    """
    code = np.ascontiguousarray(outcomes["code"])
    accepted = code == ReplyCode.ACCEPTED
    if ((code < FIRST_REFUSAL) & ~accepted).any():
        raise InvariantBroken("an outcome with a code that no outcome has")
    if (accepted & ~block.known).any():
        raise InvariantBroken("an accepted record names a contract that its sender may not touch")
    if (accepted & ~IS_KIND[block.kind]).any():
        raise InvariantBroken("an accepted record is of no known kind")
    for amounts_fen in (block.amount_fen, block.release_fen):
        if amounts_fen is not None and (accepted & ((amounts_fen < 0) | (amounts_fen > AMOUNT_FEN_MAX))).any():
            raise InvariantBroken("an accepted amount is out of range")
    if block.unsettled_slot is not None:
        dateless = EXECUTED[block.kind] & (block.unsettled_slot == NO_SLOT)
        if (accepted & dateless).any():
            raise InvariantBroken("an accepted fill is of a day that is not unsettled")
    if block.way is not None:
        forced, posted_fen = accepted & (block.way == Way.FORCED_CARD), outcomes["remaining_fen"]
        if (forced & ((posted_fen < 0) | (posted_fen > block.amount_fen))).any():
            raise InvariantBroken("a forced card debit posted an impossible amount")
    moved = accepted & (outcomes["state"] == STATE_MOVED)
    if moved.any():
        moved_fen = outcomes["remaining_fen"]
        may_move = OPENS_FREEZE[block.kind] & np.not_equal(block.moves_money, 0)
        if (moved & ~(may_move & (moved_fen > 0) & (moved_fen <= block.amount_fen))).any():
            raise InvariantBroken("a freeze moved an impossible amount")
    if block.proceeds is not None:
        if (accepted & BOOKS_PROCEEDS[block.kind] & ~block.proceeds.may_be_due).any():
            raise InvariantBroken("proceeds were booked that no set has")
        if is_booked_twice(block.proceeds, block.contract, accepted):
            raise InvariantBroken("proceeds were booked twice")
    _check_interest(book, block, accepted)
    if block.corrections is not None:
        check_corrections(book, block.corrections, outcomes)
    if block.settlements is not None:
        check_settlements(book, block, block.settlements, outcomes)
    if block.verdicts is not None:
        check_verdicts(book, block.verdicts, accepted)
    targets = block.targets
    if targets is not None:
        drawing = accepted[targets.positions]
        if (drawing & ~targets.matched & ~targets.pending).any():
            raise InvariantBroken("an accepted record draws on a freeze that is not there")


def _check_interest(book: Book, block: Block, accepted: Mask) -> None:
    """Raises InvariantBroken when more is posted to an account than was due to it."""
    posted = np.flatnonzero(accepted & POSTS_INTEREST[block.kind])
    if not len(posted):
        return
    accounts, places = np.unique(block.account[posted], return_inverse=True)
    sums_fen = np.zeros(len(accounts), np.int64)
    np.add.at(sums_fen, places, block.amount_fen[posted])
    if (sums_fen > book.savings.due_fen[accounts]).any():
        raise InvariantBroken("more interest was posted than was due")


def check_targets(book: Book, block: Block, outcomes: OutcomeArray) -> None:
    """Once the outcomes have acted: what they drew on are freezes of their contracts, and nothing is overdrawn.

    Raises InvariantBroken otherwise.
    """
    targets = block.targets
    if targets is None:
        return
    drawing = np.flatnonzero(outcomes["code"][targets.positions] == ReplyCode.ACCEPTED)
    slot, requests = targets.slot[drawing], book.requests
    if (requests.contract.take(slot) != block.contract[targets.positions[drawing]] + 1).any():
        raise InvariantBroken("an accepted record draws on a freeze of another contract")
    remaining_fen = requests.amount_fen.take(slot) - requests.drawn_fen.take(slot) - requests.released_fen.take(slot)
    if len(slot) and int(remaining_fen.min()) < 0:
        raise InvariantBroken("more was drawn from a freeze than was frozen")
