"""One gateway and one ledger over a real socket and a real journal: requests, repeats, queries, sessions."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.schema import Config
from ledger import service
from ledger.database.connections import connect
from ledger.journal.reader import JournalReader
from protocol.codes import ReplyCode
from protocol.frame import Frame, make_unsigned_frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.codec import decode_answer, decode_session, encode
from protocol.messages.control import ConfirmRoll, EndKey, OpenTradeDate, RegisterKey
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.gateway_link import SeatHead, SeatHeadQuery
from protocol.messages.queries import (
    BuyingPowerAnswer,
    BuyingPowerQuery,
    OutcomeAnswer,
    OutcomeQuery,
    TotalsAnswer,
    TotalsQuery,
)
from protocol.messages.session import Negotiate, NotApplied
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind
from tests.bank_seats import DAY_SEAT
from tests.ledger.world import (
    BALANCE_FEN,
    BROKER,
    CONTRACTS,
    DATE,
    LOADED,
    SEAT,
    SECOND_SEAT,
    RawGateway,
    as_builtins,
    block,
    codes,
    control,
    freezes,
    header,
    load_master_data,
    master_data,
    outcomes_of,
    query,
    serving,
    signed,
)

pytestmark = pytest.mark.postgres


def test_requests_are_decided_journaled_and_answered_in_order(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            assert gateway.registered is not None
            assert (gateway.registered.sequence, gateway.registered.trade_date) == (1, DATE)
            answers = await gateway.ask(*master_data())
            assert codes(answers) == [[ReplyCode.ACCEPTED]] * LOADED
            answers = await gateway.ask(
                block(SEAT, 1, freezes(3)), block(SECOND_SEAT, 1, freezes(1, BALANCE_FEN)), block(SEAT, 4, freezes(2))
            )
            refused = ReplyCode.FUNDS_FROZEN
            assert codes(answers) == [[0, 0, 0], [refused], [0, 0]]
            assert [answer.header.first_number for answer in answers] == [1, 1, 4]
            preamble, _outcomes = outcomes_of(answers[0])
            assert preamble.request_digest == block(SEAT, 1, freezes(3)).header.body_digest
            assert preamble.decided_at_ns == answers[0].header.sent_at_ns
            assert answers[0].header.key_id == 1
            await gateway.close()

    asyncio.run(story())


def test_a_repeat_gets_the_same_bytes_and_other_content_is_told(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            first = block(SEAT, 1, freezes(5))
            await load_master_data(gateway)
            original = (await gateway.ask(first))[0]
            # In one piece: a frame, its repeat, and the repeat of an earlier one.
            second = block(SEAT, 6, freezes(2))
            answers = await gateway.ask(second, second, first)
            assert answers[0].wire() == answers[1].wire()
            assert answers[2].wire() == original.wire()
            other, gap = await gateway.ask(block(SEAT, 1, freezes(5, 999)), block(SEAT, 9, freezes(1)))
            assert _refusal(other) == (ReplyCode.DUPLICATE_OTHER_CONTENT, 1, 8)
            assert _refusal(gap) == (ReplyCode.SEQUENCE_GAP, 9, 8)
            straddling = (await gateway.ask(block(SEAT, 7, freezes(2))))[0]
            assert _refusal(straddling) == (ReplyCode.SEQUENCE_STRADDLES, 7, 8)
            await gateway.close()
        async with serving(config):
            gateway = await RawGateway.register(config)
            assert (await gateway.ask(first))[0].wire() == original.wire()
            await gateway.close()

    asyncio.run(story())


def test_frames_under_way_when_the_link_breaks_are_answered_once_after_they_are_sent_again(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            frames = [block(SEAT, number, freezes(1)) for number in range(1, 201)]
            gateway.send(*frames)
            await gateway.receive()
            again = await RawGateway.register(config, (1, (await _digest(config, 1))))
            assert gateway.writer is not again.writer
            answers = await again.ask(*frames)
            assert [answer.header.first_number for answer in answers] == list(range(1, 201))
            assert [answer.header.kind for answer in answers] == [FrameKind.OUTCOMES] * 200
            totals = await _totals(again)
            assert totals.parties[1].amounts_fen[1] == 200 * 100
            await again.close()
            await gateway.close()

    asyncio.run(story())


def test_queries_see_everything_decided_before_them(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            numbers = [contract_no_from_index(0), 7]
            answers = await gateway.ask(
                block(SEAT, 1, freezes(2, 300)),
                query(SEAT, 77, BuyingPowerQuery(numbers)),
                query(SEAT, 78, OutcomeQuery(DATE, 2)),
                query(SEAT, 79, OutcomeQuery(DATE, 3)),
            )
            assert [answer.header.first_number for answer in answers] == [1, 77, 78, 79]
            power = decode_answer(answers[1].body)
            assert isinstance(power, BuyingPowerAnswer)
            assert [money.code for money in power.contracts] == [0, ReplyCode.CONTRACT_UNKNOWN]
            assert power.contracts[0].buying_power_fen == BALANCE_FEN - 300
            seen, unseen = (decode_answer(answer.body) for answer in answers[2:])
            assert isinstance(seen, OutcomeAnswer)
            assert (seen.seen, seen.code, seen.remaining_fen, seen.sequence) == (True, 0, 300, 2 + LOADED)
            assert as_builtins(unseen) == [44, False, 0, 0, 0, 0, 0]
            totals = await _totals(gateway)
            assert totals.parties[1].amounts_fen[:2] == (CONTRACTS * BALANCE_FEN, 600)
            await gateway.close()

    asyncio.run(story())


def test_a_session_version_grows_and_the_head_of_a_seat_is_told(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            head = header(FrameKind.NEGOTIATE, SEAT, 0)._replace(session_version=3)
            negotiate = signed(head, encode(Negotiate(bytes(16), "sdk")))
            asked = make_unsigned_frame(header(FrameKind.SEAT_HEAD_QUERY, SEAT, 0), encode(SeatHeadQuery()))
            answers = await gateway.ask(negotiate, negotiate, of_version(3, block(SEAT, 1, freezes(4))), asked)
            heads = [gateway.link_message(answer) for answer in (answers[0], answers[1], answers[3])]
            assert heads == [
                SeatHead(3, DATE, 1, ReplyCode.ACCEPTED, 2),
                SeatHead(3, DATE, 1, ReplyCode.SESSION_VERSION_NOT_GROWING, 2),
                SeatHead(3, DATE, 5, ReplyCode.ACCEPTED, 2),
            ]
            assert [answer.header.seat for answer in answers] == [SEAT] * 4
            await gateway.close()

    asyncio.run(story())


def test_a_new_frame_of_an_older_session_is_not_decided_and_a_repeat_of_it_is_answered(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            old = block(SEAT, 1, freezes(2))
            original = (await gateway.ask(old))[0]
            head = header(FrameKind.NEGOTIATE, SEAT, 0)._replace(session_version=2)
            await gateway.ask(signed(head, encode(Negotiate(bytes(16), "sdk"))))
            late, later, repeat = await gateway.ask(block(SEAT, 3, freezes(1)), block(SEAT, 4, freezes(1)), old)
            assert _refusal(late) == (ReplyCode.SESSION_SUPERSEDED, 3, 3)
            assert _refusal(later) == (ReplyCode.SESSION_SUPERSEDED, 4, 3)
            assert repeat.wire() == original.wire()
            bank = header(FrameKind.NEGOTIATE, DAY_SEAT, 0, party=BANK_PARTY)._replace(session_version=2)
            await gateway.ask(signed(bank, encode(Negotiate(bytes(16), "sdk"))))
            assert _refusal((await gateway.ask(control(1, OpenTradeDate(DATE + 1))))[0]) == (
                ReplyCode.SESSION_SUPERSEDED,
                1,
                1,
            )
            assert codes(await gateway.ask(of_version(2, block(SEAT, 3, freezes(1))))) == [[0]]
            await gateway.close()

    asyncio.run(story())


def test_repeats_of_closed_dates_are_answered_and_new_requests_for_them_are_not(config: Config) -> None:
    async def story() -> None:
        later = DATE + 1
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            old = block(SEAT, 1, freezes(2))
            original = (await gateway.ask(old))[0]
            roll = control(1, OpenTradeDate(later))
            rolled = (await gateway.ask(roll))[0]
            assert codes([rolled]) == [[ReplyCode.ACCEPTED]]
            repeats = await gateway.ask(old, roll)
            assert [answer.wire() for answer in repeats] == [original.wire(), rolled.wire()]
            new_for_old, too_early, other = await gateway.ask(
                block(SEAT, 3, freezes(1)), block(SEAT, 1, freezes(1), later + 1), block(SEAT, 1, freezes(2, 9))
            )
            assert _refusal(new_for_old) == (ReplyCode.WRONG_TRADE_DATE, 3, 1)
            assert _refusal(too_early) == (ReplyCode.WRONG_TRADE_DATE, 1, 1)
            assert _refusal(other) == (ReplyCode.DUPLICATE_OTHER_CONTENT, 1, 1)
            assert new_for_old.header.trade_date == later
            assert codes(await gateway.ask(block(SEAT, 1, freezes(1), later))) == [[0]]
            await gateway.close()
        async with serving(config):
            gateway = await RawGateway.register(config)
            assert (await gateway.ask(old))[0].wire() == original.wire()
            await gateway.close()

    asyncio.run(story())


def test_a_roll_is_confirmed_over_the_link_by_the_row_that_a_started_ledger_still_knows(config: Config) -> None:
    async def story() -> None:
        async with serving(config) as service:
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            roll = control(1, OpenTradeDate(DATE + 1))
            assert codes(await gateway.ask(roll)) == [[0]]
            sequence = service.pipeline.decider.book.roll_sequence
            said = ConfirmRoll(DATE + 1, sequence, 1, bytes(32))
            assert codes(await gateway.ask(control(1, said, DATE + 1))) == [[0]]
            await gateway.close()
        async with serving(config):
            gateway = await RawGateway.register(config)
            other = ConfirmRoll(DATE + 1, sequence + 1, 1, bytes(32))
            answers = await gateway.ask(control(2, said, DATE + 1), control(3, other, DATE + 1))
            assert codes(answers) == [[0], [ReplyCode.ROLL_UNKNOWN]]
            await gateway.close()

    asyncio.run(story())


def test_a_control_frame_that_is_no_message_burns_its_number(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            garbage = signed(header(FrameKind.CONTROL, BANK_SEAT, 1, 1, BANK_PARTY), b"garbage")
            answers = await gateway.ask(garbage, *master_data(first=2))
            assert codes(answers) == [[ReplyCode.REQUEST_MALFORMED]] + [[0]] * LOADED
            await gateway.close()

    asyncio.run(story())


def test_past_the_bound_the_gateway_is_not_read_and_later_everything_is_answered(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = 1024 * 1024
    monkeypatch.setattr(service, "UNDECIDED_BYTES_MAX", bound)
    monkeypatch.setattr(service, "UNDECIDED_BYTES_RESUME", bound // 2)

    async def story() -> None:
        async with serving(config) as running:
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            blocker = await connect(config.ledger.dsn, "blocker")
            locking = blocker.transaction()
            await locking.start()
            await blocker.execute("SELECT 1 FROM journal_head FOR UPDATE")
            frames = [block(SEAT, number, freezes(10)) for number in range(1, 20_001, 10)]
            gateway.send(*frames)
            while running.pipeline.undecided_bytes <= bound:
                await blocker.fetchval("SELECT 1")
            for _look in range(50):
                await blocker.fetchval("SELECT 1")
            assert bound < running.pipeline.undecided_bytes < 2 * bound  # one read of the socket may pass the bound
            await locking.commit()
            await blocker.close()
            for frame in frames:
                answer = await gateway.receive()
                assert answer.header.first_number == frame.header.first_number
            await gateway.close()

    asyncio.run(story())


def test_a_frame_that_no_gateway_may_forward_ends_the_link_and_decides_nothing(config: Config) -> None:
    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            gateway.send(block(SEAT, 1, freezes(1)), block(77, 1, freezes(1)))
            assert await gateway.has_ended()
            await gateway.close()
            stranger = await RawGateway.connect(config)
            stranger.send(block(SEAT, 1, freezes(1)))
            assert await stranger.has_ended()
            await stranger.close()
            again = await RawGateway.register(config)
            assert again.registered is not None
            assert again.registered.sequence == 1 + LOADED
            await again.close()

    asyncio.run(story())


def of_version(version: int, frame: Frame) -> Frame:
    """The frame as a session of another version sends it."""
    return signed(frame.header._replace(session_version=version), frame.body)


async def _totals(gateway: RawGateway) -> TotalsAnswer:
    answer = decode_answer((await gateway.ask(query(BANK_SEAT, 1, TotalsQuery(1), BANK_PARTY)))[0].body)
    assert isinstance(answer, TotalsAnswer)
    return answer


async def _digest(config: Config, sequence: int) -> bytes:
    reader = JournalReader(await connect(config.ledger.dsn, "test"))
    digest = await reader.digest_at(sequence)
    await reader.close()
    assert digest is not None
    return digest


def _refusal(frame: Frame) -> tuple[int, int, int]:
    assert frame.header.kind == FrameKind.NOT_APPLIED
    message = decode_session(frame.body)
    assert isinstance(message, NotApplied)
    assert frame.header.first_number == message.refused_number
    return message.code, message.refused_number, message.next_number


def test_what_was_signed_with_a_key_that_is_ended_meanwhile_is_not_decided(config: Config) -> None:
    """The gateway forwards a frame, the key is ended, then the frame's turn comes."""

    async def story() -> None:
        async with serving(config):
            gateway = await RawGateway.register(config)
            await load_master_data(gateway)
            public_key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
            await gateway.ask(control(LOADED + 1, RegisterKey(BROKER, 5, public_key, 0, 2**62, 0)))
            original = (await gateway.ask(block(SEAT, 1, freezes(1))))[0]
            assert codes([original]) == [[0]]
            assert codes(await gateway.ask(control(LOADED + 2, EndKey(BROKER, 5)))) == [[0]]
            suspend = signed(header(FrameKind.CONTROL, SEAT, 2, 1), encode(ChangeContract(98, 2)))
            answers = await gateway.ask(block(SEAT, 2, freezes(1)), suspend, block(SEAT, 1, freezes(1)))
            assert [_refusal(answer)[0] for answer in answers] == [ReplyCode.SIGNATURE_INVALID] * 3
            head = header(FrameKind.NEGOTIATE, SEAT, 0)._replace(session_version=2)
            told = gateway.link_message((await gateway.ask(signed(head, encode(Negotiate(bytes(16), "")))))[0])
            assert told == SeatHead(0, DATE, 2, int(ReplyCode.SIGNATURE_INVALID), 2)
            await gateway.close()

    asyncio.run(story())
