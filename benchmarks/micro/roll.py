"""How long a roll takes and what memory it needs: 20 million accepted freezes, a roll, as many again, a roll.

Belongs here: the measurement behind docs/decisions/0033-unsettled-money-is-a-ring.md. Never here: product code.
Run: python -m benchmarks.micro.roll
"""

import resource
import time

import numpy as np

from ledger.core.state.requests import PAGES_PER_SEAT, RequestTable
from protocol.limits import REQUEST_PAGE_RECORDS, REQUESTS_PER_DATE_MAX

REQUESTS = 20_000_000
SEATS = tuple(range(11, 27))
DATES = (20_260_105, 20_260_106, 20_260_107)


def fill(table: RequestTable) -> None:
    """Pages of accepted freezes, the seats taking turns; every second freeze is closed."""
    for place in range(REQUESTS // REQUEST_PAGE_RECORDS):
        page, seat = divmod(place, len(SEATS))
        begin = table.slots_used
        table.give_out(np.array([SEATS[seat] * PAGES_PER_SEAT + page]))
        part = slice(begin, begin + REQUEST_PAGE_RECORDS)
        table.contract[part] = 1 + np.arange(REQUEST_PAGE_RECORDS) % 1_000
        table.amount_fen[part] = 500
        table.drawn_fen[part] = np.arange(REQUEST_PAGE_RECORDS) % 2 * 300
        table.released_fen[part] = np.arange(REQUEST_PAGE_RECORDS) % 2 * 200


def resident_gib() -> float:
    """The largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Print one line for each date."""
    table = RequestTable.empty(REQUESTS_PER_DATE_MAX)
    for date in DATES[:2]:
        fill(table)
        full_gib = resident_gib()
        begun = time.perf_counter()
        table = table.rolled(date, DATES[0])
        seconds = time.perf_counter() - begun
        carried = len(table.carried_keys)
        peaks = f"at most {full_gib:.2f} GiB before, {resident_gib():.2f} GiB with it"
        print(f"{carried:,} carried in {seconds:.2f} s, {peaks}")


if __name__ == "__main__":
    main()
