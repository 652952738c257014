"""`yzt`, and `python -m config`: the right Python, quiet ends and settled surroundings from the first moment on.

What belongs here: what must be in force before the first of our modules is loaded; it must parse on any Python 3. What
never may: an import of anything but the standard library outside the functions; all else is config.cli's.
"""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)
UNAVAILABLE = 69  # as in config.kit.exit_codes, which other versions cannot read


def main() -> int:
    """Runs the command line. Returns: the exit code."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:3]))
        remedy = "run `make install PYTHON=python3.13`, or with another of these"
        print(f"yzt: needs Python 3.11 to 3.13, this is {found}: {remedy}", file=sys.stderr)
        return UNAVAILABLE
    from config.kit import environment
    from config.kit.stop_request import THIS_PROCESS

    THIS_PROCESS.install()
    environment.settle()
    from config.cli.commands import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
