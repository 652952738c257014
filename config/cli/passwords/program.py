"""`python -m config.cli.passwords.program --config FILE`: the password desk, as `yzt up` keeps it running.

Belongs here: what only the process knows: arguments, configuration, its secrets, its seat, figures, exit codes. Never
here: the desk's work (gateway.passwords).

It says that it serves once its configuration is sound, before it has reached the bank: a bank whose password desk is
not registered yet serves brokers all the same. What keeps it from its work it tells whoever asks, and its metrics.
Until then, and whenever it has lost the bank or the read model, nobody answers at its door: customers are told AWAY.
"""

import argparse
import logging
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace

import trio

from config.cli.desk_process import DeskProcess, serve_until_stopped, settings_of
from config.cli.links import gateway_address
from config.cli.passwords.reading import PasswordsRead
from config.cli.passwords.secret_files import Secrets
from config.kit import environment
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.own_files import take_lock
from config.kit.telling.logs import begin
from config.kit.wall_clock import WallClock
from config.schema import Config, load
from config.supervise.privileges import give_up_root, stand_inside
from config.supervise.state_folders import make_state_directory
from gateway.identity.key_files import leave_no_core
from gateway.passwords.checking import Checkers
from gateway.passwords.desk import PasswordDesk
from gateway.passwords.figures import Figures, registry_of
from gateway.passwords.serving import serve
from protocol.client import OutboxError, OutcomeUnknown, Seat, SeatSettings, SessionEnded, SystemClock
from protocol.errors import InvariantBroken

NAME = "password_desk"
AGAIN_SECONDS = 1.0  # real ones, before the bank is tried again
_NS_PER_S = 10**9
_LOG = logging.getLogger(NAME)


@dataclass(frozen=True, slots=True)
class _House:
    """What a session of the desk needs, whichever it is."""

    config: Config
    settings: SeatSettings
    secrets: Secrets
    checkers: Checkers
    clock: WallClock
    figures: Figures


def main(arguments: list[str]) -> int:
    """The process. Returns its exit code."""
    description = "the password desk, as `yzt up` keeps it running"
    parser = argparse.ArgumentParser(prog="python -m config.cli.passwords.program", description=description)
    parser.add_argument("--config", metavar="FILE", help="TOML over the defaults")
    options = parser.parse_args(arguments)
    begin(NAME, None)
    leave_no_core()
    try:
        config = load(options.config)
        make_state_directory(config)
        config = stand_inside(config)
        secrets, settings = Secrets.of_folder(config.passwords_folder), settings_of(config, _desk(config))
        with suppress(OSError):
            os.nice(config.password_desk.nice)
        give_up_root(config, holds_keys=True)
        begin(NAME, config.log, config.state_directory)
        checkers = Checkers(secrets.pepper, config.password_desk.workers)
        house = _House(config, settings, secrets, checkers, config.wall_clock(), Figures())
        taken = f"another password desk runs from {config.state_directory.absolute()}"
        with take_lock(config.state_directory / "password_desk.lock", taken, ExitCode.FENCED):
            return _run(house)
    except ProcessFault as fault:
        _LOG.error("%s", fault)
        return int(fault.exit_code)


def _run(house: _House) -> int:
    code = ExitCode.OK
    try:
        trio.run(_serve, house)
    except* InvariantBroken as broken:
        _LOG.error("what the bank tells cannot be: %s", _first(broken))
        code = ExitCode.BROKEN
    return int(code)


def _desk(config: Config) -> DeskProcess:
    return DeskProcess(NAME, config.password_desk, config.password_desk_key_file)


async def _serve(house: _House) -> None:
    config, figures = house.config, house.figures
    registry, what = registry_of(figures), "passwords are checked"
    await serve_until_stopped(config, _desk(config), figures, registry, lambda: _go_on(house), what)


async def _go_on(house: _House) -> None:
    """One session after another, until cancelled."""
    figures = house.figures
    while True:
        try:
            await _answer_at_the_door(house)
        except* (SessionEnded, OutcomeUnknown, OutboxError, ProcessFault, OSError) as lost:
            why = f"the bank is not reached: {_first(lost)}"
            if figures.why != why:
                _LOG.warning("%s", why)
            figures.reaches_bank, figures.why = False, why
        await trio.sleep(AGAIN_SECONDS)


async def _answer_at_the_door(house: _House) -> None:
    """Until its seat or the read model is lost, which is raised, in a group."""
    config, figures = house.config, house.figures
    host, port = gateway_address(config)
    here = replace(house.settings, host=host, port=port)
    passwords = await trio.to_thread.run_sync(PasswordsRead.open, config.ledger.dsn)
    try:
        async with Seat.open(here, SystemClock(house.clock.utc_ns)) as seat:
            desk = PasswordDesk(
                seat,
                house.secrets.unsealings,
                passwords,
                house.checkers,
                lambda: house.clock.utc_ns() // _NS_PER_S,
                figures,
            )
            figures.reaches_bank, figures.why = True, ""
            _LOG.info("the bank is reached, the desk answers at %s", config.passwords_door.name)
            await serve(desk, config.passwords_door, [os.geteuid()])
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(passwords.close)


def _first(group: BaseExceptionGroup[Exception]) -> BaseException:
    """The first plain exception in a group of groups."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


if __name__ == "__main__":
    environment.settle()
    sys.exit(main(sys.argv[1:]))
