"""Which link serves which seat: who logs on takes it over, and each is told which trade date is open.

Belongs here: the links that are up, the established one of each seat, what a logon's answer and a roll do to them.
Never here: whether a logon is heard (logons), requests and their answers (dispatcher), sockets (links).
"""

import logging
from collections.abc import Callable
from functools import partial

from gateway.clock import Clock
from gateway.dispatch.answers import Answers
from gateway.dispatch.party_turns import PartyTurns
from gateway.links.in_flight import Waiting
from gateway.links.partner_link import PartnerLink
from gateway.ops.link_log import LinkLog
from protocol.codes import ReplyCode
from protocol.messages.gateway_link import SeatHead
from protocol.vocabulary import FrameKind

_LOG = logging.getLogger(__name__)


class SeatLinks:
    """One per dispatcher. `up`: all links by number; `of_seat`: the established one of each seat that is served."""

    def __init__(
        self, answers: Answers, turns: PartyTurns, clock: Clock, established: Callable[[PartnerLink], None]
    ) -> None:
        """`established`: called with a link that has taken its seat; may raise PeerViolation to end it."""
        self.up: dict[int, PartnerLink] = {}
        self.of_seat: dict[int, PartnerLink] = {}
        self.log = LinkLog(clock.elapsed_ns)
        self.open_date = 0  # as far as the ledger told
        self._told_date = 0
        self._answers = answers
        self._turns = turns
        self._clock = clock
        self._established = established

    def forget(self, link: PartnerLink) -> None:
        """The link is gone."""
        del self.up[link.number]
        if self.of_seat.get(link.seat) is link:
            del self.of_seat[link.seat]
        self.log.ended(link, self._clock.elapsed_ns() - link.began_ns)

    def say_head(self, waiting: Waiting, head: SeatHead) -> None:
        """The ledger's answer to a logon: a newer version ends the older link, an ESTABLISH takes the seat."""
        link, now_ns = self.up.get(waiting.owner), self._clock.elapsed_ns()
        negotiating, seat = waiting.frame.header.kind == FrameKind.NEGOTIATE, waiting.frame.header.seat
        older = self.of_seat.get(seat)
        if older is not None and older.session.session_version < head.session_version:
            self._supersede(older, head.session_version)  # also when whoever asked is gone: the version is in force
            older = None
        if link is None:
            return
        say = link.session.negotiated if negotiating else link.session.established
        link.deliver(lambda: say(head, now_ns))
        if link.closing:
            return
        link.is_logged_on = True
        link.deadline_moved_up()
        if older is not None and older is not link:
            self._supersede(older, head.session_version)
        if not negotiating:
            link.seat = seat
            self.of_seat[seat] = link
            link.entrance.established()
            self.log.logged_on(link, head.session_version)
            link.deliver(lambda: self._established(link))
            if head.trade_date < self.open_date:  # it rolled while the head waited for its turn
                self._say_open_date(link, self.open_date)

    def tell_open_date(self) -> None:
        """A partner that is idle hears of a roll as soon as we do; what is under way is answered first."""
        if self.open_date == self._told_date:
            return
        if self._told_date:
            _LOG.info("trade date %d is open, %d before it", self.open_date, self._told_date)
        self._told_date = self.open_date
        for link in list(self.of_seat.values()):
            self._answers.put(link.party, link.seat, link.number, partial(self._say_open_date, link, self.open_date))
        self._turns.run()

    def _supersede(self, link: PartnerLink, version_in_force: int) -> None:
        link.end(ReplyCode.SESSION_SUPERSEDED, f"version {version_in_force} is in force", version_in_force)
        del self.of_seat[link.seat]

    def _say_open_date(self, link: PartnerLink, trade_date: int) -> None:
        link.deliver(lambda: link.session.trade_date_opened(trade_date, self._clock.elapsed_ns()))
