"""What was moved of an order goes back to its account by act of two: what it earns, and what it moves."""

import pytest
from msgspec.structs import replace

from ledger.core.control.customers.reversals import TRIES_MAX
from protocol.acts.moved import ReverseAct
from protocol.codes import ReplyCode
from protocol.given_numbers import contract_no_from_index
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.corrections.people import DEE, EVE, staffed
from tests.ledger_core.desk import (
    MONDAY,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Target,
    fill_buy,
    fill_sell,
    release,
    same_after_all,
    withdrawal,
)
from tests.ledger_core.moved.words import frozen, in_2420, moved_of, stands, transfers
from tests.people import Office, signed


class Bank:
    """Ann has 100, sells for 20 and orders for 110: 100 are moved, 10 only frozen. 30 are drawn."""

    def __init__(self) -> None:
        self.desk = transfers(Desk())
        self.office: Office = staffed(self.desk)
        self.ann = self.desk.open(100)
        self.desk.ask(SEAT, fill_sell(self.ann, 20))
        self.order: Target = self.desk.freeze(self.ann, 110)
        self.row = self.desk.book.sequence
        self.desk.ask(SEAT, fill_buy(self.order, self.ann, 30))

    def act(self, amount_fen: int, desk_serial: int = 1, **other: int) -> ReverseAct:
        date, seat, number = self.order
        act = ReverseAct(
            **self.office.by(DEE),
            contract_no=self.ann,
            trade_date=date,
            seat=seat,
            number=number,
            sequence=self.row,
            position=0,
            desk_serial=desk_serial,
            amount_fen=amount_fen,
        )
        return replace(act, **other)

    def reverse(self, amount_fen: int, desk_serial: int = 1, **other: int) -> ReplyCode:
        return self.desk.control(signed(self.act(amount_fen, desk_serial, **other), DEE, EVE))


@pytest.mark.parametrize(("amount_fen", "back_fen"), [(1, 1), (25, 25), (70, 70), (71, 70), (500, 70)])
def test_no_more_comes_back_than_is_neither_drawn_nor_released(amount_fen: int, back_fen: int) -> None:
    """70 of the 100 that were moved are not drawn."""
    bank = Bank()

    assert bank.reverse(amount_fen) == ReplyCode.ACCEPTED

    assert stands(bank.desk, bank.ann) == (back_fen, 70 - back_fen, 30)
    assert in_2420(bank.desk) == 100 - back_fen
    assert bank.desk.money(bank.ann) == (100, 80, 30, 20)
    assert bank.desk.buying_power(bank.ann) == (10, 0)
    same_after_all(bank.desk)


def test_what_came_back_is_frozen_on_the_account() -> None:
    """80 remain, 70 of them moved; 40 come back, so 30 are moved: nobody withdraws the 40, a release of 50 gives
    nothing of the 30 back, and one of 10 more gives 10.
    """
    bank = Bank()
    assert bank.reverse(40) == ReplyCode.ACCEPTED

    asked = withdrawal(bank.ann, 1)
    assert bank.desk.ask(SAVINGS_SEAT, asked)[0].code == ReplyCode.PROCEEDS_UNSETTLED
    assert bank.desk.ask(SEAT, release(bank.order, bank.ann, 50)) == [frozen(30)]
    assert moved_of(bank.desk, bank.order) == 30
    assert bank.desk.ask(SEAT, release(bank.order, bank.ann, 10)) == [frozen(20)]
    assert moved_of(bank.desk, bank.order) == 20
    same_after_all(bank.desk)


def test_a_serial_of_the_savings_desk_reverses_once_and_an_order_is_tried_eight_times() -> None:
    bank = Bank()
    for serial in range(1, TRIES_MAX + 1):
        assert bank.reverse(1, serial) == ReplyCode.ACCEPTED
        assert bank.reverse(1, serial) == ReplyCode.SERIAL_USED
    assert bank.reverse(1, TRIES_MAX + 1) == ReplyCode.STEP_NOT_DUE
    assert stands(bank.desk, bank.ann) == (8, 62, 30)

    bank.desk.roll(TUESDAY)
    assert bank.reverse(1, 99) == ReplyCode.STEP_NOT_DUE
    same_after_all(bank.desk)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"contract_no": contract_no_from_index(40)}, ReplyCode.CONTRACT_UNKNOWN),
        ({"contract_no": 5}, ReplyCode.CONTRACT_UNKNOWN),
        ({"number": 9}, ReplyCode.FREEZE_UNKNOWN),
        ({"seat": 12}, ReplyCode.FREEZE_UNKNOWN),
        ({"trade_date": TUESDAY}, ReplyCode.FREEZE_UNKNOWN),
        ({"number": 1}, ReplyCode.FREEZE_UNKNOWN),  # the sale, which is no freeze
        ({"sequence": 2}, ReplyCode.FREEZE_UNKNOWN),
    ],
)
def test_another_order_than_the_serials_name_is_unknown(other: dict[str, int], code: ReplyCode) -> None:
    bank = Bank()

    assert bank.reverse(5, **other) == code
    assert stands(bank.desk, bank.ann) == (0, 70, 30)


def test_the_journal_row_is_compared_while_it_is_known() -> None:
    bank = Bank()
    bank.desk.roll(TUESDAY)
    assert bank.reverse(5, 1, sequence=bank.row + 1) == ReplyCode.FREEZE_UNKNOWN
    assert bank.reverse(5, 1) == ReplyCode.ACCEPTED
    bank.desk.roll(WEDNESDAY)

    assert bank.reverse(5, 2, sequence=1) == ReplyCode.ACCEPTED
    assert (stands(bank.desk, bank.ann), bank.order[0]) == ((10, 60, 30), MONDAY)
    same_after_all(bank.desk)


def test_what_is_all_drawn_or_never_moved_is_not_reversed() -> None:
    bank = Bank()
    bank.desk.ask(SEAT, fill_buy(bank.order, bank.ann, 70))
    assert bank.reverse(5) == ReplyCode.AMOUNT_OVER_REMAINING  # 10 remain, which were never moved

    bank.desk.ask(SEAT, release(bank.order, bank.ann, 10))
    assert bank.reverse(5) == ReplyCode.FREEZE_CLOSED


def test_one_person_reverses_nothing() -> None:
    bank = Bank()
    assert bank.desk.control(signed(bank.act(5), DEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert bank.reverse(5) == ReplyCode.ACCEPTED
