"""Golden frames of a date that is settled: its begin, what is to settle, settlements and credits, and what is told.

Belongs here: making them. Never here: their order beside others (reconciling), checks.
"""

from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.day.settling import (
    Credit,
    CreditsAnswer,
    CreditsQuery,
    Settlement,
    SettlementsAnswer,
    SettlementsQuery,
)
from protocol.messages.day.steps import BeginSettle
from protocol.records import (
    FREEZE_STATE_NONE,
    RECORD,
    STATE_CREDITED,
    STATE_NUMBER_GIVEN,
    STATE_OWED,
    STATE_SET_OFF,
    RecordArray,
)
from protocol.trade_dates import trade_day
from protocol.vocabulary import FrameKind, RecordKind
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import TRADE_DATE, Vector, Voice

FIRST, SECOND, THIRD = (contract_no_from_index(index) for index in (1, 2, 3))
DUE = [Settlement(FIRST, 398_724, 0, 120_000, 0), Settlement(SECOND, 0, 0, 50_000, 1_000)]


def of(desk: Voice, bank: Voice, number: int) -> Iterator[Vector]:
    """From the request `number` on."""
    begins = BeginSettle(TRADE_DATE, 2)
    begun = desk.message("begin_settle", f"request {number} of the day desk", FrameKind.CONTROL, begins, number)
    yield begun
    told = [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 2)]
    yield outcomes(bank, "outcome_settling", "two contracts are to be settled", begun.frame, told)
    asked = SettlementsQuery(TRADE_DATE, 2, 0)
    yield desk.message("query_settlements", "correlation id 9", FrameKind.QUERY, asked, 9)
    answer = SettlementsAnswer(123_483, TRADE_DATE, 0, 2, DUE)
    yield bank.message("answer_settlements", "two are left", FrameKind.ANSWER, answer, 9)
    block = _frame(desk, number + 1, _settlements())
    yield Vector("settlements", f"both are settled, requests {number + 1} and {number + 2}", block, None)
    what = "the broker is gated: 98,724 fen are set off for the first, and nothing for the second"
    told = [(ReplyCode.ACCEPTED, STATE_SET_OFF, 98_724), (ReplyCode.ACCEPTED, STATE_SET_OFF, 0)]
    yield outcomes(bank, "outcomes_set_off", what, block, told)
    what = "the same where it is not gated; the second one's account is closed"
    told = [(ReplyCode.ACCEPTED, STATE_CREDITED, 120_000), (ReplyCode.ACCEPTED, STATE_OWED, 51_000)]
    yield outcomes(bank, "outcomes_credited", what, block, told)
    yield desk.message("query_credits", "correlation id 10", FrameKind.QUERY, CreditsQuery(2, 0), 10)
    credits = [Credit(FIRST, 21_276, 0), Credit(SECOND, 50_000, 1_000)]
    answered = CreditsAnswer(123_485, TRADE_DATE, 0, credits)
    yield bank.message("answer_credits", "two are due of this date", FrameKind.ANSWER, answered, 10)
    block = _frame(desk, number + 3, _credits(credits))
    yield Vector("credits", f"both are credited, requests {number + 3} and {number + 4}", block, None)
    told = [(ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0), (ReplyCode.ACCEPTED, STATE_OWED, 51_000)]
    yield outcomes(bank, "outcomes_of_credits", "the second one's account is closed", block, told)


def _settlements() -> RecordArray:
    records = np.zeros(len(DUE), RECORD)
    records["kind"], records["trade_day"] = RecordKind.SETTLE, trade_day(TRADE_DATE)
    records["contract_no"] = [each.contract_no for each in DUE]
    records["amount_fen"] = [each.from_savings_fen for each in DUE]
    records["settled_proceeds_fen"] = [each.proceeds_fen for each in DUE]
    records["settled_other_fen"] = [each.other_fen for each in DUE]
    return records


def _credits(credits: list[Credit]) -> RecordArray:
    records = np.zeros(len(credits), RECORD)
    records["kind"], records["trade_day"] = RecordKind.CREDIT, trade_day(TRADE_DATE)
    records["contract_no"] = [each.contract_no for each in credits]
    records["amount_fen"] = [each.proceeds_fen for each in credits]
    records["other_fen"] = [each.other_fen for each in credits]
    return records


def _frame(desk: Voice, number: int, records: RecordArray) -> Frame:
    header = desk.header(FrameKind.RECORDS)._replace(first_number=number, record_count=len(records))
    return make_frame(header, records.tobytes(), desk.signer.sign)
