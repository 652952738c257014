"""What a process makes of the surroundings that it was started in, and the environment that it gives its children.

What belongs here: variables, the file mode mask, the standard streams, the limit of open files. What never may: a
setting (config.schema), or an import beyond the standard library: this is in force before anything else is loaded.

Nothing in the environment changes what is started: which server is reached, which code runs and how long a file is
readable for whom stands in the configuration and in the code.
"""

import os
import resource
import sys
from collections.abc import Mapping

OTHERS_MAY = 0o077
"""What is taken away from everybody else in every file that is made."""
FOREIGN_PREFIXES = ("PG", "PYTHON", "LD_PRELOAD", "LD_AUDIT", "OPENSSL_", "SSLKEYLOGFILE")
"""Variables that libraries below us would follow: another server, other code, a log of the keys of the line."""

# Frames and commit groups are buffers of some MiB that live for one round. By default the C library maps each
# from the kernel and gives it back, so that every round pays the page faults again; these keep such memory in
# the heap. 32 MiB is the largest threshold that the C library accepts; larger columns stay lazily mapped.
MEMORY: Mapping[str, str] = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}
CONSTRUCTED: Mapping[str, str] = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONUTF8": "1",  # where the C library has no such locale
    "PYTHONDONTWRITEBYTECODE": "1",  # a process that has given its rights away cannot, and need not
}
MATHEMATICS: Mapping[str, str] = {"OPENBLAS_NUM_THREADS": "1"}
"""Nobody here multiplies matrices: the threads for it, one for each core, would only be started and spin a while."""
HANDED_ON = ("LD_LIBRARY_PATH",)
"""What the interpreter that runs may have needed to start: its copies need the same."""


def settle() -> None:
    """To be called first in each process: standard streams that are closed lead nowhere, files that are made are for
    us alone, as many files may be open as the system lets us, foreign variables are forgotten, and numpy, which is not
    loaded yet, will start no threads.
    """
    _open_standard_streams()
    os.umask(OTHERS_MAY)
    for name in [name for name in os.environ if name.startswith(FOREIGN_PREFIXES)]:
        del os.environ[name]
    os.environ.update(MATHEMATICS)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def of_children() -> dict[str, str]:
    """The environment of the processes that are kept running: the same whatever ours is."""
    handed_on = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    return {**CONSTRUCTED, **MEMORY, **MATHEMATICS, **handed_on}


def _open_standard_streams() -> None:
    """A closed one would be given to the next file that is opened, into which everything said would then go."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)  # takes the lowest number that is free
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8"))  # noqa: SIM115 - for good
