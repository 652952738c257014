"""What the read model should hold, worked out record by record from rows with plain Python: no numpy, no book.

Belongs here: the naive expectation. Never here: anything of the follower or of the core.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ledger.core.rows.row import Row
from protocol.messages.codec import decode_control
from protocol.messages.control import ControlMessage, EndSettlement
from protocol.vocabulary import FrameKind
from tests.follower.naive_accounts import Customers

FREEZE, RELEASE, FILL_BUY, FILL_SELL, DEPOSIT, WITHDRAWAL = range(1, 7)
_RECORD = struct.Struct("<bbhiqqqqiiq8s")
LINES, LISTED, PROCEEDS, CLOSE = range(7, 13), 4, 14, 15
CORRECTIONS = (13, 18)  # and their taking back
_CORRECTION = struct.Struct("<bbhiqqqqqqq")
JUDICIAL, FORCED_CARD, CARD_COLLECTED = 3, 4, 5
_LINE = struct.Struct("<bbhiqqq4iiiq")
"""Kind, told, trade day, quantity, contract, amount, second amount, four fees, date and seat of an order, the rest."""
_OUTCOME = struct.Struct("<hhiq")
_PREFIX_BYTES = 160


@dataclass
class Expectation:
    """The tables, as Python values."""

    customers: Customers = field(default_factory=Customers)
    orders: list[tuple[int, ...]] = field(default_factory=list)
    """(trade date, seat, number, contract, amount, code, sequence, decided-at)"""
    movements: list[tuple[int | None, ...]] = field(default_factory=list)
    """(trade date, seat, number, kind, contract, account, amount, code, remaining, sequence, decided-at): None is
    whichever of contract and account it does not name"""
    lines: list[tuple[int, ...]] = field(default_factory=list)
    """(trade date, seat, number, *_LINE, code, listed, sequence, decided-at)"""
    corrections: list[tuple[int, ...]] = field(default_factory=list)
    """(trade date, seat, number, contract, trade day, act, buys, proceeds, made good of both, bought, sold, code, case,
    sequence, decided-at)"""
    proceeds: list[tuple[int, ...]] = field(default_factory=list)
    """(trade date, seat, number, contract, trade day, sold, excess, code, sequence, decided-at)"""
    freezes: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)
    """(trade date, seat, number) → [amount, drawn, released]"""
    unsettled: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """(trade day of execution, contract) → [bought, sold]"""
    accepted: list[tuple[int, ControlMessage]] = field(default_factory=list)
    """(sequence, control message), in order"""
    settled: list[int] = field(default_factory=list)
    """Trade dates whose customers were settled, in order."""


def expect(rows: Iterable[Row]) -> Expectation:
    """Goes through the rows once, in order."""
    expectation = Expectation()
    for row in rows:
        if row.records:
            for place, raw, outcome in _records(row):
                if raw[0] in LINES:
                    told = (*_LINE.unpack(raw), outcome[0], int(outcome[1] == LISTED))
                    expectation.lines.append((*place, *told, row.sequence, row.decided_at_ns))
                elif raw[0] in CORRECTIONS:
                    _correct(expectation, row, place, _CORRECTION.unpack(raw), outcome)
                else:
                    _take(expectation, row, place, _RECORD.unpack(raw), outcome)
        for message, given_no in _accepted_messages(row):
            expectation.customers.take(message, row.trade_date, row.decided_at_ns, given_no)
            expectation.accepted.append((row.sequence, message))
            if isinstance(message, EndSettlement):
                expectation.settled.append(message.trade_date)
    return expectation


def _records(row: Row) -> Iterator[tuple[tuple[int, int, int], bytes, tuple[int, ...]]]:
    """((trade date, seat, number), record, outcome) of each record of a block row."""
    index = 0
    for start in range(0, len(row.headers), _PREFIX_BYTES):
        seat, trade_date = struct.unpack_from("<ii", row.headers, start + 16)
        first_number, count = struct.unpack_from("<qi", row.headers, start + 32)
        for number in range(first_number, first_number + count):
            raw = row.records[index * _RECORD.size : (index + 1) * _RECORD.size]
            yield (trade_date, seat, number), raw, _OUTCOME.unpack_from(row.outcomes, index * 16)
            index += 1


def _correct(
    expectation: Expectation, row: Row, place: tuple[int, int, int], said: tuple[int, ...], outcome: tuple[int, ...]
) -> None:
    _, _, day, act, named_no, buys, proceeds, good_buys, good_proceeds, bought, sold = said
    told = (named_no, day, act, buys, proceeds, good_buys, good_proceeds, bought, sold, outcome[0], outcome[3])
    expectation.corrections.append((*place, *told, row.sequence, row.decided_at_ns))
    if outcome[0] == 0:
        account = expectation.customers.account_of(named_no)
        of_day = expectation.unsettled.setdefault((day, named_no), [0, 0])
        account.bought += buys - good_buys - bought
        account.sold += proceeds + good_proceeds - sold
        expectation.customers.clamp(named_no)
        of_day[0], of_day[1] = of_day[0] + buys - good_buys - bought, of_day[1] + proceeds + good_proceeds - sold


def _take(
    expectation: Expectation,
    row: Row,
    place: tuple[int, int, int],
    record: tuple[int, ...],
    outcome: tuple[int, ...],
) -> None:
    kind, named_no, amount, release = record[0], record[4], record[5], record[6]
    target = (record[8], record[9], record[10])
    code, remaining = outcome[0], outcome[3]
    way, restraint_no = record[1], record[10]
    told = (row.sequence, row.decided_at_ns)
    if kind == FREEZE:
        expectation.orders.append((*place, named_no, amount, code, *told))
    elif kind == PROCEEDS:
        expectation.proceeds.append((*place, named_no, record[2], amount, release, code, *told))
    else:
        named = (None, named_no) if kind in (DEPOSIT, WITHDRAWAL) else (named_no, None)
        expectation.movements.append((*place, kind, *named, amount, code, remaining, *told))
    if code != 0:
        return
    account = expectation.customers.account_of(named_no)
    if kind == FREEZE:
        expectation.freezes[place] = [amount, 0, 0]
        account.frozen += amount
    elif kind == RELEASE:
        expectation.freezes[target][2] += amount
        account.frozen -= amount
        expectation.customers.clamp(named_no)
    elif kind in (FILL_BUY, CLOSE):
        expectation.freezes[target][1] += amount
        expectation.freezes[target][2] += release
        account.frozen -= amount + release
        account.bought += amount
        expectation.customers.clamp(named_no)
        expectation.unsettled.setdefault((record[2], named_no), [0, 0])[0] += amount
    elif kind == PROCEEDS:
        account.sold += amount
        account.bought += release
        of_day = expectation.unsettled.setdefault((record[2], named_no), [0, 0])
        of_day[0], of_day[1] = of_day[0] + release, of_day[1] + amount
    elif kind == FILL_SELL:
        account.sold += amount
        expectation.unsettled.setdefault((record[2], named_no), [0, 0])[1] += amount
    elif kind == DEPOSIT:
        account.balance += amount
    else:
        account.balance -= remaining if way == FORCED_CARD else amount
        if way == JUDICIAL:
            expectation.customers.withhold_less(restraint_no, amount, deducted=True)
        elif way == FORCED_CARD:
            expectation.customers.card_left(named_no, amount - remaining)
        elif way == CARD_COLLECTED:
            expectation.customers.collect(named_no, amount)


def _accepted_messages(row: Row) -> Iterator[tuple[ControlMessage, int]]:
    """The control messages of a row that took effect, in order, each with the number that it was told; logons and the
    genesis are none."""
    if row.records:
        return
    at, place = 0, 0
    for start in range(0, len(row.headers), _PREFIX_BYTES):
        (body_bytes,) = struct.unpack_from("<i", row.headers, start + 44)
        body, at = row.control[at : at + body_bytes], at + body_bytes
        if row.headers[start + 6] == FrameKind.CONTROL:
            code, *_, given_no = _OUTCOME.unpack_from(row.outcomes, place * _OUTCOME.size)
            place += 1
            if code == 0:
                yield decode_control(body), given_no
