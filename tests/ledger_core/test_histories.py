"""Random histories over several trade dates, with settlements, against a model that adds up record by record.

Belongs here: that ring, table, totals and carried freezes come out as plain addition says, also from a snapshot and by
replay. Never here: single rules (test_unsettled).
"""

import numpy as np
import pytest

from ledger.core.invariants import check_book
from ledger.core.state.arrays import from_arrays, to_arrays
from protocol.codes import ReplyCode
from protocol.records import RecordArray
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import RecordKind, contract_no_from_index
from tests.follower import naive
from tests.ledger_core.desk import SEAT, SECOND_SEAT, Desk, Frame, Target, joined, record
from tests.ledger_core.test_lane_and_law import assert_same_books

CONTRACTS = 5
STEPS = 60


class History:
    """A desk, what was frozen, and every code that was answered."""

    def __init__(self, seed: int) -> None:
        self.rng, self.desk = np.random.default_rng(seed), Desk()
        self.contracts = [self.desk.open(5_000) for _ in range(CONTRACTS)]
        self.freezes: list[tuple[Target, int]] = []
        self.codes: set[int] = set()

    def step(self) -> None:
        """A block, a roll if there is a slot, or a settlement if a date is in turn."""
        rng, desk, ring = self.rng, self.desk, self.desk.book.unsettled
        choice = rng.random()
        if choice < 0.15 and not ring.is_full():
            desk.roll(date_of_day(trade_day(desk.book.trade_date) + int(rng.integers(1, 4))))
        elif choice < 0.28 and ring.date_in_turn():
            desk.settle(ring.date_in_turn())
        else:
            self._block(SEAT if rng.random() < 0.7 else SECOND_SEAT, int(rng.integers(1, 30)))

    def _block(self, seat: int, count: int) -> None:
        date, first = self.desk.book.trade_date, int(self.desk.book.next_number[seat])
        records = [self._record() for _ in range(count)]
        answers = self.desk.send(Frame(seat, joined(*records)))
        self.codes |= {answer.code for answer in answers}
        for place, (asked, answer) in enumerate(zip(records, answers, strict=True)):
            if asked["kind"][0] == RecordKind.FREEZE and answer.code == ReplyCode.ACCEPTED:
                self.freezes.append(((date, seat, first + place), int(asked["contract_no"][0])))

    def _record(self) -> RecordArray:
        """A freeze, or a fill or release of one of the last of them, executed today or some days ago."""
        rng = self.rng
        kind = int(rng.choice([1, 1, 1, 2, 3, 3, 3, 4])) if self.freezes else RecordKind.FREEZE
        contract_no = contract_no_from_index(int(rng.integers(CONTRACTS)))
        fields: dict[str, int] = {}
        if kind in (RecordKind.RELEASE, RecordKind.FILL_BUY):
            target, contract_no = self.freezes[-1 - int(rng.integers(min(40, len(self.freezes))))]
            fields = dict(zip(("target_date", "target_seat", "target_number"), target, strict=True))
        if kind in (RecordKind.FILL_BUY, RecordKind.FILL_SELL):
            fields["trade_day"] = trade_day(self.desk.book.trade_date) - int(rng.choice([0, 0, 0, 1, 2, 3, 6]))
        return record(kind, contract_no, int(rng.integers(1, 50)), **fields)


@pytest.mark.parametrize("seed", range(8))
def test_histories_come_out_as_plain_addition_says(seed: int) -> None:
    history = History(seed)
    desk = history.desk

    for place in range(STEPS):
        history.step()
        if place % 20 == 10:
            desk.book = from_arrays({name: array.copy() for name, array in to_arrays(desk.book).items()})
        check_book(desk.book)

    expected = naive.expect(desk.rows)
    in_ring: dict[tuple[int, int], list[int]] = {}
    for contract_no, account in expected.accounts.items():
        assert desk.money(contract_no) == (account.balance, account.frozen, account.bought, account.sold)
        for date, amounts in desk.unsettled(contract_no).items():
            in_ring[trade_day(date), contract_no] = list(amounts)
    unpaid = {
        (trade_day(date), contract_no_from_index(index)): [bought, sold] for date, index, bought, sold in desk.unpaid()
    }
    settled = {trade_day(date) for date in expected.settled}
    assert in_ring | unpaid == expected.unsettled
    assert {day for day, _ in unpaid} <= settled
    assert not {day for day, _ in in_ring} & settled
    assert_same_books(desk.book, desk.replayed())
    assert {ReplyCode.ACCEPTED, ReplyCode.LISTED} <= history.codes
    assert len(settled) > 1
