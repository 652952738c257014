"""A signal is an exception of the command it asks to end, and of nobody who would swallow it."""

import subprocess
import sys

INSIDE_AN_IMPORT = """
import signal, time
from config.stop_request import Interrupted, StopRequest
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
