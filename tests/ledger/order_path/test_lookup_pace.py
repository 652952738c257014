"""Reads of stored rows: of one party one after the other and at a bounded share of the time, of others at once."""

import asyncio
import functools
from collections.abc import Callable, Coroutine

import pytest

from ledger.order_path.lookup_pace import READ_BURST_NS, READ_INTERVAL, LookupPace
from protocol.vocabulary import BANK_PARTY

READ_NS = 10_000_000
EVIL, HONEST = 2, 3


def in_asyncio(story: Callable[..., Coroutine[object, object, None]]) -> Callable[..., None]:
    """A story as a test."""

    @functools.wraps(story)
    def run(**arguments: int) -> None:
        asyncio.run(story(**arguments))

    return run


class Reads:
    """A pace on a clock of its own; each read takes READ_NS of it."""

    def __init__(self) -> None:
        self.now_ns = 1
        self.done: list[int] = []
        self.under_way: dict[int, int] = {}
        self.most_under_way = 0
        self.pace = LookupPace(lambda: self.now_ns, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)

    async def read(self, party: int) -> None:
        async with self.pace.turn(party):
            self.under_way[party] = self.under_way.get(party, 0) + 1
            self.most_under_way = max(self.most_under_way, self.under_way[party])
            await asyncio.sleep(0)
            self.now_ns += READ_NS
            self.under_way[party] -= 1
        self.done.append(party)


@in_asyncio
async def test_beyond_a_burst_reads_of_a_party_take_an_eighth_of_the_time() -> None:
    reads = Reads()
    count = 4 * READ_BURST_NS // READ_NS
    for _ in range(count):
        await reads.read(EVIL)
    assert reads.now_ns >= READ_INTERVAL * (count * READ_NS - READ_BURST_NS - READ_NS)


@in_asyncio
async def test_reads_of_a_party_go_one_after_the_other() -> None:
    reads = Reads()
    await asyncio.gather(*[reads.read(EVIL) for _ in range(16)])
    assert reads.most_under_way == 1


@pytest.mark.parametrize("other", [HONEST, BANK_PARTY])
@in_asyncio
async def test_nobody_else_waits_for_what_a_party_owes(other: int) -> None:
    reads = Reads()
    for _ in range(2 * READ_BURST_NS // READ_NS):
        await reads.read(EVIL)
    before_ns = reads.now_ns
    await reads.read(other)
    assert reads.now_ns == before_ns + READ_NS


@in_asyncio
async def test_a_read_that_fails_frees_the_turn() -> None:
    reads = Reads()
    with pytest.raises(ValueError, match="row"):
        async with reads.pace.turn(EVIL):
            raise ValueError("no row")
    await reads.read(EVIL)
    assert reads.done == [EVIL]
