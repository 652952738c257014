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
from .orders import (
    MARKET_SHIFT,
    MARKETS_AND_SIDES,
    SIDE_MASK,
    Market,
    OrderType,
    Product,
    Side,
    market_and_side,
)
from .parties import BANK_PARTY, BANK_SEAT, Mode, OutletLevel, Right, Role, Scheme, SeatRole, role_fits_party

__all__ = [
    "BANK_PARTY",
    "BANK_SEAT",
    "MARKETS_AND_SIDES",
    "MARKET_SHIFT",
    "NUMBERED_KINDS",
    "SIDE_MASK",
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
    "Side",
    "Suite",
    "Verdict",
    "Way",
    "market_and_side",
    "role_fits_party",
]
