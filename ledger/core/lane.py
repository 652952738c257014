"""The fast lane: proves for a whole block at once what `decide_one` would say, and leaves to it what it cannot prove.

Belongs here: the proof. Never here: rules of its own (decide), changes to the book (effects).

The argument. Accounts are independent, so a block is a set of short stories, one per account.
1. A refusal by form, role, expiry, ownership, status or range looks at nothing that a record can change: it is final.
2. Of the rest, order inside the block matters only through the account's amounts and through the target freezes.
   Ignore all credits of the block: when the debits of an account together do not exceed its buying power as the block
   begins (and, if a withdrawal is among them, its withdrawable amount), then each of them is covered wherever it
   stands, for credits only add. Releases, fills and deposits never lower either amount.
3. A freeze that is named once in the block, and was not made in it, is as it was when the block began; what clearing
   sets say of it no order changes.
4. A column that stays within its limit with all of the block's additions is within it at every step.
5. Serials of a seat that rise through the block, above the last one that was booked, refuse nothing, whatever else is
   refused; nor do movements without a serial of a seat that has counted none.
6. Without a credit in the block, an account never owns more than as the block begins: a debit of more than that is
   refused wherever it stands, and, having no effect, does not count in 2.
7. What corrects by a clearing set, what an authority deducts, and what the card scheme has paid already, look at more
   than these amounts.
8. What a freeze moves, of a broker in transfer mode, is what can be withdrawn before it: that is as the block begins
   where the account is named once.
9. What is due to an account only the record lowers that posts it: one record for an account finds what was due as the
   block begins, wherever it stands.
10. Ending an order of a published lane is a release and a fill to 2, 3 and 4 (ledger.core.corrections.proof).
11. What settles or credits a contract, and is alone on its account, finds what it looks at as the block begins
    (ledger.core.settling.proof).
12. What an order through the bank freezes and its reports move hangs on all that stands before it.
An account for which 2, 3, 4, 5, 8, 9, 10 or 11 fails, or that has a record of 7 or 12, is hot: all its records that 1
left open are decided one by one, in order of arrival. One case of 2 needs no such story: a single debit with nothing
else on the account can be refused at once.
"""

import numpy as np

from ledger.core.blocks.final_codes import final_codes
from ledger.core.blocks.proof import Proof
from ledger.core.decide import decide_in_order
from ledger.core.kind_tables import (
    CONCERNS_FREEZE,
    OPENS_FREEZE,
)
from ledger.core.lines.decide import decide_lines
from ledger.core.orders.verdicts import decide_verdicts
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Positions, ShortColumn, is_some
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_OPEN, OUTCOME, OutcomeArray


def decide_by_lane(book: Book, block: Block, decided_at_ns: int) -> OutcomeArray:
    """Outcomes (n,) of a resolved block; the book stays as it is."""
    final = final_codes(block, decided_at_ns)
    if block.lines is not None and len(block.lines.positions) == block.count:
        outcomes = np.zeros(block.count, OUTCOME)
        outcomes["code"] = final
        decide_lines(book, block, outcomes)
        return outcomes
    code = final.copy()
    remaining_fen = np.zeros(block.count, np.int64)
    is_open = final == 0
    if block.lines is not None:
        is_open[block.lines.positions] = False
    if block.verdicts is not None:
        is_open[block.verdicts.positions] = False
    proof = Proof(book, block, is_open)
    if block.targets is not None:
        proof.judge_targets(block.targets, code, remaining_fen)
    proof.leave_to_law()
    proof.judge_credits(code)
    proof.judge_debits(code, remaining_fen)
    outcomes = np.zeros(block.count, OUTCOME)
    _write(outcomes, block, code, remaining_fen)
    if is_some(block.moves_money):
        proof.tell_moved(outcomes)
    if block.settlements is not None:
        proof.tell_settled(block.settlements, outcomes)
    if block.verdicts is not None:
        decide_verdicts(book, block.verdicts, block.contract, outcomes)
    hot = proof.hot_positions()
    if len(hot):
        decide_in_order(book, block, hot, decided_at_ns, outcomes)
    decide_lines(book, block, outcomes)
    return outcomes


def _write(outcomes: OutcomeArray, block: Block, code: ShortColumn, remaining_fen: FenColumn) -> None:
    """Codes, and the freeze's state where an accepted record opens or names one."""
    outcomes["code"] = code
    if not (is_some(code) or isinstance(block.kind, np.ndarray)) and OPENS_FREEZE[block.kind]:
        outcomes["state"] = FREEZE_STATE_OPEN
        outcomes["remaining_fen"] = remaining_fen
        return
    concerned = CONCERNS_FREEZE[block.kind] & (code == 0)
    open_after = np.where(remaining_fen > 0, FREEZE_STATE_OPEN, FREEZE_STATE_CLOSED)
    outcomes["state"] = np.where(concerned, open_after, 0)
    outcomes["remaining_fen"] = np.where(concerned, remaining_fen, 0)


def clear_scratch(book: Book, accounts: Positions) -> None:
    """Zero what a block on these accounts may have left behind when it was not decided to the end."""
    book.scratch_fen[accounts] = 0
    book.scratch_mark[accounts] = 0
    book.scratch_bucket_fen.fill(0)
