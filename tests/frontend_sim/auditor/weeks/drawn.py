"""A week of two brokers by chance, through the core: traded, closed, settled while later dates are traded, paid in
time, late, in parts or never, and credited. One of them is in transfer mode, what was moved for its orders is now and
then reversed, and savings accounts earn interest.

Belongs here: what happens next. Never here: what the auditor makes of it (test_random_weeks).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.core.corrections.answers import to_close
from ledger.core.lines.answers import proceeds_to_book
from ledger.core.savings.answers import interest_due
from ledger.core.settling.answers import to_credit, to_settle
from protocol.acts.moved import ReverseAct
from protocol.acts.savings import SavingsInterestAct
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeMode, OpenTradeDate
from protocol.messages.customers.interest import InterestQuery
from protocol.messages.day.corrections import ClosingsQuery
from protocol.messages.day.settling import CreditsQuery, SettlementsQuery
from protocol.messages.day.steps import BeginSettle, Publish, Reconcile, SignOff
from protocol.messages.feeds import Notice
from protocol.records import RecordArray
from protocol.trade_dates import date_of_day
from protocol.vocabulary import Fate, LaneState, Mode
from rules.savings import NO_DAY
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.control.day.test_due_times import windows
from tests.ledger_core.corrections.people import DEE, EVE
from tests.ledger_core.corrections.words import SEATS, closing
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Target,
    codes,
    deposit,
    fill_buy,
    fill_sell,
    withdrawal,
)
from tests.ledger_core.lines.words import agree, buy, dividend, order, proceeds, sell, send_whole
from tests.ledger_core.moved.words import in_2420
from tests.ledger_core.paying.bank import FRIDAY, VAL, WES, House, at
from tests.ledger_core.savings.words import posting
from tests.ledger_core.settling.words import credit, settlement

PARTIES = (BROKER, OTHER_BROKER)
NEXT_MONDAY = 20_260_112
DATES = (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
OPENS = dict(zip(DATES, (*DATES[1:], NEXT_MONDAY), strict=True))
BANK_DAYS = {TUESDAY: 1, WEDNESDAY: 1, THURSDAY: 1, FRIDAY: 3, NEXT_MONDAY: 1}
"""How many days behind each date something of it is due first; then day after day."""
ACCEPTED = ReplyCode.ACCEPTED
ENDLESS = ("_money", "_interest")
"""Runs that go on for as long as anything else does."""
Run = Iterator[list["Run"]]
"""Steps, each of which may add other runs."""


@dataclass
class Traded:
    """An order as its broker knows it."""

    contract_no: int
    target: Target
    row: int
    frozen_fen: int
    filled_fen: int
    cleared_fen: int


@dataclass
class CoreWeek:
    """The bank, and what happened on each date of each broker."""

    chance: random.Random
    pays: bool
    transfers: int
    """The broker for whose customers' orders money is moved."""
    house: House = field(init=False)
    contracts: dict[int, list[int]] = field(default_factory=dict)  # by party
    orders: dict[tuple[int, int], list[Traded]] = field(default_factory=dict)  # by party and date
    sales: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)
    reference: int = 0
    reversals: int = 0
    in_2420: dict[int, dict[int, int]] = field(default_factory=dict)
    """By the row of each step, what stands there by party."""

    def __post_init__(self) -> None:
        desk = Desk()
        desk.done(ChangeMode(self.transfers, Mode.TRANSFER))
        self.house = House(desk)
        for party in PARTIES:
            has_fen = (0, 50, 400, 5_000, 90_000)
            self.contracts[party] = [self.desk.open(self.chance.choice(has_fen), party) for _ in range(4)]
        if self.chance.random() < 0.5:
            self.house.now(at(MONDAY, 16))
            self.house.lends(self.chance.choice((100, 10_000)), MONDAY)

    @property
    def desk(self) -> Desk:
        """That which asks the core."""
        return self.house.desk

    def live(self) -> None:
        """All of it, step by step, whichever comes next."""
        runs: list[Run] = [self._dates(), self._money(), self._interest()]
        while runs:
            run = self.chance.choice(runs)
            added = next(run, None)
            self.in_2420[self.desk.book.sequence] = {party: in_2420(self.desk, party) for party in PARTIES}
            if added is None:
                runs.remove(run)
                if all(each.__name__ in ENDLESS for each in runs):  # type: ignore[attr-defined]
                    return
            else:
                runs += added

    def _dates(self) -> Run:
        """Trading, from date to date; a date's lanes are closed while the next one is traded."""
        before = 0
        for date in DATES:
            self._open(date)
            self.house.now(max(at(date, 9, 30), self._now_s))
            yield [self._of_lane((party, before)) for party in PARTIES] if before else []
            for _ in range(self.chance.randrange(4, 14)):
                self._trade(date)
                yield []
            self.house.now(max(at(date, 15), self._now_s))
            self.desk.done(SignOff(date))
            agree(self.desk, date)
            yield []
            before = date
        self._open(NEXT_MONDAY)
        yield [self._of_lane((party, before)) for party in PARTIES]

    def _open(self, date: int) -> None:
        days = range(BANK_DAYS[date], BANK_DAYS[date] + 8)
        self.house.now(max(at(date, 8), self._now_s))
        self.desk.done(OpenTradeDate(date, windows(date, *days)))
        if date == TUESDAY:
            self.desk.settle(MONDAY)

    @property
    def _now_s(self) -> int:
        return self.desk.now_ns // 1_000_000_000

    def _trade(self, date: int) -> None:
        party = self.chance.choice(PARTIES)
        no, seat = self.chance.choice(self.contracts[party]), SEATS[party]
        power_fen, withdrawable_fen = self.desk.buying_power(no)
        match self.chance.randrange(7):
            case 0 | 1 if power_fen:
                fen = self.chance.choice((power_fen, 1 + self.chance.randrange(power_fen)))
                target = self.desk.freeze(no, fen, seat)
                row = self.desk.book.sequence
                cleared_fen = self.chance.choice((0, fen, 1 + self.chance.randrange(fen)))
                filled_fen = self.chance.choice((0, cleared_fen)) if party == BROKER else 0
                if filled_fen:
                    assert codes(self.desk.ask(seat, fill_buy(target, no, filled_fen))) == [ACCEPTED]
                self.orders.setdefault((party, date), []).append(Traded(no, target, row, fen, filled_fen, cleared_fen))
            case 2 | 3:
                fen = self.chance.choice((7, 60, 300, 2_000))
                self.sales.setdefault((party, date), []).append((no, fen))
                if party == BROKER:
                    assert codes(self.desk.ask(seat, fill_sell(no, fen, date))) == [ACCEPTED]
            case 4:
                self._reverse(date)
            case 5:
                self.desk.ask(SAVINGS_SEAT, withdrawal(no, self.chance.choice((withdrawable_fen, power_fen, 9)) or 1))
            case _:
                self.desk.ask(SAVINGS_SEAT, deposit(no, 25))

    def _reverse(self, date: int) -> None:
        """What was moved for some order of the broker's, of whatever date, is given back: it may be too late for that,
        or another row be named.
        """
        dates = [each for each in DATES if each <= date and self.orders.get((self.transfers, each))]
        if not dates:
            return
        order = self.chance.choice(self.orders[self.transfers, self.chance.choice(dates)])
        trade_date, seat, number = order.target
        self.reversals += self.chance.choice((0, 1, 1, 1))
        self.house.act_of(
            (DEE, EVE),
            ReverseAct,
            contract_no=order.contract_no,
            trade_date=trade_date,
            seat=seat,
            number=number,
            sequence=order.row + (self.chance.random() < 0.1),
            position=0,
            desk_serial=max(1, self.reversals),
            amount_fen=self.chance.choice((1, order.frozen_fen)),
        )

    def _set(self, party: int, date: int) -> list[RecordArray]:
        lines = []
        for each in self.orders.get((party, date), ()):
            fate = Fate.PARTLY if each.cleared_fen else Fate.CANCELLED
            lines.append(order(each.target, each.contract_no, each.frozen_fen, 0, fate, date))
            lines += [buy(each.target, each.contract_no, each.cleared_fen, on=date)] if each.cleared_fen else []
        for no, fen in self.sales.get((party, date), ()):
            self.reference += 1
            lines.append(sell(self.reference, no, fen, on=date))
        if self.chance.random() < 0.3:
            self.reference += 1
            lines.append(dividend(self.reference, self.chance.choice(self.contracts[party]), 90, 10, date))
        return lines

    def _of_lane(self, lane: tuple[int, int]) -> Run:
        """From its set to the last of its settlements."""
        party, date = lane
        for _ in range(self.chance.randrange(12)):
            yield []
        self._later()
        send_whole(self.desk, *self._set(party, date), on=date, seat=SEATS[party])
        self.desk.done(Reconcile(date, party, 0))
        yield []
        if party != BROKER:
            for due in proceeds_to_book(self.desk.book, party, date, 0).contracts:
                booked = proceeds(due.contract_no, due.proceeds_fen, due.excess_fen, date)
                assert codes(self.desk.ask(DAY_SEAT, booked)) == [ACCEPTED]
        while self.desk.control(Publish(date, party)) != ACCEPTED:  # until its older date is, and its credits posted
            yield []
        yield []
        for each in to_close(self.desk.book, ClosingsQuery(date, party, 0)).closings:
            target = (each.order_date, each.order_seat, each.order_number)
            record = closing(target, each.contract_no, each.drawn_fen, each.released_fen, date)
            assert codes(self.desk.ask(DAY_SEAT, record)) == [ACCEPTED]
            yield []
        while self.desk.control(BeginSettle(date, party)) != ACCEPTED:
            yield []
        while left := to_settle(self.desk.book, SettlementsQuery(date, party, 0)).contracts:
            one = self.chance.choice(left)
            amounts = (one.from_savings_fen, one.proceeds_fen, one.other_fen)
            record = settlement(one.contract_no, *amounts, date, one.from_moved_fen)
            wrong = settlement(one.contract_no, amounts[0] + 1, *amounts[1:], date, one.from_moved_fen)
            told = codes(self.desk.ask(DAY_SEAT, *((wrong, record) if self.chance.random() < 0.2 else (record,))))
            assert told[-1] == ACCEPTED
            yield []
        assert self.desk.book.clearing.lane(date, party).state >= LaneState.SETTLED

    def _money(self) -> Run:
        """What goes between the bank and its brokers, and what is credited."""
        while True:
            party = self.chance.choice(PARTIES)
            self._later()
            match self.chance.randrange(7):
                case 0 if self.pays:
                    self.house.fund(self.chance.choice((40, 500, 3_000)), party)
                case 1:
                    self.house.due(party)
                case 2 | 3:
                    self.house.pay(self.chance.choice(DATES), party)
                case 4:
                    self.house.pay_out(self.chance.choice((10, 400)), party)
                case 5:
                    self.desk.told(Notice(self.chance.choice(DATES), 0), SEATS[party])
                case _:
                    told = to_credit(self.desk.book, CreditsQuery(party, 0))
                    for each in told.contracts[: self.chance.randrange(1, 4)]:
                        record = credit(each.contract_no, each.proceeds_fen, each.other_fen, told.trade_date)
                        assert codes(self.desk.ask(DAY_SEAT, record)) == [ACCEPTED]
            yield []

    def _interest(self) -> Run:
        """A rate is listed, an interest day ordered, what is due posted, now and then an amount that is not."""
        while True:
            book = self.desk.book
            due = interest_due(book, InterestQuery(0)).accounts
            if self.chance.random() < 0.3 and book.savings.day != NO_DAY:
                rate, day = self.chance.choice((99_999, 40_000)), book.savings.day + self.chance.choice((0, 1))
                last_day = self.chance.choice((0, date_of_day(day)))
                act = {"rate_millionths": rate, "last_day": last_day}
                assert self.house.act_of((VAL, WES), SavingsInterestAct, **act) == ACCEPTED
            elif due:
                one, more_fen = self.chance.choice(due), self.chance.choice((0, 0, 0, 1))
                told = codes(self.desk.ask(DAY_SEAT, posting(one.account_no, one.due_fen + more_fen)))
                assert told == [ReplyCode.SETTLEMENT_DIFFERS if more_fen else ACCEPTED]
            yield []

    def _later(self) -> None:
        """Some time goes by, now and then a long one."""
        self.house.now(self._now_s + self.chance.choice((0, 1, 600, 3_600, 7_200)))
