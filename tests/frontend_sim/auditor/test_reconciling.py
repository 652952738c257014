"""Two opinions written apart, the auditor's and the core's, about a date that differs from its clearing set: what
is found, what two people sign, what corrections move.
"""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend_sim.auditor.accounts.freeze import Freeze
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.day.clearing import SetAudit
from frontend_sim.auditor.day.comparing import differ
from frontend_sim.auditor.day.reconciling import DateAudit, Permitted
from frontend_sim.trading_session.days.planted import expected_of
from ledger.core.book_answers import BookAnswers
from ledger.core.lines.answers import clearing_set, set_differences
from protocol.acts.corrections import CorrectAct
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import CorrectionAnswer, CorrectionQuery
from protocol.messages.queries import differences_digest
from protocol.records import OUTCOME, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import BANK_PARTY, ContractStatus, DifferenceClass, Fate, LaneState, Role
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import DEE, FAR, permission, staffed, withdrawal
from tests.ledger_core.corrections.words import (
    SEATS,
    Both,
    both_of,
    closing,
    compared,
    correction,
    reversals,
    signed_off,
    stands,
)
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    TUESDAY,
    Desk,
    account_of,
    fill_buy,
    fill_sell,
    freeze,
    joined,
)
from tests.ledger_core.lines.words import buy, event, order, sell
from tests.people import signed


class Traded(NamedTuple):
    """What a customer did, and what the broker's set says of it. In fen."""

    balance_fen: int
    frozen_fen: int
    filled_fen: int  # at most what was frozen
    sold_fen: int
    cleared_fen: int  # of the order, 0: no line of it
    stray_fen: int  # of a buy without an order
    cleared_sold_fen: int
    fees_fen: int  # of that sale
    told_released_fen: int
    rejected_fen: int


AMOUNT = st.sampled_from((0, 0, 5, 10, 40, 90, 100))
TRADED = st.builds(Traded, st.sampled_from((0, 50, 100, 300)), *[AMOUNT] * 9)


def opinions(party: int, customers: list[Traded]) -> tuple[Desk, DateAudit, list[int]]:
    """The bank, compared with its set, and the auditor, who has seen the same."""
    desk, auditor, seat = Desk(), Auditor(), SEATS[party]
    auditor.register_party(party, Role.BROKER, party == BROKER)
    contracts, lines = [], []
    for place, one in enumerate(customers, start=1):
        no = desk.open(one.balance_fen, party)
        contracts.append(no)
        auditor.open_account(account_of(no), one.balance_fen)
        contract = auditor.sign_contract(no, account_of(no), party, ContractStatus.ACTIVE, MONDAY)
        if one.sold_fen:
            desk.ask(seat, fill_sell(no, one.sold_fen))
            contract.account.move(trade_day(MONDAY), sold_fen=one.sold_fen if party == BROKER else 0)
        frozen_fen = min(one.frozen_fen, contract.account.buying_power_fen)
        lines.append(event(no))
        if frozen_fen:
            target, filled_fen = desk.freeze(no, frozen_fen, seat), min(one.filled_fen, frozen_fen)
            if filled_fen:
                desk.ask(seat, fill_buy(target, no, filled_fen))
            contract.freezes[target] = Freeze(frozen_fen, filled_fen)
            contract.account.move(trade_day(MONDAY), frozen_fen - filled_fen, filled_fen)
            fate = Fate.PARTLY if one.cleared_fen else Fate.CANCELLED
            lines.append(order(target, no, frozen_fen, one.told_released_fen, fate))
            lines += [buy(target, no, one.cleared_fen)] if one.cleared_fen else []
        lines += [buy((MONDAY, seat, 900 + place), no, one.stray_fen)] if one.stray_fen else []
        if one.cleared_sold_fen:
            lines.append(sell(place, no, one.cleared_sold_fen, one.fees_fen))
    desk_lines = joined(*lines)
    signed_off(desk)
    compared(desk, party, *lines)
    told = SetAudit(auditor, party, MONDAY)
    (row,) = [row for row in desk.rows if row.records == desk_lines.tobytes()]
    told.judge(desk_lines, np.frombuffer(row.outcomes, OUTCOME))
    assert told.mismatches == []
    return desk, DateAudit(told), contracts


def agrees(desk: Desk, date: DateAudit, party: int) -> None:
    """Both find the same, and people sign for the same."""
    found = set_differences(desk.book, party, MONDAY, 0).differences
    assert differ(date.differences(), expected_of(found)) == ""
    for each in DifferenceClass:
        of_class = [one for one in found if one.difference_class == each and one.compared_field not in (8, 9)]
        assert date.to_sign(each) == (len(of_class), differences_digest(of_class).hex())


def records_of(answer: CorrectionAnswer, act: int) -> RecordArray:
    closings = [
        closing(
            (each.order_date, each.order_seat, each.order_number),
            answer.contract_no,
            each.drawn_fen,
            each.released_fen,
        )
        for each in answer.closings
    ]
    return joined(*closings, correction(answer.contract_no, both_of(answer), act))


@pytest.mark.parametrize("party", [BROKER, OTHER_BROKER])
@settings(max_examples=25, deadline=None)
@given(customers=st.lists(TRADED, min_size=1, max_size=3))
def test_auditor_and_core_find_sign_and_correct_the_same(party: int, customers: list[Traded]) -> None:
    """Of each contract: without an act, by an act that allows a fen too little, by one that allows it, once more."""
    desk, date, contracts = opinions(party, customers)
    agrees(desk, date, party)
    office, permits = staffed(desk), dict[tuple[int, int], Permitted]()
    date.permits = permits
    for no, one in zip(contracts, customers, strict=True):
        for slack_fen in (None, -1, 0, 0):
            rejected_fen = 0 if slack_fen is None else one.rejected_fen
            query = CorrectionQuery(MONDAY, party, 0, no, rejected_fen)
            answer = BookAnswers(desk.book).answer(BANK_PARTY, query)
            assert isinstance(answer, CorrectionAnswer)
            act = 0
            if slack_fen is not None and rejected_fen <= answer.cleared_buys_fen:
                permit = Permitted(
                    answer.cleared_buys_fen,
                    answer.cleared_proceeds_fen,
                    rejected_fen,
                    max(0, answer.cleared_buys_fen - answer.made_good_buys_fen - answer.has_bought_fen),
                    max(0, answer.made_good_buys_fen + answer.made_good_proceeds_fen + slack_fen),
                )
                names = (
                    "cleared_buys_fen",
                    "cleared_proceeds_fen",
                    "rejected_fen",
                    "rise_max_fen",
                    "made_good_max_fen",
                )
                number = clearing_set(desk.book, party, MONDAY).number
                of_set = {"party": party, "trade_date": MONDAY, "set_number": number, "last_date": FAR}
                fields = {**of_set, "contract_no": no, **dict(zip(names, permit, strict=True))}
                told = desk.told(signed(CorrectAct(**office.by(DEE), **fields), DEE, 5))  # type: ignore[arg-type]
                assert told.code == ReplyCode.ACCEPTED
                act = told.remaining_fen
                permits[act, no] = permit
            records = records_of(answer, act)
            desk.ask(DAY_SEAT, records)
            outcomes = np.frombuffer(desk.rows[-1].outcomes, OUTCOME)
            date.judge(records, outcomes)
            assert date.mismatches == []
            if act and outcomes["code"][-1] == ReplyCode.ACCEPTED:
                del permits[act, no]
    _has_the_same(desk, date, contracts)


@pytest.mark.parametrize("party", [BROKER, OTHER_BROKER])
@settings(max_examples=25, deadline=None)
@given(customers=st.lists(TRADED, min_size=1, max_size=3), spent_fen=st.lists(AMOUNT, min_size=3, max_size=3))
def test_auditor_and_core_take_back_the_same(party: int, customers: list[Traded], spent_fen: list[int]) -> None:
    """Each contract is corrected, as two people permit; its money is frozen on Tuesday, so that something may stay."""
    desk, date, contracts = opinions(party, customers)
    office, permits = staffed(desk), dict[tuple[int, int], Permitted]()
    date.permits = permits
    for no, one in zip(contracts, customers, strict=True):
        answer = BookAnswers(desk.book).answer(BANK_PARTY, CorrectionQuery(MONDAY, party, 0, no, one.rejected_fen))
        assert isinstance(answer, CorrectionAnswer)
        both = (answer.cleared_buys_fen, answer.cleared_proceeds_fen)
        if one.rejected_fen > both[0]:
            continue
        bounds = {"rise_max_fen": both[0], "made_good_max_fen": sum(both) + answer.has_sold_fen}
        named = Both(*both, answer.has_bought_fen, answer.has_sold_fen)
        act = desk.told(permission(office, desk, party, no, named, one.rejected_fen, bounds)).remaining_fen
        permits[act, no] = Permitted(*both, one.rejected_fen, *bounds.values())
        judged(desk, date, records_of(answer, act))
    desk.roll(TUESDAY)
    for no, fen in zip(contracts, spent_fen, strict=False):
        if fen and desk.ask(SEATS[party], freeze(no, fen))[0].code == ReplyCode.ACCEPTED:
            date.told.auditor.contracts[no].account.move(trade_day(TUESDAY), fen)
    date.told.auditor.unsettled_days |= {trade_day(MONDAY), trade_day(TUESDAY)}

    act = desk.told(withdrawal(office, party)).remaining_fen
    date.withdraw(act)

    left = reversals(desk, party) if date.left else []
    for one_fen in (1, 0):
        for each in left:
            otherwise = each.copy()
            otherwise["made_good_buys_fen"] += one_fen
            judged(desk, date, otherwise)
        for each in left:
            of_other_act = each.copy()
            of_other_act["act_number"] += 1
            judged(desk, date, of_other_act)
    assert not date.left
    assert stands(desk, party) == LaneState.FINISHED
    assert all(not date.told.auditor.contracts[no].told_of for no in contracts)
    _has_the_same(desk, date, contracts)


def judged(desk: Desk, date: DateAudit, records: RecordArray) -> None:
    """The bank decides, and the auditor would have decided likewise."""
    desk.ask(DAY_SEAT, records)
    date.judge(records, np.frombuffer(desk.rows[-1].outcomes, OUTCOME))
    assert date.mismatches == []


def _has_the_same(desk: Desk, date: DateAudit, contracts: list[int]) -> None:
    for no in contracts:
        account = date.told.auditor.contracts[no].account
        auditors = (account.balance_fen, account.frozen_fen, account.bought_fen, account.sold_fen)
        assert auditors == desk.money(no)


def test_what_is_otherwise_is_said() -> None:
    """A fen less in what was found, a record that names another amount, a correction that nobody signed."""
    one = Traded(300, 100, 90, 0, 100, 0, 0, 0, 5, 0)
    desk, date, (no,) = opinions(BROKER, [one])
    found = expected_of(set_differences(desk.book, BROKER, MONDAY, 0).differences)
    assert [(each.bank_has, each.set_says) for each in found] == [(0, 5)]
    assert "found and not expected" in differ(date.differences(), [found[0]._replace(set_says=6)])
    assert differ(found * 2, found[:1] + found) == ""

    answer = BookAnswers(desk.book).answer(BANK_PARTY, CorrectionQuery(MONDAY, BROKER, 0, no, 0))
    assert isinstance(answer, CorrectionAnswer)
    records = records_of(answer, 0)
    records = records.copy()
    records["amount_fen"][-1] += 1
    date.judge(records, np.zeros(len(records), OUTCOME))
    assert len(date.mismatches) == 2  # closing tells that the order is closed, and the correction is none
