"""docs/rules.md is true: each page names a heading that it stands under, and each heading that is built has a page."""

import ast
import re

import pytest

from tests.architecture.sources import ROOT, parsed, python_files

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = [
    (cells[0].strip(), cells[1])
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| heading")
    for cells in [line.strip("| ").split(" | ")]
]
HEADINGS = dict(ROWS)
NO_RULE = {
    "rules/__init__.py",
    "rules/day/__init__.py",
    "rules/money/__init__.py",
    "rules/orders/__init__.py",
    "rules/kinds.py",
    "rules/request.py",
}  # no page: folders, the table, a question's form


def test_each_heading_stands_once_and_says_what_is_built() -> None:
    assert len(HEADINGS) == len(ROWS) > 5
    for heading, pages in ROWS:
        named = re.findall(r"`([\w/]+\.py)`", pages)
        assert named or "Not built yet" in pages, heading
        assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("file", sorted(set(map(str, python_files("rules"))) - NO_RULE))
def test_each_page_names_its_heading(file: str) -> None:
    opening = ast.get_docstring(parsed(ROOT / file)) or ""
    heading = re.match(r"`([^`]+)`: ", opening)

    assert heading is not None
    assert f"`{file}`" in HEADINGS[heading[1]]
    assert re.search(r"00\d (附件|附|A·|B·)", opening), "an article"
