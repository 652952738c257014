"""Processes killed at seeded moments under load: what was acknowledged stands once, every caller is answered.

Three seeds run in `make test`; `make chaos` runs as many as YZT_CHAOS_SEEDS says (50).
"""

import os
import sys
from pathlib import Path
from signal import SIGKILL

import pytest
import trio

from config.kit.exit_codes import ExitCode
from config.supervise.supervisor import MODULES
from protocol.client import Seat
from tests.bank_seats import DAY_SEAT
from tests.chaos.strikes import Strike, Victim, carry_out, plan
from tests.e2e.accounts import must_be_in_order
from tests.e2e.house import House, house
from tests.e2e.programs import Ended, yzt
from tests.e2e.trading import LastingTrading, trade_during

CUSTOMERS = 400
FEW_SEEDS = (1, 2, 3)
MANY_SEEDS = int(os.environ.get("YZT_CHAOS_SEEDS", "50"))
HEALED_WITHIN_SECONDS = 80.0  # restarts back off up to a second each, PostgreSQL recovers from its log
AUDITED_WITHIN_SECONDS = 600.0  # every decision of up to a hundred dates is taken again
DOCUMENTED_ENDINGS = {f"signal {int(SIGKILL)}", f"exit code {int(ExitCode.UNAVAILABLE)}"}
"""Ours, and what a process says that has lost its PostgreSQL."""
SAID_LINES = 20
LOG_LINES = 90
DATES = 2  # one strike of each seed falls while the date is rolled


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
    """A session with the strikes of this seed. Raises what went wrong, with the command that runs it again."""
    strikes = plan(seed)
    try:
        with house(CUSTOMERS, seed) as found:
            try:
                trio.run(trade_through, found, strikes, seed)
            except BaseException as error:
                error.add_note("\n".join(["the supervisor said:", *found.said[-SAID_LINES:]]))
                for name in MODULES:
                    error.add_note("\n".join([f"the {name} said:", *noteworthy(found.log_lines(name))]))
                raise
    except BaseException as error:
        error.add_note("\n".join(str(strike) for strike in strikes))
        error.add_note(f"run again: {sys.executable} -m pytest 'tests/chaos/test_chaos.py::test_many_seeds[{seed}]'")
        raise


def noteworthy(lines: list[str]) -> list[str]:
    """The last lines, and the first stack trace with what follows."""
    traces = [place for place, line in enumerate(lines) if "Traceback" in line]
    first = min([*traces[:1], max(0, len(lines) - SAID_LINES)])
    return lines[first : first + LOG_LINES]


async def trade_through(found: House, strikes: list[Strike], seed: int) -> None:
    """All desks trade while the strikes fall; afterwards everything must be in order."""

    async def strike_all(house: House, trading: LastingTrading, bank: Seat) -> None:
        async with Seat.open(house.desk(DAY_SEAT)) as day_desk:
            await carry_out(house, strikes, trading, day_desk)

    with trio.fail_after(HEALED_WITHIN_SECONDS):
        seen = await trade_during(found, strike_all, seed)
        await must_be_in_order(found, seen)
    assert len({one.trade_date for one in seen}) == DATES
    audited = await trio.to_thread.run_sync(audit, found)
    assert audited.code == ExitCode.OK, audited
    endings = {line.partition(" ended with ")[2] for line in found.said if " ended with " in line}
    assert endings <= DOCUMENTED_ENDINGS
    assert [name for name in MODULES if "Traceback" in "\n".join(found.log_lines(name))] == []


def audit(found: House) -> Ended:
    """`yzt audit verify --redecide`: the chain is whole, and every decision comes out the same again."""
    command = ("audit", "verify", "--redecide", "--config", found.config_file)
    return yzt(*command, folder=Path(found.config.base), within_seconds=AUDITED_WITHIN_SECONDS)
