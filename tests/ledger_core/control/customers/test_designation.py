"""The designation 指定交易 in Shanghai: since when a broker is designated, what moves it, what locks it.

Belongs here: the column and the lock over replaced cards. Never here: what is open of one contract (test_open_items),
securities accounts that are taken (test_securities_accounts).
"""

import pytest
from msgspec.structs import replace

from ledger.core.book_answers import BookAnswers
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeAccount, ChangeBroker, ChangeContract, ReplaceCard, SignContracts
from protocol.messages.customers.open_items import OpenItemsAnswer, OpenItemsQuery
from protocol.messages.customers.pushes import Identify
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, PushState
from tests.customers import contract, holder_of, shares
from tests.ledger_core.control.customers.pushing import ANN, a_push, decided, facts, pushed
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    Desk,
    fill_sell,
    release,
    same_after_all,
)

TERMINATE = ContractEvent.TERMINATE
ITEMS_OPEN, ACCEPTED = ReplyCode.ITEMS_OPEN, ReplyCode.ACCEPTED


def signed(
    desk: Desk, balance_fen: int = 1_000, shanghai: str = "A1", status: int = ContractStatus.ACTIVE
) -> tuple[int, int]:
    """A contract on an account of its own: its number, and the account's."""
    account_no = desk.open_account(balance_fen, holder=77)
    terms = replace(
        contract(desk.book.accounts_count - 1, BROKER, status),
        securities_accounts=shares(shanghai, "" if shanghai else "1"),
    )
    answer = desk.told(SignContracts([terms]))
    assert answer.code == ACCEPTED, answer
    return answer.remaining_fen, account_no


def since(desk: Desk, contract_no: int) -> int:
    """The trade date since when the contract's broker is designated, 0: it is not."""
    return int(desk.book.designated_on[contract_no // 100])


def told(desk: Desk, contract_no: int) -> OpenItemsAnswer:
    answer = BookAnswers(desk.book).answer(BROKER, OpenItemsQuery(contract_no, 0))
    assert isinstance(answer, OpenItemsAnswer)
    return answer


def test_a_broker_is_designated_from_the_date_on_which_the_contract_is_signed() -> None:
    desk = Desk()
    first, _ = signed(desk)
    in_shenzhen_alone, _ = signed(desk, shanghai="")
    desk.roll(TUESDAY)
    suspended, _ = signed(desk, shanghai="A2", status=ContractStatus.SUSPENDED)

    assert (since(desk, first), since(desk, in_shenzhen_alone), since(desk, suspended)) == (MONDAY, 0, TUESDAY)
    desk.done(ChangeContract(suspended, ContractEvent.RESUME))
    desk.done(ChangeContract(first, ContractEvent.SUSPEND))
    assert (since(desk, first), since(desk, suspended)) == (MONDAY, TUESDAY)
    desk.done(ChangeContract(first, TERMINATE))
    assert since(desk, first) == 0
    same_after_all(desk)


def test_a_customer_who_has_not_confirmed_is_designated_to_nobody() -> None:
    desk = Desk()
    number, _ = signed(desk, status=ContractStatus.PRE_ASSIGNED)
    desk.roll(TUESDAY)
    assert since(desk, number) == 0
    desk.done(ChangeContract(number, ContractEvent.CONFIRM))
    assert since(desk, number) == TUESDAY
    same_after_all(desk)


def test_a_change_of_broker_moves_the_designation_and_open_business_locks_it() -> None:
    desk = Desk()
    number, account_no = signed(desk)
    target = desk.freeze(number, 300)
    desk.roll(TUESDAY)
    terms = replace(contract(account_no // 100, OTHER_BROKER), securities_accounts=shares("A1"))
    assert desk.control(ChangeBroker(number, terms)) == ITEMS_OPEN
    desk.ask(SEAT, release(target, number, 300))

    moved = desk.told(ChangeBroker(number, terms)).remaining_fen

    assert (since(desk, number), since(desk, moved)) == (0, TUESDAY)
    same_after_all(desk)


def replaced(desk: Desk, shanghai: str = "A1") -> tuple[int, int, int]:
    """A contract with 300 frozen whose card was replaced on Tuesday: it, the new one, and the new account."""
    number, _ = signed(desk, shanghai=shanghai)
    desk.freeze(number, 300)
    desk.roll(TUESDAY)
    fresh = desk.open_account(500, holder=77)
    return number, desk.told(ReplaceCard(number, fresh)).remaining_fen, fresh


def test_a_replaced_card_changes_no_designation() -> None:
    desk = Desk()
    old, new, _ = replaced(desk)
    assert (since(desk, old), since(desk, new)) == (0, MONDAY)
    same_after_all(desk)


@pytest.mark.parametrize("what", ["ends", "another broker", "closed"])
def test_orders_of_a_card_that_was_replaced_lock_the_designation(what: str) -> None:
    """Nothing is open on the new account; under the same securities account 3.00 are still ordered on the old one."""
    desk = Desk()
    old, new, fresh = replaced(desk)
    to_other = replace(contract(fresh // 100, OTHER_BROKER), securities_accounts=shares("A1"))
    closing = ChangeAccount(fresh, AccountEvent.CLOSE)
    ending: dict[str, ChangeContract | ChangeAccount] = {"ends": ChangeContract(new, TERMINATE), "closed": closing}
    message = ending.get(what) or ChangeBroker(new, to_other)
    assert desk.control(message) == ITEMS_OPEN
    assert (told(desk, new).runs_off, told(desk, new).frozen_fen, told(desk, old).runs_off) == ([old], 0, [])

    desk.ask(SEAT, release((MONDAY, SEAT, 1), old, 300))

    assert told(desk, new).is_empty
    assert desk.control(message) == (ReplyCode.BALANCE_LEFT if what == "closed" else ACCEPTED)
    same_after_all(desk)


def test_without_an_account_in_shanghai_nothing_is_locked() -> None:
    desk = Desk()
    _, new, _ = replaced(desk, shanghai="")
    assert told(desk, new).is_empty
    assert desk.control(ChangeContract(new, TERMINATE)) == ACCEPTED


def test_the_first_of_two_replaced_cards_locks_as_long_as_it_is_open() -> None:
    """The second one has nothing open, and ends by itself; the first one goes on locking the third contract."""
    desk = Desk()
    first, second, _ = replaced(desk)
    third = desk.told(ReplaceCard(second, desk.open_account(0, holder=77))).remaining_fen
    assert told(desk, third).runs_off == [first]
    desk.done(ChangeContract(second, TERMINATE))
    fourth = desk.told(ReplaceCard(third, desk.open_account(0, holder=77))).remaining_fen
    assert since(desk, fourth) == MONDAY
    assert (told(desk, third).runs_off, told(desk, fourth).runs_off) == ([], [first])

    assert desk.control(ChangeContract(fourth, TERMINATE)) == ITEMS_OPEN
    desk.ask(SEAT, release((MONDAY, SEAT, 1), first, 300))
    assert desk.control(ChangeContract(fourth, TERMINATE)) == ACCEPTED
    same_after_all(desk)


def test_a_contract_with_other_securities_accounts_keeps_the_designation_of_the_same_one() -> None:
    """Monday: A1. Tuesday a push with one in Shenzhen too: with A1 it is since Monday, else anew."""
    for shanghai, expected in (("A1", MONDAY), ("A2", TUESDAY)):
        desk = Desk()
        number = pushed(desk)
        first = decided(desk, number, ANN).remaining_fen
        assert since(desk, first) == MONDAY
        desk.roll(TUESDAY)
        both = replace(a_push(2, ANN, shanghai, first), securities_accounts=shares(shanghai, "S1"))
        again = desk.told(both, SEAT).remaining_fen
        second = decided(desk, again, ANN).remaining_fen
        assert facts(desk, again)[2] == second
        assert (since(desk, first), since(desk, second)) == (0, expected)
        same_after_all(desk)


def test_a_push_ends_no_contract_whose_designation_is_locked() -> None:
    desk = Desk()
    first = decided(desk, pushed(desk), ANN).remaining_fen
    desk.ask(SEAT, fill_sell(first, 5))
    new = desk.told(ReplaceCard(first, desk.open_account(0, holder=ANN))).remaining_fen

    again = pushed(desk, account=desk.book.accounts_count - 1, shanghai="A2", replaces=new)
    desk.done(Identify(again, holder_of(ANN)))

    assert facts(desk, again) == (ITEMS_OPEN, PushState.IMPOSSIBLE, 0)
    assert since(desk, new) == MONDAY
