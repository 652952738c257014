"""Days that were worked on paper: who is credited when, what stands in suspense, while a broker pays or does not.

LI and WANG are customers of one broker; amounts are fen, small so that they can be followed by eye.
"""

import pytest

from frontend_sim.auditor.accounts.audited_account import Waits
from frontend_sim.auditor.accounts.withheld import Restraint
from frontend_sim.auditor.day.owing import Stands
from frontend_sim.auditor.day.postings import Code, former_customer
from protocol.vocabulary import AccountStatus, ContractStatus, RestraintKind
from tests.frontend_sim.auditor.day.paper import MON, THU, TUE, WED, Paper, at

LI, WANG = 1, 2


def two(li_fen: int = 0, wang_fen: int = 10_000) -> Paper:
    paper = Paper()
    paper.customer(LI, li_fen)
    paper.customer(WANG, wang_fen)
    return paper


def debt_of_3000() -> Paper:
    """Monday: Li sells for 5,000, Wang buys for 2,000. The broker owes 3,000, and both are settled.

    | | Li | Wang | 2410(Mon) |
    |---|---|---|---|
    | published | 0, sold 5,000 | 10,000, bought 2,000 | 0 |
    | settled | 0, 5,000 wait | 8,000 | +2,000 = 5,000 that wait − 3,000 unpaid |
    """
    paper = two()
    paper.sold(LI, MON, 5_000)
    paper.bought(WANG, MON, 2_000)
    assert paper.publish(MON) == 3_000
    settled = paper.settle(MON)
    assert [settled[number].credited_fen for number in (LI, WANG)] == [0, 0]
    assert (paper.money(LI), paper.money(WANG)) == ((0, 5_000, 0), (8_000, 8_000, 8_000))
    assert paper.broker.suspense_fen(MON) == 2_000
    assert paper.broker.differs(MON) == ""
    return paper


def test_a_broker_that_pays_in_time() -> None:
    """3,000 come at 09:59:59 and are taken at 10:00:00; then Li has his 5,000, and nothing is left in suspense."""
    paper = debt_of_3000()
    paper.broker.fund(3_000, at(TUE, "09:59:59"))
    assert (paper.broker.standing.clearing_fen, paper.credit_all()) == (3_000, [])
    paper.broker.due(at(TUE, "10:00:00"))
    assert (paper.broker.standing.clearing_fen, paper.broker.suspense_fen(MON)) == (0, 5_000)
    assert paper.credit_all() == [(MON, LI)]
    assert paper.money(LI) == (5_000, 5_000, 5_000)
    assert paper.broker.suspense_fen(MON) == 0


def test_the_bank_pays_from_nine_and_is_late_at_ten() -> None:
    """Li sells for 2,000, Wang buys for 5,000: the bank owes 3,000. Nobody waits. 2410 = 0 − (−3,000)."""
    paper = two()
    paper.sold(LI, MON, 2_000)
    paper.bought(WANG, MON, 5_000)
    assert paper.publish(MON) == -3_000
    assert paper.settle(MON)[LI].credited_fen == 2_000
    assert (paper.money(LI), paper.money(WANG)) == ((2_000, 2_000, 2_000), (5_000, 5_000, 5_000))
    assert paper.broker.suspense_fen(MON) == 3_000
    assert paper.broker.differs(MON) == ""
    assert not paper.broker.pay(MON, at(TUE, "08:59:59"))
    assert paper.broker.pay(MON, at(TUE, "10:00:00"))
    owed = paper.broker.standing.owed[MON, 0]
    assert (owed.state, owed.is_late) == (Stands.PAID, True)
    assert (paper.broker.standing.clearing_fen, paper.broker.suspense_fen(MON)) == (3_000, 0)
    assert not paper.broker.pay(MON, at(TUE, "10:00:01"))
    assert paper.broker.pay_out(3_000, at(TUE, "10:00:02"))


def test_the_bank_pays_no_day_that_is_not_settled() -> None:
    """In time, and marked by no clock."""
    paper = two()
    paper.bought(WANG, MON, 5_000)
    paper.publish(MON)
    paper.begin(MON)
    assert not paper.broker.pay(MON, at(TUE, "09:00:00"))
    paper.settle_one(WANG, MON)
    assert paper.broker.pay(MON, at(TUE, "09:00:00"))
    assert not paper.broker.standing.owed[MON, 0].is_late


def test_a_day_that_comes_to_nothing_is_paid_from_the_beginning() -> None:
    """Li sells for 3,000, Wang buys for 3,000: Li's credit, Wang's debit, and 0 in suspense."""
    paper = two()
    paper.sold(LI, MON, 3_000)
    paper.bought(WANG, MON, 3_000)
    assert paper.publish(MON) == 0
    paper.settle(MON)
    assert paper.broker.standing.owed[MON, 0].state == Stands.PAID
    assert (paper.money(LI), paper.money(WANG)) == ((3_000, 3_000, 3_000), (7_000, 7_000, 7_000))
    assert paper.broker.suspense_fen(MON) == 0


def test_short_at_ten_with_notice_and_paid_at_half_past_one() -> None:
    """1,000 are there at 10:00:00. With notice nothing of the debt moves, and nothing may be paid out; 1,500 more at
    11:00 are not enough; the last 500 at 13:30 pay all of it.
    """
    paper = debt_of_3000()
    paper.broker.fund(1_000, at(TUE, "09:30:00"))
    paper.broker.notice(MON, at(TUE, "09:59:59"))
    paper.broker.due(at(TUE, "10:00:00"))
    assert (paper.broker.standing.clearing_fen, paper.broker.suspense_fen(MON)) == (1_000, 2_000)
    assert not paper.broker.pay_out(1, at(TUE, "10:00:01"))
    paper.broker.fund(1_500, at(TUE, "11:00:00"))
    assert (paper.broker.standing.clearing_fen, paper.credit_all()) == (2_500, [])
    paper.broker.fund(500, at(TUE, "13:30:00"))
    assert (paper.broker.standing.clearing_fen, paper.broker.suspense_fen(MON)) == (0, 5_000)
    assert paper.credit_all() == [(MON, LI)]


@pytest.mark.parametrize(("clock", "state"), [("14:00:00", Stands.PAID), ("14:00:01", Stands.OVERDUE)])
def test_the_last_second_counts(clock: str, state: Stands) -> None:
    """2,500 are there. 400 more leave 100 unpaid: behind 14:00:00 what is there was taken, and the rest is overdue."""
    paper = debt_of_3000()
    paper.broker.notice(MON, at(TUE, "09:00:00"))
    paper.broker.fund(2_500, at(TUE, "12:00:00"))
    paper.broker.fund(500 if state == Stands.PAID else 400, at(TUE, clock))
    owed = paper.broker.standing.owed[MON, 0]
    assert (owed.state, owed.unpaid_fen) == (state, 0 if state == Stands.PAID else 100)
    assert paper.broker.standing.clearing_fen == 0
    assert paper.broker.differs(MON) == ""


def test_short_without_notice_what_is_there_is_taken() -> None:
    """1,000 of 3,000 at 10:00:00; 2,000 are overdue, and every later fen is taken until they are paid."""
    paper = debt_of_3000()
    paper.broker.fund(1_000, at(TUE, "09:00:00"))
    paper.broker.due(at(TUE, "10:00:00"))
    owed = paper.broker.standing.owed[MON, 0]
    assert (owed.state, owed.unpaid_fen, paper.broker.suspense_fen(MON)) == (Stands.OVERDUE, 2_000, 3_000)
    paper.broker.fund(1_900, at(THU, "16:00:00"))
    assert (owed.unpaid_fen, paper.broker.is_gated) == (100, True)
    paper.broker.fund(150, at(THU, "16:00:01"))
    assert (owed.state, paper.broker.standing.clearing_fen) == (Stands.PAID, 50)
    assert paper.credit_all() == [(MON, LI)]


def test_a_broker_that_never_pays_is_kept_what_the_bank_owes_it() -> None:
    """Tuesday Wang buys for 5,000: the bank owes 5,000, keeps Monday's 3,000 and pays 2,000. Then nothing is unpaid:
    Monday's 5,000 of Li are due, and what the bank paid out of Wang's debit is all that the broker has.

    | | 2410(Mon) | 2410(Tue) | 2310 |
    |---|---|---|---|
    | settled | +2,000 | +5,000 | 0 |
    | the bank pays | +5,000 | 0 | 2,000 |
    | Li is credited | 0 | 0 | 2,000 |
    """
    paper = debt_of_3000()
    paper.bought(WANG, TUE, 5_000)
    paper.publish(TUE)
    paper.settle(TUE)
    assert (paper.broker.suspense_fen(MON), paper.broker.suspense_fen(TUE)) == (2_000, 5_000)
    paper.broker.pay(TUE, at(WED, "09:00:00"))
    assert (paper.broker.suspense_fen(MON), paper.broker.suspense_fen(TUE)) == (5_000, 0)
    assert paper.broker.standing.clearing_fen == 2_000
    assert paper.credit_all() == [(MON, LI)]
    assert paper.broker.all_suspense_fen() == 0


def test_gated_proceeds_are_spent_again_on_two_days() -> None:
    """Li has nothing, sells for 100 on Monday, buys for 60 on Tuesday, on Wednesday buys for 30 and sells for 20. The
    broker owes Monday's 100 and never pays in; the bank owes 60 for Tuesday and 10 for Wednesday, and keeps both.

    | | balance | Mon waits | Wed waits | Mon unpaid | 2410(Mon) | 2410(Tue) | 2410(Wed) |
    |---|---|---|---|---|---|---|---|
    | Mon settled | 0 | 100 | | 100 | 0 | | |
    | Tue settled: 60 of Monday's set off | 0 | 40 | | 100 | −60 | 60 | |
    | the bank keeps 60 | 0 | 40 | | 40 | 0 | 0 | |
    | Wed settled: 30 of Monday's set off | 0 | 10 | 20 | 40 | −30 | 0 | 30 |
    | the bank keeps 10 | 0 | 10 | 20 | 30 | −20 | 0 | 20 |
    """
    paper = two()
    paper.sold(LI, MON, 100)
    paper.publish(MON)
    paper.settle(MON)
    paper.bought(LI, TUE, 60)
    paper.publish(TUE)
    paper.bought(LI, WED, 30)
    paper.sold(LI, WED, 20)
    settled = paper.settle(TUE)
    assert settled[LI].credited == {MON: Waits(60, 0)}
    assert [paper.broker.suspense_fen(day) for day in (MON, TUE)] == [-60, 60]
    paper.broker.pay(TUE, at(WED, "09:00:00"))
    assert [paper.broker.suspense_fen(day) for day in (MON, TUE)] == [0, 0]
    assert paper.publish(WED) == -10
    assert paper.settle(WED)[LI].credited == {MON: Waits(30, 0)}
    assert [paper.broker.suspense_fen(day) for day in (MON, TUE, WED)] == [-30, 0, 30]
    paper.broker.pay(WED, at(THU, "09:00:00"))
    assert [paper.broker.suspense_fen(day) for day in (MON, TUE, WED)] == [-20, 0, 20]
    assert [paper.broker.differs(day) for day in (MON, TUE, WED)] == ["", "", ""]
    assert paper.money(LI) == (0, 30, 0)
    assert (paper.broker.contracts[LI].waits, paper.credit_all()) == ({MON: Waits(10), WED: Waits(20)}, [])
    paper.broker.fund(30, at(THU, "16:00:00"))
    assert paper.credit_all() == [(MON, LI), (WED, LI)]
    assert (paper.money(LI), paper.broker.all_suspense_fen()) == ((30, 30, 30), 0)


def test_what_else_the_account_has_pays_first() -> None:
    """Li has 50, sells for 100 and buys for 80: 50 of his own, 30 set off, 70 wait, and he can withdraw nothing before
    or behind it. Of 200 more that are there the day would take 80, and set nothing off.
    """
    for balance_fen, set_off_fen, left_fen in ((50, 30, 0), (250, 0, 170)):
        paper = two(li_fen=balance_fen)
        paper.sold(LI, MON, 100)
        paper.bought(LI, MON, 80)
        before_fen = max(0, paper.money(LI)[2])
        paper.publish(MON)
        assert paper.settle(MON)[LI].credited_fen == set_off_fen
        assert paper.money(LI) == (left_fen, balance_fen + 20, left_fen)
        assert left_fen == before_fen
        assert paper.broker.contracts[LI].waits == {MON: Waits(100 - set_off_fen)}


def test_a_restraint_that_came_after_the_buy_takes_nothing_of_it() -> None:
    """Li has 100, buys for 80, sells for 40; then 50 are withheld, behind the 80. What it holds back of the day is
    min(50, 100 − 80) = 20; 100 − 20 = 80 pay the buy, nothing is set off. Wang's 100 let the broker owe.
    """
    paper = two(li_fen=100)
    paper.sold(WANG, MON, 100)
    paper.sold(LI, MON, 40)
    paper.bought(LI, MON, 80)
    withheld = paper.account(LI).withheld
    withheld.restraints.append(Restraint(1, RestraintKind.JUDICIAL, 50, 80))
    paper.publish(MON)
    assert paper.settle(MON)[LI].credited_fen == 0
    assert (paper.money(LI), withheld.restraints[0].before_it_fen) == ((20, 10, -30), 0)


def test_a_restraint_that_was_there_before_is_not_touched_by_the_buy() -> None:
    """Li has 100, of which 50 are withheld, sells for 40 and buys for 80: 50 of his own, 30 set off. 50 are left, all
    of them withheld.
    """
    paper = two(li_fen=100)
    paper.sold(WANG, MON, 100)
    withheld = paper.account(LI).withheld
    withheld.restraints.append(Restraint(1, RestraintKind.JUDICIAL, 50, 0))
    paper.sold(LI, MON, 40)
    paper.bought(LI, MON, 80)
    paper.publish(MON)
    assert paper.settle(MON)[LI].credited == {MON: Waits(30)}
    assert paper.money(LI) == (50, 10, 0)


def test_a_dividend_waits_and_is_never_set_off() -> None:
    """Li has nothing, sells for 10 with a dividend of 90, and buys for 10: the 10 are set off, the 90 wait whole."""
    paper = two()
    paper.sold(LI, MON, 10)
    paper.bought(LI, MON, 10)
    paper.others[LI, MON] = 90
    assert paper.publish(MON) == 90
    assert paper.settle(MON)[LI].credited == {MON: Waits(10)}
    assert (paper.broker.contracts[LI].waits, paper.money(LI)) == ({MON: Waits(0, 90)}, (0, 0, 0))
    assert paper.account(LI).has_open_items
    paper.broker.fund(90, at(TUE, "09:00:00"))
    paper.broker.due(at(TUE, "10:00:00"))
    assert (paper.credit_all(), paper.money(LI)) == ([(MON, LI)], (90, 90, 90))
    assert not paper.account(LI).has_open_items


def test_a_case_gates_and_is_kept_of_what_the_bank_pays() -> None:
    """Wang's buy of 500 is rejected: the set still says it, so the bank owes 500, and the broker's case is 500. Li's
    proceeds of 200 wait for it: the bank owes 300 and keeps it all; 200 are left of the case.

    | | 1910(case) | 2410(Mon) |
    |---|---|---|
    | made good | 500 debit | +500 |
    | settled | 500 | +500 = 200 that wait − (−300) |
    | kept | 200 | +200 = 200 − 0 |
    """
    paper = two()
    paper.sold(LI, MON, 200)
    paper.reject(1, MON, 500)
    assert paper.publish(MON) == -300
    paper.settle(MON)
    books = paper.broker.standing.books
    assert (paper.broker.suspense_fen(MON), books.of_code(Code.ERRORS)) == (500, 500)
    assert (paper.broker.is_gated, paper.broker.differs(MON)) == (True, "")
    paper.broker.pay(MON, at(TUE, "09:00:00"))
    assert (paper.broker.suspense_fen(MON), books.of_code(Code.ERRORS), paper.broker.standing.clearing_fen) == (
        200,
        200,
        0,
    )
    paper.broker.fund(200, at(TUE, "09:30:00"))
    paper.broker.due(at(TUE, "10:00:00"))
    assert (paper.credit_all(), books.of_code(Code.ERRORS), paper.broker.all_suspense_fen()) == ([(MON, LI)], 0, 0)


def test_settled_late_behind_the_payment_nobody_waits() -> None:
    """The debt is paid at 10:00:00 of Tuesday, while Monday is not settled: then it is, and Li is credited at once."""
    paper = two()
    paper.sold(LI, MON, 100)
    paper.publish(MON)
    paper.broker.fund(100, at(TUE, "09:00:00"))
    paper.broker.due(at(TUE, "10:00:00"))
    assert paper.settle(MON, at(TUE, "11:00:00"))[LI].credited_fen == 100
    assert paper.money(LI) == (100, 100, 100)


def test_paid_in_the_middle_of_the_settlement() -> None:
    """Li is settled while the broker owes, then it pays, then Wang is settled: the day is settled, Li's 100 are due."""
    paper = two()
    paper.sold(LI, MON, 100)
    paper.sold(WANG, MON, 50)
    paper.publish(MON)
    paper.broker.fund(150, at(TUE, "09:00:00"))
    paper.begin(MON, at(TUE, "09:30:00"))
    assert paper.settle_one(LI, MON).credited_fen == 0
    paper.broker.due(at(TUE, "10:00:00"))
    assert paper.broker.customers.next_due() == 0
    assert paper.settle_one(WANG, MON).credited_fen == 50
    assert paper.credit_all() == [(MON, LI)]


def test_older_credits_that_are_due_come_with_the_settlement() -> None:
    """Monday's 100 are due and not posted when Tuesday is settled, on which they bought: all of it is credited, and
    nothing is left to post.
    """
    paper = two()
    paper.sold(LI, MON, 100)
    paper.publish(MON)
    paper.settle(MON)
    paper.bought(LI, TUE, 100)
    paper.broker.fund(100, at(TUE, "09:00:00"))
    paper.broker.due(at(TUE, "10:00:00"))
    assert paper.broker.customers.next_due() == MON
    paper.publish(TUE)
    settled = paper.settle(TUE)
    assert (settled[LI].credited, paper.money(LI)) == ({MON: Waits(100)}, (0, 0, 0))
    assert (paper.credit_all(), paper.broker.suspense_fen(MON)) == ([], 0)


def test_what_ended_is_credited_where_its_account_is() -> None:
    """Li's contract ended, then the set brought 70: on the open account it is credited, of a closed one it is owed
    under 2910.
    """
    for status, balance_fen, owed_fen in ((AccountStatus.OPEN, 75, 0), (AccountStatus.CLOSED, 5, 70)):
        paper = two(li_fen=5)
        contract = paper.broker.contracts[LI]
        contract.status = ContractStatus.TERMINATED
        contract.sold_apart_fen[MON] = 70
        contract.account.contract, contract.account.status = None, status
        paper.broker.publish(MON, 70, {}, [(at(TUE, "09:00:00"), 0, at(TUE, "10:00:00"), at(TUE, "14:00:00"), 0)], 0)
        paper.broker.begin(MON, {LI}, at(MON, "18:00:00"))
        paper.broker.settle(LI, MON, paper.named(LI, MON)._replace(sold_fen=70))
        assert contract.waits == {MON: Waits(70)}
        paper.broker.fund(70, at(TUE, "09:00:00"))
        paper.broker.due(at(TUE, "10:00:00"))
        assert paper.credit_all() == [(MON, LI)]
        books = paper.broker.standing.books
        assert (paper.money(LI)[0], books.credit_fen(former_customer(LI))) == (balance_fen, owed_fen)
