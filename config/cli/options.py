"""The options that all commands share.

What belongs here: their names and their help. What never may: what is done with them (config.cli.commands).
"""

import argparse
from pathlib import Path
from typing import Final

DEFAULT_FILE: Final = Path("yzt.toml")


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--config` and `--dsn`. `yzt` reads both before a package's own command sees the rest of the line; its
    parser has them for its help.
    """
    parser.add_argument("--config", metavar="FILE", help=f"configuration file (default: {DEFAULT_FILE} if it is there)")
    parser.add_argument("--dsn", metavar="DSN", help="use this PostgreSQL instead of the embedded one")
