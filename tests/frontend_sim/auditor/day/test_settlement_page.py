"""docs/settlement.md has the figures of the story `settled`: the auditor reckons them once more from its events.

Belongs here: the story told to the auditor, the page's tables against what comes of it. Never here: that the bank has
these figures (the story itself, when it is played).
"""

import datetime
import re
from dataclasses import dataclass, field

import pytest

from frontend_sim.auditor.accounts.audited_account import Account, Contract
from frontend_sim.auditor.control_table import yuan
from frontend_sim.auditor.day.broker_audit import BrokerAudit
from frontend_sim.auditor.day.owing import Window
from frontend_sim.auditor.day.postings import OTHER_BANKS, SAVINGS, Code, Part, Postings
from frontend_sim.auditor.day.settling import Named
from frontend_sim.scenario.written import events
from frontend_sim.scenario.written.lines import BuyLine, SellLine
from frontend_sim.scenario.written.reading import read_story
from frontend_sim.scenario.written.story import ClearingSet, Story
from protocol.trade_dates import trade_day
from protocol.vocabulary import ContractStatus
from tests.architecture.sources import ROOT
from tests.frontend_sim.auditor.day.paper import days_due

PAGE = (ROOT / "docs" / "settlement.md").read_text(encoding="utf-8")
FEES = ("commission", "stamp", "transfer", "handling", "regulatory")
MINUS = "−"
T, NEXT = datetime.date(2026, 1, 5), datetime.date(2026, 1, 6)
BROKERS = {"Huaxia": 2, "Nanfang": 3}
WHEN = {
    "T, published": (T, "16:03"),
    "T, settled": (T, "16:30"),
    "T+1 09:00": (NEXT, "09:00"),
    "T+1 10:00": (NEXT, "10:00"),
    "T+1 10:06": (NEXT, "10:06"),
    "T+1 13:30": (NEXT, "13:30"),
    "T+1 13:31": (NEXT, "13:31"),
    "T+1 13:35": (NEXT, "13:35"),
}
"""Rows of the page, and the minute of the story behind which they are."""


@dataclass(slots=True)
class NotedPostings(Postings):
    """With each posting in its order."""

    noted: list[tuple[Part, Part, int]] = field(default_factory=list)

    def post(self, debit: Part, credit: Part, amount_fen: int) -> None:
        """As it is."""
        Postings.post(self, debit, credit, amount_fen)
        if amount_fen:
            self.noted.append((debit, credit, amount_fen))


@dataclass
class Told:
    """The story as the auditor follows it."""

    story: Story
    accounts: dict[str, Account] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    brokers: dict[str, BrokerAudit] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)  # whose each is
    open_date: datetime.date = T
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.orders = {each.order: each.customer for each in self.story.events if isinstance(each, events.Freeze)}
        for broker in self.story.brokers:
            self.brokers[broker.name] = BrokerAudit({})
            self.brokers[broker.name].standing.books = NotedPostings()
            self.brokers[broker.name].__post_init__()
        for number, one in enumerate(self.story.customers, start=1):
            account = self.accounts[one.name] = Account(int(one.balance))
            self.numbers[one.name] = number
            contract = account.contract = Contract(BROKERS[str(one.broker)], ContractStatus.ACTIVE, account)
            self.brokers[str(one.broker)].contracts[number] = contract

    def sums(self, told: ClearingSet) -> dict[str, Named]:
        """What a set says of each customer: purchases, proceeds."""
        found: dict[str, Named] = {}
        for line in told.lines:
            if isinstance(line, BuyLine | SellLine):
                customer = line.customer if isinstance(line, SellLine) else self.orders[line.order]
                has, fees_fen = found.get(customer, Named(0, 0, 0)), sum(getattr(line, name) for name in FEES)
                if isinstance(line, BuyLine):
                    found[customer] = has._replace(bought_fen=has.bought_fen + line.turnover + fees_fen)
                else:
                    found[customer] = has._replace(sold_fen=has.sold_fen + line.turnover - fees_fen)
        return found

    def set_of(self, broker: str, date: datetime.date) -> ClearingSet:
        """The broker's of a date."""
        return next(each for each in self.story.sets if (each.broker, each.date) == (broker, date))

    def happen(self, event: events.Event) -> None:
        """One event."""
        day, now_s = day_of(self.open_date), second_of(event.at)
        match event:
            case events.OpenDate():
                self.open_date = event.date
            case events.FillBuy():
                self.accounts[self.orders[event.order]].move(day, bought_fen=int(event.charge))
            case events.FillSell():
                self.accounts[event.customer].move(day, sold_fen=int(event.proceeds))
            case events.Withdraw():
                account = self.accounts[event.customer]
                if event.amount > account.buying_power_fen - account.sold_fen:
                    self.refused.append(event.customer)
                else:
                    account.balance_fen -= event.amount
            case events.Fund():
                self.brokers[event.broker].fund(int(event.amount), now_s)
            case events.Notice():
                self.brokers[event.broker].notice(day_of(event.date or self.open_date), now_s)
            case events.DayDesk():
                self._step(event, now_s)

    def _step(self, event: events.DayDesk, now_s: int) -> None:
        date = event.date or self.open_date
        for name in [event.broker] if event.broker else list(self.brokers):
            broker, day, says = self.brokers[name], day_of(date), self.sums(self.set_of(name, date))
            match event.step:
                case "publish" | "all":
                    net_fen = sum(each.sold_fen - each.bought_fen for each in says.values())
                    broker.publish(day, net_fen, {}, windows_of(date), now_s)
                    if event.step == "all":
                        self._settle(broker, day, says, now_s)
                case "settle":
                    self._settle(broker, day, says, now_s)
                case "pay":
                    broker.pay(day, now_s)
                case "due":
                    broker.due(now_s)
                case "credit":
                    while due := broker.customers.next_due():
                        for number in broker.customers.waiting(due):
                            broker.credit(number, due)

    def _settle(self, broker: BrokerAudit, day: int, says: dict[str, Named], now_s: int) -> None:
        for name, named in says.items():  # what the set says and no fill told
            has = self.accounts[name].of(day)
            more = (named.bought_fen - has.bought_fen, named.sold_fen - has.sold_fen)
            self.accounts[name].move(day, bought_fen=more[0], sold_fen=more[1])
        broker.begin(day, {self.numbers[name] for name in says}, now_s)
        for name, named in says.items():
            broker.settle(self.numbers[name], day, named)

    def row(self) -> list[str]:
        """A row of the page: balances, Wang's amounts, what stands in the books."""
        wang, day = self.accounts["Wang"], day_of(T)
        waits = wang.contract.waits if wang.contract is not None else {}
        fen = [
            *(self.accounts["Li"].balance_fen, wang.balance_fen, sum(each.all_fen for each in waits.values())),
            *(max(0, wang.buying_power_fen), max(0, wang.buying_power_fen - wang.sold_fen)),
            *(self.accounts["Zhao"].balance_fen, self.accounts["Qian"].balance_fen),
            *(self.brokers[name].suspense_fen(day) for name in BROKERS),
            *(self.brokers[name].standing.clearing_fen for name in BROKERS),
        ]
        return [yuan(each) for each in fen]


def day_of(date: datetime.date) -> int:
    return trade_day(int(date.strftime("%Y%m%d")))


def second_of(at: datetime.datetime) -> int:
    return int(at.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=8))).timestamp())


def windows_of(date: datetime.date) -> list[Window]:
    return days_due(day_of(date))


def table(head: str) -> list[list[str]]:
    """The rows of the page's table that begins so."""
    below = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines()[2:]]


@pytest.fixture(scope="module")
def told() -> tuple[Told, dict[str, list[str]]]:
    """The whole story, and the rows on its way."""
    story, _ = read_story(ROOT / "docs" / "scenarios" / "settled.toml")
    found, rows = Told(story), dict[str, list[str]]()
    minutes = {minute: row for row, minute in WHEN.items()}
    for event in story.events:
        found.happen(event)
        minute = (event.at.date(), event.at.strftime("%H:%M"))
        if minute in minutes:
            rows[minutes[minute]] = found.row()
    return found, rows


def test_the_example_is_the_story_s(told: tuple[Told, dict[str, list[str]]]) -> None:
    assert {row[0]: row[1:] for row in table("when")} == told[1]
    assert told[0].refused == ["Wang"]


def test_the_obligations_are_the_story_s(told: tuple[Told, dict[str, list[str]]]) -> None:
    found = {}
    for name in BROKERS:
        says = told[0].sums(told[0].set_of(name, T)).values()
        sold_fen, bought_fen = sum(each.sold_fen for each in says), sum(each.bought_fen for each in says)
        owed_fen = sold_fen - bought_fen
        owed = yuan(owed_fen).replace("-", MINUS)
        found[name] = [yuan(sold_fen), yuan(bought_fen), owed, "broker" if owed_fen > 0 else "bank"]
    assert {row[0]: row[1:] for row in table("obligation of")} == found


def test_the_entries_are_what_is_posted_for_t(told: tuple[Told, dict[str, list[str]]]) -> None:
    """All of them but what Nanfang takes out, payments of one kind together."""
    posted = dict[tuple[str, str], int]()
    for name, broker in told[0].brokers.items():
        assert isinstance(broker.standing.books, NotedPostings)
        for debit, credit, fen in broker.standing.books.noted:
            if max(debit.day, credit.day) <= day_of(T):
                key = (_cell(debit, name), _cell(credit, name))
                posted[key] = posted.get(key, 0) + fen
    rows = dict[tuple[str, str], int]()
    for _, debit_cell, credit_cell, amount in table("what"):
        key = (re.sub(r" (Chaoyangmen|Sanlitun)", "", debit_cell), re.sub(r" (Chaoyangmen|Sanlitun)", "", credit_cell))
        rows[key] = rows.get(key, 0) + int(amount.replace(",", "").replace(".", ""))
    assert rows == posted


def _cell(part: Part, broker: str) -> str:
    if part in (SAVINGS, OTHER_BANKS):
        return str(int(part.code))
    return f"{int(part.code)} {broker}{' T' if part.code == Code.SUSPENSE else ''}"


def test_the_page_fits_two_sheets() -> None:
    """Of 60 lines with 120 characters."""
    assert len(PAGE.splitlines()) <= 120
