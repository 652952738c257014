"""Phases of a market in tests: a morning on 5 to 7 January 2026.

Belongs here: made-up phases. Never here: sending, an opinion on what they earn.
"""

from protocol.messages.orders.phases import MarketPhase, SetPhases
from protocol.vocabulary import Market

MONDAY = 20_260_105
HALF_PAST_NINE_S = 1_767_576_600  # of Monday, in Shanghai
DAY_S, MORNING_S = 86_400, 7_200


def morning(trade_date: int, seconds: int = MORNING_S, market: Market = Market.XSHG) -> SetPhases:
    """Orders and cancels from 09:30 on, for two hours."""
    from_s = HALF_PAST_NINE_S + (trade_date - MONDAY) * DAY_S
    return SetPhases(trade_date, int(market), [MarketPhase(from_s, from_s + seconds, True, True)])
