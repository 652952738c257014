"""A process of its own whose orders come while something else is measured.

Belongs here: starting it, ending it. Never here: what it sends, what is measured.
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def orders_beside(command: Sequence[str]) -> Iterator[None]:
    """Orders come while the block runs; the process says in a line that it has its seats, and ends when its input does.

    Raises RuntimeError when it failed.
    """
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.communicate()
        if process.returncode:
            raise RuntimeError(f"the process of the orders ended with {process.returncode}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
