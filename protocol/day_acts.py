"""Acts of people on the business day: what moves it out of its plan.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

from msgspec import Meta

from .act_text import ActText
from .limits import WINDOWS_PER_DATE
from .messages.fields import PartyNo, Second, TradeDate

WindowSeconds = Annotated[list[Second], Meta(min_length=5, max_length=5)]


class ChangeDueTimesAct(ActText, frozen=True, kw_only=True, tag="change_due_times"):
    """The due times of a date, anew: what has passed stays. Of each window the five seconds, see `Window`."""

    trade_date: TradeDate
    windows: Annotated[list[WindowSeconds], Meta(min_length=WINDOWS_PER_DATE, max_length=WINDOWS_PER_DATE)]


class ReopenDateAct(ActText, frozen=True, kw_only=True, tag="reopen_date"):
    """The open date, which is signed off, is traded again, while no set of it is announced."""

    trade_date: TradeDate


class DeferAct(ActText, frozen=True, kw_only=True, tag="defer"):
    """A broker's date is deferred: its customers trade on, its later dates wait for it."""

    trade_date: TradeDate
    party: PartyNo


class ResumeLaneAct(ActText, frozen=True, kw_only=True, tag="resume_lane"):
    """A deferred lane is deferred no more."""

    trade_date: TradeDate
    party: PartyNo


class AdoptSetAct(ActText, frozen=True, kw_only=True, tag="adopt_set"):
    """A deferred lane gets a set that is not its broker's: that nothing was traded, which is an empty one."""

    trade_date: TradeDate
    party: PartyNo
    source: Annotated[str, Meta(pattern="^NOTHING_TRADED$")]


DayAct = ChangeDueTimesAct | ReopenDateAct | DeferAct | ResumeLaneAct | AdoptSetAct
