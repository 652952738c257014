"""The types of message fields: what each may hold, named once.

Belongs here: bounds as annotations, amounts that pass 64 bits, codes from their numbers. Never here:
messages (messages), meaning.
"""

from typing import Annotated

from msgspec import Meta

from ..codes import ReplyCode
from ..errors import PeerViolation
from ..limits import (
    ACT_SECOND_MAX,
    BANK_ACCOUNT_NO_MAX,
    CHANNELS_MAX,
    DETAIL_CHARS_MAX,
    DIGEST_BYTES,
    HEARTBEAT_NS_MAX,
    HEARTBEAT_NS_MIN,
    NONCE_BYTES,
    PARTIES_MAX,
    PERSONS_MAX,
    SEATS_MAX,
    SESSION_VERSION_MAX,
    SOFTWARE_CHARS_MAX,
    SUM_BYTES,
    TRADE_DATE_MAX,
    TRADE_DATE_MIN,
)

Count = Annotated[int, Meta(ge=0, le=2**62)]
Number = Annotated[int, Meta(ge=1, le=2**62)]
Fen = Annotated[int, Meta(ge=0, le=2**60)]
SumFen = Annotated[bytes, Meta(min_length=SUM_BYTES, max_length=SUM_BYTES)]
"""A sum over contracts: a big-endian two's complement integer, see `sum_from_fen` and `fen_from_sum`."""
SessionVersion = Annotated[int, Meta(ge=0, le=SESSION_VERSION_MAX)]
PartyNo = Annotated[int, Meta(ge=1, le=PARTIES_MAX)]
SeatNo = Annotated[int, Meta(ge=1, le=SEATS_MAX)]
BoundSeatNo = Annotated[int, Meta(ge=0, le=SEATS_MAX)]
SeatRoleNo = Annotated[int, Meta(ge=1, le=8)]
KeyId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
TradeDate = Annotated[int, Meta(ge=TRADE_DATE_MIN, le=TRADE_DATE_MAX)]
LayoutNo = Annotated[int, Meta(ge=1, le=2**31 - 1)]
ChannelNo = Annotated[int, Meta(ge=1, le=CHANNELS_MAX)]
SuiteNo = Annotated[int, Meta(ge=1, le=2)]
RoleNo = Annotated[int, Meta(ge=1, le=3)]
ModeNo = Annotated[int, Meta(ge=0, le=1)]
SchemeNo = Annotated[int, Meta(ge=0, le=1)]
StatusNo = Annotated[int, Meta(ge=1, le=6)]
Nonce = Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
Digest = Annotated[bytes, Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=65)]
Software = Annotated[str, Meta(max_length=SOFTWARE_CHARS_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Detail = Annotated[str, Meta(max_length=DETAIL_CHARS_MAX)]
HeartbeatNs = Annotated[int, Meta(ge=HEARTBEAT_NS_MIN, le=HEARTBEAT_NS_MAX)]
PersonNo = Annotated[int, Meta(ge=1, le=PERSONS_MAX)]
Second = Annotated[int, Meta(ge=0, le=ACT_SECOND_MAX)]
"""Whole seconds since 1970, UTC."""
BankAccountNo = Annotated[int, Meta(ge=1, le=BANK_ACCOUNT_NO_MAX)]


def sum_from_fen(amount_fen: int) -> bytes:
    """The 16 bytes of a SumFen. Raises OverflowError outside −2^127 to 2^127 − 1."""
    return amount_fen.to_bytes(SUM_BYTES, "big", signed=True)


def fen_from_sum(amount: bytes) -> int:
    """The fen in a SumFen."""
    return int.from_bytes(amount, "big", signed=True)


def code_from_number(number: int) -> ReplyCode:
    """The code with this number, also one newer than this program. Raises PeerViolation MALFORMED_FRAME for a number
    of no class."""
    try:
        return ReplyCode(number)
    except ValueError as error:
        raise PeerViolation(ReplyCode.MALFORMED_FRAME, f"there is no reply code {number}") from error
