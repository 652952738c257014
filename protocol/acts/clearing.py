"""Acts of people on brokers' clearing accounts 清算账户: what leaves them, what may be lent and at which rate.

Belongs here: one struct for each. Never here: who may sign them (table), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from ..messages.fields import Number, PartyNo, TradeDate
from ..vocabulary import Way
from .base import ActText
from .savings import SavingsRate

MONEY_FEN_MAX = 2**53 - 1  # what a number of JSON is read as by anybody
RATE_MILLIONTHS_MAX = 1_000_000  # a hundred per cent of a year


OwedWayWord = Annotated[str, Meta(pattern=f"^(?:{Way.CASH.name}|{Way.TRANSFER.name})$")]
"""Over the counter, or to another bank: its own account is closed."""


class PayOutAct(ActText, frozen=True, kw_only=True, tag="pay_out"):
    """Money of a broker leaves its clearing account."""

    party: PartyNo
    amount_fen: Annotated[int, Meta(ge=1, le=MONEY_FEN_MAX)]


class PayCustomerAct(ActText, frozen=True, kw_only=True, tag="pay_customer"):
    """What is owed to a customer whose account is closed is paid: so much of what stands for this contract."""

    contract_no: Number
    amount_fen: Annotated[int, Meta(ge=1, le=MONEY_FEN_MAX)]
    way: OwedWayWord
    desk_serial: Number  # the savings desk's own of such payments, which rises for each broker


class TakeBackFundAct(ActText, frozen=True, kw_only=True, tag="take_back_fund"):
    """What was booked to a clearing account by mistake leaves it, as far as the account goes."""

    party: PartyNo
    amount_fen: Annotated[int, Meta(ge=1, le=MONEY_FEN_MAX)]
    fund_serial: Number  # under which it was booked


class ClearingInterestAct(ActText, frozen=True, kw_only=True, tag="clearing_interest"):
    """What a clearing account has earned up to the end of a day, which is yesterday, is posted to it 结息."""

    party: PartyNo
    rate_millionths: SavingsRate  # that was agreed on, of a year
    last_day: TradeDate


class AdvanceLimitAct(ActText, frozen=True, kw_only=True, tag="advance_limit"):
    """What a broker that is short may be lent in all 垫付, from now on; 0: nothing."""

    party: PartyNo
    limit_fen: Annotated[int, Meta(ge=0, le=MONEY_FEN_MAX)]


class MarketRateAct(ActText, frozen=True, kw_only=True, tag="market_rate"):
    """The market lending rate 市场拆借利率 of a calendar day and those behind it up to the next that has one."""

    day: TradeDate
    rate_millionths: Annotated[int, Meta(ge=0, le=RATE_MILLIONTHS_MAX)]  # of a year: 24,000 are 2.40 %


ClearingAct = PayOutAct | PayCustomerAct | ClearingInterestAct | TakeBackFundAct | AdvanceLimitAct | MarketRateAct
