"""`The business day`: what a savings account earns by standing there 结息, by accumulated points 积数计息法; and a
broker's clearing account, at the rate that was agreed on with it.

The source has no word on it: the account is an ordinary demand deposit 活期储蓄账户 (004 A·二.1), and earns as one.
A day's points are the whole yuan that stand on the account at its end (元以下不计). The rate that is listed on the
interest day holds for all points since the one before it: points × rate / 360, half-up to the fen, once per account.

100,000.00 for 91 days are 9,100,000 points; at 0.05 %, 500 millionths, 9,100,000 × 500 / 3,600,000 = 1,263.88… fen:
12.64. 72.00 for 50 days: 3,600 × 500 / 3,600,000 = 0.5 fen: 0.01.

Belongs here: points, interest, posting it. Never here: which day it is, interest on what brokers are lent
(interest), who may order an interest day (tellers).
"""

from collections.abc import Iterator
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, BEARING_YUAN_MAX, COLUMN_FEN_MAX
from rules.money.account import Account
from rules.request import DONE, LIMIT_EXCEEDED, Decision, Freezes, Request, refusal

FEN_PER_YUAN = 100
POINTS_PER_FEN = 360 * 1_000_000 // FEN_PER_YUAN
"""So many points bring a fen at one millionth: days of a year, parts of a rate."""
NO_DAY = -1

NOT_DUE = refusal(ReplyCode.STEP_NOT_DUE)
DIFFERS = refusal(ReplyCode.SETTLEMENT_DIFFERS)


class Earned(NamedTuple):
    """What an account has earned."""

    points: int  # since the last interest day
    due_fen: int  # by those before, and not posted


class Stretch(NamedTuple):
    """Days that are counted together."""

    days: int
    ends_period: bool  # the last of them is an interest day


def stretches(day: int, interest_day: int, today: int) -> Iterator[Stretch]:
    """The days from `day`, which is the first that is not counted, up to the one before `today`. `interest_day` is none
    before yesterday's, or NO_DAY.
    """
    if NO_DAY != interest_day < today:
        yield Stretch(interest_day + 1 - day, True)
        day = interest_day + 1
    if day < today:
        yield Stretch(today - day, False)


def bearing_yuan(balance_fen: int) -> int:
    """Whole yuan that bear interest for a day; also the points of that day."""
    return min(balance_fen // FEN_PER_YUAN, BEARING_YUAN_MAX)


def borne(points: int, day: int, today: int, balance_fen: int) -> tuple[int, int]:
    """The points of a broker's account once the days from `day` up to the one before `today` are counted, on which this
    stood there; and the day that is next. Day 0: none was counted yet. The day never falls.
    """
    if not day:
        return points, today
    return points + bearing_yuan(balance_fen) * max(0, today - day), max(day, today)


def interest_fen(points: int, rate: int) -> int:
    """What points bring at so many millionths of a year, half-up to the fen."""
    return (2 * points * rate + POINTS_PER_FEN) // (2 * POINTS_PER_FEN)


def made_due(earned: Earned, rate: int) -> Earned:
    """At the end of a period. What would bring more than one record can post stays in points."""
    due_fen = earned.due_fen + interest_fen(earned.points, rate)
    return Earned(0, due_fen) if due_fen <= AMOUNT_FEN_MAX else earned


def interest(request: Request, account: Account, freezes: Freezes) -> Decision:
    """Post what is due to an account, all of it, once."""
    amount_fen = request.amount_fen
    if not account.interest_due_fen:
        return NOT_DUE
    if amount_fen != account.interest_due_fen:
        return DIFFERS
    if account.balance_fen + amount_fen > COLUMN_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here it must succeed.
    account.balance_fen += amount_fen
    account.interest_due_fen = 0
    return DONE
