"""The naive ledger on a Unix socket: one row per request frame, everything up to a limit is accepted.

Belongs here: the link protocol as the gateway sees it, and switches to misbehave. Never here: rules about money,
numbers and repeats (frontend_sim.practice.naive_ledger).
"""

import contextlib
import hashlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trio

from frontend_sim.practice.feed import PracticeFeeds
from frontend_sim.practice.naive_ledger import NaiveLedger
from gateway.links.ledger_link import link_frame
from ledger.core.state.orders.order_feeds import FeedOf, OrderFeeds
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.frame import Frame, FrameReader, make_unsigned_frame
from protocol.given_numbers import account_no_from_index, contract_no_from_index, index_from_account_no
from protocol.header import Header, answer_header
from protocol.limits import ORDER_ENTRY_BYTES
from protocol.messages.base import Message
from protocol.messages.codec import decode_control, decode_link, decode_query, encode
from protocol.messages.control import ControlMessage, PartyEntry
from protocol.messages.customers.accounts import OpenAccounts, ReplaceCard, SignContracts
from protocol.messages.customers.pushes import ConfirmPush
from protocol.messages.feeds import NO_ENTRY, DateOpened, FeedPage, FeedQuery
from protocol.messages.gateway_link import (
    BookFeed,
    ChannelSeat,
    FeedTold,
    OrdersAsk,
    OrdersAt,
    OrdersNews,
    OrdersTold,
    Register,
    Registered,
    SeatHeadQuery,
)
from protocol.order_pages import pack_page
from protocol.records import OUTCOME, STATE_NUMBER_GIVEN, OutcomeArray, records_from_body
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, NUMBERED_KINDS, FeedKind, FrameKind, OrdersFault
from tests.customers import FIRST_BANK_ACCOUNT_NO, account, contract
from tests.frames import believe
from tests.protocol import keys

TRADE_DATE = 20_260_921
BEAT_S = 0.01  # more often than it must, for tests with a quick gateway
REFUSED_ABOVE_FEN = 1_000_000  # a record with more is answered INSUFFICIENT_FUNDS
DECIDED_AT_NS = 1_790_000_000_000_000_000


SPARE_ACCOUNTS = 3  # without a contract, in front of the others: no account has the index of its contract
OPENED = OpenAccounts(
    [account(row, balance_fen) for row, balance_fen in enumerate((0, 0, 0, 1_000, 500))],
)
SIGNED = SignContracts([contract(SPARE_ACCOUNTS, keys.BROKER), contract(SPARE_ACCOUNTS + 1, keys.OTHER_BROKER)])
"""What the first row did: contract 0 is the Ed25519 broker's, contract 1 the P-256 broker's."""


@dataclass
class Row:
    """One journal row: its request frames, one but in the first row, and their outcomes."""

    requests: list[Frame]
    outcomes: bytes


def digest_of(sequence: int) -> bytes:
    """The chain digest of a row, made up."""
    return hashlib.sha256(b"row %d" % sequence).digest()


class FakeLedger(NaiveLedger):
    """`serve` is the whole ledger. `decides` False: frames pile up. `answers` False: decided, but nothing is told."""

    def __init__(self, file: Path, parties: list[PartyEntry]) -> None:
        super().__init__(TRADE_DATE)
        self.file = file
        self.parties = parties
        self.channel_seats: list[ChannelSeat] = []
        self.decides = True
        self.answers = True
        self.feeds = True
        opening = [control_request(1, OPENED), control_request(2, SIGNED)]
        self.rows: list[Row] = [row_of(*opening)]
        self.sequence = len(self.rows)
        self.seats[BANK_SEAT].next_number = 1 + len(opening)
        self.registrations: list[Register] = []
        self.received: list[Frame] = []  # all frames behind REGISTER, of the newest link
        self._undecided: list[Frame] = []
        self._stream: trio.SocketStream | None = None
        self._registered = False
        self._feed: list[bytes] = []
        self._changed = trio.lowlevel.ParkingLot()
        self._listening = trio.CancelScope()
        self._sending = trio.Lock()
        self.told = PracticeFeeds()
        self.pages_asked: list[tuple[int, int]] = []
        self.orders = OrderFeeds()
        self.orders_asked: list[tuple[int, int]] = []  # date and first number
        self.missing: set[int] = set()  # positions that the read model has not got yet
        self.beats = True  # False: a ledger that is stopped
        self.beats_heard = 0

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Listens on the socket file until cancelled; `go_away` ends it as well."""
        self.file.unlink(missing_ok=True)
        listening = trio.socket.socket(socket.AF_UNIX)
        await listening.bind(str(self.file))
        listening.listen()
        with trio.CancelScope() as self._listening:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._beat)
                task_status.started()
                await trio.serve_listeners(self._linked, [trio.SocketListener(listening)])

    async def until(self, holds: Callable[[], bool]) -> None:
        """Returns once `holds()` after something was received."""
        while not holds():
            await self._changed.park()

    def go_away(self) -> None:
        """Closes the link and the socket."""
        self.file.unlink(missing_ok=True)  # now, and not when the next one has made its own
        self._listening.cancel()

    async def drop_link(self) -> None:
        """Closes the link; the gateway may come again."""
        assert self._stream is not None
        self._undecided.clear()
        await trio.aclose_forcefully(self._stream)

    async def say(self, *frames: Frame) -> None:
        """Sends frames of a test's own making."""
        await self._send(b"".join(frame.wire() for frame in frames))

    async def decide_on(self) -> None:
        """Decides what has piled up, and from now on everything at once."""
        self.decides = True
        await self._work()

    async def tell(self, party: int, *, is_lost: bool = False) -> None:
        """A new entry of a party's feed: the gateway hears of it at once, unless that is lost."""
        position = self.told.next_position(party)
        self.told.tell(party, FeedKind.DATE_OPENED, TRADE_DATE, DateOpened(TRADE_DATE))
        if not is_lost:
            news = FeedTold(party, self.sequence, digest_of(self.sequence), self.told.page(party, position))
            blank = link_frame(FrameKind.LIFE_SIGN, 0, None).header
            await self.say(make_unsigned_frame(_back(blank, FrameKind.FEED_NEWS), encode(news)))

    async def order(self, party: int, count: int = 1, date: int = TRADE_DATE, *, is_lost: bool = False) -> None:
        """So many new entries of a broker's feed of orders, and where it is, unless that is lost."""
        of = FeedOf(party, 0)
        self.orders.append(self.orders.sequence + 1, of, date, bytes(count * ORDER_ENTRY_BYTES))
        if not is_lost:
            at = OrdersAt(party, 0, date, self.orders.feeds[of].next_number)
            blank = link_frame(FrameKind.LIFE_SIGN, 0, None).header
            news = OrdersNews(self.sequence, digest_of(self.sequence), [at])
            await self.say(make_unsigned_frame(_back(blank, FrameKind.ORDERS_NEWS), encode(news)))

    async def feed_on(self) -> None:
        """Sends the feed that was kept back."""
        await self._send(b"".join(self._feed))
        self._feed.clear()

    async def _send(self, data: bytes) -> None:
        stream = self._stream  # as it is now: who waits for his turn must not speak on a link not yet registered
        assert stream is not None
        async with self._sending:
            await stream.send_all(data)

    async def _beat(self) -> None:
        while True:
            await trio.sleep(BEAT_S)
            if self.beats and self._stream is not None and self._registered:
                with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                    await self.say(
                        make_unsigned_frame(
                            _back(link_frame(FrameKind.LIFE_SIGN, 0, None).header, FrameKind.LIFE_SIGN), b""
                        )
                    )

    async def _linked(self, stream: trio.SocketStream) -> None:
        self.received, self._undecided, self._stream, self._registered = [], [], stream, False
        reader = FrameReader(believe)
        try:
            async for data in stream:
                reader.feed(data)
                while (frame := reader.next_frame()) is not None:
                    if frame.header.kind == FrameKind.REGISTER:
                        await self._register(frame)
                        continue
                    if frame.header.kind == FrameKind.LIFE_SIGN:
                        self.beats_heard += 1
                        continue
                    self.received.append(frame)
                    self._undecided.append(frame)
                self._changed.unpark_all()
                if self.decides:
                    await self._work()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

    async def _register(self, frame: Frame) -> None:
        message = decode_link(frame.body)
        assert isinstance(message, Register)
        self.registrations.append(message)
        last = len(self.rows)
        digest = digest_of(last)
        answer = Registered(last, digest, self.trade_date, BANK_PARTY, self.parties, self.channel_seats)
        await self.say(_frame(frame.header, FrameKind.REGISTERED, answer))
        self._registered = True
        for sequence in range(message.book_from_sequence + 1, last + 1):
            row = self.rows[sequence - 1]
            self._feed.append(_frame(frame.header, FrameKind.BOOK_FEED, feed_of(sequence, row)).wire())
        if self.feeds:
            await self.feed_on()

    async def _work(self) -> None:
        frames, self._undecided = self._undecided, []
        answers = [self._answer(frame) for frame in frames]
        if self.answers and answers:
            await self.say(*answers)

    def _answer(self, frame: Frame) -> Frame:
        header = frame.header
        if header.kind in NUMBERED_KINDS:
            answer = self.take(frame, DECIDED_AT_NS)
            return answer if isinstance(answer, Frame) else _frame(answer[0], FrameKind.NOT_APPLIED, answer[1])
        if header.kind == FrameKind.QUERY:
            return _frame(header, FrameKind.ANSWER, self.query(header, decode_query(frame.body)))
        if header.kind == FrameKind.FEED_ASK:
            query = decode_query(frame.body)
            assert isinstance(query, FeedQuery)
            party = next(entry.party for entry in self.parties if header.seat in [one.seat for one in entry.seats])
            self.pages_asked.append((party, query.first))
            page = self.told.page(party, query.first)
            if query.first in self.missing:
                page = FeedPage(query.first, page.next_position, NO_ENTRY, [])
            told = FeedTold(party, self.sequence, digest_of(self.sequence), page)
            return make_unsigned_frame(_back(header, FrameKind.FEED_TOLD), encode(told))
        if header.kind == FrameKind.ORDERS_ASK:
            return make_unsigned_frame(_back(header, FrameKind.ORDERS_TOLD), encode(self._orders_told(frame)))
        head = self.negotiate(header) if header.kind == FrameKind.NEGOTIATE else self.head(header.seat)
        return _frame(header, FrameKind.SEAT_HEAD, head)

    def _orders_told(self, frame: Frame) -> OrdersTold:
        """A page as a ledger with all of it in memory tells it."""
        ask = decode_link(frame.body)
        assert isinstance(ask, OrdersAsk)
        party = next(entry.party for entry in self.parties if frame.header.seat in [one.seat for one in entry.seats])
        self.orders_asked.append((ask.trade_date, ask.first))
        head, entries = self.orders.page(FeedOf(party, 0), ask.trade_date, ask.first)
        assert entries is not None
        fault = OrdersFault.BEYOND if ask.first > head.next_number else OrdersFault.NONE
        if ask.digest_before and entries and ask.digest_before != head.digest_before:
            fault = OrdersFault.OTHER_DIGEST
        page = pack_page(head, b"" if ask.first in self.missing else entries)
        return OrdersTold(party, 0, self.sequence, digest_of(self.sequence), fault, b"" if fault else page)

    def decide(self, frame: Frame, decided_at_ns: int) -> OutcomeArray:
        """A row for it."""
        self.rows.append(row_of(frame))
        return outcomes_of(frame)

    def chain_digest(self) -> bytes:
        return digest_of(self.sequence)


def blank_request(kind: FrameKind, seat: int, first_number: int, record_count: int, body: bytes) -> Frame:
    """An unsigned request frame, for where nobody verifies."""
    header = link_frame(kind, seat, SeatHeadQuery()).header
    numbered = header._replace(trade_date=TRADE_DATE, first_number=first_number, record_count=record_count)
    return make_unsigned_frame(numbered, body)


def control_request(number: int, message: ControlMessage) -> Frame:
    """An unsigned control frame of the bank's first seat."""
    return blank_request(FrameKind.CONTROL, BANK_SEAT, number, 1, encode(message))


def row_of(*requests: Frame) -> Row:
    """The row that these requests make."""
    return Row([*requests], b"".join(outcomes_of(frame).tobytes() for frame in requests))


def feed_of(sequence: int, row: Row) -> BookFeed:
    """A row as the feed brings it."""
    headers = b"".join(frame.header_bytes + frame.signature for frame in row.requests)
    bodies = b"".join(frame.body for frame in row.requests)
    is_records = row.requests[0].header.kind == FrameKind.RECORDS
    control, records = (b"", bodies) if is_records else (bodies, b"")
    return BookFeed(sequence, TRADE_DATE, headers, control, records, row.outcomes)


def number_given(body: bytes) -> int:
    """The first number that comes about by a control message, 0 for none, and for what is no message.

    Customer n has the account of index n here, and the contract on it is n − SPARE_ACCOUNTS.
    """
    try:
        message = decode_control(body)
    except PeerViolation:
        return 0
    match message:
        case OpenAccounts(accounts):
            return account_no_from_index(accounts[0].bank_account_no - FIRST_BANK_ACCOUNT_NO)
        case SignContracts([first, *_]):
            return contract_no_from_index(index_from_account_no(first.account_no) - SPARE_ACCOUNTS)
        case ReplaceCard(_, account_no) | ConfirmPush(account_no=account_no):
            return contract_no_from_index(index_from_account_no(account_no) - SPARE_ACCOUNTS)
        case _:
            return 0


def outcomes_of(frame: Frame) -> OutcomeArray:
    """Accepts what is not above the limit; control is accepted, logons have no outcome."""
    outcomes = np.zeros(frame.header.record_count, OUTCOME)
    if frame.header.kind == FrameKind.CONTROL and (given := number_given(frame.body)):
        outcomes["state"], outcomes["remaining_fen"] = STATE_NUMBER_GIVEN, given
    if frame.header.kind == FrameKind.RECORDS:
        above = records_from_body(frame.body)["amount_fen"] > REFUSED_ABOVE_FEN
        outcomes["code"][above] = ReplyCode.INSUFFICIENT_FUNDS
    return outcomes


def _back(request: Header, kind: FrameKind) -> Header:
    return answer_header(request, kind, request.sent_at_ns, request.trade_date)


def unanswerable(asked: Frame) -> Frame:
    """What is said instead of an answer that cannot be given."""
    return make_unsigned_frame(_back(asked.header, FrameKind.ANSWER), b"")


def _frame(request: Header, kind: FrameKind, message: Message) -> Frame:
    return make_unsigned_frame(_back(request, kind), encode(message))
