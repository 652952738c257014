"""Acts of people on differences between a clearing set and what the bank has: who looks into one, what becomes of it.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control),
lines of a list that one of them permits (messages.day).
"""

from typing import Annotated

from msgspec import Meta

from ..limits import CORRECTIONS_PER_LIST_MAX, PERSONS_MAX
from ..messages.day.steps import AmountFen, SetNumber
from ..messages.fields import Count, Number, PartyNo, TradeDate
from ..vocabulary import DifferenceClass
from .base import ActText

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""In hexadecimal."""
ClassWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(each.name for each in DifferenceClass)})$")]


class ToleranceAct(ActText, frozen=True, kw_only=True, tag="tolerance"):
    """What the day desk may correct of a broker without an act: for one contract, and for all of a trade date."""

    party: PartyNo
    contract_fen: AmountFen
    date_fen: AmountFen


class DecideAct(ActText, frozen=True, kw_only=True, tag="decide"):
    """All differences of a class between a clearing set and what the bank has are known, and stay as they are."""

    party: PartyNo
    trade_date: TradeDate
    set_number: SetNumber
    difference_class: ClassWord
    count: Annotated[int, Meta(ge=1, le=2**40)]
    digest: Sha256
    """Of the list, see `differences_digest`."""


class CorrectAct(ActText, frozen=True, kw_only=True, tag="correct"):
    """A contract's trade date may be corrected by a clearing set, once. What a customer can change by moving money
    meanwhile is bounded and not fixed.
    """

    party: PartyNo
    trade_date: TradeDate
    set_number: SetNumber
    contract_no: Number
    cleared_buys_fen: AmountFen  # as the set has them
    cleared_proceeds_fen: AmountFen
    rejected_fen: AmountFen  # of the buys: the customer does not bear them
    rise_max_fen: AmountFen  # by which bought may rise, once the orders of the date are closed
    made_good_max_fen: AmountFen  # what the broker may bear
    last_date: TradeDate  # the last trade date on which it may be used


class CorrectListAct(ActText, frozen=True, kw_only=True, tag="correct_list"):
    """Each contract of a list may be corrected by a clearing set, once, within the bounds of its line."""

    party: PartyNo
    trade_date: TradeDate
    set_number: SetNumber
    count: Annotated[int, Meta(ge=1, le=CORRECTIONS_PER_LIST_MAX)]
    digest: Sha256
    """Of the list, see `list_digest`."""
    last_date: TradeDate


class AssignItemAct(ActText, frozen=True, kw_only=True, tag="assign_item"):
    """Who looks into the differences of a broker's date, or of one contract of it. Nothing moves by it."""

    party: PartyNo
    trade_date: TradeDate
    contract_no: Count  # 0: all of the date that is not somebody's by its contract
    owner: Annotated[int, Meta(ge=0, le=PERSONS_MAX)]  # 0: nobody any more


class WithdrawSetAct(ActText, frozen=True, kw_only=True, tag="withdraw_set"):
    """A clearing set counts no more, and what was booked by it is taken back, as far as accounts bear that. Orders that
    it closed stay closed.
    """

    party: PartyNo
    trade_date: TradeDate
    set_number: SetNumber


OfDifferences = ToleranceAct | DecideAct | CorrectAct | CorrectListAct | AssignItemAct | WithdrawSetAct
