"""What is open of a contract, so that it may not end yet: a question and its answer.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: where an answer comes from
(ledger.core.control.customers.open_items), what is refused for it (accounts, pushes).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import (
    QUERY_OPEN_DATES_MAX,
    QUERY_OPEN_FREEZES_MAX,
    QUERY_OPEN_RUN_OFF_MAX,
    RESTRAINTS_PER_ACCOUNT_MAX,
    SEATS_MAX,
)
from ..base import Message
from ..day.steps import Place
from ..fields import Count, Fen, Number, TradeDate


class OpenItemsQuery(Message, tag=115, frozen=True):
    """Query: what keeps an own contract from ending, its freezes from a place on. The bank may name an account too."""

    number: Number
    first: Place


class OpenFreeze(Message, tag=94, frozen=True):
    """Answer part: a freeze of which something remains, by the name of its request."""

    trade_date: TradeDate
    seat: Annotated[int, Meta(ge=1, le=SEATS_MAX)]
    number: Number
    remaining_fen: Fen


class OpenDate(Message, tag=95, frozen=True):
    """Answer part: what was bought and sold on a trade date and is not paid, and what a clearing set says of it that
    counts. `is_settled`: the customers of that date are settled, and this is left."""

    trade_date: TradeDate
    bought_unsettled_fen: Fen
    sold_unsettled_fen: Fen
    cleared_buys_fen: Fen
    cleared_proceeds_fen: Fen
    cleared_credits_fen: Fen
    is_settled: bool


class OpenRestraint(Message, tag=96, frozen=True):
    """Answer part: what an authority or the bank itself withholds. A broker is never told any."""

    restraint_no: Number
    kind: Count  # RestraintKind
    amount_fen: Fen


class OpenItemsAnswer(Message, tag=116, frozen=True):
    """Answer: the three sums are of all there is; the freezes those found from the place on, and where to go on: 0 at
    the end. Dates ascend; of those that are settled only the oldest are told when there are too many."""

    as_of_sequence: Count
    number: Number
    code: int
    frozen_fen: Fen
    bought_unsettled_fen: Fen
    sold_unsettled_fen: Fen
    next_place: Place
    freezes: Annotated[list[OpenFreeze], Meta(max_length=QUERY_OPEN_FREEZES_MAX)]
    dates: Annotated[list[OpenDate], Meta(max_length=QUERY_OPEN_DATES_MAX)]
    restraints: Annotated[list[OpenRestraint], Meta(max_length=RESTRAINTS_PER_ACCOUNT_MAX + 1)]
    runs_off: Annotated[list[Number], Meta(max_length=QUERY_OPEN_RUN_OFF_MAX)]
    """Contracts that run off before it and have something open: its broker stays designated until they have not."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is told."""
        sums_fen = (self.frozen_fen, self.bought_unsettled_fen, self.sold_unsettled_fen)
        return not (any(sums_fen) or self.next_place or any(self._lists))

    @property
    def _lists(self) -> tuple[list[OpenFreeze], list[OpenDate], list[OpenRestraint], list[int]]:
        return self.freezes, self.dates, self.restraints, self.runs_off
