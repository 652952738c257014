"""The law over records about orders through the bank: an order, the wish to cancel one, what its broker reports of it.

Belongs here: the guards that these kinds share, in rank, whom each is asked of, and which page decides the rest. Never
here: a guard of its own (rules.orders), records of other kinds (ledger.core.decide), lookups (read), effects (act).

A channel's customer is not signed on: that is all it hears, whatever contract it names. A report is of the broker whose
contract it names, and is judged by its order's date and lane, whenever it comes.
"""

from typing import NamedTuple

from ledger.core.orders.at_hand import Kept, OrdersAtHand, is_cleared
from ledger.core.orders.facts import facts_of
from ledger.core.orders.read import Ordering, ordered_by
from ledger.core.orders.slots import Named
from ledger.core.orders.verdicts import Verdicts
from ledger.core.state.book import Book
from ledger.core.state.columns import Positions
from protocol.codes import ReplyCode
from protocol.kinds import KINDS
from protocol.records import OutcomeArray
from protocol.vocabulary import SeatRole, Verdict
from rules.kinds import LAW
from rules.money.account import Account
from rules.orders.taking import Cancellable, code_of_cancel, take
from rules.orders.told import ask_cancel, is_cancel, is_order, outcome_of, tell
from rules.request import (
    CONTRACT_UNKNOWN,
    EXPIRED,
    LISTED,
    MALFORMED,
    ROLE_FORBIDS,
    SCHEME_FORBIDS,
    Decision,
    Request,
    refusal,
)

_ROWS = {int(kind): row for kind, row in KINDS.items() if row.is_ordering}
_CLOSING = frozenset(int(kind) for kind, row in LAW.items() if row.by_set and KINDS[kind].needs_target)
_NS_PER_S = 1_000_000_000
_WHENEVER_S = 0
"""Before any second until which somebody is signed on."""
NOT_SIGNED_ON, ORDER_UNKNOWN = refusal(ReplyCode.NOT_SIGNED_ON), refusal(ReplyCode.ORDER_UNKNOWN)


class SignedOn(NamedTuple):
    """Somebody was signed on in this block."""

    position: int
    until_s: int


SignOnsOfBlock = dict[tuple[int, int], list[SignedOn]]
"""By contract and channel, in their order."""


def sign_ons_of(verdicts: Verdicts | None, contract: Positions, outcomes: OutcomeArray) -> SignOnsOfBlock:
    """Who is signed on by the verdicts of a block, which are decided."""
    found: SignOnsOfBlock = {}
    if verdicts is None:
        return found
    columns = (verdicts.positions, verdicts.verdict, verdicts.channel, verdicts.until_s)
    for position, verdict, channel, until_s in zip(*(each.tolist() for each in columns), strict=True):
        if verdict == Verdict.SIGNED_ON and not outcomes["code"][position]:
            found.setdefault((int(contract[position]), channel), []).append(SignedOn(position, until_s))
    return found


class OrderingLaw:
    """What becomes of these records of one block, asked in their order. The book stays as it is."""

    def __init__(self, book: Book, ordering: Ordering, sign_ons: SignOnsOfBlock, decided_at_ns: int) -> None:
        """`sign_ons`: by verdicts of the same block."""
        self._book = book
        self._ordering = ordering
        self._sign_ons = sign_ons
        self._decided_at_ns, self._now_s = decided_at_ns, decided_at_ns // _NS_PER_S
        self._at_hand = OrdersAtHand(book, ordering)
        self.place_of = {position: place for place, position in enumerate(ordering.positions.tolist())}
        """Which of them stands at a position of the block."""

    def heed(self, request: Request, decision: Decision) -> None:
        """A record of another kind was decided: it may have closed an order."""
        if request.kind in _CLOSING and decision[0] == ReplyCode.ACCEPTED:
            self._at_hand.close(request.target_slot)

    def decide(self, position: int, request: Request, account: Account) -> Decision:
        """Decide the record at a position and let it act on its order and `account`. Refused, it moves nothing."""
        row = _ROWS[request.kind]
        is_channel = request.role == SeatRole.CHANNEL
        if request.unused_bits:
            return MALFORMED
        if request.role not in row.senders:
            return ROLE_FORBIDS
        if row.expires and 0 != request.valid_until_ns < self._decided_at_ns:
            return EXPIRED
        if not request.known:
            return NOT_SIGNED_ON if is_channel else CONTRACT_UNKNOWN
        if not is_channel and request.scheme not in row.schemes:
            return SCHEME_FORBIDS
        place = self.place_of[position]
        if is_order(request.kind):
            return self._order(position, place, request, account)
        if is_cancel(request.kind):
            return self._cancel(position, place, request)
        return self._report(place, account)

    def _order(self, position: int, place: int, request: Request, account: Account) -> Decision:
        book, own = self._book, self._ordering
        named = int(own.market[place]), int(own.security[place])
        ordered = ordered_by(own, place)
        looked_up = self._at_hand.looked_up
        facts = facts_of(book, request.contract, request.seat, named, ordered.side, self._now_s, looked_up)
        customer = facts.customer._replace(is_signed_on=self._is_signed_on(position, request, self._now_s))
        taken = take(ordered, customer, facts.trading, facts.known, book.trade_date, account)
        if taken.order is None:
            return refusal(taken.code)
        # From here the order must succeed.
        account.later.move(book.trade_date, -taken.order.remaining_fen)
        kept_by = Named(facts.version, facts.fee_table, facts.last_second)
        self._at_hand.begin(place, int(own.party[place]), taken.order, kept_by)
        return outcome_of(request.kind, taken.order)

    def _cancel(self, position: int, place: int, request: Request) -> Decision:
        kept = self._at_hand.named_by(place)
        if kept is not None and not self._at_hand.fits(place, kept):
            kept = None
        code = code_of_cancel(self._may_cancel(position, request), _cancellable(kept), self._book.trade_date)
        if code != ReplyCode.ACCEPTED or kept is None:
            return refusal(code)
        ask_cancel(kept.order, self._at_hand.take_entry(int(self._ordering.party[place])))
        return outcome_of(request.kind, kept.order)

    def _report(self, place: int, account: Account) -> Decision:
        kept = self._at_hand.named_by(place)
        if kept is None:
            return LISTED if self._ordering.may_be_gone[place] else ORDER_UNKNOWN
        if not self._at_hand.fits(place, kept):
            return LISTED
        report, order = self._at_hand.reports[place], kept.order
        is_late = is_cleared(self._book, order.trade_date, int(self._ordering.party[place]))
        return outcome_of(report.kind, order) if tell(report, order, account, is_late) else LISTED

    def _may_cancel(self, position: int, request: Request) -> bool:
        """Whether its sender speaks for the customer: a teller does; a channel where the customer is signed on with it,
        on the contract or on the one that goes on for it, and has not ended that; until when is not asked."""
        if request.role != SeatRole.CHANNEL:
            return True
        book, asked = self._book, request
        while not self._is_signed_on(position, asked, _WHENEVER_S):
            successor = book.orders.successors.find(asked.contract, book.follows, book.contracts_count)
            if successor is None:
                return False
            asked = asked._replace(contract=successor)
        return True

    def _is_signed_on(self, position: int, request: Request, now_s: int) -> bool:
        """With the channel of its sender's seat, by what stands before this record."""
        channel, contract = int(self._book.orders.channels.channel[request.seat]), request.contract
        before = [each for each in self._sign_ons.get((contract, channel), ()) if each.position < position]
        return now_s < before[-1].until_s if before else self._book.orders.sign_ons.holds(contract, channel, now_s)


def _cancellable(kept: Kept | None) -> Cancellable | None:
    if kept is None:
        return None
    return Cancellable(kept.order.order_type, kept.order.trade_date, kept.order.state)
