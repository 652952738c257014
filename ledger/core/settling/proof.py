"""The column proof of settlements and credits: what the law says of many contracts at once.

Belongs here: the arithmetic of rules.day.customer_settlement over columns, for which records it holds. Never here:
rules of its own, which accounts a block names once (ledger.core.lane), changes (apply).

The argument. The lane, whether its broker is gated, and what is due are as the block begins. Beside them the law looks
at the contract's own date and at what is gated of it, which only records of this contract move; and at its account. So
a record that is alone on its account finds all of it as the block begins, wherever it stands.
- Where a gated contract is settled, restraints hold back what no column has.
- Of a contract that has ended nothing bounds what is gated over all dates, so that its sum may pass 64 bits. What is
  gated of any other is part of what is sold of its account.
Of these two kinds the law decides.
"""

from typing import NamedTuple

import numpy as np

from ledger.core.blocks.final_codes import mark
from ledger.core.resolve import Block
from ledger.core.settling.amounts import amounts_of
from ledger.core.settling.read import Settlements
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Mask, Positions, ShortColumn, is_some
from ledger.core.state.day.clearing import Lane
from ledger.core.state.day.gated import GatedLane
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX
from protocol.records import STATE_CREDITED, STATE_SET_OFF, OutcomeArray


class _Told(NamedTuple):
    """(m,) by place among the records that settle or credit; what stands here of others is overwritten or not used."""

    code: ShortColumn
    state: ShortColumn  # of an accepted one, as the next one
    credited_fen: FenColumn


def tell(book: Book, block: Block, is_proven: Mask, outcomes: OutcomeArray) -> None:
    """Write what becomes of those among (m,) records that settle or credit which are proven."""
    settlements = block.settlements
    assert settlements is not None
    positions, count = settlements.positions, len(is_proven)
    amount_fen, accounts = block.amount_fen[positions], block.account[positions]
    no_step = np.full(count, ReplyCode.STEP_NOT_DUE, np.int16)
    told = _Told(no_step, np.zeros(count, np.int16), np.zeros(count, np.int64))
    for lane, is_gated, at in settlements.lanes:
        _settle(book, lane, is_gated, settlements, at, (amount_fen[at], accounts[at]), told)
    for due, at in settlements.due:
        _credit(book, due, settlements, at, (amount_fen[at], accounts[at]), told)
    named = (settlements.from_moved_fen, settlements.proceeds_fen, settlements.other_fen)
    for fen in named:
        mark(told.code, ReplyCode.AMOUNT_OUT_OF_RANGE, (fen < 0) | (fen > COLUMN_FEN_MAX))
    outcomes["code"][positions[is_proven]] = told.code[is_proven]
    accepted = is_proven & (told.code == 0)
    outcomes["state"][positions[accepted]] = told.state[accepted]
    outcomes["remaining_fen"][positions[accepted]] = told.credited_fen[accepted]


def is_provable(book: Book, settlements: Settlements, accounts: Positions) -> Mask:
    """(m,) whether a record on one of (m,) accounts, alone on it, needs no law."""
    is_gated = np.zeros(len(accounts), bool)
    for _, gated, places in settlements.lanes:
        is_gated[places] = gated
    provable: Mask = ~(is_gated & (book.restrained_fen.take(accounts) != 0))
    return provable & ~book.have_ended(settlements.contract)


def _settle(
    book: Book,
    lane: Lane,
    is_gated: bool,
    settlements: Settlements,
    at: Positions,
    of: tuple[FenColumn, Positions],
    told: _Told,
) -> None:
    """Those at (k,) places settle a lane; `of`: (k,) their amounts and accounts."""
    (amount_fen, accounts), contract = of, settlements.contract[at]
    has = amounts_of(book, lane, contract)
    differs = (amount_fen != has.bought_fen - has.moved_fen) | (settlements.from_moved_fen[at] != has.moved_fen)
    differs |= (settlements.proceeds_fen[at] != has.sold_fen) | (settlements.other_fen[at] != has.other_fen)
    differs |= (has.bought_fen != has.says_bought_fen) | (has.sold_fen != has.says_sold_fen)
    sold_fen = has.sold_fen.copy()
    for older in book.gated.lanes_of(lane.party):
        entry, is_there = older.places_of(contract)
        if is_some(is_there):
            sold_fen += np.where(is_there, older.proceeds_fen[entry], 0)
    balance_fen = book.balance_fen.take(accounts)
    if is_gated:
        else_fen = balance_fen - book.frozen_fen.take(accounts) - (book.bought_fen.take(accounts) - has.bought_fen)
        sold_fen = np.minimum(sold_fen, np.maximum(0, has.bought_fen - np.maximum(0, else_fen)))
    credited_fen = sold_fen if is_gated else sold_fen + has.other_fen
    after_fen = balance_fen - has.bought_fen + credited_fen
    moved = book.moved
    stays_moved_fen = moved.remaining_fen.take(accounts) + moved.drawn_fen.take(accounts) - has.moved_fen
    code = np.zeros(len(at), np.int16)
    mark(code, ReplyCode.SETTLEMENT_DIFFERS, after_fen < stays_moved_fen)
    mark(code, ReplyCode.LIMIT_EXCEEDED, after_fen > COLUMN_FEN_MAX)
    mark(code, ReplyCode.SETTLEMENT_DIFFERS, differs)
    mark(code, ReplyCode.STEP_NOT_DUE, ~has.is_open)
    told.code[at], told.credited_fen[at] = code, credited_fen
    told.state[at] = STATE_SET_OFF if is_gated else STATE_CREDITED


def _credit(
    book: Book,
    due: GatedLane,
    settlements: Settlements,
    at: Positions,
    of: tuple[FenColumn, Positions],
    told: _Told,
) -> None:
    """Those at (k,) places credit what is due of a lane; `of`: as above."""
    amount_fen, accounts = of
    entry, is_there = due.places_of(settlements.contract[at])
    proceeds_fen = np.where(is_there, np.minimum(due.proceeds_fen[entry], AMOUNT_FEN_MAX), 0)
    other_fen = np.where(is_there, due.other_fen[entry], 0)
    code = np.zeros(len(at), np.int16)
    after_fen = book.balance_fen.take(accounts) + proceeds_fen + other_fen
    mark(code, ReplyCode.LIMIT_EXCEEDED, after_fen > COLUMN_FEN_MAX)
    differs = (amount_fen != proceeds_fen) | (settlements.other_fen[at] != other_fen)
    mark(code, ReplyCode.SETTLEMENT_DIFFERS, differs)
    mark(code, ReplyCode.STEP_NOT_DUE, (proceeds_fen | other_fen) == 0)
    told.code[at] = code
