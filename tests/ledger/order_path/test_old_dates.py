"""Requests of dates before the previous one: only the journal's own rows may lead to "never applied"."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest

from config.kit.exit_codes import ExitCode
from config.schema import Config
from ledger.journal.head import JournalTampered
from ledger.journal.reader import JournalReader
from ledger.order_path import lookup
from ledger.order_path.repeats import Repeats
from ledger.service import Service
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.messages.codec import decode_answer, decode_session
from protocol.messages.control import OpenTradeDate
from protocol.messages.queries import OutcomeAnswer, OutcomeQuery
from protocol.messages.session import NotApplied
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind
from tests.bank_seats import DAY_SEAT
from tests.ledger.world import (
    DATE,
    LOADED,
    SEAT,
    SECOND_SEAT,
    RawGateway,
    block,
    control,
    freezes,
    load_master_data,
    query,
    serving,
)

if TYPE_CHECKING:
    from protocol.messages.base import Message

pytestmark = pytest.mark.postgres

OLD = block(SEAT, 1, freezes(2))
OTHER = block(SECOND_SEAT, 1, freezes(3, 7))
ROLL = control(1, OpenTradeDate(DATE + 1))
Asking = Callable[[RawGateway, list[Frame]], Awaitable[None]]


def told(config: Config, asking: Asking, *meddling: str) -> None:
    """Trades on DATE, rolls twice, meddles with the database, and asks; the first answers are passed on."""

    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            originals = await _two_days(gateway)
            await _execute(config, *meddling)
            await asking(gateway, originals)
            await gateway.close()

    asyncio.run(story())


FORGOTTEN = "DELETE FROM frame_index"
LYING = """
INSERT INTO frame_index VALUES (1, 20260105, 11, 1, decode('01000000000000000200000000000000', 'hex'))
ON CONFLICT (shard, trade_date, seat, first_number) DO UPDATE SET entries = excluded.entries
"""
NOWHERE = LYING.replace("0200000000000000'", "ff7f000000000000'")
TORN = LYING.replace("01000000000000000200000000000000", "0100")


@pytest.mark.parametrize("meddling", ["SELECT 1", FORGOTTEN, LYING, NOWHERE, TORN])
@pytest.mark.parametrize("page_bytes", [1, lookup.SEARCH_BYTES])
def test_repeats_are_answered_whatever_the_index_says(
    config: Config, page_bytes: int, meddling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "SEARCH_BYTES", page_bytes)

    async def asking(gateway: RawGateway, originals: list[Frame]) -> None:
        repeats = await gateway.ask(OLD, OTHER, ROLL, block(SEAT, 3, freezes(1)))
        by_number = {(one.header.seat, one.header.first_number): one for one in repeats}
        for original in originals:
            assert by_number[original.header.seat, original.header.first_number].wire() == original.wire()
        assert _code(by_number[SEAT, 3]) == ReplyCode.WRONG_TRADE_DATE
        assert _code((await gateway.ask(block(SEAT, 1, freezes(2, 9))))[0]) == ReplyCode.DUPLICATE_OTHER_CONTENT
        assert _code((await gateway.ask(block(SEAT, 1, freezes(2), DATE - 1)))[0]) == ReplyCode.WRONG_TRADE_DATE

    told(config, asking, meddling)


def test_outcomes_are_told_of_records_and_control_frames(config: Config) -> None:
    async def asking(gateway: RawGateway, _originals: list[Frame]) -> None:
        assert [await _seen(gateway, SEAT, number) for number in (1, 2, 3, 2**62)] == [True, True, False, False]
        assert await _seen(gateway, DAY_SEAT, 1, BANK_PARTY)
        assert not await _seen(gateway, DAY_SEAT, 2, BANK_PARTY)

    told(config, asking)


def test_no_question_about_a_closed_date_reads_the_headers_of_all_its_rows(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers used and unused, of records and of control frames, and dates that never were."""

    async def never(*_arguments: object) -> list[tuple[int, bytes]]:
        raise AssertionError("the headers of a whole date were read")

    async def asking(gateway: RawGateway, _originals: list[Frame]) -> None:
        monkeypatch.setattr(JournalReader, "headers_after", never)
        assert [await _seen(gateway, SEAT, number) for number in (1, 2, 3, 4)] == [True, True, False, False]
        bank_numbers = (1, LOADED, LOADED + 1)
        assert [await _seen(gateway, BANK_SEAT, number, BANK_PARTY) for number in bank_numbers] == [True, True, False]
        assert [await _seen(gateway, DAY_SEAT, number, BANK_PARTY) for number in (1, 2)] == [True, False]
        for date in (DATE - 1, 19_900_101, 20_260_132):
            assert _code((await gateway.ask(block(SEAT, 1, freezes(1), date)))[0]) == ReplyCode.WRONG_TRADE_DATE

    told(config, asking)


def test_the_headers_of_a_date_are_read_once_when_its_index_is_gone(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = JournalReader.headers_after

    async def counted(self: JournalReader, date: int, sequence: int, limit: int) -> list[tuple[int, bytes]]:
        reads.append(sequence)
        return await read(self, date, sequence, limit)

    async def asking(gateway: RawGateway, _originals: list[Frame]) -> None:
        monkeypatch.setattr(JournalReader, "headers_after", counted)
        assert [await _seen(gateway, SEAT, number) for number in (1, 2, 3)] == [True, True, False]
        assert await _seen(gateway, SECOND_SEAT, 1)
        assert await _seen(gateway, BANK_SEAT, 2, BANK_PARTY)
        assert reads == [0]

    told(config, asking, FORGOTTEN)


def test_a_row_is_found_by_its_sequence_in_one_partition(config: Config) -> None:
    """After hundreds of dates, a look-up in all of them takes hundreds of times as long."""

    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await _two_days(gateway)
            await gateway.close()
        connection = await asyncpg.connect(config.ledger.dsn)
        reader = JournalReader(connection)
        asked: list[str] = []

        class Noting:
            async def fetchrow(self, statement: str, *arguments: object) -> object:
                asked.append(statement)
                return await connection.fetchrow(statement, *arguments)

        reader._reading = Noting()
        for sequence in range(1, 10):
            row = await reader.row_holding(sequence)
            assert row is not None
            assert row.sequence == sequence
            assert await reader.digest_at(sequence) == row.digest
        assert len(asked) == 18
        assert all("trade_date = $3" in statement for statement in asked)
        assert await reader.row_holding(99) is None
        await connection.close()

    asyncio.run(story())


def test_two_rolls_that_come_together_open_each_its_date_and_the_first_is_found_again(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            blocker = await asyncpg.connect(config.ledger.dsn)
            locking = blocker.transaction()
            await locking.start()
            await blocker.execute("SELECT 1 FROM journal_head FOR UPDATE")
            gateway.send(ROLL, control(1, OpenTradeDate(DATE + 2), DATE + 1), ROLL)
            for _look in range(50):
                await blocker.fetchval("SELECT 1")
            await locking.commit()
            await blocker.close()
            rolled, _again, repeat = [await gateway.receive() for _answer in range(3)]
            assert repeat.wire() == rolled.wire()
            await gateway.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("meddling", "asked", "said"),
    [
        ("DELETE FROM journal WHERE sequence = 7", OLD, f"row 7 of {DATE} is missing"),
        ("DELETE FROM journal WHERE trade_date = 20260105", OLD, "row 1 is missing from the journal"),
        (
            "DELETE FROM journal WHERE sequence = 9",
            query(SEAT, 1, OutcomeQuery(DATE, 9)),
            "row 9 is missing from the journal",
        ),
        (
            "UPDATE journal SET closing_heads = '' WHERE sequence = 9",
            query(SEAT, 1, OutcomeQuery(DATE, 2)),
            "row 9 is not what was committed: its digest differs",
        ),
        (
            "UPDATE journal SET outcomes = set_byte(outcomes, 0, 1) WHERE sequence = 7",
            OLD,
            "row 7 is not what was committed: its digest differs",
        ),
    ],
)
def test_a_row_that_cannot_be_read_as_it_was_committed_is_never_answered_as_unused(
    config: Config, meddling: str, asked: Frame, said: str
) -> None:
    asyncio.run(_assert_ends(config, meddling, asked, said, rolls=True))


@pytest.mark.parametrize(
    ("meddling", "said"),
    [
        ("DELETE FROM journal WHERE sequence = 7", "row 7 is missing from the journal"),
        ("UPDATE journal SET headers = set_byte(headers, 99, 1) WHERE sequence = 7", "row 7 is not what was committed"),
    ],
)
@pytest.mark.parametrize("asked", [OLD, query(SEAT, 1, OutcomeQuery(DATE, 2))], ids=["a repeat", "a query"])
def test_a_known_row_that_cannot_be_read_stops_the_ledger(
    config: Config, asked: Frame, meddling: str, said: str
) -> None:
    asyncio.run(_assert_ends(config, meddling, asked, said, rolls=False))


async def _assert_ends(config: Config, meddling: str, asked: Frame, said: str, rolls: bool) -> None:
    service = Service(config, lambda _line: None)
    await service.start()
    running = asyncio.create_task(service.run())
    gateway = await RawGateway.register(config)
    if rolls:
        await _two_days(gateway)
    else:
        await load_master_data(gateway)
        await gateway.ask(OLD)
    decider = service.pipeline.decider
    decider.repeats = Repeats(decider.book)  # the rows have to be read
    await _execute(config, meddling)
    gateway.send(asked)
    with pytest.raises(JournalTampered, match=said) as tampered:
        await running
    assert tampered.value.exit_code == ExitCode.TAMPERED
    await service.close()
    assert await gateway.has_ended()
    await gateway.close()


async def _two_days(gateway: RawGateway) -> list[Frame]:
    """Master data, OLD, OTHER and ROLL on DATE, and the roll to DATE + 2. Returns the answers to the three."""
    await load_master_data(gateway)
    answers = [(await gateway.ask(frame))[0] for frame in (OLD, OTHER, ROLL)]
    await gateway.ask(control(1, OpenTradeDate(DATE + 2), DATE + 1))
    return answers


async def _seen(gateway: RawGateway, seat: int, number: int, party: int = 2) -> bool:
    asked: Message = OutcomeQuery(DATE, number)
    answer = decode_answer((await gateway.ask(query(seat, 1, asked, party)))[0].body)
    assert isinstance(answer, OutcomeAnswer)
    return answer.seen


async def _execute(config: Config, *statements: str) -> None:
    connection = await asyncpg.connect(config.ledger.dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def _code(frame: Frame) -> int:
    assert frame.header.kind == FrameKind.NOT_APPLIED
    message = decode_session(frame.body)
    assert isinstance(message, NotApplied)
    return message.code
