"""The load process: `python -m benchmarks.load.client PLAN RESULT` opens seats, runs its shape, reports.

Belongs here: reading the plan, opening seats, choosing the shape. Never here: the shapes themselves (shapes).
"""

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import trio

from benchmarks.load.plan import LoadPlan, LoadResult
from benchmarks.load.seats import open_settings
from benchmarks.load.shapes import run_arrivals, run_blocks, run_mixed, run_singles
from protocol.client import Seat, SeatPool

SHAPES: dict[str, Callable[[Sequence[Seat], LoadPlan], Awaitable[LoadResult]]] = {
    "bound singles": run_singles,
    "blocks": run_blocks,
    "hot": run_blocks,
    "mixed": run_mixed,
    "arrivals": run_arrivals,
}


async def run(plan: LoadPlan) -> LoadResult:
    """Open every seat of the plan one after the other, run its shape, close them."""
    settings = [open_settings(plan, seat) for seat in plan.seats]
    if plan.shape == "singles":
        async with SeatPool.open(settings) as pool:
            return await run_singles([pool], plan)
    async with AsyncExitStack() as stack:
        seats, logon_seconds = [], 0.0
        for each in settings:
            begun = time.perf_counter()
            seats.append(await stack.enter_async_context(Seat.open(each)))
            logon_seconds = max(logon_seconds, time.perf_counter() - begun)
        result = await SHAPES[plan.shape](seats, plan)
    return msgspec.structs.replace(result, logon_seconds=logon_seconds)


def main(argv: list[str]) -> int:
    """Returns 0; the result is in the file named second."""
    plan = msgspec.json.decode(Path(argv[0]).read_bytes(), type=LoadPlan)
    result = trio.run(run, plan)
    Path(argv[1]).write_bytes(msgspec.json.encode(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
