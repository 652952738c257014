"""Which version of the house this is.

What belongs here: looking it up. What never may: a comparison of versions: what is stored carries layouts of its own.
"""

import tomllib
from pathlib import Path


def version() -> str:
    """The version that is installed; of a tree that is not, the one in its pyproject.toml."""
    import importlib.metadata  # with all of `email`, a quarter of the time that a short command takes

    try:
        return importlib.metadata.version("yinzhengtong")
    except importlib.metadata.PackageNotFoundError:
        file = Path(__file__).parents[2] / "pyproject.toml"
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])
