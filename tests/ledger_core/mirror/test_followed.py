"""What buys make of positions, from the record to the mirror: reports, the close, an act of two people.

No record tells what an account has yet: it is written by hand, as is which securities account a contract has.
"""

import pytest

from ledger.core.invariants import check_book
from ledger.core.state.number_index import packed
from ledger.core.state.orders.positions import account_on
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index, index_from_contract_no
from protocol.limits import SECURITY_NUMBER_MAX
from protocol.messages.day.steps import Publish
from protocol.vocabulary import Fate, Market
from rules.orders.cleared import Line
from rules.orders.mirror import Position
from tests.ledger_core.corrections.words import sent
from tests.ledger_core.desk import BROKER, MONDAY, TUESDAY, Desk, whole_state
from tests.ledger_core.ordering.trading import (
    PAPER,
    YUAN,
    Name,
    a_bank,
    a_customer,
    cancelled,
    executed,
    ordered,
    said,
)
from tests.ledger_core.orders.at_the_close.test_lowered import Day
from tests.ledger_core.orders.at_the_close.words import bought, closings, opened, reconciled

FRIDAY_BEFORE = 20_260_102
ANN = account_on(Market.XSHG, packed("A123456789"))
SECURITY = PAPER[1]


def known(desk: Desk, contract_no: int, told_for: int = FRIDAY_BEFORE, has: Position | None = None) -> None:
    """The contract has Ann's securities account, of which this was told: 100, if nothing else is said."""
    desk.book.securities_no[index_from_contract_no(contract_no), 0] = packed("A123456789")
    desk.book.orders.mirror.tell(ANN, told_for, {SECURITY: has or Position(100, 100)})


def a_customer_who_is_known(told_for: int = FRIDAY_BEFORE) -> tuple[Desk, int]:
    desk = a_bank()
    ann = a_customer(desk)
    known(desk, ann, told_for)
    return desk, ann


def position(desk: Desk) -> Position | None:
    check_book(desk.book)
    return desk.book.orders.mirror.position(ANN, SECURITY)


@pytest.mark.parametrize("is_one_block", [False, True])
def test_what_is_bought_is_held_from_its_report_on_and_sellable_on_the_next_date(is_one_block: bool) -> None:
    desk, ann = a_customer_who_is_known()
    name = ordered(desk, ann)
    reports = [
        executed(name, ann, 400, 3_980 * YUAN),
        executed(name, ann, 400, 3_980 * YUAN),
        executed(name, ann, 600, 5_980 * YUAN),
        cancelled(name, ann, 400),
    ]
    assert position(desk) == Position(100, 100)

    for some in [reports] if is_one_block else [[each] for each in reports]:
        assert {answer.code for answer in said(desk, *some)} == {ReplyCode.ACCEPTED}

    assert position(desk) == Position(700, 100, 0, 600)
    desk.roll(TUESDAY)
    assert position(desk) == Position(700, 700)


def test_an_order_and_its_report_in_one_block_are_followed() -> None:
    desk, ann = a_customer_who_is_known()
    first = ordered(desk, ann, 100)

    assert [answer.code for answer in said(desk, executed(first, ann, 100, 990 * YUAN))] == [ReplyCode.ACCEPTED]
    assert position(desk) == Position(200, 100, 0, 100)


def test_monday_that_is_reported_on_tuesday_is_sellable_on_tuesday() -> None:
    desk, ann = a_customer_who_is_known()
    name = ordered(desk, ann)
    desk.roll(TUESDAY)

    assert [answer.code for answer in said(desk, executed(name, ann, 400, 3_980 * YUAN))] == [ReplyCode.ACCEPTED]
    assert position(desk) == Position(500, 500)


@pytest.mark.parametrize("told_for", [MONDAY, TUESDAY])
def test_what_was_told_of_its_date_or_a_later_one_has_the_order_in_it(told_for: int) -> None:
    desk, ann = a_customer_who_is_known(told_for)
    name = ordered(desk, ann)

    assert [answer.code for answer in said(desk, executed(name, ann, 400, 3_980 * YUAN))] == [ReplyCode.ACCEPTED]
    assert position(desk) == Position(100, 100)


def test_of_who_is_unknown_nothing_is_reckoned() -> None:
    desk, ann = a_customer_who_is_known()
    desk.book.orders.mirror.forget(ANN)
    slices = len(whole_state(desk.book))
    name: Name = ordered(desk, ann)

    said(desk, executed(name, ann, 400, 3_980 * YUAN))
    assert position(desk) is None
    assert desk.book.orders.mirror.rows == 0
    assert len(whole_state(desk.book)) >= slices


def test_more_than_is_kept_makes_the_account_unknown_and_the_report_is_booked() -> None:
    desk = a_bank()
    ann = a_customer(desk)
    known(desk, ann, has=Position(SECURITY_NUMBER_MAX, 0))
    name = ordered(desk, ann)

    assert [answer.code for answer in said(desk, executed(name, ann, 400, 3_980 * YUAN))] == [ReplyCode.ACCEPTED]
    assert position(desk) is None


def test_closing_books_what_the_set_has_beyond_the_reports() -> None:
    """400 of 1,000 are reported; the set has all of them."""
    desk, ann = a_customer_who_is_known()
    name, index = ordered(desk, ann), index_from_contract_no(ann)
    said(desk, executed(name, ann, 400, 3_980 * YUAN))
    line = Line(1_000, 992_000, (1_786, 0, 20, 0, 0))
    reconciled(desk, *opened(index), *bought(1, index, line, fate=Fate.FILLED))
    desk.done(Publish(MONDAY, BROKER))

    assert [each.code for each in sent(desk, 0, *closings(desk))] == [ReplyCode.ACCEPTED]
    assert position(desk) == Position(1_100, 100, 0, 1_000)


def test_what_two_people_lower_is_taken_back() -> None:
    """400 were reported and 300 are so."""
    d = Day()
    known(d.desk, contract_no_from_index(d.ann), has=Position(500, 100, 0, 400))

    assert d.asked() == ReplyCode.ACCEPTED
    assert position(d.desk) == Position(400, 100, 0, 300)
