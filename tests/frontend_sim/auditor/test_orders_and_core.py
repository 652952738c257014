"""Two opinions written apart, the auditor's and the ledger core's, about orders through the bank by chance.

They share no code but the wire's words. A difference means that one of them reads the page wrongly.
One seed again: `pytest tests/frontend_sim/auditor/test_orders_and_core.py -k "[17]"`.
"""

import random
from collections import Counter
from collections.abc import Callable
from math import floor

import pytest

from frontend_sim.auditor.accounts.freeze import FreezeKey
from frontend_sim.auditor.orders import judging
from frontend_sim.auditor.register import Totals
from ledger.core import engine
from ledger.core.control.orders.reports import judge_lowering, lower_by_act
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.codes import ReplyCode
from protocol.vocabulary import RecordKind
from tests.frontend_sim.auditor.ordering import Onlooker
from tests.ledger_core.desk import Answer, Desk, Frame
from tests.ledger_core.ordering.by_chance import Trading

STEPS = 60


class Counting(Onlooker):
    """An onlooker that knows how often each kind was told what."""

    told: Counter[tuple[int, ReplyCode]]

    def seen(self, frames: list[Frame], first_numbers: list[int], answers: list[Answer]) -> None:
        kinds = [kind for frame in frames for kind in frame.records["kind"].tolist()]
        self.told.update((kind, answer.code) for kind, answer in zip(kinds, answers, strict=True))
        super().seen(frames, first_numbers, answers)


def begun(seed: int, steps: int = STEPS) -> tuple[Desk, Counting, Trading]:
    """A history that both have seen, and that may go on."""
    desk = Desk()
    onlooker = Counting(desk)
    onlooker.told = Counter()
    trading = Trading(random.Random(seed), onlooker, desk)
    trading.begin()
    for _ in range(steps):
        trading.step()
    return desk, onlooker, trading


def traded(seed: int, steps: int = STEPS) -> tuple[Desk, Counting]:
    """Likewise."""
    return begun(seed, steps)[:2]


def must_agree(desk: Desk, onlooker: Onlooker) -> None:
    """On every answer and every total."""
    assert onlooker.auditor.mismatches == []
    by_core = {entry.party: Totals(*entry.amounts_fen) for entry in engine.totals(desk.book) if any(entry.amounts_fen)}
    assert {party: each for party, each in onlooker.auditor.totals().items() if any(each)} == by_core


@pytest.mark.parametrize("seed", range(8))
def test_the_auditor_and_the_core_agree_on_every_answer_and_every_total(seed: int) -> None:
    must_agree(*traded(seed))


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(8, 400))
def test_they_agree_over_many_more(seed: int) -> None:
    test_the_auditor_and_the_core_agree_on_every_answer_and_every_total(seed)


def test_what_is_drawn_comes_to_every_end() -> None:
    """Else the histories would be worth little."""
    told: Counter[tuple[int, ReplyCode]] = Counter()
    for seed in range(8):
        told += traded(seed)[1].told
    accepted = {kind for kind, code in told if code == ReplyCode.ACCEPTED}
    assert accepted >= {*range(RecordKind.ORDER, RecordKind.CANCEL_REFUSED + 1), RecordKind.SIGNED_ON}
    codes = {code for kind, code in told if kind >= RecordKind.ORDER}
    assert codes >= {
        ReplyCode.REQUEST_MALFORMED,
        ReplyCode.ROLE_FORBIDS,
        ReplyCode.NOT_SIGNED_ON,
        ReplyCode.SCHEME_FORBIDS,
        ReplyCode.ORDER_UNKNOWN,
        ReplyCode.LISTED,
        ReplyCode.FUNDS_FROZEN,
        ReplyCode.QUANTITY_OUT_OF_LOTS,
    }


@pytest.mark.parametrize("seed", range(4))
def test_they_agree_when_two_people_lower_what_was_reported(seed: int) -> None:
    """Of every order that may be lowered a lot less was executed; then its broker goes on."""
    desk, onlooker, trading = begun(seed)
    lowered = 0
    for key, order in [*onlooker.auditor.through_bank.orders.items()]:
        words, lot = order.words, 10 if order.tariff.multiplier > 1 else 100
        less = max(0, words.executed - lot)
        turnover = words.turnover * less // max(1, words.executed)
        act = lowering(order.contract_no, key, (words.executed, words.turnover), (less, turnover))
        if judge_lowering(desk.book, act) == ReplyCode.ACCEPTED:
            lower_by_act(desk.book, act)
            judging.lower(onlooker.auditor, key, less, turnover)
            lowered += 1
    for _ in range(STEPS):
        trading.step()
    assert lowered
    must_agree(desk, onlooker)


def lowering(contract_no: int, key: FreezeKey, has: tuple[int, int], true: tuple[int, int]) -> CorrectReportAct:
    """What they sign."""
    date, seat, number = key
    return CorrectReportAct(
        author=1,
        bank="0" * 16,
        reason="as it is",
        serial=1,
        valid_until_s=1,
        contract_no=contract_no,
        trade_date=date,
        seat=seat,
        number=number,
        has_quantity=has[0],
        has_turnover=has[1],
        quantity=true[0],
        turnover=true[1],
    )


def rounded_down(number: int, parts: int) -> int:
    """A fen less, half of the time."""
    return number // parts


def never(*_: object) -> bool:
    """Whatever is asked."""
    return False


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("rules.orders.fees.rounded", rounded_down),
        ("rules.orders.told._is_traded", never),
        ("rules.orders.taking.are_lots", never),
        ("frontend_sim.auditor.orders.charges.half_up", floor),
        ("frontend_sim.auditor.orders.judging._may_be_gone", lambda *_: True),
        ("frontend_sim.auditor.orders.order.Ordered._cancel_refused", lambda order, _: order.words),
    ],
)
def test_an_error_of_either_is_found_by_the_other(
    where: str, wrong: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, wrong)
    assert any(traded(seed)[1].auditor.mismatches for seed in range(8))
