"""`yzt act write | sign | countersign | show | send`: acts of people with PEM keys.

Belongs here: the command's options, what it prints. Never here: fields of an act (writing), files of acts (files),
whether the bank takes it.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from config.cli.acts.files import ActFile, SignatureInFile, read_act, write_act
from config.cli.acts.known import known_of
from config.cli.acts.writing import LIST_WORDS, Header, fields_of_list, own_fields, written
from config.cli.day.lists import read_list, said_of
from config.cli.links import seat_clock, seat_settings
from config.cli.options import KEY_ID, PERSON, PORT, SEAT, SERIAL, VALID_S, add_common_options
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from protocol.acts.corrections import CorrectListAct
from protocol.acts.table import ACT_DOMAIN, KINDS_BY_WORD, AnyAct, row_of, signed_bytes, word_of
from protocol.client import KeyFileError, Seat, load_signer
from protocol.codes import FACTS, ReplyCode
from protocol.vocabulary import BANK_PARTY

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_ATTEMPTS_MAX = 10
VALID_S_DEFAULT = 3_600


def main(argv: list[str], config: Config) -> int:
    """Does what the first word says. Returns: the exit code.

    Raises: ProcessFault with what is wrong, or why the bank was not reached.
    """
    options = _parser().parse_args(argv)
    commands: dict[str, Callable[[Config, argparse.Namespace], int]] = {
        "write": _write,
        "sign": _sign,
        "countersign": _countersign,
        "show": _show,
        "send": _send,
    }
    return commands[options.what](config, options)


def _parser() -> CommandParser:
    acts = "; ".join(f"{word} {' '.join(own_fields(word))}".strip() for word in KINDS_BY_WORD)
    parser = CommandParser(
        prog="yzt act",
        description="Acts of people: write, sign, have a second person sign the same bytes, look at it, send.",
        epilog=f"Acts and their fields, as NAME=VALUE: {acts}. Rights are separated by commas, windows by "
        "semicolons and their five times by commas; times are ISO 8601 with a zone (empty: no bound), public_key is "
        "hexadecimal or a .pub.pem file; correct_list, register_securities and set_prices take list=FILE for what is "
        "said of it; docs/acts.md says who signs what.",
    )
    add_common_options(parser)
    subparsers = parser.add_subparsers(dest="what", required=True, metavar="WHAT", parser_class=CommandParser)
    write = subparsers.add_parser("write", help="write the text of an act into a new file")
    write.add_argument("act", choices=tuple(KINDS_BY_WORD))
    write.add_argument("file", type=Path, metavar="FILE")
    write.add_argument("fields", nargs="*", metavar="NAME=VALUE")
    write.add_argument("--author", type=PERSON, required=True, help="the person who writes and signs first")
    write.add_argument("--reason", required=True, help="why, 1 to 200 characters")
    write.add_argument(
        "--valid", type=VALID_S, default=VALID_S_DEFAULT, help="seconds from now until it is over (3600)"
    )
    write.add_argument("--evidence", type=Path, help="a file whose SHA-256 the act names")
    write.add_argument("--serial", type=SERIAL, help="the author's next number (default: as the read model has it)")
    write.add_argument("--bank", help="the bank's 16 digits (default: as the read model has them)")
    for what, words in (("sign", "sign it as its author"), ("countersign", "sign it as the second person")):
        signing = subparsers.add_parser(what, help=words)
        signing.add_argument("file", type=Path, metavar="FILE")
        signing.add_argument("--key", type=Path, required=True, help="the person's private key, a PEM file")
        signing.add_argument(
            "--key-id", type=KEY_ID, default=1, help="the number under which the bank has that key (1)"
        )
        if what == "countersign":
            signing.add_argument("--person", type=PERSON, required=True, help="who signs")
    show = subparsers.add_parser("show", help="print what one signs, and who has signed")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--list", type=Path, help="of a list: the CSV file that must be the one which is signed")
    send = subparsers.add_parser("send", help="send it over a desk's seat")
    send.add_argument("file", type=Path, metavar="FILE")
    send.add_argument("--seat", type=SEAT, default=3, help="the teller's or day desk's seat (3)")
    send.add_argument("--key", type=Path, required=True, help="the seat's private key, a PEM file")
    send.add_argument("--key-id", type=KEY_ID, default=1, help="the number under which the bank has that key (1)")
    send.add_argument("--host", help="the gateway's address (default: the running one of this installation)")
    send.add_argument("--port", type=PORT, help="its port")
    return parser


def _write(config: Config, options: argparse.Namespace) -> int:
    bank, serial = options.bank, options.serial
    if bank is None or serial is None:
        known = known_of(config, options.author)
        bank, serial = bank or known.bank, serial or known.last_serial + 1
    valid_until_s = config.wall_clock().utc_ns() // 10**9 + options.valid
    header = Header(options.author, bank, options.reason, serial, valid_until_s, options.evidence)
    act, text = written(options.act, header, options.fields)
    write_act(options.file, ActFile(text, []), is_new=True)
    row = row_of(act)
    people = "its author signs it" if row.persons == 1 else "its author and a second person sign it"
    print_progress(f"{options.file}: {word_of(act)}, serial {serial} of person {options.author}; {people}")
    return int(ExitCode.OK)


def _sign(_config: Config, options: argparse.Namespace) -> int:
    read = read_act(options.file)
    if read.signatures:
        raise ProcessFault(f"{options.file}: it is signed already", ExitCode.DATA)
    return _signed(options, read, read.act(options.file).author)


def _countersign(_config: Config, options: argparse.Namespace) -> int:
    read = read_act(options.file)
    if len(read.signatures) != 1:
        missing = "its author has not signed it" if not read.signatures else "it is countersigned already"
        raise ProcessFault(f"{options.file}: {missing}", ExitCode.DATA)
    if read.act(options.file).author == options.person:
        raise ProcessFault(f"{options.file}: its author cannot countersign it", ExitCode.DATA)
    return _signed(options, read, options.person)


def _signed(options: argparse.Namespace, read: ActFile, person: int) -> int:
    """What is signed is shown first, as it is."""
    read.act(options.file)
    print(read.text)
    try:
        signer = load_signer(options.key, options.key_id, ACT_DOMAIN)
    except KeyFileError as error:
        raise ProcessFault(str(error), ExitCode.CONFIG) from None
    made = SignatureInFile(person, options.key_id, signer.sign(read.sent()[0]).hex())
    write_act(options.file, ActFile(read.text, [*read.signatures, made]), is_new=False)
    print_progress(f"{options.file}: signed by person {person}")
    return int(ExitCode.OK)


def _show(_config: Config, options: argparse.Namespace) -> int:
    read = read_act(options.file)
    act, (text, signatures) = read.act(options.file), read.sent()
    print(read.text)
    if options.list is not None:
        _show_list(act, options.file, options.list)
    row = row_of(act)
    print(f"{len(signed_bytes(text))} bytes are signed; needs {row.right.name}, {row.persons} of people")
    for place, one in enumerate(signatures):
        who = "author" if place == 0 else "second person"
        print(f"signed in the name of person {one.person} ({who}), key {one.key_id}")
    return int(ExitCode.OK)


def _show_list(act: AnyAct, file: Path, list_file: Path) -> None:
    """Raises ProcessFault DATA for another list than the one that is signed."""
    word = word_of(act)
    said = fields_of_list(word, list_file) if word in LIST_WORDS else {}
    if not said or any(str(getattr(act, name)) != value for name, value in said.items()):
        raise ProcessFault(f"{list_file}: it is not the list that {file} is about", ExitCode.DATA)
    what = said_of(read_list(list_file)) if isinstance(act, CorrectListAct) else f"{int(said['count']):,} lines"
    print(f"{list_file} is its list: {what}")


def _send(config: Config, options: argparse.Namespace) -> int:
    read = read_act(options.file)
    if not read.signatures:
        raise ProcessFault(f"{options.file}: nobody has signed it", ExitCode.DATA)
    return run_command(_sent, config, options, read)


async def _sent(config: Config, options: argparse.Namespace, read: ActFile) -> int:
    try:
        signer = load_signer(options.key, options.key_id)
    except KeyFileError as error:
        raise ProcessFault(str(error), ExitCode.CONFIG) from None
    settings = seat_settings(config, BANK_PARTY, options.seat, signer, options.host, options.port)
    async with Seat.open(replace(settings, connect_attempts_max=CONNECT_ATTEMPTS_MAX), seat_clock(config)) as seat:
        outcome = await seat.act(*read.sent())
    if outcome.accepted:
        print(f"{options.file}: it took effect, number {outcome.remaining_fen}, in row {outcome.sequence}")
        return int(ExitCode.OK)
    code = outcome.code
    done = f", as number {outcome.remaining_fen}" if code is ReplyCode.ACT_REPEATED else ""
    words = FACTS[code].meaning if code.is_listed else "newer than this program"
    raise ProcessFault(f"{options.file}: refused: {code.name}: {words}{done}", ExitCode.FAILED)
