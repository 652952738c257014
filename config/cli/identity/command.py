"""`yzt identity run | once | keygen | digest | seal`: the identity desk as a program of the bank.

Belongs here: the options, which keys are read. Never here: the desk's work (gateway.identity.desk), the columns of
files of persons (persons).
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from config.cli.identity.persons import write_accounts
from config.cli.identity.sealing import OF_CARD, sealed_words
from config.cli.links import seat_settings
from config.cli.options import KEY_ID, SEAT, add_common_options
from config.cli.passwords.counter import password_from
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ConfigFault, ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from gateway.identity.card_host import CardHost, NoCardHost, SocketCardHost
from gateway.identity.desk import IdentityDesk
from gateway.identity.key_files import (
    Unsealing,
    leave_no_core,
    read_holder_key,
    read_unsealing,
    wipe,
    write_holder_key,
    write_unsealing_key,
)
from protocol.client import (
    IdentityKey,
    IdentityKeys,
    KeyFileError,
    MisuseError,
    Seat,
    SeatSettings,
    load_identity_key,
    load_signer,
)
from protocol.vocabulary import BANK_PARTY

CONNECT_ATTEMPTS_MAX = 10
HOLDER_KEY_FILE = "holder.key"


def main(argv: list[str], config: Config) -> int:
    """Does what the first word says. Returns: the exit code.

    Raises: ProcessFault USAGE for what is no command, CONFIG for a key file, as `write_accounts`, or why the bank was
    not reached.
    """
    options = _parser().parse_args(argv)
    leave_no_core()
    if options.what == "keygen":
        return _keygen(options)
    if options.what == "seal":
        return _seal(options)
    if options.holder_key is None:
        raise ProcessFault("identity: --holder-key names the key of holders' digests", ExitCode.USAGE)
    holder_key = read_holder_key(options.holder_key)
    try:
        if options.what == "digest":
            if options.file is None:
                raise ProcessFault("identity digest: which file of persons?", ExitCode.USAGE)
            return write_accounts(options.file, holder_key)
        settings = _settings(config, options)
        unsealings = _unsealings("--persons", options.persons), _unsealings("--passwords", options.passwords)
        return run_command(_look, settings, options, *unsealings, holder_key)
    finally:
        wipe(holder_key)


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt identity",
        description="The identity desk: looks into contracts that brokers push (run, once), makes its keys in the "
        "folder FILE (keygen), and makes a file of accounts for `yzt load` out of a file of persons (digest). At the "
        "counter: seals who signs, and his card password, as words for `yzt act write` (seal).",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("run", "once", "keygen", "digest", "seal"))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="digest: persons as CSV; keygen: a folder")
    parser.add_argument("--seat", type=SEAT, default=6, help="the identity desk's seat (default: 6)")
    parser.add_argument("--key", type=Path, help="its private key, a PEM file")
    parser.add_argument("--key-id", type=KEY_ID, default=1, help="the number under which the bank has that key")
    parser.add_argument(
        "--persons",
        action="append",
        default=[],
        metavar="NUMBER=FILE",
        help="a key that opens persons; seal: its public half",
    )
    parser.add_argument(
        "--passwords", action="append", default=[], metavar="NUMBER=FILE", help="a key that opens card passwords"
    )
    parser.add_argument(
        "--password-fd", type=int, metavar="N", help="seal: the card password is a line of descriptor N"
    )
    parser.add_argument("--holder-key", type=Path, metavar="FILE", help="the key of holders' digests")
    parser.add_argument("--card-host", type=Path, metavar="SOCKET", help="of the card host; none: nobody is asked")
    parser.add_argument("--number", type=int, default=1, help="keygen: of the new keys (default: 1)")
    return parser


def _keygen(options: argparse.Namespace) -> int:
    """Keys under a number, those of persons and passwords that are not there yet; that of digests likewise."""
    folder = options.file
    if folder is None or not folder.is_dir():
        raise ProcessFault("identity keygen: which folder?", ExitCode.USAGE)
    if options.number < 1:
        raise ProcessFault("identity keygen: keys have numbers from 1", ExitCode.USAGE)
    files = [folder / f"{what}-{options.number}.pem" for what in ("persons", "passwords")]
    missing = [file for file in files if not file.exists()]
    if not missing:
        raise ConfigFault(f"{files[0]}: File exists, and {files[1].name}")
    for file in missing:
        public_file = write_unsealing_key(file)
        print(f"{file}\n{public_file}")
    if not (folder / HOLDER_KEY_FILE).exists():
        write_holder_key(folder / HOLDER_KEY_FILE)
        print(folder / HOLDER_KEY_FILE)
    return int(ExitCode.OK)


def _seal(options: argparse.Namespace) -> int:
    """What a teller signs of a customer at the counter, one word a line."""
    if options.file is None:
        raise ProcessFault("identity seal: which file?", ExitCode.USAGE)
    keys = IdentityKeys(_sealing("--persons", options.persons), _sealing("--passwords", options.passwords))
    card_password = password_from(options.password_fd, wanted=OF_CARD)
    print("\n".join(sealed_words(options.file, card_password, keys)))
    return int(ExitCode.OK)


def _sealing(option: str, named: Sequence[str]) -> IdentityKey:
    """The one key. Raises: ProcessFault USAGE for another number of them, ConfigFault for a file."""
    if len(named) != 1:
        raise ProcessFault(f"identity seal: {option} names one public key", ExitCode.USAGE)
    number, _, file = named[0].partition("=")
    if not (number.isascii() and number.isdecimal() and file):
        raise ProcessFault(f"identity seal: {option} is a number, an equals sign and a file", ExitCode.USAGE)
    try:
        return load_identity_key(file, int(number[:10]))
    except KeyFileError as error:
        raise ConfigFault(str(error)) from None
    except MisuseError as error:
        raise ProcessFault(f"identity seal: {option}: {error}", ExitCode.USAGE) from None


def _settings(config: Config, options: argparse.Namespace) -> SeatSettings:
    if options.key is None or not options.persons:
        raise ProcessFault("identity: --key names the seat's key, --persons a key that opens pushes", ExitCode.USAGE)
    try:
        signer = load_signer(options.key, options.key_id)
    except KeyFileError as error:
        raise ConfigFault(str(error)) from None
    settings = seat_settings(config, BANK_PARTY, options.seat, signer)
    return replace(settings, connect_attempts_max=CONNECT_ATTEMPTS_MAX)


def _unsealings(option: str, named: Sequence[str]) -> dict[int, Unsealing]:
    """By number. Raises: ProcessFault USAGE for what is no NUMBER=FILE, ConfigFault for a file."""
    found: dict[int, Unsealing] = {}
    for text in named:
        number, _, file = text.partition("=")
        if not (number.isascii() and number.isdecimal() and int(number[:10]) > 0 and file) or int(number) in found:
            reason = "is a number, an equals sign and a file, each number once"
            raise ProcessFault(f"identity: {option} {reason}", ExitCode.USAGE)
        found[int(number)] = read_unsealing(Path(file))
    return found


async def _look(
    settings: SeatSettings,
    options: argparse.Namespace,
    of_persons: dict[int, Unsealing],
    of_passwords: dict[int, Unsealing],
    holder_key: bytearray,
) -> int:
    cards: CardHost = NoCardHost() if options.card_host is None else SocketCardHost(options.card_host)
    async with Seat.open(settings) as seat:
        desk = IdentityDesk(seat, of_persons, of_passwords, holder_key, cards, print_progress)
        if options.what == "run":
            await desk.run()
        await desk.look_through()
    print_progress(f"{desk.identified:,} pushes read, {desk.decided:,} decided")
    return int(ExitCode.OK)
