"""Case k: the whole end of a day of 20 brokers, from their sets to the last credit, beside the same in SQL; case l: the
same with more orders.

Belongs here: which day, what is compared, the bars. Never here: the course (whole_day), the trade (trade), the peer
(sql_peer).

Of four brokers three owe, and what their customers sold is gated until they have paid. Three lines are judged: up to
what is published, the whole, and the reports of the date behind it. Case l is printed.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np
import trio

from benchmarks.day import steps, whole_day
from benchmarks.day.sql_peer import SqlDay, ended_in_sql
from benchmarks.day.trade import BrokerTrade, Longs
from benchmarks.day.whole_day import DayEnd, Ended
from benchmarks.results import CaseResult, fail, judge
from benchmarks.stations import as_seconds
from benchmarks.system import System, Wanted, running
from benchmarks.watch import PeakMemory
from config.cli.books.read_model import asked
from protocol.vocabulary import LaneState

BROKERS, OWED_BY_THE_BANK = 20, 4  # one of so many is
CONTRACTS, ORDERS = 1_000_000, 2_000_000
MANY_ORDERS = 10_000_000  # of case l
QUICK_PART = 10  # a quick run has so much less of both
PUBLISHED_SECONDS_MAX, SECONDS_MAX, REPORTS_SECONDS_MAX, BYTES_MAX = 30.0, 60.0, 30.0, 5 * 2**30
PEER = "the same in SQL, set by set"
_ACCOUNTS = "SELECT balance_fen, frozen_fen, bought_unsettled_fen, sold_unsettled_fen FROM accounts ORDER BY account_no"


@dataclass(slots=True)
class Found:
    """What our system has when everything is over."""

    ended: Ended
    peak_bytes: int
    balances_fen: Longs  # by contract index, as the read model has them
    is_all_settled: bool  # nothing is frozen, bought or sold on any account
    differences: list[str]
    reports_seconds: float
    reports_fault: str  # "" where they add up


def case_k(dsn: str, quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """The whole day's end on our system, then in SQL on `dsn`."""
    part = QUICK_PART if quick else 1
    trades = trades_of(CONTRACTS // part, ORDERS // part)
    found = ended_day(trades, lambda line: progress(f"case k: {line}"))
    progress("case k: the peer's turn")
    sql = ended_in_sql(dsn, trades)
    return [
        _up_to_publishing(found, sql, trades, quick),
        _whole(found, sql, trades, quick),
        _reports(found, trades, quick),
    ]


def case_l(quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """The same end with five times the orders, beside nothing: printed, each step in proportion to case k or not."""
    part = QUICK_PART if quick else 1
    trades = trades_of(CONTRACTS // part, MANY_ORDERS // part)
    found = ended_day(trades, lambda line: progress(f"case l: {line}"))
    seconds = found.ended.steps.of(*steps.STEPS)
    orders = sum(len(trade.who) for trade in trades)
    what = f"case k with {orders:,} orders: {found.ended.lines:,} lines, to the last credit"
    result = _result("l", what, orders, seconds, None)
    result.notes += _notes(found, None)
    for why in _faults(found, None, trades):
        fail(result, why)
    return [result]


def trades_of(contracts: int, orders: int) -> list[BrokerTrade]:
    """The day of all brokers."""
    each = [
        BrokerTrade.drawn(place, whole_day.trade_date_of_day(), contracts // BROKERS, orders // BROKERS)
        for place in range(BROKERS)
    ]
    return [one.of_a_whole_day(place % OWED_BY_THE_BANK != 0) for place, one in enumerate(each)]


def ended_day(trades: Sequence[BrokerTrade], progress: Callable[[str], None]) -> Found:
    """The day of these brokers on a system of its own, traded and ended."""
    contracts = sum(trade.contracts for trade in trades)
    wanted = Wanted(BROKERS, contracts, brokers_count=BROKERS, trade_date=whole_day.days_before(2))
    with running(wanted) as system:
        progress(f"{contracts:,} contracts are there; {sum(len(trade.who) for trade in trades):,} orders come")
        first_due_s = trio.run(whole_day.trade_day_of, system, trades)
        system.wait_for_follower(whole_day.FOLLOWER_SECONDS_MAX)
        with PeakMemory(system.supervisor) as watch:
            ended = trio.run(DayEnd(system, trades, watch, progress).run, first_due_s)
        accounts, differences = _accounts(system), _differences(system, trades)
        return Found(ended, watch.peak_bytes, *accounts, differences, *_reported(system, trades[0].trade_date))


def _reported(system: System, trade_date: int) -> tuple[float, str]:
    """Seconds of every report of the date, by a process as people start it, and what is wrong with them."""
    command = [sys.executable, "-m", "config", "report", "all", "--config", str(system.folder / "yzt.toml")]
    command += ["--date", str(trade_date), "--out", str(system.folder / "reports")]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stderr.strip().splitlines() or ["the reports cannot be made"]
    return time.perf_counter() - begun, said[-1] if done.returncode else ""


def _accounts(system: System) -> tuple[Longs, bool]:
    """Balances by contract index as the read model has them, and whether nothing else is on any account."""

    async def read(connection: asyncpg.Connection, _as_of: int) -> Longs:
        rows = await connection.fetch(_ACCOUNTS, timeout=whole_day.FOLLOWER_SECONDS_MAX)
        return np.array([tuple(row) for row in rows], np.int64)

    rows = asked(system.config, "case k", read)
    return rows[:, 0], not rows[:, 1:].any()


def _differences(system: System, trades: Sequence[BrokerTrade]) -> list[str]:
    """What ledger and gateway's book have otherwise than was traded, by broker."""
    settled_fen = {trade.party: int(trade.settled_fen.sum()) for trade in trades}
    wanted = {party: (fen, 0, 0, 0) for party, fen in settled_fen.items()}
    found = []
    for source, parties in zip(("ledger", "gateway's book"), system.totals(), strict=True):
        has = {entry.party: entry.amounts_fen for entry in parties if any(entry.amounts_fen)}
        found += [] if has == wanted else [f"{source}: totals of some broker are not what was traded"]
    return found


def _up_to_publishing(found: Found, sql: SqlDay, trades: Sequence[BrokerTrade], quick: bool) -> CaseResult:
    ended, nets_fen = found.ended, [trade.net_fen for trade in trades]
    seconds, sql_seconds = (each.of(*steps.UP_TO_PUBLISHING) for each in (ended.steps, sql.steps))
    what = f"the sets of {BROKERS} brokers: {ended.lines:,} lines in, compared, published"
    result = _result("k-published", what, ended.lines, seconds, sql_seconds)
    result.notes.append(f"{seconds:.1f} s, in SQL {sql_seconds:.1f} s")
    if [lane.net_fen for lane in ended.published] != nets_fen or sql.nets_fen != nets_fen or sql.differences:
        fail(result, "what is owed is not what was traded")
    if any(lane.state != LaneState.PUBLISHED for lane in ended.published):
        fail(result, "a lane is not published")
    is_fast = seconds <= PUBLISHED_SECONDS_MAX and seconds <= sql_seconds
    judge(result, is_fast or quick, "30 s, not slower than SQL", "10 s")
    return result


def _whole(found: Found, sql: SqlDay, trades: Sequence[BrokerTrade], quick: bool) -> CaseResult:
    ended = found.ended
    seconds, sql_seconds = (each.of(*steps.STEPS) for each in (ended.steps, sql.steps))
    contracts = sum(trade.contracts for trade in trades)
    what = f"a whole day's end: {contracts:,} contracts settled, {ended.credits:,} gated credits"
    result = _result("k", what, contracts, seconds, sql_seconds)
    result.notes += _notes(found, sql)
    for why in _faults(found, sql, trades):
        fail(result, why)
    is_fast = seconds <= SECONDS_MAX and seconds <= sql_seconds
    judge(result, found.peak_bytes <= BYTES_MAX and (is_fast or quick), "60 s, 5 GiB, not slower than SQL", "30 s")
    return result


def _reports(found: Found, trades: Sequence[BrokerTrade], quick: bool) -> CaseResult:
    contracts = sum(trade.contracts for trade in trades)
    what = f"every report of that date: {BROKERS} settlement sheets of {contracts:,} customers"
    result = _result("k-reports", what, contracts, found.reports_seconds, None)
    result.notes.append(f"{found.reports_seconds:.1f} s")
    if found.reports_fault:
        fail(result, found.reports_fault)
    judge(result, found.reports_seconds <= REPORTS_SECONDS_MAX or quick, "30 s", "")
    return result


def _result(case: str, what: str, records: int, seconds: float, sql_seconds: float | None) -> CaseResult:
    """`sql_seconds`: of the peer, where it had its turn."""
    return CaseResult(
        case=case,
        what=what,
        orders_per_second=records / seconds,
        p50_ms=0.0,
        p99_ms=0.0,
        peers={} if sql_seconds is None else {f"{case}, {PEER}": records / sql_seconds},
        ratios={} if sql_seconds is None else {PEER: sql_seconds / seconds},
    )


def _notes(found: Found, sql: SqlDay | None) -> list[str]:
    ended = found.ended
    behind = ", ".join(f"{seconds:.1f} s behind what was {step}" for step, seconds in ended.read_model_seconds.items())
    return [
        ended.steps.words,
        *([] if sql is None else [f"in SQL: {sql.steps.words}"]),
        f"the read model {behind}; {found.peak_bytes / 2**30:.2f} GiB at most in all processes",
        *(f"processor seconds, {step}: {as_seconds(spent)}" for step, spent in ended.stations_ns.items()),
    ]


def _faults(found: Found, sql: SqlDay | None, trades: Sequence[BrokerTrade]) -> list[str]:
    ended, settled_fen = found.ended, np.concatenate([trade.settled_fen for trade in trades])
    checks = {
        "a lane is not settled": all(lane.state >= LaneState.SETTLED for lane in ended.settled),
        "a lane is not closed": all(lane.state == LaneState.CLOSED for lane in ended.over),
        "balances are not what was traded": np.array_equal(found.balances_fen, settled_fen),
        "something is left on an account": found.is_all_settled,
        "nothing was gated": ended.gated_fen > 0,
    }
    if sql is not None:
        checks["balances in SQL are not what was traded"] = np.array_equal(sql.balances_fen, settled_fen)
        checks["what was gated is not what SQL has"] = ended.gated_fen == sql.gated_fen
    return [*found.differences, *(why for why, is_so in checks.items() if not is_so)]
