"""Restraints by acts of people, and a table of them that is wrong.

Belongs here: who may set and lift one, what is found at recovery. Never here: what one withholds
(tests.ledger_core.test_restraints).
"""

from collections.abc import Callable

import pytest

from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.core.state.customers.restraints import Restraint
from ledger.core.state.general_ledger import LedgerKey
from protocol.acts.restraints import DeductAct, ExtendRestraintAct, LiftRestraintAct, RestrainAct
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.customers.restraints import ExtendRestraint, LiftRestraint
from protocol.messages.persons import Act
from protocol.records import STATE_DEDUCTIBLE, STATE_NUMBER_GIVEN
from protocol.vocabulary import BANK_PARTY, AccountCode, RestraintKind, Right
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import OUTLET, restraint
from tests.ledger_core.desk import Desk, account_of, codes, same_after_all
from tests.ledger_core.sealed import sealed
from tests.ledger_core.test_restraints import PADDING, account_index, deducted, only, restraints, set_on
from tests.people import administrators, signed


def test_once_the_bank_is_sealed_two_people_set_and_lift_restraints_at_their_outlet() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    staff = ((4, Right.RESTRAIN), (5, Right.RESTRAIN, OUTLET), (6, Right.RESTRAIN, OUTLET + 1))
    office, account_no = sealed(desk, *staff), account_of(ann)
    order = {
        "account_no": account_no,
        "amount_fen": 400,
        "kind": "JUDICIAL",
        "authority": "西湖区法院",
        "document": "12",
    }

    def restraining(*people: int) -> Act:
        return signed(RestrainAct(**office.by(people[0]), **order, holds_until_s=2**31), *people)  # type: ignore[arg-type]

    assert desk.control(restraint(account_no, 1)) == ReplyCode.ACT_NEEDED
    assert desk.control(LiftRestraint(1, 1)) == desk.control(ExtendRestraint(1, 0)) == ReplyCode.ACT_NEEDED
    assert desk.control(restraining(5)) == ReplyCode.SECOND_PERSON_NEEDED
    assert desk.control(restraining(4, 6)) == ReplyCode.RIGHT_MISSING
    assert desk.told(restraining(5, 4)) == (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 1)
    assert desk.book.restraints.by_number[1].operators == [5, 4]

    longer = ExtendRestraintAct(**office.by(4), restraint_no=1, holds_until_s=2**32)
    assert desk.control(signed(longer, 4, 6)) == ReplyCode.RIGHT_MISSING
    desk.done(signed(longer, 4, 5))
    desk.done(signed(LiftRestraintAct(**office.by(5), restraint_no=1, amount_fen=100), 5, 4))
    assert restraints(desk, ann) == [(1, 300, 0)]
    assert desk.book.restraints.by_number[1].holds_until_s == 2**32
    unknown = LiftRestraintAct(**office.by(4), restraint_no=9, amount_fen=1)
    assert desk.control(signed(unknown, 4, 5)) == ReplyCode.RIGHT_MISSING  # what is not there is the whole bank's
    same_after_all(desk)


class Court:
    """A sealed bank; ann has 10.00, of which 4.00 is frozen, and then 8.00 were restrained, 5.00 by another one."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.ann = self.desk.open(1_000)
        self.desk.freeze(self.ann, 400)
        self.number = set_on(self.desk, self.ann, 800)
        self.other = set_on(self.desk, self.ann, 500, RestraintKind.OTHER)
        staff = ((4, Right.RESTRAIN), (5, Right.RESTRAIN, OUTLET), (6, Right.BROKERS), (7, Right.RESTRAIN))
        self.office = sealed(self.desk, *staff)

    def ordered(self, amount_fen: int, by: tuple[int, ...] = (4, 5), number: int = 0, account_no: int = 0) -> ReplyCode:
        act = DeductAct(
            **self.office.by(by[0]),
            account_no=account_no or account_of(self.ann),
            restraint_no=number or self.number,
            amount_fen=amount_fen,
            authority="西湖区法院",
            document="12-1",
        )
        return self.desk.control(signed(act, *by))

    def taken(self, amount_fen: int, padding: int = 0) -> tuple[int, int, int]:
        return only(self.desk, padding, deducted(self.ann, amount_fen, self.number))

    @property
    def left(self) -> tuple[int, int]:
        """What it withholds, and of it what is ordered."""
        one = self.desk.book.restraints.by_number[self.number]
        return one.amount_fen, one.ordered_fen


@PADDING
def test_once_the_bank_is_sealed_nothing_is_deducted_that_two_people_have_not_ordered(padding: int) -> None:
    """10.00 less 4.00 that rank before it: 6.00 may be deducted. 3.50 are ordered, and go in two parts."""
    court = Court()
    assert court.taken(1, padding) == (ReplyCode.ACT_NEEDED, 0, 0)
    assert court.ordered(350) == ReplyCode.ACCEPTED
    assert court.left == (800, 350)

    assert court.taken(351, padding) == (ReplyCode.ACT_NEEDED, 0, 0)
    assert court.taken(601, padding) == (ReplyCode.AMOUNT_OVER_REMAINING, STATE_DEDUCTIBLE, 600)
    assert court.taken(200, padding)[0] == ReplyCode.ACCEPTED
    assert court.left == (600, 150)
    assert court.taken(151, padding)[0] == ReplyCode.ACT_NEEDED
    assert court.taken(150, padding)[0] == ReplyCode.ACCEPTED
    assert (court.left, court.desk.money(court.ann)[0]) == ((450, 0), 650)
    assert court.taken(1, padding)[0] == ReplyCode.ACT_NEEDED
    same_after_all(court.desk)


def test_two_deductions_of_a_block_do_not_take_one_order_twice() -> None:
    court = Court()
    assert court.ordered(300) == ReplyCode.ACCEPTED
    one = deducted(court.ann, 200, court.number)
    assert codes(court.desk.ask(SAVINGS_SEAT, one, one)) == [ReplyCode.ACCEPTED, ReplyCode.ACT_NEEDED]
    same_after_all(court.desk)


def test_an_order_to_deduct_is_of_a_judicial_restraint_of_the_account_and_not_above_it() -> None:
    court = Court()
    foreign = court.desk.open_account(0, holder=9)
    assert court.ordered(1, number=court.other) == ReplyCode.RESTRAINT_UNKNOWN
    assert court.ordered(1, number=9) == ReplyCode.RESTRAINT_UNKNOWN
    assert court.ordered(1, account_no=foreign) == ReplyCode.RESTRAINT_UNKNOWN
    assert court.ordered(1, account_no=7) == ReplyCode.RIGHT_MISSING  # what is not there is the whole bank's
    assert court.ordered(1, by=(4, 7), account_no=7) == ReplyCode.ACCOUNT_UNKNOWN
    assert court.ordered(801) == ReplyCode.AMOUNT_OVER_REMAINING
    assert court.ordered(300) == ReplyCode.ACCEPTED
    assert court.ordered(501) == ReplyCode.AMOUNT_OVER_REMAINING
    assert court.ordered(500) == ReplyCode.ACCEPTED
    assert court.left == (800, 800)
    same_after_all(court.desk)


def test_who_may_order_a_deduction() -> None:
    court = Court()
    assert court.ordered(1, by=(4, 6)) == ReplyCode.RIGHT_MISSING
    assert court.ordered(1, by=(4,)) == ReplyCode.SECOND_PERSON_NEEDED
    assert court.ordered(1, by=(5, 4)) == ReplyCode.ACCEPTED


def test_what_is_lifted_is_not_deducted_any_more() -> None:
    """8.00 withheld, all of it ordered; 5.00 are lifted, so 3.00 stay ordered."""
    court = Court()
    assert court.ordered(800) == ReplyCode.ACCEPTED
    lifting = LiftRestraintAct(**court.office.by(4), restraint_no=court.number, amount_fen=500)
    court.desk.done(signed(lifting, 4, 5))
    assert court.left == (300, 300)
    assert court.ordered(1) == ReplyCode.AMOUNT_OVER_REMAINING
    assert court.taken(300)[0] == ReplyCode.ACCEPTED
    assert court.taken(1)[0] == ReplyCode.RESTRAINT_UNKNOWN
    same_after_all(court.desk)


def test_before_the_seal_the_savings_desk_deducts_by_itself() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    number = set_on(desk, ann, 800)
    assert only(desk, 0, deducted(ann, 100, number))[0] == ReplyCode.ACCEPTED
    desk.done(administrators())
    assert only(desk, 0, deducted(ann, 100, number))[0] == ReplyCode.ACT_NEEDED
    same_after_all(desk)


FAULTS: list[tuple[str, Callable[[Book, Restraint], None]]] = [
    ("restrained against its sum", lambda book, one: setattr(one, "amount_fen", one.amount_fen + 1)),
    ("what ranks before a restraint", lambda book, one: setattr(one, "senior_fen", 601)),
    ("a restraint", lambda book, one: setattr(one, "ordered_fen", 101)),
    ("a restraint", lambda book, one: setattr(book.restraints, "given", 0)),
    ("card debits to collect", lambda book, one: setattr(one, "kind", RestraintKind.CARD)),
]


@pytest.mark.parametrize(("what", "spoil"), FAULTS, ids=[f"{place}-{what}" for place, (what, _) in enumerate(FAULTS)])
def test_a_wrong_table_is_found(what: str, spoil: Callable[[Book, Restraint], None]) -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.freeze(ann, 600)
    number = set_on(desk, ann, 100)

    spoil(desk.book, desk.book.restraints.by_number[number])

    with pytest.raises(InvariantBroken, match=what):
        check_book(desk.book)


def test_errors_in_the_books_that_no_account_owes_are_found() -> None:
    desk = Desk()
    desk.open(1_000)
    balances_fen = desk.book.general_ledger.balances_fen
    key = LedgerKey(int(AccountCode.ERRORS), BANK_PARTY, item=OUTLET)
    desk.book.general_ledger.keys.append(key)
    desk.book.general_ledger.keys.sort()
    balances_fen[key] = 5
    balances_fen[LedgerKey(int(AccountCode.SAVINGS), item=OUTLET)] -= 5
    desk.book.balance_fen[account_index(98)] += 5
    desk.book.power_fen[account_index(98)] += 5

    with pytest.raises(InvariantBroken, match="card debits to collect"):
        check_book(desk.book)
