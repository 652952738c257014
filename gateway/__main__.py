"""`python -m gateway --config FILE`: configuration in, a running gateway, an exit code out.

Belongs here: what only the process knows: arguments, configuration, log format, exit codes. Never here: behaviour.
"""

import argparse
import logging
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress

import trio

from config.kit import environment
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import refuse_if_others_may_read, refuse_what_is_no_file, take_lock
from config.kit.telling.logs import begin
from config.schema import Config, load
from config.supervise.privileges import give_up_root, stand_inside
from config.supervise.state_folders import make_state_directory
from gateway import descriptors
from gateway.bank_keys import KeyUnfit, load_bank_signer
from gateway.clock import Clock, SystemClock
from gateway.daemon import Gateway
from gateway.descriptors import TooFewDescriptors
from gateway.entrance.tls import TlsFiles, server_context
from gateway.high_water import MarkDamaged
from gateway.own_book.book_intake import BookUnusable
from gateway.settings import GatewaySettings
from protocol.errors import InvariantBroken
from protocol.vocabulary import SUITES

_LOG = logging.getLogger("gateway")


def settings_from(config: Config) -> GatewaySettings:
    """What the configuration says about the gateway, its keys read. Raises KeyUnfit."""
    gateway, bank = config.gateway, config.bank
    tls = None
    if gateway.tls.enabled:
        files = (gateway.tls.certificate, gateway.tls.key, gateway.tls.ca)
        tls = TlsFiles(*(config.path(name) for name in files))
        with suppress(OSError):  # whoever loads it says so
            refuse_if_others_may_read(tls.key)
            refuse_what_is_no_file(tls.certificate)
            refuse_what_is_no_file(tls.ca)
    return GatewaySettings(
        host=gateway.host,
        port=gateway.port,
        metrics_host=gateway.metrics_host,
        metrics_port=gateway.metrics_port,
        links_max=gateway.links_max,
        credit_records=gateway.credit_records,
        heartbeat_ns=gateway.heartbeat_ns,
        drain_ns=gateway.drain_ns,
        ledger_socket=config.ledger_socket,
        passwords_door=config.passwords_door,
        state_directory=config.state_directory,
        signers={
            suite: load_bank_signer(config.key_file(name), suite, key_id)
            for (name, suite), key_id in zip(SUITES.items(), (bank.ed25519_key_id, bank.p256_key_id), strict=True)
        },
        tls=tls,
        former_signers=tuple(
            load_bank_signer(config.path(key.file), SUITES[key.suite], key.key_id) for key in bank.former_keys
        ),
    )


async def serve(gateway: Gateway) -> None:
    """Runs the gateway under the signals of this process."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(gateway.watch_signals)
        await gateway.run()
        nursery.cancel_scope.cancel()


def run(
    settings: GatewaySettings, before_serving: Callable[[], None] = lambda: None, clock: Clock | None = None
) -> ExitCode:
    """Serves until stopped, by the machine's clocks unless by another.

    `before_serving` is called when every file that the configuration names has been read, and nothing of the state
    directory has been touched.

    Raises ProcessFault with one clear line for everything that can be foreseen; FENCED when another gateway serves from
    this state directory.
    """
    state = settings.state_directory
    taken = f"another gateway serves from {state.absolute()}"
    try:
        descriptors.ensure(settings.links_max)
        tls = server_context(settings.tls) if settings.tls is not None else None
        before_serving()
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with take_lock(state / "gateway.lock", taken, ExitCode.FENCED):
            return _run_alone(settings, clock or SystemClock(), tls)
    except TooFewDescriptors as error:
        raise ProcessFault(str(error), ExitCode.CONFIG) from None
    except MarkDamaged as error:
        raise ProcessFault(str(error), ExitCode.TAMPERED) from None
    except ssl.SSLError as error:
        raise ProcessFault(f"gateway.tls: certificate, key or ca do not fit: {error}", ExitCode.CONFIG) from None
    except OSError as error:
        raise ProcessFault(f"{error.filename or 'gateway.tls'}: {error.strerror}", ExitCode.CONFIG) from None


def _run_alone(settings: GatewaySettings, clock: Clock, tls: ssl.SSLContext | None) -> ExitCode:
    """Raises OSError, MarkDamaged, ssl.SSLError before anything is served, ProcessFault afterwards."""
    gateway = Gateway(settings, clock, tls)
    fault: ProcessFault | None = None
    try:
        trio.run(serve, gateway)
    except* InvariantBroken as broken:
        fault = ProcessFault(f"the books are wrong: {first(broken)}", ExitCode.BROKEN)
    except* BookUnusable as unusable:
        fault = ProcessFault(str(first(unusable)), ExitCode.UNAVAILABLE)
    except* OSError as error:
        fault = ProcessFault(in_one_line(first(error)), ExitCode.UNAVAILABLE)
    except* ProcessFault as named:
        inner = first(named)
        fault = inner if isinstance(inner, ProcessFault) else None
    if fault is not None:
        raise fault
    return ExitCode.OK


def in_one_line(error: BaseException) -> str:
    """What an address or file refused, with its name when the error knows it."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception in a group of groups."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def main(arguments: list[str]) -> int:
    """The process. Returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description="the front-end processor")
    parser.add_argument("--config", metavar="FILE", help="TOML over the defaults")
    options = parser.parse_args(arguments)
    begin("gateway", None)
    try:
        try:
            config = load(options.config)
            make_state_directory(config)
            config = stand_inside(config)
            begin("gateway", config.log)
            settings = settings_from(config)
        except KeyUnfit as error:
            raise ConfigFault(str(error)) from None

        def become_a_user() -> None:
            give_up_root(config, holds_keys=True)
            begin("gateway", config.log, config.state_directory)

        return run(settings, become_a_user, SystemClock(config.wall_clock().utc_ns))
    except ProcessFault as fault:
        _LOG.error("%s", fault)
        return fault.exit_code


if __name__ == "__main__":
    environment.settle()
    sys.exit(main(sys.argv[1:]))
