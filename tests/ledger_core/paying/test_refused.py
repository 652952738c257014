"""Pay, Fund and Due, cell by cell: what is owed, where its lane is, what o'clock it is.

Belongs here: which are refused, and that a refused one moves nothing. Never here: what is kept, taken and lent by one
that is accepted (test_bank_pays, test_in_time, test_lending).

Tuesday 6 January 2026 is due on Wednesday.
"""

from itertools import product

import pytest

from ledger.core.state.forms.arrays import to_arrays
from protocol.codes import ReplyCode
from protocol.limits import DESK_SERIAL_STEP_MAX
from protocol.messages.control import ControlMessage
from protocol.messages.day.paying import Due, Fund, Pay
from protocol.vocabulary import BANK_PARTY, ObligationState
from tests.bank_seats import DAY_SEAT, SAVINGS_SEAT
from tests.ledger_core.days.refused import MOVES_BY_ANY_ROW
from tests.ledger_core.desk import BROKER, OTHER_BROKER, SEAT, THURSDAY, TUESDAY, WEDNESDAY, Desk
from tests.ledger_core.paying.bank import ACCEPTED, House, at
from tests.ledger_core.settling.words import settle

NOT_DUE, UNKNOWN = ReplyCode.STEP_NOT_DUE, ReplyCode.OBLIGATION_UNKNOWN
OWED = {"by the bank": -50_000, "by the broker": 50_000, "nothing": 0}
LANES = ("published", "settled", "ended")
"""Where Tuesday is: its customers are not settled; they are; its slot is given back besides."""
TIMES = {
    "08:59:59.9": (at(WEDNESDAY, 8, 59, 59), 9),
    "09:00:00": (at(WEDNESDAY, 9), 0),
    "10:00:00": (at(WEDNESDAY, 10), 0),
    "Thursday": (at(THURSDAY, 16), 0),
}


def tuesday(owed_fen: int, lane: str = "ended") -> House:
    """Tuesday is published in its evening, and brought so far."""
    house = House()
    house.open(TUESDAY)
    house.now(at(TUESDAY, 20))
    house.net(TUESDAY, owed_fen)
    if lane == "ended":
        house.settled(TUESDAY)
    elif lane == "settled":
        settle(house.desk, TUESDAY)
    return house


def kept(desk: Desk) -> dict[str, bytes]:
    """All but numbers of requests and rows."""
    return {name: each.tobytes() for name, each in to_arrays(desk.book).items() if name not in MOVES_BY_ANY_ROW}


@pytest.mark.parametrize(("owed", "lane", "time"), list(product(OWED, LANES, TIMES)))
def test_the_bank_pays_what_it_owes_of_settled_customers_from_nine_on(owed: str, lane: str, time: str) -> None:
    """And nothing else; once."""
    house = tuesday(OWED[owed], lane)
    house.now(*TIMES[time])
    house.due()  # what falls due has acted before
    before = kept(house.desk)

    code = house.pay(TUESDAY)

    if (owed, lane != "published", time != "08:59:59.9") != ("by the bank", True, True):
        assert code == NOT_DUE
        assert kept(house.desk) == before
        return
    assert code == ACCEPTED
    assert house.stands(TUESDAY) == (ObligationState.PAID, 0, 50_000, 0)
    assert (house.pay(TUESDAY), house.there()) == (NOT_DUE, 50_000)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (ReplyCode.PARTY_UNKNOWN, Pay(TUESDAY, BANK_PARTY)),
        (ReplyCode.PARTY_UNKNOWN, Pay(TUESDAY, 9)),
        (UNKNOWN, Pay(WEDNESDAY, BROKER)),  # is not published
        (UNKNOWN, Pay(20_260_231, BROKER)),  # is no date
        (NOT_DUE, Pay(TUESDAY, OTHER_BROKER)),  # nothing is owed by it
        (ReplyCode.PARTY_UNKNOWN, Due(BANK_PARTY)),
        (ReplyCode.PARTY_UNKNOWN, Due(9)),
        (ReplyCode.PARTY_UNKNOWN, Fund(BANK_PARTY, 1, 3)),
        (ReplyCode.PARTY_UNKNOWN, Fund(9, 1, 3)),
        (ReplyCode.SERIAL_USED, Fund(BROKER, 1, 2)),  # the last one that was booked
        (ReplyCode.SERIAL_USED, Fund(BROKER, 1, 1)),
        (ReplyCode.SERIAL_TOO_FAR, Fund(BROKER, 1, 2 + DESK_SERIAL_STEP_MAX + 1)),
    ],
)
def test_what_names_nothing_that_is_there_moves_nothing(code: ReplyCode, message: ControlMessage) -> None:
    """The bank owes 500.00 of Tuesday; the broker's last payment had the serial 2."""
    house = tuesday(OWED["by the bank"])
    house.now(at(WEDNESDAY, 9))
    assert house.code(Fund(BROKER, 7, 2)) == ACCEPTED
    before = kept(house.desk)

    assert house.code(message) == code

    assert kept(house.desk) == before


def test_the_farthest_serial_is_taken() -> None:
    house = tuesday(0)
    assert house.code(Fund(BROKER, 1, DESK_SERIAL_STEP_MAX)) == ACCEPTED
    assert house.code(Fund(BROKER, 1, DESK_SERIAL_STEP_MAX)) == ReplyCode.SERIAL_USED
    assert house.there() == 1


@pytest.mark.parametrize("seat", [SEAT, SAVINGS_SEAT, DAY_SEAT])
def test_each_desk_sends_its_own_alone(seat: int) -> None:
    """What is brought the savings desk books; what is paid and what is due the day desk asks for; a broker neither."""
    house = tuesday(OWED["by the bank"])
    house.now(at(WEDNESDAY, 9))
    told = [house.desk.control(each, seat) for each in (Fund(BROKER, 1, 1), Due(BROKER), Pay(TUESDAY, BROKER))]
    is_savings, is_day = seat == SAVINGS_SEAT, seat == DAY_SEAT
    assert [code == ACCEPTED for code in told] == [is_savings, is_day, is_day]
    assert {code for code in told if code != ACCEPTED} == {ReplyCode.ROLE_FORBIDS}
