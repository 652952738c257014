"""What happens next in a random week: dates are opened, traded and signed off, lanes of older dates go on meanwhile,
and brokers pay in time, late, in parts or never.

Belongs here: the order of things, and what a broker pays when. Never here: a step itself (customers, lane).

The week is a row of rounds, each of which is one second of the clock. What a broker, its customers and the day desk do
for it in a round hangs on its own chance and on what it has itself, never on the other broker. So both may take turns
in any way: the books of each must come out the same.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from protocol.messages.control import EndSettlement, OpenTradeDate
from protocol.messages.day.paying import Pay
from protocol.messages.day.steps import SignOff
from protocol.messages.feeds import Notice
from protocol.vocabulary import Mode, ObligationState
from tests.ledger_core.control.day.test_due_times import windows
from tests.ledger_core.desk import MONDAY
from tests.ledger_core.lines.words import agree
from tests.ledger_core.paying.bank import at
from tests.ledger_core.weeks.bank import DATES, NEXT_MONDAY, PARTIES, Bank
from tests.ledger_core.weeks.customers import Customers
from tests.ledger_core.weeks.lane import DayDesk

OPENS = dict(zip(DATES, (*DATES[1:], NEXT_MONDAY), strict=True))
BANK_DAYS = dict.fromkeys(DATES, 1) | {DATES[-1]: 3, NEXT_MONDAY: 1}
"""How many days behind each date something of it is due first; then day after day."""
HABITS = ("in time", "late", "in parts", "never")
TRADING = ((9, 5), (9, 45), (10, 0), (11, 30), (13, 59), (14, 1))
EVENING = ((16, 0), (19, 0), (21, 0))
DAYS_BEHIND = 6  # behind the last date, for what is open still


@dataclass(frozen=True)
class Week:
    """What is different from week to week."""

    seed: int
    leans: bool = True  # see DayDesk
    modes: tuple[Mode, Mode] = (Mode.FREEZE, Mode.TRANSFER)
    habits: tuple[str, str] = ("in time", "never")
    limits_fen: tuple[int, int] = (0, 0)


def week_of(seed: int, *, leans: bool = True) -> Week:
    """Drawn from a seed."""
    chance = random.Random(f"week {seed}")
    modes = chance.choice(((Mode.FREEZE, Mode.TRANSFER), (Mode.TRANSFER, Mode.FREEZE)))
    habits = (chance.choice(HABITS), chance.choice(HABITS))
    limits = (chance.choice((0, 0, 100, 100_000)), chance.choice((0, 0, 100, 100_000)))
    return Week(seed, leans, modes, habits, limits)


def lived(week: Week, unruly: random.Random | None = None) -> Bank:
    """The whole week; brokers take turns in their order, or `unruly`, with all that a day desk may do again."""
    bank = Bank(dict(zip(PARTIES, week.modes, strict=True)), dict(zip(PARTIES, week.limits_fen, strict=True)))
    brokers = [Broker(bank, week, place, unruly) for place in range(len(PARTIES))]
    before = 0
    for date in (*DATES, NEXT_MONDAY):
        _open(bank, date)
        for broker in brokers:
            broker.morning(date, before)
        for hour, minute in TRADING:
            _round(bank, at(date, hour, minute), [each.trading(date) for each in brokers], unruly)
        if date == NEXT_MONDAY:
            break
        bank.now(at(date, 15))
        bank.desk.done(SignOff(date))
        agree(bank.desk, date)
        for hour, minute in EVENING:
            _round(bank, at(date, hour, minute), [each.going_on() for each in brokers], unruly)
        before = date
    for day in range(1, DAYS_BEHIND):
        for hour, minute in TRADING:
            _round(bank, at(NEXT_MONDAY + day, hour, minute), [each.behind() for each in brokers], unruly)
    for broker in brokers:
        broker.ends()
    return bank


def _open(bank: Bank, date: int) -> None:
    bank.now(at(date, 8))
    bank.desk.done(OpenTradeDate(date, windows(date, *range(BANK_DAYS[date], BANK_DAYS[date] + 8))))
    if date == DATES[0]:
        bank.desk.settle(MONDAY)
    for older in DATES:  # where all lanes are settled its slot is given back
        bank.desk.control(EndSettlement(older))
    bank.kept(None)


def _round(bank: Bank, second: int, runs: list[Iterator[None]], unruly: random.Random | None) -> None:
    bank.now(second)
    while runs:
        run = runs[0] if unruly is None else unruly.choice(runs)
        if next(run, StopIteration) is StopIteration:
            runs.remove(run)


class Broker:
    """All that happens for one of them."""

    def __init__(self, bank: Bank, week: Week, place: int, unruly: random.Random | None) -> None:
        self.bank, self.party, self.habit = bank, PARTIES[place], week.habits[place]
        self.chance = random.Random(f"{week.seed} {self.party}")
        self.customers = Customers(bank, self.party, self.chance)
        self.desk = DayDesk(self.customers, self.chance, unruly, leans=week.leans)
        self._lanes: list[Iterator[None]] = []
        self._begun: set[int] = set()

    def morning(self, date: int, before: int) -> None:
        """A date opens, and the lane of the one before begins if it has not."""
        if date != NEXT_MONDAY:
            self.customers.change_contracts(date)

    def trading(self, date: int) -> Iterator[None]:
        """A part of a day on which it is traded."""
        if date != NEXT_MONDAY:
            for _ in range(self.chance.randrange(4)):
                self.customers.trade(date)
                yield
        yield from self.going_on()

    def going_on(self) -> Iterator[None]:
        """What comes of older dates."""
        for _ in range(self.chance.randrange(3)):
            self._money()
            yield
        self._begin_lanes()
        for lane in list(self._lanes):
            for _ in range(self.chance.randrange(5)):
                if next(lane, StopIteration) is StopIteration:
                    self._lanes.remove(lane)
                    break
                yield
        if self.chance.random() < 0.7:
            self.desk.credit()
            yield

    def behind(self) -> Iterator[None]:
        """Behind the last date: whoever is unpaid for too long may be done with it."""
        if self.chance.random() < 0.2:
            self.bank.terminate(self.party, self.chance.choice(DATES))
            yield
        if self.party in self.bank.terminated and self.chance.random() < 0.5:
            self.customers.beyond()
            yield
        yield from self.going_on()

    def _begin_lanes(self) -> None:
        """The lane of each date that is signed off."""
        book = self.bank.desk.book
        for date in DATES:
            if date in self._begun or date > book.trade_date or (date == book.trade_date and not book.phase):
                continue
            self._begun.add(date)
            self._lanes.append(self.desk.lane(date))

    def _money(self) -> None:
        """What goes between the broker and the bank."""
        bank, party = self.bank, self.party
        unpaid_fen = sum(
            each.unpaid_fen
            for each in bank.desk.book.obligations.unpaid_of(party)
            if each.state != ObligationState.OWED_BY_BANK
        )
        short_fen = max(0, unpaid_fen - bank.house.there(party))
        match self.chance.randrange(5):
            case 0:
                bank.house.due(party)
                bank.kept(None)
            case 1:
                bank.desk.control(Pay(self.chance.choice(DATES), party))
                bank.kept(None)
            case 2:
                bank.pay_out(party, self.chance.choice((10, 400)))
            case 3:
                bank.desk.control(Notice(self.chance.choice(DATES), 0), self.customers.seat)
                bank.kept(None)
            case _:
                self._pays(short_fen)

    def _pays(self, short_fen: int) -> None:
        hour = (self.bank.desk.now_ns // 1_000_000_000 + 8 * 3_600) % 86_400 // 3_600
        if self.habit == "never" or (self.habit == "late" and hour < 13):
            return
        fen = self.chance.choice((short_fen // 3, 40)) if self.habit == "in parts" else short_fen
        if fen:
            self.bank.fund(self.party, fen)

    def ends(self) -> None:
        """All of its lanes are settled, and what became due is credited."""
        rounds = 0
        while self._lanes:
            for lane in list(self._lanes):
                if next(lane, StopIteration) is StopIteration:
                    self._lanes.remove(lane)
            self.desk.credit()
            rounds += 1
            assert rounds < 500
        self.bank.house.due(self.party)
        self.bank.kept(None)
