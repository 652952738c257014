"""What all tests share: one embedded PostgreSQL per run (or per worker of it), one fresh database per test module.

What belongs here: what more than one package's tests need. What never may: knowledge of the ledger's tables.
"""

import ctypes
import os
import platform
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from config.kit import environment
from config.postgres.server import DATABASE, EmbeddedPostgres
from config.postgres.settings import ROLE, SUPERUSER
from tests.clusters import MADE_ANEW, copied_clusters

# No verdict depends on how fast the machine is at the moment.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Neither in here nor in a process that a test starts, whatever way.
os.environ.update(environment.MATHEMATICS)

# A book has columns of 16 MiB of which a test touches some pages. The C library would soon take such memory from its
# heap, and write zeros over all of it for each book: a new mapping is zero as it is, and costs by what is touched.
M_MMAP_THRESHOLD, MAPPED_FROM_BYTES = -3, 1 << 20  # the first is from malloc.h
if platform.libc_ver()[0] == "glibc":
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)

# Where there is room, temporary files, clusters among them, are in memory, for the processes that tests start too: no
# test cuts the power, so none can tell, and clusters are made, flushed and removed all the time.
MEMORY = Path("/dev/shm")  # noqa: S108 - folders are made there with mkdtemp
MEMORY_BYTES_MIN = 6 << 30


def has_room(folder: Path) -> bool:
    """Whether programs run from there, and there are enough bytes for all workers."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    found = os.statvfs(folder)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= MEMORY_BYTES_MIN


if "TMPDIR" not in os.environ and has_room(MEMORY):
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# What a run was started to ignore, by `nohup` or `&`, does nothing to it, but the processes that tests start must hear
# it: a handler, unlike SIG_IGN, is not inherited.
for _number in (signal.SIGHUP, signal.SIGINT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda _number, _frame: None)

LONG = frozenset({"slow", "postgres", "mutants", "chaos"})
"""Marks of what may take long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Packages in which something may take long come first: the short ones then fill what the workers have left."""
    long = {item.path.parent for item in items if not LONG.isdisjoint(mark.name for mark in item.iter_markers())}
    items.sort(key=lambda item: item.path.parent not in long)


def run_sql(server: EmbeddedPostgres, statement: str, database: str = DATABASE) -> str:
    """Runs one statement as role yzt in a database. Returns: what psql prints, without headers."""
    options = ["-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement]
    command = [server.binary("psql"), *options, server.dsn_of(database)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def run_as_superuser(server: EmbeddedPostgres, database: str, statements: str) -> None:
    """Runs statements in a database of the running server as its administrator."""
    options = ["-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statements]
    server._run([server.binary("psql"), *options, server.dsn_of(database, SUPERUSER)], "")


@pytest.fixture(scope="session", autouse=True)
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All clusters but the first are copies: making one takes longer than most tests with one."""
    with copied_clusters(tmp_path_factory.mktemp("cluster") / "pattern"):
        yield


@pytest.fixture
def made_anew(clusters: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clusters are made as in production."""
    monkeypatch.setattr(EmbeddedPostgres, "_initialise", MADE_ANEW)


@pytest.fixture(scope="session")
def embedded_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A started server. Role yzt may create databases here; in production it may not."""
    server = EmbeddedPostgres.prepare(tmp_path_factory.mktemp("postgres"))
    server.administer([f"ALTER ROLE {ROLE} CREATEDB"])
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.remove()


@pytest.fixture(scope="session")
def postgres_dsn(embedded_postgres: EmbeddedPostgres) -> str:
    """How to connect to the server's database `yzt`, which all modules share."""
    return embedded_postgres.dsn


@pytest.fixture(scope="module")
def fresh_database(embedded_postgres: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """The DSN of an empty database of this test module's own."""
    name = "test_" + Path(str(request.path)).stem.lower()
    _drop(embedded_postgres, name)
    run_sql(embedded_postgres, f'CREATE DATABASE "{name}" TEMPLATE template0')
    yield embedded_postgres.dsn_of(name)
    _drop(embedded_postgres, name)


def _drop(server: EmbeddedPostgres, name: str) -> None:
    """As the administrator: nobody else may end a worker of the server that is cleaning up in there."""
    run_as_superuser(server, DATABASE, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
