"""Interest of savings accounts 结息 is posted: what is due once an interest day is over, or before one is closed.

Belongs here: asking what is due and sending it, to the end. Never here: what an account has earned (the core), ordering
an interest day (two people), when a step is taken (by_clock).
"""

from typing import NamedTuple

import numpy as np

from gateway.day.desk import PASSES_MAX
from gateway.day.lane_seen import StepRefused, Told
from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.messages.customers.interest import InterestAnswer
from protocol.records import RECORD
from protocol.vocabulary import RecordKind

_MEANWHILE = {ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS}
"""Somebody posted it, or more became due: it is asked for once more."""


class Posted(NamedTuple):
    """What came of it."""

    accounts: int
    sum_fen: int
    full: int  # accounts that can hold no more: their interest stays due


async def is_interest_due(seat: Seat) -> bool:
    """Whether any account waits for interest."""
    first = 0
    while True:
        answer = await seat.interest_due(first)
        if answer.accounts or not answer.next_place:
            return bool(answer.accounts)
        first = answer.next_place


async def post_interest(seat: Seat, told: Told) -> Posted:
    """Post all that is due; nothing where nothing is. Raises StepRefused when the bank refuses for something else than
    an amount that changed meanwhile.
    """
    accounts = sum_fen = 0
    for _ in range(PASSES_MAX):
        first, codes = 0, set[ReplyCode]()
        full = 0
        while True:
            answer = await seat.interest_due(first)
            if answer.accounts:
                found = await _send(seat, answer)
                codes |= set(found)
                accounts += found.count(ReplyCode.ACCEPTED)
                full += found.count(ReplyCode.LIMIT_EXCEEDED)
                posted = zip(answer.accounts, found, strict=True)
                sum_fen += sum(each.due_fen for each, code in posted if code is ReplyCode.ACCEPTED)
                told(f"interest of {accounts:,} accounts is posted")
            if not answer.next_place:
                break
            first = answer.next_place
        others = codes - {ReplyCode.ACCEPTED, ReplyCode.LIMIT_EXCEEDED} - _MEANWHILE
        if others:
            raise StepRefused(f"interest: {', '.join(code.name for code in sorted(others))}")
        if not codes & _MEANWHILE:
            return Posted(accounts, sum_fen, full)
    raise StepRefused("interest: amounts change as fast as they are asked for")


async def _send(seat: Seat, answer: InterestAnswer) -> list[ReplyCode]:
    """Post what an answer names. Returns the code of each."""
    block = np.zeros(len(answer.accounts), RECORD)
    block["kind"] = RecordKind.INTEREST
    block["account_no"] = [each.account_no for each in answer.accounts]
    block["amount_fen"] = [each.due_fen for each in answer.accounts]
    return list(map(ReplyCode, (await seat.submit_block(block)).outcomes["code"].tolist()))
