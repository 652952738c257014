"""What accepted records about orders through the bank do: by the same pages again, one record behind the other.

Belongs here: the effect of (records, outcomes) on orders and their accounts, live, in recovery and in the follower.
Never here: a verdict: outcomes are given, and one that the pages do not make stops the process. The amounts of these
records are nobody's word: what acts is the difference that each makes of its order.
"""

from typing import NamedTuple

import numpy as np

from ledger.core.kind_tables import BY_SET
from ledger.core.orders.at_hand import Kept, OrdersAtHand, is_cleared
from ledger.core.orders.facts import facts_of
from ledger.core.orders.mirrored import follow_orders, parts_of
from ledger.core.orders.read import Ordering, ordered_by
from ledger.core.orders.slots import Named, keep, keep_new
from ledger.core.resolve import Block
from ledger.core.state.book import Book
from ledger.core.state.orders.acted import Acted
from protocol.errors import InvariantBroken
from protocol.records import OutcomeArray
from protocol.vocabulary import OrderType, Side
from rules.money.account import Account
from rules.orders.reports import Order, freeze_order
from rules.orders.taking import order_of
from rules.orders.told import ask_cancel, is_cancel, is_order, outcome_of, tell
from rules.request import DONE, Decision


class Acts(NamedTuple):
    """What became of the orders that a block is about, and what did it."""

    ordering: Ordering
    at_hand: OrdersAtHand


def act_orders(book: Book, block: Block, outcomes: OutcomeArray) -> Acts | None:
    """What the accepted ones of a block make of orders, and what each of them adds to frozen and to bought. The book
    stays as it is until `keep_acted`. Behind what has closed an order nothing changes it, whatever fits.

    Raises InvariantBroken for an outcome that the pages do not make of what the book has.
    """
    ordering = block.ordering
    if ordering is None:
        return None
    at_hand = OrdersAtHand(book, ordering)
    told = outcomes[ordering.positions]
    columns = (told["code"].tolist(), told["state"].tolist(), told["remaining_fen"].tolist())
    closed = closed_by(block, outcomes)
    for place, outcome in enumerate(zip(*columns, strict=True)):
        if not outcome[0]:
            is_closed = closed.get(int(ordering.slot[place]), block.count) < int(ordering.positions[place])
            made = DONE if is_closed else _act(book, block, ordering, at_hand, place)
            if made != outcome:
                position = int(ordering.positions[place])
                raise InvariantBroken(f"record {position} of the block is answered {outcome}, and makes {made}")
            ordering.cancelers[place] = at_hand.canceler(place)
    return Acts(ordering, at_hand)


def closed_by(block: Block, outcomes: OutcomeArray) -> dict[int, int]:
    """By slot, which record of the block has closed the order or freeze that it holds."""
    targets = block.targets
    if targets is None or block.corrections is None:
        return {}
    kind = np.broadcast_to(block.kind, (block.count,))[targets.positions]
    at = np.flatnonzero(BY_SET[kind] & (outcomes["code"][targets.positions] == 0))
    return dict(zip(targets.slot[at].tolist(), targets.positions[at].tolist(), strict=True))


def keep_acted(book: Book, acts: Acts) -> None:
    """Orders, their money and what they make of the mirror are as these records have left them."""
    ordering, at_hand = acts
    book.orders.acted = Acted(ordering.positions, ordering.frozen_fen, ordering.bought_fen, ordering.entries)
    slots = list(at_hand.by_slot)
    before = parts_of(book, slots)
    for slot, kept in at_hand.by_slot.items():
        if kept.new_fen is not None:
            keep_new(book, slot, kept.contract, kept.order, kept.named, kept.new_fen)
        else:
            keep(book, slot, kept.order)
        if kept.cancel_seat:
            book.requests.orders.cancel_seat[slot] = kept.cancel_seat
    follow_orders(book, slots, before)
    for party, entry in at_hand.last_entries.items():
        book.orders.entries.last[party] = entry


def _act(book: Book, block: Block, ordering: Ordering, at_hand: OrdersAtHand, place: int) -> Decision:
    """Let one accepted record act. Returns the outcome that it has then."""
    kind, account = int(ordering.kind[place]), Account(0, 0, 0, 0, 0)
    if ordering.is_malformed[place]:
        raise InvariantBroken(f"record {int(ordering.positions[place])} of the block is accepted, and malformed")
    if is_order(kind):
        order, named = _ordered(book, block, ordering, at_hand, place, account)
        ordering.frozen_fen[place] = order.remaining_fen
        ordering.entries[place] = at_hand.begin(place, int(ordering.party[place]), order, named)
        return outcome_of(kind, order)
    kept = at_hand.named_by(place)
    if kept is None or not at_hand.fits(place, kept):
        raise InvariantBroken(f"record {int(ordering.positions[place])} of the block is of no order that is there")
    order = kept.order
    if is_cancel(kind):
        _cancel(book, block, ordering, at_hand, place, kept)
        return outcome_of(kind, order)
    before_fen = order.remaining_fen, order.drawn_fen
    late = is_cleared(book, order.trade_date, int(ordering.party[place]))
    if not tell(at_hand.reports[place], order, account, late):
        raise InvariantBroken(f"record {int(ordering.positions[place])} of the block does not fit its order")
    ordering.frozen_fen[place] = order.remaining_fen - before_fen[0]
    ordering.bought_fen[place] = order.drawn_fen - before_fen[1]
    return outcome_of(kind, order)


def _ordered(
    book: Book, block: Block, ordering: Ordering, at_hand: OrdersAtHand, place: int, account: Account
) -> tuple[Order, Named]:
    """The order that was accepted, with what the bank knows of its security."""
    position = int(ordering.positions[place])
    named, side = (int(ordering.market[place]), int(ordering.security[place])), Side(int(ordering.side[place]))
    contract, seat = int(ordering.contract[place]), _seat_of(block, position)
    facts = facts_of(book, contract, seat, named, side, 0, at_hand.looked_up)
    ordered = ordered_by(ordering, place)
    order = order_of(ordered, facts.known, book.trade_date)
    if order is None or (ordered.side, ordered.order_type) != (Side.BUY, OrderType.LIMIT):
        raise InvariantBroken(f"record {position} of the block is no order that can be taken")
    freeze_order(order, account)
    return order, Named(facts.version, facts.fee_table, facts.last_second)


def _cancel(book: Book, block: Block, ordering: Ordering, at_hand: OrdersAtHand, place: int, kept: Kept) -> None:
    if kept.order.trade_date != book.trade_date:
        raise InvariantBroken(f"record {int(ordering.positions[place])} of the block cancels an order of another date")
    entry = at_hand.take_entry(int(ordering.party[place]))
    ask_cancel(kept.order, entry)
    ordering.entries[place] = entry
    kept.cancel_seat = _seat_of(block, int(ordering.positions[place]))


def _seat_of(block: Block, position: int) -> int:
    return block.seat if isinstance(block.seat, int) else int(block.seat[position])
