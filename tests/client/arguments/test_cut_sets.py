"""A clearing set as a client adds it up and cuts it, against the words of the protocol: by line, and by frame."""

import hashlib

import numpy as np
import pytest

from protocol.client import totals_of_set
from protocol.client.clearing.sending import is_as_sent
from protocol.client.line.calls import KnownDigests
from protocol.errors import MisuseError
from protocol.kinds import FEE_FIELDS, LINE_KINDS
from protocol.messages.fields import fen_from_sum
from protocol.records import RECORD, RecordArray
from protocol.vocabulary import RecordKind

HAVE_FEES = (RecordKind.CLEAR_BUY, RecordKind.CLEAR_SELL)
HAVE_AMOUNT = (*HAVE_FEES, RecordKind.CLEAR_DIVIDEND, RecordKind.CLEAR_REFUND)
SMALL, LARGE = 1_024, 8_192  # records of a frame while the market is open, and after its close


def lines_of(count: int, seed: int) -> RecordArray:
    """Lines of all kinds, mixed, every byte of them drawn: amounts and fees as large as they can be written."""
    rng = np.random.default_rng(seed)
    lines = np.frombuffer(rng.bytes(count * RECORD.itemsize), RECORD).copy()
    lines["kind"] = rng.choice(list(map(int, LINE_KINDS)), count)
    return lines


def digest_of(lines: RecordArray, frame_records: int) -> bytes:
    """SHA-256 of the one before it and of a frame's own, from 32 zeros on."""
    digest = bytes(32)
    for start in range(0, len(lines), frame_records):
        body = lines[start : start + frame_records].tobytes()
        digest = hashlib.sha256(digest + hashlib.sha256(body).digest()).digest()
    return digest


@pytest.mark.parametrize("count", [0, 1, 4_096, 9_001])
def test_totals_are_those_of_its_lines_one_by_one(count: int) -> None:
    """Sums pass 64 bits here, and are exact."""
    lines = lines_of(count, seed=count)
    names = ("kind", "amount_fen", "commission_fen", *FEE_FIELDS)
    counts, turnover_fen, fees_fen, net_fen = [0] * len(LINE_KINDS), 0, [0] * 5, 0
    for kind, amount_fen, *fees in zip(*(lines[name].tolist() for name in names), strict=True):
        counts[kind - LINE_KINDS[0]] += 1
        turnover_fen += amount_fen if kind in HAVE_AMOUNT else 0
        own = fees if kind in HAVE_FEES else [fees[0], 0, 0, 0, 0] if kind == RecordKind.CLEAR_DIVIDEND else [0] * 5
        fees_fen = [had + more for had, more in zip(fees_fen, own, strict=True)]
        sign = -1 if kind == RecordKind.CLEAR_BUY else int(kind in HAVE_AMOUNT)
        net_fen += sign * amount_fen - sum(own)

    totals = totals_of_set(lines)

    assert totals.counts == counts
    assert fen_from_sum(totals.turnover) == turnover_fen
    assert [fen_from_sum(fen) for fen in totals.fees] == fees_fen
    assert fen_from_sum(totals.net) == net_fen
    assert totals.digest == digest_of(lines, LARGE)


@pytest.mark.parametrize("kind", [RecordKind.CLEAR_ORDER - 1, RecordKind.CLEAR_CONTRACT + 1])
def test_what_is_no_line_is_told_wherever_it_stands(kind: int) -> None:
    lines = lines_of(5_000, seed=1)
    lines["kind"][-1] = kind

    with pytest.raises(MisuseError):
        totals_of_set(lines)


@pytest.mark.parametrize("frame_records", [SMALL, LARGE])
def test_a_set_is_known_again_however_its_frames_were_cut(frame_records: int) -> None:
    lines = lines_of(9_001, seed=2)
    announced = totals_of_set(lines, frame_records)
    assert announced.digest == digest_of(lines, frame_records)

    assert is_as_sent(announced, lines, 65_536)
    assert not is_as_sent(totals_of_set(lines, 4_096), lines, 65_536)  # a cut that nobody sends
    assert not is_as_sent(announced, lines[:-1], 65_536)
    other = lines.copy()
    other["partner_ref"][0] = b"\1" * 8  # the same totals, other bytes
    assert not is_as_sent(announced, other, 65_536)


def test_a_known_digest_is_of_exactly_that_frame() -> None:
    """Of 640 bytes in frames of 256 there are frames at 0 and 256, and a short one at 512."""
    known = KnownDigests(256, [b"a", b"b", b"c"])

    assert [known.of(0, 256, 640), known.of(256, 256, 640), known.of(512, 128, 640)] == [b"a", b"b", b"c"]
    # Cut in another way, because the bank grants less: nothing is known of those.
    assert [known.of(0, 128, 640), known.of(128, 256, 640), known.of(256, 384, 640), known.of(0, 640, 640)] == [b""] * 4
