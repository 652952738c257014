"""Fixtures of the ledger's tests: an empty database and a configuration that names it."""

import asyncio
from pathlib import Path

import pytest

from config.schema import Config
from tests.ledger.world import configuration, empty_database


@pytest.fixture
def config(fresh_database: str, tmp_path: Path) -> Config:
    """A configuration of its own over an empty database."""
    asyncio.run(empty_database(fresh_database))
    return configuration(tmp_path / "state", fresh_database)
