"""The pages of section 25: a head of 56 bytes, entries of 64, and the digest behind 1,024 of them.

Belongs here: bytes to fields and back. Never here: what a client does with an entry.
"""

import hashlib
import struct
from typing import NamedTuple

HEAD, ENTRY = struct.Struct("<iiqq32s"), struct.Struct("<bbhiqiiq8s16s8s")
OF_ORDER, OF_OTHERS = struct.Struct("<qq"), struct.Struct("<iiq")
ORDER, STRETCH = 20, 1_024
WORDS = {20: "limit", 22: "broker_number", 24: "turnover", 25: "cancel_position", 26: "cancel_position"}


class NoPage(ValueError):
    """Bytes that are no page."""


class Said(NamedTuple):
    """The words that every entry has at the same bytes."""

    kind: int
    market_and_side: int
    type_or_reason: int
    quantity: int
    contract_no: int
    seat: int
    number: int


class Entry(NamedTuple):
    """One entry. `word` is what bytes 24 to 31 say of its kind, `own` the last numbers: of an order what was frozen and
    its last second, of others the order that they name."""

    said: Said
    word: int
    security: str
    own: tuple[int, ...]
    partner_ref: bytes

    def packed(self) -> bytes:
        """Its 64 bytes."""
        own = (OF_ORDER if self.said.kind == ORDER else OF_OTHERS).pack(*self.own)
        return ENTRY.pack(*self.said, self.word, self.security.encode().ljust(8, b"\0"), own, self.partner_ref)


class Page(NamedTuple):
    """Entries of one stretch from `first` on."""

    trade_date: int
    next_date: int
    first: int
    next_number: int
    digest_before: bytes
    entries: tuple[Entry, ...]

    def packed(self) -> bytes:
        """The body of the frame."""
        return HEAD.pack(*self[:5]) + b"".join(entry.packed() for entry in self.entries)


def unpack_entry(data: bytes) -> Entry:
    """An entry out of its 64 bytes."""
    *numbers, word, security, own, ref = ENTRY.unpack(data)
    form = OF_ORDER if numbers[0] == ORDER else OF_OTHERS
    return Entry(Said(*numbers), word, security.rstrip(b"\0").decode("ascii"), form.unpack(own), ref)


def unpack_page(body: bytes) -> Page:
    """A page out of its bytes. Raises NoPage."""
    if len(body) < HEAD.size or (len(body) - HEAD.size) % ENTRY.size:
        raise NoPage("a part of a head or an entry")
    date, next_date, first, next_number, digest = HEAD.unpack(body[: HEAD.size])
    page = Page(
        *(date, next_date, first, next_number, digest),
        tuple(unpack_entry(body[at : at + ENTRY.size]) for at in range(HEAD.size, len(body), ENTRY.size)),
    )
    end = page.first + len(page.entries)
    if page.first < 1 or end > page.next_number or len(page.entries) > STRETCH - (page.first - 1) % STRETCH:
        raise NoPage("entries that are not there, or of two stretches")
    if not page.entries and (not page.next_date or page.first != page.next_number):
        raise NoPage("no entries, and the date is not over")
    return page


def digest_behind(digest_before: bytes, entries: tuple[Entry, ...]) -> bytes:
    """Of a whole stretch."""
    return hashlib.sha256(digest_before + b"".join(entry.packed() for entry in entries)).digest()
