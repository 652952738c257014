"""What is told of orders through the bank: entries of 64 bytes, pages of them, and the digests that chain them.

Belongs here: the layout of an entry and of a page's head, what every page must be, the digest of a stretch. Never here:
when an entry is made (ledger.core), which page is told to whom, what a reader has read (the session's owner).

A feed is numbered from 1 on each trade date, without gaps. A **stretch** is 1,024 numbers of a date, beginning with
1, 1,025, 2,049 and so on; a page lies within one. So whoever has read a stretch from its beginning knows the digest
behind it, which the next page tells again in front of its own, and nobody need chain entries one by one.
"""

import hashlib
import struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .codes import ReplyCode
from .errors import PeerViolation
from .kinds import KINDS
from .limits import DIGEST_BYTES, ORDER_ENTRY_BYTES, ORDER_PAGE_HEAD_BYTES, REQUEST_NUMBER_MAX, STRETCH_ENTRIES
from .trade_dates import is_trade_date

OrderEntryArray = npt.NDArray[np.void]

# An entry is the record that was accepted, with its seat and number where its amount would be; in an order, which names
# none, what was frozen for it and the last second in which it may be sent to the exchange stand where others name their
# order.
_FIELDS = (
    ("kind", "<i1", 0),
    ("market_and_side", "<i1", 1),
    ("order_type", "<i2", 2),
    ("reason", "<i2", 2),
    ("quantity", "<i4", 4),
    ("contract_no", "<i8", 8),
    ("seat", "<i4", 16),
    ("number", "<i4", 20),
    ("limit", "<i8", 24),
    ("broker_number", "<i8", 24),
    ("turnover", "<i8", 24),
    ("cancel_position", "<i8", 24),
    ("security", "S8", 32),
    ("frozen_fen", "<i8", 40),
    ("target_date", "<i4", 40),
    ("target_seat", "<i4", 44),
    ("last_second", "<i8", 48),
    ("target_number", "<i8", 48),
    ("partner_ref", "V8", 56),
)
_NAMES, _FORMATS, _OFFSETS = (list(column) for column in zip(*_FIELDS, strict=True))
ORDER_ENTRY = np.dtype({"names": _NAMES, "formats": _FORMATS, "offsets": _OFFSETS, "itemsize": ORDER_ENTRY_BYTES})
_WORDS = ("limit", "broker_number", "turnover", "cancel_position")  # of which a kind has one at most, in bytes 24 to 31
_HEAD = struct.Struct(f"<iiqq{DIGEST_BYTES}s")
assert _HEAD.size == ORDER_PAGE_HEAD_BYTES
NO_STRETCH = bytes(DIGEST_BYTES)
"""The digest in front of the first stretch of a date."""


class OrderPageHead(NamedTuple):
    """What opens a page."""

    trade_date: int
    next_date: int  # of the feed, behind this one; 0: this is its last
    first: int  # number of the first entry; without entries that behind the last of the date
    next_number: int  # that the next entry of this date would have when the page was made
    digest_before: bytes  # (32,) in front of the stretch that `first` is of


class OrderPage(NamedTuple):
    """Entries of one stretch, in the order of their numbers; none: the date is over, and the next one named."""

    head: OrderPageHead
    entries: OrderEntryArray  # (m,) ORDER_ENTRY, read-only

    @property
    def end(self) -> int:
        """The number behind the last entry."""
        return self.head.first + len(self.entries)


def stretch_of(number: int) -> int:
    """Which stretch of its date a number ≥ 1 is of, from 0."""
    return (number - 1) // STRETCH_ENTRIES


def first_of(stretch: int) -> int:
    """The first number of a stretch."""
    return stretch * STRETCH_ENTRIES + 1


def room_behind(number: int) -> int:
    """How many numbers its stretch has from `number` ≥ 1 on, this one included."""
    return STRETCH_ENTRIES - (number - 1) % STRETCH_ENTRIES


def digest_behind(digest_before: bytes, entries: bytes | bytearray) -> bytes:
    """SHA-256 of the digest in front of a stretch ‖ all its entries: the digest in front of the next one."""
    return hashlib.sha256(digest_before + entries).digest()


def pack_page(head: OrderPageHead, entries: bytes | bytearray) -> bytes:
    """The body of ORDERS."""
    return _HEAD.pack(*head) + entries


def head_of(body: bytes) -> tuple[OrderPageHead, int]:
    """The head of a page that our own side has made, and how many entries it has."""
    return OrderPageHead._make(_HEAD.unpack_from(body)), (len(body) - ORDER_PAGE_HEAD_BYTES) // ORDER_ENTRY_BYTES


def unpack_page(body: bytes) -> OrderPage:
    """What a body of ORDERS says. Raises PeerViolation MALFORMED_FRAME when it cannot be a page: shorter than its head,
    with a part of an entry, beyond its stretch or the numbers that there are, with no date or another order of dates,
    empty without saying how to go on, or with a digest in front of everything.
    """
    count, rest = divmod(len(body) - ORDER_PAGE_HEAD_BYTES, ORDER_ENTRY_BYTES)
    if rest or count < 0:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"{len(body)} bytes are no page of orders")
    head = OrderPageHead._make(_HEAD.unpack_from(body))
    if not 1 <= head.first <= head.next_number - count <= REQUEST_NUMBER_MAX or count > room_behind(head.first):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"{count} entries from {head.first} on are no page of orders")
    if not is_trade_date(head.trade_date) or (head.next_date and not _is_behind(head.next_date, head.trade_date)):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"no dates of a feed are {head.trade_date}, {head.next_date}")
    if not count and (not head.next_date or head.first != head.next_number):
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "a page of orders without entries, and its date is not over")
    if not stretch_of(head.first) and head.digest_before != NO_STRETCH:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, "a digest in front of the first stretch of a date")
    return OrderPage(head, np.frombuffer(body, ORDER_ENTRY, offset=ORDER_PAGE_HEAD_BYTES))


def entry_fields(kind: int) -> tuple[str, ...]:
    """Which words an entry of this kind has, in the order of their bytes."""
    row = next((row for known, row in KINDS.items() if known == kind), None)
    is_order = row is not None and row.is_ordering and not row.tells_of_order
    word = [name for name in _WORDS if row is not None and name in row.fields]
    if row is not None and not row.is_ordering:
        word = ["turnover"]  # what was executed of an order that has ended with its date
    own = ("frozen_fen", "last_second") if is_order else ("target_date", "target_seat", "target_number")
    said = ("kind", "market_and_side", "order_type" if is_order else "reason", "quantity", "contract_no")
    return (*said, "seat", "number", *word, "security", *own, "partner_ref")


def _is_behind(date: int, other: int) -> bool:
    return is_trade_date(date) and date > other
