"""Words of the tests of transfer mode: a bank whose brokers are in it, and what stands where.

Belongs here: setting up and reading. Never here: assertions, expected amounts.
"""

import numpy as np

from ledger.core.state.general_ledger import LedgerKey
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import ChangeMode
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_OPEN, STATE_MOVED
from protocol.vocabulary import AccountCode, Mode
from tests.ledger_core.desk import BROKER, OTHER_BROKER, Answer, Desk, Target


def transfers(desk: Desk) -> Desk:
    """Both brokers are in transfer mode, before they have contracts."""
    for party in (BROKER, OTHER_BROKER):
        desk.done(ChangeMode(party, Mode.TRANSFER))
    return desk


def moved(fen: int) -> Answer:
    """A freeze that moved so much."""
    return Answer(ReplyCode.ACCEPTED, STATE_MOVED, fen)


def frozen(fen: int) -> Answer:
    """A freeze of so much that moved nothing, or another record behind which so much remains."""
    return Answer(ReplyCode.ACCEPTED, FREEZE_STATE_OPEN if fen else FREEZE_STATE_CLOSED, fen)


def stands(desk: Desk, contract_no: int) -> tuple[int, int, int]:
    """Of the contract's account: what is on it, what of it is moved for its freezes, and what of that is drawn."""
    row = int(desk.book.account_of_contract[contract_no // CONTRACT_NUMBER_STEP])
    remaining_fen, drawn_fen = int(desk.book.moved.remaining_fen[row]), int(desk.book.moved.drawn_fen[row])
    return int(desk.book.balance_fen[row]) - remaining_fen - drawn_fen, remaining_fen, drawn_fen


def moved_of(desk: Desk, target: Target) -> int:
    """What is moved of one freeze."""
    dates, seats, numbers = (np.array([part], np.int64) for part in target)
    slots = desk.book.requests.slots_named(desk.book.trade_date, dates, seats, numbers, np.ones(1, bool))
    return int(desk.book.requests.moved_fen[slots][0])


def in_2420(desk: Desk, party: int = BROKER) -> int:
    """What stands there for a broker, by the general ledger."""
    return -desk.book.general_ledger.balances_fen.get(LedgerKey(int(AccountCode.MOVED), party), 0)


def posted(desk: Desk) -> list[tuple[int, int]]:
    """The entries of the last block: the place of the record, and what it moved; below 0 what it gave back."""
    positions, amounts_fen, _ = desk.book.moved.posted
    return sorted(zip(positions.tolist(), amounts_fen.tolist(), strict=True))
