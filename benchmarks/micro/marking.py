"""What a mark takes in the ledger, and a deep one beside it: a book of a million accounts with a contract each.

Belongs here: the measurement that ledger.core.state.day.marked names. Never here: product code.
Run: python -m benchmarks.micro.marking
"""

import statistics
import time

import numpy as np

from ledger.core.control.day.agreement import mark
from ledger.core.state.book import PARTY_SHIFT, Book
from protocol.messages.day.steps import Mark

ACCOUNTS, OUTLETS, PARTIES, ROUNDS = 1_000_000, 100, 20, 7
TRADE_DATE = 20_260_105


def book() -> Book:
    """Money on every account; contracts of one party stand side by side, accounts of an outlet do not."""
    made, index = Book.empty(), np.arange(ACCOUNTS)
    made.accounts_count = made.contracts_count = ACCOUNTS
    for column in (made.balance_fen, made.frozen_fen, made.bought_fen, made.sold_fen):
        column[:ACCOUNTS] = index
    made.outlet[:ACCOUNTS] = index % OUTLETS
    made.account_flags[:ACCOUNTS] = index + 1
    made.contract_facts[:ACCOUNTS] = (2 + index * PARTIES // ACCOUNTS) << PARTY_SHIFT | index
    return made


def main() -> None:
    """Print the median processor time of each."""
    marked = book()
    for is_deep, name in ((False, "a mark"), (True, "a deep mark")):
        spent = []
        for _ in range(ROUNDS):
            begun_ns = time.process_time_ns()
            mark(marked, Mark(TRADE_DATE, is_deep))
            spent.append(time.process_time_ns() - begun_ns)
        print(f"{name}: {statistics.median(spent) / 1e6:.1f} ms")
    begun_ns = time.process_time_ns()
    marked.marked.told_ranges(0)
    print(f"four digests: {(time.process_time_ns() - begun_ns) / 1e6:.1f} ms")


if __name__ == "__main__":
    main()
