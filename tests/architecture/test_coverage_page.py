"""docs/coverage.md: every row of the checklist stands there once, and every test that it names is there."""

import ast
import re

import pytest

from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "coverage.md").read_text("utf-8")
IN_SCOPE = {
    *(1, 2, 3, 4, 5, 6, 7, 9),
    *(13, 15, 16, 17, 20, 21, 22, *range(24, 33)),
    *(44, 50, *range(55, 60)),
    *range(60, 76),
    *(77, 79, 80, 82, 83, 86, 87, 88, 89),
}
"""Of the field's checklist: what 004 has for the broker's scheme, and what follows from it."""
NOT_BUILT = "Not built yet"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d+ \|", line)
]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_row_in_scope_stands_once() -> None:
    assert [int(row[0]) for row in ROWS] == sorted(IN_SCOPE)
    assert all(len(row) == 5 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_it_names_tests_that_are_there_or_is_not_built(row: list[str]) -> None:
    _, _, article, held_by, missing = row
    assert re.search(r"\d第?|Rec\.|implied", article)
    found = NAMED.findall(held_by)
    assert bool(found) != (missing == NOT_BUILT)
    assert NAMED.sub("", held_by).strip(" ,") == ""
    for file, name in found:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not name or name in tests, f"{file} has no {name}"
        assert any(each.startswith("test_") for each in tests), f"{file} has no test"
