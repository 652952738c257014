"""Drawn days and drawn sets: the comparison over columns finds what the page finds, and nothing else."""

import random
from collections import defaultdict

import pytest

from ledger.core.lines.answers import clearing_set, set_differences
from protocol.codes import ReplyCode
from protocol.messages.day.steps import CompleteSet, Reconcile, SignOff
from protocol.records import RecordArray
from protocol.vocabulary import ClearedEvent, ComparedField, DifferenceClass, Fate, RecordKind
from rules.day.clearing import brought_by
from rules.day.reconciliation import (
    ComparedContract,
    ComparedOrder,
    Found,
    contract_differences,
    order_differences,
)
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    TUESDAY,
    Desk,
    Target,
    fill_buy,
    fill_sell,
    joined,
    release,
    same_after_all,
)
from tests.ledger_core.lines.words import FEES, announce, buy, event, order, sell, send

SEATS = {BROKER: SEAT, OTHER_BROKER: OTHER_SEAT}


class DrawnDay:
    """A day of one broker by chance, its set, and what both are by plain counting."""

    def __init__(self, seed: int, party: int) -> None:
        self.chance, self.desk, self.party, self.seat = random.Random(seed), Desk(), party, SEATS[party]
        self.contracts = [self.desk.open(1_000_000, party) for _ in range(6)]
        self.desk.open(1_000, OTHER_BROKER if party == BROKER else BROKER)
        self.freezes: dict[Target, int] = {}
        self.drawn_fen: dict[Target, int] = defaultdict(int)
        self.released_fen: dict[Target, int] = defaultdict(int)
        self.frozen_fen: dict[Target, int] = {}
        self.sold_fen: dict[int, int] = defaultdict(int)
        for _ in range(14):
            self._trade()
        self.desk.done(SignOff(MONDAY))

    def _ask(self, record: RecordArray) -> bool:
        return self.desk.ask(self.seat, record)[0].code == ReplyCode.ACCEPTED

    def _trade(self) -> None:
        chance, contract_no = self.chance, self.chance.choice(self.contracts)
        if chance.random() < 0.25:
            fen = chance.randint(1, 50)
            if self._ask(fill_sell(contract_no, fen)):
                self.sold_fen[contract_no] += fen
            return
        frozen_fen = chance.randint(10, 90)
        target = self.desk.freeze(contract_no, frozen_fen, self.seat)
        self.freezes[target], self.frozen_fen[target] = contract_no, frozen_fen
        for _ in range(chance.randint(0, 3)):
            fen, beside_fen = chance.randint(1, 30), chance.choice((0, 0, 5))
            if chance.random() < 0.6 and self._ask(fill_buy(target, contract_no, fen, beside_fen)):
                self.drawn_fen[target] += fen
                self.released_fen[target] += beside_fen
            elif self._ask(release(target, contract_no, fen)):
                self.released_fen[target] += fen

    def lines(self) -> RecordArray:
        """What the broker says: mostly what is so."""
        chance, made = self.chance, []
        for contract_no in self.contracts:
            if chance.random() < 0.9:
                made.append(event(contract_no))
            if chance.random() < 0.1:
                made.append(event(contract_no, ClearedEvent.CLOSED))
        for target, contract_no in self.freezes.items():
            off = [chance.choice((0,) * 9 + (1,)) for _ in range(3)]
            if chance.random() < 0.9:
                bought = self.drawn_fen[target] > 0
                fate = Fate.PARTLY if bought else Fate.CANCELLED
                fate = fate if chance.random() < 0.8 else chance.choice(list(Fate))
                told = (self.frozen_fen[target] + off[0], self.released_fen[target] + off[1])
                made.append(order(target, contract_no, *told, fate))
            cleared_fen = self.drawn_fen[target] + off[2] + chance.choice((0, 0, 0, 7))
            if cleared_fen and chance.random() < 0.95:
                made.append(buy(target, contract_no, cleared_fen))
        if chance.random() < 0.3:
            made.append(buy((MONDAY, self.seat, 7_777), self.contracts[0], 3))
        for reference, (contract_no, fen) in enumerate(self.sold_fen.items(), start=1):
            made.append(sell(reference, contract_no, fen + chance.choice((0, 0, 0, 1)), chance.choice((0, 0, 90))))
        return joined(*made)

    def wanted(self, lines: RecordArray) -> list[tuple[int, Found]]:
        """By the page: (contract number, difference)."""
        told_orders = {}
        told_buys: dict[tuple[int, ...], int] = {}
        sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        events: set[tuple[int, int]] = set()
        found: list[tuple[int, Found]] = []
        for line in lines:
            kind, contract_no = int(line["kind"]), int(line["contract_no"])
            key = (int(line["order_date"]), int(line["order_seat"]), int(line["order_number"]))
            fees_fen = sum(int(line[name]) for name in FEES) if kind != RecordKind.CLEAR_ORDER else 0
            brings = brought_by(kind, int(line["amount_fen"]), int(line["commission_fen"]), fees_fen)
            sums[contract_no] = [had + more for had, more in zip(sums[contract_no], brings, strict=True)]
            if kind == RecordKind.CLEAR_ORDER:
                told_orders[key] = line
            elif kind == RecordKind.CLEAR_BUY and key in self.freezes:
                told_buys[key] = brings.buys_fen
            elif kind == RecordKind.CLEAR_BUY:
                found.append((0, Found(DifferenceClass.MISSING_HERE, ComparedField.BUY, 0, 1)))
                sums[contract_no][0] -= brings.buys_fen
            elif kind == RecordKind.CLEAR_CONTRACT:
                events.add((contract_no, int(line["event"])))
        draws: dict[int, int] = defaultdict(int)
        for target, contract_no in self.freezes.items():
            line = told_orders.get(target)
            one = ComparedOrder(
                frozen_fen=self.frozen_fen[target],
                drawn_fen=self.drawn_fen[target],
                released_fen=self.released_fen[target],
                released_after_fen=0,
                is_told=line is not None,
                fate=0 if line is None else int(line["fate"]),
                told_frozen_fen=0 if line is None else int(line["amount_fen"]),
                told_released_fen=0 if line is None else int(line["release_fen"]),
                cleared_fen=told_buys.get(target, 0),
            )
            draws[contract_no] += one.drawn_at_close_fen
            found += [(contract_no, each) for each in order_differences(one)]
        for contract_no in self.contracts:
            contract = ComparedContract(
                began=True,
                ended=False,
                told_opened=(contract_no, ClearedEvent.OPENED) in events,
                told_closed=(contract_no, ClearedEvent.CLOSED) in events,
                bought_fen=sum(self.drawn_fen[target] for target, of in self.freezes.items() if of == contract_no),
                drawn_at_close_fen=draws[contract_no],
                sold_fen=self.sold_fen[contract_no],
                cleared_buys_fen=sums[contract_no][0],
                listed_buys_fen=0,  # taken out above
                excess_fen=sums[contract_no][3],
                cleared_proceeds_fen=sums[contract_no][1],
                made_good_buys_fen=0,
                made_good_proceeds_fen=0,
                proceeds_at_fill=self.party == BROKER,
                is_adjusted=False,
                is_corrected=False,
            )
            found += [(contract_no, each) for each in contract_differences(contract)]
        return found


@pytest.mark.parametrize("party", [BROKER, OTHER_BROKER])
@pytest.mark.parametrize("seed", range(12))
def test_columns_and_page_find_the_same(seed: int, party: int) -> None:
    day = DrawnDay(seed, party)
    lines = day.lines()
    announce(day.desk, lines, seat=day.seat)
    assert {answer.code for answer in send(day.desk, lines, seat=day.seat)} == {ReplyCode.ACCEPTED}
    assert day.desk.control(CompleteSet(MONDAY, 1), day.seat) == ReplyCode.ACCEPTED
    if seed % 2:
        day.desk.roll(TUESDAY)

    day.desk.done(Reconcile(MONDAY, party, 0))

    answer = set_differences(day.desk.book, party, MONDAY, 0)
    found = sorted(
        (each.contract_no, (each.difference_class, each.compared_field, each.bank_has, each.set_says))
        for each in answer.differences
    )
    assert found == sorted((contract_no, tuple(map(int, each))) for contract_no, each in day.wanted(lines))
    assert sum(clearing_set(day.desk.book, party, MONDAY).differences) == len(found)
    same_after_all(day.desk)
