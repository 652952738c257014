"""`yzt report`: the tables of a day, of a month, of an account, and the books, in Chinese, as CSV and PDF.

Belongs here: the options, which reports are made, what is said of them, the exit code. Never here: what a report says.
"""

import argparse
import asyncio
import getpass
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from config.cli.books.balances import Balances
from config.cli.books.read_model import asked as ask
from config.cli.books.read_model import dsn_of
from config.cli.options import DATE, PARTY, add_common_options, whole
from config.cli.reports import clearing_account, ledgers, letters, monthly
from config.cli.reports.asking import Asked
from config.cli.reports.day import branches, day_end, differences, settlement
from config.cli.reports.day.cleared import ClearedDate, ReadSheets, cleared_at, counting_sets
from config.cli.reports.day.suspense import posted_at
from config.cli.reports.paper.drawing import Made
from config.cli.reports.paper.files import folder_for, write_list
from config.cli.reports.paper.forms import Kind, Report, Row, page_cell
from config.cli.reports.paper.making import Written, make
from config.cli.running import CommandParser
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.printable import printable
from config.kit.processes import print_progress
from config.schema import Config
from protocol.limits import COLUMN_FEN_MAX, OUTLET_MAX, TRADE_DATE_MAX, TRADE_DATE_MIN

BY_SIGNS_MAX = 40
LETTERS = tuple(letters.COLUMNS)
CASES_MAX = 2**31 - 1
MONTH = whole(TRADE_DATE_MIN // 100, TRADE_DATE_MAX // 100)
Making = Callable[[Asked, argparse.Namespace], AsyncGenerator[Report]]
"""One after the other: the next is asked for once all rows of one are read."""


async def _day(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    cleared = await cleared_at(asked, options.date)
    yield await day_end.day_end(asked, options.date, cleared, await day_end.volume(asked, options.date))


async def _differences(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await differences.differences(asked, options.date)


async def _settlement(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    date = await asked.known_date(options.date)
    posted = await posted_at(asked, date)
    async for report in settlement.settlements(asked, date, options.broker, posted, ReadSheets({})):
        yield report


async def _branches(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    cleared, posted = await cleared_at(asked, options.date), await posted_at(asked, options.date)
    found = await ledgers.balances(asked, options.date, None)
    yield await branches.branches(asked, options.date, cleared, posted, found.books)


async def _clearing(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    _must_follow(asked, options.first, options.last)
    yield await clearing_account.clearing_account(asked, options.broker, options.first, options.last)


async def _advance(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await letters.advance(asked, await _named(asked, options), options.until or options.today)


async def _overdue(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await letters.overdue(asked, await _named(asked, options))


async def _late(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await letters.bank_late(asked, await _named(asked, options))


async def _named(asked: Asked, options: argparse.Namespace) -> letters.Named:
    return letters.Named(options.broker, await asked.known_date(options.date), options.case)


async def _statement(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    _must_follow(asked, options.first, options.last)
    account = (options.account, options.bank_number)
    yield await ledgers.account_statement(asked, *account, options.first, options.last)


def _must_follow(asked: Asked, first: int | None, last: int | None) -> None:
    """Raises: ProcessFault USAGE when the first date is behind the last."""
    if first is not None and last is not None and first > last:
        raise asked.wrong(f"--from {first} is later than --to {last}")


async def _ledger(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await ledgers.ledger(asked, await ledgers.balances(asked, options.date, options.outlet))


async def _trial(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await ledgers.trial(asked, await ledgers.balances(asked, options.date, options.outlet))


async def _accounts(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await monthly.accounts(asked, options.month)


async def _settled(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    yield await monthly.settled(asked, options.month)


async def _all(asked: Asked, options: argparse.Namespace) -> AsyncGenerator[Report]:
    """Of a date, or of a month."""
    if (options.date is None) == (options.month is None):
        raise asked.wrong("--date or --month says of what")
    if options.month is not None:
        for report in (await monthly.accounts(asked, options.month), await monthly.settled(asked, options.month)):
            yield report
        return
    date = await asked.known_date(options.date)
    # Sheets take as long as all else that is asked: a second core may as well work.
    async with asked.beside() as also:
        others = asyncio.ensure_future(_beside_sheets(also, date))
        try:
            posted, read = await posted_at(asked, date), ReadSheets({})
            async for report in settlement.settlements(asked, date, None, posted, read):
                yield report
            volume, differing, found = await others
            cleared = ClearedDate(await counting_sets(asked, date), read.by_outlet)
            yield await day_end.day_end(asked, date, cleared, volume)
            yield differing
            yield await branches.branches(asked, date, cleared, posted, found.books)
            yield await ledgers.ledger(asked, found)
            yield await ledgers.trial(asked, found)
        finally:  # its statement is cancelled before its connection is closed
            others.cancel()
            await asyncio.gather(others, return_exceptions=True)


async def _beside_sheets(asked: Asked, trade_date: int) -> tuple[Sequence[Row], Report, Balances]:
    volume = await day_end.volume(asked, trade_date)
    found = await ledgers.balances(asked, trade_date, None)
    return volume, await differences.differences(asked, trade_date), found


REPORTS: dict[str, tuple[Making, str]] = {
    "day": (_day, "日终报表: of a date, what each broker's customers did, and where its clearing stands"),
    "differences": (_differences, "差错清单: of a date, what differs, and what brokers make good"),
    "settlement": (
        _settlement,
        "交收单: of a date, for each broker, what is owed and what each customer pays and is paid",
    ),
    "branches": (_branches, "辖内清算表: of a date, what each outlet settles inside the bank"),
    "statement": (_statement, "明细账: every entry of a savings account, and its balance after each"),
    "clearing": (_clearing, "清算账户对账单: every entry of a broker's clearing account, what it owes and was lent"),
    "advance": (_advance, "垫付通知书: letter to a broker about what the bank has lent it for a date, with interest"),
    "overdue": (_overdue, "逾期催收函: letter to a broker about what it owes behind its due time"),
    "late": (_late, "迟付说明函: letter to a broker about what the bank had not paid at its due time"),
    "ledger": (_ledger, "总账: each balance of the general ledger, what was debited and credited"),
    "trial": (_trial, "试算平衡表: debits and credits of each account of the general ledger, and of each outlet"),
    "accounts": (_accounts, "账户情况表: of a month, contracts by sub-branch and broker"),
    "settled": (_settled, "交收额情况表: of a month, what was settled, by sub-branch and broker"),
    "all": (_all, "every report of a date, or of a month"),
}


class Done(NamedTuple):
    """What came of it: whether all adds up, as of which journal row, and the digest of the list of all files."""

    holds: bool
    as_of: int
    digest: bytes


def main(argv: list[str], config: Config) -> int:
    """Writes the files of one or more reports. Returns: OK, or FAILED where something does not add up, which is told.

    Raises: ProcessFault USAGE for what there is not, DATA when a file cannot be written, UNAVAILABLE when the read
    model cannot be asked; of the report that is being made then no file is there.
    """
    options = _parser().parse_args(argv)
    return int(ExitCode.OK if _make(config, options).holds else ExitCode.FAILED)


def make_of_date(config: Config, trade_date: int, folder: Path, command: str) -> tuple[int, bytes]:
    """Writes every report of a date. Returns: the row as of which they are, the SHA-256 of their list.

    Raises: ProcessFault as `main`, FAILED where something does not add up.
    """
    done = _make(config, _parser().parse_args(["all", "--date", str(trade_date), "--out", str(folder)]))
    if not done.holds:
        raise ProcessFault(f"{command}: the reports of {trade_date} do not add up", ExitCode.FAILED)
    return done.as_of, done.digest


def _make(config: Config, options: argparse.Namespace) -> Done:
    folder, zone = folder_for(options.out), config.calendar.time_zone()
    by = _maker(options.by)
    at = datetime.fromtimestamp(config.wall_clock().utc_ns() // 1_000_000_000, UTC).astimezone(zone)
    command = f"report {options.name}"
    options.today = int(f"{at:%Y%m%d}")

    async def read(connection: asyncpg.Connection, as_of: int) -> Done:
        asked = Asked(connection, command, as_of, zone, dsn_of(config))
        return await _make_all(asked, options, folder, by, at)

    return ask(config, command, read)


async def _make_all(asked: Asked, options: argparse.Namespace, folder: Path, by: str, at: datetime) -> Done:
    as_of_at = await asked.as_of_at()
    made = Made(await asked.bank_name(), asked.as_of, as_of_at, by, at)
    making, _ = REPORTS[options.name]
    holds, files, digest = True, list[Path](), b""

    def told(report: Report, written: Written) -> None:
        nonlocal holds
        files.extend(written.files)
        holds &= _say(report, written, asked.as_of)

    async with aclosing(making(asked, options)) as reports:
        await make(reports, made, folder, print_progress, told)
    if options.name == "all":
        name = f"reports-{options.date or options.month}-row{asked.as_of}.sha256"
        listed, digest = write_list(folder, name, files)
        print(listed)
    return Done(holds, asked.as_of, digest)


def _say(report: Report, written: Written, as_of: int) -> bool:
    """Prints the files, and whether the report adds up. Returns: whether it does."""
    for file in written.files:
        print(file)
    for fault in written.faults:
        print_progress(f"does not add up: {fault}")
    for check in written.checks:
        if not check.holds:
            kind = Kind.FEN if check.kind is Kind.FEN else Kind.COUNT
            both = f"{page_cell(kind, check.here)} and {page_cell(kind, check.there)}"
            print_progress(f"does not add up: {report.title} {check.what}: {both}")
    holds = not written.faults and all(check.holds for check in written.checks)
    said = f"it adds up: {len(written.checks)} comparisons" if holds else "it does NOT add up"
    print_progress(f"{report.name} as of row {as_of:,}: {written.rows_count:,} rows, {said}")
    return holds


def _maker(named: str | None) -> str:
    """Who makes it. Raises ProcessFault USAGE for a name that does not fit a page."""
    if named is None:
        try:
            return getpass.getuser()
        except (KeyError, OSError):  # a user without a name
            return "—"
    if not named.strip() or len(named) > BY_SIGNS_MAX:
        raise ProcessFault(f"report: --by is a name of 1 to {BY_SIGNS_MAX} signs", ExitCode.USAGE)
    return printable(named.strip())


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt report",
        description="Reports in Chinese from the read model: one PDF each with totals and the first 1,000 lines, and "
        "one CSV for each table with all lines (UTF-8 with a byte order mark). Amounts are yuan.",
        epilog="Exit code 1: something does not add up, and is told with both values; it stands in the PDF too.",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME", parser_class=CommandParser)
    for name, (_, does) in REPORTS.items():
        report = names.add_parser(name, help=does, description=does)
        add_common_options(report)
        report.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go; made if new")
        report.add_argument("--by", metavar="NAME", help="who makes it 制表 (default: the user who runs this)")
        _add_subject(report, name)
    return parser


def _add_subject(report: CommandParser, name: str) -> None:
    """Of what a report is."""
    if name in ("accounts", "settled", "all"):
        report.add_argument("--month", type=MONTH, required=name != "all", help="yyyymm")
    if name in ("ledger", "trial"):
        report.add_argument("--date", type=DATE, help="trade date yyyymmdd (default: since the bank began)")
        report.add_argument("--outlet", type=whole(1, OUTLET_MAX), help="what was booked for one outlet")
    elif name in ("statement", "clearing"):
        if name == "statement":
            account = whole(1, COLUMN_FEN_MAX)
            report.add_argument("--account", type=account, required=True, metavar="N", help="with its check digits")
            report.add_argument("--bank-number", action="store_true", help="N is the bank's own number of it")
        else:
            report.add_argument("--broker", type=PARTY, required=True, metavar="N", help="its number")
        report.add_argument("--from", dest="first", type=DATE, metavar="DATE", help="first trade date yyyymmdd")
        report.add_argument("--to", dest="last", type=DATE, metavar="DATE", help="last trade date yyyymmdd")
    elif name in LETTERS:
        report.add_argument("--broker", type=PARTY, required=True, metavar="N", help="its number")
        report.add_argument("--date", type=DATE, required=True, help="trade date yyyymmdd of the obligation")
        report.add_argument("--case", type=whole(0, CASES_MAX), default=0, metavar="N", help="of a case: its number")
        if name == "advance":
            report.add_argument("--until", type=DATE, help="yyyymmdd: interest up to this day (default: today)")
    elif name not in ("accounts", "settled"):
        report.add_argument("--date", type=DATE, required=name != "all", help="trade date yyyymmdd")
    if name == "settlement":
        report.add_argument("--broker", type=PARTY, help="of one broker, by number (default: of each)")
