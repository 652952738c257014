"""`yzt passwords run | set | keygen`: the password desk as a program of the bank, and the counter's way to it.

Belongs here: the options, which keys are read. Never here: the desk's work (gateway.passwords), from whom a password is
read (counter), the desk as `yzt up` runs it (program).
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from config.cli.books.read_model import dsn_of
from config.cli.links import seat_clock, seat_settings
from config.cli.options import KEY_ID, PORT, SEAT, add_common_options, whole
from config.cli.passwords import secret_files
from config.cli.passwords.counter import password_from, set_first
from config.cli.passwords.reading import PasswordsRead
from config.cli.running import CommandParser, run_command
from config.desks import WORKERS_MAX
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.kit.wall_clock import WallClock
from config.schema import Config
from gateway.identity.key_files import Unsealing, leave_no_core, read_secret, read_unsealing
from gateway.passwords.checking import PEPPER_BYTES, Checkers
from gateway.passwords.desk import PasswordDesk
from gateway.passwords.serving import serve
from protocol.client import KeyFileError, Seat, SeatSettings, load_signer
from protocol.limits import REQUEST_NUMBER_MAX
from protocol.vocabulary import BANK_PARTY

CONNECT_ATTEMPTS_MAX = 10
COUNTER_SEAT = 3
DESCRIPTOR_MAX = 1_023
_NS_PER_S = 10**9


def main(argv: list[str], config: Config) -> int:
    """Does what the first word says. Returns: the exit code.

    Raises: ProcessFault USAGE for what is no command, CONFIG for a key file, or why bank or database were not reached.
    """
    options = _parser().parse_args(argv)
    leave_no_core()
    if options.what == "keygen":
        return _keygen(options)
    if options.what == "set":
        return _set(config, options)
    if options.pepper is None or options.key is None or not options.boxes or options.socket is None:
        reason = "--key, --pepper, --boxes and --socket name the seat's key, the pepper, a key of boxes and the door"
        raise ProcessFault(f"passwords: {reason}", ExitCode.USAGE)
    unsealings = {number: read_unsealing(Path(file)) for number, file in map(_numbered, options.boxes)}
    checkers = Checkers(read_secret(options.pepper, PEPPER_BYTES), options.workers)
    clock, passwords = config.wall_clock(), PasswordsRead.open(dsn_of(config))
    settings = _settings(config, options, config.password_desk.seat, config.password_desk.key_id)
    try:
        return run_command(_serve, settings, options, unsealings, checkers, passwords, clock)
    finally:
        passwords.close()


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt passwords",
        description="The password desk: checks trading passwords that come sealed through a socket (run), and makes "
        "its keys in the folder FILE (keygen). At the counter: a customer sets the first password of contract FILE "
        "(set), which is read from the terminal.",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("run", "set", "keygen"))
    parser.add_argument("file", nargs="?", metavar="FILE", help="keygen: a folder; set: a contract's number")
    parser.add_argument("--seat", type=SEAT, help="the password desk's seat (default: password_desk.seat); set: the "
                        f"teller desk's (default: {COUNTER_SEAT})")  # fmt: skip
    parser.add_argument("--key", type=Path, help="the seat's private key, a PEM file")
    parser.add_argument("--key-id", type=KEY_ID, help="the number under which the bank has that key "
                        "(default: password_desk.key_id)")  # fmt: skip
    parser.add_argument("--boxes", action="append", default=[], metavar="NUMBER=FILE", help="a key that opens boxes")
    parser.add_argument("--pepper", type=Path, metavar="FILE", help="the pepper of all verifiers")
    parser.add_argument("--socket", type=Path, metavar="SOCKET", help="where attempts come")
    parser.add_argument(
        "--user", action="append", type=whole(0, 2**31 - 1), default=[], help="a user id that may ask there"
    )
    parser.add_argument(
        "--workers", type=whole(1, WORKERS_MAX), default=2, help="passwords checked at once, 16 MiB each (default: 2)"
    )
    parser.add_argument("--host", help="the gateway's address (default: the running one of this installation)")
    parser.add_argument("--port", type=PORT, help="its port")
    parser.add_argument("--number", type=KEY_ID, default=1, help="keygen: of the new key (default: 1)")
    parser.add_argument(
        "--password-fd", type=whole(0, DESCRIPTOR_MAX), metavar="N", help="set: the descriptor that has the password"
    )
    return parser


def _keygen(options: argparse.Namespace) -> int:
    """A key of boxes under a number; the pepper, where there is none yet."""
    if options.file is None or not Path(options.file).is_dir():
        raise ProcessFault("passwords keygen: which folder?", ExitCode.USAGE)
    for file in secret_files.make(Path(options.file), options.number):
        print(file)
    return int(ExitCode.OK)


def _set(config: Config, options: argparse.Namespace) -> int:
    """The first password of a contract, from the teller desk's seat."""
    text = options.file or ""
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and 0 < int(text) <= REQUEST_NUMBER_MAX):
        raise ProcessFault("passwords set: which contract?", ExitCode.USAGE)
    if options.key is None or options.key_id is None:
        raise ProcessFault("passwords set: --key and --key-id name the teller desk's key", ExitCode.USAGE)
    settings = _settings(config, options, COUNTER_SEAT, options.key_id)
    password = [password_from(options.password_fd)]
    return run_command(set_first, settings, seat_clock(config), int(text), password)


def _numbered(text: str) -> tuple[int, str]:
    """Raises: ProcessFault USAGE for what is no NUMBER=FILE."""
    number, _, file = text.partition("=")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and int(number) > 0 and file):
        raise ProcessFault("passwords: --boxes is a number, an equals sign and a file", ExitCode.USAGE)
    return int(number), file


def _settings(config: Config, options: argparse.Namespace, seat: int, key_id: int) -> SeatSettings:
    """Of the seat and key that the options name, else of these."""
    try:
        signer = load_signer(options.key, options.key_id or key_id)
    except KeyFileError as error:
        raise ConfigFault(str(error)) from None
    settings = seat_settings(config, BANK_PARTY, options.seat or seat, signer, options.host, options.port)
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
