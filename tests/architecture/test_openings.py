"""Every name in brackets in a file's opening is a file or folder that there is.

Belongs here: what an opening points to. Never here: whether it tells the truth otherwise (a reader).

An opening says of what it leaves out where that is: "Never here: parsing (sources)". A plain name is one of the same
package; a dotted one begins at the root or at a package's folder, and may end with something that the file defines.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.sources import ROOT, identifiers, parsed, python_files

BRACKETS = re.compile(r"\(([a-z_]{2,}(?:[./][a-z_]+)*(?:, [a-z_]{2,}(?:[./][a-z_]+)*)*)\)")
WORDS = {"records", "outcomes", "pglz", "life", "block"}
"""Formulas and a program that stand in brackets and are no places."""


def named_in(opening: str) -> Iterator[str]:
    """The names in brackets of an opening."""
    for group in BRACKETS.findall(opening):
        yield from (name for name in group.split(", ") if name not in WORDS)


@cache
def places_in(package: str) -> frozenset[str]:
    """The names of all files and folders of a package, and its own."""
    return frozenset({package, *(path.stem for path in (ROOT / package).rglob("[a-z_]*"))})


def exists(name: str, package: str) -> bool:
    """Whether a name in an opening of this package is of something that there is."""
    path = Path(name.replace(".", "/"))
    if len(path.parts) == 1:
        return name in places_in(package) or (ROOT / name).is_dir()
    if any((root / path).is_dir() or (root / path).with_suffix(".py").exists() for root in (ROOT, ROOT / package)):
        return True
    file = path.parent.with_suffix(".py")
    return (ROOT / file).exists() and path.name in {name for name, _line in identifiers(parsed(file))}


def test_every_name_in_an_opening_is_of_a_file_or_folder() -> None:
    named = ((file, name) for file in python_files() for name in named_in(ast.get_docstring(parsed(file)) or ""))
    assert [f"{file}: {name}" for file, name in named if not exists(name, file.parts[0])] == []


def test_a_name_of_nothing_is_noticed() -> None:
    assert list(named_in("Never here: sockets (links), a clock (its own), files (config.schema, journal).")) == [
        *("links", "config.schema", "journal"),
    ]
    assert exists("journal", "ledger")
    assert exists("ledger.core.frames.time_after", "gateway")
    assert not exists("journals", "ledger")
    assert not exists("ledger.core.frames.time_before", "gateway")
