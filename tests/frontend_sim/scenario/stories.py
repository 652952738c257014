"""A small story in text, for tests that change a word of it.

Belongs here: that text, a file of it, the one line for a changed one. Never here: what is expected of it.
"""

from pathlib import Path

import pytest

from config.kit.exit_codes import ExitCode
from frontend_sim.scenario.written.checking import check
from frontend_sim.scenario.written.reading import StoryFault, read_story
from tests.architecture.sources import ROOT

EXAMPLES = sorted((ROOT / "docs" / "scenarios").glob("*.toml"))
EVERY_KIND = sorted(Path(__file__).with_name("every_kind").glob("*.toml"))
"""Together every kind of event, once at least."""
TEXT = """\
title = "small"
trade_date = 2026-01-05

[[outlet]]
name = "Beijing"
level = "branch"

[[broker]]
name = "Huaxia"
proceeds_at_fill = true

[[customer]]
name = "Li"
balance = "2,000.00"
broker = "Huaxia"

[[customer]]
name = "Wang"
balance = "1.00"

[[set]]
name = "true"
broker = "Huaxia"
date = 2026-01-05
lines = [{ line = "order", order = "Li 1", fate = "filled", frozen = "1,005.02" }]

[[event]]
at = 2026-01-05 09:30:00
do = "freeze"
order = "Li 1"
customer = "Li"
amount = "1,005.02"
expects = { code = "ACCEPTED", customers = [{ customer = "Li", frozen = "1,005.02" }] }

[[event]]
at = 2026-01-05 15:30:00
do = "send_set"
set = "true"
"""


def story_file(folder: Path, *changes: tuple[str, str]) -> Path:
    """The story with some of its text changed; each text to be changed must be there once."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = folder / "story.toml"
    file.write_text(text, encoding="utf-8")
    return file


def fault(folder: Path, *changes: tuple[str, str]) -> str:
    """The one line for a changed story, its folder left out."""
    file = story_file(folder, *changes)
    with pytest.raises(StoryFault) as raised:
        check(*read_story(file))
    assert raised.value.exit_code == ExitCode.DATA
    return str(raised.value).removeprefix(f"{folder}/")
