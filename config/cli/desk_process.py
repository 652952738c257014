"""What the desks that `yzt up` keeps running have in common as processes: their seat, their figures, serving.

Belongs here: reading a desk's key, its metrics and who asks how it is, its ready file, the signals that end it. Never
here: what a desk does (gateway), what else it needs before it serves (the programs of each).
"""

import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

import trio
from prometheus_client import CollectorRegistry

from config.cli.links import seat_settings
from config.desks import DayDesk, PasswordDesk
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.own_files import refuse_if_others_may_read
from config.kit.telling import asking
from config.kit.telling.exposition import Exposition
from config.kit.telling.ready_files import withdraw_ready, write_ready
from config.schema import Config
from gateway.ops.answering import answer
from protocol.client import KeyFileError, SeatSettings
from protocol.client.keys import load_signer
from protocol.vocabulary import BANK_PARTY

ATTEMPTS_MAX = 2


class DeskProcess(NamedTuple):
    """One of them, as it is configured."""

    name: str  # of the process, its section and its files
    own: DayDesk | PasswordDesk
    key: Path


class TellsHowItIs(Protocol):
    """The figures of a desk."""

    why: str
    """It does not do its work; nothing where it does."""

    def facts(self) -> dict[str, int | float | str]:
        """For who asks how it is."""
        ...


def settings_of(config: Config, desk: DeskProcess) -> SeatSettings:
    """Of its seat, its key read; where the gateway listens is not known yet. Raises: ConfigFault."""
    try:
        refuse_if_others_may_read(desk.key)
        signer = load_signer(desk.key, desk.own.key_id)
    except (OSError, KeyFileError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigFault(f"{desk.name}.key: {desk.key}: {reason}") from None
    outbox = config.state_directory / f"{desk.name}.outbox"
    settings = seat_settings(config, BANK_PARTY, desk.own.seat, signer, "127.0.0.1", 1, outbox)
    return replace(settings, connect_attempts_max=ATTEMPTS_MAX)


async def serve_until_stopped(
    config: Config,
    desk: DeskProcess,
    figures: TellsHowItIs,
    registry: CollectorRegistry,
    work: Callable[[], Awaitable[None]],
    what: str,
) -> None:
    """Say how it is and let it `work`, which never ends, until a signal. `what`: it does, for the log.

    Raises: ProcessFault where its metrics cannot be told.
    """
    log = logging.getLogger(desk.name)
    exposition = _exposition(desk, registry)
    listening = asking.listening(config.state_directory, desk.name)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer, listening, lambda: asking.encoded(not figures.why, figures.why, figures.facts()))
            nursery.start_soon(work)
            write_ready(config.ready_file(desk.name), {"metrics": exposition.port})
            log.info("%s, metrics on %d", what, exposition.port)
            with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
                async for number in signals:
                    log.info("%s: stopping", signal.Signals(number).name)
                    break
            nursery.cancel_scope.cancel()
    finally:
        withdraw_ready(config.ready_file(desk.name))
        exposition.close()


def _exposition(desk: DeskProcess, registry: CollectorRegistry) -> Exposition:
    host, port = desk.own.metrics_host, desk.own.metrics_port
    try:
        return Exposition(host, port, registry)
    except OSError as error:
        reason = f"{desk.name}.metrics_port {host}:{port}: {error.strerror}"
        raise ProcessFault(reason, ExitCode.UNAVAILABLE) from None
