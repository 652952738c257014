"""The loss report of card or account: it stands beside the contract's status, and nobody but the bank moves it."""

import itertools

import pytest

from frontend_sim.auditor.audited_account import Account, change_of_status
from ledger.follower.projection.batch import Batch
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeContract
from protocol.records import RecordArray
from protocol.vocabulary import ContractEvent, ContractStatus
from rules.contracts import OWN_STATUSES, TRANSITIONS
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    withdrawal,
)

PRE_ASSIGNED, ACTIVE, SUSPENDED, TERMINATED = OWN_STATUSES
LOST = ReplyCode.CONTRACT_LOSS_REPORTED
FREEZE_EARNS = {
    (PRE_ASSIGNED, False): ReplyCode.CONTRACT_PRE_ASSIGNED,
    (PRE_ASSIGNED, True): ReplyCode.CONTRACT_PRE_ASSIGNED,
    (ACTIVE, False): ReplyCode.ACCEPTED,
    (ACTIVE, True): LOST,
    (SUSPENDED, False): ReplyCode.CONTRACT_SUSPENDED,
    (SUSPENDED, True): LOST,
    (TERMINATED, False): ReplyCode.CONTRACT_TERMINATED,
    (TERMINATED, True): ReplyCode.CONTRACT_TERMINATED,
}


def contract_as(status: ContractStatus, is_lost: bool, balance_fen: int = 0) -> tuple[Desk, int]:
    """A desk with one contract in this state; its number."""
    desk = Desk()
    ends = status == TERMINATED
    contract_no = desk.open(balance_fen, status=ACTIVE if ends else status)
    if ends:
        desk.done(ChangeContract(contract_no, ContractEvent.TERMINATE))
    if is_lost:
        desk.done(ChangeContract(contract_no, ContractEvent.REPORT_LOSS))
    return desk, contract_no


def answer(desk: Desk, seat: int, asked: RecordArray, padding: int) -> ReplyCode:
    """The code of one record, alone or in a block of others."""
    frames = [Frame(seat, asked)]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, 98, 0)] * padding)))
    return desk.send(*frames)[0].code


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize("status", OWN_STATUSES)
def test_what_every_state_forbids(status: ContractStatus, is_lost: bool, padding: int) -> None:
    """Freezes by both, withdrawals by the loss alone; credits work in every state."""
    desk, contract_no = contract_as(status, is_lost, balance_fen=1_000)

    assert answer(desk, SEAT, freeze(contract_no, 1), padding) == FREEZE_EARNS[status, is_lost]
    assert answer(desk, SAVINGS_SEAT, withdrawal(contract_no, 1), padding) == (LOST if is_lost else ReplyCode.ACCEPTED)
    assert answer(desk, SAVINGS_SEAT, deposit(contract_no, 1), padding) == ReplyCode.ACCEPTED
    assert answer(desk, SEAT, fill_sell(contract_no, 1), padding) == ReplyCode.ACCEPTED


@pytest.mark.parametrize("events", [("SUSPEND",), ("REPORT_LOSS",), ("SUSPEND", "REPORT_LOSS")])
def test_what_was_ordered_before_can_end(events: tuple[str, ...]) -> None:
    desk, contract_no = contract_as(ACTIVE, False, balance_fen=1_000)
    order = desk.freeze(contract_no, 500)
    for event in events:
        desk.done(ChangeContract(contract_no, ContractEvent[event]))

    answers = desk.ask(SEAT, release(order, contract_no, 1), fill_buy(order, contract_no, 1))

    assert [each.code for each in answers] == [ReplyCode.ACCEPTED] * 2


def test_a_broker_that_ends_the_contract_does_not_free_the_withdrawals() -> None:
    desk, contract_no = contract_as(ACTIVE, True, balance_fen=1_000)

    assert desk.control(ChangeContract(contract_no, ContractEvent.TERMINATE), SEAT) == ReplyCode.ACCEPTED
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 1))[0].code == LOST
    assert desk.control(ChangeContract(contract_no, ContractEvent.LIFT_LOSS), SEAT) == ReplyCode.ROLE_FORBIDS

    desk.done(ChangeContract(contract_no, ContractEvent.LIFT_LOSS))

    assert desk.book.contract_statuses().tolist() == [TERMINATED]
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 1))[0].code == ReplyCode.ACCEPTED


@pytest.mark.parametrize("status", OWN_STATUSES)
def test_the_report_is_made_once_and_lifted_once_in_every_status(status: ContractStatus) -> None:
    desk, contract_no = contract_as(status, False)
    report = ChangeContract(contract_no, ContractEvent.REPORT_LOSS)
    lift = ChangeContract(contract_no, ContractEvent.LIFT_LOSS)

    codes = [desk.control(message) for message in (lift, report, report, lift, lift)]

    refused = ReplyCode.STATUS_FORBIDS
    assert codes == [refused, ReplyCode.ACCEPTED, refused, ReplyCode.ACCEPTED, refused]
    assert desk.book.contract_statuses().tolist() == [status]


def test_a_suspended_contract_is_suspended_again_when_the_loss_is_lifted() -> None:
    desk, contract_no = contract_as(SUSPENDED, True, balance_fen=1_000)

    desk.done(ChangeContract(contract_no, ContractEvent.LIFT_LOSS))

    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == ReplyCode.CONTRACT_SUSPENDED


def test_a_contract_opened_as_lost_is_active_when_the_loss_is_lifted() -> None:
    desk = Desk()
    contract_no = desk.open(1_000, status=ContractStatus.LOSS_REPORTED)
    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == LOST

    desk.done(ChangeContract(contract_no, ContractEvent.LIFT_LOSS))

    assert desk.book.contract_statuses().tolist() == [ACTIVE]
    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == ReplyCode.ACCEPTED


def test_the_report_survives_the_roll_and_the_replay() -> None:
    desk, contract_no = contract_as(SUSPENDED, True)
    desk.roll(TUESDAY)

    assert desk.replayed().contract_facts[0] == desk.book.contract_facts[0]
    desk.done(ChangeContract(contract_no, ContractEvent.LIFT_LOSS))
    assert desk.book.contract_statuses().tolist() == [SUSPENDED]


@pytest.mark.parametrize(("first", "second", "third"), list(itertools.product(ContractEvent, repeat=3)))
def test_the_auditor_reads_the_rules_alike(first: ContractEvent, second: ContractEvent, third: ContractEvent) -> None:
    desk, contract_no = contract_as(PRE_ASSIGNED, False)
    account = Account(BROKER, PRE_ASSIGNED, 0)
    for event in (ContractEvent.CONFIRM, first, second, third):
        code, account.status, account.is_lost = change_of_status(account, event)

        assert desk.control(ChangeContract(contract_no, event)) == code
        told = ContractStatus.LOSS_REPORTED if account.is_lost else account.status
        assert desk.book.contract_statuses().tolist() == [told]


def test_the_report_is_in_no_table_of_the_contracts_own_life() -> None:
    assert ContractStatus.LOSS_REPORTED not in {*OWN_STATUSES, *TRANSITIONS.values()}


def test_the_read_model_is_told_the_loss_and_then_what_the_contract_has_become() -> None:
    desk, contract_no = contract_as(SUSPENDED, True)
    batch = Batch(contracts_before=1)
    batch.add(desk.rows[-1])
    assert batch.changed_statuses(desk.book) == [(contract_no, ContractStatus.LOSS_REPORTED)]

    desk.done(ChangeContract(contract_no, ContractEvent.LIFT_LOSS))

    batch.add(desk.rows[-1])
    assert batch.changed_statuses(desk.book) == [(contract_no, SUSPENDED)]
