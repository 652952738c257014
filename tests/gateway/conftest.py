"""Fixtures: a gateway between a fake ledger and whoever connects.

Belongs here: starting and stopping. Never here: assertions.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio

from gateway.clock import SystemClock
from gateway.daemon import Gateway
from gateway.settings import GatewaySettings
from protocol.messages.control import PartyEntry
from tests.gateway.fake_ledger import FakeLedger
from tests.gateway.partner import Connect
from tests.protocol import keys


def parties() -> list[PartyEntry]:
    """The bank with seat 1, broker 2 with seats 11 and 12, broker 3 (P-256) with seat 21."""
    return keys.registry().entries()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a Unix socket's address has room for 107 bytes."""
    with TemporaryDirectory(prefix="yzt") as name:
        yield Path(name)


@pytest.fixture
def settings(folder: Path) -> GatewaySettings:
    """Plain TCP on a port of the system's choice."""
    return GatewaySettings(
        host="127.0.0.1",
        port=0,
        metrics_host="127.0.0.1",
        metrics_port=0,
        links_max=8,
        credit_records=65_536,
        heartbeat_ns=60_000_000_000,
        drain_ns=200_000_000,
        ledger_socket=folder / "ledger.sock",
        state_directory=folder,
        signers=keys.bank_signers(),
        tls=None,
    )


@pytest.fixture
async def ledger(folder: Path, nursery: trio.Nursery) -> FakeLedger:
    """A fake ledger that serves."""
    fake = FakeLedger(folder / "ledger.sock", parties())
    await nursery.start(fake.serve)
    return fake


@pytest.fixture
async def gateway(settings: GatewaySettings, ledger: FakeLedger, nursery: trio.Nursery) -> AsyncIterator[Gateway]:
    """A gateway that serves partners."""
    daemon = Gateway(settings, SystemClock())
    await nursery.start(daemon.run)
    yield daemon
    daemon.stop_now()


@pytest.fixture
async def connect(gateway: Gateway) -> AsyncIterator[Connect]:
    """Partners of that gateway."""
    partners = Connect(gateway.port)
    yield partners
    await partners.close()
