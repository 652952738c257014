"""Days that are settled, each worked out on paper: what is debited, set off, gated and credited, fen by fen.

Amounts in the comments are yuan. O is what the broker owes its customers; below 0 they owe it, and nothing is gated.
"""

import pytest

from ledger.core.control.customers.open_items import open_items
from ledger.core.lines.answers import set_differences
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.customers.open_items import OpenDate, OpenItemsQuery
from protocol.messages.customers.restraints import Restrain
from protocol.messages.day.steps import BeginSettle, Publish
from protocol.vocabulary import ContractEvent, LaneState, RestraintKind
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER, sent
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    codes,
    freeze,
    same_after_all,
    withdrawal,
)
from tests.ledger_core.lines.words import dividend, event, refund
from tests.ledger_core.settling.words import (
    ACCEPTED,
    PAID,
    begin,
    bought,
    credit,
    credited,
    discharge,
    published,
    set_off,
    settle,
    settlement,
    sold,
    state,
    to_be_credited,
)

NOT_DUE = ReplyCode.STEP_NOT_DUE
BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])


def suspense(desk: Desk, on: int = MONDAY, party: int = BROKER) -> int:
    return desk.book.general_ledger.suspense_fen(party, on)


def between(desk: Desk) -> dict[int, int]:
    """By outlet what the branches owe each other, debits less credits; 0 is the branch of the clearing accounts."""
    return {key.item: fen for key, fen in desk.book.general_ledger.balances_fen.items() if key.code == 3110}


def ledger(desk: Desk, code: int) -> int:
    return sum(fen for key, fen in desk.book.general_ledger.balances_fen.items() if key.code == code)


@BOTH_WAYS
def test_a_net_receiver_is_not_gated_and_its_sellers_are_credited_at_once(padding: int) -> None:
    """Ann has 200.00 and buys for 30.00; Bob has nothing and sells for 10.00. O = 10.00 − 30.00 = −20.00.

    Ann's 30.00 are debited: 170.00. Bob is credited 10.00. In the suspense stand the 20.00 that the bank owes.
    """
    desk = Desk()
    ann, bob = desk.open(20_000), desk.open(0)
    published(desk, event(ann), event(bob), *bought(desk, ann, 3_000), *sold(desk, bob, 1_000))
    assert begin(desk) == 2

    told = sent(desk, padding, settlement(ann, 3_000), settlement(bob, 0, 1_000), settlement(ann, 3_000))

    assert told[:2] == [credited(0), credited(1_000)]
    assert codes(told[2:]) == [NOT_DUE]
    assert (desk.money(ann), desk.money(bob)) == ((17_000, 0, 0, 0), (1_000, 0, 0, 0))
    assert suspense(desk) == 2_000
    assert (ledger(desk, 2110), ledger(desk, 2410)) == (-18_000, -2_000)  # brought in were 200.00
    assert sum(between(desk).values()) == 0
    assert between(desk)[0] == 2_000  # outlets took 30.00 and gave 10.00: they owe the clearing branch 20.00
    assert state(desk) == LaneState.SETTLED
    assert codes(sent(desk, padding, settlement(ann, 3_000))) == [NOT_DUE]
    same_after_all(desk)

    discharge(desk)

    assert (state(desk), suspense(desk)) == (LaneState.CLOSED, 0)
    same_after_all(desk)


@BOTH_WAYS
def test_a_net_payers_sellers_wait_until_it_has_paid(padding: int) -> None:
    """Ann has 200.00 and buys for 30.00; Bob sells for 50.00. O = +20.00: gated.

    Ann is debited 30.00. Bob's 50.00 buy, and cannot be withdrawn. The suspense has 50.00 gated − 20.00 unpaid = 30.00.
    Paid, Bob is credited 50.00, once.
    """
    desk = Desk()
    ann, bob = desk.open(20_000), desk.open(0)
    published(desk, event(ann), event(bob), *bought(desk, ann, 3_000), *sold(desk, bob, 5_000))
    begin(desk)

    told = sent(desk, padding, settlement(bob, 0, 5_000), settlement(ann, 3_000))

    assert told == [set_off(0), set_off(0)]
    assert (desk.money(ann), desk.money(bob)) == ((17_000, 0, 0, 0), (0, 0, 0, 5_000))
    assert desk.buying_power(bob) == (5_000, 0)
    assert codes(desk.ask(SAVINGS_SEAT, withdrawal(bob, 1))) == [ReplyCode.PROCEEDS_UNSETTLED]
    assert (state(desk), suspense(desk)) == (LaneState.SETTLED, 3_000)
    assert codes(sent(desk, padding, credit(bob, 5_000))) == [NOT_DUE]
    same_after_all(desk)

    discharge(desk)

    assert codes(sent(desk, padding, credit(bob, 4_999), credit(bob, 5_000, 1), credit(ann))) == [
        *[ReplyCode.SETTLEMENT_DIFFERS] * 2,
        NOT_DUE,
    ]
    told = sent(desk, padding, credit(bob, 5_000), credit(bob, 5_000))
    assert (told[0], told[1].code) == (PAID, NOT_DUE)
    assert desk.money(bob) == (5_000, 0, 0, 0)
    assert (state(desk), suspense(desk)) == (LaneState.CLOSED, 0)
    assert desk.book.gated.lanes == {}
    same_after_all(desk)


@BOTH_WAYS
def test_what_one_has_sold_pays_for_its_own_buys_and_for_no_more(padding: int) -> None:
    """Carl has 10.00, sells for 100.00 and buys for 80.00 of it. O = +20.00: gated.

    y = 10.00 − 0 − (80.00 − 80.00) = 10.00; x = min(100.00, 80.00 − 10.00) = 70.00. Balance 10.00 + 70.00 − 80.00 = 0;
    30.00 stay gated. Nothing could be withdrawn before (10.00 − 80.00), and nothing can be behind it.
    """
    desk = Desk()
    carl = desk.open(1_000)
    lines = sold(desk, carl, 10_000)
    published(desk, event(carl), *lines, *bought(desk, carl, 8_000))
    begin(desk)
    assert desk.buying_power(carl) == (3_000, 0)

    assert sent(desk, padding, settlement(carl, 8_000, 10_000)) == [set_off(7_000)]

    assert desk.money(carl) == (0, 0, 0, 3_000)
    assert desk.buying_power(carl) == (3_000, 0)
    assert suspense(desk) == 3_000 - 2_000
    same_after_all(desk)


def respent() -> tuple[Desk, int]:
    """Dan has 5.00 and sells for 100.00 on Monday, which stay gated; he buys for 60.00 of it on Tuesday, for 45.00 on
    Wednesday.
    """
    desk = Desk()
    dan = desk.open(500)
    published(desk, event(dan), *sold(desk, dan, 10_000))
    settle(desk)
    for on, fen in ((TUESDAY, 6_000), (WEDNESDAY, 4_500)):
        desk.roll(on)
        published(desk, *bought(desk, dan, fen), on=on)
    return desk, dan


@BOTH_WAYS
def test_gated_proceeds_are_spent_on_two_later_dates(padding: int) -> None:
    """O: Monday +100.00, Tuesday −60.00, Wednesday −45.00; gated by Monday's all the time.

    Tuesday: bought are 105.00, y = 5.00 − (105.00 − 60.00) < 0, so x = 60.00 of Monday's: balance 5.00. Wednesday:
    y = 5.00 − 0 = 5.00, x = min(40.00, 45.00 − 5.00) = 40.00: balance 0, nothing is gated. When Monday is paid nothing
    is left to credit, and Monday is closed.
    """
    desk, dan = respent()
    assert desk.money(dan) == (500, 0, 10_500, 10_000)
    begin(desk, TUESDAY)
    assert desk.control(BeginSettle(WEDNESDAY, BROKER)) == NOT_DUE

    assert sent(desk, padding, settlement(dan, 6_000, on=TUESDAY)) == [set_off(6_000)]

    assert desk.money(dan) == (500, 0, 4_500, 4_000)
    assert (suspense(desk), suspense(desk, TUESDAY)) == (4_000 - 10_000, 6_000)
    begin(desk, WEDNESDAY)
    assert sent(desk, padding, settlement(dan, 4_500, on=WEDNESDAY)) == [set_off(4_000)]
    assert desk.money(dan) == (0, 0, 0, 0)
    assert [suspense(desk, on) for on in (MONDAY, TUESDAY, WEDNESDAY)] == [-10_000, 6_000, 4_500]
    same_after_all(desk)

    discharge(desk)

    assert to_be_credited(desk) == []
    assert [state(desk, on) for on in (MONDAY, TUESDAY)] == [LaneState.CLOSED, LaneState.SETTLED]
    assert suspense(desk) == 0


def test_once_nothing_gates_a_settlement_credits_all_proceeds_that_were_gated() -> None:
    """As above, but Monday is paid before Tuesday is settled, and its credit is not posted yet. Debiting Tuesday's
    60.00 without it would leave 5.00 − 60.00 < 0. So Tuesday's settlement credits Monday's 100.00, and the credit of
    Monday finds nothing left.
    """
    desk, dan = respent()
    discharge(desk)
    begin(desk, TUESDAY)
    assert len(to_be_credited(desk)) == 1

    assert sent(desk, IN_ORDER, settlement(dan, 6_000, on=TUESDAY)) == [credited(10_000)]

    assert desk.money(dan) == (4_500, 0, 4_500, 0)
    assert codes(desk.ask(DAY_SEAT, credit(dan, 10_000))) == [NOT_DUE]
    assert (state(desk), suspense(desk, TUESDAY)) == (LaneState.CLOSED, 6_000)


def test_a_dividend_and_a_refund_are_gated_whole_and_buy_nothing() -> None:
    """Eve gets a dividend of 12.00 less 2.00 of tax, and 3.00 of a refund. O = +13.00. She buys nothing with it, and
    her contract does not end while it is gated.
    """
    desk = Desk()
    eve = desk.open(0)
    published(desk, event(eve), dividend(1, eve, 1_200, 200), refund(2, eve, 300))

    assert settle(desk) == [set_off(0)]

    assert (desk.money(eve), desk.buying_power(eve)) == ((0, 0, 0, 0), (0, 0))
    assert desk.control(ChangeContract(eve, ContractEvent.TERMINATE), SEAT) == ReplyCode.ITEMS_OPEN
    items = open_items(desk.book, BROKER, OpenItemsQuery(eve, 0))
    assert items.dates == [OpenDate(MONDAY, 0, 0, 0, 0, 1_300, True)]
    assert desk.book.gated.of_contract(eve // 100, BROKER) == {MONDAY: (0, 1_300)}
    assert suspense(desk) == 0  # 13.00 gated − 13.00 unpaid
    same_after_all(desk)
    discharge(desk)
    assert desk.ask(DAY_SEAT, credit(eve, 0, 1_300)) == [PAID]
    assert desk.money(eve) == (1_300, 0, 0, 0)
    assert desk.control(ChangeContract(eve, ContractEvent.TERMINATE), SEAT) == ACCEPTED


def test_what_is_gated_with_the_first_settlements_and_not_with_the_last_is_due_at_once() -> None:
    """Ann and Bob sell for 10.00 and 20.00. Ann is settled while the broker owes 30.00, Bob behind its payment: Bob is
    credited at once, and Ann's 10.00 are due with the row in which the lane is settled.
    """
    desk = Desk()
    ann, bob = desk.open(0), desk.open(0)
    lines = (*sold(desk, ann, 1_000), *sold(desk, bob, 2_000, 2))
    published(desk, event(ann), event(bob), *lines)
    begin(desk)
    assert desk.ask(DAY_SEAT, settlement(ann, 0, 1_000)) == [set_off(0)]
    assert to_be_credited(desk) == []

    discharge(desk)

    assert to_be_credited(desk) == []  # the lane is not settled
    assert desk.ask(DAY_SEAT, settlement(bob, 0, 2_000)) == [credited(2_000)]
    assert desk.ask(DAY_SEAT, *to_be_credited(desk)) == [PAID]
    assert (desk.money(ann), state(desk)) == ((1_000, 0, 0, 0), LaneState.CLOSED)


def restrained(
    balance_fen: int, *, sold_fen: int, bought_fen: int, restrained_fen: int, first: bool
) -> tuple[Desk, int, int]:
    """One customer who has sold and bought, and is restrained before it bought or behind it; another one who has sold
    for 10,000.00, so that all are gated.
    """
    desk = Desk()
    fay = desk.open(balance_fen)
    other = desk.open(0)
    lines = [*sold(desk, fay, sold_fen), *sold(desk, other, 1_000_000, 2)]
    order_to_restrain = Restrain(desk.account(fay), restrained_fen, RestraintKind.JUDICIAL, "court", "no. 7", 0)
    if first:
        desk.done(order_to_restrain)
    lines += bought(desk, fay, bought_fen)
    if not first:
        desk.done(order_to_restrain)
    published(desk, event(fay), event(other), *lines)
    begin(desk)
    return desk, fay, other


def test_a_restraint_between_fill_and_settlement_ranks_behind_the_buy() -> None:
    """100.00, bought 80.00, then 200.00 restrained: held back are min(200, 100 − min(80, 80)) = 20.00.

    y = 100 − 0 − 20 = 80.00, so x = max(0, 80 − 80) = 0: balance 20.00. With a balance of 60.00 nothing is held back:
    y = 60, x = 20.00 of the 50.00 sold: balance 0.
    """
    for balance_fen, x_fen, left_fen in ((10_000, 0, 2_000), (6_000, 2_000, 0)):
        desk, fay, other = restrained(balance_fen, sold_fen=5_000, bought_fen=8_000, restrained_fen=20_000, first=False)

        told = sent(desk, IN_ORDER, settlement(fay, 8_000, 5_000), settlement(other, 0, 1_000_000))

        assert told == [set_off(x_fen), set_off(0)]
        assert desk.money(fay) == (left_fen, 0, 0, 5_000 - x_fen)
        assert [each.senior_fen for each in desk.book.restraints.ordered()] == [0]  # nothing ranks before it any more
        same_after_all(desk)


def test_what_an_older_restraint_holds_back_pays_for_no_buy() -> None:
    """100.00 of which 90.00 are restrained, 50.00 sold: power 60.00, all of it bought. Held back are 90.00: y = 10.00,
    x = 60 − 10 = 50.00: balance 100 + 50 − 60 = 90.00, which is what the authority has.
    """
    desk, fay, _ = restrained(10_000, sold_fen=5_000, bought_fen=6_000, restrained_fen=9_000, first=True)

    assert sent(desk, IN_ORDER, settlement(fay, 6_000, 5_000)) == [set_off(5_000)]

    assert desk.money(fay) == (9_000, 0, 0, 0)


def test_a_deferred_lane_holds_its_later_ones_over_three_dates() -> None:
    """Monday's set does not come: Tuesday and Wednesday are neither published nor settled, the other broker's are.
    When it comes the three settle in their order; Gil's 30.00 of Monday pay for his 20.00 and 10.00.
    """
    desk = Desk()
    gil = desk.open(0)
    monday = (event(gil), *sold(desk, gil, 3_000))
    published(desk, party=OTHER_BROKER)
    lines = {}
    for on, fen in ((TUESDAY, 2_000), (WEDNESDAY, 1_000)):
        desk.roll(on)
        lines[on] = bought(desk, gil, fen)
        published(desk, on=on, party=OTHER_BROKER)
    assert desk.control(BeginSettle(TUESDAY, BROKER)) == NOT_DUE
    assert [begin(desk, on, OTHER_BROKER) for on in (MONDAY, TUESDAY, WEDNESDAY)] == [0, 0, 0]
    assert state(desk, WEDNESDAY, OTHER_BROKER) == LaneState.CLOSED  # nothing was owed by it

    published(desk, *monday)
    for on, of_date in lines.items():
        published(desk, *of_date, on=on)
        assert desk.control(BeginSettle(on, BROKER)) == NOT_DUE
    told = [settle(desk, on) for on in (MONDAY, TUESDAY, WEDNESDAY)]

    assert told == [[set_off(0)], [set_off(2_000)], [set_off(1_000)]]
    assert desk.money(gil) == (0, 0, 0, 0)
    assert [suspense(desk, on) for on in (MONDAY, TUESDAY, WEDNESDAY)] == [-3_000, 2_000, 1_000]
    same_after_all(desk)


def test_publishing_waits_for_credits_that_are_due() -> None:
    """Monday is paid; until its 10.00 are credited Tuesday is not published."""
    desk = Desk()
    ann = desk.open(0)
    published(desk, event(ann), *sold(desk, ann, 1_000))
    settle(desk)
    desk.roll(TUESDAY)
    discharge(desk)
    with pytest.raises(AssertionError):
        published(desk, on=TUESDAY)
    assert desk.control(Publish(TUESDAY, BROKER)) == NOT_DUE

    desk.ask(DAY_SEAT, *to_be_credited(desk))

    assert desk.control(Publish(TUESDAY, BROKER)) == ACCEPTED


def test_new_money_is_frozen_while_the_day_is_settled() -> None:
    """Hal's 40.00 of Monday are debited while he orders for 50.00 of Tuesday: 100.00 − 40.00 − 50.00 = 10.00."""
    desk = Desk()
    hal = desk.open(10_000)
    published(desk, event(hal), *bought(desk, hal, 4_000))
    desk.roll(TUESDAY)
    begin(desk)
    (_,) = desk.ask(SEAT, freeze(hal, 5_000))

    assert desk.ask(DAY_SEAT, settlement(hal, 4_000)) == [credited(0)]

    assert desk.money(hal) == (6_000, 5_000, 0, 0)
    assert desk.buying_power(hal) == (1_000, 1_000)
    same_after_all(desk)


def test_what_a_settled_contract_has_no_more_differs_from_no_set() -> None:
    """Ann bought for 60, and sold for 100: nothing differed, and nothing does while and once she is settled."""
    desk = Desk()
    ann, bob = desk.open(100), desk.open(100)
    lines = [event(ann), event(bob), *bought(desk, ann, 60), *sold(desk, ann, 100), *bought(desk, bob, 5)]
    published(desk, *lines)
    assert begin(desk) == 2
    assert desk.ask(DAY_SEAT, settlement(ann, 60, 100)) == [set_off(0)]
    assert set_differences(desk.book, BROKER, MONDAY, 0).differences == []
    assert desk.ask(DAY_SEAT, settlement(bob, 5)) == [set_off(0)]
    assert (set_differences(desk.book, BROKER, MONDAY, 0).differences, state(desk)) == ([], LaneState.SETTLED)
