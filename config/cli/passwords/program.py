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
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, replace

import trio

from config.cli.links import gateway_address, seat_settings
from config.cli.passwords.reading import PasswordsRead
from config.cli.passwords.secret_files import Secrets
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
from gateway.identity.key_files import leave_no_core
from gateway.ops.answering import answer
from gateway.passwords.checking import Checkers
from gateway.passwords.desk import PasswordDesk
from gateway.passwords.figures import Figures, registry_of
from gateway.passwords.serving import serve
from protocol.client import KeyFileError, OutboxError, OutcomeUnknown, Seat, SeatSettings, SessionEnded, SystemClock
from protocol.client.keys import load_signer
from protocol.errors import InvariantBroken
from protocol.vocabulary import BANK_PARTY

NAME = "password_desk"
OUTBOX = "password_desk.outbox"
AGAIN_SECONDS = 1.0  # real ones, before the bank is tried again
ATTEMPTS_MAX = 2
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
        secrets, settings = Secrets.of_folder(config.passwords_folder), _settings(config)
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


def _settings(config: Config) -> SeatSettings:
    """Of its seat, its key read; where the gateway listens is not known yet. Raises: ConfigFault."""
    key = config.password_desk_key_file
    try:
        refuse_if_others_may_read(key)
        signer = load_signer(key, config.password_desk.key_id)
    except (OSError, KeyFileError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigFault(f"password_desk.key: {key}: {reason}") from None
    outbox = config.state_directory / OUTBOX
    settings = seat_settings(config, BANK_PARTY, config.password_desk.seat, signer, "127.0.0.1", 1, outbox)
    return replace(settings, connect_attempts_max=ATTEMPTS_MAX)


async def _serve(house: _House) -> None:
    config, figures = house.config, house.figures
    exposition = _exposition(config, figures)
    listening = asking.listening(config.state_directory, NAME)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer, listening, lambda: asking.encoded(not figures.why, figures.why, figures.facts()))
            nursery.start_soon(_go_on, house)
            write_ready(config.ready_file(NAME), {"metrics": exposition.port})
            _LOG.info("passwords are checked, metrics on %d", exposition.port)
            with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
                async for number in signals:
                    _LOG.info("%s: stopping", signal.Signals(number).name)
                    break
            nursery.cancel_scope.cancel()
    finally:
        withdraw_ready(config.ready_file(NAME))
        exposition.close()


def _exposition(config: Config, figures: Figures) -> Exposition:
    host, port = config.password_desk.metrics_host, config.password_desk.metrics_port
    try:
        return Exposition(host, port, registry_of(figures))
    except OSError as error:
        reason = f"password_desk.metrics_port {host}:{port}: {error.strerror}"
        raise ProcessFault(reason, ExitCode.UNAVAILABLE) from None


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
