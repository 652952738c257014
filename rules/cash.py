"""`Money`: the savings account lives its own life, and never takes what is frozen.

A movement that is told twice is booked once: its desk counts serials, which rise over what is booked of a seat on a
date. What can be withdrawn is less than what can buy: proceeds of sales are not yet there (004 A·三(三)(1), 附件二
第3条5).

Belongs here: deposit, withdrawal. Never here: guards that all kinds share (the core), orders.
"""

from protocol.limits import COLUMN_FEN_MAX
from rules.account import Account
from rules.request import DONE, LIMIT_EXCEEDED, PROCEEDS_UNSETTLED, Decision, Freezes, Request


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
    amount_fen = request.amount_fen
    if amount_fen > account.withdrawable_fen:
        if amount_fen <= account.buying_power_fen:
            return PROCEEDS_UNSETTLED
        return account.not_covered(amount_fen)
    # From here the withdrawal must succeed.
    account.balance_fen -= amount_fen
    return DONE
