"""`Money`: in transfer mode 划转 what a customer orders with is moved, as far as it could be withdrawn.

The source lets a bank freeze the money of an order or transfer it (004 A·三(二)(1)). What is moved stands in the bank's
own account for the broker, never with the broker. All else of the law is as if it were frozen: so nothing of what can
be ordered, withdrawn or refused hangs on the mode.

Moved money is the first that a fill draws and the last that a release gives back. So fills that draw D in all draw as
much of it of moved money as there is, and releases give back what is beyond the frozen part, in whatever order they
come.

Belongs here: how much is moved, drawn and given back. Never here: which broker is in which mode (the core), who may
freeze, draw and release (orders, day.corrections), the entries behind it (entries).
"""

from rules.money.account import Account
from rules.request import Freeze


def moved_of_freeze(amount_fen: int, withdrawable_fen: int) -> int:
    """What a freeze moves; `withdrawable_fen`: of the account before it, may be below zero."""
    return min(amount_fen, max(0, withdrawable_fen))


def parts_of_moved(remaining_fen: int, moved_fen: int, drawn_fen: int, released_fen: int) -> tuple[int, int]:
    """Of what was moved of a freeze with so much remaining: what is drawn, and what is given back."""
    return min(drawn_fen, moved_fen), max(0, released_fen - (remaining_fen - moved_fen))


def draw_moved(account: Account, target: Freeze, drawn_fen: int, released_fen: int) -> int:
    """Let what a record draws and releases act on what was moved, in front of what remains. Returns what was drawn."""
    if not target.moved_fen:
        return 0
    drawn_moved_fen, back_fen = parts_of_moved(target.remaining_fen, target.moved_fen, drawn_fen, released_fen)
    target.moved_fen -= drawn_moved_fen + back_fen
    account.moved_remaining_fen -= drawn_moved_fen + back_fen
    account.moved_drawn_fen += drawn_moved_fen
    return drawn_moved_fen


def over_bought(moved_drawn_fen: int, bought_fen: int) -> int:
    """What is given back of what was drawn of moved money on a date, where less than that is bought now."""
    return max(0, moved_drawn_fen - bought_fen)
