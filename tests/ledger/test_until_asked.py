"""A signal that comes in the middle of a step of work on a database: the work is cancelled, and not broken into.

Belongs here: when the signal acts. Never here: what a command leaves behind then (tests.config, tests.follower).
"""

import signal
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

WORK = """
import asyncio, os, sys
from config.kit.stop_request import THIS_PROCESS, Interrupted
from ledger.database.until_asked import run_until_asked

async def asks():
    answer = asyncio.get_running_loop().create_future()
    try:
        os.kill(os.getpid(), int(sys.argv[1]))  # the statement is sent, and nobody has begun to wait
        print("sent")
        await answer
    except asyncio.CancelledError:
        print("cancelled")
        raise

THIS_PROCESS.install()
THIS_PROCESS.begin()
try:
    run_until_asked(asks())
except Interrupted as interrupted:
    sys.exit(interrupted.exit_code)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_statement_that_was_sent_is_cancelled_whenever_the_signal_comes(number: signal.Signals) -> None:
    command = [sys.executable, "-c", WORK, str(int(number))]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout.split()) == (128 + number, ["sent", "cancelled"]), done.stderr
