"""Orders through the bank in the gateway's own book: what of each is frozen and bought, reckoned by the book itself.

The words of an order come by what was accepted of it, in any order, for what is live overtakes what is fed. Of a buy
each goes one way: what was executed and cancelled in all rises, what remains falls. So of each word the greatest, and
of what remains the least, is that of the record which stands last in the journal, and no place must be kept. An order
that was closed, or of which two people have lowered what was reported, changes no more: its broker may still say what
it said before.

What it has frozen and bought follows from its words alone, and goes into the book as a difference to what went before.
It is reckoned once each row up to some one is there, and compared with what the ledger told.

Belongs here: an order's words, by seat, date and number, what each kind of record does to them, the reckoning. Never
here: contracts and their columns (book), which rows count (book_intake), fees (fees), by which of them (papers).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gateway.own_book.fees import Numbers, Reckoned, Stands, drawn_and_needed
from gateway.own_book.order_words import ALL, WORDS, Page
from gateway.own_book.papers import Ordered, Papers, Place
from gateway.own_book.told import Frames, Told
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.acts.table import act_of
from protocol.errors import InvariantBroken
from protocol.limits import (
    AMOUNT_FEN_MAX,
    COLUMN_FEN_MAX,
    ORDER_TURNOVER_MAX,
    SEATS_MAX,
    SECURITY_NUMBER_MAX,
)
from protocol.messages.control import EndSettlement
from protocol.messages.orders.fees import SetFees
from protocol.messages.orders.securities import RegisterSecurities, SetPrices
from protocol.messages.persons import Act
from protocol.records import STATE_FROZEN
from protocol.vocabulary import MARKET_SHIFT, SIDE_MASK, OrderType, RecordKind, Side

MOVING = (RecordKind.ORDER, RecordKind.EXECUTED, RecordKind.CANCELLED, RecordKind.REFUSED)
"""What is told of an order besides moves nothing."""
AboutOrders = SetFees | RegisterSecurities | SetPrices | EndSettlement | Act
_PAGES, _PREFIX = "order_pages", "order_"
_SEAT_BITS = 16
assert SEATS_MAX < 1 << _SEAT_BITS


class Moved(NamedTuple):
    """(m,) what orders have more frozen and bought than they had, by contract; below 0: less."""

    contracts: Numbers
    frozen_fen: Numbers
    bought_fen: Numbers


class Closings(NamedTuple):
    """(m,) which freezes or orders were ended with their set, and what was drawn and released by that."""

    trade_date: Numbers
    seat: Numbers
    number: Numbers
    taken_fen: Numbers
    drawn_fen: Numbers  # of it


@dataclass(slots=True)
class Orders:
    """By trade date and seat, which is of one broker; all of a date leave when its customers are settled."""

    papers: Papers = field(default_factory=Papers)
    pages: dict[tuple[int, int], Page] = field(default_factory=dict)
    _early: list[Closings] = field(default_factory=list)
    _settled: set[int] = field(default_factory=set)  # dates whose orders leave with the next reckoning

    def take(self, kind: int, contracts: Numbers, told: Told, frames: Frames | None) -> None:
        """Accepted records of one kind of MOVING. Raises InvariantBroken for words that no order has."""
        remaining_fen = told.outcomes["remaining_fen"][told.rows]
        if (remaining_fen < 0).any() or (remaining_fen > AMOUNT_FEN_MAX).any():
            raise InvariantBroken("book: of an order remains what cannot be")
        if kind == RecordKind.ORDER:
            self._begin(contracts, told, frames, remaining_fen)
            return
        quantity, turnover = told.records["quantity"][told.rows], told.records["turnover"][told.rows]
        is_executed = kind == RecordKind.EXECUTED
        if (quantity < 0).any() or (is_executed and not _within(turnover, 0, ORDER_TURNOVER_MAX)):
            raise InvariantBroken("book: a report tells what cannot be")
        for page, at, numbers in self._named(*_targets(told)):
            page.touch(numbers)
            np.maximum.at(page.gone_fen, numbers, COLUMN_FEN_MAX - remaining_fen[at])
            if is_executed:
                np.maximum.at(page.traded, numbers, quantity[at])
                np.maximum.at(page.turnover, numbers, turnover[at])
            elif kind == RecordKind.CANCELLED:
                np.maximum.at(page.cancelled, numbers, quantity[at])
            else:
                page.cancelled[numbers] = ALL

    def hear(self, message: AboutOrders, place: Place, *, is_last: bool) -> None:
        """What the bank has said of orders beside records. `is_last`: as `Papers.hear`."""
        match message:
            case EndSettlement(trade_date):
                self._settled.add(trade_date)
            case Act(text):
                act = act_of(text)
                if isinstance(act, CorrectReportAct):
                    self._lower(act)
            case _:
                self.papers.hear(message, place, is_last=is_last)

    def close(self, told: Told, taken_fen: Numbers, drawn_fen: Numbers, frames: Frames | None) -> None:
        """Records that ended freezes or orders with their set; those of freezes are passed over."""
        overtake = frames is not None and frames.overtake
        if not overtake and not self.pages:
            return
        closings = Closings(*_targets(told), taken_fen, drawn_fen)
        if overtake:
            self._early.append(closings)
        else:
            self._close(closings)

    def reckon(self, party_of: Callable[[Numbers], Numbers]) -> Iterator[Moved]:
        """What those of which anything was told have frozen and bought by it. Of a book with each row up to one.

        `party_of`: the broker of each contract. Raises InvariantBroken where the ledger told otherwise.
        """
        for closings in self._early:
            self._close(closings)
        self._early.clear()
        for (trade_date, seat), page in self.pages.items():
            numbers = page.take_stale()
            if len(numbers):
                yield self._reckoned(page, trade_date, seat, numbers, party_of)
        if self._settled:
            self.pages = {key: page for key, page in self.pages.items() if key[0] not in self._settled}
            self._settled.clear()

    def forget(self, open_date: int) -> None:
        """Drop fee tables and the like that no order has or will have, when a date was opened and all was reckoned."""
        used = [np.unique(page.table[: page.end]) for page in self.pages.values()]
        again = self.papers.forget(open_date, np.concatenate((np.zeros(0, np.int32), *used)))
        for page in self.pages.values():
            page.table = again[page.table]

    def arrays(self) -> dict[str, npt.NDArray[np.signedinteger]]:
        """All of it, once all was reckoned; nothing where nobody orders."""
        arrays = self.papers.arrays()
        if self.pages:
            arrays[_PAGES] = np.array([(*key, page.end) for key, page in self.pages.items()], np.int64)
            for name in WORDS:
                parts = [getattr(page, name)[: page.end] for page in self.pages.values()]
                arrays[_PREFIX + name] = np.concatenate(parts)
        return arrays

    @staticmethod
    def from_arrays(arrays: dict[str, npt.NDArray[np.signedinteger]]) -> "Orders":
        """What `arrays` described. Raises KeyError or ValueError for arrays that do not fit."""
        orders, begin = Orders(Papers.from_arrays(arrays)), 0
        for trade_date, seat, end in arrays[_PAGES].tolist() if _PAGES in arrays else ():
            page = orders.pages[trade_date, seat] = Page()
            page.reach(end)
            for name in WORDS:
                getattr(page, name)[:end] = arrays[_PREFIX + name][begin : begin + end]
            if int(page.table.max()) > len(orders.papers.tables):
                raise ValueError("an order has a fee table that is not there")
            begin += end
        return orders

    def _begin(self, contracts: Numbers, told: Told, frames: Frames | None, frozen_fen: Numbers) -> None:
        if frames is None:
            raise InvariantBroken("book: an order has no number")
        records, rows = told.records, told.rows
        words, kinds = records["market_and_side"][rows], records["order_type"][rows]
        quantity, limit = records["quantity"][rows], records["limit"][rows]
        security = np.ascontiguousarray(records["security"][rows]).view("<i8")
        is_buy = (words & SIDE_MASK == Side.BUY) & (kinds == OrderType.LIMIT)
        is_told = told.outcomes["state"][rows] == STATE_FROZEN
        if not (is_buy & is_told).all() or min(int(quantity.min()), int(limit.min())) < 1:
            raise InvariantBroken("book: an order was taken that is none to buy at a limit")
        if int(limit.max()) > SECURITY_NUMBER_MAX:
            raise InvariantBroken("book: an order was taken at a limit that cannot be")
        dates, seats, numbers, journal_rows = frames.of(rows)
        for page, at, own in self._named(dates, seats, numbers):
            page.touch(own)
            if page.contract[own].any():
                raise InvariantBroken("book: an order was taken twice")
            page.contract[own], page.row[own] = contracts[at] + 1, journal_rows[at]
            page.market[own], page.security[own] = words[at] >> MARKET_SHIFT, security[at]
            page.quantity[own], page.limit[own] = quantity[at], limit[at]
            page.gone_fen[own] = np.maximum(page.gone_fen[own], COLUMN_FEN_MAX - frozen_fen[at])

    def _close(self, closings: Closings) -> None:
        for page, at, own in self._named(*closings[:3], is_known=True):
            page.touch(own)
            page.is_closed[own] = 1
            np.add.at(page.closed_fen, own, closings.taken_fen[at])
            np.add.at(page.closed_drawn_fen, own, closings.drawn_fen[at])

    def _lower(self, act: CorrectReportAct) -> None:
        """It has the order's last word: two people lower what was reported once."""
        page, numbers = self.pages.setdefault((act.trade_date, act.seat), Page()), np.array([act.number])
        page.touch(numbers)
        if page.is_lowered[act.number]:
            raise InvariantBroken("book: what was reported of an order was lowered twice")
        page.is_lowered[act.number] = 1
        page.lowered_traded[act.number], page.lowered_turnover[act.number] = act.quantity, act.turnover

    def _named(
        self, dates: Numbers, seats: Numbers, numbers: Numbers, *, is_known: bool = False
    ) -> Iterator[tuple[Page, npt.NDArray[np.intp], Numbers]]:
        """Each page that (m,) records name, which of them name it, and the numbers. `is_known`: no new page comes."""
        keys = dates << _SEAT_BITS | seats
        for key in np.unique(keys).tolist():
            place = key >> _SEAT_BITS, key & (1 << _SEAT_BITS) - 1
            if place not in self.pages:
                if is_known:
                    continue
                self.pages[place] = Page()
            at = np.flatnonzero(keys == key)
            yield self.pages[place], at, numbers[at]

    def _reckoned(
        self,
        page: Page,
        trade_date: int,
        seat: int,
        numbers: npt.NDArray[np.intp],
        party_of: Callable[[Numbers], Numbers],
    ) -> Moved:
        contracts = page.contract[numbers].astype(np.int64) - 1
        is_lowered, is_closed = page.is_lowered[numbers] > 0, page.is_closed[numbers] > 0
        traded = np.where(is_lowered, page.lowered_traded[numbers], page.traded[numbers]).astype(np.int64)
        turnover = np.where(is_lowered, page.lowered_turnover[numbers], page.turnover[numbers])
        cancelled = page.cancelled[numbers].astype(np.int64)
        open_before = page.quantity[numbers] - traded
        is_wrong = (contracts < 0) | (open_before < 0) | ((cancelled > open_before) & (cancelled < ALL))
        if is_wrong.any():
            raise InvariantBroken(f"book: seat {seat} has reports of {trade_date} that fit no order of it")
        self._look_up(page, trade_date, numbers, contracts, party_of)
        kept = (page.units, page.par, page.limit, page.accrued)
        units, par, limit, accrued = (word[numbers].astype(np.int64) for word in kept)
        by = Reckoned(self.papers.tables[page.table[numbers] - 1], units, par, limit + accrued)
        left = np.where(is_lowered, 0, np.maximum(0, open_before - cancelled))
        drawn_fen, needed_fen = drawn_and_needed(by, Stands(traded, turnover, left))
        # A broker may tell of a closed order that nothing is open, and then no more is known of what it had needed.
        told_fen = np.where(is_lowered, 0, COLUMN_FEN_MAX - page.gone_fen[numbers])
        told_fen = np.where(is_closed, page.closed_fen[numbers], told_fen)
        drawn_fen -= np.where(is_lowered, page.closed_drawn_fen[numbers], 0)
        differs = np.flatnonzero((needed_fen != told_fen) & ~(is_closed & (left == 0)))
        if len(differs):
            one = int(differs[0])
            raise InvariantBroken(
                f"book: of order {numbers[one]} of seat {seat} and {trade_date} the ledger has {told_fen[one]} fen left"
                f" and not {needed_fen[one]}"
            )
        moved = Moved(contracts, told_fen - page.frozen_fen[numbers], drawn_fen - page.bought_fen[numbers])
        page.frozen_fen[numbers], page.bought_fen[numbers] = told_fen, drawn_fen
        return moved

    def _look_up(
        self,
        page: Page,
        trade_date: int,
        numbers: npt.NDArray[np.intp],
        contracts: Numbers,
        party_of: Callable[[Numbers], Numbers],
    ) -> None:
        """What new orders are reckoned by becomes theirs: it never changes."""
        at = np.flatnonzero(page.table[numbers] == 0)
        if not len(at):
            return
        new = numbers[at]
        named = (party_of(contracts[at]), page.market[new], page.security[new], page.row[new])
        found = [
            self.papers.found(Ordered(party, market, security, trade_date), row)
            for party, market, security, row in zip(*(each.tolist() for each in named), strict=True)
        ]
        page.table[new], page.units[new], page.par[new], page.accrued[new] = np.array(found, np.int64).T


def _targets(told: Told) -> tuple[Numbers, Numbers, Numbers]:
    """(m,) date, seat and number of what is named. Raises InvariantBroken for a seat that there cannot be."""
    names = ("target_date", "target_seat", "target_number")
    dates, seats, numbers = (told.records[name][told.rows].astype(np.int64) for name in names)
    if not _within(seats, 0, SEATS_MAX) or not _within(dates, 0, 2**31):
        raise InvariantBroken("book: a record names an order of no seat")
    return dates, seats, numbers


def _within(numbers: npt.NDArray[np.signedinteger], least: int, most: int) -> bool:
    return int(numbers.min()) >= least and int(numbers.max()) <= most
