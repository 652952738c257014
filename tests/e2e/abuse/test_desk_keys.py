"""Each desk of the bank has its own key and its own rights, in a running installation: who took the day desk's key has
no money of it.

Belongs here: desks that try what is another's. Never here: the whole matrix of rights (tests/ledger_core).
"""

from dataclasses import replace

import pytest
import trio

from frontend_sim.market.desks import DAY_SEAT, SAVINGS_SEAT, TELLER_SEAT
from protocol.client import Seat, SeatSettings, SessionEnded
from protocol.codes import ReplyCode
from protocol.messages.control import OpenTradeDate
from tests.e2e.house import House

pytestmark = pytest.mark.postgres

AMOUNT_FEN = 1_000_000
HONEST_SEAT = 31


def test_the_day_desk_deposits_nothing(shared_house: House) -> None:
    customer = next(one for one in shared_house.customers if one.seat == HONEST_SEAT)

    async def story() -> tuple[int, int, int]:
        async with Seat.open(shared_house.seat(customer.seat)) as broker, Seat.open(shared_house.desk(DAY_SEAT)) as day:
            before = (await broker.buying_power([customer.contract_no])).contracts[0].buying_power_fen
            refused = await day.deposit(customer.account_no, AMOUNT_FEN)
            after = (await broker.buying_power([customer.contract_no])).contracts[0].buying_power_fen
        return refused.code, before, after

    code, before, after = trio.run(story)
    assert code == ReplyCode.ROLE_FORBIDS
    assert after == before


@pytest.mark.parametrize("key_of", [DAY_SEAT, TELLER_SEAT])
def test_another_desk_s_key_does_not_open_the_savings_desk(shared_house: House, key_of: int) -> None:
    async def knock(settings: SeatSettings) -> None:
        async with Seat.open(settings):
            raise AssertionError("the seat was opened with another desk's key")

    own = shared_house.desk(SAVINGS_SEAT)
    other = replace(own, signer=shared_house.desks.signers[key_of], connect_attempts_max=1)
    with pytest.raises(SessionEnded, match=ReplyCode.SIGNATURE_INVALID.name):
        trio.run(knock, other)


def test_the_savings_desk_opens_no_date(shared_house: House) -> None:
    async def ask() -> int:
        async with Seat.open(shared_house.desk(SAVINGS_SEAT)) as desk:
            return (await desk.control(OpenTradeDate(desk.trade_date + 1))).code

    assert trio.run(ask) == ReplyCode.ROLE_FORBIDS
