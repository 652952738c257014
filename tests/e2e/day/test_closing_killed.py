"""The close of a day while processes are killed between its steps: it ends as it would have without."""

from dataclasses import dataclass, field

import pytest
import trio

from frontend_sim.market.market_day import informed_auditor
from frontend_sim.trading_session.days.evening import Evening, live_evening
from frontend_sim.trading_session.judged import judge_sets
from frontend_sim.trading_session.session import Trading, open_floor
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat
from protocol.vocabulary import LaneState
from tests.e2e.house import House, house

CUSTOMERS = 200
SECONDS, REQUESTS_MAX = 2.0, 4_000

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@dataclass
class Strikes:
    """Kills a process when a line is said for the first time that ends so."""

    house: House
    due: dict[str, str] = field(
        default_factory=lambda: {"is signed off": "gateway", "it is complete": "ledger", "agrees": "ledger"}
    )
    said: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        """Hears what the evening says."""
        self.said.append(line)
        for ending in [ending for ending in self.due if line.endswith(ending)]:
            self.house.supervisor.kill(self.due.pop(ending))


async def lived(found: House, trading: Trading, strikes: Strikes) -> Evening:
    """The session and its evening."""
    async with (
        Seat.open(found.bank()) as bank,
        open_floor(found.config, found.desks, found.brokers, found.customers, trading.log, 7) as floor,
    ):
        await floor.trade(trading)
        evening = Evening(found.config_file, bank)
        await live_evening(evening, floor, found.brokers, found.customers, strikes)
    return evening


def test_a_day_is_closed_whatever_is_killed_between_its_steps() -> None:
    with house(CUSTOMERS) as found:
        strikes = Strikes(found)
        trading = Trading(SECONDS, REQUESTS_MAX, SessionLog())

        evening = trio.run(lived, found, trading, strikes)

        auditor = informed_auditor(found.brokers, found.customers, evening.signed_off[0])
        auditor.sign_off(*evening.signed_off)
        auditor.judge(trading.log.seen)
        assert strikes.due == {}
        assert judge_sets(auditor, evening, strikes).faults == []
        assert auditor.mismatches == []
        assert [one.lane.state for one in evening.sets] == [LaneState.SETTLED] * 2
        assert evening.planted is not None
        assert evening.planted.sent.is_complete
