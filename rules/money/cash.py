"""`Money`: the savings account lives its own life, and never takes what is frozen.

A movement that is told twice is booked once: its desk counts serials, which rise over what is booked of a seat on a
date. What can be withdrawn is less than what can buy: proceeds of sales are not yet there (004 A·三(三)(1), 附件二
第3条5).

Some ways out are no wish of the customer. An authority has deducted what it restrained, as far as nothing ranks before
it and no order loses its cover; that is law, and no loss report stops it. Two people have signed what was ordered: the
key of a savings desk alone deducts nothing. A card debit that the card scheme has paid already is never refused for
money or a state: what the account cannot give, or must not since its loss was reported, is the bank's own 挂账. It is
withheld from the account, and collected when there is money.

Belongs here: deposit, withdrawal. Never here: guards that all kinds share (the core), orders, what restraints hold
(restraints).
"""

from protocol.limits import COLUMN_FEN_MAX, RESTRAINT_FEN_MAX
from protocol.vocabulary import AccountStatus, RestraintKind, Way
from rules.money.account import Account
from rules.money.restraints import Restraint, card_restraint, held_back_fen
from rules.request import (
    ACT_NEEDED,
    DONE,
    LIMIT_EXCEEDED,
    PROCEEDS_UNSETTLED,
    RESTRAINT_UNKNOWN,
    Decision,
    Freezes,
    Request,
    deductible,
    posted,
)

DEDUCTED = {Way.JUDICIAL: RestraintKind.JUDICIAL, Way.CARD_COLLECTED: RestraintKind.CARD}
"""Ways that take what a restraint withholds, each with its kind."""
ALL_DATES = 0  # whatever later ones have brought is behind every date
NEW_NUMBER = 0  # of a restraint that its record makes: the book gives it one


def was_told(serial: int, last: int) -> bool:
    """Whether a movement under this serial was booked before, `last` being the highest of its seat on the date; 0: the
    desk counts none, and may not begin to and leave off.
    """
    return serial <= last and last > 0


def deposit(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Money comes to the account."""
    if account.balance_fen + request.amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the deposit must succeed.
    account.balance_fen += request.amount_fen
    return DONE


def withdrawal(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Money leaves the account, up to what is withdrawable."""
    if request.way in DEDUCTED:
        return _deduction(request, account, DEDUCTED[Way(request.way)])
    if request.way == Way.FORCED_CARD:
        return _forced(request, account)
    amount_fen = request.amount_fen
    if amount_fen > account.withdrawable_fen:
        if amount_fen <= account.buying_power_fen:
            return PROCEEDS_UNSETTLED
        return account.not_covered(amount_fen)
    # From here the withdrawal must succeed.
    account.balance_fen -= amount_fen
    return DONE


def _deduction(request: Request, account: Account, kind: RestraintKind) -> Decision:
    """Deduct by a restraint, up to what it holds back, and never what covers an order."""
    restraint = _restraint(request, account, kind)
    if restraint is None:
        return RESTRAINT_UNKNOWN
    held_fen = held_back_fen(account.balance_fen, account.committed_fen, account.restraints)
    uncommitted_fen = account.balance_fen + account.sold_fen - account.committed_fen - account.later.behind(ALL_DATES)
    may_fen = min(held_fen[account.restraints.index(restraint)], uncommitted_fen)
    if request.amount_fen > may_fen:
        return deductible(may_fen)
    if kind == RestraintKind.JUDICIAL and request.amount_fen > restraint.ordered_fen:
        return ACT_NEEDED
    # From here the deduction must succeed.
    account.balance_fen -= request.amount_fen
    account.restrained_fen -= request.amount_fen
    restraint.amount_fen -= request.amount_fen
    restraint.ordered_fen = max(0, restraint.ordered_fen - request.amount_fen)
    if not restraint.amount_fen:
        account.restraints.remove(restraint)
    return DONE


def _restraint(request: Request, account: Account, kind: RestraintKind) -> Restraint | None:
    """The one that a deduction means: of this account and this kind."""
    if kind == RestraintKind.CARD:
        return card_restraint(account.restraints)
    return next((each for each in account.restraints if (each.number, each.kind) == (request.restraint, kind)), None)


def _forced(request: Request, account: Account) -> Decision:
    """The card scheme has paid: the account gives what is withdrawable, nothing once its loss is reported; the rest is
    withheld until it can be collected.
    """
    gives_fen = max(0, account.withdrawable_fen) if request.state == AccountStatus.OPEN else 0
    posted_fen = min(request.amount_fen, gives_fen)
    rest_fen = request.amount_fen - posted_fen
    card = card_restraint(account.restraints)
    if rest_fen + (card.amount_fen if card else 0) > RESTRAINT_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the debit must succeed.
    account.balance_fen -= posted_fen
    account.restrained_fen += rest_fen
    if card is not None:
        card.amount_fen += rest_fen
    elif rest_fen:
        account.restraints.append(Restraint(NEW_NUMBER, RestraintKind.CARD, rest_fen, account.committed_fen))
    return posted(posted_fen)
