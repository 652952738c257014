"""The golden frames of orders through the bank 委托: a channel orders and cancels, the broker reports.

Belongs here: these frames and what they mean. Never here: who speaks (voices), what an order earns and a report makes
of one.
"""

from collections.abc import Iterator

from protocol.client import (
    BankOrder,
    RequestKey,
    cancel_record,
    cancel_refused_record,
    cancelled_record,
    executed_record,
    order_record,
    refused_record,
    taken_record,
)
from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_NONE, FREEZE_STATE_OPEN, STATE_FROZEN
from protocol.vocabulary import FrameKind, Market, Side
from tests.protocol import keys
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import SENT_AT_NS, TRADE_DATE, Vector, Voice, channel_voice, told_by_bank

VALID_UNTIL_NS = SENT_AT_NS + 2_000_000_000
FIRST, SECOND = 1, 2  # of the channel's requests, those that are taken
BROKER_FIRST = 60  # the broker's first request here
BROKER_NUMBER = 4_711
NOT_FITTING = 7  # the broker's reason for what it refuses
IN_TIME, TOO_LATE = 1, 2  # and for what became of a cancel
CANCEL_POSITION, SECOND_CANCEL = 3, 5  # in the feed of orders
CONTRACT_NO = contract_no_from_index(1)
SIDED = (Market.XSHG, Side.BUY, b"600000")
ORDERS = [
    order_record(CONTRACT_NO, *SIDED, 1_000, 100_000, partner_ref=b"phone-01"),
    order_record(CONTRACT_NO, *SIDED, 100, 100_000, partner_ref=b"phone-02"),
    order_record(CONTRACT_NO, *SIDED, 50, 100_000, partner_ref=b"phone-03"),
]


def named(number: int) -> BankOrder:
    """The order of a request of the channel."""
    return BankOrder(RequestKey(TRADE_DATE, keys.CHANNEL_SEAT, number), CONTRACT_NO, *SIDED)


def of_orders(partner: Voice, bank: Voice) -> Iterator[Vector]:
    """Three orders of a channel, one of them cancelled, and what the broker reports of them."""
    channel = channel_voice()
    to_channel = told_by_bank(channel)
    ordered = _frame(channel, FIRST, ORDERS, VALID_UNTIL_NS)
    yield Vector("orders", "three orders of a channel's customer, requests 1 to 3", ordered, None)
    what = "10,018.20 and 1,005.02 are frozen; 50 are no lot"
    yield outcomes(to_channel, "outcomes_orders", what, ordered, ORDERS_TOLD)
    cancel = _frame(channel, len(ORDERS) + 1, CANCELS)
    yield Vector("cancel", "the first of them is to be cancelled, request 4", cancel, None)
    yield outcomes(to_channel, "outcomes_cancel", "asked for; nothing moves", cancel, CANCELS_TOLD)
    reports = _frame(partner, BROKER_FIRST, REPORTS)
    yield Vector("order_reports", f"what became of them, from request {BROKER_FIRST} on", reports, None)
    what = "6,010.92 remain of the first, then nothing; the second is closed; the last two do not fit"
    yield outcomes(bank, "outcomes_order_reports", what, reports, REPORTS_TOLD)


ORDERS_TOLD = [
    (ReplyCode.ACCEPTED, STATE_FROZEN, 1_001_820),
    (ReplyCode.ACCEPTED, STATE_FROZEN, 100_502),
    (ReplyCode.QUANTITY_OUT_OF_LOTS, FREEZE_STATE_NONE, 0),
]
CANCELS = [cancel_record(named(FIRST), partner_ref=b"phone-04")]
CANCELS_TOLD = [(ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)]
REPORTS = [
    taken_record(named(FIRST), BROKER_NUMBER),
    executed_record(named(FIRST), 400, 400 * 99_500, partner_ref=b"deal-001"),
    cancelled_record(named(FIRST), 600, IN_TIME, cancel_position=CANCEL_POSITION),
    refused_record(named(SECOND), NOT_FITTING),
    executed_record(named(SECOND), 100, 100 * 99_500),
    cancel_refused_record(named(FIRST), SECOND_CANCEL, TOO_LATE),
]
"""400 of the first at 9.95, its rest cancelled; the second refused; and two that do not fit."""
REPORTS_TOLD = [
    (ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0),
    (ReplyCode.ACCEPTED, FREEZE_STATE_OPEN, 601_092),
    (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0),
    (ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0),
    (ReplyCode.LISTED, FREEZE_STATE_NONE, 0),
    (ReplyCode.LISTED, FREEZE_STATE_NONE, 0),
]


def _frame(voice: Voice, number: int, records: list[bytes], valid_until_ns: int = 0) -> Frame:
    header = voice.header(FrameKind.RECORDS)._replace(
        first_number=number, record_count=len(records), valid_until_ns=valid_until_ns
    )
    return make_frame(header, b"".join(records), voice.signer.sign)
