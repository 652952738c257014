"""A seat against a bank that misbehaves: nothing is lost, nothing is done twice, and no guess is told."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

from frontend_sim.practice.ledger import NEXT_TRADE_DATE, TRADE_DATE
from frontend_sim.practice.misdeeds import MISDEEDS, NEWER_OUTCOME, Plan, meaning
from protocol.client import Outcome, OutcomeUnknown, Seat, SeatSettings, SessionEnded
from protocol.codes import ReplyCode, burns_number, consumes_nothing, ends_link, retry_may_succeed
from tests.client.fake_bank import SEAT, FakeBank
from tests.client.line.test_seat import freezes

HEARTBEAT_NS = 100_000_000


def settings_of(bank: FakeBank, folder: Path) -> SeatSettings:
    """Settings of a seat that notices a silent bank soon."""
    return dataclasses.replace(bank.settings(folder), heartbeat_ns=HEARTBEAT_NS)


class Borne(NamedTuple):
    """What a seat makes of a misdeed that it bears: the links it took, and the outcome's trade date."""

    links: int
    trade_date: int = TRADE_DATE
    code: ReplyCode = ReplyCode.ACCEPTED


BORNE = {
    "busy": Borne(1),
    "draining": Borne(2),
    "stopping": Borne(2),
    "late-not-applied": Borne(1),
    "not-applied-after-outcomes": Borne(1),
    "replay": Borne(2),
    "replay-outcomes": Borne(1),
    "silence": Borne(2),
    "slow": Borne(1),
    "cut": Borne(2),
    "lost": Borne(2),
    "half-frame": Borne(2),
    "roll": Borne(1, NEXT_TRADE_DATE),
    "unknown-outcome": Borne(1, code=NEWER_OUTCOME),
    "unknown-refusal": Borne(1),
    "unknown-end": Borne(2),
    "wrong-digest": Borne(2),
    "wrong-count": Borne(2),
    "impossible-outcome": Borne(2),
    "untrue-gap": Borne(2),
    "untrue-date": Borne(2),
    "no-date": Borne(2),
    "huge-number": Borne(2),
    "wrong-signature": Borne(2),
    "wrong-body": Borne(2),
    "garbage": Borne(2),
}
ENDS = {
    "superseded": ReplyCode.SESSION_SUPERSEDED,
}


def test_every_misdeed_has_its_reaction_here_and_its_meaning() -> None:
    assert set(BORNE) | set(ENDS) == set(MISDEEDS)
    assert not set(BORNE) & set(ENDS)
    assert all(meaning(name) for name in MISDEEDS)


@pytest.mark.parametrize("name", list(BORNE))
async def test_what_a_seat_bears(tmp_path: Path, name: str) -> None:
    """The caller just waits longer; the request is applied once."""
    async with FakeBank.run() as bank, Seat.open(settings_of(bank, tmp_path)) as seat:
        bank.plan = Plan([name], times=1)
        outcome = await seat.freeze(195, 77)

        links, trade_date, code = BORNE[name]
        assert (outcome.code, outcome.key) == (code, (trade_date, SEAT, 1))
        assert seat.statistics().links == links
        assert bank.ledger.applied_records(SEAT)["amount_fen"].tolist() == [77]
        assert (await seat.freeze(195, 78)).key == (trade_date, SEAT, 2)


@pytest.mark.parametrize("name", list(BORNE))
async def test_frames_behind_the_one_that_is_befallen_keep_their_order(tmp_path: Path, name: str) -> None:
    async with FakeBank.run() as bank, Seat.open(settings_of(bank, tmp_path)) as seat:
        await seat.freeze(195, 1)
        bank.plan = Plan([name], times=1)
        async with trio.open_nursery() as nursery:
            for amount_fen in (2, 3, 4):
                nursery.start_soon(seat.submit_block, freezes(2, amount_fen))
                await trio.lowlevel.checkpoint()

        assert sorted(bank.ledger.applied_records(SEAT)["amount_fen"].tolist()) == [1, 2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize("name", list(ENDS))
async def test_what_ends_a_seat_leaves_the_order_unknown_and_the_next_process_is_told(
    tmp_path: Path, name: str
) -> None:
    async with FakeBank.run() as bank:
        async with Seat.open(settings_of(bank, tmp_path)) as seat:
            bank.plan = Plan([name], times=1)
            with pytest.raises(OutcomeUnknown):
                await seat.freeze(195, 77)
            with pytest.raises(SessionEnded) as told:
                await seat.freeze(195, 78)
            assert told.value.code is ENDS[name]

        async with Seat.open(settings_of(bank, tmp_path)) as seat:
            (left,) = seat.recovered
            assert (left.outcome.key(0), left.outcome.outcomes["code"].tolist()) == ((TRADE_DATE, SEAT, 1), [0])
        assert bank.ledger.applied_records(SEAT)["amount_fen"].tolist() == [77]


async def test_under_all_that_is_borne_at_once_everything_is_applied_once_in_order(tmp_path: Path) -> None:
    names = [name for name in BORNE if name not in ("silence", "unknown-refusal", "unknown-outcome")]
    async with FakeBank.run() as bank, Seat.open(settings_of(bank, tmp_path)) as seat:
        bank.plan = Plan(names, every=3, times=26, seed=7)
        told: list[Outcome] = []

        async def trade(first_fen: int) -> None:
            told.extend([await seat.freeze(195, amount_fen) for amount_fen in range(first_fen, first_fen + 20)])

        async with trio.open_nursery() as nursery:
            for dealer in range(3):
                nursery.start_soon(trade, 1_000 * (dealer + 1))

        amounts = sorted(bank.ledger.applied_records(SEAT)["amount_fen"].tolist())
        assert amounts == sorted(outcome.remaining_fen for outcome in told)
        assert amounts == [1_000 * dealer + place for dealer in (1, 2, 3) for place in range(20)]
        assert len({outcome.key for outcome in told}) == 60


async def test_a_code_that_is_newer_than_we_are_in_a_block_is_a_refusal(tmp_path: Path) -> None:
    async with FakeBank.run() as bank, Seat.open(settings_of(bank, tmp_path)) as seat:
        bank.plan = Plan(["unknown-outcome"], times=1)
        block = await seat.submit_block(freezes(3))

        assert block.outcomes["code"].tolist() == [799] * 3
        assert (await seat.freeze(195, 5)).number == 4


@pytest.mark.parametrize("name", ["wrong-digest", "garbage", "cut"])
async def test_a_plan_befalls_every_so_many_frames_and_so_many_times(tmp_path: Path, name: str) -> None:
    plan = Plan([name], every=3, times=2)
    assert [plan.next_misdeed() for _ in range(12)] == [None, None, name, None, None, name, *[None] * 6]


def test_a_plan_repeats_itself_by_seed_and_each_misdeed_comes_once_a_round() -> None:
    names = list(MISDEEDS)
    one, two, other = (Plan(names, seed=seed) for seed in (5, 5, 6))
    first = [one.next_misdeed() for _ in range(2 * len(names))]
    assert [two.next_misdeed() for _ in first] == first
    assert sorted(filter(None, first[: len(names)])) == sorted(names)
    assert [other.next_misdeed() for _ in first] != first


CLASSES: list[tuple[int, Callable[[ReplyCode], bool]]] = [
    (199, ends_link),
    (299, consumes_nothing),
    (300 + 499, burns_number),
    (2**15 - 1, burns_number),
]


@pytest.mark.parametrize(("number", "belongs"), CLASSES)
def test_the_class_of_a_newer_code_is_known(number: int, belongs: Callable[[ReplyCode], bool]) -> None:
    code = ReplyCode(number)

    assert code is ReplyCode(number)
    assert (code.name, int(code), code.is_listed) == (f"CODE_{number}", number, False)
    assert [check(code) for check in (ends_link, consumes_nothing, burns_number)].count(True) == 1
    assert belongs(code)
    assert retry_may_succeed(code) == (number < 300)
    assert code not in list(ReplyCode)


@pytest.mark.parametrize("number", [-1, 1, 99, 2**15])
def test_a_number_of_no_class_is_no_code(number: int) -> None:
    with pytest.raises(ValueError, match="is not a valid ReplyCode"):
        ReplyCode(number)
