"""Messages of the business day: when trading ends, and what brokers and the day desk say of a trade date afterwards.

A clearing set is the clearing data of one lane, which is one broker's trade date: it is announced, its lines come as
records, and it is completed when all are there.

Belongs here: one frozen struct per message, bounds as field constraints. Never here: what they earn and do
(ledger.core.control), the trade date itself (control), the lines of a set (records).
"""

import hashlib
import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from ...limits import (
    AMOUNT_FEN_MAX,
    COMMIT_RECORDS_MAX,
    CORRECTIONS_PER_LIST_MAX,
    CORRECTIONS_TOLD_MAX,
    DIGEST_BYTES,
    REQUESTS_PER_SEAT_DATE_MAX,
    SETS_PER_LANE_MAX,
    SUM_BYTES,
    WINDOWS_PER_DATE,
)
from ..base import Message
from ..fields import Digest, Number, PartyNo, SumFen, TradeDate

LineCount = Annotated[int, Meta(ge=0, le=2**40)]
SetNumber = Annotated[int, Meta(ge=1, le=SETS_PER_LANE_MAX)]
Seconds = Annotated[int, Meta(ge=0, le=2**40)]
Place = Annotated[int, Meta(ge=0, le=2**40)]
AmountFen = Annotated[int, Meta(ge=0, le=AMOUNT_FEN_MAX)]
KINDS_OF_LINES, KINDS_OF_FEES = 6, 5
assert REQUESTS_PER_SEAT_DATE_MAX + COMMIT_RECORDS_MAX < 2**40


class DayEnd(IntEnum):
    """What is made of the books at the end of a trade date 日终."""

    REPORTS = 1
    BACKUP = 2


class Window(Message, tag=107, frozen=True):
    """A bank working day on which something of a trade date is due: its due times 时点, whole seconds since 1970, UTC.

    Worked out from calendars outside, and rising; the bank compares them with whole seconds and knows no time zone.
    """

    pay_from_s: Seconds
    """From here the bank pays."""
    late_from_s: Seconds
    """From here it is alarmed that it has not."""
    first_due_s: Seconds
    """The bank has paid before; what the broker owes is taken at this second."""
    last_due_s: Seconds
    """The last second for a broker that gave notice."""
    day_end_s: Seconds
    """The last second of the day: objection ends with one, termination opens behind one."""


Windows = Annotated[list[Window], Meta(max_length=WINDOWS_PER_DATE)]
"""Of a trade date: the bank's first working day from the next trade date on, and the seven behind it. None: no calendar
is kept, and nothing waits for a step.
"""


class SignOff(Message, tag=70, frozen=True):
    """Bank control: trading on the open trade date has ended 签退: nothing is frozen until the next one opens."""

    trade_date: TradeDate


class SignOn(Message, tag=79, frozen=True):
    """Broker control: its systems are ready for the open trade date 签到. Nothing is refused for want of it."""

    trade_date: TradeDate


class FinishSending(Message, tag=71, frozen=True):
    """Broker control: it has sent all that it has of this trade date."""

    trade_date: TradeDate


class SetTotals(Message, tag=90, frozen=True):
    """What a clearing set has in all: announced, or arrived.

    `digest` chains the frames of which every record is an accepted line of the set: it begins as 32 zeros and becomes,
    with each such frame, the SHA-256 of itself and the frame's body digest.
    """

    counts: Annotated[list[LineCount], Meta(min_length=KINDS_OF_LINES, max_length=KINDS_OF_LINES)]
    """Of each kind of line, CLEAR_ORDER first."""
    turnover: SumFen
    """Of buys and sales, with gross dividends and refunds."""
    fees: Annotated[list[SumFen], Meta(min_length=KINDS_OF_FEES, max_length=KINDS_OF_FEES)]
    """Commission with the tax of dividends, stamp duty, transfer, handling and regulatory fees."""
    net: SumFen
    """What the broker owes its customers less what they owe it: sales, dividends and refunds less buys, with fees."""
    digest: Digest


NO_TOTALS = SetTotals(
    [0] * KINDS_OF_LINES, bytes(SUM_BYTES), [bytes(SUM_BYTES)] * KINDS_OF_FEES, bytes(SUM_BYTES), bytes(DIGEST_BYTES)
)
"""Of a set that is empty, or is not there."""


class AnnounceSet(Message, tag=72, frozen=True):
    """Broker control: the clearing data of this date follow, at this seat, and this is what they will have in all."""

    trade_date: TradeDate
    declared_s: Seconds
    """When the exchange's data reached the broker: whole seconds since 1970, UTC."""
    totals: SetTotals


class CompleteSet(Message, tag=73, frozen=True):
    """Broker control: all lines of the set were sent; it must be as it was announced."""

    trade_date: TradeDate
    number: SetNumber


class WithdrawSet(Message, tag=74, frozen=True):
    """Broker control: the set counts no more, whether complete or not, and another one may be announced."""

    trade_date: TradeDate
    number: SetNumber


class Reconcile(Message, tag=75, frozen=True):
    """Bank control: compare a broker's complete set with what the bank has, from a place on: 0, or where it stands.

    Places are orders that are not there, the broker's freezes of the date, all contracts; about RECONCILE_PLACES_MAX
    are compared at a time, and the next place is told. None is told when all are: the lane is reconciled then, or has
    differences, which a query counts.
    """

    trade_date: TradeDate
    party: PartyNo
    first: Place


class Publish(Message, tag=76, frozen=True):
    """Bank control: what is owed by a broker's date is what its set says; it is told, and stays so."""

    trade_date: TradeDate
    party: PartyNo


class BeginSettle(Message, tag=140, frozen=True):
    """Bank control: the customers of a broker's date are settled from now on, one by one. Its orders are ended, and its
    older dates settled. Told is how many contracts have anything to settle; with none it is settled at once.
    """

    trade_date: TradeDate
    party: PartyNo


class Mark(Message, tag=77, frozen=True):
    """Bank control: the row that decides it is the one at which the bank's two books are compared 银行内部对账."""

    trade_date: TradeDate
    deep: bool
    """Both books keep all their pairs as of it, so that where they differ can be asked for."""


class Tell(Message, tag=78, frozen=True):
    """Bank control: what the gateway's own book has as of the mark; with it, or not, the bank agrees with itself."""

    trade_date: TradeDate
    sequence: Number
    """The journal row of the mark."""
    digest: Digest
    """Of its totals by party, see `totals_digest`."""


class ListedCorrection(Message, tag=86, frozen=True):
    """A line of a list of corrections, as two people sign it: one contract of the list's trade date, by its set."""

    contract_no: Number
    cleared_buys_fen: AmountFen
    cleared_proceeds_fen: AmountFen
    rejected_fen: AmountFen
    """Of the buys: the customer does not bear them."""
    rise_max_fen: AmountFen
    """By which bought may rise, once the orders of the date are closed."""
    made_good_max_fen: AmountFen
    """What the broker may bear."""


class TellCorrections(Message, tag=87, frozen=True):
    """Bank control: lines of the list that an act of two people permits, in their order, from place `first` on.

    `rest` is the digest of the lines behind them, 32 zeros behind the last: so each message is proved by itself, and
    nothing is kept of one that is not what was signed.
    """

    act: Number
    """The number of the act."""
    first: Annotated[int, Meta(ge=0, le=CORRECTIONS_PER_LIST_MAX - 1)]
    lines: Annotated[list[ListedCorrection], Meta(min_length=1, max_length=CORRECTIONS_TOLD_MAX)]
    rest: Digest


def list_digest(lines: Sequence[ListedCorrection], rest: bytes = bytes(DIGEST_BYTES)) -> bytes:
    """Of a list of corrections, from its end: 32 zeros, and with each line, the last first, the SHA-256 of the line as
    six int64 and of the digest of the lines behind it. It is what people sign for. `rest`: of the lines behind these.
    """
    for each in reversed(lines):
        amounts_fen = (each.cleared_buys_fen, each.cleared_proceeds_fen, each.rejected_fen)
        row = struct.pack("<6q", each.contract_no, *amounts_fen, each.rise_max_fen, each.made_good_max_fen)
        rest = hashlib.sha256(row + rest).digest()
    return rest


class TellDayEnd(Message, tag=176, frozen=True):
    """Bank control: what was made of the books at the end of a trade date: its reports 报表, or a backup 备份 that was
    restored into a second server and compared. It moves nothing, and may be said again.
    """

    trade_date: TradeDate
    what: Annotated[int, Meta(ge=int(min(DayEnd)), le=int(max(DayEnd)))]
    sequence: Number
    """The journal row as of which they are."""
    digest: Digest
    """SHA-256 of the manifest of the backup, or of the list of the reports."""


DayMessage = (
    SignOff
    | SignOn
    | FinishSending
    | AnnounceSet
    | CompleteSet
    | WithdrawSet
    | Reconcile
    | TellCorrections
    | Publish
    | BeginSettle
    | Mark
    | Tell
    | TellDayEnd
)
