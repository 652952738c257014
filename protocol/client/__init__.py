"""The broker SDK: what we publish to partners. Trio and a thin blocking face; the only part of protocol with I/O."""

from ..errors import MisuseError
from ..records import RECORD
from ..trade_dates import trade_day
from .clock import Clock, SystemClock
from .errors import OutboxDamaged, OutboxError, OutboxInUse, OutcomeUnknown, SessionEnded
from .keys import KeyFileError, load_signer, load_verifier
from .line.traffic import SeatStatistics
from .outcomes import BlockOutcome, BlockPart, Outcome, Recovered, RequestKey
from .pool import SeatPool
from .seat import Seat
from .settings import SeatSettings
from .sync import SyncSeat

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
    "trade_day",
]
