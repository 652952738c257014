"""What is gated, as it is kept: by lane and contract, due for good, the same from arrays, each entry in a slice."""

import numpy as np
import pytest

from ledger.core.settling.gate import is_gated
from ledger.core.state.day.clearing import LaneKey
from ledger.core.state.day.gated import Gated, GatedLane
from ledger.core.state.forms.arrays import from_arrays, to_arrays
from ledger.core.state.forms.slices import state_slices
from ledger.core.state.forms.slices_of_sets import GATED_SLICE_ENTRIES
from protocol.codes import ReplyCode
from protocol.errors import InvariantBroken
from protocol.messages.day.steps import Publish, SignOff
from protocol.messages.feeds import Notice
from protocol.vocabulary import Fate, LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.words import SEATS, compared
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    fill_sell,
    same_after_all,
)
from tests.ledger_core.lines.words import agree, event, order, sell
from tests.ledger_core.settling.words import begin, bought, published, set_off, settle, settlement, sold

MONDAYS = LaneKey(MONDAY, BROKER)


def of(trade_date: int, party: int, *entries: tuple[int, int, int]) -> GatedLane:
    """Contract index, proceeds, other of each."""
    contracts, proceeds_fen, other_fen = (np.array(column) for column in zip(*entries, strict=True))
    return GatedLane(trade_date, party, contracts.astype(np.int32), proceeds_fen, other_fen)


def gated() -> Gated:
    """Tuesday's lane of the broker is settled before its other's Monday; contract 5 has something of both dates."""
    table = Gated()
    table.put(of(MONDAY, BROKER, (2, 100, 0), (5, 40, 7)))
    table.put(of(TUESDAY, BROKER, (5, 9, 0), (8, 0, 3)))
    table.put(of(MONDAY, OTHER_BROKER, (6, 1, 1)))
    return table


def test_a_contract_has_what_is_gated_of_its_own_dates() -> None:
    table = gated()

    assert table.of_contract(5, BROKER) == {MONDAY: (40, 7), TUESDAY: (9, 0)}
    assert table.of_contract(8, BROKER) == {TUESDAY: (0, 3)}
    assert table.of_contract(6, BROKER) == table.of_contract(7, BROKER) == table.of_contract(5, OTHER_BROKER) == {}
    assert [lane.gated_fen for lane in table.lanes_of(BROKER)] == [147, 12]


def test_what_became_due_is_due_oldest_date_first_until_it_is_credited() -> None:
    """And a lane that is settled later is not due by what was discharged before."""
    table = gated()
    assert table.due_lane(BROKER) is None

    table.become_due(BROKER)
    table.put(of(TUESDAY, OTHER_BROKER, (6, 1, 1)))

    assert (table.due_lane(BROKER), table.due_lane(OTHER_BROKER)) == (table.lanes[MONDAYS], None)
    table.lanes[MONDAYS].proceeds_fen[:] = 0
    assert table.due_lane(BROKER) is table.lanes[MONDAYS]  # 7 of dividends are left
    table.lanes[MONDAYS].other_fen[:] = 0
    assert table.due_lane(BROKER) is table.lanes[LaneKey(TUESDAY, BROKER)]
    table.forget(table.lanes[LaneKey(TUESDAY, BROKER)])
    assert (table.due_lane(BROKER), table.of_contract(5, BROKER)) == (None, {})


def test_a_lane_is_settled_once_and_its_entries_are_in_order() -> None:
    table = gated()

    for wrong in (of(MONDAY, BROKER, (1, 1, 1)), of(20260110, BROKER, (4, 1, 1), (4, 1, 1))):
        with pytest.raises(InvariantBroken, match="gated of"):
            table.put(wrong)


def test_arrays_make_the_same_table_again_and_slices_see_every_fen() -> None:
    desk = Desk()
    desk.open(100)
    before = list(state_slices(desk.book))
    desk.book.gated = gated()
    desk.book.gated.become_due(OTHER_BROKER)
    desk.book.gated.lanes[MONDAYS].made_good_fen = 5
    many = of(TUESDAY, OTHER_BROKER, *((place, place, 1) for place in range(GATED_SLICE_ENTRIES + 1)))
    desk.book.gated.put(many)
    seen = list(state_slices(desk.book))
    assert len(seen) == len(before) + 1 + 4 + 1  # the heads, a slice of each lane, and one entry more of the last

    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})

    assert list(state_slices(copy)) == seen
    for change in range(3):
        column = (many.contracts, many.proceeds_fen, many.other_fen)[change]
        column[-1] += 1
        assert [was == now for was, now in zip(seen, state_slices(desk.book), strict=True)].count(False) == 1
        column[-1] -= 1
    desk.book.gated.lanes[MONDAYS].is_due = True
    assert [was == now for was, now in zip(seen, state_slices(desk.book), strict=True)].count(False) == 1


def test_an_array_too_much_is_noticed() -> None:
    desk = Desk()
    desk.book.gated = gated()
    arrays = to_arrays(desk.book)
    arrays["gated_contracts"] = np.append(arrays["gated_contracts"], np.int32(9))

    with pytest.raises(InvariantBroken, match="as many entries"):
        from_arrays(arrays)


def test_a_broker_is_gated_from_the_settle_step_of_what_it_owes_on() -> None:
    """Its customer sold for 50.00, so it owes them. Notice changes nothing, payment ends it; the other broker, whose
    customers owe, never is.
    """
    desk = Desk()
    ann = desk.open(100)
    desk.ask(SEAT, fill_sell(ann, 5_000))
    desk.done(SignOff(MONDAY))
    agree(desk)
    assert compared(desk, BROKER, event(ann), sell(1, ann, 5_000)) == [0, 0, 0, 0]
    desk.done(Publish(MONDAY, BROKER))
    assert not is_gated(desk.book, BROKER)

    lane = desk.book.clearing.lane(MONDAY, BROKER)
    lane.state = LaneState.SETTLING
    assert (is_gated(desk.book, BROKER), is_gated(desk.book, OTHER_BROKER)) == (True, False)
    assert desk.control(Notice(MONDAY, 0), SEATS[BROKER]) == ReplyCode.ACCEPTED
    assert is_gated(desk.book, BROKER)
    copy = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
    assert is_gated(copy, BROKER)


def test_a_held_order_of_a_settled_date_leans_on_all_that_waits() -> None:
    """Gil has nothing and sells for 9.00 on Monday; he orders for 9.00 of it on Tuesday, which is held; on Wednesday
    he sells for 3.44 and buys for 0.47. Set off are 0.47, of Monday's first, while Hal is not settled yet: up to
    Tuesday 8.53 have come for the 9.00 that are held. They are drawn for a later date, and Wednesday's 3.44 wait too.
    """
    desk = Desk()
    gil, hal = desk.open(0), desk.open(0)
    published(desk, event(gil), event(hal), *sold(desk, gil, 900))
    assert settle(desk) == [set_off(0)]
    desk.roll(TUESDAY)
    held = desk.freeze(gil, 900)
    published(desk, order(held, gil, 900, fate=Fate.HELD, on=TUESDAY), on=TUESDAY)
    assert settle(desk, TUESDAY) == []
    desk.roll(WEDNESDAY)
    lines = [*sold(desk, gil, 344), *sold(desk, hal, 5, 2), *bought(desk, gil, 47)]
    published(desk, *lines, on=WEDNESDAY)
    begin(desk, WEDNESDAY)

    assert desk.ask(DAY_SEAT, settlement(gil, 47, 344, on=WEDNESDAY)) == [set_off(47)]

    assert (desk.money(gil), desk.buying_power(gil)) == ((0, 900, 0, 1_197), (297, 0))
    assert desk.book.gated.of_contract(gil // 100, BROKER) == {MONDAY: (853, 0)}
    same_after_all(desk)
