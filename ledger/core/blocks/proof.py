"""The proof of the fast lane over one block: what its arguments 2 to 12 say, and the accounts for which they fail.

Belongs here: each argument as work on columns. Never here: the argument itself and what stands before and behind it
(ledger.core.lane), rules of their own (decide), changes to the book (effects).
"""

import numpy as np

from ledger.core.blocks.final_codes import mark
from ledger.core.blocks.named_twice import accounts_named_twice
from ledger.core.blocks.serials import accounts_of_falling_serials
from ledger.core.corrections.proof import closings
from ledger.core.kind_tables import (
    BALANCE,
    BOOKS_PROCEEDS,
    BOUGHT,
    BY_SET,
    COUNTS_SERIAL,
    EXECUTED,
    IS_CORRECTION,
    IS_CREDIT,
    IS_DEBIT,
    IS_FACT,
    LEAVES_BANK,
    LISTED_WHEN_ENDED,
    OPENS_FREEZE,
    POSTS_INTEREST,
    SOLD,
    WAITS_FOR_CLEARING,
)
from ledger.core.lines.proceeds import Proceeds
from ledger.core.resolve import Block, Targets
from ledger.core.settling.proof import is_provable, tell
from ledger.core.settling.read import Settlements
from ledger.core.state.book import SCRATCH_BUCKETS, Book
from ledger.core.state.columns import FenColumn, Mask, Positions, ShortColumn, is_some
from ledger.core.state.unsettled import NO_SLOT
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, COLUMN_FEN_MAX, COMMIT_RECORDS_MAX
from protocol.records import STATE_MOVED, OutcomeArray
from protocol.vocabulary import Way
from rules.contracts import ENDED

_BLOCK_FEN_MAX = COMMIT_RECORDS_MAX * AMOUNT_FEN_MAX  # all amounts of a block together


class Proof:
    """Arguments 2 to 12 over one block, and the accounts for which they fail."""

    def __init__(self, book: Book, block: Block, is_open: Mask) -> None:
        self._book = book
        self._block = block
        self._open = is_open
        # Frozen and bought together are at most what is owned, balance and sold, and a block adds at most this.
        self._limits_matter = book.owned_fen_bound + _BLOCK_FEN_MAX > COLUMN_FEN_MAX
        self._hot_accounts: list[Positions] = []
        self._credited_accounts: list[Positions] = []

    def _of(self, kinds: Mask) -> Mask:
        """Open records of some kinds, as (256,) by kind."""
        of_kinds: Mask = self._open & kinds[self._block.kind]
        return of_kinds

    def _may_have(self, kinds: Mask) -> bool:
        return not isinstance(self._block.kind, int) or bool(kinds[self._block.kind])

    def judge_targets(self, targets: Targets, code: ShortColumn, remaining_fen: FenColumn) -> None:
        """Records that name a freeze, as if each freeze were named once and made before the block."""
        block, book = self._block, self._book
        at = targets.positions
        is_open = self._open[at]
        kind = at * 0 + block.kind if isinstance(block.kind, int) else block.kind[at]
        amount_fen = block.amount_fen[at]
        whole_fen = amount_fen if block.release_fen is None else amount_fen + block.release_fen[at]
        over = whole_fen > targets.remaining_fen - targets.due_fen
        is_fact = IS_FACT[kind]
        own = np.zeros(len(at), np.int16)
        mark(own, ReplyCode.AMOUNT_OVER_REMAINING, over)
        mark(own, ReplyCode.FREEZE_CLOSED, targets.remaining_fen == 0)
        mark(own, ReplyCode.FREEZE_UNKNOWN, ~targets.matched)
        early = EXECUTED[kind] & (block.executed_on(book)[at] < targets.date)
        if block.cleared is not None:
            early |= block.cleared[at]
        if targets.is_ended is not None:
            early |= targets.is_ended
        mark(own, ReplyCode.LISTED, is_fact & (over | early))  # of what is unknown nothing remains, so it is over too
        if block.corrections is not None:
            closes = BY_SET[kind]
            is_told, ended = closings(book, block, block.corrections, targets)
            np.copyto(own, ended, where=is_told)
            self._hot_accounts.append(block.account[at[is_open & closes & ~is_told]])
        code[at] = np.where(is_open, own, code[at])
        remaining_fen[at] = targets.remaining_fen - np.where(own == 0, whole_fen, 0)
        moves = is_open & (targets.matched | targets.pending)
        accounts = block.account[at]
        self._credited_accounts.append(accounts[moves])
        self._hot_accounts.append(accounts[is_open & targets.pending])
        self._hot_accounts.append(accounts_named_twice(targets.slot, accounts, is_open & targets.matched))
        if self._limits_matter:
            buys = np.flatnonzero(moves & np.not_equal(BOUGHT[kind], 0))
            self._limit(accounts[buys], book.bought_fen.take(accounts[buys]), amount_fen[buys])

    def leave_to_law(self) -> None:
        """Arguments 5, 7 and 12."""
        block = self._block
        if block.ordering is not None:
            at = block.ordering.positions
            self._hot_accounts.append(block.account[at[self._open[at]]])
        self._hot_accounts += accounts_of_falling_serials(self._book, block, self._of(COUNTS_SERIAL))
        if block.corrections is not None:
            self._hot_accounts.append(block.account[np.flatnonzero(self._of(IS_CORRECTION))])
        if block.way is not None and is_some(block.way >= Way.JUDICIAL):
            self._hot_accounts.append(block.account[np.flatnonzero(self._open & (block.way >= Way.JUDICIAL))])

    def judge_credits(self, code: ShortColumn) -> None:
        """What only adds: a limit can stop it, and proceeds may have to wait for the clearing data."""
        if not self._may_have(IS_CREDIT):
            return
        adds = self._of(IS_CREDIT)
        if not is_some(adds):
            return
        block, book = self._block, self._book
        if block.proceeds is not None:
            self._judge_proceeds(block.proceeds, code)
            adds &= code == 0
        self._judge_interest(code)
        adds &= code == 0
        waits = adds & WAITS_FOR_CLEARING[block.kind] & np.equal(block.proceeds_at_fill, 0)
        mark(code, ReplyCode.AWAITS_CLEARING, waits)
        ended = LISTED_WHEN_ENDED[block.kind] & np.equal(block.state, ENDED)
        mark(code, ReplyCode.LISTED, adds & ~waits & ended)
        if block.cleared is not None:
            mark(code, ReplyCode.LISTED, adds & ~waits & block.cleared)
        if block.unsettled_slot is not None:
            dateless = EXECUTED[block.kind] & (block.unsettled_slot == NO_SLOT)
            mark(code, ReplyCode.LISTED, adds & ~waits & dateless)
        counts = np.flatnonzero(adds & ~waits)
        accounts = block.account[counts]
        self._credited_accounts.append(accounts)
        if self._limits_matter:
            kind = np.broadcast_to(block.kind, (block.count,))[counts]
            balance, sold = np.flatnonzero(BALANCE[kind]), np.flatnonzero(SOLD[kind])
            self._limit(accounts[balance], book.balance_fen.take(accounts[balance]), block.amount_fen[counts[balance]])
            self._limit(accounts[sold], book.sold_fen.take(accounts[sold]), block.amount_fen[counts[sold]])

    def _judge_proceeds(self, proceeds: Proceeds, code: ShortColumn) -> None:
        """What is due without an excess is booked whatever else comes; an excess asks for buying power: it is hot."""
        block = self._block
        books = self._of(BOOKS_PROCEEDS)
        own = np.zeros(block.count, np.int16)
        assert block.release_fen is not None  # every such record has something in its bytes
        differs = (block.amount_fen != proceeds.proceeds_fen) | (block.release_fen != 0)
        mark(own, ReplyCode.SETTLEMENT_DIFFERS, differs)
        mark(own, ReplyCode.STEP_NOT_DUE, ~proceeds.is_due)
        np.copyto(code, own, where=books)
        self._hot_accounts.append(block.account[np.flatnonzero(books & (proceeds.excess_fen != 0))])

    def _judge_interest(self, code: ShortColumn) -> None:
        """Argument 9."""
        block = self._block
        if not self._may_have(POSTS_INTEREST):
            return
        posts = self._of(POSTS_INTEREST)
        accounts = block.account[posts]
        if not len(accounts):
            return
        due_fen = self._book.savings.due_fen.take(block.account)
        mark(code, ReplyCode.SETTLEMENT_DIFFERS, posts & (block.amount_fen != due_fen))
        mark(code, ReplyCode.STEP_NOT_DUE, posts & (due_fen == 0))
        times = self._sum_by_account(accounts, np.ones(len(accounts), np.int64))
        self._hot_accounts.append(accounts[times > 1])

    def _limit(self, accounts: Positions, column_fen: FenColumn, added_fen: FenColumn) -> None:
        """Argument 4 for one column: accounts whose additions could pass the limit are hot."""
        total_fen = self._sum_by_account(accounts, added_fen)
        self._hot_accounts.append(accounts[column_fen + total_fen > COLUMN_FEN_MAX])

    def _sum_by_account(self, accounts: Positions, amounts_fen: FenColumn) -> FenColumn:
        """(m,) Σ of the amounts of the same account, at each of its places."""
        scratch_fen = self._book.scratch_fen
        np.add.at(scratch_fen, accounts, amounts_fen)
        sums_fen = scratch_fen.take(accounts)
        scratch_fen[accounts] = 0
        return sums_fen

    def judge_debits(self, code: ShortColumn, remaining_fen: FenColumn) -> None:
        """Argument 2 over what must be covered."""
        if not self._may_have(IS_DEBIT):
            return
        block, book = self._block, self._book
        at = _select(self._of(IS_DEBIT))
        accounts, amount_fen = block.account[at], block.amount_fen[at]
        if not len(accounts):
            return
        covered_fen = book.power_fen.take(accounts)
        if self._may_have(LEAVES_BANK):
            leaves = LEAVES_BANK[block.kind]
            self._cap_withdrawals(accounts, leaves[at] if isinstance(leaves, np.ndarray) else leaves, covered_fen)
        if self._may_have(OPENS_FREEZE):
            remaining_fen[at] = amount_fen
        if self._limits_matter:
            self._limit(accounts, book.frozen_fen.take(accounts), amount_fen)
        doubtful = self._doubtful(accounts, amount_fen, covered_fen)
        if len(doubtful):
            positions = doubtful if isinstance(at, slice) else at[doubtful]
            self._judge_doubtful(positions, covered_fen[doubtful], code)

    def _doubtful(self, accounts: Positions, amount_fen: FenColumn, covered_fen: FenColumn) -> Positions:
        """Places of debits that must be summed exactly: those in a bucket of accounts where Σ is not covered for one.

        Σ over a bucket is never less than Σ over one of its accounts, and its table stays in the cache.
        """
        sums_fen, buckets = self._book.scratch_bucket_fen, accounts & (SCRATCH_BUCKETS - 1)
        np.add.at(sums_fen, buckets, amount_fen)
        uncovered = buckets[sums_fen.take(buckets) > covered_fen]
        sums_fen[buckets] = 0
        if not len(uncovered):
            return uncovered
        sums_fen[uncovered] = 1
        places = sums_fen.take(buckets).nonzero()[0]
        sums_fen[uncovered] = 0
        return places

    def _judge_doubtful(self, positions: Positions, covered_fen: FenColumn, code: ShortColumn) -> None:
        """Argument 2 exactly, for all debits of the accounts among `positions`."""
        accounts, amount_fen = self._block.account[positions], self._block.amount_fen[positions]
        is_credited = self._is_credited(accounts)
        beyond = ~is_credited & (amount_fen > self._owned_fen(accounts))
        if is_some(beyond) and not self._limits_matter:
            code[positions[beyond]] = ReplyCode.INSUFFICIENT_FUNDS
            left = ~beyond
            positions, covered_fen, is_credited = positions[left], covered_fen[left], is_credited[left]
            accounts, amount_fen = accounts[left], amount_fen[left]
        sum_fen = self._sum_by_account(accounts, amount_fen)
        short = sum_fen > covered_fen
        alone = short & (sum_fen == amount_fen) & ~is_credited
        self._hot_accounts.append(accounts[short & ~alone])
        code[positions[alone]] = self._refusal_alone(positions[alone])

    def tell_moved(self, outcomes: OutcomeArray) -> None:
        """Argument 8: what accepted freezes move is written into their outcomes."""
        block, book = self._block, self._book
        at = np.flatnonzero(self._of(OPENS_FREEZE) & np.not_equal(block.moves_money, 0))
        if not len(at):
            return
        accounts = block.account[at]
        is_alone = self._are_alone(accounts)
        self._hot_accounts.append(accounts[~is_alone])
        moved_fen = np.minimum(block.amount_fen[at], book.power_fen.take(accounts) - book.sold_fen.take(accounts))
        moves = np.flatnonzero(is_alone & (moved_fen > 0) & (outcomes["code"][at] == 0))
        outcomes["state"][at[moves]] = STATE_MOVED
        outcomes["remaining_fen"][at[moves]] = moved_fen[moves]

    def tell_settled(self, settlements: Settlements, outcomes: OutcomeArray) -> None:
        """Argument 11: what settles or credits is decided, and told."""
        accounts, is_open = self._block.account[settlements.positions], self._open[settlements.positions]
        is_proven = is_open & is_provable(self._book, settlements, accounts) & self._are_alone(accounts)
        self._hot_accounts.append(accounts[is_open & ~is_proven])
        tell(self._book, self._block, is_proven, outcomes)

    def _are_alone(self, accounts: Positions) -> Mask:
        """(m,) whether the block has one open record for each."""
        named = self._book.scratch_fen
        everywhere = self._block.account if self._open.all() else self._block.account[self._open]
        np.add.at(named, everywhere, 1)
        are_alone: Mask = named.take(accounts) == 1
        named[everywhere] = 0
        return are_alone

    def _cap_withdrawals(self, accounts: Positions, leaves: Mask | np.bool_, covered_fen: FenColumn) -> None:
        """Lower what covers a withdrawal from buying power to the withdrawable amount, in place."""
        places = np.flatnonzero(np.broadcast_to(leaves, accounts.shape))
        if len(places):
            covered_fen[places] -= self._book.sold_fen.take(accounts[places])

    def _is_credited(self, accounts: Positions) -> Mask:
        """(m,) True where another kind of open record is on the same account."""
        mark = self._book.scratch_mark
        for credited in self._credited_accounts:
            mark[credited] = 1
        found: Mask = mark.take(accounts) != 0
        for credited in self._credited_accounts:
            mark[credited] = 0
        return found

    def _refusal_alone(self, positions: Positions) -> ShortColumn:
        """(m,) codes of single debits that are not covered."""
        book, accounts = self._book, self._block.account[positions]
        amount_fen = self._block.amount_fen[positions]
        code = np.where(amount_fen <= self._owned_fen(accounts), ReplyCode.FUNDS_FROZEN, ReplyCode.INSUFFICIENT_FUNDS)
        if self._may_have(LEAVES_BANK):
            leaves = np.broadcast_to(LEAVES_BANK[self._block.kind], self._open.shape)[positions]
            unsettled = leaves & (amount_fen <= book.power_fen.take(accounts))
            code = np.where(unsettled, ReplyCode.PROCEEDS_UNSETTLED, code)
        return code.astype(np.int16)

    def _owned_fen(self, accounts: Positions) -> FenColumn:
        """(m,) what buying power is taken from: balance less restrained, and sale proceeds."""
        book = self._book
        owned_fen: FenColumn = (
            book.balance_fen.take(accounts) - book.restrained_fen.take(accounts) + book.sold_fen.take(accounts)
        )
        return owned_fen

    def hot_positions(self) -> Positions:
        """(m,) ascending: the open records of hot accounts."""
        hot_accounts = [accounts for accounts in self._hot_accounts if len(accounts)]
        if not hot_accounts:
            return np.zeros(0, np.intp)
        mark = self._book.scratch_mark
        for accounts in hot_accounts:
            mark[accounts] = 1
        is_hot: Mask = self._open & (mark.take(self._block.account) != 0)
        positions = is_hot.nonzero()[0]
        for accounts in hot_accounts:
            mark[accounts] = 0
        return positions


def _select(mask: Mask) -> Positions | slice:
    """Positions of a mask; the whole, without copying, when nothing is left out."""
    return slice(None) if mask.all() else mask.nonzero()[0]
