"""What is told of the end of a trade date's books: when it is taken, and that it moves nothing.

Belongs here: TellDayEnd in the core. Never here: who may send it (test_seat_roles), the backup (tests.follower).
"""

import pytest

from ledger.core.state.forms.arrays import to_arrays
from protocol.codes import ReplyCode
from protocol.messages.control import OpenTradeDate
from protocol.messages.day.steps import DayEnd, SignOff, TellDayEnd
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.desk import MONDAY, TUESDAY, WEDNESDAY, Desk


def told(trade_date: int, sequence: int) -> TellDayEnd:
    """A checked backup as of a row."""
    return TellDayEnd(trade_date, DayEnd.BACKUP, sequence, bytes(32))


def test_a_date_has_an_end_once_trading_on_it_is_over() -> None:
    desk = Desk()
    assert desk.control(told(MONDAY, 1), DAY_SEAT) == ReplyCode.STEP_NOT_DUE
    desk.done(SignOff(MONDAY))
    assert desk.control(told(MONDAY, 1), DAY_SEAT) == ReplyCode.ACCEPTED
    assert desk.control(told(MONDAY, 1), DAY_SEAT) == ReplyCode.ACCEPTED  # again: nothing hangs on it
    assert desk.control(told(TUESDAY, 1), DAY_SEAT) == ReplyCode.STEP_NOT_DUE

    desk.done(OpenTradeDate(TUESDAY))
    assert desk.control(told(MONDAY, 1), DAY_SEAT) == ReplyCode.ACCEPTED
    assert desk.control(told(TUESDAY, 1), DAY_SEAT) == ReplyCode.STEP_NOT_DUE
    assert desk.control(told(WEDNESDAY, 1), DAY_SEAT) == ReplyCode.STEP_NOT_DUE


@pytest.mark.parametrize("behind", [0, 1])
def test_it_is_of_a_row_that_there_is(behind: int) -> None:
    """The last row, or one that is not decided yet."""
    desk = Desk()
    desk.done(SignOff(MONDAY))
    sequence = desk.book.sequence + behind

    code = desk.control(told(MONDAY, sequence), DAY_SEAT)

    assert code == (ReplyCode.REQUEST_MALFORMED if behind else ReplyCode.ACCEPTED)


def test_it_moves_nothing() -> None:
    desk = Desk()
    desk.open(1_000)
    desk.done(SignOff(MONDAY))
    before = {name: array.tobytes() for name, array in to_arrays(desk.book).items()}

    desk.done(told(MONDAY, desk.book.sequence))

    after = {name: array.tobytes() for name, array in to_arrays(desk.book).items()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"frames", "next_number", "scalars"}  # the frame, its number, row and time
