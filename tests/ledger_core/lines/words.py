"""Lines of a clearing set in one word each, and a set that is announced as its lines are.

Belongs here: making and sending. Never here: assertions.
"""

import hashlib

import numpy as np

from ledger.core import engine
from protocol.codes import ReplyCode
from protocol.limits import DIGEST_BYTES
from protocol.messages.day.steps import AnnounceSet, CompleteSet, Mark, SetTotals, SignOff, Tell
from protocol.messages.fields import sum_from_fen
from protocol.messages.queries import totals_digest
from protocol.records import RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, Fate, RecordKind
from rules.day.clearing import brought_by
from tests.ledger_core.desk import MONDAY, SEAT, Answer, Desk, Frame, Target, joined, record

FEES = ("stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen")


def _named(target: Target) -> dict[str, int]:
    return dict(zip(("order_date", "order_seat", "order_number"), target, strict=True))


def order(
    target: Target, contract_no: int, frozen_fen: int, released_fen: int = 0, fate: int = Fate.FILLED, on: int = MONDAY
) -> RecordArray:
    day = trade_day(on)
    fields = {"release_fen": released_fen, "fate": fate, "trade_day": day}
    return record(RecordKind.CLEAR_ORDER, contract_no, frozen_fen, **fields, **_named(target))


def buy(target: Target, contract_no: int, turnover_fen: int, *fees_fen: int, on: int = MONDAY) -> RecordArray:
    """Fees: commission, stamp, transfer, handling, regulatory."""
    fields = dict(zip(("commission_fen", *FEES), fees_fen, strict=False))
    return record(RecordKind.CLEAR_BUY, contract_no, turnover_fen, trade_day=trade_day(on), **fields, **_named(target))


def sell(reference: int, contract_no: int, turnover_fen: int, *fees_fen: int, on: int = MONDAY) -> RecordArray:
    fields = dict(zip(("commission_fen", *FEES), fees_fen, strict=False))
    fields |= {"reference": reference, "trade_day": trade_day(on)}
    return record(RecordKind.CLEAR_SELL, contract_no, turnover_fen, **fields)


def dividend(reference: int, contract_no: int, gross_fen: int, tax_fen: int, on: int = MONDAY) -> RecordArray:
    fields = {"reference": reference, "tax_fen": tax_fen, "trade_day": trade_day(on)}
    return record(RecordKind.CLEAR_DIVIDEND, contract_no, gross_fen, **fields)


def refund(reference: int, contract_no: int, amount_fen: int, on: int = MONDAY) -> RecordArray:
    fields = {"reference": reference, "trade_day": trade_day(on)}
    return record(RecordKind.CLEAR_REFUND, contract_no, amount_fen, **fields)


def event(contract_no: int, what: int = ClearedEvent.OPENED, on: int = MONDAY) -> RecordArray:
    return record(RecordKind.CLEAR_CONTRACT, contract_no, 0, event=what, trade_day=trade_day(on))


def proceeds(contract_no: int, proceeds_fen: int, excess_fen: int = 0, on: int = MONDAY) -> RecordArray:
    """What the day desk books by a reconciled set."""
    fields = {"excess_fen": excess_fen, "trade_day": trade_day(on)}
    return record(RecordKind.PROCEEDS, contract_no, proceeds_fen, **fields)


def totals_of(*frames: RecordArray) -> SetTotals:
    """What a set of these frames has in all, added up line by line with the page's arithmetic."""
    counts, fees_fen, turnover_fen, net_fen = [0] * 6, [0] * 5, 0, 0
    digest = bytes(DIGEST_BYTES)
    for frame in frames:
        digest = hashlib.sha256(digest + hashlib.sha256(frame.tobytes()).digest()).digest()
        for line in frame:
            kind, charged = int(line["kind"]), int(line["kind"]) in (RecordKind.CLEAR_BUY, RecordKind.CLEAR_SELL)
            counts[kind - RecordKind.CLEAR_ORDER] += 1
            if kind in (RecordKind.CLEAR_ORDER, RecordKind.CLEAR_CONTRACT):
                continue
            second_fen = int(line["commission_fen"])
            others_fen = [int(line[name]) if charged else 0 for name in FEES]
            turnover_fen += int(line["amount_fen"])
            fees_fen = [had + more for had, more in zip(fees_fen, [second_fen, *others_fen], strict=True)]
            net_fen += brought_by(kind, int(line["amount_fen"]), second_fen, sum(others_fen)).net_fen
    return SetTotals(
        counts, sum_from_fen(turnover_fen), list(map(sum_from_fen, fees_fen)), sum_from_fen(net_fen), digest
    )


def announce(desk: Desk, *frames: RecordArray, on: int = MONDAY, seat: int = SEAT, declared_s: int = 0) -> Answer:
    """Announce a set of these frames; none: an empty one."""
    return desk.told(AnnounceSet(on, declared_s, totals_of(*frames)), seat)


def send(desk: Desk, *lines: RecordArray, seat: int = SEAT) -> list[Answer]:
    """Send lines as one frame."""
    return desk.send(Frame(seat, joined(*lines)))


def send_whole(desk: Desk, *lines: RecordArray, on: int = MONDAY, seat: int = SEAT) -> int:
    """Announce a set of these lines, send them as one frame and complete it: all must be accepted. Its number."""
    frames = [joined(*lines)] if lines else []
    number = announce(desk, *frames, on=on, seat=seat).remaining_fen
    for frame in frames:
        assert {answer.code for answer in desk.send(Frame(seat, frame))} == {ReplyCode.ACCEPTED}
    assert desk.control(CompleteSet(on, number), seat) == ReplyCode.ACCEPTED
    return number


def arrived(desk: Desk, on: int = MONDAY, party: int = 2) -> SetTotals:
    """What the lane's set has."""
    return desk.book.clearing.lane(on, party).arrived


def by_contract(desk: Desk, contract_no: int, on: int = MONDAY) -> tuple[int, int, int, int, int]:
    """(buys, proceeds, credits, excess, listed buys) that the lane's set says of a contract."""
    cleared = desk.book.clearing.by_contract[on]
    index = contract_no // 100
    lane = desk.book.clearing.lane(on, int(desk.book.contract_facts[index]) >> 48)
    if not lane.inner or cleared.inner[index] != lane.inner:
        return (0, 0, 0, 0, 0)
    columns = (cleared.buys_fen, cleared.proceeds_fen, cleared.credits_fen, cleared.excess_fen, cleared.listed_buys_fen)
    found = [int(np.int64(column[index])) for column in columns]
    return (found[0], found[1], found[2], found[3], found[4])


def agree(desk: Desk, on: int = MONDAY) -> None:
    """The bank agrees with itself on a date."""
    marked = desk.told(Mark(on, False))
    assert marked.code == ReplyCode.ACCEPTED
    desk.done(Tell(on, desk.book.marked_sequence, totals_digest(engine.totals(desk.book))))


def signed_off(*balances_fen: int) -> tuple[Desk, list[int]]:
    """A desk with a contract for each balance, when Monday is signed off."""
    desk = Desk()
    contracts = [desk.open(balance_fen) for balance_fen in balances_fen]
    desk.done(SignOff(MONDAY))
    return desk, contracts
