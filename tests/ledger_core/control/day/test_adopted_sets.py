"""The exchange's data adopted for a deferred date: announced by act of two, sent by the day desk, judged as any set.

Belongs here: AdoptSetAct of the source EXCHANGE, lines and words of a day desk's seat. Never here: what a line earns
(lines), deferring (test_day_acts).
"""

import pytest

from protocol.acts.day import OF_EXCHANGE, AdoptSetAct, DeferAct, ExchangeData
from protocol.codes import ReplyCode
from protocol.errors import MisuseError
from protocol.messages.day.steps import CompleteSet, Publish, Reconcile, SignOff, WithdrawSet
from protocol.messages.fields import fen_from_sum
from protocol.records import RecordArray
from protocol.vocabulary import LaneState
from tests.bank_seats import DAY_SEAT, TELLER_SEAT
from tests.ledger_core.control.day.test_day_acts import PAT, QUI, House
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, SEAT, Frame, joined, same_after_all
from tests.ledger_core.lines.words import agree, announce, event, proceeds, refund, sell, totals_of
from tests.people import signed

ACCEPTED = ReplyCode.ACCEPTED
NS_PER_S = 1_000_000_000


class Deferred(House):
    """Monday is signed off; broker 2 is silent, and two people have deferred it. Ann is its, Cid another's."""

    def __init__(self) -> None:
        super().__init__()
        self.ann, self.cid = self.desk.open(1_000), self.desk.open(1_000, party=OTHER_BROKER)
        self.desk.done(SignOff(MONDAY))
        assert self.code(DeferAct, trade_date=MONDAY, party=BROKER) == ACCEPTED

    def data(self, *lines: RecordArray, declared_s: int = 0) -> ExchangeData:
        return ExchangeData.of(totals_of(*([joined(*lines)] if lines else [])), declared_s)

    def adopt(self, *lines: RecordArray, seat: int = DAY_SEAT, party: int = BROKER) -> tuple[ReplyCode, int]:
        act = AdoptSetAct(
            **self.office.by(PAT), trade_date=MONDAY, party=party, source=OF_EXCHANGE, data=self.data(*lines)
        )
        answer = self.desk.told(signed(act, PAT, QUI), seat)
        return answer.code, answer.remaining_fen

    def send(self, *lines: RecordArray, seat: int = DAY_SEAT) -> list[ReplyCode]:
        return [answer.code for answer in self.desk.send(Frame(seat, joined(*lines)))]


def test_the_exchanges_data_are_announced_by_act_sent_completed_and_published() -> None:
    house = Deferred()
    lines = (event(house.ann), refund(1, house.ann, 700))

    assert house.adopt(*lines) == (ACCEPTED, 1)
    assert house.lane(MONDAY) == (LaneState.COLLECTING, True)
    assert house.desk.control(CompleteSet(MONDAY, 1), DAY_SEAT) == ReplyCode.SET_DIFFERS
    assert house.send(*lines) == [ACCEPTED, ACCEPTED]
    assert house.desk.control(CompleteSet(MONDAY, 1), DAY_SEAT) == ACCEPTED
    house.desk.done(Reconcile(MONDAY, BROKER, 0))
    agree(house.desk)
    house.desk.done(Publish(MONDAY, BROKER))
    (owed,) = house.desk.book.obligations.entries.values()
    assert (owed.party, fen_from_sum(owed.owed), owed.number) == (BROKER, 700, 1)
    same_after_all(house.desk)


def test_a_line_names_contracts_of_the_broker_in_whose_place_it_is_sent() -> None:
    house = Deferred()
    lines = (event(house.ann), event(house.cid), refund(1, house.cid, 5))
    assert house.adopt(*lines)[0] == ACCEPTED

    assert house.send(*lines) == [ACCEPTED, ReplyCode.CONTRACT_UNKNOWN, ReplyCode.CONTRACT_UNKNOWN]
    # Beside it the desk's own records name whomever they are about.
    booked = house.desk.send(Frame(DAY_SEAT, joined(refund(1, house.cid, 5), proceeds(house.cid, 5))))
    assert [answer.code for answer in booked] == [ReplyCode.CONTRACT_UNKNOWN, ReplyCode.STEP_NOT_DUE]
    same_after_all(house.desk)


def test_an_adopted_set_is_withdrawn_by_the_desk_while_it_is_open_and_by_its_broker_whenever() -> None:
    house = Deferred()
    assert house.adopt(event(house.ann)) == (ACCEPTED, 1)
    assert house.desk.control(WithdrawSet(MONDAY, 2), DAY_SEAT) == ReplyCode.SET_UNKNOWN
    assert house.desk.control(WithdrawSet(MONDAY, 1), DAY_SEAT) == ACCEPTED
    assert house.adopt(event(house.ann)) == (ACCEPTED, 2)
    assert house.send(event(house.ann)) == [ACCEPTED]
    assert house.desk.control(CompleteSet(MONDAY, 2), DAY_SEAT) == ACCEPTED
    assert house.desk.control(WithdrawSet(MONDAY, 2), DAY_SEAT) == ReplyCode.SET_UNKNOWN  # it is open no more
    assert announce(house.desk, event(house.ann)).code == ReplyCode.SET_EXISTS
    assert house.desk.control(WithdrawSet(MONDAY, 2), SEAT) == ACCEPTED  # the broker is back, with data of its own
    assert announce(house.desk, event(house.ann)) == (ACCEPTED, 3, 3)
    assert house.desk.control(CompleteSet(MONDAY, 3), DAY_SEAT) == ReplyCode.SET_UNKNOWN
    same_after_all(house.desk)


def test_without_its_act_a_day_desk_sends_nothing_in_a_broker_s_place() -> None:
    house = Deferred()
    assert house.send(event(house.ann)) == [ReplyCode.SET_NOT_OPEN]
    assert house.adopt(event(house.ann), seat=TELLER_SEAT)[0] == ReplyCode.ROLE_FORBIDS
    assert house.adopt(event(house.cid), party=OTHER_BROKER)[0] == ReplyCode.STEP_NOT_DUE  # it is not deferred
    assert house.adopt(event(house.ann))[0] == ACCEPTED
    assert house.adopt(event(house.ann))[0] == ReplyCode.SET_EXISTS
    assert house.code(DeferAct, trade_date=MONDAY, party=OTHER_BROKER) == ACCEPTED
    assert house.adopt(event(house.cid), party=OTHER_BROKER)[0] == ReplyCode.SET_EXISTS  # this seat has one open
    assert house.send(event(house.ann), seat=SEAT) == [ReplyCode.SET_NOT_OPEN]  # it is not the broker's to fill


@pytest.mark.parametrize("source", ["EXCHANGE", "NOTHING_TRADED"])
def test_data_come_with_the_exchange_s_set_and_with_no_other(source: str) -> None:
    house = Deferred()
    fields = {"trade_date": MONDAY, "party": BROKER, "source": source}
    if source == "NOTHING_TRADED":
        fields["data"] = house.data()
    with pytest.raises(MisuseError):  # there is no such text
        house.code(AdoptSetAct, **fields)


def test_data_that_come_only_later_are_none() -> None:
    house = Deferred()
    now_s = house.desk.now_ns // NS_PER_S
    fields = {"trade_date": MONDAY, "party": BROKER, "source": OF_EXCHANGE}
    late = house.data(event(house.ann), declared_s=now_s + 1)
    assert house.code(AdoptSetAct, **fields, data=late) == ReplyCode.REQUEST_MALFORMED
    assert house.code(AdoptSetAct, **fields, data=house.data(event(house.ann), declared_s=now_s)) == ACCEPTED


def test_totals_are_what_the_act_says() -> None:
    house = Deferred()
    lines = (sell(1, house.ann, 10_000, 5, 10, 1, 2, 3), refund(2, house.ann, 5))
    assert house.data(*lines).totals == totals_of(joined(*lines))
