"""A ledger without sockets and journal: a decider over a small book, and groups as the queues form them.

Belongs here: setting up and deciding. Never here: assertions.
"""

from dataclasses import dataclass, field

from ledger.core import engine
from ledger.core.rows.row import Row
from ledger.core.state.book import Book, BookSize
from ledger.order_path.decided import Decided
from ledger.order_path.deciding import Decider
from ledger.order_path.groups import SeatQueues
from ledger.order_path.row_maker import RowMaker
from ledger.watch.metrics import LedgerMetrics
from ledger.watch.suspects import Suspects
from protocol.frame import Frame
from protocol.limits import COMMIT_RECORDS_MAX, REQUEST_PAGE_RECORDS
from protocol.messages.base import Message
from protocol.messages.codec import encode
from protocol.messages.control import Genesis, PartyEntry
from protocol.messages.session import Negotiate
from protocol.vocabulary import BANK_PARTY, FrameKind, Role, Suite
from tests.bank_seats import BANK_SEATS
from tests.frames import frames_in
from tests.ledger.world import BROKER, DATE, header, master_data, signed

SMALL = BookSize(contracts_max=64, requests_max=64 * REQUEST_PAGE_RECORDS)
NEWS = frozenset({FrameKind.FEED_NEWS, FrameKind.ORDERS_NEWS})
START_NS = 1_767_571_200_000_000_000


def with_version(frame: Frame, version: int) -> Frame:
    """The same frame under another session version."""
    return signed(frame.header._replace(session_version=version), frame.body)


def logon(seat: int, version: int, party: int = BROKER) -> Frame:
    """A NEGOTIATE of the seat."""
    head = header(FrameKind.NEGOTIATE, seat, 0, party=party)._replace(session_version=version)
    return signed(head, encode(Negotiate(bytes(16), "test")))


def control_of(seat: int, number: int, message: Message | bytes, party: int = BROKER) -> Frame:
    """A CONTROL frame of any seat; bytes are sent as they are."""
    body = message if isinstance(message, bytes) else encode(message)
    return signed(header(FrameKind.CONTROL, seat, number, 1, party), body)


@dataclass
class MemoryLedger:
    """Decides group after group; `rows` are what would have been committed."""

    decider: Decider = field(init=False)
    queues: SeatQueues = field(init=False)
    rows: list[Row] = field(default_factory=list)
    news: list[Frame] = field(default_factory=list)  # what feeds had to tell
    now_ns: int = START_NS
    elapsed_ns: int = 0  # of the clock that is never stepped
    is_sure: bool = True
    off_ns: int = 0  # how far the bank's clock was stepped

    def __post_init__(self) -> None:
        """Genesis, one broker with two seats, twenty contracts."""
        bank = PartyEntry(BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "bank", False, [], BANK_SEATS)
        genesis = engine.genesis_row(Genesis(bank, DATE), 1, 1, self.now_ns)
        book = Book.empty(SMALL)
        engine.apply_row(book, genesis)
        self.rows.append(genesis)
        maker = RowMaker(book, 1, 1, genesis.digest)
        self.decider = Decider(book, maker, LedgerMetrics(), Suspects(None, []))
        self.decider.maker.bank_key_ids = (1, 2)
        self.queues = SeatQueues(self.decider.standing.party_of, self.decider.standing.role_of)
        self.ask(*master_data())

    def put(self, *frames: Frame) -> None:
        """Queues frames in order of arrival."""
        for frame in frames:
            self.queues.put(frame, self.now_ns)

    def decide_next(self) -> Decided | None:
        """Takes and decides one group, None when nothing is queued."""
        group = self.queues.take(COMMIT_RECORDS_MAX)
        if not group:
            return None
        self.now_ns += 1_000
        self.elapsed_ns += 1_000
        decided = self.decider.decide(group, self.now_ns, self.elapsed_ns, self.is_sure, self.off_ns)
        for frames in decided.put_back.values():
            self.queues.put_back(frames, self.now_ns)
        if decided.row is not None:
            self.rows.append(decided.row)
        return decided

    def ask(self, *frames: Frame) -> list[Frame]:
        """Queues frames and decides until nothing is left; the answers in the order in which they leave, news apart."""
        self.put(*frames)
        answers: list[Frame] = []
        while (decided := self.decide_next()) is not None:
            said = frames_in(b"".join(decided.parts()))
            answers += [frame for frame in said if frame.header.kind not in NEWS]
            self.news += [frame for frame in said if frame.header.kind in NEWS]
        return answers
