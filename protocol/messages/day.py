"""Messages of the business day: when trading ends, and what brokers and the day desk say of a trade date afterwards.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control), the trade date itself (control), the lines of a set (records).
"""

from .base import Message
from .fields import TradeDate


class SignOff(Message, tag=70, frozen=True):
    """Bank control: trading on the open trade date has ended 签退: nothing is frozen until the next one opens."""

    trade_date: TradeDate


DayMessage = SignOff
