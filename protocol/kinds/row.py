"""What the wire must know of one kind of money record, and the names of the fields that kinds share.

Belongs here: the form of a row. Never here: the rows (moving, lines, ordering), tables made of them (table).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ..vocabulary import RecordKind, Scheme, SeatRole

QUANTITY_FIELD = "quantity"
ORDER_FIELDS = ("market", QUANTITY_FIELD)
PRICE_FIELDS = ("price", "security")  # share their bytes with the next two
RELEASE_FIELD, TURNOVER_FIELD = "release_fen", "turnover_fen"
EXCESS_FIELD = "excess_fen"  # in the bytes of the release
WAY_FIELD = "way"  # of a movement; shares its byte with the market
TRADE_DAY_FIELD = "trade_day"  # on which it was executed
TARGET_FIELDS = ("target_date", "target_seat", "target_number")
MADE_GOOD_FIELD = "made_good_buys_fen"  # in the bytes of the turnover
CLEARED_FIELD = "cleared_proceeds_fen"  # in the bytes of the release
ACT_FIELD = "act_number"  # in the bytes of the quantity
CORRECTION_FIELDS = (CLEARED_FIELD, MADE_GOOD_FIELD, "made_good_proceeds_fen", "has_bought_fen", "has_sold_fen")
SECOND_FIELDS = frozenset({RELEASE_FIELD, "commission_fen", "tax_fen"})  # of a line the bytes behind its amount
FEE_FIELDS = ("stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen")  # beside the commission
ORDER_KEY_FIELDS = ("order_date", "order_seat", "order_number")
REFERENCE_FIELDS = ("traded_security", "reference")
SETTLED_FIELDS = ("from_moved_fen", "settled_proceeds_fen", "settled_other_fen")
OTHER_FIELD = "other_fen"  # of a credit: dividends and refunds, in the bytes of the release
RESTRAINT_FIELD = "restraint_no"  # of a judicial deduction
VERDICT_FIELDS = ("verdict", "generation", "until_s", "channel", "nonce")  # of an attempt to sign on
SIDED_FIELDS = ("market_and_side", "security")  # of an order through the bank, repeated by whatever names it
REASON_FIELD = "reason"  # in the bytes of the trade day
CANCEL_FIELD = "cancel_position"  # of the cancel that is answered
REF_FIELD = "partner_ref"


class Family(IntEnum):
    """What the bytes of a record are, beside its kind and whom it names."""

    MONEY = 1  # an amount: a page of the law says what becomes of it
    LINE = 2  # of a clearing set: it says what was, and moves nothing when it comes
    VERDICT = 3  # on a password: it has no amount, and moves nothing
    ORDERING = 4  # through the bank: quantities and prices, whose amounts are nobody's word but the bank's


COMMON_FIELDS = ("kind", "contract_no", "amount_fen", REF_FIELD)  # `contract_no` shares its bytes with `account_no`
"""What every kind of money uses; of a correction the last is an amount of its own."""
LINE_FIELDS = ("kind", TRADE_DAY_FIELD, "contract_no")
"""What every line of a clearing set uses."""
NAMES_ONLY = ("kind", "contract_no")
"""What a verdict uses beside its own fields; of ordering the sender's own word too."""

_OF_FAMILY = {
    Family.MONEY: COMMON_FIELDS,
    Family.LINE: LINE_FIELDS,
    Family.VERDICT: NAMES_ONLY,
    Family.ORDERING: (*NAMES_ONLY, REF_FIELD),
}
OF_BOTH, OF_A, OF_B = frozenset(Scheme), frozenset({Scheme.A}), frozenset({Scheme.B})


@dataclass(frozen=True, slots=True)
class WireKind:
    """What the wire must know of one kind."""

    kind: RecordKind
    name: str  # as the protocol page calls it
    meaning: str  # in one line
    senders: frozenset[SeatRole]
    fields: tuple[str, ...]  # beside those of its family; all other bytes must be zero
    amount: str = ""  # what `amount_fen` is
    amount_fen_min: int = 0  # up to AMOUNT_FEN_MAX
    family: Family = Family.MONEY
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Least and most of fields, where its form asks it: a record with another value says nothing that could be meant.
    `market_and_side` is one of MARKETS_AND_SIDES without a row here."""
    names_account: bool = False  # by `account_no`; else a contract
    expires: bool = False  # a late debit is refused; facts and credits are never late
    verb: str = "submit"  # of the SDK
    told_at_sign_off: bool = False  # how many of it, and how much, the bank has of the broker's date
    schemes: frozenset[Scheme] = OF_BOTH
    """Of the broker that sends it, or whose contract it orders for; what the bank's desks send is of both."""

    @property
    def all_fields(self) -> tuple[str, ...]:
        """Every field that it uses."""
        of_family = COMMON_FIELDS[:-1] if self.is_correction else _OF_FAMILY[self.family]
        return (*of_family, *self.fields)

    @property
    def is_line(self) -> bool:
        """True for a line of a clearing set."""
        return self.family == Family.LINE

    @property
    def is_verdict(self) -> bool:
        """True for what the password desk found."""
        return self.family == Family.VERDICT

    @property
    def is_ordering(self) -> bool:
        """True for an order through the bank, and for what is told of one."""
        return self.family == Family.ORDERING

    @property
    def has_amount(self) -> bool:
        """True when it says an amount of its own, which a page of the law moves."""
        return self.family == Family.MONEY

    @property
    def is_correction(self) -> bool:
        """True when it brings what the bank has of a contract's trade date to what it names."""
        return CLEARED_FIELD in self.fields

    @property
    def has_partner_ref(self) -> bool:
        """True when its sender may put a word of its own into the last bytes."""
        return REF_FIELD in self.all_fields

    @property
    def names_order(self) -> bool:
        """True for a line that tells of one order, by its name."""
        return ORDER_KEY_FIELDS[0] in self.fields

    @property
    def has_reference(self) -> bool:
        """True for a line that has a reference of its sender's own."""
        return REFERENCE_FIELDS[0] in self.fields

    @property
    def needs_target(self) -> bool:
        """True when it names a freeze, whose amount it moves by its own."""
        return self.has_amount and TARGET_FIELDS[0] in self.fields

    @property
    def tells_of_order(self) -> bool:
        """True when it names an order through the bank, as a target is named."""
        return self.is_ordering and TARGET_FIELDS[0] in self.fields
