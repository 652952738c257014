"""What the book tells when asked: both amounts of single contracts, and the control totals by party.

Belongs here: reading. Never here: who may ask (the ledger's link), changes.
"""

from collections.abc import Iterable

import numpy as np

from ledger.core.control.judge import own_contract, status_of
from ledger.core.state.book import ROW_MASK, Book
from ledger.core.state.columns import FenColumn, Positions
from protocol.codes import ReplyCode
from protocol.limits import COLUMN_FEN_MAX
from protocol.messages.queries import ContractMoney, PartyTotals

_LOW_BITS = 32
_LOW_MASK = (1 << _LOW_BITS) - 1


def buying_power(book: Book, party: int, contract_nos: Iterable[int]) -> list[ContractMoney]:
    """Buying power and withdrawable amount, in the order asked; what `party` may not touch reads as unknown.

    Each is shown as 0 when below, and at most as the largest amount that a message carries.
    """
    answers = []
    for contract_no in contract_nos:
        index = own_contract(book, party, contract_no)
        if index < 0:
            answers.append(ContractMoney(contract_no, ReplyCode.CONTRACT_UNKNOWN, 0, 0, 0))
            continue
        row = int(book.account_row[index])
        power_fen = int(book.power_fen[row])
        withdrawable_fen = power_fen - int(book.sold_fen[row])
        answers.append(
            ContractMoney(
                contract_no,
                ReplyCode.ACCEPTED,
                status_of(book, index),
                min(max(power_fen, 0), COLUMN_FEN_MAX),
                min(max(withdrawable_fen, 0), COLUMN_FEN_MAX),
            )
        )
    return answers


def totals(book: Book) -> list[PartyTotals]:
    """Exact sums over the contracts of each party that has any, ascending by party."""
    parties = book.contract_parties().astype(np.intp)
    rows = book.contract_facts[: book.contracts_count] & ROW_MASK
    seen = np.unique(parties).tolist()
    balance = _sums_by_party(book.balance_fen.take(rows), parties)
    frozen = _sums_by_party(book.frozen_fen.take(rows), parties)
    bought = _sums_by_party(book.bought_fen.take(rows), parties)
    sold = _sums_by_party(book.sold_fen.take(rows), parties)
    return [PartyTotals.of(party, balance[party], frozen[party], bought[party], sold[party]) for party in seen]


def _sums_by_party(column_fen: FenColumn, parties: Positions) -> list[int]:
    """Σ by party number. High and low halves are summed apart: 2^25 amounts of 2^60 do not fit 64 bits."""
    length = int(parties.max(initial=0)) + 1
    high, low = np.zeros(length, np.int64), np.zeros(length, np.int64)
    # Contracts of one party mostly stand side by side: each run of them is added up first, at the memory's speed.
    begins = np.flatnonzero(np.concatenate(([True], parties[1:] != parties[:-1])))[: len(parties)]
    if len(begins):
        np.add.at(high, parties[begins], np.add.reduceat(column_fen >> _LOW_BITS, begins))
        np.add.at(low, parties[begins], np.add.reduceat(column_fen & _LOW_MASK, begins))
    return [(h << _LOW_BITS) + part for h, part in zip(high.tolist(), low.tolist(), strict=True)]
