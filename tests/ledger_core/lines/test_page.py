"""The page of lines by itself: every guard in its place, what each line brings, and that a refusal leaves nothing."""

import pytest

from protocol.codes import ReplyCode
from protocol.limits import AMOUNT_FEN_MAX, LINE_AMOUNT_SUM_FEN_MAX, LISTED_LINES_MAX
from protocol.records import STATE_LISTED
from protocol.vocabulary import ClearedEvent, Fate, RecordKind
from rules.day.clearing import Brought, Line, SetSoFar, brought_by, decide_line
from rules.request import DONE

FINE = Line(
    kind=RecordKind.CLEAR_BUY,
    unused_bits=0,
    may_send=True,
    known=True,
    set_is_open=True,
    contract=3,
    told=0,
    quantity=100,
    amount_fen=10_000,
    second_fen=500,
    fees_fen=(10, 2, 3, 4),
    order_key=77,
    is_held=True,
    reference=0,
)
NO_FEES = (0, 0, 0, 0)
ORDER = FINE._replace(kind=RecordKind.CLEAR_ORDER, told=Fate.PARTLY, fees_fen=NO_FEES)
SALE = FINE._replace(kind=RecordKind.CLEAR_SELL, order_key=0, is_held=False, reference=5)
DIVIDEND = SALE._replace(kind=RecordKind.CLEAR_DIVIDEND, fees_fen=NO_FEES)
EVENT = DIVIDEND._replace(
    kind=RecordKind.CLEAR_CONTRACT, told=ClearedEvent.CLOSED, reference=0, amount_fen=0, second_fen=0
)


@pytest.mark.parametrize("line", [FINE, ORDER, SALE, DIVIDEND, EVENT], ids=lambda line: RecordKind(line.kind).name)
def test_a_line_is_taken_once(line: Line) -> None:
    so_far = SetSoFar()
    assert decide_line(line, so_far) == DONE
    assert decide_line(line, so_far)[0] == ReplyCode.LINE_DOUBLED
    assert so_far.of(3) == brought_by(line.kind, line.amount_fen, line.second_fen, sum(line.fees_fen))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (FINE._replace(unused_bits=1, may_send=False), ReplyCode.REQUEST_MALFORMED),
        (ORDER._replace(told=0), ReplyCode.REQUEST_MALFORMED),
        (ORDER._replace(told=6), ReplyCode.REQUEST_MALFORMED),
        (EVENT._replace(told=3), ReplyCode.REQUEST_MALFORMED),
        (FINE._replace(may_send=False, known=False), ReplyCode.ROLE_FORBIDS),
        (FINE._replace(known=False, amount_fen=-1), ReplyCode.CONTRACT_UNKNOWN),
        (FINE._replace(amount_fen=-1, set_is_open=False), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(amount_fen=AMOUNT_FEN_MAX + 1), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(second_fen=-1), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(second_fen=AMOUNT_FEN_MAX + 1), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(fees_fen=(0, 0, -1, 0)), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(quantity=-1), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(order_key=0), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (SALE._replace(reference=0), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (DIVIDEND._replace(second_fen=10_001), ReplyCode.AMOUNT_OUT_OF_RANGE),
        (FINE._replace(set_is_open=False), ReplyCode.SET_NOT_OPEN),
    ],
)
def test_the_first_guard_that_fails_is_told_and_nothing_is_kept(line: Line, code: ReplyCode) -> None:
    so_far = SetSoFar()
    assert decide_line(line, so_far) == (code, 0, 0)
    assert so_far == SetSoFar()


def test_bounds_themselves_are_within() -> None:
    assert decide_line(FINE._replace(amount_fen=0, second_fen=0, fees_fen=NO_FEES, quantity=0), SetSoFar()) == DONE
    assert decide_line(ORDER._replace(amount_fen=AMOUNT_FEN_MAX, second_fen=AMOUNT_FEN_MAX), SetSoFar()) == DONE
    assert decide_line(DIVIDEND._replace(second_fen=10_000), SetSoFar()) == DONE


def test_what_a_line_brings() -> None:
    """100.00 with a commission of 5.00 and fees of 0.19: a buy costs 105.19, a sale brings 94.81."""
    assert brought_by(RecordKind.CLEAR_BUY, 10_000, 500, 19) == Brought(buys_fen=10_519)
    assert brought_by(RecordKind.CLEAR_SELL, 10_000, 500, 19) == Brought(proceeds_fen=9_481)
    assert brought_by(RecordKind.CLEAR_SELL, 200, 500, 19) == Brought(buys_fen=319, excess_fen=319)
    assert brought_by(RecordKind.CLEAR_DIVIDEND, 10_000, 2_000, 0) == Brought(credits_fen=8_000)
    assert brought_by(RecordKind.CLEAR_REFUND, 10_000, 0, 0) == Brought(credits_fen=10_000)
    assert brought_by(RecordKind.CLEAR_ORDER, 10_000, 500, 0) == Brought()
    assert Brought(buys_fen=319, proceeds_fen=9_481, credits_fen=8_000, excess_fen=319).net_fen == 17_162


def test_an_order_that_is_not_there_is_listed_once_and_counted_by_kind() -> None:
    so_far = SetSoFar(listed_orders=LISTED_LINES_MAX)
    unheld = FINE._replace(is_held=False)
    assert decide_line(unheld, so_far) == (ReplyCode.ACCEPTED, STATE_LISTED, 0)
    assert decide_line(unheld, so_far)[0] == ReplyCode.LINE_DOUBLED
    assert decide_line(ORDER._replace(is_held=False), so_far)[0] == ReplyCode.LINES_LISTED_FULL
    assert decide_line(ORDER, so_far) == DONE
    assert (so_far.listed_orders, so_far.listed_buys) == (LISTED_LINES_MAX, 1)


def test_a_refusal_for_want_of_room_comes_before_the_limit_of_the_contract() -> None:
    so_far = SetSoFar(listed_buys=LISTED_LINES_MAX, brought={3: Brought(buys_fen=LINE_AMOUNT_SUM_FEN_MAX)})
    assert decide_line(FINE._replace(is_held=False), so_far)[0] == ReplyCode.LINES_LISTED_FULL
    assert decide_line(FINE, so_far)[0] == ReplyCode.LIMIT_EXCEEDED
    assert decide_line(SALE, so_far) == DONE
