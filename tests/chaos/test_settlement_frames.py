"""Settlement, payments and credits, killed at each of their frames: they end as they would have without.

Belongs here: who is killed when, and that nothing of it is left. Never here: what is sent (settling_story), the moment
(cut_line). In `make test` three fall: into a settlement, a payment and the credits.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from config.kit.exit_codes import ExitCode
from gateway.day.settling import FRAME_RECORDS
from protocol.limits import QUERY_SETTLEMENTS_MAX
from protocol.vocabulary import LaneState
from tests.chaos.cut_line import CutLine, Moment
from tests.chaos.desk_process import DeskProcess
from tests.chaos.settling_story import (
    ABOVE_OWN_FEN,
    BROKER,
    LATE_BROKER,
    RESPENDING,
    DateGave,
    SettlingStory,
    Taken,
)
from tests.chaos.test_chaos import audit
from tests.e2e.house import House, house, wait_until

# Half of them are of each broker: so that CLOSE and SETTLE go in two frames, or in one, where time is short.
MANY, FEW = 2 * FRAME_RECORDS + 600, 2 * QUERY_SETTLEMENTS_MAX + 300
SECONDS_PER_DATE_MAX = 90.0
MINUTES_MAX = 40
# Of many, of each broker two of CLOSE, one BeginSettle, two of SETTLE; then a mark, and what is told of it, Pay, a
# notice, Due, Fund; while a market is open frames are smaller: five of CREDIT.
FRAMES_OF_DESK, FRAMES = 19, 21
FRAMES_OF_FEW = 14
MOMENTS = {"gateway": (Moment.SENT, Moment.ANSWERED), "ledger": (Moment.ANSWERED, Moment.SENT)}
"""Of one frame and the next, in turn: what the one is not struck at, the other one is."""
NOTHING_LEFT = """
SELECT count(*) FROM bank_general_ledger WHERE account_code IN (2410, 1910, 1310) AND debit_fen <> credit_fen
"""

SETTLED_BY, PAID_BY, CREDITED_BY = 3, 9, 13
"""Of few, by their place among all frames: SETTLE of broker 2, Pay, the first of CREDIT."""
STRIKES = (
    ("gateway", SETTLED_BY, Moment.ANSWERED),
    ("ledger", PAID_BY, Moment.ANSWERED),
    ("gateway", CREDITED_BY, Moment.SENT),
)

pytestmark = pytest.mark.postgres


@pytest.mark.slow
def test_three_are_killed_in_the_middle() -> None:
    with house(FEW, late_party=LATE_BROKER, has_due_times=True) as found:
        trio.run(_few_frames, found)
        _must_be_whole(found)


@pytest.mark.chaos
@pytest.mark.timeout(MINUTES_MAX * 60)
@pytest.mark.parametrize("victim", ["gateway", "ledger"])
def test_killed_at_each_frame_of_the_settlement(victim: str) -> None:
    with house(MANY, late_party=LATE_BROKER, has_due_times=True) as found:
        trio.run(_each_frame, found, victim)
        _must_be_whole(found)


@pytest.mark.chaos
@pytest.mark.timeout(MINUTES_MAX * 60)
def test_the_day_desk_is_killed_at_each_frame_of_the_settlement() -> None:
    with house(MANY, late_party=LATE_BROKER, has_due_times=True) as found:
        trio.run(_each_frame_of_the_desk, found)
        _must_be_whole(found)


def _must_be_whole(found: House) -> None:
    """Nothing waits, nothing is owed; the chain is whole, and every decision comes out the same again."""
    wait_until("nothing to be left", lambda: found.sql(NOTHING_LEFT).strip() == "0")
    audited = audit(found)
    assert audited.code == ExitCode.OK, audited


async def _few_frames(found: House) -> None:
    async with _story(found) as story:
        undisturbed = await _undisturbed(story)
        assert len(story.line.requests) == FRAMES_OF_FEW
        for victim, place, moment in STRIKES:
            await _struck(story, victim, place, moment, undisturbed)


async def _each_frame(found: House, victim: str) -> None:
    async with _story(found) as story:
        undisturbed = await _undisturbed(story)
        frames = len(story.line.requests)
        assert frames == FRAMES
        for place in range(1, frames + 1):
            await _struck(story, victim, place, MOMENTS[victim][place % 2], undisturbed)


async def _struck(story: SettlingStory, victim: str, place: int, moment: Moment, undisturbed: DateGave) -> None:
    """A date with one strike gives what one gives without."""

    async def strike() -> None:
        await trio.to_thread.run_sync(story.house.supervisor.kill, victim)

    await story.begin()
    story.line.arm(place, moment, strike)
    with trio.fail_after(SECONDS_PER_DATE_MAX):
        await story.live(story.by_this_desk)
    assert story.line.disarm(), f"frame {place} never came"
    assert await story.gave() == undisturbed, f"{victim} killed at frame {place}"


async def _each_frame_of_the_desk(found: House) -> None:
    async with _story(found) as story:
        desk = DeskProcess("tests.chaos.settling_program", found, story.line)

        async def by_a_program(turn: Taken) -> None:
            await desk.take(turn.what, str(turn.date))

        story.desk_alone_counts = True
        undisturbed = await _undisturbed(story)
        frames = len(story.line.requests)
        assert frames == FRAMES_OF_DESK
        for place in range(1, frames + 1):
            for moment in (Moment.HELD, Moment.ANSWERED):
                await story.begin()
                story.line.arm(place, moment, desk.kill)
                with trio.fail_after(SECONDS_PER_DATE_MAX):
                    await story.live(by_a_program)
                assert story.line.disarm(), f"frame {place} never came"
                assert await story.gave() == undisturbed, f"the desk killed at frame {place}, {moment}"
        assert desk.killed == 2 * frames


@asynccontextmanager
async def _story(found: House) -> AsyncIterator[SettlingStory]:
    async with trio.open_nursery() as nursery:
        line = CutLine(found.port)
        await nursery.start(line.serve)
        yield SettlingStory(found, line)
        nursery.cancel_scope.cancel()


async def _undisturbed(story: SettlingStory) -> DateGave:
    """What a date gives: the second one, for contracts began on the first. Afterwards the line has its frames."""
    for _ in range(2):
        await story.begin()
        story.line.requests.clear()
        await story.live(story.by_this_desk)
    gave, own_fen = await story.gave(), [each.account.balance_fen for each in story.of(BROKER)[:RESPENDING]]
    assert gave.states == (LaneState.CLOSED, LaneState.CLOSED)
    assert gave.brought_fen == {party: (story.owed_fen(party), 0, 0, 0) for party in (BROKER, LATE_BROKER)}
    # Of what they sold, the 100 that their buys needed beyond their own were credited in the evening, and were debited.
    assert gave.waited == [(fen, 0) for fen in own_fen], ABOVE_OWN_FEN
    assert gave.credited == [(fen, fen) for fen in own_fen]
    assert gave.clearing == [(0, 0, 0, 0), (-story.owed_fen(LATE_BROKER), 0, 0, 0)]
    return gave
