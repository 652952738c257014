"""Fixtures of the ledger's tests: a database with empty tables and a configuration that names it."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from config.schema import Config
from ledger.journal import genesis
from ledger.journal.genesis import genesis_message
from protocol.messages.control import Genesis
from tests.bank_seats import BANK_SEATS
from tests.databases import give_tables
from tests.ledger.world import configuration


@pytest.fixture(autouse=True)
def desks_from_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank has all its desks from its genesis row on: no test need register them."""

    def with_desks(config: Config) -> Genesis:
        message = genesis_message(config)
        return replace(message, bank=replace(message.bank, seats=BANK_SEATS))

    monkeypatch.setattr(genesis, "genesis_message", with_desks)


@pytest.fixture
def config(fresh_database: str, tmp_path: Path) -> Config:
    """A configuration of its own over a database with empty tables."""
    asyncio.run(give_tables(fresh_database))
    return configuration(tmp_path / "state", fresh_database)
