"""A card that is replaced: the new contract trades at once, the old one runs off.

Belongs here: what ReplaceCard earns and does, until the old contract ends by itself. Never here: accounts and contracts
else (test_accounts).
"""

from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, ReplaceCard
from protocol.vocabulary import BANK_PARTY, AccountEvent, ContractEvent, ContractStatus
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    SPARE_ACCOUNTS,
    TUESDAY,
    Desk,
    account_of,
    code_of,
    fill_buy,
    fill_sell,
    freeze,
    record,
    release,
    same_after_all,
    status,
    totals,
    withdrawal,
)

TERMINATE = ContractEvent.TERMINATE


def card_replaced(desk: Desk) -> tuple[int, int, int]:
    """A contract with 300 frozen of 1,000, its card replaced: the old and the new contract, and the new account."""
    first = desk.open(1_000)
    desk.done(ChangeAccount(account_of(first), AccountEvent.REPORT_LOSS))
    account_no = desk.open_account(700, holder=SPARE_ACCOUNTS)
    code, _, second = desk.told(ReplaceCard(first, account_no))
    assert code == ReplyCode.ACCEPTED
    return first, second, account_no


def test_a_replaced_card_trades_at_once_and_the_old_contract_runs_off() -> None:
    desk = Desk()
    first = desk.open(1_000)
    target = desk.freeze(first, 300)
    account_no = desk.open_account(700, holder=SPARE_ACCOUNTS)

    second = desk.told(ReplaceCard(first, account_no)).remaining_fen

    assert (status(desk, first), status(desk, second)) == (ContractStatus.RUNS_OFF, ContractStatus.ACTIVE)
    assert code_of(desk, SEAT, freeze(second, 700)) == ReplyCode.ACCEPTED
    assert code_of(desk, SEAT, freeze(first, 1)) == ReplyCode.CONTRACT_RUNS_OFF
    assert code_of(desk, SEAT, fill_buy(target, first, 200, 50)) == ReplyCode.ACCEPTED
    assert code_of(desk, SEAT, release(target, first, 50)) == ReplyCode.ACCEPTED
    assert code_of(desk, SEAT, fill_sell(first, 80)) == ReplyCode.ACCEPTED
    assert desk.money(first) == (1_000, 0, 200, 80)
    assert desk.money_of(account_no) == (700, 700, 0, 0)
    assert totals(desk) == {BANK_PARTY: (0, 0, 0, 0), BROKER: (1_700, 700, 200, 80)}
    same_after_all(desk)


def test_a_contract_that_runs_off_ends_by_itself_once_its_date_is_settled_and_nothing_is_open() -> None:
    desk = Desk()
    first = desk.open(1_000)
    busy = desk.open(1_000)
    target = desk.freeze(busy, 10)
    for place, contract_no in enumerate((first, busy)):
        fresh = desk.open_account(0, holder=SPARE_ACCOUNTS + place)
        desk.done(ReplaceCard(contract_no, fresh))
    desk.roll(TUESDAY)
    assert status(desk, first) == ContractStatus.RUNS_OFF

    desk.settle(MONDAY)

    assert (status(desk, first), status(desk, busy)) == (ContractStatus.TERMINATED, ContractStatus.RUNS_OFF)
    assert totals(desk)[BROKER][0] == 2_000  # nobody said that the account counts for somebody else
    desk.ask(SEAT, release(target, busy, 10))
    desk.done(ChangeContract(busy, TERMINATE))
    assert desk.sign(account_of(first), OTHER_BROKER)
    same_after_all(desk)


def test_what_began_to_run_off_after_the_settled_date_does_not_end_with_it() -> None:
    desk = Desk()
    first = desk.open(1_000)
    fresh = desk.open_account(0, holder=SPARE_ACCOUNTS)
    desk.roll(TUESDAY)
    desk.done(ReplaceCard(first, fresh))

    desk.settle(MONDAY)

    assert status(desk, first) == ContractStatus.RUNS_OFF
    same_after_all(desk)


def test_a_card_is_replaced_for_its_holder_and_on_an_account_of_its_own() -> None:
    desk = Desk()
    first, other = desk.open(1_000), desk.open(5)
    foreign = desk.open_account(0, holder=77)
    ended = desk.open(0)
    desk.done(ChangeContract(ended, TERMINATE))

    assert desk.control(ReplaceCard(first, foreign)) == ReplyCode.HOLDER_DIFFERS
    assert desk.control(ReplaceCard(first, account_of(other))) == ReplyCode.ACCOUNT_HAS_CONTRACT
    assert desk.control(ReplaceCard(first, first)) == ReplyCode.ACCOUNT_UNKNOWN
    fresh = desk.open_account(0, holder=SPARE_ACCOUNTS + 3)
    assert desk.control(ReplaceCard(ended, fresh)) == ReplyCode.STATUS_FORBIDS


def test_the_loss_of_the_old_account_is_not_that_of_the_new() -> None:
    desk = Desk()
    first, second, account_no = card_replaced(desk)

    assert (status(desk, first), status(desk, second)) == (ContractStatus.LOSS_REPORTED, ContractStatus.ACTIVE)
    assert code_of(desk, SAVINGS_SEAT, withdrawal(first, 1)) == ReplyCode.ACCOUNT_LOSS_REPORTED
    assert code_of(desk, SAVINGS_SEAT, record(6, account_no, 700)) == ReplyCode.ACCEPTED
    desk.done(ChangeAccount(account_of(first), AccountEvent.LIFT_LOSS))
    assert status(desk, first) == ContractStatus.RUNS_OFF
    same_after_all(desk)
