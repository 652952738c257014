"""Two ledgers started by mistake: one serves, the other ends with 74 and one line."""

from pathlib import Path
from signal import SIGTERM

import pytest
import trio

from config.kit.exit_codes import ExitCode
from config.kit.telling.ready_files import read_ready
from config.schema import Config, dump, load
from protocol.client import Seat
from protocol.codes import ReplyCode
from tests.e2e.house import House, house, replace, wait_until
from tests.e2e.programs import run_module, running

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_a_second_one_on_the_same_state_directory_ends_before_it_touches_anything(shared_house: House) -> None:
    serving = shared_house.supervisor.pid("ledger")

    second = run_module("ledger", "--config", shared_house.config_file, folder=Path(shared_house.config.base))

    assert second.code == ExitCode.FENCED
    assert second.lines == [f"ledger: another ledger serves from {shared_house.config.state_directory}"]
    assert shared_house.supervisor.pid("ledger") == serving
    assert trio.run(freeze_one, shared_house) is ReplyCode.ACCEPTED


def test_a_second_one_on_the_same_database_takes_over_and_the_first_ends() -> None:
    with house(customers=4) as found:
        first = found.supervisor.pid("ledger")
        config = elsewhere(found)
        file = Path(config.base) / "second.toml"
        file.write_text(dump(config))
        log_file = config.state_directory / "second.log"

        with running("ledger", ["--config", file], log_file) as second:
            wait_until("the second ledger to serve", lambda: read_ready(config.ready_file("ledger")) is not None)
            wait_until("the first ledger's end", lambda: found.supervisor.fault is not None)
            second.send_signal(SIGTERM)
            second.wait()

        fault = found.supervisor.fault
        assert fault is not None
        assert fault.exit_code is ExitCode.FENCED
        assert str(fault).startswith(f"ledger ended with exit code {int(ExitCode.FENCED)}: ledger: another ledger took")
        assert "ERROR   ledger: another ledger took the journal over" in found.log_lines("ledger")[-1]
        assert found.sql("SELECT epoch FROM journal_head") == "2"
        assert found.supervisor.stop() == ExitCode.FENCED
        assert second.returncode == ExitCode.OK
        assert first != second.pid


def elsewhere(found: House) -> Config:
    """The configuration of somebody who has another state directory and the same database, by mistake."""
    served = load(found.config_file)
    keys = served.state_directory / "keys"
    bank = replace(
        served.bank,
        ed25519_key=str(keys / "bank-ed25519.pem"),
        p256_key=str(keys / "bank-p256.pem"),
        seat_key=str(keys / "bank-seat.pem"),
    )
    config = replace(served, state=replace(served.state, directory="second"), bank=bank)
    config.state_directory.mkdir()
    return config


async def freeze_one(found: House) -> ReplyCode:
    """One freeze over a seat of its own connection."""
    async with Seat.open(found.seat(31)) as seat:
        return (await seat.freeze(found.contracts_of(31)[0], 100)).code
