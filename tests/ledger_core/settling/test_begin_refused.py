"""BeginSettle, cell by cell: the state of the lane, where the broker's older lane is, what is left of its orders.

Belongs here: which of them begin, and that a refused one moves nothing. Never here: what is settled then
(test_settled_days), who may send it (tests.ledger_core.control.test_seat_roles).
"""

from collections.abc import Iterator
from itertools import product

import pytest

from ledger.core.corrections.answers import correction as dry_run
from ledger.core.state.forms.arrays import to_arrays
from protocol.codes import ReplyCode
from protocol.messages.control import EndSettlement
from protocol.messages.day.corrections import CorrectionQuery
from protocol.messages.day.steps import BeginSettle, CompleteSet, FinishSending, Publish, Reconcile, SignOff
from protocol.vocabulary import Fate, LaneState
from tests.bank_seats import DAY_SEAT
from tests.ledger_core.corrections.people import permission, staffed, withdrawal
from tests.ledger_core.corrections.words import Both, closing, correction
from tests.ledger_core.days.refused import MOVES_BY_ANY_ROW
from tests.ledger_core.desk import (
    BROKER,
    MONDAY,
    OTHER_BROKER,
    SEAT,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Frame,
    codes,
    fill_buy,
    fill_sell,
    joined,
)
from tests.ledger_core.lines.words import agree, announce, buy, event, order, sell
from tests.ledger_core.settling.words import (
    ACCEPTED,
    begin,
    discharge,
    published,
    settle,
    state,
    to_be_settled,
)

NOT_DUE = ReplyCode.STEP_NOT_DUE
OLDER = ("ended", "closed", "settled", "settling", "published", "traded")
"""Where Monday is: its slot is given back; nothing is owed by it; it is unpaid; a customer is left; no step is taken
behind publishing; there is no set."""
LEFT = ("nothing", "held", "open")
"""What is left of Tuesday's orders beside what is ended: one that its set holds, or one that its set ends."""


def monday(desk: Desk, ann: int, older: str) -> None:
    """Monday is brought so far. Where something is owed by it Ann has sold for 50.00."""
    sells = older in ("settled", "settling", "published")
    if sells:
        assert codes(desk.ask(SEAT, fill_sell(ann, 5_000))) == [ACCEPTED]
    if older in ("ended", "traded"):
        return
    published(desk, event(ann), *([sell(1, ann, 5_000)] if sells else []))
    if older == "settling":
        begin(desk)
    elif older != "published":
        settle(desk)
    assert state(desk) == (LaneState[older.upper()])


class Lane:
    """Tuesday's, from state to state."""

    def __init__(self, older: str, left: str) -> None:
        self.desk, self.left = Desk(), left
        self.office = staffed(self.desk)
        self.ann = self.desk.open(100_000)
        monday(self.desk, self.ann, older)
        self.desk.roll(TUESDAY)
        if older == "ended":
            self.desk.done(EndSettlement(MONDAY))

    def states(self, until: LaneState) -> Iterator[LaneState]:
        """Each that it comes to. Ann has bought for 30.00; another order of hers is ended by the set, a third one is
        left as it is to be. A set that is to be taken back says 31.00.
        """
        desk, ann, on = self.desk, self.ann, TUESDAY
        filled = desk.freeze(ann, 3_000)
        ends = desk.freeze(ann, 700) if until >= LaneState.CLOSING else None
        more = desk.freeze(ann, 500) if self.left != "nothing" else None
        assert codes(desk.ask(SEAT, fill_buy(filled, ann, 3_000))) == [ACCEPTED]
        yield LaneState.TRADING
        desk.done(SignOff(on))
        agree(desk, on)
        assert desk.control(FinishSending(on), SEAT) == ACCEPTED
        yield LaneState.FINISHED
        reverts = until == LaneState.REVERTING
        lines = [order(filled, ann, 3_000, on=on), buy(filled, ann, 3_100 if reverts else 3_000, on=on)]
        lines += [order(ends, ann, 700, fate=Fate.CANCELLED, on=on)] if ends else []
        fate = Fate.HELD if self.left == "held" else Fate.CANCELLED
        lines += [order(more, ann, 500, fate=fate, on=on)] if more else []
        number = announce(desk, joined(*lines), on=on).remaining_fen
        yield LaneState.COLLECTING
        assert set(codes(desk.send(Frame(SEAT, joined(*lines))))) == {ACCEPTED}
        assert desk.control(CompleteSet(on, number), SEAT) == ACCEPTED
        yield LaneState.COMPLETE
        if reverts:
            self._correct()
            desk.done(withdrawal(self.office, BROKER, number, on))
            yield LaneState.REVERTING
        desk.done(Reconcile(on, BROKER, 0))
        yield LaneState.RECONCILED
        desk.done(Publish(on, BROKER))
        yield LaneState.PUBLISHED
        if ends:
            assert codes(desk.ask(DAY_SEAT, closing(ends, ann, 0, 700, on))) == [ACCEPTED]
            yield LaneState.CLOSING
        desk.done(BeginSettle(on, BROKER))
        yield LaneState.SETTLING
        assert codes(desk.ask(DAY_SEAT, *to_be_settled(desk, on))) == [ACCEPTED]
        yield LaneState.SETTLED
        discharge(desk, (on,))
        yield LaneState.CLOSED

    def _correct(self) -> None:
        desk, both = self.desk, Both(3_100, 0, 3_000, 0)
        desk.done(Reconcile(TUESDAY, BROKER, 0))
        told = dry_run(desk.book, CorrectionQuery(TUESDAY, BROKER, 0, self.ann, 0))
        closes = [
            closing((each.order_date, each.order_seat, each.order_number), self.ann, 0, each.released_fen, TUESDAY)
            for each in told.closings
        ]
        act = desk.told(permission(self.office, desk, BROKER, self.ann, both, on=TUESDAY)).remaining_fen
        answers = desk.ask(DAY_SEAT, *closes, correction(self.ann, both, act, TUESDAY))
        assert set(codes(answers)) == {ACCEPTED}


def is_there(lane: LaneState, older: str, left: str) -> bool:
    """Whether a lane can be so: published behind a published one, settled behind a settled one, its orders ended."""
    if lane >= LaneState.PUBLISHED and older == "traded":
        return False
    return lane < LaneState.SETTLING or (older in ("ended", "closed", "settled") and left != "open")


CELLS = [cell for cell in product(LaneState, OLDER, LEFT) if is_there(*cell)]


def kept(desk: Desk) -> dict[str, bytes]:
    """All but numbers of requests and rows."""
    return {name: each.tobytes() for name, each in to_arrays(desk.book).items() if name not in MOVES_BY_ANY_ROW}


@pytest.mark.parametrize(("lane", "older", "left"), CELLS, ids=lambda each: getattr(each, "name", each).lower())
def test_it_begins_from_published_on_behind_settled_lanes_with_no_order_left(
    lane: LaneState, older: str, left: str
) -> None:
    tuesday = Lane(older, left)
    desk = tuesday.desk
    assert next(each for each in tuesday.states(lane) if each == lane) == lane == state(desk, TUESDAY)
    before = kept(desk)

    told = desk.told(BeginSettle(TUESDAY, BROKER))

    begins = lane in (LaneState.PUBLISHED, LaneState.CLOSING) and left != "open"
    if begins and older in ("ended", "closed", "settled"):
        assert (told.code, told.remaining_fen, state(desk, TUESDAY)) == (ACCEPTED, 1, LaneState.SETTLING)
    else:
        assert told.code == NOT_DUE
        assert kept(desk) == before


def test_another_brokers_older_lane_stops_nothing_and_a_date_that_is_none_has_no_lane() -> None:
    """The other broker has no set of Monday. Neither is Wednesday open, nor is 31 February a date."""
    desk = Desk()
    monday(desk, desk.open(0), "closed")
    desk.roll(TUESDAY)
    published(desk, on=TUESDAY)

    assert desk.control(BeginSettle(TUESDAY, BROKER)) == ACCEPTED
    assert desk.control(BeginSettle(TUESDAY, OTHER_BROKER)) == NOT_DUE
    for date in (WEDNESDAY, 20_260_231):
        assert desk.control(BeginSettle(date, BROKER)) == ReplyCode.DATE_NOT_UNSETTLED
