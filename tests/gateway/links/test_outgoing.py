"""What waits for the ledger's link: parties in turn, a seat's frames in order, no more at once than a little."""

from gateway.links.outgoing import SEND_BYTES, Outgoing
from protocol.frame import Frame
from protocol.limits import BODY_BYTES_MAX, FRAME_RECORDS_MAX, RECORD_BYTES
from protocol.vocabulary import FrameKind
from tests.frames import frames_in
from tests.gateway.fake_ledger import blank_request

EVIL, HONEST, THIRD = 2, 3, 4


def frame(seat: int, number: int, records: int = 1) -> Frame:
    """A request of a seat."""
    return blank_request(FrameKind.RECORDS, seat, number, records, bytes(records * RECORD_BYTES))


def sent(data: bytes) -> list[tuple[int, int]]:
    """(seat, first number) of each frame in what is handed over."""
    return [(one.header.seat, one.header.first_number) for one in frames_in(data)]


def test_large_frames_of_one_party_are_not_before_a_small_one_of_another() -> None:
    """Within its credit a party with four seats has 16 MiB under way; before, a logon was sent behind all of them."""
    outgoing = Outgoing()
    for number in range(8):
        for seat in (21, 22, 23, 24):
            outgoing.put(EVIL, frame(seat, 1 + number * FRAME_RECORDS_MAX, FRAME_RECORDS_MAX))
    assert len(outgoing.take()) < SEND_BYTES + 2 * BODY_BYTES_MAX
    outgoing.put(HONEST, frame(31, 1))
    outgoing.put(THIRD, frame(41, 1))

    assert sent(outgoing.take()) == [(22, 1)]
    assert sent(outgoing.take())[:2] == [(31, 1), (41, 1)]


def test_a_partys_frames_stay_in_order_and_all_are_sent_once() -> None:
    outgoing = Outgoing()
    for number in range(1, 3_001):
        outgoing.put(EVIL, frame(21 + number % 2, number))
        if number % 3 == 0:
            outgoing.put(HONEST, frame(31, number))
    taken: list[tuple[int, int]] = []
    while data := outgoing.take():
        assert len(data) <= 3 * SEND_BYTES + BODY_BYTES_MAX  # the prefix of a small frame is more than its body
        taken += sent(data)
    assert not outgoing
    assert [number for seat, number in taken if seat != 31] == list(range(1, 3_001))
    assert [number for seat, number in taken if seat == 31] == list(range(3, 3_001, 3))


def test_a_word_of_the_gateways_own_comes_first() -> None:
    outgoing = Outgoing()
    outgoing.put(EVIL, frame(21, 1))
    own = frame(1, 9)
    outgoing.put_first(own.wire())
    assert outgoing
    assert sent(outgoing.take()) == [(1, 9), (21, 1)]


def test_what_waits_is_forgotten_with_its_link() -> None:
    outgoing = Outgoing()
    outgoing.put(EVIL, frame(21, 1))
    outgoing.put_first(b"x")
    outgoing.clear()
    assert not outgoing
    assert outgoing.take() == b""
