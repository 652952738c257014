"""`Two schemes, one switch per broker`: the mirror of securities: what a customer has of each, and what may be sold.

The bank holds shares back in its mirror before an order to sell goes to the broker, which checks it and holds them for
good (004 A·三(二)); at the broker no customer sells short. So the mirror refuses what it knows to be short, and of an
account that it does not know it reckons nothing and refuses nothing: unknown is not none. Holding and sellable are two
things, for what was bought today is not sellable today where the product settles on the day behind.

What an order makes of a position is a difference of the order as a whole, as with its money: how much of it is traded
and how much is open, after less before. So it does not matter in which parts an order is executed or cancelled, and
what ends it gives back what is open. What the broker tells of a day's end is replaced by nothing of ours: orders of
later dates alone move it from there, and those of the day or older ones nothing more.

A broker may tell less than open sales hold, or report sales of more than it told: facts are never refused. So what is
held may be more than what is sellable, nothing is free then, and no number falls below 0. Where one would pass the most
that is kept, the account is unknown from there on.

Belongs here: a position, what a sale earns by it, what becomes of it. Never here: other guards of an order (taking),
money (reports), which positions there are and of which day they were told (the core).
"""

from dataclasses import dataclass
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import SECURITY_NUMBER_MAX
from protocol.vocabulary import Side
from rules.orders.securities import Terms, are_lots


@dataclass(slots=True)
class Position:
    """What a securities account has of one security; none of it is ever below 0 or above SECURITY_NUMBER_MAX."""

    holding: int = 0
    sellable: int = 0  # of the holding
    held: int = 0  # for sales that are open
    bought_today: int = 0  # of the holding too: sellable from the next date on

    @property
    def free(self) -> int:
        """What an order may still sell."""
        return max(0, self.sellable - self.held)


class Part(NamedTuple):
    """How far an order is; all 0: it is not there yet."""

    traded: int = 0
    open: int = 0  # what may still be executed


class Told(NamedTuple):
    """What a broker tells of a security at the end of a day; sellable is what may be sold on the date behind."""

    holding: int
    sellable: int


NOT_THERE = Part()


def may_be_sold(quantity: int, terms: Terms) -> bool:
    """Whether an order may sell so much as far as its security says: whole lots, or what may turn out to be a rest."""
    return are_lots(quantity, terms.sell) or (terms.odd_lots and 0 < quantity <= terms.sell.most)


def code_of_sale(quantity: int, terms: Terms, position: Position | None) -> ReplyCode:
    """What an order to sell earns by what the account has, where `may_be_sold`; None: nobody has told that.

    Once none of this applies the quantity is held for it.
    """
    if position is None:
        return ReplyCode.ACCEPTED
    if quantity > position.free:
        is_there = quantity <= position.holding - position.held
        return ReplyCode.SHARES_NOT_SELLABLE_YET if is_there else ReplyCode.SHARES_SHORT
    is_all = quantity == position.free
    return ReplyCode.ACCEPTED if is_all or are_lots(quantity, terms.sell) else ReplyCode.QUANTITY_OUT_OF_LOTS


def is_sold_at_once(terms: Terms, bought_on: int, open_date: int) -> bool:
    """Whether what is reported of a buy of this date may be sold on the open one: also where it is told a day late."""
    return terms.sold_at_once or bought_on < open_date


def follow(position: Position, side: Side, before: Part, after: Part, sold_at_once: bool) -> bool:
    """An order has come from one part to another. Returns whether there is room for that; else nothing changes, and
    nobody knows any more what the account has.

    `sold_at_once`: of a buy, see `is_sold_at_once`.
    """
    traded, opened = after.traded - before.traded, after.open - before.open
    holding, sellable, held, bought_today = position.holding, position.sellable, position.held, position.bought_today
    if side == Side.SELL:
        holding, sellable, held = holding - traded, sellable - traded, held + opened
    elif sold_at_once:
        holding, sellable = holding + traded, sellable + traded
    else:
        holding, bought_today = holding + traded, bought_today + traded
    if max(holding, held) > SECURITY_NUMBER_MAX:
        return False
    # From here it must succeed.
    position.holding, position.held = max(0, holding), max(0, held)
    position.sellable = min(max(0, sellable), position.holding)
    position.bought_today = min(max(0, bought_today), position.holding - position.sellable)
    return True


def roll(position: Position) -> None:
    """A later date is opened: what was bought may be sold."""
    position.sellable += position.bought_today
    position.bought_today = 0


def can_be_told(told: Told) -> bool:
    """Whether a broker can mean it so."""
    return 0 <= told.sellable <= told.holding <= SECURITY_NUMBER_MAX


def begin(told: Told) -> Position:
    """What an account has by what its broker told of a day's end, before the orders of later dates."""
    return Position(told.holding, told.sellable)


def differs(has: Position, told: Position) -> bool:
    """Whether the bank had something else than what a set makes of a position, orders of later dates among it. What is
    sellable is looked at as behind the next roll, by which a set of a date that is still open counts.
    """
    return (has.holding, has.sellable + has.bought_today) != (told.holding, told.sellable + told.bought_today)
