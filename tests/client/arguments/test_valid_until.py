"""Valid-until on single calls: a frame has one for all of its records, and no group of calls waits for ever.

Belongs here: which calls go together, and what the frame says. Never here: what the bank does with it (ledger.core).
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from protocol.client import Outcome, Seat, SyncSeat
from tests.client.fake_bank import FakeBank
from tests.client.line.test_seat import freezes, two_frames

NOON, ONE = 4 * 10**18, 5 * 10**18  # of a far day: nothing expires here


def sent(bank: FakeBank) -> list[tuple[int, int]]:
    """Valid-until and record count of every request frame, in order."""
    return [(frame.header.valid_until_ns, frame.header.record_count) for frame in bank.requests]


VERBS: list[Callable[[Seat, Outcome], Awaitable[object]]] = [
    lambda seat, frozen: seat.freeze(195, 1, valid_until_ns=NOON),
    lambda seat, frozen: seat.release(frozen, 195, 1, valid_until_ns=NOON),
    lambda seat, frozen: seat.fill_buy(frozen, 195, 1, valid_until_ns=NOON),
    lambda seat, frozen: seat.fill_sell(195, 1, valid_until_ns=NOON),
    lambda seat, frozen: seat.deposit(196, 1, valid_until_ns=NOON),
    lambda seat, frozen: seat.withdraw(196, 1, valid_until_ns=NOON),
    lambda seat, frozen: seat.submit(freezes(1), NOON),
    lambda seat, frozen: seat.submit_block(freezes(1), NOON),
    lambda seat, frozen: seat.freeze_block(freezes(1), NOON),
]


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_with_records_carries_it(
    tmp_path: Path, verb: Callable[[Seat, Outcome], Awaitable[object]]
) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await verb(seat, await seat.freeze(195, 5))

        assert sent(bank) == [(0, 1), (NOON, 1)]


async def test_a_blocking_seat_carries_it(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = bank.settings(tmp_path)

        def ask() -> None:
            with SyncSeat.open(settings) as seat:
                seat.freeze(195, 1, valid_until_ns=NOON)

        await trio.to_thread.run_sync(ask)

        assert sent(bank) == [(NOON, 1)]


async def test_calls_with_one_valid_until_go_together_and_groups_take_turns(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        amounts: dict[int, int] = {}

        async def call(amount_fen: int, until_ns: int) -> None:
            amounts[amount_fen] = (await seat.freeze(195, amount_fen, valid_until_ns=until_ns)).remaining_fen

        async with trio.open_nursery() as nursery:
            for index, until_ns in enumerate([NOON, ONE, NOON, 0, ONE, NOON, 0]):
                nursery.start_soon(call, index + 1, until_ns)

        assert sorted(sent(bank)) == [(0, 2), (NOON, 3), (ONE, 2)]
        assert amounts == {amount_fen: amount_fen for amount_fen in range(1, 8)}


async def test_a_group_that_is_never_empty_keeps_no_other_waiting(tmp_path: Path) -> None:
    """With credit for one record a frame, the group that came first would be taken again and again."""
    async with FakeBank.run(credit_records=1) as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(seat.freeze, 195, 1)
            await bank.came(1)
            nursery.start_soon(lambda: seat.freeze(195, 1, valid_until_ns=NOON))
            await trio.testing.wait_all_tasks_blocked()
            bank.speak()

        assert sent(bank)[:3] == [(0, 1), (0, 1), (NOON, 1)]
        assert sum(count for _until_ns, count in sent(bank)) == 6


async def test_a_call_that_is_taken_back_leaves_no_empty_group(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(two_frames(bank, tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            for count in (1, 2):
                nursery.start_soon(seat.freeze, 195, 1)
                await bank.came(count)
            async with trio.open_nursery() as taken_back:
                taken_back.start_soon(lambda: seat.freeze(195, 1, valid_until_ns=NOON))
                await trio.testing.wait_all_tasks_blocked()
                taken_back.cancel_scope.cancel()
            nursery.start_soon(lambda: seat.freeze(195, 1, valid_until_ns=ONE))
            await trio.testing.wait_all_tasks_blocked()
            bank.speak()

        assert sent(bank) == [(0, 1), (0, 1), (ONE, 1)]


async def test_a_repeat_carries_it_again(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.cut_before_answer = True
        await seat.freeze(195, 1, valid_until_ns=NOON)

        assert sent(bank) == [(NOON, 1), (NOON, 1)]
