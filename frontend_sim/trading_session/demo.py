"""`yzt run`: a whole system for one session, a ledger killed in the middle, and the control table at the end.

Belongs here: the course of the session and its verdict. Never here: trading itself (trading_session), the comparison
(control_table).

`--drill SOURCE` is an alarm drill: it adds one fen to what that source says before the comparison, so that everybody
can see the alarm and its exit code; no book is touched.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import trio
from rich.console import Console

from config.cli.links import bank_seat_settings, seat_clock
from config.cli.running import CommandParser, run_command
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from config.schema import Config
from frontend_sim.auditor.auditor import Auditor
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
from frontend_sim.auditor.day.clearing import SetAudit, sums_of
from frontend_sim.auditor.day.comparing import differ
from frontend_sim.auditor.day.reconciling import DateAudit
from frontend_sim.auditor.money_watch import FROM_GATEWAY, FROM_LEDGER, MoneyWatch, totals_as_of
from frontend_sim.auditor.sql_totals import totals_by_sql
from frontend_sim.installation import Installation, new_bank_desks, new_party_signer, temporary_installation
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.market_day import informed_auditor, make_customers, register_all
from frontend_sim.market.order_seat import BankSeat
from frontend_sim.trading_session.evening import Evening
from frontend_sim.trading_session.live_view import LiveView
from frontend_sim.trading_session.planted import expected_of, judge_planted
from frontend_sim.trading_session.session import Trading, run_session
from frontend_sim.trading_session.session_log import SessionLog
from protocol.client import Seat
from protocol.vocabulary import LaneState

PATIENCE_SECONDS = 30.0
CUSTOMERS_MAX = 1_000_000


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


def main(argv: list[str], config: Config) -> int:
    """Runs the session. Returns: 0 when all four sources and every single answer agree, else 1.

    Raises: ProcessFault when a process does not start or serve.
    """
    options = _options(argv)
    return run_command(_run, options, config)


def _options(argv: list[str]) -> Options:
    parser = CommandParser(prog="yzt run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=12.0, help="how long the brokers trade (1 to 3600)")
    parser.add_argument("--requests", type=int, default=250_000, help="stop earlier after so many requests")
    parser.add_argument("--customers", type=int, default=10_000, help="customers of both brokers together")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same customers and wishes")
    parser.add_argument("--keep", action="store_true", help="keep the state directory for a look")
    parser.add_argument("--plain", action="store_true", help="plain lines instead of the live view")
    parser.add_argument(
        "--drill", choices=SOURCES, help="alarm drill: add one fen to this source's figure before comparing"
    )
    found = parser.parse_args(argv)
    if not (1 <= found.seconds <= 3_600 and found.requests >= 1):
        raise ProcessFault("--seconds must be 1 to 3600 and --requests at least 1", ExitCode.USAGE)
    if not 1_000 <= found.customers <= CUSTOMERS_MAX:
        raise ProcessFault(f"--customers must be 1000 to {CUSTOMERS_MAX}", ExitCode.USAGE)
    plain = bool(found.plain) or not sys.stdout.isatty()
    return Options(found.seconds, found.requests, found.customers, found.seed, found.keep, plain, found.drill)


async def _run(options: Options, config: Config) -> int:
    console = Console()

    def say(line: str) -> None:
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=not console.is_terminal)

    async with temporary_installation(config, say, options.keep) as installation:
        brokers, desks = _brokers(installation.config), new_bank_desks(installation.config)
        customers = make_customers(options.seed, brokers, options.customers)
        trading = Trading(options.seconds, options.requests_max, SessionLog(), None, say)
        view = LiveView(console, trading, options.plain)
        async with Seat.open(bank_seat_settings(installation.config), seat_clock(installation.config)) as bank:
            await register_all(bank, desks, brokers, customers)
            evening = trading.evening = Evening(installation.supervisor.config_file, bank)
            say(f"{len(brokers)} brokers and {len(customers):,} customers are loaded; trading begins")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(view.run, lambda: trading.ended_ns != 0)
                nursery.start_soon(_kill_ledger_midway, installation, trading, view)
                nursery.start_soon(MoneyWatch(bank).run, view.show_control, lambda: trading.ended_ns != 0)
                await run_session(installation.config, desks, brokers, customers, trading, options.seed)
            _say_course(console, trading, evening)
            auditor = informed_auditor(brokers, customers, evening.signed_off[0])
            auditor.sign_off(*evening.signed_off)
            auditor.judge(trading.log.seen)
            faults = judge_sets(auditor, evening, say)
            last = max(trading.log.last_sequence, evening.last_sequence)
            by_source = await _all_sources(installation, bank, auditor, last)
    return verdict(console, by_source, auditor, options.drill, faults)


def _brokers(config: Config) -> list[BrokerEntry]:
    """Two brokers with two seats each, one on each signing suite; proceeds count at the fill for one of them."""
    return [
        BrokerEntry(2, "Huaxia Securities", (21, 22), new_party_signer(config, 2, "ed25519")),
        BrokerEntry(3, "Nanfang Securities", (31, 32), new_party_signer(config, 3, "p256"), proceeds_at_fill=False),
    ]


async def _kill_ledger_midway(installation: Installation, trading: Trading, view: LiveView) -> None:
    """SIGKILL in the middle of the session; the supervisor starts it again, it recovers from its journal."""
    while trading.fraction < 0.5:  # noqa: ASYNC110 - time passes without anybody who could set an event
        await trio.sleep(0.05)
    supervisor = installation.supervisor
    began_ns, answered = time.monotonic_ns(), trading.log.answered
    view.note("ledger killed with SIGKILL")
    await trio.to_thread.run_sync(supervisor.kill, "ledger")
    await trio.to_thread.run_sync(supervisor.wait_ready, "ledger")
    view.note(f"ledger serves again after {(time.monotonic_ns() - began_ns) / 1e9:.1f} s")
    while trading.log.answered == answered and not trading.ended_ns:  # noqa: ASYNC110 - the log is a plain count
        await trio.sleep(0.01)
    view.note(f"first answer after {(time.monotonic_ns() - began_ns) / 1e9:.1f} s")


async def _all_sources(
    installation: Installation, bank: BankSeat, auditor: Auditor, sequence: int
) -> dict[str, TotalsByParty]:
    """The figures of all four sources, each as of the last answered journal row or later (nothing comes later)."""
    server = installation.supervisor.postgres
    if server is None:
        raise ProcessFault("the control table needs the embedded PostgreSQL", ExitCode.UNAVAILABLE)
    return {
        LEDGER: await totals_as_of(bank, FROM_LEDGER, sequence, PATIENCE_SECONDS),
        GATEWAY: await totals_as_of(bank, FROM_GATEWAY, sequence, PATIENCE_SECONDS),
        AUDITOR: auditor.totals(),
        SQL: await totals_by_sql(server, sequence, PATIENCE_SECONDS),
    }


def _say_course(console: Console, trading: Trading, evening: Evening) -> None:
    log, seconds = trading.log, trading.elapsed_seconds
    console.print(
        f"  {log.orders:,} orders and {log.answered - log.orders:,} other requests in {seconds:.1f} s: "
        f"{log.orders / seconds:,.0f} orders/s, {log.answered / seconds:,.0f} requests/s, "
        f"{log.refused:,} refused",
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


def judge_sets(auditor: Auditor, evening: Evening, say: Progress) -> list[str]:
    """What the auditor expects of each broker's clearing set, of what differs and what is made of it, beside what the
    bank has and published. Returns: where they differ.
    """
    faults = [] if evening.desk_killed else ["the day desk was to be killed between two steps, and ended before"]
    for one in sorted(evening.sets, key=lambda each: each.broker.party):
        audit = SetAudit(auditor, one.broker.party, one.trade_date)
        audit.judge(one.lines, one.sent.outcomes)
        faults += audit.mismatches
        date = DateAudit(audit)
        if evening.planted is not None and evening.planted.broker is one.broker:
            faults += judge_planted(date, evening, evening.planted, say)
        sums, answer, differs = audit.sums(), one.lane.answer, differ(date.differences(), expected_of(one.found))
        if sums_of(answer.arrived) != sums or one.lane.state != LaneState.CLOSING or differs:
            faults.append(f"set of broker {one.broker.party}: {one.lane.state.name}, {answer}, {sums}, {differs}")
        if not one.broker.proceeds_at_fill:
            audit.book_proceeds()
        closed = date.close_orders()
        who, fen = ("the broker owes", sums.net_fen) if sums.net_fen >= 0 else ("the bank owes", -sums.net_fen)
        agree = audit.judged_count - audit.mismatch_count
        say(
            f"the auditor expected {agree:,} of {audit.judged_count:,} lines of {one.broker.name}; "
            f"{who} {fen // 100:,}.{fen % 100:02}, as published; {closed:,} orders that were left open are ended"
        )
    return faults


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
