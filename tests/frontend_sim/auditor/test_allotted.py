"""A held order that a later set names, in two opinions written apart: the auditor's and the core's."""

import numpy as np

from frontend_sim.auditor.accounts.freeze import Freeze
from frontend_sim.auditor.auditor import Auditor
from frontend_sim.auditor.day.clearing import SetAudit
from frontend_sim.auditor.day.comparing import differ
from frontend_sim.auditor.day.reconciling import DateAudit
from frontend_sim.trading_session.days.planted import expected_of
from ledger.core.lines.answers import set_differences
from protocol.messages.day.steps import Publish, Reconcile
from protocol.records import OUTCOME, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ContractStatus, Fate, Role
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.test_allotted import held, partly, signed_off
from tests.ledger_core.corrections.words import closing
from tests.ledger_core.desk import BROKER, MONDAY, TUESDAY, Desk, Target, account_of, joined
from tests.ledger_core.lines.words import buy, order, send_whole


def seen(*others: RecordArray, waiting: bool) -> tuple[Desk, DateAudit, int, Target]:
    """Tuesday's set names the order of `held`, and has `others`; `waiting`: whether the auditor knows that it may."""
    desk, ann, target = held()
    signed_off(desk)
    auditor = Auditor()
    auditor.register_party(BROKER, Role.BROKER, True)
    auditor.open_account(account_of(ann), 10_000)
    contract = auditor.sign_contract(ann, account_of(ann), BROKER, ContractStatus.ACTIVE, MONDAY)
    contract.freezes[target] = Freeze(6_000, 0)
    contract.account.move(trade_day(MONDAY), frozen_fen=6_000)
    lines = joined(*partly(target, ann), *others)
    send_whole(desk, lines, on=TUESDAY)
    told = SetAudit(auditor, BROKER, TUESDAY, waiting={target} if waiting else ())
    (row,) = [row for row in desk.rows if row.records == lines.tobytes()]
    told.judge(lines, np.frombuffer(row.outcomes, OUTCOME))
    desk.done(Reconcile(TUESDAY, BROKER, 0))
    return desk, DateAudit(told), ann, target


def test_both_take_it_compare_it_and_end_it_alike() -> None:
    """26.00 of 60.00 are drawn, 34.00 go back; an order that is nowhere is missing here in both opinions."""
    nowhere = (TUESDAY, 11, 77)
    desk, date, ann, target = seen(order(nowhere, 98, 100, on=TUESDAY), buy(nowhere, 98, 100, on=TUESDAY), waiting=True)
    assert date.told.mismatches == []
    assert differ(date.differences(), expected_of(set_differences(desk.book, BROKER, TUESDAY, 0).differences)) == ""
    desk, date, ann, target = seen(waiting=True)
    assert (date.told.mismatches, date.differences()) == ([], [])
    desk.done(Publish(TUESDAY, BROKER))

    for drawn_fen, released_fen in ((2_500, 3_500), (2_600, 3_400), (2_600, 3_400)):
        record = closing(target, ann, drawn_fen, released_fen, TUESDAY)
        desk.ask(DAY_SEAT, record)
        date.judge(record, np.frombuffer(desk.rows[-1].outcomes, OUTCOME))

    assert date.mismatches == []
    of_day = date.told.auditor.contracts[ann].account.of(trade_day(TUESDAY))
    assert (of_day.bought_fen, desk.money(ann)) == (2_600, (10_000, 0, 2_600, 0))


def test_an_auditor_that_knows_of_no_held_order_says_so() -> None:
    _, date, _, _ = seen(waiting=False)

    assert len(date.told.mismatches) == 2


def test_held_on_it_is_not_ended() -> None:
    told = SetAudit(Auditor(), BROKER, TUESDAY, waiting={(MONDAY, 11, 1)})
    assert not told.ends((MONDAY, 11, 1))
    told.auditor.register_party(BROKER, Role.BROKER, True)
    told.auditor.open_account(1, 100)
    contract = told.auditor.sign_contract(98, 1, BROKER, ContractStatus.ACTIVE, MONDAY)
    contract.freezes[MONDAY, 11, 1] = Freeze(100)
    accepted = np.zeros(1, OUTCOME)
    for fate, ends in ((Fate.HELD, False), (Fate.CANCELLED, True)):
        once = SetAudit(told.auditor, BROKER, TUESDAY, waiting=told.waiting)
        once.judge(order((MONDAY, 11, 1), 98, 100, fate=fate, on=TUESDAY), accepted)
        assert once.ends((MONDAY, 11, 1)) is ends
