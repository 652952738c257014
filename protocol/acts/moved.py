"""Acts of people on money that was moved for orders 划转.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control),
the mode of a broker, which a message changes too (table).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import AMOUNT_FEN_MAX, REQUESTS_PER_SEAT_DATE_MAX, SEATS_MAX
from ..messages.fields import Count, Number, TradeDate
from .base import ActText


class ReverseAct(ActText, frozen=True, kw_only=True, tag="reverse"):
    """What was moved of one order, and is neither drawn nor released, goes back to its account 冲正, up to an amount.
    Three serials name it: the order's request, where that stands in the journal, and the savings desk's own of this.
    """

    contract_no: Number
    trade_date: TradeDate  # this and the next two: the request that froze it
    seat: Annotated[int, Meta(ge=1, le=SEATS_MAX)]
    number: Annotated[int, Meta(ge=1, le=REQUESTS_PER_SEAT_DATE_MAX)]
    sequence: Number  # the journal row that decided it
    position: Count  # its place among the records of that row, from 0
    desk_serial: Number
    amount_fen: Annotated[int, Meta(ge=1, le=AMOUNT_FEN_MAX)]
