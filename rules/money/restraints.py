"""`Money`: restraints 司法冻结、限制: what is withheld of an account, and what may be deducted 扣划 by one.

A restraint ranks behind freezes and buys that are older than it: what was ordered in good faith is settled first. So
each keeps as its senior what was frozen and bought when it was set, and never more than what has been frozen and bought
at any time since. Of several restraints the older comes first 轮候: a younger one waits for what is left. The source
does not speak of them; it tells what can be spent apart from what there is (004 A·三(三)(1)), and they lower it.

Belongs here: what each restraint of an account holds back, how much may be deducted by it. Never here: setting and
lifting (ledger.core.control), what else leaves an account (cash).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.vocabulary import RestraintKind


@dataclass(slots=True)
class Restraint:
    """What the law must know of one restraint of an account."""

    number: int
    kind: int
    amount_fen: int  # that it still withholds
    senior_fen: int  # of what is frozen and bought, what ranks before it
    ordered_fen: int = 0  # of a judicial one, what may be deducted: what people ordered, before the seal all of it


def held_back_fen(balance_fen: int, committed_fen: int, restraints: Sequence[Restraint]) -> list[int]:
    """What each of an account's restraints, oldest first, holds back of its balance: nothing of what ranks before it.

    `committed_fen`: what is frozen and bought now.
    """
    held: list[int] = []
    for restraint in restraints:
        left_fen = balance_fen - min(restraint.senior_fen, committed_fen) - sum(held)
        held.append(min(restraint.amount_fen, max(0, left_fen)))
    return held


def card_restraint(restraints: Sequence[Restraint]) -> Restraint | None:
    """The one for what the card scheme has paid and the account could not give: an account has one at most."""
    return next((each for each in restraints if each.kind == RestraintKind.CARD), None)
