"""The golden frames of feeds: what is wanted, what is told, what a broker says to it, and what it is refused.

Belongs here: these frames and what they mean. Never here: who speaks (voices).
"""

from collections.abc import Iterator

import numpy as np
from msgspec import structs

from protocol.codes import ReplyCode
from protocol.frame import make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.codec import encode
from protocol.messages.feeds import (
    NO_ENTRY,
    CaseTold,
    ContractChanged,
    DateOpened,
    FeedContent,
    FeedEntry,
    FeedPage,
    FeedQuery,
    Notice,
    Object,
    ObligationTold,
    Receipt,
    SetCompared,
    SetComparedOfA,
    SetWithdrawn,
    SignedOff,
    SignedOffOfA,
    Stopped,
    chained,
)
from protocol.messages.fields import sum_from_fen
from protocol.messages.orders.fees import FeesSet
from protocol.messages.orders.phases import PhasesChanged
from protocol.messages.session import Heartbeat, OrdersAck
from protocol.order_pages import NO_STRETCH, ORDER_ENTRY, OrderEntryArray, OrderPageHead, pack_page
from protocol.vocabulary import FeedKind, FrameKind, Market, OrderType, RecordKind, Side, market_and_side
from tests.fees import COMMISSION, NONE, SHARES_BOUGHT, TRANSFER, notified
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import DECIDED_AT_NS, TRADE_DATE, Vector, Voice

OWED = ObligationTold(
    number=2,
    case=0,
    owed=sum_from_fen(-398_724),
    set_late_s=61,
    is_late_netted=True,
    needs_no_notice=False,
    pay_from_s=1_790_125_200,
    late_from_s=1_790_127_000,
    first_due_s=1_790_128_800,
    last_due_s=1_790_143_200,
    objection_until_s=1_790_438_399,
    termination_after_s=0,
)
SAID: tuple[tuple[FeedKind, int, FeedContent], ...] = (
    (FeedKind.DATE_OPENED, 0, DateOpened(20_260_918)),
    (FeedKind.CONTRACT_CHANGED, contract_no_from_index(1), ContractChanged(3, 0, 2, True)),
    (FeedKind.SIGNED_OFF, 0, SignedOff([2, 1, 0, 1], [sum_from_fen(fen) for fen in (2_000_000, 1, 0, 2**65)])),
    (FeedKind.SET_COMPARED, 0, SetCompared(1, [0, 0, 2, 0], False)),
    (FeedKind.OBLIGATION, 0, OWED),
    (FeedKind.STOPPED, 0, Stopped(True)),
    (FeedKind.CASE, contract_no_from_index(1), CaseTold(1, 7, 5_000, 2**40)),
    (FeedKind.SET_WITHDRAWN, 0, SetWithdrawn(1, True, 1, sum_from_fen(5_000 + 2**40))),
    (FeedKind.FEES, 0, FeesSet(3, *SHARES_BOUGHT, TRADE_DATE, COMMISSION, NONE, TRANSFER, NONE, NONE, 7)),
    (FeedKind.PHASES, 0, PhasesChanged(1, 1_789_959_599)),
    (FeedKind.SET_COMPARED, 0, SetComparedOfA(2, [0, 0, 1, 0, 2], False)),
    (FeedKind.SIGNED_OFF, 0, SignedOffOfA(7, 5, 2, 1, *map(sum_from_fen, (1_400, 2**65, 600, 1_001_820, 398_724)))),
)
ENTRIES = [
    FeedEntry(place, 123_450 + place, DECIDED_AT_NS, int(kind), TRADE_DATE, contract_no, encode(content))
    for place, (kind, contract_no, content) in enumerate(SAID, start=1)
]
NEWER = FeedEntry(13, 123_463, DECIDED_AT_NS, 200, TRADE_DATE, 0, b"\xc1")
DIGESTS = [NO_ENTRY]
for entry in ENTRIES:
    DIGESTS.append(chained(DIGESTS[-1], entry))


def owed_entries(now_s: int) -> tuple[list[FeedEntry], list[bytes]]:
    """An obligation of the date before that was due an hour ago, a set that agrees, and what is owed by it in an hour;
    the chained digests in front of each, and behind the last.
    """
    hour_s, day_s = 3_600, 86_400
    older, newer = (
        structs.replace(
            OWED,
            number=1,
            owed=sum_from_fen(398_724),
            is_late_netted=False,
            pay_from_s=due_s - hour_s,
            late_from_s=due_s - hour_s // 2,
            first_due_s=due_s,
            last_due_s=due_s + 4 * hour_s,
            objection_until_s=due_s + 3 * day_s,
        )
        for due_s in (now_s - hour_s, now_s + hour_s)
    )
    said: tuple[tuple[FeedKind, int, FeedContent], ...] = (
        (FeedKind.OBLIGATION, 20_260_918, older),
        (FeedKind.SET_COMPARED, TRADE_DATE, SetCompared(1, [0] * 4, True)),
        (FeedKind.OBLIGATION, TRADE_DATE, newer),
    )
    entries = [
        FeedEntry(place, 123_450 + place, DECIDED_AT_NS, int(kind), date, 0, encode(content))
        for place, (kind, date, content) in enumerate(said, start=1)
    ]
    digests = [NO_ENTRY]
    for each in entries:
        digests.append(chained(digests[-1], each))
    return entries, digests


def of(partner: Voice, bank: Voice) -> Iterator[Vector]:
    """A feed of twelve entries, and one of a kind that is in no list yet."""
    wants = Heartbeat(47, False, 1)
    yield partner.message("heartbeat_feed", "wants its feed from position 1 on", FrameKind.HEARTBEAT, wants)
    page = FeedPage(1, 14, NO_ENTRY, ENTRIES)
    yield bank.message("feed", "entries 1 to 12, of each kind; there is a thirteenth", FrameKind.FEED, page)
    newer = FeedPage(13, 14, DIGESTS[12], [NEWER])
    yield bank.message("feed_newer_kind", "a kind that is in no list yet", FrameKind.FEED, newer)
    yield partner.message("query_feed", "from position 4 on", FrameKind.QUERY, FeedQuery(4), 12)
    found = FeedPage(4, 14, DIGESTS[3], ENTRIES[3:])
    yield bank.message("answer_feed", "entries 4 to 12", FrameKind.ANSWER, found, 12)
    yield partner.message("query_feed_end", "from position 14 on", FrameKind.QUERY, FeedQuery(14), 13)
    nothing = FeedPage(14, 14, NO_ENTRY, [])
    yield bank.message("answer_feed_end", "there is no more", FrameKind.ANSWER, nothing, 13)
    said = (
        ("notify_fees", notified(20_260_918), ReplyCode.FEES_LATE),
        ("receipt", Receipt(TRADE_DATE, 4, DIGESTS[4]), ReplyCode.FEED_ENTRY_UNKNOWN),
        ("notice", Notice(TRADE_DATE, 0), ReplyCode.OBLIGATION_UNKNOWN),
        ("objection", Object(TRADE_DATE, 0, 12_345, contract_no_from_index(1), "佣金"), ReplyCode.STEP_NOT_DUE),
    )
    for number, (name, message, code) in enumerate(said, start=70):
        vector = partner.message(name, f"request {number}", FrameKind.CONTROL, message, number)
        yield vector
        yield outcomes(bank, f"{name}_refused", f"{code.name}: the answer to `{name}`", vector.frame, [(code, 0, 0)])


def order_entries() -> OrderEntryArray:
    """(2,) an order and the wish to cancel it."""
    entries = np.zeros(2, ORDER_ENTRY)
    entries["kind"] = (RecordKind.ORDER, RecordKind.CANCEL)
    entries["market_and_side"] = market_and_side(Market.XSHG, Side.BUY)
    entries["contract_no"], entries["security"] = contract_no_from_index(1), b"600000"
    entries["seat"], entries["number"], entries["partner_ref"] = 71, (4_711, 4_712), (b"channel1", b"channel2")
    entries["order_type"][0], entries["quantity"][0], entries["limit"][0] = OrderType.LIMIT, 1_000, 100_000
    entries["frozen_fen"][0], entries["last_second"][0] = 1_001_820, 1_789_974_000
    entries["target_date"][1], entries["target_seat"][1], entries["target_number"][1] = TRADE_DATE, 71, 4_711
    return entries


def of_orders(partner: Voice, bank: Voice) -> Iterator[Vector]:
    """A feed of orders: an order and the wish to cancel it, and behind them the end of their date."""
    wants = OrdersAck(TRADE_DATE, 1, NO_STRETCH)
    yield partner.message("orders_ack", "wants its orders from number 1 on", FrameKind.ORDERS_ACK, wants)
    entries = order_entries()
    told = pack_page(OrderPageHead(TRADE_DATE, 0, 1, 3, NO_STRETCH), entries.tobytes())
    yield _page(bank, "orders", "numbers 1 and 2, all that there are", told)
    over = pack_page(OrderPageHead(TRADE_DATE, 20_260_922, 3, 3, NO_STRETCH), b"")
    yield _page(bank, "orders_end", "there is none behind them, and a later date has some", over)


def _page(bank: Voice, name: str, what: str, body: bytes) -> Vector:
    return Vector(name, what, make_frame(bank.header(FrameKind.ORDERS), body, bank.signer.sign), None)
