"""The column proof of ending orders: what the law says of many freezes at once.

Belongs here: the arithmetic of rules.day.corrections.close over columns, for which records it holds. Never here: rules
of its own, which freezes a block names once (ledger.core.lane), changes (apply).

The argument. Once a lane is published, ending an order looks at its freeze, at what the set says of it and at the limit
of what is bought: the set moves no more, so a freeze that is named once and was there before the block is as it was
then, wherever the record stands. In front of a correction, where the lane is not published, the law decides.
"""

import numpy as np

from ledger.core.blocks.final_codes import mark
from ledger.core.corrections.at_hand import are_of_set, are_to_close
from ledger.core.corrections.read import Corrections, closes_orders
from ledger.core.resolve import Block, Targets
from ledger.core.state.book import Book
from ledger.core.state.columns import Mask, ShortColumn
from protocol.codes import ReplyCode


def closings(book: Book, block: Block, corrections: Corrections, targets: Targets) -> tuple[Mask, ShortColumn]:
    """(m,) which of the records that name a freeze end it on a published lane, and their codes: as if each freeze were
    named once and made before the block.
    """
    is_told, to_close = np.zeros((2, len(targets.positions)), bool)
    is_open = targets.matched & book.requests.are_open(targets.slot)
    for lane, places in corrections.lanes:
        if not closes_orders(lane):
            continue
        positions = corrections.positions[places[~corrections.is_correction[places]]]
        at = np.searchsorted(targets.positions, positions)
        is_told[at] = True
        slots = targets.slot[at]
        to_close[at] = are_of_set(book, lane, slots, targets.date[at]) & are_to_close(book, lane, slots)
    assert block.release_fen is not None  # every such record has something in its bytes
    drawn_fen = np.minimum(targets.remaining_fen, targets.due_fen)
    amount_fen, release_fen = block.amount_fen[targets.positions], block.release_fen[targets.positions]
    code = np.zeros(len(targets.positions), np.int16)
    differs = (amount_fen != drawn_fen) | (release_fen != targets.remaining_fen - drawn_fen)
    mark(code, ReplyCode.SETTLEMENT_DIFFERS, differs)
    mark(code, ReplyCode.STEP_NOT_DUE, ~to_close)
    mark(code, ReplyCode.FREEZE_CLOSED, ~is_open)
    mark(code, ReplyCode.FREEZE_UNKNOWN, ~targets.matched)
    return is_told, code
