"""What an outbox holds can be sent; what one of before holds and cannot be is told, and the rest is sent.

Belongs here: the bounds of what is kept, against those of the wire. Never here: arguments of verbs (test_arguments).
"""

import hashlib
import itertools
from pathlib import Path

import pytest

from frontend_sim.practice.ledger import TRADE_DATE
from protocol.client import Seat
from protocol.client.outbox import outbox as outbox_module
from protocol.client.outbox.outbox import Outbox
from protocol.client.outbox.sendable import why_unsendable
from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.frame import make_unsigned_frame
from protocol.header import new_header, unpack_header
from protocol.limits import CONTROL_BODY_BYTES_MAX, FRAME_RECORDS_MAX, REQUEST_NUMBER_MAX
from protocol.messages.codec import encode
from protocol.messages.customers.accounts import ChangeContract
from protocol.vocabulary import Direction, FrameKind
from tests.client.fake_bank import BROKER, SEAT, FakeBank
from tests.client.line.test_links import applied
from tests.client.line.test_seat import freezes

Shape = tuple[int, int, int, int, int, int]  # kind, trade date, first number, record count, valid-until, body bytes


def grid() -> list[Shape]:
    """Shapes of frames around every bound."""
    kinds = [FrameKind.RECORDS, FrameKind.CONTROL]
    numbers = [-1, 0, 1, REQUEST_NUMBER_MAX, REQUEST_NUMBER_MAX + 1]
    sizes = [(-1, 64), (0, 0), (1, 0), (1, 63), (1, 64), (2, 64), (1, CONTROL_BODY_BYTES_MAX)]
    sizes += [(1, CONTROL_BODY_BYTES_MAX + 1), (FRAME_RECORDS_MAX, FRAME_RECORDS_MAX * 64)]
    sizes += [(FRAME_RECORDS_MAX + 1, (FRAME_RECORDS_MAX + 1) * 64)]
    return [
        (kind, TRADE_DATE, number, count, until_ns, size_bytes)
        for kind, number, (count, size_bytes), until_ns in itertools.product(kinds, numbers, sizes, [-1, 0, 2**63 - 1])
    ]


def is_on_the_wire(shape: Shape) -> bool:
    """Whether the bank would take the header of such a frame."""
    kind, trade_date, first_number, record_count, valid_until_ns, body_bytes = shape
    signer = FakeBank.settings(_listening(), Path()).signer
    header = new_header(
        FrameKind(kind),
        Direction.TO_BANK,
        suite=signer.suite,
        key_id=signer.key_id,
        trade_date=trade_date,
        first_number=first_number,
        record_count=record_count,
        valid_until_ns=valid_until_ns,
    )
    try:
        unpack_header(make_unsigned_frame(header, bytes(body_bytes)).header_bytes)
    except PeerViolation:
        return False
    return True


def _listening() -> FakeBank:
    bank = FakeBank()
    bank.port = 1
    return bank


def test_what_can_be_sent_is_what_the_bank_reads() -> None:
    shapes = grid()

    assert [shape for shape in shapes if (why_unsendable(*shape) == "") != is_on_the_wire(shape)] == []
    assert 0 < sum(why_unsendable(*shape) == "" for shape in shapes) < len(shapes)
    assert why_unsendable(FrameKind.QUERY, TRADE_DATE, 1, 0, 0, 4) == "its kind is 9, which is no request"
    for trade_date in (-1, 0, 19_891_231, 22_000_101):
        assert "its trade date is" in why_unsendable(FrameKind.RECORDS, trade_date, 1, 1, 0, 64)


def append(box: Outbox, number: int, body: bytes, valid_until_ns: int, count: int, kind: FrameKind) -> None:
    box.append(kind, TRADE_DATE, number, count, valid_until_ns, body, hashlib.sha256(body).digest())


@pytest.mark.parametrize("valid_until_ns", [-1, 1.7e18, 2**63])
def test_what_cannot_be_sent_is_not_kept(tmp_path: Path, valid_until_ns: int) -> None:
    path = tmp_path / "box"
    box = Outbox.open(path, BROKER, SEAT, records_max=65_536)
    before = path.read_bytes()
    with pytest.raises(MisuseError, match="cannot be sent"):
        append(box, 1, bytes(64), valid_until_ns, 1, FrameKind.RECORDS)
    assert (path.read_bytes() == before, box.live()) == (True, [])
    box.close()


async def test_what_an_older_program_kept_and_cannot_be_sent_is_told_and_the_rest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeBank.run() as bank:
        settings = bank.settings(tmp_path)
        body, control = freezes(1, 5).tobytes(), encode(ChangeContract(195, 2))
        with monkeypatch.context() as older:
            older.setattr(outbox_module, "why_unsendable", lambda *_arguments: "")
            box = Outbox.open(settings.outbox, BROKER, SEAT, records_max=settings.outbox_records)
            append(box, 1, body, 0, 1, FrameKind.RECORDS)
            append(box, 2, body, -1, 1, FrameKind.RECORDS)
            append(box, 3, control, 0, 7, FrameKind.CONTROL)
            append(box, 4, body[:-1], 0, 1, FrameKind.RECORDS)
            append(box, 5, freezes(2, 6).tobytes(), 0, 2, FrameKind.RECORDS)
            box.close()

        async with Seat.open(settings) as seat:
            told = [(left.why_unsendable, left.outcome.first_number) for left in seat.recovered]
            codes = [left.outcome.outcomes["code"].tolist() for left in seat.recovered]
            contents = [(left.records["amount_fen"].tolist(), left.control) for left in seat.recovered]
            assert told[:3] == [
                (f"number 2 of {TRADE_DATE} cannot be sent: its valid-until is -1, not within 0 to {2**63 - 1}", 0),
                (f"number 3 of {TRADE_DATE} cannot be sent: 7 requests do not fit a body of {len(control)} bytes", 0),
                (f"number 4 of {TRADE_DATE} cannot be sent: 1 requests do not fit a body of 63 bytes", 0),
            ]
            assert (told[3:], codes[:3]) == ([("", 1), ("", 2)], [[ReplyCode.MALFORMED_FRAME]] * 3)
            assert contents == [([5], b""), ([], control), ([], body[:-1]), ([5], b""), ([6, 6], b"")]
            assert (await seat.freeze(195, 7)).number == 4
        async with Seat.open(settings) as seat:
            assert seat.recovered == []
        assert applied(bank) == [5, 6, 6, 7]
