"""The open date is signed off: nothing is frozen any more, all else works, and the next date is traded again."""

import itertools

import numpy as np
import pytest

from ledger.core.state.forms.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.messages.customers.accounts import ChangeContract
from protocol.messages.day.steps import SignOff
from protocol.vocabulary import ContractEvent, ContractStatus, DateEvent, DatePhase
from rules.day.states import DATE_PHASES, next_phase
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.desk import (
    MONDAY,
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    freeze,
    joined,
    record,
    release,
    withdrawal,
)

ACCEPTED, CLOSED = ReplyCode.ACCEPTED, ReplyCode.MARKET_CLOSED


@pytest.mark.parametrize(("phase", "event"), list(itertools.product(DatePhase, DateEvent)))
def test_the_table_is_what_is_asked(phase: DatePhase, event: DateEvent) -> None:
    assert next_phase(phase, event) == DATE_PHASES.get((phase, event))


@pytest.mark.parametrize("phase", DatePhase)
def test_a_date_is_signed_off_in_the_phase_that_the_table_says(phase: DatePhase) -> None:
    desk = Desk()
    desk.book.phase = phase
    after = next_phase(phase, DateEvent.SIGN_OFF)

    code = desk.control(SignOff(MONDAY))

    assert code == (ReplyCode.STEP_NOT_DUE if after is None else ACCEPTED)
    assert desk.book.phase == (phase if after is None else after)


def test_another_date_is_not_signed_off() -> None:
    desk = Desk()
    desk.roll(TUESDAY)

    assert desk.control(SignOff(MONDAY)) == ReplyCode.STEP_NOT_DUE
    assert desk.book.phase == DatePhase.TRADING


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
def test_after_sign_off_only_freezing_is_refused(padding: int) -> None:
    """1,000 on the account, 300 frozen before: 100 are filled, 150 released, 40 drawn from the bank and 7 brought."""
    desk = Desk()
    contract = desk.open(1_000)
    order = desk.freeze(contract, 300)
    desk.done(SignOff(MONDAY))
    malformed = joined(*[record(0, contract, 0)] * padding)

    asked = [
        freeze(contract, 1),
        fill_buy(order, contract, 100),
        release(order, contract, 150),
        fill_sell(contract, 20),
    ]
    frames = [Frame(SEAT, joined(*asked)), Frame(SAVINGS_SEAT, joined(withdrawal(contract, 40), deposit(contract, 7)))]
    told = codes(desk.send(*frames, *([Frame(SEAT, malformed)] if padding else [])))

    assert told[:6] == [CLOSED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]
    assert desk.money(contract) == (967, 50, 100, 20)


@pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])
def test_the_state_of_the_contract_ranks_before_the_market_and_the_market_before_the_amount(padding: int) -> None:
    desk = Desk()
    suspended, active = desk.open(10, status=ContractStatus.SUSPENDED), desk.open(10)
    desk.done(SignOff(MONDAY))

    frames = [Frame(SEAT, joined(freeze(suspended, 1), freeze(active, 0), freeze(active, 11)))]
    frames += [Frame(SEAT, joined(*[record(0, active, 0)] * padding))] * bool(padding)

    assert codes(desk.send(*frames))[:3] == [ReplyCode.CONTRACT_SUSPENDED, CLOSED, CLOSED]


def test_the_next_date_is_traded() -> None:
    desk = Desk()
    contract = desk.open(1_000)
    desk.done(SignOff(MONDAY))
    assert desk.control(ChangeContract(contract, ContractEvent.SUSPEND), SEAT) == ACCEPTED
    assert desk.control(ChangeContract(contract, ContractEvent.RESUME), SEAT) == ACCEPTED
    desk.roll(TUESDAY)

    assert codes(desk.send(Frame(SEAT, freeze(contract, 1_000)))) == [ACCEPTED]
    assert desk.control(SignOff(TUESDAY)) == ACCEPTED


def test_a_snapshot_keeps_the_phase() -> None:
    desk = Desk()
    contract = desk.open(1_000)
    desk.done(SignOff(MONDAY))

    desk.book = from_arrays({name: np.array(array) for name, array in to_arrays(desk.book).items()})

    assert desk.book.phase == DatePhase.SIGNED_OFF
    assert codes(desk.send(Frame(SEAT, freeze(contract, 1)))) == [CLOSED]
