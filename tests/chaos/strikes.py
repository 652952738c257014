"""Whom a seed kills, and when.

Belongs here: the plan and its carrying out. Never here: what must be true afterwards (tests.e2e.accounts).
"""

import os
import random
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from signal import SIGKILL

import trio

from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.messages.control import OpenTradeDate
from tests.e2e.house import House, wait_until
from tests.e2e.trading import LastingTrading

STRIKES = 4
ANSWERS_MIN, ANSWERS_MAX = 100, 1_500
TOGETHER_PER_THOUSAND = 250
MOMENT_SECONDS_MAX = 0.25
LEDGER_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'yzt ledger commits'"


class Victim(StrEnum):
    """What is killed with SIGKILL."""

    LEDGER = "ledger"
    GATEWAY = "gateway"
    FOLLOWER = "follower"
    POSTGRES = "postgres"
    BACKEND = "the ledger's PostgreSQL backend"


@dataclass(frozen=True, slots=True)
class Strike:
    """Kill `victim` once `answers` more have come since the strike before, and `moment_seconds` after that.

    0 answers: while what the strike before did is still being healed. With `rolls_date` the bank has just asked to
    open the next trade date when the strike falls.
    """

    victim: Victim
    answers: int
    moment_seconds: float
    rolls_date: bool


def plan(seed: int) -> list[Strike]:
    """The strikes of a seed, all on different victims; the first always falls into full load. One rolls the date."""
    chance = random.Random(seed)
    roll = chance.randrange(STRIKES)
    strikes = []
    for place, victim in enumerate(chance.sample(list(Victim), STRIKES)):
        together = place > 0 and chance.randrange(1000) < TOGETHER_PER_THOUSAND
        answers = 0 if together else chance.randrange(ANSWERS_MIN, ANSWERS_MAX)
        strikes.append(Strike(victim, answers, chance.uniform(0.0, MOMENT_SECONDS_MAX), place == roll))
    return strikes


async def carry_out(house: House, strikes: list[Strike], trading: LastingTrading, day_desk: Seat) -> None:
    """Kills one after the other and returns when answers come again after the last. Raises NotInTime."""
    async with trio.open_nursery() as nursery:
        for strike in strikes:
            await trading.more_answers(strike.answers, f"before {strike}")
            await trio.sleep(strike.moment_seconds)  # a moment that no answer marks, so that any step may be cut
            if strike.rolls_date:
                nursery.start_soon(_open_next_date, day_desk)
            await trio.to_thread.run_sync(_kill, house, strike.victim)
    await trading.more_answers(ANSWERS_MAX, "after the last strike")


async def _open_next_date(day_desk: Seat) -> None:
    """Freezes that are open are carried; what is under way is turned away and goes again under the new date."""
    outcome = await day_desk.control(OpenTradeDate(day_desk.trade_date + 1))
    assert outcome.code is ReplyCode.ACCEPTED


def _kill(house: House, victim: Victim) -> None:
    if victim is not Victim.BACKEND:
        house.supervisor.kill(victim.value)
        return
    wait_until("the ledger to be connected", lambda: bool(_ledger_backends(house)))
    for process_id in _ledger_backends(house):
        os.kill(process_id, SIGKILL)


def _ledger_backends(house: House) -> list[int]:
    """The process that serves the ledger's commits; none while PostgreSQL itself comes up."""
    try:
        return [int(line) for line in house.sql(LEDGER_BACKENDS).split()]
    except subprocess.CalledProcessError:
        return []
