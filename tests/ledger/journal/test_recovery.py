"""What a start finds: the same book again, or the place where the journal is not what was committed."""

import asyncio
import shutil
from collections.abc import Callable

import numpy as np
import pytest

from config.kit.exit_codes import ExitCode
from config.schema import Config
from ledger.core.engine import state_slice_count
from ledger.core.state.columns import NamedArrays
from ledger.journal.head import JournalTampered
from ledger.journal.snapshots import snapshot
from ledger.service import Service
from protocol.messages.control import OpenTradeDate
from protocol.vocabulary import AccountCode
from tests.ledger.journal.history import ROWS, copied, execute, history, snapshots_of, take_snapshot, write_named
from tests.ledger.world import (
    DATE,
    NO_FEED,
    SEAT,
    RawGateway,
    block,
    control,
    freezes,
    load_master_data,
    loaded_snapshot,
    serving,
)

pytestmark = pytest.mark.postgres


async def recovered(config: Config) -> NamedArrays:
    """The book of a ledger that was started and stopped again."""
    async with serving(config) as service:
        return copied(service)


@pytest.mark.parametrize("with_snapshot", [True, False])
def test_the_book_is_the_same_after_a_restart(config: Config, with_snapshot: bool) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        assert before["frozen_fen"].sum() == 120 * 50_000
        if not with_snapshot:
            snapshot.prune(snapshots_of(config), keep=0, newest=ROWS)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def test_a_snapshot_that_does_not_fit_is_left_out(config: Config) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        (snapshots_of(config) / "7" / "frozen_fen.npy").write_bytes(b"")
        (snapshots_of(config) / "5").mkdir()
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def _more_money(arrays: NamedArrays) -> None:
    """So that everything fits: the general ledger has it too, as brought in by cash."""
    arrays["balance_fen"][3] += 1
    codes, lower_halves = arrays["ledger_keys"][:, 0], arrays["ledger_balances"][:, 1]
    lower_halves[codes == AccountCode.CASH] += 1
    lower_halves[codes == AccountCode.SAVINGS] -= 1


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
        loaded = loaded_snapshot(snapshots_of(config) / "7")
        change(loaded.arrays)
        snapshot.write(snapshots_of(config), 7, loaded.digest, loaded.arrays)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


@pytest.mark.parametrize("change", [_less_frozen, _another_row, _no_column])
def test_a_snapshot_that_is_named_and_holds_no_possible_book_is_left_out(
    config: Config, change: Callable[[NamedArrays], None]
) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        loaded = loaded_snapshot(snapshots_of(config) / "7")
        change(loaded.arrays)
        await write_named(config, 7, loaded.digest, loaded.arrays)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def test_rows_that_come_out_different_on_a_named_snapshot_are_not_served(config: Config) -> None:
    async def story() -> None:
        await history(config)
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            decider = service.pipeline.decider
            for place in range(state_slice_count(decider.book) + 1):  # every slice has its turn
                decider.maker.state_round.told_ns = 0
                await gateway.ask(block(SEAT, 121 + place, freezes(1)))
            await gateway.close()
        loaded = loaded_snapshot(snapshots_of(config) / "7")
        _more_money(loaded.arrays)
        await write_named(config, 7, loaded.digest, loaded.arrays)
        service = Service(config, lambda _line: None)
        with pytest.raises(JournalTampered, match=r"row \d+: state slice 2 comes out different"):
            await service.start()
        await service.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("sequence", "said"),
    [
        (7, "snapshots/7 is of another row 7 than the journal's"),
        (99, "snapshots/99 is ahead of the journal, which ends at row 9"),
    ],
)
def test_a_snapshot_of_a_row_that_the_journal_lacks_is_evidence(config: Config, sequence: int, said: str) -> None:
    async def story() -> None:
        before, _digest = await history(config)
        stray = snapshot.write(snapshots_of(config), sequence, b"x" * 32, {"one": np.ones(1, np.int64)})
        await _assert_refused(config, said)
        await _assert_refused(config, "move the snapshot away to serve from it all the same")
        stray.rename(config.state_directory / "away")
        _assert_same(before, await recovered(config))

    asyncio.run(story())


def test_an_empty_database_beside_what_an_earlier_journal_left_gets_no_first_row(config: Config) -> None:
    async def story() -> None:
        await history(config)
        await execute(config, "TRUNCATE journal, journal_head")
        await _assert_refused(config, "snapshots/7 is ahead of the journal, which ends at row 0")
        snapshots_of(config).rename(config.state_directory / "away")
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
            await take_snapshot(service, config)
        earlier = DATE - 1
        await execute(
            config,
            f"CREATE TABLE journal_{earlier} PARTITION OF journal FOR VALUES IN ({earlier})",
            f"UPDATE journal SET trade_date = {earlier} WHERE sequence <= 8",  # noqa: S608 - a number
            _FLIP.format("records", 100, 7),
        )
        await _assert_refused(config, "row 8 is not what was committed: its digest differs")
        await execute(config, f"UPDATE journal SET trade_date = {DATE} WHERE sequence = 8")  # noqa: S608
        await _assert_refused(config, "row 7 is not what was committed: its digest differs")

    asyncio.run(story())


def test_a_checkpoint_that_opened_no_date_is_refused(config: Config) -> None:
    async def story() -> None:
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            decider = service.pipeline.decider
            await gateway.ask(block(SEAT, 1, freezes(1)))
            await execute(config, f"CREATE TABLE journal_x PARTITION OF journal FOR VALUES IN ({DATE + 1})")
            decider.book.trade_date = DATE + 1  # as a ledger that opens a date without a row for it
            decider.book.unsettled.open(DATE + 1, DATE)
            await gateway.ask(block(SEAT, 2, freezes(1), DATE + 1))
            await gateway.close()
            await take_snapshot(service, config)
        await _assert_refused(config, f"row 7 is followed by rows of {DATE + 1} and did not open that date")

    asyncio.run(story())


def test_a_roll_is_recovered_as_the_last_row_and_behind_others(config: Config) -> None:
    async def story() -> None:
        await history(config)
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(control(1, OpenTradeDate(DATE + 1)))
            await gateway.close()
            before = copied(service)
        _assert_same(before, await recovered(config))
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await gateway.ask(block(SEAT, 1, freezes(9), DATE + 1))
            await gateway.close()
            before = copied(service)
        _assert_same(before, await recovered(config))

    asyncio.run(story())


_FLIP = "UPDATE journal SET {0} = set_byte({0}, {1}, get_byte({0}, {1}) # 1) WHERE sequence = {2}"
_PLACES = [
    (_FLIP.format("records", 100, 8), "row 8: frame 0: the body is not the one that was signed"),
    (_FLIP.format("records", 100, 7), "row 7: frame 0: the body is not the one that was signed"),
    (_FLIP.format("headers", 20, 8), "row 8: its digest does not follow"),
    (_FLIP.format("headers", 150, 3), "row 3: its digest does not follow"),
    (_FLIP.format("outcomes", 0, 9), "row 9: its digest does not follow"),
    (_FLIP.format("control", 5, 1), "row 1: its digest does not follow"),
    (_FLIP.format("control", 2, 3), "row 3: its digest does not follow"),
    (_FLIP.format("digest", 0, 8), "row 8: its digest does not follow"),
    (_FLIP.format("digest", 0, 9), "row 9: its digest does not follow"),
    ("UPDATE journal SET decided_at_ns = decided_at_ns + 1 WHERE sequence = 4", "row 4: decided at"),
    ("UPDATE journal SET records = records || '\\x00' WHERE sequence = 8", "row 8 is not what was committed"),
    ("DELETE FROM journal WHERE sequence = 1", "row 1 is missing from the journal"),
    ("DELETE FROM journal WHERE sequence = 5", "row 6: found where row 5 should be: a row is missing or moved"),
    ("DELETE FROM journal WHERE sequence = 9", "the journal ends at row 8 and its head is at 9: the tail is lost"),
    ("DELETE FROM journal", "the journal ends at row 0 and its head is at 9: the tail is lost"),
    ("UPDATE journal_head SET sequence = 8", "the journal ends at row 9 and its head is at 8: rows stand behind"),
    (
        "UPDATE journal_head SET digest = set_byte(digest, 0, get_byte(digest, 0) # 1)",
        "row 9 is not the one that the journal's head names",
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
            "UPDATE journal SET sequence = 99 WHERE sequence = 7",
            "UPDATE journal SET sequence = 7 WHERE sequence = 8",
            "UPDATE journal SET sequence = 8 WHERE sequence = 99",
        )
        await _assert_refused(config, "snapshots/7 is of another row 7 than the journal's")
        shutil.rmtree(snapshots_of(config))
        await _assert_refused(config, "row 7: its digest does not follow")

    asyncio.run(story())


@pytest.mark.parametrize("with_later_row", [False, True], ids=["behind the mark", "another row at the mark"])
def test_a_tail_lost_together_with_the_head_is_noticed_by_the_gateways_mark(
    config: Config, with_later_row: bool
) -> None:
    async def story() -> None:
        _before, digest = await history(config)
        await execute(
            config,
            "DELETE FROM journal WHERE sequence = 9",
            "UPDATE journal_head SET sequence = 8, digest = (SELECT digest FROM journal WHERE sequence = 8)",
        )
        said = "the gateway was told of row 9, the journal ends at 8: the tail is lost"
        service = Service(config, lambda _line: None)
        await service.start()
        running = asyncio.create_task(service.run())
        if with_later_row:
            gateway = await RawGateway.register(config, (8, service.pipeline.decider.maker.digest))
            await gateway.ask(block(SEAT, 81, freezes(1)))
            said = "row 9 is not the one that the gateway was told of"
            await gateway.close()
        late = await RawGateway.connect(config)
        late.send_register((9, digest), NO_FEED)
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
            gateway = await RawGateway.register(config, feed_from=5)
            gateway.send(block(SEAT, 121, freezes(1)))
            received = [await gateway.receive() for _answer in range(5)]
            feed = [RawGateway.link_message(one) for one in received if one.header.kind == 68]
            assert [getattr(row, "sequence", 0) for row in feed] == [6, 7, 8, 9]
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


def _assert_same(before: NamedArrays, after: NamedArrays) -> None:
    assert list(before) == list(after)
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array, err_msg=name)
