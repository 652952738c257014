"""SIGTERM to the gateway under load: it ends in order, and clients go on with the next one without an error."""

from signal import SIGTERM

import pytest
import trio

from protocol.client import Seat
from tests.e2e.accounts import must_be_in_order
from tests.e2e.house import House, house, until
from tests.e2e.trading import LastingTrading, trade_during

CUSTOMERS = 200
DRAINS = 2
ANSWERS_BETWEEN = 500

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


async def drain_the_gateway(found: House, trading: LastingTrading, _bank: Seat) -> None:
    """Asks the gateway to end, again and again; the supervisor starts it anew."""
    for count in range(1, DRAINS + 1):
        await trading.more_answers(ANSWERS_BETWEEN, f"before drain {count}")
        await trio.to_thread.run_sync(found.supervisor.kill, "gateway", SIGTERM)
        await until("the gateway's end", lambda count=count: len(endings(found)) == count)  # type: ignore[misc]
    await trading.more_answers(ANSWERS_BETWEEN, "after the last drain")


def endings(found: House) -> list[str]:
    """How the gateway ended, each time."""
    return [line for line in found.said if line.startswith("gateway ended with")]


def test_clients_of_a_drained_gateway_see_no_error_and_lose_nothing() -> None:
    with house(CUSTOMERS) as found:

        async def trade_and_check() -> None:
            await must_be_in_order(found, await trade_during(found, drain_the_gateway, seed=1))

        trio.run(trade_and_check)

        assert endings(found) == ["gateway ended with exit code 0"] * DRAINS
