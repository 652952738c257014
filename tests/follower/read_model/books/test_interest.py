"""Interest in SQL: what savings accounts have earned by outlet, what brokers have earned and owe today.

Belongs here: the two views of interest, with amounts worked out on paper. Never here: when days are counted
(tests.ledger_core.savings), what a due time takes (tests.ledger_core.paying).
"""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.follower.replay import Follower
from protocol.acts.clearing import MarketRateAct
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.messages.customers.accounts import ChangeAccount, OpenAccounts
from protocol.messages.outlets import OutletEntry, RegisterOutlets
from protocol.vocabulary import AccountEvent
from tests.customers import account
from tests.follower.world import World, asked, catch_up, world
from tests.ledger_core.desk import MONDAY, OTHER_BROKER, THURSDAY, TUESDAY, WEDNESDAY, Desk
from tests.ledger_core.paying.bank import FRIDAY, House, at
from tests.ledger_core.paying.test_earning import MONDAY as NEXT_MONDAY
from tests.ledger_core.paying.test_earning import SATURDAY, SUNDAY, pays
from tests.ledger_core.paying.test_earning import tuesday as of_money
from tests.ledger_core.savings.words import Counter, posting

pytestmark = pytest.mark.postgres

SAVINGS = "SELECT outlet, accounts_count, due_fen, points FROM bank_savings_interest ORDER BY outlet"
DAYS = "SELECT DISTINCT points_before, rate_percent, interest_day FROM bank_savings_interest"
EARNED = "SELECT day, points, rate_percent, earned_fen FROM bank_broker_interest ORDER BY party"
OWED = """
SELECT day, lent_fen, lent_rate_percent, posted_fen, unposted_fen, owed_fen FROM bank_broker_interest WHERE party = 2
"""
NEAR, FAR = 7, 1_000_000
RATE = Decimal("0.05")


def days(*numbers: int) -> list[date]:
    return [date(number // 10_000, number // 100 % 100, number % 100) for number in numbers]


async def seen(here: World, follower: Follower, desk: Desk, question: str) -> list[tuple[Any, ...]]:
    """What a view shows once everything that was decided is taken in."""
    await here.keep(desk.rows[here.kept :])
    await catch_up(follower)
    return await asked(here.sql, question)


def three_customers() -> tuple[Counter, list[int]]:
    """Ann and Ben are kept by one outlet, Eve by one that is not registered. On Monday they bring 100,000.00, 72.99 and
    36,000.00, and Wednesday is ordered as interest day at 0.05 %.
    """
    counter = Counter()
    first = counter.desk.book.accounts_count
    tree = [OutletEntry(5, 1, 0, "杭州分行"), OutletEntry(6, 2, 5, "西湖支行"), OutletEntry(NEAR, 3, 6, "文三路储蓄所")]
    counter.desk.done(RegisterOutlets(tree))
    kept_by = (NEAR, NEAR, FAR)
    counter.desk.done(
        OpenAccounts([replace(account(first + place, 0), outlet=outlet) for place, outlet in enumerate(kept_by)])
    )
    people = [account_no_from_index(first + place) for place in range(3)]
    for account_no, amount_fen in zip(people, (10_000_000, 7_299, 3_600_000), strict=True):
        counter.bring(account_no, amount_fen)
    assert counter.order(WEDNESDAY) == ReplyCode.ACCEPTED
    return counter, people


def test_what_savings_accounts_have_earned_is_read_by_outlet_until_it_is_posted(
    fresh_database: str, tmp_path: Path
) -> None:
    """Three days of Ann are 300,000 points: × 500 / 3,600,000 = 41.67, 42 fen. Of Ben 216: nothing. Of Eve 108,000: 15.
    Thursday is 36,000 points of Eve's, 5 fen more that are due before her account is closed; 72 of Ben's go with his.
    """
    counter, (ann, ben, eve) = three_customers()
    monday, tuesday, wednesday, thursday = days(MONDAY, TUESDAY, WEDNESDAY, THURSDAY)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here, here.follower() as follower:
            assert await seen(here, follower, counter.desk, SAVINGS) == []
            day = await asked(here.sql, "SELECT date '1970-01-01' + day FROM interest_days")
            assert day == [(monday,)]

            counter.at(TUESDAY, 9)
            counter.tick()
            assert await seen(here, follower, counter.desk, SAVINGS) == [(NEAR, 0, 0, 100_072), (FAR, 0, 0, 36_000)]
            assert await asked(here.sql, DAYS) == [(tuesday, RATE, wednesday)]
            names = "SELECT outlet_name FROM bank_savings_interest ORDER BY outlet"
            assert await asked(here.sql, names) == [("文三路储蓄所",), (None,)]

            counter.at(THURSDAY, 9)
            counter.tick()
            assert await seen(here, follower, counter.desk, SAVINGS) == [(NEAR, 1, 42, 0), (FAR, 1, 15, 0)]
            assert await asked(here.sql, DAYS) == [(thursday, RATE, None)]

            counter.post(posting(ann, 42))
            assert await seen(here, follower, counter.desk, SAVINGS) == [(FAR, 1, 15, 0)]

            counter.at(FRIDAY, 9)
            counter.tick()
            assert await seen(here, follower, counter.desk, SAVINGS) == [(NEAR, 0, 0, 100_072), (FAR, 1, 15, 36_000)]
            counter.desk.done(ChangeAccount(eve, AccountEvent.SETTLE_INTEREST))
            settled = [(NEAR, 0, 0, 100_072), (FAR, 1, 20, 0)]
            assert await seen(here, follower, counter.desk, SAVINGS) == settled
            counter.take(ben, 7_299)
            assert await seen(here, follower, counter.desk, SAVINGS) == settled
            counter.desk.done(ChangeAccount(ben, AccountEvent.CLOSE))
            closed = [(NEAR, 0, 0, 100_000), (FAR, 1, 20, 0)]
            assert await seen(here, follower, counter.desk, SAVINGS) == closed

        async with world(fresh_database, tmp_path) as again:
            await again.keep(counter.desk.rows)
            await again.follow()
            assert await asked(again.sql, SAVINGS) == closed

    asyncio.run(scenario())


def test_a_bank_without_a_calendar_has_no_day(fresh_database: str, tmp_path: Path) -> None:
    desk = Desk()
    desk.open(100_000)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.keep(desk.rows)
            await here.follow()
            assert await asked(here.sql, SAVINGS) == []
            assert await asked(here.sql, EARNED) == [(None, 0, None, None)] * 2
            assert await asked(here.sql, OWED) == [(None, 0, None, 0, 0, 0)]

    asyncio.run(scenario())


def test_what_a_clearing_account_has_earned_grows_day_by_day(fresh_database: str, tmp_path: Path) -> None:
    """10,000.00 from Wednesday on: 20,000 points by Friday, of which 0.72 % makes 40 fen. 10,000.40 stand there on
    Friday, 10,001.00 from Saturday on: 10,000 + 2 × 10,001 = 30,002 points by Monday, 60.004: 60 fen.
    """
    house = of_money()
    house.fund(1_000_000)
    thursday, friday, monday = days(THURSDAY, FRIDAY, NEXT_MONDAY)
    other = (0, None, None)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here, here.follower() as follower:
            house.now(at(THURSDAY, 9))
            house.due(OTHER_BROKER)
            earned = await seen(here, follower, house.desk, EARNED)
            assert earned == [(thursday, 10_000, None, None), (thursday, *other)]

            house.now(at(FRIDAY, 9))
            assert pays(house, THURSDAY) == ReplyCode.ACCEPTED
            paid = (friday, 0, Decimal("0.72"), 0)
            assert await seen(here, follower, house.desk, EARNED) == [paid, (friday, *other)]

            house.now(at(SATURDAY, 9))
            house.fund(60)
            house.now(at(NEXT_MONDAY, 9))
            house.due(OTHER_BROKER)
            earned = await seen(here, follower, house.desk, EARNED)
            assert earned == [(monday, 30_002, Decimal("0.72"), 60), (monday, *other)]
            before_fen = house.there()
            assert pays(house, SUNDAY) == ReplyCode.ACCEPTED
            assert house.there() == before_fen + 60

    asyncio.run(scenario())


def lent_on_wednesday() -> House:
    """3,000,000.00 are about to be lent on Wednesday at ten, at 2.40 %."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.lends(300_000_000, TUESDAY)
    house.net(TUESDAY, 300_000_000)
    house.settled(TUESDAY)
    house.now(at(WEDNESDAY, 11))
    return house


def test_what_is_owed_on_what_is_lent_is_what_a_collection_would_take(fresh_database: str, tmp_path: Path) -> None:
    """3,000,000.00 are lent on Wednesday at ten, at 2.40 %: 200.00 for that day on the day itself, 400.00 on Friday,
    when 500.00 pay these and 100.00 of what is lent. 2,999,900.00 then bear 199.99333… on Friday, and at 3.60 % 299.99
    on Saturday and on Sunday: 799.97333…, 799.97 on Monday.
    """
    house = lent_on_wednesday()
    wednesday, friday, monday = days(WEDNESDAY, FRIDAY, NEXT_MONDAY)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here, here.follower() as follower:
            assert house.due() == 1
            lent = (300_000_000, Decimal("2.4"))
            assert await seen(here, follower, house.desk, OWED) == [(wednesday, *lent, 0, 20_000, 20_000)]

            house.now(at(FRIDAY, 9))
            house.due(OTHER_BROKER)
            assert await seen(here, follower, house.desk, OWED) == [(friday, *lent, 0, 40_000, 40_000)]
            house.fund(50_000)
            lent = (299_990_000, Decimal("2.4"))
            assert await seen(here, follower, house.desk, OWED) == [(friday, *lent, 0, 0, 0)]

            assert house.act(MarketRateAct, day=SATURDAY, rate_millionths=36_000) == ReplyCode.ACCEPTED
            house.now(at(NEXT_MONDAY, 9))
            house.due(OTHER_BROKER)
            lent = (299_990_000, Decimal("3.6"))
            assert await seen(here, follower, house.desk, OWED) == [(monday, *lent, 0, 79_997, 79_997)]
            house.fund(79_997)
            assert await seen(here, follower, house.desk, OWED) == [(monday, *lent, 0, 0, 0)]
            await here.assert_sound()

    asyncio.run(scenario())


def test_what_is_paid_back_on_its_first_day_bears_on_no_other(fresh_database: str, tmp_path: Path) -> None:
    """1,000,000.00 come on Wednesday: 200.00 of interest and 999,800.00 of what is lent. What is left, 2,000,200.00,
    bears 133.34666… on Thursday, on top of 200.00: 333.35 less these.
    """
    house = lent_on_wednesday()
    house.fund(100_000_000)
    wednesday, thursday, friday = days(WEDNESDAY, THURSDAY, FRIDAY)
    lent = (200_020_000, Decimal("2.4"))

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here, here.follower() as follower:
            assert await seen(here, follower, house.desk, OWED) == [(wednesday, *lent, 0, 0, 0)]
            for day, second, owed_fen in ((thursday, at(THURSDAY, 9), 0), (friday, at(FRIDAY, 9), 13_335)):
                house.now(second)
                house.due(OTHER_BROKER)
                assert await seen(here, follower, house.desk, OWED) == [(day, *lent, 0, owed_fen, owed_fen)]
            house.fund(13_335)
            assert await seen(here, follower, house.desk, OWED) == [(friday, *lent, 0, 0, 0)]

    asyncio.run(scenario())
