"""What tests of corrections and of taking them back have in common: a bank with one customer on one day, what records
are answered, what two people sign in one step.

Belongs here: words that more than one file of this folder uses. Never here: records (words), acts (people), assertions
about what moves.
"""

from typing import NamedTuple

import pytest

from ledger.core.state.general_ledger import LedgerKey
from protocol.codes import ReplyCode
from tests.ledger_core.corrections.people import permitted, staffed, withdrawal
from tests.ledger_core.corrections.words import BY_LANE, IN_ORDER, Both, compared, correction, sent, signed_off
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_SEAT, SEAT, Answer, Desk, fill_buy, fill_sell
from tests.ledger_core.lines.words import buy, event
from tests.people import Office

ACCEPTED, NOT_DUE, DIFFERS = ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE, ReplyCode.SETTLEMENT_DIFFERS
DONE, CLOSED = Answer(ACCEPTED, 0, 0), Answer(ACCEPTED, 2, 0)
BOTH_WAYS = pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
AMOUNT = 2
"""The place of the class among the counts of differences."""


def case(number: int) -> Answer:
    """A correction that opened this case of its broker."""
    return Answer(ACCEPTED, 3, number)


def made_good(desk: Desk, party: int) -> dict[int, int]:
    """What the broker makes good by case; the same stands in its trade date's suspense."""
    books = desk.book.general_ledger.balances_fen
    cases = {key.item: fen for key, fen in books.items() if (key.code, key.party) == (1910, party)}
    assert books.get(LedgerKey(2410, party, MONDAY), 0) == -sum(cases.values())
    return cases


class Day(NamedTuple):
    """A bank with two people who decide, and Ann with some money and a freeze on Monday, which is signed off."""

    desk: Desk
    office: Office
    ann: int
    target: tuple[int, int, int]


def day(has_fen: int, frozen_fen: int, party: int = BROKER, filled_fen: int = 0, sold_fen: int = 0) -> Day:
    desk, seat = Desk(), SEAT if party == BROKER else OTHER_SEAT
    office, ann = staffed(desk), desk.open(has_fen, party)
    target = desk.freeze(ann, frozen_fen, seat) if frozen_fen else (0, 0, 0)
    if filled_fen:
        desk.ask(seat, fill_buy(target, ann, filled_fen))
    if sold_fen:
        desk.ask(seat, fill_sell(ann, sold_fen))
    signed_off(desk)
    return Day(desk, office, ann, target)


def withdrawn(d: Day, party: int, number: int = 1) -> int:
    """Two people withdraw the set; the number of their act."""
    answer = d.desk.told(withdrawal(d.office, party, number))
    assert answer.code == ACCEPTED
    return answer.remaining_fen


def two_corrected(padding: int) -> tuple[Day, int, Both]:
    """Ann and Bob, of whom each bought for 1.00 without a freeze, and is corrected: cases 1 and 2 are the broker's."""
    d = day(0, 0)
    bob = d.desk.open(0)
    lines = [buy((MONDAY, SEAT, 90 + place), no, 100) for place, no in enumerate((d.ann, bob))]
    compared(d.desk, BROKER, event(d.ann), event(bob), *lines)
    both = Both(100, 0, 0, 0, 100)
    for number, no in enumerate((d.ann, bob), 1):
        act = permitted(d.office, d.desk, BROKER, no, both)
        assert sent(d.desk, padding, correction(no, both, act)) == [case(number)]
    return d, bob, both
