"""Contracts that a broker pushes: from the push to the contract, and what is told of it on the way.

Belongs here: what PushContract, Identify and ConfirmPush do. Never here: limits and malformed ones (test_push_limits),
what is inside of what is sealed (tests/protocol), signing at the counter (test_accounts).
"""

import pytest

from ledger.core import engine
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract
from protocol.messages.customers.pushes import Identify
from protocol.vocabulary import AccountEvent, CardAnswer, ContractEvent, ContractStatus, PushState
from tests.customers import holder_of
from tests.ledger_core.control.customers.pushing import (
    ANN,
    BEN,
    NOBODYS,
    NOT_ASKED,
    RIGHT,
    WRONG,
    a_push,
    confirm,
    decided,
    facts,
    pushed,
    state,
    waiting,
)
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    Desk,
    account_of,
    code_of,
    fill_sell,
    freeze,
    same_after_all,
    status,
    totals,
)


def test_a_customer_signs_at_the_broker_and_trades_at_once() -> None:
    desk = Desk()
    number = pushed(desk)
    assert (number, state(desk, number)) == (1, PushState.WAITING)
    desk.done(Identify(number, holder_of(ANN)))
    assert state(desk, number) == PushState.IDENTIFIED

    code, _, contract_no = confirm(desk, number)

    assert code == ReplyCode.ACCEPTED
    assert facts(desk, number) == (0, PushState.ASSIGNED, contract_no)
    assert status(desk, contract_no) == ContractStatus.ACTIVE
    assert code_of(desk, SEAT, freeze(contract_no, 1)) == ReplyCode.INSUFFICIENT_FUNDS  # a balance of 0, and no more
    assert engine.open_pushes(desk.book, 64) == []
    assert desk.book.pushes.entries[number].asked is None  # nothing is kept that nobody has to read any more
    same_after_all(desk)


@pytest.mark.parametrize("answer", [NOT_ASKED, WRONG])
def test_without_the_card_password_it_waits_for_the_customer(answer: CardAnswer) -> None:
    desk = Desk()
    number = pushed(desk)

    contract_no = decided(desk, number, ANN, answer).remaining_fen

    assert facts(desk, number) == (0, PushState.PRE_ASSIGNED, contract_no)
    assert code_of(desk, SEAT, freeze(contract_no, 1)) == ReplyCode.CONTRACT_PRE_ASSIGNED
    desk.done(ChangeContract(contract_no, ContractEvent.CONFIRM))
    assert status(desk, contract_no) == ContractStatus.ACTIVE
    same_after_all(desk)


def test_until_the_person_fits_everything_is_told_the_same() -> None:
    """Another person's account, one that is not there, a closed one, one with a contract: one word for all."""
    desk = Desk()
    with_contract, closed = desk.open(5), desk.open(0)
    desk.done(ChangeAccount(account_of(closed), AccountEvent.CLOSE))
    accounts = (BEN, NOBODYS, account_of(with_contract) // 100, account_of(closed) // 100)
    told = [desk.told(a_push(serial, account), SEAT) for serial, account in enumerate(accounts, 1)]
    assert {(code, given) for code, given, _ in told} == {(ReplyCode.ACCEPTED, 3)}
    numbers = [answer.remaining_fen for answer in told]

    outcomes = [desk.told(Identify(number, holder_of(ANN))) for number in numbers]

    assert set(outcomes) == {(ReplyCode.ACCEPTED, 0, 0)}
    assert {facts(desk, number) for number in numbers} == {(0, PushState.NOT_IDENTIFIED, 0)}
    same_after_all(desk)


def lost(desk: Desk) -> None:
    desk.done(ChangeAccount(account_no_from_index(ANN), AccountEvent.REPORT_LOSS))


def closed(desk: Desk) -> None:
    desk.done(ChangeAccount(account_no_from_index(ANN), AccountEvent.CLOSE))


def taken(desk: Desk) -> None:
    decided(desk, pushed(desk, BEN), BEN)


def signed(desk: Desk) -> None:
    desk.sign(account_no_from_index(ANN), OTHER_BROKER)


BARRED = [
    (ReplyCode.ACCOUNT_LOSS_REPORTED, lost),
    (ReplyCode.ACCOUNT_CLOSED, closed),
    (ReplyCode.ACCOUNT_HAS_CONTRACT, signed),
    (ReplyCode.SECURITIES_ACCOUNT_TAKEN, taken),
]


@pytest.mark.parametrize("when", ["before it is identified", "afterwards"])
@pytest.mark.parametrize(("code", "bar"), BARRED, ids=[code.name for code, _ in BARRED])
def test_only_the_holder_hears_why_it_cannot_be(code: ReplyCode, bar: object, when: str) -> None:
    desk = Desk()
    number = pushed(desk)
    assert callable(bar)
    if when == "afterwards":
        desk.done(Identify(number, holder_of(ANN)))
        bar(desk)
        assert waiting(desk, number).code == code  # so that the card host is not asked
        assert confirm(desk, number) == (ReplyCode.ACCEPTED, 0, 0)
    else:
        bar(desk)
        desk.done(Identify(number, holder_of(ANN)))

    assert facts(desk, number) == (code, PushState.IMPOSSIBLE, 0)
    same_after_all(desk)


def test_what_cannot_be_read_is_told_so_and_is_not_counted() -> None:
    desk = Desk()
    number = pushed(desk)

    desk.done(Identify(number, b""))

    assert facts(desk, number) == (0, PushState.UNREADABLE, 0)
    assert not desk.book.pushes.futile
    assert desk.control(Identify(pushed(desk), bytes(15))) == ReplyCode.REQUEST_MALFORMED


def test_a_lost_card_is_replaced_by_signing_anew() -> None:
    """The loss is reported at the bank, the customer signs anew on the new account; the old contract runs off."""
    desk = Desk()
    old = decided(desk, pushed(desk), ANN).remaining_fen
    new_account = desk.open_account(700, holder=ANN)
    place = new_account // 100
    early = pushed(desk, place, replaces=old)
    desk.done(Identify(early, holder_of(ANN)))
    assert facts(desk, early) == (ReplyCode.STATUS_FORBIDS, PushState.IMPOSSIBLE, 0)  # no loss is reported
    desk.done(ChangeAccount(account_no_from_index(ANN), AccountEvent.REPORT_LOSS))
    other = pushed(desk, place, shanghai="A2", replaces=old)
    desk.done(Identify(other, holder_of(ANN)))
    assert facts(desk, other) == (ReplyCode.PUSH_DIFFERS, PushState.IMPOSSIBLE, 0)  # other securities accounts
    without = pushed(desk, place)
    desk.done(Identify(without, holder_of(ANN)))
    assert facts(desk, without)[:2] == (ReplyCode.SECURITIES_ACCOUNT_TAKEN, PushState.IMPOSSIBLE)  # names no old one

    number = pushed(desk, place, replaces=old)
    desk.done(Identify(number, holder_of(ANN)))
    assert (waiting(desk, number).ends, waiting(desk, number).runs_off) == ([], old)
    new = confirm(desk, number).remaining_fen

    assert facts(desk, number) == (0, PushState.ASSIGNED, new)
    assert status(desk, new) == ContractStatus.ACTIVE
    assert code_of(desk, SEAT, freeze(old, 1)) == ReplyCode.CONTRACT_RUNS_OFF
    assert code_of(desk, SEAT, freeze(new, 700)) == ReplyCode.ACCEPTED
    assert totals(desk)[BROKER] == (700, 700, 0, 0)
    same_after_all(desk)


def test_a_lost_card_goes_to_no_other_person() -> None:
    desk = Desk()
    old = decided(desk, pushed(desk), ANN).remaining_fen
    lost(desk)

    number = pushed(desk, BEN, replaces=old)
    desk.done(Identify(number, holder_of(BEN)))

    assert facts(desk, number) == (ReplyCode.HOLDER_DIFFERS, PushState.IMPOSSIBLE, 0)


def test_other_securities_accounts_are_a_new_contract_once_nothing_is_open() -> None:
    desk = Desk()
    old = decided(desk, pushed(desk), ANN).remaining_fen
    desk.done(ChangeContract(old, ContractEvent.SUSPEND))
    desk.ask(SEAT, fill_sell(old, 5))
    busy = pushed(desk, shanghai="A2", replaces=old)
    desk.done(Identify(busy, holder_of(ANN)))
    assert facts(desk, busy) == (ReplyCode.ITEMS_OPEN, PushState.IMPOSSIBLE, 0)

    quiet = Desk()
    old = decided(quiet, pushed(quiet), ANN).remaining_fen
    quiet.done(ChangeContract(old, ContractEvent.SUSPEND))
    number = pushed(quiet, shanghai="A2", replaces=old)
    quiet.done(Identify(number, holder_of(ANN)))
    assert (waiting(quiet, number).ends, waiting(quiet, number).runs_off) == ([old], 0)
    new = confirm(quiet, number).remaining_fen

    assert (status(quiet, old), status(quiet, new)) == (ContractStatus.TERMINATED, ContractStatus.SUSPENDED)
    assert decided(quiet, pushed(quiet, BEN, "A1"), BEN).code == ReplyCode.ACCEPTED  # A1 is free again
    same_after_all(quiet)


def test_nothing_gives_way_without_the_card_password() -> None:
    desk = Desk()
    old = decided(desk, pushed(desk), ANN).remaining_fen

    number = pushed(desk, shanghai="A2", replaces=old)

    assert decided(desk, number, ANN, WRONG) == (ReplyCode.ACCEPTED, 0, 0)
    assert facts(desk, number) == (ReplyCode.ACCOUNT_HAS_CONTRACT, PushState.IMPOSSIBLE, 0)
    assert status(desk, old) == ContractStatus.ACTIVE


def test_a_contract_that_nobody_confirmed_keeps_nobody_out() -> None:
    """Somebody pushes ann's account, and ben pushes her securities account; neither has her card password."""
    desk = Desk()
    first = decided(desk, pushed(desk, shanghai="A9"), ANN, NOT_ASKED).remaining_fen
    second = decided(desk, pushed(desk, BEN, "A1", seat=OTHER_SEAT), BEN, NOT_ASKED).remaining_fen
    late = pushed(desk, seat=OTHER_SEAT)
    assert decided_of_other(desk, late, NOT_ASKED) == (ReplyCode.ACCOUNT_HAS_CONTRACT, PushState.IMPOSSIBLE, 0)

    number = pushed(desk, seat=OTHER_SEAT)
    code, told, contract_no = decided_of_other(desk, number, RIGHT)

    assert (code, told) == (0, PushState.ASSIGNED)
    assert {status(desk, first), status(desk, second)} == {ContractStatus.TERMINATED}
    assert status(desk, contract_no) == ContractStatus.ACTIVE
    same_after_all(desk)


def decided_of_other(desk: Desk, number: int, answer: CardAnswer) -> tuple[int, int, int]:
    desk.done(Identify(number, holder_of(ANN)))
    confirm(desk, number, answer)
    return facts(desk, number, OTHER_BROKER)


def test_a_pre_assigned_contract_with_open_items_does_not_end() -> None:
    desk = Desk()
    first = decided(desk, pushed(desk), ANN, NOT_ASKED).remaining_fen
    assert code_of(desk, SEAT, fill_sell(first, 5)) == ReplyCode.ACCEPTED

    number = pushed(desk)
    desk.done(Identify(number, holder_of(ANN)))

    assert facts(desk, number) == (ReplyCode.ITEMS_OPEN, PushState.IMPOSSIBLE, 0)
