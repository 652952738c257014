"""A set that two people withdraw: what may happen between two reversals, what they signed before, what is not there."""

from ledger.core.corrections.answers import to_revert
from ledger.core.lines.answers import clearing_set
from protocol.acts.day import ReopenDateAct
from protocol.codes import ReplyCode
from protocol.messages.control import EndSettlement
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.corrections import Revert, RevertsAnswer, RevertsQuery
from protocol.messages.day.steps import CompleteSet, FinishSending, Publish, Reconcile, WithdrawSet
from protocol.vocabulary import ContractEvent, LaneState, Right
from tests.ledger_core.corrections.one_day import (
    ACCEPTED,
    BOTH_WAYS,
    DIFFERS,
    NOT_DUE,
    case,
    day,
    made_good,
    two_corrected,
    withdrawn,
)
from tests.ledger_core.corrections.people import decision, permission, permitted, tolerance, withdrawal
from tests.ledger_core.corrections.words import (
    IN_ORDER,
    Both,
    closing,
    compare,
    compared,
    correction,
    reversal,
    reversals,
    sent,
    stands,
)
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    codes,
    fill_sell,
    same_after_all,
)
from tests.ledger_core.lines.words import announce, buy, event, order, send_whole
from tests.people import signed


@BOTH_WAYS
def test_between_two_reversals_nothing_else_goes_on(padding: int) -> None:
    """Not another set, not the date again, not a correction; fills and releases of the date do."""
    d, bob, both = two_corrected(padding)
    act = withdrawn(d, BROKER)
    assert to_revert(d.desk.book, RevertsQuery(MONDAY, BROKER, 0)).left == 2
    assert sent(d.desk, padding, reversal(bob, Both(), act)) == [case(2)]

    lane = clearing_set(d.desk.book, BROKER, MONDAY)
    assert (lane.state, lane.number, lane.listed, lane.proceeds_due) == (LaneState.REVERTING, 0, 0, 0)
    assert made_good(d.desk, BROKER) == {1: 100, 2: 0}
    assert announce(d.desk, event(d.ann)).code == NOT_DUE
    assert d.desk.control(FinishSending(MONDAY), SEAT) == NOT_DUE
    assert d.desk.control(CompleteSet(MONDAY, 1), SEAT) == ReplyCode.SET_UNKNOWN
    assert d.desk.control(Reconcile(MONDAY, BROKER, 0)) == NOT_DUE
    assert d.desk.control(WithdrawSet(MONDAY, 1), SEAT) == ReplyCode.SET_UNKNOWN
    assert d.desk.control(withdrawal(d.office, BROKER, 1)) == ReplyCode.SET_UNKNOWN
    assert d.desk.control(Publish(MONDAY, BROKER)) == NOT_DUE
    assert codes(sent(d.desk, padding, correction(d.ann, both, act))) == [NOT_DUE]
    assert codes(sent(d.desk, padding, reversal(bob, Both(), act))) == [NOT_DUE]
    d.desk.roll(TUESDAY)
    assert d.desk.control(EndSettlement(MONDAY)) == NOT_DUE
    assert codes(d.desk.ask(SEAT, fill_sell(d.ann, 70))) == [ACCEPTED]

    left = to_revert(d.desk.book, RevertsQuery(MONDAY, BROKER, 0))
    assert left == RevertsAnswer(d.desk.book.sequence, MONDAY, 0, act, 1, [Revert(d.ann, 0, 70, 0, 70, 0, 0)])
    assert sent(d.desk, padding, *reversals(d.desk, BROKER)) == [case(1)]
    assert stands(d.desk, BROKER) == LaneState.FINISHED
    assert d.desk.money(d.ann) == (0, 0, 0, 70)
    assert to_revert(d.desk.book, RevertsQuery(MONDAY, BROKER, 0)).act_number == 0
    assert d.desk.control(EndSettlement(MONDAY)) == ACCEPTED
    same_after_all(d.desk)


@BOTH_WAYS
def test_what_people_signed_of_the_old_set_is_worth_nothing_for_the_new_one(padding: int) -> None:
    """The same lines come again: the permit and the decision of the first set do not count, and its number neither."""
    d, bob, both = two_corrected(padding)
    lines = [buy((MONDAY, SEAT, 90 + place), no, 100) for place, no in enumerate((d.ann, bob))]
    old = permitted(d.office, d.desk, BROKER, d.ann, both)
    compare(d.desk, BROKER)
    known = decision(d.office, d.desk, BROKER, "MISSING_HERE")
    d.desk.done(known)
    assert stands(d.desk, BROKER) == LaneState.RECONCILED
    withdrawn(d, BROKER)
    assert codes(sent(d.desk, padding, *reversals(d.desk, BROKER))) == [ACCEPTED, ACCEPTED]

    compared(d.desk, BROKER, event(d.ann), event(bob), *lines)

    assert clearing_set(d.desk.book, BROKER, MONDAY).number == 2
    assert codes(sent(d.desk, padding, correction(d.ann, both, old))) == [ReplyCode.ACT_NEEDED]
    assert (
        d.desk.control(decision(d.office, d.desk, BROKER, "MISSING_HERE", {"set_number": 1})) == ReplyCode.SET_UNKNOWN
    )
    stale = permission(d.office, d.desk, BROKER, d.ann, both, changed={"set_number": 1})
    assert d.desk.control(stale) == ReplyCode.SET_UNKNOWN
    assert stands(d.desk, BROKER) == LaneState.COMPLETE
    assert d.desk.book.clearing.lane(MONDAY, BROKER).decided == [bytes(32)] * 4
    same_after_all(d.desk)


@BOTH_WAYS
def test_nobody_ends_a_contract_of_which_something_is_to_be_taken_back(padding: int) -> None:
    """105.00 were filled and rejected: nothing is bought, and yet something is open: it may come back."""
    d = day(50_000, 10_500, filled_fen=10_500)
    compared(d.desk, BROKER, event(d.ann), order(d.target, d.ann, 10_500), buy(d.target, d.ann, 10_500))
    both = Both(10_500, 0, 10_500, 0, 10_500)
    act = permitted(d.office, d.desk, BROKER, d.ann, both, rejected_fen=10_500)
    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]
    act = withdrawn(d, BROKER)

    assert d.desk.control(ChangeContract(d.ann, ContractEvent.TERMINATE)) == ReplyCode.ITEMS_OPEN
    assert codes(sent(d.desk, padding, *reversals(d.desk, BROKER))) == [ACCEPTED]
    assert d.desk.money(d.ann) == (50_000, 0, 10_500, 0)
    same_after_all(d.desk)


def test_a_set_by_which_nothing_was_booked_makes_room_at_once() -> None:
    """Also one that is collected, and one of which an order was closed and no contract corrected."""
    d = day(5_000, 1_000)
    announce(d.desk, event(d.ann))
    withdrawn(d, BROKER)
    assert stands(d.desk, BROKER) == LaneState.FINISHED
    compared(d.desk, BROKER, event(d.ann), order(d.target, d.ann, 1_000), buy(d.target, d.ann, 900))
    told = codes(sent(d.desk, IN_ORDER, closing(d.target, d.ann, 900, 100), correction(d.ann, Both(901, 0, 900))))
    assert told == [ACCEPTED, DIFFERS]
    assert d.desk.control(WithdrawSet(MONDAY, 2), SEAT) == ReplyCode.LANE_ADJUSTED

    withdrawn(d, BROKER, 2)

    assert stands(d.desk, BROKER) == LaneState.FINISHED
    assert d.desk.money(d.ann) == (5_000, 0, 900, 0)
    assert announce(d.desk, event(d.ann)).remaining_fen == 3
    assert d.desk.control(WithdrawSet(MONDAY, 3), SEAT) == ACCEPTED  # nothing is booked by this one
    assert compared(d.desk, BROKER, event(d.ann), order(d.target, d.ann, 1_000), buy(d.target, d.ann, 900)) == [0] * 4
    d.desk.done(Publish(MONDAY, BROKER))
    assert d.desk.control(withdrawal(d.office, BROKER, 4)) == ReplyCode.LANE_PUBLISHED
    same_after_all(d.desk)


def test_who_withdraws_what_is_not_there_is_told_so() -> None:
    d = day(5_000, 0)
    send_whole(d.desk, event(d.ann))

    assert d.desk.control(withdrawal(d.office, 9)) == ReplyCode.PARTY_UNKNOWN
    assert d.desk.control(withdrawal(d.office, BROKER, 1, TUESDAY)) == ReplyCode.DATE_NOT_UNSETTLED
    assert d.desk.control(withdrawal(d.office, BROKER, 2)) == ReplyCode.SET_UNKNOWN
    assert d.desk.control(withdrawal(d.office, OTHER_BROKER, 1)) == ReplyCode.SET_UNKNOWN
    assert stands(d.desk, BROKER) == LaneState.COMPLETE


@BOTH_WAYS
def test_a_tolerance_is_whole_again(padding: int) -> None:
    """0.10 less was bought, which is all of the date's tolerance; it goes back, and the next set may use it again."""
    d = day(5_000, 1_000, filled_fen=1_000)
    d.desk.done(tolerance(d.office, BROKER, 10, 10))
    for number in (1, 2):
        compared(d.desk, BROKER, event(d.ann), order(d.target, d.ann, 1_000), buy(d.target, d.ann, 990))
        assert codes(sent(d.desk, padding, correction(d.ann, Both(990, 0, 1_000)))) == [ACCEPTED]
        withdrawn(d, BROKER, number)
        assert codes(sent(d.desk, padding, *reversals(d.desk, BROKER))) == [ACCEPTED]
    assert d.desk.money(d.ann) == (5_000, 0, 1_000, 0)
    same_after_all(d.desk)


@BOTH_WAYS
def test_a_date_of_which_something_is_to_be_taken_back_is_not_traded_again(padding: int) -> None:
    """Two others may reopen it, once nothing is left of the set."""
    d, _, _ = two_corrected(padding)
    for person in (7, 8):
        d.desk.done(d.office.hired(person, Right.DAY))
    withdrawn(d, BROKER)
    reopens = [signed(ReopenDateAct(**d.office.by(7), trade_date=MONDAY), 7, 8) for _ in range(2)]

    assert d.desk.control(reopens[0]) == NOT_DUE
    assert codes(sent(d.desk, padding, *reversals(d.desk, BROKER))) == [ACCEPTED, ACCEPTED]
    assert d.desk.control(reopens[1]) == ACCEPTED
    same_after_all(d.desk)
