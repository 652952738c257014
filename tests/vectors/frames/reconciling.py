"""The golden frames of reconciliation and publishing 对账: what a broker asks and is told, what the day desk says.

Belongs here: these frames and what they mean. Never here: who speaks (voices), the set itself (clearing).
"""

from collections.abc import Iterator

import numpy as np

from protocol.codes import ReplyCode
from protocol.frame import Frame, make_frame
from protocol.given_numbers import contract_no_from_index
from protocol.limits import RANGE_PAIRS
from protocol.messages.day.corrections import (
    Closing,
    ClosingsAnswer,
    ClosingsQuery,
    CorrectionAnswer,
    CorrectionQuery,
    OrderClosing,
    Revert,
    RevertsAnswer,
    RevertsQuery,
)
from protocol.messages.day.dates import BrokerFacts, DateFacts, DatesAnswer, DatesQuery
from protocol.messages.day.marked import (
    OutletApart,
    OutletsAnswer,
    OutletsQuery,
    PairsAnswer,
    PairsQuery,
    RangesAnswer,
    RangesQuery,
    range_digest,
)
from protocol.messages.day.steps import (
    DayEnd,
    ListedCorrection,
    Mark,
    Publish,
    Reconcile,
    SetTotals,
    Tell,
    TellCorrections,
    TellDayEnd,
    Window,
    WithdrawSet,
    list_digest,
)
from protocol.messages.fields import sum_from_fen
from protocol.messages.queries import (
    ContractProceeds,
    Difference,
    DifferenceAnswer,
    DifferenceQuery,
    ProceedsAnswer,
    ProceedsQuery,
    SetAnswer,
    SetQuery,
)
from protocol.records import FREEZE_STATE_CLOSED, FREEZE_STATE_NONE, RECORD, STATE_NUMBER_GIVEN
from protocol.trade_dates import date_of_day, trade_day
from protocol.vocabulary import (
    ComparedField,
    DatePhase,
    DifferenceClass,
    Direction,
    Fate,
    FrameKind,
    LaneState,
    RecordKind,
)
from tests.bank_seats import DAY_SEAT
from tests.vectors.frames import settling as settling_frames
from tests.vectors.frames.interest import of_interest
from tests.vectors.frames.outcomes import outcomes
from tests.vectors.voices import TRADE_DATE, Vector, Voice, bank_seat_voice

NEXT_PLACE = 65_536
OF_CORRECTION = (
    *("cleared_buys_fen", "cleared_proceeds_fen", "made_good_buys_fen", "made_good_proceeds_fen"),
    *("has_bought_fen", "has_sold_fen"),
)
CORRECTED_FEN = (399_000, 1_200, 76, 300, 398_524, 1_500)  # 399,000 − 76 is bought, 1,200 + 300 stays sold
MARKED_ROW = 123_470
CONTRACT = contract_no_from_index(1)
DIFFERENCES = [
    Difference(DifferenceClass.MISSING_HERE, ComparedField.BUY, 0, TRADE_DATE, 11, 19_999, 0, 1),
    Difference(DifferenceClass.MISSING_THERE, ComparedField.ORDER, CONTRACT, TRADE_DATE, 11, 46, 1, 0),
    Difference(DifferenceClass.STATE, ComparedField.FATE, CONTRACT, TRADE_DATE, 11, 42, 398_724, Fate.CANCELLED),
    Difference(DifferenceClass.AMOUNT, ComparedField.BOUGHT, CONTRACT, 0, 0, 0, 398_724, 398_524),
]


def of(partner: Voice, bank: Voice, announced: SetTotals, declared_s: int) -> Iterator[Vector]:
    """What a broker asks of a date that is compared, and what it is told, from the first place to the last step."""

    def stands(name: str, what: str, state: LaneState, compared: int, counts: list[int], due: int) -> Vector:
        late_s = (declared_s, 0, 0)
        parts = (announced, announced, 1, *late_s, compared, counts, due)
        answer = SetAnswer(123_470, TRADE_DATE, state, 1, *parts)
        return bank.message(name, what, FrameKind.ANSWER, answer, 11)

    yield stands("answer_set_comparing", "65,536 places are compared", LaneState.COMPLETE, NEXT_PLACE, [1, 0, 0, 0], 0)
    yield stands("answer_set_differing", "all are, and four differ", LaneState.COMPLETE, 0, [1, 1, 1, 1], 0)
    yield stands("answer_set_reconciled", "proceeds are due to one", LaneState.RECONCILED, 0, [0] * 4, 1)
    yield stands("answer_set_published", "all is booked and told", LaneState.PUBLISHED, 0, [0] * 4, 0)
    asked = DifferenceQuery(TRADE_DATE, 0, 0)
    yield partner.message("query_differences", "from the first place, correlation id 12", FrameKind.QUERY, asked, 12)
    told = DifferenceAnswer(123_470, TRADE_DATE, 0, DIFFERENCES)
    yield bank.message("answer_differences", "one of each class, and no more", FrameKind.ANSWER, told, 12)
    told = DifferenceAnswer(123_470, TRADE_DATE, NEXT_PLACE, [])
    what = "none in the places that were looked at; go on at 65,536"
    yield bank.message("answer_differences_none_yet", what, FrameKind.ANSWER, told, 12)
    due = ProceedsQuery(TRADE_DATE, 0, 0)
    yield partner.message("query_proceeds", "from the first place, correlation id 13", FrameKind.QUERY, due, 13)
    contracts = [ContractProceeds(CONTRACT, 1_234_567, 300)]
    told_due = ProceedsAnswer(123_470, TRADE_DATE, 0, contracts)
    yield bank.message("answer_proceeds", "due to one contract", FrameKind.ANSWER, told_due, 13)
    withdraw = partner.message("withdraw_set_late", "request 63", FrameKind.CONTROL, WithdrawSet(TRADE_DATE, 1), 63)
    yield withdraw
    for name, what, code in (
        ("outcome_lane_adjusted", "the set has booked something", ReplyCode.LANE_ADJUSTED),
        ("outcome_lane_published", "what is owed is published", ReplyCode.LANE_PUBLISHED),
    ):
        yield outcomes(bank, name, what, withdraw.frame, [(code, FREEZE_STATE_NONE, 0)])


def of_day_desk(first: int) -> Iterator[Vector]:
    """What the bank's day desk says and asks of a broker's date, from request `first` on, and what it is told."""
    desk = bank_seat_voice(DAY_SEAT)
    bank = bank_seat_voice()._replace(direction=Direction.TO_PARTNER, seat=DAY_SEAT)
    what = f"request {first} of the bank's seat {DAY_SEAT}"
    reconcile = desk.message("reconcile", what, FrameKind.CONTROL, Reconcile(TRADE_DATE, 2, 0), first)
    yield reconcile
    go_on = [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, NEXT_PLACE)]
    yield outcomes(bank, "outcome_next_place", "some places are compared; go on at 65,536", reconcile.frame, go_on)
    query = SetQuery(TRADE_DATE, 2)
    yield desk.message("query_set_of_party", "the bank asks of party 2", FrameKind.QUERY, query, 2)
    block = _booking(desk, first + 1)
    yield Vector("book_proceeds", f"proceeds of two contracts, requests {first + 1} and {first + 2}", block, None)
    codes = [(ReplyCode.ACCEPTED, FREEZE_STATE_NONE, 0), (ReplyCode.SETTLEMENT_DIFFERS, FREEZE_STATE_NONE, 0)]
    what = "the first is booked; to the second another amount is due"
    yield outcomes(bank, "outcomes_book_proceeds", what, block, codes)
    what = f"request {first + 3} of the bank's seat {DAY_SEAT}"
    publish = desk.message("publish", what, FrameKind.CONTROL, Publish(TRADE_DATE, 2), first + 3)
    yield publish
    refused = (ReplyCode.BOOKS_NOT_AGREED, FREEZE_STATE_NONE, 0)
    yield outcomes(bank, "outcome_books_not_agreed", "the bank has not compared its books", publish.frame, [refused])
    what = f"request {first + 4} of the bank's seat {DAY_SEAT}"
    yield desk.message("mark", what, FrameKind.CONTROL, Mark(TRADE_DATE, False), first + 4)
    what = f"request {first + 5} of the bank's seat {DAY_SEAT}: the digest of the other book's totals"
    tell = desk.message("tell", what, FrameKind.CONTROL, Tell(TRADE_DATE, MARKED_ROW, bytes(range(32))), first + 5)
    yield tell
    refused = (ReplyCode.TOTALS_DIFFER, FREEZE_STATE_NONE, 0)
    yield outcomes(bank, "outcome_totals_differ", "the ledger's have another digest", tell.frame, [refused])
    yield from _where_they_differ(desk, bank, first + 6)
    asked = CorrectionQuery(TRADE_DATE, 2, 0, CONTRACT, 0)
    yield desk.message("query_correction", "correlation id 6", FrameKind.QUERY, asked, 6)
    amounts = dict(zip(OF_CORRECTION, CORRECTED_FEN, strict=True))
    closing = Closing(TRADE_DATE, 11, 42, 398_524, 1_476)
    dry = CorrectionAnswer(
        123_480, TRADE_DATE, 0, CONTRACT, 1, **amounts, needs_act=True, closings=[closing], has_ended=False
    )
    yield bank.message("answer_correction", "one order is open; two people must sign", FrameKind.ANSWER, dry, 6)
    block = _correcting(desk, first + 7)
    what = f"an order is closed, its contract and another one are corrected, requests {first + 7} to {first + 9}"
    yield Vector("correct_contracts", what, block, None)
    told = [(ReplyCode.ACCEPTED, FREEZE_STATE_CLOSED, 0), (ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 3)]
    what = "closed; the broker's case 3 is opened; for the last one two people must have signed"
    yield outcomes(bank, "outcomes_corrected", what, block, [*told, (ReplyCode.ACT_NEEDED, FREEZE_STATE_NONE, 0)])
    lines = [ListedCorrection(contract_no_from_index(place), 399_000, 0, 0, 200, 76) for place in (1, 2, 3)]
    telling = TellCorrections(8, 0, lines[:2], list_digest(lines[2:]))
    what = f"two of three lines that act 8 permits, request {first + 10}"
    yield (tell := desk.message("tell_corrections", what, FrameKind.CONTROL, telling, first + 10))
    yield outcomes(bank, "outcome_lines_told", "two lines", tell.frame, [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 2)])
    what = "the day desk was started again: two lines were told before"
    again = [(ReplyCode.ACT_REPEATED, STATE_NUMBER_GIVEN, 2)]
    yield outcomes(bank, "outcome_lines_told_before", what, tell.frame, again)
    ended = TellDayEnd(TRADE_DATE, DayEnd.BACKUP, MARKED_ROW, bytes(range(32)))
    what = f"a backup of the date's end was made and checked, request {first + 30}"
    yield desk.message("tell_day_end", what, FrameKind.CONTROL, ended, first + 30)
    yield from _taking_back(desk, bank, first + 11)
    yield from _closing(desk, bank)
    yield from settling_frames.of(desk, bank, first + 12)
    yield from of_interest(desk, bank, first + 17)
    yield from _dates(desk, bank)


def _closing(desk: Voice, bank: Voice) -> Iterator[Vector]:
    """Which orders of a published date are to be ended."""
    asked = ClosingsQuery(TRADE_DATE, 2, 0)
    yield desk.message("query_closings", "correlation id 8", FrameKind.QUERY, asked, 8)
    one = OrderClosing(CONTRACT, TRADE_DATE, 11, 3, 0, 601_276)
    told = ClosingsAnswer(123_482, TRADE_DATE, 0, [one])
    yield bank.message("answer_closings", "one order is left, and goes back", FrameKind.ANSWER, told, 8)


def _taking_back(desk: Voice, bank: Voice, number: int) -> Iterator[Vector]:
    """What is to be taken back of a withdrawn set, and the request `number` that does."""
    asked = RevertsQuery(TRADE_DATE, 2, 0)
    yield desk.message("query_reverts", "correlation id 7", FrameKind.QUERY, asked, 7)
    back = Revert(CONTRACT, 1_000_000, 0, 398_724, 280, 601_276, 280)
    told = RevertsAnswer(123_481, TRADE_DATE, 0, 18, 1, [back])
    yield bank.message("answer_reverts", "one contract is left; its account bears no more", FrameKind.ANSWER, told, 7)
    record = np.zeros(1, RECORD)
    record["kind"], record["trade_day"], record["act_number"] = RecordKind.REVERT, trade_day(TRADE_DATE), 18
    record["contract_no"], record["amount_fen"], record["cleared_proceeds_fen"] = CONTRACT, 1_000_000, 0
    record["made_good_buys_fen"], record["made_good_proceeds_fen"] = 601_276, 280
    record["has_bought_fen"], record["has_sold_fen"] = 398_724, 280
    header = desk.header(FrameKind.RECORDS)._replace(first_number=number, record_count=1)
    block = make_frame(header, record.tobytes(), desk.signer.sign)
    yield Vector("take_back", f"what was booked for a contract is taken back, request {number}", block, None)
    what = "the broker's case 3 is taken back, and nothing is left of the set"
    yield outcomes(bank, "outcomes_taken_back", what, block, [(ReplyCode.ACCEPTED, STATE_NUMBER_GIVEN, 3)])


def _where_they_differ(desk: Voice, bank: Voice, first: int) -> Iterator[Vector]:
    """A deep mark, request `first`, and what is asked of the ledger as of it."""
    what = f"request {first} of the bank's seat {DAY_SEAT}: both books keep all their pairs"
    yield desk.message("mark_deep", what, FrameKind.CONTROL, Mark(TRADE_DATE, True), first)
    yield desk.message("query_ranges", "the ledger's, correlation id 3", FrameKind.QUERY, RangesQuery(3, 0), 3)
    figures = np.array(([0, 1_000_000], [0, 398_724], [0, 0], [0, 77]), "<i8")
    whole = np.zeros((len(figures), RANGE_PAIRS), "<i8")
    whole[:, : figures.shape[1]] = figures
    ranges = RangesAnswer(MARKED_ROW, True, 0, [range_digest(whole.tobytes())])
    yield bank.message("answer_ranges", "one range, of two pairs", FrameKind.ANSWER, ranges, 3)
    yield desk.message("query_pairs", "the ledger's, correlation id 4", FrameKind.QUERY, PairsQuery(3, 0), 4)
    pairs = PairsAnswer(MARKED_ROW, True, figures.tobytes())
    what = "of the second 10,000.00, of which 3,987.24 are frozen, and 0.77 sold"
    yield bank.message("answer_pairs", what, FrameKind.ANSWER, pairs, 4)
    yield desk.message("query_outlets", "correlation id 5", FrameKind.QUERY, OutletsQuery(), 5)
    apart = OutletApart(7, sum_from_fen(1_000_000), sum_from_fen(999_999))
    outlets = OutletsAnswer(MARKED_ROW, True, [apart])
    yield bank.message("answer_outlets", "the general ledger has a fen less of one", FrameKind.ANSWER, outlets, 5)


def _correcting(desk: Voice, first: int) -> Frame:
    """(3,) records: an order is closed, its contract corrected, and another one, for which nobody has signed."""
    records = np.zeros(3, RECORD)
    records["kind"], records["trade_day"] = (RecordKind.CLOSE, *[RecordKind.CORRECT] * 2), trade_day(TRADE_DATE)
    records["contract_no"] = (CONTRACT, CONTRACT, contract_no_from_index(2))
    records["amount_fen"][0], records["release_fen"][0] = 398_524, 1_476
    records["target_date"][0], records["target_seat"][0], records["target_number"][0] = TRADE_DATE, 11, 42
    names = ("amount_fen", "cleared_proceeds_fen", "made_good_buys_fen", "made_good_proceeds_fen")
    for name, fen in zip((*names, "has_bought_fen", "has_sold_fen"), CORRECTED_FEN, strict=True):
        records[name][1:] = fen
    records["act_number"][2] = 17
    header = desk.header(FrameKind.RECORDS)._replace(first_number=first, record_count=3)
    return make_frame(header, records.tobytes(), desk.signer.sign)


def _dates(desk: Voice, bank: Voice) -> Iterator[Vector]:
    """What the day desk asks of the dates themselves."""
    yield desk.message("query_dates", "correlation id 6", FrameKind.QUERY, DatesQuery(), 6)
    following = date_of_day(trade_day(TRADE_DATE) + 1)
    window = Window(*(1_790_121_600 + 7_200 * place for place in range(5)))
    facts = [
        DateFacts(TRADE_DATE, DatePhase.SIGNED_OFF, True, []),
        DateFacts(following, DatePhase.TRADING, False, [window]),
    ]
    answer = DatesAnswer(MARKED_ROW, facts, [BrokerFacts(2, TRADE_DATE, 1_790_125_200), BrokerFacts(3, following, 0)])
    yield bank.message("answer_dates", "the second is open, one window of it", FrameKind.ANSWER, answer, 6)


def _booking(desk: Voice, first: int) -> Frame:
    """(2,) records that book proceeds, one with an excess."""
    records = np.zeros(2, RECORD)
    records["kind"], records["trade_day"] = RecordKind.PROCEEDS, trade_day(TRADE_DATE)
    records["contract_no"] = (CONTRACT, contract_no_from_index(2))
    records["amount_fen"], records["excess_fen"] = (1_234_567, 0), (300, 41)
    header = desk.header(FrameKind.RECORDS)._replace(first_number=first, record_count=2)
    return make_frame(header, records.tobytes(), desk.signer.sign)
