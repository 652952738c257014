"""What a run leaves behind that anybody could read: searched for words that must be nowhere.

Belongs here: gathering it, searching it. Never here: which words.
"""

import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.e2e.house import House


def left_behind(found: House) -> list[tuple[str, bytes]]:
    """Everything that can be read of the run: files of all processes and of PostgreSQL, metrics, every table."""
    folders = [Path(found.config.base), *found.server.folders()]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    places: list[tuple[str, bytes]] = []
    for file in files:
        with suppress(FileNotFoundError):  # a draft that has got its name meanwhile
            places.append((str(file), file.read_bytes()))
    for name, port in ((name, port) for name, purpose, port in found.supervisor.ports() if purpose == "metrics"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            places.append((f"metrics of {name}", page.read()))
    names = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
    tables = found.sql(names).split()
    places += [(name, found.sql(f"SELECT t::text FROM {name} t").encode()) for name in tables]  # noqa: S608 - our own
    return places


def places_with(places: list[tuple[str, bytes]], words: Iterable[str | bytes]) -> set[str]:
    """Where any of the words stands, as it is or in hexadecimal."""
    plain = [word.encode() if isinstance(word, str) else word for word in words]
    wanted = [*plain, *(word.hex().encode() for word in plain)]
    return {place for place, content in places if any(word in content for word in wanted)}
