"""Documents that name functions: every name resolves."""

import importlib
import re

import pytest

from tests.architecture.sources import PACKAGES, ROOT

WALK = ROOT / "docs" / "architecture.md"
NAME = re.compile(r"`((?:" + "|".join(PACKAGES) + r")(?:\.[A-Za-z_]\w*)+)(?:\(\))?`")


def named_in(text: str) -> list[str]:
    """The dotted names of ours, in backticks, that stand in the rows of a text's tables."""
    rows = [line for line in text.splitlines() if line.lstrip().startswith("|")]
    return [name for row in rows for name in NAME.findall(row)]


def resolve(name: str) -> object:
    """What a dotted name means: a module, or an attribute of the longest module that its beginning names.

    Raises: AttributeError or ModuleNotFoundError when it means nothing.
    """
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module_name = ".".join(parts[:length])
        try:
            found: object = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not module_name.startswith(error.name) or length == 1:
                raise
            continue
        for attribute in parts[length:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


def test_every_function_in_the_walk_of_one_order_exists() -> None:
    names = named_in(WALK.read_text(encoding="utf-8"))

    assert len(names) >= 5
    for name in names:
        resolve(name)


def test_only_table_rows_with_our_packages_are_read() -> None:
    text = "`config.schema.load` in prose\n| step | `config.schema.load()` | `os.path` |\n| `protocol.limits` |\n"

    assert named_in(text) == ["config.schema.load", "protocol.limits"]


@pytest.mark.parametrize(
    "name", ["config.schema.load", "config.supervise.supervisor.Supervisor.start", "protocol.limits"]
)
def test_a_name_that_exists_resolves(name: str) -> None:
    assert resolve(name) is not None


@pytest.mark.parametrize(
    "name", ["config.schema.lode", "config.absent.main", "config.supervise.supervisor.Supervisor.begin"]
)
def test_a_name_that_does_not_exist_is_an_error(name: str) -> None:
    with pytest.raises((AttributeError, ModuleNotFoundError)):
        resolve(name)
