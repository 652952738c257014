"""Bad frames and bad requests against the shipped gateway: each gets its ranked answer, and others are still served."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import trio

from config.keys import write_key_pair
from protocol.client import Seat, SessionEnded
from protocol.client.keys import load_signer
from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, NEGOTIATE_FRESH_NS
from protocol.messages.codec import encode
from protocol.messages.queries import TotalsQuery
from protocol.messages.session import Negotiate
from protocol.records import RECORD, RecordArray
from protocol.session.partner_events import NotAppliedReceived
from protocol.vocabulary import FrameKind, RecordKind
from tests.e2e.house import House
from tests.e2e.stranger import NONCE, Stranger, connect, freezes

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SEAT, FOREIGN_SEAT, HONEST_SEAT = 21, 31, 31
MakeBytes = Callable[[Stranger], bytes]


def negotiate(stranger: Stranger, **changed: int) -> bytes:
    """A logon frame with fields of its header changed."""
    return stranger.frame(FrameKind.NEGOTIATE, encode(Negotiate(NONCE, "stranger")), trade_date=0, **changed)


def block(stranger: Stranger, count: int = 1, first_number: int = 1, **changed: int) -> bytes:
    """A frame of freezes of an unknown contract with fields of its header changed."""
    fields = {"record_count": count, "first_number": first_number, **changed}
    return stranger.frame(FrameKind.RECORDS, freezes(1, count), **fields)


def with_other_body(frame: bytes) -> bytes:
    """The last byte of the body is not the one that was signed."""
    return frame[:-1] + bytes([frame[-1] ^ 1])


def with_other_signature(frame: bytes) -> bytes:
    """The first byte behind the header is not the one that was made."""
    return frame[:96] + bytes([frame[96] ^ 1]) + frame[97:]


BEFORE_LOGON: dict[str, tuple[MakeBytes, ReplyCode]] = {
    "not a frame": (lambda _: b"GET / HTTP/1.1\r\n" + b"\r\n" * 80, ReplyCode.MALFORMED_FRAME),
    "other version": (lambda s: negotiate(s, version=2), ReplyCode.MALFORMED_FRAME),
    "to the partner": (lambda s: negotiate(s, direction=2), ReplyCode.MALFORMED_FRAME),
    "gateway link kind": (lambda s: s.frame(FrameKind.REGISTER, b""), ReplyCode.MALFORMED_FRAME),
    "other signature": (lambda s: with_other_signature(negotiate(s)), ReplyCode.SIGNATURE_INVALID),
    "unknown party": (lambda s: negotiate(s, sender=999), ReplyCode.SIGNATURE_INVALID),
    "unknown key": (lambda s: negotiate(s, key_id=9), ReplyCode.SIGNATURE_INVALID),
    "foreign seat": (lambda s: negotiate(s, seat=FOREIGN_SEAT), ReplyCode.SIGNATURE_INVALID),
    "other body": (lambda s: with_other_body(negotiate(s)), ReplyCode.BODY_DIGEST_MISMATCH),
    "stale": (
        lambda s: negotiate(s, sent_at_ns=time.time_ns() - 2 * NEGOTIATE_FRESH_NS),
        ReplyCode.STALE_TIMESTAMP,
    ),
    "requests first": (lambda s: block(s, trade_date=20_260_105), ReplyCode.SESSION_UNKNOWN),
    "version not growing": (lambda s: negotiate(s, session_version=1), ReplyCode.SESSION_VERSION_NOT_GROWING),
}

AFTER_LOGON: dict[str, tuple[MakeBytes, ReplyCode]] = {
    "a broker asks for totals": (
        lambda s: s.frame(FrameKind.QUERY, encode(TotalsQuery(1)), first_number=1),
        ReplyCode.ROLE_FORBIDS,
    ),
    "older version": (lambda s: block(s, session_version=1), ReplyCode.SESSION_SUPERSEDED),
    "higher version": (lambda s: block(s, session_version=2**31 - 1), ReplyCode.SESSION_UNKNOWN),
    "no query": (lambda s: s.frame(FrameKind.QUERY, b"\x90", first_number=1), ReplyCode.MALFORMED_FRAME),
    "body not of its count": (lambda s: block(s, record_count=2), ReplyCode.MALFORMED_FRAME),
    "second seat on the link": (lambda s: block(s, seat=SEAT + 1), ReplyCode.SESSION_UNKNOWN),
}


@pytest.mark.parametrize("what", BEFORE_LOGON)
async def test_a_bad_logon_is_ended_with_its_reason(shared_house: House, what: str) -> None:
    make, code = BEFORE_LOGON[what]
    if code is ReplyCode.SESSION_VERSION_NOT_GROWING:
        before = await connect(shared_house, SEAT)
        await before.log_on()
        await before.stream.aclose()
    stranger = await connect(shared_house, SEAT)
    async with stranger.stream:
        stranger.session.negotiate(NONCE, time.time_ns())
        stranger.session.data_to_send()
        await stranger.stream.send_all(make(stranger))

        end = await stranger.hear_the_end()

    assert end is code


@pytest.mark.parametrize("what", AFTER_LOGON)
async def test_a_bad_frame_of_a_session_is_ended_with_its_reason(shared_house: House, what: str) -> None:
    make, code = AFTER_LOGON[what]
    stranger = await connect(shared_house, SEAT)
    async with stranger.stream:
        await stranger.log_on()
        await stranger.stream.send_all(make(stranger))

        end = await stranger.hear_the_end()

    assert end is code


async def test_a_gap_is_not_applied_and_the_session_goes_on(shared_house: House) -> None:
    stranger = await connect(shared_house, SEAT)
    async with stranger.stream:
        expected = (await stranger.log_on()).next_number
        await stranger.stream.send_all(block(stranger, first_number=expected + 10))

        answer = await stranger.next_event()

    assert isinstance(answer, NotAppliedReceived)
    assert answer.message.code == ReplyCode.SEQUENCE_GAP
    assert answer.message.next_number == expected


async def test_a_seat_with_a_key_that_is_not_registered_is_told_so(shared_house: House, tmp_path: Path) -> None:
    write_key_pair(tmp_path / "other.pem", "ed25519")
    known = await trio.to_thread.run_sync(shared_house.seat, SEAT)
    signer, outbox = load_signer(tmp_path / "other.pem", 1), tmp_path / "other.outbox"
    settings = replace(known, signer=signer, outbox=outbox, connect_attempts_max=2)

    with pytest.raises(SessionEnded) as ended:
        async with Seat.open(settings):
            pytest.fail("the seat was opened")

    # The bank cannot tell who asks, so its refusal names no logon: it is believed as a reason, not as an end for good.
    assert ended.value.code is ReplyCode.PEER_SILENT
    assert "no session in 2 attempts: TERMINATE SIGNATURE_INVALID" in str(ended.value)


@dataclass(frozen=True, slots=True)
class Request:
    """One record on the honest seat's contract: kind, fields changed, the code that it must get."""

    kind: int
    code: ReplyCode
    amount_fen: int = 100
    contract_no: int = 0
    target: tuple[int, int, int] = (0, 0, 0)
    trade_day: int = 0
    valid_until_ns: int = 0


REQUESTS = {
    "unknown kind": Request(77, ReplyCode.REQUEST_MALFORMED),
    "trade day of a freeze": Request(RecordKind.FREEZE, ReplyCode.REQUEST_MALFORMED, trade_day=1),
    "target in a freeze": Request(RecordKind.FREEZE, ReplyCode.REQUEST_MALFORMED, target=(20_260_105, 31, 1)),
    "a broker deposits": Request(RecordKind.DEPOSIT, ReplyCode.ROLE_FORBIDS),
    "too late": Request(RecordKind.FREEZE, ReplyCode.EXPIRED, valid_until_ns=1),
    "check digits": Request(RecordKind.FREEZE, ReplyCode.CONTRACT_UNKNOWN, contract_no=12_345),
    "nothing": Request(RecordKind.FREEZE, ReplyCode.AMOUNT_OUT_OF_RANGE, amount_fen=0),
    "negative": Request(RecordKind.FREEZE, ReplyCode.AMOUNT_OUT_OF_RANGE, amount_fen=-(2**62)),
    "beyond all": Request(RecordKind.FREEZE, ReplyCode.AMOUNT_OUT_OF_RANGE, amount_fen=AMOUNT_FEN_MAX + 1),
    "unknown freeze": Request(RecordKind.RELEASE, ReplyCode.FREEZE_UNKNOWN, target=(20_260_105, 31, 2**60)),
    "fill of nothing": Request(RecordKind.FILL_BUY, ReplyCode.LISTED, target=(20_260_105, 31, 2**60)),
    "not enough": Request(RecordKind.FREEZE, ReplyCode.INSUFFICIENT_FUNDS, amount_fen=AMOUNT_FEN_MAX),
    "good": Request(RecordKind.FREEZE, ReplyCode.ACCEPTED),
}


async def test_each_bad_request_gets_its_ranked_code(shared_house: House) -> None:
    contract_no = shared_house.contracts_of(HONEST_SEAT)[1]
    found = {}
    async with Seat.open(await trio.to_thread.run_sync(shared_house.seat, HONEST_SEAT)) as seat:
        for what, request in REQUESTS.items():
            answer = await seat.submit_block(record_of(request, contract_no), request.valid_until_ns)
            found[what] = ReplyCode(int(answer.outcomes["code"][0]))

    assert found == {what: request.code for what, request in REQUESTS.items()}


def record_of(request: Request, contract_no: int) -> RecordArray:
    """(1,) RECORD."""
    record = np.zeros(1, RECORD)
    record["kind"] = request.kind
    record["trade_day"] = request.trade_day
    record["contract_no"] = request.contract_no or contract_no
    record["amount_fen"] = request.amount_fen
    record["target_date"], record["target_seat"], record["target_number"] = request.target
    return record
