"""A customer's name or document is another one: changed at the bank by two people, and pushed anew by the broker.

Belongs here: the act change_holder, and a push that says a contract once more. Never here: other securities accounts,
other cards (test_pushes).
"""

import pytest

from protocol.acts.customers import ChangeHolderAct
from protocol.codes import ReplyCode
from protocol.given_numbers import account_no_from_index
from protocol.messages.customers.accounts import ChangeAccount, ChangeContract, ReplaceCard
from protocol.messages.customers.pushes import Identify
from protocol.vocabulary import AccountEvent, ContractEvent, ContractStatus, PushState, Right
from tests.customers import OUTLET, holder_of
from tests.ledger_core.control.customers.pushing import (
    ANN,
    NOT_ASKED,
    RIGHT,
    WRONG,
    confirm,
    decided,
    facts,
    pushed,
    waiting,
)
from tests.ledger_core.desk import SEAT, Desk, code_of, fill_sell, same_after_all, status
from tests.ledger_core.sealed import sealed
from tests.people import signed

NOW = 40  # who Ann is by her new papers
ACCEPTED = ReplyCode.ACCEPTED


class Counter:
    """A sealed bank with a contract that Ann's broker pushed, and something sold on it."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.contract = decided(self.desk, pushed(self.desk), ANN).remaining_fen
        assert code_of(self.desk, SEAT, fill_sell(self.contract, 5)) == ACCEPTED
        staff = ((4, Right.CUSTOMERS), (5, Right.CUSTOMERS, OUTLET), (6, Right.RESTRAIN))
        self.office = sealed(self.desk, *staff)

    def changed(
        self, before: int = ANN, after: int = NOW, by: tuple[int, ...] = (4, 5), account: int = ANN
    ) -> ReplyCode:
        digests = {"holder_before": holder_of(before).hex(), "holder": holder_of(after).hex()}
        common = self.office.by(by[0])
        act = ChangeHolderAct(**common, account_no=account_no_from_index(account), **digests)
        return self.desk.control(signed(act, *by))


def test_a_broker_pushes_changed_data_once_the_bank_has_seen_the_papers() -> None:
    """Before, nobody is found in the push; afterwards the contract stays what it is, with all that is open on it."""
    counter = Counter()
    desk, number = counter.desk, counter.contract
    early = pushed(desk, replaces=number)
    desk.done(Identify(early, holder_of(NOW)))
    assert facts(desk, early) == (0, PushState.NOT_IDENTIFIED, 0)
    assert counter.changed() == ACCEPTED

    again = pushed(desk, replaces=number)
    desk.done(Identify(again, holder_of(NOW)))
    assert (waiting(desk, again).ends, waiting(desk, again).runs_off) == ([], 0)
    contracts, sequence = desk.book.contracts_count, desk.book.feeds.positions.copy()
    assert confirm(desk, again, RIGHT) == (ACCEPTED, 0, 0)

    assert facts(desk, again) == (0, PushState.ASSIGNED, number)
    assert (status(desk, number), desk.money(number)[3]) == (ContractStatus.ACTIVE, 5)
    assert desk.book.contracts_count == contracts
    assert (desk.book.feeds.positions == sequence).all()
    same_after_all(desk)


def test_who_she_was_is_found_no_more() -> None:
    counter = Counter()
    assert counter.changed() == ACCEPTED
    old = pushed(counter.desk, replaces=counter.contract)
    counter.desk.done(Identify(old, holder_of(ANN)))
    assert facts(counter.desk, old) == (0, PushState.NOT_IDENTIFIED, 0)


@pytest.mark.parametrize("answer", [WRONG, NOT_ASKED])
def test_without_the_card_password_nothing_is_said_anew(answer: int) -> None:
    desk = Desk()
    number = decided(desk, pushed(desk), ANN).remaining_fen
    again = pushed(desk, replaces=number)
    assert decided(desk, again, ANN, answer) == (ACCEPTED, 0, 0)  # type: ignore[arg-type]
    assert facts(desk, again) == (ReplyCode.ACCOUNT_HAS_CONTRACT, PushState.IMPOSSIBLE, 0)
    assert status(desk, number) == ContractStatus.ACTIVE


def test_a_contract_that_runs_off_is_not_said_anew() -> None:
    desk = Desk()
    number = decided(desk, pushed(desk), ANN).remaining_fen
    desk.done(ChangeAccount(account_no_from_index(ANN), AccountEvent.REPORT_LOSS))
    desk.done(ReplaceCard(number, desk.open_account(0, holder=ANN)))
    desk.done(ChangeAccount(account_no_from_index(ANN), AccountEvent.LIFT_LOSS))
    again = pushed(desk, replaces=number)
    desk.done(Identify(again, holder_of(ANN)))
    assert facts(desk, again)[1] == PushState.IMPOSSIBLE


def test_who_may_change_a_holder_and_of_what() -> None:
    counter = Counter()
    assert counter.changed(by=(4, 6)) == ReplyCode.RIGHT_MISSING
    assert counter.changed(by=(4,)) == ReplyCode.SECOND_PERSON_NEEDED
    assert counter.changed(before=NOW) == ReplyCode.HOLDER_DIFFERS
    assert counter.changed(account=60) == ReplyCode.RIGHT_MISSING  # what is not there is the whole bank's
    counter.desk.done(ChangeAccount(account_no_from_index(3), AccountEvent.CLOSE))
    assert counter.changed(before=3, account=3) == ReplyCode.ACCOUNT_CLOSED
    assert counter.changed() == ACCEPTED
    assert counter.changed() == ReplyCode.HOLDER_DIFFERS
    assert counter.desk.book.holder[ANN].tobytes() == holder_of(NOW)


def test_a_holder_does_not_change_under_a_push_that_was_identified() -> None:
    """Else the card password of the one would confirm what the other one was found in."""
    counter = Counter()
    number = pushed(counter.desk, replaces=counter.contract)
    counter.desk.done(Identify(number, holder_of(ANN)))
    assert counter.changed() == ReplyCode.STEP_NOT_DUE
    confirm(counter.desk, number)
    assert counter.changed() == ACCEPTED


def test_a_suspended_contract_stays_suspended() -> None:
    desk = Desk()
    number = decided(desk, pushed(desk), ANN).remaining_fen
    desk.done(ChangeContract(number, ContractEvent.SUSPEND))
    assert decided(desk, pushed(desk, replaces=number), ANN) == (ACCEPTED, 0, 0)
    assert status(desk, number) == ContractStatus.SUSPENDED
    same_after_all(desk)
