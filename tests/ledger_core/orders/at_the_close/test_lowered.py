"""Two people lower what was reported of an order before its day is cleared: money, words, and when it is too late."""

import pytest
from msgspec.structs import replace

from ledger.core.invariants import check_book
from ledger.core.orders.slots import order_at
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.codes import ReplyCode as Code
from protocol.given_numbers import contract_no_from_index
from protocol.messages.customers.restraints import Restrain
from protocol.messages.day.steps import SignOff, WithdrawSet
from protocol.messages.persons import Act
from protocol.vocabulary import Fate, RestraintKind
from rules.orders.fees import Traded
from rules.orders.states import OrderState
from tests.ledger_core.corrections.people import DEE, EVE, staffed
from tests.ledger_core.desk import MONDAY, SEAT, TUESDAY, Desk, account_of
from tests.ledger_core.lines.words import agree, order, send_whole
from tests.ledger_core.ordering.trading import YUAN
from tests.ledger_core.orders.at_the_close.words import kept, opened, sale, target
from tests.ledger_core.orders.test_slots import a_bank, a_customer, bought_on, executed, money, ordered, told
from tests.people import Office, signed

REPORTED, TRUE = Traded(400, 3_980 * YUAN), Traded(300, 2_985 * YUAN)


class Day:
    """Ann's 1,000 at 10.00, of which 400 at 9.95 are reported and 300 are so."""

    def __init__(self, restrained_fen: int = 0) -> None:
        self.desk: Desk = a_bank()
        self.ann = a_customer(self.desk)
        self.slot = ordered(self.desk, self.ann)
        assert told(self.desk, self.slot, executed(*REPORTED))
        if restrained_fen:
            self.desk.done(Restrain(account_of(self.number), restrained_fen, RestraintKind.OTHER, "court", "paper", 0))
        self.office: Office = staffed(self.desk)

    @property
    def number(self) -> int:
        """Of Ann's contract."""
        return contract_no_from_index(self.ann)

    def act(self, has: Traded = REPORTED, true: Traded = TRUE, **other: int) -> Act:
        trade_date, seat, number = target(1)
        act = CorrectReportAct(
            **self.office.by(DEE),
            contract_no=self.number,
            trade_date=trade_date,
            seat=seat,
            number=number,
            has_quantity=has.quantity,
            has_turnover=has.turnover,
            quantity=true.quantity,
            turnover=true.turnover,
        )
        return signed(replace(act, **other), DEE, EVE)

    def asked(self, has: Traded = REPORTED, true: Traded = TRUE, **other: int) -> Code:
        """What the act earns."""
        return self.desk.told(self.act(has, true, **other)).code


@pytest.mark.parametrize("is_carried", [False, True])
def test_what_was_drawn_too_much_buys_again_and_the_order_has_ended(is_carried: bool) -> None:
    """3,987.24 were drawn and 2,990.43 are; all that was frozen is released."""
    d = Day()
    if is_carried:
        d.desk.roll(TUESDAY)
        requests = d.desk.book.requests
        d.slot = int(requests.carried_slots(requests.carried_keys[:1])[0])

    assert d.asked() == Code.ACCEPTED

    assert money(d.desk, d.ann) == (0, 299_043, 2_000_000 - 299_043)
    assert bought_on(d.desk, d.ann, MONDAY) == 299_043
    one, requests = order_at(d.desk.book, d.slot), d.desk.book.requests
    assert (one.state, one.traded, one.cancelled) == (OrderState.LOWERED, TRUE, 700)
    assert (int(requests.drawn_fen[d.slot]), int(requests.released_fen[d.slot])) == (299_043, 1_001_820 - 299_043)
    check_book(d.desk.book)
    assert d.asked() == Code.DECISION_DIFFERS
    assert not told(d.desk, d.slot, executed(*REPORTED))
    assert d.asked(TRUE, Traded()) == Code.DECISION_DIFFERS  # once


def test_one_that_filled_the_order_is_lowered_too() -> None:
    d = Day()
    assert told(d.desk, d.slot, executed(1_000, 9_920 * YUAN))

    assert d.asked(Traded(1_000, 9_920 * YUAN), REPORTED) == Code.ACCEPTED

    assert money(d.desk, d.ann) == (0, 398_724, 2_000_000 - 398_724)


def test_a_restraint_ranks_behind_what_is_bought_and_no_more() -> None:
    d = Day(restrained_fen=1_900_000)

    assert d.asked() == Code.ACCEPTED

    (restraint,) = d.desk.book.restraints.of(int(d.desk.book.account_of_contract[d.ann]))
    assert restraint.senior_fen == 299_043


def test_what_the_act_names_is_there_and_the_customers_own() -> None:
    d = Day()
    bob = a_customer(d.desk)
    kept(d.desk, d.ann, sale(d.desk), 2)

    assert d.asked(contract_no=1) == Code.CONTRACT_UNKNOWN
    assert d.asked(contract_no=contract_no_from_index(bob)) == Code.ORDER_UNKNOWN
    assert [d.asked(number=number) for number in (2, 3)] == [Code.ORDER_UNKNOWN] * 2  # a sale, and none
    assert d.asked(trade_date=20_260_231) == Code.ORDER_UNKNOWN


def test_once_a_set_is_complete_the_set_says_it() -> None:
    d = Day()
    d.desk.done(SignOff(MONDAY))
    agree(d.desk)
    number = send_whole(d.desk, *opened(d.ann), order(target(1), d.number, 1_001_820, fate=Fate.CANCELLED))

    assert d.asked() == Code.STEP_NOT_DUE
    assert d.desk.control(WithdrawSet(MONDAY, number), SEAT) == Code.ACCEPTED
    d.desk.book.clearing.by_contract[MONDAY].adjusted[d.ann] = 1  # something was booked by it, and stands
    assert d.asked() == Code.STEP_NOT_DUE
    d.desk.book.clearing.by_contract[MONDAY].adjusted[d.ann] = 0
    assert d.asked() == Code.ACCEPTED
