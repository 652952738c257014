"""The golden frames of a clearing set 清算数据: its announcement, one line of each kind, what the steps are answered.

Belongs here: these frames and what they mean. Never here: who speaks (voices), all other frames (valid).
The announcement is what its lines come to; tests/outsider adds them up for itself.
"""

import hashlib
from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.day.steps import (
    NO_TOTALS,
    AnnounceSet,
    CompleteSet,
    FinishSending,
    SetTotals,
    SignOn,
    WithdrawSet,
)
from protocol.messages.fields import sum_from_fen
from protocol.messages.queries import SetAnswer, SetQuery
from protocol.records import (
    FREEZE_STATE_NONE,
    RECORD,
    STATE_LISTED,
    STATE_NUMBER_GIVEN,
)
from protocol.trade_dates import trade_day
from protocol.vocabulary import ClearedEvent, Fate, FrameKind, LaneState, RecordKind
from tests.vectors.frames import reconciling as reconciling_frames
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import SENT_AT_NS, TRADE_DATE, Vector, Voice

DECLARED_S = SENT_AT_NS // 10**9 - 600
LINES = (
    RecordKind.CLEAR_ORDER,
    RecordKind.CLEAR_BUY,
    RecordKind.CLEAR_SELL,
    RecordKind.CLEAR_DIVIDEND,
    RecordKind.CLEAR_REFUND,
    RecordKind.CLEAR_CONTRACT,
    RecordKind.CLEAR_BUY,  # of an order that is not there
    RecordKind.CLEAR_SELL,  # whose fees exceed its turnover
)


def line_block() -> bytes:
    """(8,) records: a line of each kind, a buy of an order that is not there, a sale that costs money."""
    lines = np.zeros(len(LINES), RECORD)
    lines["kind"] = LINES
    lines["trade_day"] = trade_day(TRADE_DATE)
    lines["contract_no"] = contract_no_from_index(1)
    lines["amount_fen"] = (1_001_820, 398_000, 1_235_500, 50_000, 120_000, 0, 7_000, 200)
    lines["fate"][0], lines["event"][5] = Fate.PARTLY, ClearedEvent.OPENED
    lines["market"][[1, 2, 3, 4, 6, 7]] = (1, 2, 1, 1, 2, 2)
    lines["quantity"][[0, 1, 2, 3, 4, 6, 7]] = (600, 400, 200, 5_000, 100, 10, 1)
    lines["release_fen"][0] = 603_096
    for place, fees_fen in ((1, (500, 0, 4, 12, 8)), (2, (500, 309, 12, 37, 75)), (6, (500, 0, 1, 0, 0))):
        for name, fen in zip(
            ("commission_fen", "stamp_fen", "transfer_fen", "handling_fen", "regulatory_fen"), fees_fen, strict=True
        ):
            lines[name][place] = fen
    lines["commission_fen"][7], lines["tax_fen"][3] = 500, 10_000
    for place, number in ((0, 42), (1, 42), (6, 19_999)):
        lines["order_date"][place], lines["order_seat"][place], lines["order_number"][place] = TRADE_DATE, 11, number
    for place, security, reference in ((2, b"000001", 1), (3, b"600000", 2), (4, b"730001", 7), (7, b"000002", 8)):
        lines["traded_security"][place], lines["reference"][place] = security, reference
    return lines.tobytes()


def second_block() -> bytes:
    """(4,) records: an event that was told, one of a day without an open set, an old reference, an unknown order."""
    lines = np.frombuffer(line_block(), RECORD)[[5, 5, 3, 0]].copy()
    lines["trade_day"][1] += 1
    lines["order_number"][3] = 19_998
    return lines.tobytes()


def totals(frame: Frame) -> SetTotals:
    """What a set of this one frame `line_block` comes to, added up by hand."""
    digest = hashlib.sha256(bytes(32) + frame.header.body_digest).digest()
    fees_fen = [500 + 500 + 500 + 500 + 10_000, 309, 4 + 12 + 1, 12 + 37, 8 + 75]
    bought_fen, cost_fen = 398_524 + 7_501, 300
    net_fen = (1_235_500 - 933) + (50_000 - 10_000) + 120_000 - bought_fen - cost_fen
    return SetTotals(
        [1, 2, 2, 1, 1, 1],
        sum_from_fen(398_000 + 1_235_500 + 50_000 + 120_000 + 7_000 + 200),
        [sum_from_fen(fen) for fen in fees_fen],
        sum_from_fen(net_fen),
        digest,
    )


def of(partner: Voice, bank: Voice) -> Iterator[Vector]:
    """A set from announcement to withdrawal, and every way in which a step is refused."""
    yield partner.message("sign_on", "request 46", FrameKind.CONTROL, SignOn(TRADE_DATE), 46)
    yield partner.message("finish_sending", "request 47", FrameKind.CONTROL, FinishSending(TRADE_DATE), 47)
    block, again = _lines(partner, 49, line_block()), _lines(partner, 57, second_block())
    announced = totals(block)
    announcement = AnnounceSet(TRADE_DATE, DECLARED_S, announced)
    what = "of the frame `clear_lines`, request 48"
    vector = partner.message("announce_set", what, FrameKind.CONTROL, announcement, 48)
    announce = vector.frame
    yield vector
    given = [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 1)]
    yield outcomes(bank, "outcome_set_number", "the number of the set", announce, given)
    what = "a line of each kind, one of an order that is not there, a sale that costs money, requests 49 to 56"
    yield Vector("clear_lines", what, block, None)
    told = [(ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0)] * len(LINES)
    told[6] = (ReplyCode.ACCEPTED, STATE_LISTED, 0)
    yield outcomes(bank, "outcomes_clear_lines", "the answer to `clear_lines`: the seventh is listed", block, told)
    yield Vector("clear_lines_refused", "lines that the set does not take, requests 57 to 60", again, None)
    codes = (
        ReplyCode.LINE_DOUBLED,
        ReplyCode.SET_NOT_OPEN,
        ReplyCode.LINE_DOUBLED,
        ReplyCode.LINES_LISTED_FULL,
    )
    refused = [(code, FREEZE_STATE_NONE, 0) for code in codes]
    what = "refusals of lines; the last as if 65,536 orders that are not there had been told"
    yield outcomes(bank, "outcomes_clear_lines_refused", what, again, refused)
    yield partner.message("query_set", "correlation id 11", FrameKind.QUERY, SetQuery(TRADE_DATE, 0), 11)
    yield from _answers(bank, announced)
    yield from _steps(partner, bank, announce)
    yield from reconciling_frames.of(partner, bank, announced, DECLARED_S)


def _answers(bank: Voice, announced: SetTotals) -> Iterator[Vector]:
    had = (announced, announced, 1, DECLARED_S, 0, 0, 0, [0] * 4, 0)
    collecting = SetAnswer(123_460, TRADE_DATE, LaneState.COLLECTING, 1, *had)
    yield bank.message("answer_set", "all of it arrived, one is listed", FrameKind.ANSWER, collecting, 11)
    none = SetAnswer(123_400, TRADE_DATE, LaneState.TRADING, 0, NO_TOTALS, NO_TOTALS, 0, 0, 0, 0, 0, [0] * 4, 0)
    yield bank.message("answer_set_none", "no set yet", FrameKind.ANSWER, none, 11)


def _steps(partner: Voice, bank: Voice, announce: Frame) -> Iterator[Vector]:
    complete = CompleteSet(TRADE_DATE, 1)
    vector = partner.message("complete_set", "all lines were sent, request 61", FrameKind.CONTROL, complete, 61)
    yield vector
    for name, what, request, code in (
        ("outcome_set_complete", "it is as it was announced", vector.frame, ReplyCode.ACCEPTED),
        ("outcome_set_differs", "it is not as it was announced", vector.frame, ReplyCode.SET_DIFFERS),
        ("outcome_set_unknown", "there is no such set", vector.frame, ReplyCode.SET_UNKNOWN),
        ("outcome_set_exists", "there is a set already", announce, ReplyCode.SET_EXISTS),
        ("outcome_sets_full", "the date has had 64 of them", announce, ReplyCode.SETS_FULL),
        ("outcome_date_not_unsettled", "the date is settled", announce, ReplyCode.DATE_NOT_UNSETTLED),
        ("outcome_step_not_due", "the date is not signed off", announce, ReplyCode.STEP_NOT_DUE),
    ):
        yield outcomes(bank, name, what, request, [(code, FREEZE_STATE_NONE, 0)])
    withdraw = WithdrawSet(TRADE_DATE, 1)
    yield partner.message("withdraw_set", "the set counts no more, request 62", FrameKind.CONTROL, withdraw, 62)


def _lines(partner: Voice, first: int, body: bytes) -> Frame:
    count = len(body) // RECORD.itemsize
    header = partner.header(FrameKind.RECORDS)._replace(first_number=first, record_count=count)
    return make_frame(header, body, partner.signer.sign)
