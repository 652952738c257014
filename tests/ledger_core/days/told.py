"""What a broker's set says, line by line, and what of it differs from what the bank has: in plain numbers.

Belongs here: lines by facts and plants, the differences that follow, sums. Never here: sending, the ledger's own
arithmetic.

Each plant names the differences that it is. Sums of a contract follow from all lines of the contract together: what
its orders drew, and will draw when they are closed, against what the lines have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from protocol.messages.queries import Difference
from protocol.records import RecordArray
from protocol.vocabulary import ClearedEvent, ComparedField, DifferenceClass, Fate, RecordKind
from tests.ledger_core.days.facts import Facts, Lane, Order, Plant
from tests.ledger_core.desk import BROKER, SEAT, Target
from tests.ledger_core.lines.words import buy, dividend, event, order, refund, sell

HERE, THERE = DifferenceClass.MISSING_HERE, DifferenceClass.MISSING_THERE
UNKNOWN_NUMBER = 7_000
NO_TARGET = (0, 0, 0)
SUMS = (ComparedField.BOUGHT, ComparedField.SOLD)


class Line(NamedTuple):
    """`second_fen`: fees, tax, what was released; `told`: fate or event."""

    kind: int
    customer: int
    amount_fen: int = 0
    second_fen: int = 0
    told: int = 0
    target: Target = NO_TARGET
    place: int = -1  # of the order

    @property
    def net_fen(self) -> int:
        """What it brings to the customer, and the broker has to pay."""
        if self.kind == RecordKind.CLEAR_BUY:
            return -self.amount_fen - self.second_fen
        if self.kind in (RecordKind.CLEAR_ORDER, RecordKind.CLEAR_CONTRACT):
            return 0
        return self.amount_fen - self.second_fen


class Sums(NamedTuple):
    """Of a contract by its lines; the excess and what is listed are parts of the buys."""

    buys_fen: int
    proceeds_fen: int
    excess_fen: int
    listed_fen: int


@dataclass
class Bank:
    """What the bank has, added up from what was accepted."""

    contracts: dict[int, int] = field(default_factory=dict)  # by customer
    targets: dict[int, Target] = field(default_factory=dict)  # by order, of accepted freezes
    drawn_fen: dict[int, int] = field(default_factory=dict)  # by order
    released_fen: dict[int, int] = field(default_factory=dict)  # likewise, by the broker alone
    closed_fen: dict[int, int] = field(default_factory=dict)  # released by closing
    sold_fen: dict[tuple[int, int], int] = field(default_factory=dict)  # by customer and date
    booked_fen: dict[tuple[int, int], int] = field(default_factory=dict)  # of the excess, with the proceeds
    corrected: set[tuple[int, int]] = field(default_factory=set)
    left_fen: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """By customer and date: what is bought and sold otherwise, since a set that was taken back could not go whole."""

    def left_of(self, customer: int, date: int) -> tuple[int, int]:
        """What is left of sets that were taken back, in bought and in sold."""
        return self.left_fen.get((customer, date), (0, 0))

    def remaining_fen(self, facts: Facts, place: int) -> int:
        """What an order has frozen now."""
        if place not in self.targets:
            return 0
        gone_fen = self.drawn_fen[place] + self.released_fen[place] + self.closed_fen.get(place, 0)
        return facts.orders[place].frozen_fen - gone_fen


class Set:
    """The set of a lane, by what the bank has when it is complete, and what is planted in it."""

    def __init__(self, facts: Facts, bank: Bank, lane: Lane, plants: list[Plant]) -> None:
        self.facts, self.bank, self.lane = facts, bank, lane
        self.plants = [each for each in plants if not self._is_of_no_order(each)]
        self._of_order_at = {each.place: each for each in self.plants if each.is_of_order}
        self._of_customer = {each.customer: each for each in self.plants}
        self.released_fen = dict(bank.released_fen)  # as the lines tell them
        self.lines = list(self._lines())

    def records(self, lines: list[Line]) -> list[RecordArray]:
        """The lines as they travel; references rise with them."""
        return [self._record(line, place) for place, line in enumerate(lines, 1)]

    def sums(self, customer: int) -> Sums:
        """What the lines have of a contract."""
        buys_fen = proceeds_fen = excess_fen = listed_fen = 0
        for line in self.lines:
            if line.customer != customer:
                continue
            if line.kind == RecordKind.CLEAR_BUY:
                buys_fen += line.amount_fen + line.second_fen
                listed_fen += line.amount_fen + line.second_fen if line.place < 0 else 0
            elif line.kind == RecordKind.CLEAR_SELL:
                proceeds_fen += max(0, line.net_fen)
                excess_fen += max(0, -line.net_fen)
        return Sums(buys_fen + excess_fen, proceeds_fen, excess_fen, listed_fen)

    def differences(self) -> list[Difference]:
        """All that differs now, in some order."""
        found = [each for plant in self.plants for each in self._by_itself(plant)]
        for customer, _ in self.facts.of_lane(self.lane):
            found += self._of_sums(customer)
        return sorted(found, key=key_of)

    def draws_fen(self, place: int) -> int:
        """What closing an order draws by this set; a held one is not closed."""
        told = [line for line in self.lines if line.place == place]
        if any(line.kind == RecordKind.CLEAR_ORDER and line.told == Fate.HELD for line in told):
            return 0
        cleared_fen = sum(line.amount_fen + line.second_fen for line in told if line.kind == RecordKind.CLEAR_BUY)
        return min(self.bank.remaining_fen(self.facts, place), max(0, cleared_fen - self.bank.drawn_fen[place]))

    def is_held(self, place: int) -> bool:
        """Whether the set tells an order as one that waits for its allotment."""
        return any(line.place == place and line.told == Fate.HELD for line in self.lines)

    def orders(self, customer: int) -> Iterator[int]:
        """The places of a customer's accepted orders of the date."""
        for place, each in enumerate(self.facts.orders):
            if place in self.bank.targets and (each.customer, each.date) == (customer, self.lane[1]):
                yield place

    def bought_fen(self, customer: int) -> int:
        """What the bank has of a contract that is not corrected, once its orders are closed."""
        draws_fen = sum(self.bank.drawn_fen[place] + self.draws_fen(place) for place in self.orders(customer))
        left_fen, _ = self.bank.left_of(customer, self.lane[1])
        return draws_fen + self.bank.booked_fen.get((customer, self.lane[1]), 0) + left_fen

    def _is_of_no_order(self, plant: Plant) -> bool:
        return plant.is_of_order and plant.place not in self.bank.targets

    def _lines(self) -> Iterator[Line]:
        for customer, has in self.facts.of_lane(self.lane):
            plant = self._of_customer.get(customer)
            what = plant.what if plant else ""
            for name, day, told in (
                ("opened", has.since, ClearedEvent.OPENED),
                ("closed", has.ends, ClearedEvent.CLOSED),
            ):
                if (day == self.lane[1]) != (what in (f"{name} missing", f"{name} too many")):
                    yield Line(RecordKind.CLEAR_CONTRACT, customer, told=told)
            for place in self.orders(customer):
                yield from self._of_order(place)
            yield from self._of_sales(customer, plant)
            unknown = (self.lane[1], SEAT, UNKNOWN_NUMBER + customer)
            if plant and what == "order too many":
                yield Line(RecordKind.CLEAR_ORDER, customer, plant.fen, 0, Fate.FILLED, unknown)
            if plant and what == "buy too many":
                yield Line(RecordKind.CLEAR_BUY, customer, plant.fen, 1, 0, unknown)
        for each in self.facts.paid:
            kind = RecordKind.CLEAR_REFUND if each.is_refund else RecordKind.CLEAR_DIVIDEND
            if (self.facts.customers[each.customer].party, each.date) == self.lane:
                yield Line(kind, each.customer, each.gross_fen, each.tax_fen)

    def _of_order(self, place: int) -> Iterator[Line]:
        plant = self._of_order_at.get(place)
        what = plant.what if plant else ""
        each, fen = self.facts.orders[place], plant.fen if plant else 0
        cleared_fen = each.cleared_fen
        if what == "bought more":
            cleared_fen = self.bank.drawn_fen[place] + self.bank.remaining_fen(self.facts, place) + fen
        if what == "bought less":
            cleared_fen = self.bank.drawn_fen[place] - fen
        if what != "order missing":
            frozen_fen = each.frozen_fen + (fen if what == "frozen by fen" else 0)
            released_fen = self.released_fen[place] + (fen if what == "released by fen" else 0)
            fate = plant.told if plant and what == "fate" else each.fate
            yield self._line(place, each, RecordKind.CLEAR_ORDER, frozen_fen, released_fen, fate)
        if cleared_fen and what not in ("order missing", "buy missing"):
            fees_fen = min(each.fees_fen, cleared_fen - 1)
            yield self._line(place, each, RecordKind.CLEAR_BUY, cleared_fen - fees_fen, fees_fen, 0)

    def _line(self, place: int, each: Order, kind: int, amount_fen: int, second_fen: int, told: int) -> Line:
        return Line(kind, each.customer, amount_fen, second_fen, told, self.bank.targets[place], place)

    def _of_sales(self, customer: int, plant: Plant | None) -> Iterator[Line]:
        for place, sale in enumerate(self.facts.sales):
            if (sale.customer, sale.date) != (customer, self.lane[1]):
                continue
            is_it = plant is not None and plant.place == place
            if is_it and plant and plant.what == "sale missing":
                continue
            by_fen = plant.fen if is_it and plant and plant.what == "sale by fen" else 0
            yield Line(RecordKind.CLEAR_SELL, customer, sale.turnover_fen + by_fen, sale.fees_fen)
        if plant and plant.what == "sale too many":
            yield Line(RecordKind.CLEAR_SELL, customer, plant.fen + 10, 10)

    def _record(self, line: Line, reference: int) -> RecordArray:
        contract_no, on = self.bank.contracts[line.customer], self.lane[1]
        fees_fen = (line.second_fen - line.second_fen // 4, line.second_fen // 4)
        match line.kind:
            case RecordKind.CLEAR_ORDER:
                return order(line.target, contract_no, line.amount_fen, line.second_fen, line.told, on)
            case RecordKind.CLEAR_BUY:
                return buy(line.target, contract_no, line.amount_fen, *fees_fen, on=on)
            case RecordKind.CLEAR_SELL:
                return sell(reference, contract_no, line.amount_fen, *fees_fen, on=on)
            case RecordKind.CLEAR_DIVIDEND:
                return dividend(reference, contract_no, line.amount_fen, line.second_fen, on)
            case RecordKind.CLEAR_REFUND:
                return refund(reference, contract_no, line.amount_fen, on)
        return event(contract_no, line.told, on)

    def _by_itself(self, plant: Plant) -> Iterator[Difference]:
        """What a plant is, but for sums."""
        opened, closed = ComparedField.OPENED, ComparedField.CLOSED
        contract_no = self.bank.contracts[plant.customer]
        target = self.bank.targets[plant.place] if plant.is_of_order else NO_TARGET
        each = self.facts.orders[plant.place] if plant.is_of_order else None
        unknown = (self.lane[1], SEAT, UNKNOWN_NUMBER + plant.customer)
        match plant.what:
            case "opened missing" | "closed missing":
                field_of = opened if plant.what.startswith("opened") else closed
                yield Difference(THERE, field_of, contract_no, *NO_TARGET, 1, 0)
            case "opened too many" | "closed too many":
                field_of = opened if plant.what.startswith("opened") else closed
                yield Difference(HERE, field_of, contract_no, *NO_TARGET, 0, 1)
            case "order too many":
                yield Difference(HERE, ComparedField.ORDER, 0, *unknown, 0, 1)
            case "buy too many":
                yield Difference(HERE, ComparedField.BUY, 0, *unknown, 0, 1)
            case "order missing":
                yield Difference(THERE, ComparedField.ORDER, contract_no, *target, 1, 0)
            case "frozen by fen" if each:
                says = (each.frozen_fen, each.frozen_fen + plant.fen)
                yield Difference(DifferenceClass.AMOUNT, ComparedField.FROZEN, contract_no, *target, *says)
            case "released by fen":
                has_fen = self.released_fen[plant.place]
                says = (has_fen, has_fen + plant.fen)
                yield Difference(DifferenceClass.AMOUNT, ComparedField.RELEASED, contract_no, *target, *says)
            case "buy missing" if each:
                says = (self.bank.drawn_fen[plant.place], each.fate)
                yield Difference(DifferenceClass.STATE, ComparedField.FATE, contract_no, *target, *says)
            case "fate" if plant.told != Fate.HELD:
                says = (self.bank.drawn_fen[plant.place], plant.told)
                yield Difference(DifferenceClass.STATE, ComparedField.FATE, contract_no, *target, *says)

    def _of_sums(self, customer: int) -> Iterator[Difference]:
        key, sums, amount = (customer, self.lane[1]), self.sums(customer), DifferenceClass.AMOUNT
        if key in self.bank.corrected or customer not in self.bank.contracts:
            return
        contract_no, counts = self.bank.contracts[customer], self.lane[0] == BROKER or key in self.bank.booked_fen
        has_fen, says_fen = self.bought_fen(customer), sums.buys_fen - sums.listed_fen
        says_fen -= 0 if counts else sums.excess_fen
        if has_fen != says_fen:
            yield Difference(amount, ComparedField.BOUGHT, contract_no, *NO_TARGET, has_fen, says_fen)
        has_fen = self.bank.sold_fen.get(key, 0) + self.bank.left_of(*key)[1]
        if has_fen != sums.proceeds_fen if counts else has_fen > sums.proceeds_fen:
            yield Difference(amount, ComparedField.SOLD, contract_no, *NO_TARGET, has_fen, sums.proceeds_fen)


def key_of(each: Difference) -> tuple[int, ...]:
    """For lists in one order."""
    where = (each.contract_no, each.order_date, each.order_seat, each.order_number)
    return (each.difference_class, each.compared_field, *where, each.bank_has, each.set_says)
