"""`yzt`, and `python -m config`: a signal ends it quietly from the first moment on; everything else is config.cli's.

What belongs here: what must be in force before the first of our modules is loaded. What never may: an import of
anything but the standard library outside the function.
"""

import sys

from config.stop_request import THIS_PROCESS


def main() -> int:
    """Runs the command line. Returns: the exit code."""
    THIS_PROCESS.install()
    from config.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
