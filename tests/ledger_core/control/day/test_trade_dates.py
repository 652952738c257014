"""Trade dates are days of the calendar, and the next one is not far."""

import pytest

from ledger.core.engine import genesis_row
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.limits import TRADE_DATE_AHEAD_DAYS_MAX
from protocol.messages.control import Genesis, OpenTradeDate, PartyEntry, SeatEntry
from protocol.vocabulary import BANK_PARTY, BANK_SEAT, Role, SeatRole, Suite
from tests.ledger_core.desk import MONDAY, SEAT, Desk


@pytest.mark.parametrize("number", [20_260_931, 20_260_229, 20_270_229, 20_261_301, 20_260_001, 20_260_100, 20_260_132])
def test_no_day(number: int) -> None:
    desk = Desk()

    assert desk.control(OpenTradeDate(number)) == ReplyCode.REQUEST_MALFORMED
    assert desk.book.trade_date == MONDAY


def test_the_next_date_is_at_most_31_days_ahead() -> None:
    desk = Desk()

    assert desk.control(OpenTradeDate(20_260_206)) == ReplyCode.TRADE_DATE_TOO_FAR
    assert desk.control(OpenTradeDate(20_270_106)) == ReplyCode.TRADE_DATE_TOO_FAR  # the year mistyped
    desk.roll(20_260_205)
    assert TRADE_DATE_AHEAD_DAYS_MAX == 31


def test_a_date_that_is_none_ranks_before_the_role() -> None:
    desk = Desk()

    assert desk.control(OpenTradeDate(20_260_931), SEAT) == ReplyCode.REQUEST_MALFORMED
    assert desk.control(OpenTradeDate(20_260_206), SEAT) == ReplyCode.ROLE_FORBIDS


def test_a_genesis_opens_a_day() -> None:
    bank = PartyEntry(
        BANK_PARTY, Role.BANK, Suite.ED25519_SHA256, "bank", False, [], [SeatEntry(BANK_SEAT, SeatRole.MASTER_DATA)]
    )

    with pytest.raises(MisuseError):
        genesis_row(Genesis(bank, 20_260_931), 0, 1, 1)
