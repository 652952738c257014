"""The client stands on the standard library and `cryptography` alone.

Belongs here: what this folder may import. Never here: behaviour.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
SOURCES = [path for path in sorted(FOLDER.rglob("*.py")) if path.name != "conftest.py"]


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, by their full names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_of_the_product_is_imported(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "cryptography"} | ({"pytest"} if path.name.startswith("test_") else set())
    others = {name for name in imported(path) if name.split(".")[0] not in allowed}
    own = ("tests.outsider", "tests.outsider.heard", "tests.outsider.wire", "tests.outsider.wire.layouts", "tests")
    assert {name for name in others if name.rpartition(".")[0] not in own} == set()
    assert not others & {"tests.vectors", "tests.protocol"}
