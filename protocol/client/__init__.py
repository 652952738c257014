"""The broker SDK: what we publish to partners. Trio and a thin blocking face; the only part of protocol with I/O."""

from protocol.client.clock import Clock, SystemClock
from protocol.client.errors import OutboxDamaged, OutboxError, OutboxInUse, OutcomeUnknown, SessionEnded
from protocol.client.keys import KeyFileError, load_signer, load_verifier
from protocol.client.outcomes import BlockOutcome, BlockPart, Outcome, Recovered, RequestKey
from protocol.client.pool import SeatPool
from protocol.client.seat import Seat
from protocol.client.settings import SeatSettings
from protocol.client.sync import SyncSeat
from protocol.client.traffic import SeatStatistics
from protocol.errors import MisuseError
from protocol.records import RECORD

__all__ = [
    "RECORD",
    "BlockOutcome",
    "BlockPart",
    "Clock",
    "KeyFileError",
    "MisuseError",
    "OutboxDamaged",
    "OutboxError",
    "OutboxInUse",
    "Outcome",
    "OutcomeUnknown",
    "Recovered",
    "RequestKey",
    "Seat",
    "SeatPool",
    "SeatSettings",
    "SeatStatistics",
    "SessionEnded",
    "SyncSeat",
    "SystemClock",
    "load_signer",
    "load_verifier",
]
