"""Messages of business control: parties, keys, seats, the trade date; and the genesis.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control), accounts and contracts (accounts), outlets (outlets), securities (orders), people (persons),
what ends a date (day), the codec.
"""

from typing import Annotated

from msgspec import Meta, field

from ..limits import KEYS_PER_PARTY_MAX, SEATS_MAX, UNSETTLED_DATES_MAX, UNSETTLED_DATES_MIN
from .base import Message
from .customers.accounts import AccountMessage
from .customers.pushes import PushMessage
from .customers.restraints import RestraintMessage
from .day.paying import PayingMessage
from .day.steps import DayMessage, Windows
from .feeds import FeedMessage
from .fields import (
    BoundSeatNo,
    ChannelNo,
    Count,
    Digest,
    KeyId,
    LayoutNo,
    ModeNo,
    Name,
    Number,
    PartyNo,
    PublicKey,
    RoleNo,
    SchemeNo,
    SeatNo,
    SeatRoleNo,
    SuiteNo,
    TradeDate,
)
from .orders.fees import FeesMessage
from .orders.phases import SetPhases
from .orders.securities import SecurityMessage
from .orders.signing_on import SigningMessage
from .outlets import OutletMessage
from .persons import PersonMessage


class RegisterParty(Message, tag=20, frozen=True):
    """Bank control: a new partner, a broker or a channel. Its suite never changes."""

    party: PartyNo
    role: RoleNo
    suite: SuiteNo
    name: Name
    proceeds_at_fill: bool  # of a broker alone: sale proceeds enter buying power at the fill


class RegisterKey(Message, tag=21, frozen=True):
    """Bank control: a public key of a party, valid for frames sent in [not_before_ns, not_after_ns)."""

    party: PartyNo
    key_id: KeyId
    public_key: PublicKey
    not_before_ns: Count
    not_after_ns: Count
    seat: BoundSeatNo  # that alone may sign with it; 0: every seat of the party, never of the bank


class RegisterSeat(Message, tag=22, frozen=True):
    """Bank control: a seat 席位 of a party, and what it is for."""

    seat: SeatNo
    party: PartyNo
    seat_role: SeatRoleNo


class RegisterChannelSeat(Message, tag=98, frozen=True):
    """Bank control: a seat of a channel, by which customers of one broker order. A channel is of one party."""

    seat: SeatNo
    party: PartyNo
    channel: ChannelNo
    broker: PartyNo


class OpenTradeDate(Message, tag=27, frozen=True):
    """Bank control: close the open trade date and open this later one, with its due times; open freezes are carried."""

    trade_date: TradeDate
    windows: Windows = field(default_factory=list)


class EndSettlement(Message, tag=37, frozen=True):
    """Bank control: the customers of this date, the oldest that is closed and unsettled, are settled."""

    trade_date: TradeDate


class ConfirmRoll(Message, tag=39, frozen=True):
    """Bank control: the whole state behind the roll that opened the open date, as the follower reckoned it.

    The core does not believe it: who has a digest of that roll compares. It may be said again.
    """

    trade_date: TradeDate  # that the roll opened
    sequence: Number  # of the roll's journal row
    state_layout: LayoutNo  # by which the digest was reckoned
    digest: Digest


class EndKey(Message, tag=28, frozen=True):
    """Bank control: a key of a party is not good any more, from this decision on. Its number is never given again."""

    party: PartyNo
    key_id: KeyId


class ChangeMode(Message, tag=170, frozen=True):
    """Bank control: what becomes of the money that a broker's customers order with. Before its first contract at once,
    then with the first roll at which nothing of the broker is moved; the mode in force takes back a change that waits.
    """

    party: PartyNo
    mode: ModeNo


class SetScheme(Message, tag=97, frozen=True):
    """Bank control: by which scheme orders of a broker's customers come. Before it has any business at once, then with
    the first roll at which all that it had is over; the scheme in force takes back a change that waits.
    """

    party: PartyNo
    scheme: SchemeNo


class SeatEntry(Message, tag=29, frozen=True):
    """A seat as the ledger keeps it."""

    seat: SeatNo
    role: SeatRoleNo


class PartyKey(Message, tag=30, frozen=True):
    """A key as the ledger keeps it."""

    key_id: KeyId
    public_key: PublicKey
    not_before_ns: Count
    not_after_ns: Count
    seat: BoundSeatNo


class PartyEntry(Message, tag=31, frozen=True):
    """A party as the ledger keeps it."""

    party: PartyNo
    role: RoleNo
    suite: SuiteNo
    name: Name
    proceeds_at_fill: bool
    keys: Annotated[list[PartyKey], Meta(max_length=KEYS_PER_PARTY_MAX)]
    seats: Annotated[list[SeatEntry], Meta(max_length=SEATS_MAX)]
    retired_key_id: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0  # highest number of a key that is in `keys` no more


class Genesis(Message, tag=32, frozen=True):
    """The first journal row: the bank itself, its own seat's key, the first trade date, how many may be unsettled."""

    bank: PartyEntry
    trade_date: TradeDate
    unsettled_dates_max: Annotated[int, Meta(ge=UNSETTLED_DATES_MIN, le=UNSETTLED_DATES_MAX)] = UNSETTLED_DATES_MIN


class ServesAgain(Message, tag=157, frozen=True):
    """A row of the bank's own, which nobody sends: between these whole seconds since 1970, UTC, nobody served.

    Due times between them come again.
    """

    alive_s: Count  # of the last durable sign that a ledger served
    serves_s: Count


ControlMessage = (
    RegisterParty
    | RegisterKey
    | EndKey
    | RegisterSeat
    | RegisterChannelSeat
    | ChangeMode
    | SetScheme
    | AccountMessage
    | OutletMessage
    | SecurityMessage
    | FeesMessage
    | SigningMessage
    | SetPhases
    | PersonMessage
    | RestraintMessage
    | OpenTradeDate
    | DayMessage
    | PayingMessage
    | FeedMessage
    | PushMessage
    | EndSettlement
    | ConfirmRoll
    | Genesis
    | ServesAgain
)
