"""Restraints by acts of people, and a table of them that is wrong.

Belongs here: who may set and lift one, what is found at recovery. Never here: what one withholds
(tests.ledger_core.test_restraints).
"""

from collections.abc import Callable

import pytest

from ledger.core.invariants import check_book
from ledger.core.state.book import Book
from ledger.core.state.general_ledger import LedgerKey
from ledger.core.state.restraints import Restraint
from protocol.acts import ExtendRestraintAct, LiftRestraintAct, RestrainAct
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.persons import Act
from protocol.messages.restraints import ExtendRestraint, LiftRestraint
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import BANK_PARTY, AccountCode, RestraintKind, Right
from tests.customers import OUTLET, restraint
from tests.ledger_core.desk import Desk, account_of, same_after_all
from tests.ledger_core.test_restraints import account_index, restraints, set_on
from tests.people import Office, administrators, signed


def test_once_the_bank_is_sealed_two_people_set_and_lift_restraints_at_their_outlet() -> None:
    desk = Desk()
    ann = desk.open(1_000)
    desk.done(administrators())
    office, account_no = Office(desk.book.bank_id), account_of(ann)
    for person, right, outlet in ((4, Right.RESTRAIN, 0), (5, Right.RESTRAIN, OUTLET), (6, Right.RESTRAIN, OUTLET + 1)):
        desk.done(office.hired(person, right, outlet))
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


FAULTS: list[tuple[str, Callable[[Book, Restraint], None]]] = [
    ("restrained against its sum", lambda book, one: setattr(one, "amount_fen", one.amount_fen + 1)),
    ("what ranks before a restraint", lambda book, one: setattr(one, "senior_fen", 601)),
    ("a restraint", lambda book, one: setattr(book.restraints, "given", 0)),
    ("card debits to collect", lambda book, one: setattr(one, "kind", RestraintKind.CARD)),
]


@pytest.mark.parametrize(("what", "spoil"), FAULTS, ids=[what for what, _ in FAULTS])
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
