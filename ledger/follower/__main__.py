"""`python -m ledger.follower --config FILE`: the follower as a process of its own.

Belongs here: putting the parts together, signals, the ready file, exit codes. Never here: what is done with a row.

SIGTERM ends it after the transaction under way, SIGUSR1 asks for a snapshot now. Exit codes: 0 ended as asked;
69 PostgreSQL is not there, went away or refused a statement (a restart goes on from the cursor); 70 what would be
written is wrong; 76 the journal does not verify, or gives another state than the ledger's; 78 configuration. A second
follower waits until the first has ended.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

import uvloop

from config.kit import environment
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.telling import asking
from config.kit.telling.logs import begin
from config.kit.telling.ready_files import withdraw_ready, write_ready
from config.schema import Config, load
from config.supervise.privileges import give_up_root, stand_inside
from config.supervise.state_folders import make_state_directory
from ledger.database import guard
from ledger.database.connections import DATABASE_FAULTS, connect
from ledger.database.migrate import migrate
from ledger.follower.connected import while_connected
from ledger.follower.metrics import FollowerMetrics
from ledger.follower.projection.day.held_orders import name_allotment_limit
from ledger.follower.projection.read_model import ReadModel
from ledger.follower.replay import Follower
from ledger.follower.snapshots import SnapshotPolicy
from ledger.watch.answering import answer
from protocol.errors import InvariantBroken

NAME = "follower"
_LOG = logging.getLogger(NAME)


async def serve(config: Config) -> None:
    """Follows until SIGTERM or SIGINT. Before it serves they cancel it, afterwards it ends between transactions.

    Raises: ProcessFault or InvariantBroken with one line.
    """
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    async with contextlib.AsyncExitStack() as closing:
        reading = await connect(config.ledger.dsn, "follower reads")
        closing.callback(reading.terminate)
        await guard.check_place(reading)
        await migrate(reading, progress=_LOG.info)
        await name_allotment_limit(reading, config.follower.allotment_working_days)
        read_model = await ReadModel.open(config.ledger.dsn, _LOG.info)
        closing.callback(read_model.abandon)
        os.nice(config.follower.nice)
        policy = SnapshotPolicy(config.follower.snapshot_every_requests, config.follower.snapshot_every_ns)
        utc_ns = config.wall_clock().utc_ns
        root, metrics = config.state_directory / "snapshots", FollowerMetrics(utc_ns)
        follower = Follower(reading, read_model, root, policy, metrics, _LOG.info, utc_ns)
        await follower.recover()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, follower.signals.ask_stop)
        loop.add_signal_handler(signal.SIGUSR1, follower.signals.ask_snapshot)
        port = metrics.serve(config.follower.metrics_host, config.follower.metrics_port)
        answering = asyncio.create_task(answer(asking.listening(config.state_directory, NAME), metrics.said))
        closing.callback(answering.cancel)
        write_ready(config.ready_file(NAME), {"metrics": port})
        closing.callback(withdraw_ready, config.ready_file(NAME))
        _LOG.info(f"follower serves from row {follower.cursor.sequence}, metrics on port {port}")
        await while_connected(follower.run(config.follower.gather_ns), (reading, read_model.connection))


def main(argv: list[str]) -> int:
    """Runs the process. Returns: the exit code; a fault is one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m ledger.follower")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration (TOML)")
    options = parser.parse_args(argv)
    begin(NAME, None)
    try:
        config = load(options.config)
        make_state_directory(config)
        config = stand_inside(config)
        give_up_root(config)
        begin(NAME, config.log, config.state_directory)
        uvloop.run(serve(config))
    except asyncio.CancelledError:
        return int(ExitCode.OK)
    except ProcessFault as fault:
        return _ended(str(fault), fault.exit_code)
    except InvariantBroken as error:
        return _ended(str(error), ExitCode.BROKEN)
    except DATABASE_FAULTS as error:
        return _ended(f"PostgreSQL or the system refused: {error}", ExitCode.UNAVAILABLE)
    return ExitCode.OK


def _ended(reason: str, code: ExitCode) -> int:
    _LOG.error("%s", reason)
    return int(code)


if __name__ == "__main__":
    environment.settle()
    sys.exit(main(sys.argv[1:]))
