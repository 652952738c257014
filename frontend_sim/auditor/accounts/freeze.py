"""One order's freeze, as the auditor keeps it: what of it remains, and what of that was moved 划转.

Belongs here: its figures, what is drawn, given back and reversed of it. Never here: the account whose money it is
(audited_account), anything of ledger, rules or gateway.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from frontend_sim.auditor.observations import Seen
from protocol.codes import ReplyCode

FreezeKey = tuple[int, int, int]
"""Trade date, seat, number."""
REVERSALS_MAX = 8
"""Of one order."""


def target_of(one: Seen) -> FreezeKey:
    """The order that a request names."""
    return one.target_date, one.target_seat, one.target_number


@dataclass(slots=True)
class Freeze:
    """A freeze: its amount is always drawn + released + remaining."""

    amount_fen: int
    drawn_fen: int = 0
    released_fen: int = 0
    moved_fen: int = 0
    """Of what remains, what was moved 划转 and is no more on the account."""
    reversed_fen: int = 0
    """What was moved, and two people have given back 冲正."""
    steps: list[tuple[int, int]] = field(default_factory=list)
    """Of moved money what each record has drawn and given back, so that it can be undone."""
    sequence: int = 0
    """The journal row that holds the order."""
    tries: set[int] = field(default_factory=set)
    """Of reversals 冲正: the serials of the savings desk."""

    @property
    def remaining_fen(self) -> int:
        """What is still frozen."""
        return self.amount_fen - self.drawn_fen - self.released_fen

    def use_moved(self, drawn_fen: int, released_fen: int) -> tuple[int, int]:
        """What of so much drawn and released is drawn of moved money, which goes first, and given back, which goes
        last; both below 0 where the last such record is undone. In front of drawing it.
        """
        if drawn_fen + released_fen < 0:
            drawn, back = self.steps.pop()
            used = -drawn, -back
        else:
            only_frozen_fen = self.remaining_fen - self.moved_fen
            used = min(drawn_fen, self.moved_fen), max(0, released_fen - only_frozen_fen)
            self.steps.append(used)
        self.moved_fen -= sum(used)
        return used

    def refusal_of_reversal(self, one: Seen, open_dates: Sequence[int]) -> ReplyCode:
        """What it earns that moved money is given back 冲正; the order's row is known of these trade dates."""
        if one.serial in self.tries:
            return ReplyCode.SERIAL_USED
        if one.target_date in open_dates and self.sequence != one.named_sequence:
            return ReplyCode.FREEZE_UNKNOWN
        if not self.remaining_fen:
            return ReplyCode.FREEZE_CLOSED
        if not self.moved_fen:
            return ReplyCode.AMOUNT_OVER_REMAINING
        return ReplyCode.STEP_NOT_DUE if len(self.tries) == REVERSALS_MAX else ReplyCode.ACCEPTED

    def reverse(self, one: Seen) -> int:
        """What is moved, and neither drawn nor released, is only frozen from now on, up to an amount. Returns: how
        much.
        """
        back_fen = min(one.amount_fen, self.moved_fen)
        self.moved_fen -= back_fen
        self.reversed_fen += back_fen
        self.tries.add(one.serial)
        return back_fen
