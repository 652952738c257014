"""An order that its date ends in the middle of a block: what stands before the close and what stands behind it."""

from protocol.codes import ReplyCode
from protocol.records import FREEZE_STATE_CLOSED
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.words import closing
from tests.ledger_core.desk import CHANNEL_SEAT, SEAT, Answer, Desk, Frame, same_after_all, whole_state
from tests.ledger_core.ordering.trading import (
    NOW_S,
    Name,
    a_bank,
    a_customer,
    cancel,
    cancel_refused,
    ordered,
    taken,
)
from tests.ledger_core.orders.at_the_close.words import line, opened, published

Code = ReplyCode
DONE = Answer(Code.ACCEPTED, 0, 0)


def published_day() -> tuple[Desk, int, Name, Name]:
    """Two orders of Ann of which nothing was executed, and a set that says so."""
    desk = a_bank()
    ann = a_customer(desk, 4_000_000)
    names = ordered(desk, ann), ordered(desk, ann)
    published(desk, *opened(ann // 100), *(line(each.number, ann // 100, 1_001_820) for each in names))
    assert desk.now_ns == NOW_S * 10**9
    return desk, ann, *names


def test_what_is_told_of_an_order_behind_its_close_changes_nothing() -> None:
    whole, ann, first, second = published_day()
    cut, *_ = published_day()
    frames = [
        Frame(CHANNEL_SEAT, cancel(first, ann)),
        Frame(SEAT, taken(second, ann, 7)),
        Frame(DAY_SEAT, closing(first, ann, 0, 1_001_820)),
        Frame(SEAT, taken(first, ann, 42)),
        Frame(SEAT, cancel_refused(first, ann, 3)),
        Frame(CHANNEL_SEAT, cancel(first, ann)),
        Frame(DAY_SEAT, closing(second, ann, 0, 1_001_820)),
        Frame(SEAT, taken(second, ann, 8)),
    ]

    answers = whole.send(*frames)

    closed = Answer(Code.ACCEPTED, FREEZE_STATE_CLOSED, 0)
    ended, listed = Answer(Code.ORDER_ENDED, 0, 0), Answer(Code.LISTED, 0, 0)
    assert answers == [DONE, DONE, closed, DONE, DONE, ended, closed, listed]
    assert [cut.send(frame)[0] for frame in frames] == answers
    assert whole.money(ann) == (4_000_000, 0, 0, 0)
    words = whole.book.requests.orders
    assert words.broker_number[words.order_type > 0].tolist() == [0, 7]
    assert whole_state(whole.book)[1:] == whole_state(cut.book)[1:]
    same_after_all(whole)
    same_after_all(cut)
