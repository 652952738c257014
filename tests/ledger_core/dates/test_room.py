"""The request table of a date: nobody fills it for the others, and the date can always be rolled."""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from ledger.core.state.book import BookSize
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.requests import PAGES_PER_SEAT
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.header import unpack_header
from protocol.limits import COMMIT_RECORDS_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.control import RegisterChannelSeat, RegisterParty
from protocol.records import RecordArray
from protocol.vocabulary import FrameKind, RecordKind, Role, Suite
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    CHANNEL,
    CHANNEL_SEAT,
    MONDAY,
    NEXT_CHANNEL_SEAT,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    freeze,
    joined,
    record,
    release,
)

PAGES = 322
COMMIT_PAGES = 2 * 9 + COMMIT_RECORDS_MAX // REQUEST_PAGE_RECORDS  # 9 seats are registered
OPEN_PAGES = PAGES - COMMIT_PAGES


def table_desk() -> Desk:
    return Desk(BookSize(contracts_max=64, requests_max=PAGES * REQUEST_PAGE_RECORDS))


def has_room(desk: Desk, seat: int, kind: FrameKind = FrameKind.RECORDS, *records: RecordArray) -> bool:
    """Whether the seat's next frame has room: a freeze unless told, or a control message."""
    asked = joined(*(records or [freeze(0, 0)]))
    prefixes = desk.prefixes(Frame(seat, asked))
    header = unpack_header(prefixes.tobytes()[:96])._replace(kind=kind)
    return engine.has_room(desk.book, header, int(desk.book.next_number[seat]), asked.tobytes())


def take_a_page(desk: Desk, seat: int) -> None:
    """As after a page full of freezes of the seat that were refused, without the work of deciding them."""
    number = int(desk.book.next_number[seat])
    desk.book.requests.give_out(np.array([seat * PAGES_PER_SEAT + number // REQUEST_PAGE_RECORDS]))
    desk.book.next_number[seat] = number + REQUEST_PAGE_RECORDS


def fill(desk: Desk, *seats: int) -> list[int]:
    """Pages that the seats get, taking turns, until none has room; by seat."""
    got = dict.fromkeys(seats, 0)
    while open_seats := [seat for seat in seats if has_room(desk, seat)]:
        for seat in open_seats:
            take_a_page(desk, seat)
            got[seat] += 1
    return list(got.values())


def test_one_broker_gets_half_and_the_other_as_much_as_it_needs_of_the_rest() -> None:
    desk = table_desk()

    (first,) = fill(desk, SEAT)
    assert (first, OPEN_PAGES) == (148, 296)
    assert not has_room(desk, SECOND_SEAT)  # of the same party
    assert has_room(desk, OTHER_SEAT)

    (other,) = fill(desk, OTHER_SEAT)
    assert other == 74  # half of the 148 that the first one left
    assert not has_room(desk, SEAT)


def test_two_brokers_that_take_turns_get_a_third_each() -> None:
    assert fill(table_desk(), SEAT, OTHER_SEAT) == [99, 99]


def test_each_seat_of_a_channel_is_a_party_of_its_own_and_its_orders_need_room() -> None:
    """One broker's customers who order a lot use up nothing of another's, whose seat is of the same channel."""
    desk = table_desk()
    desk.done(RegisterParty(CHANNEL, Role.CHANNEL, Suite.ED25519_SHA256, "phone", False))
    for seat, broker in ((CHANNEL_SEAT, BROKER), (NEXT_CHANNEL_SEAT, OTHER_BROKER)):
        desk.done(RegisterChannelSeat(seat, CHANNEL, 1, broker))

    while has_room(desk, CHANNEL_SEAT, FrameKind.RECORDS, record(RecordKind.ORDER, 0, 0)):
        take_a_page(desk, CHANNEL_SEAT)

    assert has_room(desk, NEXT_CHANNEL_SEAT, FrameKind.RECORDS, record(RecordKind.ORDER, 0, 0))
    assert has_room(desk, SEAT)
    assert has_room(desk, CHANNEL_SEAT, FrameKind.RECORDS, record(RecordKind.CANCEL, 0, 0))


def test_a_commit_whose_frames_all_had_room_finds_its_pages() -> None:
    """The last frames that had room may need two pages each for every seat, and full ones for the rest."""
    desk = table_desk()
    while has_room(desk, OTHER_SEAT):
        take_a_page(desk, SEAT)

    assert desk.book.requests.pages_free == COMMIT_PAGES


OTHERS = [
    *(record(kind, 0, 1) for kind in (RecordKind.RELEASE, RecordKind.FILL_BUY, RecordKind.FILL_SELL)),
    *(record(kind, 0, 1) for kind in (RecordKind.DEPOSIT, RecordKind.WITHDRAWAL, 0, 7, 127)),
]


def test_what_freezes_nothing_needs_no_room() -> None:
    desk = table_desk()
    while desk.book.requests.pages_free:
        take_a_page(desk, SEAT)

    for seat in (SEAT, OTHER_SEAT, SAVINGS_SEAT):
        assert has_room(desk, seat, FrameKind.RECORDS, *OTHERS)
        assert not has_room(desk, seat, FrameKind.RECORDS, *OTHERS, freeze(0, 0), *OTHERS)
    desk.ask(OTHER_SEAT, *OTHERS)
    assert not desk.book.requests.has_page(OTHER_SEAT, 1)


@pytest.mark.parametrize("padding", [0, 20])
def test_only_freezes_are_given_pages(padding: int) -> None:
    """And a number without one is another's slot for nobody: not written, not read, not carried."""
    desk = Desk()
    contract_no = desk.open(1_000)
    others = OTHERS * (1 + padding // len(OTHERS))
    desk.ask(SEAT, *others)
    assert desk.book.requests.pages_used == 0

    target = (desk.book.trade_date, SEAT, int(desk.book.next_number[SEAT]) + 1)
    told = desk.ask(SEAT, *others[:1], freeze(contract_no, 5), *others)
    assert [one.code for one in told].count(ReplyCode.ACCEPTED) == 1
    assert desk.book.requests.pages_used == 1
    nothing = [release((target[0], SEAT, number), contract_no, 1) for number in (1, 2, target[2] - 1, target[2] + 1)]
    codes = [one.code for one in desk.ask(SECOND_SEAT, *nothing, *others)[: len(nothing)]]
    assert codes == [ReplyCode.FREEZE_UNKNOWN] * len(nothing)
    assert desk.ask(SECOND_SEAT, release(target, contract_no, 5), *others)[0] == (ReplyCode.ACCEPTED, 2, 0)
    assert not desk.book.requests.contract[:REQUEST_PAGE_RECORDS].any()  # the null page
    desk.roll(TUESDAY)
    assert len(desk.book.requests.carried_keys) == 1
    check_book(desk.book)


def test_a_freeze_on_one_side_of_a_page_is_given_that_page_only() -> None:
    for freezes in ((0,), (2,), (0, 2)):
        desk = Desk()
        contract_no = desk.open(1_000)
        desk.book.next_number[SEAT] = REQUEST_PAGE_RECORDS - 2
        records = [freeze(contract_no, 1) if place in freezes else record(0, 0, 0) for place in (0, 1, 2, 3)]

        desk.ask(SEAT, *records)

        pages = [desk.book.requests.has_page(SEAT, number) for number in (1, REQUEST_PAGE_RECORDS)]
        assert pages == [0 in freezes, 2 in freezes]
        for place in freezes:
            target = (desk.book.trade_date, SEAT, REQUEST_PAGE_RECORDS - 2 + place)
            assert desk.ask(SECOND_SEAT, release(target, contract_no, 1))[0].code == ReplyCode.ACCEPTED
        check_book(desk.book)


def test_control_takes_no_page_and_has_room_when_nothing_is_left() -> None:
    desk = table_desk()
    while desk.book.requests.pages_free:
        take_a_page(desk, SEAT)
    assert not has_room(desk, SAVINGS_SEAT)
    assert not has_room(desk, OTHER_SEAT)

    assert has_room(desk, SAVINGS_SEAT, FrameKind.CONTROL)
    desk.roll(TUESDAY)

    assert desk.book.trade_date == TUESDAY
    assert has_room(desk, SAVINGS_SEAT)
    assert has_room(desk, SEAT)


def test_a_used_page_has_room_to_its_end() -> None:
    desk = table_desk()
    fill(desk, SEAT)
    desk.book.next_number[SEAT] -= 2  # the last number of its last page

    assert has_room(desk, SEAT)
    desk.book.next_number[SEAT] += 1
    assert not has_room(desk, SEAT)


def tiny_desk() -> tuple[Desk, int]:
    """Two pages that are full of open freezes of one fen."""
    desk = Desk(BookSize(contracts_max=8, requests_max=2 * REQUEST_PAGE_RECORDS))
    contract_no = desk.open(10**6)
    for count in (REQUEST_PAGE_RECORDS - 1, REQUEST_PAGE_RECORDS):  # there is no number 0
        desk.ask(SEAT, *[freeze(contract_no, 1)] * count)
    return desk, contract_no


def test_a_date_full_of_open_freezes_is_rolled_and_the_next_has_its_whole_room() -> None:
    desk, contract_no = tiny_desk()
    full = 2 * REQUEST_PAGE_RECORDS - 1
    with pytest.raises(MisuseError):
        desk.ask(SEAT, freeze(contract_no, 1))

    for trade_date, carried in ((TUESDAY, full), (WEDNESDAY, full + 1)):
        desk.roll(trade_date)
        assert len(desk.book.requests.carried_keys) == carried
        assert desk.book.requests.pages_free == 2
        desk.freeze(contract_no, 1)
    check_book(desk.book)
    check_book(desk.replayed())


def test_what_is_open_from_before_the_oldest_unsettled_date_counts_in_the_share_of_its_party() -> None:
    desk = table_desk()
    contract_no = desk.open(10**6)
    desk.ask(SEAT, *[freeze(contract_no, 1)] * 5_000)
    desk.roll(TUESDAY)
    assert not desk.book.requests.seat_slots.any()
    desk.settle(MONDAY)
    desk.ask(SEAT, release((MONDAY, SEAT, 7), contract_no, 1))
    desk.roll(WEDNESDAY)

    slots = desk.book.requests.seat_slots
    assert int(slots[SEAT]) == int(slots.sum()) == 4_999
    desk.ask(SEAT, freeze(contract_no, 1))
    assert slots[SEAT] == 4_999 + REQUEST_PAGE_RECORDS
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert copy.requests.seat_slots.tolist() == slots.tolist()


def test_a_share_that_lies_open_is_not_had_again() -> None:
    """As much left open in settled dates as a table has room for: the broker has used its share."""
    desk = table_desk()
    desk.book.requests.seat_slots[SEAT] = OPEN_PAGES * REQUEST_PAGE_RECORDS

    assert not has_room(desk, SEAT)
    assert has_room(desk, OTHER_SEAT)


def test_one_broker_alone_can_use_all_numbers_of_a_seat() -> None:
    """In a table of the real size: 2,442 pages for 20,000,000 numbers."""
    desk = Desk(BookSize(contracts_max=64))
    for _ in range(PAGES_PER_SEAT):
        assert has_room(desk, SEAT)
        take_a_page(desk, SEAT)

    assert has_room(desk, OTHER_SEAT)
