"""A broker that two people end the agreement with 终止协议: on what ground and when, what begins no more, what goes on.

Tuesday is due on Wednesday at 10:00; five bank working days behind it, on Monday the 12th, the fifth one ends.
"""

import pytest
from msgspec.structs import replace

from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct, TerminateBrokerAct
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.messages.codec import decode_content
from protocol.messages.control import ControlMessage
from protocol.messages.customers.accounts import ChangeAccount, ChangeBroker, ChangeContract, ReplaceCard, SignContracts
from protocol.messages.customers.pushes import ConfirmPush, Identify
from protocol.messages.feeds import Stopped
from protocol.vocabulary import (
    AccountEvent,
    CardAnswer,
    ContractEvent,
    ContractStatus,
    FeedKind,
    ObligationState,
    PushState,
    Right,
)
from tests.bank_seats import DAY_SEAT, IDENTITY_SEAT
from tests.customers import contract, holder_of, pushed_contract
from tests.ledger_core.control.test_feeds import entries
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    codes,
    freeze,
    release,
    same_after_all,
)
from tests.ledger_core.paying.bank import House, at
from tests.ledger_core.settling.words import to_be_credited

XAN, YAO = 11, 12
ACCEPTED, NOT_DUE, STOPPED = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.BROKER_STOPPED
UNKNOWN, FORBIDS = ReplyCode.OBLIGATION_UNKNOWN, ReplyCode.STATUS_FORBIDS
FIFTH_DAY_ENDS = at(20260112, 23, 59, 59)


def tuesday(owed_fen: int = 100_000) -> House:
    """The bank has two who may stop brokers; Tuesday is published, and its customers are settled."""
    house = House()
    for person in (XAN, YAO):
        house.desk.done(house.office.hired(person, Right.BROKERS))
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, owed_fen)
    house.settled(TUESDAY)
    return house


def stops(house: House, form: type[StopBrokerAct] | type[ResumeBrokerAct], party: int = BROKER) -> ReplyCode:
    return house.act_of((XAN, YAO), form, party=party)


def ends(house: House, date: int = TUESDAY, case: int = 0, party: int = BROKER) -> ReplyCode:
    return house.act_of((XAN, YAO), TerminateBrokerAct, party=party, trade_date=date, case=case)


def told_of_stops(house: House) -> list[bool]:
    found = [decode_content(each.content) for each in entries(house.desk.book) if each.kind == FeedKind.STOPPED]
    return [each.is_stopped for each in found if isinstance(each, Stopped)]


def test_it_may_be_said_behind_the_fifth_bank_working_day_and_not_in_its_last_second() -> None:
    house = tuesday()
    assert house.owed(TUESDAY).due.termination_after_s == FIFTH_DAY_ENDS
    house.now(at(WEDNESDAY, 9))
    assert ends(house) == NOT_DUE  # it is not due yet
    house.now(FIFTH_DAY_ENDS, 9)
    assert ends(house) == NOT_DUE
    assert house.stands(TUESDAY)[0] == ObligationState.OVERDUE  # what was over has acted all the same
    house.now(FIFTH_DAY_ENDS + 1)
    assert ends(house) == ACCEPTED
    assert house.stands(TUESDAY) == (ObligationState.OVERDUE, 100_000, 0, 0)
    assert told_of_stops(house) == [True]
    same_after_all(house.desk)


def test_a_debt_that_is_paid_lent_or_nobodys_is_no_ground() -> None:
    house = tuesday()
    house.lends(100_000, WEDNESDAY - 1)
    house.now(FIFTH_DAY_ENDS + 1)
    assert ends(house, WEDNESDAY) == UNKNOWN  # nothing is published
    assert ends(house, TUESDAY, case=1) == UNKNOWN
    assert ends(house, party=1) == ReplyCode.PARTY_UNKNOWN
    assert ends(house, party=OTHER_BROKER) == UNKNOWN  # it traded nothing: nothing is owed
    assert (ends(house), house.stands(TUESDAY)[0]) == (NOT_DUE, ObligationState.ADVANCED)
    paid = tuesday()
    paid.fund(99_999)
    paid.now(FIFTH_DAY_ENDS + 1)
    paid.fund(1)
    assert (ends(paid), paid.stands(TUESDAY)[0]) == (UNKNOWN, ObligationState.PAID)


def test_what_the_bank_has_not_paid_is_a_ground_for_its_broker() -> None:
    house = tuesday(-100_000)
    house.now(FIFTH_DAY_ENDS)
    assert ends(house) == NOT_DUE
    house.now(FIFTH_DAY_ENDS + 1)
    assert ends(house) == ACCEPTED
    assert house.pay(TUESDAY) == ACCEPTED
    assert house.there() == 100_000
    assert house.pay_out(100_000) == ACCEPTED
    same_after_all(house.desk)


@pytest.mark.parametrize("was_stopped", [False, True])
def test_it_is_a_stop_without_end(was_stopped: bool) -> None:
    house = tuesday()
    house.now(FIFTH_DAY_ENDS + 1)
    assert stops(house, ResumeBrokerAct) == FORBIDS
    if was_stopped:
        assert stops(house, StopBrokerAct) == ACCEPTED
    assert ends(house) == ACCEPTED
    assert [stops(house, StopBrokerAct), stops(house, ResumeBrokerAct), ends(house)] == [FORBIDS] * 3
    assert house.act(TerminateBrokerAct, party=OTHER_BROKER, trade_date=TUESDAY, case=0) == ReplyCode.RIGHT_MISSING
    assert told_of_stops(house) == [True] * (1 + was_stopped)


def test_no_order_begins_and_what_has_begun_ends_as_it_would() -> None:
    """Bob has 500.00, of which 300.00 are ordered; Ann waits for the 1,000.00 that her broker owes by Tuesday."""
    house = tuesday()
    desk, ann = house.desk, contract_no_from_index(0)
    bob = desk.open(50_000)
    order = desk.freeze(bob, 30_000)
    house.now(FIFTH_DAY_ENDS + 1)
    assert ends(house) == ACCEPTED

    assert codes(desk.ask(SEAT, freeze(bob, 1), release(order, bob, 30_000))) == [STOPPED, ACCEPTED]
    assert desk.control(ChangeContract(ann, ContractEvent.TERMINATE), SEAT) == ReplyCode.ITEMS_OPEN
    house.fund(99_999)
    assert to_be_credited(desk) == []
    house.fund(1)
    assert codes(desk.ask(DAY_SEAT, *to_be_credited(desk))) == [ACCEPTED]
    same_after_all(desk)


def beginnings(house: House, bob: int) -> list[tuple[ControlMessage, int]]:
    """Whatever would let a contract of the broker begin, and the seat that says it (0: of the bank's)."""
    desk = house.desk
    waits = desk.open(0, BROKER, ContractStatus.PRE_ASSIGNED)
    elsewhere = desk.open(0, OTHER_BROKER)
    new_card, free = (desk.open_account(0, holder) for holder in (int(desk.account(bob)) // 100, 90))
    terms = contract(desk.account(elsewhere) // 100, BROKER)
    return [
        (SignContracts([contract(free // 100, BROKER)]), 0),
        (ChangeContract(waits, ContractEvent.CONFIRM), 0),
        (ChangeBroker(elsewhere, terms), 0),
        (ReplaceCard(bob, new_card), 0),
        (pushed_contract(2, free // 100, ""), SEAT),
    ]


@pytest.mark.parametrize("place", range(5), ids=["signed", "confirmed", "changed", "replaced", "pushed"])
def test_no_contract_of_it_begins(place: int) -> None:
    """The same message is taken where the broker is stopped, which ends by itself one day, and not where it is
    terminated."""
    for ended, code in ((False, ACCEPTED), (True, STOPPED)):
        house = tuesday()
        house.now(FIFTH_DAY_ENDS + 1)
        bob = house.desk.open(0)
        message, seat = beginnings(house, bob)[place]
        assert (ends(house) if ended else stops(house, StopBrokerAct)) == ACCEPTED
        assert house.desk.control(message, seat) == code


def test_its_customers_go_elsewhere_with_nothing_open_and_its_contracts_end() -> None:
    house = tuesday()
    house.now(FIFTH_DAY_ENDS + 1)
    desk = house.desk
    bob, eve = desk.open(0), desk.open(0)
    assert ends(house) == ACCEPTED
    other = desk.told(ChangeBroker(bob, contract(desk.account(bob) // 100, OTHER_BROKER)))
    assert other.code == ACCEPTED
    assert desk.control(ChangeContract(eve, ContractEvent.TERMINATE), SEAT) == ACCEPTED
    desk.done(ChangeAccount(desk.account(eve), AccountEvent.CLOSE))
    same_after_all(desk)


def test_a_push_that_waits_is_barred_once_it_is_looked_into() -> None:
    house = tuesday()
    desk = house.desk
    free = desk.open_account(0, 90)
    push = desk.told(pushed_contract(1, free // 100, "A123456789"), SEAT).remaining_fen
    house.now(FIFTH_DAY_ENDS + 1)
    identified = desk.told(pushed_contract(2, desk.open_account(0, 91) // 100, "A123456788"), SEAT).remaining_fen
    desk.done(replace(Identify(identified, b""), holder=holder_of(91)))
    assert ends(house) == ACCEPTED
    desk.done(replace(Identify(push, b""), holder=holder_of(90)))
    waits = desk.book.pushes.entries[push]
    assert (waits.state, waits.code) == (PushState.IMPOSSIBLE, STOPPED)
    confirm = ConfirmPush(identified, BROKER, 0, [], 0, int(CardAnswer.RIGHT))
    assert desk.control(confirm, IDENTITY_SEAT) == ACCEPTED
    assert desk.book.pushes.entries[identified].code == STOPPED
