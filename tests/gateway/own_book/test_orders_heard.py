"""What orders are reckoned by reaches the book with the rows, live and fed: fee tables, securities, interest.

Belongs here: `BookIntake` with orders. Never here: arithmetic (test_orders), histories of the ledger
(test_random_orders).
"""

import numpy as np
import pytest

from frontend_sim.practice.naive_ledger import outcomes_frame
from gateway.own_book.book import OwnBook
from gateway.own_book.book_file import BookBase
from gateway.own_book.book_intake import BookIntake
from protocol.acts.ordering.reports import CorrectReportAct
from protocol.acts.table import text_of
from protocol.errors import InvariantBroken
from protocol.frame import Frame
from protocol.given_numbers import contract_no_from_index
from protocol.messages.control import EndSettlement, OpenTradeDate
from protocol.messages.gateway_link import BookFeed
from protocol.messages.persons import Act, ActSignature
from protocol.records import OUTCOME, OutcomeArray
from protocol.vocabulary import FrameKind, RecordKind
from tests.fees import fees_set
from tests.gateway.fake_ledger import OPENED, SIGNED, TRADE_DATE, blank_request, feed_of, outcomes_of, row_of
from tests.gateway.fake_ledger import control_request as control
from tests.gateway.own_book.ordering import BROKER_SEAT, CHANNEL_SEAT, Said, block
from tests.protocol import keys
from tests.securities import limits, priced, registered, share

Row = list[tuple[Frame, OutcomeArray]]
NEXT_DATE = TRADE_DATE + 1


def said(seat: int, number: int, *all_said: Said) -> tuple[Frame, OutcomeArray]:
    """A frame of these with what was told of them."""
    records, outcomes = block(*(one._replace(trade_date=TRADE_DATE) for one in all_said))
    return blank_request(FrameKind.RECORDS, seat, number, len(records), records.tobytes()), outcomes


def heard(*frames: Frame) -> Row:
    """Control that is accepted."""
    return [(frame, outcomes_of(frame)) for frame in frames]


ORDERED = said(CHANNEL_SEAT, 7, Said(RecordKind.ORDER, 7, 1_000, 100_000, 1_001_820))
REPORTED = said(BROKER_SEAT, 1, Said(RecordKind.EXECUTED, 7, 400, 400 * 99_500, 601_092))
HISTORY: dict[int, Row] = {
    2: heard(
        control(3, registered(share(TRADE_DATE))),
        control(4, fees_set(keys.BROKER, TRADE_DATE)),
        control(5, priced(TRADE_DATE, limits(accrued=7))),
        control(6, priced(TRADE_DATE, limits())),
    ),
    3: [ORDERED],
    4: heard(control(7, priced(TRADE_DATE, limits(accrued=9)))),
    5: [REPORTED],
}


def live(intake: BookIntake, sequence: int, row: Row) -> None:
    for frame, outcomes in row:
        intake.take_live(frame, outcomes_frame(frame.header, outcomes.tobytes(), sequence, 1), sequence)
    intake.flush()


def fed(sequence: int, row: Row) -> BookFeed:
    made = feed_of(sequence, row_of(*(frame for frame, _ in row)))
    outcomes = b"".join(each.tobytes() for _, each in row)
    return BookFeed(sequence, TRADE_DATE, made.headers, made.control, made.records, outcomes)


def intake_at(sequence: int) -> BookIntake:
    """Rows up to this one are to be fed."""
    intake = BookIntake(lambda: BookBase(OwnBook(), 0))
    intake.prepare_registration()
    intake.begin(sequence)
    return intake


def feed(intake: BookIntake, first: int, last: int) -> None:
    if first == 1:
        intake.take_feed(feed_of(1, row_of(control(1, OPENED), control(2, SIGNED))))
    for sequence in range(max(2, first), last + 1):
        intake.take_feed(fed(sequence, HISTORY[sequence]))


def frozen_and_bought(intake: BookIntake) -> tuple[int, int]:
    assert intake.complete
    _, frozen, bought, _ = intake.book.figures()
    return int(frozen[0]), int(bought[0])


@pytest.mark.parametrize("fed_up_to", range(1, 6))
@pytest.mark.parametrize("overtakes", [False, True])
def test_an_order_has_what_was_set_in_front_of_it_however_rows_come(fed_up_to: int, overtakes: bool) -> None:
    intake = intake_at(fed_up_to)
    if not overtakes:
        feed(intake, 1, fed_up_to)
    for sequence in range(fed_up_to + 1, 6):
        live(intake, sequence, HISTORY[sequence])
    if overtakes:
        feed(intake, 1, fed_up_to)

    assert frozen_and_bought(intake) == (601_092, 398_724)


def test_the_process_ends_where_the_ledger_tells_otherwise() -> None:
    intake = intake_at(2)
    feed(intake, 1, 2)
    frame, outcomes = ORDERED
    wrong = outcomes.copy()
    wrong["remaining_fen"] -= 1
    with pytest.raises(InvariantBroken, match="has 1001819 fen left and not 1001820"):
        live(intake, 3, [(frame, wrong)])


def test_a_checkpoint_has_orders_until_their_date_is_settled() -> None:
    intake = intake_at(5)
    feed(intake, 1, 5)
    live(intake, 6, heard(control(8, OpenTradeDate(NEXT_DATE))))
    assert intake.checkpoint is not None
    kept = intake.checkpoint.columns
    again = BookIntake(lambda: BookBase(OwnBook.from_arrays(kept), 6))
    again.prepare_registration()
    again.begin(6)
    cancelled = said(BROKER_SEAT, 2, Said(RecordKind.CANCELLED, 7, 600))
    for each in (intake, again):
        live(each, 7, [cancelled])
        assert frozen_and_bought(each) == (0, 398_724)
        live(each, 8, heard(control(9, EndSettlement(TRADE_DATE))))
        live(each, 9, heard(control(10, OpenTradeDate(NEXT_DATE + 1))))
        assert each.checkpoint is not None
        assert not any(name.startswith("order_") for name in each.checkpoint.columns)
        assert frozen_and_bought(each) == (0, 398_724)


@pytest.mark.parametrize("fed_up_to", [5, 6])
def test_what_two_people_have_lowered_counts_though_no_record_comes_behind_it(fed_up_to: int) -> None:
    act = CorrectReportAct(
        author=1,
        bank="0" * 16,
        reason="as it is",
        serial=1,
        valid_until_s=1,
        contract_no=contract_no_from_index(0),
        trade_date=TRADE_DATE,
        seat=CHANNEL_SEAT,
        number=7,
        has_quantity=400,
        has_turnover=400 * 99_500,
        quantity=0,
        turnover=0,
    )
    lowered = heard(control(8, Act(text_of(act), [ActSignature(1, 1, bytes(64))])))
    intake = intake_at(fed_up_to)
    feed(intake, 1, 5)
    if fed_up_to == 6:
        intake.take_feed(fed(6, lowered))
    else:
        live(intake, 6, lowered)

    assert frozen_and_bought(intake) == (0, 0)


def test_a_refused_order_is_none() -> None:
    intake = intake_at(2)
    feed(intake, 1, 2)
    frame, outcomes = ORDERED
    refused = np.zeros(len(outcomes), OUTCOME)
    refused["code"] = 420
    live(intake, 3, [(frame, refused)])
    assert frozen_and_bought(intake) == (0, 0)
