"""Whether a logon is heard: whose certificate it came with, how many links and sessions its party has.

Belongs here: the checks between a logon's signature and the ledger's answer. Never here: its time and nonce
(protocol.session.bank), version and numbers (the ledger), the budgets themselves (admission).

What is not logged on counts for nobody: whoever recorded a partner's frame can open any number of connections with it.
A link counts for its party once the ledger has answered its logon.
"""

from collections.abc import Mapping

from gateway.clock import Clock
from gateway.dispatch.admission import LINKS_PER_SEAT_MAX, Admission, LinkBudget
from gateway.links.partner_link import PartnerLink
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame
from protocol.keys.registry import PartyRegistry
from protocol.limits import NEGOTIATE_FRESH_NS
from protocol.messages.codec import decode_session
from protocol.messages.session import Establish
from protocol.session.bank_events import SessionPolicy


class Logons:
    """Reads the links of the dispatcher and changes none, but for the budget of one that establishes."""

    def __init__(
        self,
        registry: PartyRegistry,
        admission: Admission,
        policy: SessionPolicy,
        links: Mapping[int, PartnerLink],
        link_of_seat: Mapping[int, PartnerLink],
        clock: Clock,
    ) -> None:
        """`links`: all that are up, by number; `link_of_seat`: the established ones."""
        self._began_ns = clock.elapsed_ns()
        self._began_utc_ns = self._began_ns + clock.utc_offset_ns()
        self._registry = registry
        self._admission = admission
        self._policy = policy
        self._links = links
        self._link_of_seat = link_of_seat

    def check_certificate(self, link: PartnerLink) -> None:
        """Once the first signature has verified. Raises PeerViolation when the certificate names others only."""
        certified = link.entrance.certified_parties
        if certified is not None and link.session.party not in certified:
            raise PeerViolation(ReplyCode.SIGNATURE_INVALID, "the certificate is another party's")

    def check_negotiate(self, link: PartnerLink, frame: Frame, now_ns: int) -> None:
        """Counts the logon. Raises PeerViolation to end the link."""
        self._check_links(link)
        self._admission.count_logon(frame.header, frame.signature, now_ns)

    def check_establish(self, link: PartnerLink, frame: Frame, now_ns: int) -> None:
        """Counts the logon, unless its NEGOTIATE was counted and answered. Raises PeerViolation to end the link."""
        if link.is_logged_on:
            self._check_links(link)
        else:
            self._check_sent_to_us(frame, now_ns)
            self.check_negotiate(link, frame, now_ns)
        message = decode_session(frame.body)
        asked_ns = message.heartbeat_ns if isinstance(message, Establish) else 0
        link.budget = LinkBudget(min(max(asked_ns, self._policy.heartbeat_ns_min), self._policy.heartbeat_ns_max))

    def _check_sent_to_us(self, frame: Frame, now_ns: int) -> None:
        """An ESTABLISH alone that the gateway before us may have heard is none, for as long as it could be fresh: what
        that had heard is forgotten, and a recording would take the seat over from its owner.

        A NEGOTIATE needs no such care, its version is used up. Raises PeerViolation to end the link.
        """
        if now_ns - self._began_ns <= 2 * NEGOTIATE_FRESH_NS and frame.header.sent_at_ns <= self._began_utc_ns:
            raise PeerViolation(ReplyCode.STALE_TIMESTAMP, "sent before this gateway began: sign it anew")

    def _check_links(self, link: PartnerLink) -> None:
        number = link.session.party
        party = self._registry.party(number)
        seats = len(party.seats) if party is not None else 0
        counted = [other for other in self._links.values() if other.is_logged_on and not other.closing]
        if sum(other.session.party == number for other in counted) > LINKS_PER_SEAT_MAX * seats:
            raise PeerViolation(ReplyCode.STOPPING, f"{seats} seats have too many links; come back later")
        self._admission.check_slots(number, link.session.seat in self._link_of_seat, self._parties_served)

    def _parties_served(self) -> list[int]:
        """The party of each session."""
        return [link.session.party for link in self._link_of_seat.values()]
