"""What a page of the rules is asked and what it answers.

Belongs here: one request in whole numbers, the freeze that it may name, the form of a verdict and each refusal once.
Never here: a guard or an effect (the pages), what an account has (account).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    STATE_BOOKED_BOUGHT,
    STATE_BOOKED_SOLD,
    STATE_DEDUCTIBLE,
    STATE_FROZEN,
    STATE_MOVED,
    STATE_POSTED,
)

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
    stopped: int  # not 0: the broker that sends it takes no new orders
    moves_money: int  # 1: it is in transfer mode
    scheme: int  # by which its customers' orders come; of the bank B, whose desks send nothing that is of one alone
    seat: int
    serial: int  # of a movement, 0 for none
    way: int  # likewise
    restraint: int  # the number of the one by which is deducted, 0 for none
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
    of_date: "OfDate | None"  # what there is of the contract's date, where a record asks what its clearing set says
    correction: "Correction | None"  # what a correction names beside the amounts above
    settlement: "Settlement | None"  # likewise a settlement or credit
    unit: "Unit | None"  # what there is of the contract's date that it settles or credits


class ProceedsDue(NamedTuple):
    """What a reconciled clearing set has for a contract, and nobody has booked."""

    proceeds_fen: int  # beyond what a set that was withdrawn has left
    excess_fen: int  # what fees of sales took beyond their turnover


class Permitted(NamedTuple):
    """What two people have signed of a correction."""

    buys_fen: int  # as the set has them
    proceeds_fen: int
    rejected_fen: int  # of the buys: the customer does not bear them
    rise_max_fen: int  # by which bought may rise
    made_good_max_fen: int


class Correction(NamedTuple):
    """What a correction names beside cleared buys (its amount), cleared proceeds and what is made good of buys."""

    made_good_proceeds_fen: int
    has_bought_fen: int  # what the bank has on the date
    has_sold_fen: int
    act_number: int  # of the act of two people that permits it, 0 without one
    permit: "Permitted | None"  # what that act says, where it is one of this contract, date and set


@dataclass(slots=True)
class Cases:
    """The cases of a broker: what it makes good, numbered from 1."""

    opened: int  # so far

    def open_one(self) -> int:
        """The number of the next."""
        self.opened += 1
        return self.opened


@dataclass(slots=True)
class Tolerance:
    """What a broker's date may differ by without an act."""

    contract_fen: int  # for one contract
    left_fen: int  # of what all of them may together


class Booked(NamedTuple):
    """What was booked for a contract by a set that is withdrawn, and nobody has taken back."""

    bought_fen: int  # added to what was bought; below 0: taken from it
    sold_fen: int
    case: int  # of what was made good, 0 for none
    act_number: int  # by which two people have withdrawn the set


@dataclass(slots=True)
class OfDate:
    """A contract's trade date, as the bank has it and as its clearing set says; kept up by the records that move it."""

    trade_date: int
    is_due: bool  # the lane takes corrections
    is_told: bool  # what is owed by it is published: orders are ended by themselves
    open_slots: tuple[int, ...]  # freezes of the date that closing ends, and were open before
    bought_fen: int
    sold_fen: int
    buys_fen: int  # by the set
    proceeds_fen: int
    excess_fen: int  # of the buys, what fees of sales took beyond their turnover
    proceeds_counted: bool  # what was sold is there, at the fill or by a booking; else it comes with the correction
    is_excess_booked: bool  # with the proceeds, as far as it went
    is_corrected: bool
    tolerance: Tolerance
    cases: Cases
    booked: Booked | None = None  # where it is to be taken back
    moved_fen: int = 0  # of what was bought, what stands in 2420
    has_ended: bool = False  # the contract: what is sold stands by itself, and is on no account
    falls_fen: int | None = None  # of scheme A: Σ over its orders of what each has drawn beyond the set


class Settlement(NamedTuple):
    """What a settlement names beside what it takes from the account; of a credit the last alone, beside proceeds."""

    from_moved_fen: int
    proceeds_fen: int
    other_fen: int


@dataclass(slots=True)
class GatedMoney:
    """By trade date, the oldest first, what is gated of a contract; kept up by the records that move it."""

    proceeds_fen: dict[int, int] = field(default_factory=dict)
    other_fen: dict[int, int] = field(default_factory=dict)  # dividends and refunds

    @property
    def all_proceeds_fen(self) -> int:
        """Of all dates."""
        return sum(self.proceeds_fen.values())

    def take(self, fen: int) -> int:
        """Take proceeds, of the oldest date first. Returns what of `fen` is left."""
        for trade_date, gated_fen in self.proceeds_fen.items():
            taken_fen = min(fen, gated_fen)
            self.proceeds_fen[trade_date] -= taken_fen
            fen -= taken_fen
        return fen


@dataclass(slots=True)
class Unit:
    """A contract's trade date that is to be settled, or of which something is to be credited."""

    trade_date: int
    is_due: bool
    gated: GatedMoney  # of its settled dates
    has_ended: bool = False  # the contract: what is sold stands by itself, and is on no account
    is_closed: bool = False  # the account
    # Of one that is to be settled alone.
    is_gated: bool = False  # its broker owes something
    bought_fen: int = 0  # as the bank has it: this and the next three
    sold_fen: int = 0
    other_fen: int = 0
    moved_fen: int = 0  # of what is bought, what was drawn of moved money
    says_bought_fen: int = 0  # as the set has it, less or plus what is made good
    says_sold_fen: int = 0


@dataclass(slots=True)
class Freeze:
    """An accepted freeze."""

    contract: int
    remaining_fen: int
    due_fen: int = 0  # of it, what a complete clearing set says was bought and nothing has drawn yet
    is_ended: bool = False  # by a complete clearing set, which does not tell that it is held
    moved_fen: int = 0  # of what remains, what stands in 2420
    is_open_order: bool = False  # of scheme A: something may still come of it, whatever remains

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.remaining_fen > 0 or self.is_open_order


Freezes = dict[int, Freeze]
"""The freezes at hand, by slot."""


def refusal(code: ReplyCode) -> Decision:
    """The verdict of a refusal: it tells of no freeze."""
    return (int(code), FREEZE_STATE_NONE, 0)


def of_freeze(remaining_fen: int) -> Decision:
    """The verdict that accepts, and tells what remains of the freeze concerned."""
    return (int(ReplyCode.ACCEPTED), FREEZE_STATE_OPEN if remaining_fen else FREEZE_STATE_CLOSED, remaining_fen)


def of_order(is_open: bool, remaining_fen: int) -> Decision:
    """The verdict that accepts, and tells whether an order through the bank is open, and what remains frozen for it."""
    return (int(ReplyCode.ACCEPTED), FREEZE_STATE_OPEN if is_open else FREEZE_STATE_CLOSED, remaining_fen)


def of_order_frozen(frozen_fen: int) -> Decision:
    """The verdict that accepts an order through the bank, and tells what was frozen for it."""
    return (int(ReplyCode.ACCEPTED), STATE_FROZEN, frozen_fen)


def of_sale(booked_fen: int) -> Decision:
    """The verdict that accepts a report of a sale, and tells what is booked of it: sold, or below 0 a cost."""
    state = STATE_BOOKED_SOLD if booked_fen >= 0 else STATE_BOOKED_BOUGHT
    return (int(ReplyCode.ACCEPTED), state, abs(booked_fen))


def moved(amount_fen: int, moved_fen: int) -> Decision:
    """The verdict that accepts a freeze, and tells what was moved of it; where nothing was, what remains: all of it."""
    return (int(ReplyCode.ACCEPTED), STATE_MOVED, moved_fen) if moved_fen else of_freeze(amount_fen)


def posted(posted_fen: int) -> Decision:
    """The verdict that accepts, and tells how much was posted to the account."""
    return (int(ReplyCode.ACCEPTED), STATE_POSTED, posted_fen)


def deductible(may_fen: int) -> Decision:
    """The verdict of a refusal that tells how much may be deducted."""
    return (int(ReplyCode.AMOUNT_OVER_REMAINING), STATE_DEDUCTIBLE, may_fen)


DONE: Decision = (int(ReplyCode.ACCEPTED), FREEZE_STATE_NONE, 0)

MALFORMED = refusal(ReplyCode.REQUEST_MALFORMED)
ROLE_FORBIDS = refusal(ReplyCode.ROLE_FORBIDS)
EXPIRED = refusal(ReplyCode.EXPIRED)
CONTRACT_UNKNOWN = refusal(ReplyCode.CONTRACT_UNKNOWN)
ACCOUNT_UNKNOWN = refusal(ReplyCode.ACCOUNT_UNKNOWN)
SCHEME_FORBIDS = refusal(ReplyCode.SCHEME_FORBIDS)
BROKER_STOPPED = refusal(ReplyCode.BROKER_STOPPED)
MARKET_CLOSED = refusal(ReplyCode.MARKET_CLOSED)
AMOUNT_OUT_OF_RANGE = refusal(ReplyCode.AMOUNT_OUT_OF_RANGE)
ACT_NEEDED = refusal(ReplyCode.ACT_NEEDED)
SERIAL_USED = refusal(ReplyCode.SERIAL_USED)
RESTRAINT_UNKNOWN = refusal(ReplyCode.RESTRAINT_UNKNOWN)
FREEZE_UNKNOWN = refusal(ReplyCode.FREEZE_UNKNOWN)
FREEZE_CLOSED = refusal(ReplyCode.FREEZE_CLOSED)
AMOUNT_OVER_REMAINING = refusal(ReplyCode.AMOUNT_OVER_REMAINING)
AWAITS_CLEARING = refusal(ReplyCode.AWAITS_CLEARING)
LISTED = refusal(ReplyCode.LISTED)
LIMIT_EXCEEDED = refusal(ReplyCode.LIMIT_EXCEEDED)
PROCEEDS_UNSETTLED = refusal(ReplyCode.PROCEEDS_UNSETTLED)
FUNDS_FROZEN = refusal(ReplyCode.FUNDS_FROZEN)
INSUFFICIENT_FUNDS = refusal(ReplyCode.INSUFFICIENT_FUNDS)
