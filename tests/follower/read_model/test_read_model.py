"""The read model says what a naive reading of the rows says, whatever happened in between."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from config.kit.exit_codes import ExitCode
from ledger.database.migrate import migrations
from ledger.follower.projection.copying.blocks import Column
from ledger.follower.projection.customers.account_pages import TAIL_RECORDS_MIN
from ledger.follower.projection.read_model import CursorMoved
from ledger.journal.head import JournalTampered
from protocol.errors import InvariantBroken
from protocol.given_numbers import contract_no_from_index
from protocol.vocabulary import RecordKind
from tests.follower.journal_maker import (
    DATE,
    OTHER_SEAT,
    SEAT,
    SPARE_ACCOUNTS,
    SPARE_FEN,
    JournalMaker,
    account_no_of,
    freezes,
    joined,
    record,
)
from tests.follower.naive import expect
from tests.follower.story import next_morning, trading
from tests.follower.world import World, catch_up, world

pytestmark = pytest.mark.postgres

OLD = "old_server"


@pytest.mark.parametrize("tail_records", [1, 5, TAIL_RECORDS_MIN])
def test_a_story_is_projected_as_it_happened(
    tail_records: int, fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.follower.projection.customers.account_pages.TAIL_RECORDS_MIN", tail_records)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            next_morning(made)
            await here.keep(made)

            await here.follow()

            await here.assert_equals(expect(made.rows))
            await _look_closely(here)

    asyncio.run(scenario())


async def _look_closely(here: World) -> None:
    """The figures of the story that a person can check by hand."""
    accounts = await here.accounts()
    restrained_no = account_no_of(1)
    assert accounts[restrained_no] == (5_012_345, 1_001_820, 0, 0, 99_999_999)
    carried = (DATE, SEAT, 1)
    assert (await here.freezes())[carried] == [1_001_820, 993_806, 8_014]
    fills = await here.sql.fetch("SELECT side, listed, amount_fen, target_number FROM fills ORDER BY sequence, number")
    assert [tuple(fill) for fill in fills] == [
        ("buy", False, 398_724, 1),
        ("sell", False, 500_000, 0),
        ("buy", False, 595_082, 1),
    ]
    statuses = await here.sql.fetch("SELECT status FROM contracts ORDER BY contract_no")
    assert [row[0] for row in statuses] == [2, 2, 3, 2]
    parties = await here.sql.fetch("SELECT party, name, seats, seat_roles FROM parties ORDER BY party")
    assert [tuple(row) for row in parties] == [
        (1, "银行", [1, 2, 3, 4, 6, 7], [6, 3, 4, 5, 7, 8]),
        (2, "东方证券", [SEAT, OTHER_SEAT], [1, 1]),
    ]
    account = await here.sql.fetchrow("SELECT * FROM account_of($1)", restrained_no)
    assert account is not None
    assert tuple(account)[:6] == (restrained_no, *accounts[restrained_no])
    assert await here.sql.fetch("SELECT * FROM account_of($1)", restrained_no + 1) == []
    assert await here.sql.fetch("SELECT * FROM account_of($1)", contract_no_from_index(1)) == []
    request = await here.sql.fetch(
        "SELECT kind, code, amount_fen, remaining_fen FROM request_of($1, $2, 7)", DATE, SEAT
    )
    assert [tuple(row) for row in request] == [(2, 370, 7, 0)]
    assert await here.sql.fetch("SELECT * FROM request_of($1, $2, 99)", DATE, SEAT) == []
    assert await here.sql.fetch("SELECT * FROM read_model_faults") == []
    totals = await here.sql.fetch("SELECT party, balance_fen, as_of_sequence FROM party_totals")
    spare_fen = SPARE_FEN * SPARE_ACCOUNTS
    assert [tuple(row) for row in totals] == [
        (1, spare_fen, here.kept),
        (2, sum(amounts[0] for amounts in accounts.values()) - spare_fen, here.kept),
    ]


def test_the_worklist_holds_fills_that_do_not_fit_and_no_ordinary_sale(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000], proceeds_at_fill=False)
            stray = record(RecordKind.FILL_BUY, 0, 7, target_date=DATE, target_seat=SEAT, target_number=9)
            made.block((SEAT, joined([record(RecordKind.FILL_SELL, 0, 500), stray])))
            await here.keep(made)

            await here.follow()

            await here.assert_equals(expect(made.rows))
            fills = await here.sql.fetch("SELECT side, listed, awaits_clearing, amount_fen FROM fills ORDER BY number")
            assert [tuple(fill) for fill in fills] == [("sell", False, True, 500), ("buy", True, False, 7)]

    asyncio.run(scenario())


@pytest.mark.parametrize("tail_records", [1, 5, TAIL_RECORDS_MIN])
def test_a_follower_that_restarts_anywhere_goes_on_where_the_cursor_is(
    tail_records: int, fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.follower.projection.customers.account_pages.TAIL_RECORDS_MIN", tail_records)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            next_morning(made)
            for row in made.rows:
                await here.keep([row])
                await here.follow()

            await here.assert_equals(expect(made.rows))
            cursor = await here.sql.fetchrow("SELECT sequence, digest FROM read_cursor")
            assert cursor is not None
            assert tuple(cursor) == (made.rows[-1].sequence, made.rows[-1].digest)

    asyncio.run(scenario())


def test_a_transaction_that_is_cut_leaves_nothing_of_its_batch(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.follower.projection.customers.account_pages.TAIL_RECORDS_MIN", 1)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            await here.keep(made)
            await here.follow()
            before = here.kept
            made.block((SEAT, freezes([0] * 100, 10)))
            await here.keep(made)
            # A page of the batch is refused after requests and cursor were written: all of it is undone.
            await here.sql.execute("ALTER TABLE account_pages ADD CONSTRAINT stop CHECK (frozen_fen[4] < 500)")

            with pytest.raises(InvariantBroken, match=f"rows up to {before + 1}"):
                await here.follow()

            assert await here.orders() == []
            assert await here.sql.fetchval("SELECT sequence FROM read_cursor") == before
            await here.sql.execute("ALTER TABLE account_pages DROP CONSTRAINT stop")
            await here.follow()
            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


def test_a_page_that_somebody_deleted_is_missed(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.follower.projection.customers.account_pages.TAIL_RECORDS_MIN", 1)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            await here.keep(made)
            await here.follow()
            await here.sql.execute("DELETE FROM account_pages")
            made.block((SEAT, freezes([0] * (1 + SPARE_ACCOUNTS), 10)))  # a tail: as many as there are accounts
            await here.keep(made)

            with pytest.raises(InvariantBroken, match="lacks account pages"):
                await here.follow()

    asyncio.run(scenario())


def test_what_was_written_wrong_is_listed(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000, 1_000_000])
            made.block((SEAT, freezes([0], 10)))
            await here.keep(made)
            await here.follow()
            await here.sql.execute("UPDATE request_blocks SET amounts_fen = NULL")
            await here.sql.execute("UPDATE account_pages SET frozen_fen = '{0, 0, 0, 0, 1000001}'")

            faults = await here.sql.fetch(
                "SELECT fault, number, contract_no, account_no FROM read_model_faults ORDER BY contract_no"
            )

            assert [tuple(row) for row in faults] == [
                ("amount of an accepted request", 1, contract_no_from_index(0), None),
                ("account overdrawn", None, None, account_no_of(1)),
            ]

    asyncio.run(scenario())


ASKS_WHO_HOLDS_THE_LOCK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%FROM pg_locks locks%'
"""
"""Only a process that has found the lock taken does."""


def test_a_second_follower_waits_until_the_first_has_ended(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            async with here.follower() as first:
                second = asyncio.create_task(here.follow())
                while not await here.sql.fetchval(ASKS_WHO_HOLDS_THE_LOCK):
                    assert not second.done()
                await here.keep(made)
                await catch_up(first)
                assert not second.done()

            await second
            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


def test_a_cursor_that_somebody_moved_stops_it_before_anything_is_written(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            await here.keep(made)
            async with here.follower() as follower:
                await here.sql.execute("UPDATE read_cursor SET sequence = 1")

                with pytest.raises(CursorMoved, match="is not at row 0 any more") as stopped:
                    await catch_up(follower)

            assert stopped.value.exit_code == ExitCode.UNAVAILABLE
            assert await here.accounts() == {}

    asyncio.run(scenario())


def test_one_fen_off_in_the_book_is_noticed_at_the_slice(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000, 2_000_000])
            await here.keep(made)
            async with here.follower() as follower:
                await catch_up(follower)
                follower.book.balance_fen[1] += 1
                row = made.block((SEAT, freezes([0], 10)), check_slice=2)
                await here.keep(made)

                with pytest.raises(JournalTampered, match=f"^row {row.sequence}: state slice 2 "):
                    await catch_up(follower)

            assert await here.orders() == []

    asyncio.run(scenario())


def test_equal_slices_are_counted(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            made.block((SEAT, freezes([0], 10)), check_slice=2)
            await here.keep(made)
            async with here.follower() as follower:
                await catch_up(follower)
                metrics = follower.metrics.registry
                assert metrics.get_sample_value("yzt_follower_slices_compared_total") == 1
                assert metrics.get_sample_value("yzt_follower_records_total") == 1
                assert metrics.get_sample_value("yzt_follower_lag_rows") == 0
                assert metrics.get_sample_value("yzt_follower_sequence") == here.kept

    asyncio.run(scenario())


def test_a_long_journal_is_taken_in_by_bounded_batches(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.follower.projection.batch.BATCH_ROWS_MAX", 5)

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            next_morning(made)
            await here.keep(made)
            async with here.follower() as follower:
                assert not await follower.take_batch()
                assert follower.cursor.sequence == 5
                assert follower.metrics.registry.get_sample_value("yzt_follower_lag_rows") == here.kept - 5
                await catch_up(follower)

            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


def test_bytes_that_are_no_text_are_kept_as_bytes(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = JournalMaker()
            made.open_bank([1_000_000])
            strange = freezes([0], 10)
            strange["security"] = b"\xff\x00\xc3\x28\x00\x00\x00\x01"
            strange["partner_ref"] = b"\x00" * 7 + b"\xff"
            made.block((SEAT, strange))
            await here.keep(made)

            await here.follow()

            kept = await here.sql.fetchrow("SELECT security, partner_ref FROM orders")
            assert kept is not None
            assert tuple(kept) == (b"\xff\x00\xc3\x28\x00\x00\x00\x01", b"\x00" * 7 + b"\xff")

    asyncio.run(scenario())


def test_a_missing_row_is_named(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await here.keep(made)
            await here.sql.execute("DELETE FROM journal WHERE sequence = 4")

            with pytest.raises(JournalTampered, match=r"row 5: found where row 4 should be") as stopped:
                await here.follow()

            assert stopped.value.exit_code == ExitCode.TAMPERED
            await here.sql.execute("DELETE FROM journal")
            with pytest.raises(JournalTampered, match=r"row 1 is missing"):
                await here.follow()

    asyncio.run(scenario())


@pytest.mark.parametrize("version_min", ["180000", "990000"], ids=["cast", "through bits"])
def test_items_are_read_alike_on_new_and_old_servers(fresh_database: str, tmp_path: Path, version_min: str) -> None:
    """Servers before 18 cannot cast bytes to numbers; what they do instead works on all."""
    values = [0, 1, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**63 - 1, -1, -(2**63)]

    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            text = next(migration.text for migration in migrations() if "FUNCTION item_at" in migration.text)
            block = text[text.index("DO $do$") : text.index("$do$;") + len("$do$;")]
            await here.sql.execute(
                f"DROP SCHEMA IF EXISTS {OLD} CASCADE; CREATE SCHEMA {OLD}; SET search_path = {OLD}, public"
            )
            await here.sql.execute(block.replace(">= 180000", f">= {version_min}"))
            for place in range(1, len(values)):
                pair = np.array(values[place - 1 : place + 1])
                column = Column.of(pair)
                assert column is not None
                read = f"SELECT {OLD}.item_at($1, 1, 2), {OLD}.item_at($1, 2, 2), {OLD}.item_at(NULL, 1, 2)"
                assert tuple(await here.sql.fetchrow(read, column.items.tobytes())) == (*pair.tolist(), None)

    asyncio.run(scenario())
