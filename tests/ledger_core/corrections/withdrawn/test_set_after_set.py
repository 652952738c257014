"""A set that is adjusted, withdrawn and followed by another one, against that other one alone: over drawn days.

What is equal. Where customers move nothing meanwhile and the first set closes no order: everything, but the numbers of
cases and sets. Else what the two sides bear together: bought with what is made good of buys, sold without what is made
good of proceeds; what closing drew and what customers did decides who bears it. Nobody is ever overdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.invariants import check_book
from ledger.core.lines.answers import clearing_set, proceeds_to_book
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import CorrectionQuery
from protocol.messages.day.steps import CompleteSet, Publish, Reconcile
from protocol.vocabulary import LaneState, RecordKind
from tests.bank_seats import SAVINGS_SEAT
from tests.ledger_core.corrections.one_day import made_good
from tests.ledger_core.corrections.people import permitted, staffed, withdrawal
from tests.ledger_core.corrections.words import IN_ORDER, SEATS, Both, closing, correction, reversals, sent, signed_off
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    TUESDAY,
    Desk,
    Target,
    account_of,
    codes,
    fill_buy,
    fill_sell,
    freeze,
    record,
    same_after_all,
)
from tests.ledger_core.lines.words import announce, buy, event, order, proceeds, sell, send

if TYPE_CHECKING:
    from tests.people import Office

FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
amounts = st.integers(0, 400)


class Says(NamedTuple):
    """What a set says of a customer: bought by the order, or by none where he has none; sold, with fees; rejected."""

    buys_fen: int
    sold_fen: int
    fees_fen: int
    rejects_fen: int


says = st.builds(Says, amounts, amounts, st.integers(0, 60), st.integers(0, 100))


class Has(NamedTuple):
    """What a customer begins with."""

    balance_fen: int
    frozen_fen: int
    filled_fen: int
    sold_fen: int


class Moves(NamedTuple):
    """What a customer does meanwhile, as far as it is accepted."""

    freezes_fen: int
    takes_fen: int
    brings_fen: int


@dataclass
class Day:
    """Monday of a broker with its customers, signed off."""

    party: int
    desk: Desk = field(default_factory=Desk)
    customers: list[int] = field(default_factory=list)
    targets: dict[int, Target] = field(default_factory=dict)
    frozen_fen: dict[int, int] = field(default_factory=dict)
    sets: int = 0
    released_fen: dict[int, int] = field(default_factory=dict)

    def begin(self, customers: Sequence[Has]) -> "Day":
        self.office: Office = staffed(self.desk)
        for has in customers:
            no = self.desk.open(has.balance_fen, self.party)
            self.customers.append(no)
            if 0 < has.frozen_fen <= has.balance_fen:
                self.targets[no] = self.desk.freeze(no, has.frozen_fen, SEATS[self.party])
                self.frozen_fen[no] = has.frozen_fen
                if 0 < has.filled_fen <= has.frozen_fen:
                    self.desk.ask(SEATS[self.party], fill_buy(self.targets[no], no, has.filled_fen))
            self.desk.ask(SEATS[self.party], fill_sell(no, has.sold_fen))
        signed_off(self.desk)
        self.desk.roll(TUESDAY)
        return self

    def adjusted(self, of: Sequence[Says]) -> None:
        """A set comes, is compared, booked and corrected until nothing of it differs."""
        self.sets += 1
        lines = [event(no) for no in self.customers]
        for place, (no, each) in enumerate(zip(self.customers, of, strict=True)):
            name = self.targets.get(no, (MONDAY, SEATS[self.party], 90 + place))
            if no in self.targets:
                lines.append(order(name, no, self.frozen_fen[no]))
            lines += [buy(name, no, each.buys_fen), sell(place + 1, no, each.sold_fen, each.fees_fen)]
        announce(self.desk, *lines, seat=SEATS[self.party])
        for line in lines:
            assert codes(send(self.desk, line, seat=SEATS[self.party])) == [ReplyCode.ACCEPTED]
        assert self.desk.control(CompleteSet(MONDAY, self.sets), SEATS[self.party]) == ReplyCode.ACCEPTED
        self.compare()
        for due in proceeds_to_book(self.desk.book, self.party, MONDAY, 0).contracts:
            booked = sent(self.desk, IN_ORDER, proceeds(due.contract_no, due.proceeds_fen, due.excess_fen))
            assert codes(booked) == [ReplyCode.ACCEPTED]
        for no, each in zip(self.customers, of, strict=True):
            self._correct(no, each.rejects_fen)
        self.compare()

    def compare(self) -> None:
        self.desk.done(Reconcile(MONDAY, self.party, 0))
        check_book(self.desk.book)

    def _correct(self, no: int, rejects_fen: int) -> None:
        answer = dry_run(self.desk.book, CorrectionQuery(MONDAY, self.party, 0, no, rejects_fen))
        both = Both(answer.cleared_buys_fen, answer.cleared_proceeds_fen, answer.has_bought_fen, answer.has_sold_fen)
        good_fen = (answer.made_good_buys_fen, answer.made_good_proceeds_fen)
        both = both._replace(good_buys_fen=good_fen[0], good_proceeds_fen=good_fen[1])
        act = permitted(self.office, self.desk, self.party, no, both, min(rejects_fen, answer.cleared_buys_fen))
        closings = [
            closing((each.order_date, each.order_seat, each.order_number), no, each.drawn_fen, each.released_fen)
            for each in answer.closings
        ]
        told = codes(sent(self.desk, IN_ORDER, *closings, correction(no, both, act)))
        assert set(told) == {ReplyCode.ACCEPTED}

    def move(self, of: Sequence[Moves]) -> None:
        for no, each in zip(self.customers, of, strict=True):
            self.desk.ask(SEATS[self.party], freeze(no, each.freezes_fen))
            self.desk.ask(SAVINGS_SEAT, record(RecordKind.WITHDRAWAL, account_of(no), each.takes_fen))
            self.desk.ask(SAVINGS_SEAT, record(RecordKind.DEPOSIT, account_of(no), each.brings_fen))

    def withdrawn(self) -> None:
        self.desk.done(withdrawal(self.office, self.party, self.sets))
        for one in reversals(self.desk, self.party):
            assert codes(sent(self.desk, IN_ORDER, one)) == [ReplyCode.ACCEPTED]
        assert clearing_set(self.desk.book, self.party, MONDAY).state == LaneState.FINISHED
        assert set(made_good(self.desk, self.party).values()) <= {0}

    def money(self) -> list[tuple[tuple[int, int, int, int], dict[int, tuple[int, int]]]]:
        return [(self.desk.money(no), self.desk.unsettled(no)) for no in self.customers]

    def borne(self) -> list[tuple[int, int]]:
        """Of each customer what both sides bear together of buys, and have of proceeds."""
        cleared = self.desk.book.clearing.by_contract[MONDAY]
        found = []
        for no in self.customers:
            bought_fen, sold_fen = self.desk.unsettled(no).get(MONDAY, (0, 0))
            good_fen = (cleared.made_good_buys_fen[no // 100], cleared.made_good_proceeds_fen[no // 100])
            found.append((bought_fen + int(good_fen[0]), sold_fen - int(good_fen[1])))
        return found

    def cases(self) -> list[int]:
        return [fen for _, fen in sorted(made_good(self.desk, self.party).items()) if fen]


PARTIES = pytest.mark.parametrize("party", [BROKER, OTHER_BROKER])


@PARTIES
@FEW
@given(st.data())
def test_where_nothing_moves_meanwhile_it_is_as_if_the_first_set_had_never_come(
    party: int, data: st.DataObject
) -> None:
    """Orders are filled to the end, so nothing is closed."""
    filled = st.integers(1, 200)
    has = data.draw(st.lists(st.builds(lambda b, f, s: Has(200 + b, f, f, s), amounts, filled, amounts), max_size=2))
    first, second = (data.draw(st.lists(says, min_size=len(has), max_size=len(has))) for _ in range(2))
    both, alone = Day(party).begin(has), Day(party).begin(has)
    untouched = both.money()

    both.adjusted(first)
    both.withdrawn()
    assert both.money() == untouched
    for one in (both, alone):
        one.adjusted(second)

    assert both.money() == alone.money()
    assert both.cases() == alone.cases()
    assert both.borne() == alone.borne()
    same_after_all(both.desk)


@PARTIES
@FEW
@given(st.data())
def test_whatever_happens_meanwhile_nobody_is_overdrawn_and_both_sides_bear_what_the_last_set_says(
    party: int, data: st.DataObject
) -> None:
    has = data.draw(st.lists(st.builds(Has, amounts, amounts, amounts, amounts), min_size=1, max_size=2))
    moves = st.lists(st.builds(Moves, amounts, amounts, amounts), min_size=len(has), max_size=len(has))
    sets = data.draw(st.lists(st.lists(says, min_size=len(has), max_size=len(has)), min_size=2, max_size=3))
    day = Day(party).begin(has)

    for of in sets[:-1]:
        day.adjusted(of)
        day.move(data.draw(moves))
        day.withdrawn()
        check_book(day.desk.book)
        day.move(data.draw(moves))
    day.adjusted(sets[-1])

    sold_fen = [each.sold_fen - each.fees_fen for each in sets[-1]]
    wanted = [(each.buys_fen + max(0, -fen), max(0, fen)) for each, fen in zip(sets[-1], sold_fen, strict=True)]
    assert day.borne() == wanted
    assert clearing_set(day.desk.book, party, MONDAY).differences[2] == 0
    assert day.desk.control(Publish(MONDAY, party)) in (ReplyCode.ACCEPTED, ReplyCode.STEP_NOT_DUE)
    same_after_all(day.desk)
