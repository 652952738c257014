"""Who works next: the order of turns, and how much of a pass they take.

Belongs here: `PartyTurns` and `Answers` with workers of the test's own, and many links at once on memory streams. Never
here: one link (test_partner_link), sockets.
"""

import itertools
from collections.abc import Callable

import pytest
import trio
import trio.testing

from gateway.dispatch.answers import Answers
from gateway.dispatch.party_turns import LONE_AFTER_NS, LONE_PASS_NS, PASS_NS, TURN_NS, PartyTurns
from gateway.links.in_flight import PARTY_FRAMES_MAX
from protocol.errors import InvariantBroken
from tests.gateway.links.test_partner_link import Line, VirtualClock, blocks, established
from tests.protocol import keys

TURNS_A_PASS = PASS_NS // TURN_NS


class Digger:
    """Has so much to do, a turn each time; says so in `log`."""

    def __init__(self, name: str, turns_count: int, clock: VirtualClock, log: list[str]) -> None:
        self.name = name
        self.left = turns_count
        self.clock = clock
        self.log = log

    def take_turn(self, ends_ns: int) -> bool:
        self.log.append(self.name)
        self.clock.spent_ns = max(self.clock.spent_ns, ends_ns)
        self.left -= 1
        return self.left > 0


class Raiser:
    """Leaves its exception to whoever gave it the turn."""

    def take_turn(self, ends_ns: int) -> bool:
        raise ValueError("unforeseen")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def turns(clock: VirtualClock) -> PartyTurns:
    return PartyTurns(clock)


async def test_parties_have_turns_and_then_what_waits_for_each(
    turns: PartyTurns, clock: VirtualClock, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    log: list[str] = []
    for number in range(3):
        turns.put(2, Digger(f"2.{number}", 2, clock, log))
    turns.put(3, Digger("3", 3, clock, log))
    nursery.start_soon(turns.keep)
    turns.run()
    await trio.testing.wait_all_tasks_blocked()

    assert log == ["2.0", "3", "2.1", "3", "2.2", "3", "2.0", "2.1", "2.2"]


async def test_a_pass_has_its_share_and_the_rest_is_done_in_the_next_ones(
    turns: PartyTurns, clock: VirtualClock, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    log: list[str] = []
    nursery.start_soon(turns.keep)
    await trio.testing.wait_all_tasks_blocked()
    for number in range(5):  # whoever comes, and however often: one share for all
        turns.put(number, Digger("dig", TURNS_A_PASS, clock, log))
        turns.run()
    assert len(log) == TURNS_A_PASS
    done = []
    while len(log) < 5 * TURNS_A_PASS:
        await trio.lowlevel.checkpoint()
        done.append(len(log))

    assert sorted(set(done)) == [TURNS_A_PASS * count for count in range(1, 6) if TURNS_A_PASS * count in done]


async def test_who_comes_late_waits_for_one_turn_of_each_other_party(
    turns: PartyTurns, clock: VirtualClock, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    log: list[str] = []
    for party in (2, 4):
        for _ in range(16):
            turns.put(party, Digger(str(party), 100, clock, log))
    turns.run()
    turns.put(3, Digger("3", 1, clock, log))
    before = len(log)
    nursery.start_soon(turns.keep)
    await trio.testing.wait_all_tasks_blocked()

    assert log.index("3") - before <= 2


async def test_a_party_alone_has_longer_passes_until_another_has_a_turn(
    turns: PartyTurns, clock: VirtualClock, autojump_clock: trio.testing.MockClock
) -> None:
    log: list[str] = []
    turns.put(2, Digger("2", 10_000, clock, log))

    def of_a_pass() -> int:
        before = len(log)
        turns.after_io_wait(0.0)
        turns.run()
        return len(log) - before

    first = [of_a_pass() for _ in range(LONE_AFTER_NS // PASS_NS - 1)]
    assert set(first) == {TURNS_A_PASS}
    of_a_pass()
    assert of_a_pass() == LONE_PASS_NS // TURN_NS
    turns.put(3, Digger("3", 1, clock, log))
    assert of_a_pass() == TURNS_A_PASS
    assert log[-TURNS_A_PASS:].count("3") == 1
    assert of_a_pass() == TURNS_A_PASS


async def test_a_worker_that_raises_is_nobody_elses_fault(turns: PartyTurns) -> None:
    turns.put(2, Raiser())

    with pytest.raises(InvariantBroken, match="a turn left an exception to somebody else's task"):
        turns.run()


def saying(log: list[str], text: str, clock: VirtualClock) -> Callable[[], None]:
    """Something to be said, at the price of a signature."""

    def say() -> None:
        log.append(text)
        clock.spent_ns += TURN_NS // 4

    return say


async def test_answers_are_said_by_party_and_in_order_of_each_seat(
    turns: PartyTurns, clock: VirtualClock, autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    """The ledger answers a thousand of one party and then one of another: it was the last one to be signed."""
    log: list[str] = []
    answers = Answers(turns, clock, lambda: None, lambda _link_number: None)
    for number in range(1_000):
        answers.put(2, 10 + number % 5, 1, saying(log, f"{10 + number % 5}:{number}", clock))
    answers.put(3, 21, 1, saying(log, "other", clock))
    assert answers.count == 1_001
    nursery.start_soon(turns.keep)
    turns.run()
    await trio.testing.wait_all_tasks_blocked()

    assert log.index("other") <= 4
    for seat in range(10, 15):
        mine = [int(text.partition(":")[2]) for text in log if text.startswith(f"{seat}:")]
        assert mine == sorted(mine)
    assert (len(log), answers.count) == (1_001, 0)


async def test_a_party_with_as_many_answers_as_it_may_have_requests_is_told_to_wait(
    turns: PartyTurns, clock: VirtualClock
) -> None:
    answers = Answers(turns, clock, lambda: None, lambda _link_number: None)
    for _ in range(PARTY_FRAMES_MAX):
        assert not answers.are_many(2)
        answers.put(2, 11, 1, lambda: None)

    assert answers.are_many(2)
    assert not answers.are_many(3)
    turns.run()
    assert not answers.are_many(2)


async def test_a_party_waits_for_one_turn_of_another_however_many_seats_that_has(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    """Sixteen links full of new requests, and one with a single one: it was behind all of them."""
    shared = Line()
    flood = [Line(shared) for _ in range(16)]
    other = Line(shared, keys.OTHER_BROKER, keys.OTHER_SEAT)
    nursery.start_soon(shared.turns.keep)
    for line in (*flood, other):
        await established(line, nursery)
    shared.owner.frame_ns = TURN_NS
    for line in flood:
        await line.theirs.send_all(blocks(line, 1, 40))
    single = blocks(other, 1, 1)
    before = len(shared.owner.served)
    await other.theirs.send_all(single)
    await trio.testing.wait_all_tasks_blocked()

    place = shared.owner.served.index(other.link)
    assert len(shared.owner.served) == 16 * 40 + 1
    assert before < 16 * 40 - 100  # the flood was under way
    assert place - before <= 5 * PASS_NS // TURN_NS  # some passes until the memory gives it out, and its own
    begun = set(shared.owner.served[place : place + 33])
    assert begun >= {line.link for line in flood}  # and the links of the party have turns of their own


async def test_between_two_passes_the_sockets_are_looked_at(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    """Another task of the gateway, as the ledger's, waits for one pass and not for every link."""
    shared = Line()
    flood = [Line(shared) for _ in range(16)]
    nursery.start_soon(shared.turns.keep)
    for line in flood:
        await established(line, nursery)
    shared.owner.frame_ns = TURN_NS
    for line in flood:
        await line.theirs.send_all(blocks(line, 1, 40))
    seen = [len(shared.owner.served)]
    assert seen[0] < 320
    while seen[-1] < 640:
        await trio.lowlevel.checkpoint()
        seen.append(len(shared.owner.served))

    assert max(later - earlier for earlier, later in itertools.pairwise(seen)) <= 2 * LONE_PASS_NS // TURN_NS
