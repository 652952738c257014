"""Processes killed at seeded moments under load: what was acknowledged stands once, every caller is answered.

Three seeds run in `make test`; `make chaos` runs as many as YZT_CHAOS_SEEDS says (50).
"""

import os
import sys
from dataclasses import dataclass
from signal import SIGKILL

import pytest
import trio

from config.exit_codes import ExitCode
from config.supervise import MODULES
from frontend_sim.links import bank_seat_settings
from frontend_sim.session_log import SessionLog
from frontend_sim.trading_session import Trading, run_session
from protocol.client import Seat
from tests.chaos.strikes import Strike, Victim, carry_out, plan
from tests.e2e.accounts import must_be_in_order
from tests.e2e.house import House, house

CUSTOMERS = 400
FEW_SEEDS = (1, 2, 3)
MANY_SEEDS = int(os.environ.get("YZT_CHAOS_SEEDS", "50"))
DOCUMENTED_ENDINGS = {f"signal {int(SIGKILL)}", f"exit code {int(ExitCode.UNAVAILABLE)}"}
"""Ours, and what a process says that has lost its PostgreSQL."""
HEALED_WITHIN_SECONDS = 80.0  # restarts back off up to a second each, PostgreSQL recovers from its log


@dataclass(slots=True)
class UntilHealed(Trading):
    """A session that lasts until the last strike has been healed."""

    is_healed: bool = False

    def goes_on(self) -> bool:
        """Whether new orders may still be sent."""
        return not self.is_healed


def test_three_seeds_kill_every_kind_of_victim() -> None:
    assert {strike.victim for seed in FEW_SEEDS for strike in plan(seed)} == set(Victim)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_a_few_seeds(seed: int) -> None:
    survive(seed)


@pytest.mark.chaos
@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(1, MANY_SEEDS + 1))
def test_many_seeds(seed: int) -> None:
    survive(seed)


def survive(seed: int) -> None:
    """A session with the strikes of this seed. Raises AssertionError with the command that runs it again."""
    strikes = plan(seed)
    try:
        with house(CUSTOMERS, seed) as found:
            try:
                trio.run(trade_through, found, strikes, seed)
            except BaseException as error:
                error.add_note("\n".join(["the supervisor said:", *found.said[-20:]]))
                raise
    except BaseException as error:
        error.add_note(f"run again: {sys.executable} -m pytest 'tests/chaos/test_chaos.py::test_many_seeds[{seed}]'")
        error.add_note("\n".join(str(strike) for strike in strikes))
        raise


async def trade_through(found: House, strikes: list[Strike], seed: int) -> None:
    """All desks trade while the strikes fall; afterwards everything must be in order."""
    trading = UntilHealed(seconds=1.0, requests_max=1, log=SessionLog())
    with trio.fail_after(HEALED_WITHIN_SECONDS):
        async with Seat.open(bank_seat_settings(found.config)) as bank, trio.open_nursery() as nursery:
            nursery.start_soon(_strike_then_stop, found, strikes, trading)
            await run_session(found.config, bank, found.brokers, found.customers, trading, seed)
        await must_be_in_order(found, trading.log.seen)
    endings = {line.partition(" ended with ")[2] for line in found.said if " ended with " in line}
    assert endings <= DOCUMENTED_ENDINGS
    assert [name for name in MODULES if "Traceback" in "\n".join(found.log_lines(name))] == []


async def _strike_then_stop(found: House, strikes: list[Strike], trading: UntilHealed) -> None:
    await carry_out(found, strikes, lambda: trading.log.answered)
    trading.is_healed = True
