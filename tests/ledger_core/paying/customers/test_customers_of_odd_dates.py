"""Dates on which something else is the matter, from trading to the last credit, worked out on paper: a case, a set that
comes late, nobody who serves, a card that is replaced, a contract that has ended.

Belongs here: customers and broker together. Never here: dates on which it only pays otherwise (test_customers_wait),
what is paid to whom has no account (test_closed_accounts).

Tuesday 6 January 2026 is due on Wednesday. Amounts in the comments are yuan.
"""

import pytest

from ledger.core.corrections.answers import correction as dry_run
from protocol.account_codes import AccountCode
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import EndSettlement
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, ReplaceCard
from protocol.messages.day.corrections import CorrectionQuery
from protocol.messages.day.steps import Publish, Reconcile, SignOff
from protocol.records import RecordArray
from protocol.vocabulary import (
    AccountEvent,
    ClearedEvent,
    ContractEvent,
    ContractStatus,
    LaneState,
    Mode,
    ObligationState,
)
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import decision, permission
from tests.ledger_core.corrections.words import Both, correction
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    code_of,
    codes,
    fill_buy,
    freeze,
    same_after_all,
    status,
)
from tests.ledger_core.lines.words import agree, buy, event, order, sell, send_whole
from tests.ledger_core.paying.bank import FRIDAY, at
from tests.ledger_core.paying.customers.two import Two, settled, two
from tests.ledger_core.settling.words import (
    ACCEPTED,
    PAID,
    bought,
    credited,
    owed,
    published,
    set_off,
    settle,
    sold,
    state,
)

OWED, OVERDUE = ObligationState.OWED_BY_BROKER, ObligationState.OVERDUE
BY_BANK, DONE = ObligationState.OWED_BY_BANK, ObligationState.PAID
WAITS = ReplyCode.PROCEEDS_UNSETTLED
IN_BOTH_MODES = pytest.mark.parametrize("mode", [Mode.FREEZE, Mode.TRANSFER])
NINE, TEN = at(WEDNESDAY, 9), at(WEDNESDAY, 10)


def with_case(b: Two, case_fen: int, *lines: RecordArray) -> None:
    """The set of Tuesday has a buy in Bob's name besides that nobody ordered: two people do not have him bear it."""
    desk = b.desk
    b.house.now(at(TUESDAY, 20))
    b.house.office.valid_until_s = at(TUESDAY, 21)
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    send_whole(desk, *lines, buy((TUESDAY, SEAT, 90), b.bob, case_fen, on=TUESDAY), on=TUESDAY)
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    told = dry_run(desk.book, CorrectionQuery(TUESDAY, BROKER, 0, b.bob, case_fen))
    both = Both(case_fen, told.cleared_proceeds_fen, 0, told.has_sold_fen, case_fen)
    act = desk.told(permission(b.house.office, desk, BROKER, b.bob, both, case_fen, on=TUESDAY)).remaining_fen
    assert codes(desk.ask(DAY_SEAT, correction(b.bob, both, act, TUESDAY))) == [ACCEPTED]
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    desk.done(decision(b.house.office, desk, BROKER, "MISSING_HERE", on=TUESDAY))
    desk.done(Publish(TUESDAY, BROKER))


def case_of(b: Two) -> tuple[ObligationState, int, int, int, int]:
    """The case: as an obligation, and what stands of it on 1910."""
    return (*b.house.stands(TUESDAY, 1), b.house.book(AccountCode.ERRORS, BROKER, 0, 1))


def net_receiver_with_case(mode: Mode) -> Two:
    """Ann has 200.00 and buys for 30.00, Bob sells for 10.00; a buy of 25.00 in Bob's name is the broker's case.

    O = 10.00 − 30.00 − 25.00 = −45.00. The bank owes, and still all wait, for the case of 25.00 is open: on 2410 are
    Ann's 30.00 and the 25.00 of the case, which is 10.00 that wait and 45.00 that the bank owes.
    """
    b = two(mode)
    with_case(b, 2_500, *bought(b.desk, b.ann, 3_000), *sold(b.desk, b.bob, 1_000))
    assert settle(b.desk, TUESDAY) == [set_off(0), set_off(0)]
    b.house.open(WEDNESDAY)
    assert (b.suspense(), b.house.stands(TUESDAY)) == (5_500, (BY_BANK, 4_500, 0, 0))
    assert case_of(b) == (OWED, 2_500, 0, 0, 2_500)
    assert b.bob_asks() == WAITS
    return b


@IN_BOTH_MODES
def test_a_case_gates_and_is_kept_of_what_the_bank_pays(mode: Mode) -> None:
    """At nine 25.00 of the 45.00 are kept, 20.00 come to the clearing account, and Bob's 10.00 are due."""
    b = net_receiver_with_case(mode)
    b.house.now(NINE)
    assert b.house.pay(TUESDAY) == ACCEPTED

    assert case_of(b) == (DONE, 0, 2_500, 0, 0)
    assert (b.suspense(), b.house.there()) == (1_000, 2_000)
    assert (b.credit(), b.bob_asks(1_000)) == ([PAID], ACCEPTED)
    assert (b.suspense(), state(b.desk, TUESDAY)) == (0, LaneState.CLOSED)
    same_after_all(b.desk)


@IN_BOTH_MODES
def test_a_case_is_collected_at_ten_where_the_bank_has_not_paid(mode: Mode) -> None:
    """The broker has 25.00 in its clearing account, and the bank is late with its 45.00: the case is paid at 10:00:00,
    and Bob is due. At eleven the bank pays 45.00 and keeps nothing.
    """
    b = net_receiver_with_case(mode)
    b.house.now(NINE)
    b.house.fund(2_500)
    assert b.bob_asks() == WAITS
    b.house.now(TEN)
    b.house.due()

    assert case_of(b) == (DONE, 0, 2_500, 0, 0)
    assert (b.suspense(), b.house.there()) == (5_500, 0)
    assert b.credit() == [PAID]
    b.house.now(at(WEDNESDAY, 11))
    assert b.house.pay(TUESDAY) == ACCEPTED
    assert (b.suspense(), b.house.there(), b.house.owed(TUESDAY).bank_late_s) == (0, 4_500, TEN)
    assert state(b.desk, TUESDAY) == LaneState.CLOSED
    same_after_all(b.desk)


def test_a_lane_that_is_netted_late_is_due_behind_fourteen_and_its_customers_wait_until_then() -> None:
    """Bob sells for 50.00. The set is published on Wednesday at 11:00: O is due behind 14:00:00. 50.00 come at
    14:00:00.9, in time, and are taken by who asks a tenth later; until then Bob waits.
    """
    b = two()
    lines = sold(b.desk, b.bob, 5_000)
    b.desk.done(SignOff(TUESDAY))
    agree(b.desk, TUESDAY)
    b.house.open(WEDNESDAY)
    b.house.now(at(WEDNESDAY, 11))
    published(b.desk, *lines, on=TUESDAY)
    assert settle(b.desk, TUESDAY) == [set_off(0)]
    b.house.now(at(WEDNESDAY, 14), tenths=9)
    b.house.fund(5_000)
    assert (b.house.due(), b.bob_asks()) == (0, WAITS)
    b.house.now(at(WEDNESDAY, 14, 0, 1))

    assert (b.house.due(), b.house.stands(TUESDAY), b.house.there()) == (1, (DONE, 0, 5_000, 0), 0)
    assert (b.credit(), b.bob_asks(5_000)) == ([PAID], ACCEPTED)
    same_after_all(b.desk)


def test_who_was_not_served_at_ten_waits_a_minute_longer_than_the_ledger_was_down() -> None:
    """Bob sells for 50.00, which are there at nine. Nobody serves from 09:59:30 to 10:05:00: due at 10:06:00."""
    b = two()
    settled(b, *sold(b.desk, b.bob, 5_000))
    b.house.now(NINE)
    b.house.fund(5_000)
    b.house.now(at(WEDNESDAY, 10, 5))
    b.desk.serve_again(at(WEDNESDAY, 9, 59, 30), at(WEDNESDAY, 10, 5))
    b.house.now(at(WEDNESDAY, 10, 5, 59), tenths=9)
    assert (b.house.due(), b.credit(), b.bob_asks()) == (0, [], WAITS)
    b.house.now(at(WEDNESDAY, 10, 6))

    assert (b.house.due(), b.credit(), b.bob_asks(5_000)) == (1, [PAID], ACCEPTED)
    same_after_all(b.desk)


def test_what_waits_on_friday_waits_over_the_weekend() -> None:
    """Friday is due on Monday 12 January at 10:00:00. Bob's 50.00 come on Monday at 09:59:59, and are taken at ten."""
    b = two()
    b.desk.done(SignOff(TUESDAY))
    for party in (BROKER, OTHER_BROKER):
        published(b.desk, on=TUESDAY, party=party)
        settle(b.desk, TUESDAY, party)
    b.house.open(FRIDAY, 3, 4, 5, 6, 7, 10, 11, 12)
    b.house.now(at(FRIDAY, 15))
    published(b.desk, *sold(b.desk, b.bob, 5_000), on=FRIDAY)
    assert settle(b.desk, FRIDAY) == [set_off(0)]
    for day in (FRIDAY, 20_260_110, 20_260_111):
        b.house.now(at(day, 23, 59))
        assert (b.house.due(), b.house.stands(FRIDAY)[0], b.bob_asks()) == (0, OWED, WAITS)
    b.house.now(at(20_260_112, 9, 59, 59))
    b.house.fund(5_000)
    assert b.credit() == []
    b.house.now(at(20_260_112, 10))

    assert (b.house.due(), b.credit(), b.bob_asks(5_000)) == (1, [PAID], ACCEPTED)
    same_after_all(b.desk)


@IN_BOTH_MODES
def test_a_replaced_card_leaves_what_is_open_to_the_old_account(mode: Mode) -> None:
    """Bob has 10.00 and sells for 50.00; he orders for 20.00, of which 8.00 are filled, and his card is replaced. The
    set has 3.00 more of the order: O = 50.00 − 11.00 = +39.00.

    The new contract orders at once, for what comes to its own account, and not for what the old one waits for. Settled
    under its old number: 11.00 bought, of which 10.00 are there: 1.00 is set off, 49.00 wait. Paid, they are credited
    to the old account, and with the end of Tuesday's settlement the old contract ends.
    """
    b = two(mode, bob_fen=1_000)
    desk = b.desk
    lines = sold(desk, b.bob, 5_000)
    target = desk.freeze(b.bob, 2_000)
    assert code_of(desk, SEAT, fill_buy(target, b.bob, 800)) == ACCEPTED
    fresh = desk.open_account(0, desk.account(b.bob) // CONTRACT_NUMBER_STEP)
    new = desk.told(ReplaceCard(b.bob, fresh)).remaining_fen
    assert code_of(desk, SEAT, freeze(new, 1)) == ReplyCode.INSUFFICIENT_FUNDS
    assert code_of(desk, SEAT, freeze(b.bob, 1)) == ReplyCode.CONTRACT_RUNS_OFF
    lines += [event(new, on=TUESDAY), order(target, b.bob, 2_000, on=TUESDAY), buy(target, b.bob, 1_100, on=TUESDAY)]

    assert settled(b, *lines) == [set_off(100)]

    assert desk.money(b.bob) == (0, 0, 0, 4_900)
    assert desk.control(ChangeContract(b.bob, ContractEvent.TERMINATE), SEAT) == ReplyCode.ITEMS_OPEN
    b.house.now(NINE)
    b.house.fund(3_900)
    b.house.now(TEN)
    b.house.due()
    assert b.credit() == [PAID]
    assert (desk.money(b.bob), desk.money(new)) == ((4_900, 0, 0, 0), (0, 0, 0, 0))
    assert status(desk, b.bob) == ContractStatus.RUNS_OFF
    published(desk, on=TUESDAY, party=OTHER_BROKER)
    settle(desk, TUESDAY, OTHER_BROKER)
    desk.done(EndSettlement(TUESDAY))
    assert [status(desk, each) for each in (b.bob, new)] == [ContractStatus.TERMINATED, ContractStatus.ACTIVE]
    same_after_all(desk)


@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize("is_gated", [False, True])
def test_what_is_sold_for_a_contract_that_has_ended_goes_to_its_account_or_stands_by_itself(
    is_closed: bool, is_gated: bool
) -> None:
    """Bob's contract ends on Tuesday with nothing open, and his account is closed or not; the set says that he sold for
    3.50. Ann buys for 30.00, so that the bank owes 26.50; or nothing, so that the broker owes 3.50.
    """
    b = two()
    desk = b.desk
    assert desk.control(ChangeContract(b.bob, ContractEvent.TERMINATE), SEAT) == ACCEPTED
    if is_closed:
        desk.done(ChangeAccount(desk.account(b.bob), AccountEvent.CLOSE))
    lines = [] if is_gated else bought(desk, b.ann, 3_000)
    lines += [event(b.bob, ClearedEvent.CLOSED, on=TUESDAY), sell(1, b.bob, 350, on=TUESDAY)]
    b.house.now(at(TUESDAY, 20))
    b.house.office.valid_until_s = at(TUESDAY, 21)
    desk.done(SignOff(TUESDAY))
    agree(desk, TUESDAY)
    send_whole(desk, *lines, on=TUESDAY)
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    both = Both(0, 350)
    act = desk.told(permission(b.house.office, desk, BROKER, b.bob, both, on=TUESDAY)).remaining_fen
    assert codes(desk.ask(DAY_SEAT, correction(b.bob, both, act, TUESDAY))) == [ACCEPTED]
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    desk.done(Publish(TUESDAY, BROKER))
    b.house.open(WEDNESDAY)

    told = settle(desk, TUESDAY)

    at_once = owed(350) if is_closed else credited(350)
    assert told == ([set_off(0)] if is_gated else [credited(0), at_once])
    if is_gated:
        assert (desk.money(b.bob), desk.book.gated.of_contract(b.bob // 100, BROKER)) == (
            (0, 0, 0, 0),
            {TUESDAY: (350, 0)},
        )
        b.house.now(NINE)
        b.house.fund(350)
        b.house.now(TEN)
        b.house.due()
        assert b.credit() == [owed(350) if is_closed else PAID]
    assert desk.money(b.bob) == (0 if is_closed else 350, 0, 0, 0)
    assert b.house.book(AccountCode.OWED_TO_CUSTOMERS, BROKER, 0, b.bob) == (-350 if is_closed else 0)
    assert b.suspense() == (0 if is_gated else 2_650)
    same_after_all(desk)
