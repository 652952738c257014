"""Several seats as one: whose turn it is, lines that break, seats that end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trio
import trio.testing

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import MisuseError, OutcomeUnknown, Seat, SeatPool, SessionEnded
from protocol.client.settings import CALL_FRAME_LATE_S
from protocol.codes import ReplyCode
from tests.client.fake_bank import SEATS, FakeBank
from tests.client.line.test_seat import freezes

ONE, OTHER = SEATS[:2]


@asynccontextmanager
async def pooled(directory: Path, call_frames_max: int = 1) -> AsyncIterator[tuple[FakeBank, SeatPool]]:
    """A bank, and a pool of seats ONE and OTHER at it."""
    async with FakeBank.run() as bank:
        settings = [bank.settings(directory, seat) for seat in (ONE, OTHER)]
        async with SeatPool.open(settings, call_frames_max) as pool:
            yield bank, pool


def sent(bank: FakeBank) -> list[tuple[int, int]]:
    """Seat and record count of every request frame that came, in order."""
    return [(frame.header.seat, frame.header.record_count) for frame in bank.requests]


async def gather(bank: FakeBank, pool: SeatPool, calls: int, frames: int) -> None:
    """Call one after the other at a bank that keeps its answers; `frames` of them find a seat that may send."""
    bank.is_deaf = True
    async with trio.open_nursery() as nursery:
        for call in range(1, calls + 1):
            nursery.start_soon(pool.freeze, 195, call)
            await bank.came(min(call, frames))
        await trio.testing.wait_all_tasks_blocked()
        bank.speak()


Told = list[type[Exception]]


async def call(pool: SeatPool, told: Told, amount_fen: int = 1) -> None:
    """A call that gets no outcome; `told` learns how it ends."""
    with pytest.raises((SessionEnded, OutcomeUnknown)) as error:
        await pool.freeze(195, amount_fen)
    told.append(error.type)


@asynccontextmanager
async def call_under_way(bank: FakeBank, pool: SeatPool, told: Told) -> AsyncIterator[trio.Nursery]:
    """A call that the bank has and does not answer; it is waited for at the end."""
    bank.is_deaf = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(call, pool, told)
        await bank.came(1)
        yield nursery


async def ended(seat: Seat) -> None:
    """Return when the seat knows that no session will come any more."""
    while seat.ended is None:
        await trio.testing.wait_all_tasks_blocked()


async def test_seats_take_turns(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):
        keys = [(await pool.freeze(195, 1)).key for _ in range(4)]

        assert sent(bank) == [(ONE, 1), (OTHER, 1), (ONE, 1), (OTHER, 1)]
        assert keys == [(TRADE_DATE, ONE, 1), (TRADE_DATE, OTHER, 1), (TRADE_DATE, ONE, 2), (TRADE_DATE, OTHER, 2)]


async def test_calls_of_many_tasks_go_as_one_frame_with_one_seat(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):
        async with trio.open_nursery() as nursery:
            for _ in range(50):
                nursery.start_soon(pool.freeze, 195, 1)

        assert sent(bank) == [(ONE, 50)]


async def test_while_one_frame_is_under_way_the_rest_gathers_for_the_next_seat(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):
        await gather(bank, pool, calls=10, frames=1)

        assert sent(bank) == [(ONE, 1), (OTHER, 9)]


async def test_where_two_may_be_under_way_each_goes_with_a_seat_of_its_own(tmp_path: Path) -> None:
    async with pooled(tmp_path, call_frames_max=2) as (bank, pool):
        await gather(bank, pool, calls=10, frames=2)

        assert sent(bank) == [(ONE, 1), (OTHER, 1), (ONE, 8)]


async def test_callers_who_were_answered_together_go_together_again(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):

        async def call_twice() -> None:
            await pool.freeze(195, 1)
            await pool.freeze(195, 1)

        async with trio.open_nursery() as nursery:
            for _ in range(8):
                nursery.start_soon(call_twice)

        assert sent(bank) == [(ONE, 8), (OTHER, 8)]


async def test_a_freeze_of_one_seat_is_released_by_another(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):
        frozen = await pool.freeze(195, 900)
        await pool.release(frozen, 195, 900)

        released = bank.ledger.applied_records(OTHER)[["kind", "target_date", "target_seat", "target_number"]]
        assert released.tolist() == [(2, TRADE_DATE, ONE, 1)]


async def test_a_frame_that_waits_for_its_line_holds_nobody_up(tmp_path: Path) -> None:
    """ONE's line breaks on the only frame under way: later calls go with OTHER, this one again when ONE is back."""
    async with pooled(tmp_path) as (bank, pool):
        answers: list[tuple[int, int, int]] = []

        async def call(amount_fen: int) -> None:
            answers.append((await pool.freeze(195, amount_fen)).key)

        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(call, 1)
            await bank.came(1)
            bank.away.add(ONE)
            bank.cut(ONE)
            bank.is_deaf = False
            await call(2)
            await call(3)
            bank.away.clear()

        assert answers == [(TRADE_DATE, OTHER, 1), (TRADE_DATE, OTHER, 2), (TRADE_DATE, ONE, 1)]
        assert [bank.ledger.applied_records(seat)["amount_fen"].tolist() for seat in (ONE, OTHER)] == [[1], [2, 3]]


async def test_calls_that_no_line_could_take_go_with_the_first_that_is_back(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):
        bank.away.update((ONE, OTHER))
        bank.cut()
        while bank.sent_away != bank.away:
            await trio.testing.wait_all_tasks_blocked()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            nursery.start_soon(pool.freeze, 195, 2)
            await trio.testing.wait_all_tasks_blocked()
            bank.away.remove(OTHER)

        assert sent(bank) == [(OTHER, 2)]


async def test_a_line_that_has_fallen_silent_gets_no_second_frame(tmp_path: Path) -> None:
    async with pooled(tmp_path, call_frames_max=2) as (bank, pool):
        bank.silent_to.add(ONE)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(1)
            keys = [(await pool.freeze(195, 2)).key for _ in range(3)]
            bank.speak()

        assert keys == [(TRADE_DATE, OTHER, number) for number in (1, 2, 3)]
        assert sent(bank) == [(ONE, 1), (OTHER, 1), (OTHER, 1), (OTHER, 1)]


async def test_behind_a_line_that_has_fallen_silent_callers_wait_a_moment(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """One frame may be under way, and ONE has it: who calls meanwhile goes with OTHER once it is late, and then all."""
    async with pooled(tmp_path) as (bank, pool):
        bank.silent_to.add(ONE)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(1)
            began_s = trio.current_time()
            keys = [(await pool.freeze(195, 2)).key]
            waited_s = trio.current_time() - began_s
            keys += [(await pool.freeze(195, 2)).key for _ in range(2)]
            bank.speak()

        assert keys == [(TRADE_DATE, OTHER, number) for number in (1, 2, 3)]
        assert CALL_FRAME_LATE_S <= waited_s < 0.6


async def test_who_calls_when_a_line_is_late_already_does_not_wait(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with pooled(tmp_path) as (bank, pool):
        bank.silent_to.add(ONE)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(1)
            await trio.sleep(CALL_FRAME_LATE_S)
            began_s = trio.current_time()
            await pool.freeze(195, 2)
            assert trio.current_time() == began_s
            bank.speak()


async def test_a_seat_that_is_late_takes_again_once_it_has_answered(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with pooled(tmp_path) as (bank, pool):
        bank.silent_to.add(ONE)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(1)
            await trio.sleep(CALL_FRAME_LATE_S)
            await pool.freeze(195, 2)
            bank.silent_to.clear()
            bank.speak()
        seats = [(await pool.freeze(195, 3)).seat for _ in range(2)]

        assert seats == [ONE, OTHER]


async def test_a_seat_in_the_middle_of_a_block_passes_its_turn(tmp_path: Path) -> None:
    """ONE has credit for a single call, and not for the next part of its block, which goes first."""
    async with pooled(tmp_path) as (bank, pool):
        one, _other = pool.seats
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.submit_block, freezes(10))
            await bank.came(1)
            nursery.start_soon(one.submit_block, freezes(one.settings.outbox_records))
            await trio.testing.wait_all_tasks_blocked()
            before = len(bank.requests)
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(before + 1)
            bank.speak()

        assert sent(bank)[before] == (OTHER, 1)


async def test_a_busy_seat_passes_its_turn(tmp_path: Path) -> None:
    async with pooled(tmp_path, call_frames_max=2) as (bank, pool):
        bank.busy_frames = 1
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(1)
            nursery.start_soon(pool.freeze, 195, 2)

        assert sorted(sent(bank)) == [(ONE, 1), (ONE, 1), (OTHER, 1)]
        assert [seat.next_number for seat in pool.seats] == [2, 2]


async def test_a_seat_that_has_not_the_credit_passes_its_turn(tmp_path: Path) -> None:
    """A block of ONE is under way and fills its credit; a single call goes with OTHER meanwhile."""
    async with pooled(tmp_path) as (bank, pool):
        one, other = pool.seats
        bank.is_deaf, bank.ledger.is_quick = True, True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.submit_block, freezes(one.settings.outbox_records))
            await trio.testing.wait_all_tasks_blocked()
            blocks = len(bank.requests)
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(blocks + 1)
            bank.speak()

        assert sent(bank)[blocks:] == [(OTHER, 1)]
        assert other.next_number == 2


async def test_a_seat_that_ended_for_good_takes_no_more_turns(tmp_path: Path) -> None:
    told: Told = []
    async with pooled(tmp_path) as (bank, pool):
        async with call_under_way(bank, pool, told):
            bank.is_deaf = False
            bank.terminate(ReplyCode.SESSION_SUPERSEDED, ONE)
        keys = [(await pool.freeze(195, 2)).key for _ in range(2)]

        assert told == [OutcomeUnknown]
        assert keys == [(TRADE_DATE, OTHER, 1), (TRADE_DATE, OTHER, 2)]
        assert [seat.ended is not None for seat in pool.seats] == [True, False]


async def test_when_the_last_seat_has_ended_calls_are_told_so(tmp_path: Path) -> None:
    told: Told = []
    async with pooled(tmp_path) as (bank, pool):
        async with call_under_way(bank, pool, told) as nursery:
            nursery.start_soon(call, pool, told)
            await trio.testing.wait_all_tasks_blocked()
            bank.terminate(ReplyCode.SESSION_SUPERSEDED)
            for seat in pool.seats:
                await ended(seat)
        with pytest.raises(SessionEnded, match="said by the test"):
            await pool.freeze(195, 1)

        assert sorted(told, key=str) == [OutcomeUnknown, SessionEnded]


async def test_a_cancelled_call_is_taken_back_or_told_by_the_seat_that_sent_it(tmp_path: Path) -> None:
    async with pooled(tmp_path) as (bank, pool):
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pool.freeze, 195, 1)
            await bank.came(1)
            nursery.start_soon(pool.freeze, 195, 2)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        bank.speak()
        await pool.freeze(195, 3)

        assert [bank.ledger.applied_records(seat)["amount_fen"].tolist() for seat in (ONE, OTHER)] == [[1], [3]]
        assert [outcome.records["amount_fen"].tolist() for outcome in pool.recovered] == [[1]]
        assert [len(seat.recovered) for seat in pool.seats] == [1, 0]


async def test_what_is_pending_when_the_pool_is_left_was_not_sent(tmp_path: Path) -> None:
    told: Told = []
    async with trio.open_nursery() as callers, pooled(tmp_path) as (bank, pool):
        bank.is_deaf = True
        callers.start_soon(call, pool, told)
        await bank.came(1)
        for _ in range(3):
            callers.start_soon(call, pool, told)
        await trio.testing.wait_all_tasks_blocked()

    assert sent(bank) == [(ONE, 1)]
    assert sorted(told, key=str) == [OutcomeUnknown, SessionEnded, SessionEnded, SessionEnded]


@pytest.mark.parametrize("call_frames_max", [0, 65])
async def test_frames_under_way_are_within_limits(tmp_path: Path, call_frames_max: int) -> None:
    nowhere = FakeBank()
    nowhere.port = 1
    with pytest.raises(MisuseError, match=f"call_frames_max is {call_frames_max}, not within 1 to 64"):
        async with SeatPool.open([nowhere.settings(tmp_path, ONE)], call_frames_max):
            pass


async def test_a_pool_is_of_different_seats_of_one_party(tmp_path: Path) -> None:
    settings = FakeBank()
    settings.port = 1
    one = settings.settings(tmp_path, ONE)
    for wrong in ([], [one, one], [one, replace(settings.settings(tmp_path, OTHER), party=3)]):
        with pytest.raises(MisuseError, match="different seats of one party"):
            async with SeatPool.open(wrong):
                pass
