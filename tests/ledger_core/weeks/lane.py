"""One broker's date from its set to the last of its settlements, a step at a time; and what is credited.

Belongs here: the steps of a lane, what each must be told. Never here: which step of which lane comes next (walk), what
customers do (customers).

Steps are drawn from the broker's own `chance`. What is `unruly` must change nothing: a desk that is killed and asks
again, tells a page in parts, in another order, or twice.
"""

import random
from collections.abc import Iterator
from typing import TypeVar

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.corrections.answers import to_close
from ledger.core.lines.answers import proceeds_to_book, set_differences
from ledger.core.settling.answers import to_credit, to_settle
from protocol.acts.day import DeferAct, ResumeLaneAct
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import Closing, ClosingsQuery, CorrectionQuery, OrderClosing
from protocol.messages.day.settling import CreditsQuery, Settlement, SettlementsQuery
from protocol.messages.day.steps import BeginSettle, Publish, Reconcile
from protocol.records import STATE_OWED, STATE_SET_OFF, RecordArray
from protocol.vocabulary import ClearedEvent, ComparedField, DifferenceClass, Fate, LaneState
from tests.ledger_core.corrections.people import decision, permission, withdrawal
from tests.ledger_core.corrections.words import SEATS, both_of, closing, correction, reversals
from tests.ledger_core.lines.words import buy, dividend, event, order, proceeds, refund, sell, send_whole
from tests.ledger_core.paying.bank import VAL, WES
from tests.ledger_core.settling.words import credit, settlement_of
from tests.ledger_core.weeks.bank import ACCEPTED, Bank, Order
from tests.ledger_core.weeks.customers import Customers
from tests.people import signed

NOT_DUE = ReplyCode.STEP_NOT_DUE
UNKNOWN_NUMBER = 7_000
SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)
ROUNDS_MAX = 6
Named = TypeVar("Named")


class DayDesk:
    """What the day desk does for one broker."""

    def __init__(
        self, customers: Customers, chance: random.Random, unruly: random.Random | None, *, leans: bool
    ) -> None:
        """`leans`: customers bear what they can of what the set says beyond the bank's figures, which may be less where
        later orders were moved; else all of it is its broker's.
        """
        self.customers, self.chance, self.unruly, self.leans = customers, chance, unruly, leans
        self.bank: Bank = customers.bank
        self.party, self.seat = customers.party, customers.seat
        self.lines: list[RecordArray] = []
        self._net_fen = 0
        self._unknown = 0
        self._sets: dict[int, int] = {}  # by date the number of its last one

    def lane(self, date: int) -> Iterator[None]:
        """From the set of a date to the last of its settlements."""
        is_deferred = self.chance.random() < 0.15
        if is_deferred:
            self._day_act(DeferAct, date)
        for _ in range(self.chance.randrange(5, 25) if is_deferred else self.chance.randrange(4)):
            yield
        self._send(date)
        yield
        yield from self._reconcile(date)
        if self.chance.random() < 0.3:  # two people withdraw it, whatever it has moved, and another one comes
            yield from self._withdraw(date)
            self._send(date)
            yield from self._reconcile(date)
        while self.bank.desk.control(Publish(date, self.party)) != ACCEPTED:  # an older date, or credits that are due
            yield
        self.bank.kept(None)
        if is_deferred:
            self._day_act(ResumeLaneAct, date)
        yield
        yield from self._close(date)
        while self.bank.desk.control(BeginSettle(date, self.party)) != ACCEPTED:
            yield
        self.bank.waits[self.party].begun.add(date)
        self.bank.kept(None)
        yield from self._settle(date)
        assert self.bank.is_settled((self.party, date))
        for each in self.bank.waiting(self.party, date):  # what it held on may be named by another
            each.named_on = 0 if each.named_on == date else each.named_on

    def _state(self, date: int) -> LaneState:
        return LaneState(self.bank.desk.book.clearing.lane(date, self.party).state)

    def _day_act(self, form: type[DeferAct] | type[ResumeLaneAct], date: int) -> None:
        act = form(**self.bank.house.office.by(VAL), trade_date=date, party=self.party)
        self.bank.desk.done(signed(act, VAL, WES))
        self.bank.kept(None)

    # The set.

    def _send(self, date: int) -> None:
        self.lines, self._net_fen = [], 0
        for no in [no for on, no in self.customers.opened if on == date]:
            self.lines.append(event(no, on=date))
        for no in [no for on, no in self.customers.closed if on == date]:
            self.lines.append(event(no, ClearedEvent.CLOSED, on=date))
        for each in self.bank.orders.get((self.party, date), ()):
            self._line_of_order(each, date)
        for each in self.bank.waiting(self.party, date):
            if each.named_on in (0, date) and (each.drawn_fen or self.chance.random() < 0.8):
                each.named_on = date
                self._line_of_order(each, date)
        for sale in self.bank.sales.get((self.party, date), ()):
            more_fen = self.chance.choice((5, -3 if self.leans else 5)) if self.chance.random() < 0.1 else 0
            self._sale(sale.contract_no, sale.proceeds_fen + more_fen, date)
        for no in (*self.bank.contracts[self.party], *self.customers.ended):
            self._line_of_contract(no, date)
        self._sets[date] = send_whole(self.bank.desk, *self.lines, on=date, seat=self.seat)
        self.bank.owed_fen[self.party, date] = self._net_fen
        self.bank.kept(None)

    def _line_of_order(self, each: Order, date: int) -> None:
        """An order of the date, or one that was held and is allotted now, or held on."""
        left_fen = each.remaining_fen
        cleared_fen = each.drawn_fen + self.chance.choice((0, left_fen, self._part(left_fen)))
        wrong = self.chance.random()
        if wrong < 0.08:  # bought for more than was ordered
            cleared_fen = each.frozen_fen - each.released_fen + self.chance.choice((1, 40))
        elif wrong < 0.12:  # a fill that the set does not have
            cleared_fen = max(0, each.drawn_fen - 1)
        held = not each.drawn_fen and each.remaining_fen and self.chance.random() < 0.35
        cleared_fen = 0 if held else cleared_fen
        fate = Fate.HELD if held else Fate.PARTLY if cleared_fen else Fate.CANCELLED
        if each.date != date:
            self.bank.happened["held on" if held else "allotted" if cleared_fen else "not allotted"] += 1
        self.lines.append(order(each.target, each.contract_no, each.frozen_fen, each.released_fen, fate, date))
        if cleared_fen:
            fee_fen = min(cleared_fen - 1, self.chance.choice((0, 5)))
            self.lines.append(buy(each.target, each.contract_no, cleared_fen - fee_fen, fee_fen, on=date))
        self._net_fen -= cleared_fen

    def _part(self, fen: int) -> int:
        return 1 + self.chance.randrange(fen) if fen else 0

    def _sale(self, no: int, proceeds_fen: int, date: int) -> None:
        fee_fen = self.chance.choice((0, 5))
        reference = self.bank.reference(self.party)
        self.lines.append(sell(reference, no, proceeds_fen + fee_fen, fee_fen, on=date))
        self._net_fen += proceeds_fen

    def _line_of_contract(self, no: int, date: int) -> None:
        """A dividend, a refund, a buy that nobody has ordered, a sale that nobody has told; also of one that ended."""
        which, party = self.chance.random(), self.party
        if which < 0.05:
            self.lines.append(dividend(self.bank.reference(party), no, 90, 10, date))
            self._net_fen += 80
        elif which < 0.1:
            self.lines.append(refund(self.bank.reference(party), no, 33, date))
            self._net_fen += 33
        elif which < 0.14:
            self._unknown += 1
            self.lines.append(buy((date, SEATS[party], UNKNOWN_NUMBER + self._unknown), no, 17, on=date))
            self._net_fen -= 17
        elif which < 0.18:
            self._sale(no, 44, date)
        elif which < 0.2 and self.leans:  # whose fees are above what it brought
            self.lines.append(sell(self.bank.reference(party), no, 2, 9, on=date))
            self._net_fen -= 7

    def _withdraw(self, date: int) -> Iterator[None]:
        """By an act of two: what it has booked is taken back, contract by contract."""
        desk = self.bank.desk
        desk.done(withdrawal(self.bank.house.office, self.party, self._sets[date], date))
        self.bank.owed_fen.pop((self.party, date))
        for each in self.bank.waiting(self.party, date):
            each.named_on = 0 if each.named_on == date and each.remaining_fen else each.named_on
        self.bank.kept(None)
        yield
        while left := reversals(desk, self.party, date):
            if self.unruly is not None:
                self.unruly.shuffle(left)
            for record in left[: 1 + self.chance.randrange(len(left))]:
                self.bank.happened["taken back"] += 1
                self._once(record)
            yield
        del self.bank.made_good_fen[self.party, date]
        self.bank.happened["withdrawn by two"] += 1
        assert self._state(date) == LaneState.FINISHED

    # What differs.

    def _reconcile(self, date: int) -> Iterator[None]:
        desk = self.bank.desk
        for _ in range(ROUNDS_MAX):
            desk.done(Reconcile(date, self.party, 0))
            yield
            if self._correct_all(date):
                continue
            if self._state(date) != LaneState.RECONCILED:
                self._decide(date)
            due = proceeds_to_book(desk.book, self.party, date, 0).contracts
            if not due:
                break
            for each in due:  # of what fees took beyond a sale only what is there: the rest is corrected
                self._once(proceeds(each.contract_no, each.proceeds_fen, each.excess_fen, date))
        assert self._state(date) == LaneState.RECONCILED
        yield

    def _decide(self, date: int) -> None:
        """Two people know what is listed."""
        listed = set_differences(self.bank.desk.book, self.party, date, 0).differences
        for kind in sorted({each.difference_class for each in listed if each.compared_field not in SUMS}):
            name = DifferenceClass(kind).name
            self.bank.desk.done(decision(self.bank.house.office, self.bank.desk, self.party, name, on=date))

    def _correct_all(self, date: int) -> bool:
        """Each contract whose sums are apart is corrected, by act. Whether there was any."""
        found, first = list[int](), 0
        while True:
            answer = dry_run(self.bank.desk.book, CorrectionQuery(date, self.party, first, 0, 0))
            found += [answer.contract_no] if answer.contract_no else []
            first = answer.next_place
            if not first:
                break
        for no in found:
            self._correct(no, date)
        return bool(found)

    def _correct(self, no: int, date: int) -> None:
        desk = self.bank.desk
        answer = dry_run(desk.book, CorrectionQuery(date, self.party, 0, no, 0))
        excess_fen = max(0, answer.cleared_buys_fen - answer.has_bought_fen)
        rejected_fen = excess_fen if not self.leans or self.chance.random() < 0.5 else 0
        answer = dry_run(desk.book, CorrectionQuery(date, self.party, 0, no, rejected_fen))
        both, act = both_of(answer), 0
        if answer.needs_act or rejected_fen:
            signed_act = permission(self.bank.house.office, desk, self.party, no, both, rejected_fen, on=date)
            told = desk.told(signed_act)
            assert told.code == ACCEPTED
            act = told.remaining_fen
        closes = []
        for each in answer.closings:
            target = (each.order_date, each.order_seat, each.order_number)
            closes.append(closing(target, no, each.drawn_fen, each.released_fen, date))
        told_all = self.bank.asked(*closes, correction(no, both, act, date))
        assert {each.code for each in told_all} == {ACCEPTED}
        for one in answer.closings:
            self._ended(one)
        self.bank.made_good_fen[self.party, date] += answer.made_good_buys_fen + answer.made_good_proceeds_fen
        self.bank.kept(None)

    def _once(self, record: RecordArray) -> None:
        """A record of the day desk that is taken; of one that is unruly it is told twice."""
        told = self.bank.asked(record, record) if self._whim(0.3) else self.bank.asked(record)
        assert told[0].code == ACCEPTED
        assert not told[1:] or told[1].code != ACCEPTED
        self.bank.kept(None)

    def _whim(self, share: float) -> bool:
        return self.unruly is not None and self.unruly.random() < share

    # Settling.

    def _close(self, date: int) -> Iterator[None]:
        while left := to_close(self.bank.desk.book, ClosingsQuery(date, self.party, 0)).closings:
            chosen = left[: 1 + self.chance.randrange(len(left))]
            if self.unruly is not None:
                self.unruly.shuffle(chosen)
            for each in chosen:
                target = (each.order_date, each.order_seat, each.order_number)
                self._once(closing(target, each.contract_no, each.drawn_fen, each.released_fen, date))
                self._ended(each)
            yield

    def _ended(self, each: Closing | OrderClosing) -> None:
        self.bank.ended((each.order_date, each.order_seat, each.order_number), each.drawn_fen, each.released_fen)

    def _settle(self, date: int) -> Iterator[None]:
        while left := to_settle(self.bank.desk.book, SettlementsQuery(date, self.party, 0)).contracts:
            chosen = left[: 1 + self.chance.randrange(len(left))]
            for page in self._pages(chosen):
                self._settle_page(page, date)
            yield

    def _pages(self, chosen: list[Named]) -> Iterator[list[Named]]:
        """All at once; of a desk that is killed and begins anew: in some order, in parts."""
        if self.unruly is None:
            yield from [chosen] if chosen else []
            return
        self.unruly.shuffle(chosen)
        while chosen:
            size = 1 + self.unruly.randrange(len(chosen))
            yield chosen[:size]
            chosen = chosen[size:]

    def _settle_page(self, page: list[Settlement], date: int) -> None:
        desk, waits = self.bank.desk, self.bank.waits[self.party]
        records = [settlement_of(each, date) for each in page]
        is_gated, expected = waits.is_gated(desk.book), list[int]()
        for each in page:
            buys_fen = each.from_savings_fen + each.from_moved_fen
            all_fen = waits.all_of(each.contract_no) + each.proceeds_fen
            set_off_fen = waits.set_off_fen(desk.book, each.contract_no, each.proceeds_fen, buys_fen)
            expected.append(set_off_fen if is_gated else all_fen)
        before = [(desk.buying_power(each.contract_no), desk.money(each.contract_no)) for each in page]
        told = self.bank.asked(*records)
        for each, answer, (may, money), of_proceeds_fen in zip(page, told, before, expected, strict=True):
            assert answer.code == ACCEPTED
            credited_fen = of_proceeds_fen + (0 if is_gated else each.other_fen)
            assert (answer.state == STATE_SET_OFF, answer.remaining_fen) == (is_gated, credited_fen)
            waits.settled(each.contract_no, date, each.proceeds_fen, each.other_fen if is_gated else 0, of_proceeds_fen)
            debit_fen = each.from_savings_fen + each.from_moved_fen
            balance_fen = money[0] - debit_fen + (0 if answer.state == STATE_OWED else credited_fen)
            assert desk.money(each.contract_no)[:3] == (balance_fen, money[1], money[2] - debit_fen)
            if is_gated:  # nobody can withdraw more, and nobody can buy for less
                assert desk.buying_power(each.contract_no) == may
        for answer in told:
            self.bank.kept(answer)
        if self._whim(0.5):
            assert {each.code for each in self.bank.asked(*records)} == {NOT_DUE}
            self.bank.kept(None)

    def credit(self) -> None:
        """Some of what is due, of the oldest date."""
        told = to_credit(self.bank.desk.book, CreditsQuery(self.party, 0))
        waits, date = self.bank.waits[self.party], told.trade_date
        for page in self._pages(told.contracts[: 1 + self.chance.randrange(3)]):
            records = [credit(each.contract_no, each.proceeds_fen, each.other_fen, date) for each in page]
            answers = self.bank.asked(*records)
            for each, answer in zip(page, answers, strict=True):
                assert answer.code == ACCEPTED
                assert waits.proceeds_fen[each.contract_no].pop(date) == each.proceeds_fen
                assert waits.other_fen.pop((each.contract_no, date)) == each.other_fen
            for answer in answers:
                self.bank.kept(answer)
            if self._whim(0.5):
                assert {each.code for each in self.bank.asked(*records)} == {NOT_DUE}
                self.bank.kept(None)
