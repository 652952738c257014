"""The request table of a date: nobody fills it for the others, and the date can always be rolled."""

import numpy as np
import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from ledger.core.state.arrays import from_arrays, to_arrays
from ledger.core.state.book import BookSize
from ledger.core.state.requests import PAGES_PER_SEAT
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.header import unpack_header
from protocol.limits import BANK_REQUESTS_SHARE, COMMIT_RECORDS_MAX, REQUEST_PAGE_RECORDS
from protocol.vocabulary import FrameKind
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    freeze,
    record,
    release,
)

PAGES = 320
COMMIT_PAGES = 8 + COMMIT_RECORDS_MAX // REQUEST_PAGE_RECORDS  # 8 seats are registered
BANK_PAGES = PAGES // BANK_REQUESTS_SHARE
OPEN_PAGES = PAGES - 1 - 2 * COMMIT_PAGES - BANK_PAGES  # without the null page


def table_desk() -> Desk:
    return Desk(BookSize(contracts_max=64, requests_max=PAGES * REQUEST_PAGE_RECORDS))


def has_room(desk: Desk, seat: int, kind: FrameKind = FrameKind.RECORDS) -> bool:
    """Whether the seat's next record, or control message, has room."""
    prefixes = desk.prefixes(Frame(seat, record(0, 0, 0)))
    header = unpack_header(prefixes.tobytes()[:96])._replace(kind=kind)
    return engine.has_room(desk.book, header, int(desk.book.next_number[seat]))


def take_a_page(desk: Desk, seat: int) -> None:
    """As after a page full of malformed records of the seat, without the work of deciding them."""
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
    assert (first, OPEN_PAGES) == (124, 247)
    assert not has_room(desk, SECOND_SEAT)  # of the same party
    assert has_room(desk, OTHER_SEAT)

    (other,) = fill(desk, OTHER_SEAT)
    assert other == 62  # half of the 123 that the first one left
    assert not has_room(desk, SEAT)


def test_two_brokers_that_take_turns_get_a_third_each() -> None:
    assert fill(table_desk(), SEAT, OTHER_SEAT) == [83, 83]


def test_what_is_kept_for_the_bank_is_there_after_a_whole_commit_of_brokers() -> None:
    """However many brokers there are: the table is used until one that has nothing finds no room, and the last frames
    that had room may need a commit's pages together. The bank's own commit comes after it."""
    desk = table_desk()
    while has_room(desk, OTHER_SEAT):
        take_a_page(desk, SEAT)
    for _ in range(COMMIT_PAGES - 1):
        take_a_page(desk, SEAT)

    (got,) = fill(desk, SAVINGS_SEAT)

    assert got >= BANK_PAGES
    assert desk.book.requests.pages_free >= COMMIT_PAGES  # what the bank's own last commit may need


def test_the_bank_takes_its_own_share_first_and_then_no_more_than_it_leaves() -> None:
    desk = table_desk()

    (got,) = fill(desk, SAVINGS_SEAT)

    assert got == 144  # of 247 + 40
    assert has_room(desk, SEAT)


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
    """3 pages: the null page, and two that are full of open freezes of one fen."""
    desk = Desk(BookSize(contracts_max=8, requests_max=3 * REQUEST_PAGE_RECORDS))
    contract_no = desk.open(10**6)
    for count in (REQUEST_PAGE_RECORDS - 1, REQUEST_PAGE_RECORDS):  # there is no number 0
        desk.ask(SEAT, *[freeze(contract_no, 1)] * count)
    return desk, contract_no


def test_a_date_full_of_open_freezes_is_rolled_and_the_next_one_too() -> None:
    """All of them are carried; nothing else fits beside them, and control still does."""
    desk, contract_no = tiny_desk()
    carried = 2 * REQUEST_PAGE_RECORDS - 1
    for trade_date in (TUESDAY, WEDNESDAY):
        desk.roll(trade_date)
        assert len(desk.book.requests.carried_keys) == carried
        assert desk.book.requests.pages_free == 0
    with pytest.raises(MisuseError):
        desk.ask(SEAT, release((WEDNESDAY, SEAT, 1), contract_no, 1))

    assert desk.control(None, SEAT) == ReplyCode.REQUEST_MALFORMED
    check_book(desk.book)
    check_book(desk.replayed())


def test_carried_freezes_count_in_the_share_of_their_party() -> None:
    desk = table_desk()
    contract_no = desk.open(10**6)
    desk.ask(SEAT, *[freeze(contract_no, 1)] * 5_000)
    desk.roll(TUESDAY)

    slots = desk.book.requests.seat_slots
    assert int(slots[SEAT]) == int(slots.sum()) == 5_000
    desk.ask(SEAT, freeze(contract_no, 1))
    assert slots[SEAT] == 5_000 + REQUEST_PAGE_RECORDS
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert copy.requests.seat_slots.tolist() == slots.tolist()


def test_a_share_that_is_carried_over_is_not_had_again() -> None:
    """Half of the table carried as open freezes: the broker has used its share of the next date."""
    desk = table_desk()
    desk.book.requests.carry(np.arange((OPEN_PAGES + 1) // 2 * REQUEST_PAGE_RECORDS) + (SEAT << 26))

    assert not has_room(desk, SEAT)
    assert has_room(desk, OTHER_SEAT)


def test_one_broker_alone_can_use_all_numbers_of_a_seat() -> None:
    """In a table of the real size: 2,442 pages for 20,000,000 numbers."""
    desk = Desk(BookSize(contracts_max=64))
    for _ in range(PAGES_PER_SEAT):
        assert has_room(desk, SEAT)
        take_a_page(desk, SEAT)

    assert has_room(desk, OTHER_SEAT)
