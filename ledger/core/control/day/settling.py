"""That the customers of a broker's date are settled from now on.

Belongs here: judging in ranked order and the effect, side by side. Never here: who may send it (roles), one contract's
settlement (ledger.core.settling), the table of states (rules.day.states).
"""

from ledger.core.corrections.at_hand import has_to_close
from ledger.core.settling import lanes
from ledger.core.state.book import Book
from protocol.codes import ReplyCode
from protocol.messages.day.steps import BeginSettle
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import LaneEvent, LaneState
from rules.day.states import next_lane_state


def judge_settling(book: Book, message: BeginSettle) -> ReplyCode:
    """What BeginSettle earns: once, when each order of the lane is ended and the broker's older lanes are settled."""
    if not is_trade_date(message.trade_date) or book.unsettled.slot_of(message.trade_date) < 0:
        return ReplyCode.DATE_NOT_UNSETTLED
    lane = book.clearing.lane(message.trade_date, message.party)
    is_due = next_lane_state(LaneState(lane.state), LaneEvent.BEGIN_SETTLE) is not None
    is_due = is_due and not _has_older(book, message) and not has_to_close(book, lane)
    return ReplyCode.ACCEPTED if is_due else ReplyCode.STEP_NOT_DUE


def _has_older(book: Book, message: BeginSettle) -> bool:
    """Whether an earlier unsettled date of the broker, since it was registered, is not settled for it."""
    dates = book.unsettled.dates
    earlier = dates[(dates > 0) & (dates >= book.registered_on[message.party]) & (dates < message.trade_date)]
    return any(book.clearing.lane(date, message.party).state < LaneState.SETTLED for date in earlier.tolist())


def begin_settling(book: Book, message: BeginSettle) -> int:
    """Returns how many contracts are to be settled."""
    return lanes.begin(book, book.clearing.lane(message.trade_date, message.party))
