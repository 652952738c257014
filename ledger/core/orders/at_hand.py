"""Orders that the records of a block are about, as these leave them one behind the other.

Belongs here: finding the order that a record names, also one that was accepted in the same block. Never here: what a
record earns (decide), what it does (act), what is kept of an order (slots).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.core.orders.read import Ordering
from ledger.core.orders.slots import Named, named_at, order_at
from ledger.core.state.book import Book
from ledger.core.state.unsettled import NO_SLOT
from protocol.kinds import CANCEL_FIELD, KINDS
from rules.orders.reports import Order
from rules.orders.states import OrderState
from rules.orders.told import Report

if TYPE_CHECKING:
    from ledger.core.orders.facts import LookedUp

_ANSWER_CANCELS = frozenset(int(kind) for kind, row in KINDS.items() if CANCEL_FIELD in row.fields)


@dataclass(slots=True)
class Kept:
    """An order, whose it is, and what it keeps by number."""

    order: Order
    contract: int
    named: Named
    new_fen: int | None = None  # what was frozen for it, where it was accepted in this block
    cancel_seat: int = 0  # that asked in this block to cancel it


class OrdersAtHand:
    """By slot, of one block."""

    def __init__(self, book: Book, ordering: Ordering) -> None:
        self._book = book
        self._contracts: list[int] = ordering.contract.tolist()
        self._slots: list[int] = ordering.slot.tolist()
        sided = (ordering.market.tolist(), ordering.security.tolist(), ordering.side.tolist())
        self._sided: list[tuple[int, int, int]] = list(zip(*sided, strict=True))
        told = (ordering.kind.tolist(), ordering.quantity.tolist(), ordering.number.tolist())
        self.reports: list[Report] = list(map(Report, *told))
        """What each record says, where it is a report."""
        self.by_slot: dict[int, Kept] = {}
        self.last_entries: dict[int, int] = {}
        """The numbers of the last entries of brokers' feeds of orders, of those that this block adds to."""
        self.looked_up: LookedUp = {}
        self._closed: set[int] = set()

    def named_by(self, place: int) -> Kept | None:
        """The order that the record at a place names, of the contract that it names; None: there is none."""
        slot = self._slots[place]
        kept = self.by_slot.get(slot)
        if kept is None:
            requests = self._book.requests
            if not requests.orders.are_kept or not requests.orders.order_type[slot]:
                return None
            contract = int(requests.contract[slot]) - 1
            kept = self.by_slot[slot] = Kept(order_at(self._book, slot), contract, named_at(self._book, slot))
        if slot in self._closed:
            kept.order.state = OrderState.CLOSED
        return kept if kept.contract == self._contracts[place] else None

    def fits(self, place: int, kept: Kept) -> bool:
        """Whether the record repeats market, side and security of its order."""
        named = self._book.orders.securities.named_by(kept.named.version)
        return self._sided[place] == (*named, kept.order.side)

    def canceler(self, place: int) -> int:
        """The seat that asked for the cancel which the record at a place answers, as it stands there; 0: none."""
        report = self.reports[place]
        if report.kind not in _ANSWER_CANCELS or not report.number:
            return 0
        kept = self.named_by(place)
        if kept is None or kept.order.cancel_position != report.number:
            return 0
        return kept.cancel_seat or int(self._book.requests.orders.cancel_seat[self._slots[place]])

    def begin(self, place: int, party: int, order: Order, named: Named) -> int:
        """The record at a place is an order that was accepted. Returns its number in the broker's feed."""
        entry = self.take_entry(party)
        self.by_slot[self._slots[place]] = Kept(
            order, self._contracts[place], named._replace(entry=entry), order.remaining_fen
        )
        return entry

    def close(self, slot: int) -> None:
        """A record of the block has closed what a slot holds: to those behind it an order there has ended."""
        self._closed.add(slot)

    def take_entry(self, party: int) -> int:
        """The next number in a broker's feed."""
        last = self.last_entries.get(party)
        entry = self.last_entries[party] = 1 + (int(self._book.orders.entries.last[party]) if last is None else last)
        return entry


def is_cleared(book: Book, trade_date: int, party: int) -> bool:
    """Whether reports of a broker's date come too late to move anything: its set is complete, or the date settled."""
    has_set = book.clearing.cleared.get(trade_date)
    return (has_set is not None and bool(has_set[party])) or book.unsettled.slot_of(trade_date) == NO_SLOT
