"""Feeds 推送: what a partner is told without asking, and what it answers to it.

An entry of a feed has a position of its own, from 1 without gaps for each party. What it says of its kind is the
content, the canonical form of one of the messages here; a kind that is newer than its reader is passed on unread.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: when an entry is made
(ledger.core), how it is sent (the gateway), the codec.
"""

import hashlib
from types import UnionType
from typing import Annotated

import msgspec
from msgspec import Meta

from ..limits import (
    CONTRACTS_PER_CONTROL_MAX,
    DIGEST_BYTES,
    FEED_CONTENT_BYTES_MAX,
    FEED_PAGE_ENTRIES_MAX,
    OBJECTION_CHARS_MAX,
    SETS_PER_LANE_MAX,
)
from ..vocabulary import FeedKind
from .base import Message
from .day.steps import Seconds
from .fields import Count, Digest, Fen, Number, SumFen, TradeDate
from .orders.fees import FeesSet
from .orders.phases import PhasesChanged

CLASSES = 4  # of differences
CLASSES_OF_A = 5  # of a broker of scheme A
COUNTED_KINDS = 4  # of records, FREEZE first
CaseNo = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""Of an obligation: 0 is what is owed by the date, others come with what is made good."""


class Receipt(Message, tag=100, frozen=True):
    """Broker control: it has its feed up to this entry, which is of this trade date and is signed for."""

    trade_date: TradeDate
    position: Number
    digest: Digest
    """The chained one behind the entry, see `chained`."""


class Notice(Message, tag=101, frozen=True):
    """Broker control: it will fund this obligation later on the day on which it is due."""

    trade_date: TradeDate
    case: CaseNo


class Object(Message, tag=102, frozen=True):
    """Broker control: it objects to this obligation 异议."""

    trade_date: TradeDate
    case: CaseNo
    amount_fen: Fen  # that it thinks is wrong
    contract_no: Count  # that it is about, 0 for none
    reason: Annotated[str, Meta(min_length=1, max_length=OBJECTION_CHARS_MAX)]


class FeedQuery(Message, tag=103, frozen=True):
    """Query: a page of the asker's own feed, from this position on."""

    first: Number


class FeedEntry(Message, tag=105, frozen=True):
    """Answer part: one entry."""

    position: Number
    sequence: Number  # of the journal row that it came about by
    decided_at_ns: Count
    kind: Annotated[int, Meta(ge=1, le=255)]
    trade_date: TradeDate
    contract_no: Count  # 0: it is of no contract
    content: Annotated[bytes, Meta(max_length=FEED_CONTENT_BYTES_MAX)]


class FeedPage(Message, tag=104, frozen=True):
    """Body of FEED, and answer to FeedQuery: entries from `first` on without gaps, fewer than there are or none.

    None, and `next_position` above `first`: they are not there yet, and are asked for again.
    """

    first: Number
    next_position: Number  # that the next entry of this feed will have
    digest_before: Digest  # the chained one in front of `first`; zeros where it is 1, or no entry is told
    entries: Annotated[list[FeedEntry], Meta(max_length=FEED_PAGE_ENTRIES_MAX)]


def chained(digest_before: bytes, entry: FeedEntry) -> bytes:
    """The digest behind an entry: SHA-256 of the one behind the entry before it, and this message. It is 32 zeros in
    front of the first."""
    return hashlib.sha256(digest_before + msgspec.msgpack.encode(entry)).digest()


class DateOpened(Message, tag=8, frozen=True):
    """Content of DATE_OPENED: the trade date that was closed by it."""

    date_before: TradeDate


class SignedOff(Message, tag=9, frozen=True):
    """Content of SIGNED_OFF: what the bank accepted of the party's requests of this date, up to here.

    Of FREEZE, RELEASE, FILL_BUY and FILL_SELL, in this order: how many, and the sum of their `amount_fen`.
    """

    counts: Annotated[list[Count], Meta(min_length=COUNTED_KINDS, max_length=COUNTED_KINDS)]
    amounts: Annotated[list[SumFen], Meta(min_length=COUNTED_KINDS, max_length=COUNTED_KINDS)]


class SignedOffOfA(Message, tag=181, frozen=True):
    """Content of SIGNED_OFF, of a broker of scheme A: what the bank has of its customers' orders of this date, up to
    here. Reports are cumulative, so not they are counted, but what all of them come to.
    """

    last_position: Count  # of the entries of orders and cancels
    orders: Count  # that were accepted
    cancels: Count
    open_orders: Count  # of which something may still come
    traded: SumFen  # Σ quantity that was executed
    turnover: SumFen  # Σ of that, in 1/10,000 yuan
    cancelled: SumFen  # Σ quantity
    frozen: SumFen  # Σ of what orders froze when they were accepted
    drawn: SumFen  # Σ of it for what was executed


class ContractChanged(Message, tag=10, frozen=True):
    """Content of CONTRACT_CHANGED: the status told before and from now on, of one contract or of several by index."""

    contracts: Annotated[int, Meta(ge=1, le=CONTRACTS_PER_CONTROL_MAX)]  # from the one named on
    status_before: Annotated[int, Meta(ge=0, le=255)]  # 0: they begin
    status: Annotated[int, Meta(ge=1, le=255)]
    by_bank: bool  # else by the broker itself


class SetCompared(Message, tag=11, frozen=True):
    """Content of SET_COMPARED: the clearing set was compared to its end."""

    number: Annotated[int, Meta(ge=1, le=SETS_PER_LANE_MAX)]
    differences: Annotated[list[Count], Meta(min_length=CLASSES, max_length=CLASSES)]
    """Of each class, MISSING_HERE first."""
    is_reconciled: bool


class SetComparedOfA(Message, tag=180, frozen=True):
    """Content of SET_COMPARED, of a broker of scheme A: differences of fees are a class of their own."""

    number: Annotated[int, Meta(ge=1, le=SETS_PER_LANE_MAX)]
    differences: Annotated[list[Count], Meta(min_length=CLASSES_OF_A, max_length=CLASSES_OF_A)]
    """Of each class, MISSING_HERE first."""
    is_reconciled: bool


class ObligationTold(Message, tag=13, frozen=True):
    """Content of OBLIGATION: what is owed by the date, for good, and when it is due: whole seconds since 1970, UTC, 0
    where no calendar is kept or none reaches so far."""

    number: Annotated[int, Meta(ge=1, le=SETS_PER_LANE_MAX)]  # of the set that says so
    case: CaseNo
    owed: SumFen
    """By the broker to its customers; below 0 by them to it."""
    set_late_s: Seconds  # by so much the set was complete too late
    is_late_netted: bool
    """After the payments of its due day began, for which the broker answers."""
    needs_no_notice: bool  # what the broker owes is due at the last second anyhow
    pay_from_s: Seconds  # from here the bank pays
    late_from_s: Seconds  # from here the bank is late
    first_due_s: Seconds  # the bank has paid before; what the broker owes is taken at this second
    last_due_s: Seconds  # the last second for a broker that gave notice
    objection_until_s: Seconds  # the last second for an objection
    termination_after_s: Seconds  # behind it the other side may terminate when it is not paid


class Stopped(Message, tag=14, frozen=True):
    """Content of STOPPED: whether the party's contracts take no new orders from now on, or take them again."""

    is_stopped: bool


class SetWithdrawn(Message, tag=15, frozen=True):
    """Content of SET_WITHDRAWN: the bank's people withdrew a clearing set, the broker's own or one in its place."""

    number: Annotated[int, Meta(ge=1, le=SETS_PER_LANE_MAX)]
    is_taken_back: bool
    """What was booked by it goes back first; until then no other set is announced."""
    cases: Count  # that were told of it: all of them end with it
    made_good: SumFen  # by these


class CaseTold(Message, tag=16, frozen=True):
    """Content of CASE: what a clearing set says of a contract and its account cannot bear, the broker makes good."""

    number: Annotated[int, Meta(ge=1, le=SETS_PER_LANE_MAX)]  # of the set that says so
    case: Annotated[int, Meta(ge=1, le=2**31 - 1)]  # of the broker, never given again
    buys_fen: Fen  # of what was bought
    proceeds_fen: Fen  # of what was not sold, and spent


class PaymentTold(Message, tag=155, frozen=True):
    """Content of PAYMENT: how what is owed stands, since something of it was paid, lent or found short."""

    case: CaseNo
    state: Annotated[int, Meta(ge=1, le=255)]
    owed: SumFen  # by the broker to its customers; below 0 by them to it
    paid: SumFen  # of it, from the broker's clearing account or to it; never below 0
    advanced: SumFen  # lent by the bank, and not collected yet
    at_s: Seconds  # the due time that acted, or when it was decided: whole seconds since 1970, UTC
    is_bank_late: bool  # the bank did not pay before it was due


NO_ENTRY = bytes(DIGEST_BYTES)
"""The chained digest in front of the first entry."""
FeedMessage = Receipt | Notice | Object
FeedContent = (
    DateOpened
    | SignedOff
    | SignedOffOfA
    | ContractChanged
    | SetCompared
    | SetComparedOfA
    | ObligationTold
    | Stopped
    | SetWithdrawn
    | CaseTold
    | PaymentTold
    | FeesSet
    | PhasesChanged
)

CONTENTS: dict[FeedKind, type[FeedContent] | UnionType] = {
    FeedKind.DATE_OPENED: DateOpened,
    FeedKind.SIGNED_OFF: SignedOff | SignedOffOfA,
    FeedKind.CONTRACT_CHANGED: ContractChanged,
    FeedKind.SET_COMPARED: SetCompared | SetComparedOfA,
    FeedKind.OBLIGATION: ObligationTold,
    FeedKind.STOPPED: Stopped,
    FeedKind.SET_WITHDRAWN: SetWithdrawn,
    FeedKind.CASE: CaseTold,
    FeedKind.PAYMENT: PaymentTold,
    FeedKind.FEES: FeesSet,
    FeedKind.PHASES: PhasesChanged,
}
SIGNED_FOR = frozenset({FeedKind.SET_COMPARED, FeedKind.OBLIGATION, FeedKind.FEES})
"""Kinds of which a Receipt is taken."""
