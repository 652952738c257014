"""Restraints of accounts: what setting, lifting, extending or ordering by one earns and does; when one is over.

Belongs here: judging in ranked order and the effect, side by side for each message. Never here: who may send it
(roles), what a restraint holds back and its deduction (rules), what records do to them (withheld), the table
(ledger.core.state.customers.restraints).
"""

from collections.abc import Sequence

from ledger.core.control.customers.standing import known_account
from ledger.core.state.book import Book
from ledger.core.state.customers.restraints import Restraint
from protocol.acts.restraints import DeductAct
from protocol.codes import ReplyCode
from protocol.given_numbers import index_from_account_no
from protocol.limits import RESTRAINTS_MAX, RESTRAINTS_PER_ACCOUNT_MAX
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint, Restrain
from protocol.trade_dates import trade_day
from protocol.vocabulary import AccountStatus, RestraintKind

_SECOND_NS, _DAY_S = 1_000_000_000, 86_400


OfRestraints = Restrain | LiftRestraint | ExtendRestraint | DeductAct


def judge(book: Book, message: OfRestraints) -> ReplyCode:
    """What it earns."""
    match message:
        case Restrain():
            return judge_restraint(book, message)
        case LiftRestraint():
            return judge_lifting(book, message)
        case ExtendRestraint():
            return judge_extension(book, message)
        case DeductAct():
            return judge_deduction(book, message)


def apply(book: Book, seat: int, operators: Sequence[int], message: OfRestraints) -> int:
    """The effect of an accepted one. Returns the number of the restraint that it set, else 0."""
    match message:
        case Restrain():
            return restrain(book, seat, operators, message)
        case LiftRestraint():
            lift(book, message)
        case ExtendRestraint():
            extend(book, message)
        case DeductAct():
            order_deduction(book, message)
    return 0


def judge_restraint(book: Book, message: Restrain) -> ReplyCode:
    """What Restrain earns."""
    account, until_s = known_account(book, message.account_no), message.holds_until_s
    if account < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    if book.account_status(account) == AccountStatus.CLOSED:
        return ReplyCode.ACCOUNT_CLOSED
    of_account = sum(each.kind != RestraintKind.CARD for each in book.restraints.of(account))
    if of_account >= RESTRAINTS_PER_ACCOUNT_MAX or len(book.restraints.by_number) >= RESTRAINTS_MAX:
        return ReplyCode.RESTRAINTS_FULL
    # Wherever the bank is, the open date has not begun a day before it does so in Greenwich.
    is_over = 0 < until_s < (trade_day(book.trade_date) - 1) * _DAY_S
    return ReplyCode.RESTRAINT_OVER if is_over else ReplyCode.ACCEPTED


def restrain(book: Book, seat: int, operators: Sequence[int], message: Restrain) -> int:
    """The amount is withheld from now on, behind what is frozen and bought. Returns the restraint's number."""
    account, table = index_from_account_no(message.account_no), book.restraints
    table.given += 1
    table.put(
        Restraint(
            number=table.given,
            account=account,
            amount_fen=message.amount_fen,
            senior_fen=int(book.frozen_fen[account] + book.bought_fen[account]),
            kind=message.kind,
            set_on=book.trade_date,
            set_by=seat,
            authority=message.authority,
            document=message.document,
            holds_until_s=message.holds_until_s,
            operators=list(operators),
        )
    )
    book.restrained_fen[account] += message.amount_fen
    book.power_fen[account] -= message.amount_fen
    return table.given


def judge_lifting(book: Book, message: LiftRestraint) -> ReplyCode:
    """What LiftRestraint earns."""
    restraint = _ordered_one(book, message.restraint_no)
    if restraint is None:
        return ReplyCode.RESTRAINT_UNKNOWN
    return ReplyCode.ACCEPTED if message.amount_fen <= restraint.amount_fen else ReplyCode.AMOUNT_OVER_REMAINING


def lift(book: Book, message: LiftRestraint) -> None:
    """It withholds so much less; with nothing left it has ended."""
    book.lower_restraint(book.restraints.by_number[message.restraint_no], message.amount_fen)


def judge_extension(book: Book, message: ExtendRestraint) -> ReplyCode:
    """What ExtendRestraint earns."""
    restraint = _ordered_one(book, message.restraint_no)
    if restraint is None:
        return ReplyCode.RESTRAINT_UNKNOWN
    until_s = restraint.holds_until_s
    is_longer = until_s > 0 and not 0 < message.holds_until_s <= until_s
    return ReplyCode.ACCEPTED if is_longer else ReplyCode.RESTRAINT_OVER


def extend(book: Book, message: ExtendRestraint) -> None:
    """It holds longer; its number and its rank stay."""
    book.restraints.version += 1
    book.restraints.by_number[message.restraint_no].holds_until_s = message.holds_until_s


def judge_deduction(book: Book, act: DeductAct) -> ReplyCode:
    """What an order to deduct earns: by a judicial restraint of this account, and no more than it withholds."""
    account = known_account(book, act.account_no)
    if account < 0:
        return ReplyCode.ACCOUNT_UNKNOWN
    restraint = book.restraints.by_number.get(act.restraint_no)
    if restraint is None or (restraint.account, restraint.kind) != (account, RestraintKind.JUDICIAL):
        return ReplyCode.RESTRAINT_UNKNOWN
    left_fen = restraint.amount_fen - restraint.ordered_fen
    return ReplyCode.ACCEPTED if act.amount_fen <= left_fen else ReplyCode.AMOUNT_OVER_REMAINING


def order_deduction(book: Book, act: DeductAct) -> None:
    """The savings desk may deduct so much more by it, in one record or several."""
    book.restraints.order(book.restraints.by_number[act.restraint_no], act.amount_fen)


def end_what_is_over(book: Book, decided_at_ns: int) -> None:
    """At a roll, by the time of its decision: restraints that were to hold no longer. Late is harmless."""
    for restraint in book.restraints.over_at(decided_at_ns // _SECOND_NS):
        book.lower_restraint(restraint, restraint.amount_fen)


def _ordered_one(book: Book, number: int) -> Restraint | None:
    """The one that an authority ordered: what the bank itself withholds for a card is collected, not lifted."""
    restraint = book.restraints.by_number.get(number)
    return None if restraint is None or restraint.kind == RestraintKind.CARD else restraint
