"""The bank agrees with itself: a mark, what is told of the other book as of it, and what comes between."""

from ledger.core import engine
from protocol.codes import ReplyCode
from protocol.messages.day.steps import Mark, SignOff, Tell
from protocol.messages.queries import PartyTotals, totals_digest
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import MONDAY, SEAT, TUESDAY, Desk, deposit, fill_buy, same_after_all

ACCEPTED = ReplyCode.ACCEPTED


def signed_off() -> tuple[Desk, int]:
    """Monday is over; a customer has 1,000, of which 300 are frozen and 200 spent."""
    desk = Desk()
    customer = desk.open(1_000)
    order = desk.freeze(customer, 500)
    desk.ask(SEAT, fill_buy(order, customer, 200))
    desk.done(SignOff(MONDAY))
    return desk, customer


def is_agreed(desk: Desk, trade_date: int = MONDAY) -> bool:
    return bool(desk.book.unsettled.agreed[desk.book.unsettled.slot_of(trade_date)])


def test_the_same_totals_as_of_the_mark_agree_whatever_came_since() -> None:
    desk, customer = signed_off()
    assert desk.control(Mark(MONDAY, False)) == ACCEPTED
    sequence, other_book = desk.book.sequence, totals_digest(engine.totals(desk.book))
    desk.ask(SAVINGS_SEAT, deposit(customer, 7))

    assert desk.control(Tell(MONDAY, sequence, other_book)) == ACCEPTED

    assert is_agreed(desk)
    same_after_all(desk)


def test_one_fen_more_differs_and_changes_nothing() -> None:
    desk, customer = signed_off()
    desk.done(Mark(MONDAY, False))
    sequence = desk.book.sequence
    desk.ask(SAVINGS_SEAT, deposit(customer, 1))

    code = desk.control(Tell(MONDAY, sequence, totals_digest(engine.totals(desk.book))))

    assert code == ReplyCode.TOTALS_DIFFER
    assert not is_agreed(desk)
    same_after_all(desk)


def test_a_party_with_nothing_is_the_same_as_none() -> None:
    some = [PartyTotals.of(2, 1, 0, 0, 0)]
    assert totals_digest([*some, PartyTotals.of(3, 0, 0, 0, 0)]) == totals_digest(some)
    assert totals_digest([PartyTotals.of(2, 0, 1, 0, 0)]) != totals_digest(some)


def test_only_the_last_mark_is_told_of() -> None:
    desk, _ = signed_off()
    digest = totals_digest(engine.totals(desk.book))
    assert desk.control(Tell(MONDAY, 1, digest)) == ReplyCode.STEP_NOT_DUE
    desk.done(Mark(MONDAY, False))
    first = desk.book.sequence
    desk.done(Mark(MONDAY, False))

    assert desk.control(Tell(MONDAY, first, digest)) == ReplyCode.STEP_NOT_DUE
    assert desk.control(Tell(MONDAY, first + 1, digest)) == ACCEPTED


def test_a_date_is_agreed_once_its_trading_has_ended_also_on_the_next_one() -> None:
    desk = Desk()
    assert desk.control(Mark(MONDAY, False)) == ReplyCode.STEP_NOT_DUE
    assert desk.control(Mark(TUESDAY, False)) == ReplyCode.DATE_NOT_UNSETTLED
    desk.roll(TUESDAY)

    desk.done(Mark(MONDAY, False))
    desk.done(Tell(MONDAY, desk.book.marked_sequence, totals_digest(engine.totals(desk.book))))

    assert (is_agreed(desk), is_agreed(desk, TUESDAY)) == (True, False)
    assert desk.control(Tell(TUESDAY, desk.book.marked_sequence, bytes(32))) == ReplyCode.STEP_NOT_DUE
    desk.settle(MONDAY)
    assert desk.control(Tell(MONDAY, desk.book.marked_sequence, bytes(32))) == ReplyCode.DATE_NOT_UNSETTLED
    same_after_all(desk)
