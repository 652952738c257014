"""The broker SDK: what we publish to partners. Trio and a thin blocking face; the only part of protocol with I/O."""

from ..errors import MisuseError
from ..messages.orders.signing_on import BoxKey, PasswordAnswer
from ..particulars import Document, Particulars, Person
from ..records import RECORD
from ..trade_dates import trade_day
from ..vocabulary import PasswordFound
from .clearing.lines import buy_line, contract_line, dividend_line, order_line, refund_line, sell_line
from .clearing.sending import SentSet, is_as_sent, totals_of_set
from .clock import Clock, SystemClock
from .errors import OutboxDamaged, OutboxError, OutboxInUse, OutcomeUnknown, SessionEnded
from .feeds.events import FeedEnded, FeedEvent
from .feeds.order_entries import OrderEntry
from .feeds.order_reading import BlockingOrders, OrderReader
from .keys import KeyFileError, load_signer, load_verifier
from .line.traffic import SeatStatistics
from .outcomes import BlockOutcome, BlockPart, Outcome, Recovered, RequestKey
from .pool import SeatPool
from .pushes import IdentityKey, IdentityKeys, load_identity_key
from .seat import Seat
from .settings import SeatSettings
from .sync import SyncSeat
from .verbs.ordering_records import (
    BankOrder,
    cancel_record,
    cancel_refused_record,
    cancelled_record,
    executed_record,
    order_record,
    refused_record,
    taken_record,
)
from .verbs.passwords import load_box_key

__all__ = [
    "RECORD",
    "BankOrder",
    "BlockOutcome",
    "BlockPart",
    "BlockingOrders",
    "BoxKey",
    "Clock",
    "Document",
    "FeedEnded",
    "FeedEvent",
    "IdentityKey",
    "IdentityKeys",
    "KeyFileError",
    "MisuseError",
    "OrderEntry",
    "OrderReader",
    "OutboxDamaged",
    "OutboxError",
    "OutboxInUse",
    "Outcome",
    "OutcomeUnknown",
    "Particulars",
    "PasswordAnswer",
    "PasswordFound",
    "Person",
    "Recovered",
    "RequestKey",
    "Seat",
    "SeatPool",
    "SeatSettings",
    "SeatStatistics",
    "SentSet",
    "SessionEnded",
    "SyncSeat",
    "SystemClock",
    "buy_line",
    "cancel_record",
    "cancel_refused_record",
    "cancelled_record",
    "contract_line",
    "dividend_line",
    "executed_record",
    "is_as_sent",
    "load_box_key",
    "load_identity_key",
    "load_signer",
    "load_verifier",
    "order_line",
    "order_record",
    "refund_line",
    "refused_record",
    "sell_line",
    "taken_record",
    "totals_of_set",
    "trade_day",
]
