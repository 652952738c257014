"""What a set says of contracts that have ended: facts, which are never refused. Worked out on paper in the comments.

A contract ends when nothing of it is open, so what is bought for it then is without an order: its broker bears it. What
is sold for it is owed to its customer, stands by itself, and buys nothing on an account that may be another's.
"""

import pytest

from ledger.core import engine
from protocol.codes import ReplyCode
from protocol.messages.control import EndSettlement
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import Mark, Publish, SignOff
from protocol.messages.fields import fen_from_sum
from protocol.records import RecordArray
from protocol.vocabulary import ClearedEvent, ContractEvent, LaneState
from tests.ledger_core.corrections.one_day import Day, case, made_good
from tests.ledger_core.corrections.people import decision, permitted, staffed, withdrawal
from tests.ledger_core.corrections.words import (
    BY_LANE,
    IN_ORDER,
    SEATS,
    Both,
    compare,
    compared,
    correction,
    reversals,
    sent,
    stands,
)
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, TUESDAY, Desk, codes, freeze, same_after_all
from tests.ledger_core.lines.words import agree, buy, event, sell

ACCEPTED, NOT_DUE = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE
BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
OF_BOTH = pytest.mark.parametrize("party", [BROKER, OTHER_BROKER])
MISSING_HERE, AMOUNT = 0, 2


def ended(party: int) -> tuple[Day, int]:
    """Ann has 10.00; her contract ends on Monday, which is signed off; the other broker has one on her account then."""
    desk = Desk()
    office, ann = staffed(desk), desk.open(1_000, party)
    assert desk.control(ChangeContract(ann, ContractEvent.TERMINATE), SEATS[party]) == ACCEPTED
    other = desk.sign(desk.account(ann), BROKER + OTHER_BROKER - party)
    desk.done(SignOff(MONDAY))
    agree(desk)
    return Day(desk, office, ann, (0, 0, 0)), other


def began_and_ended(ann: int) -> list[RecordArray]:
    return [event(ann, what) for what in (ClearedEvent.OPENED, ClearedEvent.CLOSED)]


def sold_in_totals(desk: Desk, party: int) -> int:
    (of_party,) = [each for each in engine.totals(desk.book) if each.party == party]
    return fen_from_sum(of_party.sold_unsettled_fen)


@BOTH_WAYS
@OF_BOTH
def test_what_is_bought_for_it_is_the_brokers_case(party: int, padding: int) -> None:
    """5.00 were bought by an order that is not there. Two people know the line; that alone publishes nothing: the sums
    are apart, and the bank would pay 5.00 that nobody owes.
    """
    d, _ = ended(party)
    found = compared(d.desk, party, *began_and_ended(d.ann), buy((MONDAY, SEATS[party], 99), d.ann, 500))
    assert found == [1, 0, 0, 0]
    d.desk.done(decision(d.office, d.desk, party, "MISSING_HERE"))
    assert stands(d.desk, party) == LaneState.COMPLETE
    assert d.desk.control(Publish(MONDAY, party)) == NOT_DUE
    both = Both(500, 0, 0, 0, 500)
    assert codes(sent(d.desk, padding, correction(d.ann, both))) == [ReplyCode.ACT_NEEDED]

    act = permitted(d.office, d.desk, party, d.ann, both)

    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]
    assert d.desk.money(d.ann) == (1_000, 0, 0, 0)
    assert made_good(d.desk, party) == {1: 500}
    compare(d.desk, party)
    assert stands(d.desk, party) == LaneState.RECONCILED
    d.desk.done(Publish(MONDAY, party))
    same_after_all(d.desk)


@BOTH_WAYS
@OF_BOTH
def test_what_is_sold_for_it_stands_by_itself_and_buys_nothing(party: int, padding: int) -> None:
    """3.50 were sold, and 0.30 are a cost of another sale, which the broker bears: that is what two people sign for.

    10.00 on the account buy, and no fen more; once the date is settled it stands in the table.
    """
    d, other = ended(party)
    lines = (*began_and_ended(d.ann), sell(1, d.ann, 350), sell(2, d.ann, 20, 50))
    assert compared(d.desk, party, *lines)[AMOUNT] == 2
    assert d.desk.control(Publish(MONDAY, party)) == NOT_DUE
    both = Both(30, 350, 0, 0, 30)
    act = permitted(d.office, d.desk, party, d.ann, both)

    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]

    assert d.desk.money(d.ann) == (1_000, 0, 0, 0)
    assert sold_in_totals(d.desk, party) == 350
    assert compare(d.desk, party) == [0, 0, 0, 0]
    assert d.desk.told(Mark(MONDAY, True)).code == ACCEPTED
    assert d.desk.book.marked.pairs is not None
    figures = d.desk.book.marked.pairs.amounts(d.ann // 100, d.ann // 100 + 1)
    assert int.from_bytes(figures[-8:], "little") == 350
    d.desk.roll(TUESDAY)
    told = d.desk.ask(SEATS[BROKER + OTHER_BROKER - party], freeze(other, 1_001), freeze(other, 1_000))
    assert codes(told) == [ReplyCode.INSUFFICIENT_FUNDS, ACCEPTED]
    d.desk.done(EndSettlement(MONDAY))
    assert d.desk.unpaid() == [(MONDAY, d.ann // 100, 0, 350)]
    assert sold_in_totals(d.desk, party) == 350
    same_after_all(d.desk)


@BOTH_WAYS
def test_proceeds_that_come_with_the_set_need_no_act(padding: int) -> None:
    d, _ = ended(OTHER_BROKER)
    assert compared(d.desk, OTHER_BROKER, *began_and_ended(d.ann), sell(1, d.ann, 350))[AMOUNT] == 1

    assert codes(sent(d.desk, padding, correction(d.ann, Both(0, 350)))) == [ACCEPTED]

    assert compare(d.desk, OTHER_BROKER) == [0, 0, 0, 0]
    assert codes(sent(d.desk, padding, correction(d.ann, Both(0, 350, 0, 350)))) == [NOT_DUE]
    d.desk.done(Publish(MONDAY, OTHER_BROKER))
    same_after_all(d.desk)


@BOTH_WAYS
def test_it_is_taken_back_whole(padding: int) -> None:
    d, _ = ended(BROKER)
    lines = began_and_ended(d.ann)
    compared(d.desk, BROKER, *lines, sell(1, d.ann, 350), buy((MONDAY, SEAT, 99), d.ann, 500))
    both = Both(500, 350, 0, 0, 500)
    act = permitted(d.office, d.desk, BROKER, d.ann, both)
    assert sent(d.desk, padding, correction(d.ann, both, act)) == [case(1)]

    d.desk.done(withdrawal(d.office, BROKER))
    assert sent(d.desk, padding, *reversals(d.desk, BROKER)) == [case(1)]

    assert made_good(d.desk, BROKER) == {1: 0}
    assert sold_in_totals(d.desk, BROKER) == 0
    assert compared(d.desk, BROKER, *lines) == [0, 0, 0, 0]
    d.desk.done(Publish(MONDAY, BROKER))
    same_after_all(d.desk)
