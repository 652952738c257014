"""The kinds of money records as the wire knows them: one row each.

Belongs here: who may send a kind, which of the 64 bytes it uses, the range of its amount, whether it may be late,
what it means. Never here: what it does to money (the bank's rules), how its bytes lie (records).

Everything that must know this of every kind reads it here: roles, the check of a record's layout, the protocol page,
the decoder, the SDK. A new kind is a number in `RecordKind`, a row here, and a row with a page in the bank's rules.
"""

from dataclasses import dataclass

from .limits import RECORD_BYTES
from .records import RECORD
from .vocabulary import RecordKind, Scheme, SeatRole

KIND_CODES = 256  # a kind is read as one byte; tables by kind cover all of them
WORDS_PER_RECORD = RECORD_BYTES // 8

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
COMMON_FIELDS = ("kind", "contract_no", "amount_fen", "partner_ref")  # `contract_no` shares its bytes with `account_no`
"""What every kind uses but a line; of a correction the last is an amount of its own."""
LINE_FIELDS = ("kind", TRADE_DAY_FIELD, "contract_no")
"""What every line of a clearing set uses."""
NAMES_ONLY = ("kind", "contract_no")
"""What a kind without an amount uses beside its own fields."""


OF_BOTH, OF_B = frozenset(Scheme), frozenset({Scheme.B})


@dataclass(frozen=True, slots=True)
class WireKind:
    """What the wire must know of one kind."""

    kind: RecordKind
    name: str  # as the protocol page calls it
    meaning: str  # in one line
    senders: frozenset[SeatRole]
    amount: str  # what `amount_fen` is
    amount_fen_min: int  # up to AMOUNT_FEN_MAX
    fields: tuple[str, ...]  # beside COMMON_FIELDS or LINE_FIELDS; all other bytes must be zero
    names_account: bool = False  # by `account_no`; else a contract
    expires: bool = False  # a late debit is refused; facts and credits are never late
    verb: str = "submit"  # of the SDK
    told_at_sign_off: bool = False  # how many of it, and how much, the bank has of the broker's date
    is_line: bool = False  # of a clearing set: it says what was, and moves nothing when it comes
    is_verdict: bool = False  # on a password: it has no amount, and moves nothing
    schemes: frozenset[Scheme] = OF_BOTH  # of the broker that sends it; what the bank's desks send is of both

    @property
    def all_fields(self) -> tuple[str, ...]:
        """Every field that it uses."""
        if self.is_line:
            return (*LINE_FIELDS, *self.fields)
        if self.is_verdict:
            return (*NAMES_ONLY, *self.fields)
        return (*(COMMON_FIELDS if self.has_partner_ref else COMMON_FIELDS[:-1]), *self.fields)

    @property
    def is_correction(self) -> bool:
        """True when it brings what the bank has of a contract's trade date to what it names."""
        return CLEARED_FIELD in self.fields

    @property
    def has_partner_ref(self) -> bool:
        """True when its sender may put a word of its own into the last bytes."""
        return not (self.is_line or self.is_correction or self.is_verdict)

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
        """True when it names a freeze."""
        return TARGET_FIELDS[0] in self.fields


_BROKER, _SAVINGS = frozenset({SeatRole.BROKER}), frozenset({SeatRole.SAVINGS_DESK})
_DAY_DESK, _PASSWORD_DESK = frozenset({SeatRole.DAY_DESK}), frozenset({SeatRole.PASSWORD_DESK})
_OF_SETS = _BROKER | _DAY_DESK  # which sends lines in a set that two people adopt for a deferred lane

KINDS: dict[RecordKind, WireKind] = {
    row.kind: row
    for row in (
        WireKind(
            RecordKind.FREEZE,
            "FREEZE 冻结",
            "freeze for one buy order",
            senders=_BROKER,
            verb="freeze",
            told_at_sign_off=True,
            schemes=OF_B,
            amount="to freeze",
            amount_fen_min=1,
            fields=(*ORDER_FIELDS, *PRICE_FIELDS),
            expires=True,
        ),
        WireKind(
            RecordKind.RELEASE,
            "RELEASE 解冻",
            "give back an unused part",
            senders=_BROKER,
            verb="release",
            told_at_sign_off=True,
            schemes=OF_B,
            amount="to release",
            amount_fen_min=1,
            fields=TARGET_FIELDS,
        ),
        WireKind(
            RecordKind.FILL_BUY,
            "FILL_BUY 成交",
            "the exchange executed part of the buy",
            senders=_BROKER,
            verb="fill_buy",
            told_at_sign_off=True,
            schemes=OF_B,
            amount="the charge (turnover and fees)",
            amount_fen_min=1,
            fields=(*ORDER_FIELDS, TRADE_DAY_FIELD, RELEASE_FIELD, TURNOVER_FIELD, *TARGET_FIELDS),
        ),
        WireKind(
            RecordKind.FILL_SELL,
            "FILL_SELL",
            "the exchange executed a sale",
            senders=_BROKER,
            verb="fill_sell",
            told_at_sign_off=True,
            schemes=OF_B,
            amount="net proceeds",
            amount_fen_min=0,
            fields=(*ORDER_FIELDS, TRADE_DAY_FIELD, TURNOVER_FIELD),
        ),
        WireKind(
            RecordKind.DEPOSIT,
            "DEPOSIT",
            "money enters the savings account",
            senders=_SAVINGS,
            verb="deposit",
            amount="",
            amount_fen_min=1,
            fields=(WAY_FIELD,),
            names_account=True,
        ),
        WireKind(
            RecordKind.WITHDRAWAL,
            "WITHDRAWAL",
            "money leaves the savings account",
            senders=_SAVINGS,
            verb="withdraw",
            amount="",
            amount_fen_min=1,
            fields=(WAY_FIELD, RESTRAINT_FIELD),
            names_account=True,
            expires=True,
        ),
        WireKind(
            RecordKind.CLEAR_ORDER,
            "CLEAR_ORDER 委托结果",
            "what became of an order, also of one without a fill",
            senders=_OF_SETS,
            amount="what was frozen for it",
            amount_fen_min=0,
            fields=("fate", "quantity", "amount_fen", RELEASE_FIELD, *ORDER_KEY_FIELDS),
            is_line=True,
        ),
        WireKind(
            RecordKind.CLEAR_BUY,
            "CLEAR_BUY 买入清算",
            "what an order bought in all, with its fees",
            senders=_OF_SETS,
            amount="turnover",
            amount_fen_min=0,
            fields=("market", "quantity", "amount_fen", "commission_fen", *FEE_FIELDS, *ORDER_KEY_FIELDS),
            is_line=True,
        ),
        WireKind(
            RecordKind.CLEAR_SELL,
            "CLEAR_SELL 卖出清算",
            "what was sold, with its fees",
            senders=_OF_SETS,
            amount="turnover",
            amount_fen_min=0,
            fields=("market", "quantity", "amount_fen", "commission_fen", *FEE_FIELDS, *REFERENCE_FIELDS),
            is_line=True,
        ),
        WireKind(
            RecordKind.CLEAR_DIVIDEND,
            "CLEAR_DIVIDEND 红利",
            "a dividend and its tax",
            senders=_OF_SETS,
            amount="gross",
            amount_fen_min=0,
            fields=("market", "quantity", "amount_fen", "tax_fen", *REFERENCE_FIELDS),
            is_line=True,
        ),
        WireKind(
            RecordKind.CLEAR_REFUND,
            "CLEAR_REFUND 退款",
            "what comes back of a subscription",
            senders=_OF_SETS,
            amount="",
            amount_fen_min=0,
            fields=("market", "quantity", "amount_fen", *REFERENCE_FIELDS),
            is_line=True,
        ),
        WireKind(
            RecordKind.CLEAR_CONTRACT,
            "CLEAR_CONTRACT 签约变动",
            "a contract that began or ended on the date",
            senders=_OF_SETS,
            amount="",
            amount_fen_min=0,
            fields=("event",),
            is_line=True,
        ),
        WireKind(
            RecordKind.PROCEEDS,
            "PROCEEDS 卖出款入账",
            "book what a reconciled clearing set says was sold",
            senders=_DAY_DESK,
            amount="net proceeds",
            amount_fen_min=0,
            fields=(TRADE_DAY_FIELD, EXCESS_FIELD),
        ),
        WireKind(
            RecordKind.CORRECT,
            "CORRECT 调账",
            "bring what the bank has of a contract's date to what its clearing set says",
            senders=_DAY_DESK,
            amount="cleared buys",
            amount_fen_min=0,
            fields=(TRADE_DAY_FIELD, ACT_FIELD, *CORRECTION_FIELDS),
        ),
        WireKind(
            RecordKind.REVERT,
            "REVERT 冲回",
            "take back what was booked for a contract by a clearing set that two people have withdrawn",
            senders=_DAY_DESK,
            amount="bought without that set",
            amount_fen_min=0,
            fields=(TRADE_DAY_FIELD, ACT_FIELD, *CORRECTION_FIELDS),
        ),
        WireKind(
            RecordKind.CLOSE,
            "CLOSE 结束冻结",
            "end an order of a date as its set says, once that is published or in front of its contract's correction",
            senders=_DAY_DESK,
            amount="drawn",
            amount_fen_min=0,
            fields=(TRADE_DAY_FIELD, RELEASE_FIELD, *TARGET_FIELDS),
        ),
        WireKind(
            RecordKind.SETTLE,
            "SETTLE 交收",
            "settle what a contract has bought and sold on a date, once each of its orders is ended",
            senders=_DAY_DESK,
            amount="from the savings account",
            amount_fen_min=0,
            fields=(TRADE_DAY_FIELD, *SETTLED_FIELDS),
        ),
        WireKind(
            RecordKind.CREDIT,
            "CREDIT 入账",
            "credit what was gated of a settled date, once its broker owes nothing any more",
            senders=_DAY_DESK,
            amount="net proceeds",
            amount_fen_min=0,
            fields=(TRADE_DAY_FIELD, OTHER_FIELD),
        ),
        WireKind(
            RecordKind.INTEREST,
            "INTEREST 结息",
            "post what a savings account has earned",
            senders=_DAY_DESK,
            amount="all that is due to it",
            amount_fen_min=1,
            fields=(),
            names_account=True,
        ),
        WireKind(
            RecordKind.SIGNED_ON,
            "SIGNED_ON 客户登录",
            "what the password desk found of a customer's attempt to sign on by a channel",
            senders=_PASSWORD_DESK,
            amount="",
            amount_fen_min=0,
            fields=VERDICT_FIELDS,
            is_verdict=True,
        ),
    )
}

LINE_KINDS = tuple(kind for kind, row in KINDS.items() if row.is_line)
"""The kinds of lines of a clearing set, in the order in which a set counts them."""

VERDICT_KINDS = tuple(kind for kind, row in KINDS.items() if row.is_verdict)
"""The kinds without an amount, by which nothing moves."""

PRICED = frozenset(kind for kind, row in KINDS.items() if PRICE_FIELDS[0] in row.fields)
"""Kinds whose bytes 24 to 39 are price and security; of all others they are amounts or zero."""


def may_send(role: SeatRole) -> frozenset[RecordKind]:
    """The kinds of record that a seat of this role may send."""
    return frozenset(kind for kind, row in KINDS.items() if role in row.senders)


def unused_bits(row: WireKind) -> tuple[int, ...]:
    """The eight words of a record, little end first, as int64: bits that are zero in every record of this kind."""
    used = bytearray(RECORD_BYTES)
    assert RECORD.fields is not None
    for name in row.all_fields:
        kind, offset = RECORD.fields[name][:2]
        used[offset : offset + kind.itemsize] = b"\xff" * kind.itemsize
    unused = bytes(byte ^ 0xFF for byte in used)
    return tuple(int.from_bytes(unused[8 * w : 8 * w + 8], "little", signed=True) for w in range(WORDS_PER_RECORD))


assert set(KINDS) == set(RecordKind)
assert all(row.schemes == OF_BOTH or row.senders == _BROKER for row in KINDS.values())
assert all(0 < kind < KIND_CODES // 2 for kind in RecordKind)  # an int8 on the wire
