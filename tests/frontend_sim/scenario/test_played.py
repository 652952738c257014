"""A story played through real processes: what it expects is what they answer, and a fen otherwise is found.

Belongs here: the examples of docs/scenarios, played. Never here: their arithmetic (their comments).
"""

import json
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from config.cli.commands import main
from config.kit.exit_codes import ExitCode
from frontend_sim.scenario.written.acts import OFFERED
from frontend_sim.scenario.written.events import Act, DayDesk, Event
from frontend_sim.scenario.written.reading import read_story
from tests.architecture.sources import ROOT
from tests.frontend_sim.scenario.stories import EVERY_KIND, EXAMPLES

PLANTED_FEN = ROOT / "docs" / "scenarios" / "planted_fen.toml"

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_a_story_is_a_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The example, but for one fen that it expects otherwise at its end: that is found, and nothing else."""
    story, out = tmp_path / "story.toml", tmp_path / "told.jsonl"
    text = PLANTED_FEN.read_text(encoding="utf-8")
    assert text.count('amount = "7,544.31"') == 1
    story.write_text(text.replace('amount = "7,544.31"', 'amount = "7,544.32"'), encoding="utf-8")

    assert main(["scenario", str(story), "--json", str(out)]) == ExitCode.FAILED

    said = capsys.readouterr().out
    told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    otherwise = "obligation of Huaxia on 20260105 is bank 7,544.31, expected bank 7,544.32"
    assert said.splitlines()[-2:] == [
        f"event 16: {otherwise}",
        "16 events, 16 with what is expected of them: 1 figures are OTHERWISE",
    ]
    assert [each["event"] for each in told] == list(range(17))
    assert [each["differs"] for each in told] == [[]] * 16 + [[otherwise]]
    assert told[-1]["refusals"] == {"MARKET_CLOSED": 1, "PROCEEDS_UNSETTLED": 1, "STEP_NOT_DUE": 1}
    assert told[1]["at"] == "2026-01-05T09:30:00+08:00"
    assert "amount: released of Li 1 of Li: the bank has 80.14, the set says 80.15" in said


@pytest.mark.chaos
@pytest.mark.parametrize(
    "story", [*(file for file in EXAMPLES if file != PLANTED_FEN), *EVERY_KIND], ids=lambda file: file.stem
)
def test_the_other_stories_are_as_they_expect(story: Path) -> None:
    assert main(["scenario", str(story)]) == ExitCode.OK


def test_every_kind_of_event_is_played() -> None:
    events = [event for file in EVERY_KIND for event in read_story(file)[0].events]

    assert {type(event) for event in events} == set(get_args(Event))


def test_every_act_and_every_step_of_the_day_desk_is_played() -> None:
    events = [event for file in (*EXAMPLES, *EVERY_KIND) for event in read_story(file)[0].events]
    steps = get_args(get_type_hints(DayDesk)["step"])

    assert {event.act for event in events if isinstance(event, Act)} == set(OFFERED)
    assert {event.step for event in events if isinstance(event, DayDesk)} == set(steps)
