"""The bank of a random week: who came with how much, what was sent and told, and what must hold behind every step.

Belongs here: sending one thing, counting what comes in and goes out, statements about money. Never here: what a broker
or customer does next (customers, lane), an order of steps (walk).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from ledger.core.invariants import check_book
from ledger.core.state.day.obligations import ObligationKey
from protocol.account_codes import AccountCode
from protocol.acts.clearing import AdvanceLimitAct, MarketRateAct
from protocol.acts.parties import TerminateBrokerAct
from protocol.codes import ReplyCode
from protocol.messages.control import ChangeMode
from protocol.messages.customers.accounts import OpenAccounts, ReplaceCard
from protocol.messages.day.paying import Fund
from protocol.records import RecordArray
from protocol.vocabulary import LaneState, Mode, ObligationState, RecordKind, Right
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.customers import OUTLET, account, holder_of
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Answer,
    Desk,
    Target,
    record,
)
from tests.ledger_core.paying.bank import FRIDAY, House, at
from tests.ledger_core.weeks.waits import Waits

PARTIES = (BROKER, OTHER_BROKER)
NEXT_MONDAY = 20_260_112
DATES = (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
RAY, SUE = 11, 12  # two who may restrain
XAN, YAO = 13, 14  # two who may stop brokers
ACCEPTED = ReplyCode.ACCEPTED
SUSPENSE, ERRORS, CLEARING = AccountCode.SETTLEMENT, AccountCode.ERRORS, AccountCode.CLEARING_ACCOUNT
LENT, OWED = AccountCode.ADVANCES, AccountCode.OWED_TO_CUSTOMERS
IN_2420 = (AccountCode.SAVINGS, AccountCode.MOVED)
"""What is moved for orders stands in the one instead of the other."""

UNPAID = (ObligationState.OVERDUE, ObligationState.OWED_BY_BANK)
"""What may end an agreement."""

Lane = tuple[int, int]
"""Party and trade date."""


def fifth_day_ends_s(due_s: int) -> int:
    """The last second of the fifth day behind the one on which something is due; the bank of these weeks works on all
    days that its windows have.
    """
    of_zone_s = due_s + 8 * 3_600
    return (of_zone_s // 86_400 + 6) * 86_400 - 8 * 3_600 - 1


@dataclass
class Order:
    """A freeze as its broker knows it."""

    contract_no: int
    date: int
    target: Target
    frozen_fen: int
    drawn_fen: int = 0
    released_fen: int = 0  # by its broker
    closed_fen: int = 0  # likewise, by closing
    named_on: int = 0  # a later date whose set names it: its broker has asked for its allotment

    @property
    def remaining_fen(self) -> int:
        """What is frozen still."""
        return self.frozen_fen - self.drawn_fen - self.released_fen - self.closed_fen

    def close(self, drawn_fen: int, released_fen: int) -> None:
        """The day desk ends it."""
        self.drawn_fen, self.closed_fen = self.drawn_fen + drawn_fen, self.closed_fen + released_fen


class Sale(NamedTuple):
    """What a contract has sold on a date, fees off."""

    contract_no: int
    proceeds_fen: int


@dataclass
class Posted:
    """What outlets have taken from their customers for a lane and given to them, added up entry by entry."""

    debited_fen: Counter[int] = field(default_factory=Counter)  # by outlet
    credited_fen: Counter[int] = field(default_factory=Counter)


@dataclass
class Came:
    """What a broker and its customers brought to the bank, and took from it."""

    brought_fen: int = 0  # by customers, the first balances among it
    taken_fen: int = 0  # by them, and by authorities
    funded_fen: int = 0  # by the broker
    paid_out_fen: int = 0


class Bank:
    """The bank of one week: every step is counted, checked and kept."""

    def __init__(self, modes: dict[int, Mode], limits_fen: dict[int, int]) -> None:
        desk = Desk()
        for party, mode in modes.items():
            desk.done(ChangeMode(party, mode))
        self.house, self.modes = House(desk), modes
        for person in (RAY, SUE):
            desk.done(self.house.office.hired(person, Right.RESTRAIN))
        for person in (XAN, YAO):
            desk.done(self.house.office.hired(person, Right.BROKERS))
        self.contracts: dict[int, list[int]] = {party: [] for party in PARTIES}  # the living ones first signed first
        self.accounts: dict[int, list[int]] = {party: [] for party in PARTIES}  # all that were ever theirs
        self.orders: dict[Lane, list[Order]] = {}
        self.sales: dict[Lane, list[Sale]] = {}
        self.owed_fen: dict[Lane, int] = {}  # by the lines of the set that stands
        self.made_good_fen = Counter[Lane]()  # by its corrections
        self.posted: dict[Lane, Posted] = {}
        self.came = {party: Came() for party in PARTIES}
        self.waits = {party: Waits(party) for party in PARTIES}
        self.steps: list[tuple[object, ...]] = []
        self.restraints: dict[int, list[int]] = {}  # by contract
        self.references = Counter[int]()
        self.terminated: set[int] = set()
        self.happened = Counter[str]()  # what weeks must have, by name
        self._serials = Counter[int]()
        self._holders: dict[int, int] = {}  # by account
        self.now(at(MONDAY, 16))
        for party, fen in limits_fen.items():
            self.limited(party, fen)

    @property
    def desk(self) -> Desk:
        """That which asks the core."""
        return self.house.desk

    def now(self, second: int) -> None:
        """It is this second; acts that are signed now are good for a minute."""
        self.house.now(second)
        self.house.office.valid_until_s = second + 60

    def limited(self, party: int, limit_fen: int) -> None:
        """The broker may be lent so much."""
        if not self.desk.book.clearing_accounts.rates:
            assert self.house.act(MarketRateAct, day=MONDAY, rate_millionths=24_000) == ACCEPTED
        assert self.house.act(AdvanceLimitAct, party=party, limit_fen=limit_fen) == ACCEPTED

    def open(self, party: int, fen: int) -> int:
        """Somebody has an account with so much, and a contract with a broker."""
        number = self.desk.sign(self._opened(party, fen, self.desk.book.accounts_count), party)
        self.contracts[party].append(number)
        return number

    def _opened(self, party: int, fen: int, holder: int) -> int:
        """An account at one of three outlets; the savings desk brings its money."""
        place = self.desk.book.accounts_count
        terms = replace(account(place, 0), holder=holder_of(holder), outlet=OUTLET + len(self.accounts[party]) % 3)
        number = self.desk.told(OpenAccounts([terms])).remaining_fen
        self.accounts[party].append(number)
        self._holders[number] = holder
        if fen:
            assert self.desk.ask(SAVINGS_SEAT, record(RecordKind.DEPOSIT, number, fen))[0].code == ACCEPTED
        self.came[party].brought_fen += fen
        return number

    def replaced(self, party: int, contract_no: int) -> int:
        """The card of a contract is replaced: it goes on on another account of its holder, under this number."""
        account_no = self._opened(party, 0, self._holders[self.desk.account(contract_no)])
        told = self.desk.told(ReplaceCard(contract_no, account_no))
        assert told.code == ACCEPTED
        self.contracts[party].append(told.remaining_fen)
        return told.remaining_fen

    def at_savings(self, party: int, contract_no: int, asked: RecordArray) -> ReplyCode:
        """The savings desk moves money of a contract's account: what came of it is counted."""
        before_fen = self.desk.money(contract_no)[0]
        (answer,) = self.desk.ask(SAVINGS_SEAT, asked)
        moved_fen = self.desk.money(contract_no)[0] - before_fen
        self.came[party].brought_fen += max(0, moved_fen)
        self.came[party].taken_fen += max(0, -moved_fen)
        self.kept(answer)
        return answer.code

    def waiting(self, party: int, date: int) -> list[Order]:
        """Orders of earlier dates, settled since, that wait for their allotment, or that a set of the date names."""
        earlier = [on for of, on in self.orders if of == party and on < date and self.is_settled((party, on))]
        orders = [each for on in earlier for each in self.orders[party, on]]
        return [each for each in orders if each.remaining_fen or each.named_on == date]

    def ended(self, target: Target, drawn_fen: int, released_fen: int) -> None:
        """An order is closed, drawn of so much."""
        order = next(each for orders in self.orders.values() for each in orders if each.target == target)
        order.close(drawn_fen, released_fen)

    def fund(self, party: int, fen: int) -> None:
        """A broker brings money."""
        self._serials[party] += 1
        self.came[party].funded_fen += fen
        assert self.kept(self.desk.told(Fund(party, fen, self._serials[party]))).code == ACCEPTED

    def terminate(self, party: int, date: int) -> None:
        """Two people end the agreement with a broker for what is owed by a date: behind the fifth bank working day."""
        who = {"party": party, "trade_date": date, "case": 0}
        owed = self.desk.book.obligations.entries.get(ObligationKey(party, date, 0))
        told = self.house.act_of((XAN, YAO), TerminateBrokerAct, **who)
        is_late = owed is not None and owed.state in UNPAID and self._second > fifth_day_ends_s(owed.due.first_due_s)
        if party in self.terminated:
            assert told == ReplyCode.STATUS_FORBIDS
        elif owed is None or owed.state == ObligationState.PAID:
            assert told == ReplyCode.OBLIGATION_UNKNOWN
        else:
            assert told == (ACCEPTED if is_late else ReplyCode.STEP_NOT_DUE)
        if told == ACCEPTED:
            self.terminated.add(party)
            self.happened["terminated"] += 1
        self.kept(None)

    @property
    def _second(self) -> int:
        return self.desk.now_ns // 1_000_000_000

    def pay_out(self, party: int, fen: int) -> None:
        """A broker takes money from its clearing account, where it may."""
        if self.house.pay_out(fen, party) == ACCEPTED:
            self.came[party].paid_out_fen += fen
        self.kept(None)

    def reference(self, party: int) -> int:
        """The next own reference of a broker."""
        self.references[party] += 1
        return self.references[party]

    def asked(self, *records: RecordArray) -> list[Answer]:
        """The day desk sends a block; what it posts between customers and brokers is added up."""
        told = self.desk.ask(DAY_SEAT, *records)
        for each in self.desk.book.gated.posted:
            posted = self.posted.setdefault((each.party, each.trade_date), Posted())
            is_debit = each.leg.credit == SUSPENSE
            side = posted.debited_fen if is_debit else posted.credited_fen
            for contract, fen in zip(each.contracts.tolist(), each.amounts_fen.tolist(), strict=True):
                side[int(self.desk.book.outlet[self.desk.book.account_of_contract[contract]])] += fen
        return told

    def kept(self, told: Answer | None) -> Answer:
        """A step is done: all that must hold is looked at, and what there is now is kept. Returns what it was told."""
        self.checked()
        self.steps.append((told, *self.figures()))
        return told or Answer(ACCEPTED, 0, 0)

    def figures(self) -> tuple[object, ...]:
        """What every customer has and may, what every broker owes; as if nothing were moved."""
        book = self.desk.book
        used = slice(book.accounts_count)
        columns = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen, book.power_fen)
        owed = [
            (*key, each.state, each.unpaid_fen, each.advanced_fen) for key, each in book.obligations.entries.items()
        ]
        gated = [(*lane.key, lane.is_due, lane.gated_fen, lane.credited_fen) for lane in book.gated.sorted_lanes()]
        balances_fen = book.general_ledger.balances_fen
        ours = [(key, fen) for key, fen in sorted(balances_fen.items()) if fen and key.code not in IN_2420]
        return ([column[used].tolist() for column in columns], sorted(owed), gated, ours)

    def checked(self) -> None:
        """All that must hold behind every step."""
        book = self.desk.book
        check_book(book)
        for lane, owed_fen in self.owed_fen.items():
            obligation = book.obligations.entries.get(ObligationKey(*lane, 0))
            assert obligation is None or obligation.owed_fen == owed_fen
            if obligation is not None:
                self._lane_adds_up(lane, owed_fen)
        for party in PARTIES:
            if all(book.clearing.lane(date, party).state != LaneState.SETTLING for date in DATES):
                self._quiet(party)

    def _lane_adds_up(self, lane: Lane, owed_fen: int) -> None:
        """What outlets gave less what they took, with what is gated and what is the broker's case, is what it owes."""
        party, date = lane
        if not self.is_settled(lane):
            return
        posted = self.posted.get(lane, Posted())
        given_fen = posted.credited_fen.total() - posted.debited_fen.total()
        waits_fen = self.waits[party].of_date_fen(date)
        assert given_fen + waits_fen - self.made_good_fen[lane] == owed_fen
        assert self.suspense_fen(party, date) == waits_fen - self._unpaid_fen(lane)

    def _unpaid_fen(self, lane: Lane) -> int:
        each = self.desk.book.obligations.entries[ObligationKey(*lane, 0)]
        return each.unpaid_fen if each.owed_fen > 0 else -each.unpaid_fen

    def is_settled(self, lane: Lane) -> bool:
        """Whether all customers of a broker's date are."""
        book = self.desk.book
        is_open = book.unsettled.slot_of(lane[1]) >= 0
        return not is_open or book.clearing.lane(lane[1], lane[0]).state >= LaneState.SETTLED

    def suspense_fen(self, party: int, date: int) -> int:
        """What stands in 2410 for a broker's date."""
        return -self.house.book(SUSPENSE, party, date)

    def _quiet(self, party: int) -> None:
        """No customer of the broker is being settled. What all of them have and have had is at most what they and their
        broker have brought, and what the bank has lent it: who lends nothing is never owed anything.
        """
        balances_fen = self.desk.book.general_ledger.balances_fen
        of_party = Counter[int]()
        for key, fen in balances_fen.items():
            if key.party == party:
                of_party[key.code] += fen
        assert -of_party[SUSPENSE] >= of_party[ERRORS] >= 0
        came = self.came[party]
        have_fen = self.has_fen(party)
        paid_fen = came.funded_fen - came.paid_out_fen + of_party[CLEARING]
        assert have_fen + came.taken_fen <= came.brought_fen + paid_fen + of_party[LENT]

    def has_fen(self, party: int) -> int:
        """What all customers of a broker have, on their accounts and where they are owed it without one."""
        balances_fen = self.desk.book.general_ledger.balances_fen.items()
        owed_fen = -sum(fen for key, fen in balances_fen if (key.code, key.party) == (OWED, party))
        return owed_fen + sum(self.desk.money_of(account_no)[0] for account_no in self.accounts[party])
