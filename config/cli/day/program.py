"""`python -m config.cli.day.program --config FILE`: the day desk, which takes each step when it is due by the clock.

Belongs here: what only the process knows: arguments, configuration, its seat, figures, exit codes. Never here: which
step is due (gateway.day.by_clock), what a step sends (gateway.day.desk).

It says that it serves once its configuration is sound, before it has reached the bank: a bank whose day desk is not
registered yet serves brokers all the same. What keeps it from its work it tells whoever asks, and its metrics.
"""

import argparse
import logging
import signal
import sys
import time
from dataclasses import replace

import trio

from config.cli.day.ending import backup_is_told
from config.cli.day.rolls import roll_to
from config.cli.links import gateway_address, seat_settings
from config.kit import environment
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import refuse_if_others_may_read, take_lock
from config.kit.telling import asking
from config.kit.telling.exposition import Exposition
from config.kit.telling.logs import begin
from config.kit.telling.ready_files import withdraw_ready, write_ready
from config.kit.wall_clock import WallClock
from config.schema import Config, load
from config.supervise.privileges import give_up_root, stand_inside
from config.supervise.state_folders import make_state_directory
from gateway.day.by_clock import DayByClock
from gateway.day.desk import DayDesk
from gateway.day.figures import Figures, registry_of
from gateway.day.planning.configured import Plans
from gateway.ops.answering import answer
from protocol.client import KeyFileError, OutboxError, OutcomeUnknown, Seat, SeatSettings, SessionEnded, SystemClock
from protocol.client.keys import load_signer
from protocol.errors import InvariantBroken
from protocol.messages.control import ConfirmRoll
from protocol.vocabulary import BANK_PARTY

NAME = "day_desk"
OUTBOX = "day_desk.outbox"
ROUND_SECONDS = 0.5  # real ones, between two rounds
AGAIN_SECONDS = 1.0  # likewise, before the bank is tried again
ATTEMPTS_MAX = 2
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
        settings = _settings(config)
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


def _settings(config: Config) -> SeatSettings:
    """Of its seat, its keys read; where the gateway listens is not known yet. Raises: ConfigFault."""
    key = config.day_desk_key_file
    try:
        refuse_if_others_may_read(key)
        signer = load_signer(key, config.day_desk.key_id)
    except (OSError, KeyFileError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigFault(f"day_desk.key: {key}: {reason}") from None
    outbox = config.state_directory / OUTBOX
    settings = seat_settings(config, BANK_PARTY, config.day_desk.seat, signer, "127.0.0.1", 1, outbox)
    return replace(settings, connect_attempts_max=ATTEMPTS_MAX)


async def _serve(config: Config, plans: Plans, settings: SeatSettings, clock: WallClock) -> None:
    figures, state = Figures(), config.state_directory
    exposition = _exposition(config, figures)
    listening = asking.listening(state, NAME)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer, listening, lambda: asking.encoded(not figures.why, figures.why, figures.facts()))
            nursery.start_soon(_go_on, config, plans, settings, clock, figures)
            write_ready(config.ready_file(NAME), {"metrics": exposition.port})
            _LOG.info("the day goes by the clock, metrics on %d", exposition.port)
            with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
                async for number in signals:
                    _LOG.info("%s: stopping", signal.Signals(number).name)
                    break
            nursery.cancel_scope.cancel()
    finally:
        withdraw_ready(config.ready_file(NAME))
        exposition.close()


def _exposition(config: Config, figures: Figures) -> Exposition:
    host, port = config.day_desk.metrics_host, config.day_desk.metrics_port
    try:
        return Exposition(host, port, registry_of(figures))
    except OSError as error:
        raise ProcessFault(f"day_desk.metrics_port {host}:{port}: {error.strerror}", ExitCode.UNAVAILABLE) from None


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
