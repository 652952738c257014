"""The bank's side: a running installation, and what a bank hands to its brokers on paper.

Belongs here: the only imports of the product in this folder. Never here: anything that the client may use but did not
get as an address, a number or a key.
"""

from collections.abc import Iterator
from itertools import count

import pytest

from benchmarks.load.seats import BROKER_PARTY, FIRST_SEAT, ready_port
from benchmarks.system import System, Wanted, running
from config.keys import public_file_of
from frontend_sim.installation import PARTY_KEY_ID, desk_key_file, party_key_file
from tests.outsider.broker import Broker, open_second_broker
from tests.outsider.link import Account
from tests.outsider.trust import BANK
from tests.outsider.wire.codes import Suite
from tests.outsider.wire.signing import VerifyingKey, signing_key_of_pem, verifying_key_of_pem

CONTRACTS = 500
SEATS = 2
SEATS_REGISTERED = 96
"""Of each broker. The more seats a party has, the more logons it may make at once, and the tests log on all the time:
those of raw frames cannot come back later.
"""
MASTER_DATA_SEAT, DAY_SEAT = 1, 4
ROLLS_MAX = 64  # of all tests together: nobody settles here


def _bank_keys(system: System) -> dict[int, VerifyingKey]:
    bank, config = system.config.bank, system.config
    named = (("ed25519", bank.ed25519_key_id), ("p256", bank.p256_key_id))
    return {key_id: verifying_key_of_pem(public_file_of(config.key_file(name)).read_bytes()) for name, key_id in named}


@pytest.fixture(scope="package")
def system() -> Iterator[System]:
    """A running bank with one broker, who signs with Ed25519."""
    wanted = Wanted(SEATS_REGISTERED, CONTRACTS, unsettled_dates_max=ROLLS_MAX)
    with running(wanted) as started:
        yield started


@pytest.fixture(scope="package")
def serving_since_ns(system: System) -> int:
    """When its gateway announced that it serves, UTC."""
    return system.config.ready_file("gateway").stat().st_mtime_ns


@pytest.fixture(scope="package")
def desk(system: System) -> Account:
    """The bank's seat of master data."""
    key = signing_key_of_pem(system.config.bank.seat_key_id, system.config.seat_key_file.read_bytes())
    return Account(
        "127.0.0.1", ready_port(system.config, "gateway", "links"), BANK, MASTER_DATA_SEAT, key, _bank_keys(system)
    )


@pytest.fixture(scope="package")
def day_desk(system: System, desk: Account) -> Account:
    """The bank's seat that opens trade dates, with a key of its own."""
    key = signing_key_of_pem(system.desks.signers[DAY_SEAT].key_id, desk_key_file(system.config, DAY_SEAT).read_bytes())
    return Account(desk.host, desk.port, BANK, DAY_SEAT, key, desk.bank_keys)


@pytest.fixture(scope="package")
def brokers(system: System, desk: Account) -> dict[Suite, Broker]:
    """One broker for each suite; the second is registered by this client, at the bank's own seat."""
    key = signing_key_of_pem(PARTY_KEY_ID, party_key_file(system.config, BROKER_PARTY).read_bytes())
    seats = range(FIRST_SEAT, FIRST_SEAT + SEATS)
    accounts = [Account(desk.host, desk.port, BROKER_PARTY, seat, key, desk.bank_keys) for seat in seats]
    first = Broker(accounts, count(0))
    others = range(FIRST_SEAT + SEATS_REGISTERED, FIRST_SEAT + 2 * SEATS_REGISTERED)
    second = open_second_broker(desk, BROKER_PARTY + 1, list(others), CONTRACTS)
    del second.accounts[SEATS:]
    return {Suite.ED25519: first, Suite.P256: second}


@pytest.fixture(params=list(Suite), ids=lambda suite: suite.name)
def broker(brokers: dict[Suite, Broker], request: pytest.FixtureRequest) -> Broker:
    """Each broker in turn."""
    return brokers[Suite(request.param)]
