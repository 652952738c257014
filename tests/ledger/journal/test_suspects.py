"""A frame that ends the ledger, by half acting or by a row that cannot be stored: it does so a bounded number of times.

`restarted` is what a supervisor does: the journal's rows again, the file of suspects, the same frames once more.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from config.kit.exit_codes import ExitCode
from config.schema import Config
from ledger.core import engine
from ledger.core.control import judge
from ledger.core.control.judge import Sender, apply_control
from ledger.core.control.rows import heads_closed
from ledger.core.effects import apply_effects
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.order_path import row_maker
from ledger.order_path.deciding import Decider
from ledger.order_path.groups import SeatQueues
from ledger.order_path.row_maker import RowMaker
from ledger.service import SUSPECTS_FILE, Service
from ledger.watch.metrics import LedgerMetrics
from ledger.watch.suspects import FAILURES_KEPT_MAX, FrameFault, Stage, Suspects
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.codec import decode_link, decode_session
from protocol.messages.control import ControlMessage
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.gateway_link import SeatHead
from protocol.messages.session import NotApplied
from protocol.records import OUTCOME
from protocol.vocabulary import ContractEvent, FrameKind
from tests.ledger.journal.test_quarantine import POISON_FEN, assert_replays, codes_of, poison
from tests.ledger.memory import SMALL, MemoryLedger, control_of, logon
from tests.ledger.watch.test_process import ended, ledger_process, serves
from tests.ledger.world import DATE, SEAT, SECOND_SEAT, RawGateway, block, freezes, load_master_data, serving, signed

NOT_DECIDED = [ReplyCode.NOT_DECIDED]
RESUME = ChangeContract(contract_no_from_index(0), ContractEvent.RESUME)
Patch = pytest.MonkeyPatch


def signed_anew(frame: Frame) -> Frame:
    """A repeat as a partner's program sends it: a later time under a newer session and key."""
    head = frame.header
    return signed(
        head._replace(sent_at_ns=head.sent_at_ns + 7, session_version=head.session_version + 1, key_id=6), frame.body
    )


def half_act(patch: Patch) -> None:
    """The effects of a poisoned block stop in the middle."""

    def acting(book: Book, block: Block, outcomes: object) -> None:
        if (block.amount_fen == POISON_FEN).any():
            book.frozen_fen[block.account] += 1
            raise IndexError("while acting")
        apply_effects(book, block, outcomes)  # type: ignore[arg-type]

    patch.setattr(engine, "apply_effects", acting)


def row_not_made(patch: Patch) -> None:
    """The row of a poisoned block, which has acted already, cannot be made."""

    def making(book: Book, trade_date: int) -> bytes:
        if book.requests.amount_fen[: book.requests.slots_used].max(initial=0) == POISON_FEN:
            raise OverflowError("while making the row")
        return heads_closed(book, trade_date)

    patch.setattr(row_maker, "heads_closed", making)


BREAKING = [half_act, row_not_made]


def restarted(ledger: MemoryLedger, file: Path) -> MemoryLedger:
    """The next process over the same journal and state directory."""
    book = Book.empty(SMALL)
    for row in ledger.rows:
        engine.apply_row(book, row)
    left = Suspects.read(file, pytest.fail)
    left.forget_decided(book.trade_date, book.next_number)
    ledger.decider = Decider(book, RowMaker(book, 1, 2, ledger.rows[-1].digest), LedgerMetrics(), left)
    ledger.decider.maker.bank_key_ids = (1, 2)
    for row in ledger.rows:
        ledger.decider.repeats.add(row)
    ledger.queues = SeatQueues(ledger.decider.standing.turns_of, ledger.decider.standing.role_of)
    return ledger


def served(ledger: MemoryLedger, file: Path, *frames: Frame) -> tuple[list[Frame], list[Stage]]:
    """Sends frames until a process answers them all, as gateway and supervisor do. Returns the answers of the last one
    and how each before it ended.
    """
    ends: list[Stage] = []
    while True:
        try:
            answers = ledger.ask(*frames)
        except FrameFault as fault:
            ends.append(fault.failure.stage)
            if len(ends) > len(Stage) or fault.exit_code != ExitCode.UNAVAILABLE:
                raise
            ledger.decider.suspects.keep(fault.failure)
            restarted(ledger, file)
            continue
        for row in ledger.rows:
            ledger.decider.suspects.stored(row.headers)
        return answers, ends


@pytest.mark.parametrize("breaking", BREAKING)
def test_a_block_that_half_acts_in_a_group_ends_two_processes_and_is_refused_by_the_third(
    breaking: Callable[[Patch], None], monkeypatch: Patch, tmp_path: Path
) -> None:
    breaking(monkeypatch)
    ledger, file = restarted(MemoryLedger(), tmp_path / "suspects"), tmp_path / "suspects"
    bad = poison(SEAT, 3, 2)
    frames = [
        *(block(SEAT, 1, freezes(2)), bad, block(SEAT, 5, freezes(1))),
        *(block(SECOND_SEAT, n, freezes(1)) for n in (1, 2, 3)),
    ]

    answers, ends = served(ledger, file, *frames)

    assert ends == [Stage.TOGETHER, Stage.ALONE]
    assert codes_of(answers) == {
        (SEAT, 1): [0, 0],
        (SEAT, 3): NOT_DECIDED * 2,
        (SEAT, 5): [0],
        **{(SECOND_SEAT, n): [0] for n in (1, 2, 3)},
    }
    assert not file.exists()
    monkeypatch.undo()
    assert_replays(ledger)
    assert [one.wire() for one in ledger.ask(signed_anew(bad))] == [
        one.wire() for one in answers if one.header.first_number == 3 and one.header.seat == SEAT
    ]


@pytest.mark.parametrize("breaking", BREAKING)
def test_a_block_that_half_acts_alone_ends_one_process_and_its_repeat_is_refused(
    breaking: Callable[[Patch], None], monkeypatch: Patch, tmp_path: Path
) -> None:
    breaking(monkeypatch)
    ledger, file = restarted(MemoryLedger(), tmp_path / "suspects"), tmp_path / "suspects"
    with pytest.raises(FrameFault, match="did not act as a whole") as told:
        ledger.ask(poison(SEAT, 1))
    ledger.decider.suspects.keep(told.value.failure)
    restarted(ledger, file)
    ledger.put(signed_anew(poison(SEAT, 1)))
    decided = ledger.decide_next()
    assert decided is not None
    (kept,) = decided.quarantined
    assert "Traceback" in kept.traceback
    assert decided.row is not None
    assert decided.row.outcomes[:2] == int(ReplyCode.NOT_DECIDED).to_bytes(2, "little")
    assert codes_of(ledger.ask(block(SEAT, 2, freezes(1)))) == {(SEAT, 2): [0]}
    monkeypatch.undo()
    assert_replays(ledger)


def test_another_request_under_a_suspect_number_is_decided(monkeypatch: Patch, tmp_path: Path) -> None:
    half_act(monkeypatch)
    ledger, file = restarted(MemoryLedger(), tmp_path / "suspects"), tmp_path / "suspects"
    with pytest.raises(FrameFault) as told:
        ledger.ask(poison(SEAT, 1))
    ledger.decider.suspects.keep(told.value.failure)
    assert codes_of(restarted(ledger, file).ask(block(SEAT, 1, freezes(1)))) == {(SEAT, 1): [0]}


def test_a_control_frame_that_half_acts_is_refused_and_logons_of_its_run_are_served(
    monkeypatch: Patch, tmp_path: Path
) -> None:
    def acting(book: Book, sender: Sender, message: ControlMessage, decided_at_ns: int) -> int:
        if message == RESUME:
            raise KeyError("while acting")
        return apply_control(book, sender, message, decided_at_ns)

    ledger, file = restarted(MemoryLedger(), tmp_path / "suspects"), tmp_path / "suspects"
    suspend = ChangeContract(contract_no_from_index(0), ContractEvent.SUSPEND)
    monkeypatch.setattr(judge, "apply_control", acting)
    frames = [
        *(control_of(SEAT, 1, suspend), control_of(SEAT, 2, RESUME), control_of(SEAT, 3, b"\xc1")),
        logon(SECOND_SEAT, 4),
    ]

    answers, ends = served(ledger, file, *frames)

    assert ends == [Stage.TOGETHER, Stage.ALONE]
    assert codes_of(answers) == {(SEAT, 1): [0], (SEAT, 2): NOT_DECIDED, (SEAT, 3): [300]}
    (head,) = [decode_link(one.body) for one in answers if one.header.kind == FrameKind.SEAT_HEAD]
    assert isinstance(head, SeatHead)
    assert head.session_version == 4  # an earlier life of the ledger took it
    monkeypatch.undo()
    assert_replays(ledger)


def test_a_frame_whose_refusal_cannot_be_made_either_is_told_to_come_again_and_others_are_served(
    monkeypatch: Patch, tmp_path: Path
) -> None:
    half_act(monkeypatch)
    ledger, file = restarted(MemoryLedger(), tmp_path / "suspects"), tmp_path / "suspects"
    monkeypatch.setattr(engine, "leave_undecided", lambda *_arguments: 1 // 0)

    answers, ends = served(ledger, file, poison(SEAT, 1), block(SECOND_SEAT, 1, freezes(1)))

    assert ends == [Stage.TOGETHER, Stage.ALONE, Stage.REFUSAL]
    (told,) = [decode_session(one.body) for one in answers if one.header.kind == FrameKind.NOT_APPLIED]
    assert isinstance(told, NotApplied)
    assert (told.code, told.next_number) == (ReplyCode.BUSY, 1)
    assert codes_of(answers) == {(SECOND_SEAT, 1): [0]}
    monkeypatch.undo()
    assert_replays(ledger)


def test_a_book_that_is_wrong_is_no_suspect_and_stops_the_ledger(monkeypatch: Patch) -> None:
    ledger = MemoryLedger()
    ledger.decider.book.power_fen[:] = -1_000_000_000
    monkeypatch.setattr(engine, "_decided", lambda _book, found, _now: np.zeros(found.count, OUTCOME))
    with pytest.raises(InvariantBroken) as broken:
        ledger.ask(block(SEAT, 1, freezes(1)))
    assert not isinstance(broken.value, FrameFault)


@pytest.mark.parametrize("content", [b"", b"[", b"[{}]", b'[{"at_ns":1,"stage":9}]', b"\xff" * 99])
def test_a_file_of_suspects_that_cannot_be_read_is_said_and_suspects_nobody(tmp_path: Path, content: bytes) -> None:
    said: list[str] = []
    file = tmp_path / "suspects"
    file.write_bytes(content)
    assert not Suspects.read(file, said.append)
    assert [line.startswith(f"{file}: left out") for line in said] == [True]


def test_what_is_remembered_is_bounded_private_and_of_the_open_date(tmp_path: Path) -> None:
    file = tmp_path / "suspects"
    for number in range(1, FAILURES_KEPT_MAX + 9):
        frame = block(SEAT, number, freezes(1))
        headers = frame.header_bytes + frame.signature
        fault = FrameFault.of("", headers, False, ValueError("x" * 100_000), number)
        Suspects.read(file, pytest.fail).keep(fault.failure)
    left = Suspects.read(file, pytest.fail)
    assert len(left) == FAILURES_KEPT_MAX
    assert file.stat().st_size < FAILURES_KEPT_MAX * 32_768
    assert file.stat().st_mode & 0o777 == 0o600
    assert left.of(block(SEAT, FAILURES_KEPT_MAX + 8, freezes(1)).header) is not None
    assert left.of(block(SEAT, 1, freezes(1)).header) is None
    heads = np.zeros(SEAT + 1, np.int64)
    heads[SEAT] = FAILURES_KEPT_MAX + 8
    left.forget_decided(DATE, heads)
    assert len(left) == 1
    left.forget_decided(DATE + 1, heads)
    assert not left
    assert not file.exists()


async def refuse_rows_with(config: Config, frame: Frame) -> None:
    """PostgreSQL takes no row in which this body was accepted."""
    connection = await asyncpg.connect(config.ledger.dsn)
    digest = frame.header.body_digest.hex()
    await connection.execute(
        f"ALTER TABLE journal ADD CHECK (position('\\x{digest}'::bytea IN headers) = 0 OR get_byte(outcomes, 0) <> 0)"
    )
    await connection.close()


@pytest.mark.postgres
def test_a_row_that_postgresql_refuses_ends_two_processes_and_then_only_its_frame_is_refused(config: Config) -> None:
    bad, good = poison(SEAT, 1, 3), [block(SECOND_SEAT, 1, freezes(2)), block(SEAT, 4, freezes(1))]

    async def life(number: int) -> tuple[int, str] | None:
        with ledger_process(config) as process:
            await serves(config, process)
            gateway = await RawGateway.register(config)
            if number == 1:
                await load_master_data(gateway)
                await refuse_rows_with(config, bad)
            frames = [bad, *good] if number == 1 else [*good[:1], signed_anew(bad), *good[1:]]
            gateway.send(*frames)
            if number < 3:
                status = await ended(process)
                gateway.fall_silent()
                gateway.writer.close()
                return status
            answers = [await gateway.receive() for _frame in frames]
            assert codes_of(answers) == {(SEAT, 1): NOT_DECIDED * 3, (SECOND_SEAT, 1): [0, 0], (SEAT, 4): [0]}
            await gateway.close()
            process.terminate()
            assert (await ended(process))[0] == ExitCode.OK
        return None

    async def story() -> None:
        for number in (1, 2):
            status = await life(number)
            assert status is not None
            assert status[0] == ExitCode.UNAVAILABLE
            assert "has an unknown fate: CheckViolationError" in status[1]
            assert (config.state_directory / SUSPECTS_FILE).exists()
        assert await life(3) is None
        assert not (config.state_directory / SUSPECTS_FILE).exists()
        connection = await asyncpg.connect(config.ledger.dsn)
        kept = await connection.fetch("SELECT party, seat, first_number, reason, traceback FROM quarantine")
        await connection.close()
        assert [(row["seat"], row["first_number"]) for row in kept] == [(SEAT, 1)]
        assert kept[0]["reason"].startswith("CheckViolationError: ")
        assert "Traceback" in kept[0]["traceback"]

    asyncio.run(story())


@pytest.mark.postgres
def test_a_start_with_suspects_over_a_wrong_book_ends_with_70(config: Config, monkeypatch: Patch) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            await gateway.close()
        frame = block(SEAT, 1, freezes(1))
        fault = FrameFault.of("", frame.header_bytes + frame.signature, False, ValueError("x"), 1)
        Suspects(config.state_directory / SUSPECTS_FILE, []).keep(fault.failure)
        recovered = Service._recovered

        async def wrong(*arguments: object) -> object:
            book, head = await recovered(*arguments)  # type: ignore[arg-type]
            book.frozen_fen[3] += 1
            return book, head

        monkeypatch.setattr(Service, "_recovered", wrong)
        service = Service(config, lambda _line: None)
        with pytest.raises(InvariantBroken, match="buying power kept"):
            await service.start()
        await service.close()

    asyncio.run(story())
