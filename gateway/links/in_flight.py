"""What was forwarded to the ledger and is not answered: raw frames in order, so that they can be sent again.

Belongs here: the table, its bounds, matching an answer to what it answers. Never here: sockets, sessions, the book.

All answers of one seat leave the ledger in the order of what they answer, per class: numbered requests, seat heads,
pages of feeds, queries (these by correlation id as well). So an answer belongs to the oldest entry of its seat and
class.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import TypeVar

from protocol.frame import Frame
from protocol.header import Header
from protocol.limits import (
    CREDIT_RECORDS_MAX,
    IN_FLIGHT_RECORDS_MAX,
    LINKS_MAX,
    PREFIX_BYTES,
    QUERIES_IN_FLIGHT_MAX,
    RECORD_BYTES,
)
from protocol.records import unpack_preamble
from protocol.vocabulary import NUMBERED_KINDS, FrameKind

IN_FLIGHT_FRAMES_MAX = 65_536  # about 1 KiB of objects each: single-record frames would pass 1 GiB by records alone
PARTY_FRAMES_MAX = IN_FLIGHT_FRAMES_MAX // 4  # of one party: the others are served while it floods
PARTY_RECORDS_MAX = IN_FLIGHT_RECORDS_MAX // 4  # the same; a seat with the largest credit still has room
IN_FLIGHT_BYTES_MAX = 128 * 1024 * 1024  # twice IN_FLIGHT_RECORDS_MAX of records: control bodies count here
PARTY_BYTES_MAX = IN_FLIGHT_BYTES_MAX // 4
LOGON_FRAMES_MAX = 4 * LINKS_MAX  # logons and queries of links that may have ended since
FEED_FRAMES_MAX = 8 * LINKS_MAX  # a party has one link of each feed, and asks again when it begins anew
QUERY_FRAMES_MAX = 2 * QUERIES_IN_FLIGHT_MAX * LINKS_MAX  # of all links, and of as many that have ended
_FEED_ASKS = frozenset({FrameKind.FEED_ASK, FrameKind.ORDERS_ASK})


class UnaskedAnswer(Exception):
    """The ledger answered something that was not asked, or not now."""


class Waiting:
    """One forwarded frame. `owner` is the number of the link that brought it; links end, numbers are not reused.
    `party`: whose seat it is.
    """

    __slots__ = ("frame", "order", "owner", "party", "since_ns")

    def __init__(self, frame: Frame, owner: int, order: int, since_ns: int, party: int) -> None:
        self.frame = frame
        self.owner = owner
        self.party = party
        self.order = order
        self.since_ns = since_ns  # Clock.elapsed_ns


class InFlight:
    """Bounded by records, frames and bytes, and by records, frames and bytes of each party.

    Entries leave by `answered` and `drop_logons_and_queries` only.
    """

    def __init__(self) -> None:
        self._requests: dict[int, deque[Waiting]] = {}  # by seat
        self._heads: dict[int, deque[Waiting]] = {}  # by seat
        self._feeds: dict[int, deque[Waiting]] = {}  # by seat
        self._queries: dict[tuple[int, int], deque[Waiting]] = {}  # by seat and correlation id
        self._party_frames: defaultdict[int, int] = defaultdict(int)  # by party, requests only
        self._party_records: defaultdict[int, int] = defaultdict(int)
        self._party_bytes: defaultdict[int, int] = defaultdict(int)
        self._order = 0
        self.records = 0
        self.request_frames = 0
        self.request_bytes = 0
        self.head_frames = 0
        self.query_frames = 0
        self.feed_frames = 0

    def has_room(self, frame: Frame) -> bool:
        """Whether `add` may be called with this frame."""
        kind, party, count = frame.header.kind, frame.header.sender, frame.header.record_count
        if kind in NUMBERED_KINDS:
            return (
                self.records + count <= IN_FLIGHT_RECORDS_MAX
                and self.request_frames < IN_FLIGHT_FRAMES_MAX
                and self._party_records[party] + count <= PARTY_RECORDS_MAX
                and self._party_frames[party] < PARTY_FRAMES_MAX
                and self.request_bytes + len(frame.body) <= IN_FLIGHT_BYTES_MAX
                and self._party_bytes[party] + len(frame.body) <= PARTY_BYTES_MAX
            )
        if kind == FrameKind.QUERY:
            return self.query_frames < QUERY_FRAMES_MAX
        if kind in _FEED_ASKS:
            return self.feed_frames < FEED_FRAMES_MAX
        return self.head_frames < LOGON_FRAMES_MAX

    def add(self, frame: Frame, owner: int, since_ns: int, party: int) -> None:
        """Takes a frame behind all others; `party` owns its seat."""
        header = frame.header
        waiting = Waiting(frame, owner, self._order, since_ns, party)
        self._order += 1
        if header.kind in NUMBERED_KINDS:
            self._requests.setdefault(header.seat, deque()).append(waiting)
            self._count(frame, 1)
        elif header.kind == FrameKind.QUERY:
            self._queries.setdefault((header.seat, header.first_number), deque()).append(waiting)
            self.query_frames += 1
        elif header.kind in _FEED_ASKS:
            self._feeds.setdefault(header.seat, deque()).append(waiting)
            self.feed_frames += 1
        else:
            self._heads.setdefault(header.seat, deque()).append(waiting)
            self.head_frames += 1

    def answered(self, answer: Frame) -> Waiting:
        """Removes and returns what this frame of the ledger answers. Raises UnaskedAnswer."""
        header = answer.header
        if header.kind in (FrameKind.OUTCOMES, FrameKind.NOT_APPLIED):
            queue = self._requests.get(header.seat)
            waiting = self._oldest(queue, answer)
            _check_fits(waiting.frame.header, answer)
            self._count(waiting.frame, -1)
        elif header.kind == FrameKind.ANSWER:
            queue = self._queries.get((header.seat, header.first_number))
            waiting = self._oldest(queue, answer)
            self.query_frames -= 1
            if queue is not None and len(queue) == 1:
                del self._queries[header.seat, header.first_number]
        elif header.kind == FrameKind.SEAT_HEAD:
            queue = self._heads.get(header.seat)
            waiting = self._oldest(queue, answer)
            self.head_frames -= 1
        elif header.kind in (FrameKind.FEED_TOLD, FrameKind.ORDERS_TOLD):
            queue = self._feeds.get(header.seat)
            waiting = self._oldest(queue, answer)
            self.feed_frames -= 1
        else:
            raise UnaskedAnswer(f"a frame of kind {header.kind}")
        if queue is not None:
            queue.popleft()
        return waiting

    def _count(self, frame: Frame, sign: int) -> None:
        """One request frame more (+1) or less (-1)."""
        party, records = frame.header.sender, sign * frame.header.record_count
        self.records += records
        self.request_frames += sign
        self.request_bytes += sign * len(frame.body)
        self._party_records[party] += records
        self._party_bytes[party] += sign * len(frame.body)
        self._party_frames[party] += sign

    @staticmethod
    def _oldest(queue: deque[Waiting] | None, answer: Frame) -> Waiting:
        if not queue:
            raise UnaskedAnswer(f"seat {answer.header.seat}: an unasked frame of kind {answer.header.kind}")
        return queue[0]

    def drop_logons_and_queries(self, is_wanted: Callable[[int], bool]) -> None:
        """While no ledger is linked: forgets the logons and queries of links that have ended."""
        _keep_wanted(self._heads, is_wanted)
        _keep_wanted(self._queries, is_wanted)
        _keep_wanted(self._feeds, is_wanted)
        self.head_frames = sum(map(len, self._heads.values()))
        self.query_frames = sum(map(len, self._queries.values()))
        self.feed_frames = sum(map(len, self._feeds.values()))

    def in_order(self) -> list[Waiting]:
        """Everything unanswered, in the order in which it was taken."""
        queues = [*self._requests.values(), *self._heads.values(), *self._queries.values(), *self._feeds.values()]
        return sorted((waiting for queue in queues for waiting in queue), key=lambda waiting: waiting.order)

    def oldest_since_ns(self) -> int | None:
        """When the oldest unanswered request was taken; None: nothing is under way. Safe to call from a thread."""
        heads = [queue[0].since_ns for queue in list(self._requests.values()) if queue]
        return min(heads, default=None)


Key = TypeVar("Key")


def _check_fits(asked: Header, answer: Frame) -> None:
    """An answer names the number, and outcomes also the content, of the request that is due for an answer."""
    header = answer.header
    fits = header.first_number == asked.first_number
    if header.kind == FrameKind.OUTCOMES:
        fits = (
            fits
            and header.trade_date == asked.trade_date
            and header.record_count == asked.record_count
            and unpack_preamble(answer.body).request_digest == asked.body_digest
        )
    if not fits:
        raise UnaskedAnswer(f"seat {asked.seat}: an answer to {header.first_number} where {asked.first_number} was due")


def _keep_wanted(table: dict[Key, deque[Waiting]], is_wanted: Callable[[int], bool]) -> None:
    for key in list(table):
        kept = deque(waiting for waiting in table[key] if is_wanted(waiting.owner))
        if kept:
            table[key] = kept
        else:
            del table[key]


assert PARTY_RECORDS_MAX >= CREDIT_RECORDS_MAX
assert PARTY_BYTES_MAX >= PARTY_RECORDS_MAX * RECORD_BYTES
assert IN_FLIGHT_FRAMES_MAX * PREFIX_BYTES < IN_FLIGHT_BYTES_MAX
