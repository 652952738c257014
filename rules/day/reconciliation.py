"""`The business day`: bank–broker reconciliation 银证对账: what a clearing set says, against what the bank has.

Order by order and contract by contract: whether it is there at both, what was frozen and given back, what became of it,
and what its customer will have bought and sold once the date's orders are closed (004 B·三(四)1). The broker's data are
taken as they are; what differs is found, with both values, and decided by people.

Belongs here: what is compared, and when it differs. Never here: where either side is kept, how a difference is decided.
"""

from typing import NamedTuple

from protocol.vocabulary import ComparedField as Of
from protocol.vocabulary import DifferenceClass as Class
from protocol.vocabulary import Fate

NOTHING_BOUGHT = frozenset({Fate.CANCELLED, Fate.REFUSED})
SOMETHING_BOUGHT = frozenset({Fate.FILLED, Fate.PARTLY})


class Found(NamedTuple):
    """A difference, and what both say."""

    difference_class: Class
    compared_field: Of
    bank_has: int
    set_says: int


class ComparedOrder(NamedTuple):
    """A freeze of the date, and what the set says of it. In fen."""

    frozen_fen: int
    drawn_fen: int
    released_fen: int
    released_after_fen: int  # of it, since the set was complete, and by any set that closed it
    is_told: bool  # the set has a line for it
    fate: int  # the rest is told, 0 without its line
    told_frozen_fen: int
    told_released_fen: int
    cleared_fen: int  # what it bought, 0 without such a line

    @property
    def drawn_at_close_fen(self) -> int:
        """What closing it will draw: what was bought and not drawn yet, as far as anything remains."""
        if self.fate == Fate.HELD:
            return 0
        remaining_fen = self.frozen_fen - self.drawn_fen - self.released_fen
        return min(remaining_fen, max(0, self.cleared_fen - self.drawn_fen))


class ComparedContract(NamedTuple):
    """A contract of the broker, and what the set says of it. In fen."""

    began: bool  # on the date
    ended: bool
    told_opened: bool
    told_closed: bool
    bought_fen: int  # on the date
    drawn_at_close_fen: int  # of its orders together
    sold_fen: int
    cleared_buys_fen: int
    listed_buys_fen: int  # of these, what names orders that are not there: differences of their own
    excess_fen: int  # of these, what fees of sales took beyond their turnover
    cleared_proceeds_fen: int
    made_good_buys_fen: int  # of its buys the broker's case
    made_good_proceeds_fen: int  # likewise, beyond its proceeds
    proceeds_at_fill: bool  # else both come with the clearing data, and what is missing does not differ
    is_adjusted: bool  # its proceeds are booked, it is corrected, or it has ended: nothing comes by a booking then
    is_corrected: bool


def order_differences(order: ComparedOrder) -> list[Found]:
    """What differs of one order."""
    if not order.is_told:
        return [Found(Class.MISSING_THERE, Of.ORDER, 1, 0)]
    found = []
    if order.told_frozen_fen != order.frozen_fen:
        found.append(Found(Class.AMOUNT, Of.FROZEN, order.frozen_fen, order.told_frozen_fen))
    released_fen = order.released_fen - order.released_after_fen
    if order.told_released_fen != released_fen:
        found.append(Found(Class.AMOUNT, Of.RELEASED, released_fen, order.told_released_fen))
    most_bought_fen = max(order.drawn_fen, order.cleared_fen)
    is_wrong = order.fate in NOTHING_BOUGHT and most_bought_fen > 0
    if is_wrong or (order.fate in SOMETHING_BOUGHT and order.cleared_fen == 0):
        found.append(Found(Class.STATE, Of.FATE, order.drawn_fen, order.fate))
    return found


def contract_differences(contract: ComparedContract) -> list[Found]:
    """What differs of one contract."""
    found = []
    events = ((Of.OPENED, contract.began, contract.told_opened), (Of.CLOSED, contract.ended, contract.told_closed))
    for field, has, says in events:
        if has != says:
            found.append(Found(Class.MISSING_THERE if has else Class.MISSING_HERE, field, int(has), int(says)))
    bought_fen = contract.bought_fen + contract.drawn_at_close_fen
    buys_fen = contract.cleared_buys_fen - contract.made_good_buys_fen
    if not contract.is_corrected:
        buys_fen -= contract.listed_buys_fen
    if not (contract.proceeds_at_fill or contract.is_adjusted):
        buys_fen -= contract.excess_fen
    if bought_fen != buys_fen:
        found.append(Found(Class.AMOUNT, Of.BOUGHT, bought_fen, buys_fen))
    proceeds_fen = contract.cleared_proceeds_fen + contract.made_good_proceeds_fen
    sold_fen = contract.sold_fen
    if not (contract.proceeds_at_fill or contract.is_adjusted):
        sold_fen = max(sold_fen, proceeds_fen)  # what is missing comes with the clearing data
    if sold_fen != proceeds_fen:
        found.append(Found(Class.AMOUNT, Of.SOLD, sold_fen, proceeds_fen))
    return found
