"""A process that has loaded what is the same for every copy, and forks for each run of pytest: a start of its own would
cost more than most runs take.

Belongs here: loading, forking, the run in the fork. Never here: an import of what is tested, so that each fork loads
its copy's. It is started by its path, with nothing of the project on `sys.path`.

Each line on stdin is a JSON list: the copy's folder, the file for what pytest says, the tests to run. Each line on
stdout is the exit code of one run, below 0 for the signal that ended it.
"""

import gc
import importlib
import json
import os
import signal
import sys

import pytest

LOADED = (
    "asyncpg",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "hypothesis.strategies",
    "msgspec",
    "nacl.bindings",
    "numpy.ma",
    "numpy.testing",
    "numpy.typing",
    "pdb",
    *(f"_pytest.{name}" for name in sys.modules[pytest.Config.__module__].default_plugins),
)
RUN_SECONDS_MAX = 100  # below the timeout of the test that waits; a mutant may loop for ever


def run(folder: str, output: str, selected: list[str]) -> int:
    """Runs tests of the copy in `folder` until the first fails, in this process. Returns: pytest's exit code."""
    signal.alarm(RUN_SECONDS_MAX)
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(folder)
    sys.path.insert(0, folder)
    code = pytest.main(["-x", "-q", "--tb=native", "-p", "no:cacheprovider", *selected])
    sys.stdout.flush()
    return int(code)


def serve() -> None:
    """One run after the other, until stdin ends."""
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # pytest collects garbage several times at its end: not through all of this
    for line in sys.stdin:
        folder, output, selected = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = run(folder, output, selected)
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
