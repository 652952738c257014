"""Keys of parties come and go: ended early, expired and giving way, their numbers never given again.

Belongs here: what the core makes of RegisterKey and EndKey, and of frames under a key that is gone. Never here:
signatures (protocol).
"""

from dataclasses import replace

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import engine
from ledger.core.rows.row import Row
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.given_numbers import contract_no_from_index
from protocol.header import PREFIX
from protocol.limits import KEY_ID_STEP_MAX, KEYS_PER_PARTY_MAX, KEYS_PER_SEAT_MAX, SESSION_VERSION_STEP_MAX
from protocol.messages.control import EndKey, RegisterKey, RegisterSeat
from protocol.messages.session import Negotiate
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, FrameKind, SeatRole
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import (
    BROKER,
    NOW_NS,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    Desk,
    Frame,
    freeze,
    whole_state,
)

PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
FOR_EVER_NS = 2**62
ORDER_4, NOT_CANONICAL = bytes(32), b"\xee" + b"\xff" * 30 + b"\x7f"


def key(
    key_id: int,
    not_after_ns: int = FOR_EVER_NS,
    party: int = BROKER,
    public_key: bytes = PUBLIC_KEY,
    seat: int | None = None,
) -> RegisterKey:
    """A key of the bank is its first seat's unless another is named, a broker's every seat's."""
    bound_to = seat if seat is not None else BANK_SEAT if party == BANK_PARTY else 0
    return RegisterKey(party, key_id, public_key, 0, not_after_ns, bound_to)


def last_row_under_key(desk: Desk, key_id: int) -> Row:
    """The desk's last row as if its frames were signed with this key; it fits the book that stood before it."""
    row = desk.rows[-1]
    headers = np.frombuffer(bytearray(row.headers), PREFIX)
    headers["key_id"] = key_id
    forged = replace(row, headers=headers.tobytes())
    before = Book.empty(desk.size)
    for earlier in desk.rows[:-1]:
        engine.apply_row(before, earlier)
    engine.apply_row(before, forged)
    return forged


def key_ids(book: Book, party: int = BROKER) -> list[int]:
    return [known.key_id for known in book.parties[party].keys]


def test_a_key_is_ended_and_its_number_is_never_given_again() -> None:
    desk = Desk()
    for key_id in (5, 9):
        desk.done(key(key_id))
    desk.done(EndKey(BROKER, 5))
    assert key_ids(desk.book) == [9]
    assert desk.control(EndKey(BROKER, 5)) == ReplyCode.KEY_UNFIT
    assert [desk.control(key(key_id)) for key_id in (5, 4, 9)] == [ReplyCode.KEY_UNFIT] * 3
    desk.done(key(6))

    assert key_ids(desk.book) == [9, 6]


@pytest.mark.parametrize("message", [EndKey(9, 1), EndKey(BROKER, 1)])
def test_what_is_not_there_is_not_ended(message: EndKey) -> None:
    wanted = ReplyCode.PARTY_UNKNOWN if message.party == 9 else ReplyCode.KEY_UNFIT
    assert Desk().control(message) == wanted


def test_a_broker_ends_no_key() -> None:
    desk = Desk()
    desk.done(key(1))

    assert desk.control(EndKey(BROKER, 1), SEAT) == ReplyCode.ROLE_FORBIDS


def test_expired_keys_give_way_when_there_is_no_room_and_not_before() -> None:
    desk = Desk()
    for key_id in range(1, KEYS_PER_SEAT_MAX + 1):
        desk.done(key(key_id, NOW_NS + 10 * key_id))
    assert desk.control(key(20)) == ReplyCode.KEY_UNFIT
    desk.now_ns = NOW_NS + 29
    desk.done(key(20))
    assert key_ids(desk.book) == [3, 4, 5, 6, 7, 8, 20]
    desk.now_ns = NOW_NS + 40
    desk.done(key(21))
    assert key_ids(desk.book) == [3, 4, 5, 6, 7, 8, 20, 21]
    desk.done(key(22))
    assert key_ids(desk.book) == [5, 6, 7, 8, 20, 21, 22]

    assert [desk.control(key(key_id)) for key_id in (1, 2, 3, 4)] == [ReplyCode.KEY_UNFIT] * 4


def test_keys_are_rotated_for_ever() -> None:
    desk = Desk()
    for key_id in range(1, 100):
        desk.done(key(key_id, NOW_NS + 1))
        desk.now_ns = NOW_NS + 1

    assert len(key_ids(desk.book)) <= KEYS_PER_SEAT_MAX
    assert len(desk.rows[-1].control) < 100


def test_the_bank_ends_its_key_with_another_one() -> None:
    desk = Desk()
    for key_id in (1, 2):
        desk.done(key(key_id, party=BANK_PARTY))
    assert desk.control(EndKey(BANK_PARTY, 2), key_id=2) == ReplyCode.KEY_UNFIT
    assert desk.control(EndKey(BANK_PARTY, 1), key_id=2) == ReplyCode.ACCEPTED
    assert desk.control(EndKey(BANK_PARTY, 2), key_id=2) == ReplyCode.KEY_UNFIT
    assert key_ids(desk.book, BANK_PARTY) == [2]


def test_the_bank_ends_its_key_only_with_one_that_does_not_end_sooner() -> None:
    """Else its seat has no key any more when that one is over, and nobody can register another."""
    desk = Desk()
    for key_id, not_after_ns in ((1, FOR_EVER_NS), (2, NOW_NS + 15), (3, FOR_EVER_NS - 1), (4, FOR_EVER_NS)):
        desk.done(key(key_id, not_after_ns, BANK_PARTY))
    refused = [(EndKey(BANK_PARTY, 1), signing) for signing in (2, 3, 1, 77, 0)] + [(EndKey(BANK_PARTY, 3), 2)]
    assert {desk.control(message, key_id=signing) for message, signing in refused} == {ReplyCode.KEY_UNFIT}
    assert desk.control(EndKey(BANK_PARTY, 2), key_id=3) == ReplyCode.ACCEPTED
    assert desk.control(EndKey(BANK_PARTY, 1), key_id=4) == ReplyCode.ACCEPTED
    assert desk.control(EndKey(BANK_PARTY, 4), key_id=3) == ReplyCode.KEY_UNFIT
    assert desk.control(EndKey(BANK_PARTY, 3), key_id=4) == ReplyCode.ACCEPTED
    assert key_ids(desk.book, BANK_PARTY) == [4]


def test_the_bank_ends_a_brokers_key_with_any_of_its_own() -> None:
    desk = Desk()
    desk.done(key(2, NOW_NS + 15, BANK_PARTY))
    desk.done(key(1))

    assert desk.control(EndKey(BROKER, 1), key_id=2) == ReplyCode.ACCEPTED


@pytest.mark.parametrize("party", [BANK_PARTY, BROKER])
def test_no_registration_uses_up_the_key_ids_of_a_party(party: int) -> None:
    desk = Desk()
    for too_far in (KEY_ID_STEP_MAX + 1, 2**31 - 1):
        assert desk.control(key(too_far, party=party)) == ReplyCode.KEY_UNFIT
    desk.done(key(KEY_ID_STEP_MAX, party=party))
    assert desk.control(key(2 * KEY_ID_STEP_MAX + 1, party=party)) == ReplyCode.KEY_UNFIT
    desk.done(key(2 * KEY_ID_STEP_MAX, party=party))
    desk.done(key(7, party=party))  # below those in use, and above what is gone: free
    desk.done(key(8, party=party))
    assert desk.control(EndKey(party, 8), key_id=2 * KEY_ID_STEP_MAX) == ReplyCode.ACCEPTED
    assert desk.control(key(6, party=party)) == ReplyCode.KEY_UNFIT
    desk.done(key(9, party=party))


def test_the_step_is_counted_from_what_is_gone_too() -> None:
    desk = Desk()
    desk.done(key(1_000))
    desk.done(EndKey(BROKER, 1_000))
    assert desk.control(key(1_001 + KEY_ID_STEP_MAX)) == ReplyCode.KEY_UNFIT
    desk.done(key(1_000 + KEY_ID_STEP_MAX))


@pytest.mark.parametrize("kind", [FrameKind.RECORDS, FrameKind.CONTROL, FrameKind.NEGOTIATE])
def test_a_frame_under_an_expired_key_has_no_row_and_a_stored_one_does_not_fit(kind: FrameKind) -> None:
    """The gateway let it pass by a clock that was put back, or before the key's end when the ledger was down."""
    desk = Desk()
    contract = desk.open(1_000)
    desk.done(key(5, NOW_NS + 100))
    prefixes = desk.prefixes(Frame(SEAT, freeze(contract, 1)))
    prefixes["kind"], prefixes["key_id"], prefixes["session_version"] = kind, 5, 1
    message = Negotiate(bytes(16), "") if kind == FrameKind.NEGOTIATE else None

    def decide(now_ns: int) -> bytes:
        if kind == FrameKind.RECORDS:
            return engine.decide_block(desk.book, prefixes, freeze(contract, 1), now_ns)
        return engine.decide_control(desk.book, prefixes, [message], now_ns)

    before = whole_state(desk.book)
    for now_ns in (NOW_NS + 100, FOR_EVER_NS):
        with pytest.raises(MisuseError, match="under key 5 of party 2, which is good no more"):
            decide(now_ns)
    assert whole_state(desk.book) == before
    decide(NOW_NS + 99)


def test_a_stored_row_decided_after_its_keys_end_does_not_fit() -> None:
    stories = Desk(), Desk()
    for desk, not_after_ns in zip(stories, (NOW_NS + 1, NOW_NS), strict=True):
        desk.open(1_000)
        desk.done(key(5, not_after_ns))
    stories[0].ask(SEAT, freeze(contract_no_from_index(0), 1))
    forged = last_row_under_key(stories[0], 5)

    with pytest.raises(InvariantBroken, match="under key 5"):
        engine.apply_row(stories[1].book, forged)


@pytest.mark.parametrize("kind", [FrameKind.RECORDS, FrameKind.CONTROL, FrameKind.NEGOTIATE])
def test_a_frame_under_an_ended_key_has_no_row(kind: FrameKind) -> None:
    """The gateway let it pass before; the ledger decides it after, and must not."""
    desk = Desk()
    contract = desk.open(1_000)
    desk.done(key(5))
    desk.done(key(7))
    prefixes = desk.prefixes(Frame(SEAT, freeze(contract, 1)))
    prefixes["kind"] = kind
    prefixes["key_id"] = 5
    desk.done(EndKey(BROKER, 5))
    before = whole_state(desk.book)
    message = Negotiate(bytes(16), "") if kind == FrameKind.NEGOTIATE else None

    def decide() -> bytes:
        if kind == FrameKind.RECORDS:
            return engine.decide_block(desk.book, prefixes, freeze(contract, 1), desk.now_ns)
        return engine.decide_control(desk.book, prefixes, [message], desk.now_ns)

    with pytest.raises(MisuseError, match="under key 5 of party 2, which is good no more"):
        decide()
    assert whole_state(desk.book) == before
    assert not engine.is_key_over(desk.book, BROKER, SEAT, 7, NOW_NS)
    assert not engine.is_key_over(desk.book, OTHER_BROKER, OTHER_SEAT, 5, NOW_NS)

    prefixes["key_id"] = 7
    assert desk.ask(SEAT, freeze(contract, 1))[0].code == ReplyCode.ACCEPTED


def test_a_stored_row_under_an_ended_key_does_not_fit() -> None:
    stories = Desk(), Desk()
    for desk in stories:
        desk.open(1_000)
        desk.done(key(5))
    stories[0].done(RegisterKey(OTHER_BROKER, 5, PUBLIC_KEY, 0, 1, 0))
    stories[1].done(EndKey(BROKER, 5))
    stories[0].ask(SEAT, freeze(contract_no_from_index(0), 1))
    forged = last_row_under_key(stories[0], 5)

    with pytest.raises(InvariantBroken, match="under key 5"):
        engine.apply_row(stories[1].book, forged)


def test_what_is_retired_is_in_snapshots() -> None:
    desk = Desk()
    desk.done(key(5))
    desk.done(EndKey(BROKER, 5))
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

    assert engine.is_key_over(copy, BROKER, SEAT, 5, NOW_NS)
    assert copy.parties == desk.book.parties


@pytest.mark.parametrize("public_key", [ORDER_4, NOT_CANONICAL])
def test_a_key_under_which_anything_verifies_is_unfit(public_key: bytes) -> None:
    assert Desk().control(key(1, public_key=public_key)) == ReplyCode.KEY_UNFIT


def test_a_session_version_grows_in_steps_that_use_no_seat_up() -> None:
    desk = Desk()
    for wanted in (SESSION_VERSION_STEP_MAX + 1, 2**31 - 1):
        with pytest.raises(MisuseError, match="does not grow"):
            desk.negotiate(SEAT, wanted)
    desk.negotiate(SEAT, SESSION_VERSION_STEP_MAX)
    desk.negotiate(SEAT, 2 * SESSION_VERSION_STEP_MAX)

    assert desk.book.session_version[SEAT] == 2 * SESSION_VERSION_STEP_MAX


def test_the_keys_of_a_party_have_room_in_all_and_with_one_binding() -> None:
    """64 keys on eight bindings; then only what is over gives way, of the whole party when that has no room."""
    desk = Desk()
    seats = [0, SEAT, *range(101, 107)]
    for seat in seats[2:]:
        desk.done(RegisterSeat(seat, BROKER, SeatRole.BROKER))
    desk.done(RegisterSeat(107, BROKER, SeatRole.BROKER))
    for place, seat in enumerate(seats):
        for one in range(1, KEYS_PER_SEAT_MAX + 1):
            desk.done(key(place * KEYS_PER_SEAT_MAX + one, FOR_EVER_NS if place else NOW_NS + 5, seat=seat))
        assert desk.control(key(999, seat=seat)) == ReplyCode.KEY_UNFIT
    assert len(key_ids(desk.book)) == KEYS_PER_PARTY_MAX
    assert desk.control(key(70, seat=107)) == ReplyCode.KEY_UNFIT
    desk.now_ns = NOW_NS + 5
    assert desk.control(key(70, seat=SEAT)) == ReplyCode.KEY_UNFIT
    desk.done(key(70, seat=107))
    assert key_ids(desk.book) == [*range(9, 65), 70]


def test_a_key_of_the_bank_is_bound_to_a_seat_of_the_bank_and_a_brokers_to_its_own_or_none() -> None:
    desk = Desk()
    for party, seat in ((BANK_PARTY, 0), (BANK_PARTY, SEAT), (BANK_PARTY, 99), (BROKER, OTHER_SEAT), (BROKER, 99)):
        assert desk.control(key(1, party=party, seat=seat)) == ReplyCode.KEY_UNFIT
    desk.done(key(1, party=BANK_PARTY, seat=DAY_SEAT))
    desk.done(key(1, seat=SEAT))
    desk.done(key(2, seat=0))


@pytest.mark.parametrize("kind", [FrameKind.RECORDS, FrameKind.CONTROL, FrameKind.NEGOTIATE])
def test_a_frame_under_a_key_that_is_bound_to_another_seat_has_no_row(kind: FrameKind) -> None:
    desk = Desk()
    contract = desk.open(1_000)
    desk.done(key(5, seat=SECOND_SEAT))
    prefixes = desk.prefixes(Frame(SEAT, freeze(contract, 1)))
    prefixes["kind"], prefixes["key_id"], prefixes["session_version"] = kind, 5, 1
    message = Negotiate(bytes(16), "") if kind == FrameKind.NEGOTIATE else None

    def decide() -> bytes:
        if kind == FrameKind.RECORDS:
            return engine.decide_block(desk.book, prefixes, freeze(contract, 1), desk.now_ns)
        return engine.decide_control(desk.book, prefixes, [message], desk.now_ns)

    with pytest.raises(MisuseError, match="under key 5 of party 2, which is good no more at seat 11"):
        decide()
    assert engine.is_key_over(desk.book, BROKER, SEAT, 5, desk.now_ns)
    assert not engine.is_key_over(desk.book, BROKER, SECOND_SEAT, 5, desk.now_ns)


def test_the_bank_ends_the_key_of_another_desk_with_any_that_signs_for_master_data() -> None:
    desk = Desk()
    desk.done(key(1, NOW_NS + 15, BANK_PARTY))
    desk.done(key(2, FOR_EVER_NS, BANK_PARTY, seat=DAY_SEAT))
    desk.done(RegisterSeat(99, BANK_PARTY, SeatRole.MASTER_DATA))
    desk.done(key(3, FOR_EVER_NS, BANK_PARTY, seat=99))

    assert desk.control(EndKey(BANK_PARTY, 3), key_id=1) == ReplyCode.KEY_UNFIT
    assert desk.control(EndKey(BANK_PARTY, 2), key_id=1) == ReplyCode.ACCEPTED
    assert key_ids(desk.book, BANK_PARTY) == [1, 3]
