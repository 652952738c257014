"""What one party, or one link of it, may use up, so that it harms no other: logons, control, frames that ask nothing.

Belongs here: the budgets of parties and links, which logon finds a place. Never here: sockets and strangers (links),
what a frame means (dispatcher), the party's requests under way (links.in_flight).

A frame that moves the session on is paid for with credit, which its answer gives back. Everything else costs the
bank its signature and the partner nothing: heartbeats, requests behind a gap, repeats, requests told BUSY. These have
a budget of work; beyond it the link is not read until the debt is paid, and TCP holds the sender back.
"""

from collections.abc import Callable, Collection

from gateway.dispatch.budget import Budget
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.header import Header
from protocol.keys.registry import PartyRegistry
from protocol.limits import (
    CONTROL_AT_ONCE_MAX,
    CONTROL_PER_SECOND_MAX,
    HEARTBEATS_AT_ONCE_MAX,
    HEARTBEATS_PER_INTERVAL_MAX,
    LOGONS_AT_ONCE_MAX,
    LOGONS_PER_SEAT_AT_ONCE_MAX,
    LOGONS_PER_SECOND_MAX,
    NEGOTIATE_FRESH_NS,
)
from protocol.messages.base import Message, is_act
from protocol.messages.customers.open_items import OpenItemsQuery
from protocol.messages.feeds import FeedQuery
from protocol.messages.queries import DifferenceQuery, ProceedsQuery
from protocol.vocabulary import BANK_PARTY, SeatRole

NS_PER_SECOND = 1_000_000_000
FRAME_WORK_NS = 400_000  # of both processes: a signature checked and one made, the answer, and waking up for it
BYTE_WORK_NS = 2  # hashing, copying and forwarding a body
WORK_BURST_NS = 250_000_000  # 625 small frames: what a client that goes back after one refusal may have under way
PARTY_WORK_INTERVAL = 10  # ns for each ns of work: a tenth of a processor for all links of a party together
LINK_WORK_INTERVAL = 20  # half of that for one link: its party's others still beat and repeat
QUERY_WORK_INTERVAL = 8  # queries are of use, and orders wait for them: an eighth of a processor for a party
LOOKED_AT_NS: dict[type[Message], int] = {
    FeedQuery: BYTE_WORK_NS * 64 * 1024,  # as a page that we ask for ourselves
    DifferenceQuery: 4_000_000,
    ProceedsQuery: 20_000_000,  # of a million contracts
    OpenItemsQuery: 12_000_000,
}
"""What the ledger looks through for one answer, nominal ns, where there is as much of it as there can be: it is one for
all, and orders wait. Of other queries the frame is what costs."""
BANK_TIMES_MORE = 256  # the bank loads master data and serves every customer by control, and nobody else can do it
CONTROL_IN_BULK = frozenset(SeatRole) - {SeatRole.BROKER, SeatRole.CHANNEL}
"""Roles of the bank's seats that do so; a day desk compares the sets of all brokers by it, some places at a time. Of a
channel each seat has what a broker has, so that a program of it that runs wild costs the orders no more."""
LINKS_PER_SEAT_MAX = 2  # on average over a party's seats: one that serves, one that takes over from it
KEPT_SLOTS_SHARE = 4  # at most one slot in so many is kept for parties that have no session yet


class LinkBudget:
    """What one established link may send that asks for nothing."""

    __slots__ = ("heartbeats", "work")

    def __init__(self, heartbeat_ns: int) -> None:
        self.heartbeats = Budget(heartbeat_ns // HEARTBEATS_PER_INTERVAL_MAX, HEARTBEATS_AT_ONCE_MAX)
        self.work = Budget(LINK_WORK_INTERVAL, WORK_BURST_NS)


class PartyBudget:
    """What all links of a party may use up together."""

    __slots__ = ("logons", "queries", "unread_bytes", "work")

    def __init__(self, party: int, seats_count: int) -> None:
        times = BANK_TIMES_MORE if party == BANK_PARTY else 1
        logons_at_once = times * (LOGONS_AT_ONCE_MAX + LOGONS_PER_SEAT_AT_ONCE_MAX * seats_count)
        self.logons = Budget(NS_PER_SECOND // (times * LOGONS_PER_SECOND_MAX), logons_at_once)
        self.work = Budget(PARTY_WORK_INTERVAL, WORK_BURST_NS)
        self.queries = Budget(QUERY_WORK_INTERVAL, WORK_BURST_NS)
        self.unread_bytes = 0


class Admission:
    """One per gateway. Times are monotonic ns."""

    def __init__(self, registry: PartyRegistry, sessions_max: int) -> None:
        self._registry = registry
        self._sessions_max = sessions_max
        self._parties: dict[int, tuple[int, PartyBudget]] = {}  # by party: the seats it had, its budget
        self._channel_queries: dict[int, Budget] = {}  # by seat of a channel
        self._control: dict[tuple[int, int, bool], Budget] = {}  # by party, seat, 0 of a broker, and for acts
        self._logons_seen: dict[bytes, int] = {}  # signature → when it came: those that are still fresh

    def of_party(self, party: int) -> PartyBudget:
        """The budget of a registered party; a new one when it got another seat."""
        entry = self._registry.party(party)
        seats_count = len(entry.seats) if entry is not None else 0
        known = self._parties.get(party)
        if known is not None and known[0] == seats_count:
            return known[1]
        budget = PartyBudget(party, seats_count)
        if known is not None:
            budget.unread_bytes = known[1].unread_bytes
        self._parties[party] = (seats_count, budget)
        return budget

    def count_logon(self, header: Header, signature: bytes, now_ns: int) -> None:
        """One logon of a party more. A recording of one uses up nothing.

        Raises PeerViolation: STALE_TIMESTAMP for the very frame that came before, STOPPING when there are too many.
        What is remembered is bounded: only logons that were counted are, while they are fresh.
        """
        if signature in self._logons_seen:
            raise PeerViolation(ReplyCode.STALE_TIMESTAMP, f"this logon of seat {header.seat} was seen before")
        missing_ns = self.of_party(header.sender).logons.take(1, now_ns)
        if missing_ns:
            detail = f"too many logons of this party; come back in {-(-missing_ns // 1_000_000)} ms"
            raise PeerViolation(ReplyCode.STOPPING, detail)
        for seen, received_ns in list(self._logons_seen.items()):
            if now_ns - received_ns <= 2 * NEGOTIATE_FRESH_NS:
                break
            del self._logons_seen[seen]
        self._logons_seen[signature] = now_ns

    def check_slots(self, party: int, is_served: bool, sessions_of: Callable[[], Collection[int]]) -> None:
        """Raises PeerViolation STOPPING when no slot is left for another session of this party.

        `is_served`: its seat has a session, which the new link takes over; that needs no slot. `sessions_of`: the
        party of each session. The bank's own seat always finds one, and so does, as far as KEPT_SLOTS_SHARE goes,
        a party that has no session yet.
        """
        if is_served or party == BANK_PARTY:
            return
        parties = sessions_of()
        free = self._sessions_max - sum(other != BANK_PARTY for other in parties)
        kept = 0
        if party in parties:
            waiting = [entry for entry in self._registry.entries() if entry.seats and entry.party not in parties]
            kept = sum(entry.party != BANK_PARTY for entry in waiting)
            kept = min(kept, self._sessions_max // KEPT_SLOTS_SHARE)
        if free <= kept:
            raise PeerViolation(ReplyCode.STOPPING, "all sessions that may be served at once are; come back later")

    def beat(self, link: LinkBudget, now_ns: int) -> None:
        """A heartbeat came. Raises PeerViolation RATE_EXCEEDED when they come far above their interval."""
        if link.heartbeats.take(1, now_ns):
            detail = f"more than {HEARTBEATS_PER_INTERVAL_MAX} heartbeats in each interval"
            raise PeerViolation(ReplyCode.RATE_EXCEEDED, detail)

    def asked_nothing(self, party: int, link: LinkBudget, work_ns: int, now_ns: int) -> int:
        """A frame that moved nothing on. Returns the ns for which the link is not to be read."""
        return max(self.of_party(party).work.spend(work_ns, now_ns), link.work.spend(work_ns, now_ns))

    def asked_query(self, party: int, body_bytes: int, now_ns: int, ledger_ns: int = 0, seat: int = 0) -> int:
        """A query, for whose answer the ledger looks so long. Returns the ns for which the link is not to be read.

        `seat`: a channel's pays for itself, for it is of one broker, whose customers use up nothing of another's.
        """
        if party == BANK_PARTY:
            return 0
        queries = self._channel_queries.get(seat)
        if queries is None and self._registry.role_of(seat) == SeatRole.CHANNEL:
            queries = self._channel_queries[seat] = Budget(QUERY_WORK_INTERVAL, WORK_BURST_NS)
        if queries is None:
            queries = self.of_party(party).queries
        return queries.spend(work_of(body_bytes) + ledger_ns, now_ns)

    def control_wait_ns(self, party: int, seat: int, body: bytes, now_ns: int) -> int:
        """Counts a CONTROL frame and returns 0; for one too many counts nothing and returns the ns to wait.

        A broker's seats share one budget. Each seat of a channel has its own, being of one broker, and each of the
        bank, so that no desk keeps another one waiting; and one more for acts: each costs the ledger two signatures and
        a row, and people do not sign by the thousand.
        """
        for_acts = is_act(body)
        has_own = party == BANK_PARTY or self._registry.role_of(seat) == SeatRole.CHANNEL
        key = (party, seat if has_own else 0, for_acts)
        budget = self._control.get(key)
        if budget is None:
            is_bulk = not for_acts and self._registry.role_of(seat) in CONTROL_IN_BULK
            times = BANK_TIMES_MORE if is_bulk else 1
            budget = Budget(NS_PER_SECOND // (times * CONTROL_PER_SECOND_MAX), times * CONTROL_AT_ONCE_MAX)
            self._control[key] = budget
        return budget.take(1, now_ns)


def work_of(body_bytes: int) -> int:
    """What a frame costs, nominal ns of processor time."""
    return FRAME_WORK_NS + BYTE_WORK_NS * body_bytes
