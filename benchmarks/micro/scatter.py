"""How to add up amounts by account row: `np.add.at` against sorting, and what a touch of memory costs.

Belongs here: the measurement behind docs/decisions/0001-scatter-by-add-at.md. Never here: product code.
Run: python -m benchmarks.micro.scatter
"""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

ACCOUNTS = 1_000_000
RECORDS = 65_536
ROUNDS = 15

Int64s = npt.NDArray[np.int64]


def by_add_at(column: Int64s, rows: Int64s, amounts_fen: Int64s) -> None:
    np.add.at(column, rows, amounts_fen)


def by_sorting(column: Int64s, rows: Int64s, amounts_fen: Int64s) -> None:
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    column[ordered[begins]] += np.add.reduceat(amounts_fen[order], begins)


def by_unique(column: Int64s, rows: Int64s, amounts_fen: Int64s) -> None:
    named, place = np.unique(rows, return_inverse=True)
    sums = np.zeros(len(named), np.int64)
    np.add.at(sums, place, amounts_fen)
    column[named] += sums


def gather(column: Int64s, rows: Int64s, amounts_fen: Int64s) -> None:
    column.take(rows)


def nanoseconds_a_record(act: Callable[[Int64s, Int64s, Int64s], None], new_rows: bool) -> float:
    """The best of some rounds, each with rows of its own, which are not in the cache, or all with the same."""
    rng = np.random.default_rng(1)
    column = np.ones(ACCOUNTS, np.int64)
    rows, amounts_fen = rng.integers(0, ACCOUNTS, RECORDS), rng.integers(1, 1_000, RECORDS)
    best_ns = 1e9
    for _ in range(ROUNDS):
        if new_rows:
            rows = rng.integers(0, ACCOUNTS, RECORDS)
        begun = time.perf_counter_ns()
        act(column, rows, amounts_fen)
        best_ns = min(best_ns, (time.perf_counter_ns() - begun) / RECORDS)
    return best_ns


def all_agree() -> bool:
    """The three ways give the same column, with many repeats."""
    rng = np.random.default_rng(2)
    rows, amounts_fen = rng.integers(0, 100, 5_000), rng.integers(1, 1_000, 5_000)
    columns = [np.zeros(100, np.int64) for _ in range(3)]
    for column, act in zip(columns, (by_add_at, by_sorting, by_unique), strict=True):
        act(column, rows, amounts_fen)
    return all((column == columns[0]).all() for column in columns)


def main() -> None:
    """Print nanoseconds a record for each way."""
    if not all_agree():
        raise SystemExit("the ways do not agree")
    print(f"{RECORDS:,} amounts over {ACCOUNTS:,} rows, best of {ROUNDS}, numpy {np.__version__}")
    for act in (by_add_at, by_sorting, by_unique, gather):
        new, same = nanoseconds_a_record(act, new_rows=True), nanoseconds_a_record(act, new_rows=False)
        print(f"{act.__name__:12s} {new:7.2f} ns a record with new rows in each round, {same:7.2f} with the same")


if __name__ == "__main__":
    main()
