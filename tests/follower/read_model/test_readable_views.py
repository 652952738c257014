"""What people read: views with names, times and accounts, for a role that can do nothing else.

Belongs here: what a reader sees and is refused. Never here: whether the read model is right (test_read_model).
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ledger.core import engine
from ledger.database.migrate import migrate
from ledger.database.reading import READER, VIEWS, WORDS, prepare_reading
from protocol.acts.table import VoidAct
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    DayEnd,
    Publish,
    Reconcile,
    TellDayEnd,
    WithdrawSet,
)
from protocol.messages.orders.securities import SuspendSecurity
from protocol.trade_dates import trade_day
from protocol.vocabulary import Market, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.customers import pushed_contract
from tests.follower.brought_story import brought_and_rated
from tests.follower.journal_maker import (
    BROKER,
    DATE,
    OTHER_BROKER,
    SEAT,
    SEAT_OF_OTHER_BROKER,
    SPARE_FEN,
    account_no_of,
    record,
)
from tests.follower.reconciled_story import compare, send_set
from tests.follower.story import next_morning, trading
from tests.follower.world import World, catch_up, world
from tests.ledger_core.control.day.test_due_times import windows
from tests.ledger_core.lines.words import refund, totals_of
from tests.people import ANN, Office, administrators, signed
from tests.securities import limits, priced, registered, share

pytestmark = pytest.mark.postgres

THIRD_DATE = 20_260_107
OF_OTHERS = (
    *("bank_channel_seats", "bank_fee_tables", "bank_fee_notices", "bank_market_phases"),
    *("bank_passwords", "bank_sign_ons", "bank_customer_orders", "bank_order_reports"),
    *("bank_owed_to_customers", "bank_held_orders", "bank_savings_interest"),
)
"""Views of what does not happen here: another test has rows in them."""
REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)
"""No right, or a view of several tables, into which nobody can write."""


async def told(here: World) -> None:
    """The story, projected, with a clearing set of its evening, and another broker's date that is published."""
    made = trading()
    next_morning(made)
    made.register(OTHER_BROKER, "西部证券", SEAT_OF_OTHER_BROKER)
    made.block((DAY_SEAT, record(RecordKind.PROCEEDS, 0, 5, trade_day=trade_day(DATE))))  # refused
    made.block((DAY_SEAT, record(RecordKind.CORRECT, 0, 5, trade_day=trade_day(DATE))))  # likewise
    made.control(AnnounceSet(DATE, 0, NO_TOTALS), SEAT_OF_OTHER_BROKER)
    made.control(CompleteSet(DATE, 1), SEAT_OF_OTHER_BROKER)
    made.control(Reconcile(DATE, OTHER_BROKER, 0))
    made.agree(DATE)
    made.control(Publish(DATE, OTHER_BROKER))
    made.control(TellDayEnd(DATE, DayEnd.BACKUP, 1, bytes(32)))
    send_set(made, SEAT, BROKER, refund(1, contract_no_from_index(0), 5))
    compare(made, BROKER)  # it says nothing of the orders
    made.control(WithdrawSet(DATE, 1), SEAT)
    made.control(AnnounceSet(DATE, 0, totals_of()), SEAT)
    made.block((SEAT, refund(1, contract_no_from_index(0), 5)))
    made.control(registered(share(THIRD_DATE)))
    made.control(priced(THIRD_DATE, limits()))
    made.control(SuspendSecurity(Market.XSHG, "600000", "why"))
    made.control(administrators())
    office = Office(made.book.bank_id, made.now_ns // 10**9 + 60)
    brought_and_rated(made, office)
    void = signed(VoidAct(**office.by(ANN)), ANN)
    made.control(void)
    made.control(void)  # refused
    made.control(OpenTradeDate(THIRD_DATE, windows(THIRD_DATE)))
    made.control(pushed_contract(1, 0, "A1"), SEAT)
    await here.keep(made)
    await here.follow()


async def reader_of(dsn: str) -> asyncpg.Connection:
    """A connection as the reading role, which may look into every database of the tests' server."""
    return await asyncpg.connect(dsn, user=READER)


def test_every_view_is_read_by_the_reader_with_names_times_and_accounts(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await told(here)
            reader = await reader_of(fresh_database)
            for view in VIEWS:
                assert await reader.fetch(f"TABLE {view}") or view in OF_OTHERS, view
            accounts = await reader.fetch(
                "SELECT * FROM bank_accounts WHERE contract_no IS NOT NULL ORDER BY contract_no"
            )
            assert [row["contract_status"] for row in accounts] == ["ACTIVE", "ACTIVE", "SUSPENDED", "ACTIVE"]
            spare = await reader.fetch("SELECT * FROM bank_accounts WHERE contract_no IS NULL")
            assert {(row["status"], row["party"], row["balance_fen"]) for row in spare} == {("OPEN", 1, SPARE_FEN)}
            moved = await reader.fetch("SELECT contract_no, account_no FROM bank_movements WHERE kind = 'DEPOSIT'")
            assert [tuple(row) for row in moved] == [(None, account_no_of(1))]
            of_broker = "SELECT party_name FROM bank_parties WHERE role = 'BROKER' AND party = $1"
            assert {row["party_name"] for row in accounts} == {await reader.fetchval(of_broker, BROKER)}
            numbers = await here.sql.fetch("SELECT account_no FROM contracts ORDER BY contract_no")
            assert [row["account_no"] for row in accounts] == [row[0] for row in numbers]
            order = await reader.fetchrow("SELECT * FROM bank_orders WHERE seat = $1 AND number = 1 LIMIT 1", SEAT)
            assert (order["outcome"], order["amount_fen"]) == ("ACCEPTED", 1_001_820)
            assert str(order["price_yuan"]).partition(".")[2] == "0000"  # four digits, as it was told, not 24
            assert order["trade_date"].strftime("%Y%m%d") == str(DATE)
            decided_ns = await here.sql.fetchval(
                "SELECT decided_at_ns FROM orders WHERE seat = $1 AND number = 1 LIMIT 1", SEAT
            )
            assert order["decided_at"] == datetime.fromtimestamp(decided_ns // 1_000 / 1e6, UTC)
            outcomes = {row[0] for row in await reader.fetch("SELECT outcome FROM bank_movements")}
            assert "ACCEPTED" in outcomes
            assert outcomes <= {code.name for code in ReplyCode}
            kinds = {row[0] for row in await reader.fetch("SELECT kind FROM bank_movements")}
            assert kinds == {"RELEASE", "FILL_BUY", "FILL_SELL", "DEPOSIT", "WITHDRAWAL"}
            states = {row[0] for row in await reader.fetch("SELECT state FROM bank_freezes")}
            assert states == {"OPEN", "ENDED"}
            await reader.close()

    asyncio.run(scenario())


def test_buying_power_and_withdrawable_amount_are_the_ledgers(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            next_morning(made)
            await here.keep(made)
            async with here.follower() as follower:
                await catch_up(follower)
                contracts = dict(await here.sql.fetch("SELECT contract_no, party FROM contracts"))
                expected = {
                    number: engine.buying_power(follower.book, party, [number])[0]
                    for number, party in contracts.items()
                }
            rows = await here.sql.fetch(
                "SELECT contract_no, buying_power_fen, withdrawable_fen FROM bank_accounts "
                "WHERE contract_no IS NOT NULL"
            )
            assert {row[0]: (row[1], row[2]) for row in rows} == {
                number: (money.buying_power_fen, money.withdrawable_fen) for number, money in expected.items()
            }
            restrained = contract_no_from_index(1)
            assert expected[restrained].buying_power_fen == 0

    asyncio.run(scenario())


def test_a_reader_is_refused_every_write_and_every_other_table(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await told(here)
            others = await here.sql.fetch(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relname <> ALL ($1)",
                VIEWS,
            )
            assert {"journal", "journal_head", "contracts", "savings_accounts", "requests", "accounts"} <= {
                row[0] for row in others
            }
            reader = await reader_of(fresh_database)
            await reader.execute("SET default_transaction_read_only = off")  # a right and not a habit keeps it out
            statements = [f"TABLE {row[0]}" for row in others]
            statements += ["DELETE FROM " + name for name in (*VIEWS, "journal", "word_names")]  # noqa: S608
            statements += [f"TRUNCATE {row[0]}" for row in others if row[0] in ("journal", "contracts", "word_names")]
            statements += [
                "INSERT INTO bank_parties (party) VALUES (9)",
                "UPDATE bank_parties SET party_name = 'x'",
                "UPDATE journal_head SET epoch = 99",
                "CREATE TABLE mine (x integer)",
                "DROP VIEW bank_parties",
                "SELECT * FROM account_of(99)",
                "SELECT * FROM request_of(20260105, 11, 1)",
                "SET ROLE yzt",
            ]
            for statement in statements:
                with pytest.raises(REFUSED):
                    await reader.execute(statement)
            await reader.close()

    asyncio.run(scenario())


def test_views_and_columns_say_what_they_hold(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            silent = await here.sql.fetch(
                "SELECT c.relname, a.attname FROM pg_class c "
                "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
                "WHERE c.relname = ANY ($1) AND (col_description(c.oid, a.attnum) IS NULL "
                "OR obj_description(c.oid, 'pg_class') IS NULL)",
                VIEWS,
            )
            assert silent == []
            made = await here.sql.fetch("SELECT viewname FROM pg_views WHERE viewname LIKE 'bank\\_%'")
            assert {row[0] for row in made} == set(VIEWS)

    asyncio.run(scenario())


def test_names_follow_the_words_of_the_program_that_starts(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            known = {(name, int(word)): word.name for name, words in WORDS.items() for word in words}
            await here.sql.execute("UPDATE word_names SET name = 'OLD'")
            await here.sql.execute("DELETE FROM word_names WHERE number > 100")
            await migrate(here.sql)
            found = await here.sql.fetch("SELECT vocabulary, number, name FROM word_names")
            assert {(row[0], row[1]): row[2] for row in found} == known

    asyncio.run(scenario())


def test_where_there_is_no_reader_nothing_is_granted_and_later_it_is(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            await here.sql.execute(f"REVOKE SELECT ON {', '.join(VIEWS)} FROM {READER}")  # noqa: S608
            monkeypatch.setattr("ledger.database.reading.READER", "nobody_here")
            await prepare_reading(here.sql)
            monkeypatch.undo()
            reader = await reader_of(fresh_database)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.fetch("SELECT * FROM bank_parties")
            await prepare_reading(here.sql)
            assert await reader.fetch("SELECT * FROM bank_parties") == []
            await reader.close()

    asyncio.run(scenario())
