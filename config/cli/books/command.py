"""`yzt books`: statement of an account 明细账, general ledger 总账, trial balance 试算平衡.

Belongs here: which page it is, the options, the exit code. Never here: the questions (asking), what adds up (statement,
balances), how pages look (pages).
"""

import argparse
from pathlib import Path

import asyncpg

from config.cli.books import asking, ledger_page, statement, trial_page
from config.cli.books.balances import Balances, Books
from config.cli.books.pages import write_csv
from config.cli.books.read_model import asked
from config.cli.books.statement import Account, Entry
from config.cli.options import DATE, add_common_options, whole
from config.cli.running import CommandParser
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import print_progress
from config.schema import Config
from protocol.limits import COLUMN_FEN_MAX, OUTLET_MAX

ACCOUNT = whole(1, COLUMN_FEN_MAX)
OUTLET = whole(1, OUTLET_MAX)


def main(argv: list[str], config: Config) -> int:
    """Prints a page, or writes it as CSV. Returns: OK, or FAILED where something does not add up, which is told.

    Raises: ProcessFault USAGE for what there is not, DATA when a file cannot be written, UNAVAILABLE when the read
    model cannot be asked.
    """
    options = _parser().parse_args(argv)
    if options.what == "statement":
        return _statement(config, options)
    return _balances(config, options)


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="yzt books",
        description="The bank's books as the read model has them: a statement of one savings account, the general "
        "ledger, the trial balance. Amounts are yuan.",
        epilog="Exit code 1: something does not add up, and is told with both values.",
    )
    pages = parser.add_subparsers(dest="what", required=True, metavar="PAGE", parser_class=CommandParser)
    page = _page(pages, "statement", "every entry of a savings account, and its balance after each")
    page.add_argument("account", type=ACCOUNT, metavar="ACCOUNT", help="number of the account, check digits included")
    page.add_argument("--bank-number", action="store_true", help="ACCOUNT is the bank's own number of it")
    page.add_argument("--from", dest="first", type=DATE, metavar="DATE", help="first trade date yyyymmdd")
    page.add_argument("--to", dest="last", type=DATE, metavar="DATE", help="last trade date yyyymmdd")
    for name, does in (
        ("ledger", "each balance of the general ledger, what was debited and credited"),
        ("trial", "debits and credits of each account of the general ledger, and of each outlet beside its accounts"),
    ):
        page = _page(pages, name, does)
        page.add_argument("--date", type=DATE, help="of one trade date yyyymmdd (default: since the bank began)")
        page.add_argument("--outlet", type=OUTLET, help="what was booked for one outlet")
    return parser


def _page(pages: "argparse._SubParsersAction[CommandParser]", name: str, does: str) -> CommandParser:
    page = pages.add_parser(name, help=does, description=does)
    add_common_options(page)
    page.add_argument("--csv", type=Path, metavar="FILE", help="write it into this new file")
    return page


def _statement(config: Config, options: argparse.Namespace) -> int:
    first, last = options.first or 0, options.last
    if last is not None and first > last:
        raise ProcessFault(f"books statement: --from {first} is later than --to {last}", ExitCode.USAGE)

    async def read(connection: asyncpg.Connection, as_of: int) -> tuple[Account, list[Entry]]:
        return await asking.statement(connection, as_of, "books statement", options.account, options.bank_number)

    account, entries = asked(config, "books statement", read)
    page = statement.page(entries, first, last)
    faults = statement.faults(account, entries, page)
    if options.csv is not None:
        write_csv(options.csv, statement.CSV_COLUMNS, statement.csv_rows(account, page, config.calendar.time_zone()))
    else:
        print("\n".join(statement.lines(account, page, config.calendar.time_zone())))
    return _end(faults, account.as_of, page.adds_up_as)


def _balances(config: Config, options: argparse.Namespace) -> int:
    command = f"books {options.what}"

    async def read(connection: asyncpg.Connection, as_of: int) -> Books:
        return await asking.books(connection, as_of, command, options.date, options.outlet)

    books = asked(config, command, read)
    found = Balances.of(books)
    page = ledger_page if options.what == "ledger" else trial_page
    if options.csv is not None:
        write_csv(options.csv, page.CSV_COLUMNS, page.csv_rows(found))
    else:
        print("\n".join(page.lines(found)))
    return _end(found.faults(), books.as_of, found.adds_up_as())


def _end(faults: list[str], as_of: int, adds_up_as: str) -> int:
    for fault in faults:
        print_progress(f"does not add up: {fault}")
    print_progress(f"as of row {as_of:,}: {'it does NOT add up' if faults else f'it adds up: {adds_up_as}'}")
    return int(ExitCode.FAILED if faults else ExitCode.OK)
