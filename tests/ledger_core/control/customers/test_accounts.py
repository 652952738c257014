"""Accounts and the contracts on them: numbers that the core gives, one broker at a time, cards that are replaced.

Belongs here: what each message about them earns and does, as conversations with a small bank. Never here: who may send
it (test_seat_roles), what a state forbids to money (test_every_refusal).
"""

import pytest

from ledger.core import engine
from ledger.core.invariants import check_book
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.messages.control import ControlMessage
from protocol.messages.customers.accounts import (
    ChangeAccount,
    ChangeBroker,
    ChangeContract,
    ContractTerms,
    OpenAccounts,
    ReplaceCard,
    SecuritiesAccount,
    SignContracts,
)
from protocol.messages.customers.restraints import LiftRestraint
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import BANK_PARTY, AccountEvent, AccountStatus, ContractEvent, ContractStatus, Market
from rules.contracts import MAY_CHANGE_BROKER, MAY_REPLACE_CARD, MAY_SIGN_AS, OWN_STATUSES
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import account, contract, restraint
from tests.ledger_core.desk import (
    BROKER,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    SPARE_ACCOUNTS,
    Desk,
    account_of,
    code_of,
    deposit,
    fill_sell,
    freeze,
    record,
    release,
    same_after_all,
    status,
    totals,
    withdrawal,
)
from tests.people import administrators

TERMINATE = ContractEvent.TERMINATE


def test_the_core_gives_the_numbers_and_tells_the_first() -> None:
    desk = Desk()
    opened = desk.told(OpenAccounts([account(50, 100), account(51, 200)]))
    assert opened == (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, account_no_from_index(SPARE_ACCOUNTS))

    terms = [contract(SPARE_ACCOUNTS + 1, BROKER), contract(0, OTHER_BROKER), contract(SPARE_ACCOUNTS, BROKER)]
    signed = desk.told(SignContracts(terms))

    assert signed == (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, contract_no_from_index(0))
    assert [desk.money(contract_no_from_index(index))[0] for index in range(3)] == [200, 0, 100]
    same_after_all(desk)


def test_once_the_bank_is_sealed_an_account_opens_with_nothing_and_a_deposit_fills_it() -> None:
    desk = Desk()
    desk.open(100)
    desk.done(administrators())
    number = desk.book.accounts_count

    assert desk.control(OpenAccounts([account(50, 0), account(51, 1)])) == ReplyCode.OPENING_BALANCE_LATE
    assert desk.control(OpenAccounts([account(50, 1)])) == ReplyCode.OPENING_BALANCE_LATE
    assert desk.control(OpenAccounts([account(4, 1)])) == ReplyCode.ACCOUNT_EXISTS
    desk.done(OpenAccounts([account(50, 0)]))

    assert code_of(desk, SAVINGS_SEAT, record(5, account_no_from_index(number), 700)) == ReplyCode.ACCEPTED
    assert desk.money_of(account_no_from_index(number)) == (700, 0, 0, 0)
    same_after_all(desk)


@pytest.mark.parametrize("balance_fen", [0, 10**6])
def test_a_number_of_the_other_kind_reads_as_unknown(balance_fen: int) -> None:
    desk = Desk()
    contract_no = desk.open(balance_fen)
    account_no = account_of(contract_no)

    assert code_of(desk, SAVINGS_SEAT, record(5, contract_no, 1)) == ReplyCode.ACCOUNT_UNKNOWN
    assert code_of(desk, SEAT, record(1, account_no, 1)) == ReplyCode.CONTRACT_UNKNOWN
    assert desk.control(restraint(contract_no, 1)) == ReplyCode.ACCOUNT_UNKNOWN
    assert desk.control(ChangeContract(account_no, TERMINATE)) == ReplyCode.CONTRACT_UNKNOWN
    assert desk.control(SignContracts([ContractTerms(contract_no, BROKER, [], 2)])) == ReplyCode.ACCOUNT_UNKNOWN


def test_an_ended_contract_gives_its_account_free_also_for_another_broker() -> None:
    desk = Desk()
    first = desk.open(1_000)
    desk.done(ChangeContract(first, TERMINATE))
    assert totals(desk) == {BANK_PARTY: (1_000, 0, 0, 0), BROKER: (0, 0, 0, 0)}

    second = desk.sign(account_of(first), OTHER_BROKER)

    assert second != first
    assert code_of(desk, OTHER_SEAT, freeze(second, 400)) == ReplyCode.ACCEPTED
    assert code_of(desk, SEAT, freeze(first, 1)) == ReplyCode.CONTRACT_TERMINATED
    assert code_of(desk, SEAT, fill_sell(first, 1)) == ReplyCode.LISTED
    assert totals(desk)[OTHER_BROKER] == (1_000, 400, 0, 0)
    same_after_all(desk)


def test_the_former_broker_learns_nothing_of_the_account() -> None:
    desk = Desk()
    first = desk.open(1_000)
    desk.done(ChangeBroker(first, contract(SPARE_ACCOUNTS, OTHER_BROKER)))

    (told,) = engine.buying_power(desk.book, BROKER, [first])

    assert (told.code, told.status) == (ReplyCode.ACCEPTED, ContractStatus.TERMINATED)
    assert (told.buying_power_fen, told.withdrawable_fen) == (0, 0)


def test_a_change_of_broker_ends_one_contract_and_begins_the_next_in_one_row() -> None:
    desk = Desk()
    first = desk.open(1_000)
    target = desk.freeze(first, 300)
    change = ChangeBroker(first, contract(SPARE_ACCOUNTS, OTHER_BROKER))
    assert desk.control(change) == ReplyCode.ITEMS_OPEN
    desk.ask(SEAT, release(target, first, 300))
    sequence = desk.book.sequence

    code, state, second = desk.told(change)

    assert (code, state, second) == (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, contract_no_from_index(1))
    assert desk.book.sequence == sequence + 1
    assert (status(desk, first), status(desk, second)) == (ContractStatus.TERMINATED, ContractStatus.ACTIVE)
    assert desk.control(change) == ReplyCode.ACCOUNT_HAS_CONTRACT
    same_after_all(desk)


def test_a_change_of_broker_stays_on_its_account() -> None:
    desk = Desk()
    first, other = desk.open(1_000), desk.open(5)

    assert desk.control(ChangeBroker(first, contract(SPARE_ACCOUNTS + 1, OTHER_BROKER))) == ReplyCode.ACCOUNT_UNKNOWN
    assert desk.control(ChangeBroker(other, contract(SPARE_ACCOUNTS + 1, BANK_PARTY))) == ReplyCode.PARTY_UNKNOWN


@pytest.mark.parametrize("status", OWN_STATUSES)
def test_a_broker_is_changed_and_a_card_replaced_in_the_states_that_the_rules_name(status: ContractStatus) -> None:
    """One that runs off does neither: its customer goes on under the new number."""
    for message, allowed in (("broker", MAY_CHANGE_BROKER), ("card", MAY_REPLACE_CARD)):
        desk = Desk()
        first = desk.open(1_000, status=status if status in MAY_SIGN_AS else ContractStatus.ACTIVE)
        cards = [desk.open_account(0, holder=SPARE_ACCOUNTS) for _ in range(2)]
        if status == ContractStatus.TERMINATED:
            desk.done(ChangeContract(first, TERMINATE))
        if status == ContractStatus.RUNS_OFF:
            desk.done(ReplaceCard(first, cards[0]))
        changed = ChangeBroker(first, contract(SPARE_ACCOUNTS, OTHER_BROKER))

        code = desk.control(changed if message == "broker" else ReplaceCard(first, cards[1]))

        assert code == (ReplyCode.ACCEPTED if status in allowed else ReplyCode.STATUS_FORBIDS)


def test_a_contract_that_is_signed_on_a_lost_account_tells_the_loss() -> None:
    desk = Desk()
    first = desk.open(1_000)
    desk.done(ChangeContract(first, TERMINATE))
    desk.done(ChangeAccount(account_of(first), AccountEvent.REPORT_LOSS))

    second = desk.sign(account_of(first), BROKER)

    assert code_of(desk, SEAT, freeze(second, 1)) == ReplyCode.ACCOUNT_LOSS_REPORTED
    assert (status(desk, first), status(desk, second)) == (ContractStatus.TERMINATED, ContractStatus.LOSS_REPORTED)


def test_an_account_is_closed_when_nothing_is_left_on_it() -> None:
    desk = Desk()
    contract_no = desk.open(100)
    close = ChangeAccount(account_of(contract_no), AccountEvent.CLOSE)
    target = desk.freeze(contract_no, 30)
    assert desk.control(close) == ReplyCode.ITEMS_OPEN
    desk.ask(SEAT, release(target, contract_no, 30))
    assert desk.control(close) == ReplyCode.BALANCE_LEFT
    desk.ask(SAVINGS_SEAT, withdrawal(contract_no, 100))
    desk.done(restraint(account_of(contract_no), 5))
    assert desk.control(close) == ReplyCode.ACCOUNT_RESTRAINED
    desk.done(LiftRestraint(1, 5))

    desk.done(close)

    assert status(desk, contract_no) == ContractStatus.TERMINATED
    assert code_of(desk, SAVINGS_SEAT, deposit(contract_no, 1)) == ReplyCode.ACCOUNT_CLOSED
    assert code_of(desk, SAVINGS_SEAT, withdrawal(contract_no, 1)) == ReplyCode.ACCOUNT_CLOSED
    assert desk.control(SignContracts([contract(SPARE_ACCOUNTS, BROKER)])) == ReplyCode.ACCOUNT_CLOSED
    assert desk.control(restraint(account_of(contract_no), 5)) == ReplyCode.ACCOUNT_CLOSED
    for event in AccountEvent:
        assert desk.control(ChangeAccount(account_of(contract_no), event)) == ReplyCode.STATUS_FORBIDS
    same_after_all(desk)


TWICE = [SecuritiesAccount(Market.XSHG, "A1"), SecuritiesAccount(Market.XSHG, "A2")]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (SignContracts([contract(0, BROKER), contract(0, BROKER)]), ReplyCode.ACCOUNT_HAS_CONTRACT),
        (SignContracts([contract(0, BROKER), contract(60, BROKER)]), ReplyCode.ACCOUNT_UNKNOWN),
        (SignContracts([contract(0, BROKER), contract(1, 99)]), ReplyCode.PARTY_UNKNOWN),
        (SignContracts([contract(0, BROKER, ContractStatus.LOSS_REPORTED)]), ReplyCode.STATUS_FORBIDS),
        (SignContracts([contract(0, BROKER, ContractStatus.RUNS_OFF)]), ReplyCode.STATUS_FORBIDS),
        (SignContracts([ContractTerms(account_no_from_index(0), BROKER, TWICE, 2)]), ReplyCode.REQUEST_MALFORMED),
        (OpenAccounts([account(70, 0), account(70, 0)]), ReplyCode.ACCOUNT_EXISTS),
        (OpenAccounts([account(0, 0)]), ReplyCode.ACCOUNT_EXISTS),
        (OpenAccounts([account(customer, 0) for customer in range(100, 170)]), ReplyCode.MASTER_DATA_FULL),
    ],
)
def test_all_terms_of_a_message_are_taken_or_none(message: ControlMessage, code: ReplyCode) -> None:
    desk = Desk()
    before = (desk.book.accounts_count, desk.book.contracts_count)

    assert desk.told(message) == (code, 0, 0)

    assert (desk.book.accounts_count, desk.book.contracts_count) == before
    same_after_all(desk)


def test_the_bank_finds_its_accounts_by_its_own_numbers() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    desk.done(ChangeAccount(account_of(contract_no), AccountEvent.REPORT_LOSS))
    known, spare = (account(customer, 0).bank_account_no for customer in (SPARE_ACCOUNTS, 0))

    found, without, missing = engine.account_facts(desk.book, [known, spare, 5])

    assert found.account_no == account_of(contract_no)
    assert (found.status, found.contract_no) == (AccountStatus.LOSS_REPORTED, contract_no)
    assert (without.account_no, without.contract_no) == (account_no_from_index(0), 0)
    assert (missing.code, missing.account_no) == (ReplyCode.ACCOUNT_UNKNOWN, 0)
    assert without.contract_status == 0


def test_the_bank_is_told_of_an_account_whose_contract_has_ended() -> None:
    desk = Desk()
    contract_no = desk.open(1_000)
    number = account(SPARE_ACCOUNTS, 0).bank_account_no

    desk.done(ChangeContract(contract_no, TERMINATE))
    (ended,) = engine.account_facts(desk.book, [number])
    assert (ended.contract_no, ended.contract_status) == (0, ContractStatus.TERMINATED)

    desk.done(restraint(account_of(contract_no), 5))
    desk.done(SignContracts([contract(SPARE_ACCOUNTS, OTHER_BROKER)]))
    (again,) = engine.account_facts(desk.book, [number])
    assert (again.contract_no, again.contract_status) == (contract_no_from_index(1), ContractStatus.ACTIVE)
    same_after_all(desk)


@pytest.mark.parametrize("others", [0, 1], ids=["no contract at all", "another account's contract was signed last"])
def test_open_items_on_an_account_without_a_contract_are_found(others: int) -> None:
    desk = Desk()
    for _contract in range(others):
        desk.open(100)
    ring = desk.book.unsettled
    for column in (desk.book.sold_fen, desk.book.power_fen, ring.sold_fen[ring.open_slot]):
        column[0] += 5  # of a spare account
    with pytest.raises(InvariantBroken, match="open items without a contract"):
        check_book(desk.book)
