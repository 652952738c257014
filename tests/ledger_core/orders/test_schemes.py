"""The scheme of a broker: which broker may have A, when it holds, and what a broker of A does not send."""

import pytest

from protocol.acts.parties import SetSchemeAct
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeMode, EndSettlement, SetScheme
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import SignOn
from protocol.records import RecordArray
from protocol.vocabulary import BANK_PARTY, ContractEvent, Mode, RecordKind, Right, Scheme
from tests.ledger_core.control.customers.pushing import a_push
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    same_after_all,
)
from tests.ledger_core.sealed import sealed
from tests.people import signed

A, B = SetScheme(BROKER, Scheme.A), SetScheme(BROKER, Scheme.B)
LEE, MAX = 17, 18


def schemes(desk: Desk) -> tuple[int, int]:
    """The scheme that holds, and the one that it becomes."""
    return int(desk.book.orders.schemes.now[BROKER]), int(desk.book.orders.schemes.coming[BROKER])


def test_a_broker_begins_in_b_and_changes_at_once_while_it_has_no_business() -> None:
    desk = Desk()
    assert schemes(desk) == (Scheme.B, Scheme.B)

    desk.done(A)

    assert schemes(desk) == (Scheme.A, Scheme.A)
    assert int(desk.book.orders.schemes.now[OTHER_BROKER]) == Scheme.B
    same_after_all(desk)


def test_it_waits_until_its_last_contract_has_ended_and_the_date_of_that_is_settled() -> None:
    """Ended on Monday: a sale of Monday may still be told on Tuesday, and is B's. Monday is settled on Tuesday."""
    desk = Desk()
    ann = desk.open(0)
    desk.done(A)
    desk.roll(TUESDAY)
    assert schemes(desk) == (Scheme.B, Scheme.A)

    desk.done(ChangeContract(ann, ContractEvent.TERMINATE))
    desk.done(EndSettlement(MONDAY))
    desk.roll(WEDNESDAY)
    assert schemes(desk) == (Scheme.B, Scheme.A)
    assert codes(desk.ask(SEAT, fill_sell(ann, 5, on=TUESDAY))) == [ReplyCode.LISTED]
    desk.done(EndSettlement(TUESDAY))
    assert schemes(desk) == (Scheme.B, Scheme.A)
    desk.roll(20260108)

    assert schemes(desk) == (Scheme.A, Scheme.A)
    same_after_all(desk)


def test_a_lane_that_was_begun_keeps_the_scheme_of_its_date() -> None:
    desk = Desk()
    assert desk.control(SignOn(MONDAY), SEAT) == ReplyCode.ACCEPTED
    desk.done(A)
    assert schemes(desk) == (Scheme.B, Scheme.A)

    desk.roll(TUESDAY)
    assert schemes(desk) == (Scheme.B, Scheme.A)
    desk.done(EndSettlement(MONDAY))
    desk.roll(WEDNESDAY)

    assert schemes(desk) == (Scheme.A, Scheme.A)


def test_a_push_that_waits_keeps_the_scheme() -> None:
    desk = Desk()
    assert desk.control(a_push(1), SEAT) == ReplyCode.ACCEPTED

    desk.done(A)
    desk.roll(TUESDAY)

    assert schemes(desk) == (Scheme.B, Scheme.A)


def test_saying_the_scheme_in_force_takes_back_a_change_that_waits() -> None:
    desk = Desk()
    desk.open(0)
    desk.done(A)

    desk.done(B)

    assert schemes(desk) == (Scheme.B, Scheme.B)


@pytest.mark.parametrize("party", [BANK_PARTY, 9])
def test_only_a_broker_has_a_scheme(party: int) -> None:
    assert Desk().control(SetScheme(party, Scheme.A)) == ReplyCode.PARTY_UNKNOWN


def test_a_needs_freeze_mode_and_proceeds_at_the_fill() -> None:
    desk = Desk()
    assert desk.control(SetScheme(OTHER_BROKER, Scheme.A)) == ReplyCode.SCHEME_FORBIDS  # without proceeds at the fill
    desk.done(ChangeMode(BROKER, Mode.TRANSFER))
    assert desk.control(A) == ReplyCode.SCHEME_FORBIDS

    desk.done(ChangeMode(BROKER, Mode.FREEZE))
    desk.done(A)

    assert desk.control(ChangeMode(BROKER, Mode.TRANSFER)) == ReplyCode.SCHEME_FORBIDS
    assert desk.control(ChangeMode(BROKER, Mode.FREEZE)) == ReplyCode.ACCEPTED


def test_a_mode_and_a_scheme_that_both_wait_are_of_one_broker_never() -> None:
    desk = Desk()
    desk.open(0)
    desk.done(A)
    assert desk.control(ChangeMode(BROKER, Mode.TRANSFER)) == ReplyCode.SCHEME_FORBIDS
    desk.done(B)
    desk.done(ChangeMode(BROKER, Mode.TRANSFER))

    assert desk.control(A) == ReplyCode.SCHEME_FORBIDS


def test_once_the_bank_is_sealed_two_people_say_it() -> None:
    desk = Desk()
    office = sealed(desk, (LEE, Right.BROKERS), (MAX, Right.BROKERS))
    assert desk.control(A) == ReplyCode.ACT_NEEDED

    act = SetSchemeAct(**office.by(LEE), party=BROKER, scheme="A")

    assert desk.control(signed(act, LEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert desk.control(signed(act, LEE, MAX)) == ReplyCode.ACCEPTED
    assert schemes(desk) == (Scheme.A, Scheme.A)
    same_after_all(desk)


def of_b(contract_no: int) -> list[RecordArray]:
    """One of each kind that only a broker of B sends; the amounts would pass."""
    order = (MONDAY, SEAT, 1)
    return [
        freeze(contract_no, 1),
        release(order, contract_no, 1),
        fill_buy(order, contract_no, 1),
        fill_sell(contract_no, 1),
    ]


@pytest.mark.parametrize("padding", [1, 20], ids=["law", "lane"])
@pytest.mark.parametrize("place", range(4))
def test_a_broker_of_a_sends_no_order_and_no_report_of_b(place: int, padding: int) -> None:
    """Whatever else is wrong with it, but for a contract that is unknown; beside it another broker orders on."""
    desk = Desk()
    desk.done(A)
    ann, foreign = desk.open(10), desk.open(100, OTHER_BROKER)
    suspended = desk.open(10)
    desk.done(ChangeContract(suspended, ContractEvent.SUSPEND))

    one = of_b(ann)[place]
    mixed = [Frame(SEAT, joined(*[one] * padding)), Frame(21, joined(*[freeze(foreign, 1)] * padding))]

    assert set(codes(desk.send(*mixed))) == {ReplyCode.SCHEME_FORBIDS, ReplyCode.ACCEPTED}
    assert codes(desk.ask(SEAT, of_b(suspended)[place])) == [ReplyCode.SCHEME_FORBIDS]
    assert codes(desk.ask(SEAT, of_b(foreign)[place])) == [ReplyCode.CONTRACT_UNKNOWN]
    assert codes(desk.ask(2, deposit(ann, 5))) == [ReplyCode.ACCEPTED]
    same_after_all(desk)


def test_lines_of_a_set_are_of_both() -> None:
    desk = Desk()
    desk.done(A)
    ann = desk.open(10)

    told = desk.ask(SEAT, record(RecordKind.CLEAR_REFUND, ann, 1, reference=1))

    assert codes(told) == [ReplyCode.SET_NOT_OPEN]


def test_a_broker_of_a_pushes_no_contract_and_changes_none() -> None:
    desk = Desk()
    desk.done(A)
    ann = desk.open(0)
    foreign = desk.open(0, OTHER_BROKER)

    assert desk.control(a_push(1), SEAT) == ReplyCode.SCHEME_FORBIDS
    assert desk.control(ChangeContract(ann, ContractEvent.SUSPEND), SEAT) == ReplyCode.SCHEME_FORBIDS
    assert desk.control(ChangeContract(foreign, ContractEvent.SUSPEND), SEAT) == ReplyCode.CONTRACT_UNKNOWN
    assert desk.control(ChangeContract(ann, ContractEvent.SUSPEND)) == ReplyCode.ACCEPTED  # at the counter
