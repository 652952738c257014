"""PostgreSQL clusters for tests: the first of a run is made as in production, the others are copies of it.

Belongs here: how a test gets a cluster soon. Never here: starting a server. A test of how a cluster is made asks for
the fixture `made_anew` of the conftest.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.postgres.server import EmbeddedPostgres

MADE_ANEW = EmbeddedPostgres._initialise


@contextmanager
def copied_clusters(folder: Path) -> Iterator[None]:
    """While in here this process makes one cluster, keeps it in the new `folder`, and makes all others from that."""
    folder.mkdir(mode=0o711)
    pattern = folder / "data"

    def initialise(server: EmbeddedPostgres) -> None:
        if not pattern.exists():
            MADE_ANEW(server)
            _copy(server.data, pattern)
        else:
            _copy(pattern, server.data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmbeddedPostgres, "_initialise", initialise)
        yield


def _copy(cluster: Path, place: Path) -> None:
    """Its files with their owner and rights; `place` may be there, empty."""
    subprocess.run(["cp", "--archive", "--no-target-directory", cluster, place], check=True)
