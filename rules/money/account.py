"""`Money`: the money of one account, and the three amounts that every rule asks for, each named once.

Customers see two balances, one for securities and one for everything else (004 A·三(三)(1)); proceeds of sales are in
the first alone until the broker has paid (004 附件二 第3条5).

Belongs here: what an account has, what is owned, what can be spent. Never here: who may spend it (the other pages).
"""

from dataclasses import dataclass, field

from rules.money.restraints import Restraint
from rules.request import FUNDS_FROZEN, INSUFFICIENT_FUNDS, Decision


@dataclass(slots=True)
class LaterDates:
    """What trade dates have brought to an account behind others, less what they take of it: sold − bought − frozen, and
    what was moved of these two, which is the account's no more 划转.

    `brought_fen`: by date, what those behind it have; kept up by the records that move it.
    """

    brought_fen: dict[int, int] = field(default_factory=dict)

    def behind(self, trade_date: int) -> int:
        """The most that an account has only by dates behind this one, or behind one that follows it; never below 0."""
        return max([0, *(fen for date, fen in self.brought_fen.items() if date >= trade_date)])

    def move(self, trade_date: int, fen: int) -> None:
        """This date brings so much more to the account."""
        for date in self.brought_fen:
            if date < trade_date:
                self.brought_fen[date] += fen


@dataclass(slots=True)
class Account:
    """Money of one account; bought and sold are unsettled, over all trade dates."""

    balance_fen: int
    frozen_fen: int
    bought_fen: int
    sold_fen: int
    restrained_fen: int  # of all its restraints together
    restraints: list[Restraint] = field(default_factory=list)  # oldest first
    later: LaterDates = field(default_factory=LaterDates)  # of those dates alone that a correction may be about
    moved_remaining_fen: int = 0  # of frozen and of bought, what stands in 2420
    moved_drawn_fen: int = 0
    interest_due_fen: int = 0  # earned, and not posted

    @property
    def owned_fen(self) -> int:
        """What there is, spent or not: balance − restrained + sold. May be below zero."""
        return self.balance_fen - self.restrained_fen + self.sold_fen

    @property
    def buying_power_fen(self) -> int:
        """可用于证券交易: balance − frozen − bought + sold − restrained. May be below zero."""
        return self.owned_fen - self.frozen_fen - self.bought_fen

    @property
    def withdrawable_fen(self) -> int:
        """可用于消费、转账、提现: buying power without sold. May be below zero."""
        return self.buying_power_fen - self.sold_fen

    @property
    def committed_fen(self) -> int:
        """What orders have claimed of it: frozen and bought."""
        return self.frozen_fen + self.bought_fen

    @property
    def taken_fen(self) -> int:
        """What is frozen of what is still on the account."""
        return self.frozen_fen - self.moved_remaining_fen

    @property
    def brought_fen(self) -> int:
        """What unsettled trades bring to the account less what they will take of it."""
        return self.sold_fen - (self.bought_fen - self.moved_drawn_fen)

    def clamp_seniors(self) -> None:
        """What is frozen and bought has become less: no more than that ranks before a restraint."""
        for restraint in self.restraints:
            restraint.senior_fen = min(restraint.senior_fen, self.committed_fen)

    def not_covered(self, amount_fen: int) -> Decision:
        """`Refusals`: why an amount above buying power is refused."""
        return FUNDS_FROZEN if amount_fen <= self.owned_fen else INSUFFICIENT_FUNDS
