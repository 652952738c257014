"""What people are told before they sign, and what they sign of differences: lists, not money."""

from ledger.core.book_answers import BookAnswers
from ledger.core.corrections.answers import correction as dry_run
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import Closing, CorrectionAnswer, CorrectionQuery
from protocol.messages.day.steps import Publish, WithdrawSet
from protocol.messages.queries import TotalsAnswer
from protocol.session.told_values import check_answer
from protocol.vocabulary import BANK_PARTY, Fate, LaneState
from tests.ledger_core.corrections.one_day import ACCEPTED, NOT_DUE, day
from tests.ledger_core.corrections.people import decision, permitted, staffed
from tests.ledger_core.corrections.words import (
    IN_ORDER,
    Both,
    both_of,
    closing,
    compare,
    compared,
    correction,
    sent,
    signed_off,
    stands,
)
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, Desk, codes, same_after_all
from tests.ledger_core.lines.words import buy, event, order, send_whole


def test_differences_that_two_people_know_hold_nothing_up() -> None:
    """An order told REFUSED that the bank has frozen otherwise, one that is not there, one that the set leaves out.

    Ann's buy of 70.00 without a freeze is corrected first: decided alone, it leaves her sums apart.
    """
    desk = Desk()
    office, ann = staffed(desk), desk.open(30_000)
    told, left_out = desk.freeze(ann, 100), desk.freeze(ann, 200)
    signed_off(desk)
    lines = (event(ann), order(told, ann, 99, fate=Fate.REFUSED), buy((MONDAY, SEAT, 99), ann, 7_000))
    assert compared(desk, BROKER, *lines) == [1, 1, 1, 0]
    for name in ("MISSING_HERE", "MISSING_THERE", "AMOUNT"):
        assert desk.control(decision(office, desk, BROKER, name)) == ACCEPTED
    assert stands(desk, BROKER) == LaneState.COMPLETE
    assert compare(desk, BROKER) == [1, 1, 1, 0]
    assert stands(desk, BROKER) == LaneState.COMPLETE

    both = Both(7_000)
    act = permitted(office, desk, BROKER, ann, both)
    closes = (closing(told, ann, 0, 100), closing(left_out, ann, 0, 200))
    assert codes(sent(desk, IN_ORDER, *closes, correction(ann, both, act))) == [ACCEPTED] * 3

    assert compare(desk, BROKER) == [1, 1, 1, 0]
    assert stands(desk, BROKER) == LaneState.RECONCILED
    desk.done(Publish(MONDAY, BROKER))
    same_after_all(desk)


def test_a_decision_is_about_the_list_that_was_signed() -> None:
    """Not another count, digest, class or set, nor before all is compared; and of one set it is none of the next."""
    d = day(30_000, 100)
    wrong = (event(d.ann), order(d.target, d.ann, 99, 100, fate=Fate.CANCELLED))
    send_whole(d.desk, *wrong)
    signed = decision(d.office, d.desk, BROKER, "AMOUNT", {"count": 2, "digest": "00" * 32})
    assert d.desk.control(signed) == NOT_DUE
    assert compare(d.desk, BROKER) == [0, 0, 2, 0]

    for other in ({"count": 1}, {"digest": "00" * 32}, {"difference_class": "STATE"}):
        signed = decision(d.office, d.desk, BROKER, "AMOUNT", other)
        assert d.desk.control(signed) == ReplyCode.DECISION_DIFFERS
    for code, other in (
        (ReplyCode.SET_UNKNOWN, {"set_number": 2}),
        (ReplyCode.DATE_NOT_UNSETTLED, {"trade_date": TUESDAY}),
        (ReplyCode.PARTY_UNKNOWN, {"party": 9}),
    ):
        assert d.desk.control(decision(d.office, d.desk, BROKER, "AMOUNT", other)) == code
    d.desk.done(decision(d.office, d.desk, BROKER, "AMOUNT"))
    assert stands(d.desk, BROKER) == LaneState.RECONCILED
    assert d.desk.control(decision(d.office, d.desk, BROKER, "AMOUNT")) == NOT_DUE
    same_after_all(d.desk)

    assert d.desk.control(WithdrawSet(MONDAY, 1), SEAT) == ACCEPTED
    assert compared(d.desk, BROKER, *wrong) == [0, 0, 2, 0]
    assert stands(d.desk, BROKER) == LaneState.COMPLETE


def asked(desk: Desk, contract_no: int, party: int = BROKER, first: int = 0, rejected_fen: int = 0) -> CorrectionAnswer:
    """What a correction would be now, as the bank is told."""
    query = CorrectionQuery(MONDAY, party, first, contract_no, rejected_fen)
    answer = BookAnswers(desk.book).answer(BANK_PARTY, query)
    assert isinstance(answer, CorrectionAnswer)
    assert check_answer(query, answer) is answer
    return answer


def test_a_dry_run_names_what_is_then_sent() -> None:
    """Ann of 1,050.00 above, with 20.00 more frozen that the set cancels; and nobody else waits for anything."""
    d = day(105_000, 100_000, OTHER_BROKER)
    other = d.desk.open(1_000, OTHER_BROKER)
    assert asked(d.desk, d.ann, OTHER_BROKER).contract_no == 0
    lines = (event(d.ann), order(d.target, d.ann, 100_000), buy(d.target, d.ann, 110_000))
    compared(d.desk, OTHER_BROKER, *lines)

    dry = asked(d.desk, 0, OTHER_BROKER)

    assert (dry.contract_no, dry.next_place, dry.set_number, dry.needs_act) == (d.ann, 1, 1, True)
    assert dry.closings == [Closing(*d.target, 100_000, 0)]
    sums = (dry.cleared_buys_fen, dry.cleared_proceeds_fen, dry.has_bought_fen, dry.has_sold_fen)
    both = Both(*sums, dry.made_good_buys_fen, dry.made_good_proceeds_fen)
    assert both == Both(110_000, 0, 100_000, 0, 5_000)
    assert asked(d.desk, d.ann, OTHER_BROKER, rejected_fen=110_000).made_good_buys_fen == 110_000
    assert asked(d.desk, 0, OTHER_BROKER, first=1).contract_no == asked(d.desk, d.ann, BROKER).contract_no == 0
    assert not asked(d.desk, other, OTHER_BROKER).needs_act
    act = permitted(d.office, d.desk, OTHER_BROKER, d.ann, both)
    close = closing(d.target, d.ann, 100_000, 0)
    assert codes(sent(d.desk, IN_ORDER, close, correction(d.ann, both, act))) == [ACCEPTED, ACCEPTED]
    assert asked(d.desk, 0, OTHER_BROKER).contract_no == 0
    assert BookAnswers(d.desk.book).answer(BROKER, CorrectionQuery(MONDAY, BROKER, 0, d.ann, 0)) == TotalsAnswer(
        d.desk.book.sequence, True, []
    )


def test_what_was_bought_by_another_order_than_the_set_says_is_corrected_by_nothing_that_moves() -> None:
    """Her order was filled for 52.00; the set has them under a number that is nowhere, and her own order refused. Two
    people decide the line, the buy and the fate: her sums stay apart, 52.00 against nothing but what is listed, until
    a correction has what is listed. The desk finds it, and needs nobody's act: the bank has what the set says.
    """
    d = day(10_000, 5_200, filled_fen=5_200)
    nowhere = (MONDAY, SEAT, 90)
    lines = [event(d.ann), order(d.target, d.ann, 5_200, fate=Fate.REFUSED), buy(nowhere, d.ann, 5_200)]
    assert compared(d.desk, BROKER, *lines) == [1, 0, 1, 1]
    for name in ("MISSING_HERE", "STATE"):
        d.desk.done(decision(d.office, d.desk, BROKER, name))
    assert compare(d.desk, BROKER) == [1, 0, 1, 1]

    answer = dry_run(d.desk.book, CorrectionQuery(MONDAY, BROKER, 0, 0, 0))
    both = Both(5_200, 0, 5_200)
    assert (answer.contract_no, both_of(answer), answer.needs_act) == (d.ann, both, False)
    before = d.desk.money(d.ann)
    assert codes(sent(d.desk, IN_ORDER, correction(d.ann, both))) == [ACCEPTED]

    assert d.desk.money(d.ann) == before == (10_000, 0, 5_200, 0)
    assert dry_run(d.desk.book, CorrectionQuery(MONDAY, BROKER, 0, 0, 0)).contract_no == 0
    assert compare(d.desk, BROKER) == [1, 0, 0, 1]
    assert stands(d.desk, BROKER) == LaneState.RECONCILED
    d.desk.done(Publish(MONDAY, BROKER))
    same_after_all(d.desk)
