"""A partner that never reads its answers and one that floods beyond its credit: memory stays flat, others are served.

A few seconds in `make test`, a minute in `make chaos`.
"""

import re
import socket
import time
from dataclasses import dataclass, field
from urllib.request import urlopen

import pytest
import trio

from protocol.client import Seat
from protocol.codes import ReplyCode
from protocol.limits import FRAME_RECORDS_MAX
from protocol.vocabulary import FrameKind
from tests.e2e.house import House
from tests.e2e.stranger import Stranger, connect, freezes

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

FLOOD_SEAT, UNREAD_SEAT, HONEST_SEAT = 22, 32, 31  # each abuser uses up what its own party may repeat
FEW_SECONDS, MANY_SECONDS = 5.0, 60.0
LOOK_SECONDS = 0.1  # memory is a state of another process: it is looked at so often
UNREAD_PAUSE_SECONDS = 0.02  # slower than frames are answered, so that it is the answers that pile up, not the credit
RELOGON_SECONDS = 0.05
RECEIVE_BUFFER_BYTES = 65_536  # what is unread is to lie in the gateway, and repeats are read slowly
GROWTH_BYTES_MAX = 128 * 1024 * 1024
"""Each of the two links may have 4 MiB of unread answers, 4 MiB of bodies under way (its credit) and a receive chunk,
in the gateway and again between it and the ledger: under 32 MiB together. The C library takes memory from the system
in steps of 64 MiB here (config.supervise.children), and a step may be taken for each of two arenas.
"""
LATE_GROWTH_BYTES_MAX = 32 * 1024 * 1024
"""Between the halves of a long run, in which some 90 links end: an ended link leaves less than 1 MiB to the next
garbage collection, and that may come late; its unread answers, 4 MiB each, would be ten times this.
"""
ANSWER_SECONDS_MAX = 2.0  # the honest partner's slowest call; its median is told beside it
CALLS_PER_SECOND_MIN = 5
LINKS_ENDED_MIN = 3  # which of the two reasons comes first depends on how fast the ledger answers


@dataclass
class Watch:
    """What was measured. Memory in bytes by process name, in the order of looking; latencies in ns."""

    seconds: float
    began: float = field(default_factory=time.monotonic)
    resident: dict[str, list[int]] = field(default_factory=lambda: {"gateway": [], "ledger": []})
    latencies_ns: list[int] = field(default_factory=list)

    def goes_on(self) -> bool:
        """Whether the time is not over."""
        return time.monotonic() - self.began < self.seconds


@pytest.mark.parametrize(
    "seconds", [FEW_SECONDS, pytest.param(MANY_SECONDS, marks=[pytest.mark.chaos, pytest.mark.timeout(240)])]
)
async def test_memory_stays_flat_and_others_are_served(shared_house: House, seconds: float) -> None:
    for seat_no in (UNREAD_SEAT, FLOOD_SEAT):
        await use_first_numbers(shared_house, seat_no)
    watch = Watch(seconds)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(look_at_memory, shared_house, watch)
        nursery.start_soon(be_honest, shared_house, watch)
        nursery.start_soon(abuse, shared_house, watch, UNREAD_SEAT, UNREAD_PAUSE_SECONDS)
        nursery.start_soon(abuse, shared_house, watch, FLOOD_SEAT, 0.0)

    ended = [await links_ended(shared_house, code) for code in (ReplyCode.REPLIES_UNREAD, ReplyCode.CREDIT_EXCEEDED)]
    assert sum(ended) >= LINKS_ENDED_MIN, ended
    for name, sizes in watch.resident.items():
        assert max(sizes) - sizes[0] <= GROWTH_BYTES_MAX, (name, sizes[0], max(sizes))
        half = len(sizes) // 2
        if seconds >= MANY_SECONDS:
            assert max(sizes[half:]) - max(sizes[:half]) <= LATE_GROWTH_BYTES_MAX, (name, sizes[:: len(sizes) // 20])
    latencies_ns = sorted(watch.latencies_ns)
    assert len(latencies_ns) >= CALLS_PER_SECOND_MIN * seconds
    assert latencies_ns[-1] / 1e9 <= ANSWER_SECONDS_MAX, f"median {latencies_ns[len(latencies_ns) // 2] / 1e6} ms"


async def use_first_numbers(house: House, seat_no: int) -> None:
    """Has the frame decided that the abuse repeats: a repeat makes the books no larger, so memory may not grow."""
    stranger = await connect(house, seat_no)
    async with stranger.stream:
        await stranger.log_on()
        await stranger.stream.send_all(repeated_frame(house, stranger))
        assert await stranger.next_event() is not None


def repeated_frame(house: House, stranger: Stranger) -> bytes:
    """The largest frame, always under the first numbers, always with the same content."""
    body = freezes(house.contracts_of(stranger.seat_no)[0], FRAME_RECORDS_MAX)
    return stranger.frame(FrameKind.RECORDS, body, first_number=1, record_count=FRAME_RECORDS_MAX)


async def abuse(house: House, watch: Watch, seat_no: int, pause_seconds: float) -> None:
    """Sends the same frame again and again without reading a single answer, on link after link."""
    while watch.goes_on():
        stranger = await connect(house, seat_no)
        async with stranger.stream:
            try:
                stranger.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                await stranger.log_on()
                frame = repeated_frame(house, stranger)
                while watch.goes_on():
                    await stranger.stream.send_all(frame)
                    await trio.sleep(pause_seconds)
            except trio.BrokenResourceError:
                pass  # it was cut
        await trio.sleep(RELOGON_SECONDS)  # a storm of logons is another matter


async def be_honest(house: House, watch: Watch) -> None:
    """One call after the other over the SDK; each must be answered."""
    contract_no = house.contracts_of(HONEST_SEAT)[2]
    async with Seat.open(await trio.to_thread.run_sync(house.seat, HONEST_SEAT)) as seat:
        while watch.goes_on():
            began_ns = time.monotonic_ns()
            frozen = await seat.freeze(contract_no, 1)
            assert frozen.code is ReplyCode.ACCEPTED
            assert (await seat.release(frozen, contract_no, 1)).code is ReplyCode.ACCEPTED
            watch.latencies_ns.append(time.monotonic_ns() - began_ns)


async def links_ended(house: House, code: ReplyCode) -> float:
    """How many links the gateway has ended for this reason."""
    port = next(port for name, what, port in house.supervisor.ports() if (name, what) == ("gateway", "metrics"))
    text = await trio.to_thread.run_sync(scraped, port)
    line = re.search(rf'^yzt_gateway_links_ended_total{{code="{code.name}"}} (\S+)$', text, re.MULTILINE)
    return float(line[1]) if line else 0.0


def scraped(port: int) -> str:
    """What Prometheus would read."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=ANSWER_SECONDS_MAX) as answer:
        content: bytes = answer.read()
    return content.decode()


async def look_at_memory(house: House, watch: Watch) -> None:
    """Notes what the two processes have in memory."""
    while watch.goes_on():
        for name, sizes in watch.resident.items():
            sizes.append(house.resident_bytes(name))
        await trio.sleep(LOOK_SECONDS)
