"""Feeds of orders at the practice bank: entries in memory, told to one link of each party as a bank does.

Belongs here: entries and their digests, which link is told, how far. Never here: what is worth telling (bank), lies
(misdeeds).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from frontend_sim.practice.link import PracticeLink
from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.limits import ORDER_ENTRY_BYTES, ORDER_PAGES_UNREAD_MAX
from protocol.messages.session import OrdersAck
from protocol.order_pages import NO_STRETCH, OrderPageHead, digest_behind, first_of, pack_page, room_behind, stretch_of


@dataclass
class _Told:
    """A link that is told, and where it stands: trade date and number."""

    link: PracticeLink
    sent: tuple[int, int]
    unread: list[int] = field(default_factory=list)  # numbers behind pages


class PracticeOrders:
    """Feeds of all parties, by date."""

    def __init__(self) -> None:
        self._entries: defaultdict[int, dict[int, bytearray]] = defaultdict(dict)  # by party and trade date
        self._told: dict[int, _Told] = {}  # by party

    def tell(self, party: int, trade_date: int, entries: bytes) -> None:
        """The next entries of a party's feed on a date, and send them to whom they are due."""
        self._entries[party].setdefault(trade_date, bytearray()).extend(entries)
        self._go_on(party)

    def digest_before(self, party: int, trade_date: int, number: int) -> bytes:
        """In front of the stretch that a number is of."""
        digest, entries = NO_STRETCH, self._entries[party].get(trade_date, bytearray())
        for stretch in range(stretch_of(number)):
            begin, end = ((first_of(each) - 1) * ORDER_ENTRY_BYTES for each in (stretch, stretch + 1))
            digest = digest_behind(digest, entries[begin:end])
        return digest

    def wanted(self, link: PracticeLink, wanted: OrdersAck) -> None:
        """The partner says what it wants next on this link. Raises PeerViolation for another history."""
        party, at = link.session.party, (wanted.trade_date, wanted.next_number)
        if not wanted.next_number:
            self.forget(link)
            return
        if wanted.digest_before != self.digest_before(party, *at):
            raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"another digest in front of number {at[1]} than the bank's")
        told = self._told.get(party)
        if told is None or told.link is not link or at[0] != told.sent[0] or at[1] < told.sent[1]:
            told = self._told[party] = _Told(link, at)
        told.unread = [each for each in told.unread if each > wanted.next_number]
        self._go_on(party)

    def forget(self, link: PracticeLink) -> None:
        """This link is told nothing more."""
        for party, told in list(self._told.items()):
            if told.link is link:
                del self._told[party]

    def _go_on(self, party: int) -> None:
        told = self._told.get(party)
        while told is not None and len(told.unread) < ORDER_PAGES_UNREAD_MAX:
            date, first = told.sent
            entries = self._entries[party].get(date, bytearray())
            next_number = len(entries) // ORDER_ENTRY_BYTES + 1
            next_date = min((each for each in self._entries[party] if each > date), default=0)
            count = min(next_number - first, room_behind(first))
            if count <= 0 and not next_date:
                return
            head = OrderPageHead(date, next_date, first, next_number, self.digest_before(party, date, first))
            part = entries[(first - 1) * ORDER_ENTRY_BYTES : (first - 1 + count) * ORDER_ENTRY_BYTES]
            told.link.session.send_feed(pack_page(head, part), told.link.now_ns())
            told.link.bell.set()
            told.sent = (date, first + count)
            told.unread.append(first + count)
            if not count:
                return  # the partner goes on with the next date
