"""`yzt passwords run | keygen`: the password desk as a program of the bank.

Belongs here: the options, which keys are read. Never here: the desk's work (gateway.passwords).
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from config.cli.books.read_model import dsn_of
from config.cli.links import seat_settings
from config.cli.options import KEY_ID, SEAT, add_common_options, whole
from config.cli.passwords.reading import PasswordsRead
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.kit.wall_clock import WallClock
from config.schema import Config
from gateway.identity.key_files import (
    Unsealing,
    leave_no_core,
    read_secret,
    read_unsealing,
    write_secret,
    write_unsealing_key,
)
from gateway.passwords.checking import PEPPER_BYTES, Checkers
from gateway.passwords.desk import PasswordDesk
from gateway.passwords.serving import serve
from protocol.client import KeyFileError, Seat, SeatSettings, load_signer
from protocol.vocabulary import BANK_PARTY

CONNECT_ATTEMPTS_MAX = 10
PEPPER_FILE = "pepper.key"
WORKERS_MAX = 64
_NS_PER_S = 10**9


def main(argv: list[str], config: Config) -> int:
    """Does what the first word says. Returns: the exit code.

    Raises: ProcessFault USAGE for what is no command, CONFIG for a key file, or why bank or database were not reached.
    """
    options = _parser().parse_args(argv)
    leave_no_core()
    if options.what == "keygen":
        return _keygen(options)
    if options.pepper is None or options.key is None or not options.boxes or options.socket is None:
        reason = "--key, --pepper, --boxes and --socket name the seat's key, the pepper, a key of boxes and the door"
        raise ProcessFault(f"passwords: {reason}", ExitCode.USAGE)
    unsealings = {number: read_unsealing(Path(file)) for number, file in map(_numbered, options.boxes)}
    checkers = Checkers(read_secret(options.pepper, PEPPER_BYTES), options.workers)
    clock, passwords = config.wall_clock(), PasswordsRead.open(dsn_of(config))
    try:
        return run_command(_serve, _settings(config, options), options, unsealings, checkers, passwords, clock)
    finally:
        passwords.close()


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt passwords",
        description="The password desk: checks trading passwords that come sealed through a socket (run), and makes "
        "its keys in the folder FILE (keygen).",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("run", "keygen"))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="keygen: a folder")
    parser.add_argument("--seat", type=SEAT, default=7, help="the password desk's seat (default: 7)")
    parser.add_argument("--key", type=Path, help="its private key, a PEM file")
    parser.add_argument("--key-id", type=KEY_ID, default=1, help="the number under which the bank has that key")
    parser.add_argument("--boxes", action="append", default=[], metavar="NUMBER=FILE", help="a key that opens boxes")
    parser.add_argument("--pepper", type=Path, metavar="FILE", help="the pepper of all verifiers")
    parser.add_argument("--socket", type=Path, metavar="SOCKET", help="where attempts come")
    parser.add_argument(
        "--user", action="append", type=whole(0, 2**31 - 1), default=[], help="a user id that may ask there"
    )
    parser.add_argument(
        "--workers", type=whole(1, WORKERS_MAX), default=2, help="passwords checked at once, 16 MiB each (default: 2)"
    )
    parser.add_argument("--number", type=KEY_ID, default=1, help="keygen: of the new key (default: 1)")
    return parser


def _keygen(options: argparse.Namespace) -> int:
    """A key of boxes under a number; the pepper, where there is none yet."""
    folder = options.file
    if folder is None or not folder.is_dir():
        raise ProcessFault("passwords keygen: which folder?", ExitCode.USAGE)
    file = folder / f"boxes-{options.number}.pem"
    print(f"{file}\n{write_unsealing_key(file)}")
    if not (folder / PEPPER_FILE).exists():
        write_secret(folder / PEPPER_FILE, PEPPER_BYTES)
        print(folder / PEPPER_FILE)
    return int(ExitCode.OK)


def _numbered(text: str) -> tuple[int, str]:
    """Raises: ProcessFault USAGE for what is no NUMBER=FILE."""
    number, _, file = text.partition("=")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and int(number) > 0 and file):
        raise ProcessFault("passwords: --boxes is a number, an equals sign and a file", ExitCode.USAGE)
    return int(number), file


def _settings(config: Config, options: argparse.Namespace) -> SeatSettings:
    try:
        signer = load_signer(options.key, options.key_id)
    except KeyFileError as error:
        raise ConfigFault(str(error)) from None
    settings = seat_settings(config, BANK_PARTY, options.seat, signer)
    return replace(settings, connect_attempts_max=CONNECT_ATTEMPTS_MAX)


async def _serve(
    settings: SeatSettings,
    options: argparse.Namespace,
    unsealings: dict[int, Unsealing],
    checkers: Checkers,
    passwords: PasswordsRead,
    clock: WallClock,
) -> int:
    async with Seat.open(settings) as seat:
        desk = PasswordDesk(seat, unsealings, passwords, checkers, lambda: clock.utc_ns() // _NS_PER_S)
        print_progress(f"the password desk answers at {options.socket}")
        await serve(desk, options.socket, [os.geteuid(), *options.user])
    return int(ExitCode.OK)
