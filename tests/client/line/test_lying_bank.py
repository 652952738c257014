"""A seat against a bank that signs what cannot be true, and against a line that changes what the bank says.

Belongs here: what is told at logon, in answers and without end. Never here: one misdeed to one request
(test_misbehaving_bank), refusals by words that name no logon (test_door).
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from frontend_sim.practice.ledger import TRADE_DATE
from frontend_sim.practice.misdeeds import Plan
from protocol.client import Seat, SessionEnded
from protocol.client.outbox.outbox import Outbox
from protocol.client.seat import REFUSALS_AT_THE_DOOR
from protocol.codes import ReplyCode
from protocol.frame import Frame
from protocol.header import Header
from protocol.limits import SESSION_VERSION_MAX
from protocol.messages.base import Message
from protocol.messages.gateway_link import SeatHead
from protocol.messages.queries import BuyingPowerAnswer, ContractMoney, OutcomeAnswer, QueryMessage, TotalsAnswer
from tests.client.fake_bank import BROKER, SEAT, FakeBank

ROUNDS = 8
CONTRACT = 195


def kept_version(bank: FakeBank, folder: Path) -> int:
    settings = bank.settings(folder)
    outbox = Outbox.open(settings.outbox, BROKER, SEAT, records_max=settings.outbox_records)
    try:
        return outbox.session_version
    finally:
        outbox.close()


@pytest.mark.parametrize("told", [SESSION_VERSION_MAX, 2**62, 0])
async def test_a_version_in_force_that_cannot_be_is_not_kept_and_the_seat_opens_afterwards(
    tmp_path: Path, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeBank.run() as bank:
        with monkeypatch.context() as lying:
            head = SeatHead(told, TRADE_DATE, 1, int(ReplyCode.SESSION_VERSION_NOT_GROWING))
            lying.setattr(bank.ledger, "negotiate", lambda _header: head)
            with pytest.raises(SessionEnded, match=f"{REFUSALS_AT_THE_DOOR} times in a row"):
                async with Seat.open(bank.settings(tmp_path)):
                    raise AssertionError("no such version is in force")
        assert kept_version(bank, tmp_path) == 1

        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert (await seat.freeze(CONTRACT, 77)).accepted


@pytest.mark.parametrize("in_force", [0, 5])
async def test_an_outbox_that_holds_the_last_version_opens(tmp_path: Path, in_force: int) -> None:
    async with FakeBank.run() as bank:
        bank.ledger.seats[SEAT].session_version = in_force
        settings = bank.settings(tmp_path)
        outbox = Outbox.open(settings.outbox, BROKER, SEAT, records_max=settings.outbox_records)
        outbox.keep_session(SESSION_VERSION_MAX, TRADE_DATE)
        outbox.close()

        async with Seat.open(settings) as seat:
            assert (await seat.freeze(CONTRACT, 77)).accepted
        assert kept_version(bank, tmp_path) == in_force + 1


@pytest.mark.parametrize(
    ("trade_date", "next_number"), [(0, 1), (2**31 - 1, 1), (20_261_301, 1), (TRADE_DATE, 2**62), (TRADE_DATE, 2**63)]
)
async def test_a_head_that_cannot_be_ends_the_opening_with_its_reason_and_damages_nothing(
    tmp_path: Path, trade_date: int, next_number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeBank.run() as bank:
        with monkeypatch.context() as lying:
            lying.setattr(bank.ledger, "head", lambda _seat: SeatHead(1, trade_date, next_number, 0))
            with pytest.raises(SessionEnded, match=f"MALFORMED_FRAME: {REFUSALS_AT_THE_DOOR} times in a row"):
                async with Seat.open(bank.settings(tmp_path)):
                    raise AssertionError("no such head is")

        async with Seat.open(bank.settings(tmp_path)) as seat:
            assert (await seat.freeze(CONTRACT, 77)).key == (TRADE_DATE, SEAT, 1)


@pytest.mark.parametrize("name", ["garbage", "wrong-signature", "wrong-body", "wrong-digest", "untrue-gap"])
async def test_no_number_of_broken_frames_ends_an_open_seat(tmp_path: Path, name: str) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        bank.plan = Plan([name], times=3 * REFUSALS_AT_THE_DOOR)

        assert (await seat.freeze(CONTRACT, 77)).accepted
        assert seat.statistics().links == 3 * REFUSALS_AT_THE_DOOR + 1
        assert bank.ledger.applied_records(SEAT)["amount_fen"].tolist() == [77]


@pytest.mark.parametrize("code", ["MALFORMED_FRAME", "SIGNATURE_INVALID", "BODY_DIGEST_MISMATCH"])
async def test_bytes_of_ours_that_are_changed_on_the_line_end_no_open_seat(tmp_path: Path, code: str) -> None:
    """The bank then says so, signed, of this very link."""
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        for links in range(1, 2 * REFUSALS_AT_THE_DOOR):
            assert (await seat.freeze(CONTRACT, 77)).accepted
            assert seat.statistics().links == links
            bank.terminate(ReplyCode[code])

        assert seat.ended is None


async def test_a_seat_that_is_opened_gives_up_on_broken_answers_to_what_was_left(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        bank.is_deaf = True
        async with Seat.open(bank.settings(tmp_path)) as seat, trio.open_nursery() as nursery:
            nursery.start_soon(seat.freeze, CONTRACT, 77)
            await bank.came(1)
            nursery.cancel_scope.cancel()
        bank.is_deaf = False
        bank.plan = Plan(["wrong-digest"])

        with pytest.raises(SessionEnded, match=f"BODY_DIGEST_MISMATCH: {REFUSALS_AT_THE_DOOR} times in a row"):
            async with Seat.open(bank.settings(tmp_path)):
                raise AssertionError("what was left is not answered")
        bank.plan = None
        async with Seat.open(bank.settings(tmp_path)) as seat:
            (left,) = seat.recovered
            assert left.outcome.outcomes["code"].tolist() == [0]


async def test_links_on_which_something_is_wrong_are_made_ever_more_slowly_whatever_else_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []

    def pause(_seat: Seat, failures: int) -> int:
        pauses.append(failures)
        return 0

    monkeypatch.setattr(Seat, "_pause_ns", pause)
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        for _ in range(4):
            bank.plan = None
            assert (await seat.freeze(CONTRACT, 1)).accepted
            bank.plan = Plan(["garbage"], times=1)
            assert (await seat.freeze(CONTRACT, 1)).accepted

        assert pauses == [1, 2, 3, 4]


def rolling(bank: FakeBank) -> Callable[..., object]:
    """A ledger that has rolled again whenever a request comes, for some rounds."""
    honest, rolls = bank.ledger.take, list(range(ROUNDS))

    def take(frame: Frame, decided_at_ns: int) -> object:
        if not rolls:
            return honest(frame, decided_at_ns)
        rolls.pop()
        bank.ledger.roll()
        return bank.ledger.refuse(frame.header, ReplyCode.WRONG_TRADE_DATE)

    return take


@pytest.mark.parametrize("name", ["busy", "unknown-refusal", "rolls"])
async def test_rounds_without_an_outcome_come_ever_more_slowly_whatever_is_told(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeBank.run() as bank:
        settings = dataclasses.replace(bank.settings(tmp_path), backoff_first_ns=2_000_000, backoff_last_ns=16_000_000)
        async with Seat.open(settings) as seat:
            bank.retry_ns = 1  # told, and far too short
            if name == "rolls":
                monkeypatch.setattr(bank.ledger, "take", rolling(bank))
            else:
                bank.plan = Plan([name], times=ROUNDS)
            begun_at = trio.current_time()
            outcome = await seat.freeze(CONTRACT, 77)

            assert outcome.accepted
            assert trio.current_time() - begun_at >= (0 + 2 + 4 + 8 + 16 * (ROUNDS - 4)) / 1e3
            assert seat._traffic._rounds_refused == 0


async def test_the_first_round_goes_back_at_once(tmp_path: Path) -> None:
    async with FakeBank.run() as bank:
        settings = dataclasses.replace(bank.settings(tmp_path), backoff_first_ns=10**9, backoff_last_ns=10**9)
        async with Seat.open(settings) as seat:
            begun_at = trio.current_time()
            for _ in range(5):
                bank.ledger.roll()
                assert (await seat.freeze(CONTRACT, 77)).accepted
            bank.ledger.is_full = True
            for _ in range(5):
                assert (await seat.freeze(CONTRACT, 77)).code is ReplyCode.SEAT_DATE_FULL
            assert trio.current_time() - begun_at < 1


def shorter(query: QueryMessage, answer: Message) -> Message:
    assert isinstance(answer, BuyingPowerAnswer)
    return BuyingPowerAnswer(answer.as_of_sequence, answer.contracts[:-1])


def of_another(query: QueryMessage, answer: Message) -> Message:
    assert isinstance(answer, BuyingPowerAnswer)
    return BuyingPowerAnswer(answer.as_of_sequence, [ContractMoney(98, 0, 2, 5, 5)] * len(answer.contracts))


def of_another_kind(query: QueryMessage, answer: Message) -> Message:
    return TotalsAnswer(1, True, [])


def of_another_class(query: QueryMessage, answer: Message) -> Message:
    return OutcomeAnswer(False, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("lie", [shorter, of_another, of_another_kind, of_another_class])
async def test_a_question_that_was_answered_wrongly_is_asked_again_on_the_next_link(
    tmp_path: Path, lie: Callable[[QueryMessage, Message], Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        honest, lies = bank.ledger.query, [lie] * 2

        def answer(header: Header, query: QueryMessage) -> Message:
            told = honest(header, query)
            return lies.pop()(query, told) if lies else told

        monkeypatch.setattr(bank.ledger, "query", answer)
        told = await seat.buying_power([CONTRACT, CONTRACT])

        assert [money.contract_no for money in told.contracts] == [CONTRACT] * 2
        assert seat.statistics().links == 3
        assert seat.ended is None


@pytest.mark.parametrize(
    "told",
    [
        OutcomeAnswer(False, 0, 1, 0, 0, 0),
        OutcomeAnswer(True, 0, 1, 5, 0, 0),
        OutcomeAnswer(True, 0, 2, 5, 1, 1),
        OutcomeAnswer(True, 420, 1, 0, 1, 1),
        OutcomeAnswer(True, 420, 1, 5, 1, 1),
        OutcomeAnswer(True, 0, 3, 0, 1, 1),
        OutcomeAnswer(True, 520, 3, 196, 1, 1),
    ],
)
async def test_an_answer_that_contradicts_itself_is_none(
    tmp_path: Path, told: OutcomeAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeBank.run() as bank, Seat.open(bank.settings(tmp_path)) as seat:
        await seat.freeze(CONTRACT, 77)
        honest, lies = bank.ledger.query, [told]
        monkeypatch.setattr(bank.ledger, "query", lambda header, query: lies.pop() if lies else honest(header, query))

        assert (await seat.outcome_of(TRADE_DATE, 1)).remaining_fen == 77
        assert seat.statistics().links == 2
