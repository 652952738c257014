"""The loss report of card or account: it stands beside the contract's status, and nobody but the bank moves it."""

import itertools

import pytest

from frontend_sim.auditor.accounts.audited_account import Account, Contract
from frontend_sim.auditor.observations import ControlKind, Seen
from ledger.follower.projection.batch import Batch
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, ReplaceCard
from protocol.records import RecordArray
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus
from rules.contracts import OWN_STATUSES, TRANSITIONS
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    Desk,
    Frame,
    account_of,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    withdrawal,
)

PRE_ASSIGNED, ACTIVE, SUSPENDED, RUNS_OFF, TERMINATED = OWN_STATUSES
LOST = ReplyCode.ACCOUNT_LOSS_REPORTED
FREEZE_EARNS = {
    (PRE_ASSIGNED, False): ReplyCode.CONTRACT_PRE_ASSIGNED,
    (PRE_ASSIGNED, True): ReplyCode.CONTRACT_PRE_ASSIGNED,
    (ACTIVE, False): ReplyCode.ACCEPTED,
    (ACTIVE, True): LOST,
    (SUSPENDED, False): ReplyCode.CONTRACT_SUSPENDED,
    (SUSPENDED, True): LOST,
    (RUNS_OFF, False): ReplyCode.CONTRACT_RUNS_OFF,
    (RUNS_OFF, True): ReplyCode.CONTRACT_RUNS_OFF,
    (TERMINATED, False): ReplyCode.CONTRACT_TERMINATED,
    (TERMINATED, True): ReplyCode.CONTRACT_TERMINATED,
}


def contract_as(status: ContractStatus, is_lost: bool, balance_fen: int = 0) -> tuple[Desk, int]:
    """A desk with one contract in this state; its number."""
    desk = Desk()
    contract_no = desk.open(balance_fen, status=ACTIVE if status in (RUNS_OFF, TERMINATED) else status)
    if status == TERMINATED:
        desk.done(ChangeContract(contract_no, ContractEvent.TERMINATE))
    if status == RUNS_OFF:
        desk.done(ReplaceCard(contract_no, desk.open_account(0, holder=SPARE_ACCOUNTS)))
    if is_lost:
        desk.done(report(contract_no))
    return desk, contract_no


def report(contract_no: int) -> ChangeAccount:
    """The loss of the contract's account is reported."""
    return ChangeAccount(account_of(contract_no), AccountEvent.REPORT_LOSS)


def lift(contract_no: int) -> ChangeAccount:
    """The report is lifted."""
    return ChangeAccount(account_of(contract_no), AccountEvent.LIFT_LOSS)


def told(desk: Desk, contract_no: int) -> int:
    """The status told of a contract."""
    return int(desk.book.contract_statuses()[contract_no // CONTRACT_NUMBER_STEP])


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
    sold = ReplyCode.LISTED if status == TERMINATED else ReplyCode.ACCEPTED
    assert answer(desk, SEAT, fill_sell(contract_no, 1), padding) == sold


@pytest.mark.parametrize("events", [("SUSPEND",), ("REPORT_LOSS",), ("SUSPEND", "REPORT_LOSS")])
def test_what_was_ordered_before_can_end(events: tuple[str, ...]) -> None:
    desk, contract_no = contract_as(ACTIVE, False, balance_fen=1_000)
    order = desk.freeze(contract_no, 500)
    for event in events:
        if event == "REPORT_LOSS":
            desk.done(report(contract_no))
        else:
            desk.done(ChangeContract(contract_no, ContractEvent[event]))

    answers = desk.ask(SEAT, release(order, contract_no, 1), fill_buy(order, contract_no, 1))

    assert [each.code for each in answers] == [ReplyCode.ACCEPTED] * 2


def test_a_broker_that_ends_the_contract_does_not_free_the_withdrawals() -> None:
    desk, contract_no = contract_as(ACTIVE, True, balance_fen=1_000)

    assert desk.control(ChangeContract(contract_no, ContractEvent.TERMINATE), SEAT) == ReplyCode.ACCEPTED
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 1))[0].code == LOST
    assert desk.control(lift(contract_no), SEAT) == ReplyCode.ROLE_FORBIDS

    desk.done(lift(contract_no))

    assert told(desk, contract_no) == TERMINATED
    assert desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 1))[0].code == ReplyCode.ACCEPTED


@pytest.mark.parametrize("status", OWN_STATUSES)
def test_the_report_is_made_once_and_lifted_once_in_every_status(status: ContractStatus) -> None:
    desk, contract_no = contract_as(status, False)

    codes = [desk.control(made(contract_no)) for made in (lift, report, report, lift, lift)]

    refused = ReplyCode.STATUS_FORBIDS
    assert codes == [refused, ReplyCode.ACCEPTED, refused, ReplyCode.ACCEPTED, refused]
    assert told(desk, contract_no) == status


def test_a_suspended_contract_is_suspended_again_when_the_loss_is_lifted() -> None:
    desk, contract_no = contract_as(SUSPENDED, True, balance_fen=1_000)

    desk.done(lift(contract_no))

    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == ReplyCode.CONTRACT_SUSPENDED


def test_a_contract_whose_loss_is_lifted_is_active_again() -> None:
    desk = Desk()
    contract_no = desk.open(1_000, status=ContractStatus.LOSS_REPORTED)
    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == LOST

    desk.done(lift(contract_no))

    assert desk.book.contract_statuses().tolist() == [ACTIVE]
    assert desk.ask(SEAT, freeze(contract_no, 1))[0].code == ReplyCode.ACCEPTED


def test_the_report_survives_the_roll_and_the_replay() -> None:
    desk, contract_no = contract_as(SUSPENDED, True)
    desk.roll(TUESDAY)

    assert desk.replayed().contract_facts[0] == desk.book.contract_facts[0]
    desk.done(lift(contract_no))
    assert desk.book.contract_statuses().tolist() == [SUSPENDED]


Event = ContractEvent | AccountEvent
EVENTS: list[Event] = [*ContractEvent, *AccountEvent]
SEEN = Seen(*[0] * len(Seen._fields))


@pytest.mark.parametrize(("first", "second", "third"), list(itertools.product(EVENTS, repeat=3)))
def test_the_auditor_reads_the_rules_alike(first: Event, second: Event, third: Event) -> None:
    desk, contract_no = contract_as(PRE_ASSIGNED, False)
    account = Account(0)
    contract = account.contract = Contract(BROKER, PRE_ASSIGNED, account)
    for event in (ContractEvent.CONFIRM, first, second, third):
        if isinstance(event, ContractEvent):
            code = contract.refusal_of(event)
            assert desk.control(ChangeContract(contract_no, event)) == code
        else:
            code = account.refusal_of(event)
            assert desk.control(ChangeAccount(account_of(contract_no), event)) == code
        if code == ReplyCode.ACCEPTED and isinstance(event, ContractEvent):
            contract.change(event)
        elif code == ReplyCode.ACCEPTED:
            account.apply(SEEN._replace(kind=ControlKind.ACCOUNT_EVENT, amount_fen=event))
        assert told(desk, contract_no) == (ContractStatus.LOSS_REPORTED if contract.is_lost else contract.status)
        assert desk.book.account_status(account_of(contract_no) // CONTRACT_NUMBER_STEP) == account.status


def test_the_report_is_in_no_table_of_the_contracts_own_life() -> None:
    assert ContractStatus.LOSS_REPORTED not in {*OWN_STATUSES, *TRANSITIONS.values()}


def test_the_read_model_is_told_the_loss_and_then_what_the_contract_has_become() -> None:
    desk, contract_no = contract_as(SUSPENDED, False)
    batch = Batch(desk.book)
    for message, becomes in ((report, ContractStatus.LOSS_REPORTED), (lift, SUSPENDED)):
        desk.done(message(contract_no))

        batch.add(desk.rows[-1])
        assert batch.touched_accounts(desk.book).tolist() == [account_of(contract_no) // CONTRACT_NUMBER_STEP]
        assert told(desk, contract_no) == becomes
