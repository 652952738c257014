"""What an outcome and an answer can say: code, state and remainder fit, and the answer is to the question."""

import msgspec
import numpy as np
import pytest

from protocol.codes import ReplyCode
from protocol.errors import PeerViolation
from protocol.messages.customers.open_items import OpenDate, OpenFreeze, OpenItemsAnswer, OpenItemsQuery
from protocol.messages.day.dates import DateFacts, DatesAnswer, DatesQuery
from protocol.messages.day.marked import (
    OutletApart,
    OutletsAnswer,
    OutletsQuery,
    PairsAnswer,
    PairsQuery,
    RangesAnswer,
    RangesQuery,
)
from protocol.messages.day.steps import NO_TOTALS
from protocol.messages.queries import (
    AnswerMessage,
    DifferenceAnswer,
    DifferenceQuery,
    OutcomeAnswer,
    OutcomeQuery,
    ProceedsAnswer,
    ProceedsQuery,
    QueryMessage,
    SetAnswer,
    SetQuery,
    TotalsAnswer,
)
from protocol.records import (
    FREEZE_STATE_CLOSED,
    FREEZE_STATE_NONE,
    FREEZE_STATE_OPEN,
    OUTCOME,
    STATE_BOOKED_BOUGHT,
    STATE_BOOKED_SOLD,
    STATE_CREDITED,
    STATE_DEDUCTIBLE,
    STATE_FROZEN,
    STATE_LISTED,
    STATE_MAX,
    STATE_NUMBER_GIVEN,
    STATE_OWED,
    STATE_POSTED,
    STATE_SET_OFF,
    STATES_KEPT,
)
from protocol.session.told_values import check_answer, check_outcomes
from protocol.vocabulary import LaneState

MONDAY, TUESDAY = 20_260_105, 20_260_106
ONE_OPEN = [OpenFreeze(MONDAY, 2, 1, 9)]
OF_TWO_DATES = [OpenDate(date, 8, 7, 0, 0, 0, False) for date in (MONDAY, TUESDAY)]
UNKNOWN = ReplyCode.CONTRACT_UNKNOWN
DOUBLED, NEWER_STATE = int(ReplyCode.LINE_DOUBLED), STATE_MAX + 1
TOLD = [
    ((0, FREEZE_STATE_NONE, 0), True),
    ((0, FREEZE_STATE_OPEN, 5), True),
    ((0, FREEZE_STATE_CLOSED, 0), True),
    ((0, STATE_NUMBER_GIVEN, 1), True),
    ((0, STATE_LISTED, 0), True),
    ((DOUBLED, FREEZE_STATE_NONE, 0), True),
    ((0, NEWER_STATE, 5), True),
    ((DOUBLED, NEWER_STATE, 0), True),
    ((0, FREEZE_STATE_NONE, 5), False),
    ((0, FREEZE_STATE_OPEN, 0), True),  # an order through the bank that has frozen nothing
    ((DOUBLED, FREEZE_STATE_OPEN, 0), False),
    ((0, FREEZE_STATE_CLOSED, 5), False),
    ((0, STATE_NUMBER_GIVEN, 0), False),
    ((0, STATE_LISTED, 5), False),
    ((DOUBLED, STATE_LISTED, 0), False),
    ((DOUBLED, STATE_NUMBER_GIVEN, 1), False),
    ((ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, 1), True),
    ((ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, 0), False),
    ((ReplyCode.ACT_REPEATED, 0, 0), True),
    ((ReplyCode.ACT_REPEATED, 1, 1), False),
    ((0, STATE_POSTED, 0), True),
    ((0, STATE_POSTED, 5), True),
    ((DOUBLED, STATE_DEDUCTIBLE, 0), True),
    ((DOUBLED, STATE_DEDUCTIBLE, 5), True),
    ((DOUBLED, STATE_POSTED, 5), False),
    ((0, STATE_DEDUCTIBLE, 5), False),
    *(((0, state, fen), True) for state in (STATE_SET_OFF, STATE_CREDITED, STATE_OWED) for fen in (0, 5)),
    *(((DOUBLED, state, 5), False) for state in (STATE_SET_OFF, STATE_CREDITED, STATE_OWED)),
    *(((0, state, fen), True) for state in (STATE_FROZEN, STATE_BOOKED_SOLD, STATE_BOOKED_BOUGHT) for fen in (0, 5)),
    *(((DOUBLED, state, 5), False) for state in (STATE_FROZEN, STATE_BOOKED_SOLD, STATE_BOOKED_BOUGHT)),
    *(((code, state, fen), True) for code in (0, DOUBLED) for state in STATES_KEPT for fen in (0, 5)),
]


@pytest.mark.parametrize(("told", "is_possible"), TOLD)
def test_code_state_and_remainder_fit_each_other(told: tuple[int, int, int], *, is_possible: bool) -> None:
    outcomes = np.zeros(2, OUTCOME)
    outcomes["code"][1], outcomes["state"][1], outcomes["remaining_fen"][1] = told
    answer = OutcomeAnswer(True, *told, 7, 9)
    if is_possible:
        assert check_outcomes(outcomes) is outcomes
        assert check_answer(OutcomeQuery(MONDAY, 1), answer) is answer
        return
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_outcomes(outcomes)
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_answer(OutcomeQuery(MONDAY, 1), answer)


@pytest.mark.parametrize(
    ("state", "remaining_fen"), [(-1, 0), (-32_768, 0), (NEWER_STATE, -1), (NEWER_STATE, 2**60 + 1)]
)
def test_no_state_is_below_none_and_no_remainder_outside_its_bounds(state: int, remaining_fen: int) -> None:
    outcomes = np.zeros(1, OUTCOME)
    outcomes["state"], outcomes["remaining_fen"] = state, remaining_fen
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_outcomes(outcomes)


def date_facts(trade_date: int) -> DateFacts:
    return DateFacts(trade_date, 0, False, [])


NONE = SetAnswer(7, MONDAY, LaneState.FINISHED, 0, NO_TOTALS, NO_TOTALS, 0, 60, 0, 0, 0, [0] * 4, 0)
SOME = msgspec.structs.replace(NO_TOTALS, counts=[1, 0, 0, 0, 0, 0])
COLLECTING = SetAnswer(7, MONDAY, LaneState.COLLECTING, 2, SOME, NO_TOTALS, 0, 60, 0, 0, 0, [0] * 4, 0)


@pytest.mark.parametrize("answer", [NONE, COLLECTING, msgspec.structs.replace(COLLECTING, arrived=SOME, listed=1)])
def test_a_set_is_told_to_who_asks_for_its_date(answer: SetAnswer) -> None:
    assert check_answer(SetQuery(MONDAY, 0), answer) is answer
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_answer(SetQuery(TUESDAY, 0), answer)


@pytest.mark.parametrize(
    "answer",
    [
        msgspec.structs.replace(NONE, announced=SOME),
        msgspec.structs.replace(NONE, arrived=SOME),
        msgspec.structs.replace(NONE, listed=1),
        msgspec.structs.replace(NONE, compared=1),
        msgspec.structs.replace(NONE, differences=[0, 0, 0, 1]),
        msgspec.structs.replace(NONE, proceeds_due=1),
        DifferenceAnswer(7, MONDAY, 0, []),
        TotalsAnswer(7, True, []),
        OutcomeAnswer(False, 0, 0, 0, 0, 0),
    ],
)
def test_of_no_set_nothing_is_told_and_no_other_answer_is_one(answer: AnswerMessage) -> None:
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_answer(SetQuery(MONDAY, 0), answer)


@pytest.mark.parametrize(
    ("next_place", "trade_date", "is_possible"),
    [(0, MONDAY, True), (6, MONDAY, True), (5, MONDAY, False), (4, MONDAY, False), (0, TUESDAY, False)],
)
def test_whoever_reads_on_comes_to_an_end(next_place: int, trade_date: int, *, is_possible: bool) -> None:
    differences, proceeds = (
        DifferenceAnswer(7, trade_date, next_place, []),
        ProceedsAnswer(7, trade_date, next_place, []),
    )
    asked, due = DifferenceQuery(MONDAY, 0, 5), ProceedsQuery(MONDAY, 0, 5)
    if is_possible:
        assert check_answer(asked, differences) is differences
        assert check_answer(due, proceeds) is proceeds
    else:
        for query, answer in ((asked, differences), (due, proceeds)):
            with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
                check_answer(query, answer)
    for query, answer in ((due, differences), (asked, proceeds)):
        with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
            check_answer(query, answer)


@pytest.mark.parametrize(
    ("query", "answer", "is_possible"),
    [
        (RangesQuery(3, 4), RangesAnswer(7, True, 0, [bytes(32)]), True),
        (RangesQuery(3, 4), RangesAnswer(7, True, 5, [bytes(32)]), True),
        (RangesQuery(3, 4), RangesAnswer(7, True, 6, [bytes(32)]), False),
        (RangesQuery(3, 4), RangesAnswer(7, True, 4, []), False),
        (RangesQuery(3, 4), RangesAnswer(7, False, 0, [bytes(32)]), False),
        (RangesQuery(3, 4), PairsAnswer(7, True, b""), False),
        (PairsQuery(4, 0), PairsAnswer(7, True, bytes(64)), True),
        (PairsQuery(4, 0), PairsAnswer(7, True, bytes(40)), False),
        (PairsQuery(4, 0), PairsAnswer(7, False, bytes(32)), False),
        (PairsQuery(4, 0), OutletsAnswer(7, True, []), False),
        (OutletsQuery(), OutletsAnswer(7, True, [OutletApart(1, bytes(16), bytes(16))]), True),
        (OutletsQuery(), OutletsAnswer(7, False, [OutletApart(1, bytes(16), bytes(16))]), False),
        (DatesQuery(), DatesAnswer(7, [date_facts(MONDAY), date_facts(TUESDAY)], []), True),
        (DatesQuery(), DatesAnswer(7, [], []), False),
        (DatesQuery(), DatesAnswer(7, [date_facts(TUESDAY), date_facts(MONDAY)], []), False),
        (DatesQuery(), DatesAnswer(7, [date_facts(MONDAY), date_facts(MONDAY)], []), False),
        (DatesQuery(), OutletsAnswer(7, True, []), False),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, 0, 9, 8, 7, 6, ONE_OPEN, [], [], []), True),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, 0, 9, 8, 7, 0, [], OF_TWO_DATES, [], []), True),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, 0, 9, 8, 7, 0, [], OF_TWO_DATES[::-1], [], []), False),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, 0, 8, 8, 7, 0, ONE_OPEN, [], [], []), False),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, 0, 9, 8, 7, 5, [], [], [], []), False),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 292, 0, 0, 0, 0, 0, [], [], [], []), False),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, int(UNKNOWN), 0, 0, 0, 0, [], [], [], []), True),
        (OpenItemsQuery(195, 5), OpenItemsAnswer(7, 195, int(UNKNOWN), 9, 0, 0, 0, [], [], [], []), False),
        (OpenItemsQuery(195, 5), OutletsAnswer(7, True, []), False),
    ],
)
def test_what_is_told_of_a_mark_fits_what_was_asked(
    query: QueryMessage, answer: AnswerMessage, *, is_possible: bool
) -> None:
    if is_possible:
        assert check_answer(query, answer) is answer
        return
    with pytest.raises(PeerViolation, match="MALFORMED_FRAME"):
        check_answer(query, answer)
