"""Messages of clearing sets: their bounds, one field at a time, and the bytes of the largest."""

import hashlib
import struct
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from protocol.errors import PeerViolation
from protocol.limits import (
    ACT_BODY_BYTES_MAX,
    AMOUNT_FEN_MAX,
    ANSWER_BODY_BYTES_MAX,
    CORRECTIONS_PER_LIST_MAX,
    CORRECTIONS_TOLD_MAX,
    SETS_PER_LANE_MAX,
    SMALL_CONTROL_BODY_BYTES_MAX,
    TRADE_DATE_MAX,
)
from protocol.messages.base import NO_TAG, Message, may_be_large, tag_of
from protocol.messages.codec import decode_answer, decode_control, decode_query, encode
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    FinishSending,
    ListedCorrection,
    SetTotals,
    TellCorrections,
    WithdrawSet,
    list_digest,
)
from protocol.messages.fields import sum_from_fen
from protocol.messages.queries import SetAnswer, SetQuery

FULL = SetTotals([2**40] * 6, sum_from_fen(2**127 - 1), [sum_from_fen(-1)] * 5, sum_from_fen(-(2**127)), b"\xff" * 32)
ANNOUNCED = AnnounceSet(20_260_105, 1_767_600_000, NO_TOTALS)
ANSWER = SetAnswer(7, 20_260_105, 2, 1, NO_TOTALS, NO_TOTALS, 0, 0, 0, 0, 0, [0] * 4, 0)
LARGEST = (2**62, [2**62] * 4, 2**62)
TOO_MANY, TOO_FEW = [0] * 7, [0] * 5
SUM = bytes(16)


def test_the_largest_of_each_is_read_and_fits() -> None:
    largest = AnnounceSet(TRADE_DATE_MAX, 2**40, FULL)
    assert len(encode(largest)) <= SMALL_CONTROL_BODY_BYTES_MAX
    assert decode_control(encode(largest)) == largest
    answer = SetAnswer(2**62, TRADE_DATE_MAX, 15, SETS_PER_LANE_MAX, FULL, FULL, 2**62, 2**40, 2**40, 2**40, *LARGEST)
    assert len(encode(answer)) <= ANSWER_BODY_BYTES_MAX
    assert decode_answer(encode(answer)) == answer


def test_the_largest_lines_of_a_list_fit() -> None:
    line = ListedCorrection(2**62, *[AMOUNT_FEN_MAX] * 5)
    largest = TellCorrections(2**62, CORRECTIONS_PER_LIST_MAX - 1, [line] * CORRECTIONS_TOLD_MAX, b"\xff" * 32)
    assert len(encode(largest)) <= ACT_BODY_BYTES_MAX
    assert decode_control(encode(largest)) == largest
    assert may_be_large(encode(largest))
    assert not may_be_large(encode(CompleteSet(20_260_105, 1)))


def test_the_digest_of_a_list_is_proved_piece_by_piece() -> None:
    """H(line 1 ‖ H(line 2 ‖ 32 zeros)), each line six int64: the first piece is proved by the digest of the rest."""
    lines = [ListedCorrection(195, 1, 2, 1, 3, 4), ListedCorrection(292, 5, 6, 0, 7, 8)]
    last = hashlib.sha256(struct.pack("<6q", 292, 5, 6, 0, 7, 8) + bytes(32)).digest()
    assert list_digest(lines[1:]) == last
    assert list_digest(lines) == hashlib.sha256(struct.pack("<6q", 195, 1, 2, 1, 3, 4) + last).digest()
    assert list_digest(lines) == list_digest(lines[:1], rest=last)


@pytest.mark.parametrize(
    "wrong",
    [
        {"counts": TOO_MANY},
        {"counts": TOO_FEW},
        {"counts": [0, 0, 0, 0, 0, -1]},
        {"counts": [2**40 + 1, 0, 0, 0, 0, 0]},
        {"counts": [0, 0, 0, 0, 0, False]},
        {"turnover": bytes(15)},
        {"turnover": bytes(17)},
        {"turnover": 0},
        {"fees": [SUM] * 4},
        {"fees": [SUM] * 6},
        {"fees": [SUM, SUM, SUM, SUM, bytes(15)]},
        {"net": bytes(15)},
        {"net": -1},
        {"digest": bytes(31)},
        {"digest": bytes(33)},
    ],
    ids=str,
)
def test_totals_out_of_their_bounds_are_no_message(wrong: dict[str, Any]) -> None:
    totals = msgspec.structs.replace(NO_TOTALS, **wrong)
    refuses(decode_control, msgspec.structs.replace(ANNOUNCED, totals=totals))
    refuses(decode_answer, msgspec.structs.replace(ANSWER, announced=totals))
    refuses(decode_answer, msgspec.structs.replace(ANSWER, arrived=totals))


@pytest.mark.parametrize(
    ("decode", "message"),
    [
        (decode_control, msgspec.structs.replace(ANNOUNCED, declared_s=-1)),
        (decode_control, msgspec.structs.replace(ANNOUNCED, declared_s=2**40 + 1)),
        (decode_control, msgspec.structs.replace(ANNOUNCED, trade_date=TRADE_DATE_MAX + 1)),
        (decode_control, CompleteSet(20_260_105, 0)),
        (decode_control, CompleteSet(20_260_105, SETS_PER_LANE_MAX + 1)),
        (decode_control, WithdrawSet(20_260_105, 0)),
        (decode_control, WithdrawSet(20_260_105, SETS_PER_LANE_MAX + 1)),
        (decode_control, FinishSending(0)),
        (decode_control, NO_TOTALS),
        (decode_query, SetQuery(0, 0)),
        (decode_query, SetQuery(TRADE_DATE_MAX + 1, 0)),
        (decode_answer, msgspec.structs.replace(ANSWER, state=16)),
        (decode_answer, msgspec.structs.replace(ANSWER, state=-1)),
        (decode_answer, msgspec.structs.replace(ANSWER, number=SETS_PER_LANE_MAX + 1)),
        (decode_answer, msgspec.structs.replace(ANSWER, listed=-1)),
        (decode_answer, msgspec.structs.replace(ANSWER, first_late_s=-1)),
    ],
    ids=lambda each: str(each)[:60] if isinstance(each, Message) else "",
)
def test_a_field_out_of_its_bounds_is_no_message(decode: Callable[[bytes], Message], message: Message) -> None:
    refuses(decode, message)


def refuses(decode: Callable[[bytes], Message], message: Message) -> None:
    """Raises unless the bytes of `message` are refused."""
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        decode(encode(message))


@pytest.mark.parametrize("tag", [0, 80, 127, 128, 176, 255])
def test_the_tag_of_a_body_is_told_without_decoding_it(tag: int) -> None:
    body = msgspec.msgpack.encode([tag, 20260105])

    assert tag_of(body) == tag


@pytest.mark.parametrize(
    "body", [b"", b"\x91", b"\x91\xcc", b"\x91\xcd\x01\x00", b"\x91\xff", b"\xc1\x14\x00", b"\xdc\x00\x10"]
)
def test_what_begins_as_no_message_has_no_tag(body: bytes) -> None:
    assert tag_of(body) == NO_TAG
