"""What orders through the bank have frozen and bought, as the gateway's own book reckons it, in any order of rows.

Belongs here: `OwnBook` with orders, by steps. Never here: which outcome counts (test_book_intake), the ledger's part of
it (test_random_orders).
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.own_book.book import OwnBook
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.orders.fees import FeeComponent
from protocol.messages.orders.securities import RegisterSecurities
from protocol.vocabulary import RecordKind
from tests.fees import fees_set
from tests.gateway.own_book.ordering import (
    BROKER,
    MONDAY,
    PAPERS,
    TUESDAY,
    Said,
    Step,
    book_after,
    heard,
    lowered,
    money,
    opened,
    prices,
    said,
    settled,
    signed,
)
from tests.securities import NO_REST, share

ORDER, EXECUTED, CANCELLED = RecordKind.ORDER, RecordKind.EXECUTED, RecordKind.CANCELLED
REFUSED, CLOSE = RecordKind.REFUSED, RecordKind.CLOSE
BEGUN: tuple[Step, ...] = (opened, signed, *PAPERS)
# 1,000 × 10.00; 400 at 9.95 and 600 at 9.90
TAKEN = Said(ORDER, 7, 1_000, 100_000, 1_001_820)
FIRST_PART = Said(EXECUTED, 7, 400, 400 * 99_500, 601_092)
ALL_OF_IT = Said(EXECUTED, 7, 1_000, 400 * 99_500 + 600 * 99_000, 0)


def test_an_order_freezes_and_its_fills_draw_what_the_page_says() -> None:
    """10,018.20; 3,987.24 drawn, 6,010.92 remains; 5,950.82 drawn."""
    book = book_after([*BEGUN, said(10, TAKEN)])
    assert money(book) == (1_001_820, 0)

    said(11, FIRST_PART)(book)
    book.check_complete()
    assert money(book) == (601_092, 398_724)

    said(12, ALL_OF_IT, FIRST_PART._replace(code=ReplyCode.LISTED), ALL_OF_IT)(book)
    book.check_complete()
    assert money(book) == (0, 398_724 + 595_082)


def test_what_is_cancelled_and_what_is_refused_goes_back() -> None:
    """Of 100 × 6.00 with its 605.01 frozen 40 are bought for 245.00, the rest cancelled; another order is refused."""
    small, other = Said(ORDER, 1, 100, 60_000, 60_501), Said(ORDER, 2, 100, 100_000, 100_502, contract=1)
    part, rest = Said(EXECUTED, 1, 40, 40 * 60_000, 36_001), Said(CANCELLED, 1, 60)
    book = book_after([*BEGUN, said(10, small, other), said(11, part)])
    assert money(book) == (36_001, 24_500)

    for row, step in enumerate((said(12, rest), said(13, Said(REFUSED, 2, contract=1)), said(14, rest))):
        step(book)
        book.check_complete()
        assert money(book) == (0, 24_500)
        assert money(book, 1) == (100_502 if row == 0 else 0, 0)


CLOSED = Said(CLOSE, 7, 0, 598_724 - 398_724, 601_092 - 200_000)
DAY: list[Step] = [
    opened,
    signed,
    *PAPERS,
    said(10, TAKEN),
    # From here on more is charged: no order of before has it.
    heard(11, fees_set(BROKER, MONDAY, FeeComponent(2_000_000, 0, 0, 0, 500, 0))),
    said(12, Said(ORDER, 8, 1_000, 100_000, 1_002_020, contract=1)),
    said(13, FIRST_PART, FIRST_PART),
    said(14, Said(CANCELLED, 8, 500, 0, 501_010, contract=1)),
    said(15, Said(EXECUTED, 8, 100, 100 * 100_000, 400_508, contract=1), FIRST_PART),
    said(16, CLOSED),
    said(17, Said(CANCELLED, 7, 600)),  # as the bank has it since: the set was taken back
    said(18, Said(CANCELLED, 8, 900, contract=1)),
    heard(19, prices(TUESDAY, accrued=7)),
    settled(MONDAY),
]


@given(st.permutations(DAY))
def test_orders_come_out_the_same_in_any_order_of_rows(order: list[Step]) -> None:
    """What is live overtakes what is fed: reports their order, an order its fee table, a closing all of it."""
    book = book_after(order)

    _, frozen, bought, _ = book.figures()
    assert (frozen.tolist(), bought.tolist()) == ([0, 0], [598_724, 100_502])
    assert not book.orders.pages  # all of Monday has left


LOWERED: list[Step] = [
    opened,
    signed,
    *PAPERS,
    said(10, TAKEN),
    said(11, FIRST_PART),
    said(12, ALL_OF_IT),
    lowered(7, 400, 400 * 99_500),
    said(14, FIRST_PART._replace(left_fen=0), Said(CANCELLED, 7, 600)),
]


@given(st.permutations(LOWERED))
def test_what_two_people_have_lowered_is_the_order_s_last_word(order: list[Step]) -> None:
    """1,000 were reported in all, of which 400 were executed: 3,987.24 is bought, and nothing frozen any more."""
    assert money(book_after(order)) == (0, 398_724)


def test_an_order_is_lowered_once() -> None:
    with pytest.raises(InvariantBroken, match="lowered twice"):
        book_after([*LOWERED, lowered(7, 1, 99_500)])


@given(
    st.permutations(
        [opened, signed, *PAPERS, said(10, TAKEN), said(11, FIRST_PART), said(12, CLOSED), lowered(7, 0, 0)]
    )
)
def test_an_order_that_a_withdrawn_set_had_closed_is_lowered_to_what_it_is_now(order: list[Step]) -> None:
    """Closing had drawn 2,000.00 of it: that was none of the order's either."""
    assert money(book_after(order)) == (0, 0)


@given(st.permutations(range(len(DAY) - 1)), st.integers(0, len(DAY) - 1))
def test_orders_are_reckoned_once_wherever_the_book_was_whole(order: list[int], cut: int) -> None:
    """Rows up to one are all there, and counted; then the others come in any order."""
    early, late = [at for at in order if at < cut], [at for at in order if at >= cut]
    book = OwnBook()
    for at in early:
        DAY[at](book)
    book.check_complete()
    again = OwnBook.from_arrays(book.arrays())
    for at in late:
        DAY[at](book)
        DAY[at](again)
    for each in (book, again):
        each.check_complete()
        assert money(each) == (0, 598_724)
        assert money(each, 1) == (0, 100_502)


@pytest.mark.parametrize(
    "wrong",
    [
        TAKEN._replace(left_fen=1_001_819),
        FIRST_PART._replace(left_fen=601_093),
        Said(CANCELLED, 7, 500, left_fen=1),
        Said(REFUSED, 7, left_fen=1),
        Said(CLOSE, 7, 0, 1, 1_001_820),
    ],
    ids=lambda one: one.kind.name,
)
def test_a_ledger_that_tells_otherwise_is_found_out(wrong: Said) -> None:
    before = [] if wrong.kind == ORDER else [said(10, TAKEN)]
    with pytest.raises(InvariantBroken, match="of order 7 of seat 41 and 20260105 the ledger has"):
        book_after([*BEGUN, *before, said(11, wrong)])


def test_an_order_has_what_was_set_in_front_of_it() -> None:
    """A version of its own date follows, and fees of a later one: neither is an order's that was taken before."""
    dearer = fees_set(BROKER, TUESDAY, FeeComponent(0, 0, 0, 1_000, 0, 0))
    halves = RegisterSecurities(0, 0, [share(MONDAY)], NO_REST)
    steps = [
        *BEGUN,
        heard(5, prices(MONDAY, accrued=100)),
        said(10, Said(ORDER, 1, 100, 99_900, 100_502)),
        heard(11, prices(MONDAY)),
        heard(12, dearer),
        heard(13, halves),
        said(14, Said(ORDER, 2, 100, 100_000, 100_502, contract=1)),
        heard(15, prices(TUESDAY)),
        said(16, Said(ORDER, 1, 100, 100_000, 101_002, trade_date=TUESDAY)),
    ]
    assert money(book_after(steps)) == (100_502 + 101_002, 0)
    chance = random.Random(1)
    chance.shuffle(steps)
    assert money(book_after(steps)) == (100_502 + 101_002, 0)


def test_tables_that_no_order_has_are_forgotten_and_those_of_orders_are_not() -> None:
    book = book_after([*BEGUN, said(10, TAKEN)])
    cheaper = [FeeComponent(rate, 0, 0, 0, 0, 0) for rate in (1, 2, 3)]
    for row, fee in enumerate(cheaper, 11):
        heard(row, fees_set(BROKER, MONDAY, fee), is_last=True)(book)
    book.check_complete()

    book.orders.forget(TUESDAY)
    assert len(book.orders.papers.tables) == 2
    heard(20, prices(TUESDAY))(book)
    bought = Said(ORDER, 1, 1_000, 100_000, 1_000_020, contract=1, trade_date=TUESDAY)
    said(21, FIRST_PART, bought)(book)
    book.check_complete()
    assert money(book) == (601_092, 398_724)

    settled(MONDAY)(book)
    book.check_complete()
    book.orders.forget(TUESDAY)
    assert len(book.orders.papers.tables) == 1
    assert money(book) == (601_092, 398_724)


def test_a_replaced_card_is_charged_as_the_first_contract_s_broker_charges() -> None:
    book = book_after(BEGUN)
    book.replace_card(contract_no_from_index(2), contract_no_from_index(0), account_no_from_index(1))
    said(10, TAKEN._replace(contract=2))(book)
    book.check_complete()
    assert money(book, 2) == (1_001_820, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (TAKEN._replace(code_of_security="600001"), "nothing was told of: Ordered"),
        (TAKEN._replace(trade_date=TUESDAY), "nothing was told of: Ordered"),
        (TAKEN._replace(quantity=0), "none to buy at a limit"),
        (TAKEN._replace(left_fen=-1), "what cannot be"),
        (FIRST_PART, "fit no order"),
        (FIRST_PART._replace(number=0), "has the number 0"),
        (FIRST_PART._replace(quantity=-1), "what cannot be"),
    ],
)
def test_an_impossible_order_breaks_the_book(line: Said, reason: str) -> None:
    with pytest.raises(InvariantBroken, match=reason):
        book_after([*BEGUN, said(10, line)])


def test_reports_of_more_than_was_ordered_break_the_book() -> None:
    for report in (Said(EXECUTED, 7, 1_001, 1), Said(CANCELLED, 7, 1_001)):
        with pytest.raises(InvariantBroken, match="fit no order"):
            book_after([*BEGUN, said(10, TAKEN), said(11, report)])
    with pytest.raises(InvariantBroken, match="taken twice"):
        book_after([*BEGUN, said(10, TAKEN), said(11, TAKEN)])


def test_a_bank_through_which_nobody_orders_keeps_nothing_for_it() -> None:
    book = OwnBook()
    opened(book)
    signed(book)
    said(10, Said(CLOSE, 7, 0, 5, 5), overtakes=False)(book)
    book.check_complete()
    assert not book.orders.pages
    assert not book.orders.arrays()
