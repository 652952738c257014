"""What was moved of one order goes back to its account 冲正: what the act earns and does.

Belongs here: judging in ranked order and the effect. Never here: who may sign it (rules.tellers), what releases give
back (ledger.core.blocks.moving).

Two people say it where the savings system has not taken a transfer. Nothing that is drawn or released comes back by it:
the freeze stays as it is, and what comes back of it is frozen on the account. It may be tried again under another
serial of the savings desk, eight times in all.
"""

import numpy as np

from ledger.core.blocks.moving import post_moved
from ledger.core.control.customers.standing import own_contract
from ledger.core.state.book import PARTY_SHIFT, Book
from ledger.core.state.customers.moved import Posted, Tries
from ledger.core.state.requests import request_keys
from protocol.acts.moved import ReverseAct
from protocol.codes import ReplyCode
from protocol.vocabulary import BANK_PARTY

TRIES_MAX = 8


def judge_reversal(book: Book, act: ReverseAct) -> ReplyCode:
    """What it earns. The journal row of the order is compared where it is known: of two dates, the open one and the one
    before.
    """
    contract = own_contract(book, BANK_PARTY, act.contract_no)
    if contract < 0:
        return ReplyCode.CONTRACT_UNKNOWN
    tries = book.moved.tries.get(_key(act), Tries(0, []))
    if act.desk_serial in tries.serials:
        return ReplyCode.SERIAL_USED
    slot, requests = _slot(book, act), book.requests
    if int(requests.contract[slot]) != contract + 1 or _row(book, act) not in (0, act.sequence):
        return ReplyCode.FREEZE_UNKNOWN
    if not requests.amount_fen[slot] - requests.drawn_fen[slot] - requests.released_fen[slot]:
        return ReplyCode.FREEZE_CLOSED
    if not requests.moved_fen[slot]:
        return ReplyCode.AMOUNT_OVER_REMAINING
    return ReplyCode.STEP_NOT_DUE if len(tries.serials) >= TRIES_MAX else ReplyCode.ACCEPTED


def reverse(book: Book, act: ReverseAct) -> None:
    """The effect of an accepted one: so much is on the account again, and frozen there."""
    slot, contract = _slot(book, act), own_contract(book, BANK_PARTY, act.contract_no)
    back_fen = min(act.amount_fen, int(book.requests.moved_fen[slot]))
    account = np.array([int(book.account_of_contract[contract])], np.intp)
    book.requests.moved_fen[slot] -= back_fen
    book.moved.remaining_fen[account] -= back_fen
    key = _key(act)
    book.moved.tries[key] = Tries(key, [*book.moved.tries.get(key, Tries(key, [])).serials, act.desk_serial])
    given_back = np.array([-back_fen], np.int64)
    book.moved.posted = Posted(np.zeros(1, np.intp), given_back, account)
    post_moved(book, account, book.contract_facts[contract : contract + 1] >> PARTY_SHIFT, given_back)


def _key(act: ReverseAct) -> int:
    return int(request_keys(*_named(act))[0])


def _named(act: ReverseAct) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    date, seat, number = (np.array([part], np.int64) for part in (act.trade_date, act.seat, act.number))
    return date, seat, number


def _slot(book: Book, act: ReverseAct) -> int:
    """Of the freeze that it names, a slot that holds none where there is none."""
    return int(book.requests.slots_named(book.trade_date, *_named(act), np.ones(1, bool))[0])


def _row(book: Book, act: ReverseAct) -> int:
    """The journal row that holds the order, 0 where none is known any more."""
    if act.trade_date == book.trade_date:
        return book.frames.sequence_of(act.seat, act.number)
    return book.previous_frames.sequence_of(act.seat, act.number) if act.trade_date == book.previous_date else 0
