"""Questions of channels and of the counter to the password desk: who asks by which channel, and the answer's way back.

Belongs here: that. Never here: the desk's door, bounds and time (passwords.asking), who may ask (protocol.session).
"""

from functools import partial

from gateway.clock import Clock
from gateway.dispatch.answers import Answers
from gateway.dispatch.party_turns import PartyTurns
from gateway.dispatch.seat_links import SeatLinks
from gateway.links.partner_link import PartnerLink
from gateway.passwords.asking import COUNTER, PasswordsAsked
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.keys.registry import PartyRegistry
from protocol.messages.codec import encode
from protocol.messages.orders.signing_on import BoxKeysAnswer, BoxKeysQuery, PasswordAnswer, PasswordQuery
from protocol.vocabulary import SeatRole


class PasswordQuestions:
    """One per dispatcher. Nothing here waits."""

    def __init__(
        self,
        desk: PasswordsAsked,
        registry: PartyRegistry,
        seats: SeatLinks,
        answers: Answers,
        turns: PartyTurns,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._registry = registry
        self._seats = seats
        self._answers = answers
        self._turns = turns
        self._clock = clock

    def ask(self, link: PartnerLink, correlation_id: int, query: BoxKeysQuery | PasswordQuery) -> None:
        """Of the password desk and not of the ledger; the answer waits for its party's turn as any other. Raises
        PeerViolation to end the link of a seat that has neither a channel nor the counter.
        """
        party, seat, number = link.session.party, link.session.seat, link.number
        is_counter = self._registry.role_of(seat) == SeatRole.TELLER_DESK
        where = COUNTER if is_counter else self._registry.channel_of(seat)
        if where is None:
            raise PeerViolation(ReplyCode.ROLE_FORBIDS, "passwords are for channels and the counter")

        def tell(answer: PasswordAnswer | BoxKeysAnswer) -> None:
            self._answers.put(party, seat, number, partial(self._say, number, correlation_id, encode(answer)))
            self._turns.run()

        self._desk.ask(seat, where, query, tell)

    def _say(self, link_number: int, correlation_id: int, body: bytes) -> None:
        """To the link that asked, if it is still there."""
        if (link := self._seats.up.get(link_number)) is not None:
            now_ns = self._clock.elapsed_ns()
            link.deliver(lambda: link.session.send_answer(correlation_id, body, now_ns))
