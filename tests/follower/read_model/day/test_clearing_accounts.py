"""Clearing accounts in SQL: balances, statements with what acted and when, obligations with what is paid and lent.

Belongs here: the views of money between the bank and brokers, and that books and entries agree. Never here: what is
taken when (tests.ledger_core.paying).
"""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from protocol.acts.parties import StopBrokerAct
from protocol.codes import ReplyCode
from protocol.vocabulary import ObligationState
from tests.follower.world import asked, world
from tests.ledger_core.desk import BROKER, THURSDAY, TUESDAY, WEDNESDAY
from tests.ledger_core.paying.bank import FRIDAY, House, at
from tests.ledger_core.paying.test_earning import pays
from tests.ledger_core.paying.test_earning import tuesday as of_money
from tests.ledger_core.paying.test_terminated import FIFTH_DAY_ENDS, ends, stops, tuesday

pytestmark = pytest.mark.postgres

ACCOUNTS = """
SELECT party, balance_fen, lent_fen, interest_fen, limit_fen, unpaid_fen, overdue_fen, owed_by_bank_fen,
       bank_late_count, fund_serial
FROM bank_clearing_accounts ORDER BY party
"""
STATEMENT = """
SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI'), words, against_code, to_char(lane_date, 'DD'), case_no,
       debit_fen, credit_fen, balance_fen
FROM bank_clearing_statements WHERE party = 2 ORDER BY sequence, balance_fen DESC
"""
OWED = """
SELECT to_char(trade_date, 'DD'), case_no, state, amount_fen, paid_fen, advanced_fen, unpaid_fen,
       to_char(fell_due_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI'), bank_late_at IS NULL
FROM bank_obligations ORDER BY 1, 2
"""
FAULTS = "SELECT * FROM books_faults"


def a_week() -> House:
    """Tuesday: 3,000,000.00 are owed and lent on Wednesday at 10:00. Wednesday: a case of 100.00, and the bank owes as
    much; on Thursday at 10:00 the case is overdue and the bank is late. On Friday 500.00 come, then the bank pays.
    """
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.lends(300_000_000, TUESDAY)
    house.net(TUESDAY, 300_000_000)
    house.settled(TUESDAY)
    house.now(at(WEDNESDAY, 20))
    house.net_with_case(WEDNESDAY, 10_000)
    house.settled(WEDNESDAY)
    house.now(at(FRIDAY, 9))
    house.fund(50_000)
    house.pay(WEDNESDAY)
    return house


def test_what_is_paid_lent_and_overdue_is_read(fresh_database: str, tmp_path: Path) -> None:
    """The 500.00 of Friday: 100.00 for the case, then 400.00 of interest for two days, all of it; nothing is left. The
    bank's 100.00 go to the clearing account, and from there to the loan.
    """
    house = a_week()
    assert house.stands(WEDNESDAY, 1)[0] == ObligationState.PAID

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(house.desk.rows)
            await here.follow()
            lent = 300_000_000 - 10_000
            counts = (Decimal(0), Decimal(0), Decimal(0), 0)
            assert await asked(here.sql, ACCOUNTS) == [
                (2, Decimal(0), Decimal(lent), Decimal(0), 300_000_000, *counts, 1),
                (3, *[Decimal(0)] * 3, 0, *counts, 0),
            ]
            assert await asked(here.sql, STATEMENT) == [
                ("09 09:00", "存入清算账户", 1110, None, None, 0, 50_000, Decimal(50_000)),
                ("09 09:00", "收取差错补足款", 1910, "07", 1, 10_000, 0, Decimal(40_000)),
                ("09 09:00", "收取垫付利息", 1320, None, None, 40_000, 0, Decimal(0)),
                ("09 09:00", "支付清算款", 2410, "07", None, 0, 10_000, Decimal(10_000)),
                ("09 09:00", "收回垫付款", 1310, None, None, 10_000, 0, Decimal(0)),
            ]
            paid = (Decimal(10_000), Decimal(10_000), Decimal(0), Decimal(0), "08 10:00")
            assert await asked(here.sql, OWED) == [
                *[
                    (
                        "06",
                        0,
                        "ADVANCED",
                        Decimal(300_000_000),
                        Decimal(10_000),
                        Decimal(lent),
                        Decimal(0),
                        "07 10:00",
                        True,
                    )
                ],
                ("06", 0, "PAID", *[Decimal(0)] * 4, None, True),
                ("07", 0, "PAID", *paid, False),
                ("07", 0, "PAID", *[Decimal(0)] * 4, None, True),
                ("07", 1, "PAID", *paid, True),
            ]
            assert await asked(here.sql, FAULTS) == []
            rates = "SELECT to_char(day, 'YYYYMMDD'), rate_percent FROM bank_market_rates"
            assert await asked(here.sql, rates) == [(str(TUESDAY), Decimal("2.4"))]
            cases = "SELECT words, to_char(lane_date, 'DD'), case_no FROM bank_entries WHERE party = 2 AND case_no = 1"
            assert set(await asked(here.sql, cases)) == {
                ("证券公司补足", "07", 1),
                ("收取差错补足款", "07", 1),
            }

    asyncio.run(scenario())


def kept_from_a_payment() -> House:
    """The broker owes 300.00 for Tuesday; of 500.00 for Wednesday the bank keeps them on Thursday, the rest it pays."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 30_000)
    house.settled(TUESDAY)
    house.now(at(WEDNESDAY, 20))
    house.net(WEDNESDAY, -50_000)
    house.settled(WEDNESDAY)
    house.now(at(THURSDAY, 9))
    house.pay(WEDNESDAY)
    return house


def test_what_is_kept_stands_between_two_dates(fresh_database: str, tmp_path: Path) -> None:
    house = kept_from_a_payment()

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(house.desk.rows)
            await here.follow()
            kept = (
                "SELECT words, debit_code, credit_code, to_char(lane_date, 'DD'), to_char(kept_from_date, 'DD'), "
                "amount_fen FROM bank_entries WHERE party = 2 AND account_no IS NULL ORDER BY sequence, amount_fen DESC"
            )
            assert await asked(here.sql, kept) == [
                ("抵扣逾期清算款", 2410, 2410, "06", "07", 30_000),
                ("支付清算款", 2410, 2310, "07", None, 20_000),
            ]
            assert await asked(here.sql, FAULTS) == []
            balances = "SELECT party, balance_fen FROM bank_clearing_accounts WHERE balance_fen > 0"
            assert await asked(here.sql, balances) == [(BROKER, Decimal(20_000))]

    asyncio.run(scenario())


def test_windows_that_came_again_are_read(fresh_database: str, tmp_path: Path) -> None:
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 30_000)
    house.now(at(WEDNESDAY, 10, 20))
    house.desk.serve_again(at(WEDNESDAY, 9, 50), at(WEDNESDAY, 10, 20))

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(house.desk.rows)
            await here.follow()
            for view, order in (("bank_windows", "window_no"), ("bank_obligations", "case_no")):
                shown = "to_char(first_due AT TIME ZONE 'Asia/Shanghai', 'HH24:MI:SS')"
                first = f"SELECT {shown} FROM {view} ORDER BY {order}"  # noqa: S608
                assert (await asked(here.sql, first))[0] == ("10:21:00",)
            assert await asked(here.sql, FAULTS) == []

    asyncio.run(scenario())


@pytest.mark.parametrize("is_for_good", [False, True])
def test_a_broker_is_read_as_stopped_and_as_stopped_for_good(
    fresh_database: str, tmp_path: Path, is_for_good: bool
) -> None:
    house = tuesday()
    house.now(FIFTH_DAY_ENDS + 1)
    assert (ends(house) if is_for_good else stops(house, StopBrokerAct)) == ReplyCode.ACCEPTED

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(house.desk.rows)
            await here.follow()
            stands = "SELECT stopped, terminated FROM bank_parties ORDER BY party"
            assert await asked(here.sql, stands) == [(False, False), (True, is_for_good), (False, False)]

    asyncio.run(scenario())


def test_what_it_has_earned_is_an_entry_of_its_statement_and_its_points_are_read(
    fresh_database: str, tmp_path: Path
) -> None:
    """10,000.00 stand there at the ends of Wednesday and Thursday: 20,000 points at 0.72 % are 40 fen. 0.60 of Friday's
    balance are no whole yuan.
    """
    house = of_money()
    house.fund(1_000_000)
    house.now(at(FRIDAY, 9))
    assert pays(house, THURSDAY) == ReplyCode.ACCEPTED
    house.now(at(FRIDAY + 1, 9))
    house.fund(60)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(house.desk.rows)
            await here.follow()
            assert (await asked(here.sql, STATEMENT))[1] == (
                *("09 09:00", "清算账户结息", 5210, None, None),
                *(0, 40, Decimal(1_000_040)),
            )
            points = "SELECT points, to_char(points_before, 'YYYYMMDD') FROM bank_clearing_accounts ORDER BY party"
            assert await asked(here.sql, points) == [(10_000, "20260110"), (0, None)]
            assert await asked(here.sql, FAULTS.replace("1110", "1110, 5210")) == []

    asyncio.run(scenario())
