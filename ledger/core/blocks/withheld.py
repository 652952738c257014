"""What accepted records do to restraints, record by record in their order: as the law did, of the same accounts.

Belongs here: what ranks before a restraint when less is frozen or bought, deductions, what a card debit leaves. Never
here: the columns of money (effects), verdicts. It runs before the columns move, and looks at nothing while no account
that a block touches has a restraint or gets one.
"""

import numpy as np

from ledger.core.kind_tables import COMMITTED, LOWERS_FROZEN, RELEASE_COMMITTED
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.columns import FenColumn, Mask, Positions, is_some
from ledger.core.state.customers.restraints import Moved, Restraint
from protocol.errors import InvariantBroken
from protocol.vocabulary import RestraintKind, Way

_DEDUCTED = {Way.JUDICIAL: RestraintKind.JUDICIAL, Way.CARD_COLLECTED: RestraintKind.CARD}


def move_restraints(book: Book, block: Block, accepted: Mask, posted_fen: FenColumn) -> None:
    """(n,) records that are accepted; `posted_fen`: what each takes from a balance, where it does.

    Raises InvariantBroken when a record deducts by a restraint that does not withhold so much of its account.
    """
    accounts = _accounts_concerned(book, block, accepted)
    if accounts is None:
        return
    positions = np.flatnonzero(accepted & np.isin(block.account, accounts))
    delta_fen = _committed_fen(block)[positions]
    way = np.zeros(len(positions), np.int64) if block.way is None else block.way[positions]
    committed_fen = {account: int(book.frozen_fen[account] + book.bought_fen[account]) for account in accounts.tolist()}
    steps = zip(positions.tolist(), block.account[positions].tolist(), delta_fen.tolist(), way.tolist(), strict=True)
    for position, account, fen, through in steps:
        if through in _DEDUCTED:
            _deduct(book, block, position, account, _DEDUCTED[Way(through)])
        elif through == Way.FORCED_CARD:
            rest_fen = int(block.amount_fen[position] - posted_fen[position])
            _withhold_for_card(book, position, account, rest_fen, committed_fen[account])
        elif fen:
            committed_fen[account] += fen
            if fen < 0:
                book.restraints.clamp_seniors(account, committed_fen[account])


def _committed_fen(block: Block) -> FenColumn:
    """(n,) what each record adds to what is frozen and bought, if it is accepted."""
    delta_fen: FenColumn = block.amount_fen * COMMITTED[block.kind]
    if block.release_fen is not None:
        delta_fen += block.release_fen * RELEASE_COMMITTED[block.kind]
    corrections = block.corrections
    if corrections is not None and block.turnover_fen is not None:
        at = corrections.positions[corrections.is_correction]
        has_bought_fen = corrections.has_bought_fen[corrections.is_correction]
        delta_fen[at] = block.amount_fen[at] - block.turnover_fen[at] - has_bought_fen
    if block.ordering is not None:
        delta_fen[block.ordering.positions] = block.ordering.frozen_fen + block.ordering.bought_fen
    if block.settlements is not None:
        at = np.flatnonzero(~block.settlements.is_credit)
        debits = block.settlements.positions[at]
        delta_fen[debits] = -block.amount_fen[debits] - block.settlements.from_moved_fen[at]
    return delta_fen


def _may_lower(block: Block) -> Mask:
    """(n,) records that may lower what is frozen or bought."""
    lowers: Mask = np.broadcast_to(LOWERS_FROZEN[block.kind], (block.count,)).copy()
    if block.corrections is not None:
        lowers[block.corrections.positions] = True
    if block.settlements is not None:
        lowers[block.settlements.positions] = True
    return lowers


def _accounts_concerned(book: Book, block: Block, accepted: Mask) -> Positions | None:
    """Ascending, of accounts whose restraints these records may change; None when there is none."""
    ordered = None if block.way is None else accepted & (block.way >= Way.JUDICIAL)
    concerned = block.account[:0] if ordered is None else block.account[ordered]
    by_set = block.corrections is not None or block.settlements is not None
    if book.restraints.by_account and (by_set or is_some(LOWERS_FROZEN[block.kind])):
        lowering = block.account[accepted & _may_lower(block)]
        concerned = np.concatenate((concerned, lowering[book.restrained_fen.take(lowering) != 0]))
    return np.unique(concerned) if len(concerned) else None


def _deduct(book: Book, block: Block, position: int, account: int, kind: RestraintKind) -> None:
    fen = int(block.amount_fen[position])
    if kind == RestraintKind.CARD:
        found = book.restraints.card_of(account)
    else:
        found = None if block.restraint is None else book.restraints.by_number.get(int(block.restraint[position]))
    if found is None or (found.account, found.kind) != (account, kind) or found.amount_fen < fen:
        raise InvariantBroken(f"record {position} of the block deducts by a restraint that has not so much")
    if kind == RestraintKind.JUDICIAL and book.persons.sealed and found.ordered_fen < fen:
        raise InvariantBroken(f"record {position} of the block deducts what nobody ordered")
    book.restraints.moved.append(Moved(position, found.number, account, 0, fen))
    book.restraints.deduct(found, fen)
    book.lower_restraint(found, fen)


def _withhold_for_card(book: Book, position: int, account: int, rest_fen: int, committed_fen: int) -> None:
    """What the card scheme has paid and the account did not give is withheld: by one restraint, which grows."""
    if not rest_fen:
        return
    table = book.restraints
    card = table.card_of(account)
    if card is None:
        table.given += 1
        card = Restraint(table.given, account, 0, committed_fen, RestraintKind.CARD, book.trade_date)
        table.put(card)
    table.version += 1
    card.amount_fen += rest_fen
    book.restrained_fen[account] += rest_fen
    book.power_fen[account] -= rest_fen
    table.moved.append(Moved(position, card.number, account, rest_fen, 0))
