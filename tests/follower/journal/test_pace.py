"""When the follower rests, and for how long, by a clock that only moves when told to."""

import asyncio

import pytest

from ledger.follower.projection.pace import FRESH_NS, PIECE_NS, REST_FACTOR, REST_NS_MAX, Pace


class Clock:
    """Time that work and rests make."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.rests_ns: list[int] = []

    def read(self) -> int:
        return self.now_ns

    async def sleep(self, seconds: float) -> None:
        self.rests_ns.append(round(seconds * 1e9))
        self.now_ns += self.rests_ns[-1]


def rests(behind_ns: int, *works_ns: int) -> list[int]:
    """The rests after portions of work in a batch whose oldest row is that old."""
    clock = Clock()
    pace = Pace(clock.read, clock.sleep)
    clock.now_ns += 10 * PIECE_NS  # before the batch
    pace.begin(behind_ns)
    for work_ns in works_ns:
        clock.now_ns += work_ns
        asyncio.run(pace.rest())
    return clock.rests_ns


@pytest.mark.parametrize(
    ("works_ns", "expected_ns"),
    [
        ([PIECE_NS], [REST_FACTOR * PIECE_NS]),
        ([PIECE_NS - 1], []),
        ([PIECE_NS // 2, PIECE_NS // 2, PIECE_NS // 2], [REST_FACTOR * PIECE_NS]),
        ([PIECE_NS, PIECE_NS + 1], [REST_FACTOR * PIECE_NS, REST_FACTOR * (PIECE_NS + 1)]),
        ([REST_NS_MAX], [REST_NS_MAX]),
    ],
)
def test_a_piece_is_followed_by_a_rest_of_its_length_times_the_factor(
    works_ns: list[int], expected_ns: list[int]
) -> None:
    assert rests(FRESH_NS, *works_ns) == expected_ns


def test_a_read_model_that_is_not_fresh_is_brought_up_without_rests() -> None:
    assert rests(FRESH_NS + 1, PIECE_NS, 10 * PIECE_NS) == []
