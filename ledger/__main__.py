"""`python -m ledger --config FILE`: the ledger process.

Belongs here: arguments, signals, the exit status and its one line. Never here: what a ledger does (service).
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from typing import NoReturn

import uvloop

from config.kit import environment
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.telling.logs import begin
from config.schema import Config, load
from config.supervise.privileges import give_up_root, stand_inside
from config.supervise.state_folders import make_state_directory
from ledger.database.connections import DATABASE_FAULTS
from ledger.service import Service
from protocol.errors import InvariantBroken

_LOG = logging.getLogger("ledger")


async def serve(config: Config) -> None:
    """Serves until SIGTERM or SIGINT. A fault ends the process here and now, see `_end`."""
    try:
        service = Service(config, _LOG.info)
        await service.start(lambda: _stop_at_signals(service))
        await service.run()
    except ProcessFault as fault:
        _end(str(fault), fault.exit_code)
    except InvariantBroken as broken:
        _end(f"the books are wrong: {broken}", ExitCode.BROKEN)
    except DATABASE_FAULTS as error:
        _end(f"cannot go on: {error}", ExitCode.UNAVAILABLE)
    await service.close()


def _stop_at_signals(service: Service) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)


def main(arguments: list[str]) -> int:
    """Returns the exit status of an orderly end; a fault does not come back from `serve`."""
    parser = argparse.ArgumentParser(prog="python -m ledger", description="the savings-deposit ledger")
    parser.add_argument("--config", metavar="FILE", help="configuration, TOML; the defaults without it")
    begin("ledger", None)
    try:
        config = load(parser.parse_args(arguments).config)
        if not config.ledger.dsn:
            raise ProcessFault("ledger.dsn: no database is named", ExitCode.CONFIG)
        make_state_directory(config)
        config = stand_inside(config)
        give_up_root(config)
        begin("ledger", config.log, config.state_directory)
    except ProcessFault as fault:
        _LOG.error("%s", fault)
        return int(fault.exit_code)
    uvloop.run(serve(config))
    return int(ExitCode.OK)


def _end(line: str, code: ExitCode) -> NoReturn:
    """Ends without unwinding: an orderly shutdown would cancel a commit whose fate others have to learn."""
    _LOG.error("%s", line)
    os._exit(code)


if __name__ == "__main__":
    environment.settle()
    sys.exit(main(sys.argv[1:]))
