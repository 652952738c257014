"""What brokers are told without asking: the position of each feed, what may be signed for, what was accepted of a seat.

Belongs here: these as state, and the newest entries as memory, which is none. Never here: when an entry is made
(ledger.core.control), what is older than memory (the read model), how one is sent.

The position of each party is state, and so is the digest that chains all its entries. An entry itself is kept nowhere
in the state: whoever applies the journal makes it again, at the same position.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import msgspec

from ledger.core.state.columns import LongColumn, long_zeros
from protocol.limits import FEED_ENTRIES_KEPT_MAX, FEED_PAGE_ENTRIES_MAX, PARTIES_MAX, SIGNED_FOR_KEPT_MAX
from protocol.messages.codec import encode
from protocol.messages.feeds import COUNTED_KINDS, NO_ENTRY, SIGNED_FOR, FeedContent, FeedEntry, FeedPage, chained
from protocol.messages.fields import sum_from_fen
from protocol.vocabulary import BANK_PARTY, FeedKind


class SignedForKey(NamedTuple):
    """One entry that is signed for: the newest of its kind and broker's date."""

    party: int
    trade_date: int
    kind: int


class SignedFor(msgspec.Struct, array_like=True):
    """What a broker was told, and when it signed for it: whole seconds of decision, 0 for not yet."""

    party: int
    trade_date: int
    kind: int
    position: int
    digest: bytes
    received_s: int = 0

    @property
    def key(self) -> SignedForKey:
        """Its name."""
        return SignedForKey(self.party, self.trade_date, self.kind)


class SeatAccepted(msgspec.Struct, array_like=True):
    """What was accepted of a broker's seat on the open date: of each counted kind, how many and the sum."""

    seat: int
    counts: list[int]
    amounts: list[bytes]  # each a SumFen


class Kept(NamedTuple):
    """An entry, and the chained digest in front of it."""

    entry: FeedEntry
    digest_before: bytes


class News(NamedTuple):
    """An entry that a party is to be told."""

    party: int
    kept: Kept


@dataclass(slots=True)
class Feeds:
    """The feeds of all brokers."""

    positions: LongColumn = field(default_factory=lambda: long_zeros(PARTIES_MAX + 1))  # by party, of the last entry
    digests: dict[int, bytes] = field(default_factory=dict)  # by party, the chained one behind its last entry
    signed_for: dict[SignedForKey, SignedFor] = field(default_factory=dict)
    accepted: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)
    """By seat: counts and sums, which are Python's integers: they may pass 64 bits."""
    # Memory, and no part of the state: what was made since this book was begun or loaded.
    kept: dict[int, deque[Kept]] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    """Of the last control row."""
    sequence: int = 0  # of the row that is being applied
    decided_at_ns: int = 0
    author: int = BANK_PARTY  # the party that said what is being applied

    def begin_row(self, sequence: int, decided_at_ns: int) -> None:
        """A control row is about to act."""
        self.sequence, self.decided_at_ns = sequence, decided_at_ns
        self.news = []

    def tell(self, party: int, kind: FeedKind, trade_date: int, contract_no: int, content: FeedContent) -> None:
        """Make the next entry of a broker's feed."""
        position = int(self.positions[party]) + 1
        entry = FeedEntry(
            position, self.sequence, self.decided_at_ns, int(kind), trade_date, contract_no, encode(content)
        )
        before = self.digests.get(party, NO_ENTRY)
        self.positions[party], self.digests[party] = position, chained(before, entry)
        newest = self.kept.get(party)
        if newest is None:
            newest = self.kept[party] = deque(maxlen=FEED_ENTRIES_KEPT_MAX)
        kept = Kept(entry, before)
        newest.append(kept)
        self.news.append(News(party, kept))

    def tell_to_sign(self, party: int, kind: FeedKind, trade_date: int, content: FeedContent) -> None:
        """Make an entry that is signed for; one of the same kind and date before it is signed for no more."""
        assert kind in SIGNED_FOR
        self.tell(party, kind, trade_date, 0, content)
        position, digest = int(self.positions[party]), self.digests[party]
        told = SignedFor(party, trade_date, int(kind), position, digest)
        self.signed_for.pop(told.key, None)
        self.signed_for[told.key] = told
        own = [key for key in self.signed_for if key.party == party]
        if len(own) > SIGNED_FOR_KEPT_MAX:
            del self.signed_for[min(own, key=lambda key: self.signed_for[key].position)]

    def count(self, seat: int, place: int, count: int, amount_fen: int) -> None:
        """So many records of a counted kind were accepted of a broker's seat."""
        found = self.accepted.get(seat)
        if found is None:
            found = self.accepted[seat] = ([0] * COUNTED_KINDS, [0] * COUNTED_KINDS)
        found[0][place] += count
        found[1][place] += amount_fen

    def accepted_of(self, seats: Iterable[int]) -> tuple[list[int], list[int]]:
        """Counts and sums of these seats together."""
        counts, amounts_fen = [0] * COUNTED_KINDS, [0] * COUNTED_KINDS
        for seat in seats:
            for place, (count, amount_fen) in enumerate(zip(*self.accepted.get(seat, ([], [])), strict=True)):
                counts[place] += count
                amounts_fen[place] += amount_fen
        return counts, amounts_fen

    def page(self, party: int, first: int) -> FeedPage | None:
        """Entries of a party from position `first` ≥ 1 on, as many as a page has; None when some are not in memory."""
        next_position = int(self.positions[party]) + 1
        kept = self.kept.get(party, ())
        if first >= next_position:
            return FeedPage(first, next_position, NO_ENTRY, [])
        skipped = first - (next_position - len(kept))
        if skipped < 0:
            return None
        told = list(islice(kept, skipped, skipped + FEED_PAGE_ENTRIES_MAX))
        return FeedPage(first, next_position, told[0].digest_before, [each.entry for each in told])

    def sorted_signed_for(self) -> list[SignedFor]:
        """In the order of their keys."""
        return [self.signed_for[key] for key in sorted(self.signed_for)]

    def sorted_accepted(self) -> list[SeatAccepted]:
        """In the order of seats."""
        return [
            SeatAccepted(seat, list(counts), [sum_from_fen(each) for each in amounts_fen])
            for seat, (counts, amounts_fen) in sorted(self.accepted.items())
        ]
