"""Refusals that look at nothing which a record can change: argument 1 of the lane, over a whole block.

Belongs here: form, role, expiry, ownership, scheme, state, phase of the date, range, in their rank. Never here: what
depends on money or freezes (lane), a rule of its own (decide).
"""

import numpy as np

from ledger.core.kind_tables import (
    AMOUNT_FEN_MIN,
    EXPIRES,
    IS_KIND,
    IS_OF_ANOTHER_SCHEME,
    MAY_SEND,
    NEEDS_MARKET,
    NEVER_LATE,
    STATE_CODE,
    UNKNOWN_CODE,
    WAY_MAX,
    WORKS,
)
from ledger.core.resolve import Block
from ledger.core.state.columns import LongColumn, Mask, Positions, ShortColumn, is_some
from protocol.codes import ReplyCode
from protocol.kinds import KIND_CODES
from protocol.limits import AMOUNT_FEN_MAX
from protocol.vocabulary import SeatRole
from rules.contracts import STATE_CODES


def final_codes(block: Block, decided_at_ns: int) -> ShortColumn:
    """(n,) codes, 0 where open. Written from the last rank to the first, so that the first wins."""
    kind, amount_fen = block.kind, block.amount_fen
    code = np.zeros(block.count, np.int16)
    mark(code, ReplyCode.AMOUNT_OUT_OF_RANGE, amount_fen < AMOUNT_FEN_MIN[kind])
    mark(code, ReplyCode.AMOUNT_OUT_OF_RANGE, amount_fen > AMOUNT_FEN_MAX)
    for part_fen in (block.release_fen, block.turnover_fen):
        if part_fen is not None:
            mark(code, ReplyCode.AMOUNT_OUT_OF_RANGE, (part_fen < 0) | (part_fen > AMOUNT_FEN_MAX))
    if block.serial is not None:
        mark(code, ReplyCode.AMOUNT_OUT_OF_RANGE, block.serial < 0)
    if block.market_closed:
        mark(code, ReplyCode.MARKET_CLOSED, NEEDS_MARKET[kind])
    if not isinstance(block.stopped, int) or block.stopped:
        mark(code, ReplyCode.BROKER_STOPPED, np.not_equal(block.stopped, 0) & NEEDS_MARKET[kind])
    by_state = STATE_CODE.take(block.state + kind * STATE_CODES)
    if is_some(by_state):
        if block.way is not None:
            by_state[_works(block, block.way)] = 0
        np.copyto(code, by_state, where=by_state != 0)
    mark(code, ReplyCode.SCHEME_FORBIDS, IS_OF_ANOTHER_SCHEME[block.scheme * KIND_CODES + kind])
    unknown = ~block.known
    if is_some(unknown):
        np.copyto(code, UNKNOWN_CODE[kind], where=unknown)
    if block.ordering is not None:
        _leave_to_law(block, code)
    if is_some(block.valid_until_ns):
        late = np.not_equal(block.valid_until_ns, 0) & np.less(block.valid_until_ns, decided_at_ns)
        if block.way is not None:
            late = late & ~never_late(block.kind, block.way)
        mark(code, ReplyCode.EXPIRED, late & EXPIRES[kind])
    mark(code, ReplyCode.ROLE_FORBIDS, MAY_SEND[block.role * KIND_CODES + kind] == 0)
    malformed = ~IS_KIND[kind] | np.not_equal(block.unused_bits, 0)
    if block.way is not None:
        malformed |= block.way > WAY_MAX[kind]
    mark(code, ReplyCode.REQUEST_MALFORMED, malformed)
    return code


def _leave_to_law(block: Block, code: ShortColumn) -> None:
    """Of what channels send, nothing is told but that the customer is not signed on: the law asks that first."""
    assert block.ordering is not None
    at = block.ordering.positions
    of_channel = np.broadcast_to(block.role, (block.count,))[at] == SeatRole.CHANNEL
    code[at[of_channel]] = np.where(block.known[at[of_channel]], 0, ReplyCode.NOT_SIGNED_ON)


def _works(block: Block, way: LongColumn) -> Mask:
    """(n,) True where the way lets work what the state forbids."""
    works = np.zeros(block.count, bool)
    for kind, state, through in WORKS:
        works |= (block.state == state) & (way == through) & np.equal(block.kind, kind)
    return works


def never_late(kind: int | Positions, way: LongColumn) -> Mask:
    """(n,) True where the way does not expire."""
    found = np.zeros(len(way), bool)
    for of_kind, through in NEVER_LATE:
        found |= (way == through) & np.equal(kind, of_kind)
    return found


def mark(code: ShortColumn, reply: ReplyCode, where: Mask | np.bool_) -> None:
    """Write a code over those at (n,) `where`."""
    if is_some(where):
        np.copyto(code, np.int16(reply), where=where)
