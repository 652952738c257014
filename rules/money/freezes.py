"""`Money`: an order freezes money, and gives back or spends what it froze.

The bank stops short buys itself (004 附件一 第11条); what a fill leaves over is given back at once; the proceeds of a
sale buy again before they are paid, where that is agreed with the broker (004 附件二 第3条5). Facts, which fills are,
are never refused for what they say: they are booked or listed. Once a broker's clearing set of a date is complete, its
fills of that date come too late, and what the set says was bought is released no more: what both books are compared
over stands still.

Belongs here: freeze, release, fill of a buy, fill of a sale. Never here: guards that all kinds share (the core), money
that comes to the account or leaves it (cash).
"""

from protocol.limits import COLUMN_FEN_MAX
from rules.contracts import ENDED
from rules.money.account import Account
from rules.money.moved import draw_moved, moved_of_freeze
from rules.request import (
    AMOUNT_OVER_REMAINING,
    AWAITS_CLEARING,
    DONE,
    FREEZE_CLOSED,
    FREEZE_UNKNOWN,
    LIMIT_EXCEEDED,
    LISTED,
    Decision,
    Freeze,
    Freezes,
    Request,
    moved,
    of_freeze,
)


def freeze(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Freeze money for a buy order, up to buying power."""
    amount_fen = request.amount_fen
    if account.frozen_fen + amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    if amount_fen > account.buying_power_fen:
        return account.not_covered(amount_fen)
    # From here the freeze must succeed.
    moved_fen = moved_of_freeze(amount_fen, account.withdrawable_fen) if request.moves_money else 0
    account.frozen_fen += amount_fen
    account.moved_remaining_fen += moved_fen
    freezes[request.slot] = Freeze(request.contract, amount_fen, moved_fen=moved_fen)
    return moved(amount_fen, moved_fen)


def release(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Give back part or all of what remains of a freeze."""
    target = freezes.get(request.target_slot)
    if target is None or target.contract != request.contract:
        return FREEZE_UNKNOWN
    if target.remaining_fen == 0:
        return FREEZE_CLOSED
    if request.amount_fen > target.remaining_fen - target.due_fen:
        return AMOUNT_OVER_REMAINING
    # From here the release must succeed.
    account.frozen_fen -= request.amount_fen
    account.clamp_seniors()
    draw_moved(account, target, 0, request.amount_fen)
    return _drawn_down(target, request.amount_fen)


def fill_buy(request: Request, account: Account, freezes: Freezes) -> Decision:
    """A buy was executed: its charge is drawn from its freeze, and what it needs no more is released beside it."""
    charge_fen, release_fen = request.amount_fen, request.release_fen
    target = freezes.get(request.target_slot)
    if target is None or target.contract != request.contract:
        return LISTED
    if charge_fen + release_fen > target.remaining_fen - target.due_fen:
        return LISTED
    if request.is_cleared or target.is_ended:
        return LISTED
    if request.executed_on < request.target_date:
        return LISTED
    if account.bought_fen + charge_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the fill must succeed.
    account.frozen_fen -= charge_fen + release_fen
    account.bought_fen += charge_fen
    account.clamp_seniors()
    target.due_fen = max(0, target.due_fen - charge_fen)
    draw_moved(account, target, charge_fen, release_fen)
    return _drawn_down(target, charge_fen + release_fen)


def fill_sell(request: Request, account: Account, freezes: Freezes) -> Decision:
    """A sale was executed: its proceeds buy at once where that is agreed, else they come with the clearing data."""
    if not request.proceeds_at_fill:
        return AWAITS_CLEARING
    if not request.executed_on or request.state == ENDED or request.is_cleared:
        return LISTED
    if account.sold_fen + request.amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the fill must succeed.
    account.sold_fen += request.amount_fen
    return DONE


def _drawn_down(target: Freeze, part_fen: int) -> Decision:
    target.remaining_fen -= part_fen
    return of_freeze(target.remaining_fen)
