"""A seat whose machine's clock is wrong and put right: true UTC for logons and requests, elapsed time for the rest."""

import time
from collections.abc import Callable
from pathlib import Path

import trio
import trio.testing

from frontend_sim.practice.ledger import NEXT_TRADE_DATE
from protocol.client import Seat
from protocol.codes import ReplyCode
from tests.client.fake_bank import SEAT, FakeBank

HOUR_NS = 3_600 * 10**9


class SteppedClock:
    """The machine's clocks, the wall clock off by `ahead_ns`."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def elapsed_ns(self) -> int:
        return time.monotonic_ns()

    def utc_offset_ns(self) -> int:
        return time.time_ns() - time.monotonic_ns() + self.ahead_ns


async def until(holds: Callable[[], bool]) -> None:
    """Return when it holds."""
    while not holds():
        await trio.testing.wait_all_tasks_blocked()


async def test_a_clock_that_was_ahead_is_put_right_and_the_seat_logs_on_at_once(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path), clock) as seat:
        clock.ahead_ns = HOUR_NS
        bank.cut()
        await until(lambda: bank.violations[ReplyCode.STALE_TIMESTAMP] > 0)  # it comes again while its clock is wrong
        clock.ahead_ns = 0

        assert (await seat.freeze(195, 77)).code == ReplyCode.ACCEPTED
        assert seat.statistics().links == 2


async def test_a_request_of_a_clock_that_is_off_is_told_and_goes_again_once_it_is_right(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with (
        FakeBank.run() as bank,
        Seat.open(bank.settings(tmp_path), clock) as seat,
        trio.open_nursery() as nursery,
    ):
        clock.ahead_ns = -HOUR_NS
        nursery.start_soon(seat.freeze, 195, 77)
        await until(lambda: seat.statistics().frames_not_applied > 0)
        assert bank.requests_count == 0
        clock.ahead_ns = 0
        with trio.fail_after(5):
            assert (await seat.freeze(195, 78)).code == ReplyCode.ACCEPTED

        assert bank.ledger.applied_records(SEAT)["amount_fen"].tolist() == [77, 78]
        assert seat.statistics().links == 1


async def test_an_idle_seat_hears_of_the_roll(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        assert (await seat.freeze(195, 77)).number == 1
        bank.roll()
        await until(lambda: seat.trade_date == NEXT_TRADE_DATE)
        assert seat.next_number == 1
        outcome = await seat.freeze(195, 78)

        assert (outcome.code, outcome.trade_date, outcome.number) == (ReplyCode.ACCEPTED, NEXT_TRADE_DATE, 1)
        assert (seat.statistics().frames_not_applied, seat.statistics().links) == (0, 1)


async def test_an_outbox_far_above_the_bank_comes_down_to_it(tmp_path: Path) -> None:
    """Its version is from another bank, say: the one in force is told, and the next one is asked for."""
    async with FakeBank.run() as bank:
        bank.ledger.seats[SEAT].session_version = 9_000
        async with Seat.open(bank.settings(tmp_path)):
            pass
        bank.ledger.seats[SEAT].session_version = 3
        async with Seat.open(bank.settings(tmp_path)):
            assert bank.ledger.seats[SEAT].session_version == 4
