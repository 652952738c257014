"""The gate: whether a broker owes anything of a date whose customers are settled or being settled.

Belongs here: who is gated now. Never here: what is gated (ledger.core.state.day.gated), what an obligation is
(rules.day.obligations), how one is paid (ledger.core.control).

A gated broker's customers are credited with what their own buys take, and with nothing else. Which dates count is
decided by the broker's own steps: those up to the last one whose settle step has begun.
"""

from ledger.core.state.book import Book
from ledger.core.state.day.obligations import Obligation
from protocol.vocabulary import LaneState


def is_gated(book: Book, party: int) -> bool:
    """Whether something of the party is unpaid, of a date up to the last one whose settle step has begun."""
    return any(_has_begun(book, each) for each in book.obligations.gating_of(party))


def _has_begun(book: Book, obligation: Obligation) -> bool:
    """A broker's lanes settle in the order of their dates; that of a date without a slot is settled."""
    if book.unsettled.slot_of(obligation.trade_date) < 0:
        return True
    return book.clearing.lane(obligation.trade_date, obligation.party).state >= LaneState.SETTLING
