"""`The business day`: what is booked for a customer by a reconciled clearing set.

Where proceeds do not count at the fill, they enter buying power when the broker's clearing data are reconciled
(004 附件二 第3条5): one booking per contract, up to what the set says. What the fees of sales took beyond their
turnover is a cost, booked beside them as far as buying power goes.

Belongs here: proceeds by clearing data. Never here: comparing (reconciliation), corrections, what is owed between
broker and bank.
"""

from protocol.codes import ReplyCode
from protocol.limits import COLUMN_FEN_MAX
from rules.money.account import Account
from rules.request import DONE, LIMIT_EXCEEDED, Decision, Freezes, Request, refusal

STEP_NOT_DUE = refusal(ReplyCode.STEP_NOT_DUE)
SETTLEMENT_DIFFERS = refusal(ReplyCode.SETTLEMENT_DIFFERS)


def excess_booked_fen(account: Account, trade_date: int, proceeds_fen: int, excess_fen: int) -> int:
    """How much of an excess is booked: up to the buying power that there is with the proceeds, and without what later
    dates have brought, for they are settled later.
    """
    there_fen = account.buying_power_fen + account.restrained_fen + proceeds_fen
    return min(excess_fen, max(0, there_fen - max(account.restrained_fen, account.later.behind(trade_date))))


def proceeds(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Book the proceeds that a reconciled set has for a contract; the record names what is booked."""
    due = request.proceeds_due
    if due is None:
        return STEP_NOT_DUE
    booked_fen = excess_booked_fen(account, request.executed_on, due.proceeds_fen, due.excess_fen)
    if (request.amount_fen, request.release_fen) != (due.proceeds_fen, booked_fen):
        return SETTLEMENT_DIFFERS
    if max(account.sold_fen + request.amount_fen, account.bought_fen + request.release_fen) > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the booking must succeed.
    account.sold_fen += request.amount_fen
    account.bought_fen += request.release_fen
    if request.of_date is not None:  # a correction of the same contract is at hand
        request.of_date.sold_fen += request.amount_fen
        request.of_date.bought_fen += request.release_fen
        request.of_date.proceeds_counted = request.of_date.is_excess_booked = True
    return DONE
