"""`The business day`: what is taken of a broker's clearing account 清算账户, in which order, and what may leave it.

One collection for whatever raises it, and at each due time: what is due and unpaid, the oldest first (004 附件一
第4条2); then interest on what the bank has lent; then that itself (第21条). What a broker gave notice of is taken in
full or not at all, what is overdue as far as the account goes. The loan is paid from what exceeds what falls due on the
day alone, so that no broker is lent on Tuesday what it paid back that morning.

Belongs here: the order, how much of each, what may be paid out, what may be lent. Never here: when something is due
(obligations), how interest is reckoned (interest), where the amounts are kept.
"""

from collections.abc import Sequence
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.limits import DESK_SERIAL_STEP_MAX
from protocol.vocabulary import ObligationState

TAKEN_IN_PART = frozenset({ObligationState.OVERDUE})
"""States in which what is there is taken, however little."""


class Claim(NamedTuple):
    """Something that is due and not paid."""

    unpaid_fen: int
    state: ObligationState


def taken_fen(there_fen: int, claims: Sequence[Claim]) -> list[int]:
    """What each of the claims, the oldest first, gets of what is on the clearing account."""
    found = []
    for unpaid_fen, state in claims:
        part_fen = min(unpaid_fen, there_fen)
        if part_fen < unpaid_fen and state not in TAKEN_IN_PART:
            part_fen = 0
        found.append(part_fen)
        there_fen -= part_fen
    return found


def collectable_fen(there_fen: int, due_today_fen: int) -> int:
    """What of the clearing account may go to interest and principal: what exceeds all that falls due on the day."""
    return max(0, there_fen - due_today_fen)


def may_lend(limit_fen: int, lent_fen: int, short_fen: int) -> bool:
    """Whether the bank lends a broker what is short: only all of it, within what two people have allowed."""
    return 0 < short_fen <= limit_fen - lent_fen


def serial_code(serial: int, last_serial: int) -> ReplyCode:
    """What the savings desk's own serial of a payment earns: it rises, and leaves out no more than a few."""
    if serial <= last_serial:
        return ReplyCode.SERIAL_USED
    return ReplyCode.SERIAL_TOO_FAR if serial > last_serial + DESK_SERIAL_STEP_MAX else ReplyCode.ACCEPTED


def payout_code(there_fen: int, asked_fen: int, is_unpaid: bool, held_fen: int) -> ReplyCode:
    """What a payment out of the clearing account earns.

    `is_unpaid`: something is behind its due time and not paid. `held_fen`: principal, interest and what falls due on
    the day.
    """
    if is_unpaid or asked_fen > there_fen - held_fen:
        return ReplyCode.CLEARING_HELD
    return ReplyCode.ACCEPTED
