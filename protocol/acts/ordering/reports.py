"""Acts of people on what a broker has reported of an order through the bank.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ...limits import REQUESTS_PER_SEAT_DATE_MAX, SEATS_MAX
from ...messages.fields import Number, TradeDate
from ..base import ActText

Quantity = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Turnover = Annotated[int, Meta(ge=0, le=100 * 2**40)]
"""1/10,000 yuan."""


class CorrectReportAct(ActText, frozen=True, kw_only=True, tag="correct_report"):
    """Less of an order was executed than was reported. It has ended with that, and nothing is frozen for it again."""

    contract_no: Number
    trade_date: TradeDate  # this and the next two: the order's request
    seat: Annotated[int, Meta(ge=1, le=SEATS_MAX)]
    number: Annotated[int, Meta(ge=1, le=REQUESTS_PER_SEAT_DATE_MAX)]
    has_quantity: Quantity  # as it was reported: this and the next one
    has_turnover: Turnover
    quantity: Quantity  # as it is
    turnover: Turnover
