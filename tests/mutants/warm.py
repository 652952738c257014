"""A process that has loaded a copy, and forks for each run of pytest: a start of its own would cost more than most runs
take.

Belongs here: loading, forking, the run in the fork. Never here: an import of what is tested by this file, so that all
of it is the copy's. It is started by its path, with nothing of the project on `sys.path`.

Its arguments are the copy's folder and the modules of the copy that are loaded at once, while it is sound. Each line on
stdin is a JSON list: the file for what pytest says, the tests to run, the modules that this run loads again. Each line
on stdout is the exit code of one run, below 0 for the signal that ended it.
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


def forget(modules: list[str]) -> None:
    """Have these loaded again by whoever imports them: what has changed, and all that took something from it."""
    for name in modules:
        if sys.modules.pop(name, None) is not None:
            package, _, last = name.rpartition(".")
            if package in sys.modules:
                vars(sys.modules[package]).pop(last, None)  # `from package import last` would find the one before


def run(output: str, selected: list[str], again: list[str]) -> int:
    """Runs tests of the copy until the first fails, in this process. Returns: pytest's exit code."""
    signal.alarm(RUN_SECONDS_MAX)
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    forget(again)
    code = pytest.main(["-x", "-q", "--tb=native", "-p", "no:cacheprovider", *selected])
    sys.stdout.flush()
    return int(code)


def serve(folder: str, modules: list[str]) -> None:
    """One run after the other, until stdin ends."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    for name in (*LOADED, *modules):
        importlib.import_module(name)
    gc.freeze()  # pytest collects garbage several times at its end: not through all of this
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = run(*json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
