"""Two people lower what was reported behind a set that gave some of it back, and was withdrawn once that was spent."""

from protocol.acts.ordering.reports import CorrectReportAct
from protocol.codes import ReplyCode as Code
from protocol.messages.day.steps import Reconcile, SignOff
from protocol.vocabulary import Fate
from rules.orders.cleared import Line
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.corrections.people import DEE, EVE, permitted, staffed, withdrawal
from tests.ledger_core.corrections.words import Both, correction, reversals
from tests.ledger_core.desk import BROKER, MONDAY, NOW_NS, same_after_all
from tests.ledger_core.desk import withdrawal as taken_out
from tests.ledger_core.lines.words import agree, event, send_whole
from tests.ledger_core.ordering.test_whole_day import all_accepted, lines
from tests.ledger_core.ordering.trading import YUAN, a_bank, a_customer, executed, ordered
from tests.people import signed


def test_what_a_set_gave_back_is_not_given_back_again() -> None:
    """Ann's 1,000 at 9.95 cost 9,968.11; a set says 9,900.20, by which she has 67.91 more, and takes out all she has.
    Without the set 9,900.20 stay bought: nothing is there to pay the rest. To lower the order by 9,968.11 would leave
    less than nothing bought.
    """
    desk = a_bank()
    ann = a_customer(desk)
    name = ordered(desk, ann)
    all_accepted(desk, executed(name, ann, 1_000, 9_950 * YUAN))
    assert desk.money(ann)[2] == 996_811
    desk.now_ns = NOW_NS
    office = staffed(desk)
    desk.done(SignOff(MONDAY))
    agree(desk)
    said = lines(name, ann, Fate.FILLED, Line(1_000, 990_000, (0, 0, 20, 0, 0)))
    number = send_whole(desk, event(ann), *said)
    assert desk.told(Reconcile(MONDAY, BROKER, 0)).code == Code.ACCEPTED
    both = Both(990_020, 0, 996_811)
    act = permitted(office, desk, BROKER, ann, both)
    assert desk.ask(DAY_SEAT, correction(ann, both, act))[0].code == Code.ACCEPTED
    assert desk.ask(SAVINGS_SEAT, taken_out(ann, 2_000_000 - 990_020))[0].code == Code.ACCEPTED
    assert desk.told(withdrawal(office, BROKER, number)).code == Code.ACCEPTED
    assert [each.code for each in desk.ask(DAY_SEAT, *reversals(desk, BROKER))] == [Code.ACCEPTED]
    assert desk.money(ann) == (990_020, 0, 990_020, 0)

    lowered = CorrectReportAct(
        **office.by(DEE),
        contract_no=ann,
        trade_date=MONDAY,
        seat=name.seat,
        number=name.number,
        has_quantity=1_000,
        has_turnover=9_950 * YUAN,
        quantity=0,
        turnover=0,
    )

    assert desk.told(signed(lowered, DEE, EVE)).code == Code.STEP_NOT_DUE
    assert desk.money(ann) == (990_020, 0, 990_020, 0)
    same_after_all(desk)
