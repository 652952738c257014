"""The roll of the trade date: what is carried, and how numbers begin again."""

from hashlib import sha256

from msgspec.structs import replace

from ledger.core.engine import row_holding
from ledger.core.invariants import check_book
from ledger.core.rows.rolls import Roll, difference, roll_behind
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import state_slice_count, state_slice_digest, state_slices
from protocol.codes import ReplyCode
from protocol.messages.control import ConfirmRoll
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import (
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SECOND_SEAT,
    SPARE_ACCOUNTS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    fill_buy,
    freeze,
    release,
)
from tests.ledger_core.test_lane_and_law import assert_same_books
from tests.ledger_core.test_money import CLOSED, OPEN, accepted, refused


def test_numbers_begin_at_one_and_the_old_ones_stay_known() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.ask(SEAT, freeze(contract_no, 1), freeze(contract_no, 1))
    held_by = desk.book.sequence

    desk.roll(TUESDAY)

    book = desk.book
    assert (book.trade_date, book.previous_date) == (TUESDAY, MONDAY)
    assert (book.next_number[SEAT], book.previous_next_number[SEAT]) == (1, 3)
    assert [row_holding(book, MONDAY, SEAT, number) for number in (0, 1, 2, 3)] == [0, held_by, held_by, 0]
    assert row_holding(book, TUESDAY, SEAT, 1) == 0
    desk.roll(WEDNESDAY)
    assert row_holding(book, MONDAY, SEAT, 1) == 0  # two dates are kept; older repeats are told the open date


def test_the_roll_of_the_open_date_is_confirmed_as_often_as_wished_and_no_other() -> None:
    """The core believes nothing of it: a number of the desk is used, and that is all."""
    desk = Desk()
    desk.open(1_000)
    desk.roll(TUESDAY)
    first = desk.book.sequence
    said = ConfirmRoll(TUESDAY, first, 1, bytes(32))
    before = all_but_scalars(desk)

    assert [desk.control(each) for each in (said, replace(said, digest=b"x" * 32, state_layout=9), said)] == [0, 0, 0]
    assert all_but_scalars(desk) == before
    for wrong in (replace(said, trade_date=MONDAY), replace(said, sequence=first + 1), replace(said, sequence=1)):
        assert desk.control(wrong) == ReplyCode.ROLL_UNKNOWN
    assert desk.control(said, SEAT) == ReplyCode.ROLE_FORBIDS
    desk.roll(WEDNESDAY)
    assert desk.control(said) == ReplyCode.ROLL_UNKNOWN
    assert desk.control(replace(said, trade_date=WEDNESDAY, sequence=desk.book.roll_sequence)) == ReplyCode.ACCEPTED
    assert desk.control(replace(said, trade_date=TUESDAY, sequence=desk.book.roll_sequence)) == ReplyCode.ROLL_UNKNOWN
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert copy.roll_sequence == desk.book.roll_sequence == desk.replayed().roll_sequence > first
    assert_same_books(desk.replayed(), desk.book)


def all_but_scalars(desk: Desk) -> list[bytes]:
    """Slice 0 has the sequence and the next number of each seat."""
    return list(state_slices(desk.book))[1:]


def test_the_digest_of_the_whole_state_binds_layout_order_and_number_of_the_slices() -> None:
    desk = Desk()
    desk.open(1_000)
    desk.roll(TUESDAY)
    book = desk.book
    slices = [state_slice_digest(book, k) for k in range(state_slice_count(book))]

    whole = sha256((1).to_bytes(4, "little") + len(slices).to_bytes(8, "little") + b"".join(slices)).digest()

    assert roll_behind(book, list(state_slices(book))) == (TUESDAY, book.sequence, 1, whole)
    assert roll_behind(desk.replayed(), list(state_slices(desk.replayed()))).digest == whole
    book.balance_fen[SPARE_ACCOUNTS] += 1
    assert roll_behind(book, list(state_slices(book))).digest != whole


def test_a_confirmation_differs_only_from_a_digest_of_the_same_roll_and_layout() -> None:
    own = Roll(TUESDAY, 16, 1, b"a" * 32)
    said = ConfirmRoll(TUESDAY, 16, 1, b"b" * 32)

    told = difference(own, said)

    assert told == f"the roll to {TUESDAY} in row 16 is confirmed with the state {'62' * 32}, ours is {'61' * 32}"
    others = (None, own._replace(digest=b"b" * 32), own._replace(state_layout=2), own._replace(sequence=15))
    assert [difference(other, said) for other in others] == [None] * len(others)


def test_the_roll_itself_is_the_last_number_of_the_old_date() -> None:
    desk = Desk()
    number = int(desk.book.next_number[DAY_SEAT])

    desk.roll(TUESDAY)

    assert row_holding(desk.book, MONDAY, DAY_SEAT, number) == desk.book.sequence
    assert desk.book.next_number[DAY_SEAT] == 1


def test_freezes_of_an_unsettled_date_are_carried_closed_or_not() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    open_one, closed_one = desk.freeze(contract_no, 300), desk.freeze(contract_no, 50)
    desk.ask(SEAT, release(closed_one, contract_no, 50), fill_buy(open_one, contract_no, 100, 10))
    desk.roll(TUESDAY)

    assert desk.money(contract_no) == (1_000, 190, 100, 0)
    assert desk.ask(SEAT, release(closed_one, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)
    assert desk.ask(SECOND_SEAT, release(open_one, contract_no, 191)) == refused(ReplyCode.AMOUNT_OVER_REMAINING)
    assert desk.ask(SECOND_SEAT, fill_buy(open_one, contract_no, 90, 50)) == accepted(OPEN, 50)
    assert desk.ask(SEAT, release(open_one, contract_no, 50)) == accepted(CLOSED, 0)
    assert desk.ask(SEAT, release(open_one, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)
    desk.roll(WEDNESDAY)
    for target in (open_one, closed_one):
        assert desk.ask(SEAT, release(target, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)
    check_book(desk.book)


def test_of_a_settled_date_only_open_freezes_are_carried_from_the_next_roll_on() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    closed_one, open_one = desk.freeze(contract_no, 50), desk.freeze(contract_no, 300)
    desk.ask(SEAT, release(closed_one, contract_no, 50))
    desk.roll(TUESDAY)
    desk.settle(MONDAY)
    assert desk.ask(SEAT, release(closed_one, contract_no, 1)) == refused(ReplyCode.FREEZE_CLOSED)

    desk.roll(WEDNESDAY)

    assert desk.ask(SEAT, release(closed_one, contract_no, 1)) == refused(ReplyCode.FREEZE_UNKNOWN)
    assert desk.ask(SEAT, release(open_one, contract_no, 300)) == accepted(CLOSED, 0)
    desk.roll(THURSDAY)
    assert len(desk.book.requests.carried_keys) == 0
    check_book(desk.book)


def test_the_same_number_of_two_dates_is_two_freezes() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    monday = desk.freeze(contract_no, 10)
    desk.roll(TUESDAY)
    tuesday = desk.freeze(contract_no, 20)

    assert (monday, tuesday) == ((MONDAY, SEAT, 1), (TUESDAY, SEAT, 1))
    assert desk.ask(SEAT, release(monday, contract_no, 11)) == refused(ReplyCode.AMOUNT_OVER_REMAINING)
    assert desk.ask(SEAT, release(tuesday, contract_no, 11)) == accepted(OPEN, 9)


def test_freezes_carried_over_many_dates_keep_their_seats_apart() -> None:
    desk = Desk()
    own, foreign = desk.open(1_000), desk.open(1_000, OTHER_BROKER)
    others = [desk.freeze(foreign, 3, OTHER_SEAT)]
    orders = [desk.freeze(own, 1, SECOND_SEAT), desk.freeze(own, 2)]
    for trade_date in (TUESDAY, WEDNESDAY, THURSDAY):
        desk.roll(trade_date)
        orders.append(desk.freeze(own, trade_date % 100))

    for order, amount_fen in zip(orders, (1, 2, 6, 7, 8), strict=True):
        assert desk.ask(SEAT, release(order, own, amount_fen)) == accepted(CLOSED, 0)
    assert desk.ask(SEAT, release(others[0], own, 3)) == refused(ReplyCode.FREEZE_UNKNOWN)
    assert desk.ask(OTHER_SEAT, release(others[0], foreign, 3)) == accepted(CLOSED, 0)
    check_book(desk.book)
    assert desk.replayed().requests.carried_keys.tolist() == desk.book.requests.carried_keys.tolist()
