"""Closing and correcting in one word each, as the day desk asks for them; and a broker's date up to its complete set.

Belongs here: making and sending. Never here: assertions about money, the arithmetic of a correction.
"""

from typing import NamedTuple

import numpy as np

from ledger.core.corrections.answers import to_revert
from ledger.core.lines.answers import clearing_set
from protocol.codes import ReplyCode
from protocol.messages.day.corrections import CorrectionAnswer, RevertsQuery
from protocol.messages.day.steps import Reconcile, SignOff
from protocol.records import OUTCOME, RecordArray
from protocol.trade_dates import trade_day
from protocol.vocabulary import LaneState, RecordKind
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    OTHER_SEAT,
    SEAT,
    Answer,
    Desk,
    Frame,
    Target,
    joined,
    record,
)
from tests.ledger_core.lines.words import agree, send_whole
from tests.ledger_core.test_lane_and_law import send_checked

SEATS = {BROKER: SEAT, OTHER_BROKER: OTHER_SEAT}
IN_ORDER, BY_LANE = 0, 40  # records beside it that are refused: a small block is decided in order


class Both(NamedTuple):
    """What a correction names: cleared buys and proceeds, what the bank has of both, what is made good of both."""

    buys_fen: int = 0
    proceeds_fen: int = 0
    bought_fen: int = 0
    sold_fen: int = 0
    good_buys_fen: int = 0
    good_proceeds_fen: int = 0


def both_of(answer: CorrectionAnswer) -> Both:
    """What the bank answers that a correction would be now."""
    return Both(
        answer.cleared_buys_fen,
        answer.cleared_proceeds_fen,
        answer.has_bought_fen,
        answer.has_sold_fen,
        answer.made_good_buys_fen,
        answer.made_good_proceeds_fen,
    )


def closing(target: Target, contract_no: int, drawn_fen: int, released_fen: int, on: int = MONDAY) -> RecordArray:
    names = dict(zip(("target_date", "target_seat", "target_number"), target, strict=True))
    fields = {"release_fen": released_fen, "trade_day": trade_day(on)}
    return record(RecordKind.CLOSE, contract_no, drawn_fen, **fields, **names)


def correction(contract_no: int, both: Both, act: int = 0, on: int = MONDAY) -> RecordArray:
    fields = {
        "trade_day": trade_day(on),
        "act_number": act,
        "cleared_proceeds_fen": both.proceeds_fen,
        "made_good_buys_fen": both.good_buys_fen,
        "made_good_proceeds_fen": both.good_proceeds_fen,
        "has_bought_fen": both.bought_fen,
        "has_sold_fen": both.sold_fen,
    }
    return record(RecordKind.CORRECT, contract_no, both.buys_fen, **fields)


def reversal(contract_no: int, both: Both, act: int, on: int = MONDAY) -> RecordArray:
    """What takes a correction back. In `both`: what was bought and sold without the set, what the bank has of both,
    what stays of both.
    """
    taken_back = correction(contract_no, both, act, on).copy()
    taken_back["kind"] = RecordKind.REVERT
    return taken_back


def reversals(desk: Desk, party: int, on: int = MONDAY) -> list[RecordArray]:
    """Everything that is to be taken back of a broker's date, as the bank tells it."""
    told = to_revert(desk.book, RevertsQuery(on, party, 0))
    assert told.left == len(told.contracts)
    found = []
    for each in told.contracts:
        both = Both(each.bought_fen, each.sold_fen, each.has_bought_fen, each.has_sold_fen)
        both = both._replace(good_buys_fen=each.stays_bought_fen, good_proceeds_fen=each.stays_sold_fen)
        found.append(reversal(each.contract_no, both, told.act_number, on))
    return found


def signed_off(desk: Desk) -> None:
    """Trading on Monday has ended, and the bank agrees with itself."""
    desk.done(SignOff(MONDAY))
    agree(desk)


def compared(desk: Desk, party: int, *lines: RecordArray) -> list[int]:
    """The broker sends this set, and it is compared: the differences by class."""
    send_whole(desk, *lines, seat=SEATS[party])
    return compare(desk, party)


def compare(desk: Desk, party: int) -> list[int]:
    """The differences by class of the complete set."""
    desk.done(Reconcile(MONDAY, party, 0))
    return clearing_set(desk.book, party, MONDAY).differences


def stands(desk: Desk, party: int) -> LaneState:
    """Where Monday of a broker is."""
    return LaneState(clearing_set(desk.book, party, MONDAY).state)


def sent(desk: Desk, padding: int, *records: RecordArray) -> list[Answer]:
    """What records of the day desk are told, decided in order or by the lane: law and lane say the same."""
    frames = [Frame(DAY_SEAT, joined(*records))]
    if padding:
        frames.append(Frame(SEAT, joined(*[record(0, 98, 0)] * padding)))
    outcomes = np.frombuffer(send_checked(desk, frames), OUTCOME)[["code", "state", "remaining_fen"]].tolist()
    return [Answer(ReplyCode(code), state, left) for code, state, left in outcomes[: sum(map(len, records))]]
