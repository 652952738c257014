"""A call that its caller left: its outcome is told in `recovered`, once, and not forgotten before it was read there.

Belongs here: callers that leave at every moment, in threads and in trio. Never here: outcomes that are taken in order.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType

import pytest
import trio
import trio.testing

from protocol.client import Outcome, Recovered, Seat, SeatPool, SeatSettings, SyncSeat
from protocol.client.line.calls import Waiter
from protocol.client.line.window import WindowFrame
from protocol.client.outcomes import Reply
from protocol.limits import CREDIT_RECORDS_MIN
from tests.client.fake_bank import SEAT, SEATS, FakeBank
from tests.client.late_signal import Late, leave_at
from tests.client.line.test_seat import freezes
from tests.client.outlived.test_told_and_kept import kept

FACE_FILES = ("sync.py", "thread_call.py", "receipts.py", "verbs.py")


def amounts(found: list[Recovered]) -> list[int]:
    return [int(amount_fen) for left in found for amount_fen in left.records["amount_fen"]]


def leave_at_every_line(settings: SeatSettings, call: Callable[[SyncSeat, int], object]) -> tuple[list[int], list[int]]:
    """Amounts that were told to the caller, and those in `recovered`; call n asks for n fen and is left at line n."""
    told = []
    with SyncSeat.open(settings) as seat:
        line, is_cut = 0, True
        while is_cut:
            line += 1
            outcome, is_cut = leave_at(line, FACE_FILES, partial(call, seat, line))
            if outcome is not None:
                told.append(line)
        seat.freeze(292, 1_000_000)  # answered: so is everything before it
        return told, amounts(seat.recovered)


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # one that was left before it was handed over
@pytest.mark.parametrize(
    "call",
    [
        lambda seat, amount_fen: seat.freeze(195, amount_fen),
        lambda seat, amount_fen: seat.submit_block(freezes(1, amount_fen)),
    ],
    ids=["single", "block"],
)
async def test_a_call_left_at_any_line_is_told_once_or_was_never_sent(
    tmp_path: Path, call: Callable[[SyncSeat, int], object]
) -> None:
    async with FakeBank.run() as bank:
        told, found = await trio.to_thread.run_sync(leave_at_every_line, bank.settings(tmp_path), call)
        applied = bank.ledger.applied_records(SEAT)

    sent = [int(amount_fen) for amount_fen in applied["amount_fen"] if amount_fen < 1_000_000]
    assert Counter(told + found) == Counter(sent)
    assert set(Counter(sent).values()) == {1}
    assert len(told) == 1  # the last one, which no line was left to cut
    assert len(found) >= 3  # those cut while or after the outcome came


def leave_while_the_bank_is_silent(settings: SeatSettings, speak: Callable[[], None]) -> list[list[int]]:
    """The first call is left by a timer's signal: what the outbox holds then, `recovered`, the outbox after that."""
    seen = []

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Late

    former = signal.signal(signal.SIGALRM, ring)
    try:
        with SyncSeat.open(settings) as seat:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(Late):
                seat.freeze(195, 7)
            speak()
            seat.freeze(195, 8)
            seat.freeze(195, 9)
            seen.append(kept(settings)[:1])
            seen.append(amounts(seat.recovered))
            seat.freeze(195, 10)
            seat.freeze(195, 11)
            seat.freeze(195, 12)
            seen.append(kept(settings)[:1])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    return seen


def test_a_call_left_by_a_signal_is_kept_until_it_was_read(tmp_path: Path) -> None:
    """In the main thread, where signals are handled; the bank has a thread of its own."""
    started: list[tuple[FakeBank, trio.lowlevel.TrioToken]] = []

    async def serve(task_status: Callable[[], None]) -> None:
        async with FakeBank.run() as bank:
            bank.is_deaf = True
            started.append((bank, trio.lowlevel.current_trio_token()))
            task_status()
            await stop.wait()

    ready, stop = threading.Event(), trio.Event()
    thread = threading.Thread(target=trio.run, args=(serve, ready.set))
    thread.start()
    ready.wait()
    bank, token = started[0]
    try:
        seen = leave_while_the_bank_is_silent(
            bank.settings(tmp_path), lambda: trio.from_thread.run_sync(bank.speak, trio_token=token)
        )
    finally:
        token.run_sync_soon(stop.set)
        thread.join()

    first, found, last = seen
    assert (first, found) == ([1], [7])
    assert last[0] > 1


@pytest.mark.parametrize("in_order", [True, False])
async def test_an_outcome_that_nobody_waited_for_outlives_a_seat_that_did_not_read_it(
    tmp_path: Path, in_order: bool
) -> None:
    async with FakeBank.run() as bank:
        try:
            async with Seat.open(bank.settings(tmp_path)) as seat:
                await cancelled(bank, seat)
                for _ in range(6):
                    await seat.freeze(195, 1)
                assert len(seat._traffic.recovered) == 1  # not read by `recovered`
                if not in_order:
                    raise Late
        except Late:
            pass
        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert 77 in amounts(seat.recovered)
            await seat.freeze(195, 1)
        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert seat.recovered == []


async def cancelled(bank: FakeBank, seat: Seat | SeatPool) -> None:
    """A call for 77 fen that is cancelled when the bank has it; then the bank answers it."""
    bank.is_deaf = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(seat.freeze, 195, 77)
        await bank.came(1)
        nursery.cancel_scope.cancel()
    bank.speak()


async def test_an_outcome_that_nobody_waited_for_is_forgotten_when_it_was_read(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        async with Seat.open(bank.settings(tmp_path)) as seat:
            await cancelled(bank, seat)
            await seat.freeze(195, 1)
            assert amounts(seat.recovered) == [77]
        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert seat.recovered == []


async def test_a_pool_tells_what_nobody_waited_for(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, SeatPool.open([bank.settings(tmp_path, seat) for seat in SEATS[:2]]) as pool:
        await cancelled(bank, pool)
        await pool.freeze(195, 1)
        assert amounts(pool.recovered) == [77]


async def test_whoever_cancels_and_never_reads_stops_nobody(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.ledger.is_quick = True
        settings = replace(bank.settings(tmp_path), outbox_records=CREDIT_RECORDS_MIN)
        async with Seat.open(settings) as seat:
            await cancelled(bank, seat)
            with trio.fail_after(20):
                for _ in range(8):
                    await seat.freeze_block(freezes(CREDIT_RECORDS_MIN // 2))


async def test_a_task_cancelled_between_the_answer_and_its_turn_has_its_outcome(tmp_path: Path) -> None:
    """trio hands the outcome over: it is told there, and nowhere else."""
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        told: list[Outcome] = []
        scope = trio.CancelScope()

        async def call() -> None:
            with scope:
                told.append(await seat.freeze(195, 7))

        settle = seat._traffic._settle

        def settle_and_cancel(frame: WindowFrame[Waiter], reply: Reply) -> None:
            settle(frame, reply)
            scope.cancel()  # the caller was woken and has not run

        seat._traffic._settle = settle_and_cancel  # type: ignore[method-assign]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)

        assert ([outcome.number for outcome in told], seat.recovered) == ([1], [])


async def test_ctrl_c_never_comes_within_a_step(tmp_path: Path) -> None:
    """Ctrl-C at each store into the outbox: what a caller was told to be not sent is not in there."""
    async with FakeBank.run() as bank:
        ended = await trio.run_process(
            [sys.executable, "-m", "tests.client.interrupted_broker", str(bank.port), str(tmp_path)],
            capture_stdout=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
    lines = ended.stdout.decode().splitlines()

    assert len(lines) > 20  # stores of one life
    assert [line for line in lines if not line.endswith("none told wrongly")] == []
    assert ["KeyboardInterrupt" in line for line in lines] == [True] * (len(lines) - 1) + [False]
