"""Single orders of one seat, arriving as they do in a market, until somebody says that it is enough:
`python -m benchmarks.day.lone_orders CONFIG PARTY SEAT CONTRACTS RESULT`, which ends with its standard input.

Belongs here: sending one order at a time and when each was answered. Never here: what else goes on, statistics.

Times are of the machine's monotonic clock, which all its processes share. Latency counts from the arrival that was
drawn, so an order that waits for the one before it has waited.
"""

import sys
import time
from pathlib import Path

import numpy as np
import trio

from benchmarks.load.seats import settings_of
from config.schema import load
from frontend_sim.installation import party_signer
from protocol.client import Seat
from protocol.given_numbers import contract_no_from_index

ARRIVALS_PER_SECOND = 200.0
ORDER_FEN = 100
DRAWN = 1 << 16


async def send_until_told(seat: Seat, contracts: int) -> list[tuple[int, int]]:
    """(arrived, answered) of each order, ns. Raises RuntimeError when one is refused."""
    rng = np.random.default_rng(seat.settings.seat)
    gaps_ns = rng.exponential(1e9 / ARRIVALS_PER_SECOND, DRAWN).astype(np.int64).tolist()
    who = [contract_no_from_index(index) for index in rng.integers(0, contracts, DRAWN).tolist()]
    told: list[tuple[int, int]] = []
    is_over = trio.Event()

    async def hear() -> None:
        await trio.to_thread.run_sync(sys.stdin.read)
        is_over.set()

    async def order(contract_no: int, arrived_ns: int) -> None:
        outcome = await seat.freeze(contract_no=contract_no, amount_fen=ORDER_FEN)
        if not outcome.accepted:
            raise RuntimeError(f"an order was refused: {outcome.code.name}")
        told.append((arrived_ns, time.monotonic_ns()))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hear)
        arrives_ns, place = time.monotonic_ns(), 0
        while not is_over.is_set():
            arrives_ns += gaps_ns[place % DRAWN]
            await trio.sleep(max(0, arrives_ns - time.monotonic_ns()) / 1e9)
            nursery.start_soon(order, who[place % DRAWN], arrives_ns)
            place += 1
    return told


async def run(config_file: str, party: int, seat_no: int, contracts: int) -> list[tuple[int, int]]:
    """Opens the seat and sends."""
    config = load(Path(config_file))
    async with Seat.open(settings_of(config, "", party, seat_no, party_signer(config, party))) as seat:
        print("begun", flush=True)
        return await send_until_told(seat, contracts)


def main(argv: list[str]) -> int:
    """Returns 0; the times are in the file named last."""
    config_file, party, seat, contracts, result = argv
    told = trio.run(run, config_file, int(party), int(seat), int(contracts))
    np.save(result, np.array(told, np.int64).reshape(-1, 2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
