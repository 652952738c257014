"""`yzt fees notify FILE`: a broker announces what it charges.

Belongs here: the command's options, the file's lines, what it prints. Never here: columns (fields), what the bank makes
of a notice.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from config.cli.fees.fields import CHARGED, FEES, charged_of, fees_of
from config.cli.links import seat_clock, seat_settings
from config.cli.options import KEY_ID, PARTY, PORT, SEAT, add_common_options
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.schema import Config
from config.text_files import NotText, csv_rows
from protocol.client import KeyFileError, MisuseError, Seat, SeatSettings, load_signer
from protocol.codes import FACTS, ReplyCode
from protocol.messages.orders.fees import NotifyFees

HEADER = (*CHARGED, *FEES)
CONNECT_ATTEMPTS_MAX = 10
Notices = list[tuple[int, NotifyFees]]
"""With the line of each."""


def main(argv: list[str], config: Config) -> int:
    """Announces each line of a file. Returns: the exit code.

    Raises: ProcessFault with file, line and reason, or why the bank was not reached.
    """
    options = _parser().parse_args(argv)
    return run_command(_notify, config, options, read_notices(options.file))


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt fees",
        description="What a broker charges of orders through the bank, as a CSV file: announcing it.",
        epilog=f"The header row: {','.join(HEADER)}. docs/operations.md says what the numbers of a fee are.",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("notify",))
    parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file to read")
    parser.add_argument("--party", type=PARTY, required=True, help="the broker's number")
    parser.add_argument("--seat", type=SEAT, required=True, help="the seat that announces")
    parser.add_argument("--key", type=Path, required=True, help="the seat's private key, a PEM file")
    parser.add_argument("--key-id", type=KEY_ID, default=1, help="the number under which the bank has that key")
    parser.add_argument("--host", help="the gateway's address (default: the running one of this installation)")
    parser.add_argument("--port", type=PORT, help="its port")
    return parser


def read_notices(file: Path) -> Notices:
    """The notices of a file. Raises ProcessFault at the first fault, with file, line and reason."""
    try:
        with file.open("rb") as stream:
            rows = csv_rows(stream)
            head = tuple(name.strip() for name in next(rows, (1, []))[1])
            if head != HEADER:
                raise ProcessFault(f"{file}:1: the header row is not {','.join(HEADER)}", ExitCode.DATA)
            return [(line_no, _notice(file, line_no, fields)) for line_no, fields in rows if fields]
    except OSError as error:
        raise ProcessFault(f"{file}: {error.strerror}", ExitCode.DATA) from None
    except NotText as error:
        raise ProcessFault(f"{file}:{error.line_no}: {error}", ExitCode.DATA) from None


def _notice(file: Path, line_no: int, fields: list[str]) -> NotifyFees:
    try:
        row = dict(zip(HEADER, (field.strip() for field in fields), strict=True))
        return NotifyFees(*charged_of(row), *fees_of(row))
    except ValueError as error:
        raise ProcessFault(f"{file}:{line_no}: {printable(str(error))}", ExitCode.DATA) from None


async def _notify(config: Config, options: argparse.Namespace, notices: Notices) -> int:
    async with Seat.open(_settings(config, options), seat_clock(config)) as seat:
        for line_no, notice in notices:
            try:
                outcome = await seat.control(notice)
            except MisuseError as error:
                raise ProcessFault(f"{options.file}:{line_no}: {error}", ExitCode.DATA) from None
            if outcome.code != ReplyCode.ACCEPTED:
                reason = f"{outcome.code.name}: {FACTS[outcome.code].meaning}"
                raise ProcessFault(f"{options.file}:{line_no}: refused by the bank: {reason}", ExitCode.FAILED)
            print(f"line {line_no}: notice {outcome.remaining_fen}")
    return int(ExitCode.OK)


def _settings(config: Config, options: argparse.Namespace) -> SeatSettings:
    try:
        signer = load_signer(options.key, options.key_id)
    except KeyFileError as error:
        raise ProcessFault(str(error), ExitCode.CONFIG) from None
    settings = seat_settings(config, options.party, options.seat, signer, options.host, options.port)
    return replace(settings, connect_attempts_max=CONNECT_ATTEMPTS_MAX)
