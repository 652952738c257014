"""Payments between the bank and brokers: what falls due, and what the bank owes.

Belongs here: which request is due when, sending it. Never here: what is taken and lent (the core decides), which day it
is (plan).
"""

from collections.abc import Awaitable, Callable, Sequence

from gateway.day.desk import DayDesk
from gateway.day.lane_seen import StepRefused
from protocol.messages.day.paying import ClearingFacts, Due, Pay
from protocol.messages.fields import fen_from_sum

Take = Callable[[str, Awaitable[object]], Awaitable[bool]]
"""Takes a step by its name. Returns whether it was taken."""


async def let_act(desk: DayDesk, party: int) -> int:
    """Let a broker's due times act that are over. Returns how many did. Raises StepRefused."""
    outcome = await desk.seat.control(Due(party))
    if not outcome.accepted:
        raise StepRefused(f"due times of broker {party}: {outcome.code.name}")
    if outcome.remaining_fen:
        desk.told(f"broker {party}: {outcome.remaining_fen} due times have acted")
    return outcome.remaining_fen


async def pay(desk: DayDesk, trade_date: int, party: int) -> None:
    """Pay what the bank owes a broker by a settled date. Raises StepRefused."""
    outcome = await desk.seat.control(Pay(trade_date, party))
    if not outcome.accepted:
        raise StepRefused(f"payment to broker {party} for {trade_date}: {outcome.code.name}")
    desk.told(f"broker {party}: the bank has paid for {trade_date}")


async def take_due(desk: DayDesk, now_s: int, take: Take) -> Sequence[ClearingFacts]:
    """Take every payment that is due now, as far as one asking tells; what is left is asked for in the next round.

    Returns where the accounts stood before.
    """
    answer = await desk.seat.clearing_accounts()
    for each in answer.accounts:
        if each.next_due_s and now_s >= each.next_due_s:
            await take("due", let_act(desk, each.party))
        if each.pay_date and now_s >= each.pay_from_s:
            await take("pay", pay(desk, each.pay_date, each.party))
    return answer.accounts


def is_late(each: ClearingFacts, now_s: int) -> bool:
    """Whether the bank is to be alarmed: it owes a broker something and has not paid it by now."""
    return 0 < each.late_from_s <= now_s


def is_overdue(each: ClearingFacts) -> bool:
    """Whether a broker has not paid what is behind its due time."""
    return fen_from_sum(each.overdue) > 0
