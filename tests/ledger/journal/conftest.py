"""Fixtures of the tests of the journal, which begin before there are tables: each start here makes them."""

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
