"""Acts of two people on brokers and on what is owed beside them, in two opinions written apart: a customer without an
account is paid, a clearing account earns, an agreement ends, a held order is allotted.

Belongs here: stories of the core told to the auditor, and the same with a fault planted in the core, which the auditor
must find. Never here: what such an act should earn (tests.ledger_core.paying), how rows are told (watch).
"""

import contextlib
from collections.abc import Callable

import numpy as np
import pytest

from frontend_sim.auditor.day.postings import Code
from ledger.core import decide, resolve
from ledger.core.control import stops
from ledger.core.control.clearing_accounts import acts
from ledger.core.control.customers import accounts
from ledger.core.corrections.answers import to_close
from ledger.core.lines import read
from ledger.core.state.book import STOPPED
from ledger.core.state.general_ledger import GeneralLedger
from ledger.core.state.requests import RequestTable
from protocol.acts.parties import ResumeBrokerAct, StopBrokerAct
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from protocol.messages.customers.accounts import ChangeBroker, ChangeContract, ReplaceCard, SignContracts
from protocol.messages.day.corrections import ClosingsQuery
from protocol.messages.day.steps import Publish, Reconcile, WithdrawSet
from protocol.vocabulary import ContractEvent, ContractStatus, Fate, ObligationState, Way
from rules.day.obligations import termination_code
from rules.entries import CUSTOMER_PAID
from rules.savings import interest_fen
from tests.bank_seats import DAY_SEAT
from tests.customers import contract
from tests.frontend_sim.auditor.weeks.watch import apart
from tests.ledger_core.corrections.test_allotted import held, partly, signed_off
from tests.ledger_core.corrections.words import closing
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    SEAT,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    codes,
    fill_buy,
    freeze,
    release,
)
from tests.ledger_core.lines.words import announce, buy, order, send, send_whole
from tests.ledger_core.paying.bank import House, at
from tests.ledger_core.paying.customers.test_closed_accounts import pays, sold_for_two
from tests.ledger_core.paying.test_earning import pays as pays_interest
from tests.ledger_core.paying.test_terminated import FIFTH_DAY_ENDS, ends, tuesday
from tests.ledger_core.paying.test_terminated import stops as says
from tests.ledger_core.settling.words import settle, to_be_credited

ACCEPTED = ReplyCode.ACCEPTED
Patch = pytest.MonkeyPatch
OF_BROKERS_ALONE = (Code.CASH, Code.OTHER_BANKS, Code.INTEREST_PAID)


def former_customers() -> Desk:
    """3.50 are owed to Ann and 0.20 to Bob: paid in parts, over the counter and to another bank, and asked for twice,
    above what is there, under a serial too far, and for nobody.
    """
    house, ann, bob = sold_for_two()
    told = [
        pays(house, ann, 351, 1),
        pays(house, ann, 100, 1),
        pays(house, bob, 20, 1),
        pays(house, 9_901, 1, 2),
        pays(house, ann, 250, 9_999),
        pays(house, ann, 250, 2, "TRANSFER"),
        pays(house, ann, 1, 3),
        pays(house, bob, 20, 3),
    ]
    assert told.count(ACCEPTED) >= 3
    return house.desk


def earned() -> Desk:
    """20,000.00 stand there on Tuesday's night and go to 20,000.05 on Wednesday; 5.00 of interest at 9 % pay the 0.05
    that are overdue. It is asked for by other days too, twice, for a broker that has nothing, and for the bank.
    """
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, 2_000_005)
    house.fund(2_000_000)
    told = [pays_interest(house, TUESDAY, 90_000)]
    house.now(at(WEDNESDAY, 11))
    told += [pays_interest(house, day, 90_000) for day in (WEDNESDAY, TUESDAY - 1, TUESDAY, TUESDAY)]
    told += [pays_interest(house, TUESDAY, 90_000, party) for party in (OTHER_BROKER, 1)]
    assert told.count(ACCEPTED) == 1
    return house.desk


def ended() -> Desk:
    """Tuesday's 1,000.00 are unpaid; two people end the agreement at the end of the fifth day and a second later. Then
    no order and no contract of the broker begins, and whoever stops it or lets it go on is refused. It pays.
    """
    house = tuesday()
    desk, ann = house.desk, contract_no_from_index(0)
    bob, waits, elsewhere = (
        desk.open(50_000),
        desk.open(0, BROKER, ContractStatus.PRE_ASSIGNED),
        desk.open(0, OTHER_BROKER),
    )
    target = desk.freeze(bob, 30_000)
    house.now(at(WEDNESDAY, 9))
    for form in (StopBrokerAct, StopBrokerAct, ResumeBrokerAct, ResumeBrokerAct):
        says(house, form)
    ends(house)
    house.now(FIFTH_DAY_ENDS)
    assert ends(house) == ReplyCode.STEP_NOT_DUE
    house.now(FIFTH_DAY_ENDS + 1)
    for date, case, party in (
        (WEDNESDAY, 0, BROKER),
        (TUESDAY, 1, BROKER),
        (TUESDAY, 0, OTHER_BROKER),
        (TUESDAY, 0, 1),
    ):
        assert ends(house, date, case, party) != ACCEPTED
    assert [ends(house), ends(house)] == [ACCEPTED, ReplyCode.STATUS_FORBIDS]
    says(house, StopBrokerAct)
    says(house, ResumeBrokerAct)
    desk.ask(SEAT, freeze(bob, 1), release(target, bob, 30_000))
    free, new_card = desk.open_account(0, 90), desk.open_account(0, int(desk.account(bob)) // 100)
    for message in (
        SignContracts([contract(free // 100, BROKER)]),
        ChangeContract(waits, ContractEvent.CONFIRM),
        ChangeBroker(elsewhere, contract(desk.account(elsewhere) // 100, BROKER)),
        ReplaceCard(bob, new_card),
        ChangeBroker(bob, contract(desk.account(bob) // 100, OTHER_BROKER)),
    ):
        desk.control(message)
    house.fund(100_000)
    desk.ask(DAY_SEAT, *to_be_credited(desk))
    desk.control(ChangeContract(ann, ContractEvent.TERMINATE), SEAT)
    return desk


def paid_in_time() -> Desk:
    """What was paid, or lent, is no ground."""
    house = tuesday()
    house.fund(99_999)
    house.now(FIFTH_DAY_ENDS + 1)
    house.fund(1)
    assert ends(house) == ReplyCode.OBLIGATION_UNKNOWN
    return house.desk


def lent() -> Desk:
    house = tuesday()
    house.lends(100_000, WEDNESDAY - 1)
    house.now(FIFTH_DAY_ENDS + 1)
    assert ends(house) == ReplyCode.STEP_NOT_DUE
    return house.desk


def owed_by_the_bank() -> Desk:
    house = tuesday(-100_000)
    house.now(FIFTH_DAY_ENDS + 1)
    assert ends(house) == ACCEPTED
    house.pay(TUESDAY)
    house.pay_out(100_000)
    return house.desk


def allotted() -> Desk:
    """Ann's order is held on Monday. Tuesday's set has it, so lines of Wednesday's are listed; once it is withdrawn
    Wednesday's names it: 26.00 of it are drawn, a fill behind completion is listed, 34.00 may go back and no more.
    """
    desk, ann, target = held()
    signed_off(desk)
    desk.roll(WEDNESDAY)
    signed_off(desk, WEDNESDAY)
    number = send_whole(desk, *partly(target, ann), on=TUESDAY)
    lines = partly(target, ann, WEDNESDAY)
    announce(desk, *lines, on=WEDNESDAY)
    send(desk, *lines)
    assert desk.control(WithdrawSet(WEDNESDAY, 1), SEAT) == ACCEPTED
    assert desk.control(WithdrawSet(TUESDAY, number), SEAT) == ACCEPTED
    send_whole(desk, on=TUESDAY)
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    desk.done(Publish(TUESDAY, BROKER))
    settle(desk, TUESDAY)
    send_whole(desk, *lines, on=WEDNESDAY)
    desk.roll(THURSDAY)
    desk.ask(SEAT, fill_buy(target, ann, 100, on=THURSDAY))
    desk.ask(SEAT, release(target, ann, 3_401))
    desk.ask(SEAT, release(target, ann, 400))
    _closed(desk, WEDNESDAY)
    return desk


def held_on() -> Desk:
    """Tuesday's set tells it held again: it is filled in part meanwhile, and Wednesday's set has it refused."""
    desk, ann, target = held()
    signed_off(desk)
    send_whole(desk, order(target, ann, 6_000, fate=Fate.HELD, on=TUESDAY), on=TUESDAY)
    _closed(desk, TUESDAY)
    desk.roll(WEDNESDAY)
    assert codes(desk.ask(SEAT, fill_buy(target, ann, 100, on=WEDNESDAY))) == [ACCEPTED]
    signed_off(desk, WEDNESDAY)
    lines = [order(target, ann, 6_000, fate=Fate.PARTLY, on=WEDNESDAY), buy(target, ann, 100, on=WEDNESDAY)]
    send_whole(desk, *lines, on=WEDNESDAY)
    _closed(desk, WEDNESDAY)
    return desk


def _closed(desk: Desk, on: int) -> None:
    """Compared, published, what is open ended, settled."""
    desk.done(Reconcile(on, BROKER, 0))
    desk.done(Publish(on, BROKER))
    for each in to_close(desk.book, ClosingsQuery(on, BROKER, 0)).closings:
        target = (each.order_date, each.order_seat, each.order_number)
        told = desk.ask(DAY_SEAT, closing(target, each.contract_no, each.drawn_fen, each.released_fen, on))
        assert codes(told) == [ACCEPTED]
    settle(desk, on)


STORIES = (former_customers, earned, ended, paid_in_time, lent, owed_by_the_bank, allotted, held_on)


@pytest.mark.parametrize("story", STORIES)
def test_both_answer_and_book_alike(story: Callable[[], Desk]) -> None:
    of_bank = OF_BROKERS_ALONE if story in (former_customers, earned) else ()
    assert apart(story(), of_bank) == []


def over_the_counter_to_another_bank(monkeypatch: Patch) -> None:
    """What is paid in cash is booked to 1110."""
    monkeypatch.setattr(acts, "CUSTOMER_PAID", dict.fromkeys(CUSTOMER_PAID, CUSTOMER_PAID[Way.TRANSFER]))


def a_serial_counts_for_nothing(monkeypatch: Patch) -> None:
    """Told twice, paid twice."""
    monkeypatch.setattr(acts, "serial_code", lambda _serial, _last: ACCEPTED)


def a_fen_more_stands_there(monkeypatch: Patch) -> None:
    """3.51 may be asked for."""
    owed_fen = GeneralLedger.owed_to_customer_fen
    monkeypatch.setattr(GeneralLedger, "owed_to_customer_fen", lambda self, *place: owed_fen(self, *place) + 1)


def interest_of_a_year_of_300_days(monkeypatch: Patch) -> None:
    """A fifth more is booked."""
    monkeypatch.setattr(acts, "interest_fen", lambda points, rate: interest_fen(points * 6 // 5, rate))


def interest_collects_nothing(monkeypatch: Patch) -> None:
    """What is overdue stays so."""
    monkeypatch.setattr(acts, "collect", lambda _book, _party, _now_s: None)


def a_second_too_early(monkeypatch: Patch) -> None:
    """The fifth day's last second is behind it."""
    monkeypatch.setattr(stops, "termination_code", lambda state, due, now_s: termination_code(state, due, now_s + 1))


def whatever_is_owed_or_was(monkeypatch: Patch) -> None:
    """Any obligation is a ground, once it is long ago."""
    owed = ObligationState.OVERDUE
    monkeypatch.setattr(stops, "termination_code", lambda _state, due, now_s: termination_code(owed, due, now_s))


def a_stop_for_a_while(monkeypatch: Patch) -> None:
    """Who was terminated may be let go on."""
    monkeypatch.setattr(stops, "TERMINATED", STOPPED)


def contracts_begin(monkeypatch: Patch) -> None:
    """Beyond orders nothing is barred."""
    monkeypatch.setattr(accounts, "begins_none", lambda _book, _party: False)


def two_sets_have_it(monkeypatch: Patch) -> None:
    """Whoever names it."""
    monkeypatch.setattr(read, "may_be_named", lambda _book, _lanes, _frame, slot, _dates: np.ones(len(slot), bool))


def none_may_have_it(monkeypatch: Patch) -> None:
    """It waits for ever."""
    monkeypatch.setattr(read, "may_be_named", lambda _book, _lanes, _frame, slot, _dates: np.zeros(len(slot), bool))


def a_fill_behind_the_set_counts(monkeypatch: Patch) -> None:
    """Of an order that the set ends."""
    for page in (resolve, decide):
        monkeypatch.setattr(page, "are_ended", lambda _book, slots, _dates: np.zeros(len(slots), bool))


def all_of_it_goes_back(monkeypatch: Patch) -> None:
    """Also what was allotted, once it is complete."""
    monkeypatch.setattr(RequestTable, "due_fen", lambda _self, slot, _complete: np.zeros(len(slot), np.int64))


PLANTED = {
    former_customers: (over_the_counter_to_another_bank, a_serial_counts_for_nothing, a_fen_more_stands_there),
    earned: (interest_of_a_year_of_300_days, interest_collects_nothing),
    ended: (a_second_too_early, a_stop_for_a_while, contracts_begin),
    paid_in_time: (whatever_is_owed_or_was,),
    lent: (whatever_is_owed_or_was,),
    allotted: (two_sets_have_it, none_may_have_it, a_fill_behind_the_set_counts, all_of_it_goes_back),
}


@pytest.mark.parametrize(("story", "plant"), [(story, plant) for story, plants in PLANTED.items() for plant in plants])
def test_a_fault_of_the_ledger_is_found(
    story: Callable[[], Desk], plant: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    """Whatever the story itself says of it."""
    desks = list[Desk]()
    opened = Desk.__init__

    def noted(desk: Desk) -> None:
        desks.append(desk)
        opened(desk)

    monkeypatch.setattr(Desk, "__init__", noted)
    plant(monkeypatch)
    with contextlib.suppress(AssertionError):
        story()
    assert apart(desks[0], OF_BROKERS_ALONE if story in (former_customers, earned) else ())
