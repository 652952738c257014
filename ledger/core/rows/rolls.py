"""A roll and the whole state behind it: what follower and auditor each reckon, and how they read what is said of it.

Belongs here: the digest of one roll, its comparison with a ConfirmRoll. Never here: when it is reckoned, what becomes
of a difference (the follower, the audit), what a ConfirmRoll earns (judge): who decides reckons no such digest.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.core.state.book import Book
from ledger.core.state.forms.layouts import STATE_LAYOUT
from ledger.core.state.forms.slices import whole_state_digest
from protocol.messages.control import ConfirmRoll


class Roll(NamedTuple):
    """The state right behind the row that opened `trade_date`, cut by a state layout."""

    trade_date: int
    sequence: int
    state_layout: int
    digest: bytes


def roll_behind(book: Book, slice_digests: Sequence[bytes]) -> Roll:
    """The roll in the book's last row, from the digests of all slices of the state as it is."""
    return Roll(book.trade_date, book.sequence, STATE_LAYOUT, whole_state_digest(slice_digests))


def difference(own: Roll | None, said: ConfirmRoll) -> str | None:
    """What is wrong with a ConfirmRoll, in words; None when nothing is, or when ours is of another roll or layout."""
    if own is None or (said.sequence, said.state_layout) != (own.sequence, own.state_layout):
        return None
    if said.digest == own.digest:
        return None
    what = f"the roll to {said.trade_date} in row {said.sequence}"
    return f"{what} is confirmed with the state {said.digest.hex()}, ours is {own.digest.hex()}"
