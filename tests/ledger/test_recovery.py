"""What a start finds: the same book again, or the place where the journal is not what was committed."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from config.kit.exit_codes import ExitCode
from config.schema import Config
from ledger.core.state.arrays import to_arrays
from ledger.core.state.columns import NamedArrays
from ledger.journal import snapshot
from ledger.journal.head import JournalTampered
from ledger.service import Service
from protocol.messages.control import OpenTradeDate
from tests.ledger.world import (
    DATE,
    NO_FEED,
    SEAT,
    RawGateway,
    block,
    control,
    freezes,
    loaded_snapshot,
    master_data,
    serving,
)

pytestmark = pytest.mark.postgres

ROWS = 8  # genesis, four control rows, three blocks


async def history(config: Config) -> tuple[NamedArrays, bytes]:
    """Makes ROWS rows, and one snapshot after row 6. Returns the book at the end, and the last digest."""
    async with serving(config) as service:
        gateway = await RawGateway.register(config)
        await gateway.ask(*master_data())
        for place in range(3):
            if place == 1:
                await _snapshot(service, config)
            await gateway.ask(block(SEAT, 1 + 40 * place, freezes(40, 50_000)))
        await gateway.close()
        assert service.pipeline.decider.book.sequence == ROWS
        return _copied(service), service.pipeline.decider.maker.digest


async def recovered(config: Config) -> NamedArrays:
    """The book of a ledger that was started and stopped again."""
    async with serving(config) as service:
        return _copied(service)


async def execute(config: Config, *statements: str) -> None:
    """Somebody with access to the database meddles."""
    connection = await asyncpg.connect(config.ledger.dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("with_snapshot", [True, False])
def test_the_book_is_the_same_after_a_restart(config: Config, with_snapshot: bool) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        assert before["frozen_fen"].sum() == 120 * 50_000
        if not with_snapshot:
            snapshot.prune(_snapshots(config), keep=0, newest=ROWS)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def test_a_snapshot_that_does_not_fit_is_left_out(config: Config) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        (_snapshots(config) / "6" / "frozen_fen.npy").write_bytes(b"")
        (_snapshots(config) / "5").mkdir()
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def _more_money(arrays: NamedArrays) -> None:
    arrays["balance_fen"][3] += 1


def _less_frozen(arrays: NamedArrays) -> None:
    arrays["frozen_fen"][0] -= 50_000


def _another_row(arrays: NamedArrays) -> None:
    arrays["scalars"][0] = 5


def _no_column(arrays: NamedArrays) -> None:
    del arrays["frozen_fen"]


@pytest.mark.parametrize("change", [_more_money, _less_frozen])
def test_a_snapshot_rewritten_with_fitting_checksums_is_left_out(
    config: Config, change: Callable[[NamedArrays], None]
) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        loaded = loaded_snapshot(_snapshots(config) / "6")
        change(loaded.arrays)
        snapshot.write(_snapshots(config), 6, loaded.digest, loaded.arrays)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


@pytest.mark.parametrize("change", [_less_frozen, _another_row, _no_column])
def test_a_snapshot_that_is_named_and_holds_no_possible_book_is_left_out(
    config: Config, change: Callable[[NamedArrays], None]
) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        loaded = loaded_snapshot(_snapshots(config) / "6")
        change(loaded.arrays)
        await _write_named(config, 6, loaded.digest, loaded.arrays)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def test_rows_that_come_out_different_on_a_named_snapshot_are_not_served(config: Config) -> None:
    async def story() -> None:
        await history(config)
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            decider = service.pipeline.decider
            for place in range(decider.book.requests.pages_used + 3):  # every slice has its turn
                decider.maker.state_round.told_ns = 0
                await gateway.ask(block(SEAT, 121 + place, freezes(1)))
            await gateway.close()
        loaded = loaded_snapshot(_snapshots(config) / "6")
        _more_money(loaded.arrays)
        await _write_named(config, 6, loaded.digest, loaded.arrays)
        service = Service(config, lambda _line: None)
        with pytest.raises(JournalTampered, match=r"row \d+: state slice 1 comes out different"):
            await service.start()
        await service.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("sequence", "said"),
    [
        (7, "snapshots/7 is of another row 7 than the journal's"),
        (99, "snapshots/99 is ahead of the journal, which ends at row 8"),
    ],
)
def test_a_snapshot_of_a_row_that_the_journal_lacks_is_evidence(config: Config, sequence: int, said: str) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        stray = snapshot.write(_snapshots(config), sequence, b"x" * 32, {"one": np.ones(1, np.int64)})
        await _assert_refused(config, said)
        await _assert_refused(config, "move the snapshot away to serve from it all the same")
        stray.rename(config.state_directory / "away")
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def test_an_empty_database_beside_what_an_earlier_journal_left_gets_no_first_row(config: Config) -> None:
    async def story() -> None:
        await history(config)
        await execute(config, "TRUNCATE journal, journal_head")
        await _assert_refused(config, "snapshots/6 is ahead of the journal, which ends at row 0")
        _snapshots(config).rename(config.state_directory / "away")
        mark = config.state_directory / "gateway.mark"
        mark.write_bytes(b"whatever it says")
        await _assert_refused(config, f"the journal is empty and {mark} knows rows of one")
        mark.unlink()
        assert (await recovered(config))["scalars"][0] == 1

    asyncio.run(story())


def test_rows_moved_to_another_date_do_not_move_the_checkpoint(config: Config) -> None:
    async def story() -> None:
        await history(config)
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(block(SEAT, 121, freezes(1)))
            await gateway.close()
            await _snapshot(service, config)
        earlier = DATE - 1
        await execute(
            config,
            f"CREATE TABLE journal_{earlier} PARTITION OF journal FOR VALUES IN ({earlier})",
            f"UPDATE journal SET trade_date = {earlier} WHERE sequence <= 7",  # noqa: S608 - a number
            _FLIP.format("records", 100, 6),
        )
        await _assert_refused(config, "row 7 is not what was committed: its digest differs")
        await execute(config, f"UPDATE journal SET trade_date = {DATE} WHERE sequence = 7")  # noqa: S608
        await _assert_refused(config, "row 6 is not what was committed: its digest differs")

    asyncio.run(story())


def test_a_checkpoint_that_opened_no_date_is_refused(config: Config) -> None:
    async def story() -> None:
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(*master_data())
            decider = service.pipeline.decider
            await gateway.ask(block(SEAT, 1, freezes(1)))
            await execute(config, f"CREATE TABLE journal_x PARTITION OF journal FOR VALUES IN ({DATE + 1})")
            decider.book.trade_date = DATE + 1  # as a ledger that opens a date without a row for it
            decider.book.unsettled.open(DATE + 1)
            await gateway.ask(block(SEAT, 2, freezes(1), DATE + 1))
            await gateway.close()
            await _snapshot(service, config)
        await _assert_refused(config, f"row 6 is followed by rows of {DATE + 1} and did not open that date")

    asyncio.run(story())


def test_a_roll_is_recovered_as_the_last_row_and_behind_others(config: Config) -> None:
    async def story() -> None:
        await history(config)
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(control(1, OpenTradeDate(DATE + 1)))
            await gateway.close()
            before = _copied(service)
        _assert_same(before, await recovered(config))
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(block(SEAT, 1, freezes(9), DATE + 1))
            await gateway.close()
            before = _copied(service)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


_FLIP = "UPDATE journal SET {0} = set_byte({0}, {1}, get_byte({0}, {1}) # 1) WHERE sequence = {2}"
_PLACES = [
    (_FLIP.format("records", 100, 7), "row 7: frame 0: the body is not the one that was signed"),
    (_FLIP.format("records", 100, 6), "row 6: frame 0: the body is not the one that was signed"),
    (_FLIP.format("headers", 20, 7), "row 7: its digest does not follow"),
    (_FLIP.format("headers", 150, 3), "row 3: its digest does not follow"),
    (_FLIP.format("outcomes", 0, 8), "row 8: its digest does not follow"),
    (_FLIP.format("control", 5, 1), "row 1: its digest does not follow"),
    (_FLIP.format("control", 2, 3), "row 3: its digest does not follow"),
    (_FLIP.format("digest", 0, 7), "row 7: its digest does not follow"),
    (_FLIP.format("digest", 0, 8), "row 8: its digest does not follow"),
    ("UPDATE journal SET decided_at_ns = decided_at_ns + 1 WHERE sequence = 4", "row 4: decided at"),
    ("UPDATE journal SET records = records || '\\x00' WHERE sequence = 7", "row 7 is not what was committed"),
    ("DELETE FROM journal WHERE sequence = 1", "row 1 is missing from the journal"),
    ("DELETE FROM journal WHERE sequence = 5", "row 6: found where row 5 should be: a row is missing or moved"),
    ("DELETE FROM journal WHERE sequence = 8", "the journal ends at row 7 and its head is at 8: the tail is lost"),
    ("DELETE FROM journal", "the journal ends at row 0 and its head is at 8: the tail is lost"),
    ("UPDATE journal_head SET sequence = 7", "the journal ends at row 8 and its head is at 7: rows stand behind"),
    (
        "UPDATE journal_head SET digest = set_byte(digest, 0, get_byte(digest, 0) # 1)",
        "row 8 is not the one that the journal's head names",
    ),
]


@pytest.mark.parametrize(("statement", "said"), _PLACES)
def test_what_was_changed_is_noticed_with_its_place_and_nothing_is_served(
    config: Config, statement: str, said: str
) -> None:
    async def story() -> None:
        await history(config)
        await execute(config, statement)
        await _assert_refused(config, said)

    asyncio.run(story())


def test_swapped_rows_are_noticed(config: Config) -> None:
    async def story() -> None:
        await history(config)
        await execute(
            config,
            "UPDATE journal SET sequence = 99 WHERE sequence = 6",
            "UPDATE journal SET sequence = 6 WHERE sequence = 7",
            "UPDATE journal SET sequence = 7 WHERE sequence = 99",
        )
        await _assert_refused(config, "snapshots/6 is of another row 6 than the journal's")
        shutil.rmtree(_snapshots(config))
        await _assert_refused(config, "row 6: its digest does not follow")

    asyncio.run(story())


@pytest.mark.parametrize("with_later_row", [False, True], ids=["behind the mark", "another row at the mark"])
def test_a_tail_lost_together_with_the_head_is_noticed_by_the_gateways_mark(
    config: Config, with_later_row: bool
) -> None:
    async def story() -> None:
        _before, digest = await history(config)
        await execute(
            config,
            "DELETE FROM journal WHERE sequence = 8",
            "UPDATE journal_head SET sequence = 7, digest = (SELECT digest FROM journal WHERE sequence = 7)",
        )
        said = "the gateway was told of row 8, the journal ends at 7: the tail is lost"
        service = Service(config, lambda _line: None)
        await service.start()
        running = asyncio.create_task(service.run())
        if with_later_row:
            gateway = await RawGateway.register(config, (7, service.pipeline.decider.maker.digest))
            await gateway.ask(block(SEAT, 81, freezes(1)))
            said = "row 8 is not the one that the gateway was told of"
            await gateway.close()
        late = await RawGateway.connect(config)
        late.send_register((8, digest), NO_FEED)
        with pytest.raises(JournalTampered, match=said) as tampered:
            await running
        assert tampered.value.exit_code == ExitCode.TAMPERED
        await service.close()
        assert await late.has_ended()
        await late.close()

    asyncio.run(story())


def test_the_feed_brings_the_rows_above_the_mark_and_ends_where_registration_said(config: Config) -> None:
    async def story() -> None:
        await history(config)
        async with serving(config):
            gateway = await RawGateway.register(config, feed_from=4)
            gateway.send(block(SEAT, 121, freezes(1)))
            received = [await gateway.receive() for _answer in range(5)]
            feed = [RawGateway.link_message(one) for one in received if one.header.kind == 68]
            assert [getattr(row, "sequence", 0) for row in feed] == [5, 6, 7, 8]
            assert getattr(feed[1], "records", b"") == freezes(40, 50_000).tobytes()
            await gateway.close()

    asyncio.run(story())


async def _assert_refused(config: Config, said: str) -> None:
    service = Service(config, lambda _line: None)
    with pytest.raises(JournalTampered) as tampered:
        await service.start()
    await service.close()
    assert said in str(tampered.value)
    assert tampered.value.exit_code == ExitCode.TAMPERED
    assert not config.ledger_socket.exists()


def _snapshots(config: Config) -> Path:
    return config.state_directory / "snapshots"


async def _snapshot(service: Service, config: Config) -> None:
    decider = service.pipeline.decider
    await _write_named(config, decider.book.sequence, decider.maker.digest, to_arrays(decider.book))


async def _write_named(config: Config, sequence: int, digest: bytes, arrays: NamedArrays) -> None:
    """A snapshot as the follower leaves it: on disk, and its manifest named in the database."""
    drafted = snapshot.draft(_snapshots(config), sequence, digest, arrays)
    sha256 = drafted.manifest_sha256.hex()
    await execute(
        config,
        f"DELETE FROM snapshot_manifests WHERE sequence = {sequence}",  # noqa: S608 - a number
        f"INSERT INTO snapshot_manifests VALUES (1, {sequence}, '\\x{sha256}')",  # noqa: S608 - numbers
    )
    snapshot.publish(drafted)


def _copied(service: Service) -> NamedArrays:
    return {name: array.copy() for name, array in to_arrays(service.pipeline.decider.book).items()}


def _assert_same(before: NamedArrays, after: NamedArrays) -> None:
    assert list(before) == list(after)
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array, err_msg=name)
