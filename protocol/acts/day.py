"""Acts of people on the business day: what moves it out of its plan.

Belongs here: one struct for each. Never here: who may sign them (acts), what they earn and do (ledger.core.control).
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..limits import WINDOWS_PER_DATE
from ..messages.day.steps import KINDS_OF_FEES, KINDS_OF_LINES, LineCount, SetTotals
from ..messages.fields import PartyNo, Second, TradeDate, fen_from_sum, sum_from_fen
from .base import ActText

TOTAL_FEN_MAX = 2**53 - 1  # what a number of JSON is read as by anybody
OF_EXCHANGE = "EXCHANGE"
TotalFen = Annotated[int, Meta(ge=0, le=TOTAL_FEN_MAX)]
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


class ExchangeData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a set of the exchange's data has in all, as `SetTotals` has it: so people have signed for each line."""

    counts: Annotated[list[LineCount], Meta(min_length=KINDS_OF_LINES, max_length=KINDS_OF_LINES)]
    declared_s: Second  # when the exchange's data were there
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    fees_fen: Annotated[list[TotalFen], Meta(min_length=KINDS_OF_FEES, max_length=KINDS_OF_FEES)]
    net_fen: Annotated[int, Meta(ge=-TOTAL_FEN_MAX, le=TOTAL_FEN_MAX)]
    turnover_fen: TotalFen

    @property
    def totals(self) -> SetTotals:
        """As a set is announced with them."""
        fees = [sum_from_fen(each) for each in self.fees_fen]
        net, turnover = sum_from_fen(self.net_fen), sum_from_fen(self.turnover_fen)
        return SetTotals(list(self.counts), turnover, fees, net, bytes.fromhex(self.digest))

    @classmethod
    def of(cls, totals: SetTotals, declared_s: int) -> "ExchangeData":
        """What an act says of a set with these totals."""
        return cls(
            counts=list(totals.counts),
            declared_s=declared_s,
            digest=totals.digest.hex(),
            fees_fen=[fen_from_sum(each) for each in totals.fees],
            net_fen=fen_from_sum(totals.net),
            turnover_fen=fen_from_sum(totals.turnover),
        )


class AdoptSetAct(ActText, frozen=True, kw_only=True, tag="adopt_set"):
    """A deferred lane gets a set that is not its broker's: that nothing was traded, which is an empty one, or one of
    the exchange's data, whose lines the day desk's seat sends that brings the act."""

    trade_date: TradeDate
    party: PartyNo
    source: Annotated[str, Meta(pattern="^(?:EXCHANGE|NOTHING_TRADED)$")]
    data: ExchangeData | UnsetType = UNSET
    """Of the exchange's data alone."""

    @property
    def is_whole(self) -> bool:
        """Whether it says what it must of its source, and nothing else."""
        return (self.source == OF_EXCHANGE) == isinstance(self.data, ExchangeData)


DayAct = ChangeDueTimesAct | ReopenDateAct | DeferAct | ResumeLaneAct | AdoptSetAct
