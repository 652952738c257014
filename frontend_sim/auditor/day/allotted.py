"""Held orders as an outsider reads the published rules: which of them a clearing set of a later date may name, and
which complete set decides about an order.

Belongs here: docs/day.md, 4, of orders that wait for their allotment. Never here: the lines of a set (clearing), what
closing an order moves (reconciling), anything of ledger, rules or gateway, as in `auditor`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from frontend_sim.auditor.accounts.freeze import Freeze, FreezeKey
from frontend_sim.auditor.day.clearing import SetAudit

Lane = tuple[int, int]
"""Party and trade date."""


@dataclass(frozen=True, slots=True)
class HeldOrders:
    """What the set of a lane may name of earlier dates, as far as a broker has told it held."""

    lane: Lane
    sets: Callable[[], Iterable[SetAudit]]
    """All that count, open or complete."""
    is_settled: Callable[[Lane], bool]

    def __contains__(self, order: object) -> bool:
        """Whether the order's own date is settled, and no other set has it that may still end it."""
        party, trade_date = self.lane
        if not isinstance(order, tuple) or not (order[0] < trade_date and self.is_settled((party, order[0]))):
            return False
        others = (each for each in self.sets() if each.party == party and each.trade_date != trade_date)
        return not any(order in each.allotted for each in others if not self.is_settled((party, each.trade_date)))


def are_ended(sets: Iterable[SetAudit], party: int, order: FreezeKey) -> bool:
    """Whether a complete set of a broker ends an order: it has it, or should have it, and does not tell it held."""
    return any(each.ends(order) for each in sets if each.party == party)


def bound_fen(sets: Iterable[SetAudit], party: int, order: FreezeKey, freeze: Freeze) -> int:
    """What of an order a complete set says was bought and is not drawn: nothing of that is released."""
    of_order = [each for each in sets if each.party == party and each.decides(order)]
    says = max(of_order, key=lambda each: each.trade_date, default=None)
    cleared_fen = says.cleared_fen.get(order, 0) if says is not None else 0
    return min(freeze.remaining_fen, max(0, cleared_fen - freeze.drawn_fen))
