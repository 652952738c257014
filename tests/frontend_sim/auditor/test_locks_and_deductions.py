"""What keeps a contract from ending, and what may be deducted by a court's restraint, as the auditor has it by itself.

Belongs here: the designation in Shanghai, what clearing sets say, what two people order, what other dates have brought.
Never here: orders and movements (test_auditor), the core beside it (test_random_days).
"""

import pytest

from frontend_sim.auditor.accounts.audited_account import OfDay
from frontend_sim.auditor.observations import ControlKind
from frontend_sim.auditor.register import Totals
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index, contract_no_from_index
from protocol.records import STATE_DEDUCTIBLE, STATE_NUMBER_GIVEN
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, Market, RecordKind, RestraintKind, Way
from tests.frontend_sim.auditor.conversation import (
    ACCOUNT,
    ANSWERED,
    BANK,
    BANK_SEAT,
    BROKER,
    BROKER_SEAT,
    CLOSED,
    CONTRACT,
    STRANGER,
    STRANGER_SEAT,
    TODAY,
    TODAYS_DAY,
    Conversation,
    frozen,
    refused,
)

ENDS, CONFIRMS = int(ContractEvent.TERMINATE), int(ContractEvent.CONFIRM)
ITEMS_OPEN = refused(ReplyCode.ITEMS_OPEN)
SECOND, THIRD = contract_no_from_index(2), contract_no_from_index(3)
GIVEN = (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN)


def replaced(*, in_shanghai: bool) -> tuple[Conversation, int]:
    """The card was replaced while 3.00 were frozen: the contract runs off, a second one is on a new account."""
    talk = Conversation(balance_fen=1_000)
    talk.auditor.contracts[CONTRACT].in_shanghai = in_shanghai
    order = talk.said(BROKER_SEAT, RecordKind.FREEZE, 300, frozen(300))
    assert talk.verdict() == []
    talk.auditor.open_account(account_no_from_index(5), 0)
    talk.auditor.replace_card(CONTRACT, account_no_from_index(5), SECOND, TODAY)
    return talk, order


def test_what_is_open_of_a_replaced_card_locks_the_designation_until_it_is_not() -> None:
    talk, order = replaced(in_shanghai=True)
    close = int(AccountEvent.CLOSE)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ITEMS_OPEN, contract_no=SECOND)
    talk.said(BANK_SEAT, ControlKind.ACCOUNT_EVENT, close, ITEMS_OPEN, contract_no=account_no_from_index(5))
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, order)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED, contract_no=SECOND)
    assert talk.verdict() == []


def test_without_an_account_in_shanghai_nothing_is_locked() -> None:
    talk, _ = replaced(in_shanghai=False)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED, contract_no=SECOND)
    assert talk.verdict() == []

    talk, _ = replaced(in_shanghai=True)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED, contract_no=SECOND)
    assert len(talk.verdict()) == 1


def test_the_first_of_two_replaced_cards_locks_past_the_second() -> None:
    """The second one has nothing open and ends; the third one's lock is the first one's order."""
    talk, order = replaced(in_shanghai=True)
    talk.auditor.open_account(account_no_from_index(6), 0)
    talk.auditor.replace_card(SECOND, account_no_from_index(6), THIRD, TODAY)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED, contract_no=SECOND)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ITEMS_OPEN, contract_no=THIRD)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, order)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED, contract_no=THIRD)
    assert talk.verdict() == []


def test_who_has_not_confirmed_is_designated_to_nobody() -> None:
    talk, _ = replaced(in_shanghai=True)
    talk.auditor.contracts[SECOND].status = ContractStatus.PRE_ASSIGNED
    talk.said(BANK_SEAT, ControlKind.EVENT, CONFIRMS, ANSWERED, contract_no=SECOND)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ITEMS_OPEN, contract_no=SECOND)
    assert talk.verdict() == []
    talk.auditor.contracts[SECOND].status = ContractStatus.PRE_ASSIGNED
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED, contract_no=SECOND)
    assert talk.verdict() == []


def test_what_a_set_says_keeps_a_contract_from_ending() -> None:
    talk = Conversation(balance_fen=0)
    told_of = talk.auditor.contracts[CONTRACT].told_of
    told_of.add(TODAY)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ITEMS_OPEN)
    talk.said(BANK_SEAT, ControlKind.ACCOUNT_EVENT, int(AccountEvent.CLOSE), ITEMS_OPEN)
    assert talk.verdict() == []
    told_of.clear()
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED)
    assert talk.verdict() == []


def test_a_contract_begins_and_ends_on_the_open_date_and_behind_its_sign_off_on_the_next() -> None:
    talk = Conversation(balance_fen=0, status=ContractStatus.PRE_ASSIGNED)
    contract, row = talk.auditor.contracts[CONTRACT], talk.row
    talk.said(BANK_SEAT, ControlKind.EVENT, CONFIRMS, ANSWERED)
    assert talk.verdict() == []
    assert (contract.began, contract.ended) == (TODAY, 0)
    talk.auditor.sign_off(TODAY, row + 1)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED)
    assert talk.verdict() == []
    talk.auditor.roll(TODAY + 1, 0)
    assert (contract.began, contract.ended) == (TODAY, TODAY + 1)


def to_another(
    talk: Conversation, answer: tuple[int, int, int], to: int = STRANGER, status: int = ContractStatus.ACTIVE
) -> None:
    """The bank changes the contract's broker; both contracts have a securities account in Shanghai."""
    talk.said(BANK_SEAT, ControlKind.BROKER_CHANGE, int(status), answer)
    talk.seen[-1] = talk.seen[-1]._replace(target_seat=to, way=Market.XSHG)


def test_a_change_of_broker_waits_for_open_business_and_then_the_money_counts_for_the_other_one() -> None:
    """10.00, of which 3.00 are frozen until they are released; what is ordered afterwards is the new broker's."""
    talk = Conversation(balance_fen=1_000)
    buy = talk.said(BROKER_SEAT, RecordKind.FREEZE, 300, frozen(300))
    to_another(talk, ITEMS_OPEN)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, buy)
    to_another(talk, (*GIVEN, SECOND))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.CONTRACT_TERMINATED))
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 1, refused(ReplyCode.CONTRACT_UNKNOWN), contract_no=SECOND)
    talk.said(STRANGER_SEAT, RecordKind.FREEZE, 1_000, frozen(1_000), contract_no=SECOND)
    assert talk.verdict() == []
    assert talk.auditor.totals() == {BROKER: Totals(0, 0, 0, 0), STRANGER: Totals(1_000, 1_000, 0, 0)}
    first, second = (talk.auditor.contracts[number] for number in (CONTRACT, SECOND))
    assert (first.ended, second.began, second.in_shanghai) == (TODAY, TODAY, True)

    to_another(talk, refused(ReplyCode.ACCOUNT_HAS_CONTRACT))
    assert talk.verdict() == []


@pytest.mark.parametrize("number", [THIRD, CONTRACT])
def test_the_contract_that_begins_has_the_next_number(number: int) -> None:
    talk = Conversation(balance_fen=0)
    to_another(talk, (*GIVEN, number))
    assert len(talk.verdict()) == 1


@pytest.mark.parametrize(
    ("to", "status", "old", "code"),
    [
        (BANK, ContractStatus.ACTIVE, ContractStatus.ACTIVE, ReplyCode.PARTY_UNKNOWN),
        (9, ContractStatus.ACTIVE, ContractStatus.ACTIVE, ReplyCode.PARTY_UNKNOWN),
        (STRANGER, ContractStatus.RUNS_OFF, ContractStatus.ACTIVE, ReplyCode.STATUS_FORBIDS),
        (STRANGER, ContractStatus.ACTIVE, ContractStatus.RUNS_OFF, ReplyCode.STATUS_FORBIDS),
        (STRANGER, ContractStatus.ACTIVE, ContractStatus.TERMINATED, ReplyCode.STATUS_FORBIDS),
    ],
)
def test_what_no_broker_is_changed_for(to: int, status: int, old: ContractStatus, code: ReplyCode) -> None:
    talk = Conversation(balance_fen=0, status=old)
    to_another(talk, refused(code), to, status)
    assert talk.verdict() == []
    assert (list(talk.auditor.contracts), talk.auditor.contracts[CONTRACT].status) == ([CONTRACT], old)


def test_what_is_open_of_a_replaced_card_keeps_the_broker_too() -> None:
    talk, order = replaced(in_shanghai=True)
    for number, answer in ((SECOND, ITEMS_OPEN), (CONTRACT, refused(ReplyCode.STATUS_FORBIDS))):
        to_another(talk, answer)
        talk.seen[-1] = talk.seen[-1]._replace(contract_no=number)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, order)
    to_another(talk, (*GIVEN, THIRD))
    talk.seen[-1] = talk.seen[-1]._replace(contract_no=SECOND)
    assert talk.verdict() == []


def test_a_change_behind_the_sign_off_is_the_next_dates_and_who_has_not_confirmed_does_not_begin() -> None:
    talk = Conversation(balance_fen=0)
    talk.auditor.sign_off(TODAY, 1)
    talk.row = 1
    to_another(talk, (*GIVEN, SECOND))
    assert talk.verdict() == []
    first, second = (talk.auditor.contracts[number] for number in (CONTRACT, SECOND))
    assert (first.ended, second.began) == (0, 0)
    talk.auditor.roll(TODAY + 1, 0)
    assert (first.ended, second.began) == (TODAY + 1, TODAY + 1)

    talk = Conversation(balance_fen=0, status=ContractStatus.PRE_ASSIGNED)
    to_another(talk, (*GIVEN, SECOND), status=ContractStatus.PRE_ASSIGNED)
    assert talk.verdict() == []
    first, second = (talk.auditor.contracts[number] for number in (CONTRACT, SECOND))
    assert (first.ended, second.began, second.status) == (0, 0, ContractStatus.PRE_ASSIGNED)


def test_who_runs_off_ends_on_the_date_on_which_a_message_says_so_and_who_never_began_on_none() -> None:
    talk, order = replaced(in_shanghai=False)
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 300, CLOSED, order)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED)
    assert talk.verdict() == []
    assert talk.auditor.contracts[CONTRACT].ended == TODAY

    talk = Conversation(balance_fen=0, status=ContractStatus.PRE_ASSIGNED)
    talk.said(BANK_SEAT, ControlKind.EVENT, ENDS, ANSWERED)
    assert talk.verdict() == []
    assert talk.auditor.contracts[CONTRACT].ended == 0


def test_what_is_signed_behind_the_sign_off_begins_on_the_next_date() -> None:
    """A new customer's contract, and the one that a replaced card's goes on with."""
    talk = Conversation(balance_fen=0)
    talk.auditor.sign_off(TODAY, 1)
    for place in (5, 6):
        talk.auditor.open_account(account_no_from_index(place), 0)
    signed = talk.auditor.sign_contract(SECOND, account_no_from_index(5), BROKER, ContractStatus.ACTIVE, TODAY)
    talk.auditor.replace_card(CONTRACT, account_no_from_index(6), THIRD, TODAY)
    both = (signed, talk.auditor.contracts[THIRD])
    assert [each.began for each in both] == [0, 0]
    talk.auditor.roll(TODAY + 1, 0)
    assert [each.began for each in both] == [TODAY + 1, TODAY + 1]


def by_court(talk: Conversation, amount_fen: int, answer: tuple[int, int, int], number: int = 1) -> None:
    """A deduction by the restraint of this number."""
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, amount_fen, answer)
    talk.seen[-1] = talk.seen[-1]._replace(way=Way.JUDICIAL, target_number=number)


def restrain(talk: Conversation, amount_fen: int, number: int, kind: RestraintKind = RestraintKind.JUDICIAL) -> None:
    """A restraint, of which the bank tells this number."""
    talk.said(BANK_SEAT, ControlKind.RESTRAINT, amount_fen, (*GIVEN, number))
    talk.seen[-1] = talk.seen[-1]._replace(target_seat=kind)


def order(talk: Conversation, amount_fen: int, answer: tuple[int, int, int], number: int = 1) -> None:
    """Two people order so much to be deducted by it."""
    talk.said(BANK_SEAT, ControlKind.DEDUCTION, amount_fen, answer, contract_no=ACCOUNT)
    talk.seen[-1] = talk.seen[-1]._replace(target_number=number)


def at_most(amount_fen: int) -> tuple[int, int, int]:
    return (ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, amount_fen)


def test_what_was_frozen_before_a_restraint_ranks_before_it_until_it_is_released() -> None:
    """10.00 of which 6.00 are frozen first: 4.00 may be deducted; 0.50 are released: 4.50."""
    talk = Conversation(balance_fen=1_000)
    buy = talk.said(BROKER_SEAT, RecordKind.FREEZE, 600, frozen(600))
    restrain(talk, 5_000, 1)
    by_court(talk, 401, at_most(400))
    talk.said(BROKER_SEAT, RecordKind.RELEASE, 50, frozen(550), buy)
    by_court(talk, 450, ANSWERED)
    by_court(talk, 1, at_most(0))
    assert talk.verdict() == []


def test_once_the_bank_has_people_no_more_is_deducted_than_they_ordered() -> None:
    """5.00 are withheld. Nothing is ordered; 3.00 are, and 1.00 of it deducted; a part is lifted: 2.00 are left, of
    which 2.00 are ordered."""
    talk = Conversation(balance_fen=1_000)
    restrain(talk, 500, 1)
    restrain(talk, 1, 2, RestraintKind.OTHER)
    talk.auditor.is_sealed = True
    by_court(talk, 1, refused(ReplyCode.ACT_NEEDED))
    by_court(talk, 501, at_most(500))
    order(talk, 300, ANSWERED)
    order(talk, 201, refused(ReplyCode.AMOUNT_OVER_REMAINING))
    order(talk, 1, refused(ReplyCode.RESTRAINT_UNKNOWN), 2)
    order(talk, 1, refused(ReplyCode.RESTRAINT_UNKNOWN), 9)
    by_court(talk, 301, refused(ReplyCode.ACT_NEEDED))
    by_court(talk, 100, ANSWERED)
    assert talk.verdict() == []
    (restraint, _) = talk.auditor.accounts[ACCOUNT].withheld.restraints
    assert (restraint.amount_fen, restraint.ordered_fen) == (400, 200)

    talk.said(BANK_SEAT, ControlKind.LIFTING, 250, ANSWERED)
    talk.seen[-1] = talk.seen[-1]._replace(target_number=1)
    assert talk.verdict() == []
    assert (restraint.amount_fen, restraint.ordered_fen) == (150, 150)
    by_court(talk, 150, ANSWERED)
    by_court(talk, 1, refused(ReplyCode.RESTRAINT_UNKNOWN))
    assert talk.verdict() == []


def test_in_one_row_the_order_of_two_deductions_and_a_freeze_is_found() -> None:
    """3.00 of 10.00 are ordered, in two parts; the freeze of 8.00 comes between them, or not at all."""
    talk = Conversation(balance_fen=1_000)
    restrain(talk, 300, 1)
    talk.auditor.is_sealed = True
    order(talk, 300, ANSWERED)
    by_court(talk, 200, ANSWERED)
    talk.said(BROKER_SEAT, RecordKind.FREEZE, 700, frozen(700), same_row=True)
    talk.said(BANK_SEAT, RecordKind.WITHDRAWAL, 100, ANSWERED, same_row=True)
    talk.seen[-1] = talk.seen[-1]._replace(way=Way.JUDICIAL, target_number=1)
    assert talk.verdict() == []


@pytest.mark.parametrize("tuesday_fen", [0, 200])
def test_a_deduction_takes_nothing_for_which_a_later_date_brought_the_money(tuesday_fen: int) -> None:
    """10.00, restrained whole. Monday buys for 8.00 without a freeze, Tuesday sells for 6.00: 10.00 − 8.00 + 6.00 are
    there in all, but for Monday 2.00, and so much may be deducted, whatever Tuesday freezes of the rest.
    """
    talk = Conversation(balance_fen=1_000)
    restrain(talk, 1_000, 1)
    assert talk.verdict() == []
    account = talk.auditor.accounts[ACCOUNT]
    account.move(TODAYS_DAY, bought_fen=800)
    account.move(TODAYS_DAY + 1, tuesday_fen, sold_fen=600)
    talk.auditor.unsettled_days |= {TODAYS_DAY, TODAYS_DAY + 1}
    by_court(talk, 201, at_most(200))
    by_court(talk, 200, ANSWERED)
    assert talk.verdict() == []
    assert account.of(TODAYS_DAY + 1) == OfDay(tuesday_fen, 0, 600)
    assert account.paid_fen(talk.auditor.unsettled_days) == 0
    assert account.paid_fen(talk.auditor.unsettled_days, TODAYS_DAY + 1) == 600 - tuesday_fen
    assert talk.auditor.contracts[CONTRACT].party == BROKER
