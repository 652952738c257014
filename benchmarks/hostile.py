"""Case o: what one party, or a stranger, costs the others. Its senders flood the gateway, and a sink beside it.

Belongs here: the kinds and numbers of links, the runs, the bars. Never here: how a flood looks (flooder).
"""

import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from benchmarks.load.blocks import BALANCE_FEN
from benchmarks.load.plan import FloodPlan, FloodResult, LoadResult
from benchmarks.load.seats import FLOODING_PARTY, ready_port
from benchmarks.load.sink import CLOSING
from benchmarks.results import CaseResult, fail, judge
from benchmarks.rig import Books, Shape, differences, one_round
from benchmarks.system import System, Wanted, running

# Those whose links are ended, and have to log on again, come last: the party's logons are bounded too.
PLAIN = (
    "new requests",
    "queries",
    "gaps",
    "repeats",
    "malformed control",
    "unread answers",
    "silent sockets",
    "heartbeats",
    "answered heartbeats",
    "logons",
)
TLS = ("silent sockets",)
LINKS = (1, 4, 16)
BARS = {1: 1.5, 4: 1.5, 16: 2.0}  # times the p99 beside a sink
LOGON_SECONDS_MAX = 1.0
ROUNDS_MAX = 3  # a bar that is missed in one window is measured again while there is time; the medians count
AGAIN_SECONDS_MAX = 120.0  # since the case began; the rest of it then takes under six minutes
WINDOW_SECONDS = 2.0
QUICK_KINDS, QUICK_LINKS, QUICK_WINDOW_SECONDS = ("new requests", "queries", "gaps"), (16,), 1.0
WARM_UP_SECONDS = 1.0  # the senders' budgets are used up before anything is measured
FLOOD_SECONDS_MAX = 60.0
CONTRACTS = 10_000
VICTIM_RECORDS_MAX = 400_000
SENDER_ENDS_WITHIN_SECONDS = 10.0


@dataclass(slots=True)
class Measured:
    """One kind with one number of links: the other party's p99 in ms, and its slowest logon."""

    sink_p99_ms: list[float] = field(default_factory=list)
    flood_p99_ms: list[float] = field(default_factory=list)
    flood_rate: list[float] = field(default_factory=list)
    flood_p50_ms: list[float] = field(default_factory=list)
    logon_seconds: float = 0.0
    sent: int = 0
    ended: int = 0

    @property
    def ratio(self) -> float:
        """p99 beside the flood over p99 beside the sink."""
        return statistics.median(self.flood_p99_ms) / statistics.median(self.sink_p99_ms)


@contextmanager
def flooding(system: System, kind: str, links: int, port: int, is_sink: bool) -> Iterator[list[FloodResult]]:
    """Senders at work; what they did is in the list afterwards."""
    plan = FloodPlan(
        kind=kind,
        config_file=str(system.folder / "yzt.toml"),
        seats=system.flooding_seats[:links],
        port=port,
        is_sink=is_sink,
        contract_no=system.flooding_contract_no,
        seconds_max=FLOOD_SECONDS_MAX,
    )
    plan_file, result_file = system.folder / "flood.json", system.folder / "flooded.json"
    plan_file.write_bytes(msgspec.json.encode(plan))
    result_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks.load.flooder", str(plan_file), str(result_file)]
    done: list[FloodResult] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise RuntimeError("the senders did not begin")
            yield done
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(SENDER_ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
    done.append(msgspec.json.decode(result_file.read_bytes(), type=FloodResult))


@contextmanager
def sink(kind: str) -> Iterator[int]:
    """A sink; its port."""
    command = [sys.executable, "-m", "benchmarks.load.sink", *([CLOSING] if kind == "logons" else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _window(
    system: System, books: Books, kind: str, links: int, port: int, is_sink: bool, seconds: float
) -> tuple[LoadResult, FloodResult]:
    shape = Shape("blocks", 64, 1, VICTIM_RECORDS_MAX, seconds)
    with flooding(system, kind, links, port, is_sink) as done:
        time.sleep(WARM_UP_SECONDS)
        result = one_round(system, books, shape)
    return result, done[0]


def _measure(system: System, books: Books, kind: str, links: int, quick: bool, ends: float) -> Measured:
    """Beside a sink and beside the gateway in turns. `ends`: the monotonic time after which nothing is done again."""
    seconds = QUICK_WINDOW_SECONDS if quick else WINDOW_SECONDS
    measured = Measured()
    for _ in range(1 if quick else ROUNDS_MAX):
        with sink(kind) as port:
            beside, _ = _window(system, books, kind, links, port, True, seconds)
        under, flood = _window(
            system, books, kind, links, ready_port(system.config, "gateway", "links"), False, seconds
        )
        measured.sink_p99_ms.append(beside.p99_ms)
        measured.flood_p99_ms.append(under.p99_ms)
        measured.flood_p50_ms.append(under.p50_ms)
        measured.flood_rate.append(under.records_per_second)
        measured.logon_seconds = max(measured.logon_seconds, under.logon_seconds)
        measured.sent += flood.sent
        measured.ended += flood.ended
        if measured.ratio <= BARS[links] or time.monotonic() > ends:
            break
    return measured


def _result(name: str, kind: str, measured: dict[int, Measured]) -> CaseResult:
    """The figures are those beside the most links."""
    most = measured[max(measured)]
    result = CaseResult(
        case=name,
        what=f"2 seats of 64-record frames while another party floods: {kind}",
        orders_per_second=statistics.median(most.flood_rate),
        p50_ms=statistics.median(most.flood_p50_ms),
        p99_ms=statistics.median(most.flood_p99_ms),
        peers={},
        ratios={f"p99 beside a sink, {links} links": one.ratio for links, one in measured.items()},
    )
    for links, one in measured.items():
        sink_ms, flood_ms = statistics.median(one.sink_p99_ms), statistics.median(one.flood_p99_ms)
        result.notes.append(
            f"{kind}, {links} links: p99 {sink_ms:.1f} ms beside a sink, {flood_ms:.1f} ms beside the gateway; "
            f"slowest logon {one.logon_seconds:.2f} s; {one.sent:,} pieces sent, {one.ended:,} links ended"
        )
        if one.sent == 0:
            fail(result, f"{links} links sent nothing")
    reached = all(one.ratio <= BARS[links] for links, one in measured.items())
    quick_logons = all(one.logon_seconds <= LOGON_SECONDS_MAX for one in measured.values())
    judge(result, reached and quick_logons, "p99 ≤ 1.5 ×, with 16 links 2 ×; logon ≤ 1 s", "")
    return result


def case_o(quick: bool, progress: Callable[[str], None]) -> list[CaseResult]:
    """Every kind with 1, 4 and 16 links, plain; silence also against TLS. Quick: three kinds with 16 links, plain."""
    results: list[CaseResult] = []
    ends = time.monotonic() + AGAIN_SECONDS_MAX
    for tls, kinds in ((False, QUICK_KINDS),) if quick else ((False, PLAIN), (True, TLS)):
        books = Books()
        with running(Wanted(2, CONTRACTS, tls=tls, flooding_seats_count=max(LINKS))) as system:
            for kind in kinds:
                measured = {
                    links: _measure(system, books, kind, links, quick, ends)
                    for links in (QUICK_LINKS if quick else LINKS)
                }
                name = f"o-{kind.replace(' ', '-')}{'-tls' if tls else ''}"
                results.append(_result(name, kind + (", TLS" if tls else ""), measured))
                for note in results[-1].notes:
                    progress(f"case o: {note}")
            flooded_fen = _frozen_by_floods(system)
            books.frozen_fen += flooded_fen
            opening_fen = BALANCE_FEN * (CONTRACTS + 1)
            for why in differences(system, books, opening_fen):
                fail(results[-1], why)
    return results


def _frozen_by_floods(system: System) -> int:
    """What the flooding party froze itself, by the ledger's word: the other one's figures are the ones at stake."""
    ledger, _ = system.totals()
    return sum(party.amounts_fen[1] for party in ledger if party.party == FLOODING_PARTY)
