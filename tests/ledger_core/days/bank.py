"""A bank in which drawn facts happen: its ledger, its people, and what was accepted.

Belongs here: sending one thing, keeping what came of it, what must hold after every step. Never here: an order of
steps (walk), what a set says (told).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.core import engine
from ledger.core.invariants import check_book
from ledger.core.state.forms.arrays import to_arrays
from ledger.core.state.general_ledger import LedgerKey
from protocol.acts.restraints import DeductAct, LiftRestraintAct, RestrainAct
from protocol.codes import ReplyCode
from protocol.given_numbers import CONTRACT_NUMBER_STEP
from protocol.messages.control import ChangeMode
from protocol.messages.customers.accounts import ChangeBroker, ChangeContract
from protocol.messages.day.steps import Mark, Tell
from protocol.messages.queries import PartyTotals, totals_digest
from protocol.records import RecordArray
from protocol.vocabulary import AccountCode, ContractEvent, Mode, RecordKind, Right, Way
from tests.bank_seats import SAVINGS_SEAT
from tests.customers import contract
from tests.ledger_core.corrections.people import staffed
from tests.ledger_core.corrections.words import SEATS
from tests.ledger_core.days.facts import PARTIES, Facts, Lane, Op
from tests.ledger_core.days.told import Bank, Set
from tests.ledger_core.desk import BROKER, Desk, account_of, deposit, fill_buy, fill_sell, freeze, record, release
from tests.ledger_core.moved.words import moved_of
from tests.people import signed

PAT, QUI, RAY, SUE = 7, 8, 9, 10  # two who may move the day out of its plan, two who may restrain
ACCEPTED = ReplyCode.ACCEPTED
FOR_WANT_OF_MONEY = frozenset(
    {
        ReplyCode.FUNDS_FROZEN,
        ReplyCode.INSUFFICIENT_FUNDS,
        ReplyCode.PROCEEDS_UNSETTLED,
        ReplyCode.AMOUNT_OVER_REMAINING,  # of a deduction
        ReplyCode.RESTRAINT_UNKNOWN,  # it is lifted or used up
    }
)
Figures = dict[int, tuple[int, int, int, int]]
"""By contract number: balance of its account, frozen, bought, sold."""


class Marked(NamedTuple):
    """What the ledger had in all, and of each contract, as of a mark."""

    totals: list[PartyTotals]
    figures: dict[int, tuple[int, tuple[int, int, int, int]]]  # by contract number, with that of its account


class Split(NamedTuple):
    """What a broker bears of a contract's buys and beyond its proceeds."""

    buys_fen: int
    proceeds_fen: int


class House:
    """The bank of one history."""

    def __init__(self, facts: Facts, mode: Mode = Mode.FREEZE) -> None:
        self.facts, self.has, self.desk = facts, Bank(), Desk()
        for party in PARTIES:
            self.desk.done(ChangeMode(party, mode))
        self.steps: list[tuple[int, list[list[int]]]] = []
        """After each, how many rows there were, and what every account had, as if nothing were moved."""
        self.office = staffed(self.desk)
        for person, right in ((PAT, Right.DAY), (QUI, Right.DAY), (RAY, Right.RESTRAIN), (SUE, Right.RESTRAIN)):
            self.desk.done(self.office.hired(person, right))
        self.marks: dict[int, Marked] = {}  # by row
        self.agreed: set[int] = set()
        self.sets: dict[Lane, Set] = {}  # that stand
        self.let_go: set[int] = set()  # orders of which the last is released
        self._restraints: dict[int, list[int]] = {}  # by customer
        self._middle: tuple[int, dict[str, np.ndarray]] | None = None

    def open(self, date: int) -> None:
        """Sign the customers that begin on a date."""
        for place, each in enumerate(self.facts.customers):
            if each.since == date and each.follows < 0:
                self.has.contracts[place] = self.desk.open(each.has_fen, each.party)

    def checked(self) -> None:
        """All that must hold after every step: statements of the book; what brokers make good against their dates."""
        book = self.desk.book
        check_book(book)
        columns = (book.balance_fen, book.frozen_fen, book.bought_fen, book.sold_fen, book.power_fen)
        figures = [column[: book.accounts_count].tolist() for column in columns]
        self.steps.append((len(self.desk.rows), figures))
        balances_fen = book.general_ledger.balances_fen
        for lane in book.clearing.sorted_lanes():
            cleared = book.clearing.by_contract.get(lane.trade_date)
            if cleared is None:
                continue
            own = np.flatnonzero((book.contract_facts[: book.contracts_count] >> 48) == lane.party)
            good_fen = (cleared.made_good_buys_fen[own] + cleared.made_good_proceeds_fen[own]).tolist()
            suspense = LedgerKey(AccountCode.SETTLEMENT, lane.party, lane.trade_date)
            assert balances_fen.get(suspense, 0) == -sum(good_fen)
            cases = {case: fen for case, fen in zip(cleared.case[own].tolist(), good_fen, strict=True) if fen}
            errors = {case: balances_fen[LedgerKey(AccountCode.ERRORS, lane.party, 0, case)] for case in cases}
            assert errors == cases

    def keep_state(self) -> None:
        """Remember the arrays of this moment, as a snapshot has them."""
        self._middle = (len(self.desk.rows), {name: each.copy() for name, each in to_arrays(self.desk.book).items()})

    @property
    def middle(self) -> tuple[int, dict[str, np.ndarray]]:
        """How many rows there were, and the arrays of then."""
        assert self._middle is not None
        return self._middle

    def agree(self, date: int, *, deep: bool = False) -> None:
        """The bank agrees with itself on a date; what the ledger had is kept."""
        answer = self.desk.told(Mark(date, deep))
        assert answer.code == ACCEPTED
        book = self.desk.book
        totals = engine.totals(book)
        self.marks[book.marked_sequence] = Marked(totals, self._by_account())
        self.desk.done(Tell(date, book.marked_sequence, totals_digest(totals)))
        self.agreed.add(date)

    def figures(self) -> Figures:
        """Of every contract."""
        return {number: self.desk.money(number) for place, number in self.has.contracts.items() if self.stands(place)}

    def stands(self, customer: int) -> bool:
        """Whether the account is still its own: not that of a contract with another broker."""
        follows = [place for place, each in enumerate(self.facts.customers) if each.follows == customer]
        return not any(place in self.has.contracts for place in follows)

    def _by_account(self) -> dict[int, tuple[int, tuple[int, int, int, int]]]:
        return {number: (self.desk.account(number), money) for number, money in self.figures().items()}

    def do(self, op: Op, date: int) -> None:
        """One thing of a date; what a customer is short of money for is refused, and nobody else's is."""
        if op.what in ("freeze", "fill", "release", "last"):
            self._of_order(op)
        elif op.what == "sell":
            self._sell(op.place)
        elif op.what == "end":
            seat = SEATS[self.facts.customers[op.place].party]
            event = ChangeContract(self.has.contracts[op.place], ContractEvent.TERMINATE)
            assert self.desk.control(event, seat) == ACCEPTED
        elif op.what == "move":
            self._change_broker(op.place)
        elif op.what in ("restrain", "lift"):
            self._withhold(op)
        else:
            self._move(op)

    def _change_broker(self, customer: int) -> None:
        """The contract of whoever follows this customer begins."""
        number = self.has.contracts[customer]
        place, new = next((place, each) for place, each in enumerate(self.facts.customers) if each.follows == customer)
        terms = contract(self.desk.account(number) // CONTRACT_NUMBER_STEP, new.party)
        told = self.desk.told(ChangeBroker(number, terms))
        assert told.code == ACCEPTED
        self.has.contracts[place] = told.remaining_fen

    def paid_fen(self, customer: int, since: int) -> int:
        """The least that is there for any date from `since` on, by what came up to it: what such a date can bear. What
        was moved for later ones is not.
        """
        contract_no = self.has.contracts[customer]
        balance_fen, _, _, _ = self.desk.money(contract_no)
        unsettled = self.desk.unsettled(contract_no)
        dates = sorted({date for date in self.desk.book.unsettled.dates.tolist() if date})
        there_fen, least_fen = balance_fen, None
        for date in dates:
            bought_fen, sold_fen = unsettled.get(date, (0, 0))
            there_fen += sold_fen - bought_fen - self.frozen_fen(customer, date)
            if date >= since:
                left_fen = there_fen - sum(self.moved_fen(customer, each) for each in dates if each > date)
                least_fen = left_fen if least_fen is None else min(least_fen, left_fen)
        assert least_fen is not None
        return least_fen

    def restrained_fen(self, customer: int) -> int:
        """What is withheld of a customer."""
        return int(
            self.desk.book.restrained_fen[self.desk.account(self.has.contracts[customer]) // CONTRACT_NUMBER_STEP]
        )

    def power_fen(self, customer: int) -> int:
        """What all dates together leave, less what is withheld."""
        balance_fen, frozen_fen, bought_fen, sold_fen = self.desk.money(self.has.contracts[customer])
        return balance_fen - frozen_fen - bought_fen + sold_fen - self.restrained_fen(customer)

    def frozen_fen(self, customer: int, date: int) -> int:
        """What the orders of a date have frozen."""
        return sum(
            self.has.remaining_fen(self.facts, place)
            for place, each in enumerate(self.facts.orders)
            if (each.customer, each.date) == (customer, date)
        )

    def moved_fen(self, customer: int, date: int) -> int:
        """What stands in 2420 for the orders of a date and for what was executed on it."""
        index = self.has.contracts[customer] // CONTRACT_NUMBER_STEP
        account = self.desk.book.account_of_contract[index : index + 1]
        orders = [
            place
            for place, each in enumerate(self.facts.orders)
            if (each.customer, each.date) == (customer, date) and place in self.has.targets
        ]
        of_orders_fen = sum(moved_of(self.desk, self.has.targets[place]) for place in orders)
        return of_orders_fen + int(self.desk.book.moved.drawn(date, account)[0])

    def _of_order(self, op: Op) -> None:
        order = self.facts.orders[op.place]
        contract_no, seat = self.has.contracts[order.customer], SEATS[self.facts.customers[order.customer].party]
        if op.what == "freeze":
            target = (self.desk.book.trade_date, seat, int(self.desk.book.next_number[seat]))
            if self._is_taken(order.customer, seat, freeze(contract_no, op.fen)):
                self.has.targets[op.place] = target
                self.has.drawn_fen[op.place] = self.has.released_fen[op.place] = 0
            return
        if op.place not in self.has.targets:
            return
        target = self.has.targets[op.place]
        if op.what == "fill":
            asked = fill_buy(target, contract_no, op.fen, op.more_fen, on=order.date)
        else:
            asked = release(target, contract_no, op.fen)
        (answer,) = self.desk.ask(seat, asked)
        assert answer.code == ACCEPTED, (op, order, answer)
        self.has.drawn_fen[op.place] += op.fen if op.what == "fill" else 0
        self.has.released_fen[op.place] += op.more_fen if op.what == "fill" else op.fen

    def _sell(self, place: int) -> None:
        sale = self.facts.sales[place]
        party, contract_no = self.facts.customers[sale.customer].party, self.has.contracts[sale.customer]
        (answer,) = self.desk.ask(SEATS[party], fill_sell(contract_no, sale.proceeds_fen, on=sale.date))
        if party != BROKER:
            assert answer.code == ReplyCode.AWAITS_CLEARING
            return
        assert answer.code == ACCEPTED
        key = (sale.customer, sale.date)
        self.has.sold_fen[key] = self.has.sold_fen.get(key, 0) + sale.proceeds_fen

    def _move(self, op: Op) -> None:
        contract_no = self.has.contracts[op.place]
        if op.what == "deposit":
            asked = deposit(contract_no, op.fen)
        else:
            number = self._restraints.get(op.place, [0])[-1]
            if op.what == "deduct" and not number:
                return
            if op.what == "deduct":
                self._order(op, number)
            way = {"withdraw": Way.CARD, "forced": Way.FORCED_CARD, "deduct": Way.JUDICIAL}[op.what]
            fields = {"target_number": number} if way == Way.JUDICIAL else {}
            asked = record(RecordKind.WITHDRAWAL, account_of(contract_no), op.fen, way=way, **fields)
        self._is_taken(op.place, SAVINGS_SEAT, asked)

    def _order(self, op: Op, number: int) -> None:
        """Two people order what a deduction needs beyond earlier orders, where the restraint withholds so much."""
        restraint = self.desk.book.restraints.by_number.get(number)
        short_fen = min(op.fen, restraint.amount_fen) - restraint.ordered_fen if restraint is not None else 0
        if short_fen <= 0:
            return
        act = DeductAct(
            **self.office.by(RAY),
            account_no=account_of(self.has.contracts[op.place]),
            restraint_no=number,
            amount_fen=short_fen,
            authority="西湖区法院",
            document="(2026)浙0106执12号之一",
        )
        assert self.desk.control(signed(act, RAY, SUE)) == ACCEPTED

    def _withhold(self, op: Op) -> None:
        if op.what == "restrain":
            act = RestrainAct(
                **self.office.by(RAY),
                account_no=account_of(self.has.contracts[op.place]),
                amount_fen=op.fen,
                kind="JUDICIAL",
                authority="西湖区法院",
                document="(2026)浙0106执12号",
                holds_until_s=0,
            )
            answer = self.desk.told(signed(act, RAY, SUE))
            assert answer.code == ACCEPTED
            self._restraints.setdefault(op.place, []).append(answer.remaining_fen)
        elif self._restraints.get(op.place):
            number = self._restraints[op.place][-1]
            lifted = LiftRestraintAct(**self.office.by(RAY), restraint_no=number, amount_fen=op.fen)
            assert self.desk.control(signed(lifted, RAY, SUE)) in (ACCEPTED, *FOR_WANT_OF_MONEY)

    def _is_taken(self, customer: int, seat: int, asked: RecordArray) -> bool:
        (answer,) = self.desk.ask(seat, asked)
        may = answer.code in FOR_WANT_OF_MONEY if not self._never_short(customer, asked) else False
        assert answer.code == ACCEPTED or may, answer
        return answer.code == ACCEPTED

    def _never_short(self, customer: int, asked: RecordArray) -> bool:
        return self.facts.has_plenty(customer) and int(asked["way"][0]) != Way.JUDICIAL


@dataclass(frozen=True)
class Books:
    """What must be the same by every way."""

    figures: Figures
    unsettled: dict[int, dict[int, tuple[int, int]]]
    made_good: dict[tuple[int, int], Split]
    owed_fen: dict[tuple[int, int], int]
    general_ledger: dict[tuple[int, int, int, int], int]
    orders: dict[int, tuple[int, int, int]]


def books(house: House) -> Books:
    """As they are now. Cases of a broker are numbered as they come, so they count together."""
    desk, facts = house.desk, house.facts
    balances_fen: dict[tuple[int, int, int, int], int] = {}
    for key, fen in desk.book.general_ledger.balances_fen.items():
        is_case = key.code == AccountCode.ERRORS and key.party > 1
        pooled = (int(key.code), key.party, key.trade_date, 0 if is_case else key.item)
        balances_fen[pooled] = balances_fen.get(pooled, 0) + fen
    return Books(
        house.figures(),
        {number: desk.unsettled(number) for number in house.has.contracts.values()},
        {
            (place, date): made_good(house, place, date)
            for place in house.has.contracts
            for date in desk.book.clearing.by_contract
        },
        {(key.party, key.trade_date): each.owed_fen for key, each in desk.book.obligations.entries.items()},
        {key: fen for key, fen in balances_fen.items() if fen},
        {
            place: (house.has.remaining_fen(facts, place), house.has.drawn_fen[place], house.has.released_fen[place])
            for place in house.has.targets
        },
    )


def made_good(house: House, customer: int, date: int) -> Split:
    """What the broker bears of a contract's date."""
    cleared, index = house.desk.book.clearing.by_contract[date], house.has.contracts[customer] // CONTRACT_NUMBER_STEP
    return Split(int(cleared.made_good_buys_fen[index]), int(cleared.made_good_proceeds_fen[index]))
