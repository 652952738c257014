"""Positions of the mirror in their pages: as a plain dict says, in slices and snapshots, and unknown is not none.

No record brings one yet: they are written by hand.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.number_index import packed
from ledger.core.state.orders import positions
from ledger.core.state.orders.positions import UNKNOWN, Mirror, account_on
from ledger.core.state.orders.securities import number_of_code
from protocol.errors import InvariantBroken
from protocol.messages.customers.accounts import ChangeContract, ContractTerms, ReplaceCard, SignContracts
from protocol.vocabulary import ContractEvent, Market
from rules.orders.mirror import Position, roll
from tests.customers import contract, shares
from tests.ledger_core.desk import BROKER, MONDAY, TUESDAY, Desk, whole_state

ANN, BOB = (account_on(Market.XSHG, packed(text)) for text in ("A123456789", "B1"))
BANK, STEEL = number_of_code("600000"), number_of_code("600019")
SOME = Position(1_000, 800, 300, 100)


def a_mirror() -> Mirror:
    """Bob has nothing, in row 0, and Ann something of two securities, rows 1 to 3, by what was told for Monday."""
    mirror = Mirror()
    mirror.tell(ANN, MONDAY, {STEEL: Position(5, 5), BANK: SOME})
    mirror.tell(BOB, MONDAY, {})
    return mirror


def copied(book: Book) -> Book:
    return from_arrays({name: array.copy() for name, array in to_arrays(book).items()})


def a_bank() -> Desk:
    desk = Desk()
    desk.book.orders.mirror = a_mirror()
    return desk


def test_unknown_is_not_none() -> None:
    mirror = a_mirror()
    on_the_other_market = account_on(Market.XSHE, packed("A123456789"))

    assert [mirror.told_for(each) for each in (ANN, BOB, on_the_other_market)] == [MONDAY, MONDAY, UNKNOWN]
    assert (mirror.position(ANN, BANK), mirror.position(BOB, BANK)) == (SOME, Position())
    assert mirror.position(on_the_other_market, BANK) is None
    assert mirror.positions_of(ANN) == {BANK: SOME, STEEL: Position(5, 5)}
    assert (mirror.positions_of(BOB), mirror.positions_of(on_the_other_market)) == ({}, None)
    with pytest.raises(InvariantBroken, match="nobody has told"):
        mirror.put(on_the_other_market, BANK, SOME)


def test_no_account_is_another_one_and_every_key_is_above_0() -> None:
    texts = ("Z", "ZZZZZZZZZZ", "0", "A123456789")
    keys = [account_on(market, packed(text)) for market in (Market.XSHG, Market.XSHE) for text in texts]

    assert len(set(keys)) == len(keys)
    assert 0 < min(keys) < max(keys) < 2**63 - 1
    assert 0 < number_of_code("ZZZZZZZZ") < 2**63


def test_what_a_set_does_not_name_is_0_and_what_becomes_0_has_no_row() -> None:
    mirror = a_mirror()

    mirror.tell(ANN, TUESDAY, {BANK: Position(7, 7)})
    assert (mirror.told_for(ANN), mirror.positions_of(ANN), mirror.rows) == (TUESDAY, {BANK: Position(7, 7)}, 3)
    mirror.put(ANN, BANK, Position())
    assert (mirror.told_for(ANN), mirror.positions_of(ANN), mirror.rows) == (TUESDAY, {}, 2)
    mirror.forget(ANN)
    mirror.forget(ANN)
    assert (mirror.positions_of(ANN), mirror.positions_of(BOB), mirror.rows) == (None, {}, 1)
    mirror.forget(BOB)
    assert mirror.pages == []


def test_without_room_an_account_is_unknown_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "MIRROR_ROWS_MAX", 4)
    mirror = a_mirror()

    mirror.put(BOB, BANK, replace(SOME))  # what is there needs no room
    assert (mirror.positions_of(BOB), mirror.rows) == (None, 3)
    mirror.put(ANN, BANK, Position(1))
    assert mirror.position(ANN, BANK) == Position(1)
    mirror.tell(BOB, TUESDAY, {BANK: SOME})
    assert (mirror.positions_of(BOB), mirror.rows) == (None, 3)
    mirror.tell(BOB, TUESDAY, {BANK: Position()})
    assert (mirror.positions_of(BOB), mirror.rows) == ({}, 4)


accounts, codes = st.integers(1, 4), st.integers(1, 9)
numbers = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(
    lambda of: Position(of[0] + of[1], of[0], of[2], of[1])
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), accounts, codes, numbers),
        st.tuples(st.just("tell"), accounts, st.dictionaries(codes, numbers, max_size=9), st.none()),
        st.tuples(st.just("forget"), accounts, st.none(), st.none()),
        st.tuples(st.just("roll"), st.none(), st.none(), st.none()),
    ),
    max_size=40,
)


@given(st.sampled_from((4, 12)), steps)
def test_pages_say_what_a_dict_says(page_rows: int, drawn: list[tuple[str, int, object, object]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(positions, "MIRROR_PAGE_ROWS", page_rows)
        mirror, plain = Mirror(), dict[int, dict[int, Position]]()
        for what, account, first, second in drawn:
            if what == "put" and account in plain:
                assert isinstance(first, int) and isinstance(second, Position)  # noqa: PT018 - for the types alone
                mirror.put(account, first, second)
                plain[account][first] = second
            elif what == "tell":
                assert isinstance(first, dict)
                mirror.tell(account, MONDAY, first)
                plain[account] = dict(first)
            elif what == "forget":
                mirror.forget(account)
                plain.pop(account, None)
            elif what == "roll":
                mirror.roll()
                plain = {at: {code: rolled(each) for code, each in of.items()} for at, of in plain.items()}
            is_as(mirror, plain)
        same = Mirror.from_arrays({name: array.copy() for name, array in mirror.to_arrays().items()})
        assert [page.used for page in same.pages] == [page.used for page in mirror.pages]
        is_as(same, plain)


def test_what_is_left_of_many_rows_is_in_few_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 rows in pages of 4, of which every tenth stays."""
    monkeypatch.setattr(positions, "MIRROR_PAGE_ROWS", 4)
    mirror, some = Mirror(), Position(1)
    mirror.tell(ANN, MONDAY, dict.fromkeys(range(1, 100), some))

    for code in range(1, 100):
        if code % 10:
            mirror.put(ANN, code, Position())

    is_as(mirror, {ANN: dict.fromkeys(range(10, 100, 10), some)})
    assert len(mirror.pages) <= 4 * 10 // 4


def rolled(position: Position) -> Position:
    later = replace(position)
    roll(later)
    return later


def is_as(mirror: Mirror, plain: dict[int, dict[int, Position]]) -> None:
    for account in {*range(1, 5), *plain}:
        of = plain.get(account)
        some = None if of is None else {code: each for code, each in sorted(of.items()) if each != Position()}
        assert mirror.positions_of(account) == some
        for code in range(1, 10):
            assert mirror.position(account, code) == (None if of is None else of.get(code, Position()))
    used = [page.used for page in mirror.pages]
    assert sum(used) == mirror.rows == sum(1 + sum(map(is_some, of.values())) for of in plain.values())
    assert all(0 < each <= positions.MIRROR_PAGE_ROWS for each in used)
    assert all(2 * (one + other) > positions.MIRROR_PAGE_ROWS for one, other in pairwise(used))


def is_some(position: Position) -> bool:
    return position != Position()


def test_a_bank_that_knows_nobody_keeps_and_tells_nothing_of_the_mirror() -> None:
    desk = Desk()
    before = len(whole_state(desk.book))

    assert not [name for name in to_arrays(desk.book) if name.startswith("mirror")]
    assert copied(desk.book).orders.mirror.pages == []
    desk.book.orders.mirror = a_mirror()
    assert len(whole_state(desk.book)) == before + 1
    assert len([name for name in to_arrays(desk.book) if name.startswith("mirror")]) == 4


def test_a_row_is_32_bytes_and_each_number_is_told_in_the_slice_of_its_page() -> None:
    book = a_bank().book
    page = book.orders.mirror.pages[0]
    before = whole_state(book)

    assert sum(column[0].nbytes for column in page.columns()) == 32
    for column in page.columns():
        column[3] += 1
        after = whole_state(book)
        assert [place for place, each in enumerate(after) if each != before[place]] == [len(before) - 1]
        assert whole_state(copied(book)) == after
        column[3] -= 1
    assert whole_state(copied(book)) == before


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda mirror: _write(mirror, 0, 0, 0), "when an account was told"),
        (lambda mirror: _write(mirror, 0, 1, 1), "when an account was told"),
        (lambda mirror: _write(mirror, 2, 1, -1), "a position"),
        (lambda mirror: _write(mirror, 2, 1, 901), "what may be sold"),
        (lambda mirror: _write(mirror, 3, slice(None), 0), "a position of nothing"),
        (lambda mirror: mirror.pages[0].security.__setitem__(2, STEEL), "the order of positions"),
        (lambda mirror: mirror.pages[0].security.__setitem__(1, 1), "the head of"),
        (lambda mirror: setattr(mirror, "rows", 3), "pages of the mirror"),
    ],
)
def test_what_cannot_be_stops_the_process(change: Callable[[Mirror], None], what: str) -> None:
    book = a_bank().book
    check_book(book)

    change(book.orders.mirror)

    with pytest.raises(InvariantBroken, match=what):
        check_book(book)


def _write(mirror: Mirror, row: int, place: int | slice, value: int) -> None:
    mirror.pages[0].numbers[row, place] = value


def test_what_was_bought_may_be_sold_when_a_later_date_is_opened() -> None:
    desk = a_bank()

    desk.roll(TUESDAY)

    assert desk.book.orders.mirror.position(ANN, BANK) == Position(1_000, 900, 300, 0)
    assert desk.book.orders.mirror.told_for(ANN) == MONDAY


def test_a_card_that_is_replaced_keeps_what_a_contract_that_is_signed_anew_makes_unknown() -> None:
    desk = Desk()
    desk.open_account(0, holder=0)
    terms = contract(0, BROKER)
    signs = SignContracts([ContractTerms(terms.account_no, terms.party, shares("A123456789"), terms.status)])
    first = desk.told(signs).remaining_fen
    desk.book.orders.mirror = a_mirror()

    second = desk.told(ReplaceCard(first, desk.open_account(0, holder=0))).remaining_fen
    assert desk.book.orders.mirror.position(ANN, BANK) == SOME
    for number in (first, second):
        desk.done(ChangeContract(number, ContractEvent.TERMINATE))
    assert desk.book.orders.mirror.position(ANN, BANK) == SOME
    desk.done(signs)
    assert desk.book.orders.mirror.positions_of(ANN) is None
    assert desk.book.orders.mirror.positions_of(BOB) == {}
    assert np.array(desk.book.orders.mirror.rows) == 1
