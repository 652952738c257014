"""A frame that breaks what should decide or answer it: it is refused and kept, and everybody else is served."""

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg
import numpy as np
import pytest

from config.schema import Config
from ledger.core import engine, lane
from ledger.core.control import rows as control_rows
from ledger.core.control.judge import Sender, judge
from ledger.core.frames import Frames
from ledger.core.resolve import Block, resolve
from ledger.core.rows.row import Row
from ledger.core.rows.state_check import check_state
from ledger.core.sequence import classify
from ledger.core.state.book import Book
from ledger.journal import quarantine
from ledger.journal.writer import Journal
from ledger.order_path import deciding, row_maker, standing
from ledger.service import Service
from ledger.watch.suspects import FrameFault
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.given_numbers import contract_no_from_index
from protocol.limits import REQUEST_PAGE_RECORDS
from protocol.messages.codec import decode_answer, decode_link, decode_session
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.gateway_link import SeatHead
from protocol.messages.queries import BuyingPowerQuery, OutcomeQuery, TotalsQuery
from protocol.messages.session import NotApplied
from protocol.records import OUTCOME, RecordArray
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, ContractEvent, FrameKind
from tests.ledger.memory import SMALL, MemoryLedger, control_of, logon
from tests.ledger.world import DATE, SEAT, SECOND_SEAT, RawGateway, block, freezes, load_master_data, query, serving

POISON_FEN = 666
CONTRACT = contract_no_from_index(0)
SUSPEND, RESUME = (ChangeContract(CONTRACT, event) for event in (ContractEvent.SUSPEND, ContractEvent.RESUME))
NOT_DECIDED = ReplyCode.NOT_DECIDED
Patch = pytest.MonkeyPatch


class Unforeseen(Exception):
    """What nobody wrote an `except` for."""


def codes_of(answers: list[Frame]) -> dict[tuple[int, int], list[int]]:
    """Outcome codes by seat and first number."""
    return {
        (one.header.seat, one.header.first_number): np.frombuffer(one.body, OUTCOME, offset=80)["code"].tolist()
        for one in answers
        if one.header.kind == FrameKind.OUTCOMES
    }


def poison(seat: int, number: int, count: int = 1) -> Frame:
    """A block with one amount that the patched functions choke on."""
    records = freezes(count)
    records["amount_fen"][-1] = POISON_FEN
    return block(seat, number, records)


def choke_in_resolve(patch: Patch) -> None:
    """Before anything is judged."""

    def choking(book: Book, frames: Frames, records: RecordArray) -> Block:
        if (records["amount_fen"] == POISON_FEN).any():
            raise Unforeseen("while looking up")
        return resolve(book, frames, records)

    patch.setattr(engine, "resolve", choking)


def choke_in_the_lane(patch: Patch) -> None:
    """In the middle of the proof, with its scratch full."""
    decide = lane.decide_by_lane

    def choking(book: Book, block: Block, decided_at_ns: int) -> object:
        if (block.amount_fen == POISON_FEN).any():
            book.scratch_fen[block.account] = 7
            book.scratch_mark[block.account] = 1
            book.scratch_bucket_fen[3] = 5
            raise IndexError("while proving")
        return decide(book, block, decided_at_ns)

    patch.setattr(lane, "decide_by_lane", choking)
    patch.setattr(engine, "TINY_BLOCK_RECORDS", 0)


CHOKING = [choke_in_resolve, choke_in_the_lane]


def assert_replays(ledger: MemoryLedger) -> None:
    """Whoever applies the rows has the same book, and nothing of a frame that was not decided is left in scratch."""
    book = Book.empty(SMALL)
    for row in ledger.rows:
        engine.apply_row(book, row)
        check_state(book, row)
    decided = ledger.decider.book
    for place in range(engine.state_slice_count(book)):
        assert engine.state_slice_digest(book, place) == engine.state_slice_digest(decided, place)
    assert not decided.scratch_fen.any()
    assert not decided.scratch_mark.any()
    assert not decided.scratch_bucket_fen.any()


@pytest.mark.parametrize("choke", CHOKING)
def test_one_bad_block_is_refused_and_all_others_of_its_group_are_decided(
    choke: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    choke(monkeypatch)
    ledger = MemoryLedger()
    frames = [block(seat, number, freezes(1)) for number in range(1, 31) for seat in (SEAT, SECOND_SEAT)]
    frames[40] = poison(SEAT, 21)

    codes = codes_of(ledger.ask(*frames))

    assert codes == {(seat, number): [0] for number in range(1, 31) for seat in (SEAT, SECOND_SEAT)} | {
        (SEAT, 21): [NOT_DECIDED]
    }
    assert_replays(ledger)
    again = ledger.ask(frames[40])
    assert codes_of(again) == {(SEAT, 21): [NOT_DECIDED]}
    assert len([row for row in ledger.rows if row.outcomes[:2] == int(NOT_DECIDED).to_bytes(2, "little")]) == 1


def test_a_bad_block_at_a_page_boundary_takes_back_what_was_made_ready_for_it(monkeypatch: Patch) -> None:
    choke_in_resolve(monkeypatch)
    ledger = MemoryLedger()
    first = REQUEST_PAGE_RECORDS - 1
    ledger.ask(block(SEAT, 1, freezes(first - 3)))
    before = ledger.decider.book.requests.pages_used

    codes = codes_of(ledger.ask(poison(SEAT, first - 2, 6)))

    assert codes == {(SEAT, first - 2): [NOT_DECIDED] * 6}
    assert ledger.decider.book.requests.pages_used == before
    assert codes_of(ledger.ask(block(SEAT, first + 4, freezes(2)))) == {(SEAT, first + 4): [0, 0]}
    assert_replays(ledger)


def choke_in_judging(patch: Patch) -> None:
    def choking(book: Book, sender: Sender, message: object, *more: int) -> ReplyCode:
        if message == RESUME:
            raise KeyError("while judging")
        return judge(book, sender, message, *more)  # type: ignore[arg-type]

    patch.setattr(control_rows, "judge", choking)


@pytest.mark.parametrize("place", range(4))
def test_one_bad_control_frame_of_a_run_is_refused_and_the_others_are_decided(place: int, monkeypatch: Patch) -> None:
    choke_in_judging(monkeypatch)
    ledger = MemoryLedger()
    messages: list[ChangeContract | bytes] = [b"\xc1", SUSPEND, b"\xc1"]
    messages.insert(place, RESUME)
    frames = [control_of(SEAT, number, message) for number, message in enumerate(messages, 1)]

    answers = ledger.ask(*frames[:2], logon(SECOND_SEAT, 3), *frames[2:], logon(SECOND_SEAT, 4))

    expected: list[int] = [300, 0, 300]
    expected.insert(place, NOT_DECIDED)
    assert codes_of(answers) == {(SEAT, number): [code] for number, code in enumerate(expected, 1)}
    heads = [decode_link(one.body) for one in answers if one.header.kind == FrameKind.SEAT_HEAD]
    assert [head.session_version for head in heads if isinstance(head, SeatHead)] == [3, 4]
    monkeypatch.undo()
    assert_replays(ledger)


@pytest.mark.parametrize("message", [TotalsQuery(1), BuyingPowerQuery([CONTRACT]), OutcomeQuery(DATE, 1)])
def test_a_question_that_breaks_its_answer_costs_nobody_else_anything(message: TotalsQuery, monkeypatch: Patch) -> None:
    ledger = MemoryLedger()
    ledger.ask(block(SEAT, 1, freezes(1)))

    def broken(*_arguments: object) -> object:
        raise OverflowError("while answering")

    monkeypatch.setattr(engine, "totals", broken)
    monkeypatch.setattr(engine, "buying_power", broken)
    monkeypatch.setattr(deciding, "outcome_answer", broken)
    asked = query(SEAT if not isinstance(message, TotalsQuery) else BANK_SEAT, 77, message)
    if isinstance(message, TotalsQuery):
        asked = query(BANK_SEAT, 77, message, BANK_PARTY)
    answers = ledger.ask(block(SECOND_SEAT, 1, freezes(1)), asked, block(SEAT, 2, freezes(2)))

    assert codes_of(answers) == {(SECOND_SEAT, 1): [0], (SEAT, 2): [0, 0]}
    (failed,) = [one for one in answers if one.header.kind == FrameKind.ANSWER]
    assert (failed.header.first_number, failed.body) == (77, b"")
    monkeypatch.undo()
    (answered,) = ledger.ask(asked)
    assert decode_answer(answered.body)


def test_a_frame_that_cannot_even_be_placed_is_told_to_come_again(monkeypatch: Patch) -> None:
    ledger = MemoryLedger()

    def choking(header: object, *more: int) -> object:
        if header.first_number == 2**40:  # type: ignore[attr-defined]
            raise ValueError("while placing")
        return classify(header, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(standing, "classify", choking)
    answers = ledger.ask(block(SEAT, 1, freezes(1)), block(SEAT, 2**40, freezes(1)), block(SECOND_SEAT, 1, freezes(1)))

    assert codes_of(answers) == {(SEAT, 1): [0], (SECOND_SEAT, 1): [0]}
    (told,) = [decode_session(one.body) for one in answers if one.header.kind == FrameKind.NOT_APPLIED]
    assert isinstance(told, NotApplied)
    assert (told.code, told.next_number) == (ReplyCode.BUSY, 2)
    assert_replays(ledger)


@pytest.mark.parametrize("broken", ["row_digest", "heads_closed", "Row"])
@pytest.mark.parametrize("message", [None, SUSPEND])
def test_what_breaks_when_the_book_has_taken_a_row_in_stops_the_ledger(
    broken: str, message: ChangeContract | None, monkeypatch: Patch
) -> None:
    """The journal would never hear of it: nothing decided behind it could be told, nor could it be told again."""
    ledger = MemoryLedger()

    def failing(*_arguments: object, **_more: object) -> None:
        raise MemoryError("while making the row")

    monkeypatch.setattr(row_maker, broken, failing)
    frames = [block(seat, 1, freezes(2)) for seat in (SEAT, SECOND_SEAT)]
    if message is not None:
        frames = [control_of(seat, 1, message) for seat in (SEAT, SECOND_SEAT)]
    ledger.put(*frames)
    with pytest.raises(FrameFault, match=r"row \d+ did not act as a whole: MemoryError"):
        ledger.decide_next()


class Unsayable(Exception):
    """Whose words break too."""

    def __str__(self) -> str:
        raise UnicodeError("no words")


@pytest.mark.parametrize("error", [ValueError("\udc80 \x00"), Unsayable(), ValueError("x" * 10**6)])
def test_whatever_an_exception_says_can_be_kept(error: Exception) -> None:
    found = quarantine.Quarantined.of(poison(SEAT, 1), error, 1)

    assert found.reason.startswith(type(error).__name__)
    assert "\x00" not in (kept := found.reason + found.traceback)
    assert len(kept.encode()) < 4 * (quarantine.TRACEBACK_CHARS_MAX + quarantine.REASON_CHARS_MAX)


@pytest.mark.postgres
def test_a_bad_frame_is_kept_for_people_counted_and_said_and_the_service_goes_on(
    config: Config, monkeypatch: Patch
) -> None:
    choke_in_resolve(monkeypatch)
    monkeypatch.setattr(quarantine, "KEPT_MAX", 3)

    async def story() -> None:
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            bad = [poison(SEAT, number) for number in range(1, 6)]
            answers = await gateway.ask(*bad, block(SECOND_SEAT, 1, freezes(2)), block(SEAT, 6, freezes(1)))
            assert codes_of(answers) == {(SEAT, number): [NOT_DECIDED] for number in range(1, 6)} | {
                (SECOND_SEAT, 1): [0, 0],
                (SEAT, 6): [0],
            }
            repeats = await gateway.ask(*bad)
            assert [one.wire() for one in repeats] == [
                one.wire() for one in answers if (one.header.seat, one.header.first_number) < (SEAT, 6)
            ]
            assert service.pipeline._metrics.quarantined == 5
            await gateway.close()
        connection = await asyncpg.connect(config.ledger.dsn)
        kept = await connection.fetch("SELECT * FROM quarantine ORDER BY id")
        await connection.close()
        assert [(row["party"], row["seat"], row["first_number"]) for row in kept] == [(2, SEAT, n) for n in (3, 4, 5)]
        assert kept[-1]["reason"] == "Unforeseen: while looking up"
        assert 'raise Unforeseen("while looking up")' in kept[-1]["traceback"]
        assert kept[-1]["body"] == bad[-1].body
        async with serving(config) as service:  # it comes back as it was
            gateway = await RawGateway.register(config)
            assert (await gateway.ask(bad[0]))[0].wire() == repeats[0].wire()
            await gateway.close()

    asyncio.run(story())


@pytest.mark.postgres
def test_a_frame_that_cannot_be_kept_ends_nothing(config: Config, monkeypatch: Patch) -> None:
    choke_in_resolve(monkeypatch)

    async def failing(*_arguments: object) -> None:
        raise asyncpg.DataError("a value that no table takes")

    monkeypatch.setattr(Journal, "keep_quarantined", failing)

    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            bad = [poison(SEAT, number) for number in range(1, 4)]
            answers = await gateway.ask(*bad, block(SECOND_SEAT, 1, freezes(2)))
            assert codes_of(answers) == {(SEAT, number): [NOT_DECIDED] for number in range(1, 4)} | {
                (SECOND_SEAT, 1): [0, 0]
            }
            await asyncio.sleep(0)
            assert codes_of(await gateway.ask(block(SEAT, 4, freezes(1)))) == {(SEAT, 4): [0]}
            await gateway.close()

    asyncio.run(story())


@pytest.mark.postgres
def test_a_commit_that_fails_before_it_waits_for_anything_stops_the_ledger_and_answers_nothing(
    config: Config, monkeypatch: Patch
) -> None:
    async def story() -> None:
        service = Service(config, lambda _line: None)
        await service.start()
        running = asyncio.create_task(service.run())
        gateway = await RawGateway.register(config)
        await load_master_data(gateway)

        async def failing(_journal: Journal, _row: Row) -> None:
            raise ValueError("no such value")

        monkeypatch.setattr(Journal, "append", failing)
        gateway.send(block(SEAT, 1, freezes(1)), query(SEAT, 1, OutcomeQuery(DATE, 1)))
        with pytest.raises(FrameFault, match="row 7 has an unknown fate: ValueError"):
            await running
        await service.close()
        assert await gateway.has_ended()
        with contextlib.suppress(ConnectionError):  # the other end is gone, in whatever order both notice
            await gateway.close()
        monkeypatch.undo()
        async with serving(config):
            again = await RawGateway.register(config)
            answers = await again.ask(block(SEAT, 1, freezes(1)), block(SEAT, 2, freezes(1)))
            assert codes_of(answers) == {(SEAT, 1): [NOT_DECIDED], (SEAT, 2): [0]}
            await again.close()

    asyncio.run(story())
