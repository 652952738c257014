"""The state as a whole: arrays and back, slices that see one fen, totals, invariants that bite."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core import engine
from ledger.core.frames import Frames, give_out_pages
from ledger.core.invariants import check_block, check_book
from ledger.core.resolve import resolve
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import UNPAID_SLICE_KEYS
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken, MisuseError
from protocol.limits import COLUMN_FEN_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.queries import PartyTotals
from protocol.vocabulary import BANK_PARTY
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SMALL,
    SPARE_ACCOUNTS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    release,
    withdrawal,
)
from tests.ledger_core.stories import bulk_records, fresh_desk
from tests.ledger_core.test_lane_and_law import assert_same_books


def busy_desk() -> Desk:
    """Three dates, the first settled, both brokers, open and closed freezes, a session, a control refused."""
    desk = Desk()
    own, foreign = desk.open(1_000), desk.open(2_000, OTHER_BROKER)
    first, second = desk.freeze(own, 100), desk.freeze(own, 50)
    desk.freeze(foreign, 70, OTHER_SEAT)
    desk.ask(SEAT, fill_buy(first, own, 30, 5), release(second, own, 50), fill_sell(own, 9))
    desk.negotiate(SEAT, 3)
    desk.roll(TUESDAY)
    desk.ask(SEAT, fill_buy(first, own, 10, on=TUESDAY), freeze(own, 20))
    desk.control(None, OTHER_SEAT)
    desk.settle(MONDAY)
    desk.roll(WEDNESDAY)
    desk.ask(SEAT, freeze(own, 1), fill_buy(first, own, 2, on=WEDNESDAY))
    return desk


def test_arrays_make_the_same_book_again() -> None:
    desk = busy_desk()

    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

    assert_same_books(desk.book, copy)
    np.testing.assert_array_equal(copy.power_fen, desk.book.power_fen)
    np.testing.assert_array_equal(copy.seat_owner, desk.book.seat_owner)
    np.testing.assert_array_equal(copy.requests.page_slot, desk.book.requests.page_slot)
    np.testing.assert_array_equal(copy.requests.seat_slots, desk.book.requests.seat_slots)
    assert copy.parties == desk.book.parties
    check_book(copy)


def test_a_book_from_arrays_goes_on_like_the_one_they_came_from() -> None:
    desk, other = busy_desk(), busy_desk()
    other.book = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

    for each in (desk, other):
        each.ask(SEAT, *[freeze(98, 3)] * 12)
        each.roll(20260110)
        each.open(5)
    assert desk.rows[-1].digest == other.rows[-1].digest
    assert_same_books(desk.book, other.book)


def test_all_arrays_are_signed_integers() -> None:
    assert {array.dtype.kind for array in to_arrays(busy_desk().book).values()} == {"i"}


@pytest.mark.parametrize("name", sorted(to_arrays(busy_desk().book)))
def test_a_missing_array_is_noticed(name: str) -> None:
    arrays = to_arrays(busy_desk().book)
    del arrays[name]

    with pytest.raises(InvariantBroken):
        from_arrays(arrays)


def test_replay_from_the_journal_makes_the_same_book() -> None:
    desk = busy_desk()

    assert_same_books(desk.book, desk.replayed())


LEDGER = 1  # the desk's spare accounts were opened: the general ledger has something


def test_slices_cover_accounts_and_request_pages() -> None:
    """1 for the rest, 1 each of parties, accounts and contracts, 1 for each unsettled date, then 4 of each page:
    carried freezes, and one for each seat that froze; then 1 of what settled dates left, 1 of the general ledger, and
    until the roll 1 of what was accepted of seats."""
    desk = Desk()
    assert engine.state_slice_count(Book.empty(SMALL)) == 1
    assert engine.state_slice_count(desk.book) == 1 + 1 + 1 + 0 + 1 + LEDGER
    contract_no = desk.open(100)
    assert engine.state_slice_count(desk.book) == 1 + 1 + 1 + 1 + 1 + LEDGER
    desk.ask(SEAT, fill_sell(contract_no, 1))
    assert engine.state_slice_count(desk.book) == 1 + 1 + 1 + 1 + 1 + 1 + LEDGER
    desk.freeze(contract_no, 1)
    assert engine.state_slice_count(desk.book) == 1 + 1 + 1 + 1 + 1 + 4 + 1 + LEDGER
    desk.roll(TUESDAY)
    assert engine.state_slice_count(desk.book) == 1 + 1 + 1 + 1 + 2 + 4 + LEDGER
    desk.settle(MONDAY)
    assert engine.state_slice_count(desk.book) == 1 + 1 + 1 + 1 + 1 + 4 + 1 + LEDGER
    for place in (-1, 11):
        with pytest.raises(MisuseError):
            engine.state_slice_digest(desk.book, place)


OWN, FOREIGN = SPARE_ACCOUNTS, SPARE_ACCOUNTS + 1  # account rows of the two contracts of `busy_desk`


def _change_balance(book: Book) -> None:
    book.balance_fen[FOREIGN] += 1


def _change_party(book: Book) -> None:
    book.parties[BROKER] = replace(book.parties[BROKER], name="another")


def _change_holder(book: Book) -> None:
    book.holder[0, 1] += 1


def _change_flags(book: Book) -> None:
    book.account_flags[FOREIGN] ^= 1


def _change_facts(book: Book) -> None:
    book.contract_facts[1] ^= 1


def _change_end(book: Book) -> None:
    book.ended_on[0] += 1


def _change_designation(book: Book) -> None:
    book.designated_on[0] += 1


def _change_follows(book: Book) -> None:
    book.follows[0] += 1


def _change_shares(book: Book) -> None:
    book.securities_no[1, 1] += 1


def _change_unpaid(book: Book) -> None:
    book.unsettled.unpaid_bought_fen[0] += 1


def _change_total(book: Book) -> None:
    book.sold_fen[FOREIGN] += 1


def _change_tuesday(book: Book) -> None:
    book.unsettled.bought_fen[1][OWN] += 1


def _change_wednesday(book: Book) -> None:
    book.unsettled.sold_fen[0][FOREIGN] += 1


def _change_drawn(book: Book) -> None:
    book.requests.drawn_fen[REQUEST_PAGE_RECORDS] += 1


def _change_page(book: Book) -> None:
    book.requests.amount_fen[book.requests.first_page_slot] += 1


def _change_head(book: Book) -> None:
    book.next_number[SEAT] += 1


@pytest.mark.parametrize(
    ("change", "slice_no"),
    [
        *((_change_head, 0), (_change_party, 1), (_change_balance, 2), (_change_total, 2), (_change_holder, 2)),
        *((_change_flags, 2), (_change_facts, 3), (_change_end, 3), (_change_shares, 3)),
        *((_change_designation, 3), (_change_follows, 3)),
        *((_change_wednesday, 4), (_change_tuesday, 5)),
        *((_change_drawn, 6), (_change_page, 6 + 4), (_change_unpaid, 6 + 8)),
    ],
)
def test_one_fen_or_number_off_changes_the_digest_of_its_slice_only(
    change: Callable[[Book], None], slice_no: int
) -> None:
    book = busy_desk().book
    before = [engine.state_slice_digest(book, k) for k in range(engine.state_slice_count(book))]

    change(book)

    after = [engine.state_slice_digest(book, k) for k in range(engine.state_slice_count(book))]
    assert [k for k, digest in enumerate(after) if digest != before[k]] == [slice_no]


def test_totals_by_party() -> None:
    desk = busy_desk()

    assert engine.totals(desk.book) == [
        PartyTotals.of(BANK_PARTY, 0, 0, 0, 0),  # of the accounts without a contract
        PartyTotals.of(BROKER, 1_000, 100 - 35 - 12 + 20 + 1, 30 + 10 + 2, 9),
        PartyTotals.of(OTHER_BROKER, 2_000, 70, 0, 0),
    ]
    assert engine.totals(Desk().book) == [PartyTotals.of(BANK_PARTY, 0, 0, 0, 0)]
    assert engine.totals(Book.empty(SMALL)) == []


def test_totals_are_exact_past_64_bits() -> None:
    """20 × 2⁶⁰ is above 2⁶³."""
    desk = Desk()
    for _ in range(20):
        desk.open(COLUMN_FEN_MAX)

    assert engine.totals(desk.book)[1].amounts_fen[0] == 20 * COLUMN_FEN_MAX


def _spoil_frozen(book: Book) -> None:
    book.frozen_fen[OWN] += 1


def _spoil_power(book: Book) -> None:
    book.power_fen[FOREIGN] += 1


def _spoil_both(book: Book) -> None:
    book.frozen_fen[OWN] -= 1
    book.power_fen[OWN] += 1


def _spoil_balance(book: Book) -> None:
    book.balance_fen[FOREIGN] = -1


def _spoil_date(book: Book) -> None:
    book.unsettled.dates[5] = THURSDAY


def _spoil_released(book: Book) -> None:
    book.requests.released_fen[book.requests.first_page_slot] = -1


@pytest.mark.parametrize(
    "spoil",
    [
        *(_spoil_frozen, _spoil_power, _spoil_both, _spoil_balance, _spoil_released, _spoil_date),
        *(_change_unpaid, _change_total, _change_tuesday, _change_wednesday),
    ],
)
def test_wrong_books_are_noticed(spoil: Callable[[Book], None]) -> None:
    book = busy_desk().book
    check_book(book)

    spoil(book)

    with pytest.raises(InvariantBroken):
        check_book(book)


def test_the_cheap_check_sees_what_a_block_could_spoil() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    order = desk.freeze(contract_no, 100)
    cases = (
        (SEAT, freeze(contract_no, 1), "power_fen"),
        (SEAT, release(order, contract_no, 1), "frozen_fen"),
        (SAVINGS_SEAT, withdrawal(contract_no, 1), "balance_fen"),
    )
    for seat, record, column in cases:
        frames = Frames.of(desk.prefixes(Frame(seat, record)))
        give_out_pages(desk.book, frames, record)
        block = resolve(desk.book, frames, record)
        check_block(desk.book, block)
        kept = int(getattr(desk.book, column)[SPARE_ACCOUNTS])
        getattr(desk.book, column)[SPARE_ACCOUNTS] = -1
        with pytest.raises(InvariantBroken):
            check_block(desk.book, block)
        getattr(desk.book, column)[SPARE_ACCOUNTS] = kept


def test_a_frame_that_crosses_a_page() -> None:
    """Numbers 8,191 and 8,192 lie in two pages; with another seat's page between them."""
    desk = Desk()
    contract_no = desk.open(COLUMN_FEN_MAX)
    desk.ask(SEAT, *[freeze(contract_no, 1)] * (REQUEST_PAGE_RECORDS - 10))
    other = desk.freeze(contract_no, 5, seat=12)

    desk.ask(SEAT, *(freeze(contract_no, 100 + place) for place in range(20)))
    desk.send(*(Frame(SEAT, joined(freeze(contract_no, 200 + place))) for place in range(20)))

    first = REQUEST_PAGE_RECORDS - 9
    for offset, amount_fen in ((0, 100), (8, 108), (9, 109), (19, 119), (20, 200), (39, 219)):
        target = (desk.book.trade_date, SEAT, first + offset)
        assert desk.ask(SEAT, release(target, contract_no, amount_fen))[0] == (ReplyCode.ACCEPTED, 2, 0)
    assert desk.ask(SEAT, release(other, contract_no, 5))[0].code == ReplyCode.ACCEPTED
    check_book(desk.book)


def test_several_frames_of_one_seat_over_pages() -> None:
    desk = fresh_desk()
    records = bulk_records(5, 3 * 4_000, int(desk.book.next_number[SEAT]))

    desk.send(*(Frame(SEAT, records[start : start + 4_000]) for start in range(0, len(records), 4_000)))

    assert desk.book.requests.page_owners[: desk.book.requests.pages_used].tolist().count(SEAT * 2442 + 1) == 1
    check_book(desk.book)


def test_no_slice_grows_with_what_settled_dates_left() -> None:
    desk = busy_desk()
    before, few = engine.state_slice_count(desk.book), len(desk.book.unsettled.keys)
    common = engine.state_slice_digest(desk.book, 0)
    keys = np.arange(3 * UNPAID_SLICE_KEYS + 1, dtype=np.int64)
    unsettled = desk.book.unsettled
    unsettled.keys, unsettled.unpaid_bought_fen, unsettled.unpaid_sold_fen = keys, keys.copy(), keys.copy()

    assert (few, engine.state_slice_count(desk.book)) == (1, before + len(keys) // UNPAID_SLICE_KEYS)
    assert engine.state_slice_digest(desk.book, 0) != common  # their number is in it
    last = engine.state_slice_count(desk.book) - 1
    digests = [engine.state_slice_digest(desk.book, place) for place in range(last + 1)]
    unsettled.unpaid_sold_fen[UNPAID_SLICE_KEYS] += 1
    changed = [engine.state_slice_digest(desk.book, place) for place in range(last + 1)]
    assert [a != b for a, b in zip(digests, changed, strict=True)] == [place == last - 4 for place in range(last + 1)]
