"""One act for a list of corrections: its lines are told, each permits one correction, and nothing else does.

Ann, Bob and Cid have 300.00 each and bought for 700.00 under numbers that are not there: 300.00 they bear, 400.00 their
broker.
"""

from typing import NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace

from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import state_slices
from protocol.acts.corrections import AssignItemAct
from protocol.codes import ReplyCode
from protocol.messages.day.steps import ListedCorrection, TellCorrections, list_digest
from protocol.records import STATE_NUMBER_GIVEN
from protocol.vocabulary import Right
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import DEE, EVE, line_of, list_permission, permitted, staffed
from tests.ledger_core.corrections.words import (
    BY_LANE,
    IN_ORDER,
    Both,
    compare,
    compared,
    correction,
    sent,
    signed_off,
)
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    Answer,
    Desk,
    codes,
    same_after_all,
)
from tests.ledger_core.lines.words import buy, event
from tests.people import ANN, Office, signed

BOTH = Both(70_000, 0, 0, 0, 40_000)
ACCEPTED, NEEDED = ReplyCode.ACCEPTED, ReplyCode.ACT_NEEDED


class Day(NamedTuple):
    desk: Desk
    office: Office
    contracts: list[int]

    @property
    def lines(self) -> list[ListedCorrection]:
        return [line_of(contract_no, BOTH) for contract_no in self.contracts]

    def permitted(self, lines: list[ListedCorrection]) -> int:
        answer: Answer = self.desk.told(list_permission(self.office, self.desk, BROKER, lines))
        assert (answer.code, answer.state) == (ACCEPTED, STATE_NUMBER_GIVEN)
        return answer.remaining_fen

    def tell(self, act: int, first: int, lines: list[ListedCorrection], rest: bytes = bytes(32)) -> Answer:
        answer: Answer = self.desk.told(TellCorrections(act, first, lines, rest), DAY_SEAT)
        return answer


def day() -> Day:
    desk = Desk()
    office, contracts = staffed(desk), [desk.open(30_000) for _ in range(3)]
    signed_off(desk)
    lines = [line for no in contracts for line in (event(no), buy((MONDAY, SEAT, 900 + no), no, 70_000))]
    assert compared(desk, BROKER, *lines) == [3, 0, 0, 0]
    return Day(desk, office, contracts)


@pytest.mark.parametrize("padding", [IN_ORDER, BY_LANE])
def test_one_act_permits_each_correction_of_a_list_once(padding: int) -> None:
    """Two lines are told, then one: each correction waits for its own line, and 300.00 are bought by each."""
    d = day()
    ann, bob, cid = d.contracts
    lines = d.lines
    act = d.permitted(lines)
    assert codes(sent(d.desk, padding, correction(ann, BOTH, act))) == [NEEDED]

    assert d.tell(act, 0, lines[:2], list_digest(lines[2:])) == (ACCEPTED, STATE_NUMBER_GIVEN, 2)
    told = sent(d.desk, padding, *(correction(no, BOTH, act) for no in (ann, cid, ann)))
    assert codes(told) == [ACCEPTED, NEEDED, ReplyCode.STEP_NOT_DUE]
    assert d.tell(act, 2, lines[2:]) == (ACCEPTED, STATE_NUMBER_GIVEN, 3)
    assert codes(sent(d.desk, padding, *(correction(no, BOTH, act) for no in (cid, bob)))) == [ACCEPTED] * 2

    assert [d.desk.money(no) for no in d.contracts] == [(30_000, 0, 30_000, 0)] * 3
    assert d.desk.book.permits.entries == {}
    assert compare(d.desk, BROKER) == [3, 0, 0, 0]
    same_after_all(d.desk)


def test_lines_are_those_that_were_signed_and_no_others() -> None:
    """A fen more, one left out, in another order, twice, of another act, another broker's contract: none is taken."""
    d = day()
    stranger = d.desk.open(30_000, OTHER_BROKER)
    lines = d.lines
    act, rest = d.permitted(lines), list_digest(lines[2:])
    more = replace(lines[0], made_good_max_fen=40_001)
    rejected = replace(lines[0], rejected_fen=70_001)

    assert d.tell(act, 0, [more, lines[1]], rest).code == ReplyCode.DECISION_DIFFERS
    assert d.tell(act, 0, lines[1:]).code == ReplyCode.DECISION_DIFFERS
    assert d.tell(act, 0, lines[:2]).code == ReplyCode.DECISION_DIFFERS
    assert d.tell(act, 0, [lines[1], lines[0]], rest).code == ReplyCode.LINE_DOUBLED
    assert d.tell(act, 0, [lines[0], lines[0]], rest).code == ReplyCode.LINE_DOUBLED
    assert d.tell(act, 0, [replace(lines[0], contract_no=stranger)], rest).code == ReplyCode.CONTRACT_UNKNOWN
    assert d.tell(act, 0, [rejected], rest).code == ReplyCode.AMOUNT_OUT_OF_RANGE
    assert d.tell(act + 1, 0, lines).code == NEEDED
    assert d.tell(act, 1, lines[1:]).code == ReplyCode.STEP_NOT_DUE
    assert codes(sent(d.desk, IN_ORDER, *(correction(no, BOTH, act) for no in d.contracts))) == [NEEDED] * 3

    assert d.tell(act, 0, lines).code == ACCEPTED
    same_after_all(d.desk)


def test_a_longer_list_than_was_signed_is_none() -> None:
    """The count is signed too: two were, and the digest of three is that of the list."""
    d = day()
    act = list_permission(d.office, d.desk, BROKER, d.lines, changed={"count": 2})
    number = d.desk.told(act).remaining_fen

    assert d.tell(number, 0, d.lines).code == ReplyCode.DECISION_DIFFERS
    assert d.tell(number, 0, d.lines[:2], list_digest(d.lines[2:])).code == ACCEPTED
    assert d.tell(number, 2, d.lines[2:]).code == ReplyCode.STEP_NOT_DUE


def test_a_desk_that_does_not_know_where_it_stood_is_told() -> None:
    d = day()
    act = d.permitted(d.lines)
    assert d.tell(act, 0, d.lines[:2], list_digest(d.lines[2:])).code == ACCEPTED

    assert d.tell(act, 0, d.lines) == (ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, 2)
    again = from_arrays({name: np.array(array) for name, array in to_arrays(d.desk.book).items()})
    assert list(state_slices(again)) == list(state_slices(d.desk.book))
    assert d.tell(act, 2, d.lines[2:]).code == ACCEPTED
    assert d.tell(act, 0, d.lines) == (ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, 3)
    another = line_of(d.desk.open(30_000), BOTH)
    assert d.tell(act, 3, [another]).code == ReplyCode.STEP_NOT_DUE
    same_after_all(d.desk)


def test_lines_rise_over_messages_too() -> None:
    """Bob's line once more behind Cid's, as two people signed it in error: it cannot be told."""
    d = day()
    lines = [*d.lines, d.lines[1]]
    act = d.permitted(lines)
    assert d.tell(act, 0, lines[:3], list_digest(lines[3:])).code == ACCEPTED

    assert d.tell(act, 3, lines[3:]).code == ReplyCode.LINE_DOUBLED


def test_a_list_and_what_is_left_of_it_are_over_with_the_last_date() -> None:
    d = day()
    lines = d.lines
    act = d.desk.told(list_permission(d.office, d.desk, BROKER, lines, changed={"last_date": MONDAY})).remaining_fen
    assert d.tell(act, 0, lines[:1], list_digest(lines[1:])).code == ACCEPTED
    d.desk.roll(TUESDAY)

    assert d.tell(act, 1, lines[1:]).code == NEEDED
    assert codes(sent(d.desk, IN_ORDER, correction(d.contracts[0], BOTH, act))) == [NEEDED]


@pytest.mark.parametrize(
    "change", [{"rise_max_fen": 29_999}, {"made_good_max_fen": 39_999}, {"cleared_buys_fen": 69_999}]
)
def test_a_line_permits_what_it_says_and_no_more(change: dict[str, int]) -> None:
    d = day()
    lines = [replace(d.lines[0], **change), *d.lines[1:]]
    act = d.permitted(lines)
    assert d.tell(act, 0, lines).code == ACCEPTED

    assert codes(sent(d.desk, IN_ORDER, *(correction(no, BOTH, act) for no in d.contracts[:2]))) == [NEEDED, ACCEPTED]


def test_an_act_of_one_contract_is_no_list_and_a_list_no_act_of_one_contract() -> None:
    d = day()
    ann, bob, _ = d.contracts
    single = permitted(d.office, d.desk, BROKER, ann, BOTH)
    assert d.tell(single, 0, d.lines).code == NEEDED
    act = d.permitted(d.lines)
    assert d.tell(act, 0, d.lines).code == ACCEPTED

    told = sent(
        d.desk, IN_ORDER, correction(bob, BOTH, single), correction(ann, BOTH, act), correction(ann, BOTH, single)
    )
    assert codes(told) == [NEEDED, ACCEPTED, ReplyCode.STEP_NOT_DUE]


REFUSED = [
    (ReplyCode.PARTY_UNKNOWN, {"party": 9}),
    (ReplyCode.TRADE_DATE_NOT_LATER, {"last_date": MONDAY - 1}),
    (ReplyCode.DATE_NOT_UNSETTLED, {"trade_date": TUESDAY}),
    (ReplyCode.SET_UNKNOWN, {"set_number": 2}),
    (ReplyCode.SET_UNKNOWN, {"party": OTHER_BROKER}),
]


@pytest.mark.parametrize(("code", "change"), REFUSED)
def test_a_list_about_what_is_not_there_permits_nothing(code: ReplyCode, change: dict[str, int]) -> None:
    d = day()

    assert d.desk.control(list_permission(d.office, d.desk, BROKER, d.lines, changed=change)) == code
    assert d.desk.book.permits.lists == {}


def test_who_looks_into_a_difference_is_one_who_may_decide_it() -> None:
    """Dee takes it by her signature alone, gives it to Eve, and nobody has it any more; an administrator cannot."""
    d = day()
    ann = d.contracts[0]

    def code(**change: int) -> ReplyCode:
        act = AssignItemAct(**d.office.by(DEE), party=BROKER, trade_date=MONDAY, contract_no=ann, owner=DEE)
        answer: ReplyCode = d.desk.control(signed(replace(act, **change), DEE))
        return answer

    assert [code(), code(owner=EVE), code(owner=0), code(contract_no=0)] == [ACCEPTED] * 4
    assert code(owner=ANN) == code(owner=77) == ReplyCode.PERSON_UNKNOWN
    assert code(party=9) == ReplyCode.PARTY_UNKNOWN
    assert code(party=OTHER_BROKER) == ReplyCode.CONTRACT_UNKNOWN
    assert code(trade_date=TUESDAY) == code(trade_date=20_260_230) == ReplyCode.DATE_NOT_UNSETTLED
    d.desk.done(d.office.hired(6, Right.DAY))
    act = AssignItemAct(**d.office.by(6), party=BROKER, trade_date=MONDAY, contract_no=0, owner=DEE)
    assert d.desk.control(signed(act, 6)) == ReplyCode.RIGHT_MISSING
    same_after_all(d.desk)
