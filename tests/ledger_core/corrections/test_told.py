"""What a broker is told of what it makes good, and of a set that the bank withdraws: each once, to it alone.

Belongs here: entries of feeds that come of corrections and withdrawals. Never here: what a correction moves.
"""

from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.messages.day.steps import Publish, WithdrawSet
from protocol.messages.feeds import CaseTold, FeedContent, SetWithdrawn
from protocol.messages.fields import sum_from_fen
from protocol.vocabulary import FeedKind, LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.control.day.test_adopted_sets import Deferred
from tests.ledger_core.control.test_feeds import said
from tests.ledger_core.corrections.one_day import Day, case, day, two_corrected
from tests.ledger_core.corrections.people import decision, permitted, withdrawal
from tests.ledger_core.corrections.words import IN_ORDER, Both, compare, compared, correction, reversals, sent, stands
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, Desk, codes, same_after_all
from tests.ledger_core.lines.words import announce, buy, event, refund

ACCEPTED = ReplyCode.ACCEPTED
TOLD = (FeedKind.CASE, FeedKind.SET_WITHDRAWN, FeedKind.SET_COMPARED, FeedKind.OBLIGATION)


def told(desk: Desk, party: int = BROKER) -> list[tuple[FeedKind, int]]:
    """Kind and contract of each entry of Monday's set."""
    return [(kind, no) for kind, date, no, _ in said(desk, party) if kind in TOLD and date == MONDAY]


def last(desk: Desk) -> FeedContent:
    return said(desk)[-1][3]


def withdrawn(d: Day, number: int = 1) -> None:
    assert d.desk.control(withdrawal(d.office, BROKER, number)) == ACCEPTED
    assert codes(sent(d.desk, IN_ORDER, *reversals(d.desk, BROKER))) == [ACCEPTED] * 2


def test_each_case_is_told_once_with_the_comparison_behind_it_and_before_what_is_owed() -> None:
    """Ann and Bob each bought for 1.00 without a freeze: cases 1 and 2."""
    d, bob, _ = two_corrected(IN_ORDER)
    assert told(d.desk) == [(FeedKind.SET_COMPARED, 0)]

    compare(d.desk, BROKER)

    compared_once, first, second = (FeedKind.SET_COMPARED, 0), (FeedKind.CASE, d.ann), (FeedKind.CASE, bob)
    assert told(d.desk) == [compared_once, first, second, compared_once]
    contents = [content for kind, *_, content in said(d.desk) if kind == FeedKind.CASE]
    assert contents == [CaseTold(1, 1, 100, 0), CaseTold(1, 2, 100, 0)]
    compare(d.desk, BROKER)
    d.desk.done(decision(d.office, d.desk, BROKER, "MISSING_HERE"))
    d.desk.done(Publish(MONDAY, BROKER))
    assert told(d.desk)[4:] == [compared_once, compared_once, *[(FeedKind.OBLIGATION, 0)] * 3]
    assert told(d.desk, OTHER_BROKER) == []
    same_after_all(d.desk)


def test_buys_and_proceeds_that_are_made_good_are_told_apart() -> None:
    """Ann sold for 1.00, and has frozen that the next day; the set has no sale, and a buy of 0.30 that people reject.
    Her broker makes good 0.30 that were bought, and 1.00 that was not sold.
    """
    d = day(0, 0, sold_fen=100)
    d.desk.roll(TUESDAY)
    d.desk.freeze(d.ann, 100)
    compared(d.desk, BROKER, event(d.ann), buy((MONDAY, SEAT, 90), d.ann, 30))
    both = Both(30, 0, 0, 100, 30, 100)
    act = permitted(d.office, d.desk, BROKER, d.ann, both, rejected_fen=30)
    assert sent(d.desk, IN_ORDER, correction(d.ann, both, act)) == [case(1)]

    compare(d.desk, BROKER)
    assert said(d.desk)[-2][3] == CaseTold(1, 1, 30, 100)


def test_what_was_told_ends_with_the_set_and_its_successor_tells_its_own() -> None:
    d, bob, both = two_corrected(IN_ORDER)
    compare(d.desk, BROKER)
    withdrawn(d)
    assert last(d.desk) == SetWithdrawn(1, True, 2, sum_from_fen(200))

    lines = [buy((MONDAY, SEAT, 80 + place), no, 100) for place, no in enumerate((d.ann, bob))]
    compared(d.desk, BROKER, event(d.ann), event(bob), *lines)
    act = permitted(d.office, d.desk, BROKER, bob, both)
    assert sent(d.desk, IN_ORDER, correction(bob, both, act)) == [case(3)]
    compare(d.desk, BROKER)
    assert said(d.desk)[-2][2:] == (bob, CaseTold(2, 3, 100, 0))
    same_after_all(d.desk)


def test_of_cases_that_were_not_told_nothing_is_said() -> None:
    d, _, _ = two_corrected(IN_ORDER)
    withdrawn(d)

    assert last(d.desk) == SetWithdrawn(1, True, 0, sum_from_fen(0))
    assert (FeedKind.CASE, d.ann) not in told(d.desk)
    same_after_all(d.desk)


def test_a_set_by_which_nothing_was_booked_is_gone_at_once() -> None:
    d = day(0, 0)
    compared(d.desk, BROKER, event(d.ann), refund(1, d.ann, 5))
    assert d.desk.control(withdrawal(d.office, BROKER, 1)) == ACCEPTED

    assert last(d.desk) == SetWithdrawn(1, False, 0, sum_from_fen(0))
    assert stands(d.desk, BROKER) == LaneState.FINISHED
    same_after_all(d.desk)


def test_a_broker_hears_of_an_adopted_set_that_the_bank_withdraws_and_not_of_its_own() -> None:
    house = Deferred()
    assert house.adopt(event(house.ann)) == (ACCEPTED, 1)
    assert house.desk.control(WithdrawSet(MONDAY, 1), DAY_SEAT) == ACCEPTED
    assert announce(house.desk, event(house.ann)).code == ACCEPTED
    assert house.desk.control(WithdrawSet(MONDAY, 2), SEAT) == ACCEPTED

    assert told(house.desk) == [(FeedKind.SET_WITHDRAWN, 0)]
    assert last(house.desk) == SetWithdrawn(1, False, 0, sum_from_fen(0))
    assert told(house.desk, OTHER_BROKER) == []
    same_after_all(house.desk)


def test_what_was_told_is_state() -> None:
    d, _, _ = two_corrected(IN_ORDER)
    compare(d.desk, BROKER)
    again = from_arrays({name: array.copy() for name, array in to_arrays(d.desk.book).items()})
    before = int(again.feeds.positions[BROKER])

    d.desk.book = again
    compare(d.desk, BROKER)
    assert int(again.feeds.positions[BROKER]) == before + 1  # of what was compared
