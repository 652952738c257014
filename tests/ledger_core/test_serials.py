"""A movement of the savings desk that is told twice is booked once: by the desk's own serial, per seat and date."""

import numpy as np
import pytest

from protocol.codes import ReplyCode
from protocol.messages.control import RegisterSeat
from protocol.records import OUTCOME
from protocol.vocabulary import BANK_PARTY, SeatRole
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core import desk as desks
from tests.ledger_core.desk import (
    SEAT,
    TUESDAY,
    Desk,
    Frame,
    codes,
    deposit,
    freeze,
    joined,
    record,
    serialled,
    withdrawal,
)
from tests.ledger_core.test_lane_and_law import send_checked

ACCEPTED, USED = ReplyCode.ACCEPTED, ReplyCode.SERIAL_USED
OTHER_SAVINGS_SEAT = 77


def told(desk: Desk, contract: int, padding: int, *serials: int) -> list[ReplyCode]:
    """Deposits of 1 fen under these serials, in one block with the padding behind them."""
    frames = [Frame(SAVINGS_SEAT, serialled(joined(*[deposit(contract, 1)] * len(serials)), *serials))]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, contract, 0)] * padding)))
    return codes(desk.send(*frames))[: len(serials)]


both = pytest.mark.parametrize("padding", [0, 20], ids=["law", "lane"])


@both
def test_what_rises_is_booked_and_what_does_not_is_not(padding: int) -> None:
    desk = Desk()
    contract = desk.open(0)

    assert told(desk, contract, padding, 5, 7, 7, 6, 8) == [ACCEPTED, ACCEPTED, USED, USED, ACCEPTED]
    assert told(desk, contract, padding, 8, 9) == [USED, ACCEPTED]
    assert desk.money(contract)[0] == 4


@both
def test_without_serials_nothing_is_counted_and_after_one_none_may_miss(padding: int) -> None:
    desk = Desk()
    contract = desk.open(0)

    assert told(desk, contract, padding, 0, 0, 3, 0, 4) == [ACCEPTED, ACCEPTED, ACCEPTED, USED, ACCEPTED]
    assert told(desk, contract, padding, 0) == [USED]


@both
def test_a_refused_movement_may_be_told_again_under_its_serial(padding: int) -> None:
    desk = Desk()
    contract = desk.open(10)
    asked = serialled(joined(withdrawal(contract, 11), deposit(contract, 1), withdrawal(contract, 11)), 1, 1, 1)
    frames = [Frame(SAVINGS_SEAT, asked)]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, contract, 0)] * padding)))

    assert codes(desk.send(*frames))[:3] == [ReplyCode.INSUFFICIENT_FUNDS, ACCEPTED, USED]
    assert desk.money(contract)[0] == 11


@both
def test_a_serial_below_0_is_out_of_range(padding: int) -> None:
    desk = Desk()
    contract = desk.open(0)

    assert told(desk, contract, padding, -1, -(2**63), 2**63 - 1) == [
        ReplyCode.AMOUNT_OUT_OF_RANGE,
        ReplyCode.AMOUNT_OUT_OF_RANGE,
        ACCEPTED,
    ]


@both
def test_each_seat_counts_for_itself_and_each_date_anew(padding: int, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    contract = desk.open(0)
    monkeypatch.setitem(desks.OWNERS, OTHER_SAVINGS_SEAT, BANK_PARTY)
    desk.done(RegisterSeat(OTHER_SAVINGS_SEAT, BANK_PARTY, SeatRole.SAVINGS_DESK))
    assert told(desk, contract, padding, 9) == [ACCEPTED]

    other = serialled(deposit(contract, 1), 2)
    assert codes(desk.send(Frame(OTHER_SAVINGS_SEAT, other), Frame(SAVINGS_SEAT, other))) == [ACCEPTED, USED]
    desk.roll(TUESDAY)
    assert told(desk, contract, padding, 1) == [ACCEPTED]
    assert desk.money(contract)[0] == 3


def test_lane_and_law_agree_on_serials_of_any_order() -> None:
    """Movements of two accounts under serials that mostly rise, beside freezes on the same accounts."""
    rng = np.random.default_rng(5)
    desk = Desk()
    contracts = [desk.open(500), desk.open(500)]
    seen: set[ReplyCode] = set()
    for _ in range(60):
        count = int(rng.integers(9, 30))
        kinds, places = rng.integers(2, size=(2, count)).tolist()
        movements = [(deposit, withdrawal)[k](contracts[p], 40) for k, p in zip(kinds, places, strict=True)]
        last = int(desk.book.seat_serial[SAVINGS_SEAT])
        serials = last + np.cumsum(rng.choice([1, 1, 1, 1, 0, -1], count))
        frames = [
            Frame(SAVINGS_SEAT, serialled(joined(*movements), *np.maximum(serials, 0).tolist())),
            Frame(SEAT, joined(freeze(contracts[0], 30), freeze(contracts[1], 30))),
        ]
        outcomes = np.frombuffer(send_checked(desk, frames), OUTCOME)
        seen |= {ReplyCode(code) for code in outcomes["code"].tolist()}
        if rng.integers(20) == 0:
            desk.roll(desk.book.trade_date + 1)
    assert {ACCEPTED, USED, ReplyCode.FUNDS_FROZEN} <= seen
