"""Snapshots of the follower's book, and a start from one."""

import asyncio
import re
from pathlib import Path

import pytest

from ledger.core.state.book import Book
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest
from ledger.follower.replay import Follower
from ledger.follower.snapshots import SNAPSHOTS_KEPT, copy_of, publish
from ledger.journal.head import JournalTampered
from ledger.journal.snapshots import snapshot
from ledger.journal.snapshots.base import book_of
from tests.architecture.sources import ROOT
from tests.follower.journal_maker import SEAT, JournalMaker, freezes
from tests.follower.naive import expect
from tests.follower.story import next_morning, trading
from tests.follower.world import World, catch_up, world
from tests.ledger.world import loaded_snapshot


def digests(book: Book) -> list[bytes]:
    """The whole state, slice by slice."""
    return [state_slice_digest(book, k) for k in range(state_slice_count(book))]


def truncate_by_the_operations_guide() -> str:
    """The statement after which the guide has the read model made again."""
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    (found,) = re.findall(r"`(TRUNCATE [^`]+)`", guide)
    assert isinstance(found, str)
    return found


async def take_one(follower: Follower) -> None:
    """Asks for a snapshot and lets it be taken."""
    follower.signals.ask_snapshot()
    await follower.snapshot_if_due()
    await follower.finish_snapshot()


async def keep_with_a_snapshot(here: World, made: JournalMaker) -> int:
    """Commits and follows everything made, takes a snapshot. Returns: its sequence."""
    await here.keep(made)
    async with here.follower() as follower:
        await catch_up(follower)
        await take_one(follower)
        return follower.cursor.sequence


def test_a_book_comes_back_from_a_snapshot_as_it_was(tmp_path: Path) -> None:
    made = trading()
    next_morning(made)

    snapshot.write(tmp_path, made.book.sequence, made.rows[-1].digest, copy_of(made.book))

    loaded = loaded_snapshot(snapshot.newest_first(tmp_path)[0])
    assert (loaded.sequence, loaded.digest) == (made.book.sequence, made.rows[-1].digest)
    assert digests(book_of(loaded)) == digests(made.book)


def test_the_newest_three_are_kept_and_one_of_rows_to_come_counts_for_nothing(tmp_path: Path) -> None:
    made = JournalMaker()
    snapshot.write(tmp_path, 9_999, bytes(32), copy_of(made.book))
    made.open_bank([1_000_000])
    for _ in range(SNAPSHOTS_KEPT + 2):
        made.block((SEAT, freezes([0], 10)))
        publish(snapshot.draft(tmp_path, made.book.sequence, made.rows[-1].digest, copy_of(made.book), lambda: None))

    last = made.book.sequence
    kept = ["9999", str(last), str(last - 1), str(last - 2)]
    assert [folder.name for folder in snapshot.newest_first(tmp_path)] == kept


@pytest.mark.postgres
def test_a_start_reads_the_snapshot_and_only_the_rows_after_it(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            sequence = await keep_with_a_snapshot(here, made)
            next_morning(made)
            await here.keep(made)
            # Whoever reads the rows before the snapshot now finds them missing.
            await here.sql.execute("DELETE FROM journal WHERE sequence < $1", sequence)

            async with here.follower() as follower:
                await catch_up(follower)
                assert digests(follower.book) == digests(made.book)

            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


@pytest.mark.postgres
def test_a_damaged_snapshot_is_passed_over(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            sequence = await keep_with_a_snapshot(here, made)
            file = here.snapshots / str(sequence) / "balance_fen.npy"
            content = bytearray(file.read_bytes())
            content[-1] ^= 1
            file.write_bytes(content)
            lines: list[str] = []

            async with here.follower(lines) as follower:
                assert digests(follower.book) == digests(made.book)

            assert len(lines) == 1
            assert lines[0].startswith(f"snapshot {sequence} passed over: ")

    asyncio.run(scenario())


@pytest.mark.postgres
def test_a_snapshot_rewritten_with_fitting_checksums_is_passed_over(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            sequence = await keep_with_a_snapshot(here, made)
            richer = copy_of(made.book)
            richer["balance_fen"][0] += 1
            snapshot.write(here.snapshots, sequence, made.rows[-1].digest, richer)
            lines: list[str] = []

            async with here.follower(lines) as follower:
                assert digests(follower.book) == digests(made.book)

            folder = here.snapshots / str(sequence)
            why = f"{folder}: its manifest is not the one that the database names"
            assert lines == [f"snapshot {sequence} passed over: {why}"]

    asyncio.run(scenario())


@pytest.mark.postgres
def test_a_snapshot_ahead_of_the_read_model_is_not_used(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await keep_with_a_snapshot(here, made)
            await here.sql.execute(truncate_by_the_operations_guide())

            await here.follow()

            await here.assert_equals(expect(made.rows))

    asyncio.run(scenario())


@pytest.mark.postgres
def test_a_snapshot_of_another_journal_is_passed_over(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await here.keep(made)
            await here.follow()
            sequence = made.book.sequence
            snapshot.write(here.snapshots, sequence, bytes(32), copy_of(made.book))
            lines: list[str] = []

            async with here.follower(lines) as follower:
                assert digests(follower.book) == digests(made.book)

            assert lines == [f"snapshot {sequence} passed over: its digest is not that of row {sequence}"]

    asyncio.run(scenario())


@pytest.mark.postgres
def test_a_cursor_that_the_journal_does_not_confirm_is_refused(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await here.keep(made)
            await here.follow()
            last = made.rows[-1].sequence
            await here.sql.execute("DELETE FROM journal WHERE sequence = $1", last)

            with pytest.raises(JournalTampered, match=f"holds row {last}, the journal ends at {last - 1}"):
                await here.follow()

    asyncio.run(scenario())


@pytest.mark.postgres
def test_the_book_goes_on_while_a_snapshot_is_written(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await here.keep(made)
            before = digests(made.book)
            async with here.follower() as follower:
                await catch_up(follower)
                follower.signals.ask_snapshot()
                await follower.snapshot_if_due()
                made.block((SEAT, freezes([0], 5)))
                await here.keep(made)
                await catch_up(follower)
                await follower.finish_snapshot()

            loaded = loaded_snapshot(snapshot.newest_first(here.snapshots)[0])
            assert digests(book_of(loaded)) == before

    asyncio.run(scenario())


@pytest.mark.postgres
def test_a_disk_that_takes_no_snapshot_does_not_stop_the_read_model(fresh_database: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with world(fresh_database, tmp_path) as here:
            made = trading()
            await here.keep(made)
            lines: list[str] = []
            async with here.follower(lines) as follower:
                await catch_up(follower)
                here.snapshots.write_text("a file where the folder should be")
                await take_one(follower)

            assert lines[0].startswith(f"snapshot of row {here.kept} not written: ")

    asyncio.run(scenario())
