"""Contracts that customers of scheme A sign at the counter: what the teller's act earns and does.

Belongs here: judging in ranked order and the effect; which page another act on customers has. Never here: who may sign
it (rules.tellers), what becomes of the push that it makes (pushes), trading passwords, which are set behind it.

A teller sees the bank's books, so he is told at once what bars it, and a customer who is not turned away at the counter
need not give his card password. What is known by then is looked at again when the identity desk has seen who it is.
"""

from ledger.core.control.customers import holders
from ledger.core.control.customers.pushes import what_bars
from ledger.core.control.customers.standing import known_account
from ledger.core.state.book import Book
from ledger.core.state.customers.pushes import Push
from protocol.acts.customers import ChangeHolderAct, CustomerAct, SignAtCounterAct
from protocol.codes import ReplyCode
from protocol.given_numbers import index_from_account_no
from protocol.messages.customers.pushes import PushContract
from protocol.vocabulary import PushState, Role, Scheme
from rules.pushes import may_try


def judge_customer_act(book: Book, act: CustomerAct) -> ReplyCode:
    """What an act on a customer earns."""
    return holders.judge_holder(book, act) if isinstance(act, ChangeHolderAct) else judge_signing(book, act)


def apply_customer_act(book: Book, act: CustomerAct) -> int:
    """The effect of an accepted one. Returns the number of the push that came about by it, else 0."""
    if isinstance(act, SignAtCounterAct):
        return take_signing(book, act)
    holders.change_holder(book, act)
    return 0


def judge_signing(book: Book, act: SignAtCounterAct) -> ReplyCode:
    """What it earns: the lowest in rank of all that bars it."""
    if known_account(book, act.account_no) < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    push = _push_of(book, act)
    pushes = book.pushes
    codes = [_code_of_party(book, act.party), what_bars(book, push)]
    if pushes.is_full(act.party):
        codes.append(ReplyCode.PUSHES_FULL)
    if not may_try(pushes.tries_of(push), pushes.futile.get(act.party, 0)):
        codes.append(ReplyCode.PUSHES_FUTILE)
    return min((code for code in codes if code != ReplyCode.ACCEPTED), default=ReplyCode.ACCEPTED)


def take_signing(book: Book, act: SignAtCounterAct) -> int:
    """The effect of an accepted one: the identity desk is to look into it. Returns the number of the push."""
    push = _push_of(book, act)
    book.pushes.add(push, book.sequence)
    return push.number


def push_asked(act: SignAtCounterAct, bank_account_no: int) -> PushContract:
    """What a push would have to say for the same contract. A teller replaces none by it."""
    return PushContract(
        act.push_serial,
        bank_account_no,
        act.securities_accounts,
        0,
        act.person_key_id,
        bytes.fromhex(act.sealed_person),
        act.password_key_id,
        bytes.fromhex(act.sealed_password),
    )


def _push_of(book: Book, act: SignAtCounterAct) -> Push:
    account_no = int(book.bank_account_no[index_from_account_no(act.account_no)])
    asked = push_asked(act, account_no)
    number = book.pushes.given + 1
    return Push(number, act.party, int(PushState.WAITING), account_no, trade_date=book.trade_date, asked=asked)


def _code_of_party(book: Book, party: int) -> ReplyCode:
    if book.role[party] != Role.BROKER:
        return ReplyCode.PARTY_UNKNOWN
    is_of_a = book.orders.schemes.of(party) == Scheme.A
    return ReplyCode.ACCEPTED if is_of_a else ReplyCode.SCHEME_FORBIDS
