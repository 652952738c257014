"""Securities in SQL: every version with the date that another follows on, limits of the dates to come, suspensions."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from protocol.messages.orders.securities import ResumeSecurity, SuspendSecurity
from protocol.vocabulary import Market
from tests.bank_seats import BANK_SEAT
from tests.follower.journal_maker import DATE, NEXT_DATE, JournalMaker
from tests.follower.world import asked, world
from tests.securities import bond, limits, priced, registered, share

pytestmark = pytest.mark.postgres

VERSIONS = """
SELECT security, version, first_date::text, followed_on::text, is_replaced, product, tick_yuan, multiplier, is_suspended
FROM bank_securities ORDER BY version
"""
LIMITS = """
SELECT security, trade_date::text, low_yuan, high_yuan, accrued_yuan
FROM bank_price_limits ORDER BY security, trade_date
"""
STOPS = "SELECT market, security, is_suspended, reason FROM bank_suspensions ORDER BY sequence, decided_at"
MONDAY, TUESDAY = "2026-01-05", "2026-01-06"
CENT, TENTH = Decimal("0.0100"), Decimal("0.0010")


def test_versions_that_gave_way_are_kept_and_limits_of_past_dates_are_not(fresh_database: str, tmp_path: Path) -> None:
    """A batch has them all at first; then each row is one."""

    async def scenario() -> None:
        made = JournalMaker()
        made.open_bank([1_000])
        made.control(registered(share(DATE), bond(DATE)))
        made.control(registered(share(DATE, tick=10)))
        made.control(registered(share(DATE, tick=10), share(NEXT_DATE, tick=1)))
        made.control(priced(DATE, limits(), limits("019547", 1_000_000, 1_100_000, accrued=12_345)))
        async with world(fresh_database, tmp_path) as here:
            await here.follow_soundly(made)
            assert await asked(here.sql, VERSIONS) == [
                ("600000", 1, MONDAY, TUESDAY, True, "SHARE", CENT, 1, False),
                ("019547", 2, MONDAY, None, False, "BOND", CENT, 10, False),
                ("600000", 3, MONDAY, TUESDAY, False, "SHARE", TENTH, 1, False),
                ("600000", 4, TUESDAY, None, False, "SHARE", Decimal("0.0001"), 1, False),
            ]
            assert await asked(here.sql, LIMITS) == [
                ("019547", MONDAY, Decimal("100.0000"), Decimal("110.0000"), Decimal("1.2345")),
                ("600000", MONDAY, Decimal("9.0000"), Decimal("11.0000"), Decimal("0.0000")),
            ]

            made.control(priced(NEXT_DATE + 1, limits(high=120_000)))
            made.control(priced(NEXT_DATE, limits(high=121_000)))  # in place of the one before
            await here.follow_soundly(made)
            assert [row[:2] for row in await asked(here.sql, LIMITS)] == [
                ("019547", MONDAY),
                ("600000", MONDAY),
                ("600000", TUESDAY),
            ]

            made.roll(NEXT_DATE)
            await here.follow_soundly(made)
            assert await asked(here.sql, LIMITS) == [
                ("600000", TUESDAY, Decimal("9.0000"), Decimal("12.1000"), Decimal("0.0000"))
            ]
            assert len(await asked(here.sql, VERSIONS)) == 4

    asyncio.run(scenario())


def test_a_suspension_is_shown_with_its_reason_until_the_next_word(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        made, named = JournalMaker(), (Market.XSHG, "600000")
        made.open_bank([1_000])
        made.control(registered(share(DATE), bond(DATE)))
        stop, go = SuspendSecurity(*named, "重大\x00事项"), ResumeSecurity(*named, "公告")
        async with world(fresh_database, tmp_path) as here:
            made.control_run(*((BANK_SEAT, each, 1) for each in (stop, stop, go, stop)))  # the second is refused
            await here.follow_soundly(made)
            assert await asked(here.sql, STOPS) == [
                ("XSHG", "600000", True, "重大\ufffd事项"),
                ("XSHG", "600000", False, "公告"),
                ("XSHG", "600000", True, "重大\ufffd事项"),
            ]
            shown = "SELECT security, is_suspended, suspended_for FROM bank_securities ORDER BY version"
            assert await asked(here.sql, shown) == [("600000", True, "重大\ufffd事项"), ("019547", False, None)]

            made.control(go)
            await here.follow_soundly(made)
            assert await asked(here.sql, shown) == [("600000", False, None), ("019547", False, None)]

    asyncio.run(scenario())
