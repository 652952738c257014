"""What a seat does when the line breaks, the bank is busy, the date is rolled, or somebody lies."""

import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from frontend_sim.practice.ledger import NEXT_TRADE_DATE, TRADE_DATE
from protocol.client import OutcomeUnknown, Seat, SessionEnded
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeContract
from tests.client.fake_bank import BANK_KEY_ID, SEAT, FakeBank
from tests.client.line.test_seat import freezes, two_frames


async def ended(seat: Seat) -> None:
    """Return when the seat knows that no session will come any more."""
    while seat.ended is None:
        await trio.testing.wait_all_tasks_blocked()


def applied(bank: FakeBank) -> list[int]:
    return [int(amount_fen) for amount_fen in bank.ledger.applied_records(SEAT)["amount_fen"]]


async def test_a_request_cut_off_before_its_answer_is_applied_once(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.cut_before_answer = True

        outcome = await seat.freeze(195, 77)

        assert (outcome.code, outcome.number, applied(bank)) == (ReplyCode.ACCEPTED, 1, [77])
        assert (seat.statistics().links, seat.statistics().frames_resent, bank.logons) == (2, 1, 1)


async def test_frames_under_way_when_the_line_breaks_go_again_in_order(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_deaf = True
        async with trio.open_nursery() as nursery:
            for amount_fen in range(1, 7):
                nursery.start_soon(seat.freeze_block, freezes(10, amount_fen))
                await bank.came(amount_fen)
            bank.is_deaf = False
            bank.cut()

        assert applied(bank) == [amount_fen for amount_fen in range(1, 7) for _ in range(10)]
        assert seat.next_number == 61


async def test_a_question_is_asked_again_on_the_next_link(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.is_silent_to_queries = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(seat.buying_power, [195])
            await bank.question_came.wait()
            bank.is_silent_to_queries = False
            bank.cut()

        assert seat.statistics().links == 2


async def test_a_busy_bank_is_asked_again_with_the_same_numbers(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await seat.freeze(195, 1)
        bank.busy_frames = 3
        async with trio.open_nursery() as nursery:
            for amount_fen in (2, 3, 4, 5):
                nursery.start_soon(seat.freeze_block, freezes(2, amount_fen))
                await trio.lowlevel.checkpoint()

        assert sorted(applied(bank)) == [1, 2, 2, 3, 3, 4, 4, 5, 5]
        assert (seat.next_number, seat.statistics().frames_renumbered) == (10, 0)
        assert (seat.statistics().links, seat.statistics().frames_not_applied >= 3) == (1, True)


async def test_the_date_is_rolled_under_a_seat(tmp_path: Path) -> None:
    """What was decided before the roll keeps its number, what was not gets one of the new date."""
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        before = await seat.freeze(195, 1)
        bank.is_deaf = True
        keys = []

        async def send(amount_fen: int) -> None:
            keys.append((amount_fen, (await seat.submit_block(freezes(1, amount_fen))).key(0)))

        async with trio.open_nursery() as nursery:
            for amount_fen in (2, 3, 4):
                nursery.start_soon(send, amount_fen)
                await bank.came(amount_fen)
            bank.speak_first(1)
            bank.ledger.roll()
            bank.speak()

        assert before.key == (TRADE_DATE, SEAT, 1)
        assert sorted(keys) == [
            (2, (TRADE_DATE, SEAT, 2)),
            (3, (NEXT_TRADE_DATE, SEAT, 1)),
            (4, (NEXT_TRADE_DATE, SEAT, 2)),
        ]
        assert applied(bank) == [1, 2, 3, 4]
        assert (await seat.freeze(195, 5)).key == (NEXT_TRADE_DATE, SEAT, 3)


async def test_the_date_is_rolled_while_the_line_is_down(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.cut_before_answer = True
        async with trio.open_nursery() as nursery:
            nursery.start_soon(seat.freeze_block, freezes(2, 1))
            await bank.came(1)
            bank.ledger.roll()

        assert (await seat.freeze(195, 2)).key == (NEXT_TRADE_DATE, SEAT, 1)
        assert applied(bank) == [1, 1, 2]


async def test_what_an_earlier_process_did_not_bring_in_before_the_roll_is_told_and_not_sent_anew(
    tmp_path: Path,
) -> None:
    async with FakeBank.run() as bank:
        bank.is_deaf = True
        async with Seat.open(two_frames(bank, tmp_path)) as seat, trio.open_nursery() as nursery:
            nursery.start_soon(seat.freeze, 195, 1)
            await bank.came(1)
            nursery.start_soon(seat.freeze, 195, 2)
            await bank.came(2)
            bank.speak_first(1)  # decided, and the link is gone before it is said
            nursery.cancel_scope.cancel()
        bank.is_deaf = False
        bank.ledger.roll()

        async with Seat.open(bank.settings(tmp_path)) as seat:
            codes = [left.outcome.outcomes["code"].tolist() for left in seat.recovered]
            keys = [left.outcome.key(0) for left in seat.recovered]
            assert codes[-1] == [ReplyCode.WRONG_TRADE_DATE]
            assert keys[-1] == (TRADE_DATE, SEAT, 0)
            assert (await seat.freeze(195, 3)).key == (NEXT_TRADE_DATE, SEAT, 1)
        assert applied(bank) == [1, 3]


async def test_a_full_seat_is_told_as_a_refusal(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.ledger.is_full = True
        full = await seat.freeze(195, 1)
        block = await seat.submit_block(freezes(3))
        bank.ledger.is_full = False

        assert (full.code, full.number, full.sequence) == (ReplyCode.SEAT_DATE_FULL, 0, 0)
        assert block.outcomes["code"].tolist() == [ReplyCode.SEAT_DATE_FULL] * 3
        assert (await seat.freeze(195, 2)).number == 1


@pytest.mark.parametrize("code", [ReplyCode.STOPPING, ReplyCode.REPLIES_UNREAD, ReplyCode.PEER_SILENT])
async def test_an_end_that_heals_is_healed(tmp_path: Path, code: ReplyCode) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.terminate(code)

        assert (await seat.freeze(195, 1)).accepted
        assert (seat.statistics().links, bank.logons) == (2, 1)


async def test_an_unknown_session_is_negotiated_anew(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.terminate(ReplyCode.SESSION_UNKNOWN)

        assert (await seat.freeze(195, 1)).accepted
        assert (bank.logons, bank.ledger.seats[SEAT].session_version) == (2, 2)


async def test_a_version_in_use_is_passed(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.ledger.seats[SEAT].session_version = 9
        async with Seat.open(bank.settings(tmp_path)):
            assert bank.ledger.seats[SEAT].session_version == 10


Verb = Callable[[Seat], Awaitable[object]]


@pytest.mark.parametrize(
    "verb",
    [
        lambda seat: seat.freeze(195, 1),
        lambda seat: seat.freeze_block(freezes(2)),
        lambda seat: seat.control(ChangeContract(195, 2)),
        lambda seat: seat.buying_power([195]),
    ],
)
async def test_an_end_that_does_not_heal_is_told_to_every_later_caller(tmp_path: Path, verb: Verb) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.terminate(ReplyCode.SESSION_SUPERSEDED)
        await ended(seat)

        with pytest.raises(SessionEnded, match="SESSION_SUPERSEDED: said by the test") as told:
            await verb(seat)
        assert told.value.code is ReplyCode.SESSION_SUPERSEDED


async def test_what_was_sent_when_the_session_ended_is_unknown_and_what_was_not_is_not_sent(tmp_path: Path) -> None:
    """The next process is told what became of it."""
    async with FakeBank.run() as bank:
        told: list[str] = []

        async def call(seat: Seat, amount_fen: int) -> None:
            try:
                await seat.freeze(195, amount_fen)
            except (OutcomeUnknown, SessionEnded) as error:
                told.append(f"{amount_fen}: {error}")

        async with Seat.open(two_frames(bank, tmp_path)) as seat, trio.open_nursery() as nursery:
            bank.is_deaf = True
            for amount_fen in (1, 2, 3):
                nursery.start_soon(call, seat, amount_fen)
                await bank.came(min(amount_fen, 2))
                await trio.testing.wait_all_tasks_blocked()
            bank.terminate(ReplyCode.SESSION_SUPERSEDED)
        bank.speak()

        assert sorted(told) == [
            f"1: no answer yet to 1 from number 1 of {TRADE_DATE}",
            f"2: no answer yet to 1 from number 2 of {TRADE_DATE}",
            "3: SESSION_SUPERSEDED: said by the test",
        ]
        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert [left.outcome.key(0).number for left in seat.recovered] == [1, 2]
            assert [left.records["amount_fen"].tolist() for left in seat.recovered] == [[1], [2]]
        assert applied(bank) == [1, 2]


async def test_a_control_left_behind_is_recovered(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.is_deaf = True
        async with Seat.open(bank.settings(tmp_path)) as seat, trio.open_nursery() as nursery:
            nursery.start_soon(seat.control, ChangeContract(195, 2))
            await bank.came(1)
            nursery.cancel_scope.cancel()
        bank.is_deaf = False

        async with Seat.open(bank.settings(tmp_path)) as seat:
            (left,) = seat.recovered
            assert (len(left.records), left.control, left.outcome.outcomes["code"].tolist()) == (
                0,
                bank.requests[0].body,
                [0],
            )


async def test_a_bank_with_another_key_is_not_believed(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = bank.settings(tmp_path)
        (verifier,) = settings.bank_verifiers.values()
        strange = dataclasses.replace(settings, bank_verifiers={99: verifier})

        line = f"SIGNATURE_INVALID: 5 times in a row: signed with key id {BANK_KEY_ID}; bank keys that we know: 99"
        with pytest.raises(SessionEnded, match=line):
            async with Seat.open(strange):
                raise AssertionError("nothing of this bank can be verified")


async def test_a_bank_that_cannot_be_reached_is_given_up_after_the_attempts_set(tmp_path: Path) -> None:
    bank = FakeBank()
    async with FakeBank.run() as gone:
        bank.port = gone.port
    settings = dataclasses.replace(bank.settings(tmp_path), connect_attempts_max=3)

    with pytest.raises(SessionEnded, match=r"PEER_SILENT: no session in 3 attempts: 127\.0\.0\.1"):
        async with Seat.open(settings):
            raise AssertionError("nobody listens")


async def test_an_idle_link_lives_by_heartbeats(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = dataclasses.replace(bank.settings(tmp_path), heartbeat_ns=100_000_000)
        async with Seat.open(settings) as seat:
            await bank.heartbeats_came(2)

            assert seat.statistics().links == 1
