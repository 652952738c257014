"""`The business day`: the lines of a broker's clearing set 清算数据, and what each says was bought, sold and paid out.

After the close a broker tells what became of every order and what each customer owes and is owed (004 B·三(四)1).
A line moves no money: it is kept beside what the bank has itself, so that the two can be compared 银证对账. Facts are
not refused: a line whose order is not there is accepted as listed, counts in all sums, and is a difference.

Belongs here: guards of a line in ranked order, what it brings. Never here: announcing and completing a set
(states), comparing it with what the bank has, settlement.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from protocol.codes import ReplyCode
from protocol.kinds import KINDS, LINE_KINDS, WireKind
from protocol.limits import AMOUNT_FEN_MAX, LINE_AMOUNT_SUM_FEN_MAX, LISTED_LINES_MAX
from protocol.records import FREEZE_STATE_NONE, STATE_LISTED
from protocol.vocabulary import ClearedEvent, Fate, LineSide, RecordKind
from rules.request import (
    AMOUNT_OUT_OF_RANGE,
    CONTRACT_UNKNOWN,
    DONE,
    LIMIT_EXCEEDED,
    MALFORMED,
    ROLE_FORBIDS,
    Decision,
    refusal,
)

SET_NOT_OPEN = refusal(ReplyCode.SET_NOT_OPEN)
LINE_DOUBLED = refusal(ReplyCode.LINE_DOUBLED)
LINES_LISTED_FULL = refusal(ReplyCode.LINES_LISTED_FULL)
ACCEPTED_AS_LISTED: Decision = (int(ReplyCode.ACCEPTED), STATE_LISTED, 0)


@dataclass(frozen=True, slots=True)
class LineKind:
    """What the law must know of one kind of line, beside the wire's row in `protocol.kinds`."""

    side: LineSide
    tells: type[Fate] | type[ClearedEvent] | None = None  # in byte 1

    @property
    def told_max(self) -> int:
        """The highest that byte 1 may say, from 1; 0 where it says nothing of this."""
        return 0 if self.tells is None else max(self.tells)


LINES: dict[RecordKind, LineKind] = {
    RecordKind.CLEAR_ORDER: LineKind(LineSide.NONE, tells=Fate),
    RecordKind.CLEAR_BUY: LineKind(LineSide.BUY),
    RecordKind.CLEAR_SELL: LineKind(LineSide.SALE),
    RecordKind.CLEAR_DIVIDEND: LineKind(LineSide.CREDIT),
    RecordKind.CLEAR_REFUND: LineKind(LineSide.CREDIT),
    RecordKind.CLEAR_CONTRACT: LineKind(LineSide.NONE, tells=ClearedEvent),
}


class Line(NamedTuple):
    """One line and what it names, in whole numbers."""

    kind: int
    unused_bits: int
    may_send: bool
    known: bool  # the contract is there, and the sender's
    set_is_open: bool  # of its date, at the seat that sends it
    contract: int
    told: int  # fate or event
    quantity: int
    amount_fen: int
    second_fen: int  # released, commission or tax, by kind
    fees_fen: tuple[int, int, int, int]
    order_key: int  # names an order of a trade date, 0: outside all limits, or the kind names none
    is_held: bool  # the order is a freeze of this contract, and of the set's date or waiting for its allotment
    reference: int


class Brought(NamedTuple):
    """What a line says of its contract."""

    buys_fen: int = 0  # owed by the customer, with fees
    proceeds_fen: int = 0  # owed to it
    credits_fen: int = 0  # dividends less tax, and refunds
    excess_fen: int = 0  # of buys: what fees of a sale took beyond its turnover

    @property
    def net_fen(self) -> int:
        """What the broker owes for it."""
        return self.proceeds_fen + self.credits_fen - self.buys_fen


@dataclass(slots=True)
class SetSoFar:
    """What lines of the open set said before."""

    orders: set[int] = field(default_factory=set)  # by order key, listed or not
    buys: set[int] = field(default_factory=set)
    events: set[tuple[int, int]] = field(default_factory=set)  # contract and event
    last_reference: int = 0
    listed_orders: int = 0
    listed_buys: int = 0
    brought: dict[int, Brought] = field(default_factory=dict)  # by contract

    def of(self, contract: int) -> Brought:
        """What was brought for a contract."""
        return self.brought.get(contract, Brought())


def brought_by(kind: int, amount_fen: int, second_fen: int, fees_fen: int) -> Brought:
    """What a line brings; `fees_fen`: the four fees beside the commission together.

    A sale whose fees exceed its turnover brings no proceeds; what is over is a cost.
    """
    side = LINES[RecordKind(kind)].side
    if side == LineSide.BUY:
        return Brought(buys_fen=amount_fen + second_fen + fees_fen)
    if side == LineSide.SALE:
        net_fen = amount_fen - second_fen - fees_fen
        excess_fen = max(0, -net_fen)
        return Brought(buys_fen=excess_fen, proceeds_fen=max(0, net_fen), excess_fen=excess_fen)
    return Brought(credits_fen=amount_fen - second_fen) if side == LineSide.CREDIT else Brought()


def decide_line(line: Line, so_far: SetSoFar) -> Decision:
    """Decide one line, and take it into `so_far`. Refuses in ranked order; a refusal leaves all as it was."""
    row, wire = LINES[RecordKind(line.kind)], KINDS[RecordKind(line.kind)]
    if line.unused_bits or (row.tells is not None and not 1 <= line.told <= row.told_max):
        return MALFORMED
    if not line.may_send:
        return ROLE_FORBIDS
    if not line.known:
        return CONTRACT_UNKNOWN
    if not _is_in_range(line, row, wire):
        return AMOUNT_OUT_OF_RANGE
    if not line.set_is_open:
        return SET_NOT_OPEN
    if _was_told(line, row, wire, so_far):
        return LINE_DOUBLED
    brings = brought_by(line.kind, line.amount_fen, line.second_fen, sum(line.fees_fen))
    in_all = Brought(*(mine + more for mine, more in zip(so_far.of(line.contract), brings, strict=True)))
    is_order, is_listed = row.tells is Fate, wire.names_order and not line.is_held
    if is_listed and (so_far.listed_orders if is_order else so_far.listed_buys) == LISTED_LINES_MAX:
        return LINES_LISTED_FULL
    if max(in_all) > LINE_AMOUNT_SUM_FEN_MAX:
        return LIMIT_EXCEEDED
    # From here the line must succeed.
    so_far.brought[line.contract] = in_all
    so_far.last_reference = line.reference or so_far.last_reference
    if wire.names_order:
        (so_far.orders if is_order else so_far.buys).add(line.order_key)
        so_far.listed_orders += is_listed and is_order
        so_far.listed_buys += is_listed and not is_order
    if row.tells is ClearedEvent:
        so_far.events.add((line.contract, line.told))
    return ACCEPTED_AS_LISTED if is_listed else DONE


def _is_in_range(line: Line, row: LineKind, wire: WireKind) -> bool:
    amounts = (line.amount_fen, line.second_fen)
    return (
        all(0 <= fen <= AMOUNT_FEN_MAX for fen in amounts)
        and min(line.fees_fen) >= 0
        and line.quantity >= 0
        and (row.side != LineSide.CREDIT or line.second_fen <= line.amount_fen)
        and (not wire.names_order or line.order_key > 0)
        and (not wire.has_reference or line.reference > 0)
    )


def _was_told(line: Line, row: LineKind, wire: WireKind, so_far: SetSoFar) -> bool:
    if wire.has_reference:
        return line.reference <= so_far.last_reference
    if row.tells is ClearedEvent:
        return (line.contract, line.told) in so_far.events
    return line.order_key in (so_far.orders if row.tells is Fate else so_far.buys)


assert ACCEPTED_AS_LISTED[1] != FREEZE_STATE_NONE
assert set(LINES) == set(LINE_KINDS)
# An order is told by its fate or by what it bought, and nothing else names one.
assert all(KINDS[kind].names_order == (row.tells is Fate or row.side == LineSide.BUY) for kind, row in LINES.items())
assert all(KINDS[kind].has_reference == (row.side in (LineSide.SALE, LineSide.CREDIT)) for kind, row in LINES.items())
