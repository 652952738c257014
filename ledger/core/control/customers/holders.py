"""Whose an account is, when that changes: what the act earns and does.

Belongs here: judging in ranked order and the effect. Never here: who may sign it (rules.tellers), how a digest is made
(the identity desk), who was found in a push (pushes).
"""

import numpy as np

from ledger.core.control.customers.standing import known_account
from ledger.core.state.book import Book
from protocol.acts.customers import ChangeHolderAct
from protocol.codes import ReplyCode
from protocol.given_numbers import index_from_account_no
from protocol.vocabulary import AccountStatus, PushState


def judge_holder(book: Book, act: ChangeHolderAct) -> ReplyCode:
    """What it earns. While a push waits for its card password that was identified by the old digest, it has to wait."""
    account = known_account(book, act.account_no)
    if account < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    if book.account_status(account) == AccountStatus.CLOSED:
        return ReplyCode.ACCOUNT_CLOSED
    if book.holder[account].tobytes().hex() != act.holder_before:
        return ReplyCode.HOLDER_DIFFERS
    number = int(book.bank_account_no[account])
    numbers = (each for numbers in book.pushes.open_of.values() for each in numbers)
    pushes = (book.pushes.entries[each] for each in numbers)
    is_identified = any(push.bank_account_no == number and push.state == PushState.IDENTIFIED for push in pushes)
    return ReplyCode.STEP_NOT_DUE if is_identified else ReplyCode.ACCEPTED


def change_holder(book: Book, act: ChangeHolderAct) -> None:
    """The account's own column; other accounts of the same person are changed by acts of their own."""
    book.holder[index_from_account_no(act.account_no)] = np.frombuffer(bytes.fromhex(act.holder), "<i8")
