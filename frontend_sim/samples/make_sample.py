"""Makes the sample of recorded order flow: `python -m frontend_sim.samples.make_sample > FILE`. Seeded, ours alone.

Belongs here: a small invented market in the LOBSTER message columns. Never here: recorded data of a real market.
"""

import random
import sys
from collections.abc import Iterator

SEED = 20_260_105
ROWS = 400
OPENING_SECONDS = 34_200  # 09:30
PRICE = 102_700
TICK = 100
RESTING_FROM_BEFORE = 6


def rows() -> Iterator[str]:
    """The lines of the sample, without line ends."""
    chance = random.Random(SEED)
    resting: dict[int, tuple[int, int, int]] = {}
    time_us = OPENING_SECONDS * 1_000_000
    next_id = 1_000_000
    for row in range(ROWS):
        time_us += chance.randrange(1, 900_000)
        stamp = f"{time_us // 1_000_000}.{time_us % 1_000_000:06d}"
        drawn = chance.randrange(100)
        if row < RESTING_FROM_BEFORE or drawn < 3:  # orders that the file never showed as new
            message_type, order_id = chance.choice((2, 3, 4)), 900_000 + row
            size, price, direction = 100 * chance.randrange(1, 9), PRICE, chance.choice((1, -1))
        elif drawn < 7:
            message_type, order_id = 5, 0
            size, price, direction = chance.randrange(1, 600), PRICE - TICK // 2, chance.choice((1, -1))
        elif drawn < 55 or not resting:
            message_type, order_id = 1, next_id
            next_id += chance.randrange(1, 9)
            direction = chance.choice((1, -1))
            price = PRICE - direction * TICK * chance.randrange(12)
            size = 100 * chance.choice((1, 1, 2, 3, 5, 10, 30, 600))
            resting[order_id] = (size, price, direction)
        else:
            order_id = chance.choice(sorted(resting))
            left, price, direction = resting.pop(order_id)
            message_type = chance.choice((2, 3, 4, 4))
            size = left if message_type == 3 else chance.randrange(1, left + 1)
            if message_type == 2 and size == left:
                message_type = 3
            if message_type != 3 and size < left:
                resting[order_id] = (left - size, price, direction)
        yield f"{stamp},{message_type},{order_id},{size},{price},{direction}"
    yield f"{time_us // 1_000_000 + 1}.000000,7,0,0,-1,-1"


def main() -> int:
    """Writes the sample to standard output."""
    for row in rows():
        sys.stdout.write(row + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
