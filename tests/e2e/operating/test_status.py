"""`yzt status` of a serving installation, one of whose processes is stopped; and the command that reads by SQL.

Belongs here: real processes. Never here: what is said of dead ones (tests/config/supervise/test_status).
"""

import os
import shlex
import signal
import subprocess

import pytest

from config.supervise.status import lines_of, status_of
from frontend_sim.market.market_day import savers
from tests.e2e.house import House, wait_until

pytestmark = pytest.mark.postgres


def test_all_say_how_they_are_and_sql_can_be_read_as_told(shared_house: House) -> None:
    wait_until("serves", lambda: status_of(shared_house.config).serves)
    found = status_of(shared_house.config)

    assert list(found.processes) == ["postgres", "ledger", "gateway", "follower"]
    assert found.processes["ledger"].facts["trade date"] == str(shared_house.config.trade.date)
    assert found.processes["ledger"].facts["gateway linked"] == "yes"
    assert {"sessions", "links", "row told"} <= found.processes["gateway"].facts.keys()
    assert {"row", "rows behind", "seconds behind"} <= found.processes["follower"].facts.keys()
    assert max(len(line) for line in lines_of(found)[:-1]) <= 80
    assert found.sql is not None
    command = [*shlex.split(found.sql), "-X", "-At", "-c", "SELECT count(*) FROM bank_accounts"]

    def count() -> int:
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    wait_until("the read model has the customers", lambda: count() == len(savers()) + len(shared_house.customers))


@pytest.mark.parametrize("name", ["follower", "ledger", "postgres"])
def test_a_stopped_process_does_not_serve(name: str, shared_house: House) -> None:
    wait_until("serves", lambda: status_of(shared_house.config).serves)
    pid = shared_house.supervisor.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        found = status_of(shared_house.config)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert not found.serves
    assert not found.processes[name].serves
    wait_until("serves again", lambda: status_of(shared_house.config).serves)
