"""Two trade dates through real processes by the simulated clock: the day desk takes each step when it is due."""

import msgspec
import numpy as np
import pytest
import trio

from config.cli.links import bank_seat_settings, seat_clock, seat_settings
from config.keys import make_missing_bank_keys
from config.kit.wall_clock import SimulatedClock
from config.schema import Config
from config.supervise.status import lines_of, status_of
from config.supervise.supervisor import Supervisor
from frontend_sim.installation import new_bank_desks, new_party_signer
from frontend_sim.market.bank import BrokerEntry, register_broker
from frontend_sim.market.desks import BankDesks
from protocol.client import Seat
from protocol.messages.day.dates import DatesAnswer
from protocol.records import RECORD
from protocol.vocabulary import DatePhase, LaneState
from tests.e2e.house import PATIENCE_SECONDS, POLL_SECONDS, own_config, temporary_folder

MONDAY, TUESDAY = 20_260_105, 20_260_106
NINE_NS = 1_767_574_800 * 10**9  # 2026-01-05T09:00:00+08:00
MINUTE_NS, HOUR_NS = 60 * 10**9, 3_600 * 10**9
BROKER, SEAT = 2, 21

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
replace = msgspec.structs.replace


def simulated(config: Config) -> Config:
    """An installation whose day goes by a simulated clock."""
    calendar = replace(config.calendar, exchanges=("XSHG",), run=True)
    return replace(config, calendar=calendar, clock=replace(config.clock, simulation=True))


async def lived(config: Config, clock: SimulatedClock, supervisor: Supervisor, desks: BankDesks) -> DatesAnswer:
    """Monday, its night and Tuesday's evening, when Monday has ended. Returns how the bank says that it stands."""
    broker = BrokerEntry(BROKER, "Huaxia Securities", (SEAT,), new_party_signer(config, BROKER, "ed25519"))
    async with Seat.open(bank_seat_settings(config), seat_clock(config)) as bank:
        await desks.register(bank)
        await register_broker(bank, broker)
        async with Seat.open(seat_settings(config, BROKER, SEAT, broker.signer), seat_clock(config)) as seat:

            async def comes(phase: DatePhase, trade_date: int) -> None:
                with trio.fail_after(PATIENCE_SECONDS):
                    while True:  # what is waited for happens in other processes
                        last = (await bank.trade_dates()).dates[-1]
                        if (last.phase, last.trade_date) == (phase, trade_date):
                            return
                        await trio.sleep(POLL_SECONDS)

            async def is_published(trade_date: int) -> bool:
                """Or settled, or ended since, of which the bank keeps no lane."""
                dates = [date.trade_date for date in (await bank.trade_dates()).dates]
                return (await seat.clearing_set(trade_date)).state >= LaneState.PUBLISHED or trade_date not in dates

            async def published(trade_date: int) -> None:
                sent = await seat.send_clearing_set(trade_date, clock.utc_ns() // 10**9, np.zeros(0, RECORD))
                assert sent.is_complete
                with trio.fail_after(PATIENCE_SECONDS):
                    while not await is_published(trade_date):  # noqa: ASYNC110 - likewise
                        await trio.sleep(POLL_SECONDS)

            async def confirmed() -> None:
                """The desk has signed what the read model has of the state behind the roll."""
                with trio.fail_after(PATIENCE_SECONDS):
                    while "is confirmed: " not in (config.state_directory / "day_desk.log").read_text():  # noqa: ASYNC110 - likewise
                        await trio.sleep(POLL_SECONDS)

            clock.forward(6 * HOUR_NS + 30 * MINUTE_NS)  # Monday 15:30
            await comes(DatePhase.SIGNED_OFF, MONDAY)
            supervisor.kill("day_desk")
            clock.forward(17 * HOUR_NS)  # Tuesday 08:30
            await comes(DatePhase.TRADING, TUESDAY)
            await confirmed()
            clock.forward(7 * HOUR_NS)  # Tuesday 15:30
            await comes(DatePhase.SIGNED_OFF, TUESDAY)
            await published(MONDAY)
            await published(TUESDAY)
            with trio.fail_after(PATIENCE_SECONDS):
                while len((answer := await bank.trade_dates()).dates) > 1:  # noqa: ASYNC110 - likewise
                    await trio.sleep(POLL_SECONDS)
            return answer


def test_two_dates_go_by_the_simulated_clock() -> None:
    with temporary_folder() as folder:
        config = simulated(own_config(folder))
        make_missing_bank_keys(config, lambda _line: None)
        desks, clock = new_bank_desks(config), SimulatedClock(config.clock_file)
        clock.put(NINE_NS, is_stopped=True)
        supervisor = Supervisor(config, progress=lambda _line: None)
        try:
            supervisor.start()
            dates = trio.run(lived, config, clock, supervisor, desks).dates
            said = "\n".join(lines_of(status_of(config)))
        finally:
            supervisor.stop()
            if supervisor.postgres is not None:
                supervisor.postgres.remove()

    assert [(date.trade_date, date.phase, date.is_agreed) for date in dates] == [
        (TUESDAY, DatePhase.SIGNED_OFF, True),
    ]
    assert dates[0].windows[0].first_due_s == NINE_NS // 10**9 + 2 * 86_400 + 3_600  # Wednesday 10:00
    assert said.startswith("TIME IS SIMULATED: 2026-01-06T15:30:00+08:00, stands still\n")
    assert "day_desk  serves" in said
