"""`yzt run`: a whole system for two trade dates, a ledger killed in the middle, and the control table at the end.

What it leaves are the day-end reports of the first date, in a folder that it names.

Belongs here: the command and its verdict. Never here: the course of the session (two_days), the comparison
(control_table).

`--drill SOURCE` is an alarm drill: it adds one fen to what that source says before the comparison, so that everybody
can see the alarm and its exit code; no book is touched.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from config.cli.links import bank_seat_settings, seat_clock
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.wall_clock import SimulatedClock
from config.schema import Config
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.books_table import Books, books_by_sql, books_of, printed_books
from frontend_sim.auditor.control_table import (
    AUDITOR,
    GATEWAY,
    LEDGER,
    SOURCES,
    SQL,
    TotalsByParty,
    compare,
    lines_of,
    printed,
    printed_differences,
    with_one_fen_more,
)
from frontend_sim.auditor.money_watch import FROM_GATEWAY, FROM_LEDGER, totals_as_of
from frontend_sim.auditor.sql_totals import totals_by_sql
from frontend_sim.installation import Installation, known_bank_desks, new_party_signer, temporary_installation
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.market_day import informed_auditor, make_customers
from frontend_sim.market.order_seat import BankSeat
from frontend_sim.market.through_bank.masters import ThroughBank
from frontend_sim.trading_session.days.dates import SessionClock, SessionDates
from frontend_sim.trading_session.days.two_days import TwoDays
from frontend_sim.trading_session.judged import judge_days
from frontend_sim.trading_session.live_view import LiveView
from frontend_sim.trading_session.ordering import make_phones
from frontend_sim.trading_session.reports_folder import files_in, reports_folder
from frontend_sim.trading_session.session import Trading
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat
from protocol.vocabulary import Mode

PATIENCE_SECONDS = 30.0
CUSTOMERS_MAX = 1_000_000
CUSTOMERS_BY_PHONE = 250
"""Of the broker of scheme A; four of five sign on."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    seconds: float
    requests_max: int
    customers: int
    seed: int
    keep: bool
    plain: bool
    drill: str | None
    reports: Path | None


def main(argv: list[str], config: Config) -> int:
    """Runs the session. Returns: 0 when all four sources and every single answer agree, else 1.

    Raises: ProcessFault when a process does not start or serve.
    """
    options = _options(argv)
    return run_command(_run, options, config)


def _options(argv: list[str]) -> Options:
    parser = CommandParser(prog="yzt run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="how long the brokers trade on the first date (1 to 3600)"
    )
    parser.add_argument("--requests", type=int, default=250_000, help="stop earlier after so many requests")
    parser.add_argument("--customers", type=int, default=10_000, help="customers of the two brokers of scheme B")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same customers and wishes")
    parser.add_argument("--keep", action="store_true", help="keep the state directory for a look")
    parser.add_argument("--plain", action="store_true", help="plain lines instead of the live view")
    parser.add_argument(
        "--reports",
        type=Path,
        metavar="FOLDER",
        help="where the day-end reports of the first date go; made if new (default: a new one for temporary files)",
    )
    parser.add_argument(
        "--drill", choices=SOURCES, help="alarm drill: add one fen to this source's figure before comparing"
    )
    found = parser.parse_args(argv)
    if not (1 <= found.seconds <= 3_600 and found.requests >= 1):
        raise ProcessFault("--seconds must be 1 to 3600 and --requests at least 1", ExitCode.USAGE)
    if not 1_000 <= found.customers <= CUSTOMERS_MAX:
        raise ProcessFault(f"--customers must be 1000 to {CUSTOMERS_MAX}", ExitCode.USAGE)
    plain = bool(found.plain) or not sys.stdout.isatty()
    sizes = (found.seconds, found.requests, found.customers, found.seed)
    return Options(*sizes, found.keep, plain, found.drill, found.reports)


async def _run(options: Options, config: Config) -> int:
    console = Console()

    def say(line: str) -> None:
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=not console.is_terminal)

    own = replace(config, clock=replace(config.clock, simulation=True))
    dates = SessionDates.of(own)
    begins_at_ns = dates.ns(dates.first, "08:30:00")
    with reports_folder(options.reports) as reports:
        before = files_in(reports)
        async with temporary_installation(own, say, options.keep, begins_at_ns, checks_passwords=True) as installation:
            traders, through = _brokers(installation.config), _through_bank(installation.config)
            brokers = [*traders, through.broker]
            customers = make_customers(options.seed, traders, options.customers)
            phones = make_phones(options.seed, through.broker, len(customers), CUSTOMERS_BY_PHONE)
            customers += phones
            trading = Trading(options.seconds, options.requests_max, SessionLog())
            view = LiveView(console, trading, options.plain)
            clock = SessionClock(SimulatedClock(installation.config.clock_file), dates)
            desks = known_bank_desks(installation.config)
            async with Seat.open(bank_seat_settings(installation.config), seat_clock(installation.config)) as bank:
                who = (bank, desks, brokers, customers)
                days = TwoDays(
                    installation, dates, clock, *who, trading, view, say, options.seed, reports, through, phones
                )
                await days.live()
                _say_course(console, days)
                auditor = informed_auditor(brokers, customers, dates.first, days.tell_of_ordering)
                faults, audits = judge_days(auditor, days, say)
                last = max(trading.log.last_sequence, days.evening.last_sequence, days.morning.last_sequence)
                by_source = await _all_sources(installation, bank, auditor, last)
                by_sql = await books_by_sql(installation.postgres)
        books = books_of(audits)
        _say_books(console, books, by_sql, brokers)
        faults += ["the books of the brokers differ"] if books != by_sql else []
        code = verdict(console, by_source, auditor, options.drill, faults)
        written = files_in(reports).items() - before.items()
        say(f"the reports of {dates.first}, {len(written)} files, stay in {reports}")
        return code


def _say_books(console: Console, auditors: Books, by_sql: Books, brokers: Sequence[BrokerEntry]) -> None:
    names = {broker.party: broker.name for broker in brokers}
    transfers = [broker.party for broker in brokers if broker.mode == Mode.TRANSFER]
    text = printed_books(auditors, by_sql, names, transfers)
    console.print(f"\n{text}", highlight=False, markup=False, soft_wrap=True)


def _brokers(config: Config) -> list[BrokerEntry]:
    """Two brokers with two seats each, one on each signing suite. For one of them proceeds count at the fill; for the
    other one's customers' orders money is moved.
    """
    huaxia, nanfang = new_party_signer(config, 2, "ed25519"), new_party_signer(config, 3, "p256")
    return [
        BrokerEntry(2, "Huaxia Securities", (21, 22), huaxia),
        BrokerEntry(3, "Nanfang Securities", (31, 32), nanfang, proceeds_at_fill=False, mode=Mode.TRANSFER),
    ]


def _through_bank(config: Config) -> ThroughBank:
    """A third one, whose customers order through the bank, by telephone."""
    fuxing, telephone = new_party_signer(config, 4, "ed25519"), new_party_signer(config, 5, "p256")
    return ThroughBank(BrokerEntry(4, "Fuxing Securities", (41,), fuxing), 5, 51, 1, telephone)


async def _all_sources(
    installation: Installation, bank: BankSeat, auditor: Auditor, sequence: int
) -> dict[str, TotalsByParty]:
    """The figures of all four sources, each as of the last answered journal row or later (nothing comes later)."""
    return {
        LEDGER: await totals_as_of(bank, FROM_LEDGER, sequence, PATIENCE_SECONDS),
        GATEWAY: await totals_as_of(bank, FROM_GATEWAY, sequence, PATIENCE_SECONDS),
        AUDITOR: auditor.totals(),
        SQL: await totals_by_sql(installation.postgres, sequence, PATIENCE_SECONDS),
    }


def _say_course(console: Console, days: TwoDays) -> None:
    traded, evening = days.traded, days.evening
    console.print(
        f"  {traded.orders:,} orders and {traded.answered - traded.orders:,} other requests in {traded.seconds:.1f} s: "
        f"{traded.orders / traded.seconds:,.0f} orders/s, {traded.answered / traded.seconds:,.0f} requests/s, "
        f"{traded.refused:,} refused",
        highlight=False,
        soft_wrap=not console.is_terminal,
    )
    trade_date, sequence = evening.signed_off
    console.print(
        f"  {trade_date} was signed off with row {sequence:,}: of {evening.orders} orders behind it "
        f"{evening.orders_taken} were taken",
        highlight=False,
        soft_wrap=not console.is_terminal,
    )


def verdict(
    console: Console,
    by_source: Mapping[str, TotalsByParty],
    auditor: Auditor,
    drill: str | None,
    faults: Sequence[str] = (),
) -> int:
    """Print the control table and what is wrong. Returns: the exit code.

    `drill`: a source to add one fen to; `faults`: what else differs.
    """
    if drill is not None:
        by_source = {**by_source, drill: with_one_fen_more(by_source[drill])}
        console.print(f"\n  alarm drill: one fen was added to the figure of: {drill}", highlight=False)
    lines = lines_of(by_source)
    differences = compare(lines)
    console.print(
        f"\n{printed(lines, console.width if console.is_terminal else 0)}\n",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    agree = auditor.judged_count - auditor.mismatch_count
    console.print(f"  the auditor expected {agree:,} of {auditor.judged_count:,} answers", highlight=False)
    for mismatch in (*auditor.mismatches, *faults):
        console.print(f"  {mismatch}", highlight=False, markup=False, soft_wrap=True)
    if differences:
        console.print(printed_differences(differences), highlight=False, markup=False, soft_wrap=True)
    if differences or auditor.mismatch_count or faults:
        console.print("  the books DIFFER", highlight=False)
        return int(ExitCode.FAILED)
    console.print("  all four agree, difference 0.00", highlight=False)
    return int(ExitCode.OK)
