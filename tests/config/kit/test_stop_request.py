"""A signal is an exception of the command it asks to end, and of nobody who would swallow it."""

import signal
import subprocess
import sys

import pytest

from config.supervise.children import PROJECT_DIRECTORY

INSIDE_AN_IMPORT = """
import signal, time
from config.kit.stop_request import Interrupted, StopRequest
asked = StopRequest()
asked.install()
asked.begin()
within = compile("signal.raise_signal(signal.SIGINT)", "<frozen importlib._bootstrap>", "exec")
try:
    try:
        exec(within)
    except BaseException:
        print("swallowed")
    time.sleep(60)
except Interrupted as interrupted:
    print(interrupted.exit_code)
"""


def test_a_signal_within_an_import_is_raised_behind_it() -> None:
    done = subprocess.run([sys.executable, "-c", INSIDE_AN_IMPORT], capture_output=True, text=True, timeout=60)

    assert (done.stdout, done.stderr) == ("130\n", "")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_tests_that_were_started_to_ignore_a_signal_start_processes_that_hear_it(number: signal.Signals) -> None:
    """As by `nohup`. The run itself still ignores it."""
    deaf = f"import signal; signal.signal({number:d}, signal.SIG_IGN)"
    child = f"import signal; print(signal.getsignal({number:d}) is signal.SIG_IGN)"
    run = f"import signal, subprocess, sys, tests.conftest; signal.raise_signal({number:d})"
    start = f"; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    script = f"{deaf}; import os, sys; os.execv(sys.executable, [sys.executable, '-c', {run!r} + {start!r}])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT_DIRECTORY, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("False\n", "")
