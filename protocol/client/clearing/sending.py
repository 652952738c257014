"""Sending a clearing set 清算数据: announced as it is, its lines in frames, completed.

Belongs here: what a set has in all, the order of its steps, what came of it. Never here: bytes of a line
(lines), frames and answers (line), what the bank makes of a line (it tells).

The digest of a set goes over its frames, so they are cut before it is announced and sent as they were cut, under the
digests that were made then: a body is hashed once. While the market is open, which it is when the set is of an earlier
date, they are small and go one after the other: an order that comes meanwhile waits for one of them at most, and behind
each the sender rests as long as it took, so that orders have half of the time. After the close nobody waits, and large
ones cost less.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
import trio

from ...codes import ReplyCode
from ...errors import MisuseError
from ...kinds import FEE_FIELDS, LINE_KINDS
from ...limits import DIGEST_BYTES, FRAME_RECORDS_MAX, PARTIES_MAX, RECORD_BYTES
from ...messages.day.steps import AnnounceSet, CompleteSet, SetTotals
from ...messages.fields import sum_from_fen
from ...messages.queries import SetAnswer
from ...records import OUTCOME, RECORD, STATE_LISTED, OutcomeArray, RecordArray
from ...vocabulary import LaneState, RecordKind
from ..line.calls import KnownDigests
from ..outcomes import BlockOutcome, Outcome
from ..verbs.arguments import calendar_date, records_body, records_of, shown, whole_number
from ..verbs.speaking import Speaking

DECLARED_S_MAX = 2**40
HearsCount = Callable[[int], None]
"""Hears how many lines are answered."""
SendsBlock = Callable[[bytes, int, KnownDigests], Coroutine[object, object, BlockOutcome]]
"""Sends whole frames, valid until a moment, whose digests are known."""
FRAMES_AT_ONCE = 4  # waited for together after the close: the bank works on some while others travel
BESIDE_ORDERS_RECORDS = 1_024  # of a frame while the market is open: it is decided and committed in a few milliseconds
_SUMMED_AT_ONCE = 4_096  # lines: they are in the processor's cache while each of their fields is added up
_HALF_BITS = 30  # sums of either half of many amounts stay inside 64 bits
_FEES = ("commission_fen", *FEE_FIELDS)
_FEES_OF = {
    RecordKind.CLEAR_BUY: _FEES,
    RecordKind.CLEAR_SELL: _FEES,
    RecordKind.CLEAR_DIVIDEND: _FEES[:1],  # its tax
    RecordKind.CLEAR_REFUND: (),
}
"""The kinds of lines with an amount that counts, and which fees each has; what others carry adds up to nothing."""


class SetSender(Speaking):
    """A seat, as sending sees it."""

    @abstractmethod
    def clearing_set(self, trade_date: int, party: int = 0) -> Coroutine[object, object, SetAnswer]:
        """Ask where a date stands, and what its clearing set has."""


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


class _Cut(NamedTuple):
    """A set as it is cut into frames."""

    totals: SetTotals  # with the digest of its lines in these frames
    frame_records: int  # of each frame but the last
    digests: list[bytes]  # SHA-256 of the body of each


def totals_of_set(lines: RecordArray, frame_records: int = FRAME_RECORDS_MAX) -> SetTotals:
    """What (n,) lines have in all, 0 ≤ n, sent in frames of at most `frame_records`.

    Raises MisuseError for what is no array of RECORD, or a record that is no line.
    """
    body = _body(lines)
    return _cut(_totals(records_of(body)), body, frame_records).totals


def send_set(
    seat: SetSender,
    block: SendsBlock,
    trade_date: int,
    declared_s: int,
    lines: RecordArray,
    told: Callable[[int], None] | None = None,
    party: int = 0,
) -> Coroutine[object, object, SentSet]:
    """Announce the (n,) `lines` of a date, send them and complete the set; n = 0: nothing was traded. To be awaited.

    `block`: of the seat. `declared_s`: when the exchange's data were there, whole seconds since 1970. `told` hears how
    many lines are answered. A refusal is a value: see `SentSet`. Lines that were refused are left out of the set, so
    that it differs; it stays open, for what is missing to come, or to be withdrawn.
    `party`: of a day desk, the broker for whose deferred date two people adopted these lines: their act announced it.
    A set that is open as this one would be announced goes on: what it has is LINE_DOUBLED, and harms nothing.
    Raises MisuseError at once for no day of the calendar, no time, or what are no lines; else as `Seat.control`.
    """
    date = calendar_date("trade_date", trade_date)
    declared = whole_number("declared_s", declared_s, 0, DECLARED_S_MAX)
    whose = whole_number("party", party, 0, PARTIES_MAX)
    if told is not None and not callable(told):
        raise MisuseError(f"told is a function or None, not {shown(told)}")
    body = _body(lines)
    return _send(seat, block, date, declared, body, _totals(records_of(body)), told, whose)


def is_as_sent(announced: SetTotals, lines: RecordArray, outbox_records: int) -> bool:
    """Whether a set was announced as `send_set` announces these (n,) lines, from a seat with such an outbox."""
    body = _body(lines)
    return _cut_as(announced, _totals(records_of(body)), body, outbox_records) is not None


async def _send(
    seat: SetSender,
    block: SendsBlock,
    date: int,
    declared_s: int,
    body: bytes,
    totals: SetTotals,
    told: Callable[[int], None] | None,
    party: int,
) -> SentSet:
    has, outbox_records = await seat.clearing_set(date, party), seat.settings.outbox_records
    is_open = has.state == LaneState.COLLECTING
    cut = _cut_as(has.announced, totals, body, outbox_records) if is_open else None
    if cut is not None:
        number = has.number
    else:
        small, large = _frame_sizes(outbox_records)
        cut = _cut(totals, body, large if date == seat.trade_date else small)
        announced = await seat.control(AnnounceSet(date, declared_s, cut.totals))
        if not announced.accepted:
            return SentSet(announced, 0, np.zeros(0, OUTCOME), None)
        number = announced.remaining_fen
    # A block is cut into frames of the largest size: smaller ones are blocks of their own.
    is_small = cut.frame_records < min(FRAME_RECORDS_MAX, outbox_records)
    frames_at_once, frame_bytes = 1 if is_small else FRAMES_AT_ONCE, cut.frame_records * RECORD_BYTES
    answers: list[OutcomeArray] = []
    for first in range(0, len(cut.digests), frames_at_once):
        end = first + frames_at_once
        part, digests = body[first * frame_bytes : end * frame_bytes], cut.digests[first:end]
        began_s = trio.current_time()
        answers.append((await block(part, 0, KnownDigests(frame_bytes, digests))).outcomes)
        if is_small:
            await trio.sleep(trio.current_time() - began_s)
        if told is not None:
            told(first * cut.frame_records + len(part) // RECORD_BYTES)
    completed = await seat.control(CompleteSet(date, number))
    differs = await seat.clearing_set(date, party) if completed.code is ReplyCode.SET_DIFFERS else None
    outcomes = np.frombuffer(b"".join([answer.data for answer in answers]), OUTCOME)
    return SentSet(completed, number, outcomes, differs)


def _frame_sizes(outbox_records: int) -> tuple[int, int]:
    """Records of a frame: while the market is open, and after its close."""
    large = min(FRAME_RECORDS_MAX, outbox_records)
    return min(BESIDE_ORDERS_RECORDS, large), large


def _cut_as(announced: SetTotals, totals: SetTotals, body: bytes, outbox_records: int) -> _Cut | None:
    """The cut with which these lines give the totals that were announced; None for other lines."""
    if msgspec.structs.replace(announced, digest=totals.digest) != totals:
        return None  # nothing is hashed to see that
    cuts = (_cut(totals, body, size) for size in _frame_sizes(outbox_records))
    return next((cut for cut in cuts if cut.totals == announced), None)


def _body(lines: RecordArray) -> bytes:
    """A copy of (n,) RECORD, also of none."""
    is_none = isinstance(lines, np.ndarray) and lines.dtype == RECORD and lines.shape == (0,)
    return b"" if is_none else records_body(lines)


def _cut(totals: SetTotals, body: bytes, frame_records: int) -> _Cut:
    """The lines in frames of so many, and `totals` with the digest over those."""
    step, whole = frame_records * RECORD_BYTES, memoryview(body)
    digests = [hashlib.sha256(whole[start : start + step]).digest() for start in range(0, len(body), step)]
    chained = bytes(DIGEST_BYTES)
    for digest in digests:
        chained = hashlib.sha256(chained + digest).digest()
    return _Cut(msgspec.structs.replace(totals, digest=chained), frame_records, digests)


def _totals(lines: RecordArray) -> SetTotals:
    """All but the digest."""
    counts, fees_fen, turnover_fen, bought_fen = [0] * len(LINE_KINDS), [0] * len(_FEES), 0, 0
    for start in range(0, len(lines), _SUMMED_AT_ONCE):
        part = lines[start : start + _SUMMED_AT_ONCE]
        kind = np.ascontiguousarray(part["kind"])
        if int(kind.min()) < min(LINE_KINDS) or int(kind.max()) > max(LINE_KINDS):
            raise MisuseError("a clearing set has lines only: records of kinds 7 to 12")
        for place, each in enumerate(LINE_KINDS):
            of_kind = kind == each
            count = int(np.count_nonzero(of_kind))
            counts[place] += count
            if not count or each not in _FEES_OF:
                continue
            amount_fen = _sum(part["amount_fen"][of_kind])
            turnover_fen += amount_fen
            bought_fen += amount_fen if each == RecordKind.CLEAR_BUY else 0
            for field, name in enumerate(_FEES_OF[each]):
                fees_fen[field] += _sum(part[name][of_kind])
    return SetTotals(
        counts=counts,
        turnover=sum_from_fen(turnover_fen),
        fees=[sum_from_fen(fen) for fen in fees_fen],
        net=sum_from_fen(turnover_fen - 2 * bought_fen - sum(fees_fen)),
        digest=bytes(DIGEST_BYTES),
    )


def _sum(amounts_fen: np.typing.NDArray[np.signedinteger]) -> int:
    """Exact, whatever the amounts are."""
    upper, lower = int((amounts_fen >> _HALF_BITS).sum()), int((amounts_fen & ((1 << _HALF_BITS) - 1)).sum())
    return (upper << _HALF_BITS) + lower
