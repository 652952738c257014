"""What comes out of a seat's feed: one event for each entry, and why there are no more.

Belongs here: the event as a value, the exceptions of reading a feed. Never here: how entries come (line).
"""

from dataclasses import dataclass

from ...codes import ReplyCode
from ...errors import PeerViolation
from ...messages.codec import decode_content
from ...messages.feeds import CONTENTS, FeedContent, FeedEntry
from ...vocabulary import FeedKind


class FeedEnded(Exception):
    """No more events come of this `feed`: another was begun in its place, here or at another seat of the party, or what
    it was to begin behind is not there. The seat goes on."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One entry of a feed. Whoever keeps `position` and `digest` goes on behind it with `feed(position, digest)`."""

    position: int
    digest: bytes
    """(32,) Of all entries up to this one."""
    kind: FeedKind | int
    """A plain int: of a kind that is newer than this program."""
    trade_date: int
    contract_no: int
    """0: it is of none."""
    content: FeedContent | bytes
    """Undecoded: of a kind that is newer than this program."""
    decided_at_ns: int
    sequence: int
    """Journal row of the bank."""

    @classmethod
    def of(cls, entry: FeedEntry, digest: bytes) -> "FeedEvent":
        """The event of an entry; `digest` is the chained one behind it. Raises PeerViolation MALFORMED_FRAME for a
        content that is not its kind's."""
        kind: FeedKind | int = entry.kind
        content: FeedContent | bytes = entry.content
        if entry.kind in set(FeedKind):
            kind, content = FeedKind(entry.kind), decode_content(entry.content)
            if not isinstance(content, CONTENTS[kind]):
                raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"entry {entry.position} says what its kind does not")
        told = (entry.trade_date, entry.contract_no, content, entry.decided_at_ns, entry.sequence)
        return cls(entry.position, digest, kind, *told)
