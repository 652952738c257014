"""Running rounds of a load on a system and checking the books after them.

Belongs here: plans for a system, rounds, the comparison with what the load knows. Never here: cases, bars.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.load.plan import LoadPlan, LoadResult
from benchmarks.stations import ns_a_record
from benchmarks.system import System
from benchmarks.watch import seconds_so_far

FOLLOWER_SECONDS_MAX = 120.0


@dataclass(slots=True)
class Shape:
    """How a load looks; the rest of a plan follows from the system."""

    kind: str
    record_count: int
    in_flight: int
    records_max: int
    seconds_max: float
    refused_share: float = 0.05
    arrivals_per_second: float = 0.0
    seats: list[int] | None = None  # None: every seat of the broker


@dataclass(slots=True)
class Books:
    """What the loads of one system must have moved, added up from their own accounts."""

    frozen_fen: int = 0
    bought_fen: int = 0
    balance_change_fen: int = 0
    codes_wrong: int = 0
    seed: int = field(default=1)
    stations_ns: dict[str, int] = field(default_factory=dict)
    """Processor time a record of the last `rounds`, by station."""

    def add(self, result: LoadResult) -> None:
        """Adds what one load expects."""
        self.frozen_fen += result.frozen_fen
        self.bought_fen += result.bought_fen
        self.balance_change_fen += result.balance_change_fen
        self.codes_wrong += result.codes_wrong


def plan_for(system: System, shape: Shape, seed: int) -> LoadPlan:
    """The plan of one load of `shape` on `system`."""
    return LoadPlan(
        shape=shape.kind,
        config_file=str(system.folder / "yzt.toml"),
        tls_directory=system.tls_directory,
        seats=shape.seats if shape.seats is not None else system.seats,
        contracts_count=system.wanted.contracts_count,
        record_count=shape.record_count,
        in_flight=shape.in_flight,
        records_max=shape.records_max,
        seconds_max=shape.seconds_max,
        refused_share=shape.refused_share,
        arrivals_per_second=shape.arrivals_per_second,
        seed=seed,
    )


def one_round(system: System, books: Books, shape: Shape) -> LoadResult:
    """One load; its expectations go into `books`."""
    books.seed += 1
    result = system.run_load(plan_for(system, shape, books.seed))
    books.add(result)
    return result


def rounds(
    system: System, books: Books, shape: Shape, count: int, between: Callable[[], None] | None = None
) -> list[LoadResult]:
    """`count` loads of one shape, with `between` (the peers' turn) after each; what they cost goes into `books`."""
    done: list[LoadResult] = []
    before = seconds_so_far(system.supervisor)
    for _ in range(count):
        done.append(one_round(system, books, shape))
        if between is not None:
            system.wait_for_follower(FOLLOWER_SECONDS_MAX)  # nothing of ours works while the peers have their turn
            between()
    system.wait_for_follower(FOLLOWER_SECONDS_MAX)  # its share is work for these records too
    after = seconds_so_far(system.supervisor)
    load_seconds = sum(one.cpu_seconds for one in done)
    books.stations_ns = ns_a_record(before, after, load_seconds, sum(one.records for one in done))
    return done


def differences(system: System, books: Books, opening_fen: int) -> Sequence[str]:
    """What ledger, gateway's book and the load's own account disagree on; empty when all is well."""
    found = [f"{books.codes_wrong} outcomes were not the expected ones"] if books.codes_wrong else []
    expected = (opening_fen + books.balance_change_fen, books.frozen_fen, books.bought_fen, 0)
    for source, parties in zip(("ledger", "gateway's book"), system.totals(), strict=True):
        summed = [sum(amounts_fen) for amounts_fen in zip(*(party.amounts_fen for party in parties), strict=True)]
        names = ("balance", "frozen", "bought unsettled", "sold unsettled")
        for name, is_fen, expected_fen in zip(names, summed, expected, strict=True):
            if is_fen != expected_fen:
                found.append(f"{source}: {name} {is_fen} fen, expected {expected_fen}")
    return found
