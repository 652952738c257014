"""What a partner's link asks of whoever runs it, and what it is told of how it came in.

Belongs here: these as types. Never here: a link (partner_link), what is done with its words (gateway.dispatch).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from protocol.codes import ReplyCode
from protocol.session.bank_events import BankEvent, FrameSpent

Link = TypeVar("Link", contravariant=True)


class LinkOwner(Protocol[Link]):
    """Who handles what a session says. None of these waits."""

    def header_verified(self, link: Link) -> None:
        """The first signature of the link is good: who speaks is known. Raises PeerViolation to end the link."""
        ...

    def handle(self, link: Link, event: BankEvent | FrameSpent, now_ns: int) -> int:
        """A frame of its session. Returns for how many ns the link is not read. Raises PeerViolation to end it."""
        ...

    def unread_changed(self, link: Link, more_bytes: int) -> None:
        """The link has so many bytes more (or less) that its partner has not read."""
        ...

    def link_closed(self, link: Link) -> None:
        """The link is gone; nothing can be said on it any more."""
        ...

    def link_ends(self, code: ReplyCode) -> None:
        """We end a link for this reason."""
        ...

    def key_missing(self) -> None:
        """An outcome could not be signed: its bank key was not given to this gateway."""
        ...

    def link_failed(self) -> None:
        """An exception that nobody foresaw ended a link."""
        ...


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a connection came in.

    `certified_parties`: whom the peer's certificate may speak for; None: it binds nobody. `established`: to be called
    once the link serves a seat, and so is no stranger's any more. `address`: for people.
    """

    address: str = ""
    certified_parties: frozenset[int] | None = None
    established: Callable[[], None] = lambda: None
