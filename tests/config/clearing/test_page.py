"""docs/clearing.md says what the program does: columns, which kind uses which, an example that passes.

Belongs here: the page against the program. Never here: what the columns mean.
"""

import re
from pathlib import Path

from config.cli.clearing.checking import refusals
from config.cli.clearing.csv_lines import HEADER, MUST_BE_FILLED, USED, read_set
from tests.architecture.sources import ROOT
from tests.config.clearing.files import DATE

PAGE = (ROOT / "docs" / "clearing.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| .+ \| ((?:`\w+` ?)+) \| (yes|no) \|$", re.MULTILINE)


def test_the_table_of_columns_is_the_programs() -> None:
    told = {name: (re.findall(r"\w+", kinds), empty) for name, kinds, empty in ROW.findall(PAGE)}

    assert list(told) == list(HEADER[1:])
    assert told == {
        name: (
            [kind for kind, used in USED.items() if name in ("contract_no", *used)],
            "no" if name in MUST_BE_FILLED else "yes",
        )
        for name in HEADER[1:]
    }


def test_the_example_passes_and_shows_every_kind(tmp_path: Path) -> None:
    file = tmp_path / "example.csv"
    (example,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    file.write_text(example, "utf-8")

    read = read_set(file, DATE)

    assert (read.bad, list(refusals(read.lines))) == ([], [])
    assert [line.split(",")[0] for line in example.splitlines()[1:]] == list(USED)
