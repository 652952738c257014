"""Sending a clearing set 清算数据: announced as it is, its lines in frames, completed.

Belongs here: what a set has in all, the order of its steps, what came of it. Never here: bytes of a line
(lines), frames and answers (line), what the bank makes of a line (it tells).

The digest of a set goes over its frames, so they are cut before it is announced and sent as they were cut. While the
market is open, which it is when the set is of an earlier date, they are small and go one after the other: an order that
comes meanwhile waits for one of them at most. After the close nobody waits, and large ones cost less.
"""

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from ...codes import ReplyCode
from ...errors import MisuseError
from ...kinds import FEE_FIELDS, LINE_KINDS
from ...limits import DIGEST_BYTES, FRAME_RECORDS_MAX, RECORD_BYTES
from ...messages.day import AnnounceSet, CompleteSet, SetTotals
from ...messages.fields import sum_from_fen
from ...messages.queries import SetAnswer
from ...records import OUTCOME, RECORD, STATE_LISTED, OutcomeArray, RecordArray
from ...vocabulary import LaneState, RecordKind
from ..arguments import calendar_date, records_body, records_of, shown, whole_number
from ..outcomes import Outcome

if TYPE_CHECKING:
    from ..seat import Seat

DECLARED_S_MAX = 2**40
FRAMES_AT_ONCE = 4  # waited for together after the close: the bank works on some while others travel
BESIDE_ORDERS_RECORDS = 1_024  # of a frame while the market is open: it is decided and committed in a few milliseconds
_HALF_BITS = 30  # sums of either half of many amounts stay inside 64 bits


@dataclass(frozen=True, slots=True)
class SentSet:
    """What came of a set."""

    last: Outcome
    """Of the announcement when that was refused, else of the completion."""
    number: int  # of the set within its date, 0 when it was not announced
    outcomes: OutcomeArray  # (n,) OUTCOME of its lines in order; none when it was not announced
    differs: SetAnswer | None  # what was announced and what arrived, when they differ

    @property
    def is_complete(self) -> bool:
        """True when the bank has the set as it was announced."""
        return self.number > 0 and self.last.accepted

    @property
    def listed(self) -> int:
        """Lines that the bank took, and whose orders it does not have."""
        return int(np.count_nonzero(self.outcomes["state"] == STATE_LISTED))

    @property
    def refused(self) -> int:
        """Lines that the bank did not take."""
        return int(np.count_nonzero(self.outcomes["code"]))


def totals_of_set(lines: RecordArray, frame_records: int = FRAME_RECORDS_MAX) -> SetTotals:
    """What (n,) lines have in all, 0 ≤ n, sent in frames of at most `frame_records`.

    Raises MisuseError for what is no array of RECORD, or a record that is no line.
    """
    body = _body(lines)
    return _chained(_totals(records_of(body)), body, frame_records)


def send_set(
    seat: "Seat", trade_date: int, declared_s: int, lines: RecordArray, told: Callable[[int], None] | None = None
) -> Coroutine[object, object, SentSet]:
    """Announce the (n,) `lines` of a date, send them and complete the set; n = 0: nothing was traded. To be awaited.

    `declared_s`: when the exchange's data were there, whole seconds since 1970. `told` hears how many lines are
    answered. A refusal is a value: see `SentSet`. Lines that were refused are left out of the set, so that it differs;
    it stays open, for what is missing to come, or to be withdrawn.
    A set that is open as this one would be announced goes on: what it has is LINE_DOUBLED, and harms nothing.
    Raises MisuseError at once for no day of the calendar, no time, or what are no lines; else as `Seat.control`.
    """
    date = calendar_date("trade_date", trade_date)
    declared = whole_number("declared_s", declared_s, 0, DECLARED_S_MAX)
    if told is not None and not callable(told):
        raise MisuseError(f"told is a function or None, not {shown(told)}")
    body = _body(lines)
    return _send(seat, date, declared, body, _totals(records_of(body)), told)


def is_as_sent(announced: SetTotals, lines: RecordArray, outbox_records: int) -> bool:
    """Whether a set was announced as `send_set` announces these (n,) lines, from a seat with such an outbox."""
    body = _body(lines)
    return _cut_as(announced, _totals(records_of(body)), body, outbox_records) is not None


async def _send(
    seat: "Seat", date: int, declared_s: int, body: bytes, totals: SetTotals, told: Callable[[int], None] | None
) -> SentSet:
    count, has, outbox_records = len(body) // RECORD_BYTES, await seat.clearing_set(date), seat.settings.outbox_records
    frame_records = _cut_as(has.announced, totals, body, outbox_records)
    if has.state == LaneState.COLLECTING and frame_records is not None:
        number = has.number
    else:
        small, large = _frame_sizes(outbox_records)
        frame_records = large if date == seat.trade_date else small
        announced = await seat.control(AnnounceSet(date, declared_s, _chained(totals, body, frame_records)))
        if not announced.accepted:
            return SentSet(announced, 0, np.zeros(0, OUTCOME), None)
        number = announced.remaining_fen
    answers, start = [], 0
    while start < count:
        # A block is cut into frames of the largest size: smaller ones are blocks of their own.
        is_small = frame_records < min(FRAME_RECORDS_MAX, outbox_records)
        part = records_of(body)[start : start + frame_records * (1 if is_small else FRAMES_AT_ONCE)]
        answers.append((await seat.submit_block(part)).outcomes)
        start += len(part)
        if told is not None:
            told(start)
    completed = await seat.control(CompleteSet(date, number))
    differs = await seat.clearing_set(date) if completed.code is ReplyCode.SET_DIFFERS else None
    outcomes = np.frombuffer(b"".join([answer.tobytes() for answer in answers]), OUTCOME)
    return SentSet(completed, number, outcomes, differs)


def _frame_sizes(outbox_records: int) -> tuple[int, int]:
    """Records of a frame: while the market is open, and after its close."""
    large = min(FRAME_RECORDS_MAX, outbox_records)
    return min(BESIDE_ORDERS_RECORDS, large), large


def _cut_as(announced: SetTotals, totals: SetTotals, body: bytes, outbox_records: int) -> int | None:
    """Records of a frame with which these lines give the totals that were announced; None for other lines."""
    sizes = _frame_sizes(outbox_records)
    return next((size for size in sizes if _chained(totals, body, size) == announced), None)


def _body(lines: RecordArray) -> bytes:
    """A copy of (n,) RECORD, also of none."""
    is_none = isinstance(lines, np.ndarray) and lines.dtype == RECORD and lines.shape == (0,)
    return b"" if is_none else records_body(lines)


def _chained(totals: SetTotals, body: bytes, frame_records: int) -> SetTotals:
    """With the digest of the lines in frames of so many."""
    digest, step = bytes(DIGEST_BYTES), frame_records * RECORD_BYTES
    for start in range(0, len(body), step):
        digest = hashlib.sha256(digest + hashlib.sha256(body[start : start + step]).digest()).digest()
    return msgspec.structs.replace(totals, digest=digest)


def _totals(lines: RecordArray) -> SetTotals:
    """All but the digest."""
    kind = lines["kind"].astype(np.int64)
    if len(kind) and not (min(LINE_KINDS) <= int(kind.min()) and int(kind.max()) <= max(LINE_KINDS)):
        raise MisuseError("a clearing set has lines only: records of kinds 7 to 12")
    is_buy, is_sale = kind == RecordKind.CLEAR_BUY, kind == RecordKind.CLEAR_SELL
    is_credit = (kind == RecordKind.CLEAR_DIVIDEND) | (kind == RecordKind.CLEAR_REFUND)
    turnover = np.where(is_buy | is_sale | is_credit, lines["amount_fen"], 0)
    has_second = is_buy | is_sale | (kind == RecordKind.CLEAR_DIVIDEND)
    fees = [np.where(has_second, lines["commission_fen"], 0)]
    fees += [np.where(is_buy | is_sale, lines[name], 0).astype(np.int64) for name in FEE_FIELDS]
    fee_sums = [_sum(part) for part in fees]
    bought = _sum(np.where(is_buy, turnover, 0))
    return SetTotals(
        counts=[int(np.count_nonzero(kind == each)) for each in LINE_KINDS],
        turnover=sum_from_fen(_sum(turnover)),
        fees=[sum_from_fen(fen) for fen in fee_sums],
        net=sum_from_fen(_sum(turnover) - 2 * bought - sum(fee_sums)),
        digest=bytes(DIGEST_BYTES),
    )


def _sum(amounts_fen: np.typing.NDArray[np.int64]) -> int:
    """Exact, whatever the amounts are."""
    upper, lower = int((amounts_fen >> _HALF_BITS).sum()), int((amounts_fen & ((1 << _HALF_BITS) - 1)).sum())
    return (upper << _HALF_BITS) + lower
