"""What happens to each word: from a partner's session to the ledger, from the ledger to book, mark and session.

Belongs here: the two directions of the order path in order, refusals of a full or stopping gateway. Never here: who
owns a seat (seat_links), what an answer says (answer_words), sockets (links), arithmetic (book), the rules of sessions
(protocol). Nothing here waits.
"""

import logging
from collections.abc import Iterator

import trio

from gateway.clock import Clock
from gateway.dispatch.admission import LOOKED_AT_NS, Admission, work_of
from gateway.dispatch.answer_words import AnswerWords
from gateway.dispatch.answers import Answers
from gateway.dispatch.feeds import Feeds
from gateway.dispatch.logons import Logons
from gateway.dispatch.order_feeds import OrderFeeds
from gateway.dispatch.party_turns import PartyTurns
from gateway.dispatch.password_questions import PasswordQuestions
from gateway.dispatch.seat_links import SeatLinks
from gateway.entrance.prefix_check import PrefixCheck
from gateway.high_water import HighWater
from gateway.links.in_flight import UnaskedAnswer, Waiting
from gateway.links.ledger_link import LedgerLink, Said, link_frame
from gateway.links.owner import Entrance
from gateway.links.partner_link import PartnerLink
from gateway.ops.statistics import Statistics
from gateway.own_book.book_intake import BookIntake, BookLost, FeedBroken
from gateway.passwords.asking import PasswordsAsked
from gateway.signing_time import TimedRegistry
from protocol.client.line.waits import Bell
from protocol.codes import ReplyCode
from protocol.errors import MisuseError, PeerViolation
from protocol.frame import Frame
from protocol.keys.key_ring import KeyRing
from protocol.keys.registry import ChannelOf
from protocol.limits import BUSY_RETRY_NS, REPLY_BYTES_UNSENT_PARTY_MAX
from protocol.messages.codec import decode_link, encode
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.marked import PairsQuery, RangesQuery
from protocol.messages.feeds import FeedQuery
from protocol.messages.gateway_link import BookFeed, FeedTold, OrdersNews, Register, Registered, SeatHeadQuery
from protocol.messages.orders.signing_on import BoxKeysQuery, PasswordQuery
from protocol.messages.queries import TotalsQuery
from protocol.records import unpack_preamble
from protocol.session.bank import BankSession
from protocol.session.bank_events import (
    BankEvent,
    EstablishReceived,
    FeedWanted,
    FrameSpent,
    NegotiateReceived,
    OrdersAsked,
    PeerTerminated,
    QueryReceived,
    RequestReceived,
    SessionPolicy,
)
from protocol.vocabulary import FrameKind, Suite

GATEWAY_NAME = "gateway"
BOOK_SOURCE, BOOK_AS_OF_MARK = 2, 4  # this gateway's own book, now or as of the last mark
OF_A_BOOK = (TotalsQuery, RangesQuery, PairsQuery)  # which their source names
LEDGER_FAULTS = (UnaskedAnswer, FeedBroken, PeerViolation)
_LOG = logging.getLogger(__name__)


class Dispatcher:
    """One per gateway. Implements what links and ledger link ask of their owners."""

    def __init__(
        self,
        keys: KeyRing,
        policy: SessionPolicy,
        intake: BookIntake,
        mark: HighWater,
        statistics: Statistics,
        clock: Clock,
        sessions_max: int,
        passwords: PasswordsAsked,
    ) -> None:
        self._keys = keys
        self._policy = policy
        self._intake = intake
        self._mark = mark
        self._statistics = statistics
        self._clock = clock
        self._registry = TimedRegistry([], statistics.verify, clock)
        self.admission = Admission(self._registry, sessions_max)
        self._ledger: LedgerLink | None = None
        self._links_made = 0
        self.prefix_check = PrefixCheck(self._registry, keys, clock)
        self.draining = False
        self.progress = Bell()  # rung when something was answered or a link has gone
        self.checkpoint_due = Bell()
        self.turns = PartyTurns(clock)
        self.answers = Answers(self.turns, clock, self.progress.ring, self._failed)
        self.feeds = Feeds(self.admission, self.answers, clock, self._ask_page)
        self.order_feeds = OrderFeeds(self.admission, self._registry, clock, self._submit)
        self._seats = SeatLinks(self.answers, self.turns, clock, self._begin_feed)
        self._passwords = PasswordQuestions(passwords, self._registry, self._seats, self.answers, self.turns, clock)
        self._words = AnswerWords(self._seats, self.feeds, self.order_feeds, mark, statistics, clock)
        self.link_log = self._seats.log
        self._logons = Logons(self._registry, self.admission, policy, self._seats.up, self._seats.of_seat, clock)

    def use_ledger(self, ledger: LedgerLink) -> None:
        """The link that requests are forwarded on; set once, before the first partner."""
        self._ledger = ledger

    @property
    def links(self) -> list[PartnerLink]:
        """The partners' links that are up."""
        return list(self._seats.up.values())

    @property
    def sessions_established(self) -> int:
        """Seats that are served now."""
        return len(self._seats.of_seat)

    def open_link(self, stream: trio.abc.Stream, entrance: Entrance) -> PartnerLink:
        """A link for an accepted connection; its owner runs it."""
        now_ns = self._clock.elapsed_ns()
        session = BankSession(self._registry, self._keys, self._policy, now_ns)
        self._links_made += 1
        link = PartnerLink(self._links_made, stream, session, self, self.turns, self._clock, entrance)
        self._seats.up[link.number] = link
        self._statistics.links_opened += 1
        return link

    # Words of partners

    def header_verified(self, link: PartnerLink) -> None:
        """Whose key signed is known. Raises PeerViolation when the link's certificate is another party's."""
        self._logons.check_certificate(link)

    def handle(self, link: PartnerLink, event: BankEvent | FrameSpent, now_ns: int) -> int:
        """A frame of a partner's session. Returns the ns for which its link is not to be read.

        Raises PeerViolation to end the link.
        """
        if isinstance(event, RequestReceived):
            return self._forward_request(link, event, now_ns)
        if isinstance(event, FrameSpent):
            if event.kind == FrameKind.HEARTBEAT:
                self.feeds.look_again(link)
                self.order_feeds.look_again(link)
            return self._spend(link, event.kind, work_of(event.body_bytes), now_ns)
        if isinstance(event, QueryReceived):
            self._handle_query(link, event, now_ns)
            looked_ns = LOOKED_AT_NS.get(type(event.query), 0)
            party, seat = link.session.party, link.session.seat
            return self.admission.asked_query(party, len(event.frame.body), now_ns, looked_ns, seat)
        if isinstance(event, FeedWanted):
            return self._want_feed(link, event, now_ns)
        if isinstance(event, OrdersAsked):
            is_answer, pause_ns = self.order_feeds.wanted(link, event.wanted, now_ns)
            paid_ns = 0 if is_answer else self._spend(link, FrameKind.ORDERS_ACK, work_of(event.body_bytes), now_ns)
            return max(pause_ns, paid_ns)
        if isinstance(event, PeerTerminated):
            said = f": {event.detail}" if event.detail else ""
            link.close(f"the partner ends it: {event.code.name}{said}")
        elif isinstance(event, NegotiateReceived):
            self._check_open()
            self._logons.check_negotiate(link, event.frame, now_ns)
            self._ask(link, event.frame)
        elif isinstance(event, EstablishReceived):
            self._check_open()
            self._logons.check_establish(link, event.frame, now_ns)
            self._ask(link, link_frame(FrameKind.SEAT_HEAD_QUERY, event.frame.header.seat, SeatHeadQuery()))
        return 0

    def _forward_request(self, link: PartnerLink, event: RequestReceived, now_ns: int) -> int:
        frame, party = event.frame, link.session.party
        self._statistics.request_frames += 1
        self._statistics.request_bytes += len(frame.body)
        wait_ns = 0
        if frame.header.kind == FrameKind.CONTROL:
            wait_ns = self.admission.control_wait_ns(party, link.session.seat, frame.body, now_ns)
        if self.draining:
            self._refuse(link, frame, ReplyCode.DRAINING, BUSY_RETRY_NS, now_ns)
        elif wait_ns or self.answers.are_many(party) or not self._linked_ledger().submit(frame, link.number, party):
            self._refuse(link, frame, ReplyCode.BUSY, max(wait_ns, BUSY_RETRY_NS), now_ns)
        elif event.is_next:
            return 0
        else:  # the ledger looks the stored answer up
            return self._spend(link, frame.header.kind, 2 * work_of(len(frame.body)), now_ns)
        return self._spend(link, frame.header.kind, work_of(len(frame.body)), now_ns)

    def _spend(self, link: PartnerLink, kind: int, work_ns: int, now_ns: int) -> int:
        """A frame that moved nothing on is paid for out of the link's and its party's budgets."""
        if link.budget is None:
            return 0
        if kind == FrameKind.HEARTBEAT:
            self.admission.beat(link.budget, now_ns)
        return self.admission.asked_nothing(link.session.party, link.budget, work_ns, now_ns)

    def _want_feed(self, link: PartnerLink, event: FeedWanted, now_ns: int) -> int:
        """What acknowledges a frame of ours was asked for by it; any other heartbeat is one."""
        is_answer, pause_ns = self.feeds.wanted(link, event.next_position, now_ns)
        if is_answer:
            return pause_ns
        return max(pause_ns, self._spend(link, FrameKind.HEARTBEAT, work_of(event.body_bytes), now_ns))

    def _begin_feed(self, link: PartnerLink) -> None:
        """A link is established, and may want the feed of its party."""
        if position := link.session.wanted_position:
            self.feeds.wanted(link, position, self._clock.elapsed_ns())

    def _ask_page(self, link: PartnerLink, number: int, first: int) -> bool:
        return self._submit(link, link_frame(FrameKind.FEED_ASK, link.seat, FeedQuery(first), number))

    def _submit(self, link: PartnerLink, frame: Frame) -> bool:
        return self._linked_ledger().submit(frame, link.number, link.party)

    def _refuse(self, link: PartnerLink, frame: Frame, code: ReplyCode, retry_after_ns: int, now_ns: int) -> None:
        self._statistics.not_applied_by_code[code] += 1
        link.session.refuse_busy(frame, code, retry_after_ns, now_ns)

    def _handle_query(self, link: PartnerLink, event: QueryReceived, now_ns: int) -> None:
        query = event.query
        if isinstance(query, BoxKeysQuery | PasswordQuery):
            self._passwords.ask(link, event.frame.header.first_number, query)
        elif isinstance(query, OF_A_BOOK) and query.source in (BOOK_SOURCE, BOOK_AS_OF_MARK):
            try:
                is_marked = query.source == BOOK_AS_OF_MARK
                answer = self._intake.marked.answer(query) if is_marked else self._intake.totals()
            except BookLost:
                self._linked_ledger().renew()
                raise PeerViolation(ReplyCode.STOPPING, "the book begins anew; ask again") from None
            link.session.send_answer(event.frame.header.first_number, encode(answer), now_ns)
        else:
            self._ask(link, event.frame)

    def _check_open(self) -> None:
        if self.draining:
            raise PeerViolation(ReplyCode.STOPPING, "no logon while the gateway goes down")

    def _ask(self, link: PartnerLink, frame: Frame) -> None:
        if not self._linked_ledger().submit(frame, link.number, link.session.party):
            raise PeerViolation(ReplyCode.STOPPING, "too many logons or queries are under way; come back later")

    def link_closed(self, link: PartnerLink) -> None:
        """The link is gone; what it had forwarded is still answered, to the book."""
        self.feeds.forget(link)
        self.order_feeds.forget(link)
        self._seats.forget(link)
        self._linked_ledger().link_ended()
        self.progress.ring()

    def unread_changed(self, link: PartnerLink, more_bytes: int) -> None:
        """A link has so many bytes more that its partner has not read; the party's most unread link goes first."""
        party = link.session.party
        budget = self.admission.of_party(party)
        budget.unread_bytes += more_bytes
        if budget.unread_bytes > REPLY_BYTES_UNSENT_PARTY_MAX and more_bytes > 0:
            own = (other for other in self._seats.up.values() if other.session.party == party and not other.closing)
            most = max(own, key=lambda other: other.unsent_bytes, default=None)
            if most is not None:
                most.cut()

    def link_ends(self, code: ReplyCode) -> None:
        """We end a link for this reason."""
        self._statistics.links_ended_by_code[code] += 1

    def link_failed(self) -> None:
        """An exception that nobody foresaw ended a link."""
        self._statistics.link_faults += 1

    def _failed(self, link_number: int) -> None:
        """A fault of ours on an answer: it is in the book, and whoever asked comes again and is told what is stored."""
        _LOG.exception("an answer for link %d could not be passed on", link_number)
        self.link_failed()
        if (link := self._seats.up.get(link_number)) is not None:
            link.close("we end it: a fault of ours")

    def key_missing(self) -> None:
        """An outcome could not be signed: its bank key was not given to this gateway."""
        self._statistics.outcomes_without_key += 1

    # Words of the ledger

    def registration(self) -> Register:
        """What this gateway says first on a new link to the ledger."""
        key_ids = [self._keys.current(suite).key_id if self._keys.has_suite(suite) else 0 for suite in Suite]
        feed_from = self._intake.prepare_registration()
        return Register(GATEWAY_NAME, self._mark.sequence, self._mark.digest, key_ids, feed_from)

    def registered(self, registered: Registered) -> None:
        """The ledger took us: its parties are ours, its rows above `sequence` are answered here."""
        with self._intake.watched(LEDGER_FAULTS):
            for entry in registered.parties:
                self._registry.take_over(entry)  # sessions hold the registry, so it is never replaced
            for told in registered.channel_seats:
                self._registry.take_over_channel(told.seat, ChannelOf(told.channel, told.broker))
            self._mark.raise_to(registered.sequence, registered.digest)
            self._intake.begin(registered.sequence)
        self._seats.open_date = registered.trade_date
        self._seats.tell_open_date()
        self.feeds.registered()
        self.order_feeds.registered()
        _LOG.info("ledger: registered at row %d, trade date %d", registered.sequence, registered.trade_date)

    def is_party(self, number: int) -> bool:
        """Whether a party with this number is registered."""
        return self._registry.party(number) is not None

    def is_open(self, link_number: int) -> bool:
        """Whether this partner's link is still up."""
        return link_number in self._seats.up

    def ledger_said(self, said: Iterator[Said]) -> None:
        """Frames of the ledger in order: into the book, then signed and out. Raises LEDGER_FAULTS, InvariantBroken."""
        answers: list[tuple[Waiting, Frame]] = []
        news: list[FeedTold | OrdersNews] = []
        broken: Exception | None = None
        try:
            with self._intake.watched(LEDGER_FAULTS):
                self._take_in(said, answers, news)
                self._intake.flush_if_full()
        except LEDGER_FAULTS as error:
            broken = error
        for waiting, frame in answers:
            seat = waiting.frame.header.seat
            try:
                say = self._words.understood(waiting, frame)
                self.answers.put(self._registry.owner_of(seat) or 0, seat, waiting.owner, say)
            except LEDGER_FAULTS as error:
                broken = error
        for fed in news:  # behind the outcomes of its row
            if isinstance(fed, FeedTold):
                self.feeds.news(fed)
            else:
                self.order_feeds.news(fed)
        self.turns.run()
        self._statistics.outcomes([frame.body for _, frame in answers if frame.header.kind == FrameKind.OUTCOMES])
        self._seats.tell_open_date()
        self.progress.ring()
        if self._intake.checkpoint is not None:
            self.checkpoint_due.ring()
        if broken is not None:
            raise broken

    def _take_in(
        self, said: Iterator[Said], answers: list[tuple[Waiting, Frame]], news: list[FeedTold | OrdersNews]
    ) -> None:
        """Gathers answers, news and what is the book's; what stands in the lists on a raise is still passed on."""
        for waiting, frame in said:
            if waiting is None:
                fed = decode_link(frame.body)
                if isinstance(fed, FeedTold | OrdersNews):
                    self._mark.raise_to(fed.sequence, fed.digest)
                    news.append(fed)
                    continue
                if not isinstance(fed, BookFeed):
                    raise UnaskedAnswer("a feed frame without a row")
                self._intake.take_feed(fed)
                continue
            answers.append((waiting, frame))
            if frame.header.kind == FrameKind.OUTCOMES:
                preamble = unpack_preamble(frame.body)
                self._mark.raise_to(preamble.sequence, preamble.chain_digest)
                accepted = self._intake.take_live(waiting.frame, frame, preamble.sequence)
                if accepted is not None:
                    self._registry.apply(accepted, preamble.decided_at_ns)
                    if isinstance(accepted, OpenTradeDate):
                        self._seats.open_date = accepted.trade_date

    def _linked_ledger(self) -> LedgerLink:
        if self._ledger is not None:
            return self._ledger
        raise MisuseError("the dispatcher was given no ledger link")
