"""Kept before sent, told before forgotten: what the outbox holds when the disk fails, and when threads are slow."""

import dataclasses
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import OutboxError, OutcomeUnknown, Seat, SeatSettings, SessionEnded, SyncSeat
from protocol.client.outbox.outbox import Outbox
from protocol.client.outbox.outbox_file import OutboxFile
from protocol.codes import ReplyCode
from protocol.limits import CREDIT_RECORDS_MIN
from tests.client.fake_bank import BROKER, SEAT, FakeBank
from tests.client.line.test_links import applied
from tests.client.line.test_seat import freezes

BODY, TABLE = 1, 2  # what `power_safe` brings to the disk before a frame is sent, in this order


def fail_at_flush(monkeypatch: pytest.MonkeyPatch, doomed: int) -> None:
    """From now on the disk fails at the flush with this number, and at every later one."""
    flushes = 0

    def flush(_file: OutboxFile, _place: int, _size_bytes: int) -> None:
        nonlocal flushes
        flushes += 1
        if flushes >= doomed:
            raise OutboxError("the disk failed")

    monkeypatch.setattr(OutboxFile, "flush", flush)


@pytest.mark.parametrize(
    ("doomed", "told", "left"), [(BODY, SessionEnded, []), (TABLE, OutcomeUnknown, [2])], ids=["body", "table"]
)
async def test_a_frame_that_the_disk_does_not_take_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doomed: int, told: type[Exception], left: list[int]
) -> None:
    """A request is told as never sent only when the outbox has nothing of it; otherwise the next process brings it."""
    caught: list[Exception] = []

    async def call(seat: Seat) -> None:
        try:
            await seat.freeze(195, 2)
        except (SessionEnded, OutcomeUnknown) as error:
            caught.append(error)

    async with FakeBank.run() as bank, trio.open_nursery() as nursery:
        settings = dataclasses.replace(bank.settings(tmp_path), power_safe=True)
        with pytest.raises(OutboxError, match="the disk failed"):  # noqa: PT012 - the seat ends while it is open
            async with Seat.open(settings) as seat:
                await seat.freeze(195, 1)
                fail_at_flush(monkeypatch, doomed)
                nursery.start_soon(call, seat)
                await trio.sleep_forever()
        monkeypatch.undo()
        await trio.testing.wait_all_tasks_blocked(0.01)

        assert applied(bank) == [1]
        assert [type(error) for error in caught] == [told]
        async with Seat.open(settings) as seat:
            found = [recovered.records["amount_fen"].tolist() for recovered in seat.recovered]
            assert [amounts for amounts in found if amounts != [1]] == [[amount_fen] for amount_fen in left]
        assert applied(bank) == [1, *left]


def kept(settings: SeatSettings) -> list[int]:
    """First numbers that a process started now would find in the outbox."""
    copy = Path(settings.outbox).with_suffix(".copy")
    shutil.copyfile(settings.outbox, copy)
    box = Outbox.open(copy, BROKER, SEAT, records_max=settings.outbox_records)
    numbers = [cell.first_number for _slot, cell in box.live()]
    box.close()
    return numbers


def in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def be_slow_with_an_outcome(settings: SeatSettings) -> list[list[int]]:
    """This thread is told number 1 and does not come back while others go on."""
    seen = []
    with SyncSeat.open(settings) as seat:
        seat.freeze(195, 1)
        for _ in range(5):
            in_a_thread(lambda: seat.freeze(195, 1))
        seen.append(kept(settings)[:1])
        seat.freeze(195, 1)  # number 7: this thread is back
        for _ in range(5):
            in_a_thread(lambda: seat.freeze(195, 1))
        seen.append(kept(settings)[:1])
    seen.append(kept(settings))
    return seen


async def test_an_outcome_is_kept_until_the_thread_that_was_told_is_back(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        seen = await trio.to_thread.run_sync(be_slow_with_an_outcome, bank.settings(tmp_path))

    assert seen == [[1], [7], []]  # closed in order: all is told


def fail_with_an_outcome(settings: SeatSettings) -> None:
    with SyncSeat.open(settings) as seat:
        seat.freeze_block(freezes(3))
        raise LookupError("the program's own file is full")


async def test_a_program_that_fails_with_an_outcome_is_told_it_again(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        with pytest.raises(LookupError):
            await trio.to_thread.run_sync(fail_with_an_outcome, bank.settings(tmp_path))

        async with Seat.open(bank.settings(tmp_path)) as seat:
            (left,) = seat.recovered
            assert (left.outcome.first_number, len(left.records)) == (1, 3)
        assert len(bank.ledger.applied_records(SEAT)) == 3


def never_come_back(settings: SeatSettings) -> int:
    """This thread is told one outcome and then only waits for another, which sends more than the outbox holds."""
    with SyncSeat.open(settings) as seat:
        seat.freeze(195, 1)

        def send() -> None:
            for _ in range(8):
                seat.freeze_block(freezes(CREDIT_RECORDS_MIN // 2))

        in_a_thread(send)
        return seat.next_number


async def test_a_thread_that_never_comes_back_does_not_stop_the_others(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.ledger.is_quick = True
        settings = dataclasses.replace(bank.settings(tmp_path), outbox_records=CREDIT_RECORDS_MIN)
        with trio.fail_after(20):
            number = await trio.to_thread.run_sync(never_come_back, settings, abandon_on_cancel=True)

    assert number == 2 + 8 * CREDIT_RECORDS_MIN // 2


async def test_a_number_that_another_sender_used_is_told_and_not_asked_again(tmp_path: Path) -> None:
    """The outbox was lost, or a second program has the seat's key: the SDK does not guess."""
    async with FakeBank.run() as bank:
        async with Seat.open(bank.settings(tmp_path)) as seat:
            bank.is_deaf = True
            async with trio.open_nursery() as nursery:
                nursery.start_soon(seat.freeze, 195, 1)
                await bank.came(1)
                nursery.cancel_scope.cancel()
        other = dataclasses.replace(bank.settings(tmp_path), outbox=tmp_path / "other.outbox")
        bank.is_deaf = False
        async with Seat.open(other) as seat:
            await seat.freeze(195, 9)

        async with Seat.open(bank.settings(tmp_path)) as seat:
            (left,) = seat.recovered
            assert left.outcome.outcomes["code"].tolist() == [ReplyCode.DUPLICATE_OTHER_CONTENT]
            assert (left.outcome.key(0), left.records["amount_fen"].tolist()) == ((TRADE_DATE, SEAT, 0), [1])
            assert (await seat.freeze(195, 2)).number == 2
        assert applied(bank) == [9, 2]
