"""What a correction of a contract would be now, taking it back, or ending orders: asked before it is sent, or anybody
signs for it.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what a correction moves (the
bank's rules), the record itself (records).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import PARTIES_MAX, QUERY_CLOSINGS_MAX, QUERY_REVERTS_MAX, SETS_PER_LANE_MAX
from ..base import Message
from ..fields import Count, Fen, Number, TradeDate
from .steps import Place

ContractOrNone = Annotated[int, Meta(ge=0, le=2**62)]


class CorrectionQuery(Message, tag=83, frozen=True):
    """Bank query: what a correction of a contract's date would be now. `contract_no` 0: of the next contract, from the
    index `first` on, for which the bank will not have what the complete set of the party says. Nothing moves.
    """

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place
    contract_no: ContractOrNone
    rejected_fen: Fen
    """Of the cleared buys, what two people would not have the customer bear."""


class Closing(Message, tag=85, frozen=True):
    """Answer part: an open order of the date, and what closing it draws and releases."""

    order_date: TradeDate
    order_seat: Number
    order_number: Number
    drawn_fen: Fen
    released_fen: Fen


class CorrectionAnswer(Message, tag=84, frozen=True):
    """Answer: what the records would name. Without a complete set, or such a contract, `contract_no` and all else is 0.

    With QUERY_CLOSINGS_MAX of `closings` there may be more: they are closed first, and it is asked again.
    """

    as_of_sequence: Count
    trade_date: TradeDate
    next_place: Place
    """Where to look for the next contract, 0 at the end, and where one was named."""
    contract_no: ContractOrNone
    set_number: Annotated[int, Meta(ge=0, le=SETS_PER_LANE_MAX)]
    cleared_buys_fen: Fen
    cleared_proceeds_fen: Fen
    has_bought_fen: Fen
    """Once its orders are closed."""
    has_sold_fen: Fen
    made_good_buys_fen: Fen
    made_good_proceeds_fen: Fen
    needs_act: bool
    closings: Annotated[list[Closing], Meta(max_length=QUERY_CLOSINGS_MAX)]
    has_ended: bool = False
    """The contract: what is bought for it is made good, what is sold stands by itself."""


class RevertsQuery(Message, tag=132, frozen=True):
    """Bank query: what is to be taken back of a broker's date, contract by contract, from a place on: of one whose set
    two people have withdrawn, and that has something left. Nothing moves.
    """

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place


class Revert(Message, tag=133, frozen=True):
    """Answer part: what a REVERT of this contract must name now."""

    contract_no: Number
    bought_fen: Fen
    """Without the set."""
    sold_fen: Fen
    has_bought_fen: Fen
    has_sold_fen: Fen
    stays_bought_fen: Fen
    """By which what was bought stays below that: the account cannot bear it."""
    stays_sold_fen: Fen
    """By which what was sold stays above that: it is spent."""


class RevertsAnswer(Message, tag=134, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end."""

    as_of_sequence: Count
    trade_date: TradeDate
    next_place: Place
    act_number: Count
    """Of the act that each must name, 0 when nothing is to be taken back."""
    left: Count
    """Of how many contracts."""
    contracts: Annotated[list[Revert], Meta(max_length=QUERY_REVERTS_MAX)]


class ClosingsQuery(Message, tag=136, frozen=True):
    """Bank query: which orders of a broker's date are to be ended now that what is owed by it is published, contract by
    contract, from a place on. Nothing moves.
    """

    trade_date: TradeDate
    party: Annotated[int, Meta(ge=0, le=PARTIES_MAX)]
    first: Place


class OrderClosing(Message, tag=137, frozen=True):
    """Answer part: an open order of a contract, and what closing it draws and releases."""

    contract_no: Number
    order_date: TradeDate
    order_seat: Number
    order_number: Number
    drawn_fen: Fen
    released_fen: Fen


class ClosingsAnswer(Message, tag=138, frozen=True):
    """Answer: those found from that place on, and where to go on: 0 at the end. Of one contract there may be more than
    an answer holds: they are closed first, and it is asked again.
    """

    as_of_sequence: Count
    trade_date: TradeDate
    next_place: Place
    closings: Annotated[list[OrderClosing], Meta(max_length=QUERY_CLOSINGS_MAX)]
