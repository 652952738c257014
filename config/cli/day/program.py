"""`python -m config.cli.day.program --config FILE`: the day desk, which takes each step when it is due by the clock.

Belongs here: what only the process knows: arguments, configuration, its seat, figures, exit codes. Never here: which
step is due (gateway.day.by_clock), what a step sends (gateway.day.desk).

It says that it serves once its configuration is sound, before it has reached the bank: a bank whose day desk is not
registered yet serves brokers all the same. What keeps it from its work it tells whoever asks, and its metrics.
"""

import argparse
import logging
import sys
import time
from dataclasses import replace
from functools import partial

import trio

from config.cli.day.ending import backup_is_told
from config.cli.day.rolls import roll_to
from config.cli.desk_process import DeskProcess, serve_until_stopped, settings_of
from config.cli.links import gateway_address
from config.kit import environment
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import take_lock
from config.kit.telling.logs import begin
from config.kit.wall_clock import WallClock
from config.schema import Config, load
from config.supervise.privileges import give_up_root, stand_inside
from config.supervise.state_folders import make_state_directory
from gateway.day.by_clock import DayByClock
from gateway.day.desk import DayDesk
from gateway.day.figures import Figures, registry_of
from gateway.day.planning.configured import Plans
from protocol.client import OutboxError, OutcomeUnknown, Seat, SeatSettings, SessionEnded, SystemClock
from protocol.errors import InvariantBroken
from protocol.messages.control import ConfirmRoll

NAME = "day_desk"
ROUND_SECONDS = 0.5  # real ones, between two rounds
AGAIN_SECONDS = 1.0  # likewise, before the bank is tried again
ROLL_SECONDS = 5.0  # the read model has them to tell a roll in: the day goes on without
_LOG = logging.getLogger(NAME)


def main(arguments: list[str]) -> int:
    """The process. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.cli.day.program", description="the day desk by the clock")
    parser.add_argument("--config", metavar="FILE", help="TOML over the defaults")
    options = parser.parse_args(arguments)
    begin(NAME, None)
    try:
        config = load(options.config)
        make_state_directory(config)
        plans = Plans(config)  # and all that it loads, before root is given up
        config = stand_inside(config)
        settings = settings_of(config, _desk(config))
        give_up_root(config, holds_keys=True)
        begin(NAME, config.log, config.state_directory)
        taken = f"another day desk runs from {config.state_directory.absolute()}"
        with take_lock(config.state_directory / "day_desk.lock", taken, ExitCode.FENCED):
            trio.run(_serve, config, plans, settings, config.wall_clock())
    except ProcessFault as fault:
        _LOG.error("%s", fault)
        return int(fault.exit_code)
    except InvariantBroken as broken:
        _LOG.error("what the bank tells cannot be: %s", broken)
        return int(ExitCode.BROKEN)
    return int(ExitCode.OK)


def _desk(config: Config) -> DeskProcess:
    return DeskProcess(NAME, config.day_desk, config.day_desk_key_file)


async def _serve(config: Config, plans: Plans, settings: SeatSettings, clock: WallClock) -> None:
    figures = Figures()
    work, what = partial(_go_on, config, plans, settings, clock, figures), "the day goes by the clock"
    await serve_until_stopped(config, _desk(config), figures, registry_of(figures), work, what)


async def _roll_to(config: Config, trade_date: int) -> ConfirmRoll | None:
    """What the read model says, in a thread. Raises: ProcessFault when it does not, or not in time."""
    with trio.move_on_after(ROLL_SECONDS):
        return await trio.to_thread.run_sync(roll_to, config, trade_date, abandon_on_cancel=True)
    raise ProcessFault(f"the read model told no roll within {ROLL_SECONDS:.0f} s", ExitCode.UNAVAILABLE)


async def _is_backed_up(config: Config, trade_date: int) -> bool:
    """What the read model says, as with a roll."""
    with trio.move_on_after(ROLL_SECONDS):
        return await trio.to_thread.run_sync(backup_is_told, config, trade_date, abandon_on_cancel=True)
    raise ProcessFault(f"the read model told of no backup within {ROLL_SECONDS:.0f} s", ExitCode.UNAVAILABLE)


async def _go_on(config: Config, plans: Plans, settings: SeatSettings, clock: WallClock, figures: Figures) -> None:
    """Round after round, over one session after another, until cancelled."""
    while True:
        try:
            host, port = gateway_address(config)
            here = replace(settings, host=host, port=port)
            async with Seat.open(here, SystemClock(clock.utc_ns)) as seat:
                figures.reaches_bank = True
                _LOG.info("the bank is reached, %d is open", seat.trade_date)
                day = DayByClock(
                    DayDesk(seat, _LOG.info),
                    plans.of,
                    lambda: clock.utc_ns() // 10**9,
                    time.monotonic,
                    _LOG.warning,
                    figures,
                    lambda trade_date: _roll_to(config, trade_date),
                    (lambda trade_date: _is_backed_up(config, trade_date)) if config.calendar.backup_first else None,
                )
                while True:
                    await day.round()
                    await trio.sleep(ROUND_SECONDS)
        except (SessionEnded, OutcomeUnknown, OutboxError, ProcessFault) as error:
            why = f"the bank is not reached: {error}"
            if figures.why != why:
                _LOG.warning("%s", why)
            figures.reaches_bank, figures.why = False, why
        await trio.sleep(AGAIN_SECONDS)


if __name__ == "__main__":
    environment.settle()
    sys.exit(main(sys.argv[1:]))
