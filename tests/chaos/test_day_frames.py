"""The close of a day, killed at each of its frames: it ends as it would have without.

Belongs here: who is killed when, and that nothing of it is left. Never here: what is sent (day_story), the moment
(cut_line). In `make test` the close is killed three times, in tests/e2e/day/test_closing_killed.py.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from config.kit.exit_codes import ExitCode
from protocol.vocabulary import LaneState
from tests.chaos.cut_line import CutLine, Moment
from tests.chaos.day_story import LATE_BROKER, LATE_ORDERS, LaneGave, Lines, Story
from tests.chaos.desk_process import DeskProcess
from tests.chaos.papers import Papers
from tests.chaos.test_chaos import audit
from tests.e2e.house import House, house

CUSTOMERS = 40
SECONDS_PER_DATE_MAX = 90.0
MINUTES_MAX = 40
# Sign-off, mark, tell; twice: an act for what is tolerated and one that rejects, three comparisons of broker 2 by two
# steps and one of broker 3, two corrections, two decisions, proceeds; between them two withdrawals, and what each takes
# back of one broker; two publishings.
FRAMES_OF_DESK_MIN = 38
# And what brokers send: two ends of sending, five sets, one withdrawal; two receipts, two objections, a notice.
FRAMES_MIN = FRAMES_OF_DESK_MIN + 29
MOMENTS = {"gateway": (Moment.SENT, Moment.ANSWERED), "ledger": (Moment.ANSWERED, Moment.SENT)}
"""Of one frame and the next, in turn: what the one is not struck at, the other one is."""
Day = Callable[[int, Lines], Awaitable[None]]

pytestmark = [pytest.mark.chaos, pytest.mark.postgres, pytest.mark.timeout(MINUTES_MAX * 60)]


@pytest.mark.parametrize("victim", ["gateway", "ledger"])
def test_killed_at_each_frame_of_the_close(victim: str) -> None:
    with house(CUSTOMERS, late_party=LATE_BROKER) as found:
        trio.run(_each_frame, found, victim)
        _must_be_whole(found)


def test_the_day_desk_is_killed_at_each_frame_of_its_steps() -> None:
    with house(CUSTOMERS, late_party=LATE_BROKER) as found:
        trio.run(_each_frame_of_the_desk, found)
        _must_be_whole(found)


def _must_be_whole(found: House) -> None:
    """The chain is whole, and every decision comes out the same again."""
    audited = audit(found)
    assert audited.code == ExitCode.OK, audited


async def _each_frame(found: House, victim: str) -> None:
    async def strike() -> None:
        await trio.to_thread.run_sync(found.supervisor.kill, victim)

    async with _story(found) as story:

        async def day(date: int, lines: Lines) -> None:
            await story.sign_off()
            await story.send_sets(date, lines)
            await story.take_back(date)
            await story.send_again(date, lines)
            await story.close(date)
            await story.answer(date)

        undisturbed = await _undisturbed(story, day)
        frames = len(story.line.requests)
        assert frames >= FRAMES_MIN
        for place in range(1, frames + 1):
            date, lines = await story.begin()
            story.line.arm(place, MOMENTS[victim][place % 2], strike)
            with trio.fail_after(SECONDS_PER_DATE_MAX):
                await day(date, lines)
            assert story.line.disarm(), f"frame {place} never came"
            assert await story.gave(date) == undisturbed, f"{victim} killed at frame {place}"


async def _each_frame_of_the_desk(found: House) -> None:
    async with _story(found) as story:
        desk = DeskProcess("tests.chaos.desk_program", found, story.line, (str(papers_of(found)),))

        async def day(date: int, lines: Lines) -> None:
            await desk.take("sign-off", str(date))
            with story.line.uncounted():
                await story.send_sets(date, lines)
            await desk.take("back", str(date))
            with story.line.uncounted():
                await story.send_again(date, lines)
            await desk.take("close", str(date))
            with story.line.uncounted():
                await story.answer(date)

        undisturbed = await _undisturbed(story, day)
        frames = len(story.line.requests)
        assert frames >= FRAMES_OF_DESK_MIN
        for place in range(1, frames + 1):
            for moment in (Moment.HELD, Moment.ANSWERED):
                date, lines = await story.begin()
                story.line.arm(place, moment, desk.kill)
                with trio.fail_after(SECONDS_PER_DATE_MAX):
                    await day(date, lines)
                assert story.line.disarm(), f"frame {place} never came"
                assert await story.gave(date) == undisturbed, f"the desk killed at frame {place}, {moment}"
        assert desk.killed == 2 * frames


def papers_of(found: House) -> Path:
    """Where people keep what they signed."""
    return found.config_file.with_name("papers.json")


@asynccontextmanager
async def _story(found: House) -> AsyncIterator[Story]:
    async with trio.open_nursery() as nursery:
        line = CutLine(found.port)
        await nursery.start(line.serve)
        yield Story(found, line, await Papers.begun(found, papers_of(found)))
        nursery.cancel_scope.cancel()


async def _undisturbed(story: Story, day: Day) -> list[LaneGave]:
    """What a date gives: the second one, for contracts began on the first. Afterwards the line has its frames."""
    gave: list[LaneGave] = []
    for _ in range(2):
        date, lines = await story.begin()
        story.line.requests.clear()
        await day(date, lines)
        gave = await story.gave(date)
        assert [(lane.state, lane.sets) for lane in gave] == [(LaneState.PUBLISHED, 3), (LaneState.PUBLISHED, 2)]
    assert gave[1].counts[0] == LATE_ORDERS
    return gave
