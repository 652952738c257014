"""Phases of markets: of a later date by the day desk, of the open one by two people; told to brokers; kept of two."""

import pytest
from msgspec.structs import replace

from protocol.acts.ordering.phases import SetPhasesAct
from protocol.codes import ReplyCode
from protocol.messages.codec import decode_content
from protocol.messages.orders.phases import PhasesChanged, SetPhases
from protocol.vocabulary import FeedKind, Market, Right
from tests.ledger_core.corrections.people import staffed
from tests.ledger_core.desk import BROKER, MONDAY, OTHER_BROKER, TUESDAY, WEDNESDAY, Desk, same_after_all
from tests.people import signed
from tests.phases import HALF_PAST_NINE_S, MORNING_S, morning

LEE, MAX = 17, 18


def dates(desk: Desk) -> list[tuple[int, int]]:
    """Of which markets and dates phases are kept."""
    return sorted(desk.book.orders.phases.of)


def told(desk: Desk, party: int) -> list[object]:
    """What a broker was told of phases."""
    kept = desk.book.feeds.kept.get(party, ())
    return [decode_content(each.entry.content) for each in kept if each.entry.kind == FeedKind.PHASES]


def test_phases_of_the_next_date_are_named_before_it_is_opened() -> None:
    desk = Desk()
    desk.done(morning(TUESDAY))
    desk.done(morning(TUESDAY, market=Market.XSHE))
    assert dates(desk) == [(TUESDAY, Market.XSHG), (TUESDAY, Market.XSHE)]
    assert told(desk, BROKER) == []
    same_after_all(desk)

    desk.roll(TUESDAY)

    assert dates(desk) == [(TUESDAY, Market.XSHG), (TUESDAY, Market.XSHE)]
    desk.done(morning(WEDNESDAY))
    desk.roll(WEDNESDAY)
    assert dates(desk) == [(WEDNESDAY, Market.XSHG)]
    same_after_all(desk)


def test_a_later_date_takes_the_place_of_another_later_one() -> None:
    desk = Desk()
    desk.done(morning(MONDAY))
    desk.done(morning(TUESDAY))

    desk.done(morning(WEDNESDAY))

    assert dates(desk) == [(MONDAY, Market.XSHG), (WEDNESDAY, Market.XSHG)]


def test_brokers_hear_the_new_last_second_of_the_open_date() -> None:
    desk = Desk()
    desk.done(morning(MONDAY))
    desk.done(morning(MONDAY))  # what stands: nobody is told again
    desk.done(morning(MONDAY, 60))
    desk.done(SetPhases(MONDAY, Market.XSHG, []))

    heard = [PhasesChanged(1, HALF_PAST_NINE_S + MORNING_S - 1), PhasesChanged(1, HALF_PAST_NINE_S + 59)]
    assert told(desk, BROKER) == told(desk, OTHER_BROKER) == [*heard, PhasesChanged(1, 0)]
    same_after_all(desk)


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (replace(morning(MONDAY), trade_date=TUESDAY + 100), ReplyCode.REQUEST_MALFORMED),  # no such day
        (replace(morning(MONDAY), trade_date=WEDNESDAY), ReplyCode.REQUEST_MALFORMED),  # of two days before
        (morning(MONDAY, 0), ReplyCode.REQUEST_MALFORMED),
        (replace(morning(MONDAY), trade_date=20_260_104), ReplyCode.TRADE_DATE_NOT_LATER),
        (SetPhases(20_260_206, Market.XSHG, []), ReplyCode.TRADE_DATE_TOO_FAR),
    ],
)
def test_what_are_no_phases_of_the_date(named: SetPhases, code: ReplyCode) -> None:
    assert Desk().control(named) == code


def test_once_the_bank_is_sealed_two_people_change_the_open_date() -> None:
    desk = Desk()
    office = staffed(desk)
    for person in (LEE, MAX):
        desk.done(office.hired(person, Right.DAY))
    assert desk.control(morning(MONDAY)) == ReplyCode.ACT_NEEDED
    desk.done(morning(TUESDAY))
    phases = [[HALF_PAST_NINE_S, HALF_PAST_NINE_S + 60, 1, 0]]

    act = SetPhasesAct(**office.by(LEE), trade_date=MONDAY, market="XSHG", phases=phases)

    assert desk.control(signed(act, LEE)) == ReplyCode.SECOND_PERSON_NEEDED
    assert desk.control(signed(act, LEE, MAX)) == ReplyCode.ACCEPTED
    assert desk.book.orders.phases.of[MONDAY, Market.XSHG] == [(HALF_PAST_NINE_S, HALF_PAST_NINE_S + 60, True, False)]  # type: ignore[index]
    assert told(desk, BROKER) == [PhasesChanged(1, HALF_PAST_NINE_S + 59)]
    same_after_all(desk)
