"""The words of the wire: every closed set of numbers that a header, record or message may carry.

Belongs here: enumerations shared by both sides. Never here: limits (limits), refusals (codes), numbers of contracts and
accounts (given_numbers), byte layouts (header, records), behaviour.
Each is read here; the rooms are by subject.
"""

from ..account_codes import AccountCode  # a word of the bank's books, which records post to
from .customers import (
    AccountEvent,
    AccountStatus,
    CardAnswer,
    ContractEvent,
    ContractStatus,
    PasswordFound,
    PushEvent,
    PushState,
    Verdict,
)
from .day import (
    ClearedEvent,
    ComparedField,
    DateEvent,
    DatePhase,
    DifferenceClass,
    Fate,
    LaneEvent,
    LaneState,
    LineSide,
    ObligationState,
)
from .frames import NUMBERED_KINDS, SUITES, Direction, FeedKind, FrameKind, OrdersFault, Suite
from .money import RecordKind, RestraintKind, Way
from .orders import Market, OrderType, Product
from .parties import BANK_PARTY, BANK_SEAT, Mode, OutletLevel, Right, Role, Scheme, SeatRole, role_fits_party

__all__ = [
    "BANK_PARTY",
    "BANK_SEAT",
    "NUMBERED_KINDS",
    "SUITES",
    "AccountCode",
    "AccountEvent",
    "AccountStatus",
    "CardAnswer",
    "ClearedEvent",
    "ComparedField",
    "ContractEvent",
    "ContractStatus",
    "DateEvent",
    "DatePhase",
    "DifferenceClass",
    "Direction",
    "Fate",
    "FeedKind",
    "FrameKind",
    "LaneEvent",
    "LaneState",
    "LineSide",
    "Market",
    "Mode",
    "ObligationState",
    "OrderType",
    "OrdersFault",
    "OutletLevel",
    "PasswordFound",
    "Product",
    "PushEvent",
    "PushState",
    "RecordKind",
    "RestraintKind",
    "Right",
    "Role",
    "Scheme",
    "SeatRole",
    "Suite",
    "Verdict",
    "Way",
    "role_fits_party",
]
