"""What a page of the rules is asked and what it answers.

Belongs here: one request in whole numbers, the freeze that it may name, the form of a verdict and each refusal once.
Never here: a guard or an effect (the pages), what an account has (account).
"""

from dataclasses import dataclass
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_NONE, FREEZE_STATE_OPEN

Decision = tuple[int, int, int]
"""(code, state of the freeze concerned, what remains of it), the fields of an outcome."""


class Request(NamedTuple):
    """One record and what it names, in whole numbers."""

    kind: int
    unused_bits: int
    role: int
    proceeds_at_fill: int
    valid_until_ns: int
    market_closed: bool
    stopped: int  # 1: the broker that sends it takes no new orders
    seat: int
    serial: int  # of a movement, 0 for none
    way: int  # likewise
    known: bool
    state: int  # of the contract or account that it names, see contracts
    contract: int  # 0 when it names an account
    account: int
    amount_fen: int
    release_fen: int
    turnover_fen: int
    slot: int
    executed_on: int  # trade date of a fill, 0 when that is not unsettled
    is_cleared: bool  # the broker's clearing set of that date is complete
    proceeds_due: "ProceedsDue | None"  # to the contract by that set, once it is reconciled
    target_slot: int
    target_date: int  # of the freeze that it names


class ProceedsDue(NamedTuple):
    """What a reconciled clearing set has for a contract, and nobody has booked."""

    proceeds_fen: int
    excess_fen: int  # what fees of sales took beyond their turnover


@dataclass(slots=True)
class Freeze:
    """An accepted freeze."""

    contract: int
    remaining_fen: int
    due_fen: int = 0  # of it, what a complete clearing set says was bought and nothing has drawn yet


Freezes = dict[int, Freeze]
"""The freezes at hand, by slot."""


def refusal(code: ReplyCode) -> Decision:
    """The verdict of a refusal: it tells of no freeze."""
    return (int(code), FREEZE_STATE_NONE, 0)


def of_freeze(remaining_fen: int) -> Decision:
    """The verdict that accepts, and tells what remains of the freeze concerned."""
    return (int(ReplyCode.ACCEPTED), FREEZE_STATE_OPEN if remaining_fen else FREEZE_STATE_CLOSED, remaining_fen)


DONE: Decision = (int(ReplyCode.ACCEPTED), FREEZE_STATE_NONE, 0)

MALFORMED = refusal(ReplyCode.REQUEST_MALFORMED)
ROLE_FORBIDS = refusal(ReplyCode.ROLE_FORBIDS)
EXPIRED = refusal(ReplyCode.EXPIRED)
CONTRACT_UNKNOWN = refusal(ReplyCode.CONTRACT_UNKNOWN)
ACCOUNT_UNKNOWN = refusal(ReplyCode.ACCOUNT_UNKNOWN)
BROKER_STOPPED = refusal(ReplyCode.BROKER_STOPPED)
MARKET_CLOSED = refusal(ReplyCode.MARKET_CLOSED)
AMOUNT_OUT_OF_RANGE = refusal(ReplyCode.AMOUNT_OUT_OF_RANGE)
SERIAL_USED = refusal(ReplyCode.SERIAL_USED)
FREEZE_UNKNOWN = refusal(ReplyCode.FREEZE_UNKNOWN)
FREEZE_CLOSED = refusal(ReplyCode.FREEZE_CLOSED)
AMOUNT_OVER_REMAINING = refusal(ReplyCode.AMOUNT_OVER_REMAINING)
AWAITS_CLEARING = refusal(ReplyCode.AWAITS_CLEARING)
LISTED = refusal(ReplyCode.LISTED)
LIMIT_EXCEEDED = refusal(ReplyCode.LIMIT_EXCEEDED)
PROCEEDS_UNSETTLED = refusal(ReplyCode.PROCEEDS_UNSETTLED)
FUNDS_FROZEN = refusal(ReplyCode.FUNDS_FROZEN)
INSUFFICIENT_FUNDS = refusal(ReplyCode.INSUFFICIENT_FUNDS)
