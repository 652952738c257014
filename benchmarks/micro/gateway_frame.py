"""What a frame of one record costs the gateway alone: processor time of its process, signatures among it.

Belongs here: the measurement behind docs/performance.md, between a practice ledger and one partner with one frame under
way. Never here: anything that the product runs, PostgreSQL, the ledger.
Run: python -m benchmarks.micro.gateway_frame

The gateway is a process of its own; ledger and partner share this one, and what they take does not count. Each figure
is of FRAMES frames: the lowest and the median of ROUNDS.
"""

import statistics
import sys
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.settings import GatewaySettings
from protocol.session.partner_events import OutcomesReceived
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect, Partner, freezes
from tests.protocol import keys

FRAMES, ROUNDS, WARMING = 200, 40, 200
HEARTBEAT_NS = 60_000_000_000
DRAIN_NS = 200_000_000


def settings_in(folder: Path) -> GatewaySettings:
    """Plain TCP on a port of the system's choice."""
    return GatewaySettings(
        host="127.0.0.1",
        port=0,
        metrics_host="127.0.0.1",
        metrics_port=0,
        links_max=8,
        credit_records=65_536,
        heartbeat_ns=HEARTBEAT_NS,
        drain_ns=DRAIN_NS,
        ledger_socket=folder / "ledger.sock",
        state_directory=folder,
        signers=keys.bank_signers(),
        tls=None,
    )


def serve(folder: Path, told: Connection) -> None:
    """The gateway's process: tells its port, and serves until it is ended."""

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            daemon = Gateway(settings_in(folder), SystemClock())
            await nursery.start(daemon.run)
            told.send(daemon.port)

    trio.run(run)


def processor_ns(pid: int) -> int:
    """What all threads of a process have used."""
    spent = (int((task / "schedstat").read_text("ascii").split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())
    return sum(spent)


async def send(partner: Partner, first_number: int, frames: int) -> None:
    """So many frames, each answered before the next is sent."""
    body = freezes(100)
    for number in range(first_number, first_number + frames):
        await partner.send(body, number)
        await partner.hear(OutcomesReceived)


async def measure(folder: Path) -> list[float]:
    """Microseconds a frame, of each round."""
    spawning, found = get_context("spawn"), list[float]()
    heard, told = spawning.Pipe(duplex=False)
    gateway = spawning.Process(target=serve, args=(folder, told), daemon=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(FakeLedger(folder / "ledger.sock", keys.registry().entries()).serve)
        gateway.start()
        try:
            partner = await Connect(await trio.to_thread.run_sync(heard.recv))()
            await partner.log_on()
            await send(partner, 1, WARMING)
            for turn in range(ROUNDS):
                before_ns = processor_ns(gateway.pid or 0)
                await send(partner, 1 + WARMING + turn * FRAMES, FRAMES)
                found.append((processor_ns(gateway.pid or 0) - before_ns) / FRAMES / 1_000)
        finally:
            gateway.kill()
            gateway.join()
            nursery.cancel_scope.cancel()
    return found


def main() -> int:
    """Print one line."""
    with TemporaryDirectory(prefix="yzt") as name:
        began = time.monotonic()
        found = trio.run(measure, Path(name))
        spent = time.monotonic() - began
    lowest, median = min(found), statistics.median(found)
    print(f"a frame of one record: {lowest:.0f} µs of the gateway at least, {median:.0f} mostly ({spent:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
