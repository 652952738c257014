"""`yzt clearing make | check | send FILE`: clearing sets as CSV files.

Belongs here: the command's options, what it prints. Never here: columns of a file (csv_lines), what the bank would
refuse (checking), the steps of sending (the SDK).
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from config.cli.clearing.checking import refusals, summary
from config.cli.clearing.csv_lines import HEADER, ReadSet, read_set, write_set
from config.cli.clearing.declared import declared_second
from config.cli.links import seat_clock, seat_settings
from config.cli.options import KEY_ID, PARTY, PORT, SEAT, add_common_options
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.kit.processes import print_progress
from config.schema import Config
from protocol.client import KeyFileError, Seat, SeatSettings, SentSet, is_as_sent, load_signer, totals_of_set
from protocol.codes import FACTS, ReplyCode
from protocol.messages.day.steps import WithdrawSet
from protocol.messages.queries import SetAnswer
from protocol.trade_dates import is_trade_date
from protocol.vocabulary import LaneState

TOLD_MAX = 50  # lines of one file; then their number
PROGRESS_SECONDS = 2.0
CONNECT_ATTEMPTS_MAX = 10


def main(argv: list[str], config: Config) -> int:
    """Makes, checks or sends a set. Returns: the exit code.

    Raises: ProcessFault with file, line and reason, or why the bank was not reached.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.what == "make":
        return _make(options)
    trade_date = _date(options.date)
    read = read_set(options.file, trade_date, _every_two_seconds("rows read"))
    told = _check(options.file, read)
    if told or options.what == "check":
        return int(ExitCode.DATA if told else ExitCode.OK)
    return run_command(_send, config, options, trade_date, read)


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt clearing",
        description="A broker's clearing set as a CSV file: an example, a check without a bank, sending one.",
        epilog=f"The header row: {','.join(HEADER)}. Amounts are fen; docs/clearing.md says which kind uses which "
        "column. Sending the same again is harmless.",
    )
    add_common_options(parser)
    parser.add_argument("what", choices=("make", "check", "send"))
    parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file to write, or to read")
    parser.add_argument("--date", help="trade date of the set, yyyymmdd")
    parser.add_argument("--orders", type=int, default=200, help="make: how many orders the simulated broker had")
    parser.add_argument("--seed", type=int, default=1, help="make: the same seed makes the same set")
    parser.add_argument("--party", type=PARTY, help="send: the broker's number")
    parser.add_argument("--seat", type=SEAT, help="send: the seat that sends the set")
    parser.add_argument("--key", type=Path, help="send: the seat's private key, a PEM file")
    parser.add_argument("--key-id", type=KEY_ID, default=1, help="send: the number under which the bank has that key")
    parser.add_argument("--declared", help="send: when the exchange's data were there, ISO 8601 with a zone (now)")
    parser.add_argument("--replace", action="store_true", help="send: withdraw the set that the date has")
    parser.add_argument("--host", help="send: the gateway's address (default: the running one of this installation)")
    parser.add_argument("--port", type=PORT, help="send: its port")
    return parser


def _make(options: argparse.Namespace) -> int:
    from frontend_sim.market.example_set import example_set

    if not 1 <= options.orders <= 1_000_000:
        raise ProcessFault("--orders must be 1 to 1000000", ExitCode.USAGE)
    lines = example_set(_date(options.date), options.orders, options.seed)
    try:
        with options.file.open("x", encoding="utf-8") as stream:
            write_set(stream, lines)
    except OSError as error:
        raise ProcessFault(f"{options.file}: {error.strerror}", ExitCode.DATA) from None
    print_progress(f"{options.file}: {len(lines):,} lines")
    return int(ExitCode.OK)


def _date(text: str | None) -> int:
    if text is None:
        raise ProcessFault("clearing: --date says which trade date the set is of", ExitCode.USAGE)
    if not (text.isascii() and text.isdecimal() and len(text) == 8 and is_trade_date(int(text))):
        raise ProcessFault(f"clearing: {printable(text)[:50]} is no date yyyymmdd", ExitCode.USAGE)
    return int(text)


def _check(file: Path, read: ReadSet) -> int:
    """Names every line that is none or that the bank would refuse. Returns: how many."""
    faults = [(bad.line_no, bad.reason) for bad in read.bad]
    faults += [(read.line_nos[refusal.place], refusal.words) for refusal in refusals(read.lines)]
    for line_no, reason in sorted(faults)[:TOLD_MAX]:
        print(f"{file}:{line_no}: {printable(reason)}")
    if len(faults) > TOLD_MAX:
        print(f"and {len(faults) - TOLD_MAX:,} more lines")
    if not faults:
        print("\n".join(summary(totals_of_set(read.lines))))
    return len(faults)


async def _send(config: Config, options: argparse.Namespace, trade_date: int, read: ReadSet) -> int:
    settings, declared_s = _settings(config, options), _declared_s(config, options.declared)
    async with Seat.open(settings, seat_clock(config)) as seat:
        has = await seat.clearing_set(trade_date)
        if has.state >= LaneState.COMPLETE and is_as_sent(has.announced, read.lines, settings.outbox_records):
            print(f"set {has.number} of {trade_date} is there already, and complete")
            return int(ExitCode.OK)
        if has.number and options.replace:
            withdrawn = await seat.control(WithdrawSet(trade_date, has.number))
            print_progress(f"set {has.number} of {trade_date} is withdrawn: {withdrawn.code.name}")
        sent = await seat.send_clearing_set(trade_date, declared_s, read.lines, _every_two_seconds("lines sent"))
        return _tell(options.file, trade_date, read, sent, await seat.clearing_set(trade_date))


def _settings(config: Config, options: argparse.Namespace) -> SeatSettings:
    missing = [name for name in ("party", "seat", "key") if getattr(options, name) is None]
    if missing:
        raise ProcessFault(f"clearing send: --{missing[0]} is missing", ExitCode.USAGE)
    try:
        signer = load_signer(options.key, options.key_id)
    except KeyFileError as error:
        raise ProcessFault(str(error), ExitCode.CONFIG) from None
    settings = seat_settings(config, options.party, options.seat, signer, options.host, options.port)
    return replace(settings, connect_attempts_max=CONNECT_ATTEMPTS_MAX)


def _declared_s(config: Config, text: str | None) -> int:
    now_s = config.wall_clock().utc_ns() // 10**9
    return now_s if text is None else declared_second("clearing send", text, now_s)


def _tell(file: Path, trade_date: int, read: ReadSet, sent: SentSet, has: SetAnswer) -> int:
    if not sent.number:
        code = sent.last.code
        hint = f"; it has set {has.number}, which --replace withdraws" if code is ReplyCode.SET_EXISTS else ""
        raise ProcessFault(f"{file}: not announced: {code.name}: {FACTS[code].meaning}{hint}", ExitCode.FAILED)
    codes = sent.outcomes["code"].tolist()
    refused = [(line_no, ReplyCode(code)) for line_no, code in zip(read.line_nos, codes, strict=True) if code]
    for line_no, code in refused[: 0 if sent.is_complete else TOLD_MAX]:  # complete: some were there already
        print(f"{file}:{line_no}: {code.name}: {FACTS[code].meaning}")
    if sent.is_complete:
        late = f", {has.last_late_s:,} s late" if has.last_late_s else ""
        listed = f", {has.listed:,} name orders that the bank does not have" if has.listed else ""
        print(f"set {sent.number} of {trade_date} is complete: {sum(has.arrived.counts):,} lines{listed}{late}")
        return int(ExitCode.OK)
    print(f"set {sent.number} of {trade_date} is not complete: {sent.last.code.name}", file=sys.stderr)
    for announced, arrived in zip(summary(has.announced), summary(has.arrived), strict=True):
        if announced != arrived:
            print(f"  announced: {announced}\n  arrived:   {arrived}", file=sys.stderr)
    return int(ExitCode.FAILED)


def _every_two_seconds(what: str) -> Callable[[int], None]:
    """Says how far something is, where it takes long."""
    last = time.monotonic()

    def told(count: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            print_progress(f"{count:,} {what}")

    return told
